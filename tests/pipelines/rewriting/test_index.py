from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.notes import parser
from crawler.notes.files.folder import NotesFolder
from pipelines.rewriting import edit_list
from pipelines.rewriting.index.editor import Listed, index_edits
from tests.support.crawling import CORPUS
from tests.support.mending import undo_edits

PAGE = """# Notes

更新开始时间：2026.4.2

更新今日时间：**2026.5.4**

<pre><details><summary>2026年</summary>
<details><summary>4月</summary>
    1. <a href="202604/0402.md" target="_blank">笔记（2026.4.2）</a>
    2. <a href="202604/0409.md" target="_blank">笔记（2026.4.9）</a>
</details>
<details><summary>5月</summary>
    1. <a href="202605/0504.md" target="_blank">笔记（2026.5.4）</a>
</details>
</details>
</pre>

the end
"""


def listed(*days: date, title: str = "笔记（{0.year}.{0.month}.{0.day}）") -> list[Listed]:
    return [(f"{day:%Y%m/%m%d}.md", title.format(day), day) for day in days]


KNOWN = listed(date(2026, 4, 2), date(2026, 4, 9), date(2026, 5, 4))


def completed(page: str, notes: list[Listed], path: str = "README.md") -> str:
    """Complete a page, and see that nothing is left to do then."""
    data = page.encode()
    edits = index_edits(parser.parse_note(path, data), notes)
    out = edit_list.apply_edits(data, edits)
    assert edit_list.apply_edits(out, undo_edits(edits)) == data
    assert index_edits(parser.parse_note(path, out), notes) == ()
    return out.decode()


def added(page: str, notes: list[Listed], path: str = "README.md") -> list[str]:
    """Return the lines of the completed page that it had not, and check that it lost none but for numbers and dates."""
    return [line for line in completed(page, notes, path).splitlines() if line not in page.splitlines()]


def test_a_complete_page_stays() -> None:
    assert completed(PAGE, KNOWN) == PAGE


def test_the_date_in_a_url_whose_end_is_a_guess_stays() -> None:
    page = PAGE.replace("更新今日时间：**2026.5.4**", "www.example.org/最近更新:2026.5.4")
    assert completed(page, [*KNOWN, *listed(date(2026, 5, 20))]) == page.replace(
        "（2026.5.4）</a>\n",
        '（2026.5.4）</a>\n    2. <a href="202605/0520.md" target="_blank">笔记（2026.5.20）</a>\n',
    )


def test_a_note_is_added_where_its_day_belongs_and_the_numbers_go_on() -> None:
    page = completed(PAGE, [*KNOWN, *listed(date(2026, 4, 5), date(2026, 5, 20))])
    assert page == PAGE.replace("**2026.5.4**", "**2026.5.20**").replace(
        '    2. <a href="202604/0409.md"',
        '    2. <a href="202604/0405.md" target="_blank">笔记（2026.4.5）</a>\n    3. <a href="202604/0409.md"',
    ).replace(
        "（2026.5.4）</a>\n",
        '（2026.5.4）</a>\n    2. <a href="202605/0520.md" target="_blank">笔记（2026.5.20）</a>\n',
    )


def test_months_and_years_are_added_in_the_style_of_their_neighbours() -> None:
    page, notes = PAGE, KNOWN
    for days in (
        [date(2025, 12, 31), date(2026, 3, 1)],
        [date(2026, 6, 7), date(2026, 11, 1), date(2027, 1, 2)],
        [date(2028, 2, 3), date(2029, 1, 1)],
    ):
        notes = [*notes, *listed(*days)]
        page = completed(page, notes)
    headings = [line.partition("<summary>")[2].partition("<")[0] for line in page.splitlines() if "summary" in line]
    assert " ".join(headings) == "2025年 12月 2026年 3月 4月 5月 6月 11月 2027年 1月 2028年 2月 2029年 1月"
    assert [line for line in page.splitlines() if "0102" in line] == [
        '    1. <a href="202701/0102.md" target="_blank">笔记（2027.1.2）</a>'
    ]
    assert page.count("<details>") == page.count("</details>") == 14
    assert page.count("<pre>") == page.count("</pre>") == 5
    assert "</pre>\n<pre><details><summary>2027年</summary>\n<details><summary>1月</summary>\n    1. <a" in page


@pytest.mark.parametrize("element", ["pre", "details"])
def test_years_in_one_element_stay_in_it(element: str) -> None:
    page = PAGE.replace("<pre><details>", f"<{element}>\n<details>").replace("</pre>", f"</{element}>")
    done = completed(page, [*KNOWN, *listed(date(2027, 1, 2))])
    assert done.endswith(f"（2027.1.2）</a>\n</details>\n</details>\n</{element}>\n\nthe end\n")
    assert done.count("<details>") == done.count("</details>")


def test_several_new_years_newest_first() -> None:
    page = "".join(f"## {year}\n- [x]({year}05/0504.md)\n" for year in (2026, 2025, 2024, 2023))
    done = completed(page, listed(*(date(year, 5, 4) for year in range(2021, 2029))))
    assert [line for line in done.splitlines() if "##" in line] == [f"## {year}" for year in range(2028, 2020, -1)]


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        (  # one list, newest first
            "- [c](202604/0409.md)\n- [b](202604/0402.md)\n- [a](202603/0301.md)\n",
            ["- [笔记（2026.5.4）](202605/0504.md)", "- [笔记（2026.3.9）](202603/0309.md)"],
        ),
        (  # all numbers one, no line end at the end, CRLF
            "1. [a](202603/0301.md)\r\n1. [b](202604/0402.md)\r\n1. [c](202604/0409.md)",
            ["1. [笔记（2026.3.9）](202603/0309.md)", "1. [笔记（2026.5.4）](202605/0504.md)"],
        ),
        (  # headings of months below years
            "## 2026\n\n### 3月\n\n* [a](202603/0301.md)\n\n### 4月\n\n* [b](202604/0402.md)\n* [c](202604/0409.md)\n",
            ["* [笔记（2026.3.9）](202603/0309.md)", "### 5月", "* [笔记（2026.5.4）](202605/0504.md)"],
        ),
        (  # headings that name both, newest first
            "### 2026-04\n- [c](./202604/0409.md)\n- [b](202604/0402.md)\n\n### 2026-03\n- [a](202603/0301.md)\n",
            ["### 2026-05", "- [笔记（2026.5.4）](./202605/0504.md)", "- [笔记（2026.3.9）](202603/0309.md)"],
        ),
        (  # years only
            "# 2026\n- [a](202603/0301.md)\n- [b](202604/0402.md)\n- [c](202604/0409.md)\n",
            ["- [笔记（2026.3.9）](202603/0309.md)", "- [笔记（2026.5.4）](202605/0504.md)"],
        ),
    ],
)
def test_lists_in_markdown(page: str, lines: list[str]) -> None:
    days = [date(2026, 3, 1), date(2026, 3, 9), date(2026, 4, 2), date(2026, 4, 9), date(2026, 5, 4)]
    assert added(page, listed(*days)) == lines


def test_a_year_below_headings_of_years() -> None:
    page = "# 2026\n\n- [a](202603/0301.md)\n- [b](202604/0402.md)\n- [c](202604/0409.md)\n\nbye\n"
    days = [date(2026, 3, 1), date(2026, 4, 2), date(2026, 4, 9), date(2027, 1, 1)]
    assert "(202604/0409.md)\n# 2027\n\n- [笔记（2027.1.1）](202701/0101.md)\n\nbye" in completed(page, listed(*days))


def test_a_new_month_stands_as_far_from_the_last_as_the_others() -> None:
    page = (
        "# x\n\n## 2026-04\n\n- [a](202604/0402.md)\n- [b](202604/0409.md)\n\n\n## 2026-05\n\n- [c](202605/0504.md)\n"
    )
    new = "\n\n## 2026-06\n\n- [笔记（2026.6.1）](202606/0601.md)\n"
    assert completed(page, [*KNOWN, *listed(date(2026, 6, 1))]) == page + new


def test_months_behind_a_hyphen_have_two_digits() -> None:
    page = "## 2026-10\n- [a](202610/1002.md)\n## 2026-11\n- [b](202611/1109.md)\n- [c](202611/1110.md)\n"
    days = [date(2026, 9, 1), date(2026, 10, 2), date(2026, 11, 9), date(2026, 11, 10)]
    assert added(page, listed(*days))[0] == "## 2026-09"
    page = page.replace("2026-", "2026.")
    assert added(page, listed(*days))[0] == "## 2026.9"


def test_months_that_name_their_year_need_no_heading_of_it() -> None:
    page = "# 2026\n\n## 2026年4月\n- [a](202604/0402.md)\n- [b](202604/0409.md)\n## 2026年5月\n- [c](202605/0504.md)\n"
    lines = ["## 2027年1月", "- [笔记（2027.1.2）](202701/0102.md)"]
    assert added(page, [*KNOWN, *listed(date(2027, 1, 2))]) == lines


def test_a_note_whose_title_stands_there_is_not_added() -> None:
    page = PAGE.replace("the end", "- [two  words](elsewhere/old.md)\n")
    assert added(page, [*KNOWN, ("202605/0506.md", "two words", date(2026, 5, 6))]) == ["更新今日时间：**2026.5.6**"]


def test_paths_are_seen_from_the_page() -> None:
    page = "- [a](../202603/0301.md)\n- [b](../202604/0402.md)\n- [c](../202604/0409.md)\n"
    days = [date(2026, 3, 1), date(2026, 4, 2), date(2026, 4, 9)]
    notes = [*listed(*days), ("五月 x/0504.md", "t", date(2026, 5, 4)), ("index/x(1).md", "u", date(2026, 5, 5))]
    assert added(page, notes, "index/all.md") == ["- [t](../五月%20x/0504.md)", "- [u](x%281%29.md)"]


def test_titles_are_harmless() -> None:
    notes = [*KNOWN, ("x.md", "<b> & ](https://evil.example) `", date(2026, 5, 4))]
    assert ">&lt;b&gt; &amp; ](https://evil.example) `</a>" in completed(PAGE, notes)
    page = "- [a](202604/0402.md)\n- [b](202604/0409.md)\n- [c](202605/0504.md)\n"
    assert added(page, notes) == [r"- [\<b\> & \](https://evil.example) \`](x.md)"]


@pytest.mark.parametrize(
    "page",
    [
        "- [a](202604/0402.md)\n- [b](202604/0409.md)\n- [c](elsewhere.md)\n",  # too few
        "See [a](202604/0402.md), [b](202604/0409.md) and [c](202605/0504.md).\n",  # no list
        "- [a](202604/0402.md) [b](202604/0409.md)\n- more: [c](202605/0504.md)\n",
        "- [a](202604/0402.md)\n- [b](202604/0409.md)\n\n- [c](202605/0504.md)\n",  # two lists: nobody knows which
        "<!-- notemend: ignore-start -->\n" + PAGE,
    ],
)
def test_what_is_no_index_stays(page: str) -> None:
    assert completed(page, [*KNOWN, *listed(date(2026, 6, 1))]) == page


def test_nothing_is_added_where_the_author_wants_nothing_touched() -> None:
    ignored = "<!-- notemend: ignore-start -->\n</details>\n</details>\n<!-- notemend: ignore-end -->"
    page = PAGE.replace("</details>\n</details>", ignored).replace("更新今日时间", "更新今天")
    assert completed(page, [*KNOWN, *listed(date(2026, 5, 20))]) == page


def test_a_page_with_few_of_the_notes_is_no_index() -> None:
    assert completed(PAGE, [*KNOWN, *listed(*(date(2026, 6, day) for day in range(1, 5)))]) == PAGE


def test_what_is_listed_already_under_a_wrong_path_and_what_has_no_date_stays_out() -> None:
    whole = completed(PAGE, [*KNOWN, *listed(date(2026, 5, 5))])
    page = whole.replace("202604/0409.md", "202604/0409x.md")
    notes = [
        *KNOWN,
        *listed(date(2026, 5, 5)),
        ("undated.md", "t", None),
        ("README.md", "index", date(2026, 5, 1)),
        *listed(date(2026, 4, 3)),
    ]
    assert "0409.md" not in completed(page, notes)
    assert added(page, notes)[0] == '    2. <a href="202604/0403.md" target="_blank">笔记（2026.4.3）</a>'


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("Last updated: 2026-05-04", "Last updated: 2026-06-07"),
        ("- 最后更新：2026年5月4日", "- 最后更新：2026年6月7日"),
        ("更新时间: 2026/05/04", "更新时间: 2026/06/07"),
        ("更新开始时间：2026.5.4", "更新开始时间：2026.5.4"),
        ("Last updated: 2027-01-01", "Last updated: 2027-01-01"),
        ("Last updated: 2026-05-04 by me", "Last updated: 2026-05-04 by me"),
    ],
)
def test_the_line_with_the_date(line: str, after: str) -> None:
    page = f"{line}\n\n- [a](202604/0402.md)\n- [b](202604/0409.md)\n- [c](202605/0504.md)\n"
    assert completed(page, [*KNOWN, *listed(date(2026, 6, 7))]).splitlines()[0] == after


day = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(
    st.sets(day, max_size=6),
    st.sets(day, min_size=3, max_size=12),
    st.booleans(),
    st.sampled_from(["- [{}]({})", "{n}. [{}]({})", '{n}. <a href="{1}">{0}</a>']),
    st.sampled_from(["flat", "## {:%Y}", "### {:%Y-%m}"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_is_missing(
    missing: set[date], there: set[date], falling: bool, item: str, heading: str, line_end: str
) -> None:
    """All notes are listed in the end, each once, in order, and nothing else is lost."""
    lines: list[str] = []
    for number, each in enumerate(sorted(there, reverse=falling), 1):
        if (title := heading.format(each)) not in lines and heading != "flat":
            lines += ["", title]
        path = f"{each:%Y%m/%m%d}.md"
        lines.append(item.format(f"t{each}", path, n=number) if "{n}" in item else item.format(f"t{each}", path))
    page = line_end.join([*lines, "", "bye", ""])
    notes = listed(*sorted(there | missing), title="t{0}")
    out = parser.parse_note("README.md", completed(page, notes).encode())
    if len(there) * 2 < len(notes):
        assert out.data.decode() == page
        return
    paths = [str(PurePosixPath(mention.url)) for mention in out.mentions]
    assert sorted(paths) == sorted(path for path, _, _ in notes)
    if len(there) > 1 and paths != sorted(paths):
        assert falling
        assert paths == sorted(paths, reverse=True)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus")
def test_the_corpus_lacks_two_notes() -> None:
    notes = list(NotesFolder(CORPUS))
    page = next(note for note in notes if note.path == "README.md")
    known: list[Listed] = [(note.path, note.title, note.date) for note in notes]
    assert [line.split('"')[1] for line in added(page.data.decode(), known) if "0307" in line or "0528" in line] == [
        "notes/202103/0307.md",
        "notes/202105/0528.md",
    ]
    others = [note for note in notes if note is not page]
    assert [edit for note in others for edit in index_edits(note, known)] == []

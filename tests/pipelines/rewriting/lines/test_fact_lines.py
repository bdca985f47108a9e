from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.metadata import Paper, Repository
from crawler.notes import parser
from pipelines.rewriting.lines.line_style import MAX_LENGTH, escape_plain_text
from tests.support.mending import LOOPS, STORE, mended, standing


def entry(*lines: str) -> str:
    return "\n".join(
        ["1. [t](https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA)", *(f"   {line}" if line else "" for line in lines)]
    )


PAPER_LINE = "- Paper: [Loops](https://arxiv.org/abs/2204.00001)"


def facts(*lines: str, paper: Paper = LOOPS, repository: Repository | None = None) -> list[str]:
    """Return the lines that mending adds or changes."""
    repository = repository or Repository("o/r", stars=1234)
    store = (
        standing("https://arxiv.org/abs/2204.00001", metadata=paper),
        standing("https://github.com/o/r", metadata=repository),
    )
    text = entry(*lines)
    out = mended(text, *store, rewrite={"facts"})
    before = text.split("\n")
    return [line.removeprefix("   ") for line in out.split("\n") if line not in before]


@pytest.mark.parametrize(
    ("lines", "added"),
    [
        ([PAPER_LINE], ["- Authors: Ada Lovelace, Emmy Noether", "- Venue: CVPR 2022"]),
        (
            ["- **论文**： [L](https://arxiv.org/abs/2204.00001)"],
            ["- **作者**： Ada Lovelace, Emmy Noether", "- **发表于**： CVPR 2022"],
        ),
        (
            ["- 摘要：a", "- 论文：[L](https://arxiv.org/abs/2204.00001)", "- Tips: b"],
            ["- 作者：Ada Lovelace, Emmy Noether", "- 发表于：CVPR 2022"],
        ),
        (
            ["- Abstract：a", "- 论文：[L](https://arxiv.org/abs/2204.00001)", "- Tips: b"],
            ["- Authors：Ada Lovelace, Emmy Noether", "- Venue：CVPR 2022"],
        ),
        ([PAPER_LINE, "- Authors: me", "- Code: x"], ["- Venue: CVPR 2022"]),
        ([PAPER_LINE, "- 作者: 我", "- 会议: CVPR"], []),
        ([PAPER_LINE.replace("Paper", "paper")], ["- authors: Ada Lovelace, Emmy Noether", "- venue: CVPR 2022"]),
        (
            ["- Paper:[L](https://arxiv.org/abs/2204.00001)"],
            ["- Authors:Ada Lovelace, Emmy Noether", "- Venue:CVPR 2022"],
        ),
        (
            ["- Paper:", "  - [L](https://arxiv.org/abs/2204.00001)"],
            ["- Authors: Ada Lovelace, Emmy Noether", "- Venue: CVPR 2022"],
        ),
        (
            ["- **Paper: [L](https://arxiv.org/abs/2204.00001)**"],
            ["- Authors: Ada Lovelace, Emmy Noether", "- Venue: CVPR 2022"],
        ),
        (["- [Loops](https://arxiv.org/abs/2204.00001)"], []),
        (["- Tips: after [Loops](https://arxiv.org/abs/2204.00001)"], []),
        (["- [ ] Paper: [Loops](https://arxiv.org/abs/2204.00001)"], []),
        (["- Code: https://github.com/o/r"], ["- Stars: 1,200"]),
        (["- 代码：https://github.com/o/r"], ["- Star 数：1,200"]),
        (["- GitHub：https://github.com/o/r/tree/main/x"], []),
        (["- Code: https://github.com/o/r", "- Stars: 1,000"], ["- Stars: 1,200"]),
        (["- Code: https://github.com/o/r", "- **Stars**: **99**"], ["- **Stars**: **1,200**"]),
        (["- Code: https://github.com/o/r", "- Stars: 1000"], ["- Stars: 1200"]),
        (["- Code: https://github.com/o/r", "- Stars: 1234"], []),
        (["- Code: https://github.com/o/r", "- Stars: 1,120"], []),  # near enough
        (["- Code: https://github.com/o/r", "- Stars: 1,100"], ["- Stars: 1,200"]),
        (["- Code: https://github.com/o/r", "- Stars: 1.2k"], []),
        (["- Code: https://github.com/o/r", "- Stars: 3 of 5"], []),
        (["- Code: https://github.com/o/r", "- Stars: ⭐⭐⭐"], []),
        (["- Stars: 7"], []),
    ],
)
def test_fact_lines(lines: list[str], added: list[str]) -> None:
    assert facts(*lines) == added


@pytest.mark.parametrize(
    ("stars", "written", "added"),
    [
        (1000, "1,100", []),
        (1000, "1,101", ["- Stars: 1,000"]),
        (1000, "900", []),
        (1000, "899", ["- Stars: 1,000"]),
    ],
)
def test_a_number_is_replaced_when_it_is_off_by_more_than_a_tenth(stars: int, written: str, added: list[str]) -> None:
    lines = "- Code: https://github.com/o/r", f"- Stars: {written}"
    assert facts(*lines, repository=Repository("o/r", stars=stars)) == added


def test_a_renamed_repository_is_one_repository() -> None:
    lines = "- Code: https://github.com/old/loops, https://github.com/new/loops", "- Tips: x"
    assert "- Stars: 1,200" in mended(entry(*lines), *STORE)


def test_two_repositories_have_no_count_of_stars() -> None:
    lines = "- Code: https://github.com/new/loops, https://github.com/kept/second", "- Stars: 1"
    assert mended(entry(*lines), *STORE) == entry(*lines)


def test_a_misspelt_label_is_one_nevertheless() -> None:
    assert facts(PAPER_LINE, "- Auther: me") == ["- Venue: CVPR 2022"]


def test_in_two_languages_the_field_decides() -> None:
    assert facts("- 论文: [L](https://arxiv.org/abs/2204.00001)", "- Tips: x")[0].startswith("- 作者: ")
    assert facts("- 要点: x", PAPER_LINE)[0].startswith("- Authors: ")


def test_a_tight_list_stays_tight() -> None:
    lines = entry("- Abstract: x", PAPER_LINE).replace("   - Abstract: x", "")
    assert "\n   - Authors: Ada Lovelace, Emmy Noether\n   - Venue: CVPR 2022" in mended(lines, STORE[0])


def test_a_loose_list_stays_loose() -> None:
    lines = entry(PAPER_LINE, "", "- Code: https://github.com/new/loops")
    assert mended(lines, *STORE).endswith("2022\n\n   - Code: https://github.com/new/loops\n\n   - Stars: 1,200")


@pytest.mark.parametrize("blank", ["", "   ", "\r"])
def test_a_single_paragraph_is_followed_by_another(blank: str) -> None:
    lines = entry("t", "Paper: [L](https://arxiv.org/abs/2204.00001)", "").replace("   t\n", f"{blank}\n")
    assert "2204.00001)\n\n   Authors: Ada Lovelace, Emmy Noether\n\n   Venue: CVPR" in mended(lines, STORE[0])


def test_quoted_paragraphs_stay_quoted() -> None:
    quoted = (
        "> 1. [t](https://mp.weixin.qq.com/s/A)\n>\n>    Paper: [L](https://arxiv.org/abs/2204.00001)\n>\n>    Tips: x"
    )
    assert ">\n>    Authors: Ada Lovelace, Emmy Noether\n>\n>    Venue: CVPR 2022\n>\n>    Tips" in mended(
        quoted, STORE[0]
    )


def test_html_line_breaks() -> None:
    lines = entry("Paper: [L](https://arxiv.org/abs/2204.00001)<br>", "Tips: x")
    assert "\n   Authors: Ada Lovelace, Emmy Noether<br>\n   Venue: CVPR 2022<br>\n   Tips" in mended(lines, STORE[0])


def test_lone_carriage_returns() -> None:
    lines = entry(PAPER_LINE, "- Tips: x").replace("\n", "\r")
    assert mended(lines, STORE[0]) == lines


def test_the_last_line_of_a_note_with_windows_line_ends() -> None:
    lines = entry("- Tips: x", PAPER_LINE).replace("\n", "\r\n")
    assert mended(lines, STORE[0]).endswith("\r\n   - Authors: Ada Lovelace, Emmy Noether\r\n   - Venue: CVPR 2022")


def test_facts_follow_what_belongs_to_the_field() -> None:
    text = entry(
        "- Paper:",
        "  - [L](https://arxiv.org/abs/2204.00001)",
        "  - [again](https://arxiv.org/abs/2204.00001v1)",
        "- Tips: x",
    )
    out = mended(text, STORE[0], rewrite={"facts"})
    assert out.index("[again]") < out.index("Authors") < out.index("Venue") < out.index("Tips")


def test_facts_follow_a_field_of_several_lines() -> None:
    out = mended(entry("Paper: [L](https://arxiv.org/abs/2204.00001)", "and so on", "Code: x"), STORE[0])
    assert out.index("and so on") < out.index("Authors") < out.index("Venue") < out.index("Code")


@pytest.mark.parametrize("nested", ["  - of interest", "  - Code: x"])
def test_facts_never_part_a_field_from_what_is_nested_below_it(nested: str) -> None:
    assert facts("Paper: [L](https://arxiv.org/abs/2204.00001)", nested) == []
    assert "Authors" not in "".join(facts(PAPER_LINE, "  - Code: x"))


def test_facts_at_the_end_of_a_note_without_line_end() -> None:
    assert mended(entry(PAPER_LINE), STORE[0]).endswith(
        "Loops](https://arxiv.org/abs/2204.00001)\n   - Authors: Ada Lovelace, Emmy Noether\n   - Venue: CVPR 2022"
    )


@pytest.mark.parametrize(
    ("authors", "shown"),
    [
        (("A B",), "A B"),
        (("A", "B", "C", "D", "E"), "A, B, C, D, E"),
        (("A", "B", "C", "D", "E", "F"), "A, B, C, D, E, et al."),
        (("", " ", "A"), "A"),
    ],
)
def test_author_lists(authors: tuple[str, ...], shown: str) -> None:
    assert facts(PAPER_LINE, paper=Paper("t", {"arxiv": "2204.00001"}, authors)) == [f"- Authors: {shown}"]


@pytest.mark.parametrize(
    ("venue", "year", "track", "shown"),
    [
        ("CVPR", 2022, None, "CVPR 2022"),
        ("CVPR", 2022, "oral", "CVPR 2022 (oral)"),
        ("CVPR 2022 Oral", 2022, "oral", "CVPR 2022 Oral"),
        ("NeurIPS Workshop", 2022, "workshop", "NeurIPS Workshop 2022"),
        ("EMNLP Findings", 2021, "findings", "EMNLP Findings 2021"),
        ("TPAMI", None, None, "TPAMI"),
        ("CVPR", 2022, "<b>", r"CVPR 2022 (\<b\>)"),
    ],
)
def test_venues(venue: str, year: int | None, track: str | None, shown: str) -> None:
    paper = Paper("t", {"arxiv": "2204.00001"}, venue=venue, venue_year=year, venue_track=track)
    assert facts(PAPER_LINE, paper=paper) == [f"- Venue: {shown}"]


def test_what_is_not_known_is_not_said() -> None:
    assert (
        facts(
            PAPER_LINE,
            "- Code: https://github.com/o/r",
            paper=Paper("t", {"arxiv": "2204.00001"}),
            repository=Repository("o/r"),
        )
        == []
    )


HOSTILE = [
    "a\n\n# b\r\n1. c",
    "](javascript:alert(1)) [x](javascript:alert(1)",
    "<script>alert(1)</script><img src=https://evil.example/x.png>",
    "a | b | c",
    "\u202ereversed\u2066 \u200b",
    "https://evil.example/ www.evil.example <https://evil.example>",
    "`code` *b* __c__ ~~d~~ $x$ ==e== %%f%% {{ g }} #tag",
    ":star::star: ⭐",
    "&lt;b&gt; &#60;",
    "![x](https://evil.example/x.png) [x]: https://evil.example",
    "x" * 100_000,
    "\\](https://evil.example)\\",
    "\x00\x1b[31m",
]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Jean-Luc O'Brien, Jr. (MIT)", "Jean-Luc O'Brien, Jr. (MIT)"),
        ("ACL & EMNLP: 50% in C# at 3:1", r"ACL & EMNLP: 50% in C# at 3\:1"),
        ("a_b *c* `d` [e] <f> g|h ~i~ $j$ {k}", r"a\_b \*c\* \`d\` \[e\] \<f\> g\|h \~i\~ \$j\$ \{k\}"),
        ("a@b.c #tag &lt; &#60; %%x%%", r"a\@b.c \#tag \&lt; \&\#60; \%%x\%%"),
        ("https://x WWW.x mailto:x", r"https\://x WWW\.x mailto\:x"),
        (" a \r\n\tb\x00\u2028c ", "a b c"),
        ("\u202ea\u200bb\ue000\u0301", "ab\u0301"),
        ("x" * MAX_LENGTH, "x" * MAX_LENGTH),
        ("x" * (MAX_LENGTH + 1), "x" * (MAX_LENGTH - 1) + "…"),
    ],
)
def test_plain_text(text: str, shown: str) -> None:
    assert escape_plain_text(text) == shown


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_facts_are_plain_text(text: str) -> None:
    lines = entry(PAPER_LINE, "- Tips: x")
    before = parser.parse_note("a.md", lines.encode())
    store = standing(
        "https://arxiv.org/abs/2204.00001", metadata=Paper("t", {"arxiv": "2204.00001"}, (text, "Z"), venue=text)
    )
    out = mended(lines, store)
    after = parser.parse_note("a.md", out.encode())
    assert [mention.url for mention in after.mentions] == [mention.url for mention in before.mentions]
    assert [field.name for field in after.entries[0].fields] == ["paper", "authors", "venue", "tips"]
    assert len(after.entries) == 1
    assert after.entries[0].relevance == 0
    assert len(out) < len(lines) + 4 * MAX_LENGTH + 60
    assert "\u202e" not in out


@given(st.text())
def test_plain_text_is_one_short_line_of_visible_characters(text: str) -> None:
    line = escape_plain_text(text)
    assert len(line.replace("\\", "")) <= MAX_LENGTH
    assert line.split() == line.split(" ") or not line
    assert not set(line) & set("\r\n\t\u202e\u2066\u2028")

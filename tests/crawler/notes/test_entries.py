"""Entries: what a numbered item of a note says in its fields, and what each of its links is for."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from textwrap import indent

import pytest

from crawler.models.notes.note import Entry, LinkRole, Note
from crawler.notes.fields import canonical_label
from crawler.notes.parser import parse_note

CORPUS = Path(__file__).parents[3] / "../shared/corpus/dairly_learning"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")

DAILY = """\
# 学习笔记（2021.5.10）

Before the list: [site](http://cv.org/)

1. [First 题目](https://mp.weixin.qq.com/s/a)\u200b    :star::star:
   - 主要内容：one **two**
     three
   - 论文：[A Paper](https://arxiv.org/abs/2101.00001)
   - **GtiHub：https://github.com/a/b**
   - 核心要点：
     - first point
     - 第二：second

<div align=center><img src="http://q.cn/1.png">
</div>

2. **[Second](http://blog.org/b)** ⭐️⭐⭐
   paper：https://x.org/p.pdf

   *在线版：http://x.org/demo*

- Code1: [c](http://x.org/c)

A paragraph with [a link](http://x.org/more).

<video src="http://q.cn/2.mp4" poster="http://q.cn/2.png"></video>

## Others

- Code: http://x.org/other
"""


def entries(text: str) -> tuple[Entry, ...]:
    return parse_note("note.md", text.encode()).entries


def urls(note: Note, positions: tuple[int, ...]) -> list[str]:
    return [note.mentions[position].url for position in positions]


@pytest.fixture(scope="module")
def daily() -> Note:
    return parse_note("notes/202105/0510.md", DAILY.encode())


def test_a_daily_note(daily: Note) -> None:
    assert (daily.title, daily.date) == ("学习笔记（2021.5.10）", date(2021, 5, 10))
    first, second = daily.entries
    assert (first.number, first.title, first.relevance) == (1, "First 题目", 2)
    assert (second.number, second.title, second.relevance) == (2, "Second", 3)
    assert [daily.mentions[entry.article or 0].url for entry in daily.entries] == [
        "https://mp.weixin.qq.com/s/a",
        "http://blog.org/b",
    ]


def test_fields(daily: Note) -> None:
    assert [
        (field.name, field.label, field.value, urls(daily, field.mentions))
        for entry in daily.entries
        for field in entry.fields
    ] == [
        ("abstract", "主要内容", "one two three", []),
        ("paper", "论文", "A Paper", ["https://arxiv.org/abs/2101.00001"]),
        ("code", "GtiHub", "https://github.com/a/b", ["https://github.com/a/b"]),
        ("tips", "核心要点", "first point 第二：second", []),
        ("paper", "paper", "https://x.org/p.pdf", ["https://x.org/p.pdf"]),
        ("demo", "在线版", "http://x.org/demo", ["http://x.org/demo"]),
        ("code", "Code1", "c", ["http://x.org/c"]),
    ]
    assert daily.entries[0].field("code") is daily.entries[0].fields[2]


def test_the_spans_of_fields(daily: Note) -> None:
    spans = [
        (daily.data[field.start : field.label_start].decode(), daily.data[field.label_start : field.end].decode())
        for entry in daily.entries
        for field in entry.fields
    ]
    assert spans == [
        ("   - ", "主要内容：one **two**\n     three"),
        ("   - ", "论文：[A Paper](https://arxiv.org/abs/2101.00001)"),
        ("   - ", "**GtiHub：https://github.com/a/b**"),
        ("   - ", "核心要点：\n     - first point\n     - 第二：second"),
        ("   ", "paper：https://x.org/p.pdf"),
        ("   ", "*在线版：http://x.org/demo*"),
        ("- ", "Code1: [c](http://x.org/c)"),
    ]
    crlf = parse_note("note.md", b"\xef\xbb\xbf" + DAILY.replace("\n", "\r\n").encode())
    assert [crlf.data[field.label_start : field.end].decode() for field in crlf.entries[0].fields] == [
        written.replace("\n", "\r\n") for _, written in spans[:4]
    ]


def test_a_field_ends_where_the_next_begins_and_labels_are_stripped() -> None:
    data = b"1. [a](http://x.y)\r   :star::star:\r   - Blog : b\r     - Code: c\r"
    (entry,) = parse_note("note.md", data).entries
    assert [(field.label, data[field.start : field.end]) for field in entry.fields] == [
        ("Blog", b"   - Blog : b"),
        ("Code", b"     - Code: c"),
    ]
    assert entry.relevance == 2


def test_what_follows_an_entry_belongs_to_it_until_the_next_heading(daily: Note) -> None:
    first, second = daily.entries
    assert urls(daily, first.mentions)[-1] == "http://q.cn/1.png"
    assert urls(daily, second.mentions)[-3:] == ["http://x.org/more", "http://q.cn/2.mp4", "http://q.cn/2.png"]
    assert [mention.url for mention in daily.mentions if mention.entry is None] == [
        "http://cv.org/",
        "http://x.org/other",
    ]
    assert all(daily.mentions[position].entry == 1 for position in second.mentions)
    written = [daily.data[entry.start : entry.end].decode() for entry in daily.entries]
    assert [(text[:2], text[-6:]) for text in written] == [("1.", "</div>"), ("2.", "video>")]


def test_roles(daily: Note) -> None:
    assert {mention.url: mention.role.value for mention in daily.mentions} == {
        "http://cv.org/": "other",
        "https://mp.weixin.qq.com/s/a": "article",
        "https://arxiv.org/abs/2101.00001": "paper",
        "https://github.com/a/b": "code",
        "http://q.cn/1.png": "image",
        "http://blog.org/b": "article",
        "https://x.org/p.pdf": "paper",
        "http://x.org/demo": "demo",
        "http://x.org/c": "code",
        "http://x.org/more": "other",
        "http://q.cn/2.mp4": "video",
        "http://q.cn/2.png": "image",
        "http://x.org/other": "other",
    }


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("[x](https://www.arXiv.org/abs/2101.00001)", LinkRole.PAPER),
        ("[x](//user@export.arxiv.org:80/abs/1)", LinkRole.PAPER),
        ("https://github.com/a/b", LinkRole.CODE),
        ("https://notgithub.com/a/b", LinkRole.OTHER),
        ("https://x.org/github.com/", LinkRole.OTHER),
        ("https://a.github.io/", LinkRole.OTHER),
        ("http://mp.weixin.qq.com/s/a", LinkRole.ARTICLE),
        ("[x](https://mmbiz.qpic.cn/a/640)", LinkRole.IMAGE),
        ("![x](https://github.com/a/b.png)", LinkRole.IMAGE),
        ("![x][y]\n\n[y]: https://github.com/a/b.png", LinkRole.IMAGE),
        ("<img src=a.md>", LinkRole.IMAGE),
        ("<video><source src=a.mp4></video>", LinkRole.VIDEO),
        ("[x](notes/a.md#b)", LinkRole.INDEX),
        ("<a href='../A.MARKDOWN'>x</a>", LinkRole.INDEX),
        ("[x](https://x.org/a.md)", LinkRole.OTHER),
        ("[x](//x.org/a.md)", LinkRole.OTHER),
        ("[x](file:///a.md)", LinkRole.OTHER),
        ("[x](a.pdf)", LinkRole.OTHER),
        # in an entry
        ("1. [x](https://x.org/)", LinkRole.ARTICLE),
        ("1. [x](https://arxiv.org/abs/2101.00001)", LinkRole.PAPER),
        ("1. see https://x.org/", LinkRole.ARTICLE),
        ("1. x\n   - code: https://arxiv.org/", LinkRole.CODE),
        ("1. x\n   - tips: https://arxiv.org/abs/2101.00001", LinkRole.PAPER),
        ("1. x\n   - tips: https://x.org/", LinkRole.OTHER),
        ("1. x\n   - paper: <img src=a.png> [y](https://x.org)", LinkRole.IMAGE),
    ],
)
def test_the_role_of_a_link(text: str, role: LinkRole) -> None:
    assert parse_note("note.md", text.encode()).mentions[0].role is role


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1. [a](http://x.y)\n2. [b](http://x.y)\n", [(1, "a"), (2, "b")]),
        ("7) [a](http://x.y)\n\n<div>x</div>\n\n  09. [b](http://x.y)\n", [(7, "a"), (9, "b")]),
        ("> 3. [a](http://x.y)\n", [(3, "a")]),
        ("1. # [a](http://x.y)\n\n   b\n", [(1, "a")]),
        ("1. <a href=http://x.y>a</a> :star:\n", [(1, "a")]),
        ("1. plain [a](http://x.y) text :star:\n", [(1, "plain a text")]),
        ("1. ⭐️ plain ⭐️ [a](http://x.y)\n", [(1, "plain a")]),
        ("1. plain :star: text\n   http://x.y\n", [(1, "plain text")]),
        ("1. plain\n   - Code: http://x.y\n", [(1, "plain")]),
        ("1. Paper: [a](http://x.y)\n", [(1, "Paper: a")]),
        ("1. [](http://x.y) a\n", [(1, "a")]),
        ("1. [ ] [a](http://x.y)\n", [(1, "a")]),
        ("1. [a][d]\n2. [b](http://x.y)\n\n# Links\n\n[d]: http://x.y/d\n", [(1, "a"), (2, "b")]),
        # under an HTML block without a blank line
        ("1. [a](http://x.y)\n<div>\n</div>\n2. [b](http://x.y)\n", [(1, "a"), (2, "b")]),
        ("1. [a](http://x.y)\n\n<div><p></p></div>  \n  2) [b](http://x.y)\n", [(1, "a"), (2, "b")]),
        # no entries
        ("1. Open it.\n2. Close it.\n", []),
        ("1. ![a](http://x.y)\n", []),
        ("1. [a](notes/a.md)\n2. [b](notes/b.md)\n", []),
        ("<pre>\n1. <a href=http://x.y>a</a>\n</pre>\n", []),
        ("- [a](http://x.y)\n  1. [b](http://x.y)\n", []),
        ("- [a](http://x.y)\n\n# b\n\n* [c](http://x.y)\n", []),
        ("1. text\n\n   see http://x.y\n", []),
        ("1.\n2.\n", []),
    ],
)
def test_what_is_an_entry(text: str, found: list[tuple[int, str]]) -> None:
    for variant in (text, text.replace("\n", "\r\n")):
        assert [(entry.number, entry.title) for entry in entries(variant)] == found


def test_steps_in_a_field_and_behind_an_entry_are_no_entries() -> None:
    text = "1. [a](http://x.y)\n   - Tips:\n     1. do\n     2. https://x.y/z\n\n1. step\n2. step\n\n<img src=b>\n"
    note = parse_note("note.md", text.encode())
    (entry,) = note.entries
    assert entry.fields[0].value == "do https://x.y/z"
    assert [mention.entry for mention in note.mentions] == [0, 0, None]


def test_a_table_above_changes_no_entry() -> None:
    entry = "1. [t](http://a.example/)\n   - Paper: [p](http://b.example/)\n"
    table = "| a | b |\n|---|---|\n| [c](c.md) | d |\n\n"
    below, alone = entries(table + entry), entries(entry)
    assert [field.name for field in below[0].fields] == [field.name for field in alone[0].fields] == ["paper"]
    assert below[0].title == alone[0].title == "t"


def test_a_heading_under_an_html_block_ends_the_entry() -> None:
    note = parse_note("note.md", b"1. [a](http://x.y)\n<div><img src=b>\n</div>\n## Others\n- [c](http://x.y/c)\n")
    assert [mention.entry for mention in note.mentions] == [0, 0, None]
    assert [note.source_of(mention) for mention in note.mentions] == ["http://x.y", "b", "http://x.y/c"]


def test_a_reference_counts_where_it_is_used() -> None:
    text = "1. [a][1]\n   - Paper: [b][2]\n2. [c][3] [d][1]\n\n## End\n\n[1]: http://x.y/1\n[2]: http://x.y/2\n[3]: http://x.y/3\n"
    note = parse_note("note.md", text.encode())
    assert [(mention.entry, mention.role, mention.text) for mention in note.mentions] == [
        (0, LinkRole.ARTICLE, "a"),
        (0, LinkRole.PAPER, "b"),
        (1, LinkRole.ARTICLE, "c"),
    ]
    assert [entry.article for entry in note.entries] == [0, 2]
    assert note.entries[0].fields[0].mentions == (1,)


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("1. [a](http://x.y/a) [b](http://x.y/b)", "http://x.y/a"),
        ("1. ![p](http://x.y/p) [b](http://x.y/b)", "http://x.y/b"),
        ("1. [a](https://arxiv.org/abs/1) [b](http://x.y/b)", None),
        ("1. a\n   - 原文链接：http://x.y/a\n   - paper: http://x.y/b", "http://x.y/a"),
        ("1. a\n   - paper: http://x.y/b", None),
        ("1. a\n   paper: http://x.y/b", None),
        ("1. a\n   links: http://x.y/b", None),
    ],
)
def test_the_article_of_an_entry(text: str, article: str | None) -> None:
    note = parse_note("note.md", text.encode())
    (entry,) = note.entries
    assert (None if entry.article is None else note.mentions[entry.article].url) == article


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("- **Paper**: a\n- *Code:* b\n- __Tips：__c", [("paper", "a"), ("code", "b"), ("tips", "c")]),
        ("- **Paper** ： a", [("paper", "a")]),
        ("- -主要内容：a\n- 📄 Paper: b", [("abstract", "a"), ("paper", "b")]),
        ("Paper: a\nCode: b\nmore", [("paper", "a"), ("code", "b more")]),
        ("- Paper: a\n  Code: b", [("paper", "a"), ("code", "b")]),
        ("- [x] Paper: a", [("paper", "a")]),
        ("甲：a\n乙：b", [("甲", "a"), ("乙", "b")]),
        ("- Paper: a\n\n  more", [("paper", "a more")]),
        ("- Paper: a\n  - note here\n  - 说明：b\n  - Code: c", [("paper", "a note here 说明：b"), ("code", "c")]),
        ("- 相关：\n  - Paper: a\n- b", [("相关", ""), ("paper", "a")]),
        ("- Paper: a\n- no label\n- Code: b", [("paper", "a"), ("code", "b")]),
        ("- Paper: a\n\nparagraph\n\nCode: b", [("paper", "a"), ("code", "b")]),
        ("- 直播时间：4月21日 20:00", [("直播时间", "4月21日 20:00")]),
        ("- Paper:https://x.y/z", [("paper", "https://x.y/z")]),
        ("- 链接：[t](http://x.y) 提取码：6r80", [("links", "t 提取码：6r80")]),
        ("- Paper: `a` &amp; ~~b~~<br>c", [("paper", "a & bc")]),
        # no labels
        ("- https://x.y/z", []),
        ("- [Paper: a](http://x.y)", []),
        ("- `Paper`: a", []),
        ("- 10:30 a", []),
        ("- at 10:30", []),
        ("- good :star:", []),
        ("- 2021：a", []),
        ("- 本文提出，方法：a", []),
        ("- a label much too long to be one: a", []),
        ("> | Paper: a |\n> |---|\n> | Code: b |", []),
        ("```\nPaper: a\n```", []),
    ],
)
def test_what_is_a_field(lines: str, fields: list[tuple[str, str]]) -> None:
    for newline in ("\n", "\r\n"):
        text = "1. [title](http://x.y)\n\n" + indent(lines, "   ")
        (entry,) = entries(text.replace("\n", newline))
        assert [(field.name, field.value) for field in entry.fields] == fields


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Paper", "paper"),
        ("Code", "code"),
        ("ＧitHub", "code"),
        ("GtiHub", "code"),
        ("github 地址", "code"),
        ("GitHub地址", "code"),
        ("主要内容", "abstract"),
        ("项目", "project"),
        ("Abstarct", "abstract"),
        ("Asbtarct", "abstract"),
        ("Paper1", "paper"),
        ("Paper 2", "paper"),
        ("（Paper）", "paper"),
        ("-主要内容", "abstract"),
        ("ｐａｐｅｒ", "paper"),
        ("Papr", "paper"),
        ("Taper", "taper"),
        ("Modes", "modes"),
        ("Tops", "tops"),
        ("Gitlub", "code"),
        ("Gitluc", "gitluc"),
        ("YOLOv5", "yolov5"),
        ("12", ""),
        ("——", ""),
    ],
)
def test_labels(label: str, name: str) -> None:
    assert canonical_label(label) == name


@pytest.mark.parametrize(
    ("path", "heading", "day"),
    [
        ("note.md", "# 笔记（2021.5.10）", date(2021, 5, 10)),
        ("note.md", "# 2021年5月10日", date(2021, 5, 10)),
        ("note.md", "# 2021/5/10", date(2021, 5, 10)),
        ("note.md", "# ２０２１．５．１０", date(2021, 5, 10)),
        ("note.md", "# 20210510", date(2021, 5, 10)),
        ("note.md", "Notes\n=====\n\n## 2021.5.10\n\n## 2021.5.9", date(2021, 5, 10)),
        ("202206/0607.md", "# 2021.5.10", date(2021, 5, 10)),
        ("202206/0607.md", "# 2021.13.45", date(2022, 6, 7)),
        ("notes/202103/0307.md", "", date(2021, 3, 7)),
        ("2024-05-01.md", "", date(2024, 5, 1)),
        ("2022/07/10.md", "", date(2022, 7, 10)),
        ("daily/20220710-x.md", "", date(2022, 7, 10)),
        ("2024/2024-05-01.md", "", date(2024, 5, 1)),
        ("2024-05-01/2024-06-02 x.md", "", date(2024, 6, 2)),
        ("2022/0710.md", "", date(2022, 7, 10)),
        ("2022/13/45.md", "", None),
        ("120220710.md", "", None),
        ("202207101.md", "", None),
        ("2103.01988.md", "# CVPR 2021", None),
        ("README.md", "text 2021.5.10", None),
        ("README.md", "- # 2021.5.10", None),
    ],
)
def test_the_date_of_a_note(path: str, heading: str, day: date | None) -> None:
    assert parse_note(path, heading.encode()).date == day


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("text\n\n## A *b* `c` [d](e)\n# F\n", "A b c d"),
        ("A\nb\n===\n", "A b"),
        ("---\ntitle: x\n---\n\n# A\n", "A"),
        ("text", ""),
    ],
)
def test_the_title_of_a_note_is_its_first_heading(text: str, title: str) -> None:
    assert parse_note("note.md", text.encode()).title == title


@needs_corpus
def test_the_entries_of_the_corpus() -> None:
    notes = [
        parse_note(file.relative_to(CORPUS).as_posix(), file.read_bytes()) for file in sorted(CORPUS.rglob("*.md"))
    ]
    found = [entry for note in notes for entry in note.entries]
    assert len(found) == 754  # numbered lines with a link
    assert all(entry.article is not None and entry.title for entry in found)
    assert sum(entry.relevance == 0 for entry in found) == 1
    names = Counter(field.name for entry in found for field in entry.fields)
    assert names.keys() >= {"abstract", "tips", "paper", "code", "demo", "video", "project", "dataset"}
    assert sum(names[name] for name in ("abstract", "tips", "paper", "code")) > 0.97 * names.total()
    for note in notes:
        for entry in note.entries:
            number, _, rest = note.data[entry.start : entry.end].decode().partition(".")
            assert int(number) == entry.number
            assert entry.title[:5] in rest


SHARED = """- **Oak Networks.** CVPR 2021. [[paper]][oak] [[code]]
- **Elm Networks.** ICCV 2021. [[paper]][elm] [[code]] [[again]][code]
"""
DEFINITIONS = """[code]: https://github.com/forest/networks
[oak]: https://arxiv.org/abs/2101.20001
[elm]: https://arxiv.org/abs/2101.20002
"""


@pytest.mark.parametrize(
    "text", [f"{SHARED}\n{DEFINITIONS}", f"{DEFINITIONS}\n{SHARED}", f"See [code].\n\n{SHARED}\n{DEFINITIONS}"]
)
def test_a_definition_belongs_to_each_work_that_uses_it(text: str) -> None:
    note = parse_note("a.md", text.encode())
    assert len(note.mentions) == 3
    (code,) = [at for at, each in enumerate(note.mentions) if each.role is LinkRole.CODE]
    assert [entry.title for entry in note.entries] == ["Oak Networks", "Elm Networks"]
    assert [entry.mentions.count(code) for entry in note.entries] == [1, 1]
    assert note.mentions[code].entry == 0
    for entry in note.entries:
        assert all(entry.start <= field.label_start < field.end <= entry.end for field in entry.fields)
        assert entry.field("code") is not None


def test_a_use_in_an_ignored_span_counts_for_no_work() -> None:
    ignored = SHARED.replace("[[code]]\n", "<!-- notemend: ignore-start -->[[code]]<!-- notemend: ignore-end -->\n", 1)
    note = parse_note("a.md", f"{ignored}\n{DEFINITIONS}".encode())
    assert [entry.field("code") is not None for entry in note.entries] == [False, True]

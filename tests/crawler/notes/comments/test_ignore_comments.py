"""Ignore comments: what an author wants left alone is neither fetched nor edited."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.notes.comments import ignore_comments
from crawler.notes.files.folder import NotesFolder
from crawler.notes.parser import parse_note
from tests.crawler.notes.test_parser import TOKENS, forms, urls
from tests.support.mending import STORE, edits, mended, moved
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.models.notes.note import Note
    from tests.support.crawling import Desk

ONE, START, END = (f"<!-- notemend: {word} -->" for word in ("ignore", "ignore-start", "ignore-end"))


def note_of(text: str) -> Note:
    return parse_note("note.md", text.encode())


def written(text: str) -> list[str]:
    """Return what stands in the mentions' spans."""
    note = note_of(text)
    return [note.source_of(mention) for mention in note.mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the next line, and only that
        (f"{ONE}\n[a](a.md)\n[b](b.md)\n", ["b.md"]),
        (f"{ONE}\n\n \t\n[a](a.md)\n[b](b.md)\n", ["b.md"]),
        (f"[z](z.md) {ONE} [y](y.md)\n[a](a.md) <img src=c.png>\n[b](b.md)\n", ["z.md", "y.md", "b.md"]),
        (f"[z](z.md){ONE}\n[a](a.md)\n", ["z.md"]),
        (f"{ONE} http://z.y\nhttp://a.b\nhttp://c.d", ["http://z.y", "http://c.d"]),
        (f"{ONE}{ONE}\n{ONE}\n[a](a.md)\n[b](b.md)\n", ["b.md"]),
        (f"[z](z.md)\n\n{ONE}\n", ["z.md"]),
        (f"{ONE}\n\n\n", []),
        (f"{ONE}\n# [a](a.md)\n## [b](b.md)\n", ["b.md"]),
        (f"{ONE}\n[a\n](a.md) [b](b.md)\n", ["a.md", "b.md"]),
        (f"{ONE}\n<img\nsrc='a.md'>\n", ["a.md"]),
        (f"x {ONE}\n<a title='\n' href='a.md'>y</a> <http://b.c>\n", ["a.md", "http://b.c"]),
        # everything between, to the byte: what else stands on the lines of the comments is kept
        (f"[z](z.md)\n\n{START}\n[a](a.md)\n\nhttp://b.c\n\n{END}\n[y](y.md)\n", ["z.md", "y.md"]),
        (
            f"[z](z.md)\nhttp://z.y {START}\n[b](b.md)\n{END} http://x.y\nhttp://y.x\n",
            ["z.md", "http://z.y", "http://x.y", "http://y.x"],
        ),
        (f"[z](z.md) {START} [b](b.md) {END} [y](y.md)\n[x](x.md)\n", ["z.md", "y.md", "x.md"]),
        (f"[z](z.md){START}[a](a.md){END}[y](y.md){START}[b](b.md){END}[x](x.md)\n", ["z.md", "y.md", "x.md"]),
        (f"http://z.y{START}http://a.b{END}http://y.x\n", ["http://z.y", "http://y.x"]),
        (f"[z](z.md) {START}", ["z.md"]),
        (f"[z](z.md) {START}\n[a](a.md)\n", ["z.md"]),
        (f"{START} [a](a.md)\n{ONE}\n[b](b.md) {END} [c](c.md)\n[y](y.md)\n", ["y.md"]),
        (f"{START}\n[a](a.md) {END} [z](z.md) {ONE}\n[b](b.md)\n[y](y.md)\n", ["z.md", "y.md"]),
        (f"{START} [a\n](a.md) {END} ![z](z.png)\n", ["z.png"]),
        (f"[z\n](z.md) {START} ![a\n](a.png)\n", ["z.md"]),
        (f"{START}\n[a](a.md)\n{END}{START}\n[b](b.md)\n{END}\n[y](y.md)\n", ["y.md"]),
        (f"[z](z.md)\n{START}\n[a](a.md)\n\n```\n{END}\n```\n\n[b](b.md)\n", ["z.md"]),
        (f"{START}\n[a](a.md)\n{START}\n[b](b.md)\n{END}\n[y](y.md)\n{END}\n[x](x.md)\n", ["y.md", "x.md"]),
        (f"{END}\n[z](z.md)\n{END}\n[y](y.md)", ["z.md", "y.md"]),
        (f"{START}\n{ONE}\n{END}\n[y](y.md)\n", ["y.md"]),
        (f"{START}\n{END}{ONE}\n[a](a.md)\n[y](y.md)\n", ["y.md"]),
        # how it may be written
        ("<!--notemend:ignore-->\n[a](a.md)\n", []),
        ("<!--\t Notemend :  IGNORE\n-->\n[a](a.md)\n", []),
        ("x <!--\nnotemend: Ignore-Start\n--> y\n[a](a.md)\n<!-- NOTEMEND: ignore-end -->\n[y](y.md)", ["y.md"]),
        ("<!-- notemend ignore -->\n[y](y.md)\n", ["y.md"]),
        ("<!-- notemend: ignore this -->\n[y](y.md)\n", ["y.md"]),
        ("<!-- notemend: ignorestart -->\n[y](y.md)\n", ["y.md"]),
        ("<!-- see notemend: ignore -->\n[y](y.md)\n", ["y.md"]),
        ("<!-- notemend: ignore --\n[y](y.md)\n", []),  # all of it is a comment
        ("<! notemend: ignore >\n[y](y.md)\n", ["y.md"]),
        # what is a comment
        (f"`{ONE}`\n[y](y.md)\n", ["y.md"]),
        (f"```\n{ONE}\n```\n[y](y.md)\n", ["y.md"]),
        (f"    {START}\n\n[y](y.md)\n", ["y.md"]),
        (f"~~~\n{START}\n~~~\n[y](y.md)\n", ["y.md"]),
        (f"\\{ONE}\n[y](y.md)\n", ["y.md"]),
        (f"<script>\n{START}\n</script>\n\n[y](y.md)\n", ["y.md"]),
        (f"<img src=z.png alt='{START}'> [y](y.md)\n", ["z.png", "y.md"]),
        (f"---\ntitle: {START}\n---\n\n[y](y.md)\n", ["y.md"]),
        # where it may stand
        (f"- [z](z.md)\n  {ONE}\n- [a](a.md)\n- [y](y.md)\n", ["z.md", "y.md"]),
        (f"- [z](z.md)\n- {ONE}\n\n  [a](a.md)\n- [y](y.md)\n", ["z.md", "y.md"]),
        (f"- [z](z.md)\n  {START}\n  - [a](a.md)\n\n- [b](b.md) {END}\n- [y](y.md)\n", ["z.md", "y.md"]),
        (f"> [z](z.md)\n> {ONE}\n> [a](a.md)\n> [y](y.md)\n", ["z.md", "y.md"]),
        (f"> {ONE}\n>\n> >\n> [a](a.md)\n\n[y](y.md)\n", ["y.md"]),
        ("> x <!--\n> notemend: ignore\n> --> y\n> [a](a.md)\n> [y](y.md)\n", ["y.md"]),
        ("> <!--\n> notemend: ignore\n> -->\n> [a](a.md)\n> [y](y.md)\n", ["y.md"]),
        (f"> {START}\n> [a](a.md)\n\n[b](b.md)\n\n> {END}\n\n[y](y.md)", ["y.md"]),
        (f"| z |\n|---|\n| [z](z.md) {ONE} |\n| [a](a.md) |\n| [y](y.md) |\n", ["z.md", "y.md"]),
        (f"{ONE}\n| [a](a.md) | http://b.c |\n|---|---|\n| [y](y.md) | |\n", ["y.md"]),
        (f"<div align=center>\n<img src=z.png>\n{ONE}\n<img src=a.png>\n<img src=y.png>\n</div>\n", ["z.png", "y.png"]),
        (f"<div>{START}<img src=a.png>\n\n[b](b.md)\n</div>{END}\n\n[y](y.md)", ["y.md"]),
        (f"<div>\n</div>\n{ONE}\n1. [a](a.md)\n   - [y](y.md)\n", ["y.md"]),
        (f"# {ONE}\n[a](a.md)\n[y](y.md)\n", ["y.md"]),
        (f"[z {ONE}](z.md)\n[a](a.md)\n\n![{START}](b.png)\n[c](c.md)", ["z.md"]),
        # references: the definition counts
        (f"{ONE}\n[d]: a.md\n\n[d] [t][d]\n", []),
        (f"{START}\n[t][d]\n{END}\n\n[d]: y.md\n", ["y.md"]),
        (f"[t][d] [e]\n\n{START}\n[d]: a.md\n{END}\n[e]: y.md\n", ["y.md"]),
    ],
)
def test_what_is_passed_over(text: str, expected: list[str]) -> None:
    assert written(text) == expected
    assert written("\ufeff" + text) == expected
    assert written(text.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"x {ONE}\r[a](a.md)\r[y](y.md)\r", ["y.md"]),
        (f"[z](z.md)\rx {START}\r\r[a](a.md)\r\rx {END} [y](y.md)\r[x](x.md)", ["z.md", "y.md", "x.md"]),
        (f"<div>\r{ONE}\r<img src=a.png>\r<img src=y.png>\r</div>", ["y.png"]),
    ],
)
def test_lines_may_end_in_cr(text: str, expected: list[str]) -> None:
    assert written(text) == expected


ENTRIES = """\
1. [One](https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA)
   - Paper: [P](https://arxiv.org/abs/2204.00001)
   - Code: https://github.com/o/r

2. [Two](https://mp.weixin.qq.com/s/BBBBBBBBBBBBBBBBBBBBBB)
   - Paper: [Q](https://arxiv.org/abs/2103.00002)
   - Tips: [x](https://x.example/)
"""


def test_an_entry_keeps_its_structure_without_the_mentions() -> None:
    lines = ENTRIES.splitlines(keepends=True)
    lines.insert(4, f"{ONE}\n")
    lines.insert(2, f"   {ONE}\n")
    note, whole = note_of("".join(lines)), note_of(ENTRIES)
    assert [entry.title for entry in note.entries] == ["One", "Two"]
    assert [[field.name for field in entry.fields] for entry in note.entries] == [
        [field.name for field in entry.fields] for entry in whole.entries
    ]
    one, two = note.entries
    assert (one.article, two.article) == (0, None)
    assert [field.mentions for field in one.fields] == [(1,), ()]
    assert [field.mentions for field in two.fields] == [(2,), (3,)]
    assert [entry.mentions for entry in note.entries] == [(0, 1), (2, 3)]
    assert [mention.entry for mention in note.mentions] == [0, 0, 1, 1]
    left = [mention.url for mention in note.mentions]
    assert [m.role for m in note.mentions] == [m.role for m in whole.mentions if m.url in left]


def test_a_reference_used_in_what_is_ignored_belongs_to_no_entry_there() -> None:
    lines = (
        "1. <http://a.b>",
        "   - Paper: [t][d]",
        "   - Tips: x",
        "",
        "2. <http://c.d>",
        "   - Paper: [u][d]",
        "",
        "## X",
    )
    text = "\n".join([*lines, "", f"[d]: {PAPER}\n"])
    assert [field.mentions for entry in note_of(text).entries for field in entry.fields] == [(2,), (), (2,)]
    ignored = text.replace("   - Paper: [t]", f"   {ONE}\n   - Paper: [t]")
    note = note_of(ignored)
    assert [field.mentions for entry in note.entries for field in entry.fields] == [(), (), (2,)]
    assert (note.mentions[2].entry, note.mentions[2].text) == (1, "u")
    around = f"{END}\n\n## X"
    alone = note_of(f"{START}\n{ignored.replace('## X', around)}")
    assert [(mention.url, mention.entry, mention.text) for mention in alone.mentions] == [(PAPER, None, "d")]


# -- nothing is edited -------------------------------------------------------------------------------------------------

PAPER = "https://arxiv.org/abs/2204.00001"
ENTRY = f"1. [t](https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA)\n   - Paper: [Loops]({PAPER})\n   - Tips: x\n"
CODE = "   - Code: https://github.com/old/loops\n"


def test_facts_are_added_where_nothing_is_ignored() -> None:
    assert "   - Authors: Ada Lovelace" in mended(ENTRY, *STORE)
    assert "   - Stars: 1,200" in mended(ENTRY + CODE, *STORE)


def test_what_shares_a_line_with_what_is_ignored_is_mended() -> None:
    aside = f" {START} https://github.com/old/loops {END}"
    for ignored in (ENTRY.replace("\n   - Tips", f"{aside}\n   - Tips"), ENTRY.replace("[Loops]", f"{aside} [Loops]")):
        assert mended(ignored, *STORE).replace(aside, "") == mended(ignored.replace(aside, ""), *STORE)
        assert aside in mended(ignored, *STORE)
    before = f"{CODE[:-1]} {START} https://github.com/old/loops\n"
    assert "new/loops {START} https://github.com/old/loops" in mended(before, *STORE).replace(START, "{START}")


@pytest.mark.parametrize(
    "text",
    [
        f"{START}\n\n{ENTRY}{CODE}\n{END}\n",
        ENTRY.replace("   - Paper", f"   {ONE}\n   - Paper"),
        # a line in between would take the next line's place, in the note as mended too
        ENTRY.replace("\n   - Tips", f" {ONE}\n   - Tips"),
        ENTRY.replace("\n   - Tips", f" {ONE}\n\n   - Tips"),
        ENTRY.replace("\n   - Tips", f" {START}\n   - Tips"),
        # a reference is checked, and still no line is added where it is ignored
        f"{START}\n\n{ENTRY.replace(f'({PAPER})', '[d]')}\n{END}\n\n[d]: {PAPER}\n",
        f"{ENTRY}   {ONE}\n   - Stars: 7\n   {ONE}\n{CODE}",
        f"{ONE}\n[x](https://github.com/old/loops)\n",
        f"{ONE}\n[https://github.com/old/loops](\nhttps://x.example/)\n",
    ],
)
def test_no_edit_lands_in_what_is_ignored(text: str) -> None:
    before, note = text.encode(), note_of(text)
    assert note.ignored
    mended(text, *STORE)
    for edit in edits(before, *STORE):
        assert not ignore_comments.overlaps_spans(note.ignored, edit.start, edit.end), edit
    if "Stars: 7" not in text:
        assert mended(text, *STORE) == text


def test_a_count_of_stars_is_ignored_alone() -> None:
    text = f"1. [t](t.md)\n{CODE}   {ONE}\n   - Stars: 7\n   - Tips: x\n"
    assert mended(text, *STORE) == text.replace("old/loops", "new/loops")


def test_the_text_of_a_link_stays_where_its_line_is_ignored() -> None:
    url, new = "https://a.example/x", "https://b.a.example/y"
    text = f"[{url}](\n{url})\n"
    assert mended(text, moved(url, new)) == text.replace(url, new)
    assert mended(f"{ONE}\n{text}", moved(url, new)) == f"{ONE}\n[{url}](\n{new})\n"


@pytest.mark.parametrize(
    ("spans", "start", "end", "expected"),
    [
        ((), 0, 9, False),
        (((3, 5), (7, 9)), 0, 3, False),
        (((3, 5), (7, 9)), 0, 4, True),
        (((3, 5), (7, 9)), 5, 7, False),
        (((3, 5), (7, 9)), 4, 8, True),
        (((3, 5), (7, 9)), 8, 20, True),
        (((3, 5), (7, 9)), 0, 20, True),
        (((3, 5),), 3, 3, True),  # insertions
        (((3, 5),), 4, 4, True),
        (((3, 5),), 5, 5, False),
        (((3, 5),), 2, 2, False),
    ],
)
def test_meets(spans: tuple[ignore_comments.Span, ...], start: int, end: int, *, expected: bool) -> None:
    assert ignore_comments.overlaps_spans(spans, start, end) is expected


# -- what the user is told ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (f"{START}\n{END}\n", ()),
        (f"{END}\n{ONE}\n", ()),
        (f"a\n\nb {START}\n[a](a.md)\n{START}\n", ("3: ignore-start without ignore-end",)),
        (f"{START}\n{END}\n{START}", ("3: ignore-start without ignore-end",)),
        (f"\ufeffa\r\n\r{START}", ("3: ignore-start without ignore-end",)),
    ],
)
def test_a_start_without_an_end_is_a_problem(text: str, problems: tuple[str, ...]) -> None:
    assert note_of(text).problems == problems


def test_the_library_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"x\n\n{START}\n")
    (tmp_path / "b.md").write_bytes(b"\0\xff")
    library = NotesFolder(tmp_path)
    for _ in range(2):
        assert [note.path for note in library] == ["a.md"]
        assert library.problems == [
            f"{tmp_path}/a.md:3: ignore-start without ignore-end",
            f"{tmp_path}/b.md: not UTF-8 text (byte 1); skipped",
        ]


def test_a_run_asks_for_nothing_ignored_and_says_what_is_wrong(desk: Desk) -> None:
    text = (
        f"{ONE}\n[x](https://github.com/facebookresearch/segment-anything-2)\n\nx {START}\n\nhttps://github.com/a/b\n"
    )
    file = desk.write("a.md", f"[y](#y) [z](a.md)\n{text}")
    done = desk.crawl()
    assert (done.returncode, done.stderr) == (0, f"WARNING: {file}:5: ignore-start without ignore-end\n")
    assert list(desk.health()) == ["a.md"]
    assert desk.edits() == []


# -- properties --------------------------------------------------------------------------------------------------------

soup = st.lists(st.sampled_from([*TOKENS, ONE, START, END, f"{ONE}\n", f"\n{START}\n", f"\n{END}\n"]), max_size=30)
markdown = st.one_of(st.text(), st.lists(st.sampled_from(TOKENS), max_size=30).map("".join))
blocks = st.lists(st.tuples(forms, urls).map(lambda block: block[0].format(url=block[1], noise="x")), min_size=1)


@given(markdown, st.sampled_from(["\n", "\r\n"]))
def test_a_note_within_start_and_end_has_no_mentions(text: str, newline: str) -> None:
    note = note_of(f"{START}{newline}{newline}{text}{newline}{newline}{END}{newline}")
    assert note.mentions == ()
    assert all(entry.article is None and not entry.mentions for entry in note.entries)


@given(blocks, st.data(), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_pair_around_one_block_takes_only_its_mentions(
    parts: list[str], data: st.DataObject, newline: str, bom: bool
) -> None:
    at = data.draw(st.integers(0, len(parts) - 1))
    around = [*parts[:at], START, parts[at], END, *parts[at + 1 :]]
    whole, without = ("\ufeff" * bom + "\n\n".join(part) for part in (parts, [*parts[:at], *parts[at + 1 :]]))
    text = "\ufeff" * bom + "\n\n".join(around)
    assert written(text.replace("\n", newline)) == written(without)
    assert len(written(whole)) > len(written(without))


@given(soup.map("".join), st.booleans())
def test_only_what_meets_an_ignored_span_is_missing(text: str, bom: bool) -> None:
    """The same note with comments that say nothing has the same mentions, entries and fields at the same places."""
    text = "\ufeff" * bom + text
    note, plain = note_of(text), note_of(text.replace("notemend", "somebody"))
    assert plain.ignored == ()
    kept = [m for m in plain.mentions if not ignore_comments.overlaps_spans(note.ignored, m.start, m.end)]
    assert [(m.start, m.end, m.line, m.column) for m in note.mentions] == [
        (m.start, m.end, m.line, m.column) for m in kept
    ]
    if "]:" not in text:  # a reference may now be used elsewhere first
        assert [(m.role, m.entry) for m in note.mentions] == [(m.role, m.entry) for m in kept]
        assert [(e.start, e.end, [(f.start, f.end) for f in e.fields]) for e in note.entries] == [
            (e.start, e.end, [(f.start, f.end) for f in e.fields]) for e in plain.entries
        ]
    for position, entry in enumerate(note.entries):
        assert all(note.mentions[at].entry == position for at in entry.mentions)
        assert {entry.article, *(at for field in entry.fields for at in field.mentions)} <= {None, *entry.mentions}
    end = -1
    for first, last in note.ignored:
        assert end < first < last <= len(note.data)
        end = last


# -- size --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [200_000, pytest.param(800_000, marks=pytest.mark.stress)])
@pytest.mark.parametrize("has_tail", [True, pytest.param(False, marks=pytest.mark.stress)])
@pytest.mark.parametrize(
    "unit",
    sampled([f"{ONE}\n", ONE, f"{START}{END}", f"{START}\n", f"{END}{ONE}", f"{ONE}\n[a](b)\n", f"[a] {ONE}\n"]),
)
def test_many_comments_take_linear_time(unit: str, has_tail: bool, size: int) -> None:
    text = unit * (size // len(unit)) + ("\n" * size if has_tail else "\n\n[a]: b\n")
    started = time.process_time()
    parse_note("note.md", text.encode())
    assert time.process_time() - started < size / 100_000

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.kinds.registry import link_of
from crawler.links.spelling.placeholders import has_placeholder
from crawler.links.targets.redirect_targets import target_fault
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link, LinkState, Verdict
from crawler.models.metadata import Repository
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes import parser
from pipelines.rewriting import edit_list, link_edits
from pipelines.rewriting.url_escaping import percent_encode
from tests.support.mending import (
    EVERYTHING,
    LOOPS,
    NOW,
    PICTURE,
    STORE,
    edits,
    hosted,
    mended,
    missing,
    moved,
    standing,
    undo_edits,
)
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Note

# ---- which links


PAGE = "http://a.example/page"
NEW = "https://b.a.example/new"


def test_a_moved_link_is_replaced() -> None:
    (edit,) = edits(f"[x]({PAGE})", moved(PAGE, NEW))
    assert (edit.start, edit.old, edit.new, edit.reason) == (4, PAGE, NEW, Reason(ReasonCode.EDIT_MOVED))
    assert edit.evidence == "moved: seen (page 200, 2026-11-20)"


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.MOVED, Verdict.SUSPECT}))
def test_a_move_that_no_verdict_supports_changes_nothing(verdict: Verdict, outcome: Outcome) -> None:
    text = f"[x]({PAGE}) <{PAGE}> <a href='{PAGE}'>y</a>"
    assert mended(text, standing(PAGE, outcome, verdict, final=NEW)) == text


def test_a_bare_address_without_a_scheme_is_marked() -> None:
    dead = standing("http://www.dead.example/x", Outcome.GONE, Verdict.DEAD)
    out = mended("see www.dead.example/x now", dead, rewrite={"marks"})
    assert out == "see www.dead.example/x (dead link) now"


def test_a_failure_does_not_undo_a_move() -> None:
    assert mended(f"[x]({PAGE})", replace(moved(PAGE, NEW), verdict=Verdict.SUSPECT)) == f"[x]({NEW})"


def test_a_picture_s_bare_url_stays_a_link() -> None:
    text = f"<{STORE[-1].link.url}> {STORE[-1].link.url}"
    assert mended(text, STORE[-1]) == text


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.SKIPPED])
def test_a_bad_night_does_not_undo_a_move(outcome: Outcome) -> None:
    check = Check(outcome, Reason(ReasonCode.CAPTCHA), NOW, CheckMethod.PAGE, final_url="https://c.example/captcha")
    assert mended(f"[x]({PAGE})", replace(moved(PAGE, NEW), check=check)) == f"[x]({NEW})"


def test_a_move_to_nowhere_changes_nothing() -> None:
    assert edits(f"[x]({PAGE})", replace(moved(PAGE, NEW), moved_to=None)) == ()


@pytest.mark.parametrize(
    "final", ["javascript:alert(1)", "ftp://b.example/", "https:///x", "https://[x/", "https://ｂ.example/", "/login"]
)
def test_a_move_to_no_web_address_changes_nothing(final: str) -> None:
    assert edits(f"[x]({PAGE})", moved(PAGE, final)) == ()


def test_a_link_never_checked_stays() -> None:
    unknown = LinkState(standing("https://arxiv.org/abs/2204.00001").link, Verdict.UNKNOWN, NOW)
    assert edits("[x](http://arxiv.org/abs/2204.00001)", unknown) == ()


@pytest.mark.parametrize(
    ("mention", "final", "becomes"),
    [
        (f"{PAGE}#part", NEW, f"{NEW}#part"),
        (f"{PAGE}#part", f"{NEW}#other", f"{NEW}#other"),
        (f"{PAGE}#", NEW, NEW),
    ],
)
def test_fragments(mention: str, final: str, becomes: str) -> None:
    assert mended(f"[x]({mention})", moved(PAGE, final)) == f"[x]({becomes})"


def test_a_mention_that_already_says_the_new_url_stays() -> None:
    url = "https://a.example/?q=1&r=2"
    assert edits("[x](https://a.example/?q=1&amp;r=2)", moved(url, url)) == ()


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("https://arxiv.org/abs/2204.00001", None),
        ("https://arxiv.org/abs/2204.00001v2", None),
        ("http://arxiv.org/abs/2204.00001", "https://arxiv.org/abs/2204.00001"),
        ("https://arXiv.org/abs/2204.00001", "https://arxiv.org/abs/2204.00001"),
        ("https://arxiv.org/pdf/2204.00001.pdf", "https://arxiv.org/abs/2204.00001"),
        ("https://arxiv.org/pdf/2204.00001v12.pdf", "https://arxiv.org/abs/2204.00001v12"),
        ("https://arxiv.org/ftp/arxiv/papers/2204/2204.00001.pdf", "https://arxiv.org/abs/2204.00001"),
        ("https://arxiv.org/abs/2204.00001?fbclid=IwAR2", "https://arxiv.org/abs/2204.00001"),
        ("https://arxiv.org/pdf/2204.00001.pdf#page=3", None),
    ],
)
def test_addresses_of_papers(written: str, becomes: str | None) -> None:
    assert mended(f"[x]({written})", STORE[0]) == f"[x]({becomes or written})"


def test_addresses_of_old_papers() -> None:
    text = "[x](http://arxiv.org/pdf/cs/0101001v1)"
    assert mended(text, standing("https://arxiv.org/abs/cs/0101001")) == "[x](https://arxiv.org/abs/cs/0101001v1)"


@pytest.mark.parametrize("verdict", [each for each in Verdict if each is not Verdict.ALIVE])
def test_a_paper_not_known_to_live_keeps_its_address(verdict: Verdict) -> None:
    paper = standing("https://arxiv.org/abs/2204.00001", verdict=verdict)
    assert edits("[x](http://arxiv.org/abs/2204.00001)", paper) == ()


@pytest.mark.parametrize(
    ("written", "path", "suggestion", "becomes"),
    [
        ("note.md", "notes/note.md", "notes/Note.md", "Note.md"),
        ("./note.md", "notes/note.md", "notes/Note.md", "./Note.md"),
        ("../x/note.md", "x/note.md", "x/NOTE.md", "../x/NOTE.md"),
        ("note.md#part", "notes/note.md", "notes/Note.md", "Note.md#part"),
        ("旧a.md", "notes/旧a.md", "notes/旧A.md", "旧A.md"),
        ("%E6%97%A7a.md", "notes/旧a.md", "notes/旧A.md", "%E6%97%A7A.md"),
        ("a%20b.md", "notes/a b.md", "notes/A b.md", "A%20b.md"),
        ("<a b.md>", "notes/a b.md", "notes/A b.md", "<A b.md>"),
        ("a%20b.md", "notes/a b.md", "notes/a%20b.md", "a%2520b.md"),
        ("a%3Cc.md", "notes/a<c.md", "notes/A<c.md", "A%3Cc.md"),
        ("note.md", "notes/note.md", "notes/%4Eote.md", "%254Eote.md"),
        ("%28b.md", "notes/(b.md", "notes/(B.md", "%28B.md"),
        ("a(1).md", "notes/a(1).md", "notes/A(1).md", "A(1).md"),
        ("javascript%3Ab.md", "notes/javascript:b.md", "notes/javascript:B.md", "javascript%3AB.md"),
    ],
)
def test_files_found_again(written: str, path: str, suggestion: str, becomes: str) -> None:
    assert mended(f"[x]({written})", missing(path, suggestion)) == f"[x]({becomes})"


@pytest.mark.parametrize(
    ("written", "path", "suggestion"),
    [
        ("0501.md", "notes/0501.md", "notes/0510.md"),  # another name
        ("note.md", "notes/note.md", "note.md"),  # another folder
        ("../x/note.md", "x/note.md", "X/note.md"),
        ("/x/note.md", "/x/note.md", "x/Note.md"),  # from the root of a site
        ("note", "notes/note", "notes/note.md"),
    ],
)
def test_a_file_that_may_be_meant_is_a_suggestion(written: str, path: str, suggestion: str) -> None:
    assert edits(f"[x]({written})", missing(path, suggestion)) == ()


def test_only_files_are_followed() -> None:
    assert (
        edits("[x](www.example.org/a)", missing("notes/www.example.org/a", "https://www.example.org/a", "scheme")) == ()
    )


def test_a_snapshot_is_no_address_for_a_page() -> None:
    gone = standing(PAGE, Outcome.GONE, Verdict.DEAD, suggestion="https://web.archive.org/web/1/x", source="file")
    assert edits(f"[x]({PAGE})", gone) == ()


# ---- how a URL is written where it stands


@pytest.mark.parametrize(
    ("text", "final", "becomes"),
    [
        (
            '<a href="{}">x</a>',
            "https://b.a.example/q?a=1&b='2'",
            '<a href="https://b.a.example/q?a=1&amp;b=&#x27;2&#x27;">x</a>',
        ),
        (
            "<a href='{}'>x</a>",
            "https://b.a.example/q?a=1&b='2'",
            "<a href='https://b.a.example/q?a=1&amp;b=&#x27;2&#x27;'>x</a>",
        ),
        (
            "<a href={}>x</a>",
            "https://b.a.example/q?a=1&b='2'",
            '<a href="https://b.a.example/q?a=1&amp;b=&#x27;2&#x27;">x</a>',
        ),
        (
            "<a title='1 > 0' href={}>x</a>",
            "https://b.a.example/q?a=1",
            "<a title='1 > 0' href=\"https://b.a.example/q?a=1\">x</a>",
        ),
        (
            '<a href="{}">x</a>',
            'https://b.a.example/"><script>',
            '<a href="https://b.a.example/%22%3E%3Cscript%3E">x</a>',
        ),
        ("[x]({})", "https://b.a.example/a_(b)", "[x](https://b.a.example/a_(b))"),
        ("[x]({})", "https://b.a.example/a)(b", "[x](https://b.a.example/a%29%28b)"),
        ("[x]({})", "https://b.a.example/](javascript:1)<b>", "[x](https://b.a.example/](javascript:1)%3Cb%3E)"),
        ("[x]({} 't')", "https://b.a.example/a b", "[x](https://b.a.example/a%20b 't')"),
        ("[x]({})", "https://b.a.example/q?a&copy;", "[x](https://b.a.example/q?a&copy%3B)"),
        ("[x]({})", "https://b.a.example/中\u202e", "[x](https://b.a.example/%E4%B8%AD%E2%80%AE)"),
        ("| a |\n|---|\n| [x]({}) |", "https://b.a.example/a|b", "| a |\n|---|\n| [x](https://b.a.example/a%7Cb) |"),
        ("[x]( <{}> )", "https://b.a.example/(a b", "[x]( <https://b.a.example/(a%20b> )"),
        ("<{}>", "https://b.a.example/(a*", "<https://b.a.example/(a*>"),
        ("[x][r]\n\n[r]: {} 't'", "https://b.a.example/)", "[x][r]\n\n[r]: https://b.a.example/%29 't'"),
        ("[x][r]\n\n[r]: {}", "https://b.a.example/a_(b)*", "[x][r]\n\n[r]: https://b.a.example/a_(b)*"),
        ("# t\n\na\n\n[x][r]\n\n[r]: {}", "https://b.a.example/*", "# t\n\na\n\n[x][r]\n\n[r]: https://b.a.example/*"),
        (
            "# t\n\na\n\n[x][r]\n\n[r]:\n{}",
            "https://b.a.example/*",
            "# t\n\na\n\n[x][r]\n\n[r]:\nhttps://b.a.example/*",
        ),
        ("*{}*", "https://b.a.example/*a*.", "*https://b.a.example/%2Aa%2A%2E*"),
        ("（{}）。", "https://b.a.example/(a)?&", "（https://b.a.example/%28a%29）。"),
        ("（{}）。", "https://b.a.example/q?q=a?&&", "（https://b.a.example/q?q=a%3F）。"),
        ("{}", "https://b.a.example/a&", "https://b.a.example/a%26"),
        ("看{}，好", "https://b.a.example/a_", "看https://b.a.example/a%5F，好"),
        ("<b>x</b> {}", "https://b.a.example/q?a='1'&b", "<b>x</b> https://b.a.example/q?a=%271%27&b"),
    ],
)
def test_escaping(text: str, final: str, becomes: str) -> None:
    assert mended(text.format(PAGE), moved(PAGE, final)) == becomes


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        (f"[{PAGE}]({PAGE})", f"[{NEW}]({NEW})"),
        (f"[{PAGE}](<{PAGE}>)", f"[{NEW}](<{NEW}>)"),
        (f"[{PAGE}]( {PAGE} 'title')", f"[{NEW}]( {NEW} 'title')"),
        (f"<a href='{PAGE}' class='c'>{PAGE}</a>", f"<a href='{NEW}' class='c'>{NEW}</a>"),
        (f"[ {PAGE}]({PAGE})", f"[ {NEW}]({NEW})"),
        (f"<div>\n[{PAGE}]({PAGE})", f"<div>\n[{NEW}]({NEW})"),
        (f"[see {PAGE}]({PAGE})", f"[see {PAGE}]({NEW})"),
        (f"[{PAGE}x]({PAGE})", f"[{PAGE}x]({NEW})"),
    ],
)
def test_visible_text(text: str, becomes: str) -> None:
    assert mended(text, moved(PAGE, NEW)) == becomes


# ---- pictures


SHOWN = "https://mmbiz.qpic.cn/mmbiz_png/abc/640?wx_fmt=png&wxfrom=5"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_kept_picture_is_shown_whatever_became_of_the_original(verdict: Verdict) -> None:
    picture = standing(SHOWN, Outcome.GONE, verdict, PICTURE)
    text = "<img alt='a' src=\"{0}\" width=3 data-x='{0}'> [![b]({0})]({0})"
    out = mended(text.format(SHOWN), picture)
    assert out == text.format("../images/ab/abcd.png").replace("data-x='../images/ab/abcd.png'", f"data-x='{SHOWN}'")


def test_a_picture_not_kept_stays() -> None:
    assert edits(f"![]({SHOWN})", standing(SHOWN)) == ()


def test_rewrite_selects() -> None:
    text = (Path(__file__).parents[2] / "notes/diary/before.md").read_text("utf-8")
    reasons = {
        what: {edit.reason for edit in edits(text, *STORE, rewrite={what})} for what in ("links", "pictures", "facts")
    }
    assert reasons == {
        "links": {Reason(ReasonCode.EDIT_MOVED), Reason(ReasonCode.EDIT_PAPER_URL)},
        "pictures": {Reason(ReasonCode.EDIT_IMAGE)},
        "facts": {Reason(ReasonCode.EDIT_AUTHORS), Reason(ReasonCode.EDIT_VENUE), Reason(ReasonCode.EDIT_STARS)},
    }


# ---- edits as such


def test_edits_of_another_note_are_refused() -> None:
    (edit,) = edits(f"[x]({PAGE})", moved(PAGE, NEW))
    with pytest.raises(ValueError, match=r"notes/a\.md has changed since"):
        edit_list.apply_edits(f"[xy]({PAGE})".encode(), [edit])
    with pytest.raises(ValueError, match="changed since"):
        edit_list.apply_edits(f"[x]({PAGE})".encode(), [edit, edit])


ENTRY = "1. [t]({})\n   - Paper: [p]({})\n   - Code: {}"
IN_MARKDOWN = [
    "[x]({})",
    "[x](<{}> 't')",
    "[{0}]({0})",
    "![]({})",
    "<{}>",
    "{}",
    "**{}**",
    "（{}）",
    "- Paper: {}",
    ENTRY,
]
IN_HTML = ["<img src='{}'>", '<a href="{}">x</a>', "<a href={}>x</a>", "<b title='>'>{}</b>", "| a |\n|---|\n| {} |"]
ELSE = ["> - 论文：{}", "`{}`", "[r]: {}", "中文\n", "\u2028é\u00a0", "\\", "[", "](", "<", "*", "```\n{}\n```"]
URLS = [standing.link.url for standing in STORE] + [
    PAGE,
    "http://arxiv.org/pdf/2204.00001v3.pdf",
    "https://example.org/x(1)",
]
pieces = st.builds(str.format, st.sampled_from(IN_MARKDOWN + IN_HTML + ELSE), *[st.sampled_from(URLS)] * 3)
final_urls = st.builds(
    "https://b.a.example/new/{}".format, st.text("ab/?&=;()[]<>'\"*_~!.:,%#{}|\\ \té中\u202e`$copy", max_size=12)
)


@given(st.lists(st.tuples(pieces, st.sampled_from([" ", "\n", "\n\n", "\r\n", ""]))), final_urls)
def test_only_edited_bytes_change(parts: list[tuple[str, str]], final: str) -> None:
    text = "".join(piece + end for piece, end in parts)
    store = [*STORE, moved(PAGE, final)]
    made = edits(text, *store)
    assert all(first.end <= second.start for first, second in pairwise(made))
    out = mended(text, *store)
    rest, at = b"", 0
    for edit in made:
        rest += text.encode()[at : edit.start]
        at = edit.end
    assert rest + text.encode()[at:] == _without(out.encode(), undo_edits(made))


def _without(data: bytes, spans: tuple[Edit, ...]) -> bytes:
    for edit in reversed(spans):
        data = data[: edit.start] + data[edit.end :]
    return data


@given(final_urls, st.sampled_from(IN_MARKDOWN + IN_HTML))
def test_the_reader_finds_the_new_url_again(final: str, place: str) -> None:
    text = place.format(PAGE, PAGE, PAGE)
    before = parser.parse_note("a.md", text.encode())
    after = parser.parse_note("a.md", mended(text, moved(PAGE, final), path="a.md").encode())
    assert len(after.mentions) == len(before.mentions)
    is_written = not has_placeholder(percent_encode(final)) and target_fault(PAGE, final) is None
    new = final if is_written else PAGE
    assert {same(mention.url) for mention in after.mentions} == {same(new)}


def same(url: str) -> str:
    """Return a URL without what percent-encoding may change, and without empty parameters at its end."""
    return unquote(unquote(url)).rstrip("?&")


CORPUS = Path(__file__).parents[3] / "../shared/corpus"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real notes is not here")
@pytest.mark.parametrize("part", sampled(range(4), every=4))
def test_real_notes_keep_their_shape(part: int) -> None:
    reasons: set[Reason] = set()
    for file in sorted(CORPUS.rglob("*.md"))[part::4]:
        data = file.read_bytes()
        note = parser.parse_note(file.name, data)
        made = link_edits.plan_edits(note, everything_known(note), hosted, EVERYTHING)
        mended_note = parser.parse_note(file.name, edit_list.apply_edits(data, made))
        assert link_edits.plan_edits(mended_note, everything_known(mended_note), hosted, EVERYTHING) == ()
        assert edit_list.apply_edits(mended_note.data, undo_edits(made)) == data
        assert [(e.number, e.title, e.relevance) for e in mended_note.entries] == [
            (e.number, e.title, e.relevance) for e in note.entries
        ]
        assert [mention.role for mention in mended_note.mentions] == [mention.role for mention in note.mentions]
        reasons |= {edit.reason for edit in made}
    assert reasons == {
        Reason(ReasonCode.EDIT_MOVED),
        Reason(ReasonCode.EDIT_PAPER_URL),
        Reason(ReasonCode.EDIT_IMAGE),
        Reason(ReasonCode.EDIT_AUTHORS),
        Reason(ReasonCode.EDIT_VENUE),
        Reason(ReasonCode.EDIT_STARS),
    }


def everything_known(note: Note) -> dict[int, LinkState]:
    """Return standings in which every paper lives, every repository has a new owner and every picture is kept."""
    found = {}
    for at, mention in enumerate(note.mentions):
        match link_of(mention.url, note.path, mention.role):
            case Link(kind="arxiv", identity=arxiv_id) as link:
                found[at] = LinkState(link, Verdict.ALIVE, NOW, metadata=replace(LOOPS, ids={"arxiv": arxiv_id}))
            case Link(kind="github", url=url) as link:
                moved_to = url if "/new-" in url else url.replace("github.com/", "github.com/new-")
                repository = Repository(link.identity.removeprefix("new-"), stars=12345)
                found[at] = LinkState(link, Verdict.MOVED, NOW, moved_to=moved_to, metadata=repository)
            case Link(kind="image") as link:
                found[at] = LinkState(link, Verdict.DEAD, NOW, metadata=PICTURE)
    return found

"""Fragments: those that are missing for sure are found, and nothing is said of others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.kinds.registry import link_of
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import LinkState, Verdict
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes.markdown.anchors import read_anchors
from crawler.notes.parser import parse_note
from pipelines.consistency.cross_references import CrossReferenceIndex
from pipelines.consistency.finding import FindingKind
from pipelines.consistency.findings import find_inconsistencies

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TARGET = """# The Big Title

## 2. Get Started!
## C++ & C# (`std::move`)
## [Linked](https://example.org/a_(b)) heading
## 安装 Guide
## Größe
## :rocket: Launch
### Custom {#own-id}
Setext heading
--------------
> - ## Nested one
<a name="by-name"></a> <h2 align="center">In <b>HTML</b></h2>

(myst-label)=
A block. ^block-1
"""


def missing(text: str, target: str = TARGET, path: str = "b.md") -> list[tuple[int, str]]:
    """Return line and URL of each missing fragment of a note beside `b.md`."""
    note = parse_note("a.md", text.encode())
    check = Check(Outcome.OK, Reason(ReasonCode.FILE_EXISTS), NOW, CheckMethod.FILE, final_url=path)
    links = [link_of(mention.url, note.path) for mention in note.mentions]
    states = {
        at: LinkState(link, Verdict.ALIVE, NOW, check if link.kind == "local" else None)
        for at, link in enumerate(links)
        if link is not None
    }
    index = CrossReferenceIndex(anchors_of=lambda name: read_anchors(target) if name == "b.md" else None)
    return [
        (finding.line, finding.says)
        for finding in find_inconsistencies(note, states, index)
        if finding.kind is FindingKind.FRAGMENT_MISSING
    ]


FOUND = [
    *("the-big-title", "2-get-started", "get-started", "2.-get-started", "c--c-stdmove", "c-c-std-move", "launch"),
    *("linked-heading", "安装-guide", "guide", "%E5%AE%89%E8%A3%85-guide", "größe", "grosse", "gr%C3%B6%C3%9Fe"),
    *("rocket-launch", "-launch", "own-id", "custom", "setext-heading", "nested-one", "by-name", "in-html"),
    *(
        "myst-label",
        "the-big-title-1",
        "user-content-launch",
        "top",
        "L12",
        "fn:1",
        "_ref",
        "tab=x",
        "config.x",
        ":~:text=Some",
    ),
]


@pytest.mark.parametrize("fragment", FOUND)
def test_nothing_is_said_of_fragments_that_are_there_or_made(fragment: str) -> None:
    assert missing(f"[x](b.md#{fragment})") == []
    assert missing(f"{TARGET}\n[x](#{fragment})") == []


@pytest.mark.parametrize("fragment", ["no-such-heading", "get-startet", "the-bigger-title", "卸载"])
def test_missing_fragments_are_found(fragment: str) -> None:
    assert missing(f"\n[x](b.md#{fragment}) `[x](#code)`") == [(2, f"b.md#{fragment}")]
    assert missing(f"[x](#{fragment})\n\n{TARGET}") == [(1, f"#{fragment}")]


def test_wikilinks_to_headings_and_blocks() -> None:
    text = "[[b#Get Started!]] [[b#The Big Title#安装 Guide]] [[b#^block-1]]\n[[b#Nowhere|x]]\n[[b#^block-2]]"
    assert missing(text) == [(2, "[[b#Nowhere]]"), (3, "[[b#^block-2]]")]


def test_fragments_of_templates() -> None:
    text = '[x]({{< ref "b.md#get-started" >}}) [x]({{ site.baseurl }}/b/#launch)\n[x]({{< ref "b.md#nowhere" >}})'
    assert missing(text) == [(2, '{{< ref "b.md#nowhere" >}}')]


@pytest.mark.parametrize(
    "source",
    [
        "{{< include x >}}",
        "{% include x %}",
        "--8<-- 'x.md'",
        "import X from './x'",
        "<Tabs>",
        "::: details",
        "![[c]]",
        "<!-- md:option x -->",
        '=== "Tab"',
    ],
)
def test_nothing_is_said_where_text_comes_from_elsewhere(source: str) -> None:
    assert missing("[x](b.md#nowhere)", f"# A\n\n{source}\n") == []


def test_nothing_is_said_of_other_files_and_unknown_notes() -> None:
    assert missing("[x](c.pdf#page=3) [y](https://example.org/#nowhere)", path="c.pdf") == []
    assert missing("[x](c.md#nowhere)", path="c.md") == []
    assert missing("<!-- notemend: ignore -->\n[x](#nowhere)") == []


def missing_on(text: str, anchors: dict[str, bool | None], **more: object) -> list[tuple[str, str]]:
    """Return URL and page of each missing fragment of a note whose links all lead to a page with these anchors."""
    note = parse_note("a.md", text.encode())
    check = Check(Outcome.OK, Reason(ReasonCode.REACHABLE), NOW, CheckMethod.PAGE, 200)
    known = {"verdict": Verdict.ALIVE, "check": check, **more}
    links = [link_of(mention.url, note.path) for mention in note.mentions]
    states = {
        at: LinkState(link, first_seen=NOW, anchors=anchors, **known)  # type: ignore[arg-type]
        for at, link in enumerate(links)
        if link is not None
    }
    found = find_inconsistencies(note, states, CrossReferenceIndex())
    return [(each.says, each.evidence) for each in found if each.kind is FindingKind.FRAGMENT_MISSING]


def test_fragments_of_web_pages() -> None:
    page = "https://x.y/p"
    text = (
        f"[a]({page}#there) [b]({page}#gone) [c]({page}#unsure) [d]({page}) [e]({page}#new) [f]({page}#gone:~:text=x)"
    )
    anchors = {"there": True, "gone": False, "unsure": None}
    missing = [(f"{page}#gone", page), (f"{page}#gone:~:text=x", page)]
    assert missing_on(text, anchors) == missing
    assert missing_on(text, {}) == []
    assert missing_on(f"见 {page}#gone还有", anchors) == []  # where it ends is a guess
    failed = Check(Outcome.FAILED, Reason(ReasonCode.TIMEOUT), NOW, CheckMethod.PAGE)
    assert missing_on(text, anchors, check=failed, verdict=Verdict.SUSPECT) == missing  # as of the last reading
    gone = Check(Outcome.GONE, Reason(ReasonCode.NOT_FOUND), NOW, CheckMethod.PAGE, 404)
    assert missing_on(text, anchors, check=gone, verdict=Verdict.DEAD) == []
    other = Check(Outcome.REPLACED, Reason(ReasonCode.ANOTHER_PAGE, "2026-01-01", "B", "A"), NOW, CheckMethod.PAGE, 200)
    assert missing_on(text, anchors, check=other, verdict=Verdict.SUSPECT) == []
    assert missing_on(f"<!-- notemend: ignore -->\n[b]({page}#gone)", anchors) == []


@pytest.mark.parametrize("piece", ["# ", "<h1>", "{#", "[", "id=", "a ^", "x\n", "<h1 ", "\n", "(", "<a "])
def test_anchors_are_read_in_linear_time(piece: str) -> None:
    read_anchors(piece * 20_000)

"""A copy of an image that a note shows is a link to the original, unless it may be in a link already."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.models.notes.edit import Edit
from crawler.models.notes.note import LinkRole
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes.parser import parse_note
from pipelines.rewriting import edit_list
from pipelines.rewriting.image_links import with_links
from pipelines.rewriting.reverted_edits import without_reverted

OLD, COPY, ORIGINAL = "https://a.example/x.png", "ab/x-0.webp", "ab/x.png"


def edited(text: str) -> str:
    """Return a note whose images at OLD show COPY, with links to ORIGINAL where they may have one."""
    note = parse_note("a.md", text.encode())
    shown = [each for each in note.mentions if each.role is LinkRole.IMAGE and each.url == OLD]
    edits = [Edit("a.md", each.start, each.end, OLD, COPY, Reason(ReasonCode.EDIT_IMAGE), "") for each in shown]
    linked = with_links(note, edits, dict.fromkeys((each.start for each in shown), ORIGINAL))
    assert len(linked) == len(edits)
    return edit_list.apply_edits(note.data, linked).decode()


@pytest.mark.parametrize(
    "element",
    [
        f"![]({OLD})",
        f"![an alt]({OLD} 'title')",
        f"![]( <{OLD}> )".replace("( <", "(<").replace("> )", ">)"),
        f'![a]({OLD} "t" )',
        f'<img width=9 src="{OLD}" alt="a > b">'.replace(" > ", " "),
        f"<img src='{OLD}'/>",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "- [ ] {} text", "[a](b) {}\n", "> {}", "# {}", "<a href=x>y</a> {}", "[x]\n\n{} {}", "x{}y"]
)
def test_images_get_a_link(element: str, around: str) -> None:
    shown = element.replace(OLD, COPY)
    linked = f"[{shown}]({ORIGINAL})" if element.startswith("!") else f'<a href="{ORIGINAL}">{shown}</a>'
    assert edited(around.replace("{}", element)) == around.replace("{}", linked)


@pytest.mark.parametrize(
    "text",
    [
        f"[![]({OLD})](https://b.example)",
        f"[![]({OLD}) ![b]({OLD})](https://b.example)",
        f"[a\n![]({OLD})](https://b.example)",
        f'<a href="https://b.example"><img src="{OLD}"></a>',
        f"<a\nhref=x>\n\n![]({OLD})\n\n</a>",
        f"[<img src={OLD}>](https://b.example)",
        f"![]({OLD}){{width=50%}}",
        f"![a [b] c]({OLD})",
        f"![a\\] c]({OLD})",
        f"![x][y]\n\n[y]: {OLD}",
        f'<picture><img src="{OLD}" srcset="{OLD} 2x"></picture>',
        f'<video poster="{OLD}"></video>',
        f'<p style="background: url({OLD})">x</p>',
        f"---\ncover: {OLD}\n---\n",
        f"[open ![]({OLD})",
        "x" * 5000 + f" ![]({OLD})",
    ],
)
def test_what_may_be_a_link_or_is_no_plain_image_gets_none(text: str) -> None:
    assert edited(text) == text.replace(OLD, COPY)


@pytest.mark.parametrize("element", [f"![a]({OLD})", f'<img src="{OLD}" width="9">'])
def test_what_a_user_takes_back_stays_so(element: str) -> None:
    text = f"<a href=x>y</a> {element}\n"
    note = parse_note("a.md", text.encode())
    (start,) = (each.start for each in note.mentions if each.url == OLD)
    plain = Edit("a.md", start, start + len(OLD), OLD, COPY, Reason(ReasonCode.EDIT_IMAGE), "")
    (made,) = with_links(note, [plain], {start: ORIGINAL})
    elsewhere = replace(made, new=made.new.replace("ab/x", "../../images/ab/x"))
    assert without_reverted(note.data, [made], [[elsewhere]]) == ()
    again = edit_list.apply_edits(note.data, [elsewhere]) + element.encode()  # made once, and wanted in a new place
    assert without_reverted(again, [made], [[elsewhere]]) == (made,)


def test_it_takes_linear_time() -> None:
    for count in (500, 5000):
        assert edited(f"![]({OLD})\n\n<a href=x>y</a>\n\n" * count).count(f"]({ORIGINAL})") == count

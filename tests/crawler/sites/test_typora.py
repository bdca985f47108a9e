"""`typora-root-url`: images from the root that a note gives for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawler.kinds.local import FileLookup
from crawler.models.check import Outcome
from crawler.sites.typora import image_root

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("front_matter", "root"),
    [
        ("---\ntitle: x\ntypora-root-url: ../static\n---\n", "../static"),
        ("\ufeff---\r\ntypora-root-url:   'a b'  \r\n---\r\n", "a b"),
        ('---\ntypora-root-url: "..\\\\static"\n---\n', "..//static"),
        ("---\ntypora-root-url: C:\\notes\n---\n", "C:/notes"),
        ("---\ntypora-root-url: https://x.y/\n---\n", None),
        ("---\ntypora-root-url:\ntitle: x\n---\n", None),
        ("---\ntypora-copy-images-to: ./images\n---\n", None),
        ("---\ntitle: x\n---\ntypora-root-url: a\n", None),
        ("typora-root-url: a\n", None),
        ("+++\ntypora-root-url: a\n+++\n", None),
        ("", None),
    ],
)
def test_the_root_in_the_front_matter(front_matter: str, root: str | None) -> None:
    assert image_root(front_matter.encode()) == root


def test_images_are_found_from_the_root_of_one_of_their_notes(tmp_path: Path) -> None:
    for path, text in {
        "posts/a.md": "---\ntypora-root-url: ../static\n---\n",
        "posts/b.md": "no root",
        "posts/c.md": "---\ntypora-root-url: ../..\n---\n",
        "posts/d.md": f"---\ntypora-root-url: {tmp_path}/notes/static\n---\n",
        "static/images/x y.png": "x",
        "x.png": "x",
    }.items():
        file = tmp_path / "notes" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    (tmp_path / "outside.png").write_text("x")
    lookup = FileLookup(tmp_path / "notes")

    def found(url: str, *notes: str) -> tuple[Outcome, str | None]:
        check = lookup.check(url, (), NOW, [f"posts/{note}.md" for note in notes])
        return check.outcome, check.final_url

    there = (Outcome.OK, "static/images/x y.png")
    assert found("/images/x y.png", "a") == there
    assert found("/images/x y.png", "b", "a") == there
    assert found("/images/x y.png", "d") == there
    assert found("/images/x y.png", "b") == (Outcome.SKIPPED, None)
    assert found("/images/gone.png", "a") == (Outcome.SKIPPED, None)
    assert found("/outside.png", "c") == (Outcome.SKIPPED, None)
    assert found("/x.png", "missing") == (Outcome.OK, None)
    assert found("posts/images/x y.png", "a")[0] is Outcome.GONE  # relative to the note: the root does not count

"""The rest of the web, as far as notes link to it: ordinary pages from `world/pages.toml`."""

from __future__ import annotations

import tomllib
from binascii import crc32
from pathlib import Path
from typing import TYPE_CHECKING

from tests.internet.messages import Request, Response, page, redirect, revalidated
from tests.internet.sites import Site

if TYPE_CHECKING:
    from tests.internet.world import World

TABLE = tomllib.loads((Path(__file__).parents[1] / "world" / "pages.toml").read_text(encoding="utf-8"))
LAST_MODIFIED = "Mon, 03 Jan 2022 08:00:00 GMT"
PAGES = {row["url"]: row for row in TABLE["page"]}


def answer(request: Request, _: World) -> Response:
    """Answer with what the table says of the URL, or with a page that bears its address as its title."""
    row = PAGES.get(request.url, {})
    if moved := row.get("moved"):
        return redirect(moved)
    shown = page(row.get("title", f"{request.host}{request.path}"), "An ordinary page.")
    return revalidated(request, shown, f'W/"{crc32(request.url.encode()):x}"', LAST_MODIFIED)


SITES = (Site(hosts=tuple(TABLE["hosts"]), answer=answer),)

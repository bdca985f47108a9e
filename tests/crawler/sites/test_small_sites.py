"""Small sites: every local link has its right verdict, and only certain ones are rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.models.link import Verdict
from crawler.sites.generators_by_path import GeneratorsByPath
from tests.support.sites import SITES, answers, read_site

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", sorted(file.stem for file in SITES.glob("*.toml")))
def test_links_lead_where_the_site_leads_them(name: str, tmp_path: Path) -> None:
    site = read_site(name)
    site.write(tmp_path)
    found = answers(tmp_path, site.note, GeneratorsByPath(site.generators))
    assert found.with_verdict(Verdict.ALIVE) == site.alive
    assert found.with_verdict(Verdict.DEAD) == site.dead
    assert found.with_verdict(Verdict.UNKNOWN) == site.unknown
    assert sorted(found.edits) == sorted(site.edits)

"""Addresses of papers on arXiv."""

from __future__ import annotations

import pytest

from crawler.links.arxiv_ids import pinned_version


@pytest.mark.parametrize(
    ("url", "version"),
    [
        ("https://arxiv.org/abs/2110.15352", None),
        ("https://arxiv.org/abs/2110.15352v1", 1),
        ("http://www.arXiv.org/pdf/cs/0101001v12.pdf?x=y#page=2", 12),
        ("https://arxiv.org/ftp/arxiv/papers/2110/2110.15352v3.pdf", 3),
        ("https://example.com/abs/2110.15352v1", None),
        ("https://arxiv.org/list/cs.CV/v1", None),
        ("paper_v2.md", None),
        ("https://[", None),
    ],
)
def test_the_version_that_an_address_pins(url: str, version: int | None) -> None:
    assert pinned_version(url) == version

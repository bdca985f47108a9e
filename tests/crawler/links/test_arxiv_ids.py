"""Addresses of papers on arXiv."""

from __future__ import annotations

import pytest

from crawler.links.arxiv_ids import arxiv_id_of, arxiv_link, is_well_formed, pinned_version
from crawler.links.canonical_url import split
from crawler.models.link import Link


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


@pytest.mark.parametrize(
    ("url", "arxiv_id"),
    [
        ("https://arxiv.org/abs/2110.15352v2", "2110.15352"),
        ("http://www.arxiv.org/pdf/0704.0001.pdf", "0704.0001"),
        ("https://export.arxiv.org/e-print/math.GT/0309136v1", "math/0309136"),
        ("https://xxx.lanl.gov/ftp/hep-th/papers/9901/9901001v2.pdf", "hep-th/9901001"),
        ("https://arxiv.org/ftp/arxiv/papers/2110/2110.15352.pdf", "2110.15352"),
        ("http://lanl.arxiv.org/abs/2110.15352", "2110.15352"),
        ("http://DE.arXiv.org/abs/2110.15352v2", "2110.15352"),
        ("https://browse.arxiv.org/pdf/2110.15352", "2110.15352"),
        ("http://cn.arxiv.org/abs/hep-th/9901001", "hep-th/9901001"),
        ("http://xxx.itp.ac.cn/abs/cs.LG/0101001", "cs/0101001"),
        ("https://ar5iv.org/abs/2110.15352", "2110.15352"),
        ("https://ar5iv.labs.arxiv.org/html/2110.15352#S3.F1", "2110.15352"),
        ("https://www.alphaxiv.org/abs/2110.15352v1", "2110.15352"),
        ("https://www.alphaxiv.org/overview/2110.15352", "2110.15352"),
        ("https://www.arxiv-vanity.com/papers/2110.15352/", "2110.15352"),
        ("http://arxiv.org/abs/2110.15352v1.pdf", "2110.15352"),
        ("https://arxiv.org/abs/arXiv:2110.15352", "2110.15352"),
        ("https://arxiv.org//abs/2110.15352?context=cs.LG", "2110.15352"),
        ("https://arxiv.org/pdf/2110.15352v2.pdf?download=1", "2110.15352"),
        ("https://arxiv.org/format/2110.15352v2", "2110.15352"),
    ],
)
def test_a_paper_is_one_link_in_all_its_versions_and_formats(url: str, arxiv_id: str) -> None:
    link = Link(f"https://arxiv.org/abs/{arxiv_id}", "arxiv", arxiv_id, "arxiv.org")
    assert arxiv_link(split(url)) == link
    assert arxiv_id_of(url) == arxiv_id


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/abs/2110.15352",
        "https://arxiv.org/list/cs.CV/recent",
        "https://arxiv.org/abs/2113.15352",
        "https://arxiv.org/abs/2110.153",
        "https://arxiv.org.example.com/abs/2110.15352",
        "https://notarxiv.org/abs/2110.15352",
        "https://ar5iv.org.example.com/abs/2110.15352",
        "https://info.arxiv.org/help/2110.15352",
        "https://www.alphaxiv.org/labs/2110.15352",
        "https://[",
    ],
)
def test_other_addresses_are_no_papers(url: str) -> None:
    assert arxiv_id_of(url) is None


@pytest.mark.parametrize(
    ("arxiv_id", "is_given"),
    [
        ("0704.0001", True),
        ("1412.9999", True),
        ("1501.00001", True),
        ("2110.15352", True),
        ("hep-th/9901001", True),
        ("0703.0001", True),
        ("0600.0001", False),
        ("1501.0001", False),
        ("1412.00001", False),
        ("2113.00001", False),
        ("hep-th/9913001", False),
        ("2110.15352v1", False),
    ],
)
def test_ids_that_arxiv_may_have_given(arxiv_id: str, *, is_given: bool) -> None:
    assert is_well_formed(arxiv_id) is is_given

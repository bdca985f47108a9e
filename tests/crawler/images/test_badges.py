"""Which pictures are drawn anew at each view, by their addresses."""

from __future__ import annotations

import pytest

from crawler.images.hosts.badges import is_badge
from crawler.kinds.image import is_dynamic_image
from crawler.models.link import Link
from crawler.models.metadata import Picture


@pytest.mark.parametrize(
    "url",
    [
        "https://img.shields.io/github/stars/o/r?style=social",
        "http://img.shields.io:80/badge/a-b-green",
        "https://github.com/o/r/actions/workflows/ci.yml/badge.svg?branch=main",
        "https://github.com/o/r/workflows/CI/badge.svg",
        "https://gitlab.example.com/o/r/-/jobs/badge.svg",
        "https://badge.fury.io/py/r.svg",
        "https://flat.badgen.net/npm/v/express",
        "https://api.star-history.com/svg?repos=o/r&type=Date",
        "https://github-readme-stats.vercel.app/api?username=u",
        "https://komarev.com/ghpvc/?username=u",
        "https://hits.seeyoufarm.com/api/count/incr/badge.svg",
        "https://hits.sh/github.com/o/r",
        "https://contrib.rocks/image?repo=o/r",
        "https://codecov.io/gh/o/r/branch/main/graph/badge.svg",
        "https://travis-ci.org/o/r.svg?branch=master",
        "https://app.travis-ci.com/o/r.svg",
        "https://readthedocs.org/projects/r/badge/?version=latest",
        "https://app.readthedocs.org/projects/r/badge/",
        "https://zenodo.org/badge/12345.svg",
        "https://pepy.tech/badge/r",
        "https://static.pepy.tech/personalized-badge/r?period=month",
    ],
)
def test_badges(url: str) -> None:
    assert is_badge(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.svg",
        "https://example.com/badge.svg.png",
        "https://example.com/?file=badge.svg",
        "https://img.shields.io.example.com/a.png",
        "https://komarev.com/photo.png",
        "https://github.com/o/r/raw/main/docs/overview.svg",
        "https://zenodo.org/record/1/files/a.png",
        "https://opencollective.com/photo.png",
        "https://i.imgur.com/abc.png",
        "https://[broken",
        "images/badges.png",
    ],
)
def test_other_pictures(url: str) -> None:
    assert not is_badge(url)


def test_what_the_server_said_counts_as_well() -> None:
    url = "https://example.com/a.svg"
    link = Link(url, "image", url, "example.com")
    known = Picture("aa/aa.svg", "aa", "image/svg+xml", 9)
    assert not is_dynamic_image(link, None)
    assert not is_dynamic_image(link, known)
    assert is_dynamic_image(link, Picture("aa/aa.svg", "aa", "image/svg+xml", 9, dynamic=True))
    badge = "https://img.shields.io/a.svg"
    assert is_dynamic_image(Link(badge, "image", badge, "img.shields.io"), known)
    assert not is_dynamic_image(Link(badge, "web", badge, "img.shields.io"), None)

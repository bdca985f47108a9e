"""Persons and collaborations in lists of authors."""

from __future__ import annotations

import pytest

from crawler.models.authors import clean_author, is_collaboration


@pytest.mark.parametrize(
    "name",
    [
        *("The ATLAS Collaboration", "ATLAS collaboration", "CMS and TOTEM Collaborations", "Gemini Team"),
        *("International Cancer Genome Consortium", "Particle Data Group", "The Planck Collaboration (2018)"),
    ],
)
def test_collaboration(name: str) -> None:
    assert is_collaboration(name)


@pytest.mark.parametrize("name", ["A. Aad", "Kaiming He", "Grouper Smith", "Jan Teamer", "B. Committeeman"])
def test_person(name: str) -> None:
    assert not is_collaboration(name)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (":", ""),
        (" , ", ""),
        ("ATLAS Collaboration:", "ATLAS Collaboration"),
        ("A.\n Aad", "A. Aad"),
        ("J. Smith Jr.", "J. Smith Jr."),
        ("（王）", "（王）"),
        ("", ""),
    ],
)
def test_stray_punctuation(written: str, name: str) -> None:
    assert clean_author(written) == name

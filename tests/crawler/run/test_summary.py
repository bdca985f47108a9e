"""What a run prints at its end."""

from __future__ import annotations

import pytest

from crawler.run.summary import OutputForm
from tests.support.options import project_settings


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, ""),
        ({"NOTES_DIR": "my notes"}, "'my notes'"),
        ({"OUTPUT_DIR": "out", "NOTES_DIR": "n"}, "n -s OUTPUT_DIR=out"),
        ({"DATABASE_URL": "sqlite:///output/sample.sqlite"}, "-s DATABASE_URL=sqlite:///output/sample.sqlite"),
        ({"DATABASE_URL": "postgresql://me:secret@db/notes", "NOTES_DIR": "n"}, "n"),
    ],
)
def test_the_next_command_is_given_the_same_folders_and_database(given: dict[str, str], words: str) -> None:
    assert OutputForm.of(project_settings("cmdline", **given)).next_words == words

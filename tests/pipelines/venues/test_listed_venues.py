"""The list of conferences that is kept elsewhere: how it is written, and what the table of venues takes from it."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

from pipelines.venues.from_identifiers import venue_of_identifiers
from pipelines.venues.from_text import find_venue
from pipelines.venues.table import venue_table
from tests.venues import table

if TYPE_CHECKING:
    from pathlib import Path

LISTED = files("pipelines").joinpath("data/ccf_venues.tsv").read_text("utf-8")
ROWS = [line.split("\t") for line in LISTED.splitlines() if not line.startswith("#")]

DREAMS = """\
- title: DREAM
  description: International  Conference on Dreams
  dblp: dreams
  confs:
    - {year: 2025, date: "May 3-5, 2025"}
    - {year: 2026, date: "February 28 - March 3, 2026"}
- title: NAP
  description: Symposium on Naps
  confs:
    - {year: 2026, date: TBD}
"""


def test_the_list_is_written_from_a_checkout(tmp_path: Path) -> None:
    for folder in ("AI", "MX"):  # a conference in two subjects is listed once
        (tmp_path / "conference" / folder).mkdir(parents=True)
        (tmp_path / "conference" / folder / "dream.yml").write_text(DREAMS, "utf-8")
    (tmp_path / "conference/types.yml").write_text("- {name: AI}\n", "utf-8")
    (tmp_path / "LICENSE").write_text("MIT License\n\nCopyright (c) 2000 Somebody\n", "utf-8")
    lines = table(tmp_path).splitlines()
    assert "# Copyright (c) 2000 Somebody" in lines
    assert [line for line in lines if not line.startswith("#")] == [
        "DREAM\tInternational Conference on Dreams\tdreams\t2",
        "NAP\tSymposium on Naps\t\t",
    ]


def test_the_list_has_its_license() -> None:
    assert "# MIT License\n" in LISTED
    assert re.search(r"^# Copyright \(c\) \d{4} CCFDDL$", LISTED, re.MULTILINE)
    assert len(ROWS) > 300


def test_conferences_of_the_list_are_known() -> None:
    """By their full names or acronyms: names are phrases in some rows, and have slips in others."""
    spellings = {each for line in venue_table().series for each in (line.name, *line.acronyms, *line.words)}
    known = [row for row in ROWS if row[0] in spellings or venue_table().named(row[1])]
    assert len(known) / len(ROWS) > 0.95
    found = find_venue("Accepted to the International Conference on JointCloud Computing, 2025", None, None)
    assert found is not None
    assert (found.name, found.year) == ("JCC", 2025)
    assert find_venue("The JCC cluster has 20 nodes", None, None) is None


def test_what_is_known_better_goes_before() -> None:
    by_name = venue_table().by_name
    assert not {"ACM SIGGRAPH", "SIGKDD", "UbiComp/ISWC"}.intersection(by_name)
    assert by_name["KDD"].zeroth is not None
    venue = venue_of_identifiers({"dblp": "conf/3dim/LovelaceB21"})
    assert venue is not None
    assert (venue.name, venue.year) == ("3DV", 2021)

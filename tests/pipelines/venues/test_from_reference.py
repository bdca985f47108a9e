"""What journal references say of the venue: all those of the shared records, judged by hand."""

from __future__ import annotations

import csv
import lzma
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.venues.from_reference import venue_in_reference

JUDGED = Path(__file__).with_name("journal_references.tsv")
FORMS = Path(__file__).with_name("reference_forms.tsv")
RECORDS = Path(__file__).parents[3] / "../shared/data/venue/arxiv_comments_unlabelled.tsv.xz"


@pytest.mark.skipif(not RECORDS.is_file(), reason="the shared records (../shared/data/venue) are not here")
def test_references_of_real_records() -> None:
    """Read in place, by their ids: the file beside this test has none of their text."""
    lines = [line for line in JUDGED.read_text("utf-8").splitlines() if not line.startswith("#")]
    judged = {name: (venue, year) for name, venue, year in (line.split("\t") for line in lines)}
    with lzma.open(RECORDS, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["id"] in judged]
    venues = years = 0
    for row in rows:
        published = datetime.fromisoformat(row["created"][:10]).replace(tzinfo=UTC) if row["created"] else None
        found = venue_in_reference(row["journal_ref"], published)
        venue, year = judged[row["id"]]
        venues += venue == (found.name if found else "")
        years += year == (str(found.year or "") if found else "")
    assert len(rows) == len(judged)
    assert venues / len(rows) >= 0.97
    assert years / len(rows) >= 0.99


def test_references_in_the_usual_forms_of_all_fields() -> None:
    """Forms of physics, astronomy, mathematics, medicine and computer science, written for this test."""
    lines = [line for line in FORMS.read_text("utf-8").splitlines() if not line.startswith("#")]
    wrong = {}
    for reference, venue, year in (line.split("\t") for line in lines):
        found = venue_in_reference(reference, None)
        said = (found.name, str(found.year or "")) if found else ("", "")
        if said != (venue, year):
            wrong[reference] = said
    assert len(lines) > 300
    assert wrong == {}


@pytest.mark.parametrize(
    ("reference", "venue", "year"),
    [
        ("Nature 521, 436-444 (2015)", "Nature", 2015),
        ("Neural Networks 165 (2023) 1-12", "Neural Networks", 2023),
        (
            "11th International Conference on Computer and Communications, 2025",
            "International Conference on Computer and Communications",
            2025,
        ),
        (
            "IEICE Transactions on Information and Systems, Vol.E108.D, No. 6, 2025",
            "IEICE Transactions on Information and Systems",
            2025,
        ),
        ("Proceedings of the Fifth International Conference on Dream Systems. ICDX 2025", "ICDX", 2025),
        ("Artificial Intelligence XLII. SGAI-AI 2025. Lecture Notes, vol 16302. Springer (2026)", "SGAI", 2025),
        ("Robotics 12(3), 45 (2023)", "Robotics", 2023),
        ("Symposium on Dreams, Robotics, and Vision, 2024", "Symposium on Dreams, Robotics, and Vision", 2024),
    ],
)
def test_names_are_whole(reference: str, venue: str, year: int) -> None:
    found = venue_in_reference(reference, None)
    assert found is not None
    assert (found.name, found.year) == (venue, year)

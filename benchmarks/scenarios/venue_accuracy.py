"""How well venues are read from comments, on arXiv records whose venue is known from elsewhere.

`python -m benchmarks.scenarios.venue_accuracy [table.tsv]` prints precision, recall and year with the misses listed.
The table has the columns comment, created (ISO date or empty), venue and year, and may have journal_ref and doi; by
default the shared one beside the project is read.
"""

from __future__ import annotations

import csv
import re
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.venues.from_text import find_venue
from pipelines.venues.table import venue_table

if TYPE_CHECKING:
    from pipelines.venues.model import Venue

DEFAULT = Path(__file__).parents[2] / "../shared/data/venue/venue_truth.tsv"

_PENDING = re.compile(r"submi|review|reject|workshop|consideration|extension|previous version", re.IGNORECASE)
_TAKEN = re.compile(r"accept|appear|publish|present|camera|proceedings", re.IGNORECASE)


@dataclass(slots=True)
class Score:
    """Counts over the rows of a table, and the rows behind each miss as printable lines."""

    rows: int = 0
    answered: int = 0
    right: int = 0
    named: int = 0
    recalled: int = 0
    year_right: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    misdated: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of the conferences and journals answered, the share that is the true one; workshops are left out."""
        return self.right / self.answered

    @property
    def recall(self) -> float:
        """Of the rows whose comment names the true venue as accepted, the share that is answered with it."""
        return self.recalled / self.named

    @property
    def year(self) -> float:
        """Of the right answers, the share with the true year."""
        return self.year_right / self.right


def score(path: Path) -> Score:
    """Read every comment of the table and compare."""
    result = Score()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            _count(result, row)
    return result


def _count(result: Score, row: dict[str, str]) -> None:
    comment = row["comment"]
    published = datetime.fromisoformat(row["created"]).replace(tzinfo=UTC) if row["created"] else None
    found = find_venue(comment, row.get("journal_ref"), published, {"doi": row.get("doi") or ""})
    answer = None if found is None or found.track == "workshop" else found
    line = f"{row['venue']} {row['year']} | {_shown(found)} | {row['created'][:7]} | {comment}"
    right = answer is not None and _same(answer.name, row["venue"])
    result.rows += 1
    if answer is not None:
        result.answered += 1
        result.right += right
        if not right:
            result.wrong.append(line)
        elif answer.year == int(row["year"]):
            result.year_right += 1
        else:
            result.misdated.append(line)
    if _names(comment, row["venue"]):
        result.named += 1
        result.recalled += right
        if not right:
            result.missed.append(line)


def _shown(venue: Venue | None) -> str:
    return " ".join(str(part) for part in (venue.name, venue.year, venue.track) if part) if venue else "-"


def _same(answer: str, truth: str) -> bool:
    """Compare names; as in proceedings lists, a venue counts as the conference printed with it (RA-L, IAAI)."""
    series = venue_table().by_name.get(answer)
    return answer == truth or (series is not None and truth in {*series.joint, series.proceedings})


def _names(comment: str, venue: str) -> bool:
    """Tell by crude means of its own, not by the reader's, whether a comment names that venue as accepted."""
    if _PENDING.search(comment) and not _TAKEN.search(comment):
        return False
    series = venue_table().by_name[venue]
    names = (*series.acronyms, *series.words, series.full_name, *series.names)
    return any(re.search(rf"(?<![^\W\d_]){re.escape(name)}(?![^\W\d_])", comment, re.IGNORECASE) for name in names)


def main() -> None:
    """Print the score of the table named on the command line."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    if not path.is_file():
        sys.exit(f"{path}: no such table; name one: make accuracy TABLE=FILE")
    result = score(path)
    for title, lines in (("wrong venue", result.wrong), ("not found", result.missed), ("wrong year", result.misdated)):
        print(f"\n{title}: {len(lines)} (truth | answer | uploaded | comment)")
        print(*lines, sep="\n")
    print(f"\nprecision {result.precision:.2%} of {result.answered} answers on {result.rows} rows")
    print(f"recall    {result.recall:.2%} of {result.named} rows that name the true venue as accepted")
    print(f"year      {result.year:.2%} of {result.right} right answers")


if __name__ == "__main__":
    main()

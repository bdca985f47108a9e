"""Write `pipelines/data/ccf_venues.tsv` from a checkout of ccf-deadlines: `python -m tests.venues FOLDER`.

Its license is MIT, see https://github.com/ccfddl/ccf-deadlines; it lists the conferences that the China Computer
Federation recommends. What it lacks or has wrong is in pipelines/data/venues.toml, which goes before.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from crawler.text import collapse_whitespace
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = ROOT / "pipelines/data/ccf_venues.tsv"

_HEAD = """\
Conferences that the China Computer Federation recommends: acronym, full name, key of DBLP, usual month.
Written by `make venues FROM=…` from a checkout of https://github.com/ccfddl/ccf-deadlines; not to be edited: what
it lacks or has wrong is in venues.toml. The license of that list:
"""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def main(folder: Path) -> None:
    """Write the table from a checkout."""
    TABLE.write_text(table(folder), "utf-8")
    print(f"{TABLE.relative_to(ROOT)}: {len(set(_rows(folder)))} conferences")  # noqa: T201 - its output


def table(folder: Path) -> str:
    """Return the table of the conferences in a checkout, with its license."""
    license_ = (folder / "LICENSE").read_text("utf-8")
    head = "".join(f"# {line}".rstrip() + "\n" for line in [*_HEAD.splitlines(), "", *license_.splitlines()])
    return head + "".join("\t".join(row) + "\n" for row in sorted(set(_rows(folder))))


def _rows(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    for file in sorted(folder.glob("conference/*/*.yml")):
        for each in yaml.safe_load(file.read_text("utf-8")):
            title, name = collapse_whitespace(each["title"]), collapse_whitespace(each["description"])
            if title and name:
                yield title, name, str(each.get("dblp") or ""), _month(each.get("confs") or [])


def _month(editions: list[dict[str, Any]]) -> str:
    """Return the month in which the last edition begins, as a number."""
    last = max(editions, key=lambda edition: int(edition.get("year", 0)), default={})
    name = re.match(r"[A-Za-z]{3}", str(last.get("date", "")).strip())
    return str(_MONTHS.index(name[0].lower()) + 1) if name and name[0].lower() in _MONTHS else ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))

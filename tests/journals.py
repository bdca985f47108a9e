"""Write `pipelines/data/journals.tsv` from a checkout of JabRef's abbreviations: `python -m tests.journals FOLDER`.

They are in the public domain (CC0), see https://github.com/JabRef/abbrv.jabref.org. Lists of all that arXiv has are
taken; what they lack or have wrong is in pipelines/data/venues.toml, which goes before.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.venues.printed.journals import JournalList, has_in_order, initials, spellings
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TABLE = ROOT / "pipelines/data/journals.tsv"

_HEAD = """\
# Journals by the initials of their names, and after "=" abbreviations that cannot be told from the name alone.
# Written by `make journals FROM=…` from a checkout of https://github.com/JabRef/abbrv.jabref.org (CC0 1.0, public
# domain); not to be edited: what it lacks or has wrong is in venues.toml.
"""
_LISTS = ("ubc", "geology_physics", "geology_physics_variations", "aea", "mathematics")
_SUBTITLE = re.compile(
    r"(?:(?<=[A-Za-z]{3})|(?<= [A-Z]))\. [A-Z].*$| \(.*\)$"
)  # "Econometrica. Journal of the Econometric Society"
_NO_NAME = re.compile(
    r"\d|[\[\\{}<=|]|^.{0,3}$|\.$|, (?:The|A)$"
    r"|^(?:Proceedings|Transactions|Advances|Annals|Bulletin|Journal|Reviews?|Letters|Chapter|Preprint)$"
)
_SECTION = re.compile(r"(?<= [A-Z]): .*$")  # "European Physical Journal B: Condensed Matter"
_CAPITALS = re.compile(r"(?<=[\w,] )(?:And|For|In|Of|On|The|To|With)(?= )")
_MOST_WORDS = 15


def main(folder: Path) -> None:
    """Write the table from a checkout."""
    TABLE.write_text(table(folder), "utf-8")
    print(f"{TABLE.relative_to(ROOT)}: {TABLE.stat().st_size} bytes")  # noqa: T201 - its output


def table(folder: Path) -> str:
    """Return the table of the journals in a checkout."""
    names: dict[str, str] = {}
    meant: defaultdict[str, Counter[str]] = defaultdict(Counter)  # how many lists say what an abbreviation means
    for rows in (set(_rows(folder / f"journals/journal_abbreviations_{each}.csv")) for each in _LISTS):
        said = set()
        for name, abbreviation in sorted(rows):
            words = " ".join(JournalList.words(name))
            names[words] = max(names.get(words, name), name, key=_care)
            if _abbreviates(abbreviation, name):
                said.add((" ".join(JournalList.words(abbreviation)), words))
        for abbreviated, words in said:
            meant[abbreviated][words] += 1
    plain = JournalList(_lines(names.values(), {}))
    needed: defaultdict[str, list[str]] = defaultdict(list)
    for abbreviation, lists in meant.items():
        (words, most), *others = lists.most_common(2)
        is_clear = not others or others[0][1] + 1 < most
        if is_clear and plain.name(f"{abbreviation}.") != names[words]:
            needed[names[words]].append(abbreviation)
    return _HEAD + _lines(names.values(), needed)


def _care(name: str) -> tuple[bool, int]:
    """Return how much care a spelling shows: accents, and capitals within words."""
    return not name.isascii(), len(re.findall("[a-z][A-Z]", name))


def _abbreviates(abbreviation: str, name: str) -> bool:
    """Return whether all words of an abbreviation have their letters in the words of the name, in order."""
    rest = iter(JournalList.words(name))
    letters = JournalList.words(abbreviation)
    section = name.rsplit(maxsplit=1)[-1]
    return (
        bool(letters)
        and (len(section) > 1 or section.lower() == letters[-1])
        and not _NO_NAME.search(abbreviation.rstrip("."))
        and all(any(each == word or (len(word) > 1 and has_in_order(word, each)) for word in rest) for each in letters)
    )


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, skipinitialspace=True):
            name = _SECTION.sub("", _SUBTITLE.sub("", row[0].strip())).removeprefix("The ")
            if not _NO_NAME.search(name) and len(name.split()) <= _MOST_WORDS:
                yield _CAPITALS.sub(lambda word: word[0].lower(), name), row[1].strip()


def _lines(names: Iterable[str], abbreviations: dict[str, list[str]]) -> str:
    by_initials: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        for each in {initials(one) for one in spellings(name) if initials(one)}:
            by_initials[each].add(name)
        for each in abbreviations.get(name, []):
            by_initials[initials(each)].add(f"{name}={each}")
    return "".join("\t".join([key, *sorted(line)]) + "\n" for key, line in sorted(by_initials.items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

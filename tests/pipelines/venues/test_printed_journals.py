"""The list of journals that is kept elsewhere: how it is written, and which printed names mean one of them."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.venues.from_reference import venue_in_reference
from pipelines.venues.printed.journals import JournalList, journal_name
from tests.journals import table

if TYPE_CHECKING:
    from pathlib import Path

LISTED = files("pipelines").joinpath("data/journals.tsv").read_text("utf-8")
NAMES = sorted(
    {each.partition("=")[0] for line in LISTED.splitlines() if line[0] != "#" for each in line.split("\t")[1:]}
)

LISTS = {
    "ubc": '"Journal of Dream Physics","J. Dre. Phys."\n"Journal of Dreaming Physicians","J. Dreaming Phys."\n',
    "geology_physics": '"The Dream Letters B: Sleep", "Dream Lett. B"\n"Journal of Dream Physics","J. Dre. Phys."\n',
    "geology_physics_variations": '"Dream Letters A","Dream Lett. B"\n',
    "aea": '"Naps And Economics","Naps Econ.","",""\n"Journal of naps 2001","J. naps"\n',
    "mathematics": '"Schlafmathematik. Zeitschrift für Träume","Schlafmath."\n"Zeitschrift fur Traume","Z. Traume"\n',
}


def test_the_list_is_written_from_a_checkout(tmp_path: Path) -> None:
    (tmp_path / "journals").mkdir()
    for name, text in LISTS.items():
        (tmp_path / f"journals/journal_abbreviations_{name}.csv").write_text(text, "utf-8")
    written = table(tmp_path)
    lines = [line for line in written.splitlines() if not line.startswith("#")]
    assert lines == [
        "dla\tDream Letters A",
        "dlb\tDream Letters B",
        "jdp\tJournal of Dream Physics\tJournal of Dream Physics=j dre phys\tJournal of Dreaming Physicians",
        "ne\tNaps and Economics",
        "s\tSchlafmathematik\tSchlafmathematik=schlafmath",
        "zt\tZeitschrift fur Traume",
    ]
    journals = JournalList(written)
    assert journals.name("J. Dre. Phys.") == "Journal of Dream Physics"
    assert journals.name("J. D. P.") is None  # either of two
    assert journals.name("Dream Lett. A") == "Dream Letters A"


def test_the_list_names_its_license() -> None:
    assert "(CC0 1.0, public" in LISTED
    assert len(NAMES) > 15000


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Phys.Lett.B", "Physics Letters B"),
        ("Int. J. Mod. Phys. E", "International Journal of Modern Physics E"),
        ("J. Phys. B: At. Mol. Opt. Phys.", "Journal of Physics B"),
        ("Ann Oper Res", "Annals of Operations Research"),
        ("Commun. Math. Phys.", "Communications in Mathematical Physics"),
        ("Comput. Methods Appl. Mech. Engrg.", "Computer Methods in Applied Mechanics and Engineering"),
        ("Lect.NotesPhys.", "Lecture Notes in Physics"),
        ("International Journal of Computer Applications", None),  # "… Computers and Applications" is another
        ("Intelligent Systems and Applications", None),  # "… with Applications" is another
        ("Ann. Phys.", None),  # Annals of Physics or Annalen der Physik
        ("Proceedings", None),
        ("Dream", None),
        ("", None),
    ],
)
def test_printed_names(printed: str, name: str | None) -> None:
    assert journal_name(printed) == name


@given(st.sampled_from(NAMES))
def test_a_name_in_full_means_no_other_journal(name: str) -> None:
    assert journal_name(name) in {name, name.partition(": ")[0], None}


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert journal_name(text) is None or journal_name(text) in NAMES


@pytest.mark.parametrize(
    ("reference", "venue", "year"),
    [
        ("Acta Phys.Polon. B31 (2000) 1-5", "Acta Physica Polonica B", 2000),
        ("J. Dream. Studs., 48 (2008), 857-893.", "J. Dream. Studs.", 2008),  # as printed, with its dot
        ("Journal of Dreams. 35 (2023) 709-732", "Journal of Dreams", 2023),
        ("Int.J.Mod.Phys. D13 (2004) 2035", "International Journal of Modern Physics D", 2004),  # not Physica D
        ("Proceedings of Science 476, ICHEP2024, 1022 (2025)", "PoS", 2025),  # not Science
        (
            "Dreamer, A., & Napper, B. (2020). Naps (1986) revisited. Computational Statistics, 3",
            "Computational Statistics",
            2020,
        ),
        ("A. Dreamer (ed.) Proceedings of the 6th Dream Congress (DC 2006), 28-29 March 2006", "Dream Congress", 2006),
        (r"Proc. of the 2nd Congr{\`e}s des R\^eves, Metz, 2019", "Congrès des Rêves", 2019),
        (
            "J.Opt.Soc.Am.A 23, 2578 (2006); Erratum: J.Opt.Soc.Am.A 32, 2407 (2015)",
            "Journal of the Optical Society of America A",
            2006,
        ),
        ("Journal of Time Series Analysis, 2025; 0:1-19", "Journal of Time Series Analysis", 2025),
        (
            "Proceedings of the IEEE 12th International Conference on Dreams, 2018",
            "International Conference on Dreams",
            2018,
        ),
        ("EVALITA 2026, CEUR Workshop Proceedings Vol. 4195", "EVALITA", 2026),
    ],
)
def test_references_name_listed_journals(reference: str, venue: str, year: int) -> None:
    found = venue_in_reference(reference, None)
    assert found is not None
    assert (found.name, found.year) == (venue, year)

"""The bibliography, read back by another program."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import BibliographyData, parse_string  # type: ignore[import-untyped]

from crawler.models.metadata import Paper
from pipelines.reports.bibliography import bibtex, output
from pipelines.reports.bibliography.citation import citation
from pipelines.reports.render import render
from tests.support.mending import rendering, standing

if TYPE_CHECKING:
    from pathlib import Path

DAY = datetime(2021, 11, 11, tzinfo=UTC)
MAE = Paper(
    "Masked Autoencoders Are Scalable Vision Learners",
    {"arxiv": "2111.06377", "doi": "10.1/x_y"},
    ("Kaiming He", "José Müller"),
    categories=("cs.CV", "cs.LG"),
    published=DAY,
    venue="CVPR",
    venue_year=2022,
)


def bibliography(folder: Path, *papers: Paper) -> BibliographyData:
    """Render papers and read them back."""
    text = "\n\n".join(f"<https://arxiv.org/abs/{paper.arxiv_id}>" for paper in papers)
    standings = [standing(f"https://arxiv.org/abs/{paper.arxiv_id}", metadata=paper) for paper in papers]
    given = rendering(folder, {"a.md": text}, standings)
    render(given, output)
    first = (given.output_dir / "papers.bib").read_bytes()
    render(given, output)
    assert (given.output_dir / "papers.bib").read_bytes() == first
    return parse_string(first.decode(), "bibtex")


def entry_of(paper: Paper, url: str) -> str:
    return bibtex.text_of(citation("key", paper, url))


def test_a_conference_paper(tmp_path: Path) -> None:
    entry = bibliography(tmp_path, MAE).entries["he2021masked"]
    assert entry.type == "inproceedings"
    assert [str(person) for person in entry.persons["author"]] == ["He, Kaiming", r"M{\"u}ller, Jos{\'e}"]
    assert dict(entry.fields) == {
        "title": "{Masked Autoencoders Are Scalable Vision Learners}",
        "booktitle": "Conference on Computer Vision and Pattern Recognition",
        "year": "2022",
        "eprint": "2111.06377",
        "archiveprefix": "arXiv",
        "primaryclass": "cs.CV",
        "doi": "10.1/x_y",
        "url": "https://arxiv.org/abs/2111.06377",
    }


@pytest.mark.parametrize(
    ("venue", "track", "where"),
    [
        ("TPAMI", None, ("article", "journal", "IEEE Transactions on Pattern Analysis and Machine Intelligence")),
        ("ICCV", "oral", ("inproceedings", "booktitle", "International Conference on Computer Vision")),
        (
            "ICCV Workshop",
            "workshop",
            ("inproceedings", "booktitle", "International Conference on Computer Vision Workshop"),
        ),
        ("Some Symposium", None, ("inproceedings", "booktitle", "Some Symposium")),
        ("Journal of Loops & Knots", None, ("article", "journal", r"Journal of Loops \& Knots")),
        ("Some House", None, ("misc", "howpublished", "Some House")),
    ],
)
def test_the_venue_says_what_kind_of_entry_it_is(
    tmp_path: Path, venue: str, track: str | None, where: tuple[str, str, str]
) -> None:
    paper = Paper("Loops", {"arxiv": "2204.00001"}, ("Ada Lovelace",), venue=venue, venue_track=track, venue_year=2022)
    (entry,) = bibliography(tmp_path, paper).entries.values()
    kind, field, name = where
    assert (entry.type, entry.fields[field], entry.fields["year"]) == (kind, name, "2022")


def test_a_preprint(tmp_path: Path) -> None:
    (entry,) = bibliography(
        tmp_path, Paper("Loops", {"arxiv": "2204.00001"}, published=DAY, withdrawn=True)
    ).entries.values()
    assert (entry.type, entry.fields["year"], entry.fields["note"]) == ("misc", "2021", "Withdrawn")
    assert "author" not in entry.persons


def test_keys_are_unique_and_plain(tmp_path: Path) -> None:
    same = [Paper("On the Loops", {"arxiv": f"2204.0000{n}"}, ("Ada Lovelace",), published=DAY) for n in range(3)]
    foreign = Paper("循环", {"arxiv": "2205.00001"}, ("李 雷",), published=DAY)
    old = [Paper("Über-Loops", {"arxiv": f"math/030913{n}"}, ("Paul Erdős",)) for n in range(2)]
    assert list(bibliography(tmp_path, *same, foreign, *old).entries) == [
        "lovelace2021loops",
        "lovelace2021loops-2204-00001",
        "lovelace2021loops-2204-00002",
        "anonymous2021",
        "erdosuber",
        "erdosuber-math-0309131",
    ]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (r"Bounds for $\ell_1$ & 50% of A_b #1", r"Bounds for $\ell_1$ \& 50\% of A\_b \#1"),
        (r"Schr\"odinger Bridges", r"Schr{\"o}dinger Bridges"),
        ("{BERT}: $x", "BERT: x"),
        ("a } b { c", "a b c"),
        ("$}{$ and $x^{2}$", "and $x^{2}$"),
        ("two\nlines", "two lines"),
        ("学习 “q” ~ ^", r"学习 {\textquotedblleft}q{\textquotedblright} {\textasciitilde} {\textasciicircum}"),
        (r"<script>](javascript:|", r"\ensuremath{<}script\ensuremath{>}](javascript:|"),
        (r"A $\mathcal{O}(n \log n)$ bound", r"A $\mathcal{O}(n \log n)$ bound"),
        (r"$50%$ of $a & b$ in $\#1$", r"$50\%$ of $a \& b$ in $\#1$"),
        (r"Read $\input{/etc/passwd}$ now", "Read /etc/passwd now"),
        (r"Run $\immediate\write18{ls}$ and \write18{ls}", "Run 18ls and 18ls"),
        (r"$\catcode`\%=12 x$", "`=12 x"),
        (r"$^^5cinput{a}$", r"{\textasciicircum}{\textasciicircum}5cinputa"),
        (r"A\footnote", "A"),
        (r"\textit{Open \frac{ of $\alpha$", r"Open of $\alpha$"),
        ("right\u202eleft\u200b and \x1b[31m", r"right{\textbackslash}u202eleft{\textbackslash}u200b and [31m"),
        ('A \u2066$x\u202e^2$\u200d \\"o', r"A {\textbackslash}u2066$x^2$ {\"o}"),
    ],
)
def test_titles_are_escaped(tmp_path: Path, title: str, shown: str) -> None:
    (entry,) = bibliography(tmp_path, Paper(title, {"arxiv": "2204.00001"})).entries.values()
    assert entry.fields["title"] == f"{{{shown}}}"


def test_a_paper_that_is_not_on_arxiv_has_no_eprint() -> None:
    paper = Paper("Loops", {"acl": "N19-1"}, categories=("cs.CV",))
    written = entry_of(paper, "https://a.example/N19-1")
    fields = parse_string(written, "bibtex").entries["key"].fields
    assert dict(fields) == {"title": "{Loops}", "url": "https://a.example/N19-1"}


TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from('{}\\$%&#_~^"@,=\n'), max_size=60)


@given(TEXT, st.lists(TEXT, max_size=3), TEXT)
def test_whatever_is_said_can_be_read_back(title: str, authors: list[str], venue: str) -> None:
    paper = Paper(title, {"arxiv": "2204.00001"}, tuple(authors), venue=venue)
    written = entry_of(paper, "https://arxiv.org/abs/2204.00001")
    read = parse_string(written, "bibtex")
    assert list(read.entries) == ["key"]
    assert read.entries["key"].fields["eprint"] == "2204.00001"


TEX = st.sampled_from(
    [
        r"\frac",
        r"\sqrt",
        r"\sqrt[",
        r"\begin{a}",
        r"\end{a}",
        r"\footnote",
        r"\href",
        r"\cite",
        r"\verb|",
        r"\input",
        r"\left(",
        "{",
        "}",
        "[",
        "]",
        "$",
        "$$",
        "x",
        "^",
        "_",
        r"\(",
        r"\)",
        r"\[",
        r"\'",
        "%",
        "&",
        "~",
        "\\",
        " ",
    ]
)


@given(st.lists(TEX, max_size=120).map("".join))
def test_malformed_tex_is_read_as_text(title: str) -> None:
    written = entry_of(Paper(title, {"arxiv": "2204.00001"}, (title,)), "https://arxiv.org/abs/1")
    assert not re.search(r"\\(?:input|footnote|href|cite|verb|begin|end)\b", written)
    assert list(parse_string(written, "bibtex").entries) == ["key"]


OPENINGS = [r"\frac{", r"\sqrt[", r"\sqrt[{", r"\textbf{", r"\begin{a}", r"\left(", "{", "$", "$\\frac{"]


@pytest.mark.parametrize(
    "opening", [*OPENINGS, *(pytest.param(a + b, marks=pytest.mark.stress) for a, b in permutations(OPENINGS, 2))]
)
def test_no_title_stops_the_run(opening: str) -> None:
    started = time.process_time()
    entry_of(Paper(opening * 500, {"arxiv": "1"}, (opening * 500,)), "https://arxiv.org/abs/1")
    assert time.process_time() - started < 2  # as a rule 0.02


def test_long_texts_are_cut(tmp_path: Path) -> None:
    paper = Paper("x" * 100_000, {"arxiv": "2204.00001"}, tuple(f"Ada{n} Lovelace" for n in range(300)))
    (entry,) = bibliography(tmp_path, paper).entries.values()
    assert len(entry.fields["title"]) < 600
    assert len(entry.persons["author"]) == 201
    assert str(entry.persons["author"][-1]) == "others"

"""The bibliography for other programs: biber, bibtexparser, CSL-JSON, RIS."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.metadata import Paper
from pipelines.reports.bibliography import bibtex, csl_json, output, ris
from pipelines.reports.bibliography.citation import citation
from pipelines.reports.bibliography.keys import CitationKeys
from pipelines.reports.render import render
from tests.support.mending import read, rendering, standing

if TYPE_CHECKING:
    from pathlib import Path

DAY = datetime(2021, 11, 11, tzinfo=UTC)
MANY = Paper(
    r"Bounds for $\ell_1$ & 50% of A_b, \'Etude #1",
    {"arxiv": "2111.06377", "doi": "10.1109/tpami.2022.1_2, 10.48550/arXiv.2111.06377"},
    (
        *(
            "Laurens van der Maaten",
            "Martin Luther King Jr.",
            "The ATLAS Collaboration",
            ":",
            "李雷",
            r"Mart\'in Özgür",
        ),
        "Jane Doe, PhD <jane@x.org>",
    ),
    abstract="We prove\nit.",
    categories=("cs.CV", "cs.LG"),
    published=DAY,
    venue="CVPR",
    venue_year=2022,
)
PREPRINT = Paper("On Loops", {"arxiv": "2204.00001"}, ("Ada Lovelace",), published=DAY, withdrawn=True)
ARTICLE = Paper(
    "Knots", {"doi": "10.1038/s1"}, ("Paul Erdős",), venue="Nature & Science J.", venue_source="journal_ref"
)
ALL = (MANY, PREPRINT, ARTICLE)

STRANGE = [
    *(r"\\", "{", "}}", "$x", "%", "&", "#", "~^_", '"', "@", "“é”", "α-β", "ﬁ", "\u202e", "😀", "ễ", r"$\alpha$"),
    *(r"\'i", r"\v{s}", r"$\mathbb{R}^n$", "C++", "A, B and C", "<i>x</i>", "\t\n", "ℓ₁", "it's ``so''"),
]


def cited(paper: Paper, key: str = "key") -> Any:
    return citation(key, paper, "https://arxiv.org/abs/2111.06377")


def test_no_format_shows_the_secrets_of_an_url() -> None:
    cited = citation("key", PREPRINT, "https://ada:secret@arxiv.org/abs/2111.06377?access_token=hidden")
    for form in (bibtex, csl_json, ris):
        text = form.text_of(cited)
        assert "arxiv.org/abs/2111.06377" in text
        assert "secret" not in text
        assert "hidden" not in text


@pytest.mark.skipif(shutil.which("biber") is None, reason="biber (Debian package) is not installed")
def test_biber_reads_all_without_a_warning(tmp_path: Path) -> None:
    strange = [Paper(f"{each} of {each}", {"arxiv": "1"}, (each, f"Ada {each}"), venue=each) for each in STRANGE]
    papers = enumerate((*ALL, *strange))
    (tmp_path / "papers.bib").write_text(
        "\n".join(bibtex.text_of(cited(each, f"k{at}")) for at, each in papers), "utf-8"
    )
    command = ["biber", "--tool", "--output-file", "read.bib", "papers.bib"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines() if not line.startswith("INFO")] == []
    names = (
        "van der Maaten, Laurens and King, Jr., Martin Luther and {The ATLAS Collaboration} and 李雷 and Özgür, Martín"
    )
    assert names in (tmp_path / "read.bib").read_text("utf-8")


@given(st.lists(st.sampled_from(STRANGE) | st.text(max_size=5), max_size=12).map("".join))
def test_bibtexparser_reads_all(text: str) -> None:
    written = bibtex.text_of(
        cited(Paper(text, {"arxiv": "1", "doi": f"10.1/{text}"}, (text, f"Ada {text}"), venue=text))
    )
    read_back = parse_string(written)
    assert (len(read_back.entries), read_back.failed_blocks) == (1, [])


def test_csl_json() -> None:
    items = json.loads(
        csl_json.BEGIN + csl_json.BETWEEN.join(csl_json.text_of(cited(each)) for each in ALL) + csl_json.END
    )
    published, preprint, article = items
    assert published == {
        "id": "key",
        "type": "paper-conference",
        "title": "Bounds for ℓ_1 & 50% of A_b, Étude #1",
        "author": [
            {"family": "Maaten", "given": "Laurens", "non-dropping-particle": "van der"},
            {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
            {"literal": "The ATLAS Collaboration"},
            {"family": "李雷"},
            {"family": "Özgür", "given": "Martín"},
            {"family": "Doe", "given": "Jane"},
        ],
        "container-title": "Conference on Computer Vision and Pattern Recognition",
        "issued": {"date-parts": [[2022]]},
        "DOI": "10.1109/tpami.2022.1_2",
        "URL": "https://arxiv.org/abs/2111.06377",
        "abstract": "We prove it.",
        "note": "arXiv: 2111.06377",
    }
    assert preprint["type"] == "article"
    assert preprint["issued"] == {"date-parts": [[2021, 11, 11]]}
    assert (preprint["publisher"], preprint["number"], preprint["note"]) == ("arXiv", "arXiv:2204.00001", "Withdrawn")
    assert (article["type"], article["container-title"]) == ("article-journal", "Nature & Science J.")


def test_ris() -> None:
    lines = ris.text_of(cited(MANY)).splitlines()
    assert lines == [
        "TY  - CONF",
        "ID  - key",
        "AU  - van der Maaten, Laurens",
        "AU  - King, Martin Luther, Jr.",
        "AU  - The ATLAS Collaboration",
        "AU  - 李雷",
        "AU  - Özgür, Martín",
        "AU  - Doe, Jane",
        "TI  - Bounds for ℓ_1 & 50% of A_b, Étude #1",
        "T2  - Conference on Computer Vision and Pattern Recognition",
        "PY  - 2022",
        "DA  - 2022",
        "AN  - arXiv:2111.06377",
        "DO  - 10.1109/tpami.2022.1_2",
        "UR  - https://arxiv.org/abs/2111.06377",
        "AB  - We prove it.",
        "KW  - cs.CV",
        "KW  - cs.LG",
        "ER  - ",
    ]
    assert ris.text_of(cited(PREPRINT)).splitlines()[0] == "TY  - UNPB"


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_each_record_is_on_lines_of_its_own(text: str, authors: list[str]) -> None:
    paper = Paper(text, {"arxiv": text}, tuple(authors), abstract=text, venue=text)
    assert "\n" not in csl_json.text_of(cited(paper))
    tags = [line[:6] for line in ris.text_of(cited(paper)).split("\n")[:-1]]
    assert (tags[0], tags[-1], all(tag[2:] == "  - " for tag in tags)) == ("TY  - ", "ER  - ", True)


def write_all(folder: Path, papers: dict[str, Paper]) -> list[str]:
    """Publish papers by URL in a folder, and return the ids in papers.json."""
    given = rendering(folder, {"a.md": "\n\n".join(f"<{url}>" for url in papers)}, [])
    read(given)
    given = rendering(folder, {}, [standing(url, metadata=paper) for url, paper in papers.items()])
    render(given, output)
    return [item["id"] for item in json.loads((given.output_dir / "papers.json").read_text("utf-8"))]


def test_keys_stay_when_papers_are_added_before_and_titles_change(tmp_path: Path) -> None:
    def loops(number: int, title: str = "Loops") -> Paper:
        return Paper(title, {"arxiv": f"2204.0000{number}"}, ("Ada Lovelace",), published=DAY)

    assert write_all(tmp_path, {"https://arxiv.org/abs/2204.00002": loops(2)}) == ["lovelace2021loops"]
    both = {"https://arxiv.org/abs/2204.00001": loops(1), "https://arxiv.org/abs/2204.00002": loops(2, "Knots")}
    assert write_all(tmp_path, both) == ["lovelace2021loops-2204-00001", "lovelace2021loops"]


def test_no_key_is_given_twice() -> None:
    keys = CitationKeys({"arxiv:1": "lovelace2021loops", "doi:10.1/a": "lovelace2021loops"})
    paper = Paper("Loops", {}, ("Ada Lovelace",), published=DAY)
    works = [["arxiv:1"], ["doi:10.1/a"], ["doi:10.1-a"], ["doi:10.1/A"]]  # of which the first two were one work
    given = [keys.key_of(links, paper) for links in works]
    assert given == ["lovelace2021loops", *(f"lovelace2021loops-10-1-a{end}" for end in ("", "-2", "-3"))]
    assert [CitationKeys(keys.all).key_of(links, paper) for links in works] == given

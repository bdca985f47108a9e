"""What is found not to fit together, and what is left in peace."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crawler.models.metadata import Article, Paper, Publication, Repository
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.notes import parser
from pipelines.consistency.cross_references import CrossReferenceIndex
from pipelines.consistency.finding import Finding, FindingKind
from pipelines.consistency.findings import find_inconsistencies
from pipelines.consistency.missing_links import Confidence
from pipelines.reports.csv import findings as findings_csv
from pipelines.reports.render import render
from tests.support.mending import known, rendering, standing

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.models.link import LinkState
    from crawler.models.metadata import Metadata

URL = "https://arxiv.org/abs"
ADA, EMMY = ("Ada Lovelace",), ("Emmy Noether",)


def seen(**metadata: Metadata) -> list[LinkState]:
    """Return live links: papers by `_2204_00001`, repositories by `owner__name`, the article by `article`."""
    standings = []
    for name, what in metadata.items():
        match what:
            case Paper():
                url = f"{URL}/{what.arxiv_id}"
            case Repository():
                url = f"https://github.com/{name.replace('__', '/')}"
            case _:
                url = "https://mp.weixin.qq.com/s/A"
        standings.append(standing(url, metadata=what))
    return standings


def found(text: str, standings: list[LinkState], *others: Paper) -> list[Finding]:
    """Return the findings in a note, where other notes mention these papers too."""
    note = parser.parse_note("a.md", text.encode())
    papers = [each.metadata for each in standings if isinstance(each.metadata, Paper)]
    mentioned = [(f"arXiv {paper.arxiv_id}", paper) for paper in (*papers, *others)]
    return list(find_inconsistencies(note, known(note, standings), CrossReferenceIndex.build(mentioned, [])))


def entry(paper: str = "", code: str = "", article: str = "https://mp.weixin.qq.com/s/A") -> str:
    lines = [f"1. [文章]({article})", "   - Abstract: 一句话"]
    lines += [f"   - Paper: [{paper}]({URL}/2204.00001)"] if paper else []
    lines += [f"   - Code: [x](https://github.com/{code})"] if code else []
    return "\n".join([*lines, "   - Tips: 无", ""])


LOOPS = Paper("Loops in Sight", {"arxiv": "2204.00001"}, ADA)


def as_it_is(text: str) -> Reason:
    return Reason(ReasonCode.OTHER, text)


# --- titles -----------------------------------------------------------------------------------------------------------


def test_a_paper_called_by_its_title_is_no_finding() -> None:
    assert found(entry("loops in sight"), seen(paper=LOOPS)) == []
    assert found(entry("论文"), seen(paper=LOOPS)) == []


def test_a_paper_called_by_another_s_title() -> None:
    (finding,) = found(entry("Attention Is All You Need"), seen(paper=LOOPS))
    assert finding == Finding(
        "a.md",
        3,
        1,
        FindingKind.ANOTHER_TITLE,
        "Attention Is All You Need",
        as_it_is("Loops in Sight"),
        as_it_is("arXiv 2204.00001"),
        Confidence.HIGH,
    )


def test_a_title_that_has_changed_is_unsure() -> None:
    (finding,) = found(entry("Loops out of Sight"), seen(paper=LOOPS))
    assert finding.confidence is Confidence.LOW


@pytest.mark.parametrize(
    "text", ["Brown et al.", "Minority Reports", "an interesting paper on loops", "视野中的循环与闭环检测"]
)
def test_a_name_a_citation_a_description_and_a_translation_are_no_other_titles(text: str) -> None:
    assert found(entry(text), seen(paper=LOOPS)) == []


def test_one_id_under_two_titles(tmp_path: Path) -> None:
    notes = {
        "a.md": entry("Loops in Sight"),
        "b/c.md": "# x\n\n" + entry("Attention Is All You Need", article="https://mp.weixin.qq.com/s/B"),
        "d.md": entry("paper", article="https://mp.weixin.qq.com/s/C"),
    }
    rows = written(tmp_path, notes, seen(paper=LOOPS))
    assert [(row["note"], row["line"], row["kind"], row["confidence"]) for row in rows] == [
        ("b/c.md", "5", "one id, two titles", "high")
    ]
    assert rows[0]["evidence"] == "arXiv 2204.00001; “Loops in Sight” at a.md:3"


def test_one_id_under_two_titles_is_seen_before_arxiv_answers(tmp_path: Path) -> None:
    other = entry("Attention Is All You Need", article="https://mp.weixin.qq.com/s/B")
    notes = {"a.md": entry("Loops in Sight"), "b.md": other}
    rows = written(tmp_path, notes, [standing(f"{URL}/2204.00001")])
    assert [(row["note"], row["kind"], row["confidence"]) for row in rows] == [
        ("a.md", "one id, two titles", "medium"),
        ("b.md", "one id, two titles", "medium"),
    ]


# --- what became of papers --------------------------------------------------------------------------------------------


def test_a_withdrawn_paper() -> None:
    paper = Paper("Loops in Sight", {"arxiv": "2204.00001"}, comment="This paper has been withdrawn", withdrawn=True)
    (finding,) = found(entry("Loops in Sight"), seen(paper=paper))
    assert (finding.kind, finding.evidence) == (FindingKind.WITHDRAWN, "arXiv: This paper has been withdrawn")


@pytest.mark.parametrize(
    ("url", "old"), [("abs/2204.00001v1", True), ("pdf/2204.00001v3.pdf", False), ("abs/2204.00001", False)]
)
def test_a_link_to_an_old_version(url: str, old: bool) -> None:
    note = f"[Loops in Sight](https://arxiv.org/{url})"
    kinds = [each.kind for each in found(note, seen(paper=Paper("Loops in Sight", {"arxiv": "2204.00001"}, version=3)))]
    assert kinds == ([FindingKind.OLD_VERSION] if old else [])


AT_NEURIPS = Publication("Loops in Sight", (), "2204.00001", ("NeurIPS",), 2021)


def labelled(title: str, paper: Paper, *records: tuple[str, Publication]) -> list[Finding]:
    states = [replace(state, records=records) for state in seen(paper=paper)]
    return found(entry(paper.title).replace("[文章]", f"[{title}]"), states)


def test_a_label_is_contradicted_by_an_identifier_or_by_two_sources() -> None:
    paper = Paper(
        "Loops in Sight",
        {"arxiv": "2204.00001"},
        comment="NeurIPS 2021",
        venue="NeurIPS",
        venue_year=2021,
        venue_source="comment",
    )
    assert labelled("CVPR 2021 | 看得见的回路", paper) == []
    (finding,) = labelled("CVPR 2021 | 看得见的回路", paper, ("semantic_scholar", AT_NEURIPS))
    assert finding == Finding(
        "a.md",
        1,
        1,
        FindingKind.VENUE_LABEL,
        "CVPR 2021",
        as_it_is("NeurIPS 2021"),
        as_it_is("arXiv 2204.00001: NeurIPS 2021; semantic_scholar: NeurIPS"),
        Confidence.HIGH,
    )
    assert labelled("NeurIPS 2021 | 看得见的回路", paper, ("semantic_scholar", AT_NEURIPS)) == []
    bare = replace(paper, comment=None)
    (weaker,) = labelled("CVPR 2021 | 看得见的回路", bare, ("semantic_scholar", AT_NEURIPS), ("openalex", AT_NEURIPS))
    assert weaker.confidence is Confidence.MEDIUM
    (sure,) = labelled("CVPR 2021 | 看得见的回路", replace(bare, ids={**bare.ids, "dblp": "conf/nips/LovelaceB21"}))
    assert (sure.confidence, sure.evidence) == (Confidence.HIGH, "dblp: conf/nips/LovelaceB21")
    (again,) = labelled("CVPR 2021 | 看得见的回路", replace(bare, ids={**bare.ids, "doi": "10.1109/TPAMI.2021.123"}))
    assert again.confidence is Confidence.LOW


# --- paper and code ---------------------------------------------------------------------------------------------------

NAMES = Paper("Loops in Sight", {"arxiv": "2204.00001"}, ADA, comment="Code: https://github.com/Ada/Loops.")
BARE = Repository("who/ever")


@pytest.mark.parametrize(
    ("paper", "code", "repository"),
    [
        (NAMES, "ada/loops", Repository("ada/loops")),
        (NAMES, "ada/old-loops", Repository("Ada/Loops")),  # renamed since
        (NAMES, "re/implemented", Repository("re/implemented", description="An implementation of loops in sight")),
        (NAMES, "re/implemented", Repository("re/implemented", papers=("2204.00001",))),
        (LOOPS, "who/ever", BARE),  # nobody says anything
        (
            Paper("L", {"arxiv": "2204.00001"}, comment="github.com/ann/bees and github.com/cy/dots"),
            "who/ever",
            BARE,
        ),
    ],
)
def test_paper_and_code_that_fit(paper: Paper, code: str, repository: Repository) -> None:
    kinds = {
        each.kind
        for each in found(entry(paper.title, code), seen(paper=paper, **{code.replace("/", "__"): repository}))
    }
    assert kinds == set()


def test_the_paper_names_other_code() -> None:
    (finding,) = found(entry("Loops in Sight", "who/ever"), seen(paper=NAMES, who__ever=BARE))
    assert finding == Finding(
        "a.md",
        4,
        1,
        FindingKind.OTHER_CODE,
        "https://github.com/who/ever",
        as_it_is("https://github.com/Ada/Loops"),
        Reason(ReasonCode.FINDING_NAMES_IT_IN_TEXT, "arXiv 2204.00001"),
        Confidence.MEDIUM,
    )


def test_the_code_of_another_entry_s_paper() -> None:
    other = Paper("Attention Is All You Need", {"arxiv": "1706.03762"}, EMMY, abstract="Code at github.com/who/ever.")
    standings = seen(paper=LOOPS, who__ever=BARE)
    (finding,) = found(entry("Loops in Sight", "who/ever"), standings, other)
    assert (finding.kind, finding.confidence) == (FindingKind.CODE_OF_ANOTHER_PAPER, Confidence.MEDIUM)
    assert finding.true == "code of “Attention Is All You Need” (arXiv 1706.03762)"
    (surer,) = found(entry("Loops in Sight", "who/ever"), seen(paper=NAMES, who__ever=BARE), other)
    assert surer.confidence is Confidence.HIGH


def test_papers_with_an_author_in_common_may_share_their_code() -> None:
    other = Paper("Loops Everywhere", {"arxiv": "1706.03762"}, (*EMMY, *ADA), abstract="Code at github.com/who/ever.")
    assert found(entry("Loops in Sight", "who/ever"), seen(paper=LOOPS, who__ever=BARE), other) == []


def test_the_code_says_whose_it_is() -> None:
    repository = Repository("who/ever", papers=("1706.03762",))
    (finding,) = found(entry("Loops in Sight", "who/ever"), seen(paper=LOOPS, who__ever=repository))
    assert (finding.kind, finding.true) == (FindingKind.CODE_OF_ANOTHER_PAPER, "code of arXiv 1706.03762")


# --- missing pieces ---------------------------------------------------------------------------------------------------


def article(*links: str) -> Article:
    return Article("文章", links=links)


def test_code_that_the_paper_names() -> None:
    (finding,) = found(entry("Loops in Sight"), seen(paper=NAMES))
    assert (finding.kind, finding.line, finding.true) == (FindingKind.CODE_MISSING, 1, "https://github.com/Ada/Loops")
    assert finding.confidence is Confidence.HIGH


def test_papers_and_code_that_the_article_names() -> None:
    named = article("https://arxiv.org/abs/1706.03762", "https://github.com/ada/loops")
    assert [(each.kind, each.true, each.confidence) for each in found(entry(), seen(article=named))] == [
        (FindingKind.PAPER_MISSING, "https://arxiv.org/abs/1706.03762", Confidence.MEDIUM),
        (FindingKind.CODE_MISSING, "https://github.com/ada/loops", Confidence.MEDIUM),
    ]


def test_the_only_code_that_a_list_has_for_the_paper() -> None:
    listed = replace(LOOPS, code_url="https://github.com/ada/loops")
    (finding,) = found(entry("Loops in Sight"), seen(paper=listed))
    assert (finding.kind, finding.true) == (FindingKind.CODE_MISSING, "https://github.com/ada/loops")
    assert (finding.confidence, finding.evidence) == (
        Confidence.MEDIUM,
        "Papers with Code had it as the paper's only code",
    )
    (named,) = found(entry("Loops in Sight"), seen(paper=replace(NAMES, code_url="https://github.com/who/ever")))
    assert (named.true, named.confidence) == ("https://github.com/Ada/Loops", Confidence.HIGH)
    assert found(entry("Loops in Sight", "who/ever"), seen(paper=listed, who__ever=BARE)) == []


def test_the_paper_that_the_repository_names() -> None:
    repository = Repository("who/ever", papers=("1706.03762",))
    (finding,) = found(entry(code="who/ever"), seen(who__ever=repository))
    assert (finding.kind, finding.confidence) == (FindingKind.PAPER_MISSING, Confidence.MEDIUM)
    (agreed,) = found(
        entry(code="who/ever"), seen(who__ever=repository, article=article("https://arxiv.org/abs/1706.03762"))
    )
    assert agreed.confidence is Confidence.HIGH
    assert agreed.evidence == "the article names it; who/ever names it"


def test_sources_that_differ_are_guesses() -> None:
    both = seen(
        who__ever=Repository("who/ever", papers=("1706.03762",)),
        article=article("https://arxiv.org/abs/2103.00002"),
    )
    assert [each.confidence for each in found(entry(code="who/ever"), both)] == [Confidence.LOW, Confidence.LOW]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (entry("Loops in Sight"), ("https://arxiv.org/abs/1706.03762",)),  # has its paper
        (entry(code="who/ever"), ("https://github.com/ada/loops",)),  # has its code
        (entry(), ("https://github.com/ann/bees", "https://github.com/cy/dots")),  # which?
        (entry().replace("无", "[x](https://github.com/who/ever)"), ("https://github.com/ada/loops",)),
        (entry().replace("- Tips: 无", "- Code: 未开源"), ("https://github.com/ada/loops",)),
    ],
)
def test_nothing_is_offered(text: str, links: tuple[str, ...]) -> None:
    assert found(text, seen(paper=LOOPS, who__ever=BARE, article=article(*links))) == []


# --- the file ---------------------------------------------------------------------------------------------------------


def written(folder: Path, notes: dict[str, str], standings: list[LinkState]) -> list[dict[str, str]]:
    given = rendering(folder, notes, standings)
    render(given, findings_csv)
    with (given.output_dir / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_file_names_repositories_of_other_notes(tmp_path: Path) -> None:
    other = Paper("Attention Is All You Need", {"arxiv": "1706.03762"}, EMMY, abstract="Code at GitHub.com/who/ever.")
    notes = {"a.md": entry("Loops in Sight", "who/ever"), "b.md": f"[Attention is all you need]({URL}/1706.03762)"}
    (row,) = written(tmp_path, notes, seen(paper=LOOPS, other=other, who__ever=BARE))
    assert list(row) == ["note", "line", "entry", "kind", "says", "true", "evidence", "confidence"]
    assert (row["note"], row["line"], row["entry"], row["kind"]) == ("a.md", "4", "1", "code of another paper")


def test_papers_that_no_note_mentions_any_more_name_nothing(tmp_path: Path) -> None:
    other = Paper("Attention Is All You Need", {"arxiv": "1706.03762"}, EMMY, abstract="Code at github.com/who/ever.")
    notes = {"a.md": entry("Loops in Sight", "who/ever"), "b.md": f"[x]({URL}/1706.03762)"}
    given = rendering(tmp_path, notes, seen(paper=LOOPS, other=other, who__ever=BARE))
    given.store.forget_other_notes(["a.md"])
    (given.notes_folder.folder / "b.md").unlink()
    render(given, findings_csv)
    assert (given.output_dir / "findings.csv").read_text("utf-8-sig").count("\n") == 1


def test_hostile_titles_are_harmless(tmp_path: Path) -> None:
    paper = Paper('=HYPERLINK("x")\n<script>', {"arxiv": "2204.00001"})
    (row,) = written(tmp_path, {"a.md": entry("Loops in Sight")}, seen(paper=paper))
    assert row["true"] == '\'=HYPERLINK("x") <script>'


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("- **Waves in Quite Another Sea of Water** [[paper]](https://arxiv.org/abs/2204.00001)\n", 1),
        ("- **Loops in Sight of All the People (看得见的回路)** [[paper]](https://arxiv.org/abs/2204.00001)\n", 0),
        ("- **LoopNet** [[paper]](https://arxiv.org/abs/2204.00001)\n", 0),
    ],
)
def test_the_title_of_an_entry_is_that_of_its_paper(text: str, count: int) -> None:
    paper = Paper("Loops in Sight of All the People", {"arxiv": "2204.00001"}, ADA)
    findings = found(text, seen(paper=paper))
    assert [each.kind for each in findings] == [FindingKind.ANOTHER_TITLE] * count

"""Lists in every layout: each sample in `tests/notes/lists` gives the works of its table, and nothing else.

A sample is a note `NAME.md` and its expected table `NAME.tsv` with the columns title, paper, code.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from crawler.models.notes.note import FieldForm, LinkRole, Note
from crawler.notes.layouts import layouts
from crawler.notes.parser import parse_note
from crawler.notes.works.link_labels import is_fact_label

ROOT = Path(__file__).parents[3]
LISTS = ROOT / "tests/notes/lists"
SAMPLES = sorted(LISTS.glob("*.md"))


def works(note: Note) -> list[tuple[str, str, str]]:
    found = []
    for entry in note.entries:
        paper, code = (note.first_mention(entry, role) for role in (LinkRole.PAPER, LinkRole.CODE))
        urls = ("" if at is None else note.mentions[at].url for at in (paper, code))
        found.append((entry.title, *urls))
    return found  # type: ignore[return-value]


def expected(sample: Path) -> list[tuple[str, ...]]:
    lines = sample.with_suffix(".tsv").read_text("utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_works_of_a_sample(sample: Path, newline: str) -> None:
    note = parse_note(sample.name, sample.read_text("utf-8").replace("\n", newline).encode())
    assert works(note) == expected(sample)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_no_link_is_both_paper_and_code(sample: Path) -> None:
    note = parse_note(sample.name, sample.read_bytes())
    for entry in note.entries:
        of_role = {role: {at for at in entry.mentions if note.mentions[at].role is role} for role in LinkRole}
        assert not of_role[LinkRole.PAPER] & of_role[LinkRole.CODE]
        for field in entry.fields:
            assert entry.start <= field.label_start <= field.end <= entry.end
            assert field.form is not FieldForm.CELL or note.data[field.label_start - 1 : field.label_start] in {
                b"|",
                b">",
            }


def test_each_layout_has_a_sample() -> None:
    found = {entry.layout for sample in SAMPLES for entry in parse_note(sample.name, sample.read_bytes()).entries}
    assert found == layouts().keys()


def test_lines_that_are_added_are_no_titles() -> None:
    lines = tomllib.loads((ROOT / "pipelines/data/line_labels.toml").read_text("utf-8"))
    labels = {label for line in lines.values() for label in (line["english"], line["chinese"], *line["known"])}
    assert [label for label in sorted(labels) if not is_fact_label(label)] == []


def test_entries_know_their_line_and_section() -> None:
    note = parse_note("note.md", (LISTS / "nested_categories.md").read_bytes())
    assert [(entry.line, entry.section) for entry in note.entries[:3]] == [
        (10, ("CVPR 2031 论文", "1.检测(Detection)", "三维检测")),
        (11, ("CVPR 2031 论文", "1.检测(Detection)", "三维检测")),
        (13, ("CVPR 2031 论文", "1.检测(Detection)", "三维检测", "小样本")),
    ]


@pytest.mark.parametrize(
    ("comment", "count", "problems"),
    [
        ("<!-- notemend: entries=items -->", 1, ()),
        ("<!-- NOTEMEND : entries = items, table -->", 1, ()),
        ("<!-- notemend: entries=none -->", 0, ()),
        ("<!-- notemend: entries=front-matter -->", 0, ()),
        ("<!-- entries=none -->", 1, ()),
    ],
)
def test_a_comment_names_the_layouts(comment: str, count: int, problems: tuple[str, ...]) -> None:
    note = parse_note("note.md", f"{comment}\n\n- [A Title of Words](https://arxiv.org/abs/2101.00001)\n".encode())
    assert (len(note.entries), note.problems) == (count, problems)


def test_an_unknown_layout_is_a_problem() -> None:
    note = parse_note("note.md", b"text\n\n<!-- notemend: entries=tabel -->\n")
    (problem,) = note.problems
    assert problem.startswith(
        "3: entries: unknown layout 'tabel' (valid: cited-items, front-matter, headings, html-items,"
    )


@pytest.mark.parametrize(
    ("line", "url"),
    [
        ("doi: 10.1109/5.771073", "https://doi.org/10.1109/5.771073"),
        ('DOI: "10.1000/xyz(1)"', "https://doi.org/10.1000/xyz(1)"),
        ("arxiv: 2101.00001v2", "https://arxiv.org/abs/2101.00001v2"),
        ("arxiv_id: arXiv:2101.00001", "https://arxiv.org/abs/2101.00001"),
        ("eprint: hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
        ("arxiv: 2021-05-01", ""),
        ("number: 10.1109/5.771073", ""),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_id_of_a_paper_in_front_matter_is_its_link(line: str, url: str, newline: str) -> None:
    text = f"---\ntitle: A Title of Words\n{line}\nauthors: A. B\n---\n\nText.\n"
    note = parse_note("note.md", text.replace("\n", newline).encode())
    assert [work[1] for work in works(note)] == [url] * bool(url)
    for mention in note.mentions:
        assert mention.is_identifier
        assert mention.role is LinkRole.PAPER
        assert note.data[mention.start : mention.end].decode() in line


@pytest.mark.parametrize(
    "item",
    [
        "Learning to Prune Apple Trees {} (2019)",  # no venue
        "Learning to Prune Apple Trees {}",
        "The Long Film of Apple Trees {} (Orchard Pictures 2019)",  # no venue of papers
        "International Conference on Apple Trees {} (ICML 2019)",  # an event
        "Best Paper Award of Orchard Systems {} (SIGMOD 2019)",
        "Reviewer of Many Orchard Papers {} (VLDB 2019)",
        "Tree {} (VLDB 2019)",  # names
        "We are glad to present our new paper {} (May 2019)",
        "[Learning to Prune](a.md) Apple Trees {} (VLDB 2019)",
    ],
)
def test_long_lists_with_parentheses_that_are_no_works(item: str) -> None:
    note = parse_note("a.md", "\n".join(f"* {item.format(number)}" for number in range(20)).encode())
    assert note.entries == ()


@pytest.mark.parametrize(("count", "found"), [(9, 0), (10, 10)])
def test_works_without_links_need_a_long_list(count: int, found: int) -> None:
    text = "".join(f"- Learning to Prune Apple Trees {number} (VLDB 2019)\n" for number in range(count))
    assert len(parse_note("a.md", text.encode()).entries) == found


@pytest.mark.parametrize(
    ("label", "role"), [("dataset", LinkRole.OTHER), ("数据集", LinkRole.OTHER), ("dataset & code", LinkRole.CODE)]
)
def test_a_repository_that_is_labelled_as_a_dataset_is_no_code(label: str, role: LinkRole) -> None:
    text = f"- [Learning to Prune Apple Trees](https://arxiv.org/abs/2101.00001) [[{label}]](https://github.com/o/r)\n"
    note = parse_note("a.md", text.encode())
    assert [mention.role for mention in note.mentions] == [LinkRole.PAPER, role]

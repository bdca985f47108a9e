"""Names of authors in their parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reports.bibliography.names import Name, names_of


@pytest.mark.parametrize(
    ("author", "given", "family", "suffix"),
    [
        ("Kaiming He", "Kaiming", "He", ""),
        ("J. R. R. Tolkien", "J. R. R.", "Tolkien", ""),
        ("José María Álvarez", "José María", "Álvarez", ""),
        # particles
        ("Laurens van der Maaten", "Laurens", "van der Maaten", ""),
        ("Luc Van Gool", "Luc", "Van Gool", ""),
        ("Charles-Jean de La Vallée Poussin", "Charles-Jean", "de La Vallée Poussin", ""),
        ("Mohammed bin Salman", "Mohammed", "bin Salman", ""),
        # words that are particles elsewhere
        ("Van Nguyen", "Van", "Nguyen", ""),
        ("Nguyen Van Anh", "Nguyen Van", "Anh", ""),
        ("Linh Van Ngo", "Linh Van", "Ngo", ""),
        ("Thanh-Toan Do", "Thanh-Toan", "Do", ""),
        ("Xiao Bin Li", "Xiao Bin", "Li", ""),
        ("De Wen Soh", "De Wen", "Soh", ""),
        ("Ibn al-Haytham", "Ibn", "al-Haytham", ""),
        # commas
        ("Smith, John", "John", "Smith", ""),
        ("van der Berg, Jan", "Jan", "van der Berg", ""),
        ("Robert Downey, Jr.", "Robert", "Downey", "Jr."),
        ("King, Martin Luther, Jr.", "Martin Luther", "King", "Jr."),
        ("King, Jr., Martin Luther", "Martin Luther", "King", "Jr."),
        # suffixes
        ("Martin Luther King Jr.", "Martin Luther", "King", "Jr."),
        ("Robert J. Webster III", "Robert J.", "Webster", "III"),
        ("Paulo Roberto de Moura Júnior", "Paulo Roberto", "de Moura", "Júnior"),
        ("Jeffrey V", "Jeffrey", "V", ""),
        # degrees, titles and addresses
        ("Jane Doe, M.D., Ph.D.", "Jane", "Doe", ""),
        ("Jane Doe MD PhD", "Jane", "Doe", ""),
        ("Prof. Dr. Hans Müller", "Hans", "Müller", ""),
        ("Jane Doe <jane@x.org>", "Jane", "Doe", ""),
        ("Jane Doe (jane.doe@x.org)", "Jane", "Doe", ""),
        ("Jane Doe (University of X)", "Jane", "Doe", ""),
        ("Jane Doe, University of X", "Jane", "Doe", ""),
        ("0000-0002-1825-0097 Josiah Carberry", "Josiah", "Carberry", ""),
        ("Kaiming He*", "Kaiming", "He", ""),
        ("Chantal Cherifi1", "Chantal", "Cherifi", ""),
        ("Linxi “Jim” Fan", "Linxi Jim", "Fan", ""),
        # names that look like degrees and titles
        ("Jing Ma", "Jing", "Ma", ""),
        ("Gen Li", "Gen", "Li", ""),
        ("Md. Kamrul Hasan", "Md. Kamrul", "Hasan", ""),
        ("Quan Huu Cap", "Quan Huu", "Cap", ""),
        ("Soman KP", "Soman", "KP", ""),
        # CJK
        ("李雷", "", "李雷", ""),
        ("李 雷", "雷", "李", ""),
        ("山田 太郎", "太郎", "山田", ""),
        ("김철수", "", "김철수", ""),
        ("Li Wei (李伟)", "Li", "Wei", ""),
    ],
)
def test_parts_of_a_name(author: str, given: str, family: str, suffix: str) -> None:
    (name,) = names_of([author])
    assert (name.given, name.family, name.suffix, name.is_group) == (given, family, suffix, False)


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        ("The ATLAS Collaboration", "The ATLAS Collaboration"),
        ("on behalf of the CMS Collaboration", "the CMS Collaboration"),
        ("Belle II and BaBar Collaborations", "Belle II and BaBar Collaborations"),
        ("Llama Team, AI @ Meta", "Llama Team, AI @ Meta"),
    ],
)
def test_a_group_is_one_name(author: str, shown: str) -> None:
    assert list(names_of([author])) == [Name(shown, is_group=True)]


def test_what_is_no_author_is_left_out_and_what_is_two_is_two() -> None:
    authors = ["The ATLAS Collaboration", ":", "Donald Johann Jr. and Fred Prior", "李雷, 韩梅梅", " . ", "et al."]
    assert [name.family for name in names_of(authors)] == [
        "The ATLAS Collaboration",
        "Johann",
        "Prior",
        "李雷",
        "韩梅梅",
    ]


def test_only_particles_in_lower_case_can_be_left_out_when_sorting() -> None:
    names = names_of(["Laurens van der Maaten", "Luc Van Gool", "Charles de La Vallée Poussin"])
    assert [(name.particle, name.base) for name in names] == [
        ("van der", "Maaten"),
        ("", "Van Gool"),
        ("de", "La Vallée Poussin"),
    ]


@given(st.lists(st.text(st.characters(codec="utf-8") | st.sampled_from(" ,.()<>@*'\"-vandeJrIII"), max_size=40)))
def test_any_text_gives_names_with_a_family(authors: list[str]) -> None:
    for name in names_of(authors):
        assert name.family.strip()
        assert name.base or name.particle == name.family

"""Addresses of papers joined to works."""

from __future__ import annotations

import time
from itertools import permutations

import pytest

from pipelines.works.identifiers import dois_in, identifiers, work_id_of
from pipelines.works.works import Address, join_works

TITLE = "Loops and How to Close Them"
OTHER = "Knots and How to Tie Them Well"


def address(key: str, *ids: str, title: str = TITLE, authors: tuple[str, ...] = ("Ada Lovelace",)) -> Address:
    return Address(key, frozenset({key, *ids}), title, authors)


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        ({"arxiv": "2110.15352v2"}, ["arxiv:2110.15352"]),
        ({"doi": "10.48550/arXiv.2110.15352"}, ["arxiv:2110.15352"]),
        ({"doi": "10.18653/v1/N19-1423"}, ["acl:N19-1423"]),
        ({"doi": "10.18653/v1/2020.acl-main.1"}, ["acl:2020.acl-main.1"]),
        ({"doi": "https://doi.org/10.1109/TPAMI.2022.1, 10.1007/b."}, ["doi:10.1109/tpami.2022.1", "doi:10.1007/b"]),
        ({"acl": "n19-1423", "openreview": "AbC"}, ["acl:N19-1423", "openreview:AbC"]),
        ({"doi": "to appear", "dblp": " "}, []),
    ],
)
def test_one_form_of_each_identifier(ids: dict[str, str], found: list[str]) -> None:
    assert list(identifiers(ids)) == found


def test_dois_end_before_punctuation() -> None:
    assert dois_in("doi:10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O.") == [
        "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O"
    ]


def test_a_work_is_called_by_arxiv_then_by_doi() -> None:
    assert work_id_of(frozenset({"acl:N19-1", "doi:10.1/a", "arxiv:1810.04805"})) == "arxiv:1810.04805"
    assert work_id_of(frozenset({"acl:N19-1", "doi:10.1/b", "doi:10.1/a"})) == "doi:10.1/a"
    assert work_id_of(frozenset({"hal:1", "acl:N19-1"})) == "acl:N19-1"


@pytest.mark.parametrize(
    "addresses",
    [
        # by identifiers, through each other
        (
            address("arxiv:1", "doi:10.1/a", title="Bert"),
            address("doi:10.1/a", "acl:N19-1", title="BERT: Deep"),
            address("acl:N19-1", title=""),
        ),
        # by title and an author
        (
            address("arxiv:1", authors=("Ada Lovelace", "Emmy Noether")),
            address("acl:N19-1", authors=("E. Noether",), title="Loops, and how to close them."),
        ),
    ],
)
def test_one_work(addresses: tuple[Address, ...]) -> None:
    for some in permutations(addresses):
        (work,) = join_works(some)
        assert work.work_id == "arxiv:1"
        assert set(work.keys) == {each.key for each in addresses}
        assert set(work.ids) == set().union(*(each.ids for each in addresses))


@pytest.mark.parametrize(
    "addresses",
    [
        (address("arxiv:1"), address("arxiv:2")),  # the paper and its extended version
        (address("arxiv:1", "doi:10.1/a"), address("arxiv:2", "doi:10.1/a")),  # one of them has the wrong DOI
        (address("doi:10.1/a"), address("doi:10.1/b")),  # conference and journal
        (address("acl:N19-1"), address("acl:N19-2")),
        (address("arxiv:1"), address("acl:N19-1", authors=("Ada Byron",))),
        (address("arxiv:1", title="Loops"), address("acl:N19-1", title="Loops")),  # too short
        (address("arxiv:1"), address("acl:N19-1", title=OTHER)),
        (address("arxiv:1", authors=()), address("acl:N19-1", authors=())),
    ],
)
def test_several_works(addresses: tuple[Address, ...]) -> None:
    assert [work.keys for work in join_works(addresses)] == [(each.key,) for each in addresses]


def test_joining_takes_linear_time() -> None:
    same = [address(f"acl:{n}", f"doi:10.1/{n}") for n in range(20_000)]
    assert len(join_works(same)) == 20_000


def test_one_title_on_all_pages_of_a_site_takes_linear_time() -> None:
    def seconds(count: int) -> float:
        addresses = [address(f"paper:{at:05}") for at in range(count)]
        started = time.process_time()
        (work,) = join_works(addresses)
        assert work.keys == tuple(each.key for each in addresses)
        return time.process_time() - started

    assert seconds(8_000) < 12 * max(seconds(2_000), 0.01)

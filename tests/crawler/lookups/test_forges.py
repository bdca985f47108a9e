"""Hosts of repositories other than GitHub: what they do not say is left to the page, whatever they answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.kinds.registry import all_kinds, link_of
from crawler.lookups.forges.apis import APIS, read_repository
from crawler.lookups.forges.gitlab import read_projects
from crawler.models.result import CheckResult, DueLink
from tests.support.answers import Answer, Server
from tests.support.options import project_options

if TYPE_CHECKING:
    from pathlib import Path

MODEL, DATASET = "https://huggingface.co/ode-lab/lumen", "https://huggingface.co/datasets/ode-lab/murmurs"
PROJECTS = ["https://gitlab.com/a/b", "https://gitlab.com/a/c/-/tree/main"]


def ask(
    urls: list[str], answer: Answer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> tuple[list[CheckResult | None], Server]:
    server = Server(lambda _: answer)
    server.install(monkeypatch)
    links = [link for url in urls if (link := link_of(url, "n.md")) is not None]
    lookup = all_kinds()["repository"].lookup(project_options(OUTPUT_DIR=str(tmp_path), DOWNLOAD_DELAYS={"*": 0}))
    return list(lookup([DueLink(link) for link in links])), server


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"", 500, {"Retry-After": "0"}),
        Answer(b'{"error": "Invalid username or password."}', 401),
        Answer(b"", 404),
        Answer(b"<html>", 200),
        Answer(b"[]", 200),
        Answer(b'{"id": 5, "full_name": ""}', 200),
        Answer(b"[" * 100_000, 200),
    ],
)
def test_what_a_host_does_not_say_is_left_to_the_page(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    results, _ = ask([MODEL, DATASET, *PROJECTS], answer, monkeypatch, tmp_path)
    assert results == [None] * 4


@pytest.mark.parametrize(
    ("name", "is_written"),
    [
        *(("other/lumen", True), ("other/lumen](https://evil.example/)", False), ("../../x", False)),
        *(("https://evil.example", False), ("other/lumen?x=1#y", False), ("new/lu\nmen", False), ("other/<b>", False)),
    ],
)
def test_only_a_name_gets_into_notes(
    name: str, *, is_written: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (result,), _ = ask([MODEL], Answer(json.dumps({"id": name}).encode()), monkeypatch, tmp_path)
    assert (result is not None and result.check.final_url == f"https://huggingface.co/{name}") == is_written
    assert is_written or result is None


def test_a_host_that_is_down_is_asked_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _, server = ask([MODEL, DATASET], Answer(b"", 503, {"Retry-After": "100000"}), monkeypatch, tmp_path)
    assert len(server.requests) == 1


def test_a_path_in_a_repository_is_left_to_its_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = Answer(json.dumps({"path_with_namespace": "a/c", "star_count": 1}).encode())
    results, server = ask(PROJECTS[1:], found, monkeypatch, tmp_path)
    assert (results, server.requests) == ([None], [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "share", "key"]), inner),
    max_leaves=6,
)
NAMES = sorted({name for api in APIS.values() for name in ("id", "full_name", "likes", *api.license, *api.stars)})


@given(st.sampled_from(sorted(APIS)), st.dictionaries(st.sampled_from(NAMES), JSON))
@example("huggingface_model", {"id": "a/b", "gated": [], "cardData": {"license": [1]}})
def test_no_answer_is_too_much(api: str, answer: dict[str, object]) -> None:
    repository = read_repository(APIS[api], answer)
    assert repository is None or repository.title


@given(st.lists(st.dictionaries(st.sampled_from(["id", "fullPath", "languages", "starCount"]), JSON), max_size=3))
@example([{"fullPath": "a/b", "id": "gid://1", "languages": [{"share": 1.0}]}])
def test_no_list_of_projects_is_too_much(nodes: list[object]) -> None:
    projects = read_projects({"data": {"projects": {"nodes": nodes}}})
    assert all(name == project.title.lower() for name, project in projects.items())

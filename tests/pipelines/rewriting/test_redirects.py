"""Which redirects reach a note: those that two runs saw and that will serve a reader for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.internet import Internet
from tests.internet.messages import page, redirect
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk
from tests.support.stories import Stage, Stories

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "h01.bench"
OLD = "https://h01.bench.example.org/posts/attention"
TITLE = "What attention attends to"
LASTING = [
    "https://h01.bench.example.org/articles/attention",
    "https://h01.bench.example.org/posts/2020/attention?view=full",
    "https://h01.bench.example.org/attention",
]
TRANSIENT = [
    "http://h01.bench.example.org/posts/attention",
    "https://h01.bench.example.org/",
    "https://h01.bench.example.org/posts",
    "https://h01.bench.example.org/posts/attention;jsessionid=1A2B3C",
    "https://h01.bench.example.org/posts/attention?PHPSESSID=1a2b",
    "https://h01.bench.example.org/posts/attention?sid=1a2b",
    "https://h01.bench.example.org/posts/attention?access_token=1a2b",
    "https://h01.bench.example.org/(S(1a2b))/posts/attention",
    "https://h01.bench.example.org/posts/attention?Expires=9999999999&Signature=x&Key-Pair-Id=y",
    "https://h01.bench.example.org/a/b?X-Amz-Date=20260101T000000Z&X-Amz-Expires=600&X-Amz-Signature=x",
    "https://h01.bench.example.org/posts/attention?sign=1a2b&t=5",
    "https://h01.bench.example.org/users/login",
    "https://h01.bench.example.org/passport/check",
    "https://h01.bench.example.org/go/to?return=%2Fposts%2Fattention",
    "https://h01.bench.example.org/go/to?next=/posts/attention",
    "https://h01.bench.example.org/go/to?continue=https://h01.bench.example.org/posts/attention",
    "https://h01.bench.example.org/go/to?url=https%3A%2F%2Fh01.bench.example.org%2Fposts%2Fattention",
]
HOSTS = {new: f"h{number:02}.bench" for number, new in enumerate([*LASTING, *TRANSIENT], 1)}
BARE = {"公历": "h31.bench", "のページ": "h32.bench", "페이지": "h33.bench"}
"""What follows a bare URL that is redirected, and the host of that URL."""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk with a note for each target after two runs; each is on a host of its own, for good."""
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("redirects"), internet.environ(), VERDICTS_AND_NOTES)
        for new, host in HOSTS.items():
            text = "x" if new in LASTING else TITLE
            desk.write(f"{host}.md", f"[{text}]({OLD.replace(HOST, host)})\n")
            internet.fault(new.replace(HOST, host), page(TITLE))
            internet.fault(OLD.replace(HOST, host), redirect(new.replace(HOST, host)))
        for behind, host in BARE.items():
            desk.write(f"{host}.md", f"见 https://{host}.example.org/wiki/{behind} 和别的\n")
        desk.write("ends.md", "见 https://h30.bench.example.org/wiki/，和别的\n")
        for host in (*BARE.values(), "h30.bench"):
            wiki = f"https://{host}.example.org/wiki"
            internet.fault(f"{wiki}/", redirect(wiki))
        for _ in range(2):
            assert desk.crawl(*EVERY_NIGHT).returncode == 0
    return desk


def written_in(crawled: Desk, new: str) -> str:
    """Return the URL that stands after the runs in the note whose URL is redirected to this target."""
    return url_in(crawled, f"{HOSTS[new]}.md").replace(HOSTS[new], HOST)


def url_in(desk: Desk, note: str) -> str:
    """Return the URL of the only link in a note after a run."""
    return (desk.output / "notes" / note).read_text("utf-8").removesuffix(")\n").partition("](")[2]


@pytest.mark.parametrize("new", LASTING)
def test_what_lasts_is_written(crawled: Desk, new: str) -> None:
    assert written_in(crawled, new) == new


@pytest.mark.parametrize("new", TRANSIENT)
def test_what_serves_no_reader_is_not_written(crawled: Desk, new: str) -> None:
    assert written_in(crawled, new) == OLD


def test_a_renamed_repository_is_the_services_own_word(desk: Desk) -> None:
    old = "https://github.com/IDEACVR/DINO"
    desk.write("a.md", f"[x]({old})\n")
    assert desk.crawl().returncode == 0
    assert (desk.output / "notes/a.md").read_text("utf-8") == "[x](https://github.com/IDEA-Research/DINO)\n"


@pytest.mark.parametrize("behind", list(BARE))
def test_a_bare_address_that_may_go_on_is_left_alone(crawled: Desk, behind: str) -> None:
    written = (crawled.output / "notes" / f"{BARE[behind]}.md").read_bytes()
    assert written == (crawled.notes / f"{BARE[behind]}.md").read_bytes()


def test_a_bare_address_that_ends_is_updated(crawled: Desk) -> None:
    assert "https://h30.bench.example.org/wiki，和" in (crawled.output / "notes/ends.md").read_text("utf-8")


# --- stories of a host each, all in the same nights -------------------------------------------------------------------

STORIES = Stories({})
PATH = "/posts/attention"


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exception | None]:
    """Return how each story ended."""
    return STORIES.tell(tmp_path_factory.mktemp("stories"))


def led(stage: Stage, *targets: str, text: str = "x", path: str = PATH) -> Iterator[None]:
    """Let a night pass for each target that the old address is redirected to for good."""
    stage.write(f"[{text}]({stage.host}{path})\n")
    for target in targets:
        stage.internet.fault(target, page(TITLE))
        stage.internet.fault(f"{stage.host}{path}", redirect(target))
        yield


def written(stage: Stage) -> str:
    return url_in(stage.desk, f"{stage.folder}/a.md")


@STORIES.told
def two_runs_have_to_see_the_same_target(stage: Stage) -> Iterator[None]:
    old, new, other = (f"{stage.host}/{folder}/attention" for folder in ("posts", "articles", "other"))
    yield from led(stage, new)
    assert written(stage) == old
    row = stage.row(old)
    assert (row["verdict"], row["final_url"]) == ("moved", new)
    yield from led(stage, new)
    assert written(stage) == new
    yield from led(stage, other, other)
    assert written(stage) == old  # it led elsewhere before: once more
    yield from led(stage, other)
    assert written(stage) == other


@STORIES.told
def a_target_that_comes_back_is_one_of_several(stage: Stage) -> Iterator[None]:
    old, new, other = (f"{stage.host}/{folder}/attention" for folder in ("posts", "articles", "other"))
    yield from led(stage, new, other, new, new, new)
    assert written(stage) == old


@STORIES.told
def another_site_has_to_show_the_title_that_the_note_gives(stage: Stage) -> Iterator[None]:
    new = f"{stage.host.replace('//h6', '//h7')}{PATH}"
    yield from led(stage, new, new, text="An old post")
    assert written(stage) == f"{stage.host}{PATH}"
    yield from led(stage, new, text=TITLE)
    assert written(stage) == new


@STORIES.told
def what_the_old_address_asks_for_too_is_nothing_new(stage: Stage) -> Iterator[None]:
    new = f"{stage.host}/articles/attention?url=a&sid=5"
    yield from led(stage, new, new, path=f"{PATH}?url=a&sid=5")
    assert written(stage) == new


@pytest.mark.parametrize("name", STORIES.by_name)
def test_a_story_ends_well(ends: dict[str, Exception | None], name: str) -> None:
    if (error := ends[name]) is not None:
        raise error

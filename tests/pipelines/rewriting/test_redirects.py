"""Which redirects reach a note: those that two runs saw and that will serve a reader for long."""

from __future__ import annotations

import pytest

from tests.internet import Internet
from tests.internet.messages import page, redirect
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk

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


def shown_after(desk: Desk, internet: Internet, *targets: str, text: str = "x", old: str = OLD) -> str:
    """Return the note after a run for each target that the old address is redirected to for good."""
    desk.write("a.md", f"[{text}]({old})\n")
    for target in targets:
        internet.heal()
        internet.fault(target, page(TITLE))
        internet.fault(old, redirect(target))
        assert desk.crawl(*EVERY_NIGHT).returncode == 0
    return url_in(desk, "a.md")


def url_in(desk: Desk, note: str) -> str:
    """Return the URL of the only link in a note after a run."""
    return (desk.output / "notes" / note).read_text("utf-8").removesuffix(")\n").partition("](")[2]


def test_two_runs_have_to_see_the_same_target(desk: Desk, internet: Internet) -> None:
    new, other = (f"https://h01.bench.example.org/{folder}/attention" for folder in ("articles", "other"))
    assert shown_after(desk, internet, new) == OLD
    assert desk.health()[OLD]["verdict"] == "moved"
    assert desk.health()[OLD]["final_url"] == new
    assert shown_after(desk, internet, new) == new
    assert shown_after(desk, internet, other, other) == OLD  # it led elsewhere before: once more
    assert shown_after(desk, internet, other) == other


def test_a_target_that_comes_back_is_one_of_several(desk: Desk, internet: Internet) -> None:
    new, other = (f"https://h01.bench.example.org/{folder}/attention" for folder in ("articles", "other"))
    assert shown_after(desk, internet, new, other, new, new, new) == OLD


@pytest.mark.parametrize("new", LASTING)
def test_what_lasts_is_written(crawled: Desk, new: str) -> None:
    assert written_in(crawled, new) == new


def test_another_site_has_to_show_the_title_that_the_note_gives(desk: Desk, internet: Internet) -> None:
    new = "https://h02.bench.example.org/posts/attention"
    assert shown_after(desk, internet, new, new, text="An old post") == OLD
    assert shown_after(desk, internet, new, text=TITLE) == new


@pytest.mark.parametrize("new", TRANSIENT)
def test_what_serves_no_reader_is_not_written(crawled: Desk, new: str) -> None:
    assert written_in(crawled, new) == OLD


def test_what_the_old_address_asks_for_too_is_nothing_new(desk: Desk, internet: Internet) -> None:
    old = f"{OLD}?url=a&sid=5"
    new = "https://h01.bench.example.org/articles/attention?url=a&sid=5"
    assert shown_after(desk, internet, new, new, old=old) == new


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

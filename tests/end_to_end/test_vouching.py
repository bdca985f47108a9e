"""A vouch: by command and by a comment in a note, shown everywhere, and over when what is seen changes."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

from crawler.actions.vouching import EXAMPLE
from tests.support.crawling import EVERY_NIGHT, Desk
from tests.support.stated import StatedInternet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HIDDEN = "https://hidden.example.org/a"  # 404 for us
SOLD = "https://sold.example.org/"
CHANGED = "https://changed.example.org/"
SAID, OTHER = "https://said.example.org/a", "https://said.example.org/b"
ANSWERS: list[dict[str, Any]] = [
    {"url": HIDDEN, "status": 404},
    {"url": HIDDEN, "status": 401, "from_night": 5},
    {"url": SOLD, "title": "A shop for lamps", "text": "We sell lamps of every kind. " * 30},
    {"url": CHANGED, "title": "Closed for good", "text": "We are closed. " * 30},
    {"url": CHANGED, "title": "A library of robots", "text": "We are back, with more robots. " * 30, "from_night": 3},
    {"url": SAID, "status": 404},
]
NOTE = f"""# Notes

[hidden]({HIDDEN}) [sold]({SOLD}) [changed]({CHANGED})

[said]({SAID}) {{}} [other]({OTHER})
"""
COMMENT = "<!-- notemend: alive until 2999-06 because seen in a browser -->"


@pytest.fixture
def internet() -> Iterator[StatedInternet]:
    with StatedInternet(ANSWERS) as internet:
        yield internet


def findings(desk: Desk) -> list[tuple[str, str, str]]:
    with (desk.output / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["line"], row["kind"], row["says"]) for row in csv.DictReader(file)]


def told(desk: Desk, *words: str) -> str:
    done = desk.run(*words)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_a_persons_word_counts(tmp_path: Path, internet: StatedInternet) -> None:
    desk = Desk(tmp_path, internet.environ())
    desk.write("a.md", NOTE.format(COMMENT))

    def night() -> dict[str, dict[str, str]]:
        done = desk.crawl(*EVERY_NIGHT)
        assert (done.returncode, done.stderr) == (0, "")
        internet.night += 1
        return desk.health()

    health = night()
    assert {url: health[url]["verdict"] for url in (HIDDEN, SOLD, CHANGED, SAID, OTHER)} == {
        **dict.fromkeys((HIDDEN, OTHER), "suspect"),
        **dict.fromkeys((SOLD, CHANGED, SAID), "alive"),
    }
    assert health[SAID]["vouch"] == "alive until 2999-06-30: seen in a browser"
    assert health[SAID]["outcome"] == "gone"

    # by command, at once
    until = ("--until", "2999-06")
    said = told(desk, "vouch", HIDDEN, "--alive", *until, "--because", "shown  to browsers")
    assert said == f"{HIDDEN}: alive until 2999-06-30, by your vouch (by its checks: suspect)\n"
    for url in (SOLD, CHANGED):
        told(desk, "vouch", url, "--dead", *until, "--because", "sold")
    told(desk, "publish", "-a", f"notes={desk.notes}")
    health = desk.health()
    assert (health[HIDDEN]["verdict"], health[SOLD]["verdict"]) == ("alive", "dead")
    assert health[HIDDEN]["vouch"] == "alive until 2999-06-30: shown to browsers"
    assert health[SOLD]["vouch"] == "dead until 2999-06-30: sold"

    # the checks go on; what is seen as before changes nothing
    assert night()[HIDDEN]["verdict"] == "alive"
    health = night()
    assert (health[HIDDEN]["verdict"], health[SAID]["verdict"], health[OTHER]["verdict"]) == ("alive", "alive", "dead")
    assert (health[SOLD]["verdict"], health[CHANGED]["verdict"]) == ("dead", "alive")
    assert health[CHANGED]["vouch"] == ""
    assert findings(desk) == [("3", "vouch ended", "dead until 2999-06-30: sold")]
    explained = told(desk, "explain", CHANGED)
    assert "  vouched dead until 2999-06-30: sold (by a person, by command)\n" in explained
    assert "  that ended: title was “Closed for good”, now “A library of robots”\n" in explained
    assert "  why: it is there (reachable), seen on " in explained
    assert "\n  why: a person, in a.md, until 2999-06-30: seen in a browser\n" in told(desk, "explain", SAID)

    # taken back, and something else is seen
    assert told(desk, "vouch", SOLD, "--remove") == f"{SOLD}: alive; your vouch is removed\n"
    desk.write("a.md", NOTE.format(""))
    health = night()
    assert (health[SAID]["verdict"], health[SAID]["vouch"]) == ("dead", "")
    assert (health[HIDDEN]["verdict"], health[SOLD]["verdict"]) == ("alive", "alive")
    assert night()[HIDDEN]["verdict"] == "restricted"
    assert ("3", "vouch ended", "alive until 2999-06-30: shown to browsers") in findings(desk)
    assert "that ended: checks found gone before, now restricted" in told(desk, "explain", HIDDEN)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([HIDDEN], f"vouch: missing --alive / --dead, --until DATE, --because TEXT; for example {EXAMPLE}"),
        ([HIDDEN, "--alive"], f"vouch: missing --until DATE, --because TEXT; for example {EXAMPLE}"),
        (
            [HIDDEN, "--alive", "--until", "2027-13", "--because", "x"],
            "--until: invalid date '2027-13' (valid: YYYY-MM, YYYY-MM-DD)",
        ),
        (
            [HIDDEN, "--alive", "--until", "2999-01", "--because", " "],
            f"vouch: missing --because TEXT; for example {EXAMPLE}",
        ),
        ([HIDDEN, "--alive", "--until", "2020-01", "--because", "x"], "--until: 2020-01-31 is over"),
        ([HIDDEN, "--remove", "--until", "2999-01"], "vouch: --remove takes neither --until nor --because"),
        ([HIDDEN, "--remove"], f"{HIDDEN}: nobody vouches for it by command"),
        ([SAID, "--remove"], f"{SAID}: nobody vouches for it by command; remove the comment in a.md"),
        (
            ["https://hidden.example.org/", "--remove"],
            f"https://hidden.example.org/: no such link in the notes. Most similar: {HIDDEN}",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(crawled: Desk, words: list[str], line: str) -> None:
    done = crawled.run("vouch", *words)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"notemend: {line}\n")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk after one night."""
    with StatedInternet(ANSWERS) as internet:
        desk = Desk(tmp_path_factory.mktemp("desk"), internet.environ())
        desk.write("a.md", NOTE.format(COMMENT))
        assert desk.crawl(*EVERY_NIGHT).returncode == 0
        yield desk


def test_a_comment_that_cannot_be_read_is_reported(tmp_path: Path, internet: StatedInternet) -> None:
    desk = Desk(tmp_path, internet.environ())
    desk.write("a.md", NOTE.format("<!-- notemend: alive until June because x -->"))
    done = desk.crawl(*EVERY_NIGHT)
    assert done.returncode == 0
    assert "a.md:5: vouch with invalid date 'June' (valid: YYYY-MM, YYYY-MM-DD)" in done.stderr

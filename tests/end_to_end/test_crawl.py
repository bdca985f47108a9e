"""The command a user types, from notes to outputs, against the small internet."""

from __future__ import annotations

import shutil
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from crawler.settings import OUTPUTS
from tests.internet import Internet, World
from tests.internet.messages import Failure, html, not_found, page, redirect, text
from tests.support.crawling import EVERY_NIGHT, Desk, kill, mended
from tests.support.processes import ROOT
from tests.support.sharing import wait_until
from tests.support.stories import Stage, Stories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.internet import Fault

NOTE = f"""# Reading notes (2026.5.4)

1. [An article](https://mp.weixin.qq.com/s/UJpEiXDgCbEFb0HOo8kZ_A)  :star::star:
   - Paper: [Attention Is All You Need](https://arxiv.org/pdf/1706.03762v2.pdf)
   - Code: [https://github.com/facebookresearch/segment-anything-2](https://github.com/facebookresearch/segment-anything-2)
   - Tips: read it twice

<div align=center><img src="{World.picture("webp").replace("&", "&amp;")}" style='zoom:80%'>
</div>
"""


def test_sample_notes_show_every_verdict(desk: Desk, internet: Internet) -> None:
    shutil.copytree(ROOT / "notes", desk.notes, dirs_exist_ok=True)
    done = desk.crawl()
    assert (done.returncode, done.stderr) == (0, "")
    heading = ["links", "dead", "suspect", "restricted", "moved", "unknown", "alive", "all"]
    assert heading in [line.split() for line in done.stdout.splitlines()]
    rows = desk.health()
    assert {row["verdict"] for row in rows.values()} == {"dead", "suspect", "restricted", "moved", "unknown", "alive"}
    assert [row["verdict"] for row in rows.values()] == sorted(
        (row["verdict"] for row in rows.values()),
        key=["dead", "suspect", "restricted", "moved", "unknown", "alive"].index,
    )
    for note in desk.notes.rglob("*.md"):
        path = note.relative_to(desk.notes).as_posix()
        edits = [edit for edit in desk.edits() if edit["note"] == path]
        assert (desk.output / "notes" / path).read_bytes() == mended(note.read_bytes(), edits)
    assert len(internet.asked("https://export.arxiv.org/*")) == 2  # all papers, and once more the one that is not there


def test_second_run_asks_nothing_and_changes_nothing(desk: Desk, internet: Internet) -> None:
    desk.published = ()
    desk.write("a.md", NOTE)
    assert desk.crawl().returncode == 0
    before = desk.outputs()
    internet.forget()
    assert desk.crawl().returncode == 0
    assert internet.requests == []
    assert desk.changes() == []
    modules = map(import_module, OUTPUTS)
    of_runs = {file: b"" for each in modules if getattr(each, "SHOWS_CHANGES", False) for file in each.FILES}
    assert desk.outputs() | of_runs == before | of_runs


def test_note_is_mended(desk: Desk) -> None:
    desk.write("2026/a.md", NOTE)
    desk.crawl()
    note = (desk.output / "notes/2026/a.md").read_text("utf-8")
    assert "[Attention Is All You Need](https://arxiv.org/abs/1706.03762v2)\n   - Authors: Ashish Vaswani, " in note
    assert "[https://github.com/facebookresearch/sam2](https://github.com/facebookresearch/sam2)\n   - Stars: " in note
    assert "mmbiz.qpic.cn" not in note
    picture = note.partition('<img src="')[2].partition('"')[0]
    assert (desk.output / "notes/2026" / picture).is_file()


def test_publish_renders_the_same_again_and_follows_changed_notes(desk: Desk, internet: Internet) -> None:
    desk.published = ()
    desk.write("a.md", NOTE)
    desk.crawl()
    before = desk.outputs()
    shutil.rmtree(desk.output / "notes")
    internet.down()
    assert desk.run("publish", "-a", f"notes={desk.notes}").returncode == 0
    assert desk.outputs() == before
    desk.write("a.md", "A new line\n\n" + NOTE)
    desk.write("b.md", "https://new.example.org/x\n")
    desk.run("publish", "-a", f"notes={desk.notes}")
    assert (desk.output / "notes/a.md").read_bytes().endswith(before["notes/a.md"])
    assert desk.health()["https://new.example.org/x"]["verdict"] == "unknown"


def test_only_some_kinds(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", NOTE)
    assert desk.crawl("-a", "only=wechat,image").returncode == 0
    assert {request.host for request in internet.requests} == {"mp.weixin.qq.com", "mmbiz.qpic.cn"}
    assert desk.run("crawl", "github", "-a", f"notes={desk.notes}").returncode == 0
    assert internet.requests[-1].host == "github.com"
    failed = desk.crawl("-a", "only=wechat,podcast")
    assert failed.returncode == 2
    assert "podcast" in failed.stderr
    assert len(failed.stderr.splitlines()) == 1


def test_token_means_batches_instead_of_pages(desk: Desk, internet: Internet) -> None:
    repositories = [internet.world.repository("alive", n) for n in range(120)]
    renamed, missing = internet.world.repository("renamed"), internet.world.repository("missing")
    desk.write("a.md", "\n".join(f"<{url}>" for url in [*repositories, f"{renamed}/tree/main/src", missing]))
    assert desk.crawl(GITHUB_TOKEN="token").returncode == 0
    assert [request.url for request in internet.asked("https://github.com/*")] == [missing]  # GitHub's own page?
    assert len(internet.asked("https://api.github.com/graphql")) == 3
    assert [request.url for request in internet.asked("https://api.github.com/rep*")] == [
        missing.replace("https://github.com", "https://api.github.com/repos")  # to tell deleted from blocked
    ]
    rows = desk.health()
    assert {rows[url]["verdict"] for url in repositories} == {"alive"}
    assert rows[missing]["verdict"] == "dead"
    assert rows[f"{renamed}/tree/main/src"]["verdict"] == "moved"
    assert rows[f"{renamed}/tree/main/src"]["final_url"].endswith("/tree/main/src")


# --- what passes and what does not ------------------------------------------------------------------------------------


@pytest.mark.stress
def test_no_number_of_nights_without_an_answer_makes_a_link_dead(desk: Desk, internet: Internet) -> None:
    faults: dict[str, Fault] = {
        "hang": Failure.HANG,
        "reset": Failure.RESET,
        "busy": text("", 500),
        "gateway": text("", 502),
    }
    urls = {name: f"https://h{number:02}.bench.example.org/x" for number, name in enumerate(faults)}
    urls |= {"expired": "https://expired.example.org/", "tls": "https://h20.bench.example.org/x"}
    internet.fault("https://h20.bench.example.org/", Failure.TLS)
    for name, fault in faults.items():
        internet.fault(urls[name], fault)
    there = [f"https://h{number}.bench.example.org/" for number in range(30, 45)]  # our own network is fine
    desk.write("a.md", "\n".join(f"<{url}>" for url in [*urls.values(), *there, "https://missing.example.org/x"]))
    for _ in range(4):
        assert desk.crawl(*EVERY_NIGHT, "-s", "DOWNLOAD_TIMEOUT=1").returncode == 0
    rows = desk.health()
    assert {name: rows[url]["verdict"] for name, url in urls.items()} == dict.fromkeys(urls, "suspect")
    assert {rows[url]["failures_in_a_row"] for url in urls.values()} == {"4"}
    assert rows["https://missing.example.org/x"]["verdict"] == "dead"


def test_odd_hosts_get_their_verdicts(desk: Desk) -> None:
    expected = {
        "https://alive.example.org/": ("alive", "ok"),
        "https://missing.example.org/": ("suspect", "gone"),
        "https://gone.example.org/": ("suspect", "gone"),
        "https://unknown.example.org/": ("suspect", "gone"),
        "http://unknown.example.org/": ("suspect", "gone"),
        "https://moved.example.org/": ("moved", "moved"),
        "https://chain.example.org/": ("alive", "ok"),  # every URL of the host leads there
        "https://temporary.example.org/": ("alive", "ok"),
        "http://upgrade.example.org/": ("moved", "moved"),
        "https://wall.example.org/": ("unknown", "blocked"),
        "https://busy.example.org/": ("unknown", "blocked"),
        "https://members.example.org/": ("restricted", "restricted"),
        "https://legal.example.org/": ("restricted", "restricted"),
        "https://broken.example.org/": ("suspect", "failed"),
        "https://reset.example.org/": ("suspect", "failed"),
        "https://cut.example.org/": ("alive", "ok"),
        "https://self-signed.example.org/": ("suspect", "failed"),
        "https://loop.example.org/": ("suspect", "failed"),
        "https://inside.example.org/": ("unknown", "skipped"),
        "https://endless.example.org/": ("alive", "ok"),
        "https://pdf.example.org/": ("alive", "ok"),
        "https://charset.example.org/": ("alive", "ok"),
        "https://nohead.example.org/": ("alive", "ok"),
        "ftp://alive.example.org/": ("unknown", "skipped"),
        "mailto:a@example.org": ("unknown", "skipped"),
        "http://127.0.0.1:1/": ("unknown", "skipped"),
        "http://2130706433/": ("unknown", "skipped"),
    }
    desk.write("a.md", "\n\n".join(f"[x]({url})" for url in expected))
    assert desk.crawl().returncode == 0
    rows = desk.health()
    assert {url: (rows[url]["verdict"], rows[url]["outcome"]) for url in expected} == expected


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_no_network_changes_nothing_and_says_so_in_one_line(desk: Desk, internet: Internet) -> None:
    desk.published = ()
    desk.write("a.md", NOTE)
    desk.crawl()
    before = desk.outputs()
    desk.write("b.md", "\n".join(f"<https://h{n:02}.bench.example.org/>" for n in range(10)))
    internet.down()
    done = desk.crawl(*EVERY_NIGHT)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "notemend: no network: no host responds any more; no failures counted, outputs not written"
    ]
    assert desk.outputs() == before
    internet.up()
    assert desk.crawl(*EVERY_NIGHT).returncode == 0
    assert {row["failures_in_a_row"] for row in desk.health().values()} == {"0"}


def test_no_network_ends_a_run_that_has_files_to_look_up(desk: Desk, internet: Internet) -> None:
    """Scrapy cannot close while a result that did not come from a response is in a pipeline."""
    desk.write("a.md", "\n".join(f"- [p](https://h{n}.example.org/) [l](missing{n}.md)" for n in range(10)))
    internet.down()
    done = desk.crawl()
    assert done.returncode == 2
    assert "no network" in done.stderr
    assert not desk.outputs()


@pytest.mark.parametrize("fault", [Failure.CUT, html("<feed><entry><updated>never</updated></entry></feed>")])
def test_api_that_breaks_off_stops_nothing_else(desk: Desk, internet: Internet, fault: Fault) -> None:
    internet.fault("https://export.arxiv.org/*", fault)
    desk.write("a.md", "<https://arxiv.org/abs/1706.03762> <https://alive.example.org/>")
    assert desk.crawl().returncode == 0
    assert desk.verdicts() == {"https://alive.example.org/": "alive", "https://arxiv.org/abs/1706.03762": "unknown"}


def test_damaged_cache_is_made_anew(desk: Desk) -> None:
    desk.write("a.md", "<https://arxiv.org/abs/1706.03762>")
    desk.output.mkdir()
    (desk.output / "http_cache.sqlite").write_bytes(b"garbage" * 1000)
    assert desk.crawl().returncode == 0
    assert desk.verdicts() == {"https://arxiv.org/abs/1706.03762": "alive"}


def test_no_network_is_noticed_with_papers_alone(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", "<https://arxiv.org/abs/1706.03762>")
    internet.down()
    done = desk.crawl()
    assert done.returncode == 2
    assert "no network" in done.stderr
    internet.up()
    assert desk.crawl().returncode == 0  # what was not asked is due at once
    assert desk.verdicts() == {"https://arxiv.org/abs/1706.03762": "alive"}


def test_api_that_is_down_costs_no_paper_its_verdict(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", "<https://arxiv.org/abs/1706.03762> <https://alive.example.org/>")
    desk.crawl()
    for answer in (html("<title>down for maintenance</title>"), text("", 404), text("")):
        internet.fault("https://export.arxiv.org/*", answer)
        (desk.output / "http_cache.sqlite").unlink()
        assert desk.crawl(*EVERY_NIGHT).returncode == 0
        assert desk.verdicts()["https://arxiv.org/abs/1706.03762"] == "alive"


def test_one_dead_host_is_not_taken_for_our_network(desk: Desk) -> None:
    desk.write("a.md", "<https://unknown.example.org/>")
    assert desk.crawl().returncode == 0
    assert desk.verdicts() == {"https://unknown.example.org/": "suspect"}


@pytest.mark.parametrize("after", [40, *(pytest.param(n, marks=pytest.mark.stress) for n in (5, 90))])
def test_killed_run_loses_nothing(desk: Desk, internet: Internet, after: int) -> None:
    hosts = [f"https://h{n % 20:02}.bench.example.org/{n}" for n in range(100)]
    desk.write("a.md", NOTE + "\n" + "\n".join(f"<{url}>" for url in hosts))
    internet.fault(
        "https://*.bench.example.org/*", lambda request: page("x", "y") if request.url in hosts else not_found()
    )
    run = desk.start()
    wait_until(lambda: len(internet.asked("https://*.bench.example.org/*")) >= after or run.poll() is not None)
    kill(run)
    safe = desk.checked()
    internet.forget()
    assert desk.crawl().returncode == 0
    rows = desk.health()
    assert all(rows[url]["verdict"] == "alive" for url in hosts)
    assert safe.isdisjoint(request.url for request in internet.requests)
    assert not [name for name in desk.outputs() if name.endswith(".part")]


def test_damaged_store_is_named_in_one_line(desk: Desk) -> None:
    desk.write("a.md", NOTE)
    desk.output.mkdir()
    (desk.output / "notemend.sqlite").write_bytes(b"no database at all" * 100)
    done = desk.crawl()
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert str(desk.output / "notemend.sqlite") in done.stderr


def test_run_that_cannot_keep_its_results_ends_with_one_line(desk: Desk) -> None:
    """A pipeline that fails must neither hang the run nor let it look like a good one."""
    desk.write("a.md", NOTE)
    desk.output.mkdir()
    (desk.output / "images").write_text("a file where the folder of pictures should be")
    done = desk.crawl("-s", "LOG_LEVEL=CRITICAL")
    assert done.returncode == 2
    assert done.stderr.startswith(f"notemend: {desk.output}/images")
    assert len(done.stderr.splitlines()) == 1
    assert not (desk.output / "link_health.csv").exists()


def test_folder_that_is_not_there(desk: Desk) -> None:
    desk.notes.rmdir()
    done = desk.crawl()
    assert done.returncode == 2
    assert done.stderr.startswith(f"notemend: {desk.notes}: no such folder of notes; ")
    assert len(done.stderr.splitlines()) == 1


def test_folder_without_notes(desk: Desk) -> None:
    desk.write("notes.txt", "https://example.org")
    done = desk.crawl()
    assert (done.returncode, done.stderr) == (2, f"notemend: {desk.notes}: no Markdown file (*.md) in it\n")


def test_output_that_cannot_be_written(desk: Desk) -> None:
    desk.write("a.md", NOTE)
    desk.output.write_text("a file where the folder should be")
    done = desk.crawl()
    assert done.returncode == 2
    assert done.stderr.startswith(f"notemend: {desk.output}: not writable")
    assert len(done.stderr.splitlines()) == 1


def test_notes_in_other_encodings_are_edited_in_them_or_not_at_all(desk: Desk) -> None:
    """A moved repository is rewritten in GBK; a note whose encoding is not certain is checked and copied as it is."""
    old, new = "https://github.com/IDEACVR/DINO", "https://github.com/IDEA-Research/DINO"
    chinese = f"# 目标检测论文笔记\r\n\r\n这篇文章的代码：[代码]({old})\r\n"
    sure = desk.write("sure.md", chinese.encode("gbk"))
    unsure = desk.write("unsure.md", f"# 笔记\n\n<{old}>\n".encode("gbk"))
    image = desk.write("image.md", b"\x89PNG\0\xff")
    done = desk.crawl("-s", "REWRITE=links")
    assert done.returncode == 0
    effect = "links are checked, but the note is not edited. Save it as UTF-8"
    assert sorted(done.stderr.splitlines()) == [
        f"WARNING: {image}: not UTF-8 text (byte 0); skipped",
        f"WARNING: {unsure}: unknown encoding (byte 2 is not UTF-8); {effect}",
    ]
    assert desk.verdicts() == {old: "moved"}
    mirror = desk.output / "notes"
    assert (mirror / "sure.md").read_bytes() == chinese.replace(old, new).encode("gbk")
    assert (mirror / "unsure.md").read_bytes() == unsure.read_bytes()
    assert not (mirror / "image.md").exists()
    words = ("-s", "REWRITE=links", "-a", f"notes={desk.notes}")
    before = sure.read_bytes()
    diff = desk.run("publish", "--diff", *words)
    assert diff.stdout.encode(errors="surrogateescape").endswith(f"+这篇文章的代码：[代码]({new})\n".encode("gbk"))
    assert desk.run("publish", "--in-place", *words).returncode == 0
    assert sure.read_bytes() == chinese.replace(old, new).encode("gbk")
    assert desk.run("undo", "-a", f"notes={desk.notes}").returncode == 0
    assert sure.read_bytes() == before


@pytest.mark.parametrize("argument", ["noets=x", "only=podcast"])
def test_argument_that_makes_no_sense(desk: Desk, argument: str) -> None:
    desk.write("a.md", NOTE)
    done = desk.crawl("-a", argument)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert argument.partition("=")[0] in done.stderr


@pytest.mark.parametrize(
    "setting",
    [
        "RECHECK_AFTER={soon}",
        'RECHECK_AFTER={"*": "soon"}',
        "DEAD_AFTER=0",
        "REWRITE=links,poems",
        "IMAGES_STORE=webdav://host/",
        "IMAGES_STORE=s3://bucket/",
        "IMAGES_WEBP_WIDTH=3",
        "IMAGES_MAX_MB=large",
    ],
)
def test_setting_that_cannot_be_read(desk: Desk, setting: str) -> None:
    desk.write("a.md", NOTE)
    done = desk.crawl("-s", setting)
    assert done.returncode == 2
    assert done.stderr.startswith(f"notemend: {setting.partition('=')[0]}")
    assert len(done.stderr.splitlines()) == 1


# --- stories of a host each, all in the same nights -------------------------------------------------------------------

STORIES = Stories({})


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exception | None]:
    """Return how each story ended."""
    return STORIES.tell(tmp_path_factory.mktemp("stories"))


@STORIES.told_of(text("", 503), Failure.RESET, Failure.CUT, Failure.TLS)
def a_failure_that_passes_within_the_run_is_no_failure(stage: Stage, case: Fault) -> Iterator[None]:
    stage.internet.fault(f"{stage.host}/*", case, times=1)
    stage.write(f"<{stage.host}/x>")
    yield
    row = stage.row(f"{stage.host}/x")
    assert (row["verdict"], row["failures_in_a_row"]) == ("alive", "0")


@STORIES.told
def three_bad_nights_make_a_link_dead_and_a_good_one_revives_it(stage: Stage) -> Iterator[None]:
    url = f"{stage.host}/x"
    answers = {"good": page("x", "y"), "bad": text("", 404), "blocked": text("", 429)}
    stage.internet.fault(f"{stage.host}/*", not_found())
    stage.write(f"<{url}>")
    seen = []
    for night in ("good", "bad", "blocked", "bad", "bad", "blocked", "good"):
        stage.internet.fault(url, answers[night])
        yield
        row = stage.row(url)
        seen.append((row["verdict"], row["failures_in_a_row"]))
    assert seen == [
        *(("alive", "0"), ("suspect", "1"), ("suspect", "1"), ("suspect", "2")),
        *(("dead", "3"), ("dead", "3"), ("alive", "0")),
    ]


@STORIES.told
def a_moved_link_stays_mended_through_a_bad_night(stage: Stage) -> Iterator[None]:
    old, new = f"{stage.host}/old", f"{stage.host}/new/old"
    stage.internet.fault(new, page("x", "y"))
    stage.internet.fault(old, redirect("/new/old"))
    stage.write(f"[x]({old})")
    yield
    assert stage.row(old)["final_url"] == new
    assert stage.is_as_it_was()
    yield
    mended_note = stage.text()
    assert f"[x]({new})" in mended_note
    for status in (500, 403):
        stage.internet.fault(old, text("", status))
        yield
        assert stage.text() == mended_note


@pytest.mark.parametrize("name", STORIES.by_name)
def test_a_story_ends_well(ends: dict[str, Exception | None], name: str) -> None:
    if (error := ends[name]) is not None:
        raise error

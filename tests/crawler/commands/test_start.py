"""What commands load before they do anything, and those that need no Scrapy."""

from __future__ import annotations

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import packages_distributions
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from scrapy.settings import SETTINGS_PRIORITIES, Settings

from crawler.config import plain_settings, setting_readers
from crawler.config.crawl_options import STORE_SETTINGS
from crawler.config.plain_settings import PlainSettings
from crawler.config.setting_names import COMMAND_LINE
from crawler.store.database import sqlite_url
from crawler.store.link_store import LinkStore
from tests.support import processes
from tests.support.processes import ROOT
from tests.support.sampling import sampled
from tests.support.storing import register

if TYPE_CHECKING:
    from collections.abc import Iterator

PAPER = "https://arxiv.org/abs/1706.03762"
HEAVY = {"PIL", "aiohttp", "arxiv", "boto3", "botocore", "bs4", "lxml", "pandas", "pyarrow", "pyromark", "requests"}
"""What reads pages, asks APIs and writes tables."""
THIRD_PARTY = packages_distributions().keys() - {"crawler", "pipelines", "_distutils_hack"}
WORDS = {"click"}
SETTINGS = WORDS | {"idna"}
STORE = SETTINGS | {"attr", "attrs", "cattrs", "filelock", "publicsuffixlist", "sqlalchemy", "typing_extensions"}
UNCHANGED = STORE | {"ahocorasick_rs"}
NOTES = UNCHANGED | {"pyromark", "rapidfuzz"}
TABLES = NOTES | {
    *("bibtexparser", "cloudpickle", "dateutil", "jinja2", "lxml", "markupsafe", "nameparser", "numpy", "pandas"),
    *("pyarrow", "pylatexenc", "six"),
}
"""What may be loaded for the command line alone, the settings, the link database, notes that have not changed, others,
and the outputs."""
PLANNING = {
    *("crawler.notes.parser", "crawler.notes.works.title_text", "crawler.executors.executors"),
    *("pipelines.consistency.findings", "pipelines.rewriting.note_rewriter", "pipelines.venues.table"),
    *("pipelines.reports.csv.dataset", "pipelines.reports.html.page", "pipelines.reports.html.report"),
}
"""Modules that take long to load, for notes and outputs that have changed."""
ON_DEMAND = {"PIL", "arxiv", "boto3", "botocore", "bs4", "requests_cache", "rich", "tenacity"}
"""What a crawl needs for some links, a terminal or a database that is away, and for nothing else."""


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Return an OUTPUT_DIR whose store knows one link."""
    store = LinkStore.open(sqlite_url(tmp_path / "notemend.sqlite"))
    register(store, "a.md", PAPER)
    store.close()
    return tmp_path


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return an OUTPUT_DIR whose outputs are those of its store, and the notes."""
    output, notes = tmp_path_factory.mktemp("output"), tmp_path_factory.mktemp("notes")
    store = LinkStore.open(sqlite_url(output / "notemend.sqlite"))
    register(store, "a.md", PAPER)
    store.close()
    notes.joinpath("a.md").write_text(f"<{PAPER}>")
    done = run("-m", "crawler", "publish", str(notes), "-s", f"OUTPUT_DIR={output}")
    assert done.returncode == 0, done.stderr
    return output, notes


def run(*words: str, stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environ, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )


def loaded(*words: str, code: int = 0) -> set[str]:
    """Return the packages that `python -m …` imports."""
    return {name.partition(".")[0] for name in loaded_modules(*words, code=code)}


def loaded_modules(*words: str, code: int = 0) -> set[str]:
    """Return the modules that `python -m …` imports; `-X importtime` has a line for each."""
    done = run("-X", "importtime", "-m", *words)
    assert done.returncode == code, done.stderr[-2000:]
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def test_looking_at_the_store_loads_nothing_that_fetches(output: Path) -> None:
    # Scrapy itself loads lxml, through parsel, whatever its command.
    assert loaded("scrapy", "status", "-s", f"OUTPUT_DIR={output}") & (HEAVY - {"lxml"}) == set()


@pytest.mark.parametrize(
    ("words", "allowed"),
    sampled(
        [
            (("--help",), WORDS),
            (("--version",), WORDS),
            (("check", "--help"), WORDS),
            (("settings",), SETTINGS),
            (("status",), STORE),
            (("explain", PAPER), STORE),
            (("vouch", PAPER, "--remove"), STORE),
            (("undo", "NOTES"), STORE),
            (("init", "NOTES"), NOTES),
            (("diff", "NOTES"), NOTES),
            (("review", "NOTES"), NOTES),
            (("images", "NOTES", "--gc"), NOTES),
            (("apply", "NOTES"), TABLES),
        ]
    ),
)
def test_a_command_that_does_not_crawl_loads_only_what_it_needs(
    words: tuple[str, ...], allowed: set[str], output: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "my-notes"
    notes.mkdir()
    notes.joinpath("a.md").write_text(f"<{PAPER}>")
    given = () if words[0] == "init" or ("--" in words[-1] and allowed is WORDS) else ("-s", f"OUTPUT_DIR={output}")
    words = tuple(str(notes) if word == "NOTES" else word for word in words)
    fails = {"vouch", "undo"}  # there is nothing to take back
    assert loaded("crawler", *words, *given, code=2 if words[0] in fails else 0) & THIRD_PARTY <= allowed


@pytest.mark.parametrize("words", sampled([(("publish",),), (("apply",),), (("images", "--verify"),), (("diff",),)]))
def test_nothing_heavy_is_loaded_without_changes(words: tuple[str, ...], published: tuple[Path, Path]) -> None:
    output, notes = published
    found = loaded_modules("crawler", words[0], str(notes), *words[1:], "-s", f"OUTPUT_DIR={output}")
    assert found & PLANNING == set()
    assert {name.partition(".")[0] for name in found} & THIRD_PARTY <= UNCHANGED


def test_help_loads_neither_spider_nor_store(output: Path) -> None:
    assert (
        loaded("scrapy", "status", "--help") & (HEAVY - {"lxml"} | {"pathspec", "sqlalchemy", "rapidfuzz", "rich"})
        == set()
    )


@pytest.mark.parametrize(
    "words", sampled([["publish", "--diff"], ["crawl", "--help"], ["publish", "--help"], ["settings"]], every=4)
)
def test_tables_are_loaded_only_where_they_are_written(words: list[str], output: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    notes.joinpath("a.md").write_text(f"<{PAPER}>")
    given = ("-a", f"notes={notes}") if words[0] == "publish" else ()
    assert loaded("scrapy", *words, *given, "-s", f"OUTPUT_DIR={output}") & {"pandas", "numpy"} == set()


class OnePage(BaseHTTPRequestHandler):
    """Answers requests for one page."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>A page</title><p>Text."
        self.send_response(200 if self.path == "/page" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def page() -> Iterator[str]:
    """Return the address of a page."""
    with ThreadingHTTPServer(("127.0.0.1", 0), OnePage) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/page"
        server.shutdown()


def test_a_crawl_of_one_page_loads_no_client_of_an_api_and_nothing_for_images(tmp_path: Path, page: str) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text(f"[A page]({page})\n")
    given = {"NOTES_DIR": notes, "OUTPUT_DIR": tmp_path / "output", "ALLOW_PRIVATE_ADDRESSES": True}
    words = [word for name, value in given.items() for word in ("-s", f"{name}={value}")]
    assert loaded("crawler", "crawl", "notes", *words) & ON_DEMAND == set()
    assert "A page" in (tmp_path / "output" / "link_health.csv").read_text("utf-8")


# --- the same as Scrapy says ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    sampled(
        [
            ["status"],
            ["status", "-s", "OUTPUT_DI=x"],
            ["status", "-s", 'RECHECK_AFTER={"podcast/alive": 1}'],
            ["explain", PAPER],
            ["status", "-s", "GITHUB_TOKEN=secret"],
            ["explain", "https://nowhere.example/"],
            ["status", "-s", "DOWNLOAD_DELAYS=1"],
            ["status", "--set", "LOG_FILE=x"],
            ["status", "-sLOG_FILE=x"],
        ]
    ),
)
def test_the_answer_is_the_same_with_scrapy_and_without(words: list[str], output: Path) -> None:
    words = [*words, "-s", f"OUTPUT_DIR={output}"]
    without, scrapy = run("-m", "crawler", *words), processes.run(words, dict(os.environ))
    assert (without.returncode, without.stdout, without.stderr) == (scrapy.returncode, scrapy.stdout, scrapy.stderr)


GIVEN = {
    "ALLOW_PRIVATE_ADDRESSES": "true",
    "DEAD_AFTER": "5",
    "EXCLUDE_URLS": "a.example/*, b.example/*",
    "FAIL_ON": "",
    "OUTPUT_DIR": "elsewhere",
    "DOWNLOAD_DELAYS": '{"*": 0, "a.example": 2}',
    "REWRITE": "links,facts",
}


@pytest.mark.parametrize("given", [{}, GIVEN])
def test_settings_are_read_as_scrapy_reads_them(given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    plain, scrapy = PlainSettings.of_project(given), Settings()
    scrapy.setmodule("crawler.settings", priority="project")
    scrapy.setdict(given, priority="cmdline")
    for name, read in setting_readers.READERS.items():
        assert read(plain, name) == read(scrapy, name), name
        assert plain.getpriority(name) == scrapy.getpriority(name)
    assert plain.get("NO_SUCH", 1) == scrapy.get("NO_SUCH", 1)
    assert plain.getpriority("NO_SUCH") == scrapy.getpriority("NO_SUCH")


def test_scrapy_s_defaults_for_image_stores_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    plain, scrapy = PlainSettings.of_project({}), Settings()
    for name in STORE_SETTINGS:
        assert (plain[name] or None) == (scrapy[name] or None), name


def test_priorities_are_scrapy_s() -> None:
    assert SETTINGS_PRIORITIES["cmdline"] == COMMAND_LINE
    assert SETTINGS_PRIORITIES["project"] == plain_settings.PROJECT


# --- a reader that has seen enough ------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", sampled(["crawler", "scrapy"]))
def test_a_closed_pipe_ends_a_command_without_a_word(program: str, output: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = run("-m", program, "status", "-s", f"OUTPUT_DIR={output}", stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", sampled(["status", "crawl"]))
def test_a_stdout_that_cannot_be_written_is_an_error(command: str, output: Path) -> None:
    """Not exit code 1, which means that FAIL_ON has found something."""
    (output / "n").mkdir()
    (output / "n/a.md").write_text("[x](missing.md)", "utf-8")
    folder = ["-q", str(output / "n")] if command == "crawl" else []
    with Path("/dev/full").open("w") as full:
        done = run("-m", "crawler", command, *folder, "-s", f"OUTPUT_DIR={output}", stdout=full.fileno())
    assert (done.returncode, done.stderr) == (2, "notemend: stdout: No space left on device\n")


def test_a_stdout_that_is_closed_or_lacks_characters(capfd: pytest.CaptureFixture[str], output: Path) -> None:
    words = f"-m crawler status -s OUTPUT_DIR={output}"
    script = f"{sys.executable} {words} >&- 2>&- <&- && PYTHONIOENCODING=ascii {sys.executable} {words}"
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, check=False)
    assert done.returncode == 0
    assert capfd.readouterr().out.isascii()

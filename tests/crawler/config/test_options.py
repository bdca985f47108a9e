"""Settings: what makes no sense is refused before anything is done, and it can be seen who gave which value."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from crawler.config import setting_readers, value_readers
from crawler.config.crawl_options import read_options
from crawler.errors import UserError
from crawler.kinds.registry import kind_names
from tests.support import processes
from tests.support.options import project_settings
from tests.support.processes import ROOT
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.settings import Settings

    from tests.support.crawling import Desk

SECRETS = ("GITHUB_TOKEN", "SEMANTIC_SCHOLAR_API_KEY")


def given(priority: str = "cmdline", /, **values: object) -> Settings:
    """Return the project's settings, with others given with that priority."""
    return project_settings(priority, **values)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DOWNLOAD_DELYAS", "{}", "unknown setting; did you mean DOWNLOAD_DELAYS?"),
        ("download_delays", "{}", "unknown setting; did you mean DOWNLOAD_DELAYS?"),
        ("RECHECK_AFTR", "1", "unknown setting; did you mean RECHECK_AFTER?"),
        ("XYZ", "1", "unknown setting; did you mean one of NOTES_DIR, NOTES_IGNORE"),
        ("DOWNLOAD_TIMEOT", "1", "unknown setting; did you mean DOWNLOAD_TIMEOUT?"),
        ("ALLOW_PRIVATE_ADDRESSES", "maybe", "invalid value 'maybe' (valid: True, False)"),
        ("IMAGES_WEBP_WIDTH", "12x", "not a number: '12x'"),
        ("IMAGES_WEBP_WIDTH", "320.5", "not a whole number: '320.5'"),
        ("IMAGES_WEBP_WIDTH", "3", "must be 0 or at least 16 pixels: '3'"),
        ("IMAGES_SHOW", "webp,avif", "invalid value 'avif' (valid: no-position, webp, animated-webp, browser-formats)"),
        ("DEAD_AFTER", "1.5", "not a whole number"),
        ("DEAD_AFTER", "0", "must be from 1 to"),
        ("DEAD_MIN_INTERVAL_DAYS", "nan", "must be from 0 to"),
        ("API_TIMEOUT", "0", "must be from 0.1 to"),
        ("FAIL_ON", "dead,alive", "invalid value 'alive' (valid: dead, suspect, restricted, moved)"),
        ("REWRITE", "poems", "invalid value 'poems' (valid: links, facts"),
        ("ROBOTS", "maybe", "invalid value 'maybe' (valid: ignore, obey)"),
        ("DOWNLOAD_DELAYS", "[1]", "not a JSON object"),
        ("DOWNLOAD_DELAYS", '{"https://a.example": 1}', "not a host without scheme"),
        ("DOWNLOAD_DELAYS", '{"a.example/x": 1}', "not a host without scheme"),
        ("DOWNLOAD_DELAYS", '{"a.example:80": 1}', "not a host without scheme"),
        ("DOWNLOAD_DELAYS", '{"": 1}', "not a host without scheme"),
        ("DOWNLOAD_DELAYS", '{"a.example": "quick"}', "not a number: 'quick'"),
        ("ACCEPTED_STATUSES", '{"https://a.example": [403]}', "not a host without scheme"),
        ("ACCEPTED_STATUSES", '{"a.example": [42]}', "not a list of HTTP statuses: [42]"),
        ("RECHECK_AFTER", '{"deceased": 1}', "neither verdict nor kind/verdict"),
        ("RECHECK_AFTER", '{"podcast/alive": 1}', "neither verdict nor kind/verdict"),
        ("RECHECK_AFTER", '{"wechat/": 1}', "neither verdict nor kind/verdict"),
        ("EXCLUDE_URLS", "[x", "not a JSON list"),
        ("ENTRIES", "table", "not a JSON object"),
        ("ENTRIES", '{"a.md": ""}', "no layout (valid: "),
        ("ENTRIES", '{"a.md": []}', "no layout (valid: "),
        ("ENTRIES", '{"a.md": 7}', "['a.md']: neither a layout nor a list of layouts: 7"),
        ("ENTRIES", '{"a.md": null}', "['a.md']: neither a layout nor a list of layouts: None"),
        ("ENTRIES", '{"a.md": {"table": 1}}', "['a.md']: neither a layout nor a list of layouts: {'table': 1}"),
        ("ENTRIES", '{"*.md": "tabel"}', "['*.md']: unknown layout 'tabel' (valid: "),
        ("ENTRIES", '{"*.md": "tabel"}', "; did you mean table?"),
        ("SITE_GENERATOR", "hugo", "not a JSON object"),
        ("SITE_GENERATOR", '{"*": "hugoo"}', "['*']: unknown generator 'hugoo' (valid: hugo, zola, "),
        ("SITE_GENERATOR", '{"*": "hugoo"}', "; did you mean hugo?"),
        ("SITE_GENERATOR", '{"*": ""}', "unknown generator '' (valid: "),
        ("SITE_GENERATOR", '{"*": "hugo-config"}', "unknown generator"),
        ("IMAGES_STORE", "webdav://host/", "invalid value 'webdav://host/' (valid: a folder, s3://, gs://, "),
        ("NOTES_DIR", 7, "not a text: 7"),
        ("NOTES_DIR", "~nobody-at-all/x", "'~nobody-at-all' is the home folder of no user"),
        ("IMAGES_STORE", "~\0", "is the home folder of no user"),
        ("IMAGES_STORE", "~nobody-at-all", "'~nobody-at-all' is the home folder of no user"),
        *(
            (name, "token", "secret on the command line, visible to other users; set it in the environment")
            for name in SECRETS
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(name: str, value: object, says: str) -> None:
    with pytest.raises(UserError) as refused:
        read_options(given(**{name: value}), kind_names())
    assert str(refused.value).startswith(name)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "token" not in str(refused.value)


def test_what_makes_sense_is_taken() -> None:
    read_options(given(), kind_names())
    read_options(
        given(
            DOWNLOAD_DELAYS='{"*": 0, "A.Example": 1, "中文.cn": 2, "::1": 3}',
            ACCEPTED_STATUSES='{"*.Example.com": [403, 999], "a?.x": 403}',
            RECHECK_AFTER='{"*": 1, "dead": 2, "wechat/alive": 3}',
            FAIL_ON="dead, suspect",
            REWRITE="",
            EXCLUDE_URLS='["https://a.example/*"]',
            ALLOW_PRIVATE_ADDRESSES="true",
            LOG_LEVEL="INFO",
            DOWNLOAD_TIMEOUT="3",
            MEDIA_ALLOW_REDIRECTS="True",
        ),
        kind_names(),
    )
    settings = given(DOWNLOAD_DELAYS='{"*": 0, "A.Example": 1, "中文.cn": 2}')
    assert value_readers.download_delays(settings) == {"*": 0, "a.example": 1, "xn--fiq228c.cn": 2}
    assert value_readers.statuses(given(ACCEPTED_STATUSES='{"*.Example.com": 403}'), "ACCEPTED_STATUSES") == {
        "*.example.com": {403}
    }


def test_every_setting_of_the_user_has_a_reader() -> None:
    source = (ROOT / "crawler/settings.py").read_text("utf-8")
    ours = source.partition("# --- The user's own")[2].partition("# --- Pipelines")[0]
    assert sorted(setting_readers.READERS) == sorted(re.findall(r"^([A-Z0-9_]+)(?:: [^=]+)? =", ours, re.MULTILINE))


# --- as the user meets it ---------------------------------------------------------------------------------------------


def test_every_command_refuses_it_before_anything_is_done(desk: Desk) -> None:
    desk.write("a.md", "nothing")
    for words in (("crawl", "notes"), ("publish",), ("images", "--gc", "--delete"), ("undo",)):
        done = desk.run(*words, "-s", "DOWNLOAD_DELYAS=3")
        assert (done.returncode, done.stderr) == (
            2,
            "notemend: DOWNLOAD_DELYAS: unknown setting; did you mean DOWNLOAD_DELAYS?\n",
        ), words
    assert not desk.output.exists()


def test_settings_module_of_ones_own(desk: Desk, tmp_path: Path) -> None:
    """What is nearly one of ours is a slip; other names may be those of somebody's own components."""
    desk.write("a.md", "nothing")
    module = tmp_path / "my_settings.py"
    module.write_text("from crawler.settings import *\nTELEMETRY_KEY = 'x'\nDEAD_AFTER = 5\n")
    environ = desk.environ | {"SCRAPY_SETTINGS_MODULE": "my_settings", "PYTHONPATH": f"{ROOT}:{tmp_path}"}

    def ours(*words: str) -> tuple[int, list[str]]:
        with (tmp_path / "said").open("w+") as said:
            code = processes.start(["settings", "--ours", *words], os.environ | environ, said).wait()
            return code, (tmp_path / "said").read_text().splitlines()

    code, said = ours("-s", "TELEMETRY_KEY=y")
    assert code == 0
    assert "DEAD_AFTER=5  [my_settings; default: 3]" in said
    module.write_text("from crawler.settings import *\nRECHECK_AFTR = {}\n")
    code, said = ours()
    assert (code, said[-1]) == (2, "notemend: RECHECK_AFTR: unknown setting; did you mean RECHECK_AFTER?")


def test_it_can_be_seen_who_gave_which_value(desk: Desk) -> None:
    environ = {"GITHUB_TOKEN": "s3cret", "DATABASE_URL": "postgresql+psycopg://me:s3cret@db.example/notes"}
    done = desk.run("settings", "--ours", "-s", "RUN_TIMEOUT=60", **environ)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.partition("=")[0] for line in lines] == list(setting_readers.READERS)
    assert "s3cret" not in done.stdout
    assert {
        "NOTES_DIR=notes  [default]",
        "REWRITE=links,pictures,facts  [default]",
        "ACCEPTED_STATUSES={}  [default]",
        "RUN_TIMEOUT=60  [command line; default: 0]",
        "GITHUB_TOKEN=(not shown)  [environment; default: none]",
        "SEMANTIC_SCHOLAR_API_KEY=  [default]",
        "DATABASE_URL=postgresql+psycopg://***@db.example/notes  [environment; default: none]",
    } <= set(lines)
    asked = {
        "BOT_NAME": "notemend",
        "GITHUB_TOKEN": "(not shown)",
        "DATABASE_URL": "postgresql+psycopg://***@db.example/notes",
    }
    for name, shown in asked.items():
        assert desk.run("settings", "--get", name, **environ).stdout == f"{shown}\n"
    done = desk.run("settings", "--getint", "GITHUB_TOKEN", **environ)
    assert "s3cret" not in done.stdout + done.stderr


ODD = (
    *("", " ", "\0", "7", "-1", "1e999", "nan", "true", "null", "{}", "[]", "[7]", "[null]", '"x"', '{"": ""}'),
    *('{"a": 7}', '{"*": null}', '{"*": {"a": 1}}', '{"*": [1]}', '{"*": [[1]]}', '{"*": true}', '{"web/alive": []}'),
)


@pytest.mark.parametrize("value", sampled(ODD))
def test_no_odd_value_of_a_setting_is_unforeseen(value: str) -> None:
    for name in setting_readers.READERS:
        with suppress(UserError):
            read_options(given(**{name: value}), kind_names())

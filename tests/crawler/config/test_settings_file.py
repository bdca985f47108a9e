"""The file of settings beside the notes: which is read, what it may say, and who comes before it."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.utils.test import get_crawler

from crawler.actions.settings import list_settings
from crawler.config.beside.keys import NOT_BESIDE, allowed_keys, type_of
from crawler.config.beside.locations import line_of
from crawler.config.beside.settings_file import LARGEST, MOST_DOTS, SettingsFile, find_settings_file
from crawler.config.beside.toml_values import toml_value
from crawler.config.crawl_options import CrawlOptions, read_options
from crawler.config.plain_settings import PlainSettings
from crawler.config.setting_names import FROM_ENVIRONMENT, default
from crawler.config.setting_readers import READERS
from crawler.config.sources import settings_file, value_source
from crawler.errors import UserError
from crawler.kinds.registry import kind_names
from crawler.run.context import _overrides
from tests.support import processes
from tests.support.options import project_settings

if TYPE_CHECKING:
    from tests.support.crawling import Desk


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory, the root of a repository."""
    for name in [*FROM_ENVIRONMENT, *(name for name in os.environ if name.startswith("NOTEMEND_"))]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    home = tmp_path / "home"
    (home / ".git").mkdir(parents=True)
    monkeypatch.chdir(home)
    return home


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def read(**given: str) -> CrawlOptions:
    return read_options(PlainSettings.of_project(given), kind_names())


def refused(**given: str) -> str:
    with pytest.raises(UserError) as error:
        read(**given)
    assert "\n" not in str(error.value)
    return str(error.value)


# --- which file is read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "notes", "expected"),
    [
        ({"notemend.toml": ""}, "notes", "notemend.toml"),
        ({"notemend.toml": "", "notes/notemend.toml": ""}, "notes/2024", "notes/notemend.toml"),
        ({"pyproject.toml": "[tool.notemend]"}, "notes", "pyproject.toml"),
        ({"pyproject.toml": "[tool.notemend]", "notemend.toml": ""}, "notes", "notemend.toml"),
        ({"notes/pyproject.toml": "[tool.notemend]", "notemend.toml": ""}, "notes", "notes/pyproject.toml"),
        ({"notes/pyproject.toml": "[project]\nname = 'x'", "notemend.toml": ""}, "notes", "notemend.toml"),
        ({"notes/pyproject.toml": "of notemend [", "notemend.toml": ""}, "notes/x", "notes/pyproject.toml:1:4"),
        ({"notes/pyproject.toml": "of another [", "notemend.toml": ""}, "notes", "notemend.toml"),
        ({"../notemend.toml": ""}, "notes", None),
        ({"notemend.toml": "", "notes/.git/config": ""}, "notes", None),
        ({"notes/notemend.toml": "", "notes/.git/config": ""}, "notes", "notes/notemend.toml"),
        ({}, "notes", None),
    ],
)
def test_the_nearest_file_counts_up_to_the_root_of_the_repository(
    home: Path, files: dict[str, str], notes: str, expected: str | None
) -> None:
    (home / notes).mkdir(parents=True)
    for path, text in files.items():
        write(home / path, text)
    if expected and ":" in expected:
        with pytest.raises(UserError, match=f"^{expected}: no valid TOML"):
            find_settings_file(home / notes)
    else:
        found = find_settings_file(home / notes)
        assert (found and found.shown) == expected


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to other users")
def test_a_file_of_another_user_is_not_read(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(home / "notemend.toml", "dead_after = 7")
    write(home / "notes/a.md", "")
    os.chown(home / "notemend.toml", 12345, 12345)
    assert find_settings_file(home / "notes") is None
    assert caplog.messages == ["notemend.toml: belongs to another user; not read"]
    os.chown(home / "notes", 12345, 12345)
    assert find_settings_file(home / "notes") is not None


def test_without_a_given_folder_the_working_directory_counts_as_well(home: Path) -> None:
    write(home / "notemend.toml", 'notes_dir = "docs"\ndead_after = 7')
    assert read().notes_dir == home.relative_to(home) / "docs"
    (home / "notes/.git").mkdir(parents=True)
    assert read().policy.dead_after == 7
    assert read(NOTES_DIR="notes").policy.dead_after == 3
    write(home / "notes/notemend.toml", "dead_after = 8")
    assert read().policy.dead_after == 8


def test_paths_are_relative_to_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / "a/notemend.toml", 'notes_dir = "n/../m"\noutput_dir = "out"\nimages_store = "pictures"')
    monkeypatch.chdir(home / "a")
    options = read()
    assert [str(options.notes_dir), str(options.output_dir), options.images.location] == ["m", "out", "pictures"]
    (home / "a/n").mkdir()
    monkeypatch.chdir(home / "a/n")
    assert read(NOTES_DIR=".").output_dir == home / "a/out"


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (lambda file: file.symlink_to("/etc/hostname"), "links to /etc/hostname, outside its folder"),
        (lambda file: file.symlink_to("nowhere"), "cannot be read (No such file or directory)"),
        (lambda file: file.mkdir(), "no regular file"),
        (os.mkfifo, "no regular file"),
        (lambda file: file.write_bytes(b"#" * (LARGEST + 1)), f"larger than {LARGEST // 1024} kB"),
        (lambda file: file.write_bytes(b"# \n# \xff"), ":2:3: not UTF-8"),
        (lambda file: file.write_text("a = 1\n\nb ="), ":3:4: no valid TOML: Invalid value"),
        (lambda file: file.write_text("a = 1\na = 2"), ":2:6: no valid TOML: Cannot overwrite a value"),
        (lambda file: file.write_text("a = [\n1"), ":2:2: no valid TOML: Unclosed array"),
        (lambda file: file.write_text("a = " + "9" * 5000), "no valid TOML: Exceeds the limit"),
        (lambda file: file.write_text("a = " + "[" * 5000), ": nested too deeply"),
        (lambda file: file.write_text("\n" + "a." * MOST_DOTS + "a.a = 1"), f":2: more than {MOST_DOTS} dots"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(home: Path, prepare: Any, says: str) -> None:
    prepare(home / "notemend.toml")
    said = refused()
    assert said.startswith("notemend.toml:")
    assert says in said


def test_a_byte_order_mark_and_windows_lines_do_not_matter(home: Path) -> None:
    (home / "notemend.toml").write_bytes(b"\xef\xbb\xbf# one\r\n\r\nfail_on = 'x'\r\n")
    assert refused().startswith('notemend.toml:3: fail_on: must be a list of texts, not "x"')


# --- what it may say --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fial_on = []", "1: fial_on: unknown setting; did you mean fail_on?"),
        ("FAIL_ON = []", "1: FAIL_ON: unknown setting; did you mean fail_on?"),
        ("fail-on = []", "1: fail-on: unknown setting; did you mean fail_on?"),
        ("\nexclude = []", "2: exclude: unknown setting; did you mean exclude_urls?"),
        ('dead_after = "5"', '1: dead_after: must be a number, not "5"; write dead_after = 5'),
        ("dead_after = true", "1: dead_after: must be a number, not true; write dead_after = 3"),
        ("dead_after = 1979-05-27", "1: dead_after: must be a number, not a date or time; write dead_after = 3"),
        ("dead_after = 0", "1: dead_after: must be from 1 to"),
        ("dead_after = 1.5", "1: dead_after: not a whole number"),
        ("dead_after = nan", "1: dead_after: must be from 1 to"),
        (f"dead_after = {'9' * 400}", "1: dead_after: not a number"),
        ('fail_on = "dead, moved"', 'not "dead, moved"; write fail_on = ["dead", "moved"]'),
        ("fail_on = [1]", "1: fail_on: must be a list of texts, not this list; write fail_on = []"),
        ('fail_on = ["daed"]', "1: fail_on: invalid value 'daed' (valid: dead,"),
        ("robots = 1", '1: robots: must be a text, not 1; write robots = "1"'),
        ('robots = "no"', "1: robots: invalid value 'no' (valid: ignore, obey)"),
        ("download_delays = 3", "1: download_delays: must be a table, not 3; write a table, [download_delays]"),
        ('[download_delays]\n"*" = 1\n"a.example" = true', "3: download_delays['a.example']: not a number: 'True'"),
        ('recheck_after."x/dead" = 1', "1: recheck_after['x/dead']: neither verdict nor kind/verdict"),
        ('workers = "many"', '1: workers: must be a number, not "many"; write workers = 1'),
        ("workers = 17", "1: workers: at most 16 are allowed in a file beside notes"),
        ('github_token = "x"', "1: github_token: secrets do not belong beside notes; set it in the environment"),
        ('aws_secret_access_key = "x"', "1: aws_secret_access_key: secrets do not belong beside notes"),
        ('webhook_url = "x"', "1: webhook_url: secrets do not belong beside notes"),
        ('database_url = "x"', "1: database_url: secrets do not belong beside notes"),
        ('webdav_user = "x"', "1: webdav_user: secrets do not belong beside notes"),
        *((f"{name.lower()} = 1", f"1: {name.lower()}: not allowed in a file beside notes") for name in NOT_BESIDE),
        ('outputs = ["os"]', "1: outputs: not allowed in a file beside notes"),
        ("item_pipelines = {}", "1: item_pipelines: not allowed in a file beside notes"),
        ("spider_modules = []", "1: spider_modules: not allowed in a file beside notes"),
        ("dupefilter_class = 'x'", "1: dupefilter_class: not allowed in a file beside notes"),
        ('images_store = "s3://b"', "1: images_store: only a folder is allowed in a file beside notes"),
        ('images_store = "davs://e.example/"', "1: images_store: only a folder is allowed in a file beside notes"),
        ('report_editor = "evil:{path}"', "1: report_editor: only a name is allowed in a file beside notes (vscode,"),
        *(
            (f"output_dir = {toml_value(path)}", "1: output_dir: must be a folder below ")
            for path in ("..", "../x", "/tmp", "~/x", "a/../../x", ".git/hooks", "a/.GIT", "out/../..", "a\0b", "x\n")
        ),
        ('notes_dir = "/"', "1: notes_dir: must be a folder below "),
    ],
)  # fmt: skip
def test_what_makes_no_sense_or_reaches_too_far_is_refused_with_its_line(home: Path, text: str, says: str) -> None:
    write(home / "notemend.toml", text)
    said = refused()
    assert said.startswith("notemend.toml:")
    assert says in said
    shifted = f'# dead_after = "5"\nimages_names = """hash"""\n[tool.other]\nfail_on = 1\n[tool.notemend]\n{text}'
    write(home / "pyproject.toml", shifted.replace("\n[download_delays", "\n[tool.notemend.download_delays"))
    (home / "notemend.toml").unlink()
    line, rest = re.fullmatch(r"(?:(\d+): )?(.*)", says, re.DOTALL).groups()  # type: ignore[union-attr]
    assert re.search(rf"^pyproject.toml:{int(line) + 5 if line else ''}.*{re.escape(rest)}", refused())


ODD = (
    *('"\\u0000x"', "-1", "1e400", "true", "1979-05-27", "[[]]", '["", "x"]', "[{}]", '{ "" = "" }'),
    *('{ "*" = true }', '{ "*" = [1] }', '[{ paths = ["a"] }]'),
)


@pytest.mark.parametrize("value", ODD)
def test_no_odd_value_is_unforeseen(home: Path, value: str) -> None:
    for name in READERS:
        write(home / "notemend.toml", f"\n{name.lower()} = {value}")
        try:
            read()
        except UserError as error:
            assert re.match(rf"notemend\.toml:2: {name.lower()}[^\n]+\Z", str(error)), error  # noqa: PT017


def test_a_folder_behind_a_symlink_is_outside(home: Path, tmp_path: Path) -> None:
    (home / "out").symlink_to(tmp_path)
    write(home / "notemend.toml", 'output_dir = "out/x"')
    assert refused().startswith("notemend.toml:1: output_dir: must be a folder below ")


def test_every_setting_is_allowed_or_has_a_reason_not_to_be() -> None:
    refused = {name for name in READERS if name.lower() not in allowed_keys()}
    assert refused == {*NOT_BESIDE, *FROM_ENVIRONMENT}
    assert {type_of(name) for name in READERS} <= {bool, float, str, list, dict}


def test_defaults_written_into_the_file_change_nothing(home: Path) -> None:
    lines = [f"{key} = {toml_value(default(key.upper()))}" for key in allowed_keys() if default(key.upper()) != ""]
    before = read()
    write(home / "notemend.toml", "\n".join(lines))
    assert read() == before


# --- precedence -------------------------------------------------------------------------------------------------------


def test_command_line_environment_file_default(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / "notemend.toml", "\ndead_after = 4\nunreachable_after = 4\nrun_timeout = 4\nrobots = 'obey'")
    monkeypatch.setenv("NOTEMEND_RUN_TIMEOUT", "5")
    monkeypatch.setenv("NOTEMEND_DEAD_AFTER", "5")
    monkeypatch.setenv("NOTEMEND_ROBOTS", "")
    for settings in (PlainSettings.of_project({"DEAD_AFTER": "6"}), project_settings("cmdline", DEAD_AFTER="6")):
        options = read_options(settings, kind_names())
        assert (options.policy.dead_after, options.run_timeout, options.policy.unreachable_after.days) == (6, 5, 4)
        assert options.requests.obey_robots
        sources = {name: value_source(settings, name) for name in READERS}
        assert sources.pop("DEAD_AFTER") == "command line"
        assert sources.pop("RUN_TIMEOUT") == "environment"
        assert sources.pop("UNREACHABLE_AFTER") == "notemend.toml:3"
        assert sources.pop("ROBOTS") == "notemend.toml:5"
        assert set(sources.values()) == {"default"}


def test_an_error_names_the_source_of_the_value(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / "notemend.toml", "robots = 'no'")
    assert refused().startswith("notemend.toml:1: robots: invalid value 'no'")
    assert refused(ROBOTS="never").startswith("ROBOTS: invalid value 'never'")
    monkeypatch.setenv("NOTEMEND_ROBOTS", "seldom")
    assert refused().startswith("NOTEMEND_ROBOTS: invalid value 'seldom'")
    monkeypatch.setenv("NOTEMEND_ROBOTTS", "x")
    assert refused() == "NOTEMEND_ROBOTTS: unknown setting; did you mean NOTEMEND_ROBOTS?"
    monkeypatch.delenv("NOTEMEND_ROBOTTS")
    monkeypatch.setenv("NOTEMEND_HOME", "x")
    assert read(ROBOTS="obey").requests.obey_robots


def test_secrets_come_from_the_environment_under_either_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "one")
    assert read().apis.github_token == "one"
    monkeypatch.setenv("NOTEMEND_GITHUB_TOKEN", "two")
    assert read().apis.github_token == "two"


def test_a_second_reading_changes_nothing(home: Path) -> None:
    write(home / "notemend.toml", "dead_after = 4")
    settings = PlainSettings.of_project({})
    read_options(settings, kind_names())
    write(home / "notemend.toml", "dead_after = 5")
    assert read_options(settings, kind_names()).policy.dead_after == 4
    file = settings_file(settings)
    assert file is not None
    assert file.shown == "notemend.toml"


def test_the_source_of_each_value_is_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(home / "notemend.toml", "# mine\nfail_on = [\n'dead']\n[download_delays]\n'*' = 1\n")
    settings = PlainSettings.of_project({"DEAD_AFTER": "6", "FTP_PASSWORD": "s3cret"})
    assert list_settings(settings) == 0
    assert {
        "FAIL_ON=dead  [notemend.toml:2; default: none]",
        "DEAD_AFTER=6  [command line; default: 3]",
        "ROBOTS=ignore  [default]",
    } <= set(capsys.readouterr().out.splitlines())  # fmt: skip
    assert list_settings(settings, as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["file"] == str(home / "notemend.toml")
    assert list(said["settings"]) == list(READERS)
    where = {"source": "file", "file": str(home / "notemend.toml")}
    assert said["settings"]["FAIL_ON"] == {"value": ["dead"], "default": [], "line": 2, **where}
    assert said["settings"]["DOWNLOAD_DELAYS"]["value"] == {"*": 1}
    assert said["settings"]["DOWNLOAD_DELAYS"]["line"] == 4
    assert said["settings"]["DEAD_AFTER"] == {"value": "6", "default": 3, "source": "command line"}


# --- lines of keys ----------------------------------------------------------------------------------------------------

KEYS = st.text("ab.\" '#=\\é", min_size=1, max_size=5)
VALUES = st.recursive(
    st.integers(-9, 9) | st.booleans() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_what_is_written_as_toml_is_read_and_found(table: dict[str, Any]) -> None:
    lines = [f"{toml_value(key)} = {toml_value(value)}" for key, value in table.items()]
    text = "\n".join(lines)
    assert tomllib.loads(text) == table
    file = SettingsFile(Path("/n"), text, table)
    for number, key in enumerate(table, 1):
        written = toml_value(key)[1:-1]
        assert line_of(file, [key]) in ({number} if written == key else {number, 1})


def test_a_key_in_a_text_or_another_table_is_not_taken_for_it(home: Path) -> None:
    text = 'a = """\nb = 1\n"""\n# b = 1\nx.b = 1\nc = [\n  "b = 1",\n]\nb = { d = 1 }\n'
    file = SettingsFile(home, f"{text}[x.y]\nb = 1\n[[o]]\nb = 1\n[[o]]\ne = 1\n\nb = 2\n", {})
    paths: list[list[str | int]] = [["b"], ["b", "d"], ["o", 0, "b"], ["o", 1, "b"], ["x", "y", "b"]]
    assert [line_of(file, path) for path in paths] == [9, 9, 13, 17, 11]
    assert line_of(file, ["o", 1, "none"]) == 14
    assert line_of(file, ["none"]) == 1


# --- as the user meets it ---------------------------------------------------------------------------------------------


def test_a_shard_gets_the_settings_of_its_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / "notemend.toml", "dead_after = 4\nrobots = 'obey'\nnotes_dir = 'n'")
    monkeypatch.setenv("NOTEMEND_RUN_TIMEOUT", "5")
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    settings = project_settings("cmdline", DEAD_AFTER="6")
    read_options(settings, kind_names())
    crawler = get_crawler()
    crawler.settings = settings
    sent = _overrides(crawler)
    expected = {"DEAD_AFTER": "6", "ROBOTS": "obey", "NOTES_DIR": "n", "RUN_TIMEOUT": "5", "_IS_SHARD": True}
    assert {name: sent[name] for name in expected} == expected
    assert not {"GITHUB_TOKEN", "_SETTINGS_FILE", "OUTPUT_DIR"} & sent.keys()
    monkeypatch.chdir("/")
    monkeypatch.delenv("NOTEMEND_RUN_TIMEOUT")
    shard = project_settings("cmdline", **sent)
    assert read_options(shard, kind_names()).policy == read_options(settings, kind_names()).policy
    assert shard["RUN_TIMEOUT"] == "5"
    assert shard["GITHUB_TOKEN"] == "s3cret"


def test_crawl_and_check_read_the_file_beside_the_notes(desk: Desk) -> None:
    note = desk.write("a.md", "[none](none.md)\n")
    write(desk.notes / "notemend.toml", 'fail_on = ["dead"]\n\nexclude_urls = "x"\n')
    error = f'{desk.notes}/notemend.toml:3: exclude_urls: must be a list of texts, not "x"; write exclude_urls = ["x"]'
    for words in (
        ("crawl", "notes", "-a", f"notes={desk.notes}"),
        ("settings", "--get", "FAIL_ON", "-s", f"NOTES_DIR={desk.notes}"),
    ):
        done = desk.run(*words)
        assert (done.returncode, done.stderr, done.stdout) == (2, f"notemend: {error}\n", ""), words
    assert not desk.output.exists()
    write(desk.notes / "notemend.toml", 'fail_on = ["moved"]\n')
    checked = ["check", "-s", f"NOTES_DIR={desk.notes}", str(note)]
    done = processes.run(checked, os.environ | desk.environ | {"XDG_CACHE_HOME": str(desk.folder / "cache")})
    assert (done.returncode, done.stderr) == (0, "")
    assert "file not found" in done.stdout

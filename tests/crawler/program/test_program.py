"""`notemend …`: which command a command line means, its help, and its errors in one line."""

from __future__ import annotations

import os
import re
import string
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import UserError
from crawler.kinds.registry import kind_names
from crawler.messages import language, say, texts
from crawler.models.link import Change, Verdict
from crawler.program.crawling import crawl_words
from crawler.program.given import read_given
from crawler.program.main import COMMANDS, program, run
from pipelines.reports.html.translations import load_translations
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(words)
    return code, *capsys.readouterr()


# --- help -------------------------------------------------------------------------------------------------------------


def test_help_has_a_line_for_each_command_and_three_examples(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = answer(capsys, "--help")
    assert (code, err) == (0, "")
    sections = {part.partition(":\n")[0]: part.splitlines()[1:] for part in out.split("\n\n")}
    assert [line.split()[0] for line in sections["Commands"]] == list(program.commands)
    assert len(sections["Examples"]) == 3
    assert all(line.startswith("  notemend ") for line in sections["Examples"])
    assert max(map(len, out.splitlines())) <= 80
    assert answer(capsys, "-h")[1] == out


@pytest.mark.parametrize("name", program.commands)
def test_every_option_is_explained(capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, out, _ = answer(capsys, name, "--help")
    assert code == 0
    assert out.startswith(f"Usage: notemend {name} ")
    for option in re.findall(r"^  (?:-\w, )?(--?[\w-]+)(.*)$", out, re.MULTILINE):
        assert len(option[1].split()) >= 2, option


def test_every_kind_is_named_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = answer(capsys, "crawl", "--help")
    assert f"some kinds only: {', '.join(kind_names())}" in " ".join(out.split())


def test_help_is_in_chinese_where_the_system_is() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "crawler", "images", "--help"],
        cwd=ROOT,
        env=os.environ | {"LC_ALL": "zh_CN.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("用法：notemend images [DIR] [OPTIONS]\n\n  校验、清理或复制已保存的图片\n")
    assert "列出没有笔记使用的图片" in done.stdout
    assert not re.search(r"^Usage|^Options|Show this", done.stdout, re.MULTILINE)


def test_the_version_is_our_own(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = answer(capsys, "--version")
    assert code == 0
    assert re.fullmatch(r"notemend \d+(\.\w+)+\n", out)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_get_a_script_for_completion(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    code, out, _ = answer(capsys, "completion", shell)
    assert code == 0
    assert "_NOTEMEND_COMPLETE" in out


def test_commands_and_options_are_completed(capsys: pytest.CaptureFixture[str]) -> None:
    def completed(*words: str) -> list[str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("_NOTEMEND_COMPLETE", "bash_complete")
            patch.setenv("COMP_WORDS", " ".join(["notemend", *words]))
            patch.setenv("COMP_CWORD", str(len(words)))
            with pytest.raises(SystemExit):
                run([])
        return [line.partition(",")[2] for line in capsys.readouterr().out.split()]

    assert completed("st") == ["status"]
    assert completed("images", "--ver") == ["--verify"]
    assert "--only" in completed("~/notes", "--on")


# --- which command ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([None, []], ["crawl", "notes"]),
        (["a", []], ["crawl", "notes", "-s", "NOTES_DIR=a"]),
        (["wechat", ["OUTPUT_DIR=o=p"]], ["crawl", "wechat", "-s", "OUTPUT_DIR=o=p"]),
        (["notes", [], ["notes=b", "only=web"]], ["crawl", "notes", "-a", "notes=b", "-a", "only=web"]),
        ([None, [], [], "web,local"], ["crawl", "notes", "-a", "only=web,local"]),
        (["shard", []], ["crawl", "notes", "-s", "NOTES_DIR=shard"]),
    ],
)
def test_a_crawl_is_scrapy_s_command(words: list[object], expected: list[str]) -> None:
    assert crawl_words(*words) == expected  # type: ignore[arg-type]


def test_a_folder_of_the_name_of_a_spider_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    assert crawl_words("web", []) == ["crawl", "notes", "-s", "NOTES_DIR=web"]
    assert crawl_words("web", ["NOTES_DIR=x"]) == ["crawl", "web", "-s", "NOTES_DIR=x"]
    assert crawl_words("web", [], ["notes=x"]) == ["crawl", "web", "-a", "notes=x"]


@given(st.text(string.ascii_uppercase, min_size=1), st.text(string.printable))
def test_values_of_settings_are_taken_as_they_are(name: str, value: str) -> None:
    assert read_given([f"{name}={value}"]) == {name: value}


@pytest.mark.parametrize("words", [["NAME"], ["=x"], [""]])
def test_a_setting_without_a_value_is_refused(words: list[str]) -> None:
    with pytest.raises(UserError, match="expected NAME=VALUE"):
        read_given(words)


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["staus"], "staus: neither a command nor a folder; did you mean status?; see notemend --help"),
        (["bibtex"], "bibtex: neither a command nor a folder; see notemend --help"),
        (["ignore", "a.example"], "ignore: neither a command nor a folder; to leave out a host: -s 'EXCLUDE_URLS="),
        (["nightly"], "nightly: neither a command nor a folder; the system runs notemend DIR at fixed times, see docs"),
        (["crawl", "nowhere", "--onyl"], "notemend crawl: unknown option --onyl; did you mean --only?; see notemend"),
        (["explain"], "notemend explain: URL is missing; see notemend explain --help"),
        (["check"], "notemend check: FILE… is missing; see notemend check --help"),
        (["check", "."], ".: is a folder; notemend . checks the links of all its notes"),
        (["check", "--since", "HEAD", ".", "a.md"], ".: is a folder; notemend . checks the links of all its notes"),
        ([__file__], f"{__file__}: is a file; notemend check {__file__} checks the links of single notes"),
        (
            ["--exclude", "a.example"],
            "notemend crawl: unknown option --exclude; to leave out a host: -s 'EXCLUDE_URLS=",
        ),
        (["undo", "--run", "x"], "notemend undo: --run: 'x' is not a valid integer."),
        (["undo", "--run"], "notemend undo: --run needs a value; see notemend undo --help"),
        (["status", "a", "b"], "notemend status: unexpected argument 'b'; see notemend status --help"),
        (["status", "-s", "OUTPUT_DI=x"], "OUTPUT_DI: unknown setting; did you mean OUTPUT_DIR?"),
        (["status", "-a", "only=web"], "-a only: unknown argument (valid: notes)"),
        (["status"], "output/notemend.sqlite: no link database; crawl first: notemend DIR"),
        (["diff", "."], ".: no Markdown file (*.md) in it"),
        (["apply", "nowhere/"], "nowhere: no such folder of notes"),
        (["publish"], "notes: no such folder of notes"),
        (["undo"], "nothing to undo: no run has edited notes"),
        (["images", "."], "images: expected --verify, --gc or --copy-from PLACE"),
        (["publish", "--diff", "--in-place"], "publish: use only one of --in-place, --diff"),
        (["vouch", "https://a.example/", "--alive", "--dead"], "vouch: use only one of --alive, --dead, --remove"),
    ],
)
def test_an_error_is_one_line_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], line: str
) -> None:
    code, out, err = answer(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"notemend: {line}")
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


# --- texts ------------------------------------------------------------------------------------------------------------


def test_every_help_is_a_text_of_the_table() -> None:
    known = {row[name] for row in texts().values() for name in row}
    options = [each for command in (program, *COMMANDS) for each in command.params if isinstance(each, click.Option)]
    shown = [each for each in options if not each.hidden and each.name != "only"]  # that one names the kinds
    helps = [each.help for each in shown] + [command.help for command in COMMANDS]
    assert [each for each in helps if each not in known] == []


def test_verdicts_and_changes_have_the_names_of_the_report() -> None:
    report = load_translations()
    for name in [*(f"verdict.{verdict}" for verdict in Verdict), *(f"change.{change}" for change in Change)]:
        row = texts()[name.replace(" ", "_")]
        assert row == {each: report[name][each] for each in row}, name


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "en"}, "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, "en"),
        ({"LC_ALL": "ZH_CN"}, "zh"),
    ],
)
def test_the_language_is_that_of_the_system(
    environ: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert language() == expected
    assert say("help_options") == {"en": "Options", "zh": "选项"}[expected]

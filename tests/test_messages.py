"""Texts of the terminal: those that a user sees are in the tables, in both languages, and read as sentences."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path
from typing import TYPE_CHECKING

from crawler import messages
from crawler.actions.initializing import SCRIPTS
from crawler.config.beside.explanations import chinese_explanations, english_explanations
from crawler.config.beside.keys import TYPES, allowed_keys
from crawler.config.overrides import KEYS
from crawler.models.check import CheckMethod, Outcome
from crawler.models.link import Change, Verdict
from crawler.models.reasons.reason import reason_texts
from crawler.run.stages.last_stages import LOOKING_UP
from crawler.run.stages.link_stages import CHECKING, RETRYING
from pipelines.reports.html.translations import load_translations

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
FILES = sorted(path for package in ("crawler", "pipelines") for path in (ROOT / package).rglob("*.py"))

SHOWN = {"UserError", "NoStoreError", "UsageError", "ClickException", "print", "echo", "print_error", "announce"}
"""Calls whose arguments are shown as they are: errors that end a command, and what commands print."""

_SENTENCE = re.compile(r"(?<![\w./:='\[{-])[A-Za-z]?[a-z']{2,},? [a-z]{2,}")
"""Two English words, but no names of settings, options and packages."""

_EXCEPTION = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Warning)\b|Traceback")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def tables() -> dict[str, dict[str, str]]:
    """Return all texts by key, with those of the reasons and of the report."""
    reasons = {
        f"reason.{code}": {str(name): text for name, text in row.templates.items()}
        for code, row in reason_texts().items()
    }
    report = {f"report.{key}": {"en": row["en"], "zh": row["zh"]} for key, row in load_translations().items()}
    return {**ours(), **reasons, **report}


def ours() -> dict[str, dict[str, str]]:
    """Return the texts of the terminal."""
    return {**messages.texts(), **messages.errors()}


def test_every_text_is_in_both_languages_with_the_same_values() -> None:
    for key, row in ours().items():
        assert set(row) in ({"en", "zh"}, {"en", "one", "zh"}), key
        fields = {each: {name for _, name, _, _ in string.Formatter().parse(row[each]) if name} for each in row}
        assert fields["en"] == fields["zh"], key
        assert fields.get("one", set()) <= fields["en"], key
        assert re.search(r"[\u3000-\u9fff\uff00-\uffef]", row["zh"]), key
        assert not re.search(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]", row["zh"]), key


def test_every_text_is_used() -> None:
    quoted = re.compile(r"(?<=[\"'])[\w.]+(?=[\"'])")
    written = {key for path in FILES for key in quoted.findall(path.read_text("utf-8"))}
    of_enums = {"verdict": Verdict, "change": Change, "evidence": Outcome, "method": CheckMethod}
    used = {f"{table}.{each}".replace(" ", "_") for table, members in of_enums.items() for each in tuple(members)}
    stages = ("opening", "reading", CHECKING, RETRYING, LOOKING_UP, "rendering", "stopping")
    used |= {f"stage.{name}" for name in stages} | {f"script.{name}" for name in SCRIPTS}
    used |= {f"error.type_{each}" for each in (*TYPES.values(), "tables", *KEYS.values())}
    used |= {f"error.database_{each}" for each in ("damaged", "disk", "full", "locked")}
    assert [key for key in ours() if key not in used | written] == []
    assert [key for key in used if key not in ours()] == []


def test_no_text_has_the_name_of_an_exception() -> None:
    texts = ((key, text) for key, row in tables().items() for text in row.values())
    assert [key for key, text in texts if _EXCEPTION.search(text)] == []


def test_settings_beside_notes_have_chinese_comments() -> None:
    names = [key.upper() for key in allowed_keys()]
    assert list(chinese_explanations()) == names
    assert set(names) <= english_explanations().keys()
    assert all(_CHINESE.search(text) for text in chinese_explanations().values())


def sentences(path: Path) -> Iterator[str]:
    """Yield the English sentences that a module shows without looking them up."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in SHOWN:
            given = [*node.args, *(each.value for each in node.keywords if each.arg not in {"file", "end", "sep"})]
            yield from (text for each in given for text in _texts(each) if _SENTENCE.search(text))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the literal texts of an argument, but not those of calls in it."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts)  # type: ignore[misc]
        case ast.IfExp(body=one, orelse=other):
            yield from (*_texts(one), *_texts(other))
        case ast.BinOp(left=left, right=right):
            yield from (*_texts(left), *_texts(right))


def test_what_a_user_sees_is_in_a_table() -> None:
    found = {path.relative_to(ROOT).as_posix(): list(sentences(path)) for path in FILES}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_sentences_are_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("raise UserError(f'{name}: no such folder')\nprint('a' if x else 'nothing to do')\n")
    assert list(sentences(module)) == ["{}: no such folder", "nothing to do"]
    module.write_text("raise UserError(say('error.no_folder'))\nraise UserError(f'IMAGES_STORE: {error}')\n")
    assert list(sentences(module)) == []


def test_keys_that_are_looked_up_are_there() -> None:
    calls = (
        node.args[0].value
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and _name(node.func) == "say"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    )
    assert set(calls) - ours().keys() == set()

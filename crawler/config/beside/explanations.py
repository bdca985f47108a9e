"""What each setting is for: the comments of `crawler/settings.py`, and their Chinese."""

from __future__ import annotations

import ast
import inspect
import tomllib
from importlib import import_module
from importlib.resources import files

from crawler.config.setting_readers import READERS
from crawler.messages import language


def explanations() -> dict[str, str]:
    """Return what each setting is for, in Chinese only for those that a file beside the notes may have."""
    return chinese_explanations() if language() == "zh" else english_explanations()


def chinese_explanations() -> dict[str, str]:
    """Return the texts of `data/setting_texts.toml` by setting."""
    return tomllib.loads(files("crawler").joinpath("data/setting_texts.toml").read_text("utf-8"))


def english_explanations() -> dict[str, str]:
    """Return the comment above or beside each setting, without the period at its end."""
    source = inspect.getsource(import_module("crawler.settings"))
    lines = source.splitlines()
    said = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        first = node.lineno - 1
        while lines[first - 1].startswith("# "):
            first -= 1
        above = " ".join(line.removeprefix("# ") for line in lines[first : node.lineno - 1])
        beside = lines[(node.end_lineno or node.lineno) - 1].partition("  # ")[2]
        if name in READERS:
            text = (above or beside).removesuffix(".")
            said[name] = text[:1].lower() + text[1:] if text[1:2].islower() else text
    return said

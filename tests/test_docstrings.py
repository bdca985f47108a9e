"""What a docstring names in backticks is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for package in ("crawler", "pipelines") for path in (ROOT / package).rglob("*.py"))
_NAME = re.compile(r"`([A-Za-z_][\w.]*)(?:\(.*?\))?`")
ELSEWHERE = {"alpha", "example", "fnmatch", "he2021masked", "tp"}
"""Words of other programs and in examples."""
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstrings(tree: ast.AST) -> set[ast.Constant]:
    """Return the docstrings of a module, those of constants and attributes included."""
    found = set()
    for node in ast.walk(tree):
        for statement in getattr(node, "body", ()) if isinstance(node, _DOCUMENTED) else ():
            value = statement.value if isinstance(statement, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found.add(value)
    return found


@cache
def words() -> frozenset[str]:
    """Return every word in the code and its data files outside of docstrings and comments."""
    found: set[str] = set()
    for path in MODULES:
        tree = ast.parse(path.read_text("utf-8"))
        skipped = docstrings(tree)
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str(text)) if node not in skipped:
                    found.update(re.findall(r"\w+", text))
                case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                    found.update(name.split("."))
                case ast.keyword(arg=str(name)):
                    found.add(name)
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    found.add(name)
        found.update(path.relative_to(ROOT).with_suffix("").parts)
    for path in (*ROOT.glob("*/data/*"), *ROOT.glob("pipelines/reports/html/assets/*.*"), ROOT / "pyproject.toml"):
        found.update(re.findall(r"\w+", path.read_text("utf-8")))
    return frozenset(found)


def test_names_in_docstrings_are_there() -> None:
    known = words() | ELSEWHERE
    unknown = {path.relative_to(ROOT).as_posix(): _names(path) - known for path in MODULES}
    assert {path: names for path, names in unknown.items() if names} == {}


def _names(path: Path) -> set[str]:
    texts = (str(each.value) for each in docstrings(ast.parse(path.read_text("utf-8"))))
    return {name for text in texts for found in _NAME.findall(text) for name in found.split(".") if name}

"""All regular expressions of the program, those of its data files included."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import _lru_cache_wrapper, cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any

import crawler
import pipelines
from crawler.checks.pages.signatures.lazy_pattern import LazyPattern

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

Pattern = re.Pattern[Any]

SCANNING = {"sub", "subn", "findall", "finditer", "split"}
_METHODS = {*SCANNING, "search", "match", "fullmatch"}
_OF_RE = _METHODS | {"compile"}
_FLAGS_AT = {"match": 2, "search": 2, "fullmatch": 2, "compile": 1, "findall": 2, "finditer": 2}
_DEEPEST = 8


@dataclass(frozen=True)
class Expression:
    """A regular expression, where it is, and the methods that are called."""

    pattern: Pattern
    where: str
    methods: frozenset[str]


@cache
def expressions() -> tuple[Expression, ...]:
    """Return all expressions of the program that can be had without arguments."""
    modules = list(_modules())
    found: dict[Pattern, list[str]] = defaultdict(list)
    seen: dict[int, Any] = {}
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, type):
                members = vars(value).items() if value.__module__ == module.__name__ else ()
                for member, inner in members:
                    _walk(inner, f"{module.__name__}.{name}.{member}", found, seen)
            else:
                _walk(value, f"{module.__name__}.{name}", found, seen)
        _walk_calls(module, found)
    called = _called(modules)
    return tuple(Expression(pattern, where[0], _methods(where, called)) for pattern, where in found.items())


def _modules() -> Iterator[ModuleType]:
    for package in (crawler, pipelines):
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield import_module(found.name)


def _is_ours(value: object) -> bool:
    return (getattr(value, "__module__", None) or "").partition(".")[0] in {"crawler", "pipelines"}


def _walk(value: Any, where: str, found: dict[Pattern, list[str]], seen: dict[int, Any], depth: int = 0) -> None:
    """Find the expressions in a value: collections, objects of ours, and cached functions without parameters."""
    if isinstance(value, LazyPattern):
        value = value.compiled
    if isinstance(value, re.Pattern):
        found[value].append(where)
        return
    if isinstance(value, (str, bytes, int, float, type, type(None))) or depth > _DEEPEST or id(value) in seen:
        return
    seen[id(value)] = value
    inner: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        inner = [("", each) for pair in value.items() for each in pair]
    elif isinstance(value, (list, tuple, set, frozenset)):
        inner = [("", each) for each in value]
    elif isinstance(value, _lru_cache_wrapper):
        if _is_ours(value) and not inspect.signature(value).parameters:
            inner = [("()", value())]
    elif _is_ours(type(value)):
        slots = {name for base in type(value).__mro__ for name in getattr(base, "__slots__", ())}
        names = sorted({*getattr(value, "__dict__", {}), *slots})
        inner = [(f".{name}", getattr(value, name, None)) for name in names]
    for name, each in inner:
        _walk(each, where + name, found, seen, depth + 1)


def _walk_calls(module: ModuleType, found: dict[Pattern, list[str]]) -> None:
    """Find the expressions in calls such as `re.sub("…", …)` whose arguments are constants of the module."""
    for call, called in _calls(module):
        if not (isinstance(called.value, ast.Name) and called.value.id == "re" and called.attr in _OF_RE):
            continue
        place = _FLAGS_AT.get(called.attr, len(call.args))
        given = [each.value for each in call.keywords if each.arg == "flags"] or call.args[place : place + 1]
        with suppress(NameError, TypeError, AttributeError):  # made of local variables
            text, flags = (_value(module, each) for each in (call.args[0], given[0] if given else ast.Constant(0)))
            found[re.compile(text, flags)].append(f"{module.__name__}:{call.lineno}:{called.attr}")


@cache
def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(Path(module.__file__ or "").read_text("utf-8"))


def _calls(module: ModuleType) -> Iterator[tuple[ast.Call, ast.Attribute]]:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, node.func


def _value(module: ModuleType, node: ast.expr) -> Any:
    return eval(compile(ast.Expression(node), module.__name__, "eval"), vars(module))


def _called(modules: list[ModuleType]) -> dict[str, set[str]]:
    """Return the methods that are used of names, those of a module as `module:name`, and in a module of anything."""
    called: dict[str, set[str]] = defaultdict(set)
    for module in modules:
        tree = _tree(module)
        aliases = _aliases(tree)
        for used in _attributes(tree):
            names = _names(used.value)
            while more := set().union(*(aliases[name] for name in names if name in aliases)) - names:
                names |= more
            if used.attr == "split":  # else it is that of texts
                names = {name for name in names if name.isupper()}
            if used.attr in _METHODS:
                if used.attr != "split":
                    called[_last_name(used.value)].add(used.attr)
                for name in names - {"re", "self", "cls"}:
                    called[f"{module.__name__}:{name}"].add(used.attr)
                    called[module.__name__].add(used.attr)
    return called


def _attributes(tree: ast.AST) -> Iterator[ast.Attribute]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        node.attr for node in _attributes(tree)
    }


def _aliases(tree: ast.Module) -> dict[str, set[str]]:
    """Return what loops and functions call things: `pattern` is `_patterns` in `for pattern in _patterns()`."""
    found: dict[str, set[str]] = defaultdict(set)
    functions = {node.name: node.args.args for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.comprehension)):
            for name in _names(node.target):
                found[name] |= _names(node.iter)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for parameter, given in zip(functions.get(node.func.id, ()), node.args, strict=False):
                found[parameter.arg] |= _names(given)
    return found


def _last_name(node: ast.expr) -> str:
    """Return the name that a value is taken from last: `hosts` of `page.hosts[0]`."""
    while isinstance(node, (ast.Subscript, ast.Call)):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _methods(where: list[str], called: dict[str, set[str]]) -> frozenset[str]:
    """Return the methods of an expression: those called on its name in its module, else anywhere, else on anything."""
    methods: set[str] = set()
    for place in where:
        if ":" in place:
            methods.add(place.rpartition(":")[2])
            continue
        module = next(name for name in _prefixes(place) if name in sys.modules)
        own = [name for part in place[len(module) + 1 :].split(".") if (name := part.removesuffix("()"))]
        here = set().union(*(called.get(f"{module}:{name}", set()) for name in own))
        anywhere = set().union(*(called.get(name, set()) for name in own if not name.startswith("_")))
        methods |= here | anywhere or called.get(module, set())
    return frozenset(methods - {"compile"} or {"search"})


def _prefixes(place: str) -> Iterator[str]:
    while place:
        yield place
        place = place.rpartition(".")[0]

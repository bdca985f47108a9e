"""`python -m tests.reference`: write the tables of docs/reference.md from the code."""

from __future__ import annotations

import argparse
import ast
import inspect
import re
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

import crawler.commands
from crawler.commands.settings import format_value
from crawler.config import setting_readers
from crawler.config.setting_names import FROM_ENVIRONMENT, default
from crawler.kinds.registry import all_kinds
from pipelines.reports import report_json
from pipelines.reports.csv import changes, dataset, findings, link_health, links_table
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE = ROOT / "docs/reference.md"

SPIDER_ARGUMENTS = {
    "SPIDER": "notes (all kinds), or wechat, arxiv, github, images, web",
    "-a notes=DIR": "notes folder",
    "-a only=KIND,…": f"some kinds: {', '.join(all_kinds())}",
}
"""What `scrapy crawl` takes that its options do not tell."""


def page(text: str) -> str:
    """Return the page with its tables as the code has them; the text before each table stays."""
    tables = {
        "Settings": (("setting", "default", "what"), _settings()),
        "Commands": (("command", "what"), _commands()),
        "Columns": (("output", "columns"), _columns()),
    }
    for title, (header, rows) in tables.items():
        section = re.compile(rf"(^## {title}\n(?:(?!#|\|).*\n)*)(?:\|.*\n)*\n*", re.MULTILINE)
        table = "".join(f"{'|'.join(('', *cells, ''))}\n" for cells in _lines(header, rows))
        text, found = section.subn(lambda match, table=table: f"{match[1].rstrip()}\n\n{table}\n", text)  # type: ignore[misc]
        assert found == 1, f"{PAGE.name}: no section {title}"
    return text.rstrip() + "\n"


def _lines(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[list[str]]:
    yield [f" {name} " for name in header]
    yield ["---"] * len(header)
    for row in rows:
        yield [f" {cell} " if cell else " " for cell in row]


def _settings() -> Iterator[tuple[str, ...]]:
    said = explained()
    for name in setting_readers.READERS:
        value = format_value(name, default(name))
        where = ". Only from the environment" if setting_readers.READERS[name] is setting_readers.secret else ""
        where = where or (". Also from the environment" if name in FROM_ENVIRONMENT else "")
        yield f"`{name}`", f"`{value}`" if value else "", said[name] + where


def explained() -> dict[str, str]:
    """Return the comment above or beside each setting in `crawler/settings.py`."""
    source = (ROOT / "crawler/settings.py").read_text("utf-8")
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
        if name in setting_readers.READERS:
            text = (above or beside).removesuffix(".")
            said[name] = text[:1].lower() + text[1:] if text[1:2].islower() else text
    return said


def commands() -> dict[str, ScrapyCommand]:
    """Return the project's commands by name."""
    modules = [import_module(each.name) for each in iter_modules(crawler.commands.__path__, "crawler.commands.")]
    return {
        module.__name__.rpartition(".")[2]: each()
        for module in modules
        for each in vars(module).values()
        if _is_command(each, module.__name__)
    }


def _commands() -> Iterator[tuple[str, ...]]:
    for name, command in commands().items():
        words = SPIDER_ARGUMENTS if name == "crawl" else dict(_options(command))
        call = f"{name} {command.syntax()}".replace(" [options]", "").replace(" <spider>", " SPIDER")
        yield f"`{call}`", command.short_desc() + "".join(f"<br>`{option}`: {what}" for option, what in words.items())


def _is_command(found: Any, module: str) -> bool:
    return inspect.isclass(found) and issubclass(found, ScrapyCommand) and found.__module__ == module


def _options(command: ScrapyCommand) -> Iterator[tuple[str, str]]:
    """Yield the options that a command adds to those that Scrapy's own have."""
    command.settings = Settings()
    usual, own = (
        argparse.ArgumentParser(conflict_handler="resolve"),
        argparse.ArgumentParser(conflict_handler="resolve"),
    )
    scrapys: type[ScrapyCommand] = next(each for each in type(command).__mro__ if each.__module__.startswith("scrapy."))
    scrapys.add_options(command, usual)
    command.add_options(own)
    known = {action.option_strings[0] for action in usual._actions if action.option_strings}
    for action in own._actions:
        if action.option_strings and action.option_strings[0] not in known:
            values = f" {action.metavar}" if action.metavar else ""
            yield action.option_strings[0] + values, action.help or ""


def _columns() -> Iterator[tuple[str, ...]]:
    tables = {
        "entries.parquet, entries.csv": [each.name for each in dataset.ENTRIES],
        "links.parquet": [each.name for each in links_table.LINKS],
        "link_health.csv": link_health.COLUMNS,
        "report.json: links": report_json.FIELDS,
        "changes.csv": changes.COLUMNS,
        "findings.csv": findings.COLUMNS,
    }
    for name, columns in tables.items():
        yield name, ", ".join(f"`{column}`" for column in columns)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")

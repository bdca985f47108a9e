"""`python -m tests.reference`: write the tables of docs/reference.md from the code."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

import click

from crawler.actions.settings import format_value
from crawler.config import setting_readers, value_readers
from crawler.config.beside.explanations import explanations
from crawler.config.beside.keys import is_allowed
from crawler.config.setting_names import FROM_ENVIRONMENT, default
from crawler.program.main import program
from crawler.settings import OUTPUTS
from pipelines.reports import report_json
from pipelines.reports.csv import changes, dataset, findings, link_health, links_table, works
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE = ROOT / "docs/reference.md"


def page(text: str) -> str:
    """Return the page with its tables as the code has them; the text before each table stays."""
    tables = {
        "Settings": (("setting", "default", "what"), _settings()),
        "Commands": (("command", "what"), _commands()),
        "Outputs": (("module", "files", "what"), _outputs()),
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
    said = explanations()
    for name in setting_readers.READERS:
        value = format_value(name, default(name))
        yield f"`{name}`", f"`{value}`" if value else "", f"{said[name]}{_where(name)}"


def _where(name: str) -> str:
    """Return where a setting can be given, unless that is everywhere."""
    if setting_readers.READERS[name] is value_readers.secret:
        return ". Only from the environment"
    variable = ". Also from the environment" if name in FROM_ENVIRONMENT else ""
    return f"{variable}{'' if is_allowed(name) else '. Not in notemend.toml'}"


def _commands() -> Iterator[tuple[str, ...]]:
    for name, command in program.commands.items():
        ctx = click.Context(command, info_name=name)
        arguments = [piece for piece in command.collect_usage_pieces(ctx) if piece != "[OPTIONS]"]
        call = " ".join([name, *arguments]).replace("|", "\\|")
        said = f"{command.help}" + "".join(f"<br>`{option}`: {what}" for option, what in _options(command, ctx))
        yield f"`{call}`", said


def _options(command: click.Command, ctx: click.Context) -> Iterator[tuple[str, str]]:
    """Yield the options of a command, without those that all have."""
    for option in command.params:
        record = option.get_help_record(ctx) if isinstance(option, click.Option) else None
        if record is not None and option.name != "settings":
            yield record[0].replace("|", "\\|"), record[1]


def _outputs() -> Iterator[tuple[str, ...]]:
    for name in OUTPUTS:
        output = import_module(name)
        said = " ".join(str(output.__doc__).partition("\n\n")[0].split())
        yield f"`{name}`", ", ".join(f"`{file}`" for file in output.FILES), said.replace("|", "\\|")


def _columns() -> Iterator[tuple[str, ...]]:
    tables = {
        "entries.parquet, entries.csv": dataset.ENTRIES.names,
        "works.parquet, works.csv": works.WORKS.names,
        "links.parquet": links_table.LINKS.names,
        "link_health.csv": link_health.COLUMNS,
        "report.json: links": report_json.FIELDS,
        "changes.csv": changes.COLUMNS,
        "findings.csv": findings.COLUMNS,
    }
    for name, columns in tables.items():
        yield name, ", ".join(f"`{column}`" for column in columns)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")

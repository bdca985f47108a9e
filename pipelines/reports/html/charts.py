"""The report's charts as tables of numbers, counted from frames, which the page draws and spells out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING, Any

from crawler.models.link import Verdict
from pipelines.reports.lazy_modules import pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from crawler.models.history import LinkLifetime, RunMetrics

HOSTS, VENUES, YEARS = 12, 7, 12
"""As many are shown by name."""

OTHERS = "others"

AGES = (
    ("age.month", 30),
    ("age.quarter", 91),
    ("age.half", 182),
    ("age.year", 365),
    ("age.two", 730),
    ("age.three", 1095),
    ("age.more", inf),
)
"""Ages at death: the name of each, and the age in days at which it ends."""

_TONES = 8


class ChartShape(StrEnum):
    """How a chart is drawn."""

    COLUMNS = "columns"
    BARS = "bars"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """One row of a chart's numbers; `tone` names its colour in the style sheet. None: not known."""

    label: str
    values: tuple[int | None, ...]
    tone: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. Labels are keys of words.toml, or, where there is no such word, shown as they are."""

    name: str
    shape: ChartShape
    labels: tuple[str, ...]
    series: tuple[ChartSeries, ...]

    def __post_init__(self) -> None:
        if any(len(series.values) != len(self.labels) for series in self.series):
            raise ValueError(f"a number for each of {len(self.labels)} labels: {self.name}")

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to be drawn yet."""
        return not any(any(series.values) for series in self.series)


def health(runs: Sequence[RunMetrics]) -> Chart:
    """Show how many links had which verdict after each run, the worst at the bottom."""
    labels = tuple(f"{run.run:%Y-%m-%d %H:%M}" for run in runs)
    series = (
        ChartSeries(f"verdict.{verdict}", tuple(run.counts.get(verdict, 0) for run in runs), str(verdict))
        for verdict in Verdict
    )
    return Chart("health", ChartShape.COLUMNS, labels, tuple(series))


def hosts(counts: pd.DataFrame) -> Chart:
    """Show the verdicts of the hosts with most links; all others together. See `frames.counts.LINK_COUNTS`."""
    table = counts[counts["host"] != ""].pivot_table("count", "host", "verdict", aggfunc="sum", fill_value=0)
    totals = table.sum(axis="columns").rename("total").reset_index()
    order = totals.sort_values(["total", "host"], ascending=[False, True])["host"]
    shown = table.loc[order[:HOSTS]]
    if len(order) > HOSTS:
        shown.loc[OTHERS] = table.loc[order[HOSTS:]].sum()
    return Chart("hosts", ChartShape.BARS, tuple(shown.index), tuple(_by_verdict(shown)))


def venues(papers: pd.DataFrame) -> Chart:
    """Show how many papers appeared where in which year; `papers` has the columns `venue` and `venue_year`."""
    totals = papers.groupby("venue").size().rename("papers").reset_index()
    named = totals.sort_values(["papers", "venue"], ascending=[False, True])["venue"][:VENUES]
    shown = papers["venue"].where(papers["venue"].isin(named), OTHERS)
    last, first = papers["venue_year"].max(), papers["venue_year"].min()
    years = range(max(first, last - YEARS + 1), last + 1) if len(papers) else range(0)
    order = [*named, *([OTHERS] if len(totals) > len(named) else [])]
    table = pd.crosstab(papers["venue_year"], shown).reindex(index=years, columns=order, fill_value=0)
    series = (ChartSeries(name, _numbers(table[name]), f"tone-{n}") for n, name in enumerate(order))
    return Chart("venues", ChartShape.COLUMNS, tuple(map(str, years)), tuple(series))


def stars(counts: Mapping[str, Sequence[tuple[date, int]]]) -> Chart:
    """Show how the stars of repositories grew, day by day; `counts` go by repository, days in order."""
    days = sorted({day for found in counts.values() for day, _ in found})
    series = (
        ChartSeries(name, tuple(dict(found).get(day) for day in days), f"tone-{n % _TONES}")
        for n, (name, found) in enumerate(counts.items())
    )
    return Chart("stars", ChartShape.LINES, tuple(day.isoformat() for day in days), tuple(series))


def ages(deaths: Iterable[LinkLifetime]) -> Chart:
    """Show how old articles were when they were found gone."""
    names, ends = zip(*AGES, strict=True)
    days = pd.Series([(death.died - death.born).days for death in deaths], dtype="int64")
    counts = pd.cut(days, [-inf, *ends], right=False, labels=names).value_counts().reindex(names)
    return Chart("ages", ChartShape.COLUMNS, names, (ChartSeries("articles", _numbers(counts), "dead"),))


def _by_verdict(counts: pd.DataFrame) -> Iterator[ChartSeries]:
    """Yield a series for each verdict, which has a column or is nowhere."""
    for verdict, column in counts.reindex(columns=list(Verdict)).fillna(0).items():
        yield ChartSeries(f"verdict.{verdict}", _numbers(column), str(verdict))


def _numbers(column: pd.Series[Any]) -> tuple[int | None, ...]:
    return tuple(None if pd.isna(value) else int(value) for value in column)

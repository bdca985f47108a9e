"""The report's charts as tables of numbers, which the page draws and spells out. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.models.link import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from crawler.models.history import LinkLifetime, RunMetrics

HOSTS, VENUES, YEARS = 12, 7, 12
"""As many are shown by name."""

OTHERS = "others"

AGES = (
    ("age.month", timedelta(days=30)),
    ("age.quarter", timedelta(days=91)),
    ("age.half", timedelta(days=182)),
    ("age.year", timedelta(days=365)),
    ("age.two", timedelta(days=730)),
    ("age.three", timedelta(days=1095)),
    ("age.more", timedelta.max),
)
"""Ages at death: the name of each, and the age at which it ends."""

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
    rows = ((verdict, tuple(run.counts.get(verdict, 0) for run in runs)) for verdict in Verdict)
    return Chart("health", ChartShape.COLUMNS, labels, tuple(_verdict_series(*row) for row in rows))


def hosts(counts: Iterable[tuple[str, Verdict, int]]) -> Chart:
    """Show the verdicts of the hosts with most links; all others together."""
    by_host: dict[str, Counter[Verdict]] = defaultdict(Counter)
    for host, verdict, count in counts:
        by_host[host][verdict] += count
    order = sorted(by_host, key=lambda host: (-by_host[host].total(), host))
    shown = {host: by_host[host] for host in order[:HOSTS]}
    if len(order) > HOSTS:
        shown[OTHERS] = sum((by_host[host] for host in order[HOSTS:]), Counter())
    rows = ((verdict, tuple(found[verdict] for found in shown.values())) for verdict in Verdict)
    return Chart("hosts", ChartShape.BARS, tuple(shown), tuple(_verdict_series(*row) for row in rows))


def venues(papers: Mapping[str, tuple[str, int]]) -> Chart:
    """Show how many papers appeared where in which year."""
    totals = Counter(venue for venue, _ in papers.values())
    named = [venue for venue, _ in sorted(totals.items(), key=lambda each: (-each[1], each[0]))[:VENUES]]
    found = Counter((venue if venue in named else OTHERS, year) for venue, year in papers.values())
    last = max((year for _, year in found), default=0)
    years = [year for year in range(min((year for _, year in found), default=1), last + 1) if year > last - YEARS]
    series = [
        ChartSeries(venue, tuple(found[venue, year] for year in years), f"tone-{n}")
        for n, venue in enumerate([*named, *([OTHERS] if len(totals) > len(named) else [])])
    ]
    return Chart("venues", ChartShape.COLUMNS, tuple(map(str, years)), tuple(series))


def stars(counts: Mapping[str, Sequence[tuple[date, int]]]) -> Chart:
    """Show how the stars of repositories grew, day by day; `counts` go by repository, days in order."""
    days = sorted({day for found in counts.values() for day, _ in found})
    series = [
        ChartSeries(name, tuple(dict(found).get(day) for day in days), f"tone-{n % _TONES}")
        for n, (name, found) in enumerate(counts.items())
    ]
    return Chart("stars", ChartShape.LINES, tuple(day.isoformat() for day in days), tuple(series))


def ages(deaths: Iterable[LinkLifetime]) -> Chart:
    """Show how old articles were when they were found gone."""
    found: Counter[str] = Counter()
    for death in deaths:
        found[next(name for name, end in AGES if death.died - death.born < end)] += 1
    names = tuple(name for name, _ in AGES)
    return Chart(
        "ages", ChartShape.COLUMNS, names, (ChartSeries("articles", tuple(found[name] for name in names), "dead"),)
    )


def _verdict_series(verdict: Verdict, values: tuple[int, ...]) -> ChartSeries:
    return ChartSeries(f"verdict.{verdict.value}", values, verdict.value)

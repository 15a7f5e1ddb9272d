"""`digest evaluate`: compare what each formula would have chosen on past days with what was read most."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import click
from rich.table import Table

from digest import bootstrap
from digest.atomic_write import write_file
from digest.cli.arguments.csv_files import open_csv
from digest.cli.arguments.options import clock, config_option, json_option
from digest.cli.arguments.parameters import FilePath
from digest.cli.output.log_format import remark
from digest.cli.output.progress import Meter
from digest.cli.output.reports import print_json
from digest.cli.output.tables import sized_console
from digest.errors import IssueError
from digest.evaluation.chart import render_chart
from digest.evaluation.readings_csv import read_readings
from digest.evaluation.replay import (
    BASELINE,
    EvaluationResult,
    FormulaMetrics,
    ReplayArticle,
    ReplayReading,
    ReplaySettings,
)
from digest.evaluation.replay import evaluate as replay
from digest.model.quantities import counted
from digest.ranking.registry import DEFAULT, FORMULAS
from digest.settings.fields.times import clock_time, duration, zone
from digest.settings.load import find_settings
from digest.settings.schema import RankingSettings
from digest.store.articles.articles import Articles
from digest.store.upkeep.beats import RETENTION

_SEED = 1  # fixed, so that the bootstrap intervals can be reproduced
_HOUR = timedelta(hours=1)
_FEW_DAYS = 20  # the bootstrap interval of fewer days is too narrow: it covers less than 95 %


class _Defaults(NamedTuple):
    """What the options are if they are not given."""

    hour: time
    zone: ZoneInfo
    ranking: RankingSettings


_FILE_DEFAULTS = _Defaults(time(7), ZoneInfo("UTC"), RankingSettings())  # no configuration is read beside a file


def _parse_hours(_context: click.Context, _option: click.Parameter, values: Sequence[str]) -> list[time]:
    try:
        return list(dict.fromkeys(clock_time(value) for value in values))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _parse_zone(_context: click.Context, _option: click.Parameter, value: str | None) -> ZoneInfo | None:
    try:
        return None if value is None else ZoneInfo(zone(value))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _parse_duration(_context: click.Context, option: click.Parameter, value: str) -> timedelta:
    if option.name == "train" and value in {"0", "0d"}:
        return timedelta()
    try:
        return duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command(epilog="Example: digest evaluate --hour 07:00 --plot gain.svg")
@click.option(
    "--readings",
    "file",
    type=FilePath(),
    metavar="FILE",
    help="Use the readings in this CSV file, plain or gzipped; no configuration is read.",
)
@click.option(
    "--hour",
    "hours",
    multiple=True,
    callback=_parse_hours,
    metavar="HH:MM",
    help="When the digest is sent. May be repeated.  [default: the first edition's, with --readings 07:00]",
)
@click.option(
    "--timezone",
    "portal_zone",
    callback=_parse_zone,
    metavar="ZONE",
    help="Zone of --hour.  [default: the portal's, with --readings UTC]",
)
@click.option(
    "--top", type=click.IntRange(1, 1000), default=10, show_default=True, metavar="N", help="Articles in a digest."
)
@click.option(
    "--window", default="24h", show_default=True, callback=_parse_duration, metavar="TIME", help="Age of its articles."
)
@click.option(
    "--formula",
    "names",
    multiple=True,
    type=click.Choice(sorted(FORMULAS)),
    help="Compare this formula with raw. May be repeated.  [default: all]",
)
@click.option(
    "--train",
    default="60d",
    show_default=True,
    callback=_parse_duration,
    metavar="TIME",
    help="How far back growth curves are learned; 0d uses the default curve.",
)
@click.option(
    "--target",
    type=click.Choice(["views", "comments"]),
    default="views",
    show_default=True,
    help="The counter to be predicted.",
)
@click.option(
    "--comments-weight",
    "weight",
    type=click.FloatRange(0, 1),
    metavar="W",
    help="Weight of comments, 0 to 1.  [default: the configuration's, else 0.3]",
)
@click.option("--plot", type=FilePath(dir_okay=False), metavar="FILE.svg", help="Write a chart to this file.")
@json_option
@config_option
def evaluate(
    file: Path | None,
    hours: list[time],
    portal_zone: ZoneInfo | None,
    top: int,
    window: timedelta,
    names: tuple[str, ...],
    train: timedelta,
    target: Literal["views", "comments"],
    weight: float | None,
    plot: Path | None,
    as_json: bool,
    config: Path | None,
) -> None:
    """Replay past days and compare each formula's choice with what was read most in the end.

    Raw counts are the baseline, and always in the table. NDCG is 1 for the perfect choice. The gain over raw is
    shown with its 95 % interval; if that includes 0, no gain is proven.
    """
    if file and not file.is_file():
        raise click.UsageError(f"--readings {file}: no such file")
    chosen = [name for name in FORMULAS if name == BASELINE or not names or name in names]
    past, defaults = _readings_of_file(file, portal_zone) if file else _stored_readings(config)
    plan = ReplaySettings(
        formulas={name: FORMULAS[name] for name in chosen},
        hours=hours or [defaults.hour],
        zone=portal_zone or defaults.zone,
        top=top,
        window=window,
        train=train,
        target=target,
        weight=defaults.ranking.comments_weight if weight is None else weight,
        half_life=defaults.ranking.half_life / _HOUR,
    )
    found = _replay_with_progress(past, plan)
    if not found.civil_days:
        raise IssueError(f"no day has {top + 1} articles with readings before its hour; try a smaller --top")
    if plot:
        write_file(plot, render_chart(found, top, target).encode())
        remark(f"{plot}: written")
    if as_json:
        print_json(_evaluation_json(found))
        return
    _print_evaluation(found, plan)


def _readings_of_file(file: Path, portal_zone: ZoneInfo | None) -> tuple[list[ReplayArticle], _Defaults]:
    with open_csv(file) as lines:
        recorded = read_readings(lines, str(file), portal_zone or _FILE_DEFAULTS.zone, clock().now())
    remark(f"{file}: {counted(recorded.readings, 'reading')} of {counted(len(recorded.past), 'article')}")
    for note in recorded.notes:
        remark(f"{file}: {note}")
    return recorded.past, _FILE_DEFAULTS


def _stored_readings(config: Path | None) -> tuple[list[ReplayArticle], _Defaults]:
    settings = find_settings(config)
    with bootstrap.open_app(settings, clock()) as app:
        thinned_at = app.beats.latest(RETENTION)
        past = _past_articles(app.articles, thinned_at and thinned_at - settings.retention.readings)
    if not past:
        raise IssueError("the database has no readings of dated articles yet; `digest run` collects them")
    return past, _Defaults(settings.edition(None).at, settings.portal.zone, settings.ranking)


def _past_articles(articles: Articles, since: datetime | None) -> list[ReplayArticle]:
    """Those that were published since then: of others only the final reading may be left."""
    return [
        ReplayArticle.from_readings(
            key,
            published_at.timestamp(),
            [ReplayReading(row.taken_at.timestamp(), row.views, row.comments) for row in rows],
        )
        for (key, published_at), rows in groupby(articles.readings(since), key=lambda row: (row.key, row.published_at))
    ]


def _replay_with_progress(past: Sequence[ReplayArticle], plan: ReplaySettings) -> EvaluationResult:
    done = 0.0

    def advance(share: float) -> None:
        nonlocal done
        done = share

    with Meter("replaying", lambda: f"{done:.0%} of the days", lambda: done):
        return replay(past, plan, lambda: Random(_SEED), advance)  # noqa: S311 - resampling, not a secret


def _evaluation_json(found: EvaluationResult) -> dict[str, Any]:
    return {
        "days": found.civil_days,
        "hours": {
            hour: {
                "formulas": {name: _marks_json(marks) for name, marks in by_name.items()},
                "gain": {
                    name: {
                        key: None if value is None else round(value, 6)
                        for key, value in zip(("ndcg", "low", "high"), marks.gain, strict=True)
                    }
                    for name, marks in by_name.items()
                    if marks.gain
                },
            }
            for hour, by_name in found.hours.items()
        },
    }


def _marks_json(marks: FormulaMetrics) -> dict[str, float | None]:
    young = marks.young_recall
    return {
        "ndcg": round(marks.ndcg.mean, 6),
        "precision": round(marks.precision, 6),
        "tau": round(marks.tau, 6),
        "young_recall": None if young is None else round(young, 6),
    }


def _print_evaluation(found: EvaluationResult, plan: ReplaySettings) -> None:
    console = sized_console()
    for hour, by_name in found.hours.items():
        days = found.days[hour]
        title = f"{hour} {plan.zone.key}, {counted(days, 'day')}"
        table = Table(title=title, box=None, header_style="bold")
        table.add_column("formula", no_wrap=True)
        for heading in (f"NDCG@{plan.top}", "precision", "tau", "young", "over raw", "95 % interval"):
            table.add_column(heading, justify="right", no_wrap=True)
        for name, marks in sorted(by_name.items(), key=lambda pair: -pair[1].ndcg.mean):
            table.add_row(name, *_mark_cells(marks), style="bold" if name == DEFAULT else None)
        console.print(table)
        if days < _FEW_DAYS:
            console.print(_few_days_note(days))


def _few_days_note(days: int) -> str:
    if days == 1:
        return "One day shows nothing about other days, so there is no interval."
    return f"{days} days are few: the interval is probably too narrow."


def _mark_cells(marks: FormulaMetrics) -> list[str]:
    gain = marks.gain
    young = "" if marks.young_recall is None else f"{marks.young_recall:.2f}"
    return [
        f"{marks.ndcg.mean:.4f}",
        f"{marks.precision:.3f}",
        f"{marks.tau:.3f}",
        young,
        f"{gain.mean:+.4f}" if gain else "",
        f"{gain.low:+.4f} to {gain.high:+.4f}" if gain and gain.low is not None else "",
    ]

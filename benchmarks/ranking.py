"""Ranking 100,000 articles with 24 readings each in memory, and `digest evaluate` on 300,000 readings: CPU seconds.

`python -m benchmarks.ranking`. The articles and the readings are made up, of a fixed seed: articles over a day (over a
year for `evaluate`) that grow as the default curve says, with ends that differ a thousandfold.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.report import Goal, conclude, conditions
from digest.cli.arguments.csv_files import open_csv
from digest.evaluation.readings_csv import read_readings
from digest.evaluation.replay import EvaluationResult, evaluate
from digest.model.articles import Article, Counters, Reading
from digest.ranking.growth import default_share
from digest.ranking.rank import rank
from digest.settings.schema import RankingSettings
from tests.support.replay import REPLAY

_SLOT = datetime(2026, 10, 1, 4, tzinfo=UTC)
_READINGS = 24  # of each article
_MOST = 2.0  # CPU seconds for ranking


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    told = _arguments(arguments)
    results = {"rank": _ranking(told.articles, told.rounds)}
    with TemporaryDirectory(prefix="digest-bench-") as folder:
        file = Path(folder) / "readings.csv"
        _write_readings(file, told.readings)
        results["evaluate"] = median(_cpu(lambda: _evaluated(file)) for _turn in range(told.rounds))
    known = conditions(
        articles=told.articles, readings_of_each=_READINGS, readings_to_evaluate=told.readings, rounds=told.rounds
    )
    goals = [
        Goal(
            says=f"ranking {told.articles:,} articles, CPU s",
            wanted=_MOST,
            reached=results["rank"],
            most=True,
            unit=" s",
        ),
    ]
    conclude(told.json, known, results, goals)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ranking", description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--readings", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args(arguments)


def _ranking(number: int, rounds: int) -> float:
    articles = list(_articles(number))
    return median(_cpu(lambda: rank(articles, _SLOT, RankingSettings())) for _turn in range(rounds))


def _cpu(work: Callable[[], Any]) -> float:
    """CPU seconds until the answer is there; what it takes to forget it is not counted."""
    start = time.process_time()
    answer = work()
    seconds = time.process_time() - start
    del answer
    return seconds


def _articles(number: int) -> Iterator[Article]:
    """Articles of the last 24 hours, read every hour until the slot, or 24 times in their life."""
    chance = random.Random(4)
    for place in range(number):
        age = chance.random() * 24
        final = chance.lognormvariate(6, 1.5)
        published = _SLOT - timedelta(hours=age)
        ages = [age * (turn + 1) / _READINGS for turn in range(_READINGS)]
        yield Article(
            key=f"gazette.example/{place}",
            url=f"https://gazette.example/{place}",
            title=f"Article {place}",
            published_at=published,
            readings=tuple(
                Reading(
                    source="main",
                    taken_at=published + timedelta(hours=one),
                    counters=_counters(final * default_share(one, 4)),
                )
                for one in ages
            ),
        )


def _counters(views: float) -> Counters:
    return Counters(views=int(views), comments=int(views / 50))


def _write_readings(file: Path, number: int) -> None:
    """A year of articles, each read 24 times, every two hours."""
    chance = random.Random(5)
    articles = number // _READINGS
    with file.open("w", encoding="utf-8") as lines:
        lines.write("article,published_at,taken_at,views,comments\n")
        for place in range(articles):
            published = _SLOT - timedelta(days=365) * (1 - place / articles)
            final = chance.lognormvariate(6, 1.5)
            for turn in range(_READINGS):
                taken, count = published + timedelta(hours=2 * turn), int(final * default_share(2 * turn, 4))
                lines.write(f"{place},{published.timestamp():.0f},{taken.timestamp():.0f},{count},{count // 50}\n")


def _evaluated(file: Path) -> EvaluationResult:
    """All formulas at two hours, trained on sixty days, as the command does it."""
    with open_csv(file) as lines:
        past = read_readings(lines, str(file), ZoneInfo("UTC"), _SLOT + timedelta(days=9)).past
    plan = replace(REPLAY, hours=[time_of_day(7), time_of_day(18)])
    return evaluate(past, plan, lambda: random.Random(1))


if __name__ == "__main__":
    main()

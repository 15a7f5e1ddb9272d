"""Speed of parsing feeds compared with plain feedparser: CPU seconds, medians of interleaved rounds.

    python -m benchmarks.parsing --json parsing.json

Two figures: the document in the data structure of feedparser, and cleaned entries.
"""

import argparse
import io
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import feedparser

from benchmarks import feeds
from benchmarks.report import Goal, conclude, conditions
from digest.sources.feed.entry import MOST_ENTRIES
from digest.sources.feed.fast_reader import read_ordinary
from tests.support.feeds import parse_feed

FEEDPARSER, PARSED, CLEANED = "feedparser", "parsed", "cleaned"
WANTED = 20.0

_BASE = "https://gazette.example/feed"
_AGAIN = 5  # runs of ours for each run of feedparser, so that both are measured for about as long


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write JSON where it was asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args(arguments)
    known = conditions(feedparser=feedparser.__version__, rounds=chosen.rounds)
    results = [_measured(name, make(datetime(2026, 11, 23, tzinfo=UTC)), chosen.rounds) for name, make in _kinds()]
    goals = [
        Goal(says=f"{row['feed']}: {what}", wanted=WANTED, reached=row["times_feedparser"][what])
        for row in results
        for what in (PARSED, CLEANED)
    ]
    conclude(chosen.json, known, results, goals)


def _kinds() -> list[tuple[str, Callable[[datetime], bytes]]]:
    return list(feeds.KINDS.items())


def _measured(name: str, document: bytes, rounds: int) -> dict[str, Any]:
    ways: dict[str, Callable[[], object]] = {
        FEEDPARSER: lambda: feedparser.parse(io.BytesIO(document)),
        PARSED: lambda: read_ordinary(document, MOST_ENTRIES),
        CLEANED: lambda: parse_feed(document, base=_BASE),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, run in ways.items():
            seconds[way].append(_timed(run, 1 if way == FEEDPARSER else _AGAIN))
    middle = {way: median(told) for way, told in seconds.items()}
    ratios = {way: round(middle[FEEDPARSER] / middle[way], 2) for way in (PARSED, CLEANED)}
    return {
        "feed": name,
        "octets": len(document),
        "cpu_milliseconds": {way: round(told * 1000, 3) for way, told in middle.items()},
        "times_feedparser": ratios,
    }


def _timed(run: Callable[[], object], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - started) / times


if __name__ == "__main__":
    main()

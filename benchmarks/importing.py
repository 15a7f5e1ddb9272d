"""Importing 1,000,000 subscribers from CSV into SQLite with the command that an operator would use."""

import argparse
import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.material import address, name
from benchmarks.places import environment, module
from benchmarks.report import Goal, conclude, conditions

_LEAST = 30_000  # rows a second
_LONGEST = 3600
_CONFIG = """
[portal]
name = "The Harbour Gazette"
url = "https://gazette.example"
timezone = "UTC"

[[sources]]
name = "main"
kind = "feed"
url = "https://gazette.example/rss.xml"

[[editions]]
name = "daily"

[database]
url = "sqlite:///digest.db"
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    told = _arguments(arguments)
    with TemporaryDirectory(prefix="digest-bench-") as name:
        folder = Path(name)
        (folder / "list.csv").write_text("".join(_lines(told.rows)), encoding="utf-8")
        (folder / "digest.toml").write_text(_CONFIG, encoding="utf-8")
        fresh = [_imported(folder, told.rows, "added") for _round in range(told.rounds)]
        again = _imported(folder, told.rows, "same", fresh=False)
    rate = told.rows / median(fresh)
    known = conditions(rows=told.rows, rounds=told.rounds, seconds=[round(one, 2) for one in fresh])
    results = {"rows_per_second": round(rate), "the_same_list_again": round(told.rows / again)}
    goals = [Goal(says=f"SQLite: importing {told.rows:,} rows", wanted=_LEAST, reached=rate, unit=" /s")]
    conclude(told.json, known, results, goals)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.importing", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args(arguments)


def _lines(rows: int) -> Iterator[str]:
    yield "email,name,language\r\n"
    for number in range(rows):
        yield f"{address(number)},{name(number)},{'en' if number % 3 else 'ru'}\r\n"


def _imported(folder: Path, rows: int, word: str, *, fresh: bool = True) -> float:
    """The seconds of the whole command, its start included."""
    if fresh:
        for file in folder.glob("digest.db*"):
            file.unlink()
    command = module(
        "digest", "subscribers", "import", folder / "list.csv", "--json", "--config", folder / "digest.toml"
    )
    start = time.perf_counter()
    ended = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=folder, env=environment(), timeout=_LONGEST
    )
    seconds = time.perf_counter() - start
    counts: dict[str, Any] = json.loads(ended.stdout)
    if counts[word] != rows:
        raise RuntimeError(f"{word}: {counts[word]}, not {rows}")
    return seconds


if __name__ == "__main__":
    main()

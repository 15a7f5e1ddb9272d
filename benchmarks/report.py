"""What comes out of a benchmark: the conditions, medians in a table, ratios against what was to be reached, JSON."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import Measured
from benchmarks.places import program
from digest.version import __version__


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """All rounds of one sender in one scene."""

    scene: str
    sender: str
    runs: Sequence[Measured]

    @property
    def rate(self) -> float:
        """The median of messages a second."""
        return median(run.rate for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median of CPU seconds for 1,000 messages."""
        return median(run.cpu_per_thousand for run in self.runs)

    @property
    def peak(self) -> int | None:
        """The greatest peak memory in octets."""
        return max((run.peak for run in self.runs if run.peak is not None), default=None)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "scene": self.scene,
            "sender": self.sender,
            "messages": self.runs[0].messages,
            "messages_per_second": round(self.rate, 1),
            "every_round": [round(run.rate, 1) for run in self.runs],
            "cpu_seconds_per_1000": round(self.cpu, 4),
            "peak_octets": self.peak,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """A number that is to be reached, and the one that was; `most`: it may not be greater, else not smaller."""

    says: str
    wanted: float
    reached: float
    most: bool = False
    unit: str = " ×"

    @property
    def holds(self) -> bool:
        """Whether it was reached."""
        return self.reached <= self.wanted if self.most else self.reached >= self.wanted

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"goal": self.says, "wanted": self.wanted, "reached": round(self.reached, 3), "holds": self.holds}


def conditions(**more: object) -> dict[str, Any]:
    """The machine, the versions and the date; more that the benchmark knows."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {_processor()}, {platform.system()} {platform.release()}",
        "load_before": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "digest": __version__,
        "uvloop": _installed("uvloop"),
        "postfix": _postfix(),
        **more,
    }


def conclude(
    path: Path | None, known: Mapping[str, Any], results: object, goals: Sequence[Goal], *, table: str | None = None
) -> None:
    """Print the conditions, the results (as JSON unless there is a table) and the goals; write all where it is told."""
    print("conditions")
    for name, value in known.items():
        print(f"  {name.replace('_', ' ')}: {value}")
    print(json.dumps(results, indent=2, ensure_ascii=False) if table is None else table)
    _show_goals(goals)
    if path is not None:
        told = {"conditions": dict(known), "results": results, "to_reach": [goal.told() for goal in goals]}
        path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def table_of(rows: Sequence[Row]) -> str:
    """The medians of every sender in every scene."""
    lines = [f"\n{'scene':<24}{'sender':<40}{'messages':>9}{'per s':>9}{'CPU s/1,000':>13}{'peak MB':>9}"]
    for row in rows:
        peak = "" if row.peak is None else f"{row.peak / 1e6:,.0f}"
        numbers = f"{row.runs[0].messages:>9,}{row.rate:>9,.0f}{row.cpu:>13.3f}{peak:>9}"
        lines.append(f"{row.scene:<24}{row.sender:<40}{numbers}")
    return "\n".join(lines)


def _show_goals(goals: Sequence[Goal]) -> None:
    print(f"\n{'to reach':<72}{'wanted':>12}{'reached':>12}")
    for goal in goals:
        wanted = f"{'≤' if goal.most else '≥'} {goal.wanted:g}{goal.unit}"
        reached = f"{goal.reached:,.2f}{goal.unit}"
        print(f"{goal.says:<72}{wanted:>12}{reached:>12}  {'yes' if goal.holds else 'NO'}")


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _postfix() -> str | None:
    command = program("postconf")
    if not command:
        return None
    told = subprocess.run([command, "-dh", "mail_version"], capture_output=True, text=True, check=False)
    return told.stdout.strip() or None


def _processor() -> str:
    cpus = Path("/proc/cpuinfo")
    names = [line for line in cpus.read_text().splitlines() if line.startswith("model name")] if cpus.exists() else []
    return names[0].partition(":")[2].strip() if names else platform.machine()

"""How much CPU time a command takes: `digest --help`, and a preview of 200 articles after start-up.

"After start-up" is the figure less that of the same preview of one article: imports, templates and the first rendering
cost that one as much. The usual preview chooses 10 of the 200; another may show all, and cuts what does not fit.

    python benchmarks/start_up.py [--json FILE] [--rounds 5]

Each figure is the median, over some rounds, of the CPU seconds (user and system) of a child process and all that it
started, as the kernel counts them. The rounds are interleaved: what slows the machine down for a while slows all down.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from digest.atomic_write import write_file
from digest.version import __version__

MANY = 200
TARGETS = {"digest --help": 0.5, f"preview of {MANY} articles, after start-up": 2.0}
_NAMESPACES = 'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/"'

_CONFIGURATION = f"""
[portal]
name = "Harbour Gazette"
url = "https://gazette.example"
[[sources]]
name = "main"
kind = "feed"
url = "{MANY}.xml"
[[editions]]
name = "daily"
top = {MANY}
window = "3d"
[database]
url = "sqlite://"
"""


def main() -> None:
    """Measure, print a table, and write JSON where that is asked for."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, as JSON")
    options.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is measured [5]")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(Path(folder), asked.rounds)
    here = conditions(asked.rounds)
    print_table(here, figures)
    if asked.json:
        told = {"conditions": here, "cpu_seconds": figures, "targets": TARGETS}
        write_file(asked.json, (json.dumps(told, indent=2) + "\n").encode())


def measured(folder: Path, rounds: int) -> dict[str, float]:
    """The medians in CPU seconds, by what was done."""
    for number in (1, MANY):
        (folder / f"{number}.xml").write_text(feed(number), encoding="utf-8")
    (folder / "all.toml").write_text(_CONFIGURATION, encoding="utf-8")
    commands = {
        "digest --help": ["--help"],
        "preview of 1 article": ["preview", "--feed", "1.xml", "-o", "1.html"],
        f"preview of {MANY} articles": ["preview", "--feed", f"{MANY}.xml", "-o", f"{MANY}.html"],
        f"preview that may show all {MANY}": ["preview", "--config", "all.toml", "-o", "all.html"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    cpu_seconds(commands["digest --help"], folder)  # writes the byte code, which later starts read
    for _ in range(rounds):
        for name, words in commands.items():
            taken[name].append(cpu_seconds(words, folder))
    medians = {name: round(statistics.median(values), 3) for name, values in taken.items()}
    start = medians["preview of 1 article"]
    later = {name: seconds - start for name, seconds in medians.items() if str(MANY) in name}
    return {**medians, **{f"{name}, after start-up": round(seconds, 3) for name, seconds in later.items()}}


def cpu_seconds(words: Sequence[str], folder: Path) -> float:
    """User and system time of `digest` with these words, run in that folder; raises CalledProcessError.

    A message that breaks a rule of the checks ends a preview with 1 and is a preview all the same.
    """
    command = [sys.executable, "-m", "digest", *words]
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    written = "-o" in words and (folder / words[-1]).exists()
    if child.returncode != 0 and not (child.returncode == 1 and written):
        raise subprocess.CalledProcessError(child.returncode, command)
    return usage.ru_utime + usage.ru_stime


def feed(number: int) -> str:
    """A feed of so many articles of the last day, with counters and sections."""
    now = datetime.now(UTC)
    items = "".join(_item(place, now - timedelta(minutes=7 * place + 1)) for place in range(number))
    head = "<title>Harbour Gazette</title><link>https://gazette.example/</link><description>News</description>"
    return f'<?xml version="1.0"?><rss version="2.0" {_NAMESPACES}><channel>{head}{items}</channel></rss>'


def _item(place: int, published: datetime) -> str:
    section = ("Politics", "Industry", "City", "Culture")[place % 4]
    return (
        f"<item><title>The harbour council decides on question {place} of its long list</title>"
        f"<link>https://gazette.example/news/{place}</link><category>{section}</category>"
        f"<description>{'Something happened in the harbour, and people talk about it. ' * 5}</description>"
        f"<pubDate>{format_datetime(published)}</pubDate><slash:comments>{place * 7 % 31}</slash:comments>"
        f'<media:statistics views="{place * 37 % 1841}"/></item>'
    )


def conditions(rounds: int) -> dict[str, str | int]:
    """What the figures depend on."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "digest": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count() or 0,
        "rounds": rounds,
    }


def print_table(told: dict[str, str | int], figures: dict[str, float]) -> None:
    """The figures beside their targets, below the conditions."""
    print(", ".join(f"{name} {value}" for name, value in told.items()))
    print(f"\n{'':54}{'CPU s':>8}{'target':>9}")
    for name, seconds in figures.items():
        target = f"< {TARGETS[name]}" if name in TARGETS else ""
        print(f"{name:54}{seconds:8.3f}{target:>9}")


if __name__ == "__main__":
    main()

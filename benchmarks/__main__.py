"""Every benchmark but `scale`, one after the other, each in a process of its own; their JSON goes into one folder."""

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.places import ROOT, environment, module

_NAMES = (
    "start_up",
    "parsing",
    "collecting",
    "ranking",
    "stories",
    "fan_out",
    "many_senders",
    "signing",
    "planning",
    "preferences",
    "importing",
    "bounces",
    "web",
    "year",
)


def main() -> int:
    """Run them all; 1 where one did not end well."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=f"{__doc__} In order: {', '.join(_NAMES)}. Leave the machine alone meanwhile.",
    )
    parser.add_argument("--json", type=Path, default=Path("benchmark-results"), metavar="DIR")
    parser.add_argument("--only", choices=_NAMES, action="append", help="may be repeated")
    told = parser.parse_args()
    folder = told.json.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    failed = [name for name in told.only or _NAMES if not _ran(name, folder)]
    if failed:
        print(f"not measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _ran(name: str, folder: Path) -> bool:
    print(f"== {name}", flush=True)
    command = module(f"benchmarks.{name}", "--json", folder / f"{name}.json")
    return subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())

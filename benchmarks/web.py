"""Pages under load, beside bare Starlette handlers on the same PostgreSQL; the start of `digest serve`.

    python -m benchmarks.web --json web.json

One `digest serve` process and one process with bare handlers, both on uvicorn, get the same number of requests over
the same number of connections, in turn. A ratio is that of two runs that follow one another; the figures are medians.

The limits of sign-ups would answer most requests, so they do not count here: the requests come from many networks,
behind a trusted proxy, and the counter of the installation's messages starts below zero.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.database_places import postgres_database
from benchmarks.http_load import Load, Server, Wanted, loaded
from benchmarks.places import module, serving
from benchmarks.report import Goal, conclude, conditions
from benchmarks.web_site import Ready, Serving, digest_serve, page_of, prepare

ONE_CLICK, SIGN_UP, ARCHIVE = "one-click unsubscribes", "sign-ups", "archive pages"
CONSOLE = "the console's Next issue with 300 candidates"
_RATIO = 0.5  # of the bare handler
_CONSOLE_CPU = 150  # ms a request
_EDITORS = 4
_REST = 0.3  # seconds


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is asked of both processes; `status`: of our good answer; `connections`: at most."""

    name: str
    bare: Sequence[Wanted]
    ours: Sequence[Wanted]
    status: int = 200
    connections: int = 10_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    told = _arguments(arguments)
    with TemporaryDirectory(prefix="digest-bench-") as name, postgres_database(told.postgres) as url:
        start, runs = _measured(Path(name), url, told)
    results = {"start": start, **{scene: _result(scene, pairs) for scene, pairs in runs.items()}}
    known = conditions(connections=told.connections, requests=told.requests, rounds=told.rounds)
    conclude(told.json, known, results, _goals(results, told.connections))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument(
        "--requests",
        type=int,
        default=3_000,
        help="of each kind in a round; a third are sign-ups, a hundredth in the console",
    )
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgres", help="the URL of an empty PostgreSQL database [one of its own]")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args(arguments)


def _measured(
    folder: Path, url: str, told: argparse.Namespace
) -> tuple[dict[str, Any], dict[str, list[tuple[Load, Load]]]]:
    """What the start costs, and for each scene the loads of the bare handler and of ours, round by round."""
    ready = prepare(folder, url, told.requests * (told.rounds + 1))
    starts = [_started(folder) for _ in range(told.rounds - 1)]
    runs: dict[str, list[tuple[Load, Load]]] = {}
    with digest_serve(folder) as ours, _bare_pages(folder, url, ours, ready) as bare:
        starts.append(_start_of(ours))
        for turn in range(told.rounds + 1):
            for scene in _scenes(ready, told.requests):
                connections = min(told.connections, scene.connections)
                pair = _pair(scene, bare, ours.server, connections, bare_first=turn % 2 == 0)
                print(f"round {turn}, {scene.name}: {_rates(scene.status, pair)}", file=sys.stderr, flush=True)
                if turn:  # round 0 only warms up
                    runs.setdefault(scene.name, []).append(pair)
        memory = ours.memory()
    names = ("seconds", "cpu_seconds", "octets_at_rest")
    medians = {name: median(values) for name, values in zip(names, zip(*starts, strict=True), strict=True)}
    return {**medians, "octets_after_load": memory}, runs


def _started(folder: Path) -> tuple[float, float, int]:
    with digest_serve(folder) as ours:
        return _start_of(ours)


def _start_of(ours: Serving) -> tuple[float, float, int]:
    """Seconds and CPU seconds until `digest serve` answered, and its memory a moment later."""
    time.sleep(_REST)
    return ours.start_seconds, ours.start_cpu, ours.memory()


@contextmanager
def _bare_pages(folder: Path, url: str, ours: Serving, ready: Ready) -> Iterator[Server]:
    """The bare handlers, with the bytes of our pages."""
    pages = folder / "pages"
    pages.mkdir()
    (pages / "issue.html").write_bytes(page_of(ours, ready.page))
    (pages / "console.html").write_bytes(page_of(ours, ready.console))
    with serving(module("benchmarks.bare_pages", "--postgres", url, "--pages", pages)) as (port, process):
        yield Server(port, process.pid)


def _scenes(ready: Ready, requests: int) -> list[Scene]:
    few, fewest = requests // 3, max(requests // 100, _EDITORS)
    issue, console = (Wanted("GET", f"/{name}.html") for name in ("issue", "console"))
    return [
        Scene(name=ONE_CLICK, bare=ready.updates(requests), ours=ready.one_clicks(requests)),
        Scene(name=ARCHIVE, bare=[issue] * requests, ours=[ready.page] * requests),
        Scene(name=CONSOLE, bare=[console] * requests, ours=[ready.console] * fewest, connections=_EDITORS),
        Scene(name=SIGN_UP, bare=ready.updates(few), ours=ready.sign_ups(few), status=303),
    ]


def _pair(scene: Scene, bare: Server, ours: Server, connections: int, *, bare_first: bool) -> tuple[Load, Load]:
    """The loads of the bare handler and of ours; they take turns at being the first."""
    asked = {bare: scene.bare, ours: scene.ours}
    order = (bare, ours) if bare_first else (ours, bare)
    found = {server: loaded(server, asked[server], connections) for server in order}
    return found[bare], found[ours]


def _rates(status: int, pair: tuple[Load, Load]) -> str:
    return f"{pair[0].rate(200):,.0f} bare, {pair[1].rate(status):,.0f} ours"


def _result(scene: str, pairs: Sequence[tuple[Load, Load]]) -> dict[str, Any]:
    status = 303 if scene == SIGN_UP else 200
    return {
        "bare_per_second": round(median(bare.rate(200) for bare, _ours in pairs), 1),
        "per_second": round(median(ours.rate(status) for _bare, ours in pairs), 1),
        "ratio": round(median(ours.rate(status) / bare.rate(200) for bare, ours in pairs), 3),
        "every_ratio": [round(ours.rate(status) / bare.rate(200), 3) for bare, ours in pairs],
        "bare_cpu_ms": round(median(bare.cpu / bare.total for bare, _ours in pairs) * 1000, 3),
        "cpu_ms": round(median(ours.cpu / ours.total for _bare, ours in pairs) * 1000, 3),
        "failures": sum(ours.failures(status) for _bare, ours in pairs),
    }


def _goals(results: dict[str, Any], connections: int) -> list[Goal]:
    start = results["start"]
    failures = sum(results[scene]["failures"] for scene in (ONE_CLICK, SIGN_UP, ARCHIVE, CONSOLE))
    return [
        Goal(says=f"{ONE_CLICK} / one UPDATE committed", wanted=_RATIO, reached=results[ONE_CLICK]["ratio"]),
        Goal(says=f"{ARCHIVE} / the same bytes", wanted=_RATIO, reached=results[ARCHIVE]["ratio"]),
        Goal(says=f"failures with {connections} connections", wanted=0, reached=failures, most=True, unit=""),
        Goal(says=f"CPU of {CONSOLE}", wanted=_CONSOLE_CPU, reached=results[CONSOLE]["cpu_ms"], most=True, unit=" ms"),
        Goal(says="start of `digest serve`", wanted=2, reached=start["seconds"], most=True, unit=" s"),
        Goal(says="memory at rest", wanted=120, reached=start["octets_at_rest"] / 1e6, most=True, unit=" MB"),
    ]


if __name__ == "__main__":
    main()

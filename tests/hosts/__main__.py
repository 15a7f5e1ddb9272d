"""Many hosts on one PostgreSQL, and faults: `python -m tests.hosts [--seed N] [--first N] [--faults N]`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from tests.faults.checker import Outcome
from tests.faults.environment import CROWD, Templates
from tests.faults.postgres import PostgresProcess
from tests.faults.processes import ForkServer
from tests.faults.runs import part_of, perform_all
from tests.hosts.bed import READERS
from tests.hosts.network import Host, hosts
from tests.hosts.trial import BOUND, BUSY, SIZES, Plan, Result, perform, plans
from tests.support.databases import postgres_server
from tests.support.namespaces import command_inside

_INSIDE = "--inside"  # this process is in namespaces of its own


@contextmanager
def _ground(number: int) -> Iterator[tuple[Templates, PostgresProcess, list[Host]]]:
    with (
        tempfile.TemporaryDirectory(prefix="digest-hosts-") as folder,
        postgres_server() as server,
        ForkServer() as fork_server,
        hosts(number) as made,
    ):
        process = PostgresProcess.of(server.url_of("postgres")).listening()
        process.restart()
        templates = Templates(fork_server, Path(folder), server, crowd=READERS).make([CROWD], with_sqlite=False)
        yield templates, process, made


def _chosen(options: argparse.Namespace) -> list[Plan]:
    """The trials of this part; those of all parts together have the number of faults that was asked for."""
    chosen: list[Plan] = []
    for plan in islice(plans(options.seed), options.first - 1, None):
        if sum(len(one.faults) for one in chosen) >= options.faults:
            break
        chosen.append(plan)
    return list(part_of(chosen, options.part))


def _perform(templates: Templates, postgres: PostgresProcess, made: list[Host], plan: Plan) -> Result:
    result = perform(templates, postgres, made, plan)
    print(
        f"{plan}\n    {result.share:.2f} of the rate, {result.most:.2f} of the limit, {result.busy:.2f} busy",
        flush=True,
    )
    return result


def _summary(results: list[Result], seconds: float) -> None:
    total = Outcome()
    for result in results:
        total.add(result.outcome)
    faults = [fault for result in results for fault in result.faults]
    print(f"{len(results)} sends, {len(faults)} faults in {seconds:.0f} s")
    print(f"{total.states.total()} deliveries: {dict(total.states)}")
    print(f"{total.duplicates} duplicates, {total.unflagged_losses} losses without a flag")
    print(f"unknown: {total.unknown_taken} had been accepted, {total.unknown_lost} not")
    for kind in sorted({fault.kind for fault in faults}):
        freed = sorted(fault.freed or 0 for fault in faults if fault.kind == kind)
        print(f"{kind} ({len(freed)}): rows were freed after {freed[len(freed) // 2]:.1f} s, at most {freed[-1]:.1f} s")
    judged = [result for result in results if result.busy < BUSY]
    for which, some in (("all", results), ("those with processors to spare", judged)):
        if some:
            share, most = min(result.share for result in some), max(result.most for result in some)
            print(f"{which} ({len(some)}): at least {share:.2f} of the rate after {BOUND:g} s")
            print(f"{which} ({len(some)}): at most {most:.2f} of the limit in any ten seconds")
    print(f"{sum(bool(result.broken) for result in results)} sends broke an invariant", flush=True)


def main() -> int:
    """Run it; 1 when an invariant is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.hosts", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="the send to begin with, to repeat one")
    parser.add_argument("--part", default="1/1", help="the I-th of N parts, for several processes side by side")
    parser.add_argument("--faults", type=int, default=300, help="how many faults there are in all parts")
    parser.add_argument(_INSIDE, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        command = command_inside([sys.executable, "-m", "tests.hosts", *sys.argv[1:], _INSIDE])
        os.execvp(command[0], command)
    with _ground(max(SIZES)) as (templates, postgres, made):
        runs = (partial(_perform, templates, postgres, made, plan) for plan in _chosen(options))
        return perform_all(runs, _summary, every=10)


if __name__ == "__main__":
    sys.exit(main())

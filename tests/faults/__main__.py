"""The whole fault suite as a command: `python -m tests.faults [--seed N] [--part I/N] [--only WORDS]`."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.faults.checker import Outcome
from tests.faults.environment import Templates
from tests.faults.matrix import Result, all_runs, perform
from tests.faults.processes import ForkServer
from tests.faults.runs import part_of, perform_all
from tests.faults.scenarios import Scenario, scenarios
from tests.support.databases import Server, postgres_server


def _chosen(templates: Templates, postgres: Server, options: argparse.Namespace) -> Iterator[Callable[[], Result]]:
    runs: list[Scenario] = [(str(run), partial(perform, templates, run)) for run in all_runs(options.seed)]
    known = [*scenarios(templates, postgres, options.seed), *runs]
    for name, run in part_of(known, options.part):
        if options.only in name:
            yield run


def _summary(results: list[Result], seconds: float) -> None:
    total = Outcome()
    for result in results:
        total.add(result.outcome)
    states = ", ".join(f"{number} {state}" for state, number in sorted(total.states.items()))
    print(f"{len(results)} runs in {seconds:.0f} s, {sum(result.crashes for result in results)} processes killed")
    print(f"{sum(not result.reached for result in results)} runs did not come to their failpoint")
    print(f"{total.states.total()} deliveries: {states}")
    print(
        f"{total.duplicates} duplicates, {total.unflagged_losses} losses without a flag,"
        f" {total.ordered_copies} copies by order of on_unknown"
    )
    unknown = total.unknown_taken + total.unknown_lost
    print(f"{unknown} unknown: {total.unknown_taken} had been accepted, {total.unknown_lost} not")
    print(f"{sum(bool(result.broken) for result in results)} runs broke an invariant", flush=True)


def main() -> int:
    """Run it; 1 when an invariant is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", default="1/1", help="the I-th of N parts, for several processes side by side")
    parser.add_argument("--only", default="", help="only the runs whose name has these words")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="digest-faults-") as folder,
        postgres_server() as postgres,
        ForkServer() as fork_server,
    ):
        templates = Templates(fork_server, Path(folder), postgres).make()
        return perform_all(_chosen(templates, postgres, options), _summary, every=50)


if __name__ == "__main__":
    sys.exit(main())

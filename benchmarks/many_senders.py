"""One issue sent by 1, 2 and 4 processes from one PostgreSQL, to a server 50 ms away that offers no CHUNKING.

`smtp.connections` is 10 for each process. The rate is that of the middle half of the messages, in which all processes
send: one that starts beside others waits two seconds before its first message.
"""

import argparse
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import text

from benchmarks import delay_proxy
from benchmarks.database_places import postgres_database
from benchmarks.material import Ground
from benchmarks.places import ROOT, environment, far_away, module, our_sink
from benchmarks.report import Goal, conclude, conditions

_ROUND_TRIP = 0.05  # seconds
_CONNECTIONS = 10
_LEAST = 0.9  # times as fast as one, for each sender
_LONGEST = 3600  # seconds
_MIDDLE = """
SELECT count(*), extract(epoch FROM percentile_disc(0.75) WITHIN GROUP (ORDER BY last_attempt_at)
- percentile_disc(0.25) WITHIN GROUP (ORDER BY last_attempt_at))
FROM delivery WHERE issue_id = :issue AND state = 'sent'
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    told = _arguments(arguments)
    rates: dict[int, list[float]] = defaultdict(list)
    with (
        TemporaryDirectory(prefix="digest-bench-") as name,
        postgres_database(told.postgres) as url,
        Ground.open(url) as ground,
    ):
        ground.settle([number * told.messages for number in told.senders])
        for _round in range(told.rounds):
            for number in told.senders:
                rates[number].append(_rate(ground, url, Path(name), number, told.messages * number))
                print(f"{number} senders: {rates[number][-1]:,.0f}/s", file=sys.stderr, flush=True)
    known = conditions(
        messages_for_each_sender=told.messages,
        rounds=told.rounds,
        connections=f"{_CONNECTIONS} for each sender",
        round_trip_ms=round(1000 * delay_proxy.measured(_ROUND_TRIP), 2),
    )
    results = {
        str(number): {"messages_per_second": round(median(runs), 1), "every_round": [round(run, 1) for run in runs]}
        for number, runs in rates.items()
    }
    one, *others = told.senders
    goals = [
        Goal(
            says=f"{number} senders against {one}",
            wanted=_LEAST * number / one,
            reached=median(rates[number]) / median(rates[one]),
        )
        for number in others
    ]
    conclude(told.json, known, results, goals)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_senders", description=__doc__)
    parser.add_argument("--messages", type=int, default=3_000, help="for each sender")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--senders", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--postgres", help="the URL of an empty PostgreSQL database [one of its own]")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args(arguments)


def _rate(ground: Ground, url: str, folder: Path, number: int, messages: int) -> float:
    """The messages a second of that many senders together."""
    issue_id = ground.plan(messages)
    where = ("--database", url, "--root", folder, "--issue", issue_id, "--connections", _CONNECTIONS * number)
    with our_sink(chunking=False) as (port, _counted), ExitStack() as stack:
        proxies = [stack.enter_context(far_away(port, _ROUND_TRIP)) for _sender in range(number)]
        commands = [module("benchmarks.ours", *where, "--port", near, "--shared") for near in proxies]
        senders = [
            subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL) for command in commands
        ]
        for sender in senders:
            sender.wait(_LONGEST)
    with ground.database.read() as connection:
        sent, seconds = connection.execute(text(_MIDDLE), {"issue": issue_id}).one()
    if sent != messages:
        raise RuntimeError(f"only {sent} of {messages} messages were sent")
    if not seconds:
        raise RuntimeError(f"{messages} messages are too few: the middle half of them began at the same moment")
    return messages / 2 / float(seconds)


if __name__ == "__main__":
    main()

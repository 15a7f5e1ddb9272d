"""Reading 100,000 bounces of an mbox with `digest bounces --dry-run`: the rate, and the memory against a tenth."""

import argparse
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.material import address
from benchmarks.places import environment, module
from benchmarks.report import Goal, conclude, conditions

_MOST_GROWTH = 1.1  # times the memory for ten times the messages
_BOUNCE = """\
From MAILER-DAEMON Thu Nov 26 07:00:00 2026
Return-Path: <>
From: MAILER-DAEMON@mx.reader.example (Mail Delivery System)
To: bounce@gazette.example
Message-ID: <{number}@mx.reader.example>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<{address}>: host mx.reader.example[192.0.2.7] said: 550 5.1.1 User unknown

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.reader.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b1
Content-Type: text/rfc822-headers

From: Harbour Gazette <news@gazette.example>
To: {address}
Message-ID: <{number}.1@gazette.example>

--b1--

"""


class _Run(NamedTuple):
    seconds: float
    peak: int  # octets


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    told = _arguments(arguments)
    small, large = max(1, told.messages // 10), told.messages
    with TemporaryDirectory(prefix="digest-bench-") as name:
        runs = {count: _measured(Path(name), count) for count in (small, large)}
    growth = runs[large].peak / runs[small].peak
    results = {
        "messages_per_second": round(large / runs[large].seconds),
        "peak_octets": runs[large].peak,
        "peak_octets_of_a_tenth": runs[small].peak,
    }
    goals = [
        Goal(says=f"peak memory, {large:,} bounces against {small:,}", wanted=_MOST_GROWTH, reached=growth, most=True)
    ]
    conclude(told.json, conditions(messages=large), results, goals)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bounces", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args(arguments)


def _measured(folder: Path, messages: int) -> _Run:
    """The whole command, its start included."""
    with (folder / "bounces").open("w", encoding="utf-8") as mbox:
        mbox.writelines(_BOUNCE.format(number=number, address=address(number)) for number in range(messages))
    command = module("digest", "bounces", "bounces", "--dry-run", "--json")
    with (folder / "answer.json").open("wb") as answer:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=answer)
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    found = (folder / "answer.json").read_text("utf-8").count('"class": "hard"')
    if process.returncode or found != messages:
        raise SystemExit(f"digest bounces recognised {found} of {messages} bounces")
    return _Run(seconds, usage.ru_maxrss * 1024)


if __name__ == "__main__":
    main()

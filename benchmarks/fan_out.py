"""Fan-out: how many personal messages a second Digest sends with its ledger on, against others, side by side.

`python -m benchmarks.fan_out` takes about a quarter of an hour; `--quick` a minute. Every sender is a process of its
own and is measured in rounds that alternate with the others'; printed are medians. Behind a delay, and for senders that
compose each message, fewer messages are sent (the table says how many): their rate does not depend on the number.
What the signature of a message costs without sending is measured by `benchmarks.signing`.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import delay_proxy
from benchmarks.database_places import postgres_database
from benchmarks.material import Ground, message, rendered, sender_identity
from benchmarks.measure import Measured
from benchmarks.places import far_away, nodemailer, our_sink, postfix_sink, program
from benchmarks.report import Goal, Row, conclude, conditions, table_of
from benchmarks.senders import (
    COMPOSED,
    NODEMAILER,
    OURS,
    OURS_FORGETFUL,
    OURS_FORGETFUL_SIGNED,
    OURS_POSTGRES,
    OURS_SIGNED,
    READY,
    SOURCE,
    Bench,
    Send,
)
from benchmarks.signing import LEAST, OPENSSL
from digest.model.issues import Slot

_LARGE = (200_000, 1_000_000)
_STEPWISE = (SOURCE, READY, NODEMAILER)  # a round trip for each step: they need few messages


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A server somewhere, and which part of the recipients each sender sends to."""

    name: str
    shares: Mapping[str, float]
    round_trip: float = 0.0
    postfix: bool = False
    chunking: bool = False


LOOPBACK = Scene(
    name="loopback, smtp-sink",
    shares={OURS: 1, OURS_FORGETFUL: 1, OURS_POSTGRES: 1, SOURCE: 1, READY: 1, COMPOSED: 0.1, NODEMAILER: 0.25},
    postfix=True,
)
OWN_SINK = Scene(name="loopback, our sink", shares={OURS: 1, OURS_FORGETFUL: 1, SOURCE: 1}, chunking=True)
SIGNED = Scene(
    name="DKIM, smtp-sink",
    shares={OURS: 1, OURS_FORGETFUL: 1, OURS_SIGNED: 1, OURS_FORGETFUL_SIGNED: 1, OPENSSL: 1},
    postfix=True,
)
NEAR = Scene(
    name="20 ms, PIPELINING", shares={OURS: 0.1, **dict.fromkeys(_STEPWISE, 0.05)}, round_trip=0.02, chunking=False
)
NEAR_CHUNKING = Scene(name="20 ms, CHUNKING", shares={OURS: 0.5}, round_trip=0.02, chunking=True)
FAR = Scene(
    name="50 ms, PIPELINING", shares={OURS: 0.05, **dict.fromkeys(_STEPWISE, 0.025)}, round_trip=0.05, chunking=False
)
FAR_CHUNKING = Scene(name="50 ms, CHUNKING", shares={OURS: 0.5}, round_trip=0.05, chunking=True)
SCENES = (LOOPBACK, OWN_SINK, SIGNED, NEAR, NEAR_CHUNKING, FAR, FAR_CHUNKING)

# Which scene and sender ours is compared with, and how many times as fast it is to be.
_RATIOS = (
    (LOOPBACK, OURS, LOOPBACK, SOURCE, 1.0),
    (LOOPBACK, OURS_POSTGRES, LOOPBACK, SOURCE, 0.85),
    (LOOPBACK, OURS, LOOPBACK, READY, 3.0),
    (LOOPBACK, OURS, LOOPBACK, NODEMAILER, 10.0),
    (LOOPBACK, OURS, LOOPBACK, COMPOSED, 25.0),
    (FAR, OURS, FAR, SOURCE, 3.5),
    (FAR_CHUNKING, OURS, FAR, SOURCE, 20.0),
    (FAR, OURS, FAR, READY, 3.5),
    (FAR, OURS, FAR, NODEMAILER, 1.8),
    (FAR_CHUNKING, OURS, FAR, NODEMAILER, 10.0),
)
_MOST_MEMORY = 100.0  # MB
_MOST_GROWTH = 1.3
_MOST_LEDGER = 15.0  # per cent of the fan-out's time

Runs = dict[tuple[str, str], list[Measured]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    told = _arguments(arguments)
    scenes = [scene for scene in SCENES if not told.only or any(part in scene.name for part in told.only)]
    with _bench(told, scenes) as (senders, known):
        runs = _rounds(told, scenes, senders)
        large = _large(told, senders)
    rows = [Row(scene=scene, sender=sender, runs=measured) for (scene, sender), measured in (runs | large).items()]
    by_name = {(row.scene, row.sender): row for row in rows}
    goals = [*_goals(by_name), *_signing_goals(by_name)]
    conclude(told.json, known, [row.told() for row in rows], goals, table=table_of(rows))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fan_out", description=__doc__)
    parser.add_argument("--recipients", type=int, help="default: 20000")
    parser.add_argument("--rounds", type=int, help="default: 5")
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--window", type=int, help="smtp.window of our senders [auto]")
    parser.add_argument("--quick", action="store_true", help="2000 recipients, one round")
    parser.add_argument("--large", action="store_true", help="also 200000 and 1000000 recipients, once, for the memory")
    parser.add_argument("--only", action="append", help="only scenes whose name contains this; may be repeated")
    parser.add_argument("--skip", action="append", default=[], help="leave this sender out; may be repeated")
    parser.add_argument("--postgres", help="the URL of an empty PostgreSQL database [one of its own]")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    told = parser.parse_args(arguments)
    told.recipients = told.recipients or (2_000 if told.quick else 20_000)
    told.rounds = told.rounds or (1 if told.quick else 5)
    return told


@contextmanager
def _bench(told: argparse.Namespace, scenes: Sequence[Scene]) -> Iterator[tuple[dict[str, Send], dict[str, object]]]:
    with TemporaryDirectory(prefix="digest-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        sqlite = f"sqlite:///{folder / 'digest.db'}"
        postgres = None if OURS_POSTGRES in told.skip else stack.enter_context(postgres_database(told.postgres))
        grounds = {url: stack.enter_context(Ground.open(url)) for url in (sqlite, postgres) if url is not None}
        sizes = {_messages(told, scene.shares[OURS]) for scene in scenes} | {told.recipients}
        for ground in grounds.values():
            ground.settle(sizes | (set(_LARGE) if told.large else set()))
        content = _one_message(grounds[sqlite])
        (folder / "message.eml").write_bytes(content)
        home = folder / "nodemailer"
        home.mkdir()
        node = "" if NODEMAILER in told.skip else nodemailer(home)
        bench = Bench(
            folder=folder,
            grounds=grounds,
            connections=told.connections,
            window=told.window,
            message=folder / "message.eml",
        )
        senders = bench.senders(sqlite, postgres, home if node else None)
        senders = {sender: send for sender, send in senders.items() if sender not in told.skip}
        _say_missing(senders, told)
        yield senders, _conditions(told, scenes, len(content), node)


def _conditions(told: argparse.Namespace, scenes: Sequence[Scene], octets: int, node: str) -> dict[str, object]:
    delays = sorted({scene.round_trip for scene in scenes if scene.round_trip})
    return conditions(
        nodemailer=node or None,
        recipients=told.recipients,
        rounds=told.rounds,
        connections=told.connections,
        window=told.window or "auto",
        octets_of_a_message=octets,
        ledgers="SQLite, WAL, synchronous=FULL for permissions; PostgreSQL, synchronous_commit=on, on the same machine",
        sink_on_loopback="Postfix's smtp-sink" if program("smtp-sink") else "ours (smtp-sink is not installed)",
        round_trips_ms={f"{1000 * delay:g}": round(1000 * delay_proxy.measured(delay), 2) for delay in delays},
    )


def _one_message(ground: Ground) -> bytes:
    head, slot = sender_identity(ground.database.secret()), Slot(day=date(2026, 10, 1))
    return message(head, "daily", slot, rendered(head, "daily", slot))


def _say_missing(senders: Mapping[str, Send], told: argparse.Namespace) -> None:
    why = {SOURCE: "Postfix's smtp-source is not installed", NODEMAILER: "node, npm or the registry is missing"}
    for sender, reason in why.items():
        if sender not in senders:
            print(f"not measured: {sender} ({'as told' if sender in told.skip else reason})")


def _rounds(told: argparse.Namespace, scenes: Sequence[Scene], senders: Mapping[str, Send]) -> Runs:
    runs: Runs = defaultdict(list)
    for turn in range(told.rounds):
        for scene in scenes:
            present = [sender for sender in scene.shares if sender in senders]
            for sender in present[turn % len(present) :] + present[: turn % len(present)]:
                messages = _messages(told, scene.shares[sender])
                send = senders[sender]
                measured = send(0, messages) if sender == OPENSSL else _once(scene, send, messages)
                runs[scene.name, sender].append(measured)
                print(f"round {turn + 1}: {scene.name}: {sender}: {measured.rate:,.0f}/s", file=sys.stderr, flush=True)
    return {
        (scene.name, sender): runs[scene.name, sender]
        for scene in scenes
        for sender in scene.shares
        if sender in senders
    }


def _large(told: argparse.Namespace, senders: Mapping[str, Send]) -> Runs:
    sizes = _LARGE if told.large else ()
    return {(f"{LOOPBACK.name}, {size:,}", OURS): [_once(LOOPBACK, senders[OURS], size)] for size in sizes}


def _messages(told: argparse.Namespace, share: float) -> int:
    messages: int = max(round(told.recipients * share), 2 * told.connections)
    return messages


def _once(scene: Scene, send: Send, messages: int) -> Measured:
    if scene.postfix and program("smtp-sink"):
        with postfix_sink() as port:
            return send(port, messages)
    with our_sink(chunking=scene.chunking) as (port, counted), far_away(port, scene.round_trip) as near:
        measured = send(near, messages)
    if counted["messages"] < messages or counted["breaches"]:
        raise RuntimeError(f"{scene.name}: the sink counted {counted}, and {messages} messages were sent")
    return measured


def _goals(rows: Mapping[tuple[str, str], Row]) -> list[Goal]:
    goals = []
    for here, sender, there, peer, wanted in _RATIOS:
        ours, other = rows.get((here.name, sender)), rows.get((there.name, peer))
        if ours is not None and other is not None:
            says = f"{here.name}: {sender} against {peer}"
            goals.append(Goal(says=says, wanted=wanted, reached=ours.rate / other.rate))
    return [*goals, *_ledger_goals(rows), *_memory_goals(rows)]


def _ledger_goals(rows: Mapping[tuple[str, str], Row]) -> Iterator[Goal]:
    for scene in (LOOPBACK, OWN_SINK):
        ours, forgetful = (rows.get((scene.name, sender)) for sender in (OURS, OURS_FORGETFUL))
        if ours is not None and forgetful is not None:
            share = 100 * (1 - ours.rate / forgetful.rate)
            says = f"{scene.name}: the ledger's share of the time"
            yield Goal(says=says, wanted=_MOST_LEDGER, reached=share, most=True, unit=" %")


def _signing_goals(rows: Mapping[tuple[str, str], Row]) -> Iterator[Goal]:
    """Signed messages a second against what OpenSSL signs in one thread, in the same rounds."""
    one_core = rows.get((SIGNED.name, OPENSSL))
    for sender in (OURS_FORGETFUL_SIGNED, OURS_SIGNED):
        row = rows.get((SIGNED.name, sender))
        if row is not None and one_core is not None:
            yield Goal(says=f"{sender}: against {OPENSSL}", wanted=LEAST, reached=row.rate / one_core.rate)


def _memory_goals(rows: Mapping[tuple[str, str], Row]) -> Iterator[Goal]:
    small = rows.get((LOOPBACK.name, OURS))
    if small is None or small.peak is None:
        return
    says = f"peak memory of the sending process, {small.runs[0].messages:,} recipients"
    yield Goal(says=says, wanted=_MOST_MEMORY, reached=small.peak / 1e6, most=True, unit=" MB")
    for size in _LARGE:
        row = rows.get((f"{LOOPBACK.name}, {size:,}", OURS))
        if row is not None and row.peak is not None:
            says = f"peak memory, {size:,} recipients against {small.runs[0].messages:,}"
            yield Goal(says=says, wanted=_MOST_GROWTH, reached=row.peak / small.peak, most=True)


if __name__ == "__main__":
    main()

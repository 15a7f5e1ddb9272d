"""Faults other than a crash at one place: a lost database, a full disk, an old backup, wrong clocks, operators."""

import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from tests.faults import server
from tests.faults.checker import outcome
from tests.faults.concurrent import crowd, two_schedulers
from tests.faults.environment import FROZEN, IMPORTED, Site, Templates
from tests.faults.matrix import KINDS, Result, broken_invariants
from tests.faults.postgres import PostgresProcess
from tests.faults.server import Plan
from tests.support.databases import Server

Scenario = tuple[str, Callable[[], Result]]

_NORMAL = Plan(offers=("PIPELINING", "CHUNKING"))
_STEPS = (
    "deliver.before_recover",
    "deliver.before_claim",
    "deliver.after_claim",
    "wire.before_mail",
    "wire.after_envelope",
    "deliver.before_intend",
    "deliver.after_intend",
    "wire.before_end",
    "wire.after_end",
    "wire.on_reply",
    "deliver.before_settle",
    "deliver.after_settle",
    "deliver.before_finish",
)
_IN_TRANSACTIONS = ("store.before_claim_commit", "store.before_intend_commit", "store.before_settle_commit")
YOUNGER = ("before it was made", "before the send", "in the middle")
_THIRTEEN_HOURS = 46800.0  # more than the deadline of an issue
_LEASE = 9.0  # seconds, for which no busy machine stops a process
_SLOWER = Plan(do=server.SLOW, pause=0.2)  # senders look at each other once a second
_BEFORE_THE_END = ("deliver.after_claim", "wire.before_mail", "wire.after_envelope", "deliver.before_intend")


def scenarios(templates: Templates, postgres: Server, seed: int) -> Iterator[Scenario]:
    """Every scenario, with its name."""
    for step in _STEPS:
        yield _named("sqlite: locked", step, partial(locked, templates, step))
    for step in (*_STEPS, *_IN_TRANSACTIONS):
        yield _named("postgres: stopped", step, partial(stopped, templates, postgres, step))
    for limit in (1, 20, 60, 100, 160, 260, 400):
        yield _named("sqlite: disk full", f"{limit} KB", partial(disk_full, templates, limit))
    yield _named("sqlite: backup", "after its deadline", partial(restored, templates))
    yield _named("postgres: clock", "a worker 13 hours ahead", partial(far_ahead, templates))
    yield _named("sqlite: clock", "a jump of 13 hours", partial(jumped, templates))
    for kind in KINDS:
        for moment in YOUNGER:
            yield _named(f"{kind}: younger backup", moment, partial(forgotten, templates, kind, moment))
        yield from _of_hands(templates, kind)
        yield _named(f"{kind}: clock", "an hour slow", partial(slow_clock, templates, kind))
        yield _named(f"{kind}: clock", "two machines an hour apart", partial(two_clocks, templates, kind))
        yield from _of_many(templates, kind, seed)


def _of_hands(templates: Templates, kind: str) -> Iterator[Scenario]:
    for step in _BEFORE_THE_END:
        yield _named(f"{kind}: left", step, partial(left, templates, kind, step))
    for what in ("pause", "cancel"):
        for step in ("deliver.before_intend", "wire.after_end"):
            yield _named(f"{kind}: {what}", step, partial(stopped_by_operator, templates, kind, what, step))
    for fault in (server.TAKE_AND_DROP, server.LOSE_AND_DROP):
        yield _named(f"{kind}: on_unknown", fault, partial(resent, templates, kind, fault))
    for command in ("worker", "send"):
        yield _named(f"{kind}: {command}", "SIGTERM", partial(stop_by_signal, templates, kind, command))


def _of_many(templates: Templates, kind: str, seed: int) -> Iterator[Scenario]:
    yield _named(f"{kind}: senders", "two at once", partial(two_senders, templates, kind))
    yield _named(f"{kind}: run", "two schedulers", partial(two_schedulers, templates, kind))
    for turn in range(10):
        where = ("one machine", "several machines")[turn % 2]
        draw = random.Random(f"{seed} {kind} {turn}")
        yield _named(
            f"{kind}: eight workers", f"{where}, {turn}", partial(crowd, templates, kind, bool(turn % 2), draw)
        )


def _named(what: str, which: str, run: Callable[..., Result]) -> Scenario:
    name = f"{what}: {which}"

    def named() -> Result:
        result = run()
        return Result(
            name=name, broken=result.broken, outcome=result.outcome, reached=result.reached, crashes=result.crashes
        )

    return name, named


def result_of(site: Site, broken: list[str], *, reached: bool = True) -> Result:
    """The result of the run."""
    found = outcome(site.record, site.ledger)
    return Result(name="", broken=tuple(broken), outcome=found, reached=reached, crashes=site.crashes)


def locked(templates: Templates, step: str) -> Result:
    """SQLite is locked for longer than our busy_timeout at a step: the worker waits, and nothing becomes unknown."""
    with templates.site("sqlite", FROZEN, _NORMAL) as site:
        path = site.url.removeprefix("sqlite:///")
        lite = sqlite3.connect(path, isolation_level=None, timeout=20)

        def gone() -> None:
            lite.execute("BEGIN IMMEDIATE")

        def back() -> None:
            lite.execute("ROLLBACK")

        try:
            return _without_database(site, step, gone, back, pause=1.5)
        finally:
            lite.close()


def stopped(templates: Templates, postgres: Server, step: str, seconds: float = 0.5) -> Result:
    """PostgreSQL is stopped at a step, and started: the worker waits, and nothing becomes unknown."""
    with templates.site("postgres", FROZEN, _NORMAL) as site:
        process = PostgresProcess.of(postgres.url_of("postgres"))
        return _without_database(site, step, process.stop, process.start, pause=seconds)


def _without_database(
    site: Site, step: str, gone: Callable[[], None], back: Callable[[], None], pause: float
) -> Result:
    worker = site.start("worker", "--config", site.config, failpoints=f"{step}=stop", busy_timeout=1)
    reached = site.quiet(worker)
    gone()
    try:
        worker.signal(signal.SIGCONT)
        time.sleep(pause)
    finally:
        back()
    alive = worker.wait(0) is None
    broken = [] if alive else [f"the worker ended with {worker.status}"]
    _until_done(site)
    worker.signal(signal.SIGTERM)
    broken += [] if (status := worker.wait(60)) == 0 else [f"after SIGTERM the worker ended with {status}"]
    broken += broken_invariants(site, ended=True)
    return result_of(site, broken, reached=reached)


def _until_done(site: Site) -> None:
    until = time.monotonic() + 60
    while set(site.ledger.issues.values()) != {"done"} and time.monotonic() < until:
        time.sleep(0.1)


def disk_full(templates: Templates, limit: int) -> Result:
    """Files are limited to `limit` KB: the sender stops with an error, and resumes once there is space."""
    with templates.site("sqlite", FROZEN, _NORMAL) as site:
        status = site.ended(site.send(limit=limit * 1024))
        broken = [] if status in {0, 1} else [f"it ended with {status}"]
        site.crashes += 1  # receipts that could not be stored
        broken += [f"with a full disk: {one}" for one in broken_invariants(site, ended=False)]
        site.settle()
        broken += broken_invariants(site, ended=True)
        if "Traceback" in site.log.read_text():
            broken.append(f"a traceback:\n{site.log.read_text()}")
        return result_of(site, broken, reached=status == 1)


def left(templates: Templates, kind: str, step: str) -> Result:
    """Three readers leave while their messages are on their way, before the end of them."""
    with templates.site(kind, FROZEN, _NORMAL) as site:
        sender = site.send(failpoints=f"{step}=stop@2")
        reached = site.quiet(sender)
        taken = {entry.recipient for entry in site.record}
        waiting = [row for row in site.ledger.rows if row.state in {"claimed", "planned"} and "@" in row.recipient]
        gone = [row.recipient for row in waiting if " " not in row.recipient and row.recipient not in taken][:3]
        for reader in gone:
            site.must("subscribers", "remove", reader, "--config", site.config)
        sender.signal(signal.SIGCONT)
        site.ended(sender)
        site.settle()
        broken = broken_invariants(site, ended=True, left=frozenset(gone))
        states = {row.recipient: row.state for row in site.ledger.rows}
        broken += [f"I7: {reader} is {states[reader]}" for reader in gone if states[reader] != "cancelled"]
        return result_of(site, broken, reached=reached and len(gone) == 3)


def stopped_by_operator(templates: Templates, kind: str, what: str, step: str) -> Result:
    """The issue is paused or cancelled while messages are in flight; half of those come back with a 450."""
    plan = Plan(do="450 4.2.1 later", verb="MESSAGE", every=2)
    with templates.site(kind, FROZEN, plan) as site:
        sender = site.send(failpoints=f"{step}=stop@3")
        reached = site.quiet(sender)
        begun = {row.recipient for row in site.ledger.rows if row.state in {"sending", "sent", "unknown", "deferred"}}
        site.must(what, f"daily/{templates.day}", "--config", site.config)
        sender.signal(signal.SIGCONT)
        site.ended(sender)
        broken = [
            f"{entry.recipient} left after {what}" for entry in site.record if entry.recipient not in begun | {""}
        ]
        site.behave()
        if what == "pause":
            site.settle()
            broken += broken_invariants(site, ended=True)
        else:
            site.sent()
            site.ended(site.start("send", "--yes", "--config", site.config, "--date", templates.day, shift=50000.0))
            waits = [row for row in site.ledger.rows if row.state in {"planned", "claimed", "sending", "deferred"}]
            broken += [f"row {row.id} of a cancelled issue is {row.state}" for row in waits]
        return result_of(site, broken, reached=reached)


def resent(templates: Templates, kind: str, fault: str) -> Result:
    """With `on_unknown = "resend"` nobody is missed: what is unknown is sent again, as itself, and it is recorded."""
    plan = Plan(do=fault, verb="MESSAGE", every=3)
    with templates.site(kind, FROZEN, plan, on_unknown="resend") as site:
        site.sent(failpoints="wire.after_end=kill@5")
        site.behave()
        for shift in (0.0, 420.0, 1500.0):
            site.sent(shift=shift)
        broken = [one for one in broken_invariants(site, ended=True) if not one.startswith("I1")]
        missed = [row.id for row in site.ledger.rows if row.state not in {"sent", "bounced"}]
        result = result_of(site, broken + [f"row {one} was missed" for one in missed])
        result.outcome.ordered_copies, result.outcome.duplicates = result.outcome.duplicates, 0
        return result


def slow_clock(templates: Templates, kind: str) -> Result:
    """The clock is set back behind the freezing: nothing goes out twice, and all goes out once it is right."""
    with templates.site(kind, FROZEN, _NORMAL) as site:
        site.sent(failpoints="deliver.after_intend=kill@2")
        site.sent(skew=-3600.0)
        broken = broken_invariants(site, ended=False)
        site.settle()
        return result_of(site, broken + broken_invariants(site, ended=True))


def two_clocks(templates: Templates, kind: str) -> Result:
    """Another machine's clock is an hour ahead; on SQLite it takes every lease for expired: nothing is sent twice."""
    with templates.site(kind, FROZEN, Plan(do=server.SLOW)) as site:
        one = site.send(locks=str(site.folder / "one"))
        time.sleep(0.15)
        for number in range(3):
            site.sent(locks=str(site.folder / f"other{number}"), skew=3600.0)
        site.ended(one)
        site.crashes += 4
        broken = broken_invariants(site, ended=False)
        site.settle()
        return result_of(site, broken + broken_invariants(site, ended=True))


def far_ahead(templates: Templates) -> Result:
    """A worker whose clock is 13 hours ahead helps a correct `send`: nothing expires, and no row is taken from it."""
    with templates.site("postgres", FROZEN, _SLOWER) as site:
        worker = site.start(
            "worker", "--config", site.config, locks=str(site.folder / "other"), skew=_THIRTEEN_HOURS, lease=_LEASE
        )
        status = site.ended(site.send(locks=str(site.folder / "one"), lease=_LEASE))
        worker.signal(signal.SIGTERM)
        broken = [f"the correct send ended with {status}"] if status else []
        broken += [f"the worker ended with {ended}"] if (ended := site.ended(worker)) else []
        broken += _taken_away(site)
        site.settle()  # a row that the worker released when it was stopped
        return result_of(site, broken + broken_invariants(site, ended=True))


def jumped(templates: Templates) -> Result:
    """The clock jumps 13 hours forward while two senders share SQLite: the one that sees it expires and takes nothing.

    They have different folders for their locks, so that neither can prove the other dead or alive.
    """
    with templates.site("sqlite", FROZEN, _SLOWER) as site:
        jump = site.folder / "jump"
        worker = site.start(
            "worker", "--config", site.config, locks=str(site.folder / "other"), jump=str(jump), lease=_LEASE
        )
        send = site.send(locks=str(site.folder / "one"), lease=_LEASE)
        _wait_until(lambda: len(site.record) > 2)
        jump.write_text(str(_THIRTEEN_HOURS))
        site.ended(send)
        _wait_until(lambda: "jumped" in site.log.read_text())
        broken = _taken_away(site)
        worker.signal(signal.SIGTERM)
        site.ended(worker)
        lines = [line for line in site.log.read_text().splitlines() if "the clock jumped forward by 13 h 0 min" in line]
        broken += [f"the jump was logged {len(lines)} times"] if len(lines) != 1 else []
        site.settle()
        return result_of(site, broken + broken_invariants(site, ended=True))


def _taken_away(site: Site) -> list[str]:
    taken = [row for row in site.ledger.rows if row.state in {"expired", "unknown"}]
    broken = [f"row {row.id} is {row.state}" for row in taken]
    return broken + ["live rows were released"] * ("a sender ended" in site.log.read_text())


def _wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def stop_by_signal(templates: Templates, kind: str, command: str) -> Result:
    """SIGTERM ends a sender within the messages in flight: nothing is held, nothing is unknown."""
    with templates.site(kind, FROZEN, Plan(do=server.SLOW)) as site:
        worker = site.start("worker", "--config", site.config) if command == "worker" else site.send()
        until = time.monotonic() + 60
        while not site.record and time.monotonic() < until:
            time.sleep(0.01)
        worker.signal(signal.SIGTERM)
        status = site.ended(worker)
        held = [row for row in site.ledger.rows if row.state in {"claimed", "sending", "unknown"}]
        broken = [f"after SIGTERM row {row.id} is {row.state}" for row in held]
        broken += [f"after SIGTERM it ended with {status}"] if status not in {0, 1} else []
        site.settle()
        return result_of(site, broken + broken_invariants(site, ended=True))


def two_senders(templates: Templates, kind: str) -> Result:
    """Two `digest send` of one issue at once share it."""
    with templates.site(kind, FROZEN, Plan(do=server.SLOW)) as site:
        both = [site.send(), site.send()]
        statuses = [site.ended(one) for one in both]
        broken = [f"it ended with {status}" for status in statuses if status not in {0, 1}]
        broken += broken_invariants(site, ended=False)
        site.settle()
        return result_of(site, broken + broken_invariants(site, ended=True))


def restored(templates: Templates) -> Result:
    """A backup from before the send is restored after the issue's deadline: nothing is sent again."""
    with templates.site("sqlite", FROZEN, _NORMAL) as site:
        site.back_up()
        site.settle()
        taken = len(site.record)
        site.restore()
        worker = site.start("worker", "--config", site.config, shift=50000.0)
        _until_done(site)
        worker.signal(signal.SIGTERM)
        site.ended(worker)
        broken = [f"{len(site.record) - taken} messages were sent again"] if len(site.record) > taken else []
        broken += [f"row {row.id} is {row.state}" for row in site.ledger.rows if row.state != "expired"]
        return result_of(site, broken)


def forgotten(templates: Templates, kind: str, moment: str) -> Result:
    """A younger backup is restored on the same machine: the issue is paused, and nothing goes out without a person.

    One connection has permission for fewer messages than there are readers, so that the crash leaves some to be sent.
    """
    stage = IMPORTED if moment == "before it was made" else FROZEN
    with templates.site(kind, stage, _NORMAL, connections=1) as site:
        if moment == "in the middle":
            site.sent(failpoints="deliver.before_intend=kill@2")
        site.back_up()
        site.settle()
        taken = len(site.record)
        site.restore()
        statuses = [site.sent(), site.sent()]
        broken = [f"it ended with {status}" for status in statuses if status != 1]
        broken += [f"the issue is {state}" for state in site.ledger.issues.values() if state != "paused"]
        broken += [f"{len(site.record) - taken} messages were sent again"] if len(site.record) > taken else []
        result = result_of(site, broken)
        site.sent_on()  # who has it gets it twice, as the operator accepted
        stuck = [f"after --resume the issue is {state}" for state in site.ledger.issues.values() if state != "done"]
        return replace(result, broken=(*result.broken, *stuck))

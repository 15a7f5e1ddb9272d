"""Trials: faults of hosts and of PostgreSQL in the middle of a send, and what must hold after each of them."""

import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from tests.faults.checker import Expected, Outcome, outcome, violations
from tests.faults.environment import BAD, WINDOW, Templates
from tests.faults.postgres import PostgresProcess
from tests.faults.server import Entry
from tests.hosts.bed import (
    CLOCK,
    CONNECTIONS,
    HOST_FAULTS,
    KILL,
    LEASE,
    MAIL_LINK,
    PAUSE,
    RATE,
    STOP,
    Bed,
    Held,
    Machine,
)
from tests.hosts.network import Host

SIZES = (2, 4, 8)
RESTART, CRASH = "PostgreSQL restarted", "PostgreSQL killed"
BOUND = LEASE + 15  # seconds after a fault
_SPAN = 10  # seconds over which the limits count
_STEADY = 4  # seconds from the start of the send to the first fault
_MEASURED = 5  # seconds over which the rate is measured
_LONGEST_WORK = 1.0  # seconds that a message takes, a fifth of one mostly; of a longer one the link was cut meanwhile
_SETTLED = {"sent", "unknown", "bounced"}
_DOWN = 3.0  # seconds
BUSY = 0.5  # of the time: the machine is too busy with other work to judge a rate


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What happens: to which hosts (by place) or to PostgreSQL, when, and whether a killed one returns at once."""

    number: int
    paced: bool
    faults: tuple[tuple[float, str, int], ...]
    returns: bool

    def __str__(self) -> str:
        faults = ", ".join(f"{kind}{f' of host {place + 1}' if place >= 0 else ''}" for _at, kind, place in self.faults)
        return f"{self.number} hosts, limited by {'rate' if self.paced else 'connections'}: {faults}"


@dataclass
class Fault:
    """One fault: the process that it hit, the rows that it held, their states at the bound, and when they were free."""

    kind: str
    at: float
    pid: int | None = None
    held: set[int] = field(default_factory=set)
    states: dict[int, tuple[str, str]] = field(default_factory=dict)
    lasted: bool = True
    freed: float | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a trial has shown; `share` of the permitted rate there was again, `most` of it in ten seconds.

    `busy`: the part of the time in which a process waited for a processor.
    """

    plan: Plan
    broken: tuple[str, ...]
    outcome: Outcome
    faults: tuple[Fault, ...]
    share: float
    most: float
    busy: float

    @property
    def name(self) -> str:
        """What happened."""
        return str(self.plan)


def plans(seed: int) -> Iterator[Plan]:
    """Trials without end: all sizes and faults about equally often."""
    draw = random.Random(seed)
    waiting: list[str] = []
    while True:
        kinds = list(product(SIZES, (True, False)))
        for number, paced in draw.sample(kinds, len(kinds)):
            faults = []
            for place in draw.sample(range(number), number - 1):
                waiting = waiting or draw.sample(HOST_FAULTS, len(HOST_FAULTS))
                faults.append((draw.uniform(0, 4), waiting.pop(), place))
            if draw.random() < 0.6:
                faults.append((draw.uniform(0, 4), draw.choice((RESTART, CRASH)), -1))
            yield Plan(number=number, paced=paced, faults=tuple(sorted(faults)), returns=draw.random() < 0.5)


def perform(templates: Templates, postgres: PostgresProcess, hosts: list[Host], plan: Plan) -> Result:
    """Make the trial: faults one after another, a look at what follows, and the end of the send."""
    with Bed.open(templates, hosts[: plan.number], paced=plan.paced) as bed:
        _begin(bed)
        began, stalled = time.monotonic(), _seconds_without_processor()
        faults = _strike(bed, postgres, plan)
        last = time.monotonic()
        _observe(bed, faults, last + BOUND + _MEASURED)
        was_left = bed.is_left()
        for machine in bed.machines:
            if machine.fault:
                machine.heal()
        bed.watch(6)
        broken = bed.end()
        bed.site.crashes += len(faults)
        broken += _violations(bed, ended=False)
        record = bed.site.record
        bed.site.behave()
        bed.site.settle()
        broken += _violations(bed, ended=True)
        again = max(_rate(record, last + second) for second in range(round(BOUND) + 1))
        share = again / RATE
        most = _most_of_the_limit(record, plan)
        broken += _late(faults, record, bed)
        busy = (_seconds_without_processor() - stalled) / (time.monotonic() - began)
        if busy < BUSY:
            broken += [f"the rate is only {share:.2f} of what is permitted"] if was_left and share < 0.8 else []
            broken += [f"{most:.2f} of the limit"] if most > 1.1 else []
        found = outcome(bed.site.record, bed.site.ledger)
        if broken:
            broken += [*_by_host(bed.machines, record, began, faults), bed.site.log.read_text()]
    return Result(
        plan=plan, broken=tuple(broken), outcome=found, faults=tuple(faults), share=share, most=most, busy=busy
    )


def _begin(bed: Bed) -> None:
    until = time.monotonic() + 60
    while not bed.site.record:
        assert time.monotonic() < until, bed.site.log.read_text()
        time.sleep(0.1)
    bed.watch(_STEADY)


def _strike(bed: Bed, postgres: PostgresProcess, plan: Plan) -> list[Fault]:
    began, faults, returning = time.monotonic(), [], []
    for at, kind, place in plan.faults:
        bed.watch(began + at - time.monotonic())
        if place < 0:
            faults.append(_strike_postgres(postgres, kind))
            continue
        faults.append(_strike_host(bed, bed.machines[place], kind))
        if kind == KILL and plan.returns:
            faults[-1].lasted = False
            returning.append(bed.machines[place])
    bed.watch(1)
    for machine in returning:
        machine.heal()
    return faults


def _strike_postgres(postgres: PostgresProcess, kind: str) -> Fault:
    if kind == RESTART:
        postgres.restart()
    else:
        postgres.stop()
        time.sleep(_DOWN)
        postgres.start()
    return Fault(kind, time.monotonic())


def _strike_host(bed: Bed, machine: Machine, kind: str) -> Fault:
    assert machine.sender is not None
    before = bed.look() or Held(at=time.monotonic(), rows={})
    pid = machine.sender.pid
    machine.suffer(kind)
    return Fault(kind, time.monotonic(), pid, before.of(pid))


def _observe(bed: Bed, faults: list[Fault], until: float) -> None:
    """Watch, and note for each fault the states of its rows at its bound."""
    for fault in sorted(faults, key=lambda one: one.at):
        bed.watch(fault.at + BOUND - time.monotonic())
        fault.states = bed.states(fault.held)
    bed.watch(until - time.monotonic())
    for fault in faults:
        still = [sample.at for sample in bed.samples if sample.at > fault.at and sample.of(fault.pid) & fault.held]
        fault.freed = max(still, default=fault.at) - fault.at


def _violations(bed: Bed, *, ended: bool) -> list[str]:
    expected = Expected(
        audience=bed.site.readers + 1,
        connections=CONNECTIONS,
        window=WINDOW,
        crashes=bed.site.crashes,
        bad=frozenset([BAD]),
    )
    return violations(bed.site.record, bed.site.ledger, expected, ended=ended)


def _late(faults: list[Fault], record: list[Entry], bed: Bed) -> Iterator[str]:
    """What is not settled at the bound of its fault, and what its sender still held after it."""
    taken = {entry.recipient: entry.at for entry in record if entry.accepted}
    recipients = {row.id: row.recipient for row in bed.site.ledger.rows}
    for fault in faults:
        allowed = _SETTLED | ({"deferred"} if fault.kind == MAIL_LINK else set())
        late = Counter(
            f"{state} by {bed.name_of(token)}" if state in {"claimed", "sending"} else state
            for row, (state, token) in fault.states.items()
            if state not in allowed and not taken.get(recipients[row], float("inf")) <= fault.at + BOUND
        )
        if late and fault.kind != CLOCK:
            yield f"{fault.kind}: {dict(late)} of {len(fault.held)} rows after {BOUND:g} s"
        if fault.kind in {KILL, STOP} or (fault.kind not in {CLOCK, MAIL_LINK} and fault.pid):
            after = [sample for sample in bed.samples if sample.at > fault.at + BOUND and sample.of(fault.pid)]
            if after and fault.lasted and after[0].at < fault.at + BOUND + _MEASURED:
                yield f"{fault.kind}: its sender holds {len(after[0].of(fault.pid))} rows after {BOUND:g} s"


def _seconds_without_processor() -> float:
    """How long some process of this machine has waited for a processor, as the kernel counts it (0 if it does not)."""
    pressure = Path("/proc/pressure/cpu")
    found = re.search(r"some .*total=(\d+)", pressure.read_text()) if pressure.exists() else None
    return int(found[1]) / 1e6 if found else 0.0


def _by_host(machines: list[Machine], record: list[Entry], began: float, faults: list[Fault]) -> Iterator[str]:
    """What each host sent in spans of two seconds, and the faults, for who looks into a broken trial."""
    spans = Counter((entry.peer, int(entry.at - began) // 2) for entry in record if entry.accepted)
    places = range(min(place for _peer, place in spans), max(place for _peer, place in spans) + 1)
    yield f"{'s':8}{' '.join(f'{2 * place:4}' for place in places)}"
    for machine in machines:
        name, peer = machine.host.name, machine.host.address
        yield f"{name:8}{' '.join(f'{spans[peer, place]:4}' for place in places)}"
    for fault in faults:
        host = next((one.host.name for one in machines if fault.pid in one.pids), "")
        yield f"{fault.at - began:6.1f} {fault.kind} {host}"


def _rate(record: list[Entry], since: float) -> float:
    return sum(entry.accepted and since <= entry.at < since + _MEASURED for entry in record) / _MEASURED


def _most_of_the_limit(record: list[Entry], plan: Plan) -> float:
    """What was used of the limit in the busiest ten seconds, in terms of what is permitted."""
    taken = [entry for entry in record if entry.accepted]
    if plan.paced:
        return max(_most_messages(taken) / (RATE * _SPAN), _most_work(taken, 0) / (CONNECTIONS * _SPAN))
    return _most_work(taken, PAUSE) / (CONNECTIONS * _SPAN)


def _most_messages(taken: list[Entry]) -> int:
    """The messages of the busiest ten seconds."""
    moments = sorted(entry.at for entry in taken)
    most = first = 0
    for last, at in enumerate(moments):
        while at - moments[first] > _SPAN:
            first += 1
        most = max(most, last - first + 1)
    return most


def _most_work(taken: list[Entry], reply: float) -> float:
    """The seconds for which messages kept connections at work, over all of them, in the busiest ten seconds.

    A message does from its MAIL to the end of its reply, which takes `reply` seconds, but not while its link is cut.
    Where one host gives way to another, the connections of both do not count at once.
    """
    spans = [(max(entry.began, entry.at - _LONGEST_WORK), entry.at + reply) for entry in taken]
    starts = {int(began) for began, _end in spans}
    return max(
        (sum(max(0.0, min(end, start + _SPAN) - max(began, start)) for began, end in spans) for start in starts),
        default=0.0,
    )

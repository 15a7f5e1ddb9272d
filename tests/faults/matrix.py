"""SIGKILL (or an exception) at every failpoint × every behaviour of the server × both databases, a run for each."""

import random
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from digest.failpoints import NAMES
from tests.faults import server
from tests.faults.checker import Expected, Outcome, outcome, violations
from tests.faults.environment import BAD, CONNECTIONS, EMPTY, FROZEN, IMPORTED, WINDOW, Site, Templates
from tests.faults.server import Plan

KINDS = ("sqlite", "postgres")
_UNEXPECTED = "FailpointError"  # in the log of a process that an exception has ended

_REPLIES = (
    "421 4.3.2 closing down",
    "450 4.2.1 later",
    "451 4.3.0 trouble here",
    "550 5.1.1 nobody",
    "552 5.3.4 too much",
    "554 5.6.0 no",
)
OFFERS: tuple[tuple[str, ...], ...] = ((), ("PIPELINING",), ("PIPELINING", "CHUNKING"))
_IMPORTING = {"store.before_import_commit", "store.after_import"}
# tests/upgrades kills a migration, tests/cli the erasing of a reader.
FAILPOINTS = tuple(name for name in NAMES if "migrate" not in name and "erase" not in name)
_PUBLISHING = {name for name in NAMES if "freez" in name}
_RECOVERING = {"deliver.before_recover", "store.half_recovered"}
_MANY = {name for name in NAMES if name.startswith("wire.") or any(w in name for w in ("claim", "intend", "settle"))}


def behaviours() -> tuple[Plan, ...]:
    """Each thing that a server may do, at each step where it can."""
    plans = [Plan()]
    plans += [Plan(do=reply, verb=verb) for verb in ("MAIL", "RCPT", "DATA", "MESSAGE") for reply in _REPLIES]
    plans += [Plan(do=_REPLIES[0], verb="CONNECT", every=2), Plan(do=_REPLIES[5], verb="EHLO", every=2)]
    plans += [Plan(do=server.DROP_IN_MESSAGE, verb="DATA"), Plan(do=server.SLOW), Plan(do=server.DRIP)]
    silent = (server.TAKE_AND_DROP, server.LOSE_AND_DROP, server.TAKE_AND_HANG, server.TAKE_AND_DRIP)
    return (*plans, *(Plan(do=one, verb="MESSAGE", every=4) for one in silent))


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run: on which database, what happens to us and where (`failpoint` empty: nothing), what the server does."""

    kind: str
    failpoint: str
    visit: int
    plan: Plan
    action: str = "kill"

    def __str__(self) -> str:
        behaviour = f"{self.plan.verb} {self.plan.do}".strip() if self.plan.do else "normal"
        offers = "+".join(self.plan.offers) or "plain"
        fate = f"{self.failpoint}={self.action}@{self.visit}" if self.failpoint else "no crash"
        return f"{self.kind}: {fate}, server {behaviour} ({offers})"


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of a run; `reached`: whether its failpoint was."""

    name: str
    broken: tuple[str, ...]
    outcome: Outcome
    reached: bool = True
    crashes: int = 0


def all_runs(seed: int) -> list[Run]:
    """Every run, in an order of its own for each seed, which also draws the visit and what the server announces."""
    draw = random.Random(seed)
    runs = [
        Run(
            kind=kind,
            failpoint=name,
            visit=draw.choice((1, 1, 2, 3)) if name in _MANY else 1,
            plan=replace(plan, offers=draw.choice(OFFERS)),
        )
        for kind, name, plan in product(KINDS, FAILPOINTS, behaviours())
    ]
    runs += [replace(run, action="raise") for run in _one_for_each_place(runs)]
    runs += [uncrashed(kind, plan, offers) for kind, plan, offers in product(KINDS, behaviours(), OFFERS)]
    draw.shuffle(runs)
    return runs


def uncrashed(kind: str, plan: Plan, offers: tuple[str, ...]) -> Run:
    """A run in which only the server is at fault."""
    return Run(kind=kind, failpoint="", visit=1, plan=replace(plan, offers=offers))


def _one_for_each_place(runs: list[Run]) -> Iterator[Run]:
    for run in runs:
        if run.plan.do is None:
            yield replace(run, visit=1)


def sample(seed: int, number: int, kind: str) -> list[Run]:
    """`number` runs of one database, in which every failpoint is equally frequent."""
    runs = [run for run in all_runs(seed) if run.kind == kind]
    places: dict[str, list[Run]] = {name: [run for run in runs if run.failpoint == name] for name in FAILPOINTS}
    rounds = zip(*places.values(), strict=False)
    return [run for turn in rounds for run in turn][:number]


def perform(templates: Templates, run: Run) -> Result:
    """Make the run: a sender crashes and the invariants are checked, another resumes and they are checked again."""
    stage = EMPTY if run.failpoint in _IMPORTING else IMPORTED if run.failpoint in _PUBLISHING else FROZEN
    with templates.site(run.kind, stage, run.plan) as site:
        status = _crash(site, run)
        has_raised = status == 1 and _UNEXPECTED in site.log.read_text()
        site.crashes += has_raised  # an exception still releases the claims, if it can
        broken = [f"after the crash: {one}" for one in broken_invariants(site, ended=False, bad=stage != EMPTY)]
        if has_raised and run.failpoint not in _RECOVERING:
            broken += _held(site)
        site.behave()
        if stage == EMPTY:
            site.must("subscribers", "import", site.people, "--config", site.config)
        site.settle()
        broken += [f"at the end: {one}" for one in broken_invariants(site, ended=True, bad=stage != EMPTY)]
        if run.action == "kill" and "Traceback" in site.log.read_text():
            broken.append(f"a traceback:\n{site.log.read_text()}")
        return Result(
            name=str(run),
            broken=tuple(broken),
            outcome=outcome(site.record, site.ledger),
            reached=status == -signal.SIGKILL or has_raised or not run.failpoint,
            crashes=site.crashes,
        )


def broken_invariants(site: Site, *, ended: bool, bad: bool = True, left: frozenset[str] = frozenset()) -> list[str]:
    """Every invariant that is broken now."""
    expected = Expected(
        audience=site.readers + 1,
        connections=CONNECTIONS,
        window=WINDOW,
        crashes=site.crashes,
        bad=frozenset([BAD]) if bad else frozenset(),
        left=left,
    )
    return violations(site.record, site.ledger, expected, ended=ended)


def _crash(site: Site, run: Run) -> int:
    order = f"{run.failpoint}={run.action}@{run.visit}" if run.failpoint else ""
    if run.failpoint in _IMPORTING:
        arguments = ("subscribers", "import", site.people, "--config", site.config)
        return site.ended(site.start(*arguments, failpoints=order))
    if run.failpoint in _RECOVERING:
        site.sent(failpoints="wire.after_end=kill@2")
    return site.sent(failpoints=order)


def _held(site: Site) -> list[str]:
    """After an exception the process ends, and leaves nothing claimed or sending."""
    held = [row for row in site.ledger.rows if row.state in {"claimed", "sending"}]
    return [f"I6: row {row.id} is {row.state} after an exception" for row in held]

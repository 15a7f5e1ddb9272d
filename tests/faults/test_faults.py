"""The fault suite, a sample of it: real processes die, and the server's record and the ledger still match."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from digest import failpoints
from digest.errors import ConfigurationError
from tests.faults import matrix, scenarios, server
from tests.faults.checker import Expected, Ledger, Row, violations
from tests.faults.concurrent import two_schedulers
from tests.faults.environment import FROZEN, Templates
from tests.faults.matrix import Result
from tests.faults.processes import ROOT, ForkServer
from tests.faults.server import Entry, Plan
from tests.support.databases import Server

pytestmark = [
    pytest.mark.needs("time"),
    pytest.mark.xdist_group("faults"),  # the templates are made once
    pytest.mark.unmeasured,
]

SEED = 20261123
SAMPLE = len(matrix.FAILPOINTS)


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory, _postgres_session: Server) -> Iterator[Templates]:
    """Databases to start from; a process that has run other tests in between makes them again."""
    with ForkServer() as fork_server:
        made = Templates(fork_server, tmp_path_factory.mktemp("faults"), _postgres_session).make()
        yield made
        made.drop()


def sound(result: Result) -> None:
    """Fail with every invariant that a run broke."""
    assert list(result.broken) == [], result.name
    assert result.outcome.duplicates == result.outcome.unflagged_losses == 0


@pytest.mark.parametrize("run", [run for kind in matrix.KINDS for run in matrix.sample(SEED, SAMPLE, kind)], ids=str)
def test_crash_at_every_failpoint_duplicates_and_loses_nothing(templates: Templates, run: matrix.Run) -> None:
    """Each failpoint once, with some behaviour of the server: nobody gets it twice, and nobody is missed unflagged."""
    sound(matrix.perform(templates, run))


def test_matrix_exception_in_a_sender_is_noticed_and_leaves_nothing_held(templates: Templates) -> None:
    """A run that takes an exception for an ordinary end would not look at what is still claimed."""
    run = matrix.Run(kind="sqlite", failpoint="deliver.after_intend", visit=1, plan=Plan(), action="raise")
    result = matrix.perform(templates, run)
    assert result.reached
    sound(result)


@pytest.mark.parametrize("offers", matrix.OFFERS)
@pytest.mark.parametrize("plan", matrix.behaviours()[-7:], ids=lambda plan: plan.do)
def test_misbehaving_server_duplicates_and_loses_nothing(
    templates: Templates, plan: Plan, offers: tuple[str, ...]
) -> None:
    """A server that disconnects, is slow or stops answering, while no sender crashes: the same holds."""
    sound(matrix.perform(templates, matrix.uncrashed("sqlite", plan, offers)))


@pytest.mark.parametrize("step", ["deliver.before_intend", "wire.after_end"])
def test_locked_database_delays_the_sender_and_leaves_nothing_unknown(templates: Templates, step: str) -> None:
    """The worker waits while SQLite is locked, and stores its results afterwards."""
    sound(scenarios.locked(templates, step))


@pytest.mark.parametrize(
    ("step", "seconds"), [("wire.before_end", 0.5), ("wire.after_end", 3), ("store.before_settle_commit", 0.5)]
)
def test_postgres_stopped_delays_the_sender_and_leaves_nothing_unknown(
    templates: Templates, step: str, seconds: float
) -> None:
    """The worker waits while PostgreSQL is stopped, and stores its results once it answers."""
    assert templates.postgres is not None
    sound(scenarios.stopped(templates, templates.postgres, step, seconds))


def test_full_disk_sends_nothing_that_was_not_stored(templates: Templates) -> None:
    """Nothing leaves that could not be written, and all goes out once there is room."""
    result = scenarios.disk_full(templates, 60)
    assert result.reached
    sound(result)


@pytest.mark.parametrize("kind", matrix.KINDS)
def test_unsubscribe_and_cancel_while_sending_are_respected(templates: Templates, kind: str) -> None:
    """Who unsubscribes gets nothing more; a cancelled issue ends, also for messages in flight."""
    sound(scenarios.left(templates, kind, "deliver.before_intend"))
    sound(scenarios.stopped_by_operator(templates, kind, "cancel", "wire.after_end"))


@pytest.mark.parametrize("kind", matrix.KINDS)
def test_unknown_with_on_unknown_resend_is_sent_again(templates: Templates, kind: str) -> None:
    """With `on_unknown = "resend"` nobody is missed."""
    result = scenarios.resent(templates, kind, server.LOSE_AND_DROP)
    sound(result)
    assert result.outcome.states["sent"] == 12


def test_backup_restored_after_the_deadline_sends_nothing(templates: Templates) -> None:
    """After the deadline a restored database sends nothing again."""
    sound(scenarios.restored(templates))


@pytest.mark.parametrize("kind", matrix.KINDS)
@pytest.mark.parametrize("moment", scenarios.YOUNGER)
def test_backup_restored_before_the_deadline_pauses_the_issue(templates: Templates, kind: str, moment: str) -> None:
    """Before the deadline a restored database sends nothing again until a person says so."""
    sound(scenarios.forgotten(templates, kind, moment))


def test_clock_13_hours_ahead_beside_a_correct_send_expires_and_releases_nothing(templates: Templates) -> None:
    """Leases and deadlines count by PostgreSQL's clock, and the correct `send` ends with 0."""
    sound(scenarios.far_ahead(templates))


def test_clock_that_jumps_on_sqlite_expires_and_releases_nothing(templates: Templates) -> None:
    """The jump is logged once."""
    sound(scenarios.jumped(templates))


def test_two_schedulers_send_one_issue_once(templates: Templates) -> None:
    """Two of `digest run` make one issue, and send it once."""
    sound(two_schedulers(templates, "postgres"))


def test_send_after_a_killed_send_resumes_at_once(templates: Templates) -> None:
    """The command as it is installed: killed by its failpoint, and the next one does not wait for any lease."""
    with templates.site("sqlite", FROZEN, Plan()) as site:
        command = [sys.executable, "-m", "digest", "send", "--yes", "--date", templates.day, "--config", site.config]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        order = {failpoints.VARIABLE: "deliver.after_intend=kill@2"}
        killed = subprocess.run(command, env={**environ, **order}, capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL
        held = [row for row in site.ledger.rows if row.state in {"claimed", "sending"}]
        assert held
        site.crashes += 1
        went_on = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert matrix.broken_invariants(site, ended=True) == [], went_on.stderr


def test_checker_reports_every_kind_of_violation() -> None:
    """It reports a copy, an unflagged loss, a lie, other bytes, a lost row, an early end and a reader who had left."""
    entries = [
        Entry(connection=1, message_id="<1>", recipient="a", content="x", accepted=True, silent=False),
        Entry(connection=1, message_id="<1>", recipient="a", content="y", accepted=True, silent=False),
        Entry(connection=1, message_id="<2>", recipient="b", content="z", accepted=True, silent=False),
    ]
    states = {"a": "sent", "b": "deferred", "c": "sent", "d": "claimed"}
    rows = [
        Row(id=place, issue=1, subscriber=place, recipient=recipient, state=state, tries=1)
        for place, (recipient, state) in enumerate(states.items())
    ]
    ledger = Ledger(rows=tuple(rows), issues={1: "done"}, slots={("daily", "2026-10-01"): 2})
    expected = Expected(audience=5, connections=1, window=1, crashes=0, left=frozenset("b"), bad=frozenset("a"))
    found = {message.partition(":")[0] for message in violations(entries, ledger, expected, ended=True)}
    assert found == {"I1", "I2, I4", "I3", "I5", "I6", "I7", "I8", "I9", "I10", "I11"}


def test_failpoints_in_code_and_docs_equal_the_list() -> None:
    """The code, the list and docs/faults.md name the same places."""
    source = "".join(path.read_text() for path in (ROOT / "digest").rglob("*.py"))
    assert set(re.findall(r'failpoints\.reach\("([^"]+)"\)', source)) == set(failpoints.NAMES)
    documented = re.findall(r"^\| `([a-z_.]+)` \|", (ROOT / "docs" / "faults.md").read_text(), re.MULTILINE)
    assert tuple(documented) == failpoints.NAMES


def test_failpoints_without_the_variable_do_nothing() -> None:
    """Without the variable `reach` is the function that does nothing, and a wrong order is one sentence."""
    assert failpoints.reach is failpoints.armed("") is failpoints.armed(" , ")
    for wrong in ("nowhere=kill", "wire.after_end", "wire.after_end=explode", "wire.after_end=kill@0"):
        with pytest.raises(ConfigurationError, match="DIGEST_FAILPOINTS"):
            failpoints.armed(wrong)


def test_failpoints_with_a_number_act_at_that_visit() -> None:
    """At the Nth visit, or at that one and each one after it; other places are left alone."""
    once, on = failpoints.armed("wire.after_end=raise@2"), failpoints.armed("wire.after_end=raise@2+")
    for reach, broken in ((once, [False, True, False]), (on, [False, True, True])):
        reach("wire.on_reply")
        assert [_breaks(reach) for _turn in range(3)] == broken


def _breaks(reach: Callable[[str], None]) -> bool:
    try:
        reach("wire.after_end")
    except failpoints.FailpointError:
        return True
    return False

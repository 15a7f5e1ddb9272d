"""A real ledger with readers and a frozen issue, a clock that advances when code waits, and a sender."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from digest.delivery.guarded_issues import GuardedIssues
from digest.delivery.receiver_pauses import ReceiverPauses
from digest.delivery.restore_guard import RestoreGuard
from digest.delivery.sender import Sender
from digest.model.articles import Window
from digest.model.deliveries import Claim, DeliveryState, Outgoing
from digest.model.issues import IssueState, Slot
from digest.model.subscribers import Subscriber
from digest.protocols import Clock, Mailer
from digest.receivers.groups import Hosts
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.group_pauses import GroupPauses
from digest.store.ledger.recipients import Recipients
from digest.store.ledger.resends import Resends
from digest.store.ledger.server_changes import ServerChanges
from digest.store.ledger.shared_rates import SharedRates
from digest.store.ledger.tallies import Tallies
from digest.store.ledger.work_notices import WorkNotices
from digest.store.subscribers.bounces import Bounces
from digest.store.subscribers.subscribers import Subscribers
from digest.store.upkeep.alerts import Alerts
from tests.support.store import freeze

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class SteppingClock:
    """A clock that advances only by waiting."""

    def __init__(self) -> None:
        self.moment = NOON
        self.waits = 0

    def now(self) -> datetime:
        return self.moment

    certain = now

    def elapsed(self) -> float:
        return self.moment.timestamp()

    def synchronize(self) -> None:
        """Nothing differs."""

    def wait(self, seconds: float) -> bool:
        self.waits += 1
        self.moment += timedelta(seconds=seconds)
        return False


class NoNotices(WorkNotices):
    """Notices that never arrive, of a database that cannot send any; a wait lasts as long as the clock says."""

    def __init__(self) -> None:
        """It needs no database."""

    def wait(self, clock: Clock, look: float, longest: float) -> None:
        clock.wait(look)


def message_of(claim: Claim) -> Outgoing:
    """Return the message of a row, whose Message-ID contains the row's id."""
    return Outgoing(
        delivery_id=claim.delivery_id,
        token=claim.token,
        sender="bounce@gazette.example",
        recipient=claim.address,
        parts=(b"Message-ID: <%d@gazette.example>\r\n" % claim.delivery_id, b"\r\nNews\r\n"),
    )


class Site:
    """A database with an issue that is frozen for a number of readers."""

    def __init__(self, folder: Path, readers: int, url: str = "sqlite:///digest.db") -> None:
        self.folder = folder
        self.database = Database.open(url, folder)
        self.database.migrate()
        self.ledger = Deliveries(self.database)
        self.clock = SteppingClock()
        self.subscribers = Subscribers(self.database)
        self.subscribers.add_many(
            [Subscriber(email=f"reader{number}@readers.example") for number in range(1, readers + 1)], NOON
        )
        self.issues = Issues(self.database)
        self.tallies = Tallies(self.database)
        self.recipients = Recipients(self.database)
        self.resends = Resends(self.database)
        self.group_pauses = GroupPauses(self.database)
        self.alerts = Alerts(self.database)
        self.bounces = Bounces(self.database)
        self.mx_hosts: Callable[[str], Hosts] = lambda _domain: ()
        self.issue = self.freeze("daily")

    def freeze(self, edition: str) -> int:
        window = Window(start=NOON - timedelta(days=1), end=NOON)
        return freeze(self.issues, edition, Slot(day=NOON.date()), window=window, now=NOON).issue_id

    def sender(
        self,
        mailer: Mailer,
        *,
        compose: Callable[[Claim], Outgoing] = message_of,
        owner: str = "one",
        is_dead: Callable[[str], bool | None] = lambda _owner: None,
        restore_guard: RestoreGuard | None = None,
        **more: Any,
    ) -> Sender:
        return Sender(
            ledger=self.ledger,
            issues=GuardedIssues(
                issues=self.issues,
                tallies=self.tallies,
                resends=self.resends,
                server_changes=ServerChanges(self.database),
                restore_guard=restore_guard or RestoreGuard(self.folder, b"a secret"),
                clock=self.clock,
                kind=None,
            ),
            resends=self.resends,
            receivers=ReceiverPauses(
                pauses=self.group_pauses, alerts=self.alerts, clock=self.clock, mx_hosts=self.mx_hosts
            ),
            bounces=self.bounces,
            rates=SharedRates(self.database),
            mailer=mailer,
            compose=compose,
            owner=owner,
            clock=self.clock,
            is_dead=is_dead,
            jitter=lambda: 0.5,
            **{"in_turn": iter, "notices": NoNotices(), "ramp": None, "resend_editions": (), **more},
        )

    @property
    def counts(self) -> dict[DeliveryState, int]:
        return {state: number for state, number in self.tallies.of_issue(self.issue).counts.items() if number}

    @property
    def state(self) -> IssueState:
        found = self.issues.find("daily", Slot(day=date(2026, 11, 23)))
        assert found is not None
        return found.state


def never() -> bool:
    """Return that no stop is requested."""
    return False

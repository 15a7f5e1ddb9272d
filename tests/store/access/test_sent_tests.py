"""Test messages of the console: counted by the hour, on both databases, also side by side."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from digest.model.users import AuditEntry, AuditFilter
from digest.store.access.audit import Audit
from digest.store.access.sent_tests import SentTests
from digest.store.engine.database import Database

NOW = datetime(2025, 6, 2, 4, tzinfo=UTC)
MOST = 20


def entry(at: datetime = NOW) -> AuditEntry:
    """An entry of the log."""
    return AuditEntry(at=at, by="anna@gazette.example", action="test sent")


def test_test_messages_side_by_side_stay_within_the_limit(database: Database) -> None:
    """Those that are refused count for nothing, and are not in the log."""
    sent = SentTests(database)
    with ThreadPoolExecutor(4) as pool:
        admitted = list(pool.map(lambda _turn: sent.admit(3, entry()), range(12)))
    assert sum(admitted) == MOST // 3
    assert sent.left(NOW) == MOST % 3
    assert sent.admit(MOST % 3, entry())
    assert not sent.admit(1, entry())
    assert len(Audit(database).page(AuditFilter(), None, 100)) == MOST // 3 + 1


def test_test_messages_are_allowed_again_after_an_hour(database: Database) -> None:
    """The hour begins with the first message."""
    sent = SentTests(database)
    assert sent.admit(MOST, entry())
    assert not sent.admit(1, entry(NOW + timedelta(minutes=59, seconds=59)))
    assert sent.left(NOW + timedelta(hours=1)) == MOST
    assert sent.admit(MOST, entry(NOW + timedelta(hours=1)))

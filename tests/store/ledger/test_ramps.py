"""The daily limits in the ledger, on both databases: what is postponed, what counts, and who comes first."""

from datetime import date, datetime, timedelta

from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.ramps import Ramps
from tests.support.store import LEASE, NOW, column, freeze, frozen, opened

_TOMORROW = NOW + timedelta(days=1)


def _same_hour(_hour: int, _zone: str | None) -> datetime:
    raise AssertionError("nobody chose an hour")


def test_ramps_first_day_is_kept(store_url: str) -> None:
    """Whatever comes later."""
    with opened(store_url) as database:
        ramps = Ramps(database)
        assert ramps.began_on("gazette.example") is None
        ramps.begin("gazette.example", date(2026, 10, 1))
        ramps.begin("gazette.example", date(2026, 10, 5))
        assert ramps.began_on("gazette.example") == date(2026, 10, 1)


def test_ramps_postpone_keeps_the_first_rows(store_url: str) -> None:
    """The others are due later, with the reason; a second call changes nothing."""
    with opened(store_url) as database:
        issue_id = frozen(database, 6)
        ramps = Ramps(database)
        assert ramps.postpone(issue_id, 2, NOW, _TOMORROW, "too many", _same_hour) == (2, 4)
        assert ramps.postpone(issue_id, 2, NOW, _TOMORROW, "too many", _same_hour) == (2, 0)
        assert column(database, "smtp_text") == [None, None, *["too many"] * 4]
        assert ramps.waiting(["daily"], NOW, "too many") == (4, _TOMORROW)
        assert len(Deliveries(database).claim(9, owner="me", now=NOW, lease=LEASE)) == 2


def test_ramps_postpone_keeps_the_hours_of_readers(store_url: str) -> None:
    """Of those that are postponed, by hour and zone; what was kept stays due."""
    with opened(store_url) as database:
        issue_id, evening = frozen(database, 4), _TOMORROW + timedelta(hours=7)
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE subscriber SET hour = 19, timezone = 'Asia/Tokyo' WHERE id IN (1, 3)")
            connection.exec_driver_sql("UPDATE subscriber SET hour = 6 WHERE id = 4")
        moments = {(19, "Asia/Tokyo"): evening, (6, None): _TOMORROW + timedelta(hours=1)}
        postponed = Ramps(database).postpone(
            issue_id, 1, NOW, _TOMORROW, "too many", lambda hour, zone: moments[hour, zone]
        )
        assert postponed == (1, 3)
        assert column(database, "due_at") == [NOW, _TOMORROW, evening, moments[6, None]]


def test_ramps_used_counts_claimed_and_tried_rows_of_the_day(store_url: str) -> None:
    """Of these editions only, and not those that were first tried before."""
    with opened(store_url) as database:
        frozen(database, 6)
        deliveries, ramps = Deliveries(database), Ramps(database)
        claims = deliveries.claim(3, owner="me", now=NOW, lease=LEASE)
        begun = [(one.delivery_id, one.token) for one in claims[:1]]
        deliveries.record([], begun, now=NOW, lease=LEASE, next_try=lambda _tries: None)
        assert ramps.used(["daily"], NOW) == 3
        assert ramps.used(["weekly"], NOW) == 0
        assert ramps.used(["daily"], NOW + timedelta(hours=1)) == 2  # the claimed ones


def test_freeze_engaged_first_orders_the_rows(store_url: str) -> None:
    """Readers with a delivered message come first, those with a bounce do not."""
    with opened(store_url) as database:
        frozen(database, 4)
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE delivery SET state = 'sent' WHERE address = 'reader2@post.example'")
            connection.exec_driver_sql("UPDATE delivery SET state = 'bounced' WHERE address = 'reader0@post.example'")
        freeze(Issues(database, engaged_first=True), "weekly")
        assert [str(one).partition("@")[0] for one in column(database, "address")[4:]] == [
            "reader2",
            "reader0",
            "reader1",
            "reader3",
        ]

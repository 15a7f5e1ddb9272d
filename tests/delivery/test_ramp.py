"""The daily limits of a new domain, with a real ledger, a real server and a clock that the test sets."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from digest.delivery.ramp import REASON, Ramp
from digest.model import ramp as limits
from digest.model.articles import Window
from digest.model.deliveries import DeliveryState
from digest.model.issues import Kind, Slot
from digest.model.ramp import daily_limit
from digest.store.issues.issues import Issues
from digest.store.ledger.ramps import Ramps
from digest.store.tables.schema import delivery, issue, subscriber
from tests.support import store
from tests.support.ledger import NOON, Site, never
from tests.support.mailing import mailer_for
from tests.support.smtp_server import at, honest_server, rogue_server

_S = DeliveryState
READERS = 40


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An issue that is frozen for forty readers, on a domain that may send ten messages on its first day."""
    monkeypatch.setattr(limits, "FIRST_DAY", 10)
    built = Site(tmp_path, READERS)
    yield built
    built.database.close()


def ramp_of(site: Site, zone: str = "UTC") -> Ramp:
    """The limits of the only domain."""
    return Ramp(
        ramps=Ramps(site.database),
        zone=ZoneInfo(zone),
        domain_of=lambda _edition: "gazette.example",
        editions=["daily", "weekly"],
    )


def deliver(site: Site, port: int, batch: int = 500) -> None:
    """Send what is due."""
    site.sender(mailer_for(port, connections=4), ramp=ramp_of(site), batch=batch).deliver(stop=never)


def freeze(site: Site, deadline: timedelta, *, engaged_first: bool = False) -> int:
    """Freeze an issue of the weekly edition now; its id."""
    now = site.clock.now()
    issues = Issues(site.database, engaged_first=engaged_first)
    window = Window(start=now - timedelta(days=1), end=now)
    return store.freeze(issues, "weekly", Slot(day=now.date()), window=window, now=now, lasts=deadline).issue_id


def sent(site: Site, issue_id: int) -> int:
    """How many of the issue's messages are sent."""
    return site.tallies.of_issue(issue_id)[_S.SENT]


def test_daily_limit_grows_by_half_each_day_until_there_is_none() -> None:
    """500, 750, 1125 and so on; a domain that has sent for weeks has no limit."""
    assert [daily_limit(day) for day in range(5)] == [500, 750, 1125, 1687, 2531]
    assert daily_limit(39) is not None
    assert daily_limit(40) is None


def test_ramp_issue_over_several_days_sends_each_days_limit(site: Site) -> None:
    """Ten, fifteen and the rest on three days at the same hour; nobody gets two."""
    issue_id = freeze(site, timedelta(days=4))
    site.issues.cancel(site.issue, NOON)
    totals = []
    with honest_server() as (port, log):
        for _day in range(3):
            deliver(site, port)
            deliver(site, port)  # a second run on the same day sends nothing more
            totals.append(sent(site, issue_id))
            site.clock.moment += timedelta(days=1)
    assert totals == [10, 25, READERS]
    assert set(log.copies.values()) == {1}


def test_ramp_readers_who_chose_an_hour_wait_for_it(site: Site) -> None:
    """The next day's messages are due at the reader's hour in their zone, the others' at the issue's."""
    chosen: list[dict[str, Any]] = [{"hour": 19, "timezone": "Asia/Vladivostok"}, {"hour": 21, "timezone": None}]
    with site.database.write() as connection:
        for number, values in enumerate(chosen, 39):
            connection.execute(subscriber.update().where(subscriber.c.id == number).values(values))
        connection.execute(delivery.update().values(due_at=NOON))
    ramp_of(site, "Europe/Moscow").apply(site.issues.sendable(NOON), NOON)
    with site.database.read() as connection:
        rows = connection.execute(select(delivery.c.subscriber_id, delivery.c.due_at).order_by(delivery.c.id)).all()
    tomorrow = NOON + timedelta(days=1)
    assert [row.due_at for row in rows[:38]] == [NOON] * 10 + [tomorrow] * 28
    assert [row.due_at.astimezone(ZoneInfo("Asia/Vladivostok")).hour for row in rows[38:39]] == [19]
    assert [row.due_at.astimezone(ZoneInfo("Europe/Moscow")).hour for row in rows[39:]] == [21]
    midnight = datetime.combine(tomorrow.date(), time(), ZoneInfo("Europe/Moscow"))
    assert all(midnight <= row.due_at < midnight + timedelta(days=1) for row in rows[38:])


def test_ramp_messages_that_readers_wait_for_are_not_limited(site: Site) -> None:
    """A confirmation that came a day later would be none; it neither waits nor lets the days begin."""
    with site.database.write() as connection:
        connection.execute(delivery.update().values(due_at=NOON))
    (record,) = site.issues.sendable(NOON)
    ramp = ramp_of(site)
    ramp.apply([replace(record, kind=Kind.SYSTEM)], NOON)
    with site.database.read() as connection:
        assert set(connection.scalars(select(delivery.c.due_at))) == {NOON}
    assert ramp.today("gazette.example", NOON).began_on is None


def test_ramp_postponed_messages_leave_at_the_hour_of_the_issue(site: Site) -> None:
    """However late on the first day the limit is applied; a domain counts only the editions that it sends."""
    with site.database.write() as connection:
        connection.execute(delivery.update().values(due_at=NOON))
    (record,) = site.issues.sendable(NOON)
    assert record.frozen_at
    ramp = replace(ramp_of(site), domain_of=lambda edition: f"{edition}.example")
    ramp.apply([record], NOON + timedelta(hours=3))
    with site.database.read() as connection:
        found = set(connection.scalars(select(delivery.c.due_at)))
    assert found == {NOON, record.frozen_at + timedelta(days=1)}
    days = [ramp.today(f"{edition}.example", NOON + timedelta(hours=3)) for edition in ("daily", "weekly")]
    assert [(day.waiting, day.began_on) for day in days] == [(30, NOON.date()), (0, None)]


def test_ramp_small_batches_and_restarts_keep_the_limit(site: Site) -> None:
    """Several claims on one day count together, because the count comes from the ledger."""
    with honest_server() as (port, _log):
        for _restart in range(3):
            deliver(site, port, batch=3)
    assert site.counts == {_S.SENT: 10, _S.PLANNED: 30}


def test_ramp_what_does_not_fit_before_the_deadline_expires_with_the_reason(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """The deadline is twelve hours, so thirty messages expire, and each says why."""
    caplog.set_level(logging.INFO)
    with honest_server() as (port, _log):
        deliver(site, port)
        site.clock.moment += timedelta(hours=13)
        deliver(site, port)
    assert site.counts == {_S.SENT: 10, _S.EXPIRED: 30}
    assert {one.text for one in site.recipients.in_state(site.issue, _S.EXPIRED)} == {REASON}
    assert "30 messages will expire unsent: gazette.example may send 10 messages on day 1 (smtp.ramp)" in caplog.text


def test_ramp_beside_a_reader_with_a_late_hour_says_what_expires(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """The deadline of the issue is a day later than those of its messages but one, which the limit postpones too."""
    with site.database.write() as connection:
        own = site.clock.now() + timedelta(hours=12)
        connection.execute(delivery.update().where(delivery.c.subscriber_id < 40).values(expires_at=own))
        connection.execute(issue.update().values(deadline=own + timedelta(days=1)))
    ramp_of(site).apply(site.issues.sendable(site.clock.now()), site.clock.now())
    assert "29 messages will expire unsent" in caplog.text


def test_ramp_two_issues_of_a_domain_share_the_day_newest_first(site: Site) -> None:
    """The later issue gets what is left of the day; the earlier one keeps what it sent."""
    with honest_server() as (port, _log):
        _send_a_few(site, port, ramp=ramp_of(site), batch=4)
        begun = sent(site, site.issue)
        issue_id = freeze(site, timedelta(hours=12))
        deliver(site, port)
    assert 0 < begun < 10
    assert (sent(site, site.issue), sent(site, issue_id)) == (begun, 10 - begun)


def test_ramp_day_ends_at_midnight_of_the_portals_zone(site: Site) -> None:
    """In Vladivostok noon UTC is ten in the evening: three hours later another day has begun."""
    ramp = ramp_of(site, "Asia/Vladivostok")
    with honest_server() as (port, _log):
        site.sender(mailer_for(port), ramp=ramp).deliver(stop=never)
    site.clock.moment += timedelta(hours=3)
    today = ramp.today("gazette.example", site.clock.now())
    assert (today.day, today.limit, today.used, today.waiting) == (2, 15, 0, 30)
    assert today.began_on == date(2026, 11, 23)
    assert today.next_at == datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_ramp_begins_with_the_first_message(site: Site) -> None:
    """Days without anything to send do not count."""
    site.issues.cancel(site.issue, NOON)
    ramp = ramp_of(site)
    with honest_server() as (port, _log):
        deliver(site, port)
        assert ramp.today("gazette.example", site.clock.now()).began_on is None
        site.clock.moment += timedelta(days=5)
        freeze(site, timedelta(hours=12))
        deliver(site, port)
    today = ramp.today("gazette.example", site.clock.now())
    assert (today.began_on, today.used, today.left) == (date(2026, 11, 28), 10, 0)


def test_ramp_retry_of_an_earlier_day_is_not_counted(site: Site) -> None:
    """A message that was tried yesterday is not a new one."""
    issue_id = freeze(site, timedelta(days=4))
    site.issues.cancel(site.issue, NOON)
    with rogue_server(at("RCPT", "451 4.2.0 later")) as (port, _log):
        deliver(site, port)
    assert site.tallies.of_issue(issue_id)[_S.DEFERRED] == 10
    site.clock.moment += timedelta(days=1)
    with honest_server() as (port, _log):
        deliver(site, port)
    assert sent(site, issue_id) == 25


def test_freeze_engaged_readers_come_first(site: Site) -> None:
    """Readers with a delivered message and no bounce, then the others, each kind by the date of their subscription."""
    with honest_server() as (port, _log):
        _send_a_few(site, port, batch=5)
    delivered = [one.address for one in site.recipients.in_state(site.issue, _S.SENT)]
    issue_id = freeze(site, timedelta(hours=12), engaged_first=True)
    claims = site.ledger.claim(
        READERS, owner="two", now=site.clock.now(), lease=timedelta(seconds=30), issues=[issue_id]
    )
    order = [claim.address for claim in claims]
    assert 0 < len(delivered) < READERS
    assert set(order[: len(delivered)]) == set(delivered)
    assert len(order) == READERS


@given(st.integers(0, 60))
def test_daily_limit_never_falls(day: int) -> None:
    """Each day permits more than the one before."""
    today, tomorrow = daily_limit(day), daily_limit(day + 1)
    assert tomorrow is None or (today is not None and today < tomorrow)


def _send_a_few(site: Site, port: int, **more: Any) -> None:
    """Stop once the first result is stored."""
    stopping = threading.Event()
    sender = site.sender(mailer_for(port), progress=lambda _receipts: stopping.set(), **more)
    sender.deliver(stop=stopping.is_set)

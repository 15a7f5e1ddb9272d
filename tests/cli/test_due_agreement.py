"""`status --due`, `rank`, `preview` and `digest run` name the same issue, whatever the time is."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import bootstrap
from digest.model.issues import IssueState, Slot
from digest.operations.change_log import ChangeLog
from digest.scheduler.publisher import Publisher
from digest.settings.load import find_settings
from digest.timetable import LATE
from tests.support.installation import FrozenClock, Installation, day

MONDAY = datetime(2025, 6, 2, tzinfo=UTC)
STATES = st.sampled_from([None, None, *(IssueState(state) for state in ("planned", "held", "cancelled", "skipped"))])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation whose edition is due at half past nine in the evening, on weekdays."""
    site = Installation(tmp_path_factory.mktemp("agreement"))
    site.configure(
        editions=['name = "daily"\nat = "21:30"\ndays = "mon-fri"\ncatch_up = "3h"\nminimum = 200\ntop = 200']
    )
    site.write("feed.xml", day())
    site.run("status").fine()
    return site


def reset(site: Installation, states: list[IssueState | None], first_seen: datetime | None) -> None:
    """Store issues of these states from Sunday on, and when `digest run` first saw the edition."""
    with closing(sqlite3.connect(site.folder / "digest.db")) as store, store:
        store.execute("DELETE FROM issue")
        store.execute("DELETE FROM beat")
    config = find_settings(site.folder / "config/digest.toml")
    with bootstrap.open_app(config, FrozenClock(MONDAY)) as app:
        for offset, state in enumerate(states, -1):
            slot = Slot(day=(MONDAY + timedelta(days=offset)).date())
            if state is not None:
                record = app.issues.open("daily", slot, app.window(app.settings.edition(None), slot), MONDAY)
                if state is not IssueState.PLANNED:
                    app.issues.move(record.id, {IssueState.PLANNED}, state, reason="made by the test", now=MONDAY)
    if first_seen is not None:
        site.known_since(first_seen)


def published_next(site: Installation, now: datetime) -> str:
    """The slot that `digest run` publishes when it starts now, or later if nothing is due now."""
    config = find_settings(site.folder / "config/digest.toml")
    for step in range(0, 24 * 10, 2):  # shorter than `catch_up`
        with bootstrap.open_app(config, FrozenClock(now + timedelta(hours=step))) as app:
            if step == 0:
                app.beats.record("run", ["daily"], now)
            before = {issue.slot: issue for issue in app.issues.history("daily", 20)}
            Publisher(app=app, changes=ChangeLog(app.clock)).publish_due()
            after = {issue.slot: issue for issue in app.issues.history("daily", 20)}
        made = [slot for slot, issue in after.items() if before.get(slot) != issue and issue.reason != LATE]
        if made:
            return str(made[0])
    raise AssertionError("nothing was published in ten days")


@pytest.mark.needs("time")
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 5 * 24 * 60), st.one_of(st.none(), st.integers(-3000, 9000)), st.lists(STATES, max_size=5))
def test_commands_at_any_moment_name_the_issue_that_run_publishes_next(
    site: Installation, minutes: int, seen: int | None, states: list[IssueState | None]
) -> None:
    """With any first beat and any issues before and after now."""
    now = MONDAY + timedelta(minutes=minutes)
    reset(site, states, None if seen is None else MONDAY + timedelta(minutes=seen))
    (row,) = site.run("status", "--due", "--json", now=now).fine().json
    assert f"daily/{row['slot']}" in site.run("rank", now=now).fine().out
    preview = site.run("preview", "--json", now=now)
    assert f"daily/{row['slot']}" in preview.err or preview.json["slot"] == row["slot"]
    assert published_next(site, now) == row["slot"]
    assert date.fromisoformat(row["slot"]).weekday() < 5


def test_first_run_after_the_hour_publishes_nothing(tmp_path: Path) -> None:
    """A new installation at 08:30: `status --due` names tomorrow, and so does `digest run`."""
    site = Installation(tmp_path).configure()
    site.write("feed.xml", day())
    now = datetime(2025, 6, 2, 5, 30, tzinfo=UTC)
    assert site.run("status", "--due", "--json", now=now).fine().json == [
        {"edition": "daily", "slot": "2025-06-03", "at": "2025-06-03T07:00:00+03:00"}
    ]
    config = find_settings(site.folder / "config/digest.toml")
    with bootstrap.open_app(config, FrozenClock(now)) as app:
        app.beats.record("run", ["daily"], now)
        Publisher(app=app, changes=ChangeLog(app.clock)).publish_due()
        assert app.issues.history("daily", 9) == []

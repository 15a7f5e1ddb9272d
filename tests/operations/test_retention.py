"""The retention: once a day, in slices, not while mail is sent, again after a failure, and without `digest run`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from digest import bootstrap
from digest.app import App
from digest.clock import SystemClock
from digest.errors import ConfigurationError, StoreError
from digest.model.articles import Counters
from digest.model.users import AuditEntry, AuditFilter
from digest.operations.clock_guard import confirm_time
from digest.operations.retention import DailyRetention, clean
from digest.settings.load import find_settings, parse
from digest.store.access.audit import Audit
from digest.store.articles.reading_retention import ReadingRetention
from digest.store.connect import open_database
from digest.store.ledger.folding import Folding
from digest.store.upkeep.beats import RETENTION
from digest.store.upkeep.expired_rows import ExpiredRows
from tests.support.installation import DAY as ISSUE_DAY
from tests.support.installation import SLOT, Installation, day
from tests.support.smtp_server import honest_server
from tests.support.store import LEASE, frozen, seen, visit

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Clock(SystemClock):
    """A clock of one moment; each look at the elapsed time takes a second of it."""

    def __init__(self) -> None:
        super().__init__()
        self.moment, self.seconds = NOON, 0.0

    def now(self) -> datetime:
        return self.moment

    def elapsed(self) -> float:
        self.seconds += 1
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    """The clock of the installation."""
    return Clock()


@pytest.fixture
def app(store_url: str, clock: Clock, tmp_path: Path) -> Iterator[App]:
    """An installation with the readings of three old articles."""
    tables = {"portal": {"name": "Gazette", "url": "https://gazette.example"}, "database": {"url": store_url}}
    settings = parse(tables, file="digest.toml", root=tmp_path, environ={})
    with open_database(settings) as database:
        database.migrate()
    with bootstrap.open_app(settings, clock) as app:
        for hours in range(5):
            at = NOON - 70 * DAY + timedelta(hours=hours)
            sightings = [seen(one, at=at, published_at=at, counters=Counters(views=hours)) for one in range(3)]
            app.articles.record(visit(*sightings, at=at))
        yield app


def readings(app: App) -> int:
    """How many readings are stored."""
    return len(list(app.articles.readings()))


def test_daily_retention_is_done_once_a_day(app: App, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """It logs what it deleted, rests until the next day of the portal, and works again then."""
    caplog.set_level("INFO")
    retention = DailyRetention(app=app, slice_seconds=1000)
    retention()
    assert readings(app) == 3
    assert caplog.messages == ["retention: deleted 12 readings"]
    assert app.beats.latest(RETENTION) == NOON
    clock.moment += timedelta(hours=11)
    retention()
    assert len(caplog.messages) == 1
    clock.moment += timedelta(hours=2)
    retention()
    assert caplog.messages[1:] == ["retention: nothing to delete"]


def test_audit_log_is_kept_as_long_as_the_setting_says(app: App) -> None:
    """Entries go 400 days after they were written."""
    for days in (399, 401, 402):
        app.audit.record(AuditEntry(at=NOON - days * DAY, by="op", action=f"{days}"))
    DailyRetention(app=app, slice_seconds=1000)()
    assert [one.action for one in app.audit.export(AuditFilter())] == ["399"]


def test_clean_deletes_each_kind_at_the_age_that_its_setting_states(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Articles, deliveries, and the rows that are kept as long as the audit log or the deliveries."""
    found: dict[str, object] = {}

    def note(name: str, *moments: object, **ages: object) -> Iterator[int]:
        found[name] = ages or moments[-1]
        return iter(())

    for owner, name in ((ReadingRetention, "delete_articles"), (Folding, "fold"), (ExpiredRows, "purge")):
        monkeypatch.setattr(owner, name, partial(note, name))
    ages = {"articles": 300 * DAY, "deliveries": 200 * DAY, "audit": 500 * DAY}
    kept = app.settings.retention.model_copy(update=ages)
    list(clean(replace(app, settings=app.settings.model_copy(update={"retention": kept})), NOON))
    assert found == {
        "delete_articles": NOON - 300 * DAY,
        "fold": NOON - 200 * DAY,
        "purge": {"audit": 500 * DAY, "deliveries": 200 * DAY},
    }


def test_daily_retention_works_in_slices(app: App) -> None:
    """Each call stops after its time, and the next one continues."""
    retention = DailyRetention(app=app, slice_seconds=0)
    retention()
    assert readings(app) == 3
    assert app.beats.latest(RETENTION) is None
    for _call in range(20):
        retention()
    assert app.beats.latest(RETENTION) == NOON


def test_daily_retention_that_fails_is_begun_again(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the database is raised, and the next call does the whole work."""

    def fail(_self: object, _thinning: object) -> Iterator[int]:
        raise StoreError("the database is away")

    retention = DailyRetention(app=app, slice_seconds=1000)
    with monkeypatch.context() as patched:
        patched.setattr(ReadingRetention, "thin", fail)
        with pytest.raises(StoreError):
            retention()
    assert readings(app) == 15
    retention()
    assert readings(app) == 3


def test_daily_retention_while_mail_is_sent_waits(app: App, clock: Clock) -> None:
    """Nothing is deleted while a sender has claimed anything."""
    frozen(app.articles._database, 1)
    confirm_time(app, NOON)
    assert app.deliveries.claim(1, owner="other", now=NOON - 55 * DAY, lease=LEASE)
    DailyRetention(app=app, slice_seconds=1000)()
    assert readings(app) == 15


def test_daily_retention_stops_where_sending_begins(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the day's work waits, however much time is left for it."""
    frozen(app.articles._database, 1)
    confirm_time(app, NOON)

    def begin_sending(_self: object, _thinning: object) -> Iterator[int]:
        app.deliveries.claim(1, owner="other", now=NOON - 55 * DAY, lease=LEASE)
        yield 0

    monkeypatch.setattr(ReadingRetention, "thin", begin_sending)
    DailyRetention(app=app, slice_seconds=1000)()
    assert app.beats.latest(RETENTION) is None


@pytest.mark.parametrize(
    ("retention", "phrase"),
    [
        ({"readings": "13d"}, 'retention.readings = "13d": expected a duration of at least "14d"'),
        ({"deliveries": "29d"}, 'retention.deliveries = "29d": expected a duration of at least "30d"'),
        ({"audit": "1d"}, 'retention.audit = "1d": expected a duration of at least "30d"'),
        ({"readings": "90d", "articles": "89d"}, "at least `readings`"),
        ({"readings": "30d"}, 'shorter than the window of editions.monthly; expected at least "31d"'),
    ],
)
def test_retention_settings_that_lose_what_issues_need_are_refused(retention: dict[str, str], phrase: str) -> None:
    """One line names the key, its value and what is expected."""
    tables = {
        "portal": {"name": "Gazette", "url": "https://gazette.example"},
        "editions": [{"name": "monthly", "window": "31d"}],
        "retention": {"readings": "60d", **retention},
    }
    with pytest.raises(ConfigurationError, match=phrase) as raised:
        parse(tables, file="digest.toml", root=Path(), environ={})
    assert len(str(raised.value).splitlines()) == 1
    assert "expected" in str(raised.value)


def test_retention_settings_that_are_as_short_as_can_be_are_accepted() -> None:
    """The durations that the refusals name, and a window as long as the readings are kept."""
    tables = {
        "portal": {"name": "Gazette", "url": "https://gazette.example"},
        "editions": [{"name": "fortnightly", "window": "14d"}],
        "retention": {"readings": "14d", "articles": "14d", "deliveries": "30d", "audit": "30d"},
    }
    retention = parse(tables, file="digest.toml", root=Path(), environ={}).retention
    assert (retention.readings, retention.deliveries, retention.audit) == (14 * DAY, 30 * DAY, 30 * DAY)


@pytest.fixture
def cron(tmp_path: Path) -> Iterator[Installation]:
    """An installation that cron serves, with an old entry in its audit log."""
    with honest_server() as (port, _log):
        site = Installation(tmp_path).configure(smtp=f'host = "127.0.0.1"\nport = {port}')
        site.write("feed.xml", day())
        site.subscribe("a@reader.example")
        _note(site, SLOT - 401 * DAY)
        yield site


def _note(site: Installation, at: datetime) -> None:
    with open_database(find_settings(site.folder / "config/digest.toml")) as database:
        Audit(database).record(AuditEntry(at=at, by="op", action="old"))


def _notes(site: Installation) -> int:
    with open_database(find_settings(site.folder / "config/digest.toml")) as database:
        return len(list(Audit(database).export(AuditFilter())))


@pytest.mark.parametrize("command", [("collect",), ("send", "--date", ISSUE_DAY, "--yes")])
def test_command_of_cron_deletes_what_is_old_once_a_day(cron: Installation, command: tuple[str, ...]) -> None:
    """By the database's record; a test message deletes nothing."""
    cron.run("send", "--to", "a@reader.example", now=SLOT).fine()
    assert _notes(cron) == 1
    cron.run(*command, now=SLOT).fine()
    assert _notes(cron) == 0
    _note(cron, SLOT - 401 * DAY)
    cron.run("collect", now=SLOT + timedelta(hours=1)).fine()
    assert _notes(cron) == 1
    cron.run("collect", now=SLOT + DAY).fine()
    assert _notes(cron) == 0


def test_command_of_cron_leaves_the_retention_to_a_run_that_is_alive(cron: Installation) -> None:
    """A beat within three minutes."""
    cron.known_since(SLOT - timedelta(minutes=2))
    cron.run("collect", now=SLOT).fine()
    assert _notes(cron) == 1
    cron.run("collect", now=SLOT + timedelta(minutes=2)).fine()
    assert _notes(cron) == 0


def test_command_of_cron_whose_retention_fails_is_fine(
    cron: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What it was called for is done; the next one tries again."""

    def fail(_self: object, _thinning: object) -> Iterator[int]:
        raise StoreError("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr(ReadingRetention, "thin", fail)
        cron.run("collect", now=SLOT).fine()
    assert [one for one in caplog.messages if "retention" in one] == [
        "retention: nothing more was deleted, the next command will retry: the database is away"
    ]
    assert _notes(cron) == 1
    cron.run("collect", now=SLOT).fine()
    assert _notes(cron) == 0


def test_daily_retention_whose_index_cannot_be_rebuilt_is_done(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the command; the other work of the day is not repeated."""

    def fail(_self: object) -> None:
        raise StoreError("must be owner of index reading_pkey")

    monkeypatch.setattr(ReadingRetention, "rebuild_index", fail)
    DailyRetention(app=app, slice_seconds=1000)()
    assert app.beats.latest(RETENTION) == NOON
    assert "`REINDEX INDEX CONCURRENTLY reading_pkey` does that: must be owner" in caplog.text

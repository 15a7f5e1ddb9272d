"""The checks of what is on the machine: clock, files, sources."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import Mock
from urllib.parse import urljoin

import pytest

from digest.diagnostics.http_probe import HttpAnswer, Unreachable, ask
from digest.diagnostics.installation.clock_drift import check_clock, date_of
from digest.diagnostics.installation.clock_drift import judged as judged_clock
from digest.diagnostics.installation.database import check_disk
from digest.diagnostics.installation.secrets import check_secrets
from digest.diagnostics.installation.sources import check_sources
from digest.diagnostics.installation.sources import judged as judged_source
from digest.diagnostics.results import Level
from digest.model.articles import Collected, Counters, Role, Sighting, SourceReport, Visit
from digest.settings.sources import Expectation
from tests.support.checking import NOW, always, context, levels, only, settings
from tests.support.feed_server import FeedServer
from tests.support.installation import FrozenClock


@pytest.mark.parametrize(
    ("seconds", "level"), [(1, Level.OK), (-20, Level.OK), (31, Level.WARN), (-299, Level.WARN), (301, Level.FAIL)]
)
def test_clock_difference_is_judged(seconds: int, level: Level) -> None:
    """Half a minute warns, five minutes fail."""
    found = judged_clock(timedelta(seconds=seconds), "the server")
    assert (found.level, found.is_urgent) == (level, level is Level.WARN)


@pytest.mark.parametrize(("free", "level"), [(99, Level.FAIL), (999, Level.WARN), (1001, Level.OK)])
def test_check_disk_warns_urgently_before_it_is_full(monkeypatch: pytest.MonkeyPatch, free: int, level: Level) -> None:
    """With less than 1 GB."""
    monkeypatch.setattr(
        "digest.diagnostics.installation.database.shutil.disk_usage", lambda _folder: Mock(free=free * 1_000_000)
    )
    found = only(check_disk(context()))
    assert (found.level, found.is_urgent) == (level, level is Level.WARN)


def test_check_disk_fails_where_the_disk_of_the_database_alone_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be sent then, however much is free where the configuration is."""
    free = {"/proc": 0}
    monkeypatch.setattr(
        "digest.diagnostics.installation.database.shutil.disk_usage",
        lambda folder: Mock(free=free.get(str(folder), 5_000_000_000)),
    )
    elsewhere = settings(tmp_path, database={"url": "sqlite:////proc/digest.db"})
    assert levels(check_disk(context(elsewhere))) == [Level.OK, Level.FAIL]


def test_check_clock_without_other_clock_cannot_tell() -> None:
    """Neither an unreachable server nor one without a Date says anything."""
    for answer in (Unreachable(reason="no answer"), HttpAnswer(status=200, headers={"date": "soon"})):
        assert only(check_clock(context(open_app=always(_NoServer()), ask=always(answer)))).level is Level.CANNOT_TELL


def test_check_clock_is_compared_with_the_web_server() -> None:
    """A real server's Date is that of today, and the frozen clock is far behind."""
    with FeedServer() as server:
        server.answer("/", "", headers={"Date": "Tue, 24 Nov 2026 12:10:00 GMT"})
        portal = {"name": "Harbour Gazette", "url": server.url("/")}
        found = only(check_clock(context(settings(portal=portal), open_app=always(_NoServer()), ask=ask)))
    assert found.level is Level.FAIL
    assert "behind" in found.message


def test_date_of_cached_answer_is_its_time_and_age() -> None:
    """A cache keeps the Date of the origin, and says how old it is."""
    headers = {"date": "Tue, 24 Nov 2026 11:59:00 GMT", "age": "60"}
    assert date_of(HttpAnswer(status=200, headers=headers)) == NOW


def test_ask_unreachable_server_is_reported_with_a_reason() -> None:
    """A closed port, and a server that speaks no TLS."""
    with FeedServer() as server:
        url = server.url("/x")
        answer = ask("POST", url, "a=b")
        assert isinstance(answer, HttpAnswer)
        assert (answer.status, answer.headers["content-length"]) == (404, "0")
        assert isinstance(ask("GET", url.replace("http:", "https:")), Unreachable)
    assert isinstance(ask("GET", url), Unreachable)


@pytest.mark.parametrize(
    ("mode", "level"), [(0o600, Level.OK), (0o640, Level.OK), (0o644, Level.WARN), (0o606, Level.FAIL)]
)
def test_check_secrets_mode_is_judged(tmp_path: Path, mode: int, level: Level) -> None:
    """What every user can read warns, what they can change fails."""
    file = tmp_path / ".env"
    file.write_text("SMTP_PASSWORD=x\n")
    file.chmod(mode)
    assert only(check_secrets(context(settings(tmp_path)))).level is level


@pytest.mark.parametrize(
    "url", ["sqlite:///digest.db", "sqlite+pysqlite:///digest.db", "sqlite:///digest.db?timeout=9"]
)
def test_check_secrets_files_are_those_of_the_settings(tmp_path: Path, url: str) -> None:
    """`.env`, the key and a SQLite database, in every form in which its address may be written."""
    given = settings(tmp_path, dkim={"key": "dkim/s1.pem", "selector": "s1"}, database={"url": url})
    for name in (".env", "digest.db", "dkim/s1.pem"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
        file.chmod(0o644)
    assert levels(check_secrets(context(given))) == [Level.WARN] * 3


def test_check_secrets_wrong_address_of_the_database_is_left_to_its_own_check(tmp_path: Path) -> None:
    """The other files are still judged."""
    (tmp_path / ".env").touch(0o600)
    assert levels(check_secrets(context(settings(tmp_path, database={"url": "sqlite:///"})))) == [Level.OK]


def _report(*ages: float, error: str | None = None, seconds: float = 1.0) -> SourceReport:
    seen = tuple(
        Sighting(
            source="main",
            url=f"https://gazette.example/{age}",
            title="Title",
            taken_at=NOW,
            published_at=NOW - timedelta(hours=age),
            counters=Counters(views=1),
        )
        for age in ages
    )
    return SourceReport(source="main", visit=Visit(sightings=seen), error=error, seconds=seconds)


def test_source_visit_is_summed_up() -> None:
    """Items, the age of the newest, and the counters."""
    found = judged_source(_report(30, 5), Expectation(), NOW)
    assert (found.level, found.message) == (Level.OK, "main: 2 items, the newest is 5 h old, views for 2")
    assert judged_source(_report(5), Expectation(), NOW).message == "main: 1 item, the newest is 5 h old, views for 1"


@pytest.mark.parametrize(
    ("report", "expect", "level"),
    [
        (_report(), Expectation(), Level.WARN),
        (_report(80), Expectation(), Level.WARN),
        (_report(80), Expectation(fresh="7d"), Level.OK),
        (_report(2), Expectation(fresh="1h"), Level.WARN),
        (_report(1), Expectation(items=2), Level.WARN),
        (_report(error="404 Not Found"), Expectation(), Level.FAIL),
        (_report(error="did not answer within 10 s", seconds=10.0), Expectation(), Level.CANNOT_TELL),
    ],
)
def test_source_that_is_empty_stale_or_failing_is_not_right(
    report: SourceReport, expect: Expectation, level: Level
) -> None:
    """What the source's `expect` says counts before what is usual."""
    assert judged_source(report, expect, NOW).level is level


def _counted(*places: str) -> SourceReport:
    seen = tuple(
        Sighting(
            source="hits", role=Role.COUNTERS, url=urljoin("https://gazette.example", place), title="", taken_at=NOW
        )
        for place in places
    )
    return SourceReport(source="hits", visit=Visit(sightings=seen))


@pytest.mark.parametrize(
    ("places", "level"),
    [
        (("?id=1", "?id=2", "?id=3", "?id=4", "?id=5"), Level.WARN),
        (("?id=1", "?id=2", "?id=3", "?id=4", "1/?utm_source=mail"), None),
        (("?id=1", "?id=2", "?id=3", "?id=4"), None),
        (("101", "102", "103", "?id=4", "?id=5"), None),
        (("a", "b", "c.html", "news/1", "news/2"), Level.WARN),
        (tuple(f"https://old.example/{number}" for number in range(5)), Level.WARN),
    ],
)
def test_source_of_counters_whose_addresses_are_of_no_article_warns(
    tmp_path: Path, places: Sequence[str], level: Level | None
) -> None:
    """Its numbers would never be used, and nothing else says so; what is read most may be no more in a feed."""
    collected = Collected(taken_at=NOW, reports=(_report(1, 2, 3, 4, 5), _counted(*places)))
    found = list(check_sources(replace(context(settings(tmp_path)), visit_sources=lambda: collected)))[2:]
    assert [one.level for one in found] == ([] if level is None else [level])
    assert all("hits: none of its addresses is that of an article" in one.message for one in found)


@pytest.mark.parametrize(("same", "number"), [(0, 1), (1, 0)])
def test_sources_that_give_articles_different_addresses_warn(tmp_path: Path, same: int, number: int) -> None:
    """Beside a feed, a query with another form of addresses gives each article twice, and counters to one."""
    feed = [f"https://gazette.example/news/{one}.html" for one in range(5)]
    query = feed[:same] + [f"https://gazette.example/?id={one}" for one in range(same, 5)]
    reports = [
        SourceReport(
            source=name,
            visit=Visit(
                sightings=tuple(
                    Sighting(source=name, url=url, title=f"Title {place}", taken_at=NOW, counters=Counters(views=1))
                    for place, url in enumerate(urls)
                )
            ),
        )
        for name, urls in {"main": feed, "portal-db": query, "other": ["https://other.example/1"] * 5}.items()
    ]
    collected = Collected(taken_at=NOW, reports=tuple(reports))
    found = list(check_sources(replace(context(settings(tmp_path)), visit_sources=lambda: collected)))[3:]
    assert [one.message.partition(", such as")[0] for one in found] == [
        "main, portal-db: 5 articles of one title have two addresses"
    ] * number


class _NoServer:
    """An installation whose database has no clock of its own, and in which nothing has happened yet."""

    clock = ledger_clock = FrozenClock(NOW)

    @property
    def database_health(self) -> "_NoServer":
        return self

    beats = issues = database_health

    def server_time(self) -> None:
        return None

    def latest(self, _process: str) -> None:
        return None

    def last_change(self, before: datetime) -> None:
        return None

"""Held issues: an issue that looks wrong is not sent without a decision, and is published once it looks right."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.model.articles import Collected, Counters, Role, SourceReport, Visit, Window
from digest.store.articles.articles import Articles
from tests.support.feed_server import FeedServer
from tests.support.growing_portal import Days, Portal, configuration, days, install
from tests.support.installation import DAY, SLOT, Installation, day, item, rss
from tests.support.smtp_server import Log, honest_server
from tests.support.store import NOW, WINDOW, opened, seen, thread

MOSCOW = "Europe/Moscow"
READERS = 2
ISSUE = f"daily/{DAY}"
FEED = 'name = "main"\nkind = "feed"\nurl = "feed.xml"\n'

StartSite = Callable[..., AbstractContextManager[tuple[Days, Log]]]


@pytest.fixture
def start_site(tmp_path: Path) -> StartSite:
    """A function that starts an installation with a portal of twelve articles a day, at a frozen time."""

    @contextmanager
    def start(**settings: Any) -> Iterator[tuple[Days, Log]]:
        first = datetime(2026, 9, 1, 8, tzinfo=ZoneInfo(MOSCOW)).astimezone(UTC)
        with FeedServer() as server, honest_server() as (port, log):
            portal = Portal(server, first)
            source = settings.pop("source", "").format(feed=portal.address)
            text = configuration(feed=portal.address, source=source, port=port, zone=MOSCOW, **settings)
            with days(install(tmp_path, text, READERS), portal, MOSCOW) as simulated:
                yield simulated, log

    return start


def breaking(day: Days, *, broken: bool) -> Callable[[object], None]:
    """An event after which the portal answers with errors, or works again."""

    def happen(_clock: object) -> None:
        day.portal.broken = broken
        day.portal.show(datetime.now(UTC))

    return happen


def live(day: Days, end: str, fixed: str) -> None:
    """Eight ordinary days, then a portal that fails from half past eleven until it is fixed."""
    day.run("2026-09-02 06:30", "2026-09-10 11:00", pace=timedelta(hours=2))
    states = day.issues()
    assert states.popitem() == ("2026-09-10", "done")
    assert set(states.values()) == {"done"}
    day.run(
        "2026-09-10 11:00",
        end,
        pace=timedelta(hours=2),
        events={
            "2026-09-10 11:30": breaking(day, broken=True),
            "2026-09-11 06:40": lambda clock: setattr(clock, "pace", timedelta(minutes=20)),
            fixed: breaking(day, broken=False),
            "2026-09-11 11:20": lambda clock: setattr(clock, "pace", timedelta(hours=2)),
        },
    )


@pytest.mark.needs("time")
@pytest.mark.unmeasured
def test_run_held_issue_is_published_once_the_anomaly_is_gone(
    start_site: StartSite, store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The source answers again within `catch_up`: the issue is published, and the hold was logged once."""
    with start_site(database=store_url, every="6h") as (day, log):
        live(day, "2026-09-11 08:30", fixed="2026-09-11 07:40")
        assert day.issues()["2026-09-11"] == "done"
        assert set(log.copies.values()) <= {1}
    said = [record.message for record in caplog.records if "held" in record.message]
    assert said == ["daily/2026-09-11: held; rechecked every minute: 2 articles, usually 12; source main failed"]


@pytest.mark.needs("time")
@pytest.mark.unmeasured
def test_run_held_issue_after_catch_up_stays_held(start_site: StartSite) -> None:
    """After `catch_up` an editor decides; the next issue is published as usual."""
    with start_site(every="6h") as (day, _log):
        live(day, "2026-09-12 09:30", fixed="2026-09-11 11:00")
        states = day.issues()
        assert (states["2026-09-11"], states["2026-09-12"]) == ("held", "done")


def test_run_held_issue_asks_the_sources_once_a_minute(start_site: StartSite) -> None:
    """Although the timetable is looked at every five seconds."""
    expecting = 'name = "main"\nkind = "feed"\nurl = "{feed}"\nexpect = {{ items = 99 }}'
    with start_site(every="6h", source=expecting) as (day, _log):
        day.run("2026-09-02 06:30", "2026-09-02 07:00", pace=timedelta(minutes=1))
        before = day.portal.visits
        day.run("2026-09-02 07:00", "2026-09-02 07:10", pace=timedelta(seconds=5))
        assert day.issues() == {"2026-09-02": "held"}
        assert 10 <= day.portal.visits - before <= 12


@pytest.mark.needs("time")
@pytest.mark.unmeasured
def test_run_anomaly_with_on_doubt_send_is_logged_and_published(
    start_site: StartSite, caplog: pytest.LogCaptureFixture
) -> None:
    """With `on_doubt = "send"` the anomaly is logged and the issue published."""
    with start_site(every="6h", editions=['name = "daily"\non_doubt = "send"\ncatch_up = "6h"']) as (day, _log):
        live(day, "2026-09-11 08:30", fixed="2026-09-11 07:40")
        assert day.issues()["2026-09-11"] == "done"
    assert 'looks wrong, but on_doubt = "send": 2 articles, usually 12' in caplog.text


def _site(folder: Path, port: int, expect: str) -> Installation:
    site = Installation(folder).configure(
        sources=[f"{FEED}expect = {expect}"], smtp=f'host = "127.0.0.1"\nport = {port}'
    )
    site.write("feed.xml", day())
    site.subscribe("anna@reader.example")
    return site


def test_send_issue_below_expectations_is_held_until_forced(tmp_path: Path, mail_server: tuple[int, Log]) -> None:
    """`send` exits 1 with the reason each time, `editions` and `status` show it, and `--force` sends it once."""
    port, log = mail_server
    site = _site(tmp_path, port, "{ items = 8 }")
    why = "source main: 5 articles, expected at least 8"
    site.run("send", "--date", DAY, "--yes").failed(1, f"{ISSUE} is held: {why}", "--force")
    site.run("send", "--date", DAY, "--yes").failed(1, f"{ISSUE} is held: {why}", "--force")
    assert log.accepted == []
    (row,) = site.run("editions", "--json").fine().json
    assert (row["state"], row["reason"]) == ("held", why)
    assert f"{ISSUE} is held: {why}" in site.run("status").fine().out
    assert site.run("status", "--json").fine().json == []
    site.run("send", "--date", DAY, "--yes", "--force").fine()
    site.run("send", "--date", DAY, "--yes", "--force").fine()
    assert [one.recipient for one in log.accepted] == ["anna@reader.example"]


def test_preview_issue_that_would_be_held_warns(tmp_path: Path, mail_server: tuple[int, Log]) -> None:
    """`preview`, `rank` and a test send warn and exit 0."""
    port, log = mail_server
    site = _site(tmp_path, port, '{ items = 3, fresh = "2h", fields = ["comments", "views"] }')
    why = (
        "source main: the newest article is 6 h old, expected one from the last 2 h; "
        "source main: views missing in 5 of 5 articles"
    )
    for command in (["preview"], ["rank"], ["send", "--to", "me@reader.example"]):
        assert f"this issue would be held: {why}\n" in site.run(*command, "--date", DAY).fine().err
    assert len(log.accepted) == 1
    assert site.run("preview", "--date", DAY, "--json").fine().json["doubts"] == why.split("; ")
    assert site.run("editions", "--json").fine().json == []


def test_send_issue_that_meets_expectations_is_sent(tmp_path: Path, mail_server: tuple[int, Log]) -> None:
    """A feed with views, comments and a recent article causes no warning."""
    port, log = mail_server
    site = _site(tmp_path, port, '{ items = 3, fresh = "7h", fields = ["comments", "views", "title"] }')
    views = '<s:statistics xmlns:s="http://search.yahoo.com/mrss/" views="7"/>'
    site.write("feed.xml", rss(*(item(number, more=views) for number in range(1, 5))))
    assert "held" not in site.run("send", "--date", DAY, "--yes").fine().err
    assert len(log.accepted) == 1


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("{ item = 5 }", 'expect.item: unknown key; did you mean "items"?'),
        ("{ items = 0 }", "expect.items = 0: expected a number"),
        ('{ fresh = "soon" }', 'expect.fresh = "soon": expected a duration'),
        ('{ fields = ["view"] }', "expect.fields.1 = \"view\": expected 'url', 'title'"),
        ("5", "expect = 5: expected a table"),
    ],
)
def test_settings_wrong_expectation_is_one_line(tmp_path: Path, expect: str, message: str) -> None:
    """The key, the value and what would be right."""
    site = Installation(tmp_path).configure(sources=[f"{FEED}expect = {expect}"])
    ran = site.run("rank")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert f"sources.main.{message}" in ran.err


def test_articles_given_counts_fields_by_source(store_url: str) -> None:
    """Articles of the window by source, and how many have which field, without other roles and windows."""
    old = seen(9, published_at=WINDOW.start - timedelta(days=2))
    main = [seen(1, summary="One", counters=Counters(views=0)), seen(2, counters=Counters(comments=3)), old]
    other = [seen(2, source="other", counters=Counters(views=5))]
    threads = [thread(5, 1)]
    with opened(store_url) as database:
        articles = Articles(database)
        assert articles.first_sight() is None
        visits = {"main": main, "other": other, threads[0].source: threads}
        reports = [SourceReport(source=name, visit=Visit(sightings=tuple(list_))) for name, list_ in visits.items()]
        articles.record(Collected(taken_at=NOW, reports=tuple(reports)))
        given = articles.field_counts(WINDOW)
        assert set(given) == {"main", "other"}
        counts = given["main"].known
        assert (given["main"].items, counts["summary"], counts["views"], counts["comments"]) == (2, 1, 1, 1)
        assert (given["other"].items, given["other"].known["views"]) == (1, 1)
        assert set(articles.field_counts(WINDOW, Role.DISCUSSION)) == {threads[0].source}
        assert articles.count(WINDOW) == 2
        assert articles.count(Window(start=SLOT - timedelta(days=1), end=SLOT)) == 0
        assert articles.first_sight() == NOW
        newest = articles.newest("main", WINDOW.end)
        assert newest == max(one.published_at for one in main if one.published_at)
        assert articles.newest("nobody", WINDOW.end) is None

"""Articles of sources that state days alone are in the issue of the next morning."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.articles import Collected, Role, Sighting, SourceReport, Validators, Visit, Window
from digest.settings.load import load
from digest.sources.day_dates import DayDatedSource, with_times_of_days
from digest.sources.factory import make_source_set
from digest.store.articles.articles import Articles
from tests.support.articles import seen
from tests.support.store import opened

MOSCOW = ZoneInfo("Europe/Moscow")


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of November 2026 in Moscow."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=MOSCOW)


def dated(*moments: datetime | None, role: Role = Role.ARTICLES) -> tuple[Sighting, ...]:
    """A sighting for each date."""
    return tuple(
        seen("main", url=f"https://gazette.example/{number}", role=role, published_at=moment, taken_at=at(25, 10))
        for number, moment in enumerate(moments)
    )


def dates(sightings: tuple[Sighting, ...], taken_at: datetime) -> list[datetime | None]:
    """Their dates after a visit."""
    return [one.published_at for one in with_times_of_days(sightings, MOSCOW, taken_at)]


def test_day_of_an_article_is_over_or_lasts_until_it_is_seen() -> None:
    """Today's is dated by the visit, yesterday's by the end of yesterday; one without a date stays so."""
    found = dates(dated(at(25, 0), at(24, 0), None), at(25, 10, 15))
    assert found == [at(25, 10, 15), at(24, 23, 59, 59), None]


class _WindowRecorder:
    """A source that records the window of its visit."""

    name = "main"

    def visit(self, window: Window, _taken_at: datetime, _validators: Validators | None) -> Visit:
        self.window = window
        return Visit()


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        (MOSCOW, at(25, 0)),
        (ZoneInfo("America/New_York"), datetime(2026, 11, 24, 5, tzinfo=UTC)),
        (ZoneInfo("Pacific/Auckland"), datetime(2026, 11, 24, 11, tzinfo=UTC)),
        (ZoneInfo("Atlantic/South_Georgia"), datetime(2026, 11, 25, tzinfo=UTC)),  # two hours behind UTC
    ],
)
def test_source_is_asked_from_the_first_moment_of_the_day(zone: ZoneInfo, start: datetime) -> None:
    """A query for what is dated after seven in the morning would not give what is dated by this day alone."""
    recorder = _WindowRecorder()
    DayDatedSource(recorder, zone=zone).visit(Window(start=at(25, 7), end=at(26, 7)), at(25, 10), None)
    assert recorder.window == Window(start=start, end=at(26, 7))


def test_day_in_utc_ends_with_the_day_in_the_zone() -> None:
    """As `00:00:00 GMT` says; three hours later readers in Moscow would see the day after the one that is named."""
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    assert dates(dated(midnight), at(25, 1)) == [at(24, 23, 59, 59)]
    assert dates(dated(midnight), at(25, 10)) == [at(24, 23, 59, 59)]
    assert dates(dated(midnight), at(24, 17, 5)) == [at(24, 17, 5)]


def test_day_in_utc_ends_with_the_day_in_utc_west_of_it() -> None:
    """Where the day of the zone lasts longer."""
    (found,) = with_times_of_days(dated(datetime(2026, 11, 24, tzinfo=UTC)), ZoneInfo("America/New_York"), at(26, 10))
    assert found.published_at == datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "sightings",
    [
        dated(at(25, 0), at(24, 17, 5)),
        dated(at(25, 0, 0, 1), at(24, 0)),
        dated(at(25, 0), datetime(2026, 11, 24, tzinfo=UTC)),
        dated(at(25, 0), role=Role.DISCUSSION),
        dated(at(26, 0)),
        dated(None),
        (),
    ],
)
def test_date_of_a_source_that_states_times_stays(sightings: tuple[Sighting, ...]) -> None:
    """Also midnight, and a date that is a little ahead of our clock; threads are dated by their last comment."""
    assert with_times_of_days(sightings, MOSCOW, at(25, 23, 59)) == sightings


@given(st.integers(0, 400), st.integers(0, 86_400 * 3), st.sampled_from(["Europe/Moscow", "Europe/Berlin", "UTC"]))
def test_date_of_a_day_is_within_it_and_not_after_the_visit(day: int, later: int, name: str) -> None:
    """Whatever the zone, also on days of 23 and 25 hours."""
    zone = ZoneInfo(name)
    midnight = datetime(2026, 1, 1, tzinfo=zone) + timedelta(days=day)
    taken_at = midnight.astimezone(UTC) + timedelta(seconds=later)
    (found,) = with_times_of_days(dated(midnight), zone, taken_at)
    assert found.published_at is not None
    assert midnight <= found.published_at <= taken_at
    assert found.published_at.astimezone(zone).date() == midnight.date()


def test_article_with_a_day_alone_is_in_the_issue_of_the_next_morning(tmp_path: Path, store_url: str) -> None:
    """It appeared after the issue of its own day; later visits do not move its date."""
    item = "<item><title>News</title><link>https://gazette.example/{0}</link><pubDate>{0} Nov 2026</pubDate></item>"
    items = item.format(23) + item.format(24)
    (tmp_path / "feed.xml").write_text(f'<rss version="2.0"><channel><title>G</title>{items}</channel></rss>')
    (tmp_path / "config").mkdir()
    file = tmp_path / "config" / "digest.toml"
    file.write_text(
        '[portal]\nname = "G"\nurl = "https://gazette.example"\ntimezone = "Europe/Moscow"\n'
        '[[sources]]\nname = "main"\nkind = "feed"\nurl = "feed.xml"\n'
    )
    window = Window(start=at(24, 7), end=at(25, 7))
    with ExitStack() as closing, opened(store_url) as database:
        articles = Articles(database)
        (source,) = make_source_set(load(file), closing).sources
        for taken_at in (at(24, 17, 5), at(24, 18), at(25, 6, 55)):
            report = SourceReport(source="main", visit=source.visit(window, taken_at, None))
            articles.record(Collected(taken_at=taken_at, reports=(report,)))
        (record,) = articles.records(window)
    assert record.key == "gazette.example/24"
    assert record.sightings[0].published_at == at(24, 17, 5).astimezone(UTC)
    assert record.sightings[0].day_only


def test_article_whose_source_states_an_hour_later_keeps_its_first_date(store_url: str) -> None:
    """The date stays, and so does what is known of its hour."""
    url, stated = "https://gazette.example/1", ((at(24, 17, 5), True), (at(24, 18), False))
    with opened(store_url) as database:
        articles = Articles(database)
        for taken_at, day_only in stated:
            one = seen("main", url=url, published_at=taken_at, taken_at=taken_at, day_only=day_only)
            visit = Visit(sightings=(one,))
            articles.record(Collected(taken_at=taken_at, reports=(SourceReport(source="main", visit=visit),)))
        (record,) = articles.records(Window(start=at(24, 7), end=at(25, 7)))
    assert record.sightings[0].day_only

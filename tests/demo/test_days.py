"""What the sample portal has published at a moment of the demo."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from digest.demo.days import counted, published, two_days_of_stories, two_days_of_threads
from digest.sources.sample import PORTAL_FILE

TABLES = json.loads(PORTAL_FILE.read_text(encoding="utf-8"))
STORIES = two_days_of_stories(TABLES["articles"])
THREADS = two_days_of_threads(TABLES["discussion"], STORIES)
ZONE = ZoneInfo("Europe/Moscow")
FIRST_DAY = date(2026, 11, 26)
SEVEN = datetime(2026, 11, 26, 4, tzinfo=UTC)  # in Moscow

_AGES = st.timedeltas(timedelta(), timedelta(days=4))


def test_two_days_of_stories_each_has_enough_in_both_languages() -> None:
    """An issue has eight."""
    for day in STORIES:
        assert all(sum(row["language"] == language for row in day) > 8 for language in ("en", "ru"))
    assert sorted(row["path"] for day in STORIES for row in day) == sorted(row["path"] for row in TABLES["articles"])


def test_two_days_of_threads_each_is_of_the_day_of_its_story() -> None:
    """And none is lost."""
    assert sorted(row["path"] for day in THREADS for row in day) == sorted(row["path"] for row in TABLES["discussion"])
    for day, other in ((0, 1), (1, 0)):
        about = [row for row in THREADS[day] if any(story["title"] in row["title"] for story in STORIES[other])]
        assert about == []


def test_published_at_the_hour_has_the_counters_of_the_sample() -> None:
    """Those of the day whose issue is due."""
    found = [one for one in published(STORIES, ZONE, FIRST_DAY, SEVEN) if one.path.startswith("/2026-11-26")]
    assert len(found) == len(STORIES[0])
    assert all((one.views, one.comments) == (one.row.get("views"), one.row.get("comments")) for one in found)


def test_published_next_day_has_other_stories() -> None:
    """The two days take turns, under addresses of their own."""
    first, second, third = (
        {
            one.path.partition("/news")[2]
            for one in published(STORIES, ZONE, FIRST_DAY, SEVEN + timedelta(days=number))
            if one.path.startswith(f"/{FIRST_DAY + timedelta(days=number)}/")
        }
        for number in range(3)
    )
    assert first == third
    assert not first & second


def test_published_since_leaves_out_what_is_older() -> None:
    """As the API is asked."""
    since = SEVEN - timedelta(hours=3)
    found = published(STORIES, ZONE, FIRST_DAY, SEVEN, since=since)
    assert found
    assert all(since <= one.published_at <= SEVEN for one in found)


@given(moment=st.datetimes(datetime(2026, 11, 26), datetime(2026, 12, 30)), later=_AGES)  # noqa: DTZ001 - UTC is added
def test_published_later_has_more_readers(moment: datetime, later: timedelta) -> None:
    """Nothing is from the future, and no counter falls."""
    now = moment.replace(tzinfo=UTC)
    before = {one.path: one for one in published(STORIES, ZONE, FIRST_DAY, now)}
    assert all(one.published_at <= now for one in before.values())
    for one in published(STORIES, ZONE, FIRST_DAY, now + later):
        if one.path in before:
            assert (one.views or 0) >= (before[one.path].views or 0)


@given(known=st.integers(0, 100_000), known_age=st.timedeltas(timedelta(minutes=1), timedelta(days=1)), age=_AGES)
def test_counted_at_the_known_age_is_the_known_value(known: int, known_age: timedelta, age: timedelta) -> None:
    """Before it less, after it more; a counter that the portal does not show stays unknown."""
    assert counted(known, known_age, known_age) == known
    value = counted(known, known_age, age)
    assert value is not None
    assert value <= known if age <= known_age else value >= known
    assert counted(None, known_age, age) is None

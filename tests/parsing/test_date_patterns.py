"""Dates by CLDR patterns: what a page leaves out is the latest that is not in the future."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_datetime
from hypothesis import given
from hypothesis import strategies as st

from digest.parsing.date_patterns import DatePattern

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)  # noon in Moscow
PATTERNS = (
    *("dd.MM.yyyy HH:mm", "d MMMM yyyy 'г.', HH:mm", "MMM d, y h:mm a", "yyyy-MM-dd'T'HH:mm", "EEEE, d.M.yy H:mm"),
    *("ddMMyyyyHHmm", "dd.MM HH:mm", "d MMMM, HH:mm", "MM/dd hh:mm a"),
)


def read(pattern: str, text: str, now: datetime = NOW) -> datetime | None:
    """The moment that a text means in Moscow."""
    return DatePattern.parse(pattern).read(text, MOSCOW, now)


@given(
    st.datetimes(NOW.replace(year=2015, tzinfo=None), NOW.replace(year=2050, tzinfo=None)),
    st.integers(0, 363 * 24 * 60),
    st.sampled_from(PATTERNS),
    st.sampled_from(["en", "ru"]),
)
def test_what_babel_writes_is_read(local: datetime, minutes_ago: int, pattern: str, locale: str) -> None:
    """A moment of the last year, written by CLDR's own rules in either language, comes back to the minute."""
    moment = local.replace(second=0, microsecond=0, tzinfo=MOSCOW)
    text = format_datetime(moment, pattern, locale=locale)
    assert read(pattern, text, moment + timedelta(minutes=minutes_ago)) == moment


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("dd.MM HH:mm", "01.03 05:11", "2026-03-01T05:11"),
        ("dd.MM HH:mm", "28.12 23:05", "2025-12-28T23:05"),
        ("dd.MM HH:mm", "29.02 05:11", "2024-02-29T05:11"),
        ("dd.MM HH:mm", "• 1.03\u00a0\u00a05:11 • 108", "2026-03-01T05:11"),
        ("dd.MM", "28.02", "2026-02-28T00:00"),
        ("HH:mm", "11:59", "2026-03-01T11:59"),
        ("HH:mm", "12:31", "2026-02-28T12:31"),
        ("HH:mm", "12:10", "2026-03-01T12:10"),
        ("dd.MM HH:mm", "05:11", "2026-03-01T05:11"),
        ("dd.MM HH:mm", "Сегодня в 05:11", "2026-03-01T05:11"),
        ("dd.MM HH:mm", "вчера, 05:11", "2026-02-28T05:11"),
        ("HH:mm", "yesterday at 05:11", "2026-02-28T05:11"),
        ("MMM d", "Sept. 1", "2025-09-01T00:00"),
        ("d MMM yyyy", "3 мая 2025", "2025-05-03T00:00"),
        ("h:mm a", "12:05 a.m.", "2026-03-01T00:05"),
    ],
)
def test_what_is_left_out_is_the_latest_not_ahead(pattern: str, text: str, expected: str) -> None:
    """The year, or the day; noon of 1 March in Moscow is now."""
    assert read(pattern, text) == datetime.fromisoformat(expected).replace(tzinfo=MOSCOW)


def test_a_clock_that_runs_ahead_is_seen() -> None:
    """A day less than 24 hours ahead keeps this year: whoever asks sees a wrong zone. A later one is last year's."""
    assert read("dd.MM HH:mm", "01.03 15:00") == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert read("dd.MM HH:mm", "03.03 15:00") == datetime(2025, 3, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "soon", "32.01 05:00", "01.13 05:00", "01.01 25:00", "30.02 10:00", "01.03", "9" * 9]
)
def test_what_is_no_date_is_none(text: str) -> None:
    """Impossible days and hours, and other texts."""
    assert read("dd.MM HH:mm", text) is None


@given(st.text(), st.sampled_from(PATTERNS))
def test_no_text_raises(text: str, pattern: str) -> None:
    """Whatever a page says, it is a moment in UTC or none."""
    found = read(pattern, text)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("pattern", "phrase"),
    [
        ("DD.MM HH:mm", "DD is not understood"),
        ("dd.mm.YYYY", "YYYY is not understood"),
        ("yyyy-MM-ddTHH:mm", "T is not understood"),
        ("dd", "day and month, or a time alone"),
        ("yyyy", "day and month"),
        ("", "day and month"),
        ("dd.MM 'at", "a quote is not closed"),
        ("dd.MM dd", "twice"),
    ],
)
def test_a_wrong_pattern_says_what_would_be_right(pattern: str, phrase: str) -> None:
    """One sentence with an example and the reason."""
    with pytest.raises(ValueError, match=phrase) as caught:
        DatePattern.parse(pattern)
    assert '"dd.MM HH:mm"' in str(caught.value)

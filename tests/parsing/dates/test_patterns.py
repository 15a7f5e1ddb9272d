"""Dates by CLDR patterns: a missing year or day is the latest that is not in the future."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_datetime
from hypothesis import given
from hypothesis import strategies as st

from digest.parsing.dates.patterns import DatePattern

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
def test_date_pattern_text_written_by_babel_is_read(
    local: datetime, minutes_ago: int, pattern: str, locale: str
) -> None:
    """A moment of the last year, written by CLDR's rules in either language, is read to the minute."""
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
        ("dd.MM HH:mm", "Сегодня, 05:11 (обновлено сегодня)", "2026-03-01T05:11"),
        ("HH:mm", "yesterday at 05:11", "2026-02-28T05:11"),
        ("MMM d", "Sept. 1", "2025-09-01T00:00"),
        ("d MMM yyyy", "3 мая 2025", "2025-05-03T00:00"),
        ("h:mm a", "12:05 a.m.", "2026-03-01T00:05"),
    ],
)
def test_date_pattern_missing_year_or_day_is_the_latest_past_one(pattern: str, text: str, expected: str) -> None:
    """Now is noon of 1 March in Moscow."""
    assert read(pattern, text) == datetime.fromisoformat(expected).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("d 'de' MMMM", "28 de noviembre de 2024", "2024-11-28"),
        ("d 'de' MMMM", "28 de noviembre", "2025-11-28"),
        ("d. MMMM yyyy, H:mm", "28. November 2024, 8:10 Uhr", "2024-11-28T08:10"),
        ("d MMMM", "28 листопада 2024 р.", "2024-11-28"),
        ("d MMMM yyyy", "28 novembre 2024 à 08h10", "2024-11-28T08:10"),
        ("d 'de' MMMM 'de' yyyy, H:mm", "28 de noviembre de 2024, 8:10 de la tarde", None),
        ("d. MMMM yyyy, H:mm", "28. November 2024, 8:10 Uhr abends", None),
        *(("HH:mm", text, None) for text in ("8:10 du soir", "8:10 de l'après-midi")),
        ("dd/MM/yyyy HH:mm", "28/11/2024 08:10 p.\u00a0m.", "2024-11-28T20:10"),
        ("dd/MM/yyyy h:mm a", "28/11/2024 8:10 a. m.", "2024-11-28T08:10"),
        ("HH:mm", "8:10 p. m.", "2026-02-28T20:10"),
        *(("HH:mm", text, None) for text in ("Montag, 8:10 Uhr", "8:10, lundi", "lunes, 8:10", "п'ятниця, 8:10")),
        ("d MMMM", "28 novembre, jeudi, 2024", None),
    ],
)
def test_date_pattern_of_another_language_takes_a_year_or_half_of_the_day_around_it(
    pattern: str, text: str, expected: str | None
) -> None:
    wanted = datetime.fromisoformat(expected).replace(tzinfo=MOSCOW) if expected else None
    assert read(pattern, text) == wanted


@pytest.mark.parametrize("pattern", ["MMM d, h:mm a", "d MMMM, h:mm a", "h:mm a", "dd.MM HH:mm"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yesterday at 5:11 PM", "2026-02-28T17:11"),
        ("yesterday at 5:11 AM", "2026-02-28T05:11"),
        ("Yesterday, 12:05 a.m.", "2026-02-28T00:05"),
        ("today, 11:11 AM", "2026-03-01T11:11"),
        ("сегодня, 12:05 p.m.", "2026-03-01T12:05"),
        ("вчера в 5:11:30 pm", "2026-02-28T17:11:30"),
        ("5:11 PM", "2026-02-28T17:11"),
        ("5:11 AM", "2026-03-01T05:11"),
    ],
)
def test_date_pattern_day_by_name_with_am_or_pm_is_read(pattern: str, text: str, expected: str) -> None:
    """The afternoon is not the morning, and a time alone is of the latest day with any pattern."""
    assert read(pattern, text) == datetime.fromisoformat(expected).replace(tzinfo=MOSCOW)


def test_date_pattern_day_by_name_with_impossible_half_is_none() -> None:
    """17:11 AM is no time, and neither is a part of a longer number."""
    for text in ("yesterday at 17:11 AM", "today, 0:11 PM", "17:11 PM", "today, 105:11"):
        assert read("MMM d, h:mm a", text) is None


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("HH:mm", "25.11.2024 05:11", "2024-11-25T05:11+03:00"),
        ("HH:mm", "2025-11-25T05:11:26Z", "2025-11-25T05:11:26+00:00"),
        ("dd.MM", "26.11.2024", "2024-11-26T00:00+03:00"),
        ("dd.MM", "26.11.2024 05:11", "2024-11-26T05:11+03:00"),
        ("MM/dd", "2024/11/25", "2024-11-25T00:00+03:00"),
        ("d MMMM", "25 ноября 2024", "2024-11-25T00:00+03:00"),
        ("d MMMM", "понедельник, 25 ноября 2024 г., 05:11", "2024-11-25T05:11+03:00"),
        ("MMM d HH:mm:ss", "Mon Nov 25 05:11:26 2024", "2024-11-25T05:11:26+03:00"),
        ("dd.MM.yyyy", "25.11.2024 05:11", "2024-11-25T05:11+03:00"),
        ("dd.MM.yyyy HH:mm", "25.11.2025 08:19 PM", "2025-11-25T20:19+03:00"),
        ("dd.MM.yyyy HH:mm", "25.11.2025 08:19 p.m.", "2025-11-25T20:19+03:00"),
        ("dd.MM.yyyy HH:mm", "25.11.2025 08:19 UTC", "2025-11-25T08:19+00:00"),
        ("dd.MM.yyyy HH:mm", "25.11.2025 08:19 +0500", "2025-11-25T08:19+05:00"),
        ("dd.MM.yyyy HH:mm", "25.11.2025 08:19:26 (GMT+5)", "2025-11-25T08:19:26+05:00"),
        ("dd.MM HH:mm", "28.02 05:11 YEKT", "2026-02-28T05:11+05:00"),
        ("dd.MM HH:mm", "28.02 05:11Z • 108", "2026-02-28T05:11+00:00"),
        ("dd.MM HH:mm", "28.02 05:11 Europe/Berlin", "2026-02-28T05:11+01:00"),
        ("HH:mm", "вчера, 05:11 UTC", "2026-02-28T05:11+00:00"),
        ("HH:mm", "05:11 UTC", "2026-03-01T05:11+00:00"),
        ("dd.MM HH:mm", "28.02 05:11:26", "2026-02-28T05:11:26+03:00"),
        ("d MMMM", "25 ноября 24 г.", "2024-11-25T00:00+03:00"),
        ("dd.MM", "Опубликовано 26.11.2024", "2024-11-26T00:00+03:00"),
        ("HH:mm", "25.11.2024 05:11-05:00", "2024-11-25T05:11-05:00"),
        ("HH:mm", "Сегодня, 1 марта 2026, 05:11", "2026-03-01T05:11+03:00"),
        ("d MMMM, HH:mm", "Вчера, 28 февраля, 05:11", "2026-02-28T05:11+03:00"),
    ],
)
def test_date_pattern_piece_of_a_fuller_date_is_the_whole_date(pattern: str, text: str, expected: str) -> None:
    """A year, a day, PM and a zone that the pattern lacks are used, where the whole date is understood."""
    assert read(pattern, text) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        *(
            ("HH:mm", "26 ноября, 05:11"),
            ("HH:mm", "Nov 26, 05:11"),
            ("HH:mm", "26.11 05:11"),
            ("HH:mm", "11/26 05:11"),
        ),
        *(
            ("HH:mm", "05:11, 26 ноя"),
            ("HH:mm", "26th, 05:11"),
            ("HH:mm", "понедельник, 05:11"),
            ("HH:mm", "Mon 05:11"),
        ),
        *(("HH:mm", "в среду в 05:11"), ("HH:mm", "05:11 on Monday"), ("HH:mm", "позавчера, 05:11")),
        *(("HH:mm", "day before yesterday, 05:11"), ("HH:mm", "2 days ago, 05:11"), ("HH:mm", "gestern, 05:11")),
        *(("HH:mm", "05:11-06:12"), ("HH:mm", "today, 25.11.2024 05:11"), ("HH:mm", "вчера, 26 ноября, 05:11")),
        *(
            ("dd.MM", "Новости 26.11.2024"),
            ("dd.MM", "26.11.24"),
            ("dd.MM", "26.11 05:11"),
            ("dd.MM", "26.11 5 PM"),
        ),
        *(("MM.dd", "05.06.2024"), ("MM/dd", "05/06/2024"), ("d MMMM", "Новости 25 ноября 2024 года")),
        *(("d MMMM", "25 ноября, вторник, 2024"), ("d MMMM", "2024, 25 ноября, новости"), ("d MMM", "25 Nov '24")),
        *(
            ("d MMMM", "Новости 25 ноября 24 г."),
            ("d MMMM", "25 ноября, 05:11"),
            ("d MMMM HH:mm", "25 ноября 05:11 2024 и всё"),
        ),
        *(
            ("dd.MM HH:mm", "28.02 05:11 IST"),
            ("dd.MM HH:mm", "28.02 05:11 UTC (MSK)"),
            ("dd.MM HH:mm", "28.02 17:11 AM"),
        ),
        *(("dd.MM HH:mm", "28.02 05:11 вечера"), ("dd.MM HH:mm", "28.02 5:11p"), ("HH:mm", "вчера вечером в 5:11")),
        *(
            ("HH:mm", "yesterday at 5:11 in the evening"),
            ("HH:mm", "05:11:26.5"),
            ("dd.MM.yyyy HH:mm", "25.11.2025 08:19 IST"),
        ),
        *(("dd.MM.yyyy HH:mm", "сегодня, 25.11.2025 08:19"), ("dd.MM HH:mm", "вчера, 27.02 05:11")),
    ],
)
def test_date_pattern_piece_of_a_date_not_understood_is_none(pattern: str, text: str) -> None:
    """A part of the date that would be dropped, and that contradicts the pattern or is understood by nobody."""
    assert read(pattern, text) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "• 28.02 05:11 • 108",
            "Новости 28.02 05:11 +15",
            "28.02 05:11 | 2024",
            "№ 7 | 28.02 05:11 (обновлено в 06:00)",
        ),
        *(
            "28.02 05:11 BBC",
            "28.02 05:11 west",
            "sun 28.02 05:11",
            "28.02 05:11, 5 комментариев",
            "28.02 05:11 a ship",
        ),
        *(
            "News of the day: 28.02 05:11 4.5",
            "28.02 05:11 Reuters",
            "May 28.02 05:11",
            "am 28.02 05:11",
            "28.02 05:11 -",
        ),
    ],
)
def test_date_pattern_other_text_around_a_date_is_ignored(text: str) -> None:
    """Words, counters, ratings and other times are no parts of the date."""
    assert read("dd.MM HH:mm", text) == datetime(2026, 2, 28, 5, 11, tzinfo=MOSCOW)


def test_date_pattern_other_text_around_a_time_is_ignored() -> None:
    """A time alone is of today or yesterday, whatever else is there."""
    for text in (
        "Опубликовано в 05:11 • 108",
        "05:11 | 4.5 | 24/7",
        "1841 просмотр 05:11",
        "5 марток, 05:11",
        "May 05:11",
    ):
        assert read("HH:mm", text) == datetime(2026, 3, 1, 5, 11, tzinfo=MOSCOW)


def test_date_pattern_less_than_a_day_ahead_keeps_the_year() -> None:
    """So the caller notices a wrong zone; a date further ahead is last year's."""
    assert read("dd.MM HH:mm", "01.03 15:00") == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert read("dd.MM HH:mm", "02.03 11:59") == datetime(2026, 3, 2, 8, 59, tzinfo=UTC)
    assert read("dd.MM HH:mm", "03.03 15:00") == datetime(2025, 3, 3, 12, tzinfo=UTC)


def test_date_pattern_29_february_is_that_of_the_last_leap_year() -> None:
    """Usually four years ago at most, and eight around a century that has none."""
    assert read("dd.MM", "29.02", datetime(2104, 2, 27, 12, tzinfo=UTC)) == datetime(2096, 2, 29, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    "text", ["", "soon", "32.01 05:00", "01.13 05:00", "01.01 25:00", "30.02 10:00", "01.03", "9" * 9]
)
def test_date_pattern_invalid_text_is_none(text: str) -> None:
    """Impossible days and hours, and other texts."""
    assert read("dd.MM HH:mm", text) is None


def test_date_pattern_date_at_the_end_of_what_is_read_is_not_cut() -> None:
    """Of a long text 200 characters are read, and half of a time would be another time."""
    assert read("dd.MM HH:mm", f"{'x' * 188} 28.02 23:05") == datetime(2026, 2, 28, 23, 5, tzinfo=MOSCOW)
    assert read("dd.MM HH:mm", f"28.02 23:05{' x' * 200}") == datetime(2026, 2, 28, 23, 5, tzinfo=MOSCOW)
    assert [read("dd.MM HH:mm", f"{'x' * number} 28.02 23:05") for number in (189, 190, 200)] == [None] * 3


@given(st.text(), st.sampled_from(PATTERNS))
def test_date_pattern_any_text_is_a_moment_or_none(text: str, pattern: str) -> None:
    """Any text is a moment in UTC or None."""
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
def test_date_pattern_invalid_pattern_raises_with_an_example(pattern: str, phrase: str) -> None:
    """One line with an example and the reason."""
    with pytest.raises(ValueError, match=phrase) as caught:
        DatePattern.parse(pattern)
    assert '"dd.MM HH:mm"' in str(caught.value)


@pytest.mark.parametrize("text", ["обновлено сегодня, вчера в 05:11", "yesterday at 05:11, edited today"])
def test_date_pattern_text_that_names_two_days_has_no_date(text: str) -> None:
    """The time may be that of either day."""
    assert read("HH:mm", text, NOW) is None

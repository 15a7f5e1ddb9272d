"""Dates that are relative to when a page is read."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.sources.page.relative_dates import relative_moment

NOW = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(
            ("5 минут назад", 5),
            ("минуту назад", 1),
            ("1 минуту назад", 1),
            ("одну минуту назад", 1),
            ("2 мин. назад", 2),
        ),
        *(("11 Минут\xa0назад", 11), ("только что", 0), ("60 секунд назад", 1), ("Just now", 0), ("60 secs ago", 1)),
        *((" 59 minutes\n ago ", 59), ("a minute ago", 1), ("5 mins ago", 5)),
        *(("сегодня, 09:15", 75), ("Сегодня в 09:15", 75), ("today at 9:15 AM", 75), ("вчера в 10:30", 1440)),
        *(("yesterday, 10:30", 1440), ("вчера, 10:30 МСК", 1440)),
        *(("Опубликовано: 5 минут назад", 5), ("Posted today at 9:15", 75), ("Добавлено вчера в 10:30", 1440)),
    ],
)
def test_relative_moment_counts_from_when_the_page_is_read(text: str, minutes: int) -> None:
    """A day that is named is one of the source's zone."""
    assert relative_moment(text, MOSCOW, NOW) == NOW - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2 дня назад",
            "yesterday",
            "вчера",
            "5 минут",
            "ago",
            "назад",
            "2 hours ago",
            "час назад",
            "100 минут назад",
            "",
        ),
        *("около 5 минут назад", "half an hour ago", "1-2 минуты назад", "1.5 minutes ago", "3 м назад", "5 m ago"),
        *("5 минут назад, обновлено 2 минуты назад", "час 5 минут назад", "вчера в 25:30", "сегодня вечером, 9:15"),
        *(
            "-5 минут назад",
            "5 минут назад" + " 5" * 50,
            "сегодня в 10:30, вчера в 11:30",
            "сегодня в 09:15, обновлено в 9:20",
            "сегодняшний, 09:15",
        ),
        *("minutes ago", "минут назад", "an hour ago", "5 минут назад" + " " * 100 + "или 6"),
    ],
)
def test_relative_moment_of_another_text_is_unknown(text: str) -> None:
    """Hours and days are rounded too much, and what is only partly understood may mean another moment."""
    assert relative_moment(text, MOSCOW, NOW) is None

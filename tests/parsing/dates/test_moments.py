"""Dates: each form gives its moment or None, never another moment."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from babel.dates import format_datetime as format_by_cldr
from hypothesis import given
from hypothesis import strategies as st

from digest.parsing.dates.believable import CLOCK_SKEW, EARLIEST, is_in_future
from digest.parsing.dates.epochs import moment_since_1970
from digest.parsing.dates.moments import parse_moment

MOSCOW = ZoneInfo("Europe/Moscow")
MOMENT = datetime(2026, 11, 25, 17, 25, 26, tzinfo=UTC)  # 20:25:26 in Moscow
MINUTE = MOMENT.replace(second=0)
DAY = datetime(2026, 11, 24, 21, tzinfo=UTC)  # begins in Moscow
SANE = st.datetimes(datetime(1990, 1, 2), datetime(2100, 1, 1))  # noqa: DTZ001  # of no zone on purpose


@pytest.mark.parametrize(
    "text",
    [
        *("Wed, 25 Nov 2026 17:25:26 GMT", "Wed, 25 Nov 2026 20:25:26 +0300", "25 Nov 2026 20:25:26"),
        *("Wed, 25 Nov 26 12:25:26 EST", "Wed, 25 Nov 2026 17:25:26 -0000", "Wed, 25 Nov 2026 20:25:26 +0300 (MSK)"),
        *("Wed, Nov 25 2026 08:25:26 PM", "November 25, 2026 08:25:26 p.m.", "Wed, 25 Nov 2026 08:25:26 PM"),
        *("2026-11-25T17:25:26Z", "2026-11-25t17:25:26z", "2026-11-25 17:25:26 UTC", "20261125T172526Z"),
        *("2026-11-25T20:25:26+0300", "2026-11-25 20:25:26+03", "2026-11-25T20:25:26.000000000+03:00"),
        *("2026/11/25 20:25:26 +0300", "11/25/2026 20:25:26", "25-11-2026 20:25:26", "25.11.2026 20:25:26"),
        *("Wed Nov 25 17:25:26 UTC 2026", "Wed Nov 25 20:25:26 2026"),
        *("Wed Nov 25 2026 20:25:26 GMT+0300 (Moscow Standard Time)", "2026-11-25T20:25:26+03:00[Europe/Moscow]"),
        *("Wed, 25 Nov 2026 20:25:26 MSK", "25.11.2026 20:25:26 МСК", "Wed, 25 Nov 2026 22:25:26 YEKT"),
        *("Wed, 25 Nov 2026 17:25:26 WET", "Wed, 25 Nov 2026 19:25:26 CEST", "25 Nov 2026 20:25:26 GMT+3"),
        *("25 Nov 2026 09:25:26 America/Los_Angeles", "Mié, 25 Nov 2026 18:25:26 +0100"),
        *(
            "2026-11-25 17:25:26 +0000 UTC",
            "2026-11-25 20:25:26.0000001 +0300 MSK m=+0.012",
            "2026-11-25 22:25:26 +0500 +05",
        ),
        *(
            '<time datetime="2026-11-25T17:25:26Z" class="datetime">Wed, 11/25/2026 - 20:25</time>\n',
            "<span class='date'>25.11.2026</span> <b>20:25:26</b>",
        ),
        *("20261125202526", "20261125172526Z", "1795627526000000", "1795627526000000000", "/Date(1795627526000+0300)/"),
        *("\u200e25.\u200e11.\u200e2026 20:25:26", "Wed Nov 25 05:25:26 PM UTC 2026", "Wed 25 Nov 17:25:26 UTC 2026"),
        *("25&nbsp;ноября&nbsp;2026, 20:25:26", "25.11.2026&#160;20:25:26"),
        *("Ср, 25 ноя 2026 20:25:26 +0300", "среда, 25 ноября 2026 г., 20:25:26", "20:25:26, 25 ноября 2026 года"),
        *("1795627526", "1795627526000", " 2026-11-25T17:25:26Z\n"),
        *("Wed, 25 Nov 2026 12:55:26 -0430", "2026-11-25T12:55:26-04:30", "2026/11/25 12:25:26 -0500"),
        *("Wed Nov 25 2026 12:25:26 GMT-0500 (Eastern Standard Time)", "25 Nov 2026 12:25:26 GMT-5"),
        *("2026-11-25T17:25:26+00:00Z", "25.11.2026 20:25:26 GMT +3", "25.11.2026 20:25:26 +3:00"),
        *(
            "25.11.2026 20:25:26 по Москве",
            "25 ноября 2026, 20:25:26 по московскому времени",
            "25.11.2026 20:25:26 по МСК",
        ),
        *("November 25, 2026 @ 8:25:26 pm", "25th of November 2026, 20:25:26", "Nov 25 2026  8:25:26:000PM"),
        *("25.11.2026 20:25:26 (МСК)", "25 ноября 2026, 20:25:26 (по московскому времени)", "25.11.2026 / 20:25:26"),
        *("25 Nov 2026 18:25:26 (CET)", "25.11.2026 20:25:26 (GMT+3)", "25.11.2026 20:25:26 (MSK) (UTC+3)"),
        *("2026-11-25 12:25:26-05", "/Date(1795627526000-0500)/", "Wed, 25 Nov 2026 12:25:26 -05:00"),
    ],
)
def test_parse_moment_every_form_gives_same_moment(text: str) -> None:
    """Those of e-mail, ISO 8601, JavaScript, Java, C, databases and people; without a zone in the portal's."""
    assert parse_moment(text, MOSCOW) == MOMENT


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        *(("EDT", -4), ("EST", -5), ("CDT", -5), ("CST", -6), ("MDT", -6), ("MST", -7), ("PDT", -7), ("PST", -8)),
        *(("WEST", 1), ("CET", 1), ("CEST", 2), ("EET", 2), ("EEST", 3), ("MSK", 3), ("SAMT", 4), ("YEKT", 5)),
        *(("OMST", 6), ("KRAT", 7), ("IRKT", 8), ("YAKT", 9), ("VLAT", 10), ("MAGT", 11), ("PETT", 12)),
        *(("JST", 9), ("AWST", 8), ("AEST", 10), ("AEDT", 11), ("NZST", 12), ("NZDT", 13)),
    ],
)
def test_parse_moment_zone_names_have_their_offset(zone: str, hours: int) -> None:
    """Those of RFC 5322 (4.3), and of Europe, Russia and the Pacific where they are unambiguous."""
    assert parse_moment(f"25 Nov 2026 17:25:26 {zone}", MOSCOW) == MOMENT - timedelta(hours=hours)


@pytest.mark.parametrize(
    "text",
    [
        *("2026/11/25", "25-11-2026", "20261125", "11/25/2026", "25 ноября 2026", "Nov 25th, 2026", "2026-11-25"),
        *("25 November 2026 at", "Posted on Nov 25, 2026 at"),  # the page has the hour in another element
    ],
)
def test_parse_moment_day_is_its_first_moment(text: str) -> None:
    """A day begins at midnight in the portal's zone."""
    assert parse_moment(text, MOSCOW) == DAY


@pytest.mark.parametrize("text", ["11/25/2026 05:25 PM", "25.11.2026 17:25", "25.11.2026 - 17:25", "25 Nov 2026 17:25"])
def test_parse_moment_without_seconds_is_the_minute(text: str) -> None:
    """As people write it."""
    assert parse_moment(text, UTC) == MINUTE


@pytest.mark.parametrize("language", ["de", "de_AT", "fr", "fr_CA", "es", "uk"])
def test_parse_moment_what_cldr_writes_in_other_languages_is_read(language: str) -> None:
    """Each month, with its name in full and abbreviated, with the day of the week and the time."""
    for month in range(1, 13):
        local = datetime(2026, month, 23, 8, 10, tzinfo=UTC)
        for style in ("medium", "long", "full", "d MMMM y, HH:mm", "EEEE, d MMM y, HH:mm"):
            write = format_by_cldr if "y" in style else format_date
            text = write(local, style, locale=language)
            found = parse_moment(text, UTC)
            assert found == (local if "HH" in style else local.replace(hour=0, minute=0)), text


@pytest.mark.parametrize(
    ("names", "months"),
    [
        ("Січ Лют Бер Кві Тра Чер Лип Сер Вер Жов Лис Гру", range(1, 13)),
        ("Fév Mär", (2, 3)),
    ],
)
def test_parse_moment_short_names_of_systems_and_blogs_are_read(names: str, months: Sequence[int]) -> None:
    """Those of the C library and of WordPress, which CLDR does not have."""
    for name, month in zip(names.split(), months, strict=True):
        assert parse_moment(f"23 {name} 2026", UTC) == datetime(2026, month, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("Mittwoch, 25. November 2026, 20:25 Uhr", "25. Nov. 2026 um 20:25 Uhr"),
        *("le 25 novembre 2026 à 20h25", "mercredi 25 novembre 2026, 20 h 25"),
        *(
            "25 de noviembre de 2026 a las 20:25",
            "25 de noviembre de 2026, 8:25 p. m.",
            "25/11/2026 20:25h.",
            "25/11/2026 a las 20:25 hs",
            "miércoles, 25 de noviembre del 2026, 20:25",
        ),
        *("25 листопада 2026 р. о 20:25", "середа, 25 листопада 2026 року, 20:25"),
    ],
)
def test_parse_moment_words_around_a_date_of_other_languages_do_not_count(text: str) -> None:
    assert parse_moment(text, MOSCOW) == datetime(2026, 11, 25, 17, 25, tzinfo=UTC)
    assert parse_moment("1er décembre 2026", UTC) == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize("label", ["Published on ", "Posted: ", "Дата публикации: ", "ОПУБЛИКОВАНО:\xa0", "Добавлено "])
def test_parse_moment_label_of_the_publication_does_not_count(label: str) -> None:
    """Pages write it before the date, in one element with it."""
    assert parse_moment(f"{label}25.11.2026 20:25", MOSCOW) == datetime(2026, 11, 25, 17, 25, tzinfo=UTC)


@pytest.mark.parametrize("label", ["Updated: ", "Обновлено ", "Published by Anna on ", "Опубликованный ", "Datenbank "])
def test_parse_moment_behind_other_words_is_none(label: str) -> None:
    """An update is another date."""
    assert parse_moment(f"{label}25.11.2026 20:25", MOSCOW) is None


@pytest.mark.parametrize(
    "text",
    [
        *("25. November", "25 novembre", "25 de noviembre", "25 листопада", "25 listopada 2026", "31 лютого 2026"),
        *("25 de noviembre de 2026, 8:10 de la tarde", "25. November 2026, 8:10 Uhr abends", "25 novembre 2026 8h"),
        *("25 novembre 2026 8h100", "2er novembre 2026"),
        *("25 novembre 2026 8h10 du soir", "25 novembre 2026 25h10", "Mars 2020", "2 h 30"),
    ],
)
def test_parse_moment_partly_understood_date_of_another_language_is_none(text: str) -> None:
    """No year, half of the day, a month of Croatian, where it is October."""
    assert parse_moment(text, MOSCOW) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "yesterday", "2026", "2026-11", "25 Nov 10:00", "10:05", "2026-W48-3", "25.11.26"),
        *("05/06/2026", "05-06-2026 10:00"),  # May or June?
        *("Wed, 25 Nov 2026 10:00:00 IST", "Wed, 25 Nov 2026 10:00:00 AST", "25 Nov 2026 10:00 Moscow"),
        "26 January 2026 16:31:00 AT",  # Atlantic time
        *("25 Nov 2026 10:00 Mars/Phobos", "25 Nov 2026 10:00 America/Argentina", "25 Nov 2026 10:00 (IST)"),
        *("25.11.2026 10:05 (+12)", "25.11.2026 (МСК)", "25.11.2026 / 26.11.2026", "25.11.2026 10:05 / 11:05"),
        *("25.11.2026 17:25 PM", "25.11.2026 00:25 AM", "25.11.2026 25:00", "30 Feb 2026", "99 Nov 2026"),
        *("25.11.2026 -10:05", "2026-11-25 10:00 12:00", "2026-11-25 10:00 UTC CET", "2026-11-25 2026"),
        *(
            "25 Nov 2026 10:00:00 +0099",
            "25 Nov 2026 10:00 UTC MSK",
            "25 Nov 2026 10:00 +0300 PM",
            "25 Nov 2026 10:00:60",
        ),
        *("25 Nov 2026 24:01", "2026-11-25 10:00 +0300 May", "20261325101112", "m=+0.1 2026-11-25 10:00"),
        *("25 Nov 2026 10:00:00 +9900", "2026-11-25 in the evening", "2026-11-25T10:00:00Z and more"),
        *("1970-01-01", "Thu, 01 Jan 1970 00:00:00 GMT", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
        *(f"2026-11-25{' ' * 90}in the evening", f"25.11.2026 10:05{' ' * 980}12:00", f"25.11.2026{' ' * 2000}10:05"),
        *("25.11.2026 @10:05", "25.11.2026 10:05:06:07", "25.11.2026 10:05 -5:00", "25.11.2026 of November 2026"),
        "25.11.2026 10:05 по Лондону",
        "<time datetime='2026-11-25'>25.11.2026</time> <time datetime='2026-11-26'>26.11.2026</time>",
        f"25.11.2026<b>{' ' * 990}</b>10:05",
        *("0", "123", "9" * 14, "٢٠٢٦-١١-٢٥", "2026-11-25 " * 20),
    ],
)
def test_parse_moment_partly_understood_date_is_none(text: str) -> None:
    """A part that is left over, an ambiguous one, an impossible day, a date before 1990."""
    assert parse_moment(text, MOSCOW) is None


@pytest.mark.parametrize(
    "text",
    [
        *("Wed, 25 Nov 2026 17:25:26 +0000 EST", "2026-11-25 17:25:26 +0000 -0500", "25 Nov 2026 17:25:26 +0000 (MSK)"),
        *(
            "2026-11-25 17:25:26 +0000 MSK m=+0.012",
            "2026-11-25 17:25:26 +0300 UTC",
            "25 Nov 2026 17:25:26 EST (-0400)",
        ),
        *(
            "2026-11-25T17:25:26+00:00[Europe/Moscow]",
            "2026-11-25T17:25:26Z[+03:00]",
            "2026-11-25 17:25:26 UTC (GMT+3)",
        ),
        *(
            "Wed Nov 25 2026 17:25:26 GMT+0300 (GMT+04:00)",
            "2026-11-25 17:25:26 +0100 CST",
            "25.11.2026 10:00 МСК (UTC)",
        ),
        *("2026-11-25T17:25:26+03:00Z", "25.11.2026 17:25 по МСК (UTC)"),
        *("2026-07-25T17:25:26+01:00[Europe/Berlin]", "25 Nov 2026 17:25:26 Europe/Moscow (CET)"),
    ],
)
def test_parse_moment_contradictory_zones_are_none(text: str) -> None:
    """An offset and a name, or two offsets, that differ: nobody knows which one is meant."""
    assert parse_moment(text, MOSCOW) is None


@pytest.mark.parametrize(
    "text",
    [
        *("Wed, 25 Nov 2026 12:25:26 -0500 EST", "2026-11-25 12:25:26 -0500 -05", "25 Nov 2026 17:25:26 +0000 (UTC)"),
        *("2026-11-26 01:25:26 +0800 CST", "2026-11-26 01:25:26 +0800 PST", "2026-11-25 22:55:26 +0530 IST"),
        *("25 Nov 2026 20:25:26 MSK (Moscow Standard Time)", "25 Nov 2026 20:25:26 MSK (UTC+3)"),
        *("25 Nov 2026 20:25:26 GMT+0300 (GMT+03:00)", "2026-11-25T18:25:26+01:00[Europe/Berlin]"),
        *("2026-11-25 17:25:26 +0000 (Mars/Phobos)", "25 Nov 2026 20:25:26 Europe/Moscow (MSK)"),
    ],
)
def test_parse_moment_note_that_agrees_with_the_zone_is_read(text: str) -> None:
    """The same offset, also by a name with several meanings, or a name that is not known."""
    assert parse_moment(text, MOSCOW) == MOMENT


def test_parse_moment_zone_beside_offset_in_repeated_hour_is_read() -> None:
    """The hour of a clock change comes twice, with either offset."""
    for hours in (1, 2):
        moment = datetime(2026, 10, 25, 2, 30, tzinfo=UTC) - timedelta(hours=hours)
        assert parse_moment(f"2026-10-25T02:30:00+0{hours}:00[Europe/Berlin]", MOSCOW) == moment


def test_parse_moment_before_1990_is_none() -> None:
    """Before the web a date is a default; 1990 begins in UTC."""
    first = datetime(1990, 1, 1, tzinfo=UTC)
    assert parse_moment("1990-01-01T00:00:00Z", MOSCOW) == parse_moment("631152000", MOSCOW) == first
    for text in ("1989-12-31T23:59:59Z", "31.12.1989 23:59", "631151999", "1990-01-01"):
        assert parse_moment(text, MOSCOW) is None


@given(SANE, st.integers(-14 * 60, 14 * 60))
def test_parse_moment_what_python_writes_comes_back(naive: datetime, minutes: int) -> None:
    """E-mail dates and ISO 8601 with any offset."""
    moment = (naive.replace(microsecond=0) + timedelta(minutes=minutes)).replace(tzinfo=UTC)
    assert parse_moment(format_datetime(moment), MOSCOW) == moment
    assert parse_moment(moment.isoformat(), MOSCOW) == moment


@given(
    SANE, st.sampled_from(["d MMMM y 'г.', HH:mm:ss", "EEEE, d MMM y HH:mm:ss", "HH:mm:ss, d MMMM y", "d.MM.y H:mm:ss"])
)
def test_parse_moment_what_cldr_writes_in_russian_comes_back(naive: datetime, pattern: str) -> None:
    """Names of months and days, full and abbreviated."""
    local = naive.replace(microsecond=0, tzinfo=UTC)
    assert parse_moment(format_by_cldr(local, pattern, locale="ru"), UTC) == local


@given(st.text() | st.text(st.sampled_from("0123456789:-/.,+ TZapmUTCJan(авг)["), max_size=30))
def test_parse_moment_any_text_gives_believable_moment_or_none(text: str) -> None:
    """No text raises."""
    moment = parse_moment(text, MOSCOW)
    assert moment is None or (moment.tzinfo is UTC and moment >= EARLIEST)


def test_moment_since_1970_large_number_is_milliseconds() -> None:
    """Seconds of such a size would be the year 5138 or later."""
    seconds = MOMENT.timestamp()
    assert moment_since_1970(seconds) == moment_since_1970(seconds * 1000) == MOMENT
    assert [moment_since_1970(number) for number in (0, -5, 1e300, float("nan"), 10**400)] == [None] * 5


def test_is_in_future_allows_for_clock_skew() -> None:
    """A portal's clock may run 15 minutes ahead, and no more."""
    assert not is_in_future(MOMENT + CLOCK_SKEW, MOMENT)
    assert is_in_future(MOMENT + CLOCK_SKEW + timedelta(seconds=1), MOMENT)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-31T24:00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("Thu, 31 Dec 2026 24:00:00 GMT", datetime(2027, 1, 1, tzinfo=UTC)),
        ("31.12.2026 24:00", datetime(2026, 12, 31, 21, tzinfo=UTC)),
        ("Thu, 31 Dec 2026 23:59:60 +0000", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-12-31T23:59:60Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("29.02.2028 24:00", datetime(2028, 2, 29, 21, tzinfo=UTC)),
    ],
)
def test_parse_moment_end_of_a_day_is_the_start_of_the_next(text: str, moment: datetime) -> None:
    """ISO 8601 writes it as 24:00, and RFC 5322 permits a leap second."""
    assert parse_moment(text, MOSCOW) == moment


@pytest.mark.parametrize("number", [10**13, 99_999_999_999_999])
def test_moment_since_1970_number_of_no_unit_is_none(number: int) -> None:
    """14 digits are a date without marks."""
    assert moment_since_1970(number) is None


@pytest.mark.parametrize("seconds", [0, 631_152_000, 1_795_627_526, 4_102_444_800])
def test_moment_since_1970_ticks_of_dotnet_are_none(seconds: int) -> None:
    """As nanoseconds they would be a day of 1990; the same digits in a text are unknown too."""
    ticks = 621_355_968_000_000_000 + seconds * 10**7
    assert moment_since_1970(ticks) is None
    assert moment_since_1970(float(ticks)) is None
    assert parse_moment(str(ticks), MOSCOW) is None


def test_moment_since_1970_nanoseconds_of_this_century_are_read() -> None:
    """From 9 September 2001 on they have 19 digits."""
    assert moment_since_1970(10**18) == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)
    assert moment_since_1970(10**18 - 1000) is None


def test_parse_moment_spaces_between_the_parts_do_not_count() -> None:
    """As in the source of a page."""
    assert parse_moment(f"25.11.2026{' ' * 200}20:25:26", MOSCOW) == MOMENT


@pytest.mark.parametrize(
    ("number", "year"),
    [
        (99_999_999_999, 5138),
        (100_000_000_000, None),
        (9_999_999_999_999, 2286),
        (100_000_000_000_000, None),
        (99_999_999_999_999_000, 5138),
        (100_000_000_000_000_000, None),
        (9_999_999_999_999_999_999, 2286),
    ],
)
def test_moment_since_1970_unit_follows_the_size(number: int, year: int | None) -> None:
    """Seconds up to the year 5138, then milli-, micro- and nanoseconds, whose first ones are of 1973."""
    moment = moment_since_1970(number)
    assert (moment and moment.year) == year


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("07 Nov 94 10:00:00 GMT", 1994),
        ("07 Nov 24 10:00:00 GMT", 2024),
        ("07 Nov 49 10:00:00 GMT", 2049),
        ("07 Nov 99 10:00:00 GMT", 1999),
    ],
)
def test_parse_moment_two_digits_of_a_year_are_of_the_nearer_century(text: str, year: int) -> None:
    """RFC 5322, 4.3: below 50 in this century, from 50 on in the last."""
    assert parse_moment(text, UTC) == datetime(year, 11, 7, 10, tzinfo=UTC)
    assert parse_moment("07 Nov 50 10:00:00 GMT", UTC) is None  # of 1950

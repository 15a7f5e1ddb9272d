"""What preferences mean: the next occurrence of the hour in a reader's zone, and editions by language."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.model.subscribers import Preferences
from digest.parsing.dates.moments import parse_moment
from digest.parsing.dates.zones import zone_named
from digest.settings.fields.times import zone
from digest.subscribers.preferences import (
    LONGEST_WAIT,
    chosen_editions,
    joined_editions,
    names_none,
    next_delivery,
    preference_line,
    stored_editions,
    zone_of,
)

_QUARTER = timedelta(minutes=15)
_ZONES = [
    *("UTC", "Europe/Berlin", "Europe/Moscow", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Apia", "Pacific/Chatham", "Africa/Casablanca"),
]
_MOMENTS = st.integers(0, 30 * 365 * 96).map(lambda quarters: datetime(2007, 1, 1, tzinfo=UTC) + quarters * _QUARTER)


@pytest.fixture
def damaged_zone(tmp_path: Path) -> Iterator[str]:
    """A time zone whose file ends early, as after an update of the machine whose disk was full."""
    name, before = "Pacific/Chatham", zoneinfo.TZPATH
    ZoneInfo.clear_cache(only_keys=[name])
    file = tmp_path / name
    file.parent.mkdir()
    file.write_bytes(b"TZif2".ljust(10, b"\0"))
    zoneinfo.reset_tzpath([tmp_path, *before])
    yield name
    zoneinfo.reset_tzpath(before)


def test_zone_whose_file_is_damaged_is_named_and_readers_get_that_of_the_portal(damaged_zone: str) -> None:
    """The operator is not told to write the name that they have written, and one reader's zone stops no issue."""
    with pytest.raises(ValueError, match="cannot read its file of that time zone; reinstall tzdata"):
        zone(damaged_zone)
    assert zone_of(damaged_zone, ZoneInfo("UTC")) == ZoneInfo("UTC")


def test_date_in_a_zone_whose_file_is_damaged_is_unknown(damaged_zone: str) -> None:
    """And the article stays, which has no other date then."""
    assert zone_named(damaged_zone) is None
    assert parse_moment(f"2026-10-01 12:00 {damaged_zone}", ZoneInfo("UTC")) is None


def _berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


@given(st.integers(0, 23), st.sampled_from(_ZONES), _MOMENTS)
@example(2, "Europe/Berlin", datetime(2026, 3, 29, 0, 30, tzinfo=UTC))  # that hour is skipped
@example(2, "Europe/Berlin", datetime(2026, 10, 24, 23, tzinfo=UTC))  # and this one comes twice
@example(1, "Antarctica/Troll", datetime(2026, 10, 25, 0, 30, tzinfo=UTC))  # two hours come twice
@example(7, "Pacific/Apia", datetime(2011, 12, 30, 8, tzinfo=UTC))  # a day is skipped
@example(0, "America/Sao_Paulo", datetime(2018, 11, 3, 12, tzinfo=UTC))  # midnight is skipped
def test_next_delivery_is_the_next_occurrence_of_the_hour(hour: int, name: str, moment: datetime) -> None:
    """Never before the message was made, at most a day later, in that hour; and no quarter before it was in that hour.

    A day whose clock skips the hour has it when the clock is set forward.
    """
    zone = ZoneInfo(name)
    due = next_delivery(hour, zone, moment)
    assert moment <= due <= moment + LONGEST_WAIT
    local = due.astimezone(zone)
    if local.hour != hour:
        nominal = local.replace(hour=hour, minute=0, second=0, microsecond=0, tzinfo=zone, fold=0)
        assert nominal.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != nominal.replace(tzinfo=None)
        assert (due - _QUARTER).astimezone(zone).hour < hour or hour == 0
    passed = moment
    while passed < due:
        assert passed.astimezone(zone).hour != hour
        passed += _QUARTER


def test_next_delivery_during_the_hour_is_at_once() -> None:
    """An issue of 07:00 that is made seconds later is not put off until tomorrow."""
    assert next_delivery(7, ZoneInfo("Europe/Berlin"), _berlin("2026-10-01T07:00:20")) == _berlin("2026-10-01T07:00:20")
    assert next_delivery(7, ZoneInfo("Europe/Berlin"), _berlin("2026-10-01T08:00")) == _berlin("2026-10-02T07:00")
    assert next_delivery(7, ZoneInfo("Europe/Berlin"), _berlin("2026-10-24T08:00")) == _berlin("2026-10-25T07:00")


def test_preference_line_names_a_pause_until_it_ends() -> None:
    """Its last day is the one before."""
    chosen = Preferences(hour=9, paused_until=date(2026, 12, 1))
    assert preference_line(chosen, date(2026, 11, 30)) == "from 09:00; paused until 2026-12-01"
    assert preference_line(chosen, date(2026, 12, 1)) == "from 09:00"


_LANGUAGES = {"daily": "en", "evening": "en", "utro": "ru"}


@pytest.mark.parametrize(
    ("editions", "language", "expected"),
    [
        ((), None, ("daily", "evening", "utro")),
        ((), "ru", ("utro",)),
        ((), "en-gb", ("daily", "evening")),
        ((), "de", ("daily", "evening", "utro")),
        (("daily", "gone"), "ru", ("daily",)),
    ],
)
def test_chosen_editions_are_those_in_the_language_unless_some_were_chosen(
    editions: tuple[str, ...], language: str | None, expected: tuple[str, ...]
) -> None:
    """A language that no edition has counts for nothing, and neither does one beside chosen editions."""
    assert chosen_editions(editions, language, _LANGUAGES) == expected


@pytest.mark.parametrize(
    ("named", "language", "expected"),
    [
        (("utro", "daily", "evening"), "en", ("daily", "evening", "utro")),
        (("daily", "evening"), "en", ("daily", "evening")),
        (("utro", "gone"), "en", ("utro",)),
        ((), "en", ("daily", "evening", "utro")),
        (("gone",), "ru", ("daily", "evening", "utro")),
        ((), None, ()),
        ((), "de", ()),
    ],
)
def test_stored_editions_are_no_choice_only_where_that_means_all(
    named: tuple[str, ...], language: str | None, expected: tuple[str, ...]
) -> None:
    """What was named is stored by name; the reader of what is stored gets what they asked for."""
    stored = stored_editions(named, language, _LANGUAGES)
    assert stored == expected
    wanted = tuple(name for name in _LANGUAGES if name in named) or tuple(_LANGUAGES)
    assert chosen_editions(stored, language, _LANGUAGES) == wanted


_CHOICES = st.lists(st.sampled_from(sorted(_LANGUAGES)), unique=True).map(tuple)
_SPOKEN = st.sampled_from([None, "en", "ru", "de"])


@given(_CHOICES, _SPOKEN, _CHOICES, _SPOKEN)
@example((), "en", ("utro",), "ru")
@example((), "ru", ("daily", "evening", "utro"), "en")
@example((), None, (), "en")
def test_joined_editions_are_those_of_both_choices(
    known: tuple[str, ...], before: str | None, wanted: tuple[str, ...], language: str | None
) -> None:
    """Each in the language of its time: a sign-up takes no edition away."""
    stored = joined_editions(known, before, wanted, language, _LANGUAGES)
    expected = {*chosen_editions(known, before, _LANGUAGES), *chosen_editions(wanted, language, _LANGUAGES)}
    assert set(chosen_editions(stored, language, _LANGUAGES)) == expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ((), False),
        (("",), False),
        (("daily",), False),
        (("gone", "daily"), False),
        (("gone",), True),
        (("", "Daily"), True),
    ],
)
def test_names_none_of_the_editions_only_where_it_names_others(named: tuple[str, ...], expected: bool) -> None:
    """A form without a name, or with an empty one, asks for all."""
    assert names_none(named, _LANGUAGES) is expected

"""When the next message of a reader comes."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from digest.model.issues import Slot
from digest.model.subscribers import Frequency, Preferences
from digest.settings.schema import EditionSettings
from digest.web.public.next_message import next_message

_ZONE = ZoneInfo("Europe/Moscow")
_DAILY = EditionSettings(name="daily")
_WEEKEND = EditionSettings(name="weekend", days="sat,sun", at="10:00")
_FRIDAY = Slot(day=date(2026, 11, 27))


@pytest.mark.parametrize(
    ("chosen", "moment"),
    [
        (Preferences(), "2026-11-27T07:00+03:00"),
        (Preferences(hour=9), "2026-11-27T09:00+03:00"),
        (Preferences(hour=6), "2026-11-28T06:00+03:00"),
        (Preferences(hour=9, timezone="Asia/Tokyo"), "2026-11-28T09:00+09:00"),
        (Preferences(timezone="Asia/Tokyo"), "2026-11-27T13:00+09:00"),
        (Preferences(paused_until=date(2026, 11, 28)), "2026-11-28T07:00+03:00"),
        (Preferences(paused_until=date(2026, 11, 28), frequency=Frequency.WEEKDAYS), "2026-11-30T07:00+03:00"),
        (Preferences(paused_until=date(2027, 11, 1)), "2027-11-01T07:00+03:00"),
    ],
)
def test_next_message_follows_the_preferences(chosen: Preferences, moment: str) -> None:
    """The first issue that they get, at the hour and in the zone that they chose."""
    found = next_message(chosen, [(_DAILY, _FRIDAY)], _ZONE)
    assert found == datetime.fromisoformat(moment)
    assert found.utcoffset() == datetime.fromisoformat(moment).utcoffset()


def test_next_message_is_the_earliest_of_the_editions() -> None:
    """An edition of the weekend never comes to a reader who wants weekdays alone."""
    weekend = _WEEKEND, Slot(day=date(2026, 11, 28))
    assert next_message(Preferences(), [weekend, (_DAILY, _FRIDAY)], _ZONE) == datetime(2026, 11, 27, 4, tzinfo=UTC)
    assert next_message(Preferences(frequency=Frequency.WEEKDAYS), [weekend], _ZONE) is None
    assert next_message(Preferences(), [], _ZONE) is None

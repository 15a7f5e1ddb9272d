"""Alerts in the operator's language: every reason for which an issue is held is translated."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.composing.anomalies import find_anomalies
from digest.composing.release import Hold, HoldCause
from digest.diagnostics.phrases.alert_phrases import in_language
from digest.i18n import Translator
from digest.model.articles import DayStats, FieldCounts
from digest.settings.sources import Expectation
from digest.timetable import LATE

_RUSSIAN = Translator("ru", ZoneInfo("Europe/Moscow"))
_FULL = FieldCounts(items=40, known={"views": 40, "section": 40})
_PAST = [DayStats(weekday=day % 7, articles=40, sources={"lenta": _FULL}) for day in range(28)]
_EXPECTED = Expectation.model_validate({"items": 9, "fresh": "3h", "fields": ["section"]})


@pytest.mark.parametrize(
    ("items", "age"), [(3, timedelta(days=4)), (1, timedelta(hours=5)), (0, None), (3, timedelta(minutes=200))]
)
def test_reasons_of_a_held_issue_are_russian(items: int, age: timedelta | None) -> None:
    """All that `find_anomalies` says; names of sources and fields stay."""
    today = DayStats(weekday=0, articles=items, sources={"lenta": FieldCounts(items=items, known={})})
    reasons = find_anomalies(today, _PAST, {"lenta": _EXPECTED}, {} if age is None else {"lenta": age})
    assert len(reasons) >= 3
    shown = in_language(f"daily/2026-10-01 is held: {'; '.join([*reasons, 'source lenta failed'])}", _RUSSIAN)
    assert set(re.findall("[A-Za-z]+", shown)) <= {"daily", "lenta", "section", "views"}
    assert in_language(reasons[0], Translator("en", ZoneInfo("UTC"))) == reasons[0]


@pytest.mark.parametrize("cause", [HoldCause.PERSON, HoldCause.FOUR_EYES, HoldCause.UNTOUCHED])
def test_hold_by_a_person_or_for_want_of_one_is_russian(cause: HoldCause) -> None:
    """The name stays."""
    shown = in_language(f"daily/2026-10-01 is held: {Hold(cause=cause, by='anna').sentence}", _RUSSIAN)
    assert set(re.findall("[A-Za-z]+", shown)) <= {"daily", "anna"}


def test_reasons_of_a_skipped_issue_are_russian() -> None:
    """After a stop of `digest run`, and without enough articles."""
    for reason in (LATE, "too few articles: 2, and the edition's minimum is 3"):
        assert not re.search("[A-Za-z]", in_language(reason, _RUSSIAN))


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "daily/2026-10-01 is paused: the mail server refuses us: 550 5.7.1 go away",
            "рассылка daily/2026-10-01 приостановлена: почтовый сервер не принимает наши письма: 550 5.7.1 go away",
        ),
        (
            "daily/2026-10-01 is paused: by an operator",
            "рассылка daily/2026-10-01 приостановлена: по решению оператора",
        ),
        ("the receiver mail.example refuses our mail: no", "почтовая служба mail.example не принимает наши письма: no"),
        (
            "daily/2026-10-01 is held: no articles, usually 40; rule size: too large",
            "выпуск daily/2026-10-01 задержан: материалов: 0, обычно 40; rule size: too large",
        ),
        (
            "main: https://a.example/rss: the server answered 502 Bad Gateway (and 2 more)",
            "main: https://a.example/rss: сервер ответил: 502 Bad Gateway (и ещё 2)",
        ),
        ("no such thing (and 2 more)", "no such thing (and 2 more)"),
        ("DKIM: 100% of %(this)s is unknown", "DKIM: 100% of %(this)s is unknown"),
    ],
)
def test_message_keeps_what_servers_say_and_what_is_unknown(message: str, shown: str) -> None:
    """The phrases around it are translated."""
    assert in_language(message, _RUSSIAN) == shown

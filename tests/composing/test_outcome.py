"""What happens to the coming issue, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from digest.composing.outcome import Coming, outcome
from digest.composing.release import Hold, HoldCause
from digest.i18n import Translator
from digest.model.decisions import Release

NOW = datetime(2026, 10, 1, 3, 17, tzinfo=UTC)  # 06:17 in Moscow
SEVEN = NOW + timedelta(minutes=43)
COMING = Coming(at=SEVEN, now=NOW, readers=12_480, articles=10, needed=3)
HELD = Hold(cause=HoldCause.PERSON, by="anna", at=NOW)
EDITED = Hold(cause=HoldCause.FOUR_EYES, by="anna", at=NOW)
ANOMALIES = ("2 articles, usually 12", "source main failed")
DOUBTED = Hold(cause=HoldCause.ANOMALIES, anomalies=ANOMALIES)
UNTOUCHED = Hold(cause=HoldCause.UNTOUCHED)
SENDS = "Goes out at 07:00, in 43 minutes, to 12,480 readers, unless somebody holds it."
WRONG = "; ".join(ANOMALIES)
PASSED = "Its hour, 07:00, has passed: once approved, it is sent at once to 12,480 readers."
ANNA_HOLDS = "anna has held it since 06:17. It waits until somebody approves it."
ONCE_APPROVED = "Once approved, it is skipped unless more arrive."
BREAKS_A_RULE = "Its message breaks a rule (see the preview). It waits until that is fixed."
UNTIL_THEN = "Its hour is 07:00, in 43 minutes."
ITS_HOUR = "Its hour is 07:00, in 43 minutes; it goes to 12,480 readers."


def said(language: str = "en", **changes: Any) -> str:
    """The outcome of the coming issue, changed."""
    return outcome(replace(COMING, **changes), Translator(language, ZoneInfo("Europe/Moscow")))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, SENDS),
        ({"released": Release(by="boris", at=NOW)}, f"boris has approved it. {SENDS}"),
        ({"hold": HELD}, f"anna has held it since 06:17. It waits until somebody approves it. {ITS_HOUR}"),
        ({"hold": EDITED}, f"anna edited it at 06:17. It waits until somebody else approves it. {ITS_HOUR}"),
        (
            {"hold": DOUBTED},
            f"It looks wrong: {WRONG}. It waits until somebody approves it, or nothing looks wrong. {ITS_HOUR}",
        ),
        ({"hold": UNTOUCHED}, f"Nobody has edited it. It waits until somebody edits or approves it. {ITS_HOUR}"),
        (
            {"hold": HELD, "now": SEVEN + timedelta(minutes=5)},
            f"anna has held it since 06:17. It waits until somebody approves it. {PASSED}",
        ),
        (
            {"released": Release(by="boris", at=NOW, at_once=True)},
            "boris sends it now: it goes out in a moment to 12,480 readers.",
        ),
        (
            {"released": Release(by="boris", at=NOW, at_once=True), "now": SEVEN},
            "boris has approved it. It is due now, and will be sent in a moment to 12,480 readers.",
        ),
        ({"now": SEVEN}, "It is due now, and will be sent in a moment to 12,480 readers."),
        (
            {"articles": 2},
            f"It has too few articles: 2 of at least 3 stories. Unless more arrive, the issue is skipped. {UNTIL_THEN}",
        ),
        (
            {"hold": HELD, "articles": 2, "now": SEVEN + timedelta(minutes=5)},
            f"{ANNA_HOLDS} It has too few articles: 2 of at least 3 stories. {ONCE_APPROVED}",
        ),
        (
            {"hold": HELD, "breaks_rules": True},
            f"{ANNA_HOLDS} {BREAKS_A_RULE} {UNTIL_THEN}",
        ),
        ({"breaks_rules": True}, f"{BREAKS_A_RULE} {UNTIL_THEN}"),
        ({"breaks_rules": True, "now": SEVEN}, BREAKS_A_RULE),
        ({"is_scheduled": False}, f"{SENDS} But `digest run` is not running: nothing is sent until it is started."),
    ],
)
def test_outcome_says_what_happens_if_nobody_does_anything(changes: dict[str, Any], text: str) -> None:
    """Each state of docs/editors.md, before and after the hour."""
    assert said(**changes) == text


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(seconds=1), "07:00, in 1 minute,"),
        (timedelta(minutes=2), "07:00, in 2 minutes,"),
        (timedelta(minutes=119), "07:00, in 119 minutes,"),
        (timedelta(hours=2), "07:00, in 2 hours,"),
        (timedelta(hours=14), "07:00, in 14 hours,"),
        (timedelta(hours=14, minutes=40), "07:00, in 15 hours,"),
        (timedelta(hours=23, minutes=59), "at 07:00, in 24 hours,"),
        (timedelta(hours=24), "1 Oct, 07:00, in 24 hours,"),
        (timedelta(hours=30), "1 Oct, 07:00, in 30 hours,"),
        (timedelta(hours=47), "1 Oct, 07:00, in 47 hours,"),
        (timedelta(hours=48), "1 Oct, 07:00, in 2 days,"),
        (timedelta(days=5), "1 Oct, 07:00, in 5 days,"),
        (timedelta(days=4, hours=6), "1 Oct, 07:00, in 4 days,"),
        (timedelta(days=4, hours=17), "1 Oct, 07:00, in 5 days,"),
    ],
)
def test_outcome_counts_down(left: timedelta, text: str) -> None:
    """A date from a day on."""
    assert text in said(now=SEVEN - left)


def test_outcome_hour_of_an_earlier_day_is_dated() -> None:
    """An issue that was held since yesterday."""
    assert "Its hour, 07:00, has passed" in said(hold=HELD, now=SEVEN + timedelta(hours=23))
    assert "1 Oct, 07:00, has passed" in said(hold=HELD, now=SEVEN + timedelta(hours=25))


@pytest.mark.parametrize(
    ("language", "changes", "text"),
    [
        ("en", {}, "Goes out on 1 Oct, 07:00, in 25 hours,"),
        ("ru", {}, "Уйдёт 1 октября в 07:00, через 25 часов,"),
        ("en", {"hold": HELD, "now": SEVEN + timedelta(days=2)}, "anna has held it since 1 Oct, 06:17."),
        ("ru", {"hold": HELD, "now": SEVEN + timedelta(days=2)}, "(anna, с 1 октября, 06:17)"),
        ("en", {"hold": EDITED, "now": SEVEN + timedelta(days=2)}, "anna edited it on 1 Oct, 06:17."),
        ("ru", {"hold": EDITED, "now": SEVEN + timedelta(days=2)}, "Последняя правка: anna, 1 октября в 06:17."),
        ("ru", {"hold": EDITED, "now": NOW}, "Последняя правка: anna, в 06:17."),
    ],
)
def test_outcome_moment_of_another_day_is_dated(language: str, changes: dict[str, Any], text: str) -> None:
    """The issue of the day after tomorrow, and a hold of some days ago, in a sentence that reads well."""
    assert text in said(language, **{"now": SEVEN - timedelta(hours=25), **changes})


@pytest.mark.parametrize(
    ("changes", "is_sent"),
    [
        ({}, True),
        ({"articles": 3}, True),
        ({"articles": 2}, False),
        ({"breaks_rules": True}, False),
        ({"hold": HELD}, False),
        ({"hold": HELD, "released": Release(by="boris", at=NOW, at_once=True)}, False),
        ({"is_scheduled": False}, False),
    ],
)
def test_coming_is_sent_where_nothing_is_against_it(changes: dict[str, Any], is_sent: bool) -> None:
    """Enough articles, a message that keeps the rules, nobody who holds it, and `digest run`."""
    assert replace(COMING, **changes).is_sent is is_sent


def test_outcome_in_russian_has_the_right_cases() -> None:
    """Через сколько и скольким."""
    assert said("ru", readers=1, now=SEVEN - timedelta(minutes=1)) == (
        "Уйдёт в 07:00, через 1 минуту, 1 читателю, если никто не задержит."
    )
    assert "через 43 минуты, 12\u00a0480 читателям" in said("ru")

"""The rules of alerts: lateness, silence, bounces and complaints."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from digest.diagnostics.alerts.alert_rules import (
    LATE_AFTER,
    are_many_bounces,
    are_many_complaints,
    are_many_unsent,
    is_late,
    is_silent,
)
from digest.model.issues import IssueState

_NOW = datetime(2026, 10, 1, 7, tzinfo=UTC)
_SPANS = st.timedeltas(timedelta(), timedelta(days=30))
_COUNTS = st.integers(0, 1_000_000)


@given(_SPANS, st.sampled_from([None, *IssueState]))
def test_issue_is_late_half_an_hour_after_its_time_unless_something_was_decided(
    age: timedelta, state: IssueState | None
) -> None:
    """One that was made, held, skipped, paused or cancelled is not late."""
    is_open = state in {None, IssueState.PLANNED}
    assert is_late(_NOW - age, state, _NOW) is (is_open and age >= LATE_AFTER)


@given(_SPANS, _SPANS, st.sets(st.integers(1, 8)), st.booleans())
def test_source_with_something_new_is_never_silent(
    age: timedelta, fresh: timedelta, days: set[int], reported: bool
) -> None:
    """An older one is if it had news at this hour a week ago, and none yesterday only where that is usual."""
    found = is_silent(_NOW - age, fresh, _NOW, had_news=days.__contains__, reported=reported)
    was_quieter = 8 in days and 1 not in days
    assert found is (age > fresh and (reported or (7 in days and not was_quieter)))


@given(_SPANS, st.booleans())
def test_source_without_history_is_never_silent(fresh: timedelta, reported: bool) -> None:
    """Nothing says what is usual."""
    assert not is_silent(None, fresh, _NOW, had_news=lambda _days: True, reported=reported)


@given(_COUNTS, _COUNTS)
def test_bounces_and_complaints_need_a_share_and_a_number(returned: int, sent: int) -> None:
    """At least 5 and 5 % of the messages; at least 3 and 0.1 %."""
    assert are_many_bounces(returned, sent) is (returned >= 5 and 20 * returned >= sent)
    assert are_many_complaints(returned, sent) is (returned >= 3 and 1000 * returned >= sent)
    if are_many_bounces(returned, sent):
        assert are_many_bounces(returned + 1, sent)


@given(_COUNTS, _COUNTS)
def test_unsent_messages_need_a_share_and_a_number(unsent: int, audience: int) -> None:
    """At least 5 messages and half of the issue's."""
    assert are_many_unsent(unsent, audience) is (unsent >= 5 and 2 * unsent >= audience)

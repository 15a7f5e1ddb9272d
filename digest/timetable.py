"""Decides which slot of an edition is due and which window it covers. Pure.

A slot is a civil day in the portal's zone, so a clock that jumps, a repeated hour or a second scheduler can only meet
the same slot again. Windows are computed in civil time too: they cover time without gaps or overlaps, also across days
of 23 and 25 hours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, takewhile
from zoneinfo import ZoneInfo

from digest.errors import ConfigurationError
from digest.model.articles import LateSpan, Window
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.settings.fields.times import SINCE_LAST
from digest.settings.schema import EditionSettings

LATE = "too late after a stop: folded into the next issue"  # a stored value
LOOK_BACK = timedelta(days=14)  # how far back missed slots are searched, and the longest window after an outage
_DAY = timedelta(days=1)
_LATE_BEFORE_WINDOW = timedelta(days=3)  # from Monday's issue of a Sunday to Friday's


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What is due now: the slot to publish, if any, and the slots that are too late after an outage."""

    publish: Slot | None = None
    missed: tuple[Slot, ...] = ()


def due(
    edition: EditionSettings, zone: ZoneInfo, now: datetime, history: Sequence[IssueRecord], first_seen: datetime | None
) -> Due:
    """What is due now, given the edition's issues so far; at most one slot is published at a time.

    Slots from before `first_seen`, when `digest run` first saw the edition, are never due. (None: it sees it now.)
    """
    since = min(first_seen or now, now)  # a clock that was ahead must not postpone slots
    passed = [slot for slot in _passed_slots(edition, zone, now) if required_moment(edition, slot, zone) >= since]
    if not passed:
        return Due()
    # An issue made ahead of its day must not block the days before it.
    latest = passed[-1]
    states = {issue.slot: issue.state for issue in history if issue.slot.day <= latest.day}
    punctual = now - required_moment(edition, latest, zone) <= edition.catch_up
    if punctual and (latest, IssueState.SKIPPED, LATE) in {(one.slot, one.state, one.reason) for one in history}:
        states[latest] = IssueState.PLANNED  # it was skipped by a clock that was ahead
    made = [slot for slot, state in states.items() if state is not IssueState.PLANNED]
    newest = max(made, default=passed[0])
    pending = [slot for slot in passed if slot >= newest and states.get(slot, IssueState.PLANNED) is IssueState.PLANNED]
    if latest not in pending:
        # A held issue is rechecked: its cause may be gone.
        held = states.get(latest) is IssueState.HELD
        return Due(publish=latest if held and punctual else None)
    missed = tuple(slot for slot in pending if not (punctual and slot == latest))
    return Due(publish=latest if punctual else None, missed=missed)


def window_of(edition: EditionSettings, slot: Slot, zone: ZoneInfo, history: Sequence[IssueRecord]) -> Window:
    """The half-open window of a slot: it ends at the slot's moment and includes slots missed by an outage.

    After a change to a later hour it begins where it would have begun: nothing between the two hours is left out.
    """
    end = required_moment(edition, slot, zone)
    earlier = _earlier_issues(slot, history)
    span = edition.window if isinstance(edition.window, timedelta) else _DAY
    start = usual = _civil_before(edition, slot, span, zone)
    if edition.window == SINCE_LAST:
        starts = [issue.window.end for issue in earlier if issue.frozen_at and issue.state is not IssueState.CANCELLED]
        start = starts[0] if starts else usual
    else:
        start -= _moved_by(edition, zone, earlier)
        for issue in takewhile(lambda issue: issue.reason == LATE, earlier):
            start = min(start, issue.window.start)
    return Window(start=max(min(start, end - timedelta(minutes=1)), min(usual, end - LOOK_BACK)), end=end)


def _moved_by(edition: EditionSettings, zone: ZoneInfo, earlier: Sequence[IssueRecord]) -> timedelta:
    """How much later the last issue would be due today, because `at` or the zone was changed since; else nothing."""
    due_today = moment(edition, earlier[0].slot, zone) if earlier else None
    return timedelta() if due_today is None else max(due_today - earlier[0].window.end, timedelta())


def late_span(window: Window, slot: Slot, history: Sequence[IssueRecord], made_at: datetime | None) -> LateSpan | None:
    """Which articles a slot's issue has that came too late for the one before it; None if there is no such time.

    The issue before is the last one that was frozen; after a cancelled one there are none, because its articles are not
    to be shown. They are dated in the last 24 hours of its window, and at most three days before `window`, that of the
    slot. `made_at` is when the slot's issue was made, if it is frozen.
    """
    ended = (one for one in _earlier_issues(slot, history) if one.frozen_at or one.state is IssueState.CANCELLED)
    last = next(ended, None)
    if last is None or last.known_until is None or last.state is IssueState.CANCELLED:
        return None
    start = max(last.window.start, last.window.end - _DAY, window.start - _LATE_BEFORE_WINDOW)
    end = min(last.window.end, window.start)
    if start >= end:
        return None
    return LateSpan(window=Window(start=start, end=end), after=last.known_until, until=made_at, issue_id=last.id)


def _earlier_issues(slot: Slot, history: Sequence[IssueRecord]) -> list[IssueRecord]:
    """The issues before the slot, the latest first, without corrections, which have other numbers."""
    earlier = (issue for issue in history if issue.slot < slot and issue.slot.number == 1)
    return sorted(earlier, key=lambda issue: issue.slot, reverse=True)


def moment(edition: EditionSettings, slot: Slot, zone: ZoneInfo) -> datetime | None:
    """The instant at which a slot is due, in UTC; None for a day that its zone skipped (Pacific/Apia, 2011-12-30).

    A time that a clock change skips is due after the gap, even if that is on the next day (23:30 in America/Nuuk).
    """
    return None if _is_skipped(slot.day, zone) else datetime.combine(slot.day, edition.at, zone).astimezone(UTC)


def required_moment(edition: EditionSettings, slot: Slot, zone: ZoneInfo) -> datetime:
    """The instant at which a slot is due, in UTC; raises ConfigurationError for a day that its zone skipped."""
    instant = moment(edition, slot, zone)
    if instant is None:
        raise ConfigurationError(f"{slot.day} does not exist in {zone.key}; choose another date")
    return instant


def notice_moment(edition: EditionSettings, slot: Slot, zone: ZoneInfo) -> datetime | None:
    """The instant at which editors are told about the issue, in UTC; None without `notify_at`.

    It is on the issue's day, or the day before where `notify_at` is later than `at`; always before the issue, so a time
    that a clock change skips counts as if the clock had been set forward earlier.
    """
    if edition.notify_at is None:
        return None
    day = slot.day - _DAY if edition.notify_at > edition.at else slot.day
    nominal = datetime.combine(day, edition.notify_at, zone)
    return min(nominal.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def coming_slot(
    edition: EditionSettings, zone: ZoneInfo, now: datetime, history: Sequence[IssueRecord], first_seen: datetime | None
) -> Slot:
    """The slot that `digest run` publishes next: the one that is due now, else the first one that will be due."""
    since = min(first_seen or now, now)
    found = due(edition, zone, now, history, since).publish
    return found or next(
        slot
        for slot in _coming_slots(edition, zone, now)
        if due(edition, zone, required_moment(edition, slot, zone), history, since).publish == slot
    )


def _passed_slots(edition: EditionSettings, zone: ZoneInfo, now: datetime) -> list[Slot]:
    today = now.astimezone(zone).date()
    days = (today - LOOK_BACK + _DAY * place for place in range(LOOK_BACK.days + 1))
    slots = (Slot(day=day) for day in days if day.weekday() in edition.days)
    return [slot for slot in slots if (instant := moment(edition, slot, zone)) and instant <= now]


def _coming_slots(edition: EditionSettings, zone: ZoneInfo, now: datetime) -> Iterator[Slot]:
    days = (now.astimezone(zone).date() + _DAY * ahead for ahead in count(-1))  # yesterday's may be due after a gap
    slots = (Slot(day=day) for day in days if day.weekday() in edition.days)
    return (slot for slot in slots if (instant := moment(edition, slot, zone)) and instant > now)


def _civil_before(edition: EditionSettings, slot: Slot, span: timedelta, zone: ZoneInfo) -> datetime:
    """The instant whose civil time is `span` before that of the slot: yesterday at seven, even if 23 hours ago.

    The slot's nominal time counts even if a clock change skips it, so that windows join without gaps.
    """
    civil = datetime.combine(slot.day, edition.at) - span
    while _is_skipped(civil.date(), zone):
        civil -= _DAY
    return civil.replace(tzinfo=zone).astimezone(UTC)


def _is_skipped(day: date, zone: ZoneInfo) -> bool:
    """Whether the zone went from the day before to the day after, so that not even noon exists."""
    noon = datetime.combine(day, time(12), zone).astimezone(UTC)
    return noon.astimezone(zone).date() != day

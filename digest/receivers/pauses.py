"""When a receiver group is paused, and for how long (pure)."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta

from digest.model.receivers import GroupPause, PauseCause

REFUSED_RECIPIENTS = 3  # within COUNTED_FOR they pause their group
COUNTED_FOR = timedelta(hours=1)
TRIAL_MESSAGES = 3  # sent to a group after its pause, before all others
TRIAL_TIME = timedelta(minutes=5)  # until another trial, where the first had no clear result
LIMITED_FOR = timedelta(hours=1)  # after a group asked for a slower pace, fewer messages are in flight to it
_LENGTHS = {
    PauseCause.REFUSED: (timedelta(hours=1), timedelta(hours=2), timedelta(hours=4)),
    PauseCause.THROTTLED: tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15)),
}
REPLACED_PAUSE = max(TRIAL_TIME, *_LENGTHS[PauseCause.THROTTLED])  # the longest that another pause may replace
_REMEMBERED_FOR = timedelta(hours=12)  # a new pause so soon after the last one is longer


def refusing_groups(refusals: Iterable[tuple[str, Hashable]]) -> set[str]:
    """The groups that refused enough different recipients; each refusal is a group and a recipient."""
    recipients: dict[str, set[Hashable]] = defaultdict(set)
    for group, recipient in refusals:
        recipients[group].add(recipient)
    return {group for group, refused in recipients.items() if len(refused) >= REFUSED_RECIPIENTS}


def next_pause(
    group: str, cause: PauseCause, reason: str, now: datetime, last: GroupPause | None, cleared_at: datetime | None
) -> GroupPause | None:
    """The pause that begins now; None where the last one covers it.

    `last` is the group's latest pause, and `cleared_at` when it ended, None while it lasts. Only the first of the
    replies to messages that were in flight together counts.
    """
    lasts = last is not None and cleared_at is None
    if last is not None and lasts and last.trial_at is None and now < last.until and not _is_worse(cause, last.cause):
        return None
    follows = last is not None and last.cause is cause and (lasts or now - _REMEMBERED_FOR < (cleared_at or now))
    times = last.times + 1 if last is not None and follows else 1
    lengths = _LENGTHS[cause]
    until = now + lengths[min(times, len(lengths)) - 1]
    since = last.since if last is not None and lasts else now
    return GroupPause(group=group, cause=cause, reason=reason, since=since, until=until, times=times)


def next_limit(in_flight: int, last: int | None) -> int:
    """How many messages may be in flight to a group that asks for a slower pace: half as many as were, at least one."""
    return max(1, (in_flight if last is None else min(in_flight, last)) // 2)


def _is_worse(cause: PauseCause, than: PauseCause) -> bool:
    return cause is PauseCause.REFUSED and than is PauseCause.THROTTLED

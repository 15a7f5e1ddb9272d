"""When something needs a person: an issue that is late, a silent source, too many bounces or complaints. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta

from digest.model.issues import IssueState

SOURCES = "sources"  # the check that finds failing sources once a day

LATE_AFTER = timedelta(minutes=30)
FAILING_AFTER = timedelta(hours=3)  # without an answer of a source: shorter outages end before anybody does something
RETURNED_FOR = timedelta(days=3)  # after an issue was made its bounces and complaints are worth an alert
_FAILURES = 2  # visits in a row; after a standstill of `digest run` the last answer is old at the first one
_UNSENT, _UNSENT_OF = 5, 2  # five, and half of the messages
_EXPIRED, _EXPIRED_OF = 5, 20  # five, and one of twenty messages
_BOUNCES, _BOUNCES_OF = 5, 20  # five, and one of twenty messages
_COMPLAINTS, _COMPLAINTS_OF = 3, 1000


def is_late(due_at: datetime, state: IssueState | None, now: datetime) -> bool:
    """Whether an issue should have been made half an hour ago; one that is held or paused has an alert of its own."""
    return state in {None, IssueState.PLANNED} and now - due_at >= LATE_AFTER


def are_many_unsent(unsent: int, audience: int) -> bool:
    """Whether an issue has not reached its readers, if the messages were first tried `LATE_AFTER` ago.

    Within half an hour they are tried three times: a mail server that restarts, or greylists, accepts them then.
    """
    return unsent >= _UNSENT and unsent * _UNSENT_OF >= audience


def is_silent(
    newest: datetime | None, fresh: timedelta, now: datetime, *, had_news: Callable[[int], bool], reported: bool
) -> bool:
    """Whether a source has nothing new for longer than `fresh`, although at this hour it usually has.

    `had_news(days)` tells whether it had some then. It must have had a week ago, and yesterday it must not have been
    quieter than a week before: a Monday is compared with a Monday, also after a weekend without news. Once `reported`,
    it stays silent until it lists something new, although its own silence is then in the comparison.
    """
    if newest is None or now - newest <= fresh:
        return False
    return reported or (had_news(7) and (had_news(1) or not had_news(8)))


def is_failing(failures: int, answered_at: datetime | None, every: timedelta, now: datetime) -> bool:
    """Whether a source that is visited `every` so often has not answered for long; None: it never did."""
    is_long = answered_at is None or now - answered_at >= max(FAILING_AFTER, 2 * every)
    return is_long and failures >= _FAILURES


def are_many_bounces(bounced: int, sent: int) -> bool:
    """Whether the hard bounces among the messages of an issue endanger the sender's reputation."""
    return bounced >= _BOUNCES and bounced * _BOUNCES_OF >= sent


def are_many_expired(expired: int, audience: int) -> bool:
    """Whether more messages of an issue expired than those to full mailboxes, which each issue has."""
    return expired >= _EXPIRED and expired * _EXPIRED_OF >= audience


def are_many_complaints(complained: int, sent: int) -> bool:
    """Whether the complaints about an issue endanger the sender's reputation."""
    return complained >= _COMPLAINTS and complained * _COMPLAINTS_OF >= sent

"""Receiver groups that get no mail for a while, and alerts: what needs a person's attention."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PauseCause(StrEnum):
    """Why a receiver group is paused."""

    REFUSED = "refused"  # it objects to this sender
    THROTTLED = "throttled"  # it asks for a slower pace


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupPause:
    """A receiver group that gets no messages until `until`, and then a few as a trial, which began at `trial_at`.

    `times` is how often it was paused in a row; `reason` is the receiver's reply.
    """

    group: str
    cause: PauseCause
    reason: str
    since: datetime
    until: datetime
    times: int
    trial_at: datetime | None = None


class AlertKind(StrEnum):
    """What an alert is about; its subject says which one."""

    RECEIVER_REFUSES = "receiver-refuses"  # the subject is a receiver group
    ISSUE_HELD = "issue-held"  # an issue
    ISSUE_PAUSED = "issue-paused"  # an issue
    ISSUE_LATE = "issue-late"  # an issue
    SOURCE_SILENT = "source-silent"  # a source
    BOUNCES = "bounces"  # an issue
    COMPLAINTS = "complaints"  # an issue
    CHECK_FAILS = "check-fails"  # one of `digest check`
    CHECK_WARNS = "check-warns"  # one of `digest check`
    SIGNUPS_PAUSED = "signups-paused"  # the web pages


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """Something that needs a person, from when it was first seen until it is cleared (None: it lasts)."""

    kind: AlertKind
    subject: str
    message: str
    first_seen: datetime
    last_seen: datetime
    cleared_at: datetime | None

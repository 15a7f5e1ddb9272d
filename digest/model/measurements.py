"""What a monitoring system reads of an installation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from digest.model.issues import IssueRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredIssue:
    """A frozen issue, and of the latest ones how many of its deliveries are in each state."""

    record: IssueRecord
    deliveries: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """The numbers of one moment.

    `issues`: the latest ones, and the last of each edition; `beats`: when each kind of process last ran; `due`: how
    many messages could be sent now, the oldest since `oldest_due`; `visits`: when each source last answered;
    `failures`: how often it failed since, `errors`: why it did last; `bounces` and `signups` are those of the last day.
    """

    subscribers: Mapping[str, int]
    issues: Sequence[MeasuredIssue]
    beats: Mapping[str, datetime]
    due: int
    oldest_due: datetime | None
    alerts: Mapping[str, int]
    visits: Mapping[str, datetime]
    failures: Mapping[str, int]
    errors: Mapping[str, str | None]
    bounces: Mapping[str, int]
    leave_reasons: Mapping[str, int]
    signups: Mapping[str, int]

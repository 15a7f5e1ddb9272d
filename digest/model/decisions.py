"""What people decided about an issue before it is sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class DecisionKind(StrEnum):
    """Whether an issue waits for a person, may go out at its hour, or goes out at once."""

    HOLD = "hold"
    RELEASE = "release"
    SEND = "send"


class EditMark(NamedTuple):
    """How far people have changed an issue: how often it was held and edited, and how many edits were undone."""

    held: int = 0
    edited: int = 0
    undone: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewAction:
    """Who changed, held or released an issue, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Release(ReviewAction):
    """A person's decision that an issue may go out, perhaps at once; `anomalies` are those that they saw."""

    anomalies: tuple[str, ...] = ()
    at_once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """What people did to an issue: the last edit since its draft was made, the last hold and the last release."""

    edited: ReviewAction | None = None
    held: ReviewAction | None = None
    released: Release | None = None

    @property
    def is_held(self) -> bool:
        """Whether a person holds the issue, and nobody has released it since."""
        return self.held is not None and (self.released is None or self.released.at < self.held.at)

    @property
    def is_released(self) -> bool:
        """Whether a person has released the issue, and nobody holds it since."""
        return self.released is not None and not self.is_held

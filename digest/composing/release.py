"""Whether an issue may go out at its hour, given what editors did to it and the edition's settings. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """What a person did to an issue: who, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Release(Deed):
    """A person's decision that an issue may go out; `doubts` are those that they saw."""

    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """What persons did to an issue since its draft was made: the last deed of each kind."""

    edited: Deed | None = None
    held: Deed | None = None
    released: Release | None = None

    @property
    def is_held(self) -> bool:
        """Whether a person holds the issue, and nobody has released it since."""
        return self.held is not None and (self.released is None or self.released.at < self.held.at)

    @property
    def is_released(self) -> bool:
        """Whether a person has released the issue, and nobody holds it since."""
        return self.released is not None and not self.is_held

    @property
    def is_touched(self) -> bool:
        """Whether a person edited or held the issue."""
        return self.edited is not None or self.held is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseRules:
    """The edition's settings: what happens to an issue that nobody touched, and who may release it."""

    unless_touched: Literal["send", "hold"] = "send"
    four_eyes: bool = False


def reason_to_hold(rules: ReleaseRules, review: Review, doubts: Sequence[str]) -> str | None:
    """Why the issue does not go out at its hour, None if it does; `doubts`: why it looks wrong.

    The first that applies: a person holds it; with `four_eyes`, somebody edited it and nobody else has released it
    since; it looks wrong in a way that whoever released it did not see; with `unless_touched = "hold"`, nobody edited
    or released it.
    """
    if review.is_held and review.held is not None:
        return f"held by {review.held.by}"
    released = review.released if review.is_released else None
    if rules.four_eyes and review.edited is not None and not _is_seen_by_another(review.edited, released):
        return f"edited by {review.edited.by}; somebody else must release it"
    unseen = [doubt for doubt in doubts if released is None or doubt not in released.doubts]
    if unseen:
        return "; ".join(unseen)
    if rules.unless_touched == "hold" and released is None and review.edited is None:
        return "nobody has edited or released it"
    return None


def may_release(rules: ReleaseRules, review: Review, by: str) -> bool:
    """Whether a person may release the issue: with `four_eyes` not the one who edited it last."""
    return not rules.four_eyes or review.edited is None or review.edited.by != by


def _is_seen_by_another(edited: Deed, released: Release | None) -> bool:
    return released is not None and released.at >= edited.at and released.by != edited.by

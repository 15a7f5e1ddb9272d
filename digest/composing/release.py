"""Whether an issue may go out at its hour, given what editors did to it and the edition's settings. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.composing.anomalies import unseen_anomalies
from digest.model.decisions import Release, Review, ReviewAction
from digest.settings.schema import EditionSettings


class HoldCause(StrEnum):
    """Why an issue does not go out at its hour."""

    PERSON = "person"  # somebody holds it
    FOUR_EYES = "four eyes"  # somebody edited it, and somebody else must release it
    ANOMALIES = "anomalies"  # it looks wrong, and nobody released it in spite of that
    UNTOUCHED = "untouched"  # nobody edited or released it


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Why an issue does not go out: who holds it, since when, and which anomalies nobody has seen."""

    cause: HoldCause
    by: str = ""
    at: datetime | None = None
    anomalies: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What is stored as the reason of a held issue."""
        texts = {
            HoldCause.PERSON: f"{self.by} holds it",
            HoldCause.FOUR_EYES: f"edited by {self.by}, and somebody else must approve it",
            HoldCause.ANOMALIES: "; ".join(self.anomalies),
            HoldCause.UNTOUCHED: "nobody has edited or approved it",
        }
        return texts[self.cause]


def find_hold(edition: EditionSettings, review: Review, anomalies: Sequence[str]) -> Hold | None:
    """Why the issue does not go out at its hour, None if it does; `anomalies`: why it looks wrong.

    The first that applies: a person holds it; with `four_eyes`, somebody edited it and nobody else has released it
    since; it looks wrong in a way that whoever released it did not see, unless `on_doubt = "send"`; with
    `unless_touched = "hold"`, nobody edited or released it.
    """
    if review.is_held and review.held is not None:
        return Hold(cause=HoldCause.PERSON, by=review.held.by, at=review.held.at)
    released = review.released if review.is_released else None
    if edition.four_eyes and review.edited is not None and not _is_seen_by_another(review.edited, released):
        return Hold(cause=HoldCause.FOUR_EYES, by=review.edited.by, at=review.edited.at)
    unseen = unseen_anomalies(anomalies, () if released is None else released.anomalies)
    if unseen and edition.on_doubt == "hold":
        return Hold(cause=HoldCause.ANOMALIES, anomalies=unseen)
    if edition.unless_touched == "hold" and released is None and review.edited is None:
        return Hold(cause=HoldCause.UNTOUCHED)
    return None


def may_release(edition: EditionSettings, review: Review, by: str) -> bool:
    """Whether a person may release the issue: with `four_eyes` not the one who edited it last."""
    return not edition.four_eyes or review.edited is None or review.edited.by != by


def _is_seen_by_another(edited: ReviewAction, released: Release | None) -> bool:
    return released is not None and released.at >= edited.at and released.by != edited.by

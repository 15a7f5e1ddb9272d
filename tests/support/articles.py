"""Articles before they are drawn: what sources tell, articles with their readings, and issues of the past."""

from datetime import date, datetime, timedelta
from typing import Any

from digest.model.articles import Article, ArticleRecord, Counters, Reading, Role, Sighting, Window
from digest.model.issues import IssueRecord, IssueState, Slot
from tests.support.issues import SLOT


def hours(number: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=number)


def reading(
    views: int | None = None, comments: int | None = None, *, at: datetime = SLOT, source: str = "main"
) -> Reading:
    """The counters that a source showed at a moment, by default at the slot."""
    return Reading(source=source, taken_at=at, counters=Counters(views=views, comments=comments))


def article(key: str, *readings: Reading, age: float = 6, **words: Any) -> Article:
    """An article published so many hours before the slot."""
    told: dict[str, Any] = {"title": f"Title of {key}", "published_at": SLOT - hours(age), "sources": ("main",)}
    return Article(key=key, url=f"https://{key}", readings=readings, **(told | words))


def seen(source: str, **words: Any) -> Sighting:
    """What a source says of the one article."""
    told: dict[str, Any] = {"url": "https://gazette.example/1", "title": f"As {source} says", "taken_at": SLOT}
    return Sighting(source=source, **(told | words))


def told(*sightings: Sighting, readings: tuple[Reading, ...] = (), key: str = "gazette.example/1") -> ArticleRecord:
    """All that the store knows of an article, first seen three hours before the slot."""
    return ArticleRecord(key=key, first_seen_at=SLOT - hours(3), sightings=sightings, readings=readings)


def discussed(number: int, comments: int | None, *, active: datetime | None = None) -> ArticleRecord:
    """A thread of the discussion list."""
    url = f"https://gazette.example/forum/{number}"
    row = seen("forum", role=Role.DISCUSSION, url=url, title=f"Thread {number}", published_at=active)
    return told(row, readings=(reading(comments=comments, source="forum"),), key=url.removeprefix("https://"))


def issued(
    day: date,
    window: Window,
    *,
    state: IssueState = IssueState.DONE,
    reason: str | None = None,
    number: int = 1,
) -> IssueRecord:
    """An issue of the past; frozen when its window ended, unless its state says that it never was."""
    unfrozen = {IssueState.PLANNED, IssueState.COLLECTING, IssueState.SKIPPED, IssueState.HELD}
    return IssueRecord(
        id=day.toordinal(),
        edition="daily",
        slot=Slot(day=day, number=number),
        state=state,
        window=window,
        frozen_at=None if state in unfrozen else window.end,
        reason=reason,
    )

"""Sightings, records, articles with readings, and past issues for tests."""

from datetime import date, datetime, timedelta
from typing import Any

from digest.model.articles import Article, ArticleRecord, Counters, Reading, Role, Sighting, Window
from digest.model.issues import IssueRecord, IssueState, Slot
from tests.support.issues import SLOT


def hours(number: float) -> timedelta:
    """A number of hours."""
    return timedelta(hours=number)


def reading(
    views: int | None = None, comments: int | None = None, *, at: datetime = SLOT, source: str = "main"
) -> Reading:
    """A reading of a source, by default at the slot."""
    return Reading(source=source, taken_at=at, counters=Counters(views=views, comments=comments))


def article(key: str, *readings: Reading, age: float = 6, **fields: Any) -> Article:
    """An article published `age` hours before the slot."""
    defaults: dict[str, Any] = {"title": f"Title of {key}", "published_at": SLOT - hours(age), "sources": ("main",)}
    return Article(key=key, url=f"https://{key}", readings=readings, **(defaults | fields))


def seen(source: str, **fields: Any) -> Sighting:
    """A sighting of the one article in a source."""
    defaults: dict[str, Any] = {"url": "https://gazette.example/1", "title": f"As {source} says", "taken_at": SLOT}
    return Sighting(source=source, **(defaults | fields))


def article_record(
    *sightings: Sighting, readings: tuple[Reading, ...] = (), key: str = "gazette.example/1"
) -> ArticleRecord:
    """The stored record of an article, first seen three hours before the slot."""
    return ArticleRecord(key=key, first_seen_at=SLOT - hours(3), sightings=sightings, readings=readings)


def discussed(
    number: int, comments: int | None, *, active: datetime | None = None, title: str | None = None
) -> ArticleRecord:
    """A thread of the discussion."""
    url = f"https://gazette.example/forum/{number}"
    row = seen("forum", role=Role.DISCUSSION, url=url, title=title or f"Thread {number}", published_at=active)
    return article_record(row, readings=(reading(comments=comments, source="forum"),), key=url.removeprefix("https://"))


def issued(
    day: date,
    window: Window,
    *,
    state: IssueState = IssueState.DONE,
    reason: str | None = None,
    number: int = 1,
) -> IssueRecord:
    """A past issue, frozen at the end of its window unless its state excludes that."""
    unfrozen = {IssueState.PLANNED, IssueState.SKIPPED, IssueState.HELD}
    return IssueRecord(
        id=day.toordinal(),
        edition="daily",
        slot=Slot(day=day, number=number),
        state=state,
        window=window,
        frozen_at=None if state in unfrozen else window.end,
        reason=reason,
    )

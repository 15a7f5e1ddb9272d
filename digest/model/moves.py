"""Whether a source that gives an article's guid, or its title and date, with another address means it. Pure.

A guid alone does not prove it: some feeds give their items the numbers of their places, or a column one guid for ever.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from digest.model.articles import Sighting

_NUMBER = re.compile(r"\d+")
# Guids that engines give to one article: of WordPress, of Drupal, and UUIDs. Others, such as `item-17`, may be places.
_OF_ONE_ARTICLE = re.compile(
    r"https?://\S+[?&]p=\d+|\d+ at https?://\S+|(?:urn:uuid:)?[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}", re.IGNORECASE
)


class Described(Protocol):
    """What is compared of an article that was listed before."""

    @property
    def url(self) -> str:
        """Its address then."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def summary(self) -> str | None:
        """Its summary, if it is known."""

    @property
    def published_at(self) -> datetime | None:
        """Its date, if it is known."""

    @property
    def day_only(self) -> bool:
        """Whether of its date only the day is known."""


def own_dates(sightings: Iterable[Sighting]) -> set[datetime]:
    """The dates, with an hour, that only one of the sightings has."""
    dates = Counter(one.published_at for one in sightings if one.published_at is not None and not one.day_only)
    return {date for date, times in dates.items() if times == 1}


def is_same_article(before: Described, seen: Sighting, dates: Collection[datetime]) -> bool:
    """Whether `seen` is the article that had its guid before; `dates` are the `own_dates` of its source's answer.

    It has the same moment of publication, or the same texts. A column has these every day: so the numbers in the
    address must be the same too, or an engine must have made the guid.
    """
    if before.published_at == seen.published_at and seen.published_at in dates and not before.day_only:
        return True
    if seen.summary is None or (before.title, before.summary) != (seen.title, seen.summary):
        return False
    same_numbers = _NUMBER.findall(before.url) == _NUMBER.findall(seen.url)
    return same_numbers or _OF_ONE_ARTICLE.fullmatch(seen.guid or "") is not None


def has_same_title_and_date(before: Described, seen: Sighting, dates: Collection[datetime]) -> bool:
    """Whether `seen` has the title and the moment of an article listed before; `dates` are those of `own_dates`."""
    is_own = before.published_at in dates and not before.day_only
    return is_own and (before.title, before.published_at) == (seen.title, seen.published_at)


def is_another_article(before: Described, seen: Sighting) -> bool:
    """Whether `seen` has another title than an article that its source listed before, and another date or none."""
    has_same_date = before.published_at is not None and before.published_at == seen.published_at
    return before.title != seen.title and not has_same_date

"""Articles on their way to an issue: one frozen type for each stage, from a sighting to a ranked article.

`Sighting` (a source's word about an article) → `ArticleRecord` (all that the store knows of it) → `Article` (one voice)
→ `RankedArticle` (with its reasons). Datetimes are aware and UTC. `None` means "unknown", never zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a source's items are: articles to rank, threads of a discussion list, or counters of others' articles."""

    ARTICLES = "articles"
    DISCUSSION = "discussion"
    COUNTERS = "counters"


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The half-open span of time `[start, end)` whose articles an issue is about."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        require_aware(self.start)
        require_aware(self.end)

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """What readers did with an article, as a source counted it; a counter that is not told is `None`."""

    views: int | None = None
    comments: int | None = None
    rating: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """What one source said about one article on one visit; all texts are plain and cleaned, `url` is absolute.

    One of role `counters` has an empty title: its counters count, and it is no word about the article.
    """

    source: str
    url: str
    title: str
    taken_at: datetime
    role: Role = Role.ARTICLES
    summary: str | None = None
    image_url: str | None = None
    image_credit: str | None = None
    section: str | None = None
    author: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    counters: Counters = Counters()

    def __post_init__(self) -> None:
        for moment in (self.taken_at, self.published_at, self.updated_at):
            if moment is not None:
                require_aware(moment)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The counters that one source showed at one moment."""

    source: str
    taken_at: datetime
    counters: Counters


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleRecord:
    """All that the store knows of one article: each source's latest word, and every reading."""

    key: str
    first_seen_at: datetime
    sightings: tuple[Sighting, ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """One article, made of what several sources said.

    `key` is its canonical URL without the scheme; `dated` is false where only our first sight of it dates it.
    """

    key: str
    url: str
    title: str
    published_at: datetime
    dated: bool = True
    summary: str | None = None
    image_url: str | None = None
    image_credit: str | None = None
    section: str | None = None
    author: str | None = None
    language: str | None = None
    updated_at: datetime | None = None
    sources: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """A counter's value and the moment when it was read."""

    value: int
    taken_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One step of a score: its name, its value and an explanation for the editor."""

    name: str
    value: float | None
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RankedArticle:
    """An article with its score, the raw counters that count at the slot, and the reasons.

    `also` are the articles of the same story that are shown beneath it.
    """

    article: Article
    score: float
    views: Count | None = None
    comments: Count | None = None
    pinned: bool = False
    reasons: Sequence[Reason] = ()
    also: tuple["RankedArticle", ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """What the editor's hand says of one article of one edition; `until` is the moment it lets go (`None`: never)."""

    key: str
    kind: str  # pin, drop, boost or title
    value: str | None
    by: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Validators:
    """What an address answered for a conditional request (RFC 9110, 13.1): valid for that address alone."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """What one visit to a source brought; `unchanged` means that the last visit's answer still holds (HTTP 304)."""

    sightings: tuple[Sighting, ...] = ()
    validators: Validators | None = None
    unchanged: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceReport:
    """One source's visit, or in `error` the sentence that says why there was none; `seconds` it took."""

    source: str
    visit: Visit = Visit()
    error: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """One round of all sources, in their order, taken at one moment."""

    taken_at: datetime
    reports: tuple[SourceReport, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldCounts:
    """The articles of one source in one window: their number, and how many of them have each field."""

    items: int
    known: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class DayStats:
    """The articles of one window, in all and by source; `weekday` is that of its end, Monday 0."""

    weekday: int
    articles: int
    sources: Mapping[str, FieldCounts] = field(default_factory=dict)


def require_aware(moment: datetime) -> None:
    """Raise ValueError for a datetime without a zone: such a value means a different instant on each machine."""
    if moment.tzinfo is None:
        raise ValueError(f"a datetime needs a time zone: {moment!r}")

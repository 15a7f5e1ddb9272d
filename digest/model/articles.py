"""Articles: one frozen type for each stage, from a sighting to a ranked article.

`Sighting` (an article in one source) → `ArticleRecord` (all stored sightings and readings) → `Article` (merged) →
`RankedArticle` (with its score and reasons). Datetimes are aware and in UTC. None means unknown, never zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum

from digest.model.reasons import LazyReasons, Reason

_DAILY = timedelta(days=2)
_LONG_WEEKEND = timedelta(days=4)


class Role(StrEnum):
    """What the items of a source are: articles to rank, threads of a discussion, or counters of others' articles."""

    ARTICLES = "articles"
    DISCUSSION = "discussion"
    COUNTERS = "counters"


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The half-open time span `[start, end)` whose articles an issue covers."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        require_aware(self.start)
        require_aware(self.end)

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    @property
    def is_of_a_day(self) -> bool:
        """Whether it is that of a daily issue, whose readers call its day today: two days at most."""
        return self.end - self.start <= _DAILY

    @property
    def is_of_a_week(self) -> bool:
        """Whether it is longer than from Friday to a Tuesday after a holiday, as that of a weekly issue is."""
        return self.end - self.start > _LONG_WEEKEND


@dataclass(frozen=True, kw_only=True, slots=True)
class LateSpan:
    """Which articles are late for the issue that covered them: dated in `window`, first seen after `after`.

    `until` is when the next issue was made, which has them; None: it is not made yet. `issue_id` is the issue that they
    were late for.
    """

    window: Window
    after: datetime
    until: datetime | None
    issue_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """The counters of an article in one source; None if unknown."""

    views: int | None = None
    comments: int | None = None
    rating: int | None = None


COUNTERS = tuple(one.name for one in fields(Counters))
"""The names of the counters."""

ON_ARTICLE_PAGES = (*COUNTERS, "image_credit")
"""What may be read from the pages of articles."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """An article as seen in one source on one visit; all texts are plain and cleaned, `url` is absolute.

    With role `counters` the title is empty and only the counters are used. `item` distinguishes articles that share one
    URL, such as the episodes of a podcast. `guid` is the name that the source gives it, if no other one of its answer
    has it. `page_unread`: the article's page was not read yet, so that what it may say is unknown rather than absent.
    `day_only`: the source states the day of publication, and its hour is not known.
    """

    source: str
    url: str
    title: str
    taken_at: datetime
    role: Role = Role.ARTICLES
    summary: str | None = None
    image_url: str | None = None
    image_width: int | None = None
    image_height: int | None = None
    image_credit: str | None = None
    section: str | None = None
    author: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    counters: Counters = Counters()
    item: str | None = None
    guid: str | None = None
    page_unread: bool = False
    day_only: bool = False

    def __post_init__(self) -> None:
        for moment in (self.taken_at, self.published_at, self.updated_at):
            if moment is not None:
                require_aware(moment)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The counters in one source at one time."""

    source: str
    taken_at: datetime
    counters: Counters


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleRecord:
    """All that is stored of one article: the latest sighting of each source, and every reading."""

    key: str
    first_seen_at: datetime
    sightings: tuple[Sighting, ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LastListing:
    """When a source listed an article last, and its latest answer; the article's date is the one that it states."""

    source: str
    key: str
    published_at: datetime
    taken_at: datetime
    visited_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """One article, merged from several sources.

    `key` is its canonical URL without the scheme; `dated` is false if no source dates it and the first sighting does.
    `late`: it was first seen after the issue that covered its date was made. `day_only`: of its date only the day is
    known.
    """

    key: str
    url: str
    title: str
    published_at: datetime
    dated: bool = True
    late: bool = False
    day_only: bool = False
    summary: str | None = None
    image_url: str | None = None
    image_width: int | None = None
    image_height: int | None = None
    image_credit: str | None = None
    section: str | None = None
    author: str | None = None
    language: str | None = None
    sources: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()

    @property
    def section_key(self) -> str:
        """Its section, for comparison: in whatever case it is written; empty where it has none."""
        return (self.section or "").casefold()


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """The value of a counter and the time when it was read."""

    value: int
    taken_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RankedArticle:
    """An article with its score, its counters at the slot, and the reasons.

    `also` are the articles of the same story that are shown below it; an `added` one enters the issue in any case, and
    so does one with a `place`, at which an editor wants it, from 1. A `pinned` one is before all without a place.
    `listed` is the article as its sources have it, where its words were changed.
    """

    article: Article
    score: float
    views: Count | None = None
    comments: Count | None = None
    pinned: bool = False
    place: int | None = None
    added: bool = False
    reasons: Sequence[Reason] = ()
    also: tuple["RankedArticle", ...] = ()
    listed: Article | None = field(default=None, compare=False)  # equal are those that readers see alike

    @property
    def as_listed(self) -> Article:
        """The article in the words of its sources: what it tells is the same under another title."""
        return self.listed or self.article

    @property
    def is_placed(self) -> bool:
        """Whether an editor decided where it is."""
        return self.pinned or self.place is not None

    @property
    def is_wanted(self) -> bool:
        """Whether an editor wants it in the issue."""
        return self.is_placed or self.added

    def explained(self, name: str, value: float | None, message: str) -> "RankedArticle":
        """The same with one more reason."""
        reason, before = Reason(name=name, value=value, message=message), self.reasons
        return replace(self, reasons=LazyReasons(lambda: (*before, reason)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Validators:
    """The validators of one URL for conditional requests (RFC 9110, 13.1)."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """What a feed says of itself: a plain title (empty if it has none), the URLs of its site and its picture."""

    title: str = ""
    url: str | None = None
    language: str | None = None
    image_url: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """The result of one visit to a source; `unchanged` means that the previous result still holds (HTTP 304)."""

    sightings: tuple[Sighting, ...] = ()
    validators: Validators | None = None
    unchanged: bool = False
    notes: tuple[str, ...] = ()
    channel: Channel = Channel()


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceReport:
    """The visit of one source, or in `error` why it failed, without its name; `seconds` is its duration."""

    source: str
    visit: Visit = Visit()
    error: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """The reports of all sources, in their order, of one run at one time."""

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
    """Raise ValueError for a datetime without a time zone, which would depend on the machine."""
    if moment.tzinfo is None:
        raise ValueError(f"a datetime needs a time zone: {moment!r}")

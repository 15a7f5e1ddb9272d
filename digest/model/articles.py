"""The words everybody shares: one frozen type for each stage of the journey.

`Sighting` (a source's word about an article) → `Told` (all that the store knows of it) → `Article` (one voice)
→ `RankedArticle` (with its reasons) → `Issue` (an edition on one slot, composed) → `Rendered` (HTML and text); what
follows is told in the words of `mailing`.

Datetimes are aware and UTC. `None` means "not told", never zero.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
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
class Told:
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
    """One step of a score: its name, its value and a sentence for the editor."""

    name: str
    value: float | None
    says: str


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
class Hand:
    """What the editor's hand says of one article of one edition; `until` is the moment it lets go (`None`: never)."""

    key: str
    kind: str  # pin, drop, boost or title
    value: str | None
    by: str
    at: datetime
    until: datetime | None = None


_SLOT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.([2-9]|[1-9]\d))?", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Slot:
    """The civil day (portal's zone) that an issue belongs to, and its number: `2026-10-01`, `2026-10-01.2`."""

    day: date
    number: int = 1

    @classmethod
    def parse(cls, text: str) -> "Slot":
        """Read a slot as `str()` writes it; raises ValueError."""
        match = _SLOT.fullmatch(text)
        if match is None:
            raise ValueError(f"a slot is written YYYY-MM-DD, not {text!r}")
        return cls(day=date.fromisoformat(match[1]), number=int(match[2] or 1))

    def __str__(self) -> str:
        return self.day.isoformat() if self.number == 1 else f"{self.day.isoformat()}.{self.number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """Articles under one heading; `name` is `None` where the issue needs no headings."""

    name: str | None
    articles: tuple[RankedArticle, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """A row of *Most discussed*: comment count, title, and the time of the last comment or of the article."""

    url: str
    title: str
    comments: int
    active_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """One edition on one slot, composed: what its readers will see, before it is drawn."""

    edition: str
    slot: Slot
    language: str
    window: Window
    subject: str
    preheader: str
    lead: RankedArticle | None
    sections: tuple[Section, ...]
    most_discussed: tuple[Thread, ...]
    others: tuple[RankedArticle, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def articles(self) -> tuple[RankedArticle, ...]:
        """The chosen articles in the order in which the reader meets them."""
        lead = () if self.lead is None else (self.lead,)
        return lead + tuple(article for section in self.sections for article in section.articles)


@dataclass(frozen=True, kw_only=True, slots=True)
class Links:
    """The personal addresses in a message; without web pages `unsubscribe` is a mailto and the others are `None`."""

    unsubscribe: str
    view: str | None = None
    preferences: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """An issue drawn for one variant: subject, preheader, HTML and text, with the blanks that a recipient fills.

    `trimmed` is how many of its articles did not fit into a message.
    """

    subject: str
    preheader: str
    html: str
    text: str
    trimmed: int = 0


class IssueState(StrEnum):
    """Where an issue stands; `done` only when nothing is planned, claimed, sending or deferred."""

    PLANNED = "planned"
    COLLECTING = "collecting"
    HELD = "held"
    FROZEN = "frozen"
    SENDING = "sending"
    DONE = "done"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class SubscriberStatus(StrEnum):
    """Whether a subscriber gets mail: only a confirmed one does."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscriber:
    """A reader; `editions` empty means every edition, and the preferences that are `None` were not told."""

    email: str
    name: str | None = None
    language: str | None = None
    editions: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    frequency: str | None = None
    timezone: str | None = None
    status: SubscriberStatus = SubscriberStatus.CONFIRMED


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueRecord:
    """An issue as the store keeps it; `reason` says why it is held, paused or skipped."""

    id: int
    edition: str
    slot: Slot
    state: IssueState
    window: Window
    frozen_at: datetime | None = None
    deadline: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """A rendered issue as it was frozen for one group of readers: retries are made of it, byte for byte."""

    id: int
    issue_id: int
    edition: str
    slot: Slot
    frozen_at: datetime
    rendered: Rendered


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
class Given:
    """What a source gave of one window: how many articles, and of how many of them each field is told."""

    items: int
    told: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A rule of the message checks that is broken: its number and name, `error` or `warning`, and a sentence."""

    rule: str
    level: str
    says: str


def require_aware(moment: datetime) -> None:
    """Raise ValueError for a datetime without a zone: such a value means a different instant on each machine."""
    if moment.tzinfo is None:
        raise ValueError(f"a datetime needs a time zone: {moment!r}")

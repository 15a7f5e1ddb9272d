"""Issues: `Issue` (an edition on one slot, composed) → `Rendered` (HTML and text) → `Variant` (frozen)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from digest.model.articles import RankedArticle, Window
from digest.model.decisions import EditMark
from digest.model.overrides import Override


def weekly_name(edition: str) -> str:
    """The name under which the weekly issues of an edition are kept."""
    return f"{edition}-weekly"


DEFAULT = "default"  # the key of the variant with the whole issue
MOST_OF_DAY = 500  # articles that the page of an issue lists as "all of today"
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

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> "Slot":
        """The first slot of the day that a moment has in the portal's zone."""
        return cls(day=moment.astimezone(zone).date())

    def __str__(self) -> str:
        return self.day.isoformat() if self.number == 1 else f"{self.day.isoformat()}.{self.number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class EditorialChange:
    """An override as it is stored: with its number, and the slot that it is for (None: every slot).

    `step`: what the overrides of one command or click have in common; 0 in rows of earlier versions.
    """

    id: int
    slot: Slot | None
    override: Override
    step: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """Articles under one heading; `name` is `None` where the issue needs no headings."""

    name: str | None
    articles: tuple[RankedArticle, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """A row of *Most discussed*: comment count, title, and the time of the last comment or of the article.

    `day_only`: of that time only the day is known.
    """

    url: str
    title: str
    comments: int
    active_at: datetime
    day_only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueTexts:
    """What an editor wrote for an issue, empty for nothing: `intro` and `closing` in Markdown, the others as lines."""

    intro: str = ""
    closing: str = ""
    subject: str = ""
    preheader: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """One edition on one slot, composed: what its readers will see, before it is drawn.

    `threads` are the discussions of its articles, by their keys; `most_discussed` are others; `texts` are an editor's;
    `selected` are its articles as they were selected, before places that editors gave them count.
    """

    edition: str
    slot: Slot
    language: str
    window: Window
    subject: str
    preheader: str
    lead: RankedArticle | None
    sections: tuple[Section, ...]
    most_discussed: tuple[Thread, ...]
    threads: Mapping[str, Thread] = field(default_factory=dict)
    selected: tuple[RankedArticle, ...] = ()
    others: tuple[RankedArticle, ...] = ()
    notes: tuple[str, ...] = ()
    texts: IssueTexts = IssueTexts()

    @property
    def articles(self) -> tuple[RankedArticle, ...]:
        """The chosen articles in the order in which the reader meets them."""
        lead = () if self.lead is None else (self.lead,)
        return lead + tuple(article for section in self.sections for article in section.articles)

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of articles and threads, each once, in the order in which the reader meets them."""
        articles = [one.article.url for lead in self.articles for one in (lead, *lead.also)]
        threads = (thread.url for thread in (*self.threads.values(), *self.most_discussed))
        return tuple(dict.fromkeys([*articles, *threads]))

    @property
    def all_of_day(self) -> tuple[RankedArticle, ...]:
        """The chosen articles, and the best of the others."""
        return (*self.articles, *self.others)[:MOST_OF_DAY]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownArticle:
    """An article as a person names it or saw it in a ranking; the title is None if they gave an address."""

    url: str
    title: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownRanking:
    """The articles of an issue, in the order in which `digest rank` showed them to a person."""

    edition: str
    slot: Slot
    articles: tuple[ShownArticle, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Links:
    """The personal addresses in a message; without web pages `unsubscribe` is a mailto and the others are `None`."""

    unsubscribe: str
    view: str | None = None
    preferences: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """An issue rendered for one variant: subject, preheader, HTML and text, with placeholders for personal data.

    `trimmed` is how many of its articles did not fit into a message.
    """

    subject: str
    preheader: str
    html: str
    text: str
    trimmed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What one group of an issue's readers gets; `key` names its variant, `article_keys` are the articles in it."""

    key: str = DEFAULT
    rendered: Rendered
    article_keys: Sequence[str]

    @classmethod
    def of(cls, issue: Issue, rendered: Rendered, key: str = DEFAULT) -> "Content":
        """The content of an issue, without the articles that did not fit into the message."""
        shown = issue.articles[: len(issue.articles) - rendered.trimmed]
        keys = tuple(one.article.key for lead in shown for one in (lead, *lead.also))
        return cls(key=key, rendered=rendered, article_keys=keys)


class Coverage(NamedTuple):
    """What the content of an issue covers: its window, when its sources were asked about it, and the edits it has."""

    window: Window
    made_at: datetime
    edits: EditMark = EditMark()


class TopicContent(NamedTuple):
    """What readers of some topics get: None where the issue has no article of them.

    `over_limit`: it is the whole issue, because too many different sets of topics were chosen.
    """

    content: Content | None
    over_limit: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """Who an issue is planned for: the readers of an edition.

    `day`: that of the issue, for pauses and weekdays; `other_languages`: those of the editions in another language;
    `zone`: that of readers who chose an hour but no zone, an IANA name; `weekly`: only readers who chose weekly mail,
    or only the others (None: both). `topics` says what readers of some topics get; None: the same as all. `without`:
    what readers get who had some articles of a variant; None: the same. They had those of all issues, also of editions
    that were renamed or removed since, but of `foreign_editions`: the editions in another language.
    """

    edition: str
    day: date | None = None
    other_languages: frozenset[str] = frozenset()
    zone: str = "UTC"
    weekly: bool | None = None
    same_language: frozenset[str] = frozenset()
    foreign_editions: frozenset[str] = frozenset()
    topics: Callable[[Sequence[str]], TopicContent] | None = None
    without: Callable[[str, frozenset[str]], TopicContent] | None = None


class Kind(StrEnum):
    """Whether an issue belongs to an edition, or is mail of the system itself: alerts, confirmations, notices."""

    EDITION = "edition"
    SYSTEM = "system"


class IssueState(StrEnum):
    """The state of an issue; `done` only when nothing is planned, claimed, sending or deferred."""

    PLANNED = "planned"
    HELD = "held"
    FROZEN = "frozen"
    SENDING = "sending"
    DONE = "done"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"

    @property
    def is_unfrozen(self) -> bool:
        """Whether the content is not fixed yet: the issue can still be made, held or skipped."""
        return self in {IssueState.PLANNED, IssueState.HELD, IssueState.SKIPPED}

    @property
    def accepts_sending(self) -> bool:
        """Whether messages of the issue may leave."""
        return self in {IssueState.FROZEN, IssueState.SENDING}


UNFROZEN = tuple(state for state in IssueState if state.is_unfrozen)
SENDABLE = tuple(state for state in IssueState if state.accepts_sending)


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueRecord:
    """An issue as it is stored; `reason` explains why it is held, paused or skipped.

    Its `id` is 0 if nothing is stored: it is held or skipped before its hour, until which more articles may appear.
    Of system mail there is one for each purpose, language and day: `edition` is then the purpose and the language, such
    as `alert.en`, and `slot` the day. `made_at`: a frozen issue has nothing that was first seen later.
    `without_articles`: readers who got no message, because the issue has no article of their topics; `over_limit`:
    readers who got all topics, because too many different sets were chosen; `had_all`: readers who got no message,
    because they had every article; `repeated`: readers who may see an article again.
    """

    id: int
    kind: Kind = Kind.EDITION
    edition: str
    slot: Slot
    state: IssueState
    window: Window
    frozen_at: datetime | None = None
    made_at: datetime | None = None
    deadline: datetime | None = None
    reason: str | None = None
    without_articles: int = 0
    over_limit: int = 0
    had_all: int = 0
    repeated: int = 0

    @property
    def known_until(self) -> datetime | None:
        """When what a frozen issue has was known, also for one from before `made_at` was kept."""
        return self.made_at or self.frozen_at

    @property
    def name(self) -> str:
        """The issue as people see it: `daily/2026-10-01`, or `system mail alert.en/2026-10-01`."""
        return f"{'system mail ' if self.kind is Kind.SYSTEM else ''}{self.edition}/{self.slot}"


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueContent:
    """What a frozen issue holds: `articles` are JSON objects with their reasons, None where these were not stored."""

    subject: str
    preheader: str
    articles: tuple[Mapping[str, Any], ...] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """A rendered issue as it was frozen for one group of readers: retries are made of it, byte for byte.

    Of system mail `edition` is the purpose, such as `alert`. `dkim_selector`: the key that signs its messages, if any.
    """

    id: int
    kind: Kind = Kind.EDITION
    issue_id: int
    edition: str
    slot: Slot
    frozen_at: datetime
    rendered: Rendered
    dkim_selector: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A rule of the message checks that is broken: its number and name, `error` or `warning`, and a sentence."""

    rule: str
    level: str
    message: str

"""The view model of the theme templates: an issue as formatted, translated text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from itertools import islice

from markupsafe import Markup, escape

from digest.i18n import Translator, capitalised
from digest.message.body_rules import names_its_host
from digest.model.pictures import CARD_WIDTH, LEAD_WIDTH, PictureShape, PictureSize, ServedPicture, picture_shape
from digest.parsing.urls import percent_encoded
from digest.rendering.short_titles import short_title

_LINK = re.compile(r'href="([^"]*)"((?: [\w-]+="[^"]*")*)>(.*?)</a>', re.DOTALL)  # a link may have a title
_TAG = re.compile("<[^>]*>")
_WORDS_A_MINUTE = 200  # at which people read news
_LONG_WORD = re.compile(r"\w{14}")  # 160 pixels in Georgia, bold, 18 px: what a phone of 320 has beside a picture
_SECONDS_A_STORY = 10  # to look at its picture and decide whether to open it


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """An article's image; `credit` is None if unknown, and so are `width` and `height`, in pixels.

    The size is good for choosing a layout. It may be wrong, so a message never states a height.
    """

    url: str
    credit: str | None
    width: int | None
    height: int | None

    @property
    def shape(self) -> PictureShape:
        """What the picture is fit for: `plain`, `portrait`, `panorama` or `small`."""
        return picture_shape(self.width, self.height)


@dataclass(frozen=True, kw_only=True, slots=True)
class Also:
    """Another article of the same story; `source` is its site if it differs from that of the lead."""

    title: str
    url: str
    language: str | None  # None if it is the language of the issue
    source: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comments:
    """Where a story is discussed; `count` is one of its counters, such as `12 comments`."""

    url: str
    count: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """An article as text: unknown values are None or missing from `counters`; `also` are articles of the same story.

    `kicker` is the section where it distinguishes stories: None below a heading, or if all stories have the same.
    """

    title: str
    url: str
    language: str | None  # None if it is the language of the issue
    summary: str | None
    section: str | None
    kicker: str | None
    author: str | None
    when: str | None
    counters: tuple[str, ...]
    picture: Picture | None
    also: tuple[Also, ...]
    thread: Comments | None

    @property
    def has_long_word(self) -> bool:
        """Whether the title has a word of 14 letters or more, which the column beside a thumbnail would break."""
        return _LONG_WORD.search(self.title) is not None

    @property
    def facts(self) -> tuple[str, ...]:
        """Author, time and counters, if known; a time at the beginning has a capital letter."""
        when = self.when if self.author or not self.when else capitalised(self.when)
        return (*(fact for fact in (self.author, when) if fact), *self.counters)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A text of the editor's; its HTML has p, a, strong, em, ul, ol, li and br, without styles."""

    html: Markup
    text: str

    def with_links(self, links: Mapping[str, str]) -> "Passage":
        """The text with other addresses in place of some of the links of its HTML."""

        def linked(match: re.Match[str]) -> str:
            url = _other_address(unescape(match[1]), unescape(_TAG.sub("", match[3])), links)
            return f'href="{escape(url)}"{match[2]}>{match[3]}</a>'

        return replace(self, html=Markup(_LINK.sub(linked, self.html)))  # noqa: S704 - cleaned


@dataclass(frozen=True, kw_only=True, slots=True)
class AllOfDay:
    """A link to the page with all articles of the day, or of one section, and their number, which `count` shows.

    `label` is the text of the link: `All 12 of today`, and `All 35 articles` where the issue covers more than two days.
    """

    url: str
    number: int
    count: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Stories under one heading; stories without a heading follow the lead.

    `all_of_day` is None where the day brought no more of that section, or there is no such page.
    """

    name: str | None
    stories: tuple[Story, ...]
    all_of_day: AllOfDay | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of *Most discussed*; `when` begins a line, `when_in_line` is the same after other words."""

    title: str
    url: str
    when: str
    when_in_line: str
    count: str
    comments: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """An issue as the templates get it; `trimmed` is the number of articles that do not fit into a message.

    `all_of_day` is None where there is no such page, `intro` and `closing` where no editor wrote them.
    """

    edition: str
    language: str
    direction: str
    subject: str
    preheader: str
    date: str
    lead: Story | None
    parts: tuple[Part, ...]
    most_discussed: tuple[Row, ...]
    translator: Translator = field(repr=False)
    intro: Passage | None
    closing: Passage | None
    all_of_day: AllOfDay | None
    trimmed: int = 0

    @property
    def stories(self) -> tuple[Story, ...]:
        """All stories in reading order."""
        lead = () if self.lead is None else (self.lead,)
        return lead + tuple(story for part in self.parts for story in part.stories)

    @property
    def facts_line(self) -> str:
        """How many stories the message has, and how long reading it takes: `10 stories, 4 minutes`.

        The time is that of titles and summaries, at 200 words a minute, and 10 seconds for each story.
        """
        words = sum(len(f"{story.title} {story.summary or ''}".split()) for story in self.stories)
        seconds = words * 60 / _WORDS_A_MINUTE + len(self.stories) * _SECONDS_A_STORY
        minutes = max(round(seconds / 60), 1)
        return f"{self.translator.stories(len(self.stories))}, {self.translator.minutes(minutes)}"

    @property
    def short_titles(self) -> tuple[str, ...]:
        """The first three titles after the lead that are short, whole or up to the end of a phrase."""
        found = (short_title(story.title) for story in self.stories[1:])
        return tuple(islice(filter(None, found), 3))

    def with_links(self, links: Mapping[str, str]) -> "Page":
        """The page with other addresses in place of its links, except of those whose text is an address."""
        if not links:
            return self
        links = {percent_encoded(url): other for url, other in links.items()}

        def linked(story: Story) -> Story:
            also = tuple(replace(one, url=_other_address(one.url, one.title, links)) for one in story.also)
            thread = story.thread and replace(story.thread, url=links.get(story.thread.url, story.thread.url))
            return replace(story, url=_other_address(story.url, story.title, links), also=also, thread=thread)

        return replace(
            self,
            lead=None if self.lead is None else linked(self.lead),
            parts=tuple(replace(part, stories=tuple(map(linked, part.stories))) for part in self.parts),
            most_discussed=tuple(
                replace(row, url=_other_address(row.url, row.title, links)) for row in self.most_discussed
            ),
            intro=self.intro and self.intro.with_links(links),
            closing=self.closing and self.closing.with_links(links),
        )

    def with_pictures(self, served: Mapping[PictureSize, ServedPicture]) -> "Page":
        """The page with other addresses in place of some of its pictures, and the sizes that are known of them."""
        if not served:
            return self
        served = {PictureSize(percent_encoded(size.url), size.width): picture for size, picture in served.items()}

        def shown(story: Story, width: int) -> Story:
            if story.picture is None:
                return story
            own = served.get(PictureSize(story.picture.url, width))
            if own is None:
                return story
            picture = replace(story.picture, url=own.address)
            return replace(
                story, picture=replace(picture, width=own.width, height=own.height) if own.width else picture
            )

        return replace(
            self,
            lead=None if self.lead is None else shown(self.lead, LEAD_WIDTH),
            parts=tuple(
                replace(part, stories=tuple(shown(story, CARD_WIDTH) for story in part.stories)) for part in self.parts
            ),
        )

    def shortened(self, keep: int) -> "Page":
        """The page with only its first `keep` stories, without empty parts."""
        left = keep - (self.lead is not None)
        parts = tuple(part for part in _first_stories(self.parts, left) if part.stories)
        return replace(self, lead=self.lead if keep else None, parts=parts, trimmed=max(len(self.stories) - keep, 0))


def _other_address(url: str, text: str, links: Mapping[str, str]) -> str:
    """The address to use for a link with that text; one that names the site it leads to must lead there itself.

    Mail apps and filters take a link for a fraud where its text and its address name different hosts.
    """
    return url if names_its_host(text, url) else links.get(url, url)


def _first_stories(parts: Iterable[Part], left: int) -> Iterable[Part]:
    for part in parts:
        yield replace(part, stories=part.stories[: max(left, 0)])
        left -= len(part.stories)

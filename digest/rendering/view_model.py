"""The view model of the theme templates: an issue as formatted, translated text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from html import unescape
from itertools import islice
from urllib.parse import urlencode, urlsplit

from markupsafe import Markup, escape

from digest.i18n import Translator, capitalised
from digest.model.articles import Article, Count, RankedArticle
from digest.model.issues import Issue, Section, Thread
from digest.model.pictures import CARD_WIDTH, LEAD_WIDTH, PictureShape, PictureSize, ServedPicture, picture_shape
from digest.parsing.markdown import markdown_html, markdown_text
from digest.parsing.text import clean_line, shorten
from digest.parsing.urls import percent_encoded
from digest.rendering.byline import short_byline
from digest.rendering.short_titles import short_title

_TITLE, _LEAD_SUMMARY, _SUMMARY = 300, 320, 180  # characters
_HREF = re.compile('href="([^"]*)"')
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
    width: int | None = None
    height: int | None = None

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
    also: tuple[Also, ...] = ()
    thread: Comments | None = None

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
            url = unescape(match[1])
            return f'href="{escape(links.get(url, url))}"'

        return replace(self, html=Markup(_HREF.sub(linked, self.html)))  # noqa: S704 - cleaned


@dataclass(frozen=True, kw_only=True, slots=True)
class AllOfDay:
    """A link to the page with all articles of the day, or of one section, and their number, which `count` shows.

    `label` is the text of the link: `All 12 of today`, and `All 35 articles` where the issue covers more than a day.
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
    intro: Passage | None = None
    closing: Passage | None = None
    all_of_day: AllOfDay | None = None
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
        """The page with other addresses in place of some of its links."""
        if not links:
            return self
        links = {percent_encoded(url): other for url, other in links.items()}

        def linked(story: Story) -> Story:
            also = tuple(replace(one, url=links.get(one.url, one.url)) for one in story.also)
            thread = story.thread and replace(story.thread, url=links.get(story.thread.url, story.thread.url))
            return replace(story, url=links.get(story.url, story.url), also=also, thread=thread)

        return replace(
            self,
            lead=None if self.lead is None else linked(self.lead),
            parts=tuple(replace(part, stories=tuple(map(linked, part.stories))) for part in self.parts),
            most_discussed=tuple(replace(row, url=links.get(row.url, row.url)) for row in self.most_discussed),
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


def make_page(issue: Issue, translator: Translator, archive_url: str | None = None) -> Page:
    """The page of an issue in the translator's language; `archive_url`: where the archive shows it, if it does.

    Addresses are in ASCII: mail apps end a link in plain text at another letter, or encode it as the system does.
    """
    has_sections = len({_section_key(one) for one in issue.articles}) > 1
    return Page(
        edition=issue.edition,
        language=issue.language,
        direction=translator.direction,
        subject=clean_line(issue.subject),
        preheader=clean_line(issue.preheader),
        date=_date(issue, translator),
        lead=None if issue.lead is None else _story(issue.lead, issue, translator, _LEAD_SUMMARY, kicker=has_sections),
        parts=tuple(
            _section_part(section, issue, translator, archive_url) for section in issue.sections if section.articles
        ),
        translator=translator,
        intro=_passage(issue.texts.intro),
        closing=_passage(issue.texts.closing),
        all_of_day=None if archive_url is None else _all_of_day(issue, translator, archive_url, None),
        most_discussed=tuple(_thread_row(thread, translator, _today(issue)) for thread in issue.most_discussed),
    )


def _passage(markdown: str) -> Passage | None:
    if not markdown:
        return None
    html = Markup(markdown_html(markdown))  # noqa: S704 - cleaned
    return Passage(html=html, text=markdown_text(markdown))


def _section_part(section: Section, issue: Issue, translator: Translator, archive_url: str | None) -> Part:
    stories = (_story(article, issue, translator, _SUMMARY) for article in section.articles)
    more = _all_of_day(issue, translator, archive_url, section.name) if archive_url and section.name else None
    has_more = more is not None and more.number > _in_section(issue.articles, section.name)
    return Part(name=section.name, stories=tuple(stories), all_of_day=more if has_more else None)


def _in_section(articles: Iterable[RankedArticle], name: str | None) -> int:
    """How many of the articles belong to a section; None means any."""
    return sum(name is None or _section_key(one) == name.casefold() for one in articles)


def _section_key(ranked: RankedArticle) -> str:
    return (ranked.article.section or "").casefold()


def _all_of_day(issue: Issue, translator: Translator, archive_url: str, section: str | None) -> AllOfDay:
    """The link to all articles of the day, or of that section."""
    number = _in_section(issue.all_of_day, section)
    url = f"{archive_url}?{urlencode({'all': section or ''})}"
    count, _ = translator.number(number), translator.gettext
    label = _("All %(num)s of today") if issue.window.is_of_a_day else _("All %(num)s articles")
    return AllOfDay(url=url, number=number, count=count, label=label % {"num": count})


def _story(ranked: RankedArticle, issue: Issue, translator: Translator, limit: int, *, kicker: bool = False) -> Story:
    article, language = ranked.article, issue.language
    thread = issue.threads.get(article.key)
    views, comments = _shown(ranked.views), _shown(ranked.comments) or (thread and thread.comments)
    counters = [text(count) for count, text in ((views, translator.views), (comments, translator.comments)) if count]
    return Story(
        title=clean_line(article.title, _TITLE),
        url=percent_encoded(article.url),
        language=article.language if article.language != language else None,
        summary=shorten(article.summary, limit) or None if article.summary else None,
        section=article.section,
        kicker=article.section if kicker else None,
        author=short_byline(article.author or "", translator) or None,
        when=_when(article.published_at, article.day_only, translator, _today(issue)) if article.dated else None,
        counters=tuple(counters),
        picture=_picture(article),
        also=tuple(_also_links(article, [one.article for one in ranked.also], language)),
        thread=None if thread is None else Comments(url=percent_encoded(thread.url), count=counters[-1]),
    )


def _picture(article: Article) -> Picture | None:
    """The picture of an article; None for a small strip, such as a badge, which is no lead and no thumbnail."""
    width, height = article.image_width, article.image_height
    is_strip = PictureShape.SMALL is picture_shape(width, height) and bool(width and height and width > 3 * height)
    if article.image_url is None or is_strip:
        return None
    return Picture(url=percent_encoded(article.image_url), credit=article.image_credit, width=width, height=height)


def _today(issue: Issue) -> date | None:
    """The day that readers of a daily issue call today; None where the issue covers more than two days."""
    return issue.slot.day if issue.window.is_of_a_day else None


def _date(issue: Issue, translator: Translator) -> str:
    """The day of the issue; for that of a week the first and the last day."""
    if not issue.window.is_of_a_week:
        return translator.heading_date(issue.slot.day)
    moments = issue.window.start, issue.window.end - timedelta.resolution
    first, last = (moment.astimezone(translator.zone).date() for moment in moments)
    return translator.heading_dates(first, last)


def _when(moment: datetime, day_only: bool, translator: Translator, today: date | None) -> str:
    return translator.day(moment, today) if day_only else translator.day_time(moment, today)


def _shown(count: Count | None) -> int | None:
    return count.value if count is not None and count.value > 0 else None


def _also_links(lead: Article, others: Iterable[Article], language: str) -> Iterable[Also]:
    """The links below a story; one with a title that is already shown gives its site instead, if that is another."""
    titles, sites = {_folded(lead.title)}, {_host(lead.url)}
    for other in others:
        title, site = clean_line(other.title, _TITLE), _host(other.url)
        repeated = _folded(title) in titles
        if not (repeated and (site is None or site in sites)):
            yield Also(
                title=site if repeated and site else title,
                url=percent_encoded(other.url),
                language=other.language if other.language != language else None,
                source=site if site != _host(lead.url) and not repeated else None,
            )
        titles.add(_folded(title))
        sites.add(site)


def _folded(title: str) -> str:
    """A title as it is shown, without its case and spaces."""
    return " ".join(clean_line(title, _TITLE).casefold().split())


def _host(url: str) -> str | None:
    host = urlsplit(url).hostname
    return host.removeprefix("www.") if host else None


def _thread_row(thread: Thread, translator: Translator, today: date | None) -> Row:
    when = _when(thread.active_at, thread.day_only, translator, today)
    return Row(
        title=clean_line(thread.title, _TITLE),
        url=percent_encoded(thread.url),
        when=capitalised(when),
        when_in_line=when,
        count=translator.number(thread.comments),
        comments=translator.comments(thread.comments),
    )


def _first_stories(parts: Iterable[Part], left: int) -> Iterable[Part]:
    for part in parts:
        yield replace(part, stories=part.stories[: max(left, 0)])
        left -= len(part.stories)

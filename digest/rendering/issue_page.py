"""Makes the view model of an issue: what templates show, formatted and translated."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from markupsafe import Markup

from digest.i18n import Translator, capitalised
from digest.model.articles import Article, Count, RankedArticle
from digest.model.issues import Issue, Section, Thread
from digest.model.pictures import PictureShape, picture_shape
from digest.parsing.markdown import markdown_html, markdown_text
from digest.parsing.text import clean_line, shorten
from digest.parsing.urls import percent_encoded, shown_host
from digest.rendering.byline import short_byline
from digest.rendering.view_model import AllOfDay, Also, Comments, Page, Part, Passage, Picture, Row, Story

_TITLE, _LEAD_SUMMARY, _SUMMARY = 300, 320, 180  # characters
_CHOSEN_SUMMARY = 600  # characters of one that an editor wrote, or a program of the operator


def make_page(issue: Issue, translator: Translator, archive_url: str | None = None) -> Page:
    """The page of an issue in the translator's language; `archive_url`: where the archive shows it, if it does.

    Addresses are in ASCII: mail apps end a link in plain text at another letter, or encode it as the system does.
    """
    has_sections = len({one.article.section_key for one in issue.articles}) > 1
    lead = None if issue.lead is None else _story(issue.lead, issue, translator, _LEAD_SUMMARY, kicker=has_sections)
    sections = [_section_part(one, issue, translator, archive_url) for one in issue.sections if one.articles]
    sections = _with_headings(sections, translator.gettext("Other"))
    shown = {lead.picture.url} if lead and lead.picture else set()
    return Page(
        edition=issue.edition,
        language=issue.language,
        direction=translator.direction,
        subject=clean_line(issue.subject),
        preheader=clean_line(issue.preheader),
        date=_date(issue, translator),
        lead=lead,
        parts=tuple(replace(part, stories=tuple(_with_pictures_once(part.stories, shown))) for part in sections),
        translator=translator,
        intro=_passage(issue.texts.intro),
        closing=_passage(issue.texts.closing),
        all_of_day=None if archive_url is None else _all_of_day(issue, translator, archive_url, None),
        most_discussed=tuple(_thread_row(thread, translator, _today(issue)) for thread in issue.most_discussed),
    )


def with_short_summaries(page: Page) -> Page:
    """The page with all summaries as short as those of sources."""

    def shortened(story: Story, limit: int) -> Story:
        return replace(story, summary=shorten(story.summary, limit)) if story.summary else story

    parts = (replace(one, stories=tuple(shortened(story, _SUMMARY) for story in one.stories)) for one in page.parts)
    return replace(page, lead=page.lead and shortened(page.lead, _LEAD_SUMMARY), parts=tuple(parts))


def _with_pictures_once(stories: Iterable[Story], shown: set[str]) -> Iterator[Story]:
    """The stories without pictures that are `shown` before, such as one that a portal uses where it has no other."""
    for story in stories:
        url = story.picture.url if story.picture else ""
        yield replace(story, picture=None) if url in shown else story
        shown.add(url)


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


def _with_headings(parts: Sequence[Part], other: str) -> list[Part]:
    """The parts; stories without a section are below `other`, also where that is a section of the portal.

    Without a heading they would look like the end of the section above.
    """
    named = [part for part in parts if part.name]
    if not named or len(named) == len(parts):
        return list(parts)
    own = next((part for part in named if part.name and part.name.casefold() == other.casefold()), None)
    if own is None:
        return [replace(part, name=part.name or other) for part in parts]
    unnamed = tuple(story for part in parts if not part.name for story in part.stories)
    return [replace(part, stories=part.stories + unnamed) if part is own else part for part in named]


def _in_section(articles: Iterable[RankedArticle], name: str | None) -> int:
    """How many of the articles belong to a section; None means any."""
    return sum(name is None or one.article.section_key == name.casefold() for one in articles)


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
        summary=_shown_summary(ranked, limit),
        section=article.section,
        kicker=article.section if kicker else None,
        author=short_byline(article.author or "", translator) or None,
        when=_when(article.published_at, article.day_only, translator, _today(issue)) if article.dated else None,
        counters=tuple(counters),
        picture=_picture(article),
        also=tuple(_also_links(article, [one.article for one in ranked.also], language)),
        thread=None if thread is None else Comments(url=percent_encoded(thread.url), count=counters[-1]),
    )


def _shown_summary(ranked: RankedArticle, limit: int) -> str | None:
    """The summary of its sources within the limit, or another one whole."""
    article = ranked.article
    is_chosen = not article.sources or article.summary != ranked.as_listed.summary
    return shorten(article.summary, _CHOSEN_SUMMARY if is_chosen else limit) or None if article.summary else None


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
    titles, sites = {_folded(lead.title)}, {shown_host(lead.url)}
    for other in others:
        title, site = clean_line(other.title, _TITLE), shown_host(other.url)
        repeated = _folded(title) in titles
        if not (repeated and (site is None or site in sites)):
            yield Also(
                title=site if repeated and site else title,
                url=percent_encoded(other.url),
                language=other.language if other.language != language else None,
                source=site if site != shown_host(lead.url) and not repeated else None,
            )
        titles.add(_folded(title))
        sites.add(site)


def _folded(title: str) -> str:
    """A title as it is shown, without its case and spaces."""
    return " ".join(clean_line(title, _TITLE).casefold().split())


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

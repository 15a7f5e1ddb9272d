"""An issue without articles that were retracted after it was sent: what the archive shows of it.

A story is what surrounds the heading with its link. Links elsewhere, such as those of *Most discussed*, go with what
surrounds nothing else.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from zoneinfo import ZoneInfo

import lxml.html
from lxml.html import HtmlElement

from digest.composing.subject import default_preheader, default_subject
from digest.i18n import Translator
from digest.model.issues import Rendered
from digest.parsing.canonical_key import canonical_key
from digest.parsing.urls import web_url

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SHORTEST_TITLE = 30  # characters of a title by which a subject that repeats it is recognised


@dataclass(frozen=True, kw_only=True, slots=True)
class _Story:
    """A story as its heading shows it."""

    key: str
    title: str


def without_articles(
    content: Rendered, keys: Collection[str], retracted: Collection[str], zone: ZoneInfo
) -> Rendered | None:
    """The issue without the retracted ones of its articles, both named by canonical key; None if no story is left.

    The text is that of the HTML, for the search. An issue that has none of them is returned as it is.
    """
    page = lxml.html.document_fromstring(content.html)
    body = page.body
    if not any(link_key(link) in retracted for link in body.iter("a")):
        return content
    translator = Translator(page.get("lang", "en"), zone)
    before = _stories(body, keys)
    _remove_stories(body, retracted)
    after = [story for story in _stories(body, keys) if story.key not in retracted]
    if not after:
        return None
    subject, preheader = _texts(content, before, after, translator)
    _replace_subject(page, content.subject, subject)
    _remove_texts(body, translator.gettext("In this issue:"), f"{translator.stories(len(before))},")
    _remove_mentions(body, [story.title for story in before if story not in after])
    return Rendered(
        subject=subject,
        preheader=preheader,
        html=lxml.html.tostring(page, encoding="unicode", doctype="<!doctype html>"),
        text=" ".join(body.text_content().split()),
    )


def link_key(link: HtmlElement) -> str | None:
    """The canonical key of the page that a link leads to; None for a link that is not to a web page."""
    url = web_url(link.get("href", ""))
    return None if url is None else canonical_key(url)


def _stories(body: HtmlElement, keys: Collection[str]) -> list[_Story]:
    """The stories in their order: those with a link in a heading, or all links to articles where there is none."""
    links = [(link, key) for link in body.iter("a") if (key := link_key(link)) in keys and _text(link)]
    in_headings = [(link, key) for link, key in links if _heading_of(link) is not None]
    titles = {key: _text(link) for link, key in reversed(in_headings or links) if key is not None}
    return [_Story(key=key, title=title) for key, title in reversed(titles.items())]


def _texts(
    content: Rendered, before: Sequence[_Story], after: Sequence[_Story], translator: Translator
) -> tuple[str, str]:
    """The subject and the preheader of what is left; an editor's own subject stays unless it is about what is gone."""
    titles = [story.title for story in after]
    subject = content.subject
    if before[:1] != after[:1] or _counts_others(subject, before) or _names_one(subject, before, after):
        subject = default_subject(titles[0])
    return subject, default_preheader(titles, subject, translator)


def _counts_others(subject: str, stories: Sequence[_Story]) -> bool:
    """Whether the subject is the lead's title and the number of the others, as default ones once were."""
    title, number = stories[0].title, str(len(stories) - 1)
    return subject.startswith(title) and number in subject.removeprefix(title)


def _names_one(subject: str, before: Sequence[_Story], after: Sequence[_Story]) -> bool:
    """Whether the subject repeats the title of a story that is gone."""
    return _has_title(subject, [story.title for story in before if story not in after])


def _has_title(text: str, titles: Collection[str]) -> bool:
    return any(title[:_SHORTEST_TITLE].casefold() in text.casefold() for title in titles)


def _remove_stories(body: HtmlElement, retracted: Collection[str]) -> None:
    links = [link for link in body.iter("a") if link_key(link) in retracted]
    for link in sorted(links, key=lambda one: _heading_of(one) is None):  # pictures often go with their story
        if _is_in(link, body):
            block = _block(link)
            parent = block.getparent()
            block.drop_tree()
            if parent is not None:
                _remove_empty_headings(parent)


def _block(link: HtmlElement) -> HtmlElement:
    """What belongs to the link alone: the largest element around it without another heading, or another link.

    The story of a heading may have more links: those to articles about the same event.
    """
    is_title, key, block = _heading_of(link) is not None, link_key(link), link
    while (parent := block.getparent()) is not None and parent.tag != "body":
        own = {link, *link.iterancestors()}
        if any(heading not in own for heading in parent.iter(*_HEADINGS)):
            break
        if not is_title and any(link_key(other) != key for other in parent.iter("a")):
            break
        block = parent
    return block


def _remove_empty_headings(container: HtmlElement) -> None:
    """Remove the headings, such as names of sections, that have no link below them in the container any more."""
    children = list(container)
    for place, child in enumerate(children):
        if _is_plain_heading(child) and not any(True for _link in _links_below(children[place + 1 :])):
            child.drop_tree()


def _links_below(children: Sequence[HtmlElement]) -> Iterator[HtmlElement]:
    for child in children:
        if _is_plain_heading(child):
            return
        yield from child.iter("a")


def _is_plain_heading(element: HtmlElement) -> bool:
    """Whether an element is a heading without a link, with nothing else."""
    heading = next(element.iter(*_HEADINGS), None)
    return heading is not None and not list(element.iter("a")) and _text(heading) == _text(element)


def _replace_subject(page: HtmlElement, old: str, new: str) -> None:
    """Replace the subject in the title, and where MJML repeats it as a label."""
    for title in page.iter("title"):
        title.text = new
    for element in page.iter(lxml.html.etree.Element):
        for name, value in element.attrib.items():
            if value == old:
                element.set(name, new)


def _remove_texts(body: HtmlElement, *beginnings: str) -> None:
    """Remove what is hidden, such as the preheader, and texts that begin so: they have numbers of stories."""
    for element in list(body.iter("p", "div", "span")):
        is_hidden = element.tag != "span" and "display:none" in element.get("style", "").replace(" ", "")
        counts_stories = _text(element).lstrip("· ").startswith(beginnings) and not _has_heading(element)
        if _is_in(element, body) and (is_hidden or counts_stories):
            element.drop_tree()


def _remove_mentions(body: HtmlElement, titles: Collection[str]) -> None:
    """Remove the texts above the first story, such as an intro, that have one of the titles."""
    links = (link for link in body.iter("a") if (heading := _heading_of(link)) is not None and heading.tag != "h1")
    first = next(links, None)
    for element in list(takewhile(lambda one: one is not first, body.iter(lxml.html.etree.Element))):
        is_text = element.tag in {"p", "div"} and not _has_heading(element)
        if is_text and _is_in(element, body) and _has_title(_text(element), titles):
            element.drop_tree()


def _has_heading(element: HtmlElement) -> bool:
    return next(element.iter(*_HEADINGS), None) is not None


def _heading_of(link: HtmlElement) -> HtmlElement | None:
    return next(link.iterancestors(*_HEADINGS), None)


def _is_in(element: HtmlElement, body: HtmlElement) -> bool:
    return body in element.iterancestors()


def _text(element: HtmlElement) -> str:
    return " ".join(element.text_content().replace("\u200b", "").split())

"""The texts of an issue that people wrote, in which rule 27 takes nothing for a mistake in a template. Pure."""

from collections.abc import Iterator, Sequence
from itertools import chain

import lxml.html

from digest.model.issues import Issue
from digest.parsing.markdown import text_runs
from digest.rendering.slots import ShownSlots
from digest.settings.looks import SlotSettings
from digest.settings.schema import PortalSettings


def foreign_texts(issue: Issue, portal: PortalSettings, slots: Sequence[SlotSettings]) -> list[str]:
    """The texts of the portal, its articles, its editors and the edition's slots; none is empty."""
    own = (portal.name, portal.postal_address)
    return [text for text in chain(own, _of_articles(issue), _of_editors(issue), _of_slots(issue, slots)) if text]


def _of_articles(issue: Issue) -> Iterator[str | None]:
    for article in (one.article for lead in issue.articles for one in (lead, *lead.also)):
        yield from (article.title, article.summary, article.section)
        yield from (article.author, article.image_credit, article.url)
    yield from (thread.title for thread in issue.most_discussed)


def _of_editors(issue: Issue) -> Iterator[str]:
    texts = issue.texts
    yield from (texts.subject, texts.preheader, *text_runs(texts.intro), *text_runs(texts.closing))


def _of_slots(issue: Issue, slots: Sequence[SlotSettings]) -> Iterator[str | None]:
    for shown in chain.from_iterable(ShownSlots(slots, issue.slot.day).by_block.values()):
        yield from (shown.label, shown.alt, *shown.paragraphs)
    for html in (slot.html for slot in slots if slot.html is not None and slot.is_on(issue.slot.day)):
        yield from (run.strip() for run in lxml.html.fragment_fromstring(html, create_parent=True).itertext())

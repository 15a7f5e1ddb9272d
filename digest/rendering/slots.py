"""Slots between the blocks of an issue, such as advertisements, as the templates get them. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

import lxml.html
from lxml.html import HtmlElement
from markupsafe import Markup

from digest.errors import ConfigurationError, RenderError
from digest.message.body_rules import forbidden_markup, unusable_addresses
from digest.parsing.text import clean_line, clean_paragraphs
from digest.parsing.urls import shown_host
from digest.settings.fields.words import suggestion
from digest.settings.looks import SlotSettings

_LINES = (
    *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"),
    *("ul", "ol", "li", "table", "tr", "td", "th"),
)
_LINK_WITHOUT_REL = re.compile(r"<a(?=\s)(?![^>]*\srel=)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownSlot:
    """One slot: `html` as the operator wrote it, or paragraphs, or an image with `alt`; `label` may be None.

    In templates `html` is a placeholder: MJML accepts less than HTML, so `insert` replaces it afterwards.
    `links`: the addresses to which `html` leads.
    """

    label: str | None
    html: Markup | None
    paragraphs: tuple[str, ...]
    image: str | None
    alt: str
    url: str | None
    links: tuple[str, ...]


class ShownSlots:
    """The slots of one issue, by the block that they follow; raises RenderError for HTML that no message may have."""

    def __init__(self, slots: Sequence[SlotSettings], day: date) -> None:
        self._shown = {number: slot for number, slot in enumerate(slots, 1) if slot.is_on(day)}
        self.by_block: Mapping[str, Sequence[ShownSlot]] = _by_block(self._shown)

    def insert(self, html: str) -> str:
        """The page with the HTML of each slot in place of its placeholder; its links say that they are sponsored."""
        for number, slot in self._shown.items():
            if slot.html is not None:
                sponsored = _LINK_WITHOUT_REL.sub('<a rel="sponsored"', slot.html)
                html = html.replace(_placeholder(number), sponsored)
        return html


def require_blocks(slots: Iterable[SlotSettings], order: Sequence[str], theme: str) -> None:
    """Raise ConfigurationError for a slot after a block that the theme does not show."""
    for place, slot in enumerate(slots, 1):
        if slot.after not in order:
            problem = f'the theme {theme} shows no block "{slot.after}", which slots.{place}.after of the edition names'
            raise ConfigurationError(f"{problem}; {suggestion(slot.after, order)}")


def _by_block(slots: Mapping[int, SlotSettings]) -> Mapping[str, Sequence[ShownSlot]]:
    found: defaultdict[str, list[ShownSlot]] = defaultdict(list)
    for number, slot in slots.items():
        found[slot.after].append(_shown_slot(slot, number))
    return dict(found)


def _shown_slot(slot: SlotSettings, number: int) -> ShownSlot:
    page = None if slot.html is None else _parsed(slot.html, number)
    text = clean_paragraphs(slot.text or "") if page is None else _text_of(page)
    links = () if page is None else tuple(dict.fromkeys(str(a.get("href")) for a in page.iter("a") if a.get("href")))
    return ShownSlot(
        label=slot.label,
        html=None if slot.html is None else Markup(_placeholder(number)),  # noqa: S704 - made here, of a number
        paragraphs=tuple(" ".join(one.split()) for one in re.split(r"\n\s*\n", text) if one.strip()),
        image=slot.image,
        alt=clean_line(slot.text or shown_host(slot.url or "") or ""),
        url=slot.url,
        links=links,
    )


def _parsed(html: str, number: int) -> HtmlElement:
    page = lxml.html.fragment_fromstring(html, create_parent=True)
    found = next(chain(forbidden_markup(page), unusable_addresses(page)), None)
    if found is not None:
        raise RenderError(f"slots.{number}.html of the edition has {found}")
    return page


def _text_of(page: HtmlElement) -> str:
    """The text with an empty line where a reader of the HTML sees a new one."""
    for style in list(page.iter("style")):
        style.drop_tree()
    for element in page.iter(*_LINES):
        element.text = f"\n\n{element.text or ''}"
        element.tail = f"\n\n{element.tail or ''}"
    for line_break in page.iter("br"):
        line_break.tail = f"\n{line_break.tail or ''}"
    return str(page.text_content())


def _placeholder(number: int) -> str:
    """An element that no text of an article can be, because those are escaped."""
    return f'<i data-slot="{number}"></i>'

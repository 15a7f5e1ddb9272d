"""Slots between the blocks of an issue, such as advertisements, as the templates get them. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

import lxml.html
from markupsafe import Markup

from digest.errors import ConfigurationError
from digest.settings.fields import suggestion
from digest.settings.looks import SlotSettings

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
    """The slots of one issue, by the block that they follow."""

    def __init__(self, slots: Sequence[SlotSettings], day: date) -> None:
        self._shown = [slot for slot in slots if slot.is_on(day)]
        self.by_block: Mapping[str, Sequence[ShownSlot]] = _by_block(self._shown)

    def insert(self, html: str) -> str:
        """The page with the HTML of each slot in place of its placeholder; its links say that they are sponsored."""
        for place, slot in enumerate(self._shown):
            if slot.html is not None:
                sponsored = _LINK_WITHOUT_REL.sub('<a rel="sponsored"', slot.html)
                html = html.replace(_placeholder(place), sponsored)
        return html


def require_blocks(slots: Iterable[SlotSettings], order: Sequence[str], theme: str) -> None:
    """Raise ConfigurationError for a slot after a block that the theme does not show."""
    for place, slot in enumerate(slots, 1):
        if slot.after not in order:
            problem = f'the theme {theme} shows no block "{slot.after}", which slots.{place}.after of the edition names'
            raise ConfigurationError(f"{problem}; {suggestion(slot.after, order)}")


def _by_block(slots: Iterable[SlotSettings]) -> Mapping[str, Sequence[ShownSlot]]:
    found: defaultdict[str, list[ShownSlot]] = defaultdict(list)
    for place, slot in enumerate(slots):
        found[slot.after].append(_shown_slot(slot, place))
    return dict(found)


def _shown_slot(slot: SlotSettings, place: int) -> ShownSlot:
    page = lxml.html.fragment_fromstring(slot.html, create_parent=True) if slot.html is not None else None
    text = (slot.text if page is None else page.text_content()) or ""
    links = () if page is None else tuple(dict.fromkeys(str(a.get("href")) for a in page.iter("a") if a.get("href")))
    return ShownSlot(
        label=slot.label,
        html=None if slot.html is None else Markup(_placeholder(place)),  # noqa: S704 - made here, of a number
        paragraphs=tuple(" ".join(one.split()) for one in re.split(r"\n\s*\n", text) if one.strip()),
        image=slot.image,
        alt=" ".join((slot.text or urlsplit(slot.url or "").hostname or "").split()),
        url=slot.url,
        links=links,
    )


def _placeholder(place: int) -> str:
    """An element that no text of an article can be, because those are escaped."""
    return f'<i data-slot="{place}"></i>'

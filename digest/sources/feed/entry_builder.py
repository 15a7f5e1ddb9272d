"""Makes entries of the tables that feedparser and the quick reader give: their raw texts are chosen and cleaned."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from digest.model.articles import Counters
from digest.parsing.absent import is_absent
from digest.parsing.html_text import without_second_escape
from digest.parsing.language import primary_language
from digest.parsing.references import resolved
from digest.parsing.urls import is_place_on_page, web_url
from digest.sources.article_pictures.choice import FoundPicture
from digest.sources.feed.entry import Entry, read_counter, read_date
from digest.sources.feed.fast_reader import THREADING
from digest.sources.feed.fields import (
    MEDIA_CATEGORIES,
    Table,
    base_of_links,
    base_of_text,
    field,
    is_page_type,
    table_field,
    tables_field,
    text_field,
)
from digest.sources.feed.partner_elements import (
    ORIGINAL_LINK,
    PARTNER_ELEMENTS,
    TURBO_SOURCE,
    partner_texts,
    partner_title,
)
from digest.sources.feed.pictures import picture_of
from digest.sources.feed.texts import (
    byline,
    first_paragraph,
    heading,
    is_recording,
    picture_credit,
    section_name,
    short,
)

_Text = tuple[str, str, str]  # with its MIME type and its xml:base
_OTHER_RELATIONS = frozenset({"enclosure", "replies", "self"})
_PATH = re.compile(r"[^\s/?]*[/?]\S*")
_OTHER_TYPES = ("image/", "audio/", "video/", "application/")
_MOST_TOP_LEVEL = 4  # letters of a domain's last part that feedparser's pattern of an address takes
# "ple" of "anna@a.example", and "ple (Anna" of "anna@a.example (Anna)"
_REST_OF_ADDRESS = re.compile(r"^[a-z0-9.-]+(?:$| (?=\())|[<(][a-z0-9.-]+>?$")


class EntryBuilder:
    """Makes the entries of one feed; `flaws` counts what in them cannot be read."""

    def __init__(self, result: Table, base: str | None, zone: tzinfo, flaws: Counter[str]) -> None:
        feed = result["feed"]
        self._base = base_of_links(site_link(feed) or _self_link(feed), base)
        self._language = primary_language(text_field(feed, "language"))
        self._is_atom = str(result.get("version") or "").startswith("atom")
        self._byline = byline(tuple(_authors(feed, is_atom=self._is_atom)))
        namespaces = result.get("namespaces", {})
        totals = [f"{prefix}_total" for prefix, uri in namespaces.items() if uri == THREADING] or ["thr_total"]
        self._numbers_of_comments = ("slash_comments", *totals)
        self._zone = zone
        self._flaws = flaws

    def entries(self, items: Sequence[Table]) -> tuple[Entry, ...]:
        """The entries of items.

        A field of all items before the next field: the processor keeps the code and the branches of one field at hand,
        which saves a quarter of the time (benchmarks: parsing).
        """
        urls = [self._url(item) for item in items]
        titles = [self._title(item) for item in items]
        texts = [_texts_with_types(item) for item in items]
        partners = [_partner_texts(item) for item in items]
        pictures = [self._chosen_picture(*of_item) for of_item in zip(items, urls, texts, partners, strict=True)]
        summaries = [_chosen_summary(*of_item) for of_item in zip(titles, texts, partners, strict=True)]
        rows = zip(items, urls, titles, pictures, summaries, strict=True)
        return tuple(self._entry(*row) for row in rows)

    def _entry(self, item: Table, url: str | None, title: str, picture: FoundPicture, summary: str | None) -> Entry:
        published, updated = self._dates(item)
        return Entry(
            url=url,
            title=title,
            guid=text_field(item, "id") or None,
            summary=summary,
            image_url=picture.url,
            image_width=picture.width,
            image_height=picture.height,
            image_credit=_image_credit(item),
            section=_section(item),
            author=self._author(item),
            language=self._language_of(item),
            published_at=published,
            updated_at=updated,
            counters=self._counters(item),
        )

    def _title(self, item: Table) -> str:
        kind = text_field(table_field(item, "title_detail"), "type") or "text/plain"
        title = heading(text_field(item, "title"), kind, literal=self._is_atom)
        return title or ("" if PARTNER_ELEMENTS.isdisjoint(item) else partner_title(item))

    def _chosen_picture(
        self, item: Table, url: str | None, texts: Sequence[_Text], partner: Sequence[tuple[str, str]]
    ) -> FoundPicture:
        page = base_of_text(url, self._base)
        markups = [(value, self._base_of(base, page)) for value, kind, base in texts if kind != "text/plain"]
        markups += [(markup, page) for markup, _ in partner]
        base = text_field(table_field(item, "title_detail"), "base")
        return picture_of(item, markups, self._base_of(base, self._base))

    def _author(self, item: Table) -> str | None:
        """The entry's authors, else those of the feed that it was taken from, else the feed's (RFC 4287, 4.2.1)."""
        if line := byline(tuple(_authors(item, is_atom=self._is_atom))):
            return line
        return byline(tuple(_authors(table_field(item, "source"), is_atom=self._is_atom))) or self._byline

    def _url(self, item: Table) -> str | None:
        main, links, guid = text_field(item, "link"), tables_field(item, "links"), text_field(item, "id")
        is_only = len(links) == 1 and field(links[0], "href") == main and _is_page(links[0])
        if is_only and ORIGINAL_LINK not in item and not _leads_nowhere(main) and (url := web_url(main, self._base)):
            return url
        # feedparser takes any link whose URL is between the tags for the article's, whatever its rel.
        is_other = any(field(link, "rel") in _OTHER_RELATIONS and text_field(link, "href") == main for link in links)
        hrefs = [text_field(link, "href") for link in links if field(link, "rel") not in _OTHER_RELATIONS]
        # Of several pages the first: those of nested elements and in other languages follow it.
        pages = [text_field(link, "href") for link in links if _is_page(link)]
        permalink = guid if guid in pages or (main == guid and _PATH.fullmatch(guid)) else ""  # "17" is an identifier
        own = (text_field(item, ORIGINAL_LINK), permalink, *pages, *hrefs, main if is_other else "")
        texts = (*own, text_field(item, TURBO_SOURCE))
        found = (web_url(text, self._base) for text in texts if not _leads_nowhere(text))
        return next((url for url in found if url), None) or web_url(guid) or self._url_without_page(links)

    def _url_without_page(self, links: list[Table]) -> str | None:
        """The URL of an entry that has no page: of its own document, or of its recording (an episode of a podcast)."""
        texts = [text_field(link, "href") for link in links if field(link, "rel") == "self"]
        texts += [text_field(link, "href") for link in links if is_recording(text_field(link, "type"))]
        return next((url for text in texts if text and (url := web_url(text, self._base))), None)

    def _base_of(self, base: str, otherwise: str | None) -> str | None:
        """Where links in an element start: from its xml:base, which itself starts from the feed's, or `otherwise`."""
        return (web_url(base, self._base) if base else None) or otherwise

    def _dates(self, item: Table) -> tuple[datetime | None, datetime | None]:
        dates = {
            name: read_date(text, self._zone, self._flaws)
            for name in ("published", "created", "updated")
            if (text := field(item, name))
        }
        updated = dates.get("updated")
        return dates.get("published") or dates.get("created") or updated, updated

    def _language_of(self, item: Table) -> str | None:
        """The language of an item, else of its title, else the feed's."""
        of_title = field(table_field(item, "title_detail"), "language")
        return primary_language(field(item, "language")) or primary_language(of_title) or self._language

    def _counters(self, item: Table) -> Counters:
        counts = [text_field(item, name) for name in self._numbers_of_comments]
        replies = [link for link in tables_field(item, "links") if field(link, "rel") == "replies"]
        # With its prefix where the XML is not well-formed.
        counts += [text_field(link, "count") or text_field(link, "thr:count") for link in replies]
        comments = [
            number for text in counts if text and (number := read_counter(text, "comments", self._flaws)) is not None
        ]
        views = read_counter(text_field(table_field(item, "media_statistics"), "views"), "views", self._flaws)
        return Counters(views=views, comments=comments[0] if comments else None)


def _leads_nowhere(address: str) -> bool:
    """Whether an address is missing, is the page itself, or says that there is none."""
    return address[:4] != "http" and (not address or is_place_on_page(address) or is_absent(address))


def _is_page(link: Table) -> bool:
    return field(link, "rel") == "alternate" and is_page_type(text_field(link, "type"))


def _texts_with_types(item: Table) -> list[_Text]:
    """The summary first, then the contents: each with its MIME type and its xml:base; what is no text is left out."""
    first = table_field(item, "summary_detail")
    details = (first, *tables_field(item, "content"))
    texts = [
        (value if kind == "text/plain" else without_second_escape(value), kind, text_field(detail, "base"))
        for detail in details
        if (value := text_field(detail, "value")) and _is_text(kind := text_field(detail, "type") or "text/html")
    ]
    if not first and (summary := text_field(item, "summary")) and not tables_field(item, "content"):
        texts.append((without_second_escape(summary), "text/html", ""))
    return texts


def _partner_texts(item: Table) -> Sequence[tuple[str, str]]:
    return () if PARTNER_ELEMENTS.isdisjoint(item) else tuple(partner_texts(item))


def _chosen_summary(title: str, texts: Sequence[_Text], partner: Sequence[tuple[str, str]]) -> str | None:
    """The first text that says something; those for partners come last."""
    typed = [(value, kind) for value, kind, _ in texts]
    typed += [(text, "text/html") for _, text in partner]
    return first_paragraph(typed, title)


def _is_text(kind: str) -> bool:
    """Whether a MIME type is that of a text: the content of an Atom entry may be a picture in base64."""
    return not kind.startswith(_OTHER_TYPES) or "html" in kind


def _image_credit(item: Table) -> str | None:
    """The photographer, else the first who is named."""
    if "media_credit" not in item:  # quick path for nearly all of them
        return None
    credits_ = sorted(tables_field(item, "media_credit"), key=lambda one: text_field(one, "role") != "photographer")
    return next((name for one in credits_ if (name := picture_credit(short(text_field(one, "content"))))), None)


def _section(item: Table) -> str | None:
    """The first category that names a section; that of a picture may be `Photo`, and counts without another."""
    tags = tables_field(item, "tags")
    for tag in sorted(tags, key=lambda tag: field(tag, "scheme") == MEDIA_CATEGORIES):
        if name := section_name(text_field(tag, "label") or text_field(tag, "term")):
            return name
    return None


def _authors(table: Table, *, is_atom: bool) -> Iterator[str]:
    """The names of the authors, which may hold email addresses."""
    authors, last = tables_field(table, "authors"), text_field(table, "author")
    if len(authors) <= 1 and "@" in last:
        yield last  # as written: feedparser's name lacks what its pattern took for an address
        return
    for author in authors:
        name = text_field(author, "name")
        yield name if is_atom else _without_rest_of_address(name, text_field(author, "email"))


def _without_rest_of_address(name: str, email: str) -> str:
    """An author's name without the rest of an address that feedparser cut off: it takes four letters of a domain."""
    is_cut = len(email.rpartition(".")[2]) == _MOST_TOP_LEVEL
    return _REST_OF_ADDRESS.sub("", resolved(name)) if is_cut else name


def site_link(feed: Table) -> str:
    """The address of the feed's site: of several links to a page not those in other languages."""
    links = tables_field(feed, "links")
    if not links:
        return text_field(feed, "link")
    pages = [link for link in links if _is_page(link)]
    main = [link for link in pages if not field(link, "hreflang")][-1:] or pages[:1]
    return text_field(main[0], "href") if main else ""


def _self_link(feed: Table) -> str:
    """The address of the feed itself, as it names it."""
    links = [text_field(link, "href") for link in tables_field(feed, "links") if field(link, "rel") == "self"]
    return links[-1] if links else text_field(feed, "self")

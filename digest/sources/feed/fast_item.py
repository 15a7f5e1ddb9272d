"""Reads one item of a well-formed feed into the table that feedparser would return for it."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

import feedparser.api

from digest.sources.feed.fast_names import RDF_ABOUT, UnfamiliarError, attributes, language_of, named
from digest.sources.feed.fields import MEDIA_CATEGORIES, OTHER_PICTURES, PAGE_TYPES
from digest.sources.feed.partner_elements import CAPTION, ORIGINAL_LINK, PARTNER_ELEMENTS, PREFIXES

RSS_AUTHORS = frozenset({"author", "managingeditor", "dc_creator", "dc_author", "itunes_author"})

_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html"}
_ABSOLUTE = ("http://", "https://", "tag:", "urn:")
_THREE_SLASHES = re.compile(r"[A-Za-z][A-Za-z0-9+-.]*:///")
_ENTITY_IN_LINK = re.compile(r"&([A-Za-z0-9_]+);")
_LIKE_HTML: Callable[[str], bool] = feedparser.api.StrictFeedParser.looks_like_html
_SOURCE_CHILDREN = "title id updated published link author subtitle rights category logo icon generator"
# Elements that are not used; one with children is left to feedparser.
_UNUSED = """
    rights copyright subtitle tagline info generator cloud dc_rights dc_publisher dc_contributor webmaster
    expirationdate feedburner_browserfriendly itunes_subtitle media_rating media_restriction media_license media_player
    dcterms_valid comments url uri homepage name email width height
"""
# Names with a special meaning for feedparser, or under which it keeps something else.
_UNSUPPORTED = """
    abstract authors author_detail body channel content_detail contributors entry feed fullitem item keywords links
     media_content_detail newlocation rdf_rdf rss summary_detail svg tags textinput title_detail
"""

Reader = Callable[["Item", Any, str | None, int], None]


def _keep_text(name: str) -> Reader:
    def keep(item: "Item", element: Any, _language: str | None, depth: int) -> None:
        item.keep(name, item.text_of(element), depth)

    return keep


def _keep_count(name: str) -> Reader:
    def keep(item: "Item", element: Any, _language: str | None, depth: int) -> None:
        if element.items():
            raise UnfamiliarError
        item.keep(name, item.text_of(element), depth)

    return keep


def _ignore(_item: "Item", element: Any, _language: str | None, _depth: int) -> None:
    if len(element):
        raise UnfamiliarError


def _ignore_all(_item: "Item", _element: Any, _language: str | None, _depth: int) -> None:
    pass


def _refuse(_item: "Item", _element: Any, _language: str | None, _depth: int) -> None:
    raise UnfamiliarError


def author_of(element: Any, names: dict[str, str], text_of: Callable[[Any], str], *, is_atom: bool) -> dict[str, str]:
    """The author that an element names: by its text, or in Atom by its parts."""
    if not len(element):
        text = text_of(element)
        return {"name": text} if text else {}
    author = {}
    for part in element:
        kind = named(part, names)
        if not is_atom or kind == "author" or len(part):
            raise UnfamiliarError
        if kind == "name":
            author["name"] = text_of(part)
    return author


class Item:
    """Reads one item; `names` and `readers` are caches of the document. Relative URLs stay as they are.

    `text_of` reads an element's text, with or without the repair of mojibake.
    """

    def __init__(
        self,
        names: dict[str, str],
        readers: dict[str, Reader],
        text_of: Callable[[Any], str],
        *,
        is_atom: bool,
    ) -> None:
        self.text_of = text_of
        self._names = names
        self._readers = readers
        self._is_atom = is_atom
        self._table: dict[str, Any] = {}
        self._depths: dict[str, int] = {}
        self._has_content = False
        self._titled_at = -1

    def read(self, element: Any, language: str | None) -> dict[str, Any]:
        """The item's table; raises UnfamiliarError."""
        about = element.get(RDF_ABOUT)
        if about:
            self._table["id"] = about
        self._read_children(element, language, 1)
        return self._table

    def _read_children(self, element: Any, language: str | None, depth: int) -> None:
        readers = self._readers
        for part in element:
            reader = readers.get(part.tag)
            if reader is None:
                reader = readers[part.tag] = self._READERS.get(named(part, self._names), Item.unknown)
            reader(self, part, language, depth)

    def unknown(self, element: Any, language: str | None, depth: int) -> None:
        """Read the children of an element that is not used itself."""
        if len(element):
            self._read_children(element, language_of(attributes(element), language), depth + 1)

    def keep(self, name: str, value: str, depth: int) -> None:
        """Keep a value: the last one of a name, unless it is deeper than the one before."""
        if depth <= self._depths.get(name, depth):
            self._depths[name] = depth
            self._table[name] = value

    def _add(self, name: str, part: dict[str, Any]) -> None:
        self._table.setdefault(name, []).append(part)

    def _detail(self, element: Any, kind: str, language: str | None) -> dict[str, Any]:
        """A text with its MIME type, which is guessed where RSS declares plain text and contains markup."""
        if stated := attributes(element):
            kind, language = stated.get("type", kind), language_of(stated, language)
            kind = _TYPES.get(kind, kind)
            if kind not in {"text/plain", "text/html"}:
                raise UnfamiliarError
        value = self.text_of(element)
        if not self._is_atom and kind == "text/plain" and ("</" in value or "&" in value) and _LIKE_HTML(value):
            kind = "text/html"
        return {"type": kind, "language": language, "base": "", "value": value}

    def _title(self, element: Any, language: str | None, depth: int) -> None:
        detail = self._detail(element, "text/plain", language)
        if not -1 < self._titled_at <= depth:
            self.keep("title", detail["value"], depth)
            self._table["title_detail"] = detail
        if detail["value"]:
            self._titled_at = depth  # also of a title that is ignored: after it, one that is less deep is used again

    def _media_title(self, element: Any, language: str | None, depth: int) -> None:
        before = self._titled_at
        self._title(element, language, depth)
        self._titled_at = before

    def _description(self, element: Any, language: str | None, depth: int) -> None:
        self._read_summary(element, "text/html", language, depth)

    def _summary(self, element: Any, language: str | None, depth: int) -> None:
        self._read_summary(element, "text/plain", language, depth)

    def _read_summary(self, element: Any, kind: str, language: str | None, depth: int) -> None:
        if "summary" in self._table and not self._has_content:
            self._content(element, language, depth)
            return
        detail = self._detail(element, kind, language)
        self.keep("summary", detail["value"], depth)
        self._table["summary_detail"] = detail

    def _content(self, element: Any, language: str | None, depth: int) -> None:
        self._add_content(self._detail(element, "text/plain", language))

    def _encoded(self, element: Any, language: str | None, depth: int) -> None:
        self._add_content(self._detail(element, "text/html", language))

    def _add_content(self, detail: dict[str, Any]) -> None:
        self._has_content = True
        self._add("content", detail)
        self._table.setdefault("summary", detail["value"])

    def _link(self, element: Any, language: str | None, depth: int) -> None:
        stated = attributes(element)
        link = {"rel": stated.get("rel", "alternate"), "type": stated.get("type", "text/html")}
        if "count" in stated:
            link["count"] = stated["count"]
        self._add("links", link)
        href = stated.get("url") or stated.get("uri") or stated.get("href")
        if href:
            link["href"] = self._checked_url(href)
            if link["rel"] == "alternate" and link["type"] in PAGE_TYPES:
                self._table["link"] = link["href"]
        elif "href" in stated or "url" in stated or "uri" in stated:
            raise UnfamiliarError
        else:
            target = self._checked_url(self.text_of(element))
            if "&" in target:
                target = _ENTITY_IN_LINK.sub(r"&\g<1>", target.replace("&amp;", "&"))
            self._table["link"] = target
            if target:
                link["href"] = target

    def _guid(self, element: Any, language: str | None, depth: int) -> None:
        stated = attributes(element)
        is_link = not stated or stated.get("ispermalink", "true") == "true"
        value = self.text_of(element)
        if is_link and value and ("[" in value or not value.startswith(_ABSOLUTE)):
            value = self._checked_url(value)
        self.keep("id", value, depth)
        if is_link:
            self._table.setdefault("link", value)

    def _checked_url(self, address: str) -> str:
        """The URL unchanged: it is resolved later. Raises UnfamiliarError for one that feedparser repairs first."""
        if ":///" in address and _THREE_SLASHES.match(address):
            raise UnfamiliarError
        return address

    def _author(self, element: Any, language: str | None, depth: int) -> None:
        author = author_of(element, self._names, self.text_of, is_atom=self._is_atom)
        if not self._table.get("authors"):
            self._depths["author"] = depth
        elif depth > self._depths["author"] or "@" in author.get("name", "") + self._table["author"]:
            raise UnfamiliarError
        self._table["author"] = author.get("name", "")
        self._add("authors", author)

    def _category(self, element: Any, language: str | None, depth: int) -> None:
        stated, text = attributes(element), self.text_of(element)
        if not stated:
            if text:
                self._add("tags", {"term": text})
            return
        term = stated.get("term")
        if term or stated.get("label") or stated.get("domain") or stated.get("scheme"):
            self._add("tags", {"term": term or text, "label": stated.get("label")})
            if not term:
                return
        if text:
            self._add("tags", {"term": text})

    def _media_category(self, element: Any, language: str | None, depth: int) -> None:
        stated, text = attributes(element), self.text_of(element)
        tag = {"scheme": stated.get("scheme", MEDIA_CATEGORIES), "label": stated.get("label")}
        self._add("tags", {**tag, "term": stated.get("term") or text})

    def _itunes_category(self, element: Any, language: str | None, depth: int) -> None:
        if element.get("text"):
            self._add("tags", {"term": element.get("text")})
        self._read_children(element, language, depth + 1)

    def _itunes_image(self, element: Any, language: str | None, depth: int) -> None:
        stated = attributes(element)
        href = stated.get("href") or stated.get("url")
        if href:
            self._table["image"] = {"href": href}

    def _image(self, element: Any, language: str | None, depth: int) -> None:
        # feedparser_reader gives feedparser these three forms as <itunes:image>.
        stated, parts = attributes(element), list(element)
        text = self.text_of(parts[0] if len(parts) == 1 and named(parts[0], self._names) == "url" else element)
        if (text and stated) or len(stated) > 1 or any(char in text for char in " \n\t\"'<>"):
            raise UnfamiliarError
        href = text or stated.get("href") or stated.get("url")
        if not href or not href.isascii():
            raise UnfamiliarError
        self._table["image"] = {"href": href}

    def _media(self, element: Any, language: str | None, depth: int) -> None:
        stated = attributes(element)
        self._add(named(element, self._names), stated)
        self._read_children(element, language_of(stated, language), depth + 1)

    def _thumbnail(self, element: Any, language: str | None, depth: int) -> None:
        stated = attributes(element)
        text = self.text_of(element)
        self._add("media_thumbnail", {"url": text, **stated} if text else stated)

    def _other_picture(self, element: Any, language: str | None, depth: int) -> None:
        if len(element):
            raise UnfamiliarError
        name, stated = named(element, self._names), attributes(element)
        if stated:
            self._table[name] = stated
        else:
            self.keep(name, self.text_of(element), depth)

    def _credit(self, element: Any, language: str | None, depth: int) -> None:
        stated, text = attributes(element), self.text_of(element)
        self._add("media_credit", {**stated, "content": text} if text else stated)

    def _enclosure(self, element: Any, language: str | None, depth: int) -> None:
        stated = attributes(element)
        href = stated.get("url", stated.get("uri", stated.get("href")))
        self._add("links", {**stated, "rel": "enclosure"} | ({"href": href} if href else {}))

    def _statistics(self, element: Any, language: str | None, depth: int) -> None:
        if not element.items() or len(element):
            raise UnfamiliarError
        self._table["media_statistics"] = attributes(element)

    def _source(self, element: Any, language: str | None, depth: int) -> None:
        # Of another feed only the authors are used; as in feedparser a title after it replaces the one before.
        if any(named(part, self._names) not in _SOURCE_CHILDREN.split() for part in element):
            raise UnfamiliarError
        authors = [part for part in element if self._is_atom and named(part, self._names) == "author"]
        if authors:
            found = [author_of(part, self._names, self.text_of, is_atom=True) for part in authors]
            self._table["source"] = {"authors": found, "author": found[-1].get("name", "")}
        self._titled_at = -1

    _READERS: ClassVar[dict[str, Reader]] = {
        "title": _title,
        "dc_title": _title,
        "media_title": _media_title,
        "description": _description,
        "dc_description": _description,
        "media_description": _keep_text(CAPTION),
        "summary": _summary,
        "itunes_summary": _summary,
        "content": _content,
        "content_encoded": _encoded,
        "link": _link,
        "guid": _guid,
        "id": _guid,
        **dict.fromkeys(RSS_AUTHORS, _author),
        "category": _category,
        "dc_subject": _category,
        "media_category": _media_category,
        **dict.fromkeys(("media_keywords", "itunes_keywords"), _ignore),
        **dict.fromkeys(("related", *(f"{prefix}_related" for prefix in PREFIXES)), _ignore_all),
        "itunes_category": _itunes_category,
        "image": _image,
        "itunes_image": _itunes_image,
        "itunes_link": _itunes_image,
        "media_content": _media,
        "media_thumbnail": _thumbnail,
        **dict.fromkeys(OTHER_PICTURES, _other_picture),
        "media_credit": _credit,
        "media_statistics": _statistics,
        "enclosure": _enclosure,
        "source": _source,
        **dict.fromkeys(("pubdate", "published", "issued", "dcterms_issued"), _keep_text("published")),
        **dict.fromkeys(("updated", "modified", "dcterms_modified", "date", "dc_date"), _keep_text("updated")),
        "lastbuilddate": _keep_text("updated"),
        **dict.fromkeys(("created", "dcterms_created"), _keep_text("created")),
        **dict.fromkeys(("language", "dc_language"), _keep_text("language")),
        **{name: _keep_text(name) for name in (*PARTNER_ELEMENTS, ORIGINAL_LINK)},
        "slash_comments": _keep_count("slash_comments"),
        "thr_total": _keep_count("thr_total"),
        **dict.fromkeys(_UNUSED.split(), _ignore),
        **dict.fromkeys(_UNSUPPORTED.split(), _refuse),
    }

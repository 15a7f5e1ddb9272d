"""Fields of the tables that a feed is parsed into; one of another type counts as missing."""

import re
from typing import Any
from urllib.parse import urlsplit

from digest.parsing.urls import is_loopback, web_url

Table = dict[str, Any]

# dict.get, because that of feedparser's tables looks for other names too, and warns about them.
field = dict.get
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml"})
"""The types of links that lead to a page."""

OTHER_PICTURES = ("thumbnail", "fullimage", "bigimage", "storyimage", "featuredimage", "imageurl")
"""Elements of no vocabulary in which feeds of newspapers name an item's picture, as their text or in `url`."""

MEDIA_CATEGORIES = "http://search.yahoo.com/mrss/category_schema"
"""The scheme of a category of Media RSS that names none: the default of its specification."""

_NO_TABLE: Table = {}
_FILE = r"(?:[spx]?html?|php\d?|aspx?|jspx?|cgi|cfm|xml|rss|atom|json|opml|txt)"
_BARE_HOST = re.compile(rf"(?i)(?:[\w-]+\.)+(?!{_FILE}\b)[^\W\d_]{{2,}}(?:/.*)?")


def is_page_type(kind: str) -> bool:
    """Whether a MIME type, with parameters or without, is that of a page."""
    return kind in PAGE_TYPES or kind.partition(";")[0].strip().lower() in PAGE_TYPES


def text_field(table: Table, name: str) -> str:
    """A text, empty if it is missing."""
    value = field(table, name)
    return value if isinstance(value, str) else ""


def table_field(table: Table, name: str) -> Table:
    """A table within the table, empty if it is missing."""
    value = field(table, name)
    return value if isinstance(value, dict) else _NO_TABLE


def tables_field(table: Table, name: str) -> list[Table]:
    """The tables of a list, empty if it is missing."""
    value = field(table, name)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def base_of_links(link: str, base: str | None) -> str | None:
    """Where a feed's relative links start: from its URL `base`, or from the site's `link` if that is on another host.

    Feeds are often served by a service, a CDN or a bucket, or are saved files (without `base`). A link to the machine
    on which a site was built says nothing.
    """
    site = web_url(f"https://{link}" if _BARE_HOST.fullmatch(link) else link, base) if link else None
    if site is None or (base and (_host(site) == _host(base) or is_loopback(_host(site)))):
        return base
    return site


def base_of_text(page: str | None, base: str | None) -> str | None:
    """Where relative links in an item's text start: from the item's `page`, unless that is on another host than `base`.

    A page on another host may be a redirect of a service that counts clicks.
    """
    if not page or base is None or page.split("/", 3)[:3] == base.split("/", 3)[:3]:
        return page or base
    return page if _host(page) == _host(base) else base


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")

"""Fields of the tables that a feed is parsed into; one of another type counts as missing."""

from typing import Any
from urllib.parse import urlsplit

from digest.parsing.urls import web_url

Table = dict[str, Any]

# dict.get, because that of feedparser's tables looks for other names too, and warns about them.
field = dict.get
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml"})
"""The types of links that lead to a page."""

_NO_TABLE: Table = {}


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

    Feeds are often served by a service, a CDN or a bucket, or are saved files (without `base`).
    """
    site = web_url(link, base) if link else None
    return base if site is None or (base and _host(site) == _host(base)) else site


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")

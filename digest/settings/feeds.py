"""Settings that make an edition of any feeds, without a configuration."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from digest.parsing.text import clean_line
from digest.parsing.urls import web_url
from digest.settings.load import parse
from digest.settings.schema import Settings

_ALL_ARTICLES = {"top": 200, "per_story": 200, "per_section": 0, "diversity": 0.0}


def feed_settings(feeds: Sequence[str], root: Path, name: str = "") -> Settings:
    """Settings that make an edition of any feeds, without a configuration; `root` is where relative paths start.

    The portal is called `name`, or as the host of the first feed.
    """
    tables = {
        "portal": _portal_of(feeds[0]) | ({"name": name} if name else {}),
        "sources": _feed_tables(feeds),
        "editions": [{"name": "feed", "articles": "any", "minimum": 0, **_ALL_ARTICLES}],
        "database": {"url": "sqlite://"},
    }
    return parse(tables, file="--feed", root=root, environ={})


def _feed_tables(feeds: Sequence[str]) -> list[dict[str, str]]:
    """A source's table for each feed that the command line names."""
    return [{"name": f"feed-{place}", "kind": "feed", "url": feed} for place, feed in enumerate(feeds, 1)]


def _portal_of(feed: str) -> dict[str, str]:
    """The portal named by a feed's URL; the source refuses a URL that is not valid."""
    try:
        parts = urlsplit(feed)
        host, site = parts.hostname, web_url(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
    except ValueError:
        host, site = None, None
    name = clean_line(host or Path(feed).stem) or "Digest"
    return {"name": name, "url": site or "https://localhost", "timezone": "UTC"}

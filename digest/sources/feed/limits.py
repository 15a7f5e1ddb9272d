"""Parses a feed within limits: ordinary and simple documents here, any other one in the sandbox."""

import re
import threading
from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from digest.model.articles import Channel, Counters
from digest.parsing.encodings.charset import decoded
from digest.sources import sandbox
from digest.sources.feed.entry import Entry, Parsed
from digest.sources.feed.parse import parse_ordinary, parse_text
from digest.sources.sandbox import DEFAULT_LIMITS, SandboxLimits

# One thread parses at a time: parsing is bound by the processor, and threads that switch take twice as long (measured).
_PARSING = threading.Lock()
_LARGEST_SIMPLE = 1_000_000  # characters
# Above these feedparser's time grows with the square: author names, attributes, categories, keywords (measured).
_LONG_WORD = re.compile(r"(?a)[\w.+@-]{4000}")
_MOST = (("<", 20_000), ("&", 60_000), ("=", 10_000), ("category", 4_000))
_MOST_KEYWORDS = 2_000


def parse_within_limits(
    data: bytes, *, content_type: str | None, base: str | None, zone: ZoneInfo, limits: SandboxLimits = DEFAULT_LIMITS
) -> Parsed:
    """Parse a feed that came from the URL `base`; dates without a zone are in `zone`.

    Raises ParseError, whose message lacks the name of the feed: "is empty", "is a web page and not a feed; …".
    """
    with _PARSING:
        ordinary = parse_ordinary(data, content_type=content_type, base=base, zone=zone)
        if ordinary is not None:
            return ordinary
        text = decoded(data, content_type)
        if is_simple(text):
            return parse_text(text, base=base, zone=zone)
    fields = sandbox.run("feed", text, base, zone.key, limits=limits)
    channel = Channel(**fields["channel"])
    return Parsed(
        entries=tuple(map(_limited_entry, fields["entries"])), flaws=Counter(fields["flaws"]), channel=channel
    )


def is_simple(text: str) -> bool:
    """Whether a document cannot keep feedparser busy for long."""
    if len(text) > _LARGEST_SIMPLE or any(text.count(sign) > most for sign, most in _MOST):
        return False
    has_keywords = "keywords" in text and text.count(",") > _MOST_KEYWORDS
    return "<!ENTITY" not in text and not has_keywords and not _LONG_WORD.search(text)


def _limited_entry(fields: dict[str, Any]) -> Entry:
    """The entry that the sandbox wrote as JSON."""
    dates = {name: datetime.fromisoformat(fields[name]) for name in ("published_at", "updated_at") if fields[name]}
    return Entry(**{**fields, **dates, "counters": Counters(**fields["counters"])})

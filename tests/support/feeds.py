"""Feeds that are parsed in the test's process, in whatever time it takes."""

from datetime import UTC, tzinfo

from digest.parsing.encodings.charset import decoded
from digest.sources.feed.entry import Parsed
from digest.sources.feed.parse import parse_ordinary, parse_text


def parse_feed(data: bytes, *, content_type: str | None = None, base: str | None = None, zone: tzinfo = UTC) -> Parsed:
    """Parse a feed as `parse_within_limits` does, without its limits."""
    ordinary = parse_ordinary(data, content_type=content_type, base=base, zone=zone)
    return ordinary or parse_text(decoded(data, content_type), base=base, zone=zone)

"""Whether a body is a whole document, although its transfer ended too early. Pure."""

import json
import re

# Caches add comments, WordPress's two of them.
_ROOT_END = re.compile(rb"(?i)</(?:\w+:)?(?:rss|feed|rdf|html)\s*>\s*(?:<!--[^<>]{0,500}-->\s*){0,5}\Z")
_LONGEST_END = 2_000  # bytes
_BLANK = b" \t\r\n\0"


def is_whole(body: bytes | bytearray) -> bool:
    """Whether a feed or a page ends with the end of its root element, and JSON is complete.

    Some servers state too long a Content-Length, or leave out the last chunk or the checksum of gzip.
    """
    if bytes(body[:100]).lstrip(b"\xef\xbb\xbf" + _BLANK)[:1] in {b"{", b"["}:
        return _is_json(bytes(body))
    return _ROOT_END.search(bytes(body[-_LONGEST_END:]).rstrip(_BLANK)) is not None


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True

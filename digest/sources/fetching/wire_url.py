"""Web addresses as they go over the wire, and as messages may show them."""

import re
from urllib.parse import quote, urlsplit

from yarl import URL

_UNSAFE = re.compile(r"[\x00-\x20\"<>^`{|}\x7f-\U0010ffff]")


def wire_url(address: str) -> URL:
    """An address whose path and query are sent as they are written, as browsers do; raises ValueError.

    Only what must not be in a request is percent-encoded: decoding `%2F` or `%7E`, as yarl does, breaks signed ones.
    """
    address = address.strip()
    authority = URL(address).with_user(None).raw_authority
    parts = urlsplit(address)
    path = _percent_encoded(parts.path) or "/"
    query = f"?{_percent_encoded(parts.query)}" if parts.query else ""
    return URL(f"{parts.scheme}://{authority}{path}{query}", encoded=True)


def redacted(url: str | URL) -> str:
    """A URL for messages: without user name, password, query and fragment, which may hold secrets."""
    try:
        parts = URL(url.strip()) if isinstance(url, str) else url
        query = "?…" if parts.query_string else ""
        return str(parts.with_user(None).with_query(None).with_fragment(None)) + query
    except ValueError:
        return "the address"


def _percent_encoded(part: str) -> str:
    """A part of an address in ASCII; bytes of a header that are not UTF-8 arrive as surrogates."""
    return _UNSAFE.sub(lambda match: quote(match[0], safe="", errors="surrogateescape"), part)

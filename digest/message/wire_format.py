"""What may go on the wire: plain addresses, and CRLF lines with stuffed dots (pure)."""

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LONGEST = 1000  # a line with its CRLF
_PLAIN = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@{_LABEL}(?:\.{_LABEL})*")


def is_plain_address(address: str) -> bool:
    """Whether an address can stand in MAIL and RCPT: ASCII, unquoted, at most 64 and 254 octets (RFC 5321, 4.5.3.1)."""
    match = _PLAIN.fullmatch(address)
    return match is not None and len(match["local"]) <= 64 and len(address) <= 254


def content_defect(content: bytes) -> str | None:
    """What is wrong with a message's bytes, or `None`: 7-bit CRLF lines of at most 998 octets (RFC 5322, 2.1.1)."""
    if not content.endswith(b"\r\n"):
        return "it does not end with CRLF"
    if not content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n"):
        return "it holds a bare CR or LF"
    if _has_long_line(content):
        return "a line is longer than 998 octets"
    if not content.isascii() or b"\0" in content:
        return "it holds a NUL or an octet above 127"
    return None


def _has_long_line(content: bytes) -> bool:
    start = 0
    while start < len(content):
        # From the start of a line to the last line that ends within its longest allowed octets: few looks, no copies.
        end = content.rfind(b"\n", start, start + _LONGEST)
        if end < 0:
            return True
        start = end + 1
    return False


def has_dots(content: bytes) -> bool:
    """Whether any line begins with a dot."""
    return content.startswith(b".") or b"\n." in content


def dot_stuffed(content: bytes) -> bytes:
    """The message as DATA carries it, without the final dot: a line's first dot is doubled (RFC 5321, 4.5.2)."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed

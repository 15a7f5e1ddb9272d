"""The format of SMTP: CRLF lines whose leading dots are doubled (pure)."""

_MAX_LINE = 1000  # octets, with CRLF


def content_defect(content: bytes) -> str | None:
    """What is wrong with a message's bytes, or `None`: 7-bit CRLF lines of at most 998 octets (RFC 5322, 2.1.1)."""
    if not content.endswith(b"\r\n"):
        return "it does not end with CRLF"
    if not content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n"):
        return "it contains a bare CR or LF"
    if _has_long_line(content):
        return "a line is longer than 998 octets"
    if not content.isascii() or b"\0" in content:
        return "it contains a NUL or an octet above 127"
    return None


def _has_long_line(content: bytes) -> bool:
    start = 0
    while start < len(content):
        # Jumps to the last line end within the allowed length: few searches, and no copies as `split` would make.
        end = content.rfind(b"\n", start, start + _MAX_LINE)
        if end < 0:
            return True
        start = end + 1
    return False


def has_dots(content: bytes) -> bool:
    """Whether a line begins with a dot."""
    return content.startswith(b".") or b"\n." in content


def dot_stuffed(content: bytes) -> bytes:
    """The message as DATA carries it, without the final dot: leading dots are doubled (RFC 5321, 4.5.2)."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed

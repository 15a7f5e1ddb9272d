"""The format of SMTP: which bytes may be sent, and how leading dots are doubled."""

import pytest

from digest.message.wire_format import content_defect, dot_stuffed, has_dots

LONG = "a line is longer than 998 octets"
BARE = "it contains a bare CR or LF"
ODD = "it contains a NUL or an octet above 127"


@pytest.mark.parametrize(
    ("content", "defect"),
    [
        (b"\r\n", None),
        (b"x" * 998 + b"\r\n", None),
        (b"x" * 999 + b"\r\n", LONG),
        ((b"x" * 998 + b"\r\n") * 3, None),
        (b"x\r\n" + b"x" * 999 + b"\r\nx\r\n", LONG),
        ((b"x" * 998 + b"\r\n") * 3 + b"x" * 999 + b"\r\n", LONG),
        (b"\x01\x7f\r\n", None),
        (b"\x80\r\n", ODD),
        (b"\0\r\n", ODD),
        (b"", "it does not end with CRLF"),
        (b"x\n", "it does not end with CRLF"),
        (b"x\ny\r\n", BARE),
        (b"x\ry\r\n", BARE),
        (b"x\n\ry\r\n", BARE),
    ],
)
def test_content_defect_at_the_limits_of_the_rfc(content: bytes, defect: str | None) -> None:
    """RFC 5322, 2.1.1: 998 octets in a line without its CRLF, of 7 bits, and no NUL."""
    assert content_defect(content) == defect


@pytest.mark.parametrize(
    ("content", "stuffed"),
    [
        (b".\r\n", b"..\r\n"),
        (b"x\r\n.\r\n..y\r\nx.z\r\n", b"x\r\n..\r\n...y\r\nx.z\r\n"),
        (b"x\r\n", b"x\r\n"),
    ],
)
def test_dot_stuffed_doubles_leading_dots_alone(content: bytes, stuffed: bytes) -> None:
    """RFC 5321, 4.5.2."""
    assert dot_stuffed(content) == stuffed
    assert has_dots(content) is (content != stuffed)

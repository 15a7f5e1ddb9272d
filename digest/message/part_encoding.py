"""Encodes the text of a part of a message around the places of its placeholders (pure).

In quoted-printable a placeholder is between two soft line breaks; in base64 it has a line of its own, with the few
neighbouring bytes that complete its groups of three.
"""

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass

from digest import tokens

_BASE64_LINE = 57  # bytes that make 76 characters

# What programs on the way change at the beginning of a line. Those that keep mail in mbox files put ">" before "From ":
# readers see it, and the signature breaks. Some servers remove a dot too many of those that SMTP doubles, so that a
# link or a style is another one: https://github.com/zendframework/zend-mime/pull/4
_CHANGED_LATER = re.compile(rb"^(?:\.+(?:From )?|From )", re.MULTILINE)

Tokens = Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """The place of the token with that number; in base64 with neighbours that complete its groups of three bytes."""

    number: int
    base64: bool = False
    before: bytes = b""
    after: bytes = b""

    def encoded(self, tokens_of_message: Tokens) -> bytes:
        """The token, in base64 with its neighbours."""
        token = tokens_of_message[self.number]
        return b2a_base64(self.before + token + self.after, newline=False) if self.base64 else token


Piece = bytes | Placeholder


def pieces_with(pieces: Sequence[Piece], minted: Tokens) -> list[bytes]:
    """The bytes of a message with these tokens."""
    return [piece if isinstance(piece, bytes) else piece.encoded(minted) for piece in pieces]


def smaller_encoding(text: str, placeholders: Sequence[bytes]) -> tuple[str, list[Piece]]:
    """The text in quoted-printable or base64, whose name comes first; `placeholders`: the tokens to leave out.

    Base64 is smaller from about one Cyrillic letter in ten.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    content = "\n".join(lines[:-1] if lines[-1] == "" else lines) + "\n"
    any_placeholder = b"(" + b"|".join(map(re.escape, placeholders)) + b")"
    split = re.split(any_placeholder, content.encode("utf-8", "replace"))
    segments, numbers = split[::2], [placeholders.index(found) for found in split[1::2]]
    quoted = _quoted_printable(segments, numbers)
    if any(len(segment) < 2 for segment in segments[1:-1]):  # two placeholders would share a group of three bytes
        return "quoted-printable", quoted
    base64 = _base64([segment.replace(b"\n", b"\r\n") for segment in segments], numbers)
    specimens = (b"x" * tokens.LENGTH,) * len(placeholders)
    base64_size, quoted_size = (sum(map(len, pieces_with(pieces, specimens))) for pieces in (base64, quoted))
    return ("base64", base64) if base64_size < quoted_size else ("quoted-printable", quoted)


def _quoted_printable(segments: Sequence[bytes], numbers: Sequence[int]) -> list[Piece]:
    pieces: list[Piece] = []
    for segment, number in zip(segments, numbers, strict=False):
        # With a letter behind it, the encoder neither breaks the last line too late nor encodes a space at its end.
        head = _crlf_lines(b2a_qp(segment + b"x", istext=True)[:-1])
        soft_break = b"=\r\n" if head and not head.endswith(b"\n") else b""
        pieces += [head + soft_break, Placeholder(number), b"=\r\n"]
    return [*pieces, _crlf_lines(b2a_qp(segments[-1], istext=True))]


def _crlf_lines(quoted: bytes) -> bytes:
    """Quoted-printable with CRLF, and no line that begins with `From ` or a dot; soft breaks keep it short enough."""
    return _CHANGED_LATER.sub(_encoded_beginning, quoted).replace(b"\n", b"\r\n")


def _encoded_beginning(found: re.Match[bytes]) -> bytes:
    return b"=2E=\n" * found[0].count(b".") + (b"=46rom=\n " if found[0].endswith(b" ") else b"")


def _base64(segments: Sequence[bytes], numbers: Sequence[int]) -> list[Piece]:
    pieces: list[Piece] = []
    rest = segments[0]
    for segment, number in zip(segments[1:], numbers, strict=True):
        whole_groups = len(rest) - len(rest) % 3
        before = rest[whole_groups:]
        after = segment[: -(len(before) + tokens.LENGTH) % 3]
        pieces += [_base64_lines(rest[:whole_groups]), Placeholder(number, True, before, after), b"\r\n"]
        rest = segment[len(after) :]
    return [*pieces, _base64_lines(rest)]


def _base64_lines(data: bytes) -> bytes:
    starts = range(0, len(data), _BASE64_LINE)
    return b"".join(b2a_base64(data[start : start + _BASE64_LINE], newline=False) + b"\r\n" for start in starts)

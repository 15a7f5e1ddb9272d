"""Reads the parts of a message of any origin: cut to a size, nested to a depth, and never an error.

The email package raises for a number of broken messages and takes minutes for a few; a bounce needs little of it.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header

from digest.parsing.encodings.charset import decoded
from digest.parsing.references import resolved

MAX_SIZE = 256 * 1024  # octets that are read; reports begin with what matters
_MAX_DEPTH = 8
_MAX_PARTS = 50
_MAX_HEADERS = 500
_MAX_VALUE = 2_000  # characters of a header
_MAX_TEXT = 100_000  # characters of a part

_HEADER = re.compile(r"([!-9;-~]{1,80})[ \t]*:(.*)", re.DOTALL)
_BOUNDARY = re.compile(r"""(?i)\bboundary\s*=\s*(?:"([^"\n]{1,200})"|([^\s;"]{1,200}))""")
_UTF_7 = re.compile(r"(?i)\bcharset\s*=\s*[\"']?(?:x-)?(?:unicode-\d-\d-)?utf-7\b")
_COMMENT_OR_SPACE = re.compile(r"[\s(;].*", re.DOTALL)
_BREAK = re.compile(r"(?i)<(?:br|/?p|/?div|/?tr|/?li|/?h\d|hr)\b[^<>]*>")
_HIDDEN = re.compile(r"(?i)<(style|script|head)\b")
_HIDDEN_ENDS = {name: re.compile(rf"(?i)</{name}\s*>") for name in ("style", "script", "head")}
_TAG = re.compile(r"(?s)<(?:[a-z/!?][^<>]*)>", re.IGNORECASE)
_ADDRESS_IN_BRACKETS = re.compile(r"<(?=[^<>\s]{1,64}@[^<>\s]{1,255}>)")

MESSAGE_TYPES = frozenset({"message/rfc822", "message/global"})
Headers = Sequence[tuple[str, str]]  # lower-case names, unfolded values


@dataclass(frozen=True, slots=True)
class MessagePart:
    """A part of a message: its headers, and its text or the parts in it."""

    headers: Headers
    text: str = ""
    parts: Sequence["MessagePart"] = field(default=())

    def header(self, name: str) -> str:
        """The first value of a header, or nothing."""
        return first(self.headers, name)

    @property
    def content_type(self) -> str:
        """Such as text/plain, which is also what a part without a type has."""
        stated = _COMMENT_OR_SPACE.sub("", self.header("content-type").strip()).lower()
        return stated if "/" in stated else "text/plain"

    def walk(self) -> Iterator["MessagePart"]:
        """This part and all parts in it, from the top."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def outer_parts(self) -> Iterator["MessagePart"]:
        """This part and the parts in it that do not belong to an attached message."""
        yield self
        for part in self.parts if self.content_type not in MESSAGE_TYPES else ():
            yield from part.outer_parts()


def first(headers: Headers, name: str) -> str:
    """The first value of a header, or nothing."""
    return next((value for known, value in headers if known == name), "")


def values(headers: Headers, *names: str) -> list[str]:
    """All values of these headers."""
    return [value for known, value in headers if known in names]


def parse_message(raw: bytes) -> MessagePart:
    """The parts of a message, of which only the first `MAX_SIZE` octets are read."""
    data = raw[:MAX_SIZE].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n \t")
    if data.startswith((b"From ", b">From ")):  # the separator of an mbox
        data = data.partition(b"\n")[2]
    return _Parser().part(data, 0)


def parse_headers(text: str) -> Headers:
    """The header lines at the start of a text."""
    headers: list[tuple[str, str]] = []
    for line in text.split("\n")[:_MAX_HEADERS]:
        if line[:1] in {" ", "\t"} and headers:
            name, value = headers[-1]
            headers[-1] = name, f"{value} {line.strip()}"[:_MAX_VALUE]
        elif (match := _HEADER.match(line)) is not None:
            headers.append((match[1].lower(), match[2].strip()[:_MAX_VALUE]))
        elif not line.strip():
            break
    return [(name, _decoded_words(value)) for name, value in headers]


def _text_of_html(markup: str) -> str:
    """The text of HTML in lines."""
    text = _without_hidden(markup)
    text = _ADDRESS_IN_BRACKETS.sub("&lt;", text)
    return resolved(_TAG.sub("", _BREAK.sub("\n", text.replace("\n", " ")))).replace("\xa0", " ")


def _without_hidden(markup: str) -> str:
    """The markup without elements that show nothing; in time that grows with its length, whatever is not closed."""
    kept: list[str] = []
    position = start = 0
    unclosed: set[str] = set()
    while (opened := _HIDDEN.search(markup, start)) is not None:
        name = opened[1].lower()
        end = None if name in unclosed else _HIDDEN_ENDS[name].search(markup, opened.end())
        if end is None:
            unclosed.add(name)
            start = opened.end()
        else:
            kept.append(markup[position : opened.start()])
            position = start = end.end()
    return "".join([*kept, markup[position:]])


class _Parser:
    """Counts the parts of one message."""

    def __init__(self) -> None:
        self._parts = 0

    def part(self, data: bytes, depth: int) -> MessagePart:
        self._parts += 1
        head, body = _split(data)
        headers = parse_headers(_text(head, None))
        kind = MessagePart(headers).content_type
        if depth < _MAX_DEPTH:
            if kind.startswith("multipart/"):
                inner = _between_boundaries(body, first(headers, "content-type"))
                if inner:
                    return MessagePart(headers, parts=[self.part(one, depth + 1) for one in inner[: self._left()]])
            if kind in MESSAGE_TYPES:
                return MessagePart(
                    headers, parts=[self.part(_transfer_decoded(body, headers).lstrip(b"\n"), depth + 1)]
                )
        text = _text(_transfer_decoded(body, headers), first(headers, "content-type"))
        return MessagePart(headers, _text_of_html(text) if kind == "text/html" else text)

    def _left(self) -> int:
        return max(0, _MAX_PARTS - self._parts)


def _split(data: bytes) -> tuple[bytes, bytes]:
    """The header and the body of a part; a part may have no header at all."""
    if data.startswith(b"\n"):
        return b"", data[1:]
    head, _, body = data.partition(b"\n\n")
    return head, body


def _between_boundaries(body: bytes, content_type: str) -> list[bytes]:
    match = _BOUNDARY.search(content_type)
    if match is None:
        return []
    boundary = re.escape((match[1] or match[2]).strip().encode("utf-8", "replace"))
    pieces = re.split(rb"(?m)^--" + boundary + rb"(?:--)?[ \t]*(?:\n|\Z)", body, maxsplit=_MAX_PARTS)
    preamble, *parts = pieces
    epilogue_only = not any(part.strip() for part in parts)
    return [preamble] if epilogue_only and preamble.strip() else [part for part in parts if part.strip()]


def _transfer_decoded(body: bytes, headers: Headers) -> bytes:
    encoding = first(headers, "content-transfer-encoding").strip().lower()
    if encoding.startswith("base64"):
        return _base64_decoded(body)
    return quopri.decodestring(body) if encoding.startswith("quoted-printable") else body


def _base64_decoded(body: bytes) -> bytes:
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    try:
        return base64.b64decode(letters[: len(letters) // 4 * 4] + _padded(letters[len(letters) // 4 * 4 :]))
    except binascii.Error:
        return body


def _padded(rest: bytes) -> bytes:
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _text(data: bytes, content_type: str | None) -> str:
    head = data[: _MAX_TEXT * 2]
    text = _utf_7_decoded(head) if _UTF_7.search(content_type or "") else decoded(head, content_type)
    return text[:_MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n")


def _utf_7_decoded(data: bytes) -> str:
    """The text of UTF-7, in which Exchange 2003 writes; it may hide markup, but is shown as text only."""
    return data.decode("utf-7", "replace").encode("utf-8", "replace").decode()


def _decoded_words(value: str) -> str:
    """A header's value with its encoded words (RFC 2047) decoded where they are valid."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
        return "".join(
            piece if isinstance(piece, str) else piece.decode(charset or "ascii", "replace")
            for piece, charset in pieces
        )
    except (ValueError, LookupError, HeaderParseError):  # the name of a character set may be anything
        return value

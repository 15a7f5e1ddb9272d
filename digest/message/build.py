"""A frozen variant becomes a message with blanks, encoded once; each recipient only fills the blanks.

The blanks are the token in the personal links (`links.blank`) and a few header lines. In quoted-printable a blank
stands between two soft line breaks; in base64 it has a line of its own, with the few neighbours that complete its
groups of three bytes. So a filled message decodes to exactly the filled texts.
"""

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime
from itertools import chain

from digest import tokens
from digest.errors import RenderError
from digest.message.wire_format import content_defect, has_dots
from digest.model.deliveries import Claim, Outgoing
from digest.model.issues import Links, Slot, Variant
from digest.parsing.addresses import is_address
from digest.parsing.text import clean_line

_SUBJECT = 150  # characters
_NAME = 100
_WORD = 60  # a longer ASCII word could not be folded, and so is encoded
_LINE = 78  # RFC 5322, 2.1.1, without CRLF
_WORDS_LINE = 76  # a space and an encoded word of 75 (RFC 2047, 2)
_LONG = 2_000  # octets of a piece that is not worth copying for each recipient
_BASE64_LINE = 57  # bytes that make 76 characters
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]{1,20}(?: [A-Za-z0-9]{1,20}){0,2}")  # as it stands in a header, whatever follows


@dataclass(frozen=True, kw_only=True, slots=True)
class SenderIdentity:
    """What all messages of an installation share; a domain that is empty is the sender's."""

    sender: Address
    portal: str
    secret: bytes = field(repr=False)
    base_url: str = ""
    list_domain: str = ""
    bounce_domain: str = ""


@dataclass(frozen=True, slots=True)
class _Gap:
    """A place for the token; in base64 it comes with the neighbours that make its bytes whole groups of three."""

    base64: bool = False
    before: bytes = b""
    after: bytes = b""

    def written(self, token: bytes) -> bytes:
        return b2a_base64(self.before + token + self.after, newline=False) if self.base64 else token


_Pieces = list[bytes | _Gap]


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A variant as it goes over the wire, but for what differs between recipients."""

    sender_identity: SenderIdentity
    leave: tuple[str, str]  # the header lines before and behind the token
    parts: tuple[bytes | tuple[bytes | _Gap, ...], ...] = field(repr=False)
    dots: bool
    test_key: str


def blank_links(sender_identity: SenderIdentity, edition: str, slot: Slot) -> Links:
    """The personal links to render an issue with: real but for the token, in whose place the issue's blank stands."""
    blank = tokens.blank(sender_identity.secret, _issue(edition, slot))
    return tokens.personal_links(sender_identity.base_url, sender_identity.sender.addr_spec, blank)


def prepare(variant: Variant, sender_identity: SenderIdentity) -> Template:
    """Encode a variant once for all its recipients, and see that it may go on the wire.

    Raises RenderError where a part has no personal link.
    """
    blank = tokens.blank(sender_identity.secret, _issue(variant.edition, variant.slot))
    for part, text in (("HTML", variant.rendered.html), ("text", variant.rendered.text)):
        if blank not in text:
            raise RenderError(
                f"{variant.edition}/{variant.slot}: the {part} part has no personal unsubscribe link; the theme must "
                "show links.unsubscribe, and the signing secret must be the one that the issue was frozen with"
            )
    boundary = "=_" + tokens.keyed_hash(sender_identity.secret, "boundary", blank.encode())[:16].hex()
    opening = _crlf(_common_headers(variant, sender_identity, boundary))
    parts = _parted(_joined(chain([opening], _body(variant, blank.encode(), boundary))))
    specimen = b"".join(_with_token(parts, "x" * tokens.LENGTH))
    if defect := content_defect(specimen):
        raise RenderError(
            f"{variant.edition}/{variant.slot}: the message was not made, because {defect}; please report this"
        )
    return Template(
        sender_identity=sender_identity,
        leave=_leave(sender_identity),
        parts=parts,
        dots=has_dots(specimen),
        test_key=f"{_issue(variant.edition, variant.slot)} {variant.frozen_at.isoformat()}",
    )


def fill(template: Template, claim: Claim) -> Outgoing:
    """The message to one recipient; the same claim gives the same bytes.

    Raises ValueError for an address that cannot stand in an envelope; the sentence does not repeat it.
    """
    if not is_address(claim.address):
        raise ValueError("not a valid email address")
    sender_identity, number = template.sender_identity, claim.delivery_id
    token, bounce = (
        tokens.mint(sender_identity.secret, number),
        tokens.mint(sender_identity.secret, number, tokens.BOUNCE),
    )
    mark = message_id(sender_identity, number, "" if number else f"{template.test_key} {claim.token} {claim.address}")
    before, behind = template.leave
    personal = f"{_mailbox('To', claim.name or '', claim.address)}\r\nMessage-ID: {mark}\r\n{before}{token}{behind}"
    return Outgoing(
        delivery_id=number,
        token=claim.token,
        sender=f"bounce+{bounce}@{sender_identity.bounce_domain or sender_identity.sender.domain}",
        recipient=claim.address,
        parts=(personal.encode("ascii"), *_with_token(template.parts, token)),
        dots=template.dots,
    )


def message_id(sender_identity: SenderIdentity, delivery_id: int, test_key: str = "") -> str:
    """The Message-ID of a delivery, always the same; messages outside the ledger (id 0) differ by `test_key`."""
    material = str(delivery_id) if delivery_id else f"0 {test_key}"
    mark = tokens.keyed_hash(sender_identity.secret, "message-id", material.encode())[:16].hex()
    return f"<{mark}.{delivery_id}@{sender_identity.sender.domain}>"


def _with_token(parts: Sequence[bytes | tuple[bytes | _Gap, ...]], token: str) -> list[bytes]:
    raw = token.encode("ascii")
    return [part if isinstance(part, bytes) else b"".join(_filled(part, raw)) for part in parts]


def _filled(pieces: Sequence[bytes | _Gap], token: bytes) -> list[bytes]:
    return [piece if isinstance(piece, bytes) else piece.written(token) for piece in pieces]


def _leave(sender_identity: SenderIdentity) -> tuple[str, str]:
    # Written by hand: EmailMessage would turn a long one into encoded words, and mail clients then hide the button. No
    # mailto stands beside an https link: some clients prefer it, and nobody promised to read that mailbox.
    mark = "x" * tokens.LENGTH
    leave = tokens.personal_links(sender_identity.base_url, sender_identity.sender.addr_spec, mark).unsubscribe
    before, _, behind = leave.rpartition(mark)
    click = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" if leave.startswith("https:") else ""
    return f"List-Unsubscribe: <{before}", f"{behind}>\r\n{click}"


def _common_headers(variant: Variant, sender_identity: SenderIdentity, boundary: str) -> Iterator[str]:
    domain = sender_identity.sender.domain
    yield _mailbox("From", sender_identity.sender.display_name, sender_identity.sender.addr_spec)
    yield f"Subject: {_text('Subject', _subject(variant, sender_identity))}"
    yield f"Date: {format_datetime(variant.frozen_at.astimezone(UTC))}"
    yield "MIME-Version: 1.0"
    yield f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"'
    yield _mailbox(
        "List-Id", sender_identity.portal, f"{variant.edition}.{sender_identity.list_domain or domain}", bare=False
    )
    yield f"Feedback-ID: {variant.slot}:{variant.edition}:digest:{_sender_id(domain)}"
    yield "Auto-Submitted: auto-generated"
    yield "Precedence: bulk"


def _issue(edition: str, slot: Slot) -> str:
    return f"{edition}/{slot}"


def _subject(variant: Variant, sender_identity: SenderIdentity) -> str:
    return (
        clean_line(variant.rendered.subject, _SUBJECT)
        or clean_line(sender_identity.portal, _SUBJECT)
        or variant.edition
    )


def _sender_id(domain: str) -> str:
    """5 to 15 characters that stay the same, as Google's Feedback-ID wants them."""
    return (re.sub(r"[^a-z0-9]", "", domain.lower()) + "digest")[:15]


def _mailbox(header: str, name: str, address: str, *, bare: bool = True) -> str:
    """`header: name <address>`, folded; without a name the address alone, in angle brackets unless it may be bare."""
    if _PLAIN_NAME.fullmatch(name) and len(header) + len(name) + len(address) + 5 <= _LINE:
        return f"{header}: {name} <{address}>"  # what all the rest would say, for most readers
    phrase = _phrase(header, clean_line(name, _NAME))
    if not phrase:
        return f"{header}: {address}" if bare else f"{header}: <{address}>"
    last = f"{header}: {phrase}".rpartition("\r\n")[2]
    gap = " " if len(last) + len(address) + 3 <= _LINE else "\r\n "
    return f"{header}: {phrase}{gap}<{address}>"


def _phrase(header: str, name: str) -> str:
    if not _plain(name) or len(name) > _WORD:
        return _words(header, name)
    if re.fullmatch(rf"{_ATOM}(?: {_ATOM})*|", name):
        return name
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def _text(header: str, text: str) -> str:
    if not _plain(text) or any(len(word) > _WORD for word in text.split()):
        return _words(header, text)
    return Header(text, "us-ascii", maxlinelen=_LINE, header_name=header).encode(linesep="\r\n")


def _words(header: str, text: str) -> str:
    return Header(text, "utf-8", maxlinelen=_WORDS_LINE, header_name=header).encode(linesep="\r\n")


def _plain(text: str) -> bool:
    """Whether a text says the same to a reader of RFC 2047: a title that looks like an encoded word would not."""
    return text.isascii() and "=?" not in text


def _crlf(lines: Iterator[str]) -> bytes:
    return "".join(line + "\r\n" for line in lines).encode("ascii")


def _body(variant: Variant, blank: bytes, boundary: str) -> Iterator[bytes | _Gap]:
    for kind, text in (("plain", variant.rendered.text), ("html", variant.rendered.html)):
        encoding, pieces = _encoded(text, blank)
        # The empty line belongs to the boundary before it, or ends the headers.
        yield (
            f'\r\n--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
            f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
        ).encode("ascii")
        yield from pieces
    yield f"\r\n--{boundary}--\r\n".encode("ascii")


def _encoded(text: str, blank: bytes) -> tuple[str, _Pieces]:
    """The smaller of quoted-printable and base64: the latter wins from about one Cyrillic letter in ten."""
    lines = re.split(r"\r\n|\r|\n", text)
    whole = "\n".join(lines[:-1] if lines[-1] == "" else lines) + "\n"
    pieces = whole.encode("utf-8", "replace").split(blank)
    quoted = _quoted(pieces)
    if any(len(piece) < 2 for piece in pieces[1:-1]):  # two blanks share a group of three bytes
        return "quoted-printable", quoted
    grouped = _grouped([piece.replace(b"\n", b"\r\n") for piece in pieces])
    return ("base64", grouped) if _size(grouped) < _size(quoted) else ("quoted-printable", quoted)


def _quoted(pieces: Sequence[bytes]) -> _Pieces:
    out: _Pieces = []
    for piece in pieces[:-1]:
        # With a letter behind it, the encoder breaks no line too late and quotes no space for standing last.
        head = b2a_qp(piece + b"x", istext=True)[:-1].replace(b"\n", b"\r\n")
        out += [head + (b"=\r\n" if head and not head.endswith(b"\n") else b""), _Gap(), b"=\r\n"]
    return [*out, b2a_qp(pieces[-1], istext=True).replace(b"\n", b"\r\n")]


def _grouped(pieces: Sequence[bytes]) -> _Pieces:
    out: _Pieces = []
    rest = pieces[0]
    for piece in pieces[1:]:
        whole = len(rest) - len(rest) % 3
        before = rest[whole:]
        after = piece[: -(len(before) + tokens.LENGTH) % 3]
        out += [_base64(rest[:whole]), _Gap(True, before, after), b"\r\n"]
        rest = piece[len(after) :]
    return [*out, _base64(rest)]


def _base64(data: bytes) -> bytes:
    starts = range(0, len(data), _BASE64_LINE)
    return b"".join(b2a_base64(data[start : start + _BASE64_LINE], newline=False) + b"\r\n" for start in starts)


def _size(pieces: _Pieces) -> int:
    return sum(map(len, _filled(pieces, b"x" * tokens.LENGTH)))


def _joined(pieces: Iterable[bytes | _Gap]) -> _Pieces:
    """The same pieces with neighbouring bytes made one, so that a recipient costs few of them."""
    out: _Pieces = []
    for piece in pieces:
        if out and isinstance(piece, bytes) and isinstance(out[-1], bytes):
            out[-1] += piece
        else:
            out.append(piece)
    return out


def _parted(pieces: Iterable[bytes | _Gap]) -> tuple[bytes | tuple[bytes | _Gap, ...], ...]:
    """The long pieces, which all messages share, and between them what is filled and joined for each recipient."""
    out: list[bytes | tuple[bytes | _Gap, ...]] = []
    for piece in pieces:
        if isinstance(piece, bytes) and len(piece) >= _LONG:
            out.append(piece)
        elif out and isinstance(out[-1], tuple):
            out[-1] += (piece,)
        else:
            out.append((piece,))
    return tuple(out)

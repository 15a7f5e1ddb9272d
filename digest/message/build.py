"""Encodes a frozen variant once as a message template with placeholders, and personalises it for each recipient.

Placeholders are the tokens in the personal links (`placeholder_links`) and a few header lines; `part_encoding` keeps
their places free, so that a personalised message decodes to exactly the personalised texts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.charset import SHORTEST, Charset
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime

from digest import tokens
from digest.errors import RenderError
from digest.message.dkim import SignatureTemplate, Signer, relaxed_body
from digest.message.part_encoding import Piece, Tokens, pieces_with, smaller_encoding
from digest.message.wire_format import content_defect, has_dots
from digest.model.deliveries import Claim, Outgoing
from digest.model.issues import Kind, Links, Slot, Variant
from digest.parsing.addresses import is_address
from digest.parsing.text import clean_line

OF_UNKNOWN_MESSAGE = (  # for the log: who or what changed nothing, and the delivery
    "%s changed nothing, because its message is not in the database, as after a restored backup:"
    " unsubscribe the recipient that the mail server's log names for the Message-ID with .%d@"
)
_MAX_SUBJECT = 150  # characters
_MAX_NAME = 100
_MAX_WORD = 60  # a longer ASCII word cannot be folded, so it is encoded
_MAX_LINE = 78  # RFC 5322, 2.1.1, without CRLF
_MAX_ENCODED_LINE = 76  # a space and an encoded word of 75 (RFC 2047, 2)
_SHARED_PIECE = 2_000  # octets from which a piece is shared between messages instead of copied
_PURPOSES = (tokens.LEAVE, tokens.PREFERENCES, tokens.CONFIRM, tokens.REQUEST)
_SPECIMENS = (b"x" * tokens.LENGTH,) * len(_PURPOSES)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_SIMPLE_NAME = re.compile(r"[A-Za-z0-9]{1,20}(?: [A-Za-z0-9]{1,20}){0,2}")  # needs neither quotes nor encoding
_UTF8 = Charset("utf-8")
_UTF8.header_encoding = SHORTEST  # Apprise sets another one for the whole process, and a retry must have the same bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class SenderIdentity:
    """What all messages of an installation share; an empty `bounce_domain` means the sender's domain.

    `reads_replies`: mail to the bounce domain is read, so readers can unsubscribe by mail to it.
    """

    sender: Address
    portal: str
    secret: bytes = field(repr=False)
    base_url: str = ""
    bounce_domain: str = ""
    reply_to: Address | None = None
    reads_replies: bool = False

    @property
    def return_domain(self) -> str:
        """The domain that gets bounces, and requests to unsubscribe."""
        return self.bounce_domain or self.sender.domain

    def unsubscribe_urls(self, token: str, purpose: str) -> tuple[str, ...]:
        """The links that unsubscribe with a token of that purpose, the one that messages show first.

        Some clients prefer a mailto beside the https link, so there is one only where that mailbox is read.
        """
        if not self.reads_replies:
            return (tokens.unsubscribe_url(self.base_url, self.sender.addr_spec, token, purpose),)
        by_mail = tokens.unsubscribe_mailto(self.return_domain, token)
        page = tokens.unsubscribe_url(self.base_url, "", token, purpose)
        return (page, by_mail) if self.base_url else (by_mail,)


_Part = bytes | tuple[Piece, ...]  # shared between all messages, or joined for each


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A variant as it is sent, except for what differs between recipients.

    `purposes`: of its tokens, the one that unsubscribes first; `unsubscribe`: the header lines between that token,
    which may be there twice, None where the message has no such link; `has_dots`: whether a line begins with a dot, so
    that DATA must double it; `test_key`: makes the Message-IDs of test messages differ; `signature` and
    `canonical_body`: for DKIM, None and empty where messages are not signed.
    """

    sender_identity: SenderIdentity
    purposes: tuple[str, ...]
    unsubscribe: tuple[str, ...] | None
    parts: tuple[_Part, ...] = field(repr=False)
    has_dots: bool
    test_key: str
    signature: SignatureTemplate | None = None
    canonical_body: tuple[_Part, ...] = field(default=(), repr=False)


def placeholder_links(sender_identity: SenderIdentity, edition: str, slot: Slot) -> Links:
    """The personal links to render an issue with; in place of the tokens they have the issue's placeholders."""
    issue, secret = _issue_name(edition, slot), sender_identity.secret
    leave, preferences = (tokens.placeholder(secret, issue, one) for one in (tokens.LEAVE, tokens.PREFERENCES))
    links = tokens.personal_links(sender_identity.base_url, sender_identity.sender.addr_spec, leave, preferences, issue)
    return replace(links, unsubscribe=sender_identity.unsubscribe_urls(leave, tokens.LEAVE)[0])


def encode(variant: Variant, sender_identity: SenderIdentity, signer: Signer | None) -> Template:
    """Encode a variant once for all its recipients, whose messages `signer` signs (None: they are not signed).

    Raises RenderError where a part has no personal link, or the message would not be valid.
    """
    issue, of_edition = _issue_name(variant.edition, variant.slot), variant.kind is Kind.EDITION
    placeholders = _placeholders(variant, sender_identity.secret, issue)
    leave_purpose, leave = next(iter(placeholders.items()))
    parts_of_variant = (("HTML", variant.rendered.html), ("text", variant.rendered.text))
    for part, text in parts_of_variant:
        if of_edition and leave not in text:
            raise RenderError(
                f"{issue}: the {part} part has no personal unsubscribe link; the theme must show links.unsubscribe,"
                " and DIGEST_SECRET must be the one that the issue was frozen with"
            )
    material = tokens.placeholder(sender_identity.secret, issue, tokens.READER).encode()
    boundary = "=_" + tokens.keyed_hash(sender_identity.secret, "boundary", material)[:16].hex()
    headers = _crlf_lines(_common_headers(variant, sender_identity, boundary, leave_purpose))
    body = list(_body(variant, [one.encode() for one in placeholders.values()], boundary))
    parts = _shared_and_personal(_merged([headers + b"\r\n", *body]))
    specimen = b"".join(_parts_with(parts, _SPECIMENS))
    if defect := content_defect(specimen):
        raise RenderError(f"{issue}: the message was not built, because {defect}; please report this")
    can_be_left = any(leave in text for _part, text in parts_of_variant)
    template = Template(
        sender_identity=sender_identity,
        purposes=tuple(placeholders),
        unsubscribe=_unsubscribe_header(sender_identity, leave_purpose) if can_be_left else None,
        parts=parts,
        has_dots=has_dots(specimen),
        test_key=f"{issue} {variant.frozen_at.isoformat()}",
    )
    return template if signer is None else _signed(template, signer, variant, headers, body)


def personalise(template: Template, claim: Claim) -> Outgoing:
    """The message to one recipient; the same claim gives the same bytes.

    Raises ValueError for an invalid address, without repeating it.
    """
    if not is_address(claim.address):
        raise ValueError("not a valid email address")
    sender_identity, number = template.sender_identity, claim.delivery_id
    minted = [tokens.mint(sender_identity.secret, number, purpose) for purpose in template.purposes]
    encoded = [token.encode("ascii") for token in minted]
    bounce = tokens.mint(sender_identity.secret, number, tokens.BOUNCE)
    personal = _personal_headers(template, claim, minted[0])
    if template.signature is not None:
        personal = template.signature.header(personal, _parts_with(template.canonical_body, encoded)) + personal
    return Outgoing(
        delivery_id=number,
        token=claim.token,
        sender=f"bounce+{bounce}@{sender_identity.return_domain}",
        recipient=claim.address,
        parts=(personal, *_parts_with(template.parts, encoded)),
        dots=template.has_dots,
    )


def message_id(sender_identity: SenderIdentity, delivery_id: int, test_key: str = "") -> str:
    """The Message-ID of a delivery, always the same; messages outside the ledger (id 0) differ by `test_key`."""
    material = str(delivery_id) if delivery_id else f"0 {test_key}"
    unique = tokens.message_id_hash(sender_identity.secret, material)
    return f"<{unique}.{delivery_id}@{sender_identity.sender.domain}>"


def _personal_headers(template: Template, claim: Claim, token: str) -> bytes:
    test_key = "" if claim.delivery_id else f"{template.test_key} {claim.token} {claim.address}"
    unsubscribe = "" if template.unsubscribe is None else token.join(template.unsubscribe)
    date = "" if claim.planned_at is None else f"{_date_header(claim.planned_at)}\r\n"
    headers = (
        f"{_mailbox_header('To', claim.name or '', claim.address)}\r\n"
        f"Message-ID: {message_id(template.sender_identity, claim.delivery_id, test_key)}\r\n"
        f"{date}{unsubscribe}"
    )
    return headers.encode("ascii")


def _signed(template: Template, signer: Signer, variant: Variant, headers: bytes, body: Sequence[Piece]) -> Template:
    """The template with what the signatures of its messages share."""
    moment = variant.frozen_at if variant.kind is Kind.SYSTEM else None
    nobody = Claim(0, variant.id, variant.issue_id, "nobody@digest.example", None, 0, "", moment)
    signature = SignatureTemplate.of(signer, headers, _personal_headers(template, nobody, "x" * tokens.LENGTH))
    canonical = [relaxed_body(piece) if isinstance(piece, bytes) else piece for piece in _merged(body)]
    return replace(template, signature=signature, canonical_body=_shared_and_personal(canonical))


def _placeholders(variant: Variant, secret: bytes, issue: str) -> dict[str, str]:
    """The placeholders in a variant by the purpose of their tokens, the one that unsubscribes first.

    A variant that was frozen before each link had a purpose has one for all of them.
    """
    contents = variant.rendered.html, variant.rendered.text
    old = tokens.placeholder(secret, issue, tokens.READER)
    if any(old in text for text in contents):
        return {tokens.READER: old}
    known = {purpose: tokens.placeholder(secret, issue, purpose) for purpose in _PURPOSES}
    return {
        purpose: one
        for purpose, one in known.items()
        if purpose == tokens.LEAVE or any(one in text for text in contents)
    }


def _parts_with(parts: Sequence[_Part], minted: Tokens) -> list[bytes]:
    return [part if isinstance(part, bytes) else b"".join(pieces_with(part, minted)) for part in parts]


def _unsubscribe_header(sender_identity: SenderIdentity, purpose: str) -> tuple[str, ...]:
    # Not built with EmailMessage, which turns a long value into encoded words, so that mail clients hide the button:
    # https://github.com/odoo/odoo/pull/289182.
    token = "x" * tokens.LENGTH
    urls = sender_identity.unsubscribe_urls(token, purpose)
    # A base URL is https, or http on this machine, where whoever tries Digest sees what readers will get.
    one_click = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" if sender_identity.base_url else ""
    listed = ",\r\n ".join(f"<{url}>" for url in urls)
    return tuple(f"List-Unsubscribe: {listed}\r\n{one_click}".split(token))


def _common_headers(variant: Variant, sender_identity: SenderIdentity, boundary: str, purpose: str) -> Iterator[str]:
    domain = sender_identity.sender.domain
    yield _mailbox_header("From", sender_identity.sender.display_name, sender_identity.sender.addr_spec)
    if sender_identity.reply_to is not None:
        yield _mailbox_header("Reply-To", sender_identity.reply_to.display_name, sender_identity.reply_to.addr_spec)
    yield f"Subject: {_subject_text(_subject(variant, sender_identity))}"
    if variant.kind is Kind.EDITION:
        yield _date_header(variant.frozen_at)
    yield "MIME-Version: 1.0"
    yield f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"'
    if variant.kind is Kind.EDITION:
        yield _mailbox_header("List-Id", sender_identity.portal, f"{variant.edition}.{domain}", bare=False)
        if sender_identity.base_url and purpose == tokens.LEAVE:  # retries of older mail have the same bytes
            yield f"List-Archive: <{sender_identity.base_url.rstrip('/')}/archive>"
        yield "Precedence: bulk"
    # Mail.ru splits its statistics by this name: https://postmaster.mail.ru
    yield f"X-Postmaster-Msgtype: {re.sub('[^A-Za-z0-9]', '', variant.edition)[:32] or 'digest'}"
    yield f"Feedback-ID: {variant.slot}:{variant.edition}:digest:{_feedback_sender(domain)}"
    yield "Auto-Submitted: auto-generated"


def _date_header(moment: datetime) -> str:
    return f"Date: {format_datetime(moment.astimezone(UTC))}"


def _issue_name(edition: str, slot: Slot) -> str:
    return f"{edition}/{slot}"


def _subject(variant: Variant, sender_identity: SenderIdentity) -> str:
    candidates = (variant.rendered.subject, sender_identity.portal)
    return next((text for text in (clean_line(one, _MAX_SUBJECT) for one in candidates) if text), variant.edition)


def _feedback_sender(domain: str) -> str:
    """A sender id of 5 to 15 constant characters (https://support.google.com/a/answer/6254652)."""
    return (re.sub(r"[^a-z0-9]", "", domain.lower()) + "digest")[:15]


def _mailbox_header(header: str, name: str, address: str, *, bare: bool = True) -> str:
    """`header: name <address>`, folded; without a name only the address, in angle brackets unless it may be `bare`."""
    if _SIMPLE_NAME.fullmatch(name) and len(header) + len(name) + len(address) + 5 <= _MAX_LINE:
        return f"{header}: {name} <{address}>"  # what the lines below return for most readers, only faster
    phrase = _phrase(header, clean_line(name, _MAX_NAME))
    if not phrase:
        return f"{header}: {address}" if bare else f"{header}: <{address}>"
    last_line = f"{header}: {phrase}".rpartition("\r\n")[2]
    space = " " if len(last_line) + len(address) + 3 <= _MAX_LINE else "\r\n "
    return f"{header}: {phrase}{space}<{address}>"


def _phrase(header: str, name: str) -> str:
    """A display name as RFC 5322 writes it: atoms, a quoted string or encoded words."""
    if not _is_literal(name) or len(name) > _MAX_WORD:
        return _encoded_words(header, name)
    if re.fullmatch(rf"{_ATOM}(?: {_ATOM})*|", name):
        return name
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def _subject_text(text: str) -> str:
    """The value of the Subject header: the text as it is, or in encoded words."""
    if not _is_literal(text) or any(len(word) > _MAX_WORD for word in text.split()):
        return _encoded_words("Subject", text)
    return Header(text, "us-ascii", maxlinelen=_MAX_LINE, header_name="Subject").encode(linesep="\r\n")


def _encoded_words(header: str, text: str) -> str:
    return Header(text, _UTF8, maxlinelen=_MAX_ENCODED_LINE, header_name=header).encode(linesep="\r\n")


def _is_literal(text: str) -> bool:
    """Whether a text needs no encoded words (RFC 2047): it is ASCII, and does not look like one."""
    return text.isascii() and "=?" not in text


def _crlf_lines(lines: Iterator[str]) -> bytes:
    return "".join(line + "\r\n" for line in lines).encode("ascii")


def _body(variant: Variant, placeholders: Sequence[bytes], boundary: str) -> Iterator[Piece]:
    for line_break, subtype, text in (("", "plain", variant.rendered.text), ("\r\n", "html", variant.rendered.html)):
        encoding, pieces = smaller_encoding(text, placeholders)
        yield (
            f'{line_break}--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\n'
            f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
        ).encode("ascii")
        yield from pieces
    yield f"\r\n--{boundary}--\r\n".encode("ascii")


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    """The same pieces with adjacent bytes joined, so that each message is made of few of them."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and isinstance(piece, bytes) and isinstance(merged[-1], bytes):
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged


def _shared_and_personal(pieces: Iterable[Piece]) -> tuple[_Part, ...]:
    """The long pieces, which all messages share, and between them the tuples that are joined for each recipient."""
    parts: list[_Part] = []
    for piece in pieces:
        if isinstance(piece, bytes) and len(piece) >= _SHARED_PIECE:
            parts.append(piece)
        elif parts and isinstance(parts[-1], tuple):
            parts[-1] += (piece,)
        else:
            parts.append((piece,))
    return tuple(parts)

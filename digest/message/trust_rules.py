"""The rules for what makes receivers trust a message: its DKIM signature and the sender of its envelope.

A message without a signature breaks none of them here, because the mail server may sign it; `digest check` judges what
arrives.
"""

import re
from collections.abc import Iterator, Mapping
from email.utils import getaddresses

from digest import tokens
from digest.message.body_rules import Violation
from digest.message.parsed_message import CheckedMessage, ParsedMessage

_COVERED = (
    *("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "list-id"),
    *("list-unsubscribe", "list-unsubscribe-post"),
)
_VERP = re.compile(rf"bounce\+[A-Za-z0-9_-]{{{tokens.LENGTH}}}@([^\s@]+)")


def sender_domain(message: ParsedMessage) -> Iterator[Violation]:
    """Rule 2: the signature is of the domain in From or of one above it, which DMARC requires (RFC 9989)."""
    signature = _tags(message)
    if signature and not _is_at_or_below(_from_domain(message), signature.get("d", "").lower()):
        yield "error", "the domain that signs (d=) is not the domain of From or one above it: set [dkim] domain"


def signature(message: ParsedMessage) -> Iterator[Violation]:
    """Rule 10: the signature covers every header that receivers look at, and the whole body (RFC 6376, RFC 8058)."""
    tags = _tags(message)
    if not tags:
        return
    signed = {name.strip().lower() for name in tags.get("h", "").split(":")}
    missing = [name for name in _COVERED if message.values(name) and name not in signed]
    if missing:
        yield "error", f"the signature does not cover {', '.join(missing)}"
    if "l" in tags:
        yield "error", "the signature covers only a part of the body (l=)"
    if tags.get("c", "").lower() != "relaxed/relaxed":
        yield "error", "the signature breaks when a server on the way changes spaces: expected c=relaxed/relaxed"
    if tags.get("a", "").lower() != "rsa-sha256":
        yield "error", "some receivers know only signatures with a=rsa-sha256"


def envelope(message: CheckedMessage) -> Iterator[Violation]:
    """Rule 16: bounces come back with the token of their message, to a domain that is aligned with From."""
    match = _VERP.fullmatch(message.envelope_sender)
    if match is None:
        yield "error", "the envelope's sender must be bounce+TOKEN@domain"
    elif not _is_aligned(match[1].lower(), _from_domain(message)):
        yield "warning", "SPF does not count, because smtp.bounce_domain is neither the domain of From nor below it"


def list_addresses(message: ParsedMessage) -> Iterator[Violation]:
    """Rule 12: List-Archive, List-Help and List-Owner, where they occur, are addresses in angle brackets (RFC 2369)."""
    for name in ("List-Archive", "List-Help", "List-Owner"):
        values = message.values(name.lower())
        if values and re.fullmatch(r"<(?:https?|mailto):[^<>\s]+>", message.single_value(name.lower()) or "") is None:
            yield "warning", f"{name} should be one https or mailto address in angle brackets"


def _is_at_or_below(domain: str, parent: str) -> bool:
    """Whether a domain is the other one, or below it."""
    return bool(parent) and f".{domain}".endswith(f".{parent}")


def _is_aligned(one: str, other: str) -> bool:
    return _is_at_or_below(one, other) or _is_at_or_below(other, one)


def _from_domain(message: ParsedMessage) -> str:
    return next((address.rpartition("@")[2].lower() for _, address in getaddresses(message.values("from"))), "")


def _tags(message: ParsedMessage) -> Mapping[str, str]:
    """The tags of the first signature; empty without one."""
    value = next(iter(message.values("dkim-signature")), "")
    pairs = (part.partition("=") for part in re.sub(r"\s+", "", value).split(";"))
    return {name: found for name, equals, found in pairs if equals}

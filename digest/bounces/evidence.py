"""What proves that a returned message is about one of our messages: signed tokens, and Message-IDs that we made."""

import hmac
import re
from collections.abc import Iterable
from typing import NamedTuple

from digest import tokens
from digest.model.bounces import ReturnedMessage

# Also within what others make of the address: SRS (SRS0=hash=day=domain=…@forwarder), BATV (prvs=tag=…), a virtual
# domain of qmail (domain-…), a proxy (…=domain@proxy).
_MAILBOX = re.compile(rf"(?i)(?:^|[=/-])(bounce|unsubscribe)\+([\w-]{{{tokens.LENGTH}}})(?=[@=/])", re.ASCII)
# Programs put words such as "[EXTERNAL]" before it, and some keep the space of a mailto link encoded.
_SUBJECT = re.compile(rf"(?i)\bunsubscribe(?:\s|%20|\+)+([\w-]{{{tokens.LENGTH}}})(?![\w-])", re.ASCII)
_ID = re.compile(r"<([0-9a-f]{32})\.(\d{1,19})@[^<>\s]+>")


class Evidence(NamedTuple):
    """The delivery that a returned message is about, and whether its sender may unsubscribe that reader.

    The address of bounces is logged by every server on the way, so its token unsubscribes nobody.
    """

    delivery_id: int
    may_unsubscribe: bool


def find_evidence(returned: ReturnedMessage, secret: bytes) -> Evidence | None:
    """The delivery that a message is about by what only its receiver can know; None for a forged or foreign one."""
    stated = [(match[1].lower(), match[2]) for one in returned.recipients for match in _MAILBOX.finditer(one)]
    for_bounces, for_requests = (
        [token for kind, token in stated if kind == name] for name in ("bounce", "unsubscribe")
    )
    subject = _SUBJECT.search(returned.subject)
    by_bounce = _first(_of_bounces(secret, token) for token in for_bounces)
    by_reader = _first(_of_request(secret, token) for token in for_requests)
    by_reader = by_reader or (tokens.read_leave(secret, subject[1]) if subject else None)
    by_reader = by_reader or _first(_delivery_of(one, secret) for one in returned.quoted_ids)
    if by_bounce and not for_requests:
        return Evidence(by_bounce, by_reader == by_bounce)
    return Evidence(by_reader, may_unsubscribe=True) if by_reader else None


def _first(found: Iterable[int | None]) -> int | None:
    return next(filter(None, found), None)


def _of_bounces(secret: bytes, token: str) -> int | None:
    return tokens.read(secret, token, tokens.BOUNCE) or tokens.read_in_one_case(secret, token, tokens.BOUNCE)


def _of_request(secret: bytes, token: str) -> int | None:
    return tokens.read_leave(secret, token) or tokens.read_in_one_case(secret, token, tokens.LEAVE)


def _delivery_of(message_id: str, secret: bytes) -> int | None:
    match = _ID.fullmatch(message_id)
    if match is None:
        return None
    expected = tokens.message_id_hash(secret, match[2])
    return int(match[2]) if hmac.compare_digest(expected, match[1]) and int(match[2]) < 1 << 63 else None

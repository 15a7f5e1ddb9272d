"""What proves that a returned message is about one of our messages: signed tokens, and Message-IDs that we made."""

import hmac
import re
from typing import NamedTuple

from digest import tokens
from digest.model.bounces import ReturnedMessage

_MAILBOX = re.compile(rf"(?i)(bounce|unsubscribe)\+([\w-]{{{tokens.LENGTH}}})@.*", re.ASCII)
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
    stated = {match[1].lower(): match[2] for one in returned.recipients if (match := _MAILBOX.fullmatch(one))}
    subject = _SUBJECT.search(returned.subject)
    by_bounce = tokens.read(secret, stated.get("bounce", ""), tokens.BOUNCE)
    by_reader = tokens.read_leave(secret, stated.get("unsubscribe", ""))
    by_reader = by_reader or (tokens.read_leave(secret, subject[1]) if subject else None)
    by_reader = by_reader or next((found for one in returned.quoted_ids if (found := _delivery_of(one, secret))), None)
    if by_bounce and "unsubscribe" not in stated:
        return Evidence(by_bounce, by_reader == by_bounce)
    return Evidence(by_reader, may_unsubscribe=True) if by_reader else None


def _delivery_of(message_id: str, secret: bytes) -> int | None:
    match = _ID.fullmatch(message_id)
    if match is None:
        return None
    expected = tokens.message_id_hash(secret, match[2])
    return int(match[2]) if hmac.compare_digest(expected, match[1]) and int(match[2]) < 1 << 63 else None

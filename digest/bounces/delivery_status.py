"""Reads delivery status notifications (RFC 3464), also those that break its rules."""

import re
from collections.abc import Iterable, Iterator, Mapping
from textwrap import dedent
from typing import NamedTuple

from digest.bounces.mime import MessagePart, parse_headers
from digest.parsing.addresses import with_ascii_domain

_FIELD = re.compile(r"(?im)^[ \t>]*(?:final|original)-recipient[ \t]*:")
_STATE = re.compile(r"(?im)^[ \t>]*(?:action|status|diagnostic-code)[ \t]*:")
_QUOTE = re.compile(r"(?m)^ ?(?:> ?)+")
_STATUS_TYPES = re.compile(r"(?:message|text|multipart)/(?:x-)?(?:global-)?delivery-?status")
_ADDRESS = re.compile(r"[^\s<>;:,\"()]{1,64}@[^\s<>;:,\"()@]{1,255}")
_QUOTED_ADDRESS = re.compile(r"\"[^\"\n]{1,64}\"@[^\s<>;:,\"()@]{1,255}")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
# Before a server's reply: its kind, and where Cisco's gateways state it (X-Supplementary-Info), a host and a status.
_KIND = re.compile(r"(?i)^\s*(?:<\S+\s+#[\d.]+\s+)?(?:x-[\w-]+|smtp|lmtp|unix|dns)\s*;\s*")
_DELIVERED = ("delivered", "relayed", "expanded", "deliverable")  # RFC 3464, 2.3.3; some servers write the last


class RecipientStatus(NamedTuple):
    """What a notification reports about one recipient; `diagnostic` is the remote server's reply.

    `forwarded_to` is the address behind the recipient's that it is about, if it names both.
    """

    address: str | None
    action: str
    status: str | None
    diagnostic: str
    forwarded_to: str | None = None

    @property
    def is_delayed(self) -> bool:
        """Whether the message is still tried."""
        return self.action.startswith("delay")

    @property
    def is_delivered(self) -> bool:
        """Whether the message arrived, or was passed on to a system that reports no more."""
        return self.action.startswith(_DELIVERED)


def status_texts(message: MessagePart) -> list[str]:
    """The delivery-status parts of a message; else the texts that hold their fields."""
    return _status_parts(message.outer_parts()) or _status_parts(message.walk())


def _status_parts(parts: Iterable[MessagePart]) -> list[str]:
    listed = list(parts)
    typed = ["\n".join(one.text for one in part.walk()) for part in listed if _STATUS_TYPES.match(part.content_type)]
    return [text for text in typed if _has_fields(text)] or [part.text for part in listed if _has_fields(part.text)]


def recipient_statuses(text: str) -> list[RecipientStatus]:
    """The recipients of a delivery-status text, without those whose action and status contradict each other."""
    found = (_recipient_status(fields) for fields in _groups(text))
    return list(dict.fromkeys(one for one in found if one is not None and not _is_contradictory(one)))


def all_delivered(texts: Iterable[str]) -> list[RecipientStatus]:
    """The recipients of delivery-status texts that report deliveries only (RFC 3461, NOTIFY=SUCCESS), else none."""
    found = [one for text in texts for fields in _groups(text) if (one := _recipient_status(fields)) is not None]
    return found if all(one.is_delivered and not _is_contradictory(one) for one in found) else []


def _has_fields(text: str) -> bool:
    return _FIELD.search(text) is not None and _STATE.search(text) is not None


def _groups(text: str) -> Iterator[Mapping[str, str]]:
    """The fields of each recipient: a group ends with an empty line, or where its recipient is named again.

    In a report that somebody quotes, all lines may be indented; one that is indented more continues a field.
    """
    for block in re.split(r"\n[ \t]*\n", _QUOTE.sub("", text)):
        fields: dict[str, str] = {}
        for name, value in parse_headers(dedent(block.lstrip("\n"))):
            if name == "final-recipient" and name in fields:
                yield fields
                fields = {}
            fields.setdefault(name, value)
        if fields:
            yield fields


def _recipient_status(fields: Mapping[str, str]) -> RecipientStatus | None:
    recipients = [fields.get(name, "") for name in ("original-recipient", "final-recipient", "x-actual-recipient")]
    if not any(recipients) and not ("action" in fields and "status" in fields):
        return None
    match = _STATUS.search(fields.get("status", ""))
    by_status = {"2": "delivered", "4": "delayed"}.get(match[1][0] if match else "", "failed")
    action = fields.get("action", "").strip().lower() or by_status
    reply = fields.get("diagnostic-code") or fields.get("x-supplementary-info", "").strip().removesuffix(">")
    diagnostic = _KIND.sub("", reply)
    stated = [found for found in map(_address, recipients) if found]
    address, forwarded_to = next(iter(stated), None), next(iter(stated[1:]), None)
    return RecipientStatus(address, action, match[1] if match else None, " ".join(diagnostic.split()), forwarded_to)


def _is_contradictory(one: RecipientStatus) -> bool:
    return one.status is not None and one.is_delivered != one.status.startswith("2.")


def _address(value: str) -> str | None:
    text = value.rpartition(";")[2] or value
    match = _QUOTED_ADDRESS.search(text) or _ADDRESS.search(text)
    return with_ascii_domain(match[0].strip("'.<>")) if match and match[0].isprintable() else None

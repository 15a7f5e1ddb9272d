"""Reads delivery status notifications (RFC 3464), also those that break its rules."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from digest.bounces.mime import MessagePart, parse_headers

_FIELD = re.compile(r"(?im)^[ \t>]*(?:final|original)-recipient[ \t]*:")
_STATE = re.compile(r"(?im)^[ \t>]*(?:action|status|diagnostic-code)[ \t]*:")
_STATUS_TYPES = re.compile(r"(?:message|text|multipart)/(?:x-)?(?:global-)?delivery-?status")
_ADDRESS = re.compile(r"[^\s<>;:,\"()]{1,64}@[^\s<>;:,\"()@]{1,255}")
_QUOTED_ADDRESS = re.compile(r"\"[^\"\n]{1,64}\"@[^\s<>;:,\"()@]{1,255}")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_DELIVERED = ("delivered", "relayed", "expanded", "deliverable")


class RecipientStatus(NamedTuple):
    """What a notification reports about one recipient; `diagnostic` is the remote server's reply."""

    address: str | None
    action: str
    status: str | None
    diagnostic: str

    @property
    def is_delayed(self) -> bool:
        """Whether the message is still tried."""
        return self.action.startswith("delay")


def status_texts(message: MessagePart) -> list[str]:
    """The delivery-status parts of a message; else the texts that hold their fields."""
    return _status_parts(message.outer_parts()) or _status_parts(message.walk())


def _status_parts(parts: Iterable[MessagePart]) -> list[str]:
    listed = list(parts)
    typed = ["\n".join(one.text for one in part.walk()) for part in listed if _STATUS_TYPES.match(part.content_type)]
    return [text for text in typed if _has_fields(text)] or [part.text for part in listed if _has_fields(part.text)]


def recipient_statuses(text: str) -> list[RecipientStatus]:
    """The failed and the delayed recipients of a delivery-status text."""
    found = (_recipient_status(fields) for fields in _groups(text))
    return list(dict.fromkeys(one for one in found if one is not None))


def _has_fields(text: str) -> bool:
    return _FIELD.search(text) is not None and _STATE.search(text) is not None


def _groups(text: str) -> Iterator[Mapping[str, str]]:
    """The fields of each recipient: a group ends with an empty line, or where its recipient is named again."""
    lines = "\n".join(line.lstrip("> ") if line.startswith((">", " >")) else line for line in text.split("\n"))
    for block in re.split(r"\n[ \t]*\n", lines):
        fields: dict[str, str] = {}
        for name, value in parse_headers(_from_first_field(block)):
            if name == "final-recipient" and name in fields:
                yield fields
                fields = {}
            fields.setdefault(name, value)
        if fields:
            yield fields


def _from_first_field(block: str) -> str:
    return re.sub(r"(?m)^[ \t]+(?=[A-Za-z-]{4,30}:)", "", block.lstrip("\n"))


def _recipient_status(fields: Mapping[str, str]) -> RecipientStatus | None:
    recipients = [fields.get(name, "") for name in ("original-recipient", "final-recipient", "x-actual-recipient")]
    if not any(recipients) and not ("action" in fields and "status" in fields):
        return None
    match = _STATUS.search(fields.get("status", ""))
    action = fields.get("action", "").strip().lower() or ("delayed" if match and match[1][0] == "4" else "failed")
    if action.startswith(_DELIVERED) or (match and match[1].startswith("2.")):
        return None
    diagnostic = re.sub(r"(?i)^\s*(?:x-[\w-]+|smtp|lmtp|unix|dns)\s*;\s*", "", fields.get("diagnostic-code", ""))
    address = next((found for found in map(_address, recipients) if found), None)
    return RecipientStatus(address, action, match[1] if match else None, " ".join(diagnostic.split()))


def _address(value: str) -> str | None:
    text = value.rpartition(";")[2] or value
    match = _QUOTED_ADDRESS.search(text) or _ADDRESS.search(text)
    return match[0].strip("'.<>") if match and match[0].isprintable() else None

"""The class of a reported failure."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from digest.model.bounces import ReportClass
from digest.receivers.reply_class import recognised_class

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_CODE = re.compile(r"(?<![\d.:/-])([45]\d\d)(?=[\s\-,:;#)]|$)")
_GENERIC = re.compile(r"[245]\.(?:0|[35])\.0")
# What Cisco's gateways write before the reply of the other server, whatever it says.
_BEFORE_REPLY = re.compile(
    r"(?i)(?<![\d.])[45]\.\d\.\d - (?:unknown address error|other \w+ \w+ problem)\s+(?=[45]\d\d\b)"
)
# What qmail writes around it: "192.0.2.1 does not like recipient. Remote host said: …", also where it is a blocklist's.
_AROUND_REPLY = re.compile(r"(?i)^.*?\bremote host said:\s+(?=[45]\d\d\b)|\sgiving up on \S+")


class FailureClass(NamedTuple):
    """Hard, soft or about us, and whether a rule recognised it."""

    report_class: ReportClass
    is_certain: bool


def failure_class(status: str | None, texts: Iterable[str]) -> FailureClass:
    """The class of a failure: as of a refusal at send time, by status and by the first text that says something.

    A failure that no rule recognises is permanent (RFC 3463: any other 5.x.x), but not certainly about the mailbox.
    """
    for text in map(_without_gateway, texts):
        found = recognised_class(None if status else reply_code(text), status, text)
        if found is not None:
            return FailureClass(ReportClass(found.value), is_certain=True)
    return FailureClass(ReportClass.HARD, is_certain=False)


def best_status(stated: str | None, text: str) -> str | None:
    """The status that says most: the remote server's own where a notification states only a general one."""
    reply = _without_gateway(text)
    if stated is not None and not _GENERIC.fullmatch(stated) and reply == text:
        return stated
    found: list[str] = [match[1] for match in _ENHANCED.finditer(reply) if match[1][0] in "45"]
    specific = [one for one in found if not _GENERIC.fullmatch(one)]
    return next(iter(specific), None) or stated or next(iter(found), None)


def _without_gateway(text: str) -> str:
    """The text with the reply of the remote server alone where the name of a gateway's rule precedes it."""
    return _BEFORE_REPLY.sub("", _AROUND_REPLY.sub("", text))


def reply_code(text: str) -> int | None:
    """The first reply code of a refusal (RFC 5321) in a text."""
    match = _CODE.search(text)
    return int(match[1]) if match else None

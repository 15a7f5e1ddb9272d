"""Reads feedback reports in the Abuse Reporting Format (RFC 5965), of which most are complaints."""

import re

from digest.bounces.addresses import first_address
from digest.bounces.mime import MessagePart, first, parse_headers, values
from digest.model.bounces import Report, ReportClass

_REDACTED = re.compile(r"(?i)redact|\bremoved\b|\bhidden\b|\*{2,}|x{4,}@|undisclosed|^[^@]*$")
_FIELD = re.compile(r"[!-9;-~]+[ \t]*:|[ \t]")
_BEHIND_KIND = re.compile(r"[^a-z-].*")  # a comment or a parameter
_REQUIRED = frozenset({"user-agent", "version"})
_OTHER_TYPES = ("text/", "application/octet-stream")  # Exchange makes attachments of types that it does not know
_MOST_LINES = 100
# A reader wants the message (RFC 6430), or a program checked a signature (RFC 6591, before it dkim) or found a virus.
_NO_COMPLAINTS = frozenset({"not-spam", "auth-failure", "dkim", "dmarc", "virus"})


def feedback_reports(message: MessagePart, quoted_to: str | None) -> list[Report]:
    """The complaints in a feedback report; nothing for a message that is none.

    A report without the reader's address, or with a redacted one, is a complaint of an unknown reader; one that is no
    complaint at all is an ordinary message. `quoted_to` is the recipient that the quoted message names.
    """
    if reported := _microsoft_recipient(message):
        return [Report(reported, ReportClass.COMPLAINT, None, "junk mail report")]
    fields = next((parse_headers(part.text.lstrip()) for part in message.walk() if _is_feedback(part)), None)
    if fields is None:
        return []
    kind = _BEHIND_KIND.sub("", first(fields, "feedback-type").strip().lower()) or "abuse"
    text = f"feedback report: {kind}"
    if kind in _NO_COMPLAINTS:
        return [Report(None, ReportClass.NONE, None, text)]
    stated = [value for value in values(fields, "original-rcpt-to", "removal-recipient") if value]
    addresses = [found for found in map(first_address, stated) if found and not _REDACTED.search(found)]
    if not addresses and not stated and quoted_to is not None and not _REDACTED.search(quoted_to):
        addresses = [quoted_to]
    return [Report(address, ReportClass.COMPLAINT, None, text) for address in dict.fromkeys(addresses)] or [
        Report(None, ReportClass.COMPLAINT, None, text)
    ]


def _microsoft_recipient(message: MessagePart) -> str | None:
    """The reader that Microsoft's Junk Mail Reporting Program names, whose reports are not RFC 5965."""
    quoted = [part for part in message.walk() if part is not message]
    return next((found for part in quoted if (found := first_address(part.header("x-hmxmroriginalrecipient")))), None)


def _is_feedback(part: MessagePart) -> bool:
    if part.content_type == "message/feedback-report":
        return True
    return part.content_type.startswith(_OTHER_TYPES) and _begins_with_fields(part.text.lstrip())


def _begins_with_fields(text: str) -> bool:
    """Whether a text begins with the fields of a report: their order is free, and their type may have been changed."""
    block = text.partition("\n\n")[0]
    if not all(map(_FIELD.match, block.rstrip("\n").split("\n")[:_MOST_LINES])):
        return False
    names = [name for name, _value in parse_headers(block)]
    return "feedback-type" in names and (names[0] == "feedback-type" or not _REQUIRED.isdisjoint(names))

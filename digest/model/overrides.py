"""What editors change in an issue: its articles and its own texts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OverrideKind(StrEnum):
    """What an editor can do to an article, and what they can write for an issue.

    A pin may have a place; `add` has a URL. The last four are the fields of `IssueTexts`.
    """

    PIN = "pin"
    DROP = "drop"
    BOOST = "boost"
    TITLE = "title"
    SUMMARY = "summary"
    SECTION = "section"
    ADD = "add"
    INTRO = "intro"
    CLOSING = "closing"
    SUBJECT = "subject"
    PREHEADER = "preheader"


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """An editor's override of one article in one edition, in force until `until` (None: no end).

    `key` is empty for a text of the issue itself; an empty text takes an earlier one back.
    """

    key: str
    kind: OverrideKind
    value: str | None
    by: str
    at: datetime
    until: datetime | None = None

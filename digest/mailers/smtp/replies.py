"""SMTP replies: codes, queue id, text without addresses, and the outcome that a refusal means (pure)."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from digest.model.deliveries import Outcome, ReplyClass
from digest.parsing.redaction import without_recipient
from digest.parsing.text import clean_line
from digest.receivers.reply_class import is_full_mailbox, is_refused_by_reader, reply_class

TEXT_LIMIT = 300

_READ_LIMIT = 2000
_LINE_LIMIT = 2048
_REPLY_LIMIT = 65536
_CACHED_LINE = 100  # octets of a line up to which its parsed form is cached
_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*?))?\r?")
_ENHANCED = re.compile(r"#?([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")  # Cisco's gateways write #5.1.0
_ENHANCED_BEHIND = re.compile(r"\(#([45]\.\d{1,3}\.\d{1,3})(?=[\s)])")  # qmail: (#5.1.1)
# A reason may be right behind the colon: (anna@reader.example:blocked).
_ADDRESS = re.compile(
    r"<?(?:\"[^\"\s]{0,64}\"|(?<![^\s<>@\"(),;:])[^\s<>@\"(),;:]++)@(?:\[[^\s<>\]]{0,60}\]|[^\s<>@\"(),;:]*)>?"
)
_QUEUE_IDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bqueued as ([\w./+=-]{1,100})",
        r"\b(?:internal)?id=([\w./+=-]{1,100})",
        r"^([\w./+=-]{4,100}) message accepted for delivery",
        r"^ok:?\s+\d+ ([\w./+=-]{4,100}) - gsmtp",
        r"^ok:?\s+(?=\S*\d)([\w./+=-]{6,100})(?:\s|$)",
    )
)
# Codes about the commands, the login or the size of all our messages, not about one recipient (RFC 5321, RFC 4954).
_SENDER_REFUSED = frozenset({500, 502, 503, 504, 530, 534, 535, 538, 552})


class Step(StrEnum):
    """The steps of one transaction that a server answers; `MESSAGE` is its answer to the final dot or to BDAT LAST.

    `DATA` is also its answer to a first BDAT.
    """

    RSET = "RSET"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    MESSAGE = "message"


class Reply(NamedTuple):
    """A whole reply, its lines joined without the codes; `text` is as the server sent it."""

    code: int
    enhanced: str | None
    text: str

    @property
    def text_without_addresses(self) -> str:
        """The text with `<…>` for each address: the words of an address say nothing about a refusal."""
        return _ADDRESS.sub("<…>", self.text) if "@" in self.text else self.text

    @property
    def safe_text(self) -> str:
        """The text as it may be stored and shown: one line of at most 300 characters, addresses replaced by `<…>`."""
        return _cleaned(self.text_without_addresses)

    def safe_text_for(self, recipient: str) -> str:
        """`safe_text` without the local part of the recipient's address, which servers repeat as a user's name."""
        return _cleaned(without_recipient(self.text_without_addresses, recipient))

    @property
    def queue_id(self) -> str | None:
        """The id that the server gave the message, as Postfix, Exim, Exchange, Sendmail, Gmail or SES write it."""
        found = (pattern.search(self.text) for pattern in _QUEUE_IDS)
        return next((match[1].strip(".") for match in found if match), None)


class ReplyReader:
    """Assembles replies from a server's bytes."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._code = 0

    def feed(self, data: bytes) -> Iterator[tuple[int, list[bytes]]]:
        """Yield the replies that end in these bytes: code, and lines without it; raises ValueError for other bytes."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            code, continues, text = _parse_short_line(line) if len(line) <= _CACHED_LINE else _parse_line(line)
            if self._lines and code != self._code:
                raise ValueError("the server sent a reply that is not valid SMTP")
            self._code = code
            self._lines.append(text)
            if not continues:
                complete, self._lines = self._lines, []
                yield code, complete
        if len(self._rest) > _LINE_LIMIT or sum(map(len, self._lines)) > _REPLY_LIMIT:
            raise ValueError("the server sent a reply that is too long")


def _parse_line(line: bytes) -> tuple[int, bool, bytes]:
    """A line's code, whether another line follows, and its text; raises ValueError."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError("the server sent a reply that is not valid SMTP")
    return int(match[1]), match[2] == b"-", match[3] or b""


_parse_short_line = lru_cache(maxsize=64)(_parse_line)  # a server accepts MAIL, RCPT and DATA with the same lines


def parse_reply(code: int, raw: Sequence[str | bytes]) -> Reply:
    """The reply with these lines (without the code); each may begin with an enhanced status code (RFC 2034)."""
    lines = [line.decode("utf-8", "replace") if isinstance(line, bytes) else line for line in raw]
    if len(lines) == 1 and (match := _ENHANCED.match(lines[0])):
        return Reply(code=code, enhanced=match[1], text=lines[0][match.end() :].strip()[:_READ_LIMIT])
    matches = [_ENHANCED.match(line) for line in lines]
    texts = [line[match.end() :] if match else line for line, match in zip(lines, matches, strict=True)]
    text = " ".join(part.strip() for part in texts).strip()[:_READ_LIMIT]
    enhanced = next((match[1] for match in matches if match), None)
    if enhanced is None and code >= 400 and (behind := _ENHANCED_BEHIND.search(text)):
        enhanced = behind[1]
    return Reply(code=code, enhanced=enhanced, text=text)


def _cleaned(text: str) -> str:
    # A quick check, because most replies are short and plain.
    is_clean = len(text) <= TEXT_LIMIT and text.isascii() and text.isprintable() and "  " not in text
    return text if is_clean else clean_line(text, TEXT_LIMIT)


def refusal_outcome(step: Step, reply: Reply) -> Outcome:
    """What a 4xx or 5xx at a step means: try later, a bad recipient, or a refusal of every message of this sender.

    A 5xx at RCPT concerns one recipient, also 5.7.x: a server refuses this sender at MAIL, at DATA or after it. (Some
    refuse it at each RCPT instead; `delivery.sender_refusals` recognises that from several recipients.)
    """
    if reply.code < 500:
        return Outcome.DEFERRED
    if step is Step.RCPT:
        return Outcome.BOUNCED
    enhanced, text = reply.enhanced or "", reply.text_without_addresses
    if step is not Step.MAIL and is_full_mailbox(reply.enhanced, text):
        return Outcome.DEFERRED
    if step is Step.MAIL or (enhanced.startswith("5.7.") and not is_refused_by_reader(enhanced, text)):
        return Outcome.REFUSED
    if enhanced.startswith("5.2."):  # the recipient's mailbox (RFC 3463, 3.3)
        return Outcome.BOUNCED
    return Outcome.REFUSED if reply.code in _SENDER_REFUSED else Outcome.BOUNCED


def refusal_class(step: Step, reply: Reply) -> ReplyClass | None:
    """The class of a refusal at a step; None before RCPT, where the server replies without knowing the recipient."""
    if step in {Step.RSET, Step.MAIL}:
        return None
    return reply_class(reply.code, reply.enhanced, reply.text_without_addresses)

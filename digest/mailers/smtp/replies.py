"""What an SMTP server's reply says: codes, queue id, words without addresses; and what follows from it (pure)."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from digest.model.deliveries import Outcome
from digest.parsing.text import clean_line

TEXT_LIMIT = 300

_READ_LIMIT = 2000
_LINE_LIMIT = 2048
_REPLY_LIMIT = 65536
_SHORT = 100  # octets of a line that is worth remembering
_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*?))?\r?")
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_ADDRESS = re.compile(r"<?(?:\"[^\"\s]{0,64}\"|[^\s<>@\"(),;:]+)@[^\s<>@\"(),;]*>?")
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
_ABOUT_OUR_COMMANDS = frozenset({500, 502, 503, 504})
_ABOUT_US = _ABOUT_OUR_COMMANDS | {530, 534, 535, 538, 552}


class Step(StrEnum):
    """The steps of one transaction that a server answers; `MESSAGE` is its answer to the final dot or to BDAT LAST."""

    RSET = "RSET"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    MESSAGE = "message"


class Reply(NamedTuple):
    """A whole reply, its lines joined; `text` is the server's own and uncleaned, without the codes."""

    code: int
    enhanced: str | None
    text: str

    @property
    def is_yes(self) -> bool:
        """A 2xx."""
        return 200 <= self.code <= 299

    @property
    def is_no(self) -> bool:
        """A 4xx or 5xx: a definite no."""
        return 400 <= self.code <= 599

    @property
    def words(self) -> str:
        """The text as it may be stored and shown: a clean line, 300 characters at most, addresses replaced by `<…>`."""
        text = self.text
        if _is_clean(text):
            return text
        return clean_line(_ADDRESS.sub("<…>", text), TEXT_LIMIT)

    @property
    def queue_id(self) -> str | None:
        """The id that the server gave the message, as Postfix, Exim, Exchange, Sendmail, Gmail or SES write it."""
        found = (pattern.search(self.text) for pattern in _QUEUE_IDS)
        return next((match[1].strip(".") for match in found if match), None)


class ReplyReader:
    """Puts a server's bytes together to replies."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._code = 0

    def feed(self, data: bytes) -> Iterator[tuple[int, list[bytes]]]:
        """The replies that end in these bytes: code, and lines without it; raises ValueError for other bytes."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            code, goes_on, text = _known(line) if len(line) <= _SHORT else _parsed(line)
            if self._lines and code != self._code:
                raise ValueError("the server's reply is not SMTP")
            self._code = code
            self._lines.append(text)
            if not goes_on:
                whole, self._lines = self._lines, []
                yield code, whole
        if len(self._rest) > _LINE_LIMIT or sum(map(len, self._lines)) > _REPLY_LIMIT:
            raise ValueError("the server's reply has no end")


def _parsed(line: bytes) -> tuple[int, bool, bytes]:
    """A line's code, whether another one follows it, and its text; raises ValueError for what is no reply."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError("the server's reply is not SMTP")
    return int(match[1]), match[2] == b"-", match[3] or b""


_known = lru_cache(maxsize=64)(_parsed)  # a server says yes to MAIL, RCPT and DATA in the same words each time


def make_reply(code: int, raw: Sequence[str | bytes]) -> Reply:
    """A reply of its lines (without the code in front); each may begin with an enhanced status code (RFC 2034)."""
    lines = [line.decode("utf-8", "replace") if isinstance(line, bytes) else line for line in raw]
    if len(lines) == 1 and (match := _ENHANCED.match(lines[0])):
        return Reply(code=code, enhanced=match[1], text=lines[0][match.end() :].strip()[:_READ_LIMIT])
    matches = [_ENHANCED.match(line) for line in lines]
    texts = [line[match.end() :] if match else line for line, match in zip(lines, matches, strict=True)]
    enhanced = next((match[1] for match in matches if match), None)
    return Reply(code=code, enhanced=enhanced, text=" ".join(text.strip() for text in texts).strip()[:_READ_LIMIT])


def _is_clean(text: str) -> bool:
    """Whether there is nothing in the words that would have to go: then they need no slower look."""
    return len(text) <= TEXT_LIMIT and text.isascii() and text.isprintable() and "@" not in text and "  " not in text


def judge(step: Step, reply: Reply) -> Outcome:
    """What a 4xx or 5xx at a step means: try later, a bad recipient, or a no that concerns us and every message."""
    if reply.code < 500:
        return Outcome.DEFERRED
    enhanced = reply.enhanced or ""
    if step is Step.MAIL or enhanced.startswith("5.7."):
        return Outcome.REFUSED
    if enhanced.startswith("5.2."):  # the recipient's mailbox, such as 552 5.2.2 over quota (RFC 3463, 3.3)
        return Outcome.BOUNCED
    return Outcome.REFUSED if reply.code in _ABOUT_US else Outcome.BOUNCED

"""What an SMTP server's reply says: codes, queue id, words without addresses; and what follows from it (pure)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from digest.model import Outcome
from digest.text import clean_line

TEXT_LIMIT = 300

_READ_LIMIT = 2000
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
    """The steps of one transaction that a server answers; `MESSAGE` is its answer to the final dot."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    MESSAGE = "message"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
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
        return clean_line(_ADDRESS.sub("<…>", self.text), TEXT_LIMIT)

    @property
    def queue_id(self) -> str | None:
        """The id that the server gave the message, as Postfix, Exim, Exchange, Sendmail, Gmail or SES write it."""
        found = (pattern.search(self.text) for pattern in _QUEUE_IDS)
        return next((match[1].strip(".") for match in found if match), None)


def make_reply(code: int, lines: list[str]) -> Reply:
    """A reply of its lines (without the code in front); each may begin with an enhanced status code (RFC 2034)."""
    matches = [_ENHANCED.match(line) for line in lines]
    texts = [line[match.end() :] if match else line for line, match in zip(lines, matches, strict=True)]
    enhanced = next((match[1] for match in matches if match), None)
    return Reply(code=code, enhanced=enhanced, text=" ".join(text.strip() for text in texts).strip()[:_READ_LIMIT])


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

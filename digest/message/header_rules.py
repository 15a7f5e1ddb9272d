"""What bulk senders' rules, RFCs and mail clients ask of a finished message, judged by its bytes.

Each rule is a function from a letter to pairs of a level and a sentence; `_RULES` gives it its number and name. A
letter that is broken in any way gives findings, never an exception. What bytes do not show (DKIM, DNS, TLS, the
envelope) is judged elsewhere. The rules about what a reader sees are in `checks_page.py`.
"""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from urllib.parse import urlsplit

from digest.message import body_rules
from digest.message.body_rules import Judgement
from digest.message.parsed_message import ParsedMessage, Sizes, as_sent
from digest.model.issues import Finding
from digest.parsing.addresses import is_address
from digest.parsing.text import clean_line
from digest.parsing.urls import is_loopback

_KB = 1024
_CLIPPED, _NEARLY, _WHOLE = 100 * _KB, 90 * _KB, 500 * _KB  # bytes; Gmail cuts at about 102 KB
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,43}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def check_message(
    content: bytes,
    *,
    own_domain: str,
    base_url: str,
    now: datetime | None,
    foreign: Collection[str] = (),
    postal_address: str | None = None,
) -> list[Finding]:
    """The rules that a message breaks, in their order.

    `own_domain` is that of the configured sender, `base_url` that of the web pages ("" for none); without `now` the
    date's nearness is not judged. The texts in `foreign` (titles, summaries) may look like a template's slip.
    `postal_address` is sought in both parts; "" means that none is configured, None that it is not judged.
    """
    letter = ParsedMessage(content, own_domain.lower(), base_url.rstrip("/"), now, tuple(foreign), postal_address)
    return [Finding(rule=rule, level=level, says=says) for rule, judge in _RULES for level, says in judge(letter)]


def sizes(content: bytes) -> Sizes:
    """How large a message is, and its HTML part in it."""
    return ParsedMessage(content).sizes


def _from(letter: ParsedMessage) -> Iterator[Judgement]:
    mailboxes = getaddresses(letter.values("from"))
    if len(letter.values("from")) != 1 or len(mailboxes) != 1 or not is_address(mailboxes[0][1]):
        yield "error", "there must be one From with one mailbox, in ASCII"
    elif mailboxes[0][1].rpartition("@")[2].lower() != letter.own_domain:
        yield "error", f"the sender's domain is not {letter.own_domain}"


def _to(letter: ParsedMessage) -> Iterator[Judgement]:
    mailboxes = getaddresses(letter.values("to"))
    if len(letter.values("to")) != 1 or len(mailboxes) != 1 or not is_address(mailboxes[0][1]):
        yield "error", "there must be one To with one mailbox: the subscriber's"
    if letter.values("cc") or letter.values("bcc"):
        yield "error", "there must be no Cc and no Bcc"


def _subject(letter: ParsedMessage) -> Iterator[Judgement]:
    if letter.subject is None:
        yield "error", "there must be one Subject that can be decoded"
        return
    if not 1 <= len(letter.subject.strip()) <= 150:
        yield "error", f"it has {len(letter.subject.strip())} characters; expected 1 to 150"
    if _CONTROL.search(letter.subject):
        yield "error", "it has control characters"
    lines = ("Subject: " + letter.values("subject")[0]).splitlines()
    if any(len(line) > 78 for line in lines):
        yield "error", "a line of it is longer than 78 characters"
    if any(len(word) > 75 for line in lines for word in line.split() if word.startswith("=?")):
        yield "error", "an encoded word of it is longer than 75 characters"


def _date(letter: ParsedMessage) -> Iterator[Judgement]:
    try:
        moment = parsedate_to_datetime(letter.only("date") or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        yield "error", "there must be one Date that can be read"
        return
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if letter.now is not None and abs(letter.now - moment) > timedelta(days=1):
        yield "error", f"it is {moment:%Y-%m-%d %H:%M}, more than a day from now"


def _message_id(letter: ParsedMessage) -> Iterator[Judgement]:
    values = letter.values("message-id")
    match = re.fullmatch(r"<[^\s<>@]+@([^\s<>@]+)>", values[0]) if len(values) == 1 else None
    if match is None:
        yield "error", "there must be one Message-ID, <token@domain>, on one line and without an address inside"
    elif match[1].lower() != letter.own_domain:
        yield "error", f"its domain is not {letter.own_domain}"


def _mime(letter: ParsedMessage) -> Iterator[Judgement]:
    if letter.only("mime-version") != "1.0":
        yield "error", "there must be one MIME-Version: 1.0"
    inner = letter.message.get_payload() if letter.message.is_multipart() else []
    kinds = [part.get_content_type() for part in inner if isinstance(part, Message)]
    if letter.message.get_content_type() != "multipart/alternative" or kinds != ["text/plain", "text/html"]:
        yield "error", "it must be multipart/alternative with text/plain first and text/html second"
    if any(_charset(part) != "utf-8" for part in inner if isinstance(part, Message)):
        yield "error", "each part must be in charset utf-8"


def _list_unsubscribe(letter: ParsedMessage) -> Iterator[Judgement]:
    value = letter.only("list-unsubscribe")
    if value is None or re.fullmatch(r"<[^<>\s]+>(?:\s*,\s*<[^<>\s]+>)*", value) is None:
        yield "error", "there must be one List-Unsubscribe of addresses in angle brackets, not encoded and not broken"
        return
    first = letter.ways_out[0]
    if letter.recipient and letter.recipient.lower() in value.lower():
        yield "error", "it repeats the subscriber's address"
    if not letter.base_url:
        if not first.startswith("https://"):
            yield "warning", "readers can leave by mail only: set [web] base_url to offer one-click unsubscribe"
    elif not letter.is_own(first) or _TOKEN.fullmatch(first.rpartition("/")[2]) is None:
        yield "error", f"its first address must be {letter.base_url}/… with an opaque token"
    elif not first.startswith("https://"):
        level = "warning" if is_loopback(urlsplit(first).hostname) else "error"
        yield level, "one-click unsubscribe needs https: set [web] base_url to an https address"


def _one_click(letter: ParsedMessage) -> Iterator[Judgement]:
    https = any(way.startswith("https://") for way in letter.ways_out)
    if https and letter.only("list-unsubscribe-post") != "List-Unsubscribe=One-Click":
        yield (
            "error",
            "beside an https List-Unsubscribe there must be List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        )
    if not https and letter.values("list-unsubscribe-post"):
        yield "error", "it promises one click, and List-Unsubscribe has no https address"


def _list_id(letter: ParsedMessage) -> Iterator[Judgement]:
    if re.search(r"(?:^|\s)<[\w-]+(?:\.[\w-]+)+>$", letter.only("list-id") or "", re.ASCII) is None:
        yield "error", "there must be one List-Id: Name <digest.domain>"


def _feedback_id(letter: ParsedMessage) -> Iterator[Judgement]:
    if re.fullmatch(r"(?:[^:\s]*:){3}[^:\s]{5,15}", letter.only("feedback-id") or "") is None:
        yield "warning", "there should be one Feedback-ID: issue:digest:site:senderid, the last of 5 to 15 characters"


def _auto_submitted(letter: ParsedMessage) -> Iterator[Judgement]:
    if letter.only("auto-submitted") != "auto-generated":
        yield "warning", "Auto-Submitted: auto-generated keeps vacation replies away"


def _precedence(letter: ParsedMessage) -> Iterator[Judgement]:
    if letter.only("precedence") != "bulk":
        yield "warning", "a digest should carry Precedence: bulk"


def _reply_to(letter: ParsedMessage) -> Iterator[Judgement]:
    senders = "".join(address for _, address in getaddresses(letter.values("from")))
    if re.match(r"(?i)(?:no|do-?not)[-_.]?reply", senders) and not letter.values("reply-to"):
        yield "warning", "the sender takes no replies, and no Reply-To names a mailbox that does"


def _lines(letter: ParsedMessage) -> Iterator[Judgement]:
    if re.search(rb"\r(?!\n)|(?<!\r)\n", letter.content):
        yield "error", "a line ends otherwise than with CRLF"
    longest = max(map(len, letter.content.split(b"\r\n")))
    if longest > 998:
        yield "error", f"a line has {longest} bytes; the limit is 998"


def _encoding(letter: ParsedMessage) -> Iterator[Judgement]:
    if not letter.head.isascii():
        yield "error", "the headers are not ASCII"
    for part in letter.message.walk():
        if part.is_multipart():
            continue
        encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
        ascii_only = as_sent(part).isascii()
        if encoding not in {"7bit", "8bit", "quoted-printable", "base64"} or (encoding != "8bit" and not ascii_only):
            yield "error", f"a part's bytes are not what its encoding ({clean_line(encoding, 40)}) allows"
        elif encoding == "8bit":
            yield "warning", "a part is 8bit, which only servers with 8BITMIME take"


def _size(letter: ParsedMessage) -> Iterator[Judgement]:
    found = letter.sizes
    if found.html_encoded > _CLIPPED:
        yield (
            "error",
            f"the encoded HTML part has {found.html_encoded / _KB:.0f} KB, and Gmail clips it; the limit is 100",
        )
    elif found.html_encoded > _NEARLY:
        yield "warning", f"the encoded HTML part has {found.html_encoded / _KB:.0f} KB; Gmail clips soon above 100"
    if found.whole > _WHOLE:
        yield "error", f"the message has {found.whole / _KB:.0f} KB; the limit is 500"


def _charset(part: Message) -> str:
    try:
        return (part.get_content_charset() or "").lower()
    except (LookupError, TypeError, ValueError):
        return ""


_RULES: tuple[tuple[str, Callable[[ParsedMessage], Iterator[Judgement]]], ...] = (
    ("1 From", _from),
    ("3 To", _to),
    ("4 Subject", _subject),
    ("5 Date", _date),
    ("6 Message-ID", _message_id),
    ("7 MIME", _mime),
    ("8 List-Unsubscribe", _list_unsubscribe),
    ("9 List-Unsubscribe-Post", _one_click),
    ("11 List-Id", _list_id),
    ("13 Feedback-ID", _feedback_id),
    ("14 Auto-Submitted", _auto_submitted),
    ("15 Precedence", _precedence),
    ("17 Reply-To", _reply_to),
    ("18 Line length", _lines),
    ("19 Encoding", _encoding),
    ("20 Size", _size),
    ("21 Preheader", body_rules.preheader),
    ("22 HTML", body_rules.markup),
    ("23 Images", body_rules.images),
    ("24 Links", body_rules.hyperlinks),
    ("25 Body", body_rules.body),
    ("26 Plain text", body_rules.plain_text),
    ("27 Placeholders", body_rules.placeholders),
)

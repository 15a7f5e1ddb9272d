"""Checks a finished message against RFCs, bulk senders' rules and the needs of mail clients.

A rule is a function from a message to pairs of a level and a sentence; `_RULES` gives it its number and name. A broken
message gives findings, never an exception. What neither the message nor its envelope shows (DNS, TLS: rule 28) is not
checked here. The rules for what a reader sees are in `body_rules`, those for signature and envelope in `trust_rules`.
"""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from urllib.parse import urlsplit

from digest.message import body_rules, limits, trust_rules
from digest.message.body_rules import Violation
from digest.message.limits import KB
from digest.message.parsed_message import CheckedMessage, ParsedMessage, Sizes, encoded_payload
from digest.model.issues import Finding
from digest.parsing.addresses import is_address
from digest.parsing.text import clean_line
from digest.parsing.urls import is_loopback

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,43}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def check_message(
    content: bytes,
    *,
    own_domain: str,
    base_url: str,
    now: datetime,
    foreign: Collection[str],
    postal_address: str,
    envelope_sender: str,
) -> list[Finding]:
    """The rules that a message breaks, in their order.

    `own_domain` is the configured sender's, `base_url` that of the web pages ("" for none). The texts in `foreign` come
    from sources (titles, summaries) and may contain template syntax. `postal_address` is looked for in both parts (""
    for none). `envelope_sender` is the address after MAIL FROM.
    """
    message = CheckedMessage(
        content, own_domain.lower(), base_url.rstrip("/"), now, tuple(foreign), postal_address, envelope_sender
    )
    return [Finding(rule=name, level=level, message=text) for name, check in _RULES for level, text in check(message)]


def sizes(content: bytes) -> Sizes:
    """The size of a message and of its HTML part."""
    return ParsedMessage(content).sizes


def _from(message: CheckedMessage) -> Iterator[Violation]:
    mailboxes = getaddresses(message.values("from"))
    if len(message.values("from")) != 1 or len(mailboxes) != 1 or not is_address(mailboxes[0][1]):
        yield "error", "there must be one From with one mailbox, in ASCII"
    elif mailboxes[0][1].rpartition("@")[2].lower() != message.own_domain:
        yield "error", f"the sender's domain is not {message.own_domain}"


def _to(message: CheckedMessage) -> Iterator[Violation]:
    mailboxes = getaddresses(message.values("to"))
    if len(message.values("to")) != 1 or len(mailboxes) != 1 or not is_address(mailboxes[0][1]):
        yield "error", "there must be one To with one mailbox: the subscriber's"
    if message.values("cc") or message.values("bcc"):
        yield "error", "there must be no Cc and no Bcc"


def _subject(message: CheckedMessage) -> Iterator[Violation]:
    if message.subject is None:
        yield "error", "there must be one Subject that can be decoded"
        return
    if not 1 <= len(message.subject.strip()) <= 150:
        yield "error", f"it has {len(message.subject.strip())} characters; expected 1 to 150"
    if _CONTROL.search(message.subject):
        yield "error", "it has control characters"
    lines = ("Subject: " + message.values("subject")[0]).splitlines()
    if any(len(line) > 78 for line in lines):
        yield "error", "one of its lines is longer than 78 characters"
    if any(len(word) > 75 for line in lines for word in line.split() if word.startswith("=?")):
        yield "error", "one of its encoded words is longer than 75 characters"


def _date(message: CheckedMessage) -> Iterator[Violation]:
    try:
        moment = parsedate_to_datetime(message.single_value("date") or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        yield "error", "there must be one Date that can be read"
        return
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if abs(message.now - moment) > timedelta(days=1):
        yield "error", f"it is {moment:%Y-%m-%d %H:%M}, more than a day from now"


def _message_id(message: CheckedMessage) -> Iterator[Violation]:
    values = message.values("message-id")
    match = re.fullmatch(r"<[^\s<>@]+@([^\s<>@]+)>", values[0]) if len(values) == 1 else None
    if match is None:
        yield "error", "there must be one Message-ID, <token@domain>, on one line and without an address inside"
    elif match[1].lower() != message.own_domain:
        yield "error", f"its domain is not {message.own_domain}"


def _mime(message: CheckedMessage) -> Iterator[Violation]:
    if message.single_value("mime-version") != "1.0":
        yield "error", "there must be one MIME-Version: 1.0"
    inner = message.mime.get_payload() if message.mime.is_multipart() else []
    kinds = [part.get_content_type() for part in inner if isinstance(part, Message)]
    if message.mime.get_content_type() != "multipart/alternative" or kinds != ["text/plain", "text/html"]:
        yield "error", "it must be multipart/alternative with text/plain first and text/html second"
    if any(_charset(part) != "utf-8" for part in inner if isinstance(part, Message)):
        yield "error", "each part must be in charset utf-8"


def _list_unsubscribe(message: CheckedMessage) -> Iterator[Violation]:
    value = message.single_value("list-unsubscribe")
    if value is None or re.fullmatch(r"<[^<>\s]+>(?:\s*,\s*<[^<>\s]+>)*", value) is None:
        yield (
            "error",
            "there must be one List-Unsubscribe with unencoded, unbroken addresses in angle brackets",
        )
        return
    first = message.unsubscribe_urls[0]
    if message.recipient and message.recipient.lower() in value.lower():
        yield "error", "it contains the subscriber's address"
    if not message.base_url:
        return  # a mailto address is all there is while no web pages are served
    if not message.is_own(first) or _TOKEN.fullmatch(first.rpartition("/")[2]) is None:
        yield "error", f"its first address must be {message.base_url}/… with an opaque token"
    elif not first.startswith("https://"):
        level = "warning" if _is_of_this_machine(first) else "error"
        yield level, "one-click unsubscribe needs https: set [web] base_url to an https address"


def _one_click(message: CheckedMessage) -> Iterator[Violation]:
    has_page = any(url.startswith("https://") or _is_of_this_machine(url) for url in message.unsubscribe_urls)
    if has_page and message.single_value("list-unsubscribe-post") != "List-Unsubscribe=One-Click":
        yield (
            "error",
            "an https List-Unsubscribe needs List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        )
    if not has_page and message.values("list-unsubscribe-post"):
        yield "error", "it offers one-click unsubscribe, but List-Unsubscribe has no https address"


def _is_of_this_machine(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname)


def _list_id(message: CheckedMessage) -> Iterator[Violation]:
    if re.search(r"(?:^|\s)<[\w-]+(?:\.[\w-]+)+>$", message.single_value("list-id") or "", re.ASCII) is None:
        yield "error", "there must be one List-Id: Name <digest.domain>"


def _feedback_id(message: CheckedMessage) -> Iterator[Violation]:
    if re.fullmatch(r"(?:[^:\s]*:){3}[^:\s]{5,15}", message.single_value("feedback-id") or "") is None:
        yield "warning", "there should be one Feedback-ID: issue:digest:site:senderid, the last of 5 to 15 characters"


def _auto_submitted(message: CheckedMessage) -> Iterator[Violation]:
    if message.single_value("auto-submitted") != "auto-generated":
        yield "warning", "there should be Auto-Submitted: auto-generated, which prevents vacation replies"


def _precedence(message: CheckedMessage) -> Iterator[Violation]:
    if message.single_value("precedence") != "bulk":
        yield "warning", "a digest should carry Precedence: bulk"


def _reply_to(message: CheckedMessage) -> Iterator[Violation]:
    senders = "".join(address for _, address in getaddresses(message.values("from")))
    if re.match(r"(?i)(?:no|do-?not)[-_.]?reply", senders) and not message.values("reply-to"):
        yield "warning", "the sender accepts no replies, and there is no Reply-To with a mailbox that does"


def _lines(message: CheckedMessage) -> Iterator[Violation]:
    if re.search(rb"\r(?!\n)|(?<!\r)\n", message.content):
        yield "error", "a line does not end with CRLF"
    longest = max(map(len, message.content.split(b"\r\n")))
    if longest > 998:
        yield "error", f"a line has {longest} bytes; the limit is 998"


def _encoding(message: CheckedMessage) -> Iterator[Violation]:
    if not message.head.isascii():
        yield "error", "the headers are not ASCII"
    for part in message.mime.walk():
        if part.is_multipart():
            continue
        encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
        ascii_only = encoded_payload(part).isascii()
        if encoding not in {"7bit", "8bit", "quoted-printable", "base64"} or (encoding != "8bit" and not ascii_only):
            yield "error", f"a part contains bytes that its encoding ({clean_line(encoding, 40)}) does not allow"
        elif encoding == "8bit":
            yield "warning", "a part is 8bit, which only servers with 8BITMIME accept"


def _size(message: CheckedMessage) -> Iterator[Violation]:
    sizes = message.sizes
    html = f"the encoded HTML part has {sizes.html_encoded / KB:.0f} KB"
    if sizes.html_encoded > limits.HTML_LIMIT:
        yield "error", f"{html}, and Gmail clips it; the limit is {limits.HTML_LIMIT // KB}"
    elif sizes.html_encoded > limits.HTML_WARNING:
        yield "warning", f"{html}; Gmail clips a little above {limits.HTML_LIMIT // KB}"
    if sizes.whole > limits.MESSAGE_LIMIT:
        yield "error", f"the message has {sizes.whole / KB:.0f} KB; the limit is {limits.MESSAGE_LIMIT // KB}"


def _charset(part: Message) -> str:
    try:
        return (part.get_content_charset() or "").lower()
    except (LookupError, TypeError, ValueError):
        return ""


_RULES: tuple[tuple[str, Callable[[CheckedMessage], Iterator[Violation]]], ...] = (
    ("1 From", _from),
    ("2 Sender domain", trust_rules.sender_domain),
    ("3 To", _to),
    ("4 Subject", _subject),
    ("5 Date", _date),
    ("6 Message-ID", _message_id),
    ("7 MIME", _mime),
    ("8 List-Unsubscribe", _list_unsubscribe),
    ("9 List-Unsubscribe-Post", _one_click),
    ("10 DKIM", trust_rules.signature),
    ("11 List-Id", _list_id),
    ("12 List addresses", trust_rules.list_addresses),
    ("13 Feedback-ID", _feedback_id),
    ("14 Auto-Submitted", _auto_submitted),
    ("15 Precedence", _precedence),
    ("16 Envelope", trust_rules.envelope),
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

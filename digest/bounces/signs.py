"""Signs that a message is a server's report of a failure: its author, its subject and its text. Pure."""

import re
from typing import NamedTuple

from digest.bounces.mime import MessagePart, first, values
from digest.bounces.phrases import BOUNCE_SUBJECT, FAILURE
from digest.bounces.replies import has_null_sender, is_automatic, is_automatic_reply, is_receipt
from digest.bounces.report_text import SplitText, without_subjects
from digest.receivers.reply_words import spelled_out

_ENOUGH = 3
_DAEMON = re.compile(
    r"""(?ix)
    (?: mailer | mail | mdaemon | smtp | e-?mail ) [-_. ]? (?: daemon | deliver | admin | gateway | system
    | server | service | router )
  | \b postmaster | \b mdaemon\b | mail \s? delivery | deliver (?: y )? [-_. ]? (?: sub )? system
  | \b (?: mailer | daemon | mmdf | uucp | bounce s? ) @ | \b mail-?er \b | \b mailerdaemon
  | \b internet \s mail \s | \b message \s router | \b mta \b
    """
)
# Servers and people write from the first kind, so a note of absence may; only servers write from the second.
_ADMINISTRATOR = re.compile(r"(?i)system\sadministrator|\b(?:nobody|system|admin(?:istrator)?)@")
_NO_REPLY = re.compile(r"(?i)\b(?:no|do[-_.]?not)[-_.]?reply")
_REPLY = re.compile(r"(?i)\s*(?:re|aw|sv|antw|ответ|rif|res|回复|答复)\s*(?:\[\d+\])?\s*[:：]")
_FORWARD = re.compile(r"(?i)\s*(?:fwd?|wg|tr|i|пер|转发)\s*[:：]")


class BounceSigns(NamedTuple):
    """Whether the signs are enough for a report of a failure, and whether one shows that a server is the author.

    The null sender of an automatic reply is a weak one: programs that answer for a reader who is away use it too
    (RFC 3834, 3.3). The subject of such a reply, and its text about an account or a colleague, are none: it may repeat
    any headline of ours.
    """

    is_bounce: bool
    from_server: bool


def find_signs(message: MessagePart, split: SplitText) -> BounceSigns:
    """The signs in a message's header fields, its subject and the lines that its author wrote."""
    senders = " ".join(values(message.headers, "from", "sender"))
    is_report = (message.content_type == "multipart/report" and not is_receipt(message)) or (
        first(message.headers, "x-failed-recipients") != ""
    )
    has_no_sender = has_null_sender(message)
    by_daemon = _DAEMON.search(senders) is not None
    is_note = is_automatic_reply(message) and not (is_report or by_daemon or _NO_REPLY.search(senders))
    is_letter = is_note or (_is_answer(message) and not (is_report or has_no_sender))
    by_server = has_no_sender and not is_automatic(message)
    by_daemon = by_daemon or _ADMINISTRATOR.search(senders) is not None
    from_daemon = not is_letter and (is_report or by_server or by_daemon)
    from_server = from_daemon or has_no_sender
    subject = without_subjects(message.header("subject"), split.subjects)
    of_subject = not (is_note or _is_answer(message)) and BOUNCE_SUBJECT.search(spelled_out(subject)) is not None
    of_text = any(FAILURE.search(spelled_out(line)) for line in split.lines[:80])
    points = from_daemon + from_server + 2 * of_subject + of_text
    return BounceSigns(points >= _ENOUGH, from_server)


def _is_answer(message: MessagePart) -> bool:
    """Whether a person replied to a bounce, or forwards it. (Some servers put their text behind "Re:".)"""
    subject, refers = message.header("subject"), any(values(message.headers, "in-reply-to", "references"))
    return _FORWARD.match(subject) is not None or (refers and _REPLY.match(subject) is not None)

"""What a refusal means: the recipient does not exist, a temporary state, or an objection to this sender (pure).

It serves SMTP replies and bounce reports: both have an enhanced status code (RFC 3463), a reply code (RFC 5321) or only
a text, in this order of trust.
"""

import re

from digest.model.deliveries import ReplyClass
from digest.receivers.reply_words import (
    ABOUT_SENDER,
    FULL_MAILBOX,
    HOST,
    MAILBOX_CLOSED,
    MAILBOXES,
    NO_ANSWER,
    NO_CONNECTION_TO_HOST,
    NO_MAILBOX,
    PASSING,
    POLICY_VERDICT,
    READER_REFUSES,
    RECIPIENT_REJECTED,
    REJECTED_AS_CLOSED,
    RELAY_SUPPRESSES,
    RESTRICTED_MAILBOX,
    SENDER_LISTED,
    SENDER_REFUSED_TRANSLATED,
    SENDER_REJECTED,
    SPAM_VERDICT,
    USED_UP,
    WORDS_ABOUT_MAILBOX,
    spelled_out,
)

_HARD, _SOFT, _ABOUT_US = ReplyClass

_BY_STATUS: tuple[tuple[re.Pattern[str], ReplyClass], ...] = (
    (re.compile(r"5\.7\.1[78]"), _HARD),  # the mailbox or the domain belongs to somebody else now (RFC 7293)
    # Exchange Online: a mailbox or a group takes mail only from some senders, such as those of its organisation.
    (re.compile(r"5\.7\.(?:124|129|13[3-6]|193)"), _SOFT),
    (re.compile(r"5\.7\.\d+"), _ABOUT_US),  # security or policy
    (re.compile(r"5\.1\.[78]"), _ABOUT_US),  # the sender's address
    (re.compile(r"5\.4\.5|5\.1\.9[02]"), _ABOUT_US),  # the sender's daily limit, as Gmail and Exchange state it
    # No such mailbox or domain, or it is disabled. (5.1.0 is any address, also the sender's: its text decides first.)
    # (5.1.4 names several mailboxes, 5.1.5 one that is there, and 5.1.9 one beyond a gateway: their texts decide.)
    (re.compile(r"5\.1\.(?:[1236]|10)|5\.2\.1|5\.4\.4|5\.4\.310"), _HARD),
    # Full mailbox or its pace, large message, delay; a list that cannot be expanded, which for OpenSMTPD is any address
    # that it does not know (524 5.2.4).
    (re.compile(r"5\.2\.(?:[2-4]|12[12])|5\.3\.4|5\.4\.7"), _SOFT),
    # Exchange Online: the message expired, because no mail server or name server of the receiver answered.
    # (https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online)
    (re.compile(r"5\.4\.(?:300|31[1-9])"), _SOFT),
    (re.compile(r"4\.\d+\.\d+"), _SOFT),
)
# (5.4.6 is a loop, in Exchange 5.4.14 too; Zoho also uses the first for a sender that sends too much.)
_BY_STATUS_AFTER_TEXT = {"5.1.0": _HARD, "5.4.6": _SOFT, "5.4.14": _SOFT}

# In the order in which they decide. (A reply about a blocked sender may name a host "not found" or a "user", and one
# about a mailbox may end with advice about spam: what is surest comes first.)
_BY_TEXT: tuple[tuple[re.Pattern[str], ReplyClass], ...] = (
    (RELAY_SUPPRESSES, _HARD),
    (NO_CONNECTION_TO_HOST, _SOFT),
    (SENDER_REFUSED_TRANSLATED, _ABOUT_US),
    (ABOUT_SENDER, _ABOUT_US),
    (NO_MAILBOX, _HARD),
    (SENDER_LISTED, _ABOUT_US),
    (POLICY_VERDICT, _ABOUT_US),
    (READER_REFUSES, _SOFT),  # not at once: the words may be those of a filter
    (
        re.compile(
            r"""(?ix)
            spam | unsolicited | \b bulk \b | \b junk | phish | virus | malware | \b abus | \b banned \b
          # Codes of NetEase, Charter and Cox, which are all about the sender; Outlook.com, Yahoo, Tencent.
          | \b (?-i: (?: DT | HL | MI | RP | WM ) : [A-Z]{3} ) \b | \b AUP \#
          | \b messages \s from \s \S{1,60} \s were \s not \s sent | \b dynamic \s ips? \b | \b suspected \s bounce
          | \b messages? \s (?: from \s \S{1,60} \s )? temporarily \s deferred | \b mail \s rejet[ée] | \b rcpthosts \b
          | \b polic(?:y|ies) \b | authenticat
          | спам | политик | ч[её]рн\w* \s спис | unerwünscht | indésirable
          # A server that states why it refused a connection had accepted it.
          | \b connection \s (?: was \s | has \s been \s )? (?: refused | reset ) \b .{0,60}?
                (?: \b block | \b denied | \b access | \b filter | \b not \s (?: allowed | authori[sz]ed | permitted )
                  | \b by \s (?: (?: our | your | the ) \s )? (?: admin | filter | firewall | rule | security | local )
                  | \b (?: because | due \s to ) (?! \s (?: of \s )? (?: an? \s | the \s )? (?: network | time-?out
                      | temporar | high \b | (?: server \s | system \s )? (?: over )? load | maintenance ) ) )
          | \b (?: block(?: ed | ing )? | denied ) \b .{0,40}? \b connection \s (?: was \s )? (?: refused | reset )
            """
        ),
        _ABOUT_US,
    ),
    (NO_ANSWER, _SOFT),
    (
        re.compile(
            r"""(?ix)
            exceed(?:s|ed|ing)? .{0,30}? (?: quota | storage )
          | (?: mailbox | mail \s? folder | inbox | account | user ) .{0,40}? (?: full \b | over \s (?: its | the ) )
          | size \s limit | maximum .{0,20}? size | too \s (?: large | big )
          | out \s of \s storage | insufficient \s (?: system \s )? storage | disk \s (?: full | quota )
          | (?: storage | disk ) \s (?: space \s )? limit | not \s (?: have \s )? enough \s (?: storage \s )? space
          | exhausted .{0,20}? storage | \b space \b .{0,20}? \b used \s up | over \s the \s allowed \s quota
          | too \s many \s messages \s (?: on | in )
          | (?: try | retry ) \s (?: it \s )? (?: again | later ) | temporar | gr[ae]y-?list
          | переполнен | превышен .{0,20}? (?: квот | лимит | объ[её]м ) | временно | повторите | недостаточно \s места
          | \b voll \b | überschritten | ueberschritten | pleine | \b llen[oa] \b | \b piena \b | pełna | przepełnion
          | \b cheia \b | 空间不足
          | """
            + USED_UP
        ),
        _SOFT,
    ),
    (MAILBOX_CLOSED, _HARD),
    (
        re.compile(
            r"""(?ix)
            block(?:ed|ing) | not \s (?: accepted | allowed | authori[sz]ed | permitted )
          | (?: access | relay ) .{0,10}? denied | \b relaying \b
          | suspicious | prohibit(?:ed|ion)
          | (?: sender | ip | connection | host | message | content ) \b .{0,40}? (?: rejected | refused | denied )
          | отклонен | заблокирован
            """
        ),
        _ABOUT_US,
    ),
)
# What servers also state for a full mailbox: nothing specific, and 5.1.1 (qmail, Orange).
_STATUS_OF_ANYTHING = re.compile(r"5\.[013]\.0|5\.1\.1")
_ANY_POLICY = frozenset({"5.7.0", "5.7.1"})
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_WITH_DIGIT = re.compile(r"(?<!\S)[^\s\d]*\d\S*")  # a code or the id of a message
_GREYLISTED = re.compile(r"(?i)gr[ae]y-?list")
_THROTTLED = re.compile(r"4\.7\.\d+")
_PACE = re.compile(
    r"""(?ix)
    throttl | \b rate [\s-]? (?: limit | exceeded ) | \b (?: sending | message | submission ) \s (?: rate | limit )
  | \b too \s (?: fast | quickly | many \s (?: e-?mails | messages | requests | recipient \s attempts ) )
  | \b (?: e-?mails | messages ) \s per \s (?: second | minute | hour | day )
  | \b (?: daily | hourly ) \s [\w\s]{0,20} (?: limit | quota )
    """
)
_SENDER_UNKNOWN = re.compile(r"4\.1\.[78]")  # for now: as while the name servers of the sender's domain are away


def reply_class(code: int | None, status: str | None, text: str) -> ReplyClass:
    """The class of a refusal: `code` such as 550, `status` such as 5.1.1, and the text of the server.

    An objection to this sender never says anything about the recipient. What nothing recognises is taken for a
    temporary state, also 550: it refuses a mailbox that does not exist, or any other by policy (RFC 5321, 4.2.3).
    """
    return recognised_class(code, status, text) or _SOFT


def recognised_class(code: int | None, status: str | None, text: str) -> ReplyClass | None:
    """The class of a refusal by its status, its temporary code or its text; None where nothing is recognised.

    A text that names a state that ends takes precedence over a status or words that mean "no such mailbox": a mailbox
    that does not exist is suppressed too, once such refusals repeat.
    So does one in which a reader refuses the sender, or a server does not answer, and one that is about the sender
    alone, such as a list that it is on or the pace at which it sends.
    """
    text = spelled_out(text)
    found = _first_class(code, status, text)
    may_end = any(pattern.search(text) for pattern in (PASSING, READER_REFUSES, NO_ANSWER))
    return _SOFT if found is not _ABOUT_US and may_end else found


def _first_class(code: int | None, status: str | None, text: str) -> ReplyClass | None:
    by_status = next((found for pattern, found in _BY_STATUS if pattern.fullmatch(status or "")), None)
    if status == "5.7.1" and RESTRICTED_MAILBOX.search(text):
        return _SOFT
    if is_refused_by_reader(status, text):
        return _SOFT
    if status in _ANY_POLICY and (about_reader := _class_of_policy(text)) is not None:
        return about_reader
    if by_status is not None:
        return _ABOUT_US if by_status is _HARD and _objects_to_sender(text) else by_status
    if code is not None and code < 500:
        return _SOFT
    return _class_of_text(text) or _BY_STATUS_AFTER_TEXT.get(status or "")


def is_full_mailbox(status: str | None, text: str) -> bool:
    """Whether a refusal means that the recipient's mailbox is full: 5.2.2, or the text where no status says more."""
    if status in _ANY_POLICY:
        return _class_of_policy(text) is _SOFT
    if status is not None and not _STATUS_OF_ANYTHING.fullmatch(status):
        return status == "5.2.2"  # RFC 3463, 3.3; Gmail and Exchange send it after DATA with 552 and 554
    text = spelled_out(text)
    return FULL_MAILBOX.search(text) is not None and _class_of_text(text) is _SOFT


def is_refused_by_reader(status: str | None, text: str) -> bool:
    """Whether a reader refuses the sender with the status of any policy, 5.7.0 or 5.7.1, and no word is about spam."""
    text = spelled_out(text)
    if status not in _ANY_POLICY or READER_REFUSES.search(text) is None:
        return False
    return _class_of_text(READER_REFUSES.sub("", text)) is not _ABOUT_US


def is_throttling(code: int | None, status: str | None, text: str) -> bool:
    """Whether a receiver asks for a slower pace: 4.7.x, or without a status 421 or words about the pace.

    Greylisting defers each recipient once and is over sooner if all of them are tried; 421 with 4.3.2 or 4.4.2 is the
    end of one connection.
    """
    if _GREYLISTED.search(text):
        return False
    if status:
        return _THROTTLED.fullmatch(status) is not None
    return code == 421 or (code is not None and code < 500 and _PACE.search(text) is not None)


def is_about_sender_for_now(status: str | None, text: str) -> bool:
    """Whether a temporary refusal is about this sender: its pace, reputation, address or host, but not greylisting."""
    if _GREYLISTED.search(text):
        return False
    text = spelled_out(text)
    if status is None:
        asks_for_slower_pace = _PACE.search(text) is not None and FULL_MAILBOX.search(text) is None
        return asks_for_slower_pace or _class_of_text(text) is _ABOUT_US
    if is_throttling(None, status, text) or _SENDER_UNKNOWN.fullmatch(status):
        return True
    return status.startswith("4.") and status != "4.2.2" and _objects_to_sender(text)


def _class_of_policy(text: str) -> ReplyClass | None:
    """What a text about the recipient's mailbox alone says, in spite of the status of a policy; None for any other."""
    if REJECTED_AS_CLOSED.search(text):
        return _HARD
    text = RECIPIENT_REJECTED.sub("", HOST.sub("", text.rpartition("said:")[2]))
    words = frozenset(_WORD.findall(_WITH_DIGIT.sub("", text.lower())))
    if not words <= WORDS_ABOUT_MAILBOX:
        return None
    if NO_MAILBOX.search(text):
        return _HARD
    return _SOFT if FULL_MAILBOX.search(text) and not words.isdisjoint(MAILBOXES) else None


def _objects_to_sender(text: str) -> bool:
    """Whether a text is about the sender alone, as some servers write it after the status of an unknown mailbox."""
    text = HOST.sub("", text)
    # A domain or an address that is named then is that of the sender.
    if SENDER_REJECTED.search(text) or SENDER_REFUSED_TRANSLATED.search(text):
        return True
    if RELAY_SUPPRESSES.search(text) or NO_MAILBOX.search(text):
        return False
    if SENDER_LISTED.search(text):
        return True
    is_objection = any(pattern.search(text) for pattern in (ABOUT_SENDER, SPAM_VERDICT, POLICY_VERDICT))
    return is_objection and MAILBOX_CLOSED.search(text) is None


def _class_of_text(text: str) -> ReplyClass | None:
    return next((found for pattern, found in _BY_TEXT if pattern.search(text)), None)

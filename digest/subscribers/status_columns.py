"""What the columns of another system's export state about who is subscribed. Pure.

Names and values were compared on 2026-11-26 with the code, exported files or documentation of Ghost, listmonk,
Mailchimp, MailPoet, Substack and phpList, and the column names of Buttondown and UniSender with their documentation;
those of Keila and Mautic, and UniSender's values, are not verified. Where several columns of a row state something,
the one that allows least counts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from functools import lru_cache
from pathlib import PurePath

from digest.errors import ConfigurationError
from digest.model.subscribers import SubscriberStatus
from digest.parsing.csv_table import shown
from digest.subscribers.column_names import normalised

_S = SubscriberStatus
_BY_RESTRICTION = (_S.SUPPRESSED, _S.UNSUBSCRIBED, _S.PENDING, _S.CONFIRMED)
_MOST_VALUES = 5  # values that a message lists
_CACHED_VALUES = 1_024
# How the command is told what rows are.
_OF_SUCH_ROWS = "state what such rows are: --status confirmed, --status unsubscribed …"
_OF_ITS_ROWS = "state what its rows are: --status unsubscribed, --status suppressed, --status confirmed …"


class Meaning(Enum):
    """How the values of a column are to be read."""

    STATUS = auto()  # one word
    SUBSCRIBED = auto()  # yes or no
    CONFIRMED = auto()  # yes or no; no is pending
    UNSUBSCRIBED = auto()  # yes or no, or when
    SUPPRESSED = auto()  # yes or no, or when
    UNSUBSCRIBED_IF_FILLED = auto()  # a moment, a reason, a campaign
    SUPPRESSED_IF_FILLED = auto()
    DO_NOT_CONTACT = auto()  # Mautic: 0 no, 1 unsubscribed, 2 bounced, 3 by hand
    AVAILABILITY = auto()  # UniSender
    UNKNOWN = auto()  # looks like a status, but which values it has is not known
    UNKNOWN_IF_FILLED = auto()
    PERHAPS = auto()  # may be about a mailing: yes and no are not known to be a status, anything else is none


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAMES: Mapping[Meaning, frozenset[str]] = {
    Meaning.STATUS: _words(
        "status state global_status list_status email_status subscription_status subscriber_status subscriber_type "
        "subscription_state member_status contact_status user_status newsletter_status marketing_status "
        "email_marketing_status email_marketing_consent marketingstatus subscription статус состояние статус_подписки "
        "статус_подписчика статус_контакта статус_адреса статус_email статус_e_mail"
    ),
    Meaning.SUBSCRIBED: _words(
        "subscribed_to_emails subscribed_to_newsletter subscribed_to_newsletters "
        "subscribed is_subscribed email_subscribed active is_active enabled is_enabled opt_in "
        "optin opted_in email_opt_in newsletter accepts_marketing accepts_email_marketing email_consent consent "
        "подписан подписка подписчик рассылка согласие согласен активен"
    ),
    Meaning.CONFIRMED: _words(
        "confirmed is_confirmed email_confirmed is_this_user_confirmed is_this_subscriber_confirmed подтвержден"
    ),
    Meaning.UNSUBSCRIBED: _words(
        "unsubscribed is_unsubscribed unsubscribe email_disabled disabled is_disabled is_this_account_disabled opt_out "
        "optout opted_out email_opt_out has_opted_out_of_email hasoptedoutofemail unsubscribed_from_all_email inactive "
        "is_inactive deleted is_deleted removed отписан отписался отписка"
    ),
    Meaning.SUPPRESSED: _words(
        "blacklisted is_blacklisted email_blacklisted emailblacklisted blocklisted is_blocklisted blocked is_blocked "
        "email_blocklisted emailblocklisted suppressed is_suppressed banned bounced hard_bounced "
        "is_this_user_blacklisted is_this_subscriber_blacklisted "
        "complained spam cleaned undeliverable unreachable invalid заблокирован"
    ),
    Meaning.DO_NOT_CONTACT: _words("dnc is_dnc do_not_contact donotcontact do_not_email donotemail do_not_mail"),
    Meaning.UNSUBSCRIBED_IF_FILLED: frozenset(["email_unsubscribed_list_ids"]),
    Meaning.AVAILABILITY: frozenset(["email_availability"]),
}
_NO_STATUS = _words(
    "active_subscription complimentary_plan churn_date bounce_date bounce_reason paused_until email_excluded_list_ids "
    "did_this_user_manually_confirm did_this_subscriber_manually_confirm"
)
_ENDED = r"(?:^|_)(?:un_?sub\w*|opt(?:ed)?_?out|deleted|removed|отпис\w*|удал\w*)(?:_|$)"
_REFUSED = (
    r"(?:^|_)(?:suppress\w*|blocked|block_?list\w*|black_?list\w*|undeliver\w*|complain\w*|clean(?:ed)?|блок\w*)(?:_|$)"
)
_OTHER_STATE = (
    r"status|(?:^|_)(?:state|(?:is|un)?_?subscribed|opt(?:ed)?_?in|consent\w*|permission\w*|(?:is|in)?active|enabled"
    r"|disabled|confirmed|verified|bounced?|spam\w*|banned|dnc|do_?not_?\w+|(?:in)?valid|unreachable"
    r"|paused|cancell?ed|gdpr\w*|статус\w*|состояни\w*"
    r"|no_(?:e_?)?mails?|muted?|silenced|подпис\w*|соглас\w*|(?:не)?актив(?:ен|на|ный)|отказ\w*|недоступ\w*"
    r"|(?:не_?)?достав\w*|жалоб\w*|abgemeldet|angemeldet|statut|estado|desinscrit|baja)(?:_|$)"
)
# These state something also as a moment, but not what: a membership that was paid, or the mailing.
_OTHER_END = (
    r"(?:^|_)(?:left|quit|bounced|suspend\w*|banned|deactivat\w*|cancell?\w*|signed_off|subscription_end\w*)(?:_|$)"
)
_OF_MAILING = re.compile(
    r"(?:^|_)(?:newsletters?|digests?|mailings?|receiv\w*|wants?|allow\w*|notif\w*|send_(?:e_?)?mails?|рассыл\w*|получа\w*"
    r"|уведомл\w*)(?:_|$)|subscriptions?_?email"
)
_WRITTEN_TOGETHER = (
    r"un_?subscri|opt(?:ed)?_?out|bl(?:ack|ock)_?list|is_?(?:in)?valid|не_?подпис|отпис"  # such as HasOptedOutOfEmail
)
_LOOKS_LIKE_STATUS = re.compile(f"{_ENDED}|{_REFUSED}|{_OTHER_END}|{_OTHER_STATE}|{_WRITTEN_TOGETHER}")
_DETAIL = re.compile(
    r"(?:_|^)(?:at|on|date|time|times|timestamp|datetime|reason\w*|campaign\w*|дата|время|причина)(?:_|$)"
)
_TECHNICAL = re.compile(
    r"^(?:phone|sms|push|whatsapp|mobile|last|first|days)_|count$"
    r"|(?:^|_)(?:url|link|hash|token|key|uuid|ip|ids?|source|form|method|by|via|number|num|count|total|rate|score)(?:_|$)"
    r"|(?:^|_)(?:country|province|region|city|zip|address|billing|shipping|home|us|источник|способ|форма|список)(?:_|$)"
)

_WORDS: Mapping[SubscriberStatus, frozenset[str]] = {
    _S.CONFIRMED: _words(
        "confirmed subscribed active enabled regular premium paid gifted comped free trialed churning past_due paused "
        "opt_in optin opted_in single_opt_in double_opt_in подписан подписана подписался подписалась подписчик активен "
        "активна активный активирован"
    ),
    _S.PENDING: _words(
        "pending unconfirmed not_confirmed unactivated new invited activation_requested waiting never_subscribed "
        "transactional ожидает ожидает_подтверждения не_подтвержден неподтвержден новый приглашен"
    ),
    _S.UNSUBSCRIBED: _words(
        "unsubscribed not_subscribed non_subscribed opt_out optout opted_out disabled inactive removed deleted "
        "archived cancelled canceled отписан отписана отписался отписалась отписавшийся неактивен неактивна неактивный "
        "не_подписан отказался отказалась"
    ),
    _S.SUPPRESSED: _words(
        "suppressed blocklisted blacklisted blocked banned bounced hard_bounced cleaned undeliverable unreachable "
        "invalid complained complaint spam spammy junk заблокирован заблокирована недоступен жалоба_на_спам"
    ),
}
_STATUS_OF_WORD = {word: status for status, words in _WORDS.items() for word in words}
# Words that say of a reader that they left or bounced, whatever the column is called.
_PLAIN_WORDS = _words(
    "unsubscribed not_subscribed opt_out opted_out suppressed blocklisted blacklisted bounced hard_bounced "
    "undeliverable complained complaint отписан отписана отписался отписалась не_подписан отказался отказалась "
    "жалоба_на_спам"
)
_PLAIN_STATUSES = {word: _STATUS_OF_WORD[word] for word in _PLAIN_WORDS} | dict.fromkeys(
    _words("bounce hard_bounce hardbounce spam_complaint spamcomplaint manual_suppression"), _S.SUPPRESSED
)
_PLAIN = {word.replace("_", mark): status for word, status in _PLAIN_STATUSES.items() for mark in ("_", " ", "-", "")}
_PLAIN_CELLS = frozenset(form(word) for word in _PLAIN for form in (str.lower, str.capitalize, str.title, str.upper))
_NAME_OF_OTHERS = re.compile(
    r"(?:^|_)((?:un|non)_?subs?(?:cri\w*)?|opt(?:ed)?_?outs?|bounce[sd]?|hard_?bounces?|complain\w*|suppress\w*|inactive"
    r"|(?:black|block|stop)_?list\w*|unconfirmed|do_?not_?(?:e_?)?(?:mail|contact)|отпис\w*|отказ\w*|черный_список|стоп_?лист)(?:_|$)"
)
_YES = _words("true yes y t on 1 да истина")
_NO = _words("false no n f off 0 null none нет ложь")
_YES_OR_NO = _YES | _NO
_UNFILLED = re.compile(r"[\W_0]*|null|none|nil|false|never|n_a|нет")  # also 0000-00-00 00:00:00 of MySQL
_MOMENT = re.compile(r"\d{1,4}\D\d{1,2}\D\d{1,4}.*|\d{9,13}", re.DOTALL)
_REACHABLE = _words("available temp_unreachable mailbox_full spam_rejected spam_folder unknown")


def _values(
    yes: SubscriberStatus, no: SubscriberStatus | None, **others: SubscriberStatus | None
) -> dict[str, SubscriberStatus | None]:
    return {**_STATUS_OF_WORD, **dict.fromkeys(_YES, yes), **dict.fromkeys(_NO, no), **others}


_VALUES: Mapping[Meaning, Mapping[str, SubscriberStatus | None]] = {
    Meaning.STATUS: _STATUS_OF_WORD,
    Meaning.SUBSCRIBED: _values(_S.CONFIRMED, _S.UNSUBSCRIBED),
    Meaning.CONFIRMED: _values(_S.CONFIRMED, _S.PENDING),
    Meaning.UNSUBSCRIBED: _values(_S.UNSUBSCRIBED, None),
    Meaning.SUPPRESSED: _values(_S.SUPPRESSED, None),
    Meaning.DO_NOT_CONTACT: _values(
        _S.UNSUBSCRIBED, None, **{"2": _S.SUPPRESSED, "3": _S.UNSUBSCRIBED}, manual=_S.UNSUBSCRIBED, contactable=None
    ),
    Meaning.AVAILABILITY: {**dict.fromkeys(_REACHABLE), "unreachable": _S.SUPPRESSED},
}
_UNKNOWN = frozenset({Meaning.UNKNOWN, Meaning.UNKNOWN_IF_FILLED, Meaning.PERHAPS})
_IF_FILLED = {Meaning.UNSUBSCRIBED_IF_FILLED: _S.UNSUBSCRIBED, Meaning.SUPPRESSED_IF_FILLED: _S.SUPPRESSED}
_OF_MOMENT: Mapping[Meaning, SubscriberStatus | None] = {  # `subscribed` may hold the day of the subscription
    Meaning.SUBSCRIBED: None,
    Meaning.CONFIRMED: None,
    Meaning.UNSUBSCRIBED: _S.UNSUBSCRIBED,
    Meaning.SUPPRESSED: _S.SUPPRESSED,
}


class UnknownStatusError(ValueError):
    """A value that states something about a subscription, but it is not known what."""


class StatusColumns:
    """The columns of a list that state who is subscribed: name and meaning by place."""

    def __init__(self, names: Sequence[str]) -> None:
        compared = [normalised(name) for name in names]
        found = ((place, _meaning(name, compared)) for place, name in enumerate(compared))
        self.meanings = {place: meaning for place, meaning in found if meaning is not None}
        self.unknown = frozenset(place for place, meaning in self.meanings.items() if meaning in _UNKNOWN)
        self.default = _default(compared)
        self._names = names

    def read(self, cells: Sequence[str], *, ignore_unknown: bool) -> SubscriberStatus | None:
        """What a row states, None for nothing; raises UnknownStatusError unless unknown values are to be ignored."""
        stated = set()
        for place, meaning in self.meanings.items():
            if place < len(cells):
                try:
                    stated.add(_status(meaning, cells[place]))
                except UnknownStatusError:
                    if not ignore_unknown:
                        raise
        return next((status for status in _BY_RESTRICTION if status in stated), None)

    def require_known(self, rows: Iterable[Sequence[str]], file: str, choose: str = "") -> None:
        """Raise ConfigurationError if a row has a value whose meaning is not known; it names columns and values.

        `choose`: how a person states what such rows are, where it is not by the command.
        """
        unknown: dict[int, dict[str, None]] = {}
        for cells in rows:
            for place, meaning in self.meanings.items():
                if place < len(cells) and not _is_known(meaning, cells[place]):
                    unknown.setdefault(place, {})[shown(cells[place].strip())] = None
        if unknown:
            columns = (f"{shown(self._names[place])} ({_listed(values)})" for place, values in sorted(unknown.items()))
            raise ConfigurationError(
                f"{file}: nothing was imported: it is not clear who is subscribed, by the column "
                f"{' and the column '.join(columns)}; change these values to {', '.join(_S)}, "
                f"or {choose or _OF_SUCH_ROWS}"
            )


def has_plain_status(cells: Iterable[str]) -> bool:
    """Whether a cell plainly states that a reader left or bounced, found quickly (benchmarks: importing)."""
    return not _PLAIN_CELLS.isdisjoint(map(str.strip, cells))


def plain_status(cell: str) -> SubscriberStatus | None:
    """What a cell of any column plainly states about a reader who left or bounced, such as `Unsubscribed`."""
    return _PLAIN.get(cell.casefold())


def may_say_who_left(name: str) -> bool:
    """Whether a column that is not read may hold such words about mail: a phone's status says nothing."""
    return _TECHNICAL.search(normalised(name)) is None


def require_subscribed_by_name(name: str, file: str, choose: str = "") -> None:
    """Raise ConfigurationError for a list, which messages call `file`, with a name such as `unsubscribed.csv`."""
    found = _NAME_OF_OTHERS.search(normalised(PurePath(name).name))
    if found:
        raise ConfigurationError(
            f"{file}: nothing was imported: no column states who is subscribed, and the file is called "
            f"{found[1].removesuffix('_csv').replace('_', ' ')}; {choose or _OF_ITS_ROWS}"
        )


def _default(names: Sequence[str]) -> SubscriberStatus | None:
    """What Mailchimp's separate files of unsubscribed and cleaned contacts state about every row."""
    if "leid" in names and "unsub_time" in names:
        return _S.UNSUBSCRIBED
    return _S.SUPPRESSED if "leid" in names and "clean_time" in names else None


def _meaning(name: str, names: Sequence[str]) -> Meaning | None:
    known = next((meaning for meaning, of_meaning in _NAMES.items() if name in of_meaning), None)
    if known is not None or name in _NO_STATUS:
        return known
    if name == "type" and ("email_address" in names or "unsubscription_date" in names):  # Buttondown
        return Meaning.STATUS
    if _LOOKS_LIKE_STATUS.search(name) is None:
        return Meaning.PERHAPS if _OF_MAILING.search(name) and not _TECHNICAL.search(name) else None
    if _DETAIL.search(name):
        return _meaning_of_detail(name)
    return None if _TECHNICAL.search(name) else Meaning.UNKNOWN


def _meaning_of_detail(name: str) -> Meaning | None:
    """The meaning of a moment or a reason: that somebody left states it where it is there."""
    if re.search(_ENDED, name):
        return Meaning.UNSUBSCRIBED_IF_FILLED
    if re.search(_REFUSED, name):
        return Meaning.SUPPRESSED_IF_FILLED
    return Meaning.UNKNOWN_IF_FILLED if re.search(_OTHER_END, name) else None


def _is_known(meaning: Meaning, cell: str) -> bool:
    try:
        _status(meaning, cell)
    except UnknownStatusError:
        return False
    return True


@lru_cache(_CACHED_VALUES)
def _status(meaning: Meaning, cell: str) -> SubscriberStatus | None:
    value = normalised(cell)
    if not value:
        return None
    if meaning in _IF_FILLED:
        return None if _UNFILLED.fullmatch(value) else _IF_FILLED[meaning]
    values = _VALUES.get(meaning, {})
    if meaning is Meaning.PERHAPS and value not in _YES_OR_NO:
        return None
    if meaning is Meaning.UNKNOWN_IF_FILLED and _UNFILLED.fullmatch(value):
        return None
    if value in values:
        return values[value]
    if meaning in _OF_MOMENT and _MOMENT.fullmatch(value):
        return None if _UNFILLED.fullmatch(value) else _OF_MOMENT[meaning]
    raise UnknownStatusError("the status is unknown")


def _listed(values: Iterable[str]) -> str:
    known = list(values)
    more = len(known) - _MOST_VALUES
    return ", ".join(known[:_MOST_VALUES]) + (f" and {more} more" if more > 0 else "")

"""What a value states about who is subscribed, in a column whose meaning is known. Pure.

UniSender's values are not verified; those of the others were compared as their names were.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from digest.model.subscribers import SubscriberStatus
from digest.subscribers.column_meanings import Meaning, words
from digest.subscribers.column_names import normalised, separated

_S = SubscriberStatus
RESTRICTIONS = {_S.CONFIRMED: 0, _S.PENDING: 1, _S.UNSUBSCRIBED: 2, _S.SUPPRESSED: 3}
"""The larger, the less mail a reader may get."""

_CACHED_VALUES = 1_024


_WORDS: Mapping[SubscriberStatus, frozenset[str]] = {
    _S.CONFIRMED: words(
        "confirmed subscribed active enabled regular premium paid gifted comped free trialed churning past_due "
        "opt_in optin opted_in single_opt_in double_opt_in ok valid deliverable marketing_contact "
        "active_subscriber aktiv angemeldet bestatigt подписан подписана подписался подписалась подписчик активен "
        "підписаний підписана підписався підписалась підписалася підписник "
        "активна активный активная действующий подписан_а активирован подтвержден подтверждена подтвержденный"
    ),
    _S.PENDING: words(
        "pending unconfirmed not_confirmed unactivated not_activated validating new "
        "invited activation_requested waiting awaiting_confirmation never_subscribed no_permissions_set "
        "non_marketing_contact "
        "transactional не_подтверждено ожидает ожидает_активации ожидает_подтверждения запрошено_подтверждение "
        "не_подтвержден неподтвержден неподтвержденный новый приглашен"
    ),
    _S.UNSUBSCRIBED: words(
        "unsubscribed not_subscribed non_subscribed opt_out optout opted_out disabled inactive removed deleted "
        "archived cancelled canceled отписан отписана отписался отписалась отписавшийся неактивен неактивна неактивный "
        "не_подписан отказался отказалась отписка подписка_отменена отписан_а отписался_от_рассылок "
        "отписался_от_всех_рассылок "
        "отключен удален"
    ),
    _S.SUPPRESSED: words(
        "suppressed blocklisted blacklisted blocked banned bounced hard_bounced cleaned undeliverable unreachable "
        "invalid complained complaint spam spammy marked_as_spam junk заблокирован заблокирована "
        "недоступен недоступный жалоба_на_спам жалоба пожаловался пожаловалась не_существует несуществующий"
    ),
}
_DEATHS = words("deceased умер умерла скончался скончалась помер померла")
# Words that say of a reader that they left or bounced, whatever the column is called: of lists, and of the events that
# Postmark, SendGrid, Mailgun, Mandrill, SparkPost, Brevo and Amazon SES name.
_PLAIN_WORDS: Mapping[SubscriberStatus, frozenset[str]] = {
    _S.UNSUBSCRIBED: words(
        "unsubscribed unsubscribe unsubscribes unsubscriber unsubscribers unsubscription unsub unsubs unsubbed "
        "group_unsubscribe list_unsubscribe link_unsubscribe not_subscribed opt_out opt_outs optout opted_out "
        "unsubscribe_me do_not_email do_not_mail do_not_send do_not_contact no_mail no_email "
        "remove_from_list remove_from_mailing_list "
        "отписан отписана отписался отписалась отписавшийся отписавшиеся "
        "отписались отписка отписки отписаться отписать отпишите не_подписан отказался отказалась отказались "
        "отменил_подписку отменила_подписку удалить_из_рассылки убрать_из_рассылки исключить_из_рассылки "
        "удалить_из_списка убрать_из_списка исключить_из_списка вычеркнуть вычеркнуть_из_списка "
        "вычеркнуть_из_рассылки "
        "abgemeldet abbestellt désinscrit désinscrite désabonné désabonnée desuscrito disiscritto descadastrado "
        "uitgeschreven afgemeld wypisany odhlášen "
        "не_присылать не_писать не_слать не_отправлять не_рассылать не_высылать не_беспокоить "
        "больше_не_присылать больше_не_писать больше_не_слать больше_не_отправлять не_хочет_получать "
        "не_присылайте не_пишите не_шлите не_отправляйте не_беспокойте отпишите_меня "
        "просил_не_присылать просила_не_присылать просил_не_писать просила_не_писать "
        "відписаний відписана відписався відписалась відписалася відписалися відмовився відмовилась "
        "відписати видалити_з_розсилки прибрати_з_розсилки не_надсилати не_писати більше_не_надсилати"
    )
    | _DEATHS,
    _S.SUPPRESSED: words(
        "suppressed suppression_list blocklist blocklisted blacklist blacklisted bounce bounces bounced hard_bounce "
        "hard_bounces hard_bounced undeliverable complaint complaints complained spam_complaint "
        "spam_complaints spam_report spam_reports spam_reported marked_as_spam reported_as_spam manual_suppression "
        "manually_suppressed spamtrap spam_trap спам_ловушка permanent_bounce permanent_failure permanent_fail "
        "bad_email_address invalid_email "
        "invalid_email_address admin_blocked жалоба_на_спам черный_список чёрный_список стоп_лист "
        "mailbox_not_found no_such_user user_unknown unknown_user несуществующий невалид невалиден невалидный не_валид "
        "не_существует ящик_не_существует адрес_не_существует почта_не_существует "
        "скарга_на_спам чорний_список"
    ),
}
_PLAIN = {
    form.replace("_", mark): status
    for status, of_status in _PLAIN_WORDS.items()
    for word in of_status
    for form in (word, normalised(word))
    for mark in ("_", " ", "-", "")
}
_STATUS_OF_WORD = {
    **{normalised(word): status for word, status in _PLAIN.items()},
    **{word: status for status, of_status in _WORDS.items() for word in of_status},
}
# What may be around such a word: spaces, also invisible ones, and punctuation.
_AROUND = " \t\r\n\u00a0\u200b\ufeff.,;:!?*#[](){}<>\"'«»“”"
# And a day, as in "unsubscribed 2026-05-01"; a number alone would be that of bounces.
_AROUND_WITH_DAY = f"{_AROUND}0123456789-–—/"
_LEAST_DIGITS = 5  # of a day, such as 12.5.26
_BETWEEN_WORDS = re.compile(r"[,;|/\[\](){}\"'\n]+")
_NOT_ENDED = words(
    "subscribed opt_in optin opted_in single_opt_in double_opt_in valid deliverable active_subscriber angemeldet "
    "подписан подписана подписался подписалась подписчик подписан_а"
)
_OWN = {status.value: status for status in _S}
# What services that check addresses say. An address that is good states nothing about a subscription, and one of those
# that are neither good nor bad is a question.
_GOOD_CHECKS = words(
    "valid deliverable ok okay good pass passed accepted accepted_email safe safe_to_send success successful verified "
    "exists correct working alive allowed true yes y да "
    "валид валиден валидный валидна валидно ок хороший хорошо прошел прошла пройдено пройдена успешно существует "
    "доставляемый доставляется рабочий работает корректный корректен корректно действителен действительный "
    "действует действующий верный верно проверен проверено подтвержден подтверждено живой"
)
_BAD_CHECKS = words(
    "invalid undeliverable bad fail failed failure bounce bounced hard_bounce rejected rejected_email spamtrap "
    "spam_trap trap honeypot abuse toxic complainer syntax syntax_error invalid_email invalid_domain invalid_smtp "
    "invalid_syntax no_mx "
    "no_dns_entries not_found mailbox_not_found does_not_exist not_exist nonexistent non_existent dead broken "
    "not_valid not_deliverable wrong incorrect "
    "невалид невалиден невалидный невалидна невалидно не_валид не_валиден не_валидный не_валидно недействителен "
    "недействительный недействительна недействительно не_действителен не_существует несуществующий недоставляемый "
    "не_доставляемый не_доставляется не_доставлено ловушка спам_ловушка плохой плохо битый мертвый мертв нерабочий "
    "не_рабочий не_работает некорректный некорректен некорректно не_корректный неверный неверно ошибочный "
    "не_прошел не_прошла не_пройдено не_пройдена провал не_найден не_найдено нет_ящика ящика_нет отклонен отклонено"
)
_DOUBTFUL_CHECKS = words(
    "risky risk unknown unsure unclear catch_all catchall accept_all acceptall disposable role role_based role_account "
    "unverified unverifiable not_verified reverify timeout time_out error duplicate greylisted mailbox_full "
    "full_mailbox inbox_full suspicious doubtful low poor low_quality low_deliverability high_risk no_connect "
    "unavailable_smtp unexpected_error temporary temporary_error "
    "рискованный рискованно риск неизвестно неизвестный неизвестен сомнительный сомнительно одноразовый временный "
    "ролевой принимает_все ошибка не_проверен не_проверено непроверенный не_удалось_проверить переполнен таймаут "
    "подозрительный недоступен недоступный низкое низкий"
)
_YES = words("true yes y t on 1 да истина")
_NO = words("false no n f off 0 null none нет ложь")
_OTHER_NO = words("nein non nao nie nej nee ne ні hayır жоқ")
_OTHER_YES = words("ja oui si sim tak ano так evet иә")
_EVERY_YES = _YES | _OTHER_YES
_TICKS = words("x х v + ✓ ✔ ☑ ✅ checked ticked")  # also the Cyrillic letter
_AROUND_TICK = " \t\ufe0f"  # and what makes an emoji of it
_YES_OR_NO = _EVERY_YES | _NO | _OTHER_NO
_NEVER = words(
    "do_not_send do_not_allow not_allowed "
    "never no_mail no_email nomail disabled stopped paused nie jamais nunca mai никогда отключено отключена отключен "
    "выключено выключена выключен не_получать не_присылать"
)
_LEAVES = _WORDS[_S.UNSUBSCRIBED] | _WORDS[_S.SUPPRESSED] | {_S.PENDING}
_UNFILLED_WORDS = words("null none nil nan nat na n_a n false no never undefined нет")
# Also 0000-00-00 00:00:00 of MySQL and 0001-01-01T00:00:00Z of Go and .NET.
_UNFILLED = re.compile(r"[\W_0]*|(?:0001_0?1_0?1|0?1_0?1_0001)_?t?[0_z]*")
# The first or the last day that a system knows; it may stand for no day.
_NO_DAY = re.compile(r"(?:1970_0?1_0?1|0?1_0?1_1970|1900_0?1_0?[01]|1899_12_3[01]|9999_12_31)(?:\D.*)?")
_MOMENT = re.compile(r"\d{1,4}\D\d{1,2}\D\d{1,4}.*|\d{9,13}", re.DOTALL)
_INVISIBLE = re.compile("[\\s\\u00ad\\u200b-\\u200f\\u2060\\ufeff'\"]*")
_DASH = re.compile(r"[\s.\u2010-\u2015\u2212-]*")
_REACHABLE = words("available temp_unreachable mailbox_full spam_rejected spam_folder unknown")


def _values(
    yes: SubscriberStatus, no: SubscriberStatus | None, **others: SubscriberStatus | None
) -> dict[str, SubscriberStatus | None]:
    return {**_STATUS_OF_WORD, **dict.fromkeys(_YES, yes), **dict.fromkeys(_NO, no), **others}


def _values_of_end(yes: SubscriberStatus, **others: SubscriberStatus | None) -> dict[str, SubscriberStatus | None]:
    """An end that is active or confirmed is one; that somebody is "not suppressed" says nothing."""
    values = {**dict.fromkeys(f"not_{word}" for word in _LEAVES), **_values(yes, None, **others)}
    return {word: status for word, status in values.items() if status is not _S.CONFIRMED or word in _NOT_ENDED}


_VALUES: Mapping[Meaning, Mapping[str, SubscriberStatus | None]] = {
    Meaning.STATUS: _STATUS_OF_WORD,
    Meaning.STATE: _STATUS_OF_WORD,
    Meaning.STATUS_LETTER: {
        **_STATUS_OF_WORD,
        "c": _S.CONFIRMED,
        "s": _S.PENDING,
        "u": _S.UNSUBSCRIBED,
        "b": _S.SUPPRESSED,
        "p": _S.SUPPRESSED,
    },
    Meaning.SUBSCRIBER_TYPE: {**_STATUS_OF_WORD, "paused": _S.CONFIRMED},  # the payment is paused
    Meaning.SUBSCRIBED: _values(_S.CONFIRMED, _S.UNSUBSCRIBED),
    Meaning.SUBSCRIBER: _values(_S.CONFIRMED, _S.UNSUBSCRIBED),
    Meaning.CONFIRMED: _values(_S.CONFIRMED, _S.PENDING),
    Meaning.UNSUBSCRIBED: _values_of_end(_S.UNSUBSCRIBED),
    Meaning.SUPPRESSED: _values_of_end(_S.SUPPRESSED),
    Meaning.DO_NOT_CONTACT: _values_of_end(
        _S.UNSUBSCRIBED,
        **{"2": _S.SUPPRESSED, "3": _S.UNSUBSCRIBED},
        manual=_S.UNSUBSCRIBED,
        contactable=None,
        allow=None,
        do_not_allow=_S.UNSUBSCRIBED,
    ),
    Meaning.PERMISSION: {**_STATUS_OF_WORD, "express": _S.CONFIRMED, "explicit": _S.CONFIRMED},
    Meaning.EU_CONSENT: {"granted": None, "unknown": None, "denied": _S.UNSUBSCRIBED},
    Meaning.CHECK: {
        **dict.fromkeys(_GOOD_CHECKS),
        **dict.fromkeys(_BAD_CHECKS, _S.SUPPRESSED),
        "do_not_mail": _S.UNSUBSCRIBED,
    },
    Meaning.AVAILABILITY: {**dict.fromkeys(_REACHABLE), "unreachable": _S.SUPPRESSED},
}
UNKNOWN = frozenset(
    {
        Meaning.UNKNOWN,
        Meaning.UNKNOWN_UNLESS_YES,
        Meaning.UNKNOWN_UNLESS_NO,
        Meaning.UNKNOWN_UNLESS_NUMBER,
        Meaning.UNKNOWN_IF_FILLED,
        Meaning.PERHAPS,
        Meaning.PERHAPS_IF_NO,
        Meaning.PERHAPS_DETAIL,
        Meaning.REASON,
        Meaning.CHECK,
        Meaning.PERHAPS_CHECK,
        Meaning.CHECK_FLAG,
    }
)
_ASKED_IF_NO = (_NO | _OTHER_NO | _NEVER | _LEAVES | {"2"}) - {"null", "none"}  # 2 is Brevo's no
_ASKED: Mapping[Meaning, frozenset[str]] = {
    Meaning.PERHAPS: _YES_OR_NO | _NEVER | _LEAVES,
    Meaning.PERHAPS_IF_NO: _ASKED_IF_NO,
    Meaning.PERHAPS_CHECK: _ASKED_IF_NO | _BAD_CHECKS | _DOUBTFUL_CHECKS,
    Meaning.STATE: (_YES_OR_NO | _NEVER) - {"on"},  # Ontario
    Meaning.SUBSCRIBER: _OTHER_NO | _NEVER,
    Meaning.PERHAPS_DETAIL: (_YES_OR_NO | _NEVER | _LEAVES) - {"null", "none"},
}
_UNLESS_NO = frozenset({Meaning.UNKNOWN_UNLESS_NO, Meaning.UNKNOWN_UNLESS_NUMBER, Meaning.CHECK_FLAG})
_IF_FILLED: Mapping[Meaning, SubscriberStatus | None] = {
    Meaning.UNSUBSCRIBED_IF_FILLED: _S.UNSUBSCRIBED,
    Meaning.SUPPRESSED_IF_FILLED: _S.SUPPRESSED,
    Meaning.UNKNOWN_IF_FILLED: None,
}
_OF_MOMENT: Mapping[Meaning, SubscriberStatus | None] = {  # `subscribed` may hold the day of the subscription
    Meaning.SUBSCRIBED: None,
    Meaning.CONFIRMED: None,
    Meaning.CHECK: None,  # or of the check
    Meaning.UNSUBSCRIBED: _S.UNSUBSCRIBED,
    Meaning.SUPPRESSED: _S.SUPPRESSED,
}
_WITH_CHECKS = frozenset({Meaning.CHECK, Meaning.PERHAPS_CHECK, Meaning.STATUS, Meaning.STATE})
_YES_OR_NO_MEANINGS = frozenset({Meaning.SUBSCRIBED, Meaning.CONFIRMED, Meaning.PERHAPS, Meaning.PERHAPS_IF_NO})


class UnknownStatusError(ValueError):
    """A value that states something about a subscription, but it is not known what."""


@lru_cache(_CACHED_VALUES)
def status_of(meaning: Meaning, cell: str) -> SubscriberStatus | None:
    """What a value states, None for nothing; raises UnknownStatusError."""
    value = normalised(cell)
    values = _VALUES.get(meaning, {})
    for form in (value, normalised(separated(cell))):
        if form in values:
            return values[form]
    if _is_none(meaning, value, cell):
        return None
    if _is_moment(meaning, value):
        return _OF_MOMENT[meaning]
    status = _IF_FILLED.get(meaning)
    if status is None:
        raise UnknownStatusError("the status is unknown")
    return status


def written_status(cell: str) -> SubscriberStatus | None:
    """The status that a cell names as Digest does, None for anything else."""
    return _OWN.get(cell.strip().lower())


def checked_status(cell: str) -> SubscriberStatus | None:
    """What a check of an address states: a bad one gets no mail."""
    return _VALUES[Meaning.CHECK].get(normalised(cell))


def is_good_check(meaning: Meaning, cell: str) -> bool:
    """Whether a cell says of an address that it was checked and is good."""
    return meaning in _WITH_CHECKS and normalised(cell) in _GOOD_CHECKS


@lru_cache(_CACHED_VALUES)
def is_ticked(cell: str) -> bool:
    """Whether a cell says yes, in one of several languages, or has a tick."""
    return normalised(cell) in _EVERY_YES or cell.strip(_AROUND_TICK).lower() in _TICKS


def is_moment_known(cell: str) -> bool:
    """Whether a cell has a moment, and not what databases write for none."""
    try:
        return not _is_unfilled(normalised(cell))
    except UnknownStatusError:
        return False


def has_plain_status(cells: Iterable[str]) -> bool:
    """Whether a cell plainly states that a reader left or bounced, found quickly (benchmarks: importing)."""
    return not _PLAIN.keys().isdisjoint([cell.strip(_AROUND_WITH_DAY).casefold() for cell in cells])


def plain_status(cell: str) -> SubscriberStatus | None:
    """What a cell of any column plainly states about a reader who left or bounced, such as `Unsubscribed`."""
    has_day = sum(map(str.isdecimal, cell)) >= _LEAST_DIGITS
    return _PLAIN.get(cell.strip(_AROUND_WITH_DAY if has_day else _AROUND).casefold())


@lru_cache(_CACHED_VALUES)
def listed_status(cell: str) -> SubscriberStatus | None:
    """The same of a cell with several tags or groups."""
    stated = (status for item in _BETWEEN_WORDS.split(cell) if (status := plain_status(item.strip())))
    return max(stated, default=None, key=RESTRICTIONS.__getitem__)


def says_that_somebody_died(cell: str) -> bool:
    """Whether a cell plainly states a death, in a column about a relative that of another person than the reader."""
    return cell.strip(_AROUND_WITH_DAY).casefold() in _DEATHS


def _is_none(meaning: Meaning, value: str, cell: str) -> bool:
    """Whether a value states nothing at all."""
    if not value:  # a cell without letters and digits, such as a tick or a dash
        is_dash = _DASH.fullmatch(cell) is not None or cell.strip() == "[]"
        return (is_dash and meaning not in _YES_OR_NO_MEANINGS) or _INVISIBLE.fullmatch(cell) is not None
    if meaning is Meaning.UNKNOWN_UNLESS_YES:
        return value in _EVERY_YES
    if meaning in _UNLESS_NO:
        return value in _NO | _OTHER_NO or (meaning is Meaning.UNKNOWN_UNLESS_NUMBER and _is_number(value))
    if meaning in _ASKED:
        return value not in _ASKED[meaning]
    if meaning is Meaning.REASON and plain_status(cell):  # read as in any other column
        return True
    return (meaning in _IF_FILLED or meaning is Meaning.REASON or _is_moment(meaning, value)) and _is_unfilled(value)


def _is_moment(meaning: Meaning, value: str) -> bool:
    return meaning in _OF_MOMENT and _MOMENT.fullmatch(value) is not None


def _is_number(value: str) -> bool:
    return value.replace("_", "").isdecimal()


def _is_unfilled(value: str) -> bool:
    if _NO_DAY.fullmatch(value):
        raise UnknownStatusError("a day that may stand for none")
    return value in _UNFILLED_WORDS or _UNFILLED.fullmatch(value) is not None

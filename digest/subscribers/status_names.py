"""What a column may state about who is subscribed, by its name. Pure.

Names were compared on 2026-11-26 with the code, exported files or documentation of Ghost, listmonk, Mailchimp,
MailPoet, Newsletter (for WordPress), Substack and phpList, and the column names of Buttondown and UniSender with their
documentation; those of AWeber, Amazon SES, Keila, Klaviyo, Mautic and Salesforce are not verified. Constant Contact's
values are as its support stated them, those of Mailganer and RuSender as in their documentation, as are the columns of
HubSpot and Dynamics; those of Drip and Wix are as in programs that use them (2026-11-29).
"""

import re
from collections.abc import Mapping, Sequence

from digest.subscribers.check_names import meaning_of_check
from digest.subscribers.column_meanings import Meaning, words
from digest.subscribers.column_names import normalised, separated
from digest.subscribers.ended_words import ENDED, OTHER_END, PERHAPS_ENDED, REFUSED, pattern

_NAMES: Mapping[Meaning, frozenset[str]] = {
    Meaning.STATUS: words(
        "status state global_status list_status email_status subscription_status subscriber_status "
        "subscription_state member_status contact_status user_status newsletter_status marketing_status "
        "email_marketing_status email_marketing_consent marketing_contact_status marketingstatus subscription "
        "email_subscriber_status "
        "статус состояние статус_подписки "
        "статус_подписчика статус_контакта статус_адреса статус_email статус_e_mail состояние_адреса "
        "состояние_подписки состояние_подписчика"
    ),
    Meaning.SUBSCRIBER_TYPE: words("subscriber_type"),
    Meaning.SUBSCRIBED: words(
        "subscribed_to_emails subscribed_to_newsletter subscribed_to_newsletters "
        "subscribe subscribed is_subscribed email_subscribed active is_active enabled is_enabled opt_in "
        "enable optin opted_in email_opt_in newsletter accepts_marketing accepts_email_marketing email_consent consent "
        "is_subscriber is_a_subscriber newsletter_subscriber email_subscriber is_newsletter_subscriber "
        "is_email_subscriber подписан_на_рассылку подписан_на_email подписан_на_e_mail подписан_на_новости "
        "подписан подписка подписчик рассылка согласие согласен активен"
    ),
    Meaning.SUBSCRIBER: words("subscriber"),
    Meaning.CONFIRMED: words(
        "confirmed is_confirmed email_confirmed activated is_activated email_activated "
        "is_this_user_confirmed is_this_subscriber_confirmed подтвержден"
    ),
    Meaning.UNSUBSCRIBED: words(
        "unsubscribed is_unsubscribed unsubscribe unsubscribe_all unsubscribed_all portal_unsubscribe "
        "email_disabled disable disabled is_disabled is_this_account_disabled opt_out "
        "unsubscribed_from_emails isunsubscribed isexcludedfromcampaigns "
        "optout opted_out email_opt_out has_opted_out_of_email hasoptedoutofemail unsubscribed_from_all_email inactive "
        "is_inactive deleted is_deleted removed archived is_archived excluded is_excluded trashed "
        "отписан отписался отписка отключен исключен отписан_от_рассылки отписан_от_рассылок отписался_от_рассылки "
        "удален выбыл"
    ),
    Meaning.SUPPRESSED: words(
        "blacklisted is_blacklisted email_blacklisted emailblacklisted blocklisted is_blocklisted blocked is_blocked "
        "email_blocklisted emailblocklisted blacklisted_email blocklisted_email "
        "blacklist blocklist black_list block_list "
        "suppressed is_suppressed email_suppressed banned bounced hard_bounced "
        "is_this_user_blacklisted is_this_subscriber_blacklisted "
        "has_hard_bounced marked_email_as_spam черный_список_email "
        "is_email_bounced email_address_quarantined invalid_email_address portal_spam_report "
        "complained spam cleaned undeliverable unreachable invalid quarantined abuse заблокирован забанен спам жалоба "
        "черный_список в_черном_списке стоп_лист в_стоп_листе"
    ),
    Meaning.DO_NOT_CONTACT: words(
        "dnc is_dnc dnd do_not_contact donotcontact do_not_email donotemail do_not_mail "
        "do_not_allow_emails do_not_allow_bulk_emails donotbulkemail emailstop"
    ),
    Meaning.UNSUBSCRIBED_IF_FILLED: words("email_unsubscribed_list_ids stop_time stop_date"),
    Meaning.SUPPRESSED_IF_FILLED: words(
        "email_bounced_reason email_bounced_date portal_bounce global_bounce email_suppressions suppression_reason"
    ),
    Meaning.AVAILABILITY: words("email_availability"),
    Meaning.PERMISSION: words("email_permission_status"),
    Meaning.UNKNOWN_UNLESS_NUMBER: words("marketing_emails_bounced"),
    Meaning.UNKNOWN_UNLESS_NO: words("hidden is_hidden"),  # TYPO3, whose newsletters leave such people out
    Meaning.REASON: words(
        "reason error error_code error_message diagnostic diagnostic_code причина ошибка текст_ошибки sub_status"
    ),
    Meaning.CHECK: words("safe_to_send is_safe_to_send email_state"),
    Meaning.CHECK_FLAG: words(
        "disposable is_disposable disposable_email catch_all catchall is_catch_all is_catchall role_account "
        "is_role_account role_based is_role_based role_based_email mailbox_full is_mailbox_full full_mailbox "
        "inbox_full toxic is_toxic одноразовый ролевой"
    ),
    Meaning.PERHAPS_IF_NO: words("adminemail double_opt_in doubleoptin double_optin"),
    Meaning.PERHAPS: words("frequency"),  # Digest's own; a list may say "never" in it
}
_NO_STATUS = words(
    "active_subscription complimentary_plan churn_date bounce_date bounce_reason paused_until email_excluded_list_ids "
    "did_this_user_manually_confirm did_this_subscriber_manually_confirm optin_time optin_ip confirm_time confirm_ip "
    "consent_to_track permission_to_track lead_status"
) | {
    f"{detail}_подписчика"
    for detail in words(
        "имя отчество фамилия фио ф_и_о пол возраст язык телефон номер компания должность комментарий группа теги "
        "рейтинг"
    )
}
# In HubSpot, true is somebody who gets no more mail of a kind. Its list of those who unsubscribed or bounced has a
# column for each kind, with nothing but its name.
_OF_HUBSPOT_KIND = "opted_out_of_email_"
_OF_HUBSPOT_LIST = "portal_unsubscribe"
# What a name says about its values, as in "Active (yes/no)", and what Dynamics writes before columns of its own.
_OF_VALUES = re.compile(r"(?i)\s*\((?:1/0|0/1|y/n|yes/no|true/false|да/нет)\)$|^\(do not modify\)\s*")

_OTHER_STATE = pattern(
    "state (?:is|un)?_?subscribed opt(?:ed)?_?in consent* permission* (?:is|in)?active enabled (?:un)?confirmed "
    "(?:un)?verified (?:in)?valid(?:ated)? paused gdpr* rgpd dsgvo doi (?:e_?)?mailable (?:e_?)?mail_?ok "
    "(?:ok|may|can)(?:_be)?(?:_to)?_?(?:e_?)?mail(?:ed)? "
    "sendable contactable deliverable "
    "статус* состояни* подпис* соглас* актив(?:ен|на|ный) достав* подтвер* валид* действует действующ* "
    "не_(?:отправл*|слать|беспоко*|писать|присыл*|рассыл*|высыл*|получ*|хо[чт]*|жела*) "
    "angemeldet einwilligung bestatigt confirme zapsan* statut estado etat stato situacao stav"
)
_OF_MAILING = pattern(
    "newsletters? digests? mailings? receiv* gets? wants? would_you_like allow* notif* send_?(?:e_?)?mails? marketing "
    "promo* (?:e_?)?mail_(?:pref*|subscriptions?) (?:in|on)_list validity verification availability frequency "
    "abonn* inscri* iscri* suscri* recevoir recibir ricevere receber "
    "рассыл* дайджест* получа* уведомл* новост* частот* периодичн* доступност*"
)
# Yes is what an import assumes; no means that there must be no mail, or that it does not arrive.
_CAN_GET_MAIL = re.compile(
    pattern(
        "(?:ok|okay|may|can|allowed|permitted)(?:_we|_i|_you|_be|_to){0,3}_"
        "(?:(?:e_?)?mail(?:ed)?|contact(?:ed)?|writ(?:e|ten)|messaged?|send|sent|reach(?:ed)?) "
        "(?:e_?)?mails?(?:_address)?(?:_is)?_(?:works?|working|okay|good|usable|alive|exists?|reachable|possible) "
        "contact_(?:ok|okay|permitted|possible) send_(?:to|messages?|letters?|news*) reachable "
        "is_(?:an?_)?(?:reader|recipient) approved eligible included? interested authori[sz]ed "
        "subscribe signed_up (?:e_?)?mail_(?:updates?|alerts?) updates_by_(?:e_?)?mail bulletins? e_?news e_?zines? "
        "news_letter mail_?list list_member mail_?shots? emailing bulk_(?:e_?)?mail daily_(?:e_?)?mail special_offers "
        "(?:e_?)?mail_me send_me_[^_]+ contact_by_(?:e_?)?mail keep_me_[^_]+ stay_in_touch communications? "
        "(?:would|d)_like_(?:an_)?(?:e_?)?mails? happy_to_be_contacted "
        "бюллетень оповещени* маркетинг информир* актуал(?:ен|ьн)* в_базе "
        "можно разреш* отправлять отправляем слать писать присылать высылать беспокоить "
        "(?:почта|адрес|e_?mail|имейл|емейл|мейл|ящик)_(?:не_)?(?:работа*|жив*|действу*|существу*|доступ*) "
        "підпис* згод* активн(?:ий|а|о) дійсн* дозв(?:ол|іл)* можна писати надсилати отримувати "
        "розсил* новини підтвердж* передплат* жазыл* раста(?:у|л|ғ|д)* белсенді келісім "
        "darf kontaktierbar erreichbar zustellbar anschreib* erlaub* gestattet aktiv gultig "
        "joignable actif autoris* valide activ[oa] valid[oa] autorizad* attiv[oa] raggiungibile contattabile "
        "autorizzat* consens[oi] aktywn[yae] wazn[yae] zgod[ay] zugestimmt zustimmung lettre_d_information "
        "confirmad[oa] boletin acepta(?:do)? aceit[ao] assinante ativ[oa] confermat[oa] abbonat[oa] "
        "zapisan[yae] potwierdzon[yae] subskry* biuletyn odebira potvrzen[oya] aktivni souhlas* prihlasen[ya]? "
        "ingeschreven bevestigd actief toestemming nieuwsbrief abone onayl* aktif izin "
    )
    + "|^(?:send|(?:e_?)?mails|recipient|письма|получатель|empfanger|subs?|nl|news|updates?|alerts?|announcements?"
    "|circulars?|broadcasts?|correspondence|акции|реклама)$"
)
_BOUNCES = re.compile(pattern("(?:hard_?|soft_?)?bounces"))
# Names that are written together, such as HasOptedOutOfEmail in lower case.
_END_TOGETHER = re.compile(r"un_?subscri|opt(?:ed)?_?out|bl(?:ack|ock)_?list|is_?invalid|не_?подпис|отпис")
_TOGETHER = f"status|{_END_TOGETHER.pattern}|is_?valid"
_LOOKS_LIKE_STATUS = re.compile(f"{ENDED}|{REFUSED}|{OTHER_END}|{_OTHER_STATE}|{_TOGETHER}")
_ACCEPTED = r"^(?!.*(?:terms|conditions|privacy|policy|cookies|tos))(?:.*_)?(?:accept|agree)[^_]*(?:_|$)"
_MAY_BE_ABOUT_MAIL = re.compile(f"{_OF_MAILING}|{_ACCEPTED}|subscriptions?_?email")

_CIRCUMSTANCES = pattern("reason* campaign* form source method by via ip причин* источник способ")
_DETAIL = re.compile(
    f"{_CIRCUMSTANCES}|{pattern('at on dates? times? timestamp datetime since until till дата время')}"
)
_MOMENT = re.compile(
    r"_(?:at|on|dates?|time|timestamp|datetime|since|until|till)$|^(?:date|time|дата|время)_|(?:date|datum)$"
)
_CONFIRMED = r"(?:confirm(?:ed|ation)?|verified|doi|double_?opt_?in|подтвержд[^_]*)"
_CONFIRMED_AT = re.compile(
    rf"(?:(?:^|_){_CONFIRMED}|^(?:e_?mail_|user_|account_)?activated)_(?:at|on|dates?|time|timestamp|datetime)$"
    rf"|^(?:date|time|дата|время)_(?:of_)?{_CONFIRMED}$"
)
_PERHAPS_ENDED = re.compile(PERHAPS_ENDED)
_OF_SOMETHING_ELSE = re.compile(
    pattern(
        "orders? payments? cards? carts? invoices? tickets? passwords? tokens? trials? заказ* оплат* платеж* парол*"
    )
)
_STATE_OF_SOMETHING_ELSE = re.compile(
    f"{_OF_SOMETHING_ELSE.pattern}|"
    + pattern(
        "marital family civil military relationship employment work job loyalty shipping shipment deals? "
        "семейн* брак* трудов* занятост* лояльност*"
    )
)
_NEGATED = re.compile(pattern("not? non never nicht kein* pas nie не ні"))
_OTHER_CHANNEL = re.compile(f"^(?:phone|mobile)_|^(?!.*mail).*{pattern('sms push whatsapp telegram viber calls?')}")
# Names of nothing but these words say that mail is wanted or arrives: yes is what an import assumes.
_IN_FAVOUR = re.compile(
    pattern(
        "consents? permissions? opt_?in opted_in (?:e_?)?mailable sendable contactable deliverable verified valid "
        "validated gdpr rgpd dsgvo doi receives? gets? согласие согласен согласна подтвержден[ао]? "
        "валид(?:ен|ный) получает"
    )
)
_OF_FAVOUR = words(
    "consent consents permission permissions optin mailable emailable sendable contactable deliverable "
    "verified valid validated gdpr rgpd dsgvo doi is has was e email emails mail mails mailing mailings newsletter "
    "newsletters marketing digest digests news receive receives get gets given granted to for the of by user users "
    "subscriber contact contacts address processing data personal согласие согласен согласна подтвержден подтверждена "
    "подтверждено валидный валиден получает на с обработку обработкой персональных данных пд перс получение "
    "рассылку рассылки "
    "рассылок рассылкой рекламы рекламную рекламной рекламных информации писем письма новости новостей новостной "
    "почта почту адрес и по емейл имейл дано"
)
_NUMBER = re.compile(f"count$|{pattern('num number count total rate score days')}")
_PLACE = re.compile(
    pattern("country province region city zip address billing shipping mailing home us адрес* город* регион* стран*")
)
_OF_ADDRESS = re.compile(pattern("country city zip postal_code postcode province street город страна индекс"))
_IDENTIFIER = re.compile(pattern("url link hash token key uuid ids?"))
_IDS_OF_END = re.compile(rf"(?:{ENDED}|{REFUSED}).*ids$")  # the lists that somebody left
# A cell such as "Complaints" or "Bounce" is what somebody works on, or the name of a company.
_WORK = re.compile(
    pattern(
        "company organi[sz]ation employer department division position job occupation industry profession "
        "компани* организаци* отдел* подразделени* должност* професси*"
    )
)
_RELATIVE = re.compile(
    pattern(
        "spouses? husbands? wife wives partners? mothers? fathers? parents? sons? daughters? child children "
        "siblings? brothers? sisters? relatives? next_of_kin супруг* муж жена мать отец родител* сын дочь дети "
        "ребенок брат сестра родственник* чоловік дружина"
    )
)
_ENDS = re.compile(f"{ENDED}|{REFUSED}|{OTHER_END}")
# With such a word no may mean that somebody is still blocked, or bounced: "without complaints", "bounce resolved".
_WITHOUT_END = re.compile(
    pattern(
        "without free zero sans ohne senza sin bez lifted resolved? solved fixed cleared restor* return* back "
        "re_?activ* re_?sub* passed ok survived whitelist* allow_?list* "
        "без нул* снят(?:а|о|ы)? снятие восстан* вернул* возвра* повторн* решен(?:а|о|ы)? прош(?:ел|ла|ли)"
    )
)
# The same where such a word is about another end: "removed from the blacklist".
_END_OF_END = re.compile(
    pattern(
        "removed deleted left quit cancell?* deactivat* disabled archived exclude* expired ceased withdr* revok* "
        "удал* исключ* отключ* выбы(?:л|вш)* уш(?:ел|ла|ли) отозван* отмен* прекращ* закрыт(?:а|о|ы)?"
    )
)
_OTHERS_THAN_ENDS = (_NEGATED, _WITHOUT_END, re.compile(_OTHER_STATE), _MAY_BE_ABOUT_MAIL, _CAN_GET_MAIL)
_DISPOSABLE = words("disposable is_disposable disposable_email")
_TAGS = re.compile(pattern("tags? labels? groups? lists? segments? тег* метк* групп* спис* сегмент*"))
_OF_FIRST_OR_LAST = re.compile(r"^(?:first|last)_")


def meaning_of(name: str, names: Sequence[str]) -> Meaning | None:
    """What a column states, None for nothing; `names` are those of all columns, normalised."""
    plain = _OF_VALUES.sub("", name)
    forms = dict.fromkeys((normalised(plain), normalised(separated(plain))))
    if "status" in forms and "isconverted" in names:  # how far a sale to a lead of Salesforce is
        return None
    known = next((found for form in forms if (found := _known_meaning(form, names)) is not None), None)
    if known is not None or not forms.keys().isdisjoint(_NO_STATUS):
        return known
    if any(map(_OTHER_CHANNEL.search, forms)):  # smsStatus
        return None
    if _OF_HUBSPOT_LIST in names:
        return Meaning.UNKNOWN_UNLESS_NO
    meaning = next((found for form in forms if (found := _meaning_by_words(form)) is not None), None)
    is_hubspot_kind = meaning is Meaning.UNKNOWN and any(form.startswith(_OF_HUBSPOT_KIND) for form in forms)
    return Meaning.UNKNOWN_UNLESS_NO if is_hubspot_kind else meaning


def may_say_who_left(name: str) -> bool:
    """Whether a column that is not read may hold such words about mail: a phone's status says nothing."""
    compared = normalised(separated(name))
    return not any(one.search(compared) for one in (_OTHER_CHANNEL, _NUMBER, _IDENTIFIER, _WORK))


def names_a_relative(name: str) -> bool:
    """Whether a column is about somebody of the reader's family."""
    return _RELATIVE.search(normalised(separated(name))) is not None


def names_an_end(name: str) -> bool:
    """Whether a column is about what ended, failed or was refused."""
    compared = normalised(separated(name))
    return any(one.search(compared) for one in (_ENDS, _PERHAPS_ENDED, _END_TOGETHER, _BOUNCES, _NEGATED))


def holds_tags(name: str) -> bool:
    """Whether the cells of a column may have several tags, groups or lists each."""
    return _TAGS.search(normalised(separated(name))) is not None


def _known_meaning(name: str, names: Sequence[str]) -> Meaning | None:
    if name == "type" and ("email_address" in names or "unsubscription_date" in names):
        return Meaning.SUBSCRIBER_TYPE
    if name == "status" and {"token", "feed_by_mail"} <= set(names):
        return Meaning.STATUS_LETTER
    if name == "state" and any(map(_OF_ADDRESS.search, names)):
        return Meaning.STATE
    if name in {"accept_all", "acceptall", "is_accept_all"} and not _DISPOSABLE.isdisjoint(names):
        return Meaning.CHECK_FLAG  # alone it may be a consent
    if name == "eu_consent" and "status" in names:
        return Meaning.EU_CONSENT
    return next((meaning for meaning, of_meaning in _NAMES.items() if name in of_meaning), None)


def _meaning_by_words(name: str) -> Meaning | None:
    if _OTHER_CHANNEL.search(name) or _NUMBER.search(name):
        return None
    check = meaning_of_check(name)
    if check is not None:
        return check
    if _CONFIRMED_AT.search(name) and not _OF_SOMETHING_ELSE.search(name):
        return Meaning.CONFIRMED_AT
    is_status = re.search("status|статус", name) is not None
    if _IDENTIFIER.search(name):
        if _IDS_OF_END.search(name):
            return Meaning.UNKNOWN_IF_FILLED
        return Meaning.UNKNOWN if is_status and re.search("(?:id|key)$", name) else None
    return _meaning_of_state(name) if is_status else _meaning_of_answer(name)


def _meaning_of_answer(name: str) -> Meaning | None:
    """The meaning of a column that may have an answer, such as yes, or what happened."""
    if _LOOKS_LIKE_STATUS.search(name):
        return _meaning_of_flag(name)
    if _PERHAPS_ENDED.search(name) and not _OF_SOMETHING_ELSE.search(name):
        return _meaning_of_perhaps_ended(name)
    if _BOUNCES.search(name) and not _DETAIL.search(name):
        return Meaning.UNKNOWN_UNLESS_NUMBER  # usually a counter
    return _meaning_about_mail(name)


def _meaning_of_state(name: str) -> Meaning | None:
    """The meaning of what is called a status, such as "status of the address", but not of its date."""
    if _MOMENT.search(name) or _STATE_OF_SOMETHING_ELSE.search(name):
        return None
    return Meaning.PERHAPS_DETAIL if re.search(_CIRCUMSTANCES, name) else Meaning.UNKNOWN


def _meaning_of_flag(name: str) -> Meaning | None:
    if _DETAIL.search(name) or _MOMENT.search(name):
        return _meaning_of_detail(name)
    if _PLACE.search(name) and not re.search(f"{ENDED}|{REFUSED}", name):
        return None if "state" in name else Meaning.PERHAPS_DETAIL
    if _OF_FIRST_OR_LAST.search(name):
        return Meaning.PERHAPS_DETAIL
    if _IN_FAVOUR.search(name) and _OF_FAVOUR.issuperset(filter(None, _IN_FAVOUR.sub("_", name).split("_"))):
        return Meaning.UNKNOWN_UNLESS_YES
    return Meaning.UNKNOWN_UNLESS_NO if _is_end_alone(name) else Meaning.UNKNOWN


def _is_end_alone(name: str) -> bool:
    """Whether a name has a word of an end, and none that may turn the answer round."""
    if any(one.search(name) for one in _OTHERS_THAN_ENDS):
        return False
    is_ended_end = _END_OF_END.search(name) is not None and _ENDS.search(_END_OF_END.sub("_", name)) is not None
    return _ENDS.search(name) is not None and not is_ended_end


def _meaning_about_mail(name: str) -> Meaning | None:
    if _MAY_BE_ABOUT_MAIL.search(name):
        return Meaning.PERHAPS
    return Meaning.PERHAPS_IF_NO if _CAN_GET_MAIL.search(name) else None


def _meaning_of_perhaps_ended(name: str) -> Meaning | None:
    """The meaning of what is called withdrawn, closed and the like."""
    if _DETAIL.search(name) or _MOMENT.search(name):
        return Meaning.UNKNOWN_IF_FILLED
    is_plain = _NEGATED.search(name) is None and _MAY_BE_ABOUT_MAIL.search(name) is None
    return Meaning.UNKNOWN_UNLESS_NO if is_plain else Meaning.UNKNOWN


def _meaning_of_detail(name: str) -> Meaning | None:
    """The meaning of a moment or a reason: that somebody left states it where it is there."""
    if re.search(ENDED, name):
        return Meaning.UNSUBSCRIBED_IF_FILLED
    if re.search(REFUSED, name):
        return Meaning.SUPPRESSED_IF_FILLED
    if re.search(f"{OTHER_END}|{PERHAPS_ENDED}", name):
        return Meaning.UNKNOWN_IF_FILLED
    return None if _MOMENT.search(name) else Meaning.PERHAPS_DETAIL

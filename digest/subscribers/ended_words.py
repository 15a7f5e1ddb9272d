"""Words that say of a reader that they left or cannot be reached, in names of columns and of files. Pure.

Names are compared as `column_names.normalised` writes them: without accents, except that ł has none to lose.
"""

import re

from digest.subscribers.column_meanings import words


def pattern(beginnings: str) -> str:
    """A pattern for one of the words, or of the beginnings that end with a star, between other words of a name."""
    return rf"(?:^|_)(?:{'|'.join(beginnings.split()).replace('*', '[^_]*')})(?:_|$)"


_ENDED = "un_?sub* non_?sub* opt(?:ed)?_?outs? deleted removed отпис* удал* відпис* видален*"
_REFUSED = (
    "suppress* blocked (?:block|black|stop)_?list* undeliver* complain* cleaned hard_?bounced? блок* заблок* "
    "(?:черн*|чорн*|стоп)_?(?:спис*|лист*)"
)
_OTHER_END = (
    "left quit leavers? bounced? suspend* banned deactivat* cancell?* signed_off subscription_end* disabled inactive "
    "archived invalid spam* dnc do_?not* unreachable muted? silenced quarantin* no_?(?:e_?)?mails? "
    "no_mailings? stop(?:ped)? exclude* trash* abuse don_?t_[^_]+ dontsend "
    "отказ* жалоб* недоступ* неактив* деактив* отключ* исключ* отозван* выбы(?:л|вш)* уш(?:ел|ла|ли|едш*) "
    "(?:за)?бан(?:ен*)? спам* невалид* не_?достав* "
    "abmeld* abgemeldet abbestell* austrag* ausgetragen widerruf* desinscri* desabonn* baja desuscri* cancelado "
    "disiscri* descadastr* uitgeschreven uitschrij* afgemeld wypisan* odhlas* avregistrer* avprenumer* avmeld* afmeld*"
)
# Not expires, expiry and their like, which name a day to come, as of a membership or a card.
_PERHAPS_ENDED = (
    "withdr* revok* revoc* refus* reject* declin* objected objections? object(?:s|ing)?_to expired closed closure "
    "terminat* erased erasure forgotten anonymi[sz]* lapsed denied deceased dead gone departed exited on_hold "
    "unregister* deregister* unfollow* retract* renounc* resign* ceased discontinu* dropped purged voided dormant "
    "(?:has_?)?lock(?:ed)? lockremove lockconfirm "
    "(?:bad|wrong|fake)_(?:e_?)?mail (?:bad|wrong|fake)_address no_longer_wanted "
    "(?:former|ex)_(?:subscriber|reader|recipient)s? "
    "exclusions? removals? deletions? suspensions? departures? bans? blocking disabling disengaged "
    "отклон* отверг* истек(?:ла|ло|ли|ш*)? закрыт(?:а|о|ы)? прекращ* прекрати* расторг* расторж* обезлич* анонимизир* "
    "забыт* аннулир* отмен* возраж* стерт* вычеркн* приостанов* заморож* запре[тщ]* стоп покинул* скончал* "
    "умер(?:ла|ли|ш*)? отзыва?_согласи* "
    "не_интерес* (?:плохой|неверный)_(?:адрес|e_?mail|имейл|ящик) жалуется пожаловал* неактуал* уволил* "
    "уволен* недійсн* звільнен* не_турбу* "
    "відклик* відмов* відхил* скасов* неактивн* закрит(?:а|о|і)? вибу(?:в|ла|ли) скарг* недоступн* недостав* припин* "
    "анульов* знеособ* помер* "
    "жойыл* бұғаттал* шағым* бас_тарт* "
    "zuruckgezogen abgelehnt ablehn* verweiger* gekundigt kundigung* geloscht loschung* gesperrt sperr(?:e|ung|liste)? "
    "widerspr[ou]ch* abgelaufen beendet entfernt storniert inaktiv* deaktiviert* ungultig* unzustellbar* beschwerden? "
    "verstorben "
    "keine_werbung "
    "rejets? rejete* revoqu* resili* supprim* efface* expirees? annule* clotur* desactiv* bloque* oppositions? "
    "opposee?s? plaintes? injoignables? indesirables? rebond* retrait_(?:du_|de_)?consentement decede* "
    "inactifs? inactives? invalides? liste_noire ne_pas_[^_]+ "
    "retirad* revogad* rechaz* recusad* rejeitad* rehusad* caducad* vencid[oa]s? cerrad[oa]s? encerrad* eliminad* "
    "excluid* borrad[oa]s? removid* anulad* bloquead* desativad* inactiv[oa]s? inativ[oa]s? rebotad* rebotes? expirad* "
    "oposicion oposicao quejas? fallecid* falecid* "
    "invalid[oa]s? lista_negra n(?:o|ao)_contac?tar reclamac* "
    "ritirat* rifiut* respint* scadut* chius[aeio] eliminat* rimoss* annullat* disattivat* bloccat* inattiv* "
    "opposizion[ei] reclam[io] sospes* decedut* "
    "lista_nera non_contatt* "
    "wycof* cofni* odrzuc* odm[oa]w* odwołan* usuni* wygas[lł]* zamkni* anulowan* zablokow* nieaktywn* sprzeciw* "
    "rezygn* zrezygn* skarg* zmar[lł]* "
    "nieprawid[lł]ow* czarna_lista nie_wysy[lł]* "
    "ingetrokken geweigerd verlopen verwijderd opgezegd geblokkeerd klacht(?:en)? inactief ongeldig* zwarte_lijst "
    "niet_mailen odvolan* zamitnut* zrusen* smazan* neaktivn* blokovan* stiznost* neplatn* neposilat "
    "silindi engellendi sikayet* c[iı]kt[iı] pasif gecersiz kara_liste"
)
# In the name of a column these count alone or before a word about mail: failed logins, an exam that somebody failed, or
# a book that they returned say nothing. In the name of a file they count wherever they are.
_ENDED_IF_ALONE = (
    "bouncing returned fail(?:ed|ing)? remove delete purge barred defunct obsolete unwanted ignored? skip(?:ped)? junk "
    "pending awaiting не_надо не_нужн[оа] убрать пропустить игнорир* возвраты? мертв(?:ый|ая|ые) битый битая ошибочн* "
    "чс архив(?:ный|ные|ен)? бывш(?:ий|ая|ие) пауза ожидает недействит*"
)
_ALONE = (
    r"(?=$|_(?:at|on|since|date|me|this|list)(?:_|$)|_(?:e_?mail|mail|address|contact|deliver|send|from|subscri|reader"
    r"|recipient|confirm|approv|verif|valid|activ|адрес|имейл|ящик|почт|контакт|рассыл|подпис|пис|слать|присыл|отправ"
    r"|беспок|новост|дайдж))"
)

ENDED = pattern(_ENDED)
REFUSED = pattern(f"{_REFUSED} clean")  # Mailchimp's CLEAN_TIME; a file called clean has those that are left
# These state something also as a moment, but not what: a membership that was paid, or the mailing.
OTHER_END = pattern(_OTHER_END)
# And these perhaps nothing: what ended may be another thing. No, false and 0 mean that it did not end.
PERHAPS_ENDED = pattern(f"{_PERHAPS_ENDED} (?:{'|'.join(_ENDED_IF_ALONE.split())}){_ALONE}")

# Within a longer text such as "unsubscribed by phone" or «просила больше не писать», which may say that somebody left.
_OF_MAIL = r"\b.{0,20}\b(?:e-?mail|mail|contact|send|writ|subscri|newsletter)"
_FROM_LIST = r"\w{0,6} (?:из|с) (?:наш\w{1,3} )?(?:рассыл|списк|баз|подпис)"
# Each choice begins with a letter or a digit, so that it is found quickly (benchmarks: importing).
_PERHAPS_LEFT = re.compile(
    rf"unsub|opt(?:ed|ing)?[ -]?out|do(?: not|n['’]?t){_OF_MAIL}|n(?:(?:o|['’])t want|o longer|o more){_OF_MAIL}"
    rf"|stop(?:ped)?{_OF_MAIL}|be(?:en)? (?:removed|deleted)\b|remove (?:me|them|from)\b|bounced\b|hard bounce\b"
    r"|complain(?:ed|s)\b|spam complain|deceased\b|passed away\b|left the (?:list|newsletter|company)\b"
    r"|cancel\w{0,5} (?:\w{1,9} )?subscription|subscription (?:was )?cancel"
    r"|5\d\d[ -]#?5\.[1247]\.\d|user unknown\b|no such user\b|(?:mailbox|user|account) (?:not found|does not exist)\b"
    r"|revoke\w? (?:\w{1,9} )?consent|withdr\w{1,5} (?:\w{1,9} )?consent"
    r"|отпис|не (?:присыл|писать|слать|отправл|рассыл|высыл|беспоко)|не (?:хо[тч]|жела)\w{1,4} (?:больше )?получ"
    r"|отказ\w{0,9} от (?:рассыл|подпис|получ|пис[еь]м)|от(?:оз|з)\w{1,4} соглас"
    r"|прекра[тщ]\w{1,5} (?:рассыл|отправ|присыл|слать)"
    rf"|удал{_FROM_LIST}|исключ{_FROM_LIST}|вычеркн{_FROM_LIST}|убра{_FROM_LIST}|убер{_FROM_LIST}|снят{_FROM_LIST}"
    r"|жаловал|жалоб\w{0,2} на (?:спам|рассыл|пис[еь]м)|умер(?:ла)?\b|скончал"
)
# A cell of one word may say so too, or be about something else, such as an order.
_PERHAPS_LEFT_IN_A_WORD = words(
    "stop stopped remove removed delete deleted spam отказ стоп спам жалоба удалить удалите удален удалена удалён "
    "убрать уберите исключить исключите исключен исключена исключён отключить отключите отключен отключена отключён "
    "вычеркните вычеркнут вычеркнута отпишитесь відмова видалити"
)

# In names of files alone: columns so called hold counts, or state who confirmed.
_OF_FILES = (
    "(?:hard_?|soft_?)?bounces invalids bajas закрытые un(?:confirmed|verified|activated) не_?(?:подтвер*|активир*)"
)
_OF_OTHERS = re.compile(pattern(f"{_ENDED} {_REFUSED} {_OTHER_END} {_PERHAPS_ENDED} {_ENDED_IF_ALONE} {_OF_FILES}"))


def may_say_that_somebody_left(text: str) -> bool:
    """Whether a text may say of a reader that they left, which only a person can decide."""
    if " " in text:
        return _PERHAPS_LEFT.search(text.lower()) is not None
    return text.strip("!.?()").lower() in _PERHAPS_LEFT_IN_A_WORD


def word_of_others(name: str) -> str:
    """What the normalised name of a file says of its people, if it is that they get no mail; else an empty text."""
    found = _OF_OTHERS.search(name)
    return found[0].strip("_").replace("_", " ") if found else ""

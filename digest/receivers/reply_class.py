"""What a refusal means: the recipient does not exist, a temporary state, or an objection to this sender (pure).

It serves SMTP replies and bounce reports: both have an enhanced status code (RFC 3463), a reply code (RFC 5321) or only
a text, in this order of trust.
"""

import re

from digest.model.deliveries import ReplyClass

_HARD, _SOFT, _ABOUT_US = ReplyClass

_BY_STATUS: tuple[tuple[re.Pattern[str], ReplyClass], ...] = (
    (re.compile(r"5\.7\.\d+"), _ABOUT_US),  # security or policy
    (re.compile(r"5\.1\.[78]"), _ABOUT_US),  # the sender's address
    (re.compile(r"5\.4\.5|5\.1\.9[02]"), _ABOUT_US),  # the sender's daily limit, as Gmail and Exchange state it
    # No such mailbox or domain, or it is disabled. (5.1.0 is any address, also the sender's: its text decides first.)
    # (5.1.4 names several mailboxes, 5.1.5 one that is there, and 5.1.9 one beyond a gateway: their texts decide.)
    (re.compile(r"5\.1\.(?:[1236]|10)|5\.2\.1|5\.4\.4|5\.4\.310"), _HARD),
    (re.compile(r"5\.2\.(?:[23]|12[12])|5\.3\.4|5\.4\.7"), _SOFT),  # full mailbox or its pace, large message, delay
    # Exchange Online: the message expired, because no mail server or name server of the receiver answered.
    # (https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online)
    (re.compile(r"5\.4\.(?:300|31[1-9])"), _SOFT),
    (re.compile(r"4\.\d+\.\d+"), _SOFT),
)
# (5.4.6 is a loop; Zoho also uses it for a sender that sends too much.)
_BY_STATUS_AFTER_TEXT = {"5.1.0": _HARD, "5.4.6": _SOFT}

_NO_CONNECTION = r"""(?:
    connection \s (?: was \s | has \s been \s )? (?: refused | reset | timed \s? out )
  | no \s route \s to \s host | (?: network | host ) \s is \s (?: unreachable | down )
)"""
# Exim ("host mx.example [192.0.2.1]: Connection refused") and Postfix ("connect to mx.example[192.0.2.1]:25: …") about
# a host that is down. Its name may be anything, such as spamfilter.example.
_NO_CONNECTION_TO_HOST = re.compile(
    rf"""(?ix)
    (?: \b host \s \S{{1,255}} \s \[ [\da-f.:]{{3,45}} \] :? | \b connect \s to \s \S{{1,255}} : ) \s {{1,8}}
    {_NO_CONNECTION} (?! \s (?: by | due | because ) )
    """
)
# A receiver that does not answer at all, so that it objects to nobody; also in the words of operating systems.
_NO_ANSWER = re.compile(
    rf"""(?ix)
    {_NO_CONNECTION} | \b connection \s to \s \S{{1,255}} \s (?: was \s )? (?: refused | reset | timed \s? out )
  | \b retry \s time(?:out)? \s (?: not \s reached | exceeded ) | \b failing \s for \s a \s long \s time
  | (?: (?: not | n't ) \s (?: able \s to \s )? | (?: unable | failed ) \s to \s )
        (?: connect \b | establish \s (?: an? \s )? (?: \w+ \s )? connection )
  | \b lost \s connection | \b connection \s (?: was \s )? (?: lost | dropped | closed \s by \s (?: remote | peer ) )
  | \b (?: host | server ) \s (?: (?: did | does | is ) \s not | didn't | doesn't ) \s respond
  | \b dns \s (?: query \s failed | (?: query | lookup ) \s (?: timed \s? out | time-?out ) ) | \b servfail
  | \b name \s? servers? \b [^.;]{{0,40}}? (?: timed \s? out | time-?out ) | \b host \s name \s lookup \s failure
  | соединени\w{{0,3}} \s (?: был[ои] \s )? (?: отклонен | отвергнут | сброшен | прерван | разорван )
  | в \s соединении \s отказано | \b время \s ожидания | \b тайм-?аут | нет \s маршрута \s до \s узла
  | не \s удалось \s (?: подключит | соединит | установить \s соединение )
  | сервер (?: \s получателя )? \s (?: недоступен | не \s отвечает )
  | verbindung (?: saufbau )? \s (?: wurde \s )? (?: abgelehnt | verweigert ) | keine \s route \s zum \s zielrechner
  | zeitüberschreitung | connexion \s refusée | délai \s .{{0,30}}? (?: dépassé | expiré )
  | conexión \s (?: rehusada | rechazada ) | tiempo \s de \s espera | connessione \s rifiutata | tempo \s scaduto
  | conexão \s recusada | tempo \s (?: limite \s )? esgotado | połączenie \s odrzucone | spojení \s odmítnuto
  | verbinding \s geweigerd | (?: förbindelse | anslutning ) en \s (?: vägrades | nekades ) | bağlantı \s reddedildi
  | 接続を?拒否 | 接続が?タイムアウト | 连接(?:被?拒绝|超时) | 連線(?:被?拒絕|逾時) | 연결.{{0,5}}거부
    """
)

# An address, a domain or a host is unknown, and it is the sender's; or the sender sends too much.
_ABOUT_SENDER = re.compile(
    r"""(?ix)
    \b (?: sender | return-?path | mail \s from ) (?: 's )? \s (?: e-?mail \s )?
        (?: address | domain | ip \b | host )
  | \b (?: sender | return-?path ) \s (?: verif | callout | is \s | has \s | does \s | not \b | unknown | invalid
        | denied | rejected | refused | blocked )
  | \b (?: from | header ) :? \s address \b | \b from: \s domain \b | \b SendAsDenied \b
  | \b (?: not | permissions? ) \s [^.;:]{0,30}? \b send \s (?: as | from ) \b
  | \b (?: unknown | invalid | bad | unverified | envelope | blocked | fake ) \s sender \b
  | \b sending \s for \s this \s account \b  # Mail.ru, as the relay of an account that may not send
  | \b verification \s failed \s for \b
  | \b (?: invalid | bad ) \s (?: helo | ehlo ) \b
  | \b (?: helo | ehlo ) \s
        (?: name | domain | host | command | greeting | argument | should \b | must \b | is \b | does \b )
  | \b (?: your | client | sending | source ) \s (?: mail \s )?
        (?: ip \b | host | domain | server | account | plan \b ) (?! \s admin )
  | \b ip (?: \s address )? \b [^.;:]{0,40}? \b (?: no | not | unknown ) \b
  | \b administrative(?:ly)? \s prohibit
  | \b (?: sending | rate | daily | hourly | monthly | frequency | relay | submission ) \s
        (?: [\w-]+ \s ){0,2} (?: limit | quota ) | \b frequency \s limited
  | \b (?: e-?mails | messages | recipients | failures ) \s (?: per | this | an? ) \s (?: minute | hour | day )
  | \b domain \s \S{1,255} \s has \s exceeded | \b you (?: \s ha | ' ) ve \s exceeded
  | \b credits? \s exceeded | \b insufficient \s credit | \b unusual \s sending
  | \b service \s refus (?: é | e | ed ) \b  # Orange and La Poste, to a sender that they slow down
  | \b (?: outgoing | outbound ) \s (?: e-? )? (?: mail | message | spam ) | \b submission \. exception
  | \b too \s many \s (?: connections | sessions | (?: invalid | unknown | bad ) \s
        | messages (?! \s (?: on | in ) \s (?: \w+ \s )? (?: server | mailbox | inbox | folder | account ) ) )
  | (?: лимит | квот ) \w* \s (?: на \s )? (?: отправ | исходящ | писем | сообщен )
  | \b ip [\s-] адрес | \b ваш\w* \s (?: (?: почтов | ip ) \w* [\s-] )? (?: ip \b | адрес | сервер | домен | хост )
  | (?: адрес | домен ) \w* \s отправител | (?: неизвестн | недопустим | неверн ) \w* \s отправител
    """
)
# The same in other languages. A word for the sender alone means nothing: a bounce returns a message to its sender.
_SENDER_REFUSED_TRANSLATED = re.compile(
    r"""(?ix)
    \b (?: absender | expéditeur | [ée]metteur | remitente | mittente | remetente | nadawca | afzender | avsändaren?
        | afsender | odes[ií]latel | отправитель ) (?: adresse )? \s
        (?: (?: ist | wurde | est | es | è | é | jest | je | is | är | er | был[ао]? ) \s )?
        (?: unbekannt | ungültig | existiert | abgelehnt | gesperrt | nicht \s (?: gefunden | vorhanden | erlaubt )
          | inconnu | invalide | refusé | n'existe | no \s existe | desconocid | inválid | rechazad | non \s esiste
          | sconosciut | rifiutat | não \s existe | desconhecid | rejeitad | nieznan | nie \s istnieje | odrzucon
          | onbekend | bestaat \s niet | geweigerd | okänd | finns \s inte | ukendt | neznám | neexistuje
          | не \s (?: найден | существует | известен ) | неизвест | заблокирован | отклон[её]н )
  | \b (?: unbekannte[rs]? | ungültige[rs]? ) \s absender | \b onbekende \s afzender | \b nieznany \s nadawca
  | \b neznámý \s odesílatel | \b okänd \s avsändare
  | (?: [发發寄][件信][人者] | [发發]送[方者] ) (?: 地址 | 域名 )? (?: 不存在 | 无效 | 無效 | 被?拒 )
  | (?: 送信者 | 差出人 ) [がは] 存在
    """
)
# Where the sender, its host or its domain is listed, or does not pass a check.
_SENDER_LISTED = re.compile(
    r"""(?ix)
    (?: black | block | deny ) [\s-]? list | \b (?: dns )? [ru]?bl s? \b | reputation | \b blocked \s using \b
  | \b (?: spamhaus | spamcop | sorbs | cloudmark ) \b
  | \b (?: spf | dkim | dmarc | ptr ) \b | reverse \s (?: dns | lookup )
    """
)
# A policy of the receiver, or the wish of a reader who is there.
_POLICY_VERDICT = re.compile(
    r"""(?ix)
    \b polic(?:y|ies) \s (?: reasons? | violation | rejection | restrictions? | error )
  | \b (?: blocked | rejected | refused | denied | prohibited | restricted ) \s (?: by | due \s to ) \s
        (?: [\w-]+ \s ){0,3} polic(?:y|ies)
  | \b (?: blocked | rejected | refused ) \s by \s (?: (?: the | this ) \s )? (?: recipients? | user ) \b
        (?! \s (?: server | domain ) )
  | \b recipient \s preferences \b
  | \b (?: does \s not | doesn't ) \s (?: want | accept ) \s (?: [\w-]+ \s ){0,3}?
        (?: e-?mails? | mail | messages? ) \s from \s (?: you | the \s sender | this \s (?: sender | address ) )
  | \b does(?:n't| \s not ) \s want \s your \s (?: e-?mail | mail | message )
  | \b refuses \s (?: to \s receive \s )? (?: this | your ) \s (?: e-?mail | mail | message )
  | \b not \s allowed \s to \s send \s (?: [\w-]+ \s ){0,2}? to \b
    """
)
# A mail or its sender was taken for spam, in words or with a code of AOL (CON:B1, RLY:B1, DYN:T1, HVU:B1, RTR:BB).
_SPAM_VERDICT = re.compile(
    r"""(?ix)
    [(\[] (?: CON | RLY | DYN | HVU | RTR ) (?: : \s? [A-Z\d]{1,4} )? [)\]]
  | \b (?: block(?:ed|ing) | reject(?:ed|ion) | refused | denied | classified | identified | detected | considered
        | suspected | looks \s like ) \b [^.;:]{0,30}? \b (?: spam | junk | unsolicited | bulk )
  | \b (?: spam | unsolicited | bulk ) \s (?: \w+ \s ){0,3} (?: blocked | rejected | refused | denied | detected )
    """
)

_SENDER_REJECTED = re.compile(r"(?i)\bsender (?:e-?mail )?(?:address|domain) (?:rejected|refused|denied|blocked)\b")
_HOST = re.compile(r"(?<!\S)\S*\w\.\w\S*")  # also an address or a link; its words, as in bl.reader.example, say nothing

# Yandex states a policy, 5.7.1, for a mailbox that does not exist, with this text alone and an id of its own.
_NO_USER_AT_YANDEX = re.compile(r"(?:^|\s)No such user!(?:\s+[\w-]+)?[\s\"')]*(?:\(in reply to [A-Z ]+ command\))?\s*$")

_NO_MAILBOX = re.compile(
    r"""(?ix)
    (?: no | unknown | invalid | non-?existent | unroute?able ) \s
        (?: such \s | local \s | valid \s | final \s delivery \s )?
        (?: user | mailbox | recipient | address | account | person | destination )
  | (?: user | mailbox | recipient | account | address | domain ) \b [^.;:]{0,60}?
        (?: not \s (?: found | known | exist | listed | a \s known )
          | (?: doesn't | \snot ) \s (?: exist | have ) | \b unknown \b | \b nonexistent \b )
  | not \s (?: our | a \s (?: local | valid ) ) \s (?: customer | user | mailbox | recipient | address )
  | recipient \s address \s rejected (?! \s your \s | : [^.]{0,60}?
        (?: \b (?: spf | dkim | dmarc | spam | polic(?:y|ies) | reputation ) \b | \b blocked \s (?: by | using ) \b
          | \b https?://\S{0,60}(?: spam | \bbl\b | dnsbl ) ) )
  | user \s not \s local | mailbox \s name \s not \s allowed
  | нет \s такого | такого \s \w+ \s нет | неизвестный \s (?: получатель | пользователь | адрес )
  | (?: пользовател | получател | ящик | адрес ) [^.;:]{0,40}? не \s (?: найден | существует )
  | unbekannt | existiert \s nicht | nicht \s (?: gefunden | vorhanden )
  | inconnu | n'existe \s pas | introuvable | no \s existe | desconocid | inexistente
  | não \s existe | desconhecid | non \s esiste | sconosciut | nieznany | nie \s istnieje | neexistuje
  | bestaat \s niet | onbekend | finns \s inte | bulunamad | 不存在 | 存在しません
    """
)
# A mailbox that is there and gets no mail.
_MAILBOX_CLOSED = re.compile(
    r"""(?ix)
    (?: user | mailbox | recipient | account | address ) \b .{0,40}? \b
        (?: disabled | suspended | closed | inactive | expired | deleted | invalid | not \s active | no \s longer
          | unavailable (?! \s or \b ) | blocked )
  | \b archived \s recipient | \b compte \s du \s destinataire \s est \s bloqué?
  | (?: пользовател | получател | ящик | адрес ) .{0,40}? (?: отключ | удал | заблокирован )
    """
)

# In the order in which they decide. (A reply about a blocked sender may name a host "not found" or a "user", and one
# about a mailbox may end with advice about spam: what is surest comes first.)
_BY_TEXT: tuple[tuple[re.Pattern[str], ReplyClass], ...] = (
    (_NO_CONNECTION_TO_HOST, _SOFT),
    (_SENDER_REFUSED_TRANSLATED, _ABOUT_US),
    (_ABOUT_SENDER, _ABOUT_US),
    (_NO_MAILBOX, _HARD),
    (_SENDER_LISTED, _ABOUT_US),
    (_POLICY_VERDICT, _ABOUT_US),
    (
        re.compile(
            r"""(?ix)
            spam | unsolicited | \b bulk \b | \b junk | phish | virus | malware | \b abus | \b banned \b
          # Codes of NetEase, Charter and Cox, which are all about the sender; Outlook.com, Yahoo, Tencent.
          | \b (?-i: (?: DT | HL | MI | RP | WM ) : [A-Z]{3} ) \b | \b AUP \#
          | \b messages \s from \s \S{1,60} \s weren't \s sent | \b dynamic \s ips? \b | \b suspected \s bounce
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
    (_NO_ANSWER, _SOFT),
    (
        re.compile(
            r"""(?ix)
            over \s? quota | quota \s (?: exceeded | full ) | exceed(?:s|ed|ing)? .{0,30}? (?: quota | storage )
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
            """
        ),
        _SOFT,
    ),
    (_MAILBOX_CLOSED, _HARD),
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
# States that end, also where status or words mean "no such mailbox". Gmail states 5.2.1 for a reader who gets too much
# mail (550 5.2.1 ReceivingRatePerm, https://support.google.com/a/answer/3726730). "Try again" alone is not here: it is
# advice about the spelling of an address.
_PASSING = re.compile(
    r"""(?ix)
    \b receiving \s (?: e-?mails? | mail | messages ) \s (?: at \s a \s rate | too \s (?: quickly | fast | often ) )
  | receiving_?rate | \b throttl | \b rate [\s-]? (?: limit | exceeded )
  | \b too \s many \s (?: e-?mails | messages ) \s (?: for | to ) \s (?: this | the | that )
  | \b over \s? quota \b | \b quota \s (?: is \s | has \s been \s )? (?: exceeded | full )
  | \b exceed(?:s|ed|ing)? \b .{0,30}? \b (?: quota | storage )
  | \b out \s of \s (?: storage | space ) | \b insufficient \s (?: system \s | disk \s )? (?: storage | space )
  | \b (?: mailbox | inbox | account ) \s is \s (?: currently \s | now \s | over )? full \b
  | (?<! \b not \s ) \b temporarily \b
  | (?<! \b not \s a \s ) (?<! \b no \s ) \b temporary \s (?: \w+ \s )? (?: failure | error | problem | condition )
  | (?<! \b not \s ) \b (?: try | retry | come \s back ) \s (?: it \s )? (?: again \s )?
        (?: later | (?: in | after ) \s (?: \d | a \s few ) )
  | gr[ae]y-?list | \b host \s not \s found, \s try \s again \b  # TRY_AGAIN of the resolver, as Postfix writes it
  | \b временно | (?: повтор | попробу | попыт ) \w{0,8} \s (?: \w{1,15} \s ){0,3} (?: позже | позднее )
  | переполнен | превышен .{0,20}? (?: квот | лимит | объ[её]м )
  | \b vorübergehend | \b temporär | \b später \s (?: erneut | noch | wieder ) | \b postfach \s (?: ist \s )? voll \b
  | \b temporairement | \b plus \s tard \b | \b bo[iî]te .{0,30}? \b pleine \b
  | \b (?: temporal | temporanea | temporaria ) mente \b | \b más \s (?: tarde | adelante ) \b
  | \b buz[óo]n .{0,20}? \b lleno \b | \b più \s tardi \b | \b casella .{0,20}? \b piena \b
  | \b mais \s tarde \b | \b caixa .{0,20}? \b cheia \b
  | \b tymczasowo | \b spróbuj .{0,20}? później | \b skrzynka .{0,20}? \b pełna
  | \b dočasně | \b zkuste .{0,20}? později | \b schránka .{0,20}? \b plná
  | \b tijdelijk | \b later \s opnieuw | \b postvak .{0,20}? \b vol \b
  | \b tillfälligt | \b försök .{0,20}? senare | \b brevlådan .{0,20}? \b full \b
  | \b geçici | \b daha \s sonra | \b kutusu \s (?: dolu | doldu )
  | 一時的 | 後ほど | いっぱい | 容量.{0,5}超 | [暂暫][时時] | 稍[后後] | 箱已?[满滿]
  | 配[额額].{0,5}[满滿超] | 일시적 | 나중에
    """
)
_FULL_MAILBOX = re.compile(
    r"""(?ix)
    over \s? quota | quota \s (?: exceeded | full )
  | \b (?: mailbox | mail \s? folder | inbox | account | user | recipient ) .{0,40}? (?: full \b | quota | storage )
  | \b exceeded \s storage \s allocation | \b storage \s space \s in \s mailbox | \b speicher(?: volumen | platz )
  | \b (?: bo[iî]te | buz[óo]n | casella | caixa | skrzynk | postfach ) .{0,30}?
        (?: pleine | lleno | piena | cheia | pełn | voll \b )
  | ящик .{0,30}? переполнен | переполнен .{0,30}? ящик | недостаточно \s места | 空间不足
    """
)
# What servers also state for a full mailbox: nothing specific, and 5.1.1 (qmail, Orange).
_STATUS_OF_ANYTHING = re.compile(r"5\.[013]\.0|5\.1\.1")
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
    So does one that is about the sender alone, such as a list that it is on or the pace at which it sends.
    """
    found = _first_class(code, status, text)
    return _SOFT if found is not _ABOUT_US and _PASSING.search(text) else found


def _first_class(code: int | None, status: str | None, text: str) -> ReplyClass | None:
    by_status = next((found for pattern, found in _BY_STATUS if pattern.fullmatch(status or "")), None)
    if status == "5.7.1" and _NO_USER_AT_YANDEX.search(text):
        return _HARD
    if by_status is not None:
        return _ABOUT_US if by_status is _HARD and _objects_to_sender(text) else by_status
    if code is not None and code < 500:
        return _SOFT
    return _class_of_text(text) or _BY_STATUS_AFTER_TEXT.get(status or "")


def is_full_mailbox(status: str | None, text: str) -> bool:
    """Whether a refusal means that the recipient's mailbox is full: 5.2.2, or the text where no status says more."""
    if status is not None and not _STATUS_OF_ANYTHING.fullmatch(status):
        return status == "5.2.2"  # RFC 3463, 3.3; Gmail and Exchange send it after DATA with 552 and 554
    return _FULL_MAILBOX.search(text) is not None and _class_of_text(text) is _SOFT


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
    if status is None:
        return _class_of_text(text) is _ABOUT_US
    if is_throttling(None, status, text) or _SENDER_UNKNOWN.fullmatch(status):
        return True
    return status.startswith("4.") and status != "4.2.2" and _objects_to_sender(text)


def _objects_to_sender(text: str) -> bool:
    """Whether a text is about the sender alone, as some servers write it after the status of an unknown mailbox."""
    text = _HOST.sub("", text)
    # A domain or an address that is named then is that of the sender.
    if _SENDER_REJECTED.search(text) or _SENDER_REFUSED_TRANSLATED.search(text):
        return True
    if _NO_MAILBOX.search(text):
        return False
    if _SENDER_LISTED.search(text):
        return True
    is_objection = any(pattern.search(text) for pattern in (_ABOUT_SENDER, _SPAM_VERDICT, _POLICY_VERDICT))
    return is_objection and _MAILBOX_CLOSED.search(text) is None


def _class_of_text(text: str) -> ReplyClass | None:
    return next((found for pattern, found in _BY_TEXT if pattern.search(text)), None)

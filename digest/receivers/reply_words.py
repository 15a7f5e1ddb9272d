"""The words by which the replies of mail servers are recognised, in several languages.

Each pattern is a kind of wording and not the text of one server: they differ between versions and translations.
Texts are compared with them as `spelled_out` writes these, so the patterns have no form such as "doesn't".
"""

import re

_CONTRACTION = re.compile(r"(?i)(?:(?<=\bca)(n)|(?<=[a-z])n)['’]t\b")

_NO_CONNECTION = r"""(?:
    connection \s (?: was \s | has \s been \s )? (?: refused | reset | timed \s? out )
  | no \s route \s to \s host | (?: network | host ) \s is \s (?: unreachable | down )
)"""
# Exim ("host mx.example [192.0.2.1]: Connection refused") and Postfix ("connect to mx.example[192.0.2.1]:25: …") about
# a host that is down. Its name may be anything, such as spamfilter.example.
NO_CONNECTION_TO_HOST = re.compile(
    rf"""(?ix)
    (?: \b host \s \S{{1,255}} \s \[ [\da-f.:]{{3,45}} \] :? | \b connect \s to \s \S{{1,255}} : ) \s {{1,8}}
    {_NO_CONNECTION} (?! \s (?: by | due | because ) )
    """
)
# A receiver that does not answer at all, so that it objects to nobody; also in the words of operating systems.
NO_ANSWER = re.compile(
    rf"""(?ix)
    {_NO_CONNECTION} | \b connection \s to \s \S{{1,255}} \s (?: was \s )? (?: refused | reset | timed \s? out )
  | \b retry \s time(?:out)? \s (?: not \s reached | exceeded ) | \b failing \s for \s a \s long \s time
  | (?: not \s (?: able \s to \s )? | (?: unable | failed ) \s to \s )
        (?: connect \b | establish \s (?: an? \s )? (?: \w+ \s )? connection )
  | \b lost \s connection | \b connection \s (?: was \s )? (?: lost | dropped | closed \s by \s (?: remote | peer ) )
  | \b (?: host | server ) \s (?: did | does | is ) \s not \s respond
  | \b dns \s (?: query \s failed | (?: query | lookup ) \s (?: timed \s? out | time-?out ) ) | \b servfail
  | \b malformed \s (?: or \s unexpected \s )? name \s server \s reply \b  # Postfix
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
# (Long patterns whose alternatives begin words have them in one group: elsewhere in a text it is not tried.)
ABOUT_SENDER = re.compile(
    r"""(?ix)
    \b (?:
        (?: sender | return-?path | originat (?: or | ing ) | (?: mail | envelope ) \s from ) (?: 's )? \s
            (?: e-?mail \s )? (?: account | address | domain | mailbox | ip \b | host )
      | your \s (?: e-? )? (?: mail \s )? address \b [^.;:]{0,60}?
            \b (?! \w+ \s by \s (?: (?: the | this ) \s )? (?: recipients? | user ) \b (?! \s (?: server | domain ) ) )
            (?: block | blacklist | bann?ed | reject | refus | denied | prohibit )
      | (?: ip | source | client | remote ) [\s-] address (?: es )? \b .{0,60}?
            \b (?: block | bann?ed | suspend | disabled | reject | refus | denied | prohibit )
      | sending \s address \b | call(?: back | out ) \s setup \s failed
      | (?: sender | return-?path ) \s (?: verif | call(?: back | out ) | exceed | is \s | has \s | does \s | not \b
            | unknown | invalid | denied | rejected | refused | blocked )
      | (?: from | header ) :? \s address \b | from: \s domain \b | SendAsDenied \b
      | (?: not | permissions? ) \s [^.;:]{0,30}? \b send \s (?: as | from ) \b
      # The third one is Apple's, for Hide My Email, to a sender that is not registered there.
      | (?: unknown | invalid | unauthori[sz]ed | bad | unverified | envelope | blocked | fake ) \s sender \b
      | sending \s for \s this \s account \b  # Mail.ru, as the relay of an account that may not send
      | verification \s failed \s for \b
      | (?: invalid | bad ) \s (?: helo | ehlo ) \b
      | (?: helo | ehlo ) \s
            (?: name | domain | host | command | greeting | argument | should \b | must \b | is \b | does \b )
      | (?: your | client | sending | source ) \s (?: mail \s )?
            (?: ip \b | host | domain | server | account | plan \b ) (?! \s admin )
      | ip (?: \s address )? \b [^.;:]{0,40}? \b (?: no | not | unknown ) \b
      | administrative(?:ly)? \s prohibit
      | (?: send | sending | rate | daily | hourly | monthly | frequency | relay | submission ) \s
            (?: [\w-]+ \s ){0,2} (?: limit | quota ) | frequency \s limited
      | (?: your | sender (?: 's )? | outgoing | outbound | smtp | delivery ) \s
            (?: (?: e-?mail | mail | message | account ) \s )? quota \b
      | (?: e-?mails | messages | recipients | failures ) \s (?: per | this | an? ) \s (?: minute | hour | day )
      | no \s smtp \s service \b | (?: bad | invalid ) \s dns \b | dns \s check \s fail  # GMX and WEB.DE; QQ
      | domain \s \S{1,255} \s has \s exceeded | you (?: \s ha | ' ) ve \s exceeded
      | credits? \s exceeded | insufficient \s credit | unusual \s sending
      | service \s refus (?: é | e | ed ) \b  # Orange and La Poste, to a sender that they slow down
      | (?: trial | sandbox | demo ) \s (?: account | (?: sub )? domain ) s? \b | for \s test \s purposes \s only
      | (?: outgoing | outbound ) \s (?: e-? )? (?: mail | message | spam ) | submission \. exception
      | ip \s [\da-f.:]{3,45} \s is \s (?: temporarily \s )? blocked | too \s frequent \s connect
      | sending \s rate \b | too \s many \s (?: connections | sessions | complaints | (?: invalid | unknown | bad ) \s
            | messages (?! \s (?: on | in ) \s (?: \w+ \s )? (?: server | mailbox | inbox | folder | account ) ) )
      | ip [\s-] адрес | ваш\w* \s (?: (?: почтов | ip ) \w* [\s-] )? (?: ip \b | адрес | сервер | домен | хост )
    )
  | (?: лимит | квот ) \w* \s (?: на \s )? (?: отправ | исходящ | писем | сообщен )
  | (?: адрес | домен | ящик ) \w* \s отправител | (?: неизвестн | недопустим | неверн ) \w* \s отправител
  | (?: адрес | домен | скриньк ) \w* \s відправник | (?: невідом | неприпустим ) \w* \s відправник
    """
)
# The same in other languages. A word for the sender alone means nothing: a bounce returns a message to its sender.
SENDER_REFUSED_TRANSLATED = re.compile(
    r"""(?ix)
    \b (?: (?: absenders? | exp[ée]diteur | [ée]metteur | remitente | mittente | remetente | nadawca | afzender
            | avsändaren? | afsender | odes[ií]latel | отправитель ) (?: adresse | -? domain )?
          | domain \s des \s absenders | domena \s nadawcy
          | (?: ihre | votre | vostro | twoja | uw | vaše ) \s
            (?: domain | domäne | domaine | dominio | domena | domein | doména | (?: e-?mail-? )? adresse ) ) \s
        (?: (?: ist | wurde | est | es | è | é | jest | je | is | är | er | был[ао]? ) \s )?
        (?: unbekannt | ungültig | existiert | abgelehnt | gesperrt | nicht \s (?: gefunden | vorhanden | erlaubt )
          | inconnu | invalide | refusé | n'existe | no \s existe | desconocid | inválid | rechazad | non \s esiste
          | sconosciut | rifiutat | não \s existe | desconhecid | rejeitad | nieznan | nie \s istnieje | odrzucon
          | onbekend | bestaat \s niet | geweigerd | okänd | finns \s inte | ukendt | neznám | neexistuje
          | не \s (?: найден | существует | известен ) | неизвест | заблокирован | отклон[её]н )
  | \b (?: unbekannte[rs]? | ungültige[rs]? ) \s absender | \b onbekende \s afzender | \b nieznany \s nadawca
  | \b neznámý \s odesílatel | \b okänd \s avsändare
  | (?: (?: [发發寄][件信][人者] | [发發]送[方者] ) (?: 地址 | 域名 )? | [您你]的域名 )
        (?: 不存在 | 无效 | 無效 | 被?拒 )
  | (?: 送信者 | 差出人 | 送信元 ) の? (?: ドメイン | (?: メール )? アドレス )? [がは] 存在
    """
)
# Where the sender, its host or its domain is listed, or does not pass a check.
SENDER_LISTED = re.compile(
    r"""(?ix)
    (?: black | block | deny ) [\s-]? list | \b (?: dns )? [ru]?bl s? \b | reputation | \b blocked \s using \b
  | \b is \s listed \s (?: at | by | on ) \b
  | \b (?: spamhaus | spamcop | sorbs | cloudmark ) \b | \b is \s on \s the \s suppression \s list \b
  | \b (?: spf | dkim | dmarc | ptr ) \b | reverse \s (?: dns | lookup )
    """
)
# A policy of the receiver.
POLICY_VERDICT = re.compile(
    r"""(?ix)
    \b polic(?:y|ies) \s (?: reasons? | violation | rejection | restrictions? | error )
  | \b (?: blocked | rejected | refused | denied | prohibited | restricted ) \s (?: by | due \s to ) \s
        (?: [\w-]+ \s ){0,3} polic(?:y|ies)
  | \b not \s allowed \s to \s send \s (?: [\w-]+ \s ){0,2}? to \b
  | \b aol \s will \s not \s accept \b  # with 521 5.2.1, for reasons such as the domain's DMARC
    """
)
# A reader who is there refuses the sender, or their filter does.
READER_REFUSES = re.compile(
    r"""(?ix)
    \b (?: user | recipient | addressee ) \s (?: you \s are \s trying \s to \s \w+ \s )? (?: has \s | have \s )?
        (?: not \s whitelisted | blocked | blacklisted )
        \s (?: you\b | your \s (?: e-?mail (?: s | \s address )? | mail | messages? | address ) \b
          | (?: the | this ) \s sender )
        (?! \s (?: server | domain ) )
  | (?: получатель | адресат | пользователь ) \s (?: заблокировал | отказался | отклонил | не \s принимает )
  | \b (?: blocked | rejected | refused ) \s by \s (?: (?: the | this ) \s )? (?: recipients? | user ) \b
        (?! \s (?: server | domain ) )
  | \b recipient \s preferences \b
  | \b does \s not \s (?: want | accept ) \s (?: [\w-]+ \s ){0,3}?
        (?: e-?mails? | mail | messages? ) \s from \s (?: you | the \s sender | this \s (?: sender | address ) )
  | \b does \s not \s want \s your \s (?: e-?mail | mail | message )
  | \b refuses \s (?: to \s receive \s )? (?: this | your ) \s (?: e-?mail | mail | message )
    """
)
# A mail or its sender was taken for spam, in words or with a code of AOL (CON:B1, RLY:B1, DYN:T1, HVU:B1, RTR:BB).
SPAM_VERDICT = re.compile(
    r"""(?ix)
    [(\[] (?: CON | RLY | DYN | HVU | RTR ) (?: : \s? [A-Z\d]{1,4} )? [)\]]
  | \b (?: block(?:ed|ing) | reject(?:ed|ion) | refused | denied | classified | identified | detected | considered
        | suspected | looks \s like ) \b [^.;:]{0,30}? \b (?: spam | junk | unsolicited | bulk )
  | \b (?: spam | unsolicited | bulk ) \s (?: \w+ \s ){0,3} (?: blocked | rejected | refused | denied | detected )
  | \b content \s filter \b .{0,20}? \b quarantin  # Exchange
    """
)

SENDER_REJECTED = re.compile(r"(?i)\bsender (?:e-?mail )?(?:address|domain) (?:rejected|refused|denied|blocked)\b")
HOST = re.compile(r"(?<!\S)\S*\w\.\w\S*")  # also an address or a link; its words, as in bl.reader.example, say nothing

# Some servers state a policy, 5.7.0 or 5.7.1, for a mailbox that does not exist or is full: Yandex, qmail, and Postfix
# for what a table or a program of its operator rejects. With any other word the text may be about the sender: its host,
# its login, how much it sends, or a callback to its address.
_ABOUT_MAILBOX = (
    "a by disk does exceeded exist found full has here in inbox is it its known limit local mail-box mailbox name no "
    "not of over overfull quota recipient s size sorry space storage such table that the there this unknown user "
    "virtual badrcptto chkuser chkusr command rcpt reply to "
    "известен найден не нет переполнен получатель пользователь пользователя почтовый существует такого ящик ящика"
)
WORDS_ABOUT_MAILBOX = frozenset(_ABOUT_MAILBOX.split())
MAILBOXES = frozenset({"inbox", "mail-box", "mailbox", "ящик"})
RECIPIENT_REJECTED = re.compile(r"(?i)\brecipient address rejected:")
# A mailbox that gets no mail, or none at all, behind words that are about no sender: Rambler, Proofpoint, Trend Micro,
# Zerospam.
REJECTED_AS_CLOSED = re.compile(
    r"""(?ix)
    \b recipient \s address \s rejected: \s
    (?: (?: (?: user | mailbox | recipient | account ) \s )? (?: is \s )? (?: inactive | disabled | deactivated )
      | user \s email \s address \s is \s marked \s as \s invalid | invalid-recipient | not \s in \s recipient \s list )
    \.? \s* (?: \( in \s reply \s to \b .* )? \Z
    """
)

# Refusals under 5.7.1 that are about the recipient alone. Exchange: such as 5.7.124, by the agent that checks a
# recipient's restrictions. Yandex: it has blocked their account, until they say who they are
# (https://yandex.com/support/mail/bounces/yandex/policy-rejection-on-the-target-address.html).
RESTRICTED_MAILBOX = re.compile(
    r"\bRESOLVER\.RST\.(?:\w*Auth|\w*Sender|\w*Permission)|\b(?i:Policy rejection on the target address)\b"
)

NO_MAILBOX = re.compile(
    r"""(?ix)
    (?: no | unknown | invalid | non-?existent | unroute?able ) \s
        (?: (?: such | local | valid | virtual | e-?mail | final \s delivery ) \s ){0,2}
        (?: user | mailbox | recipient | address | account | person | destination | local[\s-]part )
  | (?: user | mailbox | recipient | account | address | domain ) \b [^.;:]{0,60}?
        (?: not \s (?: found | known | exist | listed | present | a \s known )
          | \snot \s (?: exist | have ) | \b unknown \b | \b nonexistent \b )
  | not \s (?: our | a \s (?: local | valid ) ) \s (?: customer | user | mailbox | recipient | address )
  | recipient \s address (?: es )? \s rejected (?! \s your \s | : [^.]{0,60}?
        (?: \b (?: spf | dkim | dmarc | spam | polic(?:y|ies) | reputation ) \b | \b blocked \s (?: by | using ) \b
          | \b https?://\S{0,60}(?: spam | \bbl\b | dnsbl ) ) )
  | (?: user | mailbox | recipient | account | address ) \b [^.;:]{0,60}? \b not \s be \s found
  | \b (?: user | mailbox | recipient ) \s (?: is \s | was \s )? not \s recogni[sz]ed \b (?! \s as \b )
  | user \s not \s local | \b no \s one \s at \s this \s address
  | mailbox \s (?: name \s )? (?: is \s )? not \s allowed \b (?! \s (?: to | from | for | by ) \b )
  | \b no \s one \s here \s by \s that \s name | \b no \s such \s mail \s drop
  | \b addressee \s unknown | \b illegal \s alias
  | \b unroute?able \s mail \s domain | \b could \s not \s find \s any \s (?: host \s named | mailbox | user ) \b
  | \b recip (?: ient )? _? not _? found \b
  | delivery \s error: \s dd \s .{0,80}? \b no \s longer \s valid  # Yahoo
  | нет \s такого | такого \s \w+ \s нет | неизвестный \s (?: получатель | пользователь | адрес )
  | \b получатель \s неизвестен | \b адресат \s не \s (?: найден | существует )
  | (?: пользовател | получател | ящик | адрес ) [^.;:]{0,40}? не \s (?: найден | существует )
  | немає \s такого | такого \s \w+ \s немає | невідомий \s (?: одержувач | отримувач | користувач | адресат )
  | (?: користувач | одержувач | отримувач | адресат | скриньк | адрес ) [^.;:]{0,40}? не \s (?: знайден | існує )
  # An unknown error or command says nothing about the recipient.
  | unbekannt (?! \w{0,2} \s (?: \w{0,20} fehler | befehl | kommando | gr[uü]nd | ursache ) )
  | existiert \s nicht | nicht \s (?: gefunden | vorhanden ) | \b benutzer \s nicht \s bekannt
  | \b (?: usuario | cuenta | buz[óo]n | usuário | conta | destinat[aá]rio ) \s (?: no | n[ãa]o ) \s encontrad
  | \b (?: utente | casella | indirizzo | destinatario ) \s (?: non \s trovat | inesistente )
  | \b nie \s (?: znaleziono | ma \s takiego ) \s (?: użytkownik | konta | adres ) | \b brak \s takiego \s użytkownik
  | \b uživatel \s nenalezen
  | (?<! erreur \s ) (?<! commande \s ) (?<! raison \s ) inconnu | n'existe \s pas | introuvable
  | no \s existe | (?<! error \s ) (?<! comando \s ) (?<! motivo \s ) desconocid | inexistente
  | não \s existe | (?<! erro \s ) (?<! comando \s ) (?<! motivo \s ) desconhecid
  | non \s esiste | (?<! errore \s ) (?<! comando \s ) (?<! motivo \s ) sconosciut
  | nieznany (?! \s (?: błąd | powód ) ) | nie \s istnieje | neexistuje
  | bestaat \s niet | onbekend (?! e \s (?: fout | reden ) ) | finns \s inte | bulunamad | 不存在 | 存在しません
    """
)
# The sender's own relay (Amazon SES, Mailgun) keeps a list of addresses that bounced or complained. A receiver that has
# the sender's address, domain or host on such a list says nothing about the recipient.
RELAY_SUPPRESSES = re.compile(
    r"""(?ix)
    (?: \b (?: this | the | destination | recipient (?: ['’]s )? ) \s (?: e-?mail \s )? address | \b recipient )
        \s (?: because \s it \s )? is \s on \s the \s suppression \s list \b
  | \b suppressed \s sending \s to \s this \s address \b
  | \b not \s delivering \s to \s (?: a \s )? (?: previously \s bounced | unsubscribed | suppressed ) \b
    """
)
# A mailbox that is there and gets no mail.
MAILBOX_CLOSED = re.compile(
    r"""(?ix)
    (?: user | mailbox | recipient | (?<! \b sender \s ) account
        | (?<! \b ip [\s-] ) (?<! \b source \s ) (?<! \b client \s ) (?<! \b remote \s ) address ) \b .{0,40}? \b
        (?: disabled | suspended | closed | inactive | expired | deleted | invalid | not \s active | no \s longer
          | unavailable (?! \s or \b ) )
  # Not an address: it may be the sender's, or an IP address.
  | (?: user | mailbox | recipient | (?<! \b sender \s ) account ) \b .{0,40}? \b blocked
  # Not "locked", which is for the moment, while somebody reads their mail.
  | (?<! \b your \s ) \b (?: user | mailbox | recipient | (?<! \b sender \s ) account )
        \s (?: deactivated | (?: is | was | has \s been ) \s
            (?: deactivated | terminated | cancell?ed | discontinued | retired ) )
  | \b (?: user | recipient | employee ) \s has \s left \s (?: the | our ) \s (?: company | organi[sz]ation )
  | \b inactive \s (?: user | mailbox | recipient ) \b
  | \b deactivated \s mailbox | \b (?: conta | caixa \s postal ) \s inativa | \b konto \s (?: jest \s )? nieaktywne
  | \b archived \s recipient | \b compte \s du \s destinataire \s est \s bloqué?
  # Not their server, "не удалось" or "на удалённом сервере", nor a message for them that was deleted, as for a virus.
  | (?: (?<! \b сервер \s ) (?: пользовател | получател ) | ящик | адрес ) .{0,40}?
        \b (?: отключ[её]н | заблокирован ) [аоы]? \b
  | (?: (?<! \b сервер \s ) (?: користувач | одержувач | отримувач ) | скриньк | адрес ) .{0,40}?
        \b (?: вимкнен | заблокован ) (?: [аоиі] | ий )? \b
  | (?: (?<! \b для \s ) (?: пользовател | получател ) | ящик | адрес ) .{0,40}? \b удал[её]н [аоы]? \b
  | (?: (?<! \b для \s ) (?: користувач | одержувач | отримувач ) | скриньк | адрес ) .{0,40}?
        \b видален (?: [аоиі] | ий )? \b
    """
)
# A full mailbox in other languages than English, for patterns that are verbose and ignore case.
FULL_TRANSLATED = r"""
    \b (?: postfach | mailbox | posteingang ) .{0,60}? \b (?: voll \b (?! \s qualifi ) | überfüllt )
  | \b speicher (?: platz | kapazität | volumen ) .{0,60}? \b erschöpft
  | \b bo[iî]te .{0,60}? \b (?: pleine | saturée ) \b
  | \b (?: buz[óo]n .{0,60}? | mailbox \s ) \b lleno \b | \b bandeja \s de \s entrada .{0,60}? \b llena \b
  | \b casella .{0,60}? \b piena \b | \b caixa .{0,60}? \b cheia \b
  | \b skrzynk .{0,60}? \b (?: prze | za )? pełn (?: ion )? [ao] \b
  | \b schránka .{0,20}? \b plná | \b (?: postvak | mailbox ) .{0,40}? \b vol \b
  | \b (?: brevlåda | postlåda | inkorg | postboks | innboks ) .{0,40}? \b full \b
  | \b (?: postkasse | indbakke ) .{0,40}? \b fuld \b | \b (?: sähkö )? postilaatikko .{0,40}? \b täynnä \b
  | \b kutusu \s (?: dolu | doldu )
  # In one sentence: the next one may ask whether the address was filled in rightly.
  | (?: ящик | скриньк ) (?: [^.;!?] | \. (?= \S ) ){0,40}?
        (?: переполнен | переповнен | заполнен | заповнен | \b полон \b )
  | (?: переполнен | переповнен ) .{0,30}? (?: ящик | скриньк )
"""
# States that end, also where status or words mean "no such mailbox". Gmail states 5.2.1 for a reader who gets too much
# mail (550 5.2.1 ReceivingRatePerm, https://support.google.com/a/answer/3726730). "Try again" alone is not here: it is
# advice about the spelling of an address.
PASSING = re.compile(
    r"""(?ix)
    \b (?:
        receiving \s (?: e-?mails? | mail | messages ) \s (?: at \s a \s rate | too \s (?: quickly | fast | often ) )
      | throttl | rate [\s-]? (?: limit | exceeded )
      | too \s many \s (?: e-?mails | messages ) \s (?: for | to ) \s (?: this | the | that )
      | (?: out \s of | insufficient | no | not ) \s (?: [\w-]+ \s ){0,3}? (?: space | storage | room ) \b
      | (?: exceed(?:s|ed|ing)? | over | reach(?:ed)? ) \s (?: [\w-]+ \s ){0,4}?
            (?: limit | capacity | size | storage ) \b
      | (?: limit | capacity | storage | space | size | usage ) \s
            (?: is \s | was \s | has \s been \s )? (?: exceeded | reached | exhausted | full ) \b
      | maximum \s [^.;:]{0,30}? \b reached \b | (?: mailbox | storage ) \s (?: \w+ \s )? limit \b
      | (?: mailbox | inbox | account | folder ) \s (?: [^\s.,;:]+ \s ){0,7}? (?: over )? (?: full | filled ) \b
            (?! \s name )
      | full \s (?: mailbox | inbox ) \b
      | unverified \s address \b  # Postfix, while it asks the mailbox's server, or cannot
      | (?: currently | right \s now | at \s (?: this | the ) \s (?: time | moment ) ) \b
      | mailbox \s (?: is \s )? (?: busy | in \s use ) \b | server \s (?: is \s )? (?: too \s )? busy \b
      | maintenance \b | being \s (?: moved | migrated ) \b
      # The server could not look, and does not know whether there is such a mailbox.
      | (?: internal | system | server | database | ldap | lookup | i/o ) \s (?: \w+ \s )? (?: error | failure ) \b
      | (?: database | ldap | directory | lookup | verification ) \s (?: (?: server | service ) \s )? (?: is \s )?
            (?: un | not \s ) available \b
      | said: \s 4\d\d \b  # Postfix, about the reply to its question whether a mailbox is there
      | host \s not \s found, \s try \s again \b  # TRY_AGAIN of the resolver, as Postfix writes it
      | временно | квот
      | (?: сейчас | в \s (?: настоящее \s время | данный \s момент ) | техническ\w+ \s обслуживани ) | тимчасово
      | спробуйте .{0,20}? пізніше | (?: derzeit | momentan ) \b
      | (?: actuellement | actualmente | attualmente | atualmente ) \b | saturée? \b | cuota \b
      | vorübergehend | temporär | später \s (?: erneut | noch | wieder )
      | temporairement | plus \s tard \b
      | (?: temporal | temporanea | temporaria ) mente \b | más \s (?: tarde | adelante ) \b
      | più \s tardi \b | mais \s tarde \b
      | tymczasowo | spróbuj .{0,20}? później
      | dočasně | zkuste .{0,20}? později
      | tijdelijk | later \s opnieuw
      | tillfälligt | försök .{0,20}? senare
      | geçici | daha \s sonra
    )
  | receiving_?rate
  # Any words about a quota, but no name of a host.
  | (?<! [\w.@/-] ) (?: over-? )? quotas? \b (?! [.-]\w )
  | (?<! \b not \s ) \b temporarily \b
  | (?<! \b not \s a \s ) (?<! \b no \s ) \b temporary \s (?: \w+ \s )? (?: failure | error | problem | condition )
  | (?<! \b not \s ) \b (?: try | retry | come \s back ) \s (?: it \s )? (?: again \s )?
        (?: later | (?: in | after ) \s (?: \d | a \s few ) )
  | gr[ae]y-?list | (?: повтор | попробу | попыт ) \w{0,8} \s (?: \w{1,15} \s ){0,3} (?: позже | позднее )
  | переполнен | превышен .{0,20}? (?: квот | лимит | объ[её]м | размер )
  | (?: нет | недостаточно | закончилось | не \s хватает ) \s (?: \w+ \s )? мест[ао]
  | переповнен | перевищен .{0,20}? (?: ліміт | обсяг | розмір )
  | (?: немає | недостатньо | бракує ) \s (?: \w+ \s )? місця
  | (?: kontingent | speicherlimit )
  | 一時的 | 後ほど | 空[间間]不足 | 容量不足 | いっぱい | 容量.{0,5}超 | [暂暫][时時] | 稍[后後] | 箱已?[满滿]
  | 配[额額].{0,5}[满滿超] | 일시적 | 나중에
  | """
    + FULL_TRANSLATED
)
# A quota or a mailbox is used up, also in a sentence that says that the message was rejected for it.
USED_UP = r"""
    \b over \s? quota | \b quotas? \s (?: (?: would | will ) \s be \s | (?: is | was | has \s been ) \s )?
        (?: exceeded | reached | exhausted | full ) \b
  | \b exceed(?:s|ed|ing)? \s [^.;:]{0,30}? \b quota \b
  | \b (?: mail )? box \s (?: is \s | was \s | has \s )? (?: \w+ \s )? (?: full \b | overflow )
  | \b not \s enough \s (?: \w+ \s )? space \s in \s (?: \w+ \s ){0,2} mailbox
"""
FULL_MAILBOX = re.compile(
    r"""(?ix)
    \b (?: mailbox | mail \s? folder | inbox | account | user | recipient ) .{0,40}?
        (?: full \b | quota | storage | disk \s space )
  | \b mailbox \s size \s limit | \b too \s many \s messages \s (?: on | in ) \s
  | \b exceeded \s storage \s allocation | \b storage \s space \s in \s mailbox | \b speicher(?: volumen | platz )
  | недостаточно \s места | \b квот\w* .{0,30}? ящик | ящик .{0,40}? \b квот | 空间不足
  | """
    + USED_UP
    + "|"
    + FULL_TRANSLATED
)


def spelled_out(text: str) -> str:
    """A text with "does not" for "doesn't", whichever apostrophe it has, and so on."""
    return _CONTRACTION.sub(r"\1 not", text) if "'" in text or "’" in text else text

"""The phrases by which mail servers, people and their programs are recognised, in several languages.

Each pattern is a kind of wording and not the text of one server: they differ between versions and translations.
Those of failures are compared with texts as `receivers.reply_words.spelled_out` writes them: "was not" for "wasn't".
"""

import re

from digest.receivers.reply_words import FULL_TRANSLATED

# Subjects of bounces; replies to one ("Re:") are mail of people.
BOUNCE_SUBJECT = re.compile(
    r"""(?ix)
    ^ \W* (?: \[ [^\]]{0,60} \] \s* | \*+ [^*]{0,40} \*+ \s* )?
    (?: .{0,60}? \b )?
    (?: un (?: deliver | able \s to \s deliver | sent | routeable ) | non-? \s? deliver | not \s delivered
      | failed \s mail | mail \s (?: delivery \s )? fail | deliver(?:y|ed)? .{0,40}? (?: fail | error | problem
      | notif
        | report | status | unsuccessful | delay | incomplete )
      | fail (?: ed | ure )? .{0,30}? (?: deliver | notice | notification | to \s send )
      | return(?:ed|ing)? \s (?: mail | message | to \s sender | e-?mail ) | mail \s (?: error | system \s error )
      | message \s (?: you \s sent )? .{0,20}? (?: not \s delivered | undeliver | delayed | could \s not | rejected )
      | (?: e-?mail | message | mail ) \s (?: was \s )? (?: blocked | rejected | bounced | refused )
      | (?: could | can ) \s? not \s (?: be \s )? (?: send | sent | deliver )
      | (?: invalid | unknown | no \s such ) \s (?: recipient | user | address ) | user \s (?: unknown
      | not \s found )
      | mailbox \s (?: full | unavailable | not \s found | error ) | \b bounce[d]? \b | \b ndn \b | \b ndr \b
      | rejected \s (?: mail | posting ) | mdaemon \s warning | warning: \s (?: could | message )
      | permanent \s .{0,20} fail | temporary .{0,20} (?: fail | problem )
      | недостав | не \s (?: было \s )? доставл | невозможно \s доставить | ошибк .{0,20} доставк
      | возврат \s (?: пис | поч )
      | сбой \s доставк | отч[её]т .{0,10} доставк
      | не \s вдалося \s доставити | неможливо \s доставити | помилк .{0,20} доставк | збій \s доставк
      | звіт .{0,10} доставк | повернен .{0,10} \s (?: лист(?: а | ів )? \b | пошт )
      | unzustellbar | nicht \s zugestellt | fehlgeschlagen | zustell .{0,15}? (?: fehl | status | problem | bericht )
      | zur[üu]ckgewiesen | nicht \s zustellbar | rücksendung
      | non \s (?: remis | délivr | distribu ) | échec | message \s non | non-remise | retour .{0,20} exp[ée]diteur
      | no \s (?: se \s )? (?: pudo | ha \s podido ) | no \s entreg | devuelto | fallo .{0,20} entrega
      | error .{0,15} entrega
      | mancata \s (?: consegna | notifica ) | impossibile \s (?: recapit | consegn ) | non \s (?: recapit | consegn )
      | n[ãa]o \s (?: foi \s )? entreg | falha .{0,20} (?: entrega | envio ) | devolvid | erro .{0,15} entrega
      | niedostarcz | nie \s dostarcz | zwrot | nedoru[cč] | niet \s (?: bezorg | afgeleverd ) | onbestelbaar
      | kunde \s inte | ej \s leverer | (?: kan | kunne ) \s ikke | ei \s voitu \s toimittaa | teslim \s edilemedi
      | kézbesíthet
      | 配信(?:不能|できま|エラー|失敗) | 送信(?:エラー|失敗|できま) | 返送 | 届けられ | 未達 | エラーメール
      | メール.{0,10}エラー
      | 退信 | 退回 | 无法(?:投递|送达|传递) | 無法(?:投遞|傳遞|送達) | 投递失败 | 传递失败 | 发送失败 | 系统退
      | 未送達 | 未送达
      | 반송 | 전송\s*실패 | 배달\s*실패
      | """
    + FULL_TRANSLATED
    + ")"
)

# Sentences that say that a message did not arrive.
FAILURE = re.compile(
    r"""(?ix)
    (?: un | not \s (?: be (?: en )? \s )? ) deliver
  | could \s not \s (?: be \s )? (?: deliver | sent | send | reach | find )
  | (?: can \s? not | unable \s to | failed \s to | not \s able \s to )
      \s (?: be \s )? (?: \w+ \s )? (?: deliver | send | reach | relay | route | process | accept )
  | deliver(?:y|ing)? .{0,60}? (?: fail | error | problem | unsuccessful | impossible | aborted | stopped | delayed
        | refused )
  | fail(?:ed|ure)? .{0,40}? (?: deliver | recipient | address | permanent ) | permanent .{0,20} (?: error | fail )
  | (?: message | mail | e-?mail ) .{0,80}? (?: was \s | were \s | been \s | is \s | be \s )
      (?: not \s (?: delivered | sent | accepted | received ) | undeliver | returned | rejected | blocked | bounced
        | refused | not \s able \s to | unable )
  | did \s not \s (?: reach | arrive ) | had .{0,30} (?: delivery | transient | permanent ) .{0,30} (?: error
  | problem )
  | (?: return(?:ed|ing) | rejected ) .{0,40} (?: message | mail | sender )
  | (?: user | mailbox | recipient | account | address | host | domain ) .{0,80}?
      (?: unknown | not \s (?: found | exist | listed | valid | available | known | recogni[sz]ed ) | \b no \s longer
        | unavailable | disabled | does \s not \s (?: exist | have ) | rejected
        | invalid
        | inactive | over \s quota | \b full \b | exceed | suspended | closed )
  | (?: unknown | invalid | no \s such | unrouteable | illegal | bad | non-?existent | unable \s to \s find )
      \s (?: local \s | mail \s )? (?: user | mailbox | recipient | account | address | host | domain | person )
  | quota \s exceed | \b over \s? quota | mailbox \s (?: is \s )? full | message \s (?: size \s )? (?: exceed | too )
  | (?: rejected | refused | bounced | trouble ) \s (?: the \s )? (?: recipient | address | user | deliver )
  | transcript \s of \s session | fatal \s errors | giving \s up | retry \s time(?:out)? | will \s (?: keep
  | continue )
  | still \s being \s retried | errors? .{0,30}? (?: occurred | encountered | sending | while )
  | \b rejected \b .{0,60} \b by
  | following \s (?: \w+ \s )? (?: address | recipient | user | destination ) | (?: destinatario
  | destinataire ) s? \s suivant
  | \b [45]\d\d [\s-] (?: \# ? [45]\.\d+\.\d+ | [a-z<] ) | \( ? \# ? [45]\.\d{1,3}\.\d{1,3} \b
  | \b (?: smtp \s )? error .{0,10} [45]\d\d
  | не \s (?: может | удал | было \s достав | достав | существ | найден | смог ) | невозможно | недостав
  | переполнен | отклон
  | не \s (?: вдал | існує | знайден | зміг ) | неможливо | відхилен
  | nicht \s (?: zugestellt | zustellbar | gefunden | erreich | ausgeliefert | übermittelt | existier )
  | unbekannt | unzustellbar
  | konnte .{0,60} nicht | fehlgeschlagen | überschritten | existiert \s nicht
  | n'a \s p(?:as|u) | n'ont \s p | non \s (?: remis | distribu | délivr ) | impossible | introuvable | inconnu
  | n'existe | échec
  | no \s (?: se \s )? (?: ha \s )? (?: pudo | podido | existe | entreg ) | no \s ha \s sido | desconocid
  | rechazad | devuelto
  | non \s (?: è \s stato | [èe] \s possibile | esiste | recapit | consegn ) | impossibile | sconosciut
  | n[ãa]o \s (?: foi | p[ôo]de | existe | encontrad | é \s poss ) | falha | desconhecid | excedid
  | nie \s (?: zosta | można | istnieje | mógł ) | neexistuje | nelze | niet \s (?: worden | bezorgd
  | afgeleverd | gevonden ) | onbekend
  | kun[dn]e \s (?: inte | ikke ) | ei \s voitu \s toimittaa | finns \s inte | bulunamad | edile?medi
  | 配信(?:でき|不能|エラー|に失敗) | 送信でき | 存在し(?:ない|ません) | 見つかり | 届けられ | 届きません
  | 受信でき | 宛先不明 | 失敗し
  | 无法(?:投递|送达|传递|发送) | 無法(?:投遞|送達|傳遞|傳送) | 不存在 | 未(?:找到|送达|能) | 失败 | 失敗 | 退信
  | 被退回 | 拒绝 | 拒絕
  | 수신자 | 존재하지 | 실패
  | """
    + FULL_TRANSLATED
)

# A message that is still tried. A delay alone may be that of a train in a headline.
DELAY = re.compile(
    r"""(?ix)
    will \s (?: keep | continue ) .{0,20} try | (?: still | being ) \s (?: being \s )? retried
    | not \s yet \s (?: been \s )? deliver
  | \b will \s be \s retried | \A \W* delay(?:ed)? \s? :
  | \b (?: e-?mails? | mails? | messages? | deliver(?: y | ies ) | transmission | notification ) \b .{0,40}?
        \b delay(?: s | ed )? \b
  | \b delay(?: s | ed )? \s (?: (?: in | of | your | the ) \s )* (?: e-?mail | mail | message | deliver )
  | (?: could \s not | unable \s to ) \s (?: send
  | deliver ) .{0,60} for \s (?: the \s )? (?: past | last ) \s \d
  | warning \s message \s only | do \s not \s need \s to \s resend | delivery \s attempts \s will \s continue
  | no \s action \s is \s required
  | (?: zustell | nachricht | mail | sendung | übermitt?l | ausliefer ) \w{0,10} .{0,30}? verzöger
  | verzöger \w{0,6} \s .{0,20}? (?: zustell | zugestellt | nachricht | mail | ausgeliefer | übermitt )
  | \b (?: messages? | courriels? | e-?mails? | mails? | remise | distribution | livraison | envoi | acheminement ) \b
        .{0,30}? \b retard
  | \b retard \w{0,4} \s .{0,20}? (?: remise | distribution | livraison | acheminement )
  | \b (?: entrega | mensajes? | correos? | env[ií]o ) \b .{0,30}? \b (?: retras | demora )
  | \b (?: retras | demora ) \w{0,6} \s .{0,20}? (?: entrega | env[ií]o )
  | \b (?: consegna | messaggi[oi]? | recapito | invio | e-?mail ) \b .{0,30}? \b ritard
  | \b ritard \w{0,6} \s .{0,20}? (?: consegna | recapito | invio )
  | \b (?: entrega | mensage(?: m | ns ) | e-?mail | envio ) \b .{0,30}? \b atras
  | \b atras \w{0,6} \s .{0,20}? (?: entrega | envio )
  | \b (?: доставк | отправк | письм | сообщени | почт ) \w{0,5} \b .{0,30}? \b задерж
  | \b задерж \w{0,8} \s .{0,20}? (?: доставк | доставля | отправк | письм | сообщени | почт )
  | (?: 配[信送達] | 送信 | メール | メッセージ ) .{0,15}? 遅延
  | 遅延 .{0,10}? (?: 配[信送達] | 送信 | メール | メッセージ )
  | (?: 投[递遞] | [邮郵]件 | [传傳]送 | [发發]送 | 送[达達] ) .{0,15}? 延[迟遲]
  | 延[迟遲] .{0,10}? (?: 投[递遞] | [邮郵]件 | [传傳]送 | [发發]送 | 送[达達] )
    """
)

# A line with the subject of the message that came back, and such a subject in a sentence.
_SUBJECT_LABEL = r"""(?: subject | betreff | objet | asunto | oggetto | assunto | тема | temat | předmět | onderwerp
    | ämne | emne | konu | 件 \s? 名 | 主 \s? [题題旨] | 标 \s? 题 | 제목 )"""
QUOTED_SUBJECT = re.compile(
    rf"(?ix) (?P<label> [\s>|*]* (?: original \s )? {_SUBJECT_LABEL} \s{{0,8}} [:：] ) (?P<subject> .* )"
)
SUBJECT_IN_SENTENCE = re.compile(
    rf"""(?ix)
    (?P<label> \b (?: {_SUBJECT_LABEL} | темой ) [\s:：]{{0,4}} )
    ["«“„「《] (?P<subject> [^"»”“」》]{{1,200}} ) ["»”“」》]
    """
)

# From here on a report quotes the message that came back.
ORIGINAL = re.compile(
    r"""(?imx)
    ^ [\s>*|]* (?:
        [-=_*+.~]{2,} .{0,40}? (?: original | copy | below | header | message | returned | unsent | текст
        | оригинал | исходн
          | ursprüngl | kopie | copie | mensaje | messaggio | mensagem | 原 | 以下 ) .{0,120}
      | (?: this \s is \s a | a | the ) \s copy \s of \s (?: the | your ) .{0,100}
      | (?: the \s )? (?: original | returned | unsent | failed
      | attached ) \s (?: e-?mail \s )? message (?: \s (?: text | header | follows
          | below | is | was | included | attached ) s? .{0,80} | s? : ) .{0,20}
      | (?: the \s )? (?: headers? | text | first \s .{0,20} lines? ) \s (?: of | from ) \s (?: the
      | your ) \s .{0,20} (?: message | mail ) .{0,60}
      | \| - .{0,10} message .{0,80}
      | original \s (?: message | mail ) .{0,40} | исходное \s (?: письмо | сообщение ) .{0,40}
      | (?: [-]+ \s? )? begin \s .{0,30} message .{0,20}
    ) $
    """
)

# Lines that name an address without saying that mail to it failed.
UNRELATED = re.compile(
    r"""(?ix)
    contact | postmaster | please | http | help | \b abuse | support | forward | \b faq | mail \s from
    | message-?id | in-reply-to
  | return-path | reply-?to \b | \b sender \b | envelope-from | x-\w+ : | \b cc \s? : | (?: ^
  | \s ) from \s? :? [\s<] | reporting-mta
  | absender | expéditeur | remitente | mittente | remetente | отправител | 差出人 | 发件人 | 寄件者
  | \b helo \b | \b ehlo \b | unsubscribe
    """
)
# Lines that introduce the addresses to which mail failed.
CUE = re.compile(
    r"""(?ix)
    recipient | address(?:ee|es)? | deliver | following | \b to \s? : | \b rcpt | reach | failed | undeliver | \b user
  | адрес | получател | одержувач | отримувач | доставл
  | empfänger | adresse | folgende | destinatai | destinatari | direcci | indirizz
  | endereço | odbiorc | zustell | zugestellt | \b remis \b | délivr | entreg | consegn | recapit | dostarcz | doruč
  | bezorg | afgelever | leverer | leveres | toimit
  | adres | příjemc | ontvanger | mottagar | modtager | 宛先 | 受信者 | 収件者 | 收件人 | 地址
  | メールアドレス | 수신
    """
)

VACATION = re.compile(
    r"""(?ix)
    ^ \W* (?: (?: re | aw | r | sv | antw | ответ ) : \s* )? .{0,40}? (?:
        out \s of \s (?: the \s )? office | auto(?:matic)?[\s-]? (?: repl | respon | antwort )
        | auto-? \s? (?: reply | response | respuesta )
      | automated \s (?: reply | response ) | on \s (?: vacation | holiday | leave ) \b | vacation \s (?: reply
      | message | notice )
      | \b away \s from | i \s am \s away | \b ooo \b | autosvar | absen(?:ce|t) \b | abwesen | автоответ
      | автоматический \s ответ
      | в \s отпуске | отсутств | réponse \s automatique | respuesta \s automática | risposta \s automatica
      | resposta \s autom
      | fuori \s (?: sede | ufficio ) | automatisch(?:es?)? \s (?: antwort | antwoord )
      | automatisk[at]? \s sva? r | automatick[áé] \s odpov[ěe][ďd] | otomatik \s (?: yanıt | cevap )
      | 자동 \s? (?: 회신 | 응답 )
      | odpowiedź \s automatyczna | automatyczna \s odpowiedź | poza \s biurem | afwezig | nepřítomnost
      | автоматична \s відповідь | відсутн | на \s відпустці | у \s відпустці | автоматты \s жауап
      | аўтаматычны \s адказ | автоматичен \s отговор | аутоматски \s одговор
      | automaattinen \s vastaus | automatikus \s válasz | răspuns \s automat
      | αυτόματη \s απάντηση | automatski \s odgovor | samodejni \s odgovor | automatinis \s atsakymas
      | automātiska \s atbilde | automaatvastus | fuera \s de \s la \s oficina | frånvarande
      | \b im \s urlaub \b | \b ausente \b | \b assenza \b | \b ausência \b | fora \s do \s escritório | \b frånvaro
      | \b fravær | \b poissaolo | \b nieobecn | mimo \s kancelář | ofis \s dışında | \b απουσία \b | 부재중
      | (?: תשובה | מענה ) \s אוטומטי | رد \s تلقائي | trả \s lời \s tự \s động | ตอบกลับอัตโนมัติ
      | 自動(?:応答|返信|回覆|回复) | 自动(?:回复|答复) | 休假 | 不在
    )
    """
)

# What a reader leaves: a list of known words, because any other may name one edition, a topic or a photo.
_EVERYTHING = r"""
    (?: (?: your | this | that | the | these | those | all | any | of | further | future | and | e-?mail | mail
        | mailing | newsletters? | distribution | subscri(?: ption | bers? | ber's ) | contact | digest ) \s+ )*
    (?: list s? | (?: mail | mailing ) \s? list s? | (?: listserv | newsletter | mailing | e-?mail | mail | digest
        | subscription | database ) s? | distribution | subscribers | all | everything )
"""
_EVERYTHING_RU = r"""
    (?: (?: вашей | ваших | вашего | этой | этого | этих | всех | всей | своей | своего ) \s+ )*
    (?: (?: списка | списков | базы ) \s+ )?
    (?: (?: e-?mail | почтовой | почтовых | электронной | электронных ) \s+ )?
    (?: рассыл(?: ки | ок ) (?: \s+ (?: новостей | писем ) )? | подписки | подписок | подписчиков | получателей
      | адресатов | адресов | писем | списка | списков | базы (?: \s+ данных )? | дайджест(?: а | ов ) | всего )
"""

_MAIL = r"""
    (?: (?: your | these | this | those | any | more | further | all | the | such ) \s+ )*
    (?: e-?mails? | mails? | messages? | newsletters? | mailings? | digests? )
    (?: \s+ (?: from \s+ you | any \s? more | again | at \s+ all ) )*
"""
_MAIL_RU = r"""
    (?: [\s,]+ (?: мне | нам | больше | никогда | пожалуйста | ваш[иу]? | это | эт[иу] | этот | письм[ао] | писем
        | рассылк[ауи] | рассылок | новост[иь] | новостей | дайджест(?: ы | ов )? | почту | спам | сообщени[ейя]
        | сюда | от \s вас | на \s этот \s адрес ) )*
"""
_ADDRESS = r"(?: (?: my | this ) \s+ (?: e?-?mail (?: \s+ address )? | address ) )"
_ADDRESS_RU = r"""
    (?: мой \s+ (?: электронный \s+ )? (?: адрес (?: \s+ электронной \s+ почты )? | e-?mail | [еи]-?мейл | ящик )
      | мою \s+ (?: электронную \s+ )? почту )
"""
_PLEASE_RU = r"(?: \s* , \s* пожалуйста ,? | \s+ пожалуйста ,? )?"

# The whole first line of a reply, or a subject; `request_phrases` has other languages. What asks for less mail, or for
# another kind of it, is not recognised.
UNSUBSCRIBE = re.compile(
    rf"""(?ix)
    \W* (?: (?: hello | hi | hey | dear \s \w+ | здравствуйте | добрый \s (?: день | вечер ) | привет ) [\s,.!]* )?
    (?: (?: please | pls | kindly | пожалуйста | прошу (?: \s вас )? | просьба | больше | никогда | я | хочу | желаю
    | хотела? \s бы | i \s (?: want | wish | would \s like ) \s to | i ['’] d \s like \s to | let \s me
    | can \s you ) [\s,]+ )*
    (?: un[\s-]?su (?: bs?c | bs | sc ) ribe (?: :? \s+ (?: me | us | {_ADDRESS} ) )?
            (?: \s+ from \s+ (?: {_EVERYTHING} | this | it | these | them ) )?
      | (?: remove | delete ) \s+ (?: me | {_ADDRESS} )
            (?: \s+ (?: from | off (?: \s of )? ) \s+ (?: {_EVERYTHING} ) )?
      | remove
      | take \s+ (?: me | {_ADDRESS} ) \s+ (?: from | off (?: \s of )? ) \s+ (?: {_EVERYTHING} )
      | (?: cancel | end ) \s+ (?: (?: my | the | this | all | e-?mail | newsletter ) \s+ )* subscriptions?
      | (?: (?: i \s+ )? no \s+ longer | i \s+ (?: do \s+ not | don['’]?t ) ) \s+ (?: wish | want | care )
            (?: \s+ to \s+ (?: receive | get ) )? \s+ (?: {_MAIL} )
      | no \s+ more \s+ (?: {_MAIL} ) (?! [^?]* \? )
      | (?: do \s+ not | don['’]?t ) \s+ (?: e-?mail | contact | write \s+ to ) \s+ (?: me | us )
            (?: \s+ (?: any \s? more | again | ever ) )*
      | (?: do \s+ not | don['’]?t ) \s+ send \s+ (?: (?: me | us ) \s+ )? (?: {_MAIL} )
      | stop (?: \s+ (?: sending | mailing | emailing ) (?: [\s,]+ (?: me | us | to | it | this | these | those | the
          | your | any | more | anymore | all | such | please | again | ever | immediately | address | e-?mails?
          | mails? | messages? | newsletters? | news | digests? | updates? | spam | junk ) )* )?
      | opt (?: [\s-]? | \s+ me \s+ ) out (?: \s+ (?: from | of ) \s+ (?: {_EVERYTHING} ) )?
      | стоп
      | отпи(?: сать (?: ся )? | шите | сывайте | ска | саться ) (?: \s+ (?: меня | нас | {_ADDRESS_RU} ) )?
            {_PLEASE_RU} (?: \s+ от \s+ (?: {_EVERYTHING_RU} ) )?
      | (?: удали(?: те | ть ) | уберите | убрать | исключи(?: те | ть ) ) \s+ (?: меня | {_ADDRESS_RU} ) {_PLEASE_RU}
            (?: \s+ (?: из | с | со ) \s+ (?: {_EVERYTHING_RU} ) )?
      | сн(?: имите | ять ) (?: \s+ (?: меня | {_ADDRESS_RU} ) )? {_PLEASE_RU} \s+ со? \s+ (?: {_EVERYTHING_RU} )
      | отказ(?: аться | ываюсь )? \s+ от \s+ (?: {_EVERYTHING_RU} )
      | (?: прекрати | останови | отключи | отмени ) (?: те | ть ) {_PLEASE_RU}
            (?: \s+ (?: мне | мою | эту | вашу | всю | все | свою | почтовую ) )* \s+ (?: рассылк | подписк ) [уи]
      | отмена \s+ (?: (?: моей | этой | вашей ) \s+ )? (?: рассылки | подписки )
      | (?: прекратите | перестаньте | хватит ) (?: \s+ (?: мне | нам ) )? \s+
            (?: присылать | слать | отправлять | высылать | спамить ) {_MAIL_RU}
      | не \s+ (?: присылай | отправляй | высылай ) те {_MAIL_RU}
      | не \s+ (?: шлите | (?: присы | высы | с ) лать | отправлять ) {_MAIL_RU}
      | не \s+ пи(?: шите | сать ) (?: \s+ больше )? \s+ (?: мне | нам ) (?: \s+ больше )?
      | не \s+ (?: хочу | желаю ) (?: \s+ больше )? \s+ получать {_MAIL_RU}
      | мне \s+ (?: больше \s+ )? не \s+ нужн[аы] (?: \s+ (?: больше | эта | ваша | эти | ваши ) )*
            \s+ (?: рассылк[аи] | письма ) )
    (?: [\s,.!;]* (?: please | pls | thanks? (?: \s you )? | now | immediately | asap | пожалуйста | спасибо ) )*
    \W*
    """
)

# What separates two requests in a line, and what people add to one, which limits it to nothing.
BETWEEN_REQUESTS = re.compile(r"[.!?;,]+\s+|\s+(?:and|и|und|et|y|і|та)\s+")
REMARK = re.compile(
    r"""(?ix)
    \W* (?: i \s+ (?: have \s+ | had \s+ )? (?: never | did \s+ not | didn['’]?t ) \s+
            (?: subscribed? | sign(?: ed )? \s+ up | ask(?: ed )? )
            (?: \s+ (?: to | for ) \s+ (?: this | it | these ) )? (?: \s+ (?: {mail} ) )?
      | (?: i \s+ am \s+ | i['’]m \s+ )? (?: no \s+ longer | not ) \s+ interested
      | (?: this \s+ is | these \s+ are ) \s+ spam
      | я \s+ (?: (?: на \s+ (?: это | неё | нее | вас ) \s+ )? не \s+ подписывал(?: ся | ась )
            (?: \s+ на \s+ (?: это | неё | нее | вас | рассылку | вашу \s+ рассылку ) )? )
      | (?: мне \s+ )? (?: больше \s+ )? не(?: \s+ )? (?: интересно | актуально ) | это \s+ спам
      | (?: many \s+ )? thanks? (?: \s+ you )? | спасибо ) \W*
    """.replace("{mail}", _MAIL)
)

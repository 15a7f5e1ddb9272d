"""Requests to unsubscribe in German, French, Spanish and Ukrainian (pure).

As in `phrases.UNSUBSCRIBE`, a request is understood as a whole: any word that is not listed may name one edition, a
topic or a photo, or may say no. "Plus de mails" is none: it asks for more mail, or for no more.
"""

import re
from unicodedata import normalize

# Letters as people write them without their accents. The patterns have them so, and ä, ö and ü as a, o and u with an
# e that may follow.
_WITHOUT_ACCENTS = str.maketrans(
    dict(zip("äöüáéíóúñàâçèêëîïôùû’ʼ", "aouaeiounaaceeeiiouu''", strict=True)) | {"ß": "ss"}
)

# "No more mails?" may ask why none comes.
_NO_QUESTION = r"(?! [^?]* \? )"

_LIST_DE = r"""
    (?: (?: de[mnrs] | die | das | ihre[mnrs]? | eure[mnrs]? | diese[mnrs]? | alle[mnr]? ) \s+ )*
    (?: e-? )? (?: mail (?: [\s-] )? )? (?: newsletter[ns]? | verteiler[ns]? | verteilerlisten? | rundbriefe?[ns]?
      | mailinglisten? | mailing-listen? | mailing-?lists? | listen? | abonnentenliste | empfae?ngerliste | mails?
      | datenbank | digest s? )
"""
_FROM_DE = rf"(?: (?: vom | von | aus ) \s+ (?: {_LIST_DE} ) )"
_ADDRESS_DE = r"(?: (?: meine | diese | unsere ) \s+ (?: e-? )? (?: mail [\s-]? )? adresse )"
_ME_DE = rf"(?: mich | uns | {_ADDRESS_DE} )"
_THE_LIST_DE = r"""
    (?: (?: (?: den | ihren | euren | diesen | alle | deinen ) \s+ )? (?: e-? )? (?: mail- )? newsletter )
"""
_LETTERS_DE = "(?: e-?mails? | mails? | newsletters? )"
_MAIL_DE = r"""
    (?: (?: weiteren? | solchen? | mehr | ihre[rn]? | diese[rn]? | eure[rn]? ) \s+ )*
    (?: e-?mails? | mails? | newsletters? | rundmails | nachrichten )
    (?: \s+ (?: mehr | von \s+ (?: ihnen | euch ) ) )*
"""
_PLEASE_DE = r"(?: [\s,]+ (?: bitte | gerne? ) ,? )?"
_WANT_DE = r"""
    (?: (?: (?: ich | wir ) \s+ )?
        (?: moe?chten? | will | wollen | wue?nschen? | wue?rden? (?= .* \b (?: bitte | gerne? ) \b ) )
        (?: \s+ (?: bitte | gerne? ) )* )
"""
_REQUEST_DE = rf"""
    (?: (?: bitte | hiermit | ab \s+ sofort ) [\s,]+ )*
    (?: (?: abmeld(?: en | ung ) | abbestell(?: en | ung ) | austrag(?: en | ung ) ) (?: \s+ {_FROM_DE} )?
      | (?: abmeldung | abbestellung | kue?ndigung ) \s+ (?: {_LIST_DE} )
      | {_WANT_DE} \s+ (?: mich | uns ) {_PLEASE_DE} (?: \s+ {_FROM_DE} )? \s+ (?: abmelden | austragen )
      | (?: {_WANT_DE} \s+ )? {_THE_LIST_DE} {_PLEASE_DE}
            \s+ (?: abbestell(?: en | ung ) | abmeld(?: en | ung ) | kue?ndig(?: en | ung ) | stornieren )
      | {_WANT_DE} \s+ {_THE_LIST_DE} \s+ nicht \s+ (?: mehr | lae?nger ) \s+ (?: erhalten | bekommen | haben )
      | hiermit \s+ melden? \s+ (?: ich | wir ) \s+ (?: mich | uns ) (?: \s+ {_FROM_DE} )? \s+ ab
      | (?: ich | wir ) \s+ melden? \s+ (?: mich | uns ) (?: \s+ hiermit )? \s+ {_FROM_DE} \s+ ab
      | (?: (?: hiermit \s+ )? bestelle \s+ ich | ich \s+ bestelle (?: \s+ hiermit )? ) \s+ {_THE_LIST_DE} \s+ ab
      | bestell(?: en \s+ sie | t ) {_PLEASE_DE} \s+ {_THE_LIST_DE} {_PLEASE_DE} \s+ ab
      | melde(?: n \s+ sie | t ) {_PLEASE_DE} \s+ {_ME_DE} {_PLEASE_DE} (?: \s+ {_FROM_DE} )? {_PLEASE_DE} \s+ ab
      | trag(?: en \s+ sie | t ) {_PLEASE_DE} \s+ {_ME_DE} {_PLEASE_DE} (?: \s+ {_FROM_DE} )? {_PLEASE_DE} \s+ aus
      | (?: nehm(?: en \s+ sie | t ) | streich(?: en \s+ sie | t ) | loe?sch(?: en \s+ sie | t )
            | entfern(?: en \s+ sie | t ) ) {_PLEASE_DE} \s+ {_ME_DE} {_PLEASE_DE} \s+ {_FROM_DE}
            (?: \s+ heraus | \s+ raus )?
      | (?: streich(?: en \s+ sie | t ) | loe?sch(?: en \s+ sie | t ) | entfern(?: en \s+ sie | t ) ) {_PLEASE_DE}
            \s+ {_ME_DE}
      | (?: (?: koe?nn(?: en | ten ) \s+ sie | koe?nnte?t \s+ ihr ) {_PLEASE_DE} \s+ )?
            (?: {_ME_DE} {_PLEASE_DE} (?: \s+ {_FROM_DE} )? | {_FROM_DE} ) {_PLEASE_DE}
            \s+ (?: abmelden | austragen | loe?schen | streichen | entfernen )
      | (?: (?: koe?nn(?: en | ten ) \s+ sie | koe?nnte?t \s+ ihr ) {_PLEASE_DE} \s+ )?
            (?: {_ME_DE} {_PLEASE_DE} \s+ )? {_FROM_DE} {_PLEASE_DE} \s+ (?: heraus )? nehmen
      | (?: send | schick ) (?: en \s+ sie | e?t ) {_PLEASE_DE} (?: \s+ (?: mir | uns ) )? {_PLEASE_DE} \s+ keinen?
            \s+ (?: {_MAIL_DE} )
      | {_WANT_DE} (?: \s+ {_FROM_DE} )? \s+ abgemeldet \s+ werden
      | {_WANT_DE} \s+ keinen? \s+ (?: {_MAIL_DE} ) (?: \s+ (?: erhalten | bekommen | haben ) )?
      | {_NO_QUESTION} (?: keine \s+ weiteren \s+ {_LETTERS_DE} (?: \s+ mehr )? | keinen? \s+ {_LETTERS_DE} \s+ mehr )
            (?: \s+ an \s+ (?: mich | diese \s+ adresse ) )? (?: \s+ (?: zu )? (?: senden | schicken ) )?
      | stopp (?: (?: en \s+ sie )? {_PLEASE_DE} \s+ {_THE_LIST_DE} )? )
"""

_LIST_FR = r"""
    (?: (?: la | le | les | votre | vos | cette | ce | ces | toutes? | tous ) \s+ )* (?: l' )?
    (?: newsletters? | infolettres? | lettres? \s+ d'info(?: s | rmations? )? | bulletins? (?: \s+ d'informations? )?
      | (?: mailing [\s-] )? listes? (?: \s+ (?: de \s+ | d' ) (?: diffusion | envoi s? | distribution | mailing
        | mails? | contacts? | abonnes | destinataires ) )?
      | mailings? | e-?mails? | mails? | courriels? | base (?: \s+ de \s+ donnees )? | digest s? )
"""
_FROM_FR = rf"(?: (?: de | du | des | d' | a | au | aux ) \s* (?: {_LIST_FR} ) )"
_ADDRESS_FR = r"""
    (?: mon \s+ (?: adresse (?: \s+ (?: e-? )? mail | \s+ electronique )? | e-?mail | mail | courriel ) )
"""
_PLEASE_FR = r"(?: [\s,]+ (?: svp | stp | s'il \s+ (?: vous | te ) \s+ plait | merci ) ,? )?"
_MAIL_FR = r"""
    (?: (?: de | des | vos | votre | d'autres | aucune? | la | les | cette | ces ) \s+ | d' )
    (?: newsletters? | e-?mails? | mails? | courriels? | infolettres? | messages? )
    (?: \s+ (?: de \s+ votre \s+ part | de \s+ vous ) )?
"""
_WANT_FR = r"""
    (?: (?: merci | priere ) \s+ de (?: \s+ bien \s+ vouloir )? | veuillez | (?: pouvez | pourriez ) - \s? vous
      | (?: je \s+ )? (?: souhaite (?: rais )? | veux | voudrais | desire | aimerais )
      | (?: nous \s+ )? (?: souhaitons | voudrions ) | je \s+ vous \s+ (?: prie | demande ) \s+ de )
"""
_NO_MORE_FR = r"(?: ne \s+ plus (?: \s+ (?: m' | nous \s+ ) envoyer | \s+ recevoir ) \s+ (?: " + _MAIL_FR + r") )"
_REQUEST_FR = rf"""
    (?: (?: svp | s'il \s+ vous \s+ plait ) [\s,]+ )?
    (?: (?: {_WANT_FR} \s+ )? (?: (?: me | se | nous ) \s+ )? des(?: abonner | inscrire )
            (?: [\s-]moi | \s+ {_ADDRESS_FR} )? {_PLEASE_FR} (?: \s+ {_FROM_FR} )?
      | (?: {_WANT_FR} \s+ )? (?: (?: me | nous ) \s+ )? (?: retirer | supprimer | enlever | rayer | oter )
            (?: \s+ {_ADDRESS_FR} )? {_PLEASE_FR} \s+ {_FROM_FR}
      | (?: {_WANT_FR} \s+ )? (?: retirer | supprimer | enlever ) \s+ {_ADDRESS_FR}
      | {_WANT_FR} \s+ etre \s+ (?: desabonne | desinscrit | retire ) e? (?: \s+ {_FROM_FR} )?
      | des(?: abonnez | inscrivez | abonne | inscris ) (?: [\s-]{{1,3}} (?: moi | nous ) | \s+ {_ADDRESS_FR} )
            {_PLEASE_FR} (?: \s+ {_FROM_FR} )?
      | (?: retirez | supprimez | enlevez | rayez | otez ) [\s-]{{1,3}} (?: moi | nous | {_ADDRESS_FR} ) {_PLEASE_FR}
            \s+ {_FROM_FR}
      | (?: retirez | supprimez | enlevez ) \s+ {_ADDRESS_FR}
      | (?: demande \s+ de \s+ )? des(?: abonnement | inscription ) (?: \s+ {_FROM_FR} )?
      | (?: {_WANT_FR} \s+ )? {_NO_MORE_FR}
      | (?: je \s+ )? ne \s+ (?: souhaite | veux | desire ) \s+ plus \s+ (?: recevoir \s+ )? (?: {_MAIL_FR} )
      | ne \s+ m'envoyez \s+ plus (?: \s+ rien | \s+ (?: {_MAIL_FR} ) )
      | (?: arretez | cessez | (?: merci \s+ )? d'arreter | (?: merci \s+ )? de \s+ cesser ) \s+ de \s+ m'envoyer
            \s+ (?: {_MAIL_FR} ) )
"""

_LIST_ES = r"""
    (?: (?: la | el | las | los | sus? | vuestr[ao] s? | est[ae] | est[ao]s | tod[ao]s? ) \s+ )*
    (?: newsletters? | boletin (?: es )? (?: \s+ (?: de \s+ noticias | informativos? ) )?
      | listas? (?: \s+ de \s+ (?: correos? | distribucion | envios? | suscriptores | contactos | difusion ) )?
      | mailings? | suscripcion (?: es )? | correos? | e-?mails? | mails? | base \s+ de \s+ datos | digest s? )
"""
_FROM_ES = rf"(?: (?: del? | en | al? ) \s+ (?: {_LIST_ES} ) )"
_ADDRESS_ES = r"""
    (?: (?: mi | este ) \s+ (?: correo (?: \s+ electronico )? | e-?mail | mail )
      | (?: mi | esta ) \s+ direccion (?: \s+ de (?: \s+ correo (?: \s+ electronico )? | \s+ e-?mail ) )? )
"""
_PLEASE_ES = r"(?: [\s,]+ por \s+ favor ,? )?"
_MAIL_ES = r"""
    (?: (?: mas | sus? | est[aeo]s? | vuestros? | la | el | los | ningun ) \s+ )*
    (?: correos? (?: \s+ electronicos? )? | e-?mails? | mails? | mensajes? | newsletters? | boletin (?: es )? )
    (?: \s+ (?: suyos | vuestros | de \s+ ustedes | mas ) )*
"""
_WANT_ES = r"""
    (?: quiero | quisiera | deseo | queremos | deseamos | me \s+ gustaria | necesito | solicito | solicitamos | pido
      | (?: puede[ns]? | podria[ns]? | podeis ) | ruego )
"""
_REQUEST_ES = rf"""
    (?: por \s+ favor [\s,]+ )?
    (?: (?: (?: {_WANT_ES} | solicitud \s+ de ) \s+ (?: (?: la | mi ) \s+ )? )? baja (?: \s+ {_FROM_ES} )?
      | (?: {_WANT_ES} \s+ )? (?: dar (?: me | nos | se )? | den?me | dadme | dame | denos | dennos | den )
            {_PLEASE_ES} \s+ de \s+ baja (?: \s+ (?: a \s+ )? {_ADDRESS_ES} )? {_PLEASE_ES} (?: \s+ {_FROM_ES} )?
      | {_WANT_ES} \s+ (?: que \s+ )? me \s+ (?: den | deis ) \s+ de \s+ baja (?: \s+ {_FROM_ES} )?
      | (?: {_WANT_ES} \s+ )? desuscrib (?: ir (?: me | se | nos )? | an?me | eme | idme ) {_PLEASE_ES}
            (?: \s+ {_FROM_ES} )?
      | (?: {_WANT_ES} \s+ )? (?: cancel | anul ) (?: ar | en? | acion \s+ de ) {_PLEASE_ES}
            \s+ (?: (?: la | mi | esta ) \s+ )? suscripcion (?: \s+ {_FROM_ES} )?
      | (?: {_WANT_ES} \s+ )? (?: elimin | borr | quit | retir | sac ) (?: ar | en? ) \s+ {_ADDRESS_ES} {_PLEASE_ES}
            (?: \s+ {_FROM_ES} )?
      | (?: {_WANT_ES} \s+ )? (?: elimin | borr | quit | retir | sa(?: c | qu ) ) (?: ar | en? ) me {_PLEASE_ES}
            \s+ {_FROM_ES}
      | no \s+ (?: quiero | deseo | queremos ) \s+ (?: recibir | seguir \s+ recibiendo ) \s+ (?: {_MAIL_ES} )
      | {_NO_QUESTION} no \s+ (?: quiero \s+ )? mas \s+ (?: {_MAIL_ES} )
      | (?: no | ya \s+ no ) \s+ (?: me | nos ) \s+ (?: envien? | envieis | manden? | mandeis )
            (?: \s+ mas | \s+ (?: {_MAIL_ES} ) )
      | no \s+ (?: enviar | mandar ) (?: me | nos )? (?: \s+ mas (?: \s+ (?: {_MAIL_ES} ) )? | \s+ (?: {_MAIL_ES} ) )
      | (?: dejen? | dejad ) \s+ de \s+ (?: enviar | mandar ) (?: me | nos ) \s+ (?: {_MAIL_ES} ) )
"""

_LIST_UK = r"""
    (?: (?: вашої | вашого | ваших | цієї | цього | цих | всіх | усіх | всієї | усієї | своєї | свого ) \s+ )*
    (?: (?: списку | списків | бази ) \s+ )?
    (?: (?: e-?mail | поштової | поштових | електронної | електронних ) \s+ )?
    (?: розсил(?: ки | ок ) (?: \s+ (?: новин | листів ) )? | підписки | підписок | підписників | отримувачів
      | одержувачів | адресатів | адрес | листів | списку | списків | бази (?: \s+ даних )? | дайджест(?: у | а | ів )
      | newsletter | всього | усього )
"""
_FROM_UK = rf"(?: (?: від | зі? | із ) \s+ (?: {_LIST_UK} ) )"
_ME_UK = r"""
    (?: мене | нас | мою \s+ (?: електронну \s+ | поштову \s+ )? (?: адресу (?: \s+ електронної \s+ пошти )? | пошту
      | скриньку ) | мій \s+ (?: e-?mail | [еі]-?мейл ) )
"""
_PLEASE_UK = r"(?: [\s,]+ будь [\s-] ласка ,? )?"
_MAIL_UK = r"""
    (?: [\s,]+ (?: мені | нам | більше | ніколи | будь [\s-] ласка | ваш[іу]? | це | ц[юі] | цей | лист[иа] | листів
      | розсилк[ауи] | розсилок | новин[уи]? | дайджест(?: и | ів )? | пошту | спам | повідомлен(?: ня | ь ) | сюди
      | від \s+ вас | на \s+ цю \s+ адресу ) )*
"""
_REQUEST_UK = rf"""
    (?: (?: будь [\s-] ласка | прошу (?: \s+ вас )? | прохання | більше | ніколи | я | хочу | бажаю | хотіла? \s+ би?
      | хотів \s+ би ) [\s,]+ )*
    (?: стоп
      | відпи(?: сати (?: ся | сь )? | ска ) (?: \s+ {_ME_UK} )? {_PLEASE_UK} (?: \s+ {_FROM_UK} )?
      | відпи(?: шіть | суйте ) (?: \s+ {_ME_UK} {_PLEASE_UK} (?: \s+ {_FROM_UK} )? | {_PLEASE_UK} \s+ {_FROM_UK} )
      | (?: видал(?: іть | ити ) | приберіть | прибрати | вилуч(?: іть | ити ) | виключ(?: іть | ити )
            | викресл(?: іть | ити ) ) \s+ {_ME_UK} {_PLEASE_UK} (?: \s+ {_FROM_UK} )?
      | зні(?: міть | мати ) (?: \s+ {_ME_UK} )? {_PLEASE_UK} \s+ {_FROM_UK}
      | відмов(?: а | ляю(?: ся | сь ) | ити(?: ся | сь ) ) \s+ {_FROM_UK}
      | (?: скасу(?: йте | вати ) | припин(?: іть | ити ) | зупин(?: іть | ити ) | вимкн(?: іть | ути ) ) {_PLEASE_UK}
            (?: \s+ (?: мені | мою | цю | вашу | всю | усю | свою | поштову ) )* \s+ (?: розсилк | підписк ) у
      | скасування \s+ (?: (?: моєї | цієї | вашої ) \s+ )? (?: підписки | розсилки )
      | (?: припиніть | перестаньте | досить | годі ) (?: \s+ (?: мені | нам ) )?
            \s+ (?: надсилати | присилати | слати | відправляти | висилати | спамити ) {_MAIL_UK}
      | не \s+ (?: (?: надсила | присила | відправля | висила ) (?: йте | ти ) | шліть | слати ) {_MAIL_UK}
      | не \s+ пи(?: шіть | сати ) (?: \s+ більше )? \s+ (?: мені | нам ) (?: \s+ більше )?
      | не \s+ (?: хочу | бажаю ) (?: \s+ більше )? \s+ (?: отримувати | одержувати ) {_MAIL_UK}
      | мені \s+ (?: більше \s+ )? не \s+ потрібн[аі] (?: \s+ (?: більше | ця | ваша | ці | ваші ) )*
            \s+ (?: розсилк[аи] | листи ) )
"""

_HELLO = r"""
    (?: (?: hallo | guten \s+ (?: tag | morgen | abend ) | sehr \s+ geehrte \s+ damen \s+ und \s+ herren | bonjour
      | bonsoir | madame , \s+ monsieur | hola | buenos \s+ dias | buenas (?: \s+ tardes )? | доброго \s+ дня
      | добрий \s+ день | вітаю | привіт ) [\s,.!]+ )?
"""
_THANKS = r"""
    (?: danke (?: \s* schoe?n )? | (?: vielen | besten ) \s+ dank | merci (?: \s+ (?: beaucoup | d'avance
      | par \s+ avance ) )? | (?: muchas \s+ )? gracias | дякую (?: \s+ вам )? )
"""
_END = rf"""
    (?: [\s,.!;]* (?: {_THANKS} | bitte | sofort | umgehend | svp | s'il \s+ vous \s+ plait | por \s+ favor
      | cordialement | un \s+ saludo | saludos | будь [\s-] ласка ) )*
"""
_REQUEST = re.compile(
    rf"(?x) \W* {_HELLO} (?: {_REQUEST_DE} | {_REQUEST_FR} | {_REQUEST_ES} | {_REQUEST_UK} ) {_END} \W*"
)
_REMARK = re.compile(
    rf"""(?x)
    \W* (?: {_THANKS}
      | (?: ich \s+ habe \s+ )? kein \s+ interesse (?: \s+ mehr )? | das \s+ ist \s+ spam
      | ich \s+ habe \s+ mich \s+ nie \s+ (?: dafue?r \s+ )? angemeldet
      | (?: je \s+ ne \s+ suis | pas ) \s+ (?: plus \s+ )? interesse e? | je \s+ ne \s+ me \s+ suis \s+ jamais
        \s+ (?: abonne | inscrit ) e?
      | (?: ya \s+ )? no \s+ (?: me \s+ interesa | estoy \s+ interesad[oa] ) | nunca \s+ me \s+ suscribi
      | (?: мені \s+ )? (?: більше \s+ )? не \s* цікаво | це \s+ спам
      | я \s+ (?: на \s+ (?: це | неї | вас ) \s+ )? не \s+ підписува(?: вся | всь | лася | лась ) ) \W*
    """
)


def is_request(text: str) -> bool:
    """Whether a line asks to end the subscription, and for nothing else."""
    return _REQUEST.fullmatch(_plain(text)) is not None


def is_remark(text: str) -> bool:
    """Whether a line, beside a request, limits it to nothing."""
    return _REMARK.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    return normalize("NFC", text).lower().translate(_WITHOUT_ACCENTS)

"""The class of a refusal: by its status, else by its text in many languages, else by its code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.deliveries import ReplyClass
from digest.receivers.reply_class import is_about_sender_for_now, is_throttling, recognised_class, reply_class

_HARD, _SOFT, _ABOUT_US = ReplyClass.HARD, ReplyClass.SOFT, ReplyClass.ABOUT_US


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *(("5.2.2", _SOFT), ("4.2.2", _SOFT), ("4.7.1", _SOFT), ("4.4.7", _SOFT), ("5.4.7", _SOFT)),
        *(("5.7.26", _ABOUT_US), ("5.7.515", _ABOUT_US), ("5.1.8", _ABOUT_US)),
        *(("5.3.4", _SOFT), ("5.2.3", _SOFT), ("5.2.4", _SOFT), ("5.4.5", _ABOUT_US), ("5.1.90", _ABOUT_US)),
        ("5.1.92", _ABOUT_US),
    ],
)
def test_reply_class_of_a_known_status_is_independent_of_the_text(status: str, expected: ReplyClass) -> None:
    """Whatever the text claims."""
    for text in ("no such user", "mailbox full", "blocked as spam", ""):
        assert reply_class(550, status, text) is expected


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("5.7.124", "RESOLVER.RST.SenderNotInAllowedSendersList; sender not allowed"),
        ("5.7.129", "RESOLVER.RST.RestrictedToRecipientsPermission; not authorized to send to the recipient"),
        ("5.7.133", "RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required"),
        ("5.7.134", "RESOLVER.RST.SenderNotAuthenticatedForMailbox; authentication required"),
        ("5.7.136", "RESOLVER.RST.SenderNotAuthenticatedForMailUser; authentication required"),
        ("5.7.193", "UnifiedGroupAgent; Delivery failed because the sender is external"),
        ("5.7.1", "RESOLVER.RST.AuthRequired; authentication required"),
        ("5.7.1", "RESOLVER.RST.NotAuthorized; not authorized"),
        ("5.7.1", "Policy rejection on the target address 1733472000-a1B2c3D4e5"),
        ("5.2.5", "Folder full"),
    ],
)
def test_reply_class_of_a_recipient_whose_mailbox_is_restricted_is_soft(status: str | None, text: str) -> None:
    """It is about this mailbox, which is there: three such must not pause all of Yandex, and five end it."""
    assert reply_class(550, status, text) is _SOFT
    assert recognised_class(550, status, text) is _SOFT


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        ("5.1.4", "Mailbox address ambiguous", None),
        ("5.1.5", "Destination address valid", None),
        ("5.1.9", "Message relayed to non-compliant mailer", None),
        ("5.1.4", "user unknown", _HARD),
        ("5.1.20", "Multiple From addresses are not allowed without Sender address", _ABOUT_US),
        ("5.2.121", "Recipient's per hour message receive limit from specific sender exceeded", _SOFT),
        ("5.2.122", "The recipient has exceeded their limit for messages per hour", _SOFT),
    ],
)
def test_recognised_class_of_a_status_about_a_mailbox_that_is_there_is_not_hard(
    status: str, text: str, expected: ReplyClass | None
) -> None:
    """As in RFC 3463, 3.2 (5.1.4, 5.1.5, 5.1.9), and as Exchange Online defines them (5.1.20, 5.2.121, 5.2.122)."""
    assert recognised_class(550, status, text) is expected


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.10", "5.2.1", "5.4.4"])
def test_reply_class_status_of_a_missing_mailbox_is_hard_unless_the_mail_was_taken_for_spam(status: str) -> None:
    """A reader must not be suppressed because a filter blocked one mail, or all of ours."""
    for text in ("no such user", "", "account blocked as spam source", "no such user: spam rejected"):
        assert reply_class(550, status, text) is _HARD
    for text in (
        "blocked as spam",
        "Message rejected due to spam content",
        "spam detected by the content filter",
        ": (CON:B1) http://postmaster.info.aol.com/errors/554conb1.html",
        "(RLY:B1) sender complaints",
        "Service unavailable [CON]",
        "Content Filter agent quarantined this message",
    ):
        assert reply_class(550, status, text) is _ABOUT_US


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (550, "No such user here", _HARD),
        (550, "No such local user", _HARD),
        (550, "Requested action not taken: mailbox unavailable", _HARD),
        (554, "delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com)", _HARD),
        (550, "The user doesn’t exist", _HARD),
        (550, "The address couldn't be found", _HARD),
        (550, "This isn't a valid recipient", _HARD),
        (550, "<x>: Recipient address rejected: User unknown in virtual mailbox table", _HARD),
        (550, "Recipient address rejected: Access denied", _HARD),
        (550, "<x>: Recipient address rejected: Message rejected due to: SPF fail - not authorized", _ABOUT_US),
        (554, "<x>: Recipient address rejected: Policy rejection", _ABOUT_US),
        (541, "The recipient address rejected your message", _SOFT),
        (550, "account is disabled", _HARD),
        (554, "invalid recipient", _HARD),
        (550, "Пользователь не найден", _HARD),
        (550, "нет такого пользователя", _HARD),
        (550, "Такого пользователя нет", _HARD),
        (550, "Ваш IP адрес заблокирован", _ABOUT_US),
        (550, "IP-адрес 192.0.2.1 заблокирован", _ABOUT_US),
        (554, "Ваш почтовый сервер не найден в DNS", _ABOUT_US),
        (550, "Адрес заблокирован", _HARD),
        (550, "Benutzer unbekannt", _HARD),
        (550, "utilisateur inconnu", _HARD),
        (552, "Mailbox is full", _SOFT),
        (550, "The user's quota exceeded", _SOFT),
        (552, "message size exceeds fixed maximum message size", _SOFT),
        (554, "Почтовый ящик переполнен", _SOFT),
        (451, "blocked, greylisting in action", _SOFT),
        (550, "Domain gazette.example has exceeded the max emails per hour (9/9 (100%)) allowed.", _ABOUT_US),
        (550, "Domain gazette.example has exceeded the max defers and failures per hour (5/5) allowed.", _ABOUT_US),
        (554, "Sorry, you have exceeded your daily relay quota", _ABOUT_US),
        (550, "Sender has exceeded the sending quota", _ABOUT_US),
        (550, "daily message limit exceeded", _ABOUT_US),
        (550, "too many recipients this hour", _ABOUT_US),
        (550, "Maximum credits exceeded", _ABOUT_US),
        (550, "The from address does not match a verified Sender Identity.", _ABOUT_US),
        (554, "STOREDRV.Submission.Exception:SendAsDeniedException; cannot submit message", _ABOUT_US),
        (554, "STOREDRV.Submission.Exception:SubmissionQuotaExceededException", _ABOUT_US),
        (550, "Client does not have permissions to send as this sender", _ABOUT_US),
        (553, "Relaying disallowed as news@gazette.example", _ABOUT_US),
        (550, "Your account has been suspended", _ABOUT_US),
        (550, 'Outgoing mail from "news@gazette.example" has been suspended.', _ABOUT_US),
        (550, "Превышен лимит отправки писем", _ABOUT_US),
        (550, "user is over the message quota", _SOFT),
        (552, "account storage quota exceeded", _SOFT),
        (554, "Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", _ABOUT_US),
        (550, "Spam message rejected. Please visit http://help.mail.example/", _ABOUT_US),
        (550, "SPF check failed for this host: sender not authorized", _ABOUT_US),
        (550, "Message content rejected", _ABOUT_US),
        (554, "host mail.gazette.example has been blocked", _ABOUT_US),
        (550, "рассылка похожа на спам", _ABOUT_US),
        (550, "relay access denied", _ABOUT_US),
        (550, "Unrouteable address", _HARD),
        (550, 'unroutable mail domain "reader.example"', _HARD),
        (550, "Sorry, I couldn't find any host named reader.example", _HARD),
        (550, "user is not recognized", _HARD),
        (550, "Addressee unknown", _HARD),
        (550, "illegal alias", _HARD),
        (550, "no such mail drop defined", _HARD),
        (550, "No one here by that name", _HARD),
        (550, "RECIPIENT_NOT_FOUND", _HARD),
        (550, "Account has been terminated", _HARD),
        (550, "account is deactivated", _HARD),
        (550, "mailbox has been cancelled", _HARD),
        (550, "The recipient was discontinued", _HARD),
        (550, "user is retired", _HARD),
        (550, "User deactivated", _HARD),
        (550, "account is locked", _SOFT),
        (550, "mailbox locked by another session", _SOFT),
        (550, "your mailbox has been terminated", _SOFT),
        (550, "recipient cancelled the message", _SOFT),
        (550, "the user has left our organisation", _HARD),
        (550, "user has left the list", _SOFT),
        (550, "user is not recognised as a sender", _SOFT),
        (550, "Your address is not recognized", _SOFT),
        (550, "The domain is not recognized as permitted", _SOFT),
        (550, "The sending address does not have a valid mailbox", _ABOUT_US),
        (550, "Adresse d'expediteur inconnue. Veuillez verifier. OFR202_418", _ABOUT_US),
        (550, "This server no longer accepts mail from 192.0.2.1", _SOFT),
        (550, "This system no longer accepts messages without TLS", _SOFT),
        (550, "your account is locked", _ABOUT_US),
        (550, "inactive user", _HARD),
        (550, "This user has left the company", _HARD),
        (550, "This address no longer accepts mail", _HARD),
        (550, "Sending rate too high", _ABOUT_US),
        (550, "Too many complaints", _ABOUT_US),
        (550, "Rejected: 192.0.2.1 is listed at dr.gazette.example", _ABOUT_US),
        (550, "Callout verification failed: 550 no such user", _HARD),  # Exim says so of the recipient alone
        (551, "User not local; please try <x>", _HARD),
        (553, "Requested action not taken: mailbox name not allowed", _HARD),
        (554, "Invalid final delivery userid", _HARD),
        (550, "Usuário desconhecido", _HARD),
        (550, "no", _SOFT),
        (550, "Headers fail syntax check", _SOFT),
        (551, "", _SOFT),
        (553, "", _SOFT),
        (554, "Transaction failed", _SOFT),
        (None, "something else", _SOFT),
    ],
)
def test_reply_class_without_status_reads_the_text(code: int | None, text: str, expected: ReplyClass) -> None:
    """Also where the status is only 5.0.0; a mailbox that does not exist comes before advice about spam."""
    assert reply_class(code, None, text) is expected
    if code != 451:
        assert reply_class(code, "5.0.0", text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "Sender verify failed",
        "Verification failed for <…> Unrouteable address Sender verify failed",
        "Sender callback verification failed: user not found",
        "Sender does not exist",
        "Verification failed for <…> No Such User Here Sender verify failed",
        "Verification failed for <…> The account or domain may not exist, or miss the proper dns entries.",
        "Sender address rejected: Domain not found",
        "<…>: Sender address rejected: undeliverable address: unknown user",
        "sorry, your envelope sender domain does not exist",
        "Invalid sender address",
        "MAIL FROM domain does not exist",
        "HELO domain does not exist",
        "your IP address is not listed",
        "Client host not found",
        "Your domain has no MX record",
        "Administrative prohibition",
        "Daily user sending limit exceeded",
        "Too many invalid recipients",
        "Адрес отправителя не существует",
        *("Ящик отправителя не существует", "Скринька відправника не існує"),
        *("Sender's mailbox does not exist", "sender mailbox unavailable", "Originating mailbox not found"),
        *("Originator mailbox does not exist", "No mailbox: your email address is refused here"),
        "Envelope from domain does not exist",
        *("Sorry, your email address (<…>) has been blocked", "Your mail address is blocked here"),
        "Domain may not exist or DNS check failed",
    ],
)
def test_reply_class_unknown_sender_domain_or_host_is_about_us(text: str) -> None:
    """The words are those of an unknown recipient, and the code is that of a mailbox."""
    assert reply_class(550, None, text) is _ABOUT_US
    assert reply_class(553, "5.1.0", text) is _ABOUT_US


def test_reply_class_of_5_4_6_is_a_loop_unless_the_text_says_that_the_sender_sends_too_much() -> None:
    """Zoho uses the status of a loop for unusual sending."""
    assert reply_class(550, "5.4.6", "Unusual sending activity detected") is _ABOUT_US
    for status, text in (("5.4.6", "Too many hops"), ("5.4.14", "Hop count exceeded - possible mail loop")):
        assert recognised_class(554, status, text) is _SOFT


def test_reply_class_of_550_whose_text_says_nothing_is_hard_by_a_status_about_the_mailbox() -> None:
    """550 alone may be policy."""
    for status in ("5.1.0", "5.1.1", "5.2.1"):
        assert reply_class(550, status, "rejected by rule 17") is _HARD
    for unspecific in (None, "5.0.0", "5.5.0"):
        assert reply_class(550, unspecific, "rejected by rule 17") is _SOFT


@pytest.mark.parametrize(
    "text",
    [
        "SMTP error from host mx.example: user unknown",
        "Message returned to sender: no such user",
        "The address from which nobody answers does not exist",
        "Host or domain name not found",
        "Recipient unknown",
    ],
)
def test_reply_class_unknown_recipient_is_hard_also_where_a_sender_or_host_is_named(text: str) -> None:
    """A word alone does not make it an objection to the sender."""
    assert reply_class(550, None, text) is _HARD
    assert reply_class(553, "5.1.0", text) is _HARD


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        ("4.7.650", "temporarily rate limited due to IP reputation", True),
        ("4.1.8", "Sender address rejected: Domain not found", True),
        ("4.7.0", "try again later", True),
        ("4.1.7", "try again later", True),
        (None, "Client host blocked, try again later", True),
        ("4.7.1", "Greylisting in action", False),
        (None, "blocked, greylisting in action", False),
        ("4.2.2", "mailbox full, see our spam policy", False),
        (None, "mailbox full", False),
        ("5.2.2", "mailbox full", False),
        ("4.2.0", "Service refuse. Veuillez essayer plus tard. Service refused, please try later. OFR005_505", True),
        ("4.3.0", "Too many connections from your host", True),
        ("4.3.2", "Client host [192.0.2.1] blocked using zen.list.example", True),
        ("4.2.2", "mailbox full, too many messages from your host", False),
        ("4.2.0", "Greylisted, see our policy violation page", False),
        ("4.3.0", "user unknown, sender verify failed", False),
        ("4.3.0", "temporary lookup failure", False),
        (None, "Message temporarily deferred - [160]", True),
        (None, "DT:SPM please try again", True),
        (None, "ratelimit exceeded", True),
        (None, "User is receiving mail too quickly", True),
        (None, "Requested mail action not taken: mailbox unavailable Mail send limit exceeded", True),
        (None, "too frequent connects from 192.0.2.1, please try again later.", True),
        (None, "The IP 192.0.2.1 is temporarily blocked", True),
        (None, "User has too many messages on the server", False),
        (None, "Recipient temporarily unavailable", False),
    ],
)
def test_is_about_sender_for_now_pace_and_address_but_not_greylisting(
    status: str | None, text: str, expected: bool
) -> None:
    """A specific status decides before the text."""
    assert is_about_sender_for_now(status, text) is expected


@given(st.text(max_size=2000), st.sampled_from([None, 550, 554, 421]))
def test_reply_class_any_text_has_a_class(text: str, code: int | None) -> None:
    """Whatever a server writes."""
    assert reply_class(code, None, text) in ReplyClass


@pytest.mark.parametrize(
    ("code", "status", "text", "expected"),
    [
        (421, "4.7.28", "unusual rate of unsolicited mail", True),
        (451, "4.7.650", "temporarily rate limited due to IP reputation", True),
        (421, None, "too many messages, slow down", True),
        (450, "4.7.1", "Greylisting in action, please come back later", False),
        (451, None, "greylisted", False),
        (421, "4.3.2", "system shutting down", False),
        (421, "4.4.2", "timeout", False),
        (451, "4.3.0", "later", False),
        (454, None, "Throttling failure: Maximum sending rate exceeded.", True),
        (454, None, "Throttling failure: Daily message quota exceeded.", True),
        (450, None, "Too many requests. Try again later.", True),
        (450, None, "Requested mail action not taken: mailbox unavailable; mail send limit", False),
        (452, None, "mailbox full", False),
        (550, None, "too many messages", False),
        (550, "5.7.1", "not from you", False),
        (None, None, "connection lost", False),
    ],
)
def test_is_throttling_slower_pace_is_not_greylisting_and_not_the_end_of_a_connection(
    code: int | None, status: str | None, text: str, expected: bool
) -> None:
    """4.7.x, or without a status 421 or words about the pace."""
    assert is_throttling(code, status, text) is expected


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.2.1", None])
@pytest.mark.parametrize(
    "text",
    [
        "<anna@reader.example> - 192.0.2.1 has sent to too many recipients this hour. IB607",
        "Your IP 192.0.2.1 is listed in a blocklist",
        "sorry, sender is blacklisted",
        ": AOL will not accept delivery of this message.",
        "Sender address rejected: need a fully qualified address",
        "<digest@gazette.example>: Sender address rejected: Domain not found",
        "Message refused because of the reputation of the domain",
        "SPF check failed",
        "No PTR record of the connecting host",
        *("Nemesis ESMTP Service not available No SMTP service", "Bad DNS PTR resource record"),
        "invalid DNS MX or A/AAAA resource record",
    ],
)
def test_reply_class_text_about_the_sender_alone_is_about_us_whatever_the_status(text: str, status: str | None) -> None:
    """Some servers state an unknown mailbox for their limits and lists; the reader is there."""
    assert reply_class(550, status, text) is _ABOUT_US


@pytest.mark.parametrize("status", ["5.7.0", "5.7.1"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No such user!", _HARD),
        ("5.7.1 No such user! 1733472000-a1B2c3D4e5", _HARD),
        ("host mx.yandex.example[192.0.2.1] said: 550 5.7.1 No such user! 173-a1 (in reply to RCPT TO command)", _HARD),
        ("No such user c18si2365148hub", _HARD),
        ("sorry, badrcptto(user mail-box not found) (#5.7.1)", _HARD),
        ("No mailbox found", _HARD),
        ("<…>: Recipient address rejected: User unknown", _HARD),
        ("Recipient <…> does not exist", _HARD),
        ("Ящик не существует", _HARD),
        ("mailbox full", _SOFT),
        ("The recipient mailbox has exceeded its disk space limit.", _SOFT),
        ("sorry, no mailbox here by that name. (#5.7.1)", _HARD),
        ("user unknown (#5.7.1 - chkuser)", _HARD),
        ("<…>: Recipient address rejected: Mailbox is over quota", _SOFT),
        ("Нет такого пользователя", _HARD),
        ("No such user in reader.example", _HARD),
        ("<…>: recipient address rejected: Inactive", _HARD),
        ("<…>: Recipient address rejected: Account is disabled", _HARD),
        ("<…>: Recipient address rejected: User email address is marked as invalid.", _HARD),
        ("<…>: Recipient address rejected: Invalid-Recipient.", _HARD),
        ("<…>: Recipient address rejected: Not in recipient list (in reply to RCPT TO command)", _HARD),
    ],
)
def test_reply_class_policy_stated_for_a_mailbox_that_is_gone_or_full_is_about_it(
    status: str, text: str, expected: ReplyClass
) -> None:
    """The text says it, and nothing else does; three such addresses must not pause their receiver."""
    assert reply_class(550, status, text) is expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "blocked as spam", "Message rejected", "<…>: Recipient address rejected: Access denied"),
        *("No such user! Your host is blocked", "Rejected: SPF; no such user! see our policy"),
        *(
            "<…>: Sender address rejected: User unknown",
            "Unknown user in the From header",
            "Relaying denied: no such user",
        ),
        *("User unknown or not accepting mail from you", "Recipient not found in the whitelist"),
        *("Mailbox unavailable or access denied", "recipient quota exceeded for this sender"),
        *("Verification failed: no such user", "Callback: user unknown"),
        *(
            "recipient rejected: unknown reverse DNS",
            "Recipient unknown: unknown mail server",
            "Recipient address rejected:",
        ),
        *(
            "Recipient address rejected: inactive sender",
            "Recipient address rejected: BLOCK-SEND-ER.",
            "User is disabled",
        ),
        *(
            "Unknown user or bad password",
            "unknown user. Login required",
            "User unknown: envelope originator not found",
        ),
        *("No such user at originating host", "mailbox <…> does not exist (in reply to MAIL FROM command)"),
        *("Excessive unknown user attempts", "Directory harvest attack: unknown user", "No such user: malware found"),
        *("mailbox exceeded hourly quota", "mailbox quota for outgoing messages exceeded", "Recipient quota exceeded"),
        *("quota exceeded", "Message for recipient is full of links", "recipient limit exceeded"),
        *("This mailbox is in a table", "The recipient does not exceed a quota"),
        *("Нет такого пользователя или ваш сервер заблокирован", "Client host rejected: cannot find your hostname"),
    ],
)
def test_reply_class_policy_with_other_words_about_a_user_is_about_us(text: str) -> None:
    """The status decides."""
    assert reply_class(550, "5.7.1", text) is _ABOUT_US


@pytest.mark.parametrize("status", ["5.1.1", "5.2.1"])
@pytest.mark.parametrize(
    "text",
    [
        "User unknown; your server sent to an address that is gone",
        "No such user, ask your domain administrator",
        "host rbl.bl.reader.example: mailbox gone, see https://dmarc.reader.example/spf",
        "mailbox disabled; the sender is told so",
        "rejected by rule 17",
    ],
)
def test_reply_class_text_that_names_the_mailbox_or_a_host_is_hard_by_its_status(text: str, status: str) -> None:
    """Words about the sender beside it, or within names of hosts, do not count."""
    assert reply_class(550, status, text) is _HARD


@pytest.mark.parametrize("status", ["5.1.1", "5.2.1", None])
@pytest.mark.parametrize(
    "text",
    [
        "The user you are trying to contact is receiving mail at a rate that prevents additional messages from",
        "Go to https://support.google.com/mail/?p=ReceivingRatePerm - gsmtp",
        "The user you are trying to contact is receiving email too quickly",
        "user unknown or over quota",
        "Recipient address rejected: unverified address: Address verification in progress",
        "User unknown or mailbox full",
        "Destinatario desconocido o mailbox lleno",
        "Das Postfach des Empfängers ist voll",
        "Die Mailbox ist überfüllt",
        "Der Speicherplatz des Postfachs ist erschöpft",
        "La boîte aux lettres du destinataire de ce message est pleine",
        "El buzón del destinatario de este mensaje está lleno",
        "Поштова скринька одержувача переповнена",
        "Скриньку заповнено",
        "Перевищено ліміт розміру скриньки",
        "Недостатньо вільного місця",
        "Тимчасово недоступно, користувача не знайдено",
        "Recipient address rejected: quota exceeded",
        "Mailbox unavailable: the account exceeded its storage",
        "Recipient address rejected: Greylisted, see https://postgrey.example/",
        "Recipient address rejected: temporarily unavailable",
        "Mailbox disabled temporarily",
        "mailbox full",
        "full mailbox",
        "Account(s) <…> does not have enough space",
        "The user doesn't have sufficient disk space",
        "User mailbox has reached its limit",
        "The recipient has exceeded the mailbox limit",
        "Blocks limit exceeded, user unknown",
        "Mailbox capacity exceeded",
        "user over-quota",
        "The mailbox is over its storage limit",
        "Unknown user: no space left on device",
        "Maximum mailbox size was reached",
        "account storage limit",
        "The account is currently unavailable",
        "Unable to verify this unknown recipient at this time",
        "User unknown because of a database error",
        "User not found: directory service is not available",
        "undeliverable address: host mx.reader.example[192.0.2.7] said: 450 not yet",
        "undeliverable address: connect to mx.reader.example[192.0.2.7]:25: Connection timed out",
        "Mailbox unavailable: server busy",
        "Account not found because of a temporary lookup failure",
        "Recipient unknown for now, try again later",
        "Recipient unknown for now, please retry in 5 minutes",
        "Пользователь не найден, повторите попытку позже",
        "Ящик временно отключён",
        "Неизвестный получатель: ящик переполнен",
        "Адресат не найден: ящик полон",
        "Получатель исчерпал дисковую квоту",
        "Пользователь сейчас недоступен",
        "Benutzer unbekannt, bitte später erneut versuchen",
        "Konto vorübergehend deaktiviert, Empfänger nicht gefunden",
        "utilisateur inconnu, réessayez plus tard",
        "El usuario no existe temporalmente",
        "Utente sconosciuto, riprovare più tardi",
        "Usuário desconhecido, tente mais tarde",
        "Adres nieznany, spróbuj ponownie później",
        "Adres nieznany: skrzynka odbiorcy jest przepełniona",
        "Destinatario desconocido: bandeja de entrada llena",
        "Kullanıcı bulunamadı, posta kutusu dolu",
        "Uživatel dočasně neexistuje",
        "Gebruiker onbekend, probeer het later opnieuw",
        "Mottagaren finns inte, försök igen senare",
        "Kullanıcı bulunamadı, daha sonra deneyin",
        "用户不存在，请稍后再试",
        "ユーザーが存在しません。後ほどお試しください",
    ],
)
def test_reply_class_state_that_ends_is_soft_whatever_the_status_and_words_of_an_unknown_mailbox(
    text: str, status: str | None
) -> None:
    """Gmail states 5.2.1 for a reader who gets too much mail; the reader is there."""
    assert reply_class(550, status, text) is _SOFT


@pytest.mark.parametrize(
    "text",
    [
        "User unknown. Please check the address and try again",
        "The account does not exist. Please try double-checking the address for typos",
        "This is not a temporary error: no such user",
        "Temporary address no longer exists: unknown user",
        "No such user, do not retry later",
        "The account does not exist. For full details see https://reader.example/full",
        "User unknown (mx.quota.reader.example)",
        "Adres nieznany: skrzynka nie istnieje, uzupełnij adres",
        "Benutzer unbekannt: kein Postfach unter diesem voll qualifizierten Namen",
        "Получатель не найден: такой ящик не существует. Проверьте, верно ли заполнен адрес",
    ],
)
def test_reply_class_advice_about_an_unknown_mailbox_is_hard(text: str) -> None:
    """An address to correct is no state that ends."""
    for status in ("5.1.1", "5.2.1", None):
        assert reply_class(550, status, text) is _HARD


def test_reply_class_state_that_ends_is_about_us_where_the_sender_is_refused() -> None:
    """A status of policy, or words about the sender, do not become a state of the mailbox."""
    assert reply_class(550, "5.7.1", "temporarily blocked, try again later") is _ABOUT_US
    assert reply_class(550, None, "Sender has exceeded the sending quota, try again later") is _ABOUT_US


@pytest.mark.parametrize(
    "text",
    [
        "host mx.reader.example [192.0.2.1] Connection refused: retry timeout exceeded",
        "host mx.reader.example [192.0.2.1]: Connection timed out: retry timeout exceeded",
        "host spamfilter.reader.example [2001:db8::1] Connection refused",
        "all hosts for 'reader.example' have been failing for a long time (and retry time not reached)",
        "retry timeout exceeded",
        "Deferred: Connection refused by mx.reader.example.",
        "Deferred: Connection timed out with mx.reader.example.",
        "Deferred: No route to host",
        "connect to mx.reader.example: Connection refused",
        "connect to mx.reader.example[192.0.2.1]:25: Connection timed out",
        "connect to policy.reader.example[192.0.2.1]:25: Network is unreachable",
        "Message expired, connection refused(Socket error code 10061)",
        "Message expired, DNS query failed(ServFail)",
        "Name service error for name=reader.example type=MX: Malformed or unexpected name server reply",
        "Connection was reset",
        "Connection refused due to a network error",
        "Sorry, I wasn't able to establish an SMTP connection.",
        "lost connection with mx.reader.example while receiving the initial server greeting",
        "Host name lookup failure",
        "Host or domain name not found. Name service error for name=reader.example type=MX: Host not found, try again",
        "Соединение отклонено",
        "Сервер получателя не отвечает",
        "Verbindungsaufbau abgelehnt",
        "Connexion refusée",
        "Conexión rehusada",
        "Connessione rifiutata",
        "Conexão recusada",
        "Połączenie odrzucone",
        "接続を拒否されました",
        "连接被拒绝",
    ],
)
def test_reply_class_receiver_that_does_not_answer_is_soft(text: str) -> None:
    """It objects to nobody, and a domain that is gone must count."""
    assert recognised_class(None, None, text) is _SOFT
    assert recognised_class(550, "5.0.0", text) is _SOFT


@pytest.mark.parametrize(
    "text",
    [
        "Connection refused due to poor reputation",
        "Connection refused by policy",
        "Connection refused by the administrator",
        "Connection refused: 192.0.2.1 is blocked",
        "Connection refused because of many complaints",
        "Connection was refused, access denied",
        "Blocked - connection refused",
        "Connection from 192.0.2.1 refused",
        "host mx.reader.example [192.0.2.1]: 554 Connection refused by our filter",
    ],
)
def test_reply_class_connection_refused_for_a_reason_is_about_us(text: str) -> None:
    """A server that states a reason had answered."""
    assert recognised_class(554, None, text) is _ABOUT_US


@pytest.mark.parametrize("status", ["5.4.300", "5.4.312", "5.4.316", "5.4.317"])
def test_reply_class_of_exchange_that_reached_no_server_is_soft(status: str) -> None:
    """Only 5.4.310 means that the domain does not exist."""
    assert recognised_class(550, status, "Message expired") is _SOFT
    assert recognised_class(550, "5.4.310", "DNS domain reader.example does not exist") is _HARD


@pytest.mark.parametrize("status", ["5.1.1", "5.2.1", None])
@pytest.mark.parametrize(
    "text",
    [
        "Mailbox unavailable. Your IP address 192.0.2.1 is blacklisted using XBL. Details: https://list.example/192.0.2.1",
        "blocked for policy reasons",
        "Rejected due to local policy",
        "policy violation, see https://help.example/a4081",
        "Mailbox delivery failure policy error",
        "Access denied, sender blocked by policy",
        "Mail from you is not accepted: blocked sender",
        "You are not allowed to send to this recipient",
        "Multiple From addresses: the From: address is not valid",
        "HELO should be a FQDN or address literal",
        "Too many sessions opened",
        "Sandbox subdomains are for test purposes only. Please add the address to authorized recipients",
        "Free accounts are for test purposes only. Please upgrade",
        "Trial accounts can only send to the administrator's address",
        "IP address 192.0.2.1 is blocked",
        "Access from ip address 192.0.2.1 blocked. Visit https://help.example/",
        "Connections from IP address 192.0.2.1 are being suspended",
        "Source address blocked",
        "Your address is blocked by the recipient server",
        "sender account is disabled",
        "<anna@relay.example>: unauthorized sender",
    ],
)
def test_reply_class_objection_of_a_provider_is_about_us_whatever_the_status(text: str, status: str | None) -> None:
    """As providers publish them; the reader is there."""
    assert reply_class(550, status, text) is _ABOUT_US


@pytest.mark.parametrize("status", ["5.1.1", "5.2.1", "5.7.1", None])
@pytest.mark.parametrize(
    "text",
    [
        "You have been blocked by the recipient",
        "Recipient has blocked your email address",
        "The user you are trying to contact has blocked you",
        "Mail is rejected by recipients",
        "Your email address has been blocked by the recipient",
        "Recipient doesn't want your mail",
        "The user doesn't want to receive email from the sender",
        "Refused due to recipient preferences",
        "The user refuses to receive this mail",
        "The recipient has blocked the sender",
        "User has not whitelisted you",
        "Получатель заблокировал отправителя",
    ],
)
def test_reply_class_reader_who_refuses_the_sender_is_counted(text: str, status: str | None) -> None:
    """They get no more mail once it repeats; three of them must not pause their provider."""
    assert recognised_class(550, status, text) is _SOFT


@pytest.mark.parametrize(
    "text",
    [
        "Blocked by recipient's organization spam policy",
        "Rejected by user defined content filter: spam",
        "Message rejected due to content restrictions; refused by recipient",
        "Your IP has been blocked by the recipient. See spamhaus",
    ],
)
def test_reply_class_policy_that_names_the_recipient_is_about_us(text: str) -> None:
    """A filter for all readers refused it."""
    assert reply_class(550, "5.7.1", text) is _ABOUT_US


@pytest.mark.parametrize("status", ["5.1.0", "5.1.1", None])
@pytest.mark.parametrize(
    "text",
    [
        "Absender unbekannt",
        "Der Absender existiert nicht",
        "unbekannter Absender",
        "Absenderadresse ungültig",
        "Expéditeur inconnu",
        "Le domaine de l'expéditeur n'existe pas",
        "Emetteur invalide. OFR_415",
        "remitente desconocido",
        "El dominio del remitente no existe",
        "il mittente non esiste",
        "O remetente não existe",
        "nadawca nieznany",
        "onbekende afzender",
        "okänd avsändare",
        "neznámý odesílatel",
        "Отправитель не найден",
        "发件人不存在",
        "送信者が存在しません",
        *("Die Domain des Absenders existiert nicht", "Absenderdomain unbekannt", "Votre domaine n'existe pas"),
        *("Twoja domena nie istnieje", "您的域名不存在", "送信元ドメインが存在しません"),
        *("Die Adresse des Absenders existiert nicht", "Ihre E-Mail-Adresse wurde gesperrt"),
        "送信者のメールアドレスは存在しません",
    ],
)
def test_reply_class_unknown_sender_in_another_language_is_about_us(text: str, status: str | None) -> None:
    """The words for "unknown" are those of an unknown recipient."""
    assert reply_class(550, status, text) is _ABOUT_US


@pytest.mark.parametrize(
    "text",
    [
        "Zurück an den Absender: Empfänger unbekannt",
        "An Absender Empfänger unbekannt",
        "Message retourné à l'expéditeur, destinataire inconnu",
        "Devuelto al remitente: usuario desconocido",
        "Возвращено отправителю: получатель не найден",
        *("Empfängerdomain existiert nicht", "收件人域名不存在"),
    ],
)
def test_reply_class_unknown_recipient_is_hard_where_mail_goes_back_to_its_sender(text: str) -> None:
    """Every bounce names its sender."""
    for status in ("5.1.1", None):
        assert reply_class(550, status, text) is _HARD


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<…>: Recipient address rejected: https://www.spamhaus.example/query/ip/192.0.2.1", _ABOUT_US),
        ("<…>: Recipient address rejected: blocked using zen.list.example", _ABOUT_US),
        ("<…>: Recipient address rejected: User unknown, see https://antispam.example/", _HARD),
        ("Mailbox unavailable or access denied", _ABOUT_US),
        ("Requested action not taken: mailbox unavailable", _HARD),
        ("Le compte du destinataire est bloque. The recipient account isblocked. LPN007_426", _HARD),
        ("User has too many messages on the server", _SOFT),
        ("too many messages from your host", _ABOUT_US),
        ("Service refuse. Veuillez essayer plus tard. service refused, please try later. LPN001_108", _ABOUT_US),
        ("Mail rejete. Mail rejected. ofr_506 [506]", _ABOUT_US),
        ("DT:SUM 163 mx1 http://mail.host.example/help", _ABOUT_US),
        ("RP:TRL too many recipients", _ABOUT_US),
        ("cox.example AUP#CXBL - rejected", _ABOUT_US),
        (
            "DY-001 (COL004) Unfortunately, messages from 192.0.2.1 weren't sent. Please contact your provider.",
            _ABOUT_US,
        ),
        ("Suspected bounce attacks", _ABOUT_US),
        ("we do not accept mail from dynamic ips", _ABOUT_US),
        ("sorry, that domain isn't in my list of allowed rcpthosts", _ABOUT_US),
        ("message sending for this account is disabled", _ABOUT_US),
        ("Return-Path is invalid: unknown user", _ABOUT_US),
        ("All recipient addresses rejected : Access denied. AS(201806271) [mx.outlook.example]", _HARD),
    ],
)
def test_reply_class_of_a_published_reply_is_what_its_provider_says(text: str, expected: ReplyClass) -> None:
    """Tencent, NetEase, Orange, GMX, Cox, Outlook.com, Mail.ru, qmail, Postfix with a blocklist."""
    assert reply_class(550, None, text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "Unknown local part anna in <…>",
        "unknown e-mail address",
        "vdeliver: invalid or unknown virtual user",
        "The email address could not be found",
        "mailbox not present",
        "Recipient mailbox is not allowed",
        "There is no one at this address",
        "delivery error: dd <…> is no longer valid. [-20]",
        "<…> is a deactivated mailbox",
        "User (<…>) not listed in public Name & Address Book",
        "Получатель неизвестен",
        "Адресат не найден",
        "Benutzer nicht bekannt",
        "Usuario no encontrado",
        "Destinatario nao encontrado",
        "usuário não encontrado",
        "utente non trovato",
        "casella inesistente",
        "Nie znaleziono użytkownika",
        "Nie ma takiego konta",
        "Brak takiego użytkownika",
        "Konto nieaktywne",
        "Conta inativa",
        "uživatel nenalezen",
    ],
)
def test_reply_class_missing_mailbox_in_the_words_of_its_provider_is_hard(text: str) -> None:
    """Five such replies, taken for unclear, pause an issue."""
    assert recognised_class(550, None, text) is _HARD


@pytest.mark.parametrize(
    "text",
    ["Your domain could not be found", "Sender address could not be found", "Unknown sender e-mail address"],
)
def test_reply_class_sender_in_the_same_words_is_about_us(text: str) -> None:
    """The sender's address or domain."""
    assert reply_class(550, None, text) is _ABOUT_US


@pytest.mark.parametrize("status", ["5.1.1", None])
@pytest.mark.parametrize(
    "text",
    [
        "Amazon SES did not send the message because the address is on the suppression list for your account",
        "Amazon SES did not send the message to this address because it is on the suppression list for your account",
        "The recipient's email address is on the suppression list",
        "Amazon SES has suppressed sending to this address because it has a recent history of bouncing",
        "Not delivering to previously bounced address",
        "Not delivering to unsubscribed recipient",
    ],
)
def test_reply_class_address_that_the_senders_relay_suppresses_is_hard(text: str, status: str | None) -> None:
    """Three of them paused their provider as if it objected to the sender."""
    assert recognised_class(550, status, text) is _HARD


@pytest.mark.parametrize("status", ["5.1.1", None])
@pytest.mark.parametrize(
    "text",
    [
        "Your domain news.example is on the suppression list of this host",
        "Sender is on the suppression list",
        "Sender address is on the suppression list",
        "Your IP address is on the suppression list",
        "Your email address is on the suppression list",
        "The sending address is on the suppression list",
        "The sender's email address is on the suppression list",
        "The host's address is on the suppression list",
    ],
)
def test_reply_class_sender_on_a_receivers_suppression_list_is_about_us(text: str, status: str | None) -> None:
    """Every reader of that receiver would be suppressed at once."""
    assert recognised_class(550, status, text) is _ABOUT_US


@pytest.mark.parametrize(
    "text",
    [
        *("Сообщение для получателя удалено: в нём вирус", "Лист для отримувача видалено, бо містить вірус"),
        *("По этому адресу не удалось доставить письмо", "Получатель удалил сообщение"),
        *("Сервер получателя отключил соединение", "Сервер получателя отключен", "Сервер отримувача вимкнено"),
        *("Адрес удалённого сервера недоступен", "Не удалось получить ответ о получателе от удаленного сервера"),
    ],
)
def test_reply_class_text_about_something_deleted_or_remote_is_not_hard(text: str) -> None:
    """The recipient is not deleted: in Russian both, and "could not", have the same beginning."""
    assert reply_class(550, None, text) is not _HARD


@pytest.mark.parametrize(
    "text", ["Получатель удалён", "Ящик для отзывов удален", "Учётная запись пользователя удалена", "Скриньку видалено"]
)
def test_reply_class_deleted_recipient_is_hard(text: str) -> None:
    assert reply_class(550, None, text) is _HARD


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Unbekannter Fehler",
            "Ein unbekannter Systemfehler",
            "Unbekannter Befehl",
            "Aus unbekannten Gründen",
            "Une erreur inconnue est survenue",
        ),
        *("Commande inconnue", "Error desconocido", "Comando desconocido", "Errore sconosciuto", "Erro desconhecido"),
        *("Nieznany błąd", "Onbekende fout"),
    ],
)
def test_reply_class_unknown_error_in_another_language_is_not_hard(text: str) -> None:
    """It is not the recipient that is unknown."""
    assert reply_class(550, None, text) is not _HARD


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Fehler: Unbekannter Empfänger",
            "Benutzer unbekannt",
            "Erreur : destinataire inconnu",
            "Usuario desconocido",
        ),
        *("Utente sconosciuto", "Usuário desconhecido", "Nieznany użytkownik", "Onbekende gebruiker"),
    ],
)
def test_reply_class_unknown_recipient_in_another_language_is_hard(text: str) -> None:
    assert reply_class(550, None, text) is _HARD


@pytest.mark.parametrize(
    "text",
    [
        "Address 192.0.2.1 is blocked",
        "Server address blocked",
        "This address is blocked",
        "Address blocked: local list",
    ],
)
def test_reply_class_address_that_is_blocked_is_about_us(text: str) -> None:
    """It may be any address, and who blocks one blocks a sender."""
    assert reply_class(550, None, text) is _ABOUT_US


@pytest.mark.parametrize(
    "whom", ["from your network", "for external senders", "by local rules", "to receive mail from you"]
)
def test_reply_class_mailbox_that_some_may_not_write_to_is_about_us(whom: str) -> None:
    """The reader is there: "mailbox not allowed" alone is an unknown mailbox (RFC 5321, 553)."""
    assert reply_class(550, None, f"Access to this mailbox is not allowed {whom}") is _ABOUT_US


@pytest.mark.parametrize("text", ["Account blocked", "mailbox is blocked", "The recipient account is blocked"])
def test_reply_class_mailbox_that_is_blocked_is_hard(text: str) -> None:
    assert reply_class(550, None, text) is _HARD

"""Texts of servers and readers that name an address in its own letters, or in a sentence of another language."""

import pytest

from digest.bounces.addresses import addresses_in, without_addresses
from digest.bounces.read import read_message
from digest.model.bounces import ReportClass

_ANNA = "anna@xn--e1afmkfd.xn--p1ai"  # anna@пример.рф
_POSTFIX = """I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<anna@пример.рф>: host mx.пример.рф[192.0.2.1] said: 550 5.1.1
    <anna@пример.рф>: Recipient address rejected: User unknown
"""
_EXIM = """A message that you sent could not be delivered to one or more of its
recipients. The following address(es) failed:

  anna@пример.рф
    SMTP error from remote mail server after RCPT TO:<anna@пример.рф>:
    550 No such user
"""
_QMAIL = """I'm afraid I wasn't able to deliver your message to the following addresses.

<anna@пример.рф>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 no such user
"""


def bounce(text: str, headers: str = "", subject: str = "Undelivered Mail Returned to Sender") -> bytes:
    """A notice in plain text, without the parts of RFC 3464."""
    head = f"Return-Path: <>\nFrom: mailer-daemon@mx.example\nTo: bounce@gazette.example\nSubject: {subject}\n{headers}"
    return f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode()


@pytest.mark.parametrize(
    "text", [_POSTFIX, _EXIM, _QMAIL, "Письмо для <anna@пример.рф> не доставлено: такого ящика нет"]
)
def test_read_message_text_with_a_domain_in_its_own_letters_names_the_address_as_it_is_kept(text: str) -> None:
    for one in (text, text.replace("пример.рф", "xn--e1afmkfd.xn--p1ai")):
        (report,) = read_message(bounce(one)).reports
        assert (report.address, report.report_class, report.is_certain) == (_ANNA, ReportClass.HARD, True)


def test_read_message_headers_with_a_domain_in_its_own_letters_name_the_address_as_it_is_kept() -> None:
    text = "A message could not be delivered.\n550 no such user"
    (report,) = read_message(bounce(text, "X-Failed-Recipients: anna@пример.рф\n")).reports
    assert (report.address, report.report_class) == (_ANNA, ReportClass.HARD)
    raw = "From: anna@xn--e1afmkfd.xn--p1ai\nSubject: Re: News\nContent-Type: text/plain; charset=utf-8\n\n"
    (report,) = read_message(f"{raw}Удалите anna@пример.рф из рассылки\n".encode()).reports
    assert report.report_class == ReportClass.UNSUBSCRIBE


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Не вдалося доставити лист", "Лист до <anna@reader.example> не доставлено: адреса не існує."),
        ("Повернення листа", "Не вдалося доставити ваш лист:\n\n<anna@reader.example>\n\nКористувача не знайдено."),
        ("Unzustellbar", "Ihre Mail an <anna@reader.example> konnte nicht zugestellt werden: Empfänger unbekannt."),
        ("Échec de la remise", "Votre message à <anna@reader.example> n'a pas pu être remis : destinataire inconnu."),
        ("No entregado", "No se pudo entregar su mensaje a <anna@reader.example>. El usuario no existe."),
        ("Mancata consegna", "Impossibile consegnare il messaggio a <anna@reader.example>: utente sconosciuto."),
        ("Falha na entrega", "Não foi possível entregar a mensagem para <anna@reader.example>: conta desconhecida."),
        ("Nedoručitelná zpráva", "Zprávu pro <anna@reader.example> nelze doručit. Uživatel neexistuje."),
        ("Onbestelbaar", "Uw bericht aan <anna@reader.example> kon niet worden bezorgd: gebruiker onbekend."),
        ("Kunde inte leverera", "Brevet till <anna@reader.example> kunde inte levereras. Användaren finns inte."),
    ],
)
def test_read_message_sentence_of_another_language_names_the_address(subject: str, text: str) -> None:
    (report,) = read_message(bounce(text, subject=subject)).reports
    assert (report.address, report.report_class, report.is_certain) == ("anna@reader.example", ReportClass.HARD, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<anna@bücher.example>", ["anna@xn--bcher-kva.example"]),
        ("宛先「hanako@例え.jp」へのメール", ["hanako@xn--r8jz45g.jp"]),
        (
            "收件人anna@reader.example不存在，无法投递到boris@例子.中国。",
            ["anna@reader.example", "boris@xn--fsqu00a.xn--fiqs8s"],
        ),
        ("anna@reader.example. Boris@Reader.example", ["anna@reader.example", "Boris@Reader.example"]),
        ("anna@reader.bücher anna@bücher anna@例え anna@пример.рфx", []),
        ("Jürgen@bücher.example", ["Jürgen@xn--bcher-kva.example"]),
        ("لم تصل إلى anna@reader.example، anna@مثال.إختبار؛", ["anna@reader.example", "anna@xn--mgbh0fb.xn--kgbechtv"]),
        ("अन्ना anna@reader.example। boris@reader.example।", ["anna@reader.example", "boris@reader.example"]),
        ("ל־anna@reader.example", ["anna@reader.example"]),
        (
            "ส่งถึงanna@reader.exampleไม่ได้ boris@ตัวอย่าง.example",
            ["anna@reader.example", "boris@xn--72c1a1bt4awk9o.example"],
        ),
    ],
)
def test_addresses_in_text_of_any_script_end_where_the_domain_ends(text: str, expected: list[str]) -> None:
    """Where a domain cannot be read to its end, no part of it counts."""
    assert list(addresses_in(text)) == expected
    assert ("@" in without_addresses(text)) is (not expected)

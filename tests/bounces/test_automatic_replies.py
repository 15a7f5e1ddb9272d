"""Notes of absence, whose subject and text may be about anything, and the bounces that share their headers."""

import pytest

from digest.bounces.read import read_message
from digest.model.bounces import ReportClass

_GONE = "I am no longer with the company; this account is closed.\n"
_COLLEAGUE = "Mail to this mailbox is not received. Please write to the following address:\n\nboris@reader.example\n"
_ORIGINAL = """
-----Original Message-----
From: Gazette <digest@gazette.example>
To: anna@reader.example
Subject: Mail delivery fails
Message-ID: <1.2@gazette.example>
"""
_AUTO_REPLIED = "Auto-Submitted: auto-replied\n"


def note(subject: str, text: str, headers: str = "", sender: str = "Anna <anna@reader.example>") -> bytes:
    """What a program answers for a reader."""
    head = f"{headers}From: {sender}\nTo: bounce@gazette.example\nSubject: {subject}\n"
    return f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}".encode()


@pytest.mark.parametrize("text", [_GONE + _ORIGINAL, _COLLEAGUE + _ORIGINAL, _GONE, _COLLEAGUE])
@pytest.mark.parametrize("sender", ["Anna <anna@reader.example>", "Admin <admin@reader.example>"])
@pytest.mark.parametrize(
    ("headers", "prefix"),
    [
        *((_AUTO_REPLIED, "Re: "), (_AUTO_REPLIED, ""), ("X-Autoreply: yes\n", ""), ("Precedence: auto_reply\n", "")),
        *(("", "Automatic reply: "), ("", "Out of office: "), ("", "Автоматический ответ: "), ("", "Автоответ: ")),
        *(("", "Automatische Antwort: "), ("", "Réponse automatique : "), ("", "Respuesta automática: ")),
        *(("", "Risposta automatica: "), ("", "Resposta automática: "), ("", "Odpowiedź automatyczna: ")),
        *(("", "Automatisch antwoord: "), ("", "Automatiskt svar: "), ("", "Automatická odpověď: ")),
        *(("", "Автоматична відповідь: "), ("", "Автоматты жауап: "), ("", "[Automatyczna odpowiedź] ")),
        *(("", "Automaattinen vastaus: "), ("", "Automatikus válasz: "), ("", "Răspuns automat: ")),
        *(("", "Відсутній: "), ("", "Я на відпустці: "), ("", "Poza biurem: "), ("", "Nepřítomnost: ")),
        *(("", "Fuera de la oficina: "), ("", "Trả lời tự động: "), ("", "תשובה אוטומטית: "), ("", "رد تلقائي: ")),
        *(("", "Ich bin im Urlaub: "), ("", "Assenza: "), ("", "Ausência temporária: "), ("", "Ausente: ")),
        *(("", "Frånvaromeddelande: "), ("", "Fraværsbesked: "), ("", "Poissaolo: "), ("", "Nieobecność: ")),
        *(("", "Απουσία από το γραφείο: "), ("", "부재중: "), ("", "Estou fora do escritório: ")),
        *(("", "Som mimo kanceláře: "), ("", "Ofis dışındayım: ")),
        *(("", "Otomatik yanıt: "), ("", "自動応答: "), ("", "自动答复: "), ("", "자동 회신: ")),
    ],
)
def test_read_message_automatic_reply_with_a_headline_about_failures_is_no_bounce(
    headers: str, prefix: str, sender: str, text: str
) -> None:
    """Neither against the reader, whose old address may be named, nor against a colleague."""
    for headline in (
        "Stocks bounce after sell-off",
        "Mail delivery fails after strike",
        "Почта не доставлена: ошибка доставки",
    ):
        for null_sender in ("", "Return-Path: <>\n"):
            (report,) = read_message(note(f"{prefix}{headline}", text, null_sender + headers, sender)).reports
            assert report.report_class == ReportClass.AUTO_REPLY, headline


@pytest.mark.parametrize("sender", ["Mail System <mailer-daemon@reader.example>", "Reader <no-reply@reader.example>"])
@pytest.mark.parametrize("headers", [_AUTO_REPLIED, "Auto-Submitted: auto-generated\n", ""])
@pytest.mark.parametrize("headline", ["The morning", "Minister on leave", "Absence of evidence", "Министр в отпуске"])
def test_read_message_bounce_with_the_headers_of_a_reply_or_a_headline_about_absence_is_hard(
    headline: str, headers: str, sender: str
) -> None:
    """Exim states Auto-Submitted: auto-replied as well."""
    text = "Your message could not be delivered to the following address:\n\nanna@reader.example\n  No such user\n"
    raw = note(f"Undeliverable: {headline}", text, f"Return-Path: <>\n{headers}", sender)
    (report,) = read_message(raw).reports
    assert (report.address, report.report_class) == ("anna@reader.example", ReportClass.HARD)


def test_read_message_report_with_the_headers_of_a_reply_is_hard() -> None:
    """A delivery status notification is one from any sender."""
    status = "Final-Recipient: rfc822; anna@reader.example\nAction: failed\nStatus: 5.1.1\n"
    body = f"--b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{status}\n--b1--\n"
    head = "From: Reader <it@reader.example>\nSubject: Automatic reply: The morning\n"
    kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=b1\n\n"
    (report,) = read_message(f"{_AUTO_REPLIED}{head}{kind}{body}".encode()).reports
    assert (report.address, report.report_class) == ("anna@reader.example", ReportClass.HARD)

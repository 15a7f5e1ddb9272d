"""Reports about messages that are still tried, and those that only repeat a headline about a delay."""

import pytest

from digest.bounces.read import read_message
from digest.model.bounces import ReportClass


def text_report(subject: str, text: str) -> bytes:
    """A report of a server that writes for people."""
    head = "Return-Path: <>\nFrom: Postmaster <postmaster@reader.example>\nTo: bounce@gazette.example"
    return f"{head}\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n".encode()


@pytest.mark.parametrize(
    "headline",
    [
        *("Flights delayed by storm", "Mail delivery delayed across the city", "Message from a delayed train"),
        *("Мэр задержан по делу о взятке", "Доставка писем задерживается", "Zustellung der Post verzögert sich"),
        *(
            "La livraison du courriel retardée",
            "Se retrasa la entrega del estadio",
            "Ritardo nella consegna dei vaccini",
        ),
        *("Atraso na entrega das vacinas", "メール配信の遅延", "邮件投递延迟", "No action is required, minister says"),
    ],
)
@pytest.mark.parametrize("reason", ["550 No such user here", "User unknown", "rule 17 applies"])
def test_read_message_failure_of_a_message_about_a_delay_is_not_delayed(headline: str, reason: str) -> None:
    """The headline says nothing about the message, wherever the report repeats it."""
    original = (
        f"From: digest@gazette.example\nTo: anna@reader.example\nSubject: {headline}\nMessage-ID: <1.2@gazette.example>"
    )
    texts = [
        f"Your message\n\n  Subject: {headline}\n\nwas not delivered to:\n\n  anna@reader.example\n\n  {reason}",
        f"Your message was not delivered. Its subject: “{headline}”\n\nanna@reader.example\n  {reason}",
        f"<anna@reader.example>:\n{reason}\n\n--- Below this line is a copy of the message.\n\n{original}\n",
    ]
    for text in texts:
        for subject in (f"Undeliverable: {headline}", "Undeliverable mail"):
            (report,) = read_message(text_report(subject, text)).reports
            assert (report.address, report.report_class, report.is_delayed) == (
                *("anna@reader.example", ReportClass.HARD, False),
            ), (text, subject)


@pytest.mark.parametrize("headline", ["Flights delayed by storm", "Мэр задержан", "Le train retardé", "新机场延迟开放"])
def test_read_message_failure_whose_subject_alone_is_about_a_delay_is_not_delayed(headline: str) -> None:
    """The text quotes nothing and gives no reason."""
    text = "Your message was not delivered to:\n\n  anna@reader.example"
    (report,) = read_message(text_report(f"Undeliverable: {headline}", text)).reports
    assert (report.report_class, report.is_delayed) == (ReportClass.HARD, False)


def test_read_message_failure_whose_wrapped_subject_is_about_a_delay_is_not_delayed() -> None:
    """The line below the subject is not a recipient."""
    subject = "  Subject: Storm at sea:\n     mail delivery delayed"
    text = f"Your message\n\n{subject}\n\nwas not delivered to:\n\n  anna@reader.example"
    (report,) = read_message(text_report("Undeliverable mail", text)).reports
    assert (report.address, report.is_delayed) == ("anna@reader.example", False)


@pytest.mark.parametrize(
    "reason", ["550 No such user here", "550 5.1.1 rejected", "User unknown", "Пользователь не найден"]
)
def test_read_message_permanent_reason_is_not_delayed_whatever_the_text_says(reason: str) -> None:
    """A reply 5xx is the last one (RFC 5321, 4.2.1)."""
    text = f"Delivery of your message was delayed. It could not be delivered to:\n\nanna@reader.example\n  {reason}"
    (report,) = read_message(text_report("Undeliverable mail", text)).reports
    assert (report.report_class, report.is_delayed) == (ReportClass.HARD, False)


@pytest.mark.parametrize(
    "sentence",
    [
        *("Delivery of your message is delayed.", "Your message has been delayed.", "Delayed mail: it is still tried."),
        *(
            "Доставка письма задерживается.",
            "Задержка доставки сообщения.",
            "Die Zustellung Ihrer Nachricht verzögert sich.",
        ),
        *("Verzögerte Zustellung Ihrer E-Mail.", "La remise de votre message est retardée.", "Retard de livraison."),
        *(
            "La entrega de su mensaje se ha retrasado.",
            "La consegna del messaggio è in ritardo.",
            "配信が遅延しています。",
        ),
        *("A entrega da mensagem está atrasada.", "您的邮件投递延迟。", "Message will be retried for 2 more days."),
    ],
)
def test_read_message_sentence_about_a_delayed_delivery_is_delayed(sentence: str) -> None:
    """Nothing failed yet."""
    text = f"{sentence}\n\nThe message could not be delivered yet to the following address:\n\n  anna@reader.example"
    (report,) = read_message(text_report("Delivery status", text)).reports
    assert (report.address, report.report_class, report.is_delayed) == ("anna@reader.example", ReportClass.SOFT, True)


@pytest.mark.parametrize(
    "headline", ["New law about spam", "Policy of the bank", "Mailbox full of letters", "An unknown user"]
)
def test_read_message_quoted_subject_is_no_reason(headline: str) -> None:
    """A headline about spam is no objection, and one about a mailbox no state of it."""
    text = f"Your message\n\n  Subject: {headline}\n\nwas not delivered to:\n\n  anna@reader.example"
    (report,) = read_message(text_report("Undeliverable mail", text)).reports
    assert (report.report_class, report.is_certain) == (ReportClass.HARD, False)

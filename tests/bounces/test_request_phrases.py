"""Requests to unsubscribe in German, French, Spanish and Ukrainian, and what only looks like one."""

import pytest

from digest.bounces.read import read_message
from digest.model.bounces import ReportClass

_HEAD = (
    "From: Anna <anna@reader.example>\nIn-Reply-To: <1.2@gazette.example>\nContent-Type: text/plain; charset=utf-8\n"
)
_REQUESTS = (
    "Abmelden",
    "Abmeldung",
    "Bitte abmelden",
    "Abbestellen, danke",
    "Newsletter abbestellen",
    "Bitte melden Sie mich ab",
    "Bitte melden Sie mich von Ihrem Newsletter ab. Vielen Dank!",
    "Bitte tragen Sie mich aus Ihrem Verteiler aus",
    "Bitte nehmen Sie mich aus dem Verteiler",
    "Bitte streichen Sie mich von Ihrer Liste",
    "Bitte löschen Sie meine E-Mail-Adresse aus Ihrem Verteiler",
    "Bitte loeschen Sie meine Mailadresse",
    "Ich möchte mich vom Newsletter abmelden.",
    *("Ich würde mich gern abmelden", "Wir würden gerne keine Mails mehr bekommen"),
    "Ich möchte den Newsletter abbestellen",
    "Hiermit bestelle ich Ihren Newsletter ab",
    "Hiermit melde ich mich vom Newsletter ab",
    "Bitte keine weiteren Mails mehr",
    "Bitte senden Sie mir keine Newsletter mehr",
    "Bitte schicken Sie mir keine E-Mails mehr!",
    "Ich möchte keine E-Mails mehr von Ihnen erhalten",
    "Guten Tag, bitte mich aus dem Verteiler löschen",
    "Können Sie mich bitte aus dem Verteiler nehmen?",
    "Bitte aus dem Verteiler entfernen",
    "Kein Interesse mehr, bitte abmelden",
    "Bitte entfernen Sie anna@reader.example aus Ihrer Liste",
    "Ich möchte Ihren Newsletter nicht mehr erhalten",
    "Bitte melden Sie mich ab und löschen Sie meine E-Mail-Adresse",
    "Désabonnement",
    "Me désabonner",
    "Se désinscrire",
    "Désinscription svp",
    "Merci de me désabonner",
    "Merci de me désinscrire de votre newsletter",
    "Bonjour, merci de me retirer de votre liste de diffusion. Cordialement",
    "Veuillez me désabonner de cette newsletter",
    "Veuillez supprimer mon adresse de votre liste",
    "Je souhaite me désabonner.",
    "Je voudrais me désinscrire de la newsletter, merci d’avance",
    "Je ne souhaite plus recevoir vos mails",
    "Je ne veux plus recevoir de newsletter de votre part",
    "Désabonnez-moi",
    "Désinscrivez-moi s'il vous plaît",
    "Retirez-moi de votre liste",
    "Pouvez-vous me désabonner ?",
    "Ne m'envoyez plus de mails",
    "Merci de ne plus m'envoyer d'e-mails",
    "Arrêtez de m'envoyer des mails",
    "Je souhaite être désinscrite de la lettre d'information",
    "Désabonner anna@reader.example",
    "Merci de désinscrire mon adresse mail",
    "Baja",
    "BAJA, gracias",
    "Darme de baja",
    "Dadme de baja",
    "Por favor, denme de baja",
    "Quiero darme de baja del boletín",
    "Quisiera darme de baja de su lista de correo",
    "Solicito la baja de la newsletter",
    "Cancelar suscripción",
    "Desuscribirme",
    "Eliminen mi correo de su lista, por favor",
    "No quiero recibir más correos",
    "No deseo recibir su boletín",
    "No me envíen más correos",
    "Hola, ruego me den de baja. Muchas gracias",
    "Pueden darme de baja, por favor",
    "Den de baja anna@reader.example",
    "Відписатися",
    "Відпишіть мене, будь ласка",
    "Відпишіть anna@reader.example",
    "Прошу відписати мене від розсилки",
    "Видаліть мене з вашої бази",
    "Видаліть мою адресу зі списку розсилки",
    "Приберіть мене з розсилки",
    "Не надсилайте мені більше листів",
    "Більше не пишіть мені",
    "Не хочу отримувати ваші листи",
    "Скасуйте мою підписку",
    "Доброго дня! Відпишіть мене від усіх розсилок. Дякую",
    "Мені більше не потрібна ваша розсилка",
    "Хочу відписатися від розсилки",
)
_OTHER_WORDS = (
    "Bitte melden Sie mich nicht ab",
    "Ich melde mich ab",
    "Melden Sie sich!",
    "Bitte nicht abmelden",
    "Abmelden? Nein!",
    "Bitte melden Sie mich vom Sport-Newsletter ab",
    "Bitte nehmen Sie mich aus der Liste der Sponsoren",
    "Bitte löschen Sie mein Foto",
    "Löschen Sie meine Daten",
    "Abo kündigen",
    "Keine Nachrichten",
    "Keine Mails erhalten",
    "Bitte keine Newsletter am Wochenende",
    "Ich möchte keine Werbung",
    "Bitte senden Sie mir keine zwei Mails am Tag",
    "Bitte schicken Sie mir den Newsletter",
    "Ich möchte den Newsletter nicht abbestellen",
    "Bitte melden Sie mich ab, aber nur vom Sport",
    "Wie kann ich mich abmelden",
    "Ich würde mich abmelden",
    "Ich würde keine Mails bekommen",
    *("Keine Mails mehr?", "Keine weiteren Newsletter ?", "¿No más correos?", "No more newsletters?"),
    "Plus de mails",
    "Plus de mails, merci",
    "Ne me désabonnez pas",
    "Ne me désinscrivez pas de la newsletter",
    "Je ne souhaite pas me désabonner",
    "Je souhaite me désabonner de la newsletter du soir",
    "Merci de me retirer de la photo",
    "Je souhaite recevoir plus de mails",
    "Résilier mon abonnement",
    "Je ne souhaite plus recevoir vos mails deux fois par jour",
    "Comment se désabonner ?",
    "Désabonner boris@reader.example",
    "No me den de baja",
    "No quiero darme de baja",
    "Baja médica",
    "Estoy de baja",
    "Quiero darme de baja de la edición deportiva",
    "No quiero recibir más de un correo al día",
    "Quiero recibir más correos",
    "Eliminen mi foto",
    "No me envíen dos correos",
    "Cancelar mi pedido",
    "Відпишіться, як доїдете",
    "Відпишіть",
    "Не відписуйте мене",
    "Відписатися від розсилки про спорт",
    "Видаліть мене з фото",
    "Видаліть мене зі списку гостей",
    "Не надсилайте мені листи двічі",
    "Прошу не відписувати мене",
    "Дякую",
    "Merci",
    "Danke",
)


def class_of(subject: str, text: str, headers: str = "") -> ReportClass:
    """What an answer of a reader means."""
    return read_message(f"{headers}Subject: {subject}\n{_HEAD}\n{text}\n".encode()).reports[0].report_class


@pytest.mark.parametrize(
    ("lines", "expected"), [(_REQUESTS, ReportClass.UNSUBSCRIBE), (_OTHER_WORDS, ReportClass.NONE)]
)
def test_read_message_request_in_another_language_is_one_as_a_whole(
    lines: tuple[str, ...], expected: ReportClass
) -> None:
    """In the first line or the subject alone; words that are not known may limit it or say no."""
    for line in lines:
        assert class_of("Re: The morning", line) == expected, line
        assert class_of(line, "") == expected, line


def test_read_message_request_without_accents_or_in_decomposed_letters_is_one() -> None:
    for line in ("Merci de me desabonner", "De\u0301sabonnement", "Cancelar mi suscripcion", "Moechte mich abmelden"):
        assert class_of("Re: The morning", line) == ReportClass.UNSUBSCRIBE, line


@pytest.mark.parametrize(
    ("greeting", "closing"),
    [
        ("Sehr geehrte Damen und Herren,", "Mit freundlichen Grüßen"),
        ("Liebe Redaktion,", "Gesendet mit der Mail-App"),
        ("Lieber Verlag", "Liebe Grüße\nAnna"),
        ("Hallo", "Mit freundlichem Gruß"),
        ("Moin!", "MfG"),
        ("Madame, Monsieur,", "Cordialement"),
        ("Bonjour,", "Le lun. 30 nov. 2026 à 08:10, Gazette <digest@gazette.example> a écrit :"),
        ("Estimados señores:", "Enviado desde mi teléfono"),
        ("Buenos días,", "El lun, 30 nov 2026 a las 8:10, Gazette (<digest@gazette.example>) escribió:"),
        ("Шановна редакціє!", "З повагою"),
        ("Achtung: Diese E-Mail kommt von einem externen Absender.", "-----Ursprüngliche Nachricht-----"),
    ],
)
def test_read_message_request_below_a_greeting_or_above_a_closing_is_one(greeting: str, closing: str) -> None:
    assert class_of("Re: The morning", f"{greeting}\n\nBitte abmelden\n\n{closing}") == ReportClass.UNSUBSCRIBE
    assert class_of("Bitte abmelden", closing) == ReportClass.UNSUBSCRIBE
    assert class_of("Re: The morning", f"{greeting}\n\n{closing}\n\n> Bitte abmelden") == ReportClass.NONE


def test_read_message_wish_that_begins_like_a_greeting_is_no_request() -> None:
    """The subject is not what such a text asks for."""
    assert class_of("Bitte abmelden", "Lieber nur am Wochenende\n\nLiebe Grüße") == ReportClass.NONE


def test_read_message_request_of_a_program_in_another_language_is_none() -> None:
    """A note of absence, or a text with an empty sender."""
    for headers in ("Auto-Submitted: auto-replied\n", "Return-Path: <>\n"):
        assert class_of("Abwesenheitsnotiz: Der Morgen", "Bitte abmelden", headers) != ReportClass.UNSUBSCRIBE


def test_read_message_request_in_another_language_that_names_the_sender_of_the_mail_is_one() -> None:
    to = "To: Hafenzeitung <news@gazette.example>\n"
    for line in ("Bitte melden Sie mich von der Hafenzeitung ab", "Désabonnez-moi de Hafenzeitung"):
        assert class_of("Re: The morning", line, to) == ReportClass.UNSUBSCRIBE, line
    assert class_of("Re: The morning", "Bitte melden Sie mich von der Bergzeitung ab", to) == ReportClass.NONE

"""Reading returned messages: reports of many servers, in many languages, and bytes that nobody meant as a message."""

import csv
import os
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.bounces.mime import MAX_SIZE
from digest.bounces.read import read_message
from digest.model.bounces import ReportClass, ReturnedMessage

SERVERS = Path(__file__).with_name("servers.txt")
FAILED = {ReportClass.HARD, ReportClass.SOFT, ReportClass.ABOUT_US, ReportClass.COMPLAINT}


def server_messages() -> list[tuple[str, str, list[str], bytes]]:
    """The messages of servers.txt: name, class, addresses and content."""
    sections = re.split(r"(?m)^=== (.*)\n", SERVERS.read_text("utf-8"))[1:]
    messages = []
    for title, text in zip(sections[::2], sections[1::2], strict=True):
        name, expected, addresses = (part.strip() for part in title.split("|"))
        messages.append((name, expected, addresses.replace("-", "").split(), text.encode()))
    return messages


MESSAGES = server_messages()


def found_addresses(returned: ReturnedMessage) -> list[str]:
    """The addresses that a message's reports name."""
    return [report.address for report in returned.reports if report.address]


def is_request_of_reader(text: str, *, to: str = "Harbour Gazette") -> bool:
    """Whether a reader who answers a message of that name with this text asks to leave; else they ask for nothing."""
    head = f"From: anna@reader.example\nTo: {to} <news@gazette.example>\nSubject: Re: The morning\n"
    (report,) = read_message(f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode()).reports
    assert report.report_class in {ReportClass.UNSUBSCRIBE, ReportClass.NONE}
    return report.report_class is ReportClass.UNSUBSCRIBE


@pytest.mark.parametrize(
    ("expected", "addresses", "raw"), [one[1:] for one in MESSAGES], ids=[one[0] for one in MESSAGES]
)
def test_read_message_of_a_server_gives_class_and_address(expected: str, addresses: list[str], raw: bytes) -> None:
    """Also where the lines end with CR LF, or with CR alone."""
    for line_end in (b"\n", b"\r\n", b"\r"):
        returned = read_message(raw.replace(b"\n", line_end))
        assert {str(report.report_class) for report in returned.reports} == {expected}, returned
        assert found_addresses(returned) == addresses, returned


@pytest.mark.needs("corpora")
def test_read_message_of_the_corpora_names_the_right_addresses() -> None:
    """Real bounces of many servers. (For the corpora a message given up with 4.x.x is hard, for us it is soft.)"""
    folder = Path(os.environ["DIGEST_CORPORA"]) / "bounces"
    rows = list(csv.DictReader((folder / "expected.csv").read_text("utf-8").splitlines()))
    right = with_status = right_class = 0
    for row in rows:
        returned = read_message((folder / "samples" / row["file"]).read_bytes())
        failed = [report for report in returned.reports if report.report_class in FAILED]
        right += sorted(one.address or "" for one in failed) == sorted(row["addresses"].split())
        stated = [one for one in failed if one.status and not one.status.startswith("4.")]
        with_status += bool(stated)
        right_class += bool(stated) and all(one.report_class == row["class"] for one in stated)
    assert right / len(rows) >= 0.95
    assert right_class / with_status >= 0.95


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """The message with a few pieces missing, repeated, exchanged or replaced."""
    data = raw
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.randrange(300))
        other = chance.choice(MESSAGES)[3]
        piece = chance.choice(
            [
                *(b"", data[start:end] * chance.randrange(20), other[chance.randrange(len(other)) :][:2000]),
                *(chance.randbytes(20), b"\nContent-Transfer-Encoding: base64\n", b"=?zlib?b?eA==?=", b"\r", b"\0"),
                *(b"\nContent-Type: multipart/mixed; boundary=b1\n\n--b1\n" * 30, b'"' * 500, b"<" * 2000, b"a@" * 900),
                *(
                    b"\nContent-Type: text/plain; charset=utf-7\n",
                    b"\nContent-Type: message/rfc822\n\n",
                    b"user " * 500,
                ),
            ]
        )
        data = data[:start] + piece + data[end:]
    return data


@pytest.mark.parametrize("seed", range(int(os.environ.get("DIGEST_MUTATED_MESSAGES", "300")) // 100))
def test_read_message_mutated_always_gives_a_report(seed: int) -> None:
    """A hundred broken messages for each seed; `.ci/soak` reads ten thousand."""
    chance = random.Random(seed)
    for _ in range(100):
        assert read_message(mutated(chance.choice(MESSAGES)[3], chance)).reports


@given(st.binary(max_size=3000))
def test_read_message_any_bytes_give_a_report(raw: bytes) -> None:
    """Whatever a mailbox holds."""
    assert read_message(raw).reports


def test_read_message_of_50_megabytes_reads_its_beginning() -> None:
    """The report comes first; what follows does not matter."""
    name, _expected, addresses, raw = next(one for one in MESSAGES if one[0] == "exim")
    assert found_addresses(read_message(raw + b"x" * 50_000_000)) == addresses, name
    assert MAX_SIZE < 1_000_000


def test_read_message_nested_a_thousand_times_is_an_ordinary_message() -> None:
    """Multiparts and attached messages, each in the other."""
    for kind in (b"multipart/mixed; boundary=b", b"message/rfc822"):
        assert read_message((b"Content-Type: " + kind + b"\n\n--b\n") * 1000).reports


def test_read_message_html_without_style_script_and_head_is_read() -> None:
    """Also with more than one of them, and with one that is not closed."""
    hidden = "<HEAD><title>550 boris@reader.example</title></HEAD><style>a</style ><script>x()</script><style></style>"
    failed = "<p>Mail could not be delivered to:</p><p>anna@reader.example</p><p>550 No such user</p>"
    head = "From: mailer-daemon@mx.example\nSubject: Undeliverable\nContent-Type: text/html\n\n"
    for markup in (hidden + failed, failed + hidden, hidden + failed + "<style>"):
        (report,) = read_message((head + markup).encode()).reports
        assert (report.address, report.report_class) == ("anna@reader.example", ReportClass.HARD), markup


def test_read_message_that_went_round_in_circles_is_a_loop() -> None:
    """More stations than any real path has."""
    (report,) = read_message(b"Received: from a by b\n" * 100 + MESSAGES[0][3]).reports
    assert (report.report_class, report.text) == (ReportClass.NONE, "mail loop")


def test_read_message_of_a_bounce_gives_the_message_ids_that_it_quotes() -> None:
    """In an attached message, in its header, in a text."""
    for name in ("status parts", "complaint", "complaint that quotes the recipient", "exim"):
        raw = next(one[3] for one in MESSAGES if one[0] == name)
        assert read_message(raw).quoted_ids == ("<1.2@gazette.example>",), name


def test_read_message_with_a_short_message_id_names_it() -> None:
    """RFC 5322 allows one letter before the @."""
    raw = b"From: Anna <anna@reader.example>\nMessage-ID: <1@reader.example>\n\nHello\n"
    assert read_message(raw).message_id == "<1@reader.example>"


@pytest.mark.parametrize(
    ("line", "is_request"),
    [
        *((line, True) for line in ("Unsubscribe", "Hi, please unsubscribe me, thanks", "STOP", "opt out")),
        *((line, True) for line in ("stop sending me emails", "Please stop mailing to this address")),
        *((line, True) for line in ("Stop emailing me immediately!", "Больше никогда не присылайте мне эту рассылку")),
        *((line, True) for line in ("Remove me from this list", "Отпишите меня", "Удалите меня из рассылки")),
        *((line, True) for line in ("Не присылайте мне, пожалуйста, письма", "Больше не шлите")),
        *((line, True) for line in ("Remove me from your mailing list. Thank you!", "Take me off all your lists now")),
        *(
            (line, True)
            for line in ("Delete my email address from your database", "Unsubscribe me from this newsletter")
        ),
        *(
            (line, True)
            for line in ("unsubscribe from this", "Opt out of all e-mails", "Отпишите меня от всех рассылок")
        ),
        *((line, True) for line in ("Исключите меня из списка рассылки", "Удалите мой адрес из вашей базы данных")),
        *((line, True) for line in ("Уберите меня, пожалуйста, из списка подписчиков", "Отписаться от этой рассылки")),
        *(
            (line, False)
            for line in ("Remove me from the daily list but keep weekly", "Unsubscribe from the daily one")
        ),
        *((line, False) for line in ("Please remove me from the evening edition only", "Take me off the front page")),
        *((line, False) for line in ("Remove me from the photo on page 3", "Remove me from the list of sponsors")),
        *((line, False) for line in ("delete my address from comments, please keep newsletter", "opt out of sport")),
        *(
            (line, False)
            for line in ("Unsubscribe me from the evening edition", "stop emailing me from the sports desk")
        ),
        *((line, False) for line in ("unsubscribe, from the weekly", "Please unsubscribe me from all but the weekly")),
        *(
            (line, False)
            for line in ("Удалите меня с фотографии", "Уберите меня из вечерней рассылки, утреннюю оставьте")
        ),
        *((line, False) for line in ("Отпишите меня от вечернего выпуска", "Отписаться от рассылки о спорте")),
        *((line, False) for line in ("Удалите мой адрес из комментариев", "Исключите меня из списка гостей")),
        *((line, False) for line in ("Не присылайте мне письма от редакции спорта", "Отписка от новостей спорта")),
        *((line, False) for line in ("Stop sending two copies", "Please stop sending ten mails a day")),
        *((line, False) for line in ("Не присылайте так много", "Не отправляйте мне письмо дважды", "Don't stop!")),
    ],
)
def test_read_message_first_line_that_asks_to_unsubscribe_is_a_request(line: str, is_request: bool) -> None:
    """What asks for less mail asks for something else, and a program asks for nothing."""
    head = "From: anna@reader.example\nSubject: Re: The morning\n"
    kind = "Content-Type: text/plain; charset=utf-8\n\n"
    expected = ReportClass.UNSUBSCRIBE if is_request else ReportClass.NONE
    assert read_message(f"{head}{kind}{line}\n".encode()).reports[0].report_class == expected
    for sign in ("Return-Path: <>\n", "Return-Path: <MAILER-DAEMON>\n", "Auto-Submitted: auto-replied\n"):
        (report,) = read_message(f"{sign}{head}{kind}{line}\n".encode()).reports
        assert report.report_class in {ReportClass.NONE, ReportClass.AUTO_REPLY}


@pytest.mark.parametrize(
    ("name", "line", "is_request"),
    [
        ("Harbour Gazette", "Unsubscribe me from Harbour Gazette", True),
        ("Harbour Gazette", "please remove me from the harbour gazette mailing list", True),
        ('"Harbour Gazette"', "Unsubscribe from “Harbour Gazette”, thanks", True),
        ("=?utf-8?b?0JLQtdGB0YLQvdC40Log0LPQsNCy0LDQvdC4?=", "Отпишите меня от рассылки «Вестник гавани»", True),
        ("=?utf-8?b?0JLQtdGB0YLQvdC40Log0LPQsNCy0LDQvdC4?=", "Отписаться от «Вестник гавани»", True),
        ("Harbour Gazette", "Unsubscribe me from the Harbour Gazette sports alerts", False),
        ("Harbour Gazette", "Remove me from the photo in Harbour Gazette", False),
        ("Harbour Gazette", "Unsubscribe me from Hill Tribune", False),
        ("Harbour Gazette", "Harbour Gazette", False),
    ],
)
def test_read_message_request_that_names_the_sender_of_the_mail_is_one(name: str, line: str, is_request: bool) -> None:
    """As the program writes the name that it answers; another name may be that of one edition."""
    assert is_request_of_reader(line, to=name) == is_request


@pytest.mark.parametrize(
    ("line", "is_request"),
    [
        *((line, True) for line in ("Прошу исключить меня из рассылки", "Удалить мой e-mail из базы", "Стоп")),
        *((line, True) for line in ("Прошу больше не присылать мне писем!", "Я хочу отписаться от рассылки.")),
        *((line, True) for line in ("Отказываюсь от рассылки", "Снимите меня с рассылки", "Отмените мою подписку")),
        *((line, True) for line in ("Прекратите присылать мне письма", "Больше не пишите мне")),
        *((line, True) for line in ("Я больше не хочу получать эти письма", "Мне больше не нужна ваша рассылка")),
        *((line, True) for line in ("Удалите мою электронную почту из вашей базы", "Отключите, пожалуйста, рассылку")),
        *((line, True) for line in ("Cancel my subscription, please", "I no longer wish to receive these emails")),
        *((line, True) for line in ("I don't want to receive your newsletter anymore", "No more emails please")),
        *((line, True) for line in ("Remove me", "Please remove my email address", "Opt me out", "Unsuscribe me")),
        *((line, True) for line in ("REMOVE", "Please remove. Thank you")),
        *((line, True) for line in ("I'd like to unsubscribe", "Do not email me again", "Don’t send me any more mail")),
        *((line, True) for line in ("Unsubscribe anna@reader.example", "Отписать <Anna@reader.example>")),
        *((line, True) for line in ("Please remove anna@reader.example from your list", "Unsubscribe: me")),
        *((line, False) for line in ("Unsubscribe boris@reader.example", "Unsubscribe susanna@reader.example")),
        *((line, False) for line in ("Не отписывайте меня", "Please do not unsubscribe me", "I want more emails")),
        *((line, False) for line in ("Remove the photo", "Remove sport from my mail")),
        *((line, False) for line in ("Отпишитесь, как доедете", "Снимите меня", "Отключите рассылку о спорте")),
        *((line, False) for line in ("I no longer wish to receive the sports emails", "Cancel my order")),
        *((line, False) for line in ("Не хочу получать новости спорта", "Прошу исключить меня из списка гостей")),
        *((line, False) for line in ("Не хочу получать письма дважды", "Do not email me about sport")),
    ],
)
def test_read_message_request_in_other_words_is_one(line: str, is_request: bool) -> None:
    """As people ask politely, name themselves by their address, or misspell the word; also in the subject alone."""
    end = "Content-Type: text/plain; charset=utf-8\n\n"
    head = f"From: Anna <anna@reader.example>\nIn-Reply-To: <1.2@gazette.example>\n{end}"
    expected = ReportClass.UNSUBSCRIBE if is_request else ReportClass.NONE
    warning = "CAUTION: This email came from outside of the organisation. Do not click links.\n\n"
    for text in (line, f"{warning}{line}\n\nAnna"):
        assert read_message(f"Subject: Re: The morning\n{head}{text}\n".encode()).reports[0].report_class == expected
    for text in ("", "\n-- \nAnna\n", "Отправлено из мобильной почты\n"):
        assert read_message(f"Subject: {line}\n{head}{text}".encode()).reports[0].report_class == expected


@pytest.mark.parametrize(
    ("line", "is_request"),
    [
        *((line, True) for line in ("Please take me off this list. I never signed up.", "Снимите с рассылки")),
        *((line, True) for line in ("Уберите мой адрес из вашей базы и больше не пишите мне", "Stop. Unsubscribe me!")),
        *((line, True) for line in ("Отпишите меня, я не подписывался на рассылку", "Not interested, unsubscribe")),
        *((line, True) for line in ("I never subscribed to this mail, please remove me", "Remove me, no more mail")),
        *((line, False) for line in ("Unsubscribe. Only from sport.", "Unsubscribe me and add boris@reader.example")),
        *((line, False) for line in ("I never signed up.", "Not interested", "Спасибо, мне не интересно")),
        *((line, False) for line in ("Remove me from the photo. I never signed up.", "Stop and smell the roses")),
        *((line, False) for line in ("Отпишите меня, но утреннюю оставьте", "Unsubscribe me, or send it weekly")),
    ],
)
def test_read_message_requests_and_remarks_in_one_line_are_a_request(line: str, is_request: bool) -> None:
    """Any other words beside a request may limit it; remarks alone ask for nothing."""
    assert is_request_of_reader(line) == is_request


@pytest.mark.parametrize(
    ("text", "is_request"),
    [
        *((text, True) for text in ("Hi Gazette team,\nPlease unsubscribe me", "Hello Anna!\n\nremove me")),
        *((text, True) for text in ("Dear Gazette Team, please unsubscribe me.", "Hello there! Take me off this list")),
        *((text, True) for text in ("Добрый день, Анна Львовна.\nПрошу отписать меня", "Hello, Unsubscribe")),
        *((text, True) for text in ("Здравствуйте, уважаемая редакция! Отпишите меня", "Коллеги, добрый день!\nСтоп")),
        *((text, True) for text in ("Доброе утро!\nОтписаться", "Hallo Redaktion,\nbitte abmelden", "HI, STOP")),
        *((text, False) for text in ("Hi Anna, please unsubscribe Boris", "Hi, I love your letters.\nUnsubscribe")),
        *((text, False) for text in ("Здравствуйте, Анна! Отпишите меня от спорта", "Hello, only on Sundays\nStop")),
        *((text, False) for text in ("Not me. Hello Anna, unsubscribe", "Hi Anna, do not unsubscribe me", "Hello")),
        *((text, True) for text in ("Hello, Unsubscribe Harbour Gazette", "HELLO UNSUBSCRIBE HARBOUR GAZETTE")),
        *((text, False) for text in ("HELLO, NOT ME\nSTOP", "HI, ONLY SPORTS. UNSUBSCRIBE HARBOUR GAZETTE")),
    ],
)
def test_read_message_request_behind_a_greeting_that_names_somebody_is_one(text: str, is_request: bool) -> None:
    """Readers greet the editors, or the sender that the mail names; any other words may limit what is asked."""
    assert is_request_of_reader(text) == is_request


@pytest.mark.parametrize("text", ["Only the weekly one, please", "Where is the crossword?"])
def test_read_message_subject_that_asks_to_unsubscribe_above_other_words_is_no_request(text: str) -> None:
    """The words may say that something else is meant."""
    kind = "Content-Type: text/plain; charset=utf-8\n\n"
    for subject in ("Please unsubscribe me", "Отписаться"):
        raw = f"From: anna@reader.example\nSubject: {subject}\n{kind}{text}\n"
        assert read_message(raw.encode()).reports[0].report_class == ReportClass.NONE


def test_read_message_texts_can_be_stored_and_shown() -> None:
    """No NUL, which PostgreSQL refuses, no half of a surrogate pair, no sequence that controls a terminal."""
    head = "From: MAILER-DAEMON@mx.example\nMessage-ID: <=?utf-7?q?+2AA-?=x@mx.example>\n"
    raw = f"""{head}Content-Type: multipart/report; boundary=b1

--b1
Content-Type: message/delivery-status; charset=utf-7

Final-Recipient: rfc822; a\x00n\x1b[2Jna+2AA-@reader.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 no\x00 such\x1b[2J user +2AA-

--b1--
"""
    returned = read_message(raw.encode())
    texts = [returned.message_id, *(text for one in returned.reports for text in (one.address or "", one.text))]
    assert all(text.isprintable() for text in texts), texts
    assert "no such" in texts[-1]


def test_read_message_failure_without_a_known_reason_is_not_certain() -> None:
    """Nothing says that the mailbox does not exist."""
    certain = {}
    for name, _expected, _addresses, raw in MESSAGES:
        for report in read_message(raw).reports:
            certain[name] = report.is_certain
    assert [name for name, is_certain in certain.items() if not is_certain] == [
        "imail",  # an unknown host
        "sun messaging server",  # whose reason looks like the header of a quoted message
        "rejection without a reason",
        "content that is refused",
    ]


def test_read_message_delayed_is_not_failed_yet() -> None:
    """By its status part, or by its text."""
    for name in ("status part of a delay", "exim delay", "sendmail after four hours"):
        (report,) = read_message(next(one[3] for one in MESSAGES if one[0] == name)).reports
        assert report.is_delayed, name
    for status, is_delayed in (("4.4.1", True), ("5.4.1", False)):  # without its action
        raw = status_report(f"Final-Recipient: rfc822; anna@reader.example\nStatus: {status}", text="")
        assert [report.is_delayed for report in read_message(raw).reports] == [is_delayed]


def test_read_message_fields_that_a_notification_repeats_count_once() -> None:
    """What it states first, of one recipient."""
    first = "Final-Recipient: rfc822; anna@reader.example\nAction: failed\nStatus: 5.1.1"
    (report,) = read_message(status_report(f"{first}\nAction: delayed\nStatus: 4.4.1")).reports
    assert (report.address, report.status, report.is_delayed) == ("anna@reader.example", "5.1.1", False)


def status_report(*fields: str, text: str = "Your message was successfully delivered.") -> bytes:
    """A delivery status notification with a group of fields for each recipient."""
    groups = "\n\n".join(fields)
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example
To: bounce@gazette.example
Subject: Delivery Status Notification
Content-Type: multipart/report; report-type=delivery-status; boundary=b1

--b1
Content-Type: text/plain

{text}

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

{groups}

--b1
Content-Type: text/rfc822-headers

To: anna@reader.example
Message-ID: <1.2@gazette.example>

--b1--
""".encode()


@pytest.mark.parametrize("fields", ["Final-Recipient: utf-8; {}", "Original-Recipient: rfc822;{}\nFinal-Recipient: x"])
def test_read_notification_with_a_domain_of_other_letters_has_the_stored_address(fields: str) -> None:
    """As of servers with SMTPUTF8 (RFC 6533): Digest writes such domains in ASCII."""
    raw = status_report(f"{fields.format('anna@почта.рф')}\nAction: failed\nStatus: 5.1.1")
    assert found_addresses(read_message(raw)) == ["anna@xn--80a1acny.xn--p1ai"]


@pytest.mark.parametrize(
    ("action", "status"),
    [
        *(("Action: delivered\n", "Status: 2.0.0"), ("Action: relayed\n", "Status: 2.0.0"), ("", "Status: 2.1.5")),
        *(
            ("Action: expanded (to multi-recipient alias)\n", "Status: 2.0.0"),
            ("Action: delivered\n", "X-Note: no status"),
        ),
    ],
)
def test_read_message_notification_of_deliveries_is_none_and_quotes_the_message(action: str, status: str) -> None:
    """It proves that the message arrived."""
    anna = f"Final-Recipient: rfc822; anna@reader.example\n{action}{status}"
    boris = "Final-Recipient: rfc822; boris@reader.example\nAction: relayed\nStatus: 2.0.0"
    for fields, addresses in (((anna,), ["anna"]), ((anna, boris), ["anna", "boris"])):
        returned = read_message(status_report(*fields))
        assert {report.report_class for report in returned.reports} == {ReportClass.NONE}
        assert found_addresses(returned) == [f"{name}@reader.example" for name in addresses]
        assert returned.quoted_ids == ("<1.2@gazette.example>",)


@pytest.mark.parametrize(
    "fields", ["Action: failed\nStatus: 2.0.0", "Action: delivered\nStatus: 5.1.1", "Action: relayed\nStatus: 5.0.0"]
)
def test_read_message_notification_that_contradicts_its_status_is_read_by_its_text(fields: str) -> None:
    """Nobody knows which of the two is right."""
    text = "Mail to this recipient failed permanently:\n\nanna@reader.example\n550 No such user"
    for others in ((), ("Final-Recipient: rfc822; boris@reader.example\nAction: delivered\nStatus: 2.0.0",)):
        raw = status_report(f"Final-Recipient: rfc822; anna@reader.example\n{fields}", *others, text=text)
        (report,) = read_message(raw).reports
        assert (report.address, report.report_class, report.status) == ("anna@reader.example", ReportClass.HARD, None)


def test_read_message_notification_of_a_delivery_and_a_failure_reports_the_failure() -> None:
    """Whoever got the message needs no report."""
    delivered = "Final-Recipient: rfc822; anna@reader.example\nAction: delivered\nStatus: 2.0.0"
    failed = "Final-Recipient: rfc822; boris@reader.example\nAction: failed\nStatus: 5.1.1"
    (report,) = read_message(status_report(delivered, failed)).reports
    assert (report.address, report.report_class) == ("boris@reader.example", ReportClass.HARD)


@pytest.mark.parametrize(
    ("lines", "expected", "status"),
    [
        (
            "X-Postfix; host mx.reader.example[192.0.2.1]\n    said: 553-you use me\n    553 as: a relay (#5.7.1)",
            ReportClass.ABOUT_US,
            "5.7.1",
        ),
        ("smtp; 550 The mailbox of this\n recipient: is over quota", ReportClass.SOFT, "5.0.0"),
        ("smtp; 550 See\n Action: failed\n Final-Recipient: rfc822; boris@reader.example", ReportClass.HARD, "5.0.0"),
    ],
)
def test_read_message_wrapped_diagnostic_code_is_read_to_its_end(
    lines: str, expected: ReportClass, status: str
) -> None:
    """Also where a line begins with a word and a colon, which was taken for a field, even for another recipient's."""
    fields = f"Final-Recipient: rfc822; anna@reader.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: {lines}"
    for block in (fields, f"  {fields}".replace("\n", "\n  "), f"> > {fields}".replace("\n", "\n> > ")):
        (report,) = read_message(status_report(block, text="It failed.")).reports
        assert (report.address, report.report_class, report.status) == ("anna@reader.example", expected, status)
        assert report.text.endswith(lines.rpartition("\n")[2].strip())


@pytest.mark.parametrize("stated", ["5.0.0 (permanent failure)", "5.1.0"])
@pytest.mark.parametrize(
    ("reply", "expected", "status"),
    [
        ("550-'5.1.1 <anna@reader.example> does not exist' (delivery attempts: 0)", ReportClass.HARD, "5.1.1"),
        ("550-'5.7.1 Client host [192.0.2.1] is listed' (delivery attempts: 0)", ReportClass.ABOUT_US, "5.7.1"),
        ("550-'JunkMail rejected: you are in an RBL' (delivery attempts: 0)", ReportClass.ABOUT_US, None),
        ("554-'5.2.2 mailbox full' (delivery attempts: 0)", ReportClass.SOFT, "5.2.2"),
        ("(delivery attempts: 0)", ReportClass.HARD, "5.1.0"),
    ],
)
def test_read_message_reply_behind_the_words_of_a_gateway_decides(
    reply: str, expected: ReportClass, status: str | None, stated: str
) -> None:
    """Cisco's gateways call every refusal of a recipient an unknown address."""
    recipient = "Final-Recipient: rfc822;anna@reader.example\nAction: failed"
    diagnostic = f"Diagnostic-Code: smtp; 5.1.0 - Unknown address error {reply}"
    raw = status_report(f"{recipient}\nStatus: {stated}\n{diagnostic}", text="The message was undeliverable.")
    (report,) = read_message(raw).reports
    assert (report.address, report.report_class) == ("anna@reader.example", expected)
    assert report.status == (status or stated.partition(" ")[0])


@pytest.mark.parametrize("charset", ["utf-7", "unicode-1-1-utf-7", '"UTF-7"', "koi8-r", "windows-1251", "iso-8859-5"])
def test_read_message_text_in_any_character_set_is_read(charset: str) -> None:
    """Exchange 2003 writes in UTF-7."""
    text = "Письмо не доставлено по адресу:\n\nanna@reader.example\n  Пользователь не найден\n"
    head = f"From: postmaster@reader.example\nSubject: Undeliverable\nContent-Type: text/plain; charset={charset}\n\n"
    (report,) = read_message(head.encode() + text.encode(charset.strip('"'))).reports
    assert (report.address, report.report_class) == ("anna@reader.example", ReportClass.HARD)
    assert "Пользователь не найден" in report.text


@pytest.mark.parametrize("value", ["<>", "< >", "<MAILER-DAEMON>", "<mailer-daemon>"])
def test_read_message_null_sender_in_any_spelling_shows_a_bounce(value: str) -> None:
    """Postfix hands the null sender to a program as MAILER-DAEMON."""
    text = "The letter could not be delivered to the following address:\n\nanna@reader.example\n  550 No such user\n"
    raw = f"Return-Path: {value}\nFrom: Info <info@reader.example>\nSubject: Nachricht\n\n{text}"
    (report,) = read_message(raw.encode()).reports
    assert (report.address, report.report_class) == ("anna@reader.example", ReportClass.HARD)


@pytest.mark.parametrize(
    "text",
    [
        "Your message to: anna@reader.example\nwas blocked by our Spam Firewall. The email has NOT BEEN DELIVERED.\n",
        "Your message to:\n-> anna@reader.example\n\nwas considered bulk e-mail (UBE).\nDelivery of it was stopped!\n",
    ],
)
def test_read_message_notice_of_a_filter_is_about_us(text: str) -> None:
    """It names no code, and the reader is there."""
    raw = f"From: Filter <postmaster@reader.example>\nTo: bounce@gazette.example\nSubject: A notice to you\n\n{text}"
    (report,) = read_message(raw.encode()).reports
    assert (report.address, report.report_class) == ("anna@reader.example", ReportClass.ABOUT_US)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Postfach voll", "Postfach voll:\n\nanna@reader.example\n"),
        ("Ihre E-Mail", "anna@reader.example: Die Mailbox ist voll.\n"),
        ("Boîte pleine", "Boîte pleine:\n\nanna@reader.example\n"),
        ("Votre message", "anna@reader.example : La boîte du destinataire est pleine.\n"),
        ("Buzón lleno", "Buzón lleno:\n\nanna@reader.example\n"),
        ("Su mensaje", "anna@reader.example: El buzón del destinatario está lleno.\n"),
        ("Niet bezorgd", "anna@reader.example\nDe mailbox van de ontvanger is vol.\n"),
        ("Ikke leveret", "Meddelelsen til anna@reader.example kunne ikke leveres.\nModtagerens postkasse er fuld.\n"),
        ("Ikke leveret", "anna@reader.example\nModtagerens indbakke er fuld.\n"),
        ("Kan ikke levere", "anna@reader.example\nPostboksen til mottakeren er full.\n"),
        ("Kan ikke levere", "anna@reader.example\nMottakerens innboks er full.\n"),
        ("Kunde inte levereras", "anna@reader.example\nMottagarens inkorg är full.\n"),
        ("Kunde inte levereras", "anna@reader.example\nMottagarens brevlåda är full.\n"),
        ("Kunde inte levereras", "anna@reader.example\nMottagarens postlåda är full.\n"),
        ("Ei voitu toimittaa", "anna@reader.example\nVastaanottajan sähköpostilaatikko on täynnä.\n"),
        (
            "Viestiä ei voitu toimittaa",
            "Viestiä osoitteeseen anna@reader.example ei voitu toimittaa.\nVastaanottajan postilaatikko on täynnä.\n",
        ),
        ("Скринька переповнена", "Скринька переповнена:\n\nanna@reader.example\n"),
        ("Ваш лист", "anna@reader.example: Поштову скриньку переповнено.\n"),
        ("Ваше письмо", "anna@reader.example: Ящик заполнен.\n"),
    ],
)
def test_read_message_full_mailbox_without_a_code_is_soft(subject: str, text: str) -> None:
    """Also in other languages than English: the words are all that such a notice has."""
    head = f"From: MAILER-DAEMON@reader.example\nTo: bounce@gazette.example\nSubject: {subject}\n"
    raw = f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}".encode()
    (report,) = read_message(raw).reports
    assert (report.address, report.report_class) == ("anna@reader.example", ReportClass.SOFT)
    assert report.is_certain


def test_read_message_full_mailbox_in_the_subject_is_a_notice_whoever_sends_it() -> None:
    """Some servers write as a person would, without an empty sender or a name such as MAILER-DAEMON."""
    head = "From: Post <post@reader.example>\nTo: bounce@gazette.example\nSubject: Boîte aux lettres pleine\n"
    text = "anna@reader.example : la boîte est pleine\n"
    raw = f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}".encode()
    (report,) = read_message(raw).reports
    assert (report.address, report.report_class) == ("anna@reader.example", ReportClass.SOFT)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Mailbox full", "Please unsubscribe me\nMy mailbox is full."),
        ("Ящик переполнен", "Отпишите меня\nЯщик переполнен."),
    ],
)
def test_read_message_request_of_a_reader_whose_mailbox_is_full_is_one(subject: str, text: str) -> None:
    """The words are those of a notice, which would name an address; from a server they would be none."""
    head = f"To: gazette@gazette.example\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
    (report,) = read_message(f"From: Anna <anna@reader.example>\n{head}".encode()).reports
    assert (report.address, report.report_class) == ("anna@reader.example", ReportClass.UNSUBSCRIBE)
    (report,) = read_message(f"From: MAILER-DAEMON@reader.example\nReturn-Path: <>\n{head}".encode()).reports
    assert report.report_class is ReportClass.NONE


def test_read_message_reader_who_is_away_and_has_a_full_mailbox_reports_no_failure() -> None:
    """The note is the program's of a person, and mail arrives."""
    head = "From: Anna <anna@reader.example>\nTo: bounce@gazette.example\nSubject: Abwesend: Postfach fast voll\n"
    text = "Ich bin im Urlaub, und mein Postfach ist bald voll. Bitte schreiben Sie an bob@reader.example.\n"
    raw = f"{head}Auto-Submitted: auto-replied\nContent-Type: text/plain; charset=utf-8\n\n{text}".encode()
    (report,) = read_message(raw).reports
    assert report.report_class is ReportClass.AUTO_REPLY


def test_read_message_with_a_reference_of_thousands_of_digits_is_read() -> None:
    """Python refuses to read such a number; the messages of the mailbox behind it would wait for ever."""
    html = "<p>The following address failed:</p><p>reader@mx.example</p><p>550 5.1.1 user unknown &#" + "1" * 5_000
    head = "From: MAILER-DAEMON@mx.example\nSubject: Undeliverable mail\nContent-Type: text/html\n\n"
    returned = read_message((head + html).encode())
    assert found_addresses(returned) == ["reader@mx.example"]


@pytest.mark.timeout(10)  # it took half a minute
@pytest.mark.parametrize("sign", ["'", "="])
def test_read_message_of_long_rows_of_signs_ends_soon(sign: str) -> None:
    """Each may be part of an address, and the search for one ends with the row."""
    head = "From: MAILER-DAEMON@mx.example\nSubject: Undeliverable mail\n\nThis address failed:\nreader@mx.example\n"
    row = sign * 2_000
    returned = read_message((head + f"{row}\n" * 290).encode())
    assert found_addresses(returned)[:1] == ["reader@mx.example"]

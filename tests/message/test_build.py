"""Messages: a filled template is what the standard library would make, and nobody's text breaks out of it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest import tokens
from digest.errors import RenderError
from digest.message.build import SenderIdentity, Template, blank_links, fill, message_id, prepare
from digest.model.deliveries import Claim, Outgoing
from digest.model.issues import Rendered, Slot, Variant
from digest.parsing.text import clean_line

SECRET = b"a secret of the tests"
SLOT = Slot(day=date(2026, 10, 1))
FROZEN = datetime(2026, 10, 1, 4, 0, 7, tzinfo=UTC)
SENDER_IDENTITY = SenderIdentity(
    sender=Address("Harbour Gazette", "news", "gazette.example"),
    portal="Harbour Gazette",
    secret=SECRET,
    base_url="https://news.gazette.example",
)
BLANK = tokens.blank(SECRET, f"daily/{SLOT}")
RUSSIAN = "Порт открыли раньше срока, и первые суда уже стоят у причала. "
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\r\n .=жш"), max_size=200)
HOSTILE = [
    "Anna\r\nBcc: evil@evil.example",
    "Anna\nBcc: evil@evil.example",
    "Anna\rBcc: evil@evil.example",
    "Anna\r\n Bcc: evil@evil.example",
    "Anna\u2028Bcc: evil@evil.example",
    "Anna\u2029Bcc: evil@evil.example",
    "Anna\x85Bcc: evil@evil.example",
    "Anna\x0b\x0c\x1c\x1d\x1eBcc: evil@evil.example",
    "Anna\x00Bcc",
    "Anna\u202egnp.exe",
    "Anna\ud800",
    'Anna" <evil@evil.example>, "',
    "Anna\\",
    "=?utf-8?q?=0D=0ABcc:_evil@evil.example?=",
    "Анна\r\nBcc: evil@evil.example",
    "(comment) Anna; group: x@y.example;",
    "x" * 5000,
    "я" * 5000,
    "",
    " \u200b\u202e ",
]


def a_variant(html: str = f"<p>{BLANK}</p>", text: str = f"{BLANK}\n", subject: str = "Port opens") -> Variant:
    """A frozen variant of the daily edition."""
    rendered = Rendered(subject=subject, preheader="", html=html, text=text)
    return Variant(id=3, issue_id=2, edition="daily", slot=SLOT, frozen_at=FROZEN, rendered=rendered)


def a_claim(delivery_id: int = 4711, address: str = "anna@mail.example", name: str | None = None) -> Claim:
    """A held row of the ledger."""
    return Claim(delivery_id=delivery_id, variant_id=3, issue_id=2, address=address, name=name, tries=0, token="held")


def parsed(outgoing: Outgoing) -> EmailMessage:
    """The message as the standard library reads it."""
    message = message_from_bytes(outgoing.content, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def made_by_the_standard_library(variant: Variant, claim: Claim) -> EmailMessage:
    """The same message, made for one recipient alone by `EmailMessage`, and read again."""
    token = tokens.mint(SECRET, claim.delivery_id)
    message = EmailMessage(policy=SMTP)
    message["From"] = SENDER_IDENTITY.sender
    message["To"] = claim.address
    message["Subject"] = "A subject"
    message["Date"] = variant.frozen_at
    message["Message-ID"] = message_id(SENDER_IDENTITY, claim.delivery_id)
    message["List-Id"] = "Harbour Gazette <daily.gazette.example>"
    message.set_content(variant.rendered.text.replace(BLANK, token))
    message.add_alternative(variant.rendered.html.replace(BLANK, token), subtype="html")
    again = message_from_bytes(message.as_bytes(), policy=SMTP)
    assert isinstance(again, EmailMessage)
    return again


def content(message: EmailMessage) -> list[tuple[str, str]]:
    """The parts of a message: their types and their texts."""
    return [(part.get_content_type(), str(part.get_content()).replace("\r\n", "\n")) for part in message.iter_parts()]


def assert_fit_for_the_wire(outgoing: Outgoing) -> None:
    """Only CRLF, ASCII only, no long line; the head has each header once and its encoded words are short."""
    assert outgoing.content.isascii()
    assert b"\r" not in outgoing.content.replace(b"\r\n", b"")
    assert b"\n" not in outgoing.content.replace(b"\r\n", b"")
    head, _, body = outgoing.content.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    names = re.findall(rb"(?m)^([A-Za-z-]+): ", head)
    assert len(names) == len(set(names)) == 13
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?[bq]\?[^?]*\?=", head))


@given(
    st.lists(TEXTS, min_size=2, max_size=5),
    st.lists(TEXTS, min_size=2, max_size=5),
    TEXTS,
    st.integers(min_value=1, max_value=2**63 - 1),
)
@example(["", ""], ["", ""], "", 1)
@example(["", "", ""], ["ж", "", "ж"], "\u2028", 1)
@example(["ж", "a", "ж" * 40], [RUSSIAN, "aa", RUSSIAN, "ab\r\n"], "ж" * 300, 2)
@example(["a" * 76, "a" * 75], ["a" * 76 + " ", "\n.\nFrom x\n"], "=?utf-8?q?x?=", 3)
def test_filling_equals_the_standard_library(html: list[str], text: list[str], subject: str, delivery_id: int) -> None:
    """For any texts, subject and delivery the filled message equals, parsed, the one that `EmailMessage` makes."""
    variant = a_variant(BLANK.join(html), BLANK.join(text), subject)
    claim = a_claim(delivery_id)
    filled = fill(prepare(variant, SENDER_IDENTITY), claim)
    assert_fit_for_the_wire(filled)
    message, expected = parsed(filled), made_by_the_standard_library(variant, claim)
    assert content(message) == content(expected)
    # Not compared with EmailMessage, which takes a subject that looks like an encoded word for one.
    assert message["Subject"] == (clean_line(subject, 150) or "Harbour Gazette")
    for header in ("From", "To", "Date", "Message-ID", "MIME-Version", "List-Id"):
        assert str(message[header]) == str(expected[header]).strip()  # it folds a long Message-ID, we do not
    assert not message.defects
    assert [part.get_content_charset() for part in message.iter_parts()] == ["utf-8", "utf-8"]
    assert message.get_content_type() == "multipart/alternative"


def test_all_headers_of_a_digest() -> None:
    """Each header that the bulk-sender rules ask for is there, with the value that they ask for."""
    message = parsed(fill(prepare(a_variant(), SENDER_IDENTITY), a_claim(name="Anna Smith")))
    token = tokens.mint(SECRET, 4711)
    assert message["From"] == "Harbour Gazette <news@gazette.example>"
    assert message["To"] == "Anna Smith <anna@mail.example>"
    assert message["Subject"] == "Port opens"
    assert parsedate_to_datetime(message["Date"]) == FROZEN
    assert re.fullmatch(r"<[0-9a-f]{32}\.4711@gazette\.example>", message["Message-ID"])
    assert message["MIME-Version"] == "1.0"
    assert message["List-Unsubscribe"] == f"<https://news.gazette.example/u/{token}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "Harbour Gazette <daily.gazette.example>"
    assert message["Feedback-ID"] == "2026-10-01:daily:digest:gazetteexampled"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Precedence"] == "bulk"


def test_the_envelope() -> None:
    """The recipient is the subscriber, and the sender's token names the delivery but opens no reader's page."""
    outgoing = fill(prepare(a_variant(), replace(SENDER_IDENTITY, bounce_domain="b.gazette.example")), a_claim())
    assert (outgoing.delivery_id, outgoing.token, outgoing.recipient) == (4711, "held", "anna@mail.example")
    match = re.fullmatch(r"bounce\+([\w-]+)@b\.gazette\.example", outgoing.sender)
    assert match is not None
    assert tokens.read(SECRET, match[1], tokens.BOUNCE) == 4711
    assert tokens.read(SECRET, match[1]) is None
    assert match[1].encode() not in outgoing.content
    assert fill(prepare(a_variant(), SENDER_IDENTITY), a_claim()).sender.endswith("@gazette.example")


def test_without_web_pages_readers_leave_by_mail() -> None:
    """Without a base address the header holds a mailto with the token, and promises no one-click page."""
    sender_identity = replace(SENDER_IDENTITY, base_url="")
    message = parsed(fill(prepare(a_variant(), sender_identity), a_claim()))
    leave = f"<mailto:news@gazette.example?subject=unsubscribe%20{tokens.mint(SECRET, 4711)}>"
    assert message["List-Unsubscribe"] == leave
    assert message["List-Unsubscribe-Post"] is None
    assert parsed(fill(prepare(a_variant(), replace(SENDER_IDENTITY, base_url="http://127.0.0.1:8000")), a_claim()))[
        "List-Unsubscribe"
    ].startswith("<http://127.0.0.1:8000/u/")


def test_a_long_unsubscribe_link_is_neither_broken_nor_encoded() -> None:
    """The header stays one line with the address as it is, where EmailMessage would make encoded words of it."""
    sender_identity = replace(SENDER_IDENTITY, base_url="https://news.gazette.example/" + "deep/" * 30 + "end")
    outgoing = fill(prepare(a_variant(), sender_identity), a_claim())
    token = tokens.mint(SECRET, 4711)
    assert f"\r\nList-Unsubscribe: <{sender_identity.base_url}/u/{token}>\r\n".encode() in outgoing.content


def test_the_renderer_gets_the_links_that_are_filled_later() -> None:
    """Links made for the renderer become the recipient's own links, in both parts, wherever they stand."""
    blanks = blank_links(SENDER_IDENTITY, "daily", SLOT)
    html = f'<a href="{blanks.unsubscribe}">Leave</a> <a href="{blanks.view}">Look</a> {RUSSIAN * 40}'
    message = parsed(
        fill(prepare(a_variant(html, f"{blanks.unsubscribe}\n{blanks.preferences}\n"), SENDER_IDENTITY), a_claim())
    )
    token = tokens.mint(SECRET, 4711)
    made = tokens.personal_links(SENDER_IDENTITY.base_url, "news@gazette.example", token)
    text, shown = (body for _, body in content(message))
    assert text == f"{made.unsubscribe}\n{made.preferences}\n"
    assert f'<a href="{made.unsubscribe}">Leave</a> <a href="{made.view}">Look</a>' in shown
    assert BLANK not in text + shown


def test_a_variant_without_a_personal_link_is_refused() -> None:
    """A theme that forgot the link, or a secret that changed since the freezing, is said before anybody gets mail."""
    with pytest.raises(RenderError, match=r"daily/2026-10-01: the text part has no personal unsubscribe link"):
        prepare(a_variant(text="Nothing"), SENDER_IDENTITY)
    with pytest.raises(RenderError, match="the HTML part"):
        prepare(a_variant(), replace(SENDER_IDENTITY, secret=b"another secret"))


def test_a_retry_is_the_same_message() -> None:
    """A second claim of the same row, from a template prepared anew, gives the same bytes."""
    first = fill(prepare(a_variant(), SENDER_IDENTITY), a_claim(name="Анна"))
    second = fill(prepare(a_variant(), SENDER_IDENTITY), a_claim(name="Анна")._replace(tries=3, token="another"))
    assert first.content == second.content
    assert first.sender == second.sender


def test_messages_differ_by_delivery_and_tests_by_their_claim() -> None:
    """No two messages share a Message-ID: neither two deliveries, nor two tests outside the ledger, without an id."""
    template = prepare(a_variant(), SENDER_IDENTITY)
    later = prepare(replace(a_variant(), frozen_at=FROZEN + timedelta(minutes=1)), SENDER_IDENTITY)
    sent = [
        fill(template, a_claim(1)),
        fill(template, a_claim(2)),
        fill(template, a_claim(0)),
        fill(template, a_claim(0, "boris@mail.example")),
        fill(later, a_claim(0)),
    ]
    assert len({parsed(outgoing)["Message-ID"] for outgoing in sent}) == len(sent)
    assert all("anna" not in parsed(outgoing)["Message-ID"] for outgoing in sent)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize(
    "prepared",
    [
        pytest.param(lambda text: (prepare(a_variant(), SENDER_IDENTITY), a_claim(name=text)), id="name"),
        pytest.param(lambda text: (prepare(a_variant(subject=text), SENDER_IDENTITY), a_claim()), id="subject"),
        pytest.param(
            lambda text: (prepare(a_variant(), replace(SENDER_IDENTITY, portal=text)), a_claim()), id="portal"
        ),
    ],
)
def test_nobodys_text_breaks_out_of_its_header(prepared: Callable[[str], tuple[Template, Claim]], hostile: str) -> None:
    """Line breaks, controls, quotes, encoded words and long names stay within their header, which never raises."""
    outgoing = fill(*prepared(hostile))
    assert_fit_for_the_wire(outgoing)
    message = parsed(outgoing)
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == ["anna@mail.example"]
    assert [address.addr_spec for address in message["From"].addresses] == ["news@gazette.example"]
    assert message["List-Id"].endswith("<daily.gazette.example>")
    assert 1 <= len(message["Subject"]) <= 150
    assert all(line.isprintable() for line in (message["Subject"], message["To"], message["List-Id"]))


@given(st.text(max_size=120), st.sampled_from(["anna@mail.example", "a" * 64 + "@" + "b" * 60 + ".mail.example"]))
@example('Константин "Костя" Константинович Константинопольский', "anna@mail.example")
def test_any_name_is_shown_as_it_was_cleaned(name: str, address: str) -> None:
    """A display name reads back as its cleaned self, folded where it must be; the address stands alone behind it."""
    outgoing = fill(prepare(a_variant(), SENDER_IDENTITY), a_claim(name=name, address=address))
    assert_fit_for_the_wire(outgoing)
    match = re.search(rb"(?m)^To: ((?:.*\r\n )*.*?)\r\n\S", outgoing.content)
    assert match is not None
    assert all(len(line) <= 78 for line in match[1].split(b"\r\n") if address.encode() not in line)
    shown = str(make_header(decode_header(match[1].decode().replace("\r\n", ""))))
    phrase, _, rest = shown.rpartition(address)
    assert rest in {"", ">"}
    phrase = phrase.removesuffix("<").strip()
    quoted = phrase.startswith('"') and phrase.endswith('"') and b"=?" not in match[1]
    assert (re.sub(r"\\(.)", r"\1", phrase[1:-1]) if quoted else phrase) == clean_line(name, 100)


@pytest.mark.parametrize(
    "address",
    [
        "b@x>\r\nRCPT TO:<evil@y",
        "b@x.example\r\n",
        "b@x.example\n",
        "b@x.example\x00",
        "b x@x.example",
        "b@x.example>",
        "<b@x.example",
        "b@x@y.example",
        "б@x.example",
        "b@пример.example",
        "b",
        "@x.example",
        "b@",
        "",
        "b..c@x.example",
        "a" * 65 + "@x.example",
        "a" * 64 + "@" + "b" * 190,
        "b,c@x.example",
        '"b c"@x.example',
    ],
)
def test_an_address_that_no_envelope_may_hold_is_refused(address: str) -> None:
    """Commands, controls, a second address, foreign letters and overlong parts are refused, without repeating them."""
    with pytest.raises(ValueError, match="not a valid email address") as caught:
        fill(prepare(a_variant(), SENDER_IDENTITY), a_claim(address=address))
    assert not address or address not in str(caught.value)


def test_the_encoding_is_the_smaller_one() -> None:
    """English stays readable quoted-printable, Russian becomes base64, and each is what is smaller."""
    english = "The port opened early. " * 200
    for words, encoding in ((english, "quoted-printable"), (RUSSIAN * 80, "base64")):
        message = parsed(fill(prepare(a_variant(BLANK + words, BLANK + words), SENDER_IDENTITY), a_claim()))
        assert [part["Content-Transfer-Encoding"] for part in message.iter_parts()] == [encoding, encoding]


def test_lines_of_dots_and_mail_commands_stay_text() -> None:
    """A body that looks like the end of a message, or like SMTP, is one text in one message."""
    evil = f".\r\n..\r\n.x\r\n\n.\nMAIL FROM:<evil@evil.example>\r.\rRCPT TO\n.\r\n{BLANK}\r\n--=_\r\n"
    outgoing = fill(prepare(a_variant(evil, evil), SENDER_IDENTITY), a_claim())
    assert_fit_for_the_wire(outgoing)
    wanted = evil.replace("\r\n", "\n").replace("\r", "\n").replace(BLANK, tokens.mint(SECRET, 4711))
    assert [body for _, body in content(parsed(outgoing))] == [wanted, wanted]
    assert b"\r\n.\r\n" not in outgoing.content


def test_lone_surrogates_do_not_stop_an_issue() -> None:
    """Half a character in a text becomes a question mark instead of an error."""
    message = parsed(fill(prepare(a_variant(f"\ud800{BLANK}", f"\udfff{BLANK}"), SENDER_IDENTITY), a_claim()))
    assert all(body.startswith("?") for _, body in content(message))

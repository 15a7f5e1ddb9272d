"""Building messages: a personalised template equals the standard library's message, and no text escapes its field."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.charset import CHARSETS, QP
from email.header import Header, decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest import tokens
from digest.errors import RenderError
from digest.message import build
from digest.message.build import (
    SenderIdentity,
    Template,
    _placeholders,
    message_id,
    personalise,
    placeholder_links,
)
from digest.model.deliveries import Claim, Outgoing
from digest.model.issues import Kind, Rendered, Slot, Variant
from digest.parsing.text import clean_line

SECRET = b"a secret of the tests"
SLOT = Slot(day=date(2026, 10, 1))
FROZEN = datetime(2026, 10, 1, 4, 0, 7, tzinfo=UTC)
IDENTITY = SenderIdentity(
    sender=Address("Harbour Gazette", "news", "gazette.example"),
    portal="Harbour Gazette",
    secret=SECRET,
    base_url="https://news.gazette.example",
)
PLACEHOLDER = tokens.placeholder(SECRET, f"daily/{SLOT}", tokens.LEAVE)
RUSSIAN = "Порт открыли раньше срока, и первые суда уже стоят у причала. "
TEXTS = st.lists(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(["\r", "\n", " ", ".", "=", "ж", "ш", "From "]),
    max_size=200,
).map("".join)
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


_WHOLE_MESSAGE = """To: =?utf-8?b?0JDQvdC90LA=?= <anna@mail.example>
Message-ID: <74cafcbe3da794a19dfc82d27e5c80b2.4711@gazette.example>
List-Unsubscribe: <https://news.gazette.example/leave/AAAAAAAAEmdCGurTaUX6K2Aq6DcEyuR1kdl8>,
 <mailto:unsubscribe+AAAAAAAAEmdCGurTaUX6K2Aq6DcEyuR1kdl8@gazette.example?subject=unsubscribe>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
From: Harbour Gazette <news@gazette.example>
Subject: =?utf-8?q?Port_opens=3A_=D0=96?=
Date: Thu, 01 Oct 2026 04:00:07 +0000
MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="=_be255b0a4c1485301ed9ba46a7cd7cc1"
List-Id: Harbour Gazette <daily.gazette.example>
List-Archive: <https://news.gazette.example/archive>
Precedence: bulk
X-Postmaster-Msgtype: daily
Feedback-ID: 2026-10-01:daily:digest:gazetteexampled
Auto-Submitted: auto-generated

--=_be255b0a4c1485301ed9ba46a7cd7cc1
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

One =
AAAAAAAAEmdCGurTaUX6K2Aq6DcEyuR1kdl8=


--=_be255b0a4c1485301ed9ba46a7cd7cc1
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<p>=D0=96 =
AAAAAAAAEmdCGurTaUX6K2Aq6DcEyuR1kdl8=
</p>

--=_be255b0a4c1485301ed9ba46a7cd7cc1--
"""


def encode(variant: Variant, sender_identity: SenderIdentity) -> Template:
    """Encode a variant whose messages are not signed."""
    return build.encode(variant, sender_identity, None)


def make_variant(
    html: str = f"<p>{PLACEHOLDER}</p>", text: str = f"{PLACEHOLDER}\n", subject: str = "Port opens"
) -> Variant:
    """A frozen variant of the daily edition."""
    rendered = Rendered(subject=subject, preheader="", html=html, text=text)
    return Variant(id=3, issue_id=2, edition="daily", slot=SLOT, frozen_at=FROZEN, rendered=rendered)


def make_claim(delivery_id: int = 4711, address: str = "anna@mail.example", name: str | None = None) -> Claim:
    """A claimed row of the ledger."""
    return Claim(delivery_id=delivery_id, variant_id=3, issue_id=2, address=address, name=name, tries=0, token="held")


def parse(outgoing: Outgoing) -> EmailMessage:
    """The message as the standard library reads it."""
    message = message_from_bytes(outgoing.content, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def standard_library_message(variant: Variant, claim: Claim) -> EmailMessage:
    """The same message, made for one recipient alone by `EmailMessage`, and read again."""
    token = tokens.mint(SECRET, claim.delivery_id, tokens.LEAVE)
    message = EmailMessage(policy=SMTP)
    message["From"] = IDENTITY.sender
    message["To"] = claim.address
    message["Subject"] = "A subject"
    message["Date"] = variant.frozen_at
    message["Message-ID"] = message_id(IDENTITY, claim.delivery_id)
    message["List-Id"] = "Harbour Gazette <daily.gazette.example>"
    message.set_content(variant.rendered.text.replace(PLACEHOLDER, token))
    message.add_alternative(variant.rendered.html.replace(PLACEHOLDER, token), subtype="html")
    again = message_from_bytes(message.as_bytes(), policy=SMTP)
    assert isinstance(again, EmailMessage)
    return again


def parts_of(message: EmailMessage) -> list[tuple[str, str]]:
    """The parts of a message: their types and their texts."""
    return [(part.get_content_type(), str(part.get_content()).replace("\r\n", "\n")) for part in message.iter_parts()]


def assert_valid_format(outgoing: Outgoing) -> None:
    """Only CRLF and ASCII, no long line or first dot; each header occurs once and its encoded words are short."""
    assert outgoing.content.isascii()
    assert b"\r" not in outgoing.content.replace(b"\r\n", b"")
    assert b"\n" not in outgoing.content.replace(b"\r\n", b"")
    head, _, body = outgoing.content.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert b"\r\nFrom " not in body
    assert b"\r\n." not in body
    names = re.findall(rb"(?m)^([A-Za-z-]+): ", head)
    assert len(names) == len(set(names)) == 15
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
@example(["From " * 30, "From "], ["a\nFrom ", "From b " * 9], "From a", 3)
def test_personalise_any_texts_equals_the_standard_library(
    html: list[str], text: list[str], subject: str, delivery_id: int
) -> None:
    """For any texts, subject and delivery the message equals, parsed, the one that `EmailMessage` makes."""
    variant = make_variant(PLACEHOLDER.join(html), PLACEHOLDER.join(text), subject)
    claim = make_claim(delivery_id)
    outgoing = personalise(encode(variant, IDENTITY), claim)
    assert_valid_format(outgoing)
    message, expected = parse(outgoing), standard_library_message(variant, claim)
    assert parts_of(message) == parts_of(expected)
    # Not compared with EmailMessage, which decodes a subject that looks like an encoded word.
    assert message["Subject"] == (clean_line(subject, 150) or "Harbour Gazette")
    for header in ("From", "To", "Date", "Message-ID", "MIME-Version", "List-Id"):
        assert str(message[header]) == str(expected[header]).strip()  # EmailMessage folds a long Message-ID
    assert not message.defects
    assert [part.get_content_charset() for part in message.iter_parts()] == ["utf-8", "utf-8"]
    assert message.get_content_type() == "multipart/alternative"


def test_personalise_digest_has_all_headers() -> None:
    """Each header that the bulk-sender rules require is there, with the required value."""
    message = parse(personalise(encode(make_variant(), IDENTITY), make_claim(name="Anna Smith")))
    token = tokens.mint(SECRET, 4711, tokens.LEAVE)
    assert message["From"] == "Harbour Gazette <news@gazette.example>"
    assert message["To"] == "Anna Smith <anna@mail.example>"
    assert message["Subject"] == "Port opens"
    assert parsedate_to_datetime(message["Date"]) == FROZEN
    assert re.fullmatch(r"<[0-9a-f]{32}\.4711@gazette\.example>", message["Message-ID"])
    assert message["MIME-Version"] == "1.0"
    assert message["List-Unsubscribe"] == f"<https://news.gazette.example/leave/{token}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Archive"] == "<https://news.gazette.example/archive>"
    assert message["List-Id"] == "Harbour Gazette <daily.gazette.example>"
    assert message["Feedback-ID"] == "2026-10-01:daily:digest:gazetteexampled"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Precedence"] == "bulk"


def test_personalise_envelope_has_recipient_and_bounce_token() -> None:
    """The recipient is the subscriber; the sender's token names the delivery but opens none of the readers' pages."""
    outgoing = personalise(encode(make_variant(), replace(IDENTITY, bounce_domain="b.gazette.example")), make_claim())
    assert (outgoing.delivery_id, outgoing.token, outgoing.recipient) == (4711, "held", "anna@mail.example")
    match = re.fullmatch(r"bounce\+([\w-]+)@b\.gazette\.example", outgoing.sender)
    assert match is not None
    assert tokens.read(SECRET, match[1], tokens.BOUNCE) == 4711
    assert tokens.read_leave(SECRET, match[1]) is None
    assert match[1].encode() not in outgoing.content
    assert personalise(encode(make_variant(), IDENTITY), make_claim()).sender.endswith("@gazette.example")


def test_personalise_without_web_pages_unsubscribes_by_mail() -> None:
    """Without a base URL the header has a mailto with the token, and no one-click header."""
    identity = replace(IDENTITY, base_url="")
    message = parse(personalise(encode(make_variant(), identity), make_claim()))
    url = f"<mailto:news@gazette.example?subject=unsubscribe%20{tokens.mint(SECRET, 4711, tokens.LEAVE)}>"
    assert message["List-Unsubscribe"] == url
    assert message["List-Unsubscribe-Post"] is None


def test_personalise_with_web_pages_on_this_machine_offers_one_click() -> None:
    """As with https, so that a trial on one machine sees the headers that readers will get."""
    identity = replace(IDENTITY, base_url="http://127.0.0.1:8000")
    message = parse(personalise(encode(make_variant(), identity), make_claim()))
    assert message["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/leave/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_personalise_where_replies_are_read_also_unsubscribes_by_mail() -> None:
    """Behind the https link; without web pages it is the only link."""
    by_mail = tokens.mint(SECRET, 4711, tokens.LEAVE)
    identity = replace(
        IDENTITY, base_url="https://gazette.example", bounce_domain="b.gazette.example", reads_replies=True
    )
    mailto = f"<mailto:unsubscribe+{by_mail}@b.gazette.example?subject=unsubscribe>"
    message = parse(personalise(encode(make_variant(), identity), make_claim()))
    https = f"<https://gazette.example/leave/{by_mail}>"
    assert "".join(message["List-Unsubscribe"].splitlines()) == f"{https}, {mailto}"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    alone = replace(identity, base_url="")
    links = placeholder_links(alone, "daily", SLOT)
    variant = make_variant(f'<a href="{links.unsubscribe}">Leave</a>', f"{links.unsubscribe}\n")
    message = parse(personalise(encode(variant, alone), make_claim()))
    assert message["List-Unsubscribe"] == mailto
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().strip() == mailto.strip("<>")


def test_encode_long_unsubscribe_link_is_neither_folded_nor_encoded() -> None:
    """The header is one line with the address as it is, where EmailMessage would use encoded words."""
    identity = replace(IDENTITY, base_url="https://news.gazette.example/" + "deep/" * 30 + "end")
    outgoing = personalise(encode(make_variant(), identity), make_claim())
    token = tokens.mint(SECRET, 4711, tokens.LEAVE)
    assert f"\r\nList-Unsubscribe: <{identity.base_url}/leave/{token}>\r\n".encode() in outgoing.content


def test_placeholder_links_in_both_parts_become_personal_links() -> None:
    """Links made for the renderer become the recipient's own links, in both parts and anywhere in them."""
    links = placeholder_links(IDENTITY, "daily", SLOT)
    html = f'<a href="{links.unsubscribe}">Leave</a> <a href="{links.view}">Look</a> {RUSSIAN * 40}'
    message = parse(
        personalise(encode(make_variant(html, f"{links.unsubscribe}\n{links.preferences}\n"), IDENTITY), make_claim())
    )
    token = tokens.mint(SECRET, 4711, tokens.LEAVE)
    preferences = tokens.mint(SECRET, 4711, tokens.PREFERENCES)
    personal = tokens.personal_links(IDENTITY.base_url, "news@gazette.example", token, preferences, "daily/2026-10-01")
    text, shown = (body for _, body in parts_of(message))
    assert text == f"{personal.unsubscribe}\n{personal.preferences}\n"
    assert f'<a href="{personal.unsubscribe}">Leave</a> <a href="{personal.view}">Look</a>' in shown
    assert PLACEHOLDER not in text + shown


def test_personalise_tokens_of_each_purpose_differ() -> None:
    """The links to unsubscribe and to the preferences have tokens of equal length, and neither opens the other page."""
    links = placeholder_links(IDENTITY, "daily", SLOT)
    body = f"{links.unsubscribe}\n{links.preferences}\n"
    (_, text), _html = parts_of(parse(personalise(encode(make_variant(body, body), IDENTITY), make_claim())))
    leave, preferences = (line.rpartition("/")[2] for line in text.split())
    assert len(leave) == len(preferences) == tokens.LENGTH
    assert tokens.read(SECRET, leave, tokens.LEAVE) == tokens.read(SECRET, preferences, tokens.PREFERENCES) == 4711
    assert tokens.read(SECRET, preferences, tokens.LEAVE) is None
    assert tokens.read(SECRET, leave, tokens.PREFERENCES) is None


@pytest.mark.parametrize("part", ["html", "text"])
@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ([], ["leave"]),
        (["leave"], ["leave"]),
        (["preferences"], ["leave", "preferences"]),
        (["request", "confirm"], ["leave", "confirm", "request"]),
        (["request", "confirm", "preferences", "leave"], ["leave", "preferences", "confirm", "request"]),
        (["reader", "leave", "preferences"], ["reader"]),
    ],
)
def test_placeholders_of_a_variant_are_those_that_occur_in_a_part(
    used: list[str], expected: list[str], part: str
) -> None:
    """In one part only, or in both; the one that unsubscribes is in the header of every message."""
    texts = {purpose: tokens.placeholder(SECRET, "daily/1", purpose) for purpose in (*used, *expected)}
    body = " ".join(texts[purpose] for purpose in used)
    for other in ("", body):
        variant = make_variant(**{"html": other, "text": other, part: body})
        found = _placeholders(variant, SECRET, "daily/1")
        assert list(found) == expected
        assert found == {purpose: texts[purpose] for purpose in expected}


def test_personalise_variant_frozen_before_the_purposes_has_its_old_links() -> None:
    """A retry after an upgrade has the bytes of the first try: one token, `/u/` in the header, no List-Archive."""
    old = tokens.placeholder(SECRET, f"daily/{SLOT}", tokens.READER)
    body = f"https://news.gazette.example/u/{old}\nhttps://news.gazette.example/v/{old}\n"
    message = parse(personalise(encode(make_variant(body, body), IDENTITY), make_claim()))
    (_, text), _html = parts_of(message)
    token = tokens.mint(SECRET, 4711, tokens.READER)
    assert text == body.replace(old, token)
    assert message["List-Unsubscribe"] == f"<https://news.gazette.example/u/{token}>"
    assert message["List-Archive"] is None


def test_encode_part_without_personal_link_raises_render_error() -> None:
    """A theme without the link, or a secret that changed after the freeze, is an error before anything is sent."""
    with pytest.raises(RenderError, match=r"daily/2026-10-01: the text part has no personal unsubscribe link"):
        encode(make_variant(text="Nothing"), IDENTITY)
    with pytest.raises(RenderError, match="the HTML part"):
        encode(make_variant(), replace(IDENTITY, secret=b"another secret"))


def test_personalise_retry_gives_the_same_bytes() -> None:
    """A second claim of the same row, with a template that was encoded again, gives the same bytes."""
    first = personalise(encode(make_variant(), IDENTITY), make_claim(name="Анна"))
    second = personalise(encode(make_variant(), IDENTITY), make_claim(name="Анна")._replace(tries=3, token="another"))
    assert first.content == second.content
    assert first.sender == second.sender


def test_personalise_message_of_an_earlier_version_has_its_bytes() -> None:
    """A retry after an upgrade has the bytes of the first try: the whole message of a short issue, as it was."""
    variant = make_variant(f"<p>Ж {PLACEHOLDER}</p>", f"One {PLACEHOLDER}\n", "Port opens: Ж")
    message = personalise(encode(variant, replace(IDENTITY, reads_replies=True)), make_claim(name="Анна")).content
    assert message.decode().replace("\r\n", "\n") == _WHOLE_MESSAGE


def test_personalise_changed_encoding_of_the_process_has_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise changes how Python encodes headers; a retry after an alert still has the bytes of the first try."""
    variant, claim = make_variant(subject="Порт открыт"), make_claim(name="Анна")
    first = personalise(encode(variant, IDENTITY), claim)
    monkeypatch.setitem(CHARSETS, "utf-8", (QP, QP, "utf-8"))
    assert Header("Анна", "utf-8").encode().startswith("=?utf-8?q?")
    assert personalise(encode(variant, IDENTITY), claim).content == first.content


def test_message_id_of_deliveries_and_test_messages_is_unique() -> None:
    """No two messages share a Message-ID: neither two deliveries nor two test messages, which have no id."""
    template = encode(make_variant(), IDENTITY)
    later = encode(replace(make_variant(), frozen_at=FROZEN + timedelta(minutes=1)), IDENTITY)
    sent = [
        personalise(template, make_claim(1)),
        personalise(template, make_claim(2)),
        personalise(template, make_claim(0)),
        personalise(template, make_claim(0, "boris@mail.example")),
        personalise(later, make_claim(0)),
    ]
    assert len({parse(outgoing)["Message-ID"] for outgoing in sent}) == len(sent)
    assert all("anna" not in parse(outgoing)["Message-ID"] for outgoing in sent)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize(
    "make_input",
    [
        pytest.param(lambda text: (encode(make_variant(), IDENTITY), make_claim(name=text)), id="name"),
        pytest.param(lambda text: (encode(make_variant(subject=text), IDENTITY), make_claim()), id="subject"),
        pytest.param(lambda text: (encode(make_variant(), replace(IDENTITY, portal=text)), make_claim()), id="portal"),
    ],
)
def test_personalise_hostile_text_stays_in_its_header(
    make_input: Callable[[str], tuple[Template, Claim]], hostile: str
) -> None:
    """Line breaks, controls, quotes, encoded words and long names add no header and raise no error."""
    outgoing = personalise(*make_input(hostile))
    assert_valid_format(outgoing)
    message = parse(outgoing)
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == ["anna@mail.example"]
    assert [address.addr_spec for address in message["From"].addresses] == ["news@gazette.example"]
    assert message["List-Id"].endswith("<daily.gazette.example>")
    assert 1 <= len(message["Subject"]) <= 150
    assert all(line.isprintable() for line in (message["Subject"], message["To"], message["List-Id"]))


@given(st.text(max_size=120), st.sampled_from(["anna@mail.example", "a" * 64 + "@" + "b" * 60 + ".mail.example"]))
@example('Константин "Костя" Константинович Константинопольский', "anna@mail.example")
def test_personalise_any_name_reads_back_cleaned(name: str, address: str) -> None:
    """A display name reads back as its cleaned text, folded where necessary, with only the address behind it."""
    outgoing = personalise(encode(make_variant(), IDENTITY), make_claim(name=name, address=address))
    assert_valid_format(outgoing)
    match = re.search(rb"(?m)^To: ((?:.*\r\n )*.*?)\r\n\S", outgoing.content)
    assert match is not None
    assert all(len(line) <= 78 for line in match[1].split(b"\r\n") if address.encode() not in line)
    shown = str(make_header(decode_header(match[1].decode().replace("\r\n", ""))))
    phrase, _, rest = shown.rpartition(address)
    assert rest in {"", ">"}
    phrase = phrase.removesuffix("<").strip()
    quoted = phrase.startswith('"') and phrase.endswith('"') and b"=?" not in match[1]
    assert (re.sub(r"\\(.)", r"\1", phrase[1:-1]) if quoted else phrase) == clean_line(name, 100)


def _to_header(name: str, address: str) -> bytes:
    """The header To of a message for a reader."""
    outgoing = personalise(encode(make_variant(), IDENTITY), make_claim(name=name, address=address))
    found = re.search(rb"(?m)^To: (?:.*\r\n )*.*?\r\n(?=\S)", outgoing.content)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("name", ["A", "Anna", "Anna, B.", "a" * 50, "Anna " * 8 + "B"])
def test_personalise_name_and_address_share_a_line_up_to_78_characters(name: str) -> None:
    """The address moves to a line of its own when the first line would be longer than RFC 5322 allows."""
    written = f'"{name}"' if "," in name else name
    room = 78 - len(f"To: {written} <>")
    fitting, longer = ("a" * (length - len("@mail.example")) + "@mail.example" for length in (room, room + 1))
    assert _to_header(name, "a@mail.example") == f"To: {written} <a@mail.example>\r\n".encode()
    assert _to_header(name, fitting) == f"To: {written} <{fitting}>\r\n".encode()
    assert _to_header(name, longer) == f"To: {written}\r\n <{longer}>\r\n".encode()


def test_personalise_long_name_is_cut_at_100_characters() -> None:
    """A name of 100 characters is kept; of a longer one 99 are, and an ellipsis."""
    for length, shown in ((100, "я" * 100), (101, "я" * 99 + "…")):
        header = _to_header("я" * length, "anna@mail.example").decode().replace("\r\n", "").removeprefix("To: ")
        assert str(make_header(decode_header(header.partition(" <")[0]))) == shown


def test_personalise_name_of_60_characters_is_the_longest_that_is_not_encoded() -> None:
    """A longer word cannot be folded between words, so it becomes encoded words."""
    assert _to_header("a" * 60, "anna@mail.example") == b"To: " + b"a" * 60 + b"\r\n <anna@mail.example>\r\n"
    assert b"=?utf-8?" in _to_header("a" * 61, "anna@mail.example")


def test_encode_long_subject_fills_its_lines() -> None:
    """With encoded words of up to 75 characters behind a space (RFC 2047, 2)."""
    content = personalise(encode(make_variant(subject="a" * 150), IDENTITY), make_claim()).content
    found = re.search(rb"(?m)^Subject: (?:.*\r\n )*.*?\r\n(?=\S)", content)
    assert found is not None
    assert max(map(len, found[0].splitlines())) == 76


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
def test_personalise_invalid_address_raises_without_repeating_it(address: str) -> None:
    """Commands, controls, a second address, non-ASCII letters and overlong parts are refused."""
    with pytest.raises(ValueError, match="not a valid email address") as caught:
        personalise(encode(make_variant(), IDENTITY), make_claim(address=address))
    assert not address or address not in str(caught.value)


def test_encode_chooses_the_smaller_transfer_encoding() -> None:
    """English becomes quoted-printable, Russian base64: each is the smaller one."""
    english = "The port opened early. " * 200
    for text, encoding in ((english, "quoted-printable"), (RUSSIAN * 80, "base64")):
        message = parse(
            personalise(encode(make_variant(PLACEHOLDER + text, PLACEHOLDER + text), IDENTITY), make_claim())
        )
        assert [part["Content-Transfer-Encoding"] for part in message.iter_parts()] == [encoding, encoding]


def test_encode_dots_and_smtp_commands_stay_text() -> None:
    """A body that looks like the end of a message, or like SMTP, arrives as text in one message."""
    evil = f".\r\n..\r\n.x\r\n\n.\nMAIL FROM:<evil@evil.example>\r.\rRCPT TO\n.\r\n{PLACEHOLDER}\r\n--=_\r\n"
    outgoing = personalise(encode(make_variant(evil, evil), IDENTITY), make_claim())
    assert_valid_format(outgoing)
    wanted = (
        evil.replace("\r\n", "\n").replace("\r", "\n").replace(PLACEHOLDER, tokens.mint(SECRET, 4711, tokens.LEAVE))
    )
    assert [body for _, body in parts_of(parse(outgoing))] == [wanted, wanted]
    assert b"\r\n.\r\n" not in outgoing.content


@pytest.mark.parametrize(
    "text", [".side { color: #123456 }", "x\n..." + "a" * 73, "." * 80, "a" * 75 + ".example/1", "..From "]
)
def test_encode_line_that_begins_with_a_dot_is_encoded(text: str) -> None:
    """Some servers lose it, and a link its address; behind a soft break and a personal link, a line begins too."""
    whole = f"{text}\n{PLACEHOLDER}.{text}\n"
    outgoing = personalise(encode(make_variant(whole, whole), IDENTITY), make_claim())
    assert_valid_format(outgoing)
    assert not outgoing.dots
    wanted = whole.replace(PLACEHOLDER, tokens.mint(SECRET, 4711, tokens.LEAVE))
    assert [body for _, body in parts_of(parse(outgoing))] == [wanted, wanted]


@pytest.mark.parametrize("text", ["From the quay", "x\nFrom " + "a" * 71, "x\nFrom " + "a" * 70, "From \nFrom"])
def test_encode_line_that_begins_with_from_is_encoded(text: str) -> None:
    """In an mbox file `>` is put before it; behind a soft break and a personal link, a line begins too."""
    whole = f"{text}\n{'y' * 75} From {PLACEHOLDER}From {text}\n"
    outgoing = personalise(encode(make_variant(whole, whole), IDENTITY), make_claim())
    assert_valid_format(outgoing)
    wanted = whole.replace(PLACEHOLDER, tokens.mint(SECRET, 4711, tokens.LEAVE))
    assert [body for _, body in parts_of(parse(outgoing))] == [wanted, wanted]


def test_encode_lone_surrogate_becomes_question_mark() -> None:
    """Half a character in a text becomes a question mark instead of an error."""
    message = parse(
        personalise(encode(make_variant(f"\ud800{PLACEHOLDER}", f"\udfff{PLACEHOLDER}"), IDENTITY), make_claim())
    )
    assert all(body.startswith("?") for _, body in parts_of(message))


def test_personalise_system_mail_has_its_own_date_and_no_list_headers() -> None:
    """It has no personal link, no mailing list and no subscription; each message has the moment it was planned."""
    content = Rendered(subject="Paused", preheader="", html="<p>Выпуск</p>", text="Выпуск\n")
    variant = Variant(
        id=3, issue_id=2, kind=Kind.SYSTEM, edition="alert", slot=SLOT, frozen_at=FROZEN, rendered=content
    )
    claim = make_claim()._replace(planned_at=FROZEN + timedelta(hours=3))
    outgoing = personalise(encode(variant, IDENTITY), claim)
    message = parse(outgoing)
    assert message["Date"].datetime == FROZEN + timedelta(hours=3)
    assert message["Auto-Submitted"] == "auto-generated"
    assert not {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence"} & set(message.keys())
    assert parts_of(message) == [("text/plain", "Выпуск\n"), ("text/html", "<p>Выпуск</p>\n")]
    assert outgoing.sender.startswith("bounce+")

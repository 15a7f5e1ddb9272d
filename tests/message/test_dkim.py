"""DKIM signatures: dkimpy verifies each, for any texts, names and encodings, and none after a change."""

import re
from collections import Counter
from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import Address
from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.dkim_keys import dns_value
from digest.message.build import encode, personalise
from digest.message.dkim import Signer, _folded_names, relaxed_body, relaxed_header
from digest.model.issues import Kind, Rendered, Variant
from tests.message.test_build import FROZEN, IDENTITY, PLACEHOLDER, RUSSIAN, SLOT, TEXTS, make_claim, make_variant

_NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)
_SUBJECTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _sign(data: bytes) -> bytes:
    return _key().sign(data, padding.PKCS1v15(), hashes.SHA256())


def _signer() -> Signer:
    return Signer(domain="gazette.example", selector="digest1", sign=_sign)


def verifies(message: bytes) -> bool:
    """Whether dkimpy accepts the signature, with the key as the DNS would give it."""

    def record(name: bytes, timeout: float = 5) -> bytes:
        assert name == b"digest1._domainkey.gazette.example."
        return dns_value(_key()).encode()

    valid: bool = dkim.verify(message, dnsfunc=record)
    return valid


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=4), TEXTS, _SUBJECTS, _NAMES)
@example(["a  b \t\r\n\r\n  c ", " \t \r\n\r\n"], " x \r\n\r\n\r\n", "  two  spaces ", 'A "B" <c>')
@example([RUSSIAN * 3, RUSSIAN], RUSSIAN * 9, RUSSIAN, "Анна Иванова")
@example(["a" * 75 + " ", " " * 80], ".\r\n..\r\n", "=?utf-8?q?x?=", "\r\nBcc: x@x.example")
def test_signature_of_any_message_verifies(html: list[str], text: str, subject: str, name: str) -> None:
    """Hostile subjects and names, spaces at the ends of lines, empty lines, and both encodings of a body."""
    variant = make_variant(PLACEHOLDER.join(html), f"{text}{PLACEHOLDER}{text}", subject)
    template = encode(variant, IDENTITY, _signer())
    message = personalise(template, make_claim(name=name)).content
    assert verifies(message)
    assert message == personalise(template, make_claim(name=name)).content
    assert message.endswith(personalise(encode(variant, IDENTITY, None), make_claim(name=name)).content)


def _signed_names(message: bytes) -> list[str]:
    (names,) = re.findall(rb"\bh=([^;]*);", message)
    return re.sub(r"\s", "", names.decode()).split(":")


def test_signature_covers_every_header_and_seals_those_that_readers_meet() -> None:
    """Also Feedback-ID and X-Postmaster-Msgtype, by which receivers count, and both of one-click (RFC 8058)."""
    message = personalise(encode(make_variant(), IDENTITY, _signer()), make_claim()).content
    written = Counter(name.lower() for name in message_from_bytes(message) if name != "DKIM-Signature")
    sealed = Counter(["from", "to", "cc", "subject", "date", "message-id", "reply-to", "mime-version", "content-type"])
    assert Counter(_signed_names(message)) == written + sealed
    assert {"list-unsubscribe-post", "feedback-id", "x-postmaster-msgtype"} <= written.keys()
    assert b" l=" not in message
    assert b"c=relaxed/relaxed" in message


@pytest.mark.parametrize(
    ("lengths", "lines"),
    [((40, 31), [72]), ((40, 32), [41, 32]), ((40, 30, 1, 40), [72, 42]), ((80, 1), [0, 81, 1]), ((5,), [5])],
)
def test_signature_list_of_names_is_folded(lengths: tuple[int, ...], lines: list[int]) -> None:
    """A line has at most 72 characters before its last colon, which ends every line but the last."""
    folded = _folded_names("x" * length for length in lengths)
    assert [len(line) for line in folded.split("\r\n  ")] == lines
    assert re.sub(r"\s", "", folded) == ":".join("x" * length for length in lengths)


def test_signature_of_system_mail_verifies() -> None:
    """Its date belongs to the recipient, and it has no list headers."""
    content = Rendered(subject="Paused", preheader="", html="<p>Выпуск</p>", text="Выпуск\n")
    variant = Variant(
        id=3, issue_id=2, kind=Kind.SYSTEM, edition="alert", slot=SLOT, frozen_at=FROZEN, rendered=content
    )
    message = personalise(encode(variant, IDENTITY, _signer()), make_claim()._replace(planned_at=FROZEN)).content
    assert verifies(message)
    assert "date" in _signed_names(message)
    assert "list-id" not in _signed_names(message)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Port opens", b"Port closes"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"<p>", b"<p>Buy! "),
    ],
)
def test_signature_of_changed_message_does_not_verify(old: bytes, new: bytes) -> None:
    """A changed subject, header or body."""
    message = personalise(encode(make_variant(), IDENTITY, _signer()), make_claim()).content
    assert old in message
    assert verifies(message)
    assert not verifies(message.replace(old, new))


@pytest.mark.parametrize(
    "added",
    [
        *(b"From: evil@evil.example", b"To: evil@evil.example", b"Cc: evil@evil.example", b"Subject: Buy!"),
        *(b"Reply-To: evil@evil.example", b"Date: Mon, 1 Jan 2035 00:00:00 +0000", b"Message-ID: <1@evil.example>"),
        *(b'Content-Type: multipart/mixed; boundary="other"', b"MIME-Version: 2.0"),
    ],
)
def test_signature_with_another_header_that_readers_meet_does_not_verify(added: bytes) -> None:
    """Above or below the signature: whoever sends the message on cannot choose what apps show, or where answers go."""
    message = personalise(encode(make_variant(), IDENTITY, _signer()), make_claim()).content
    assert verifies(b"X-Spam: no\r\n" + message)
    head, separator, body = message.partition(b"\r\n\r\n")
    assert not verifies(added + b"\r\n" + message)
    assert not verifies(head + b"\r\n" + added + separator + body)


def test_signature_of_mailto_only_message_verifies() -> None:
    """Without pages there is no one-click header to sign."""
    identity = replace(IDENTITY, base_url="", sender=Address("Газета", "news", "mail.gazette.example"))
    message = personalise(encode(make_variant(), identity, _signer()), make_claim()).content
    assert verifies(message)
    assert "list-unsubscribe-post" not in _signed_names(message)


@pytest.mark.parametrize(
    ("header", "relaxed"),
    [
        (b"A: X\r\n", b"a:X\r\n"),
        (b"B : Y\t\r\n\tZ  \r\n", b"b:Y Z\r\n"),
    ],
)
def test_relaxed_header_follows_the_rfc_example(header: bytes, relaxed: bytes) -> None:
    """The example of RFC 6376, 3.4.5."""
    assert relaxed_header(header) == relaxed


def test_relaxed_body_follows_the_rfc_example() -> None:
    """The example of RFC 6376, 3.4.5, whose empty lines at the end our messages do not have."""
    assert relaxed_body(b" C \r\nD \t E\r\n") == b" C\r\nD E\r\n"

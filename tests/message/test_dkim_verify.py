"""The verifier agrees with dkimpy: about our signatures, and about messages that were changed on their way."""

import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.message.build import encode, personalise
from digest.message.dkim_verify import canonical_body, signature_fault
from tests.message.test_build import IDENTITY, PLACEHOLDER, TEXTS, make_claim, make_variant
from tests.message.test_dkim import _key, _signer, verifies

_CHANGES = st.sampled_from(
    [
        (rb"\r\nSubject: ", rb"\r\nSubject: x"),
        (rb"\r\nSubject: ", rb"\r\nsubject:   "),
        (rb"\r\nFrom: ", rb"\r\nFrom: other@gazette.example\r\nFrom: "),
        (rb"\r\nTo: ", rb"\r\nX-Other: a\r\nTo: "),
        (rb"\r\nList-Unsubscribe: ", rb"\r\nList-Unsubscribe: <mailto:x@x.example>\r\nList-Unsubscribe: "),
        (rb"\A", rb"Received: by x.example\r\n"),
        (rb"\Z", rb"\r\n\r\n \r\n"),
        (rb"\Z", rb"more\r\n"),
        (rb"bh=....", rb"bh=AAAA"),
        (rb"; s=digest1", rb"; s=digest2"),
        (rb"; bh=", rb";bh="),
        (rb"h=from:", rb"h=to:"),
        (rb"DKIM-Signature:", rb"X-Signature:"),
        (rb" b=", rb" b=*"),
        (rb"; h=", rb"; x="),
    ]
)


def _verify(value: bytes, data: bytes) -> bool:
    try:
        _key().public_key().verify(value, data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _signed(html: str, text: str) -> bytes:
    variant = make_variant(f"{html}{PLACEHOLDER}", f"{text}{PLACEHOLDER}{text}")
    return personalise(encode(variant, IDENTITY, _signer()), make_claim()).content


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, _CHANGES)
def test_signature_fault_agrees_with_dkimpy(html: str, text: str, change: tuple[bytes, bytes]) -> None:
    """A signature that it refuses has a fault, and one that it accepts has none."""
    message = _signed(html, text)
    assert signature_fault(message, _verify) == ""
    changed = re.sub(change[0], lambda _: change[1].replace(rb"\r\n", b"\r\n"), message, count=1)
    if changed.count(b"s=digest2"):
        assert signature_fault(changed, _verify)  # dkimpy would look another key up
    else:
        assert (signature_fault(changed, _verify) == "") == verifies(changed)


@given(st.binary(max_size=300))
def test_signature_fault_any_bytes_have_a_fault(content: bytes) -> None:
    """Nothing raises, whatever the signature looks like."""
    assert signature_fault(content, lambda *_: True)
    assert signature_fault(b"DKIM-Signature: " + content.replace(b"\r\n\r\n", b"") + b"\r\n\r\nx", lambda *_: False)


def test_canonical_body_empty_lines_at_the_end_do_not_count() -> None:
    """The examples of RFC 6376, 3.4.5."""
    assert canonical_body(b" C \r\nD \t E\r\n\r\n\r\n") == b" C\r\nD E\r\n"
    assert canonical_body(b"\r\n\r\n") == canonical_body(b"") == b""

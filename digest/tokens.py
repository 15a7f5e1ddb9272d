"""Signs and verifies the tokens in personal links: a token names one delivery, and only the secret's owner can make it.

A token is the delivery's id (8 bytes) and 19 bytes of a keyed hash, as 36 characters of base64url. Not itsdangerous,
because a placeholder in an encoded message needs a token of fixed length: 27 bytes leave no padding bits, so each token
has one spelling only, and 36 characters are whole groups of base64 again. Keyed BLAKE2b (RFC 7693) and not HMAC,
because each message takes four, and Python's `hmac.digest` releases the GIL each time.
"""

import base64
import hmac
import re
from functools import lru_cache
from hashlib import blake2b
from itertools import product
from urllib.parse import quote

from digest.model.issues import Links

LENGTH = 36  # characters of every token and of every placeholder
LEAVE = "leave"  # in links that unsubscribe
PREFERENCES = "preferences"  # in links to the preferences
CONFIRM = "confirm"  # in links that confirm a subscription
REQUEST = "request"  # in links that were mailed to do one thing with a reader's data
READER = "reader"  # in every link of mail that was frozen before these had a purpose each
BOUNCE = "bounce"  # in the envelope's sender, which every server on the way logs: it gives no access

_ID_BYTES = 8
_ID_LETTERS = 11  # that hold the number
_TAG_BYTES = 19
_MAX_ID = (1 << 63) - 1
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{LENGTH}}}")


def mint(secret: bytes, delivery_id: int, purpose: str) -> str:
    """The token of a delivery: `LENGTH` URL-safe characters, never "-" first; raises ValueError outside 0 to 2⁶³-1."""
    if not 0 <= delivery_id <= _MAX_ID:
        raise ValueError("a delivery's id must be between 0 and 2^63 - 1")
    number = delivery_id.to_bytes(_ID_BYTES, "big")
    return _base64(number + keyed_hash(secret, purpose, number)[:_TAG_BYTES])


def read(secret: bytes, token: str, purpose: str) -> int | None:
    """The delivery that a token names, or None for any text that `mint` did not write with this secret and purpose.

    It takes the same work for every text, so that an answer's time tells nothing about a guess.
    """
    well_formed = _TOKEN.fullmatch(token) is not None
    raw = base64.urlsafe_b64decode(token if well_formed else "A" * LENGTH)
    possible = int.from_bytes(raw[:_ID_BYTES], "big") & _MAX_ID
    expected = mint(secret, possible, purpose)
    return possible if hmac.compare_digest(expected, token if well_formed else "-" * LENGTH) else None


def read_leave(secret: bytes, token: str) -> int | None:
    """The delivery that a token for unsubscribing names, also one of mail that was frozen before `LEAVE` existed."""
    found, old = read(secret, token, LEAVE), read(secret, token, READER)
    return old if found is None else found


def read_in_one_case(secret: bytes, token: str, purpose: str) -> int | None:
    """The delivery that a token names all of whose letters are small or capital, as mail servers make some addresses.

    The number is tried in every spelling. The hash still has more than 100 bits, which nobody guesses.
    """
    if _TOKEN.fullmatch(token) is None or token not in {token.lower(), token.upper()}:
        return None
    for letters in product(*(sorted({letter.lower(), letter.upper()}) for letter in token[:_ID_LETTERS])):
        number = int.from_bytes(base64.urlsafe_b64decode("".join(letters) + "A")[:_ID_BYTES], "big")
        if number <= _MAX_ID and hmac.compare_digest(mint(secret, number, purpose).lower(), token.lower()):
            return number
    return None


def placeholder(secret: bytes, issue: str, purpose: str) -> str:
    """The text in a frozen variant of `issue` that tokens of that purpose replace; no author of a feed can guess it."""
    key = "blank" if purpose == READER else f"placeholder {purpose}"
    raw = bytearray(keyed_hash(secret, key, issue.encode())[: _ID_BYTES + _TAG_BYTES])
    raw[0] &= 0x7F  # a real token has this bit clear too, and so never starts with "-"
    return _base64(bytes(raw))


def personal_links(base_url: str, mailbox_address: str, leave: str, preferences: str, issue: str) -> Links:
    """The links of a message with these tokens; `view` is the public page of the issue, such as `daily/2026-10-01`.

    Without `base_url` there is only a mailto link to `mailbox_address` that unsubscribes.
    """
    unsubscribe = unsubscribe_url(base_url, mailbox_address, leave, LEAVE)
    if not base_url:
        return Links(unsubscribe=unsubscribe)
    base = base_url.rstrip("/")
    return Links(
        unsubscribe=unsubscribe, view=f"{base}/archive/{issue}", preferences=f"{base}/preferences/{preferences}"
    )


def unsubscribe_url(base_url: str, mailbox_address: str, token: str, purpose: str) -> str:
    """The address that unsubscribes: a page, or without `base_url` a mailto link; `purpose` is that of the token."""
    if not base_url:
        return f"mailto:{quote(mailbox_address, safe='@+')}?subject=unsubscribe%20{token}"
    return f"{base_url.rstrip('/')}/{'u' if purpose == READER else 'leave'}/{token}"


def unsubscribe_mailto(domain: str, token: str) -> str:
    """The link that unsubscribes by mail to a mailbox that is read."""
    return f"mailto:unsubscribe+{token}@{domain}?subject=unsubscribe"


def message_id_hash(secret: bytes, material: str) -> str:
    """The part of a Message-ID that only the secret's owner can compute: 32 hexadecimal digits."""
    return keyed_hash(secret, "message-id", material.encode())[:16].hex()


def fingerprint(secret: bytes) -> str:
    """Four hexadecimal digits by which processes see that their secrets differ; too few to confirm a guess."""
    return keyed_hash(secret, "fingerprint", b"")[:2].hex()


def keyed_hash(secret: bytes, purpose: str, data: bytes) -> bytes:
    """32 bytes that only the secret's owner can compute, others for each purpose; raises ValueError without one."""
    hashed = _keyed(secret, purpose).copy()
    hashed.update(data)
    return hashed.digest()


@lru_cache(maxsize=32)  # every message uses the same few
def _keyed(secret: bytes, purpose: str) -> blake2b:
    if not secret:
        raise ValueError("the signing secret is empty")
    key = secret if len(secret) <= blake2b.MAX_KEY_SIZE else blake2b(secret).digest()
    return blake2b(b"digest." + purpose.encode() + b"\0", key=key, digest_size=32)


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii")

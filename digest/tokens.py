"""Signs and verifies the tokens in personal links: a token names one delivery, and only the secret's owner can make it.

A token is the delivery's id (8 bytes) and 19 bytes of a keyed hash, as 36 characters of base64url. Not itsdangerous,
because a placeholder in an encoded message needs a token of fixed length: 27 bytes leave no padding bits, so each token
has one spelling only, and 36 characters are whole groups of base64 again. Keyed BLAKE2b (RFC 7693) and not HMAC,
because each message takes three, and Python's `hmac.digest` releases the GIL each time.
"""

import base64
import hmac
import re
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import quote

from digest.model.issues import Links

LENGTH = 36  # characters of every token and of every placeholder
READER = "reader"  # in links: unsubscribe, choose, view
BOUNCE = "bounce"  # in the envelope's sender, which every server on the way logs: it gives no access

_ID_BYTES = 8
_TAG_BYTES = 19
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{LENGTH}}}")


def mint(secret: bytes, delivery_id: int, purpose: str = READER) -> str:
    """The token of a delivery: `LENGTH` URL-safe characters, never "-" first; raises ValueError outside 0 to 2⁶³-1."""
    if not 0 <= delivery_id < 1 << 63:
        raise ValueError("a delivery's id must be between 0 and 2^63 - 1")
    number = delivery_id.to_bytes(_ID_BYTES, "big")
    return _base64(number + keyed_hash(secret, purpose, number)[:_TAG_BYTES])


def read(secret: bytes, token: str, purpose: str = READER) -> int | None:
    """The delivery that a token names, or None for any text that `mint` did not write with this secret and purpose."""
    if _TOKEN.fullmatch(token) is None:
        return None
    delivery_id = int.from_bytes(base64.urlsafe_b64decode(token)[:_ID_BYTES], "big")
    if delivery_id >= 1 << 63:
        return None
    return delivery_id if hmac.compare_digest(mint(secret, delivery_id, purpose), token) else None


def placeholder(secret: bytes, issue: str) -> str:
    """The text in a frozen variant of `issue` that a reader's token replaces; no author of a feed can guess it."""
    raw = bytearray(keyed_hash(secret, "blank", issue.encode())[: _ID_BYTES + _TAG_BYTES])
    raw[0] &= 0x7F  # a real token has this bit clear too, and so never starts with "-"
    return _base64(bytes(raw))


def personal_links(base_url: str, mailbox_address: str, token: str) -> Links:
    """A reader's links; without `base_url` only a mailto link to `mailbox_address` that unsubscribes."""
    if not base_url:
        return Links(unsubscribe=f"mailto:{quote(mailbox_address, safe='@+')}?subject=unsubscribe%20{token}")
    base = base_url.rstrip("/")
    return Links(unsubscribe=f"{base}/u/{token}", view=f"{base}/v/{token}", preferences=f"{base}/p/{token}")


def keyed_hash(secret: bytes, purpose: str, data: bytes) -> bytes:
    """32 bytes that only the secret's owner can compute, others for each purpose; raises ValueError without one."""
    hashed = _keyed(secret, purpose).copy()
    hashed.update(data)
    return hashed.digest()


@lru_cache(maxsize=16)  # every message uses the same few
def _keyed(secret: bytes, purpose: str) -> blake2b:
    if not secret:
        raise ValueError("the signing secret is empty")
    key = secret if len(secret) <= blake2b.MAX_KEY_SIZE else blake2b(secret).digest()
    return blake2b(b"digest." + purpose.encode() + b"\0", key=key, digest_size=32)


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii")

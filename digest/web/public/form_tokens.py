"""Proof that a form is ours and was read by somebody: a keyed hash over its name and its time. Pure."""

import hmac
from datetime import UTC, datetime, timedelta

from digest.tokens import keyed_hash

_YOUNGEST, _OLDEST = timedelta(seconds=3), timedelta(hours=2)  # a person needs some time; nobody needs a day
_TAG = 32  # hexadecimal digits


def form_token(secret: bytes, form: str, now: datetime) -> str:
    """The token of a form that is shown now."""
    moment = str(int(now.timestamp() * 1000))
    return f"{moment}.{_tag(secret, form, moment)}"


def is_valid(secret: bytes, form: str, token: str, now: datetime) -> bool:
    """Whether the token belongs to that form, and is 3 seconds to 2 hours old."""
    moment, _, tag = token.partition(".")
    if not (moment.isascii() and moment.isdecimal() and len(moment) < 15 and tag.isascii()):
        return False
    if not hmac.compare_digest(tag, _tag(secret, form, moment)):
        return False
    return _YOUNGEST <= now - datetime.fromtimestamp(int(moment) / 1000, UTC) <= _OLDEST


def _tag(secret: bytes, form: str, moment: str) -> str:
    return keyed_hash(secret, f"form {form}", moment.encode()).hex()[:_TAG]

"""The token of a personal link as it arrives: mail programs and people change the end of an address, or break it. Pure.

Nothing is guessed: a token that is put together again counts only if its signature is right.
"""

import re
from urllib.parse import unquote

from digest import tokens

_RUN = re.compile(r"[A-Za-z0-9_-]*")
# Where a line of mail was broken: spaces, invisible characters, and the soft break of quoted-printable.
_BREAK = re.compile(r"=?[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_LOST = ("", "-", "_")  # programs that find addresses in a text leave these out at the end, like punctuation


def delivery_of_link(secret: bytes, text: str, *purposes: str) -> int | None:
    """The delivery that the last part of a link names by a token of one of the purposes; None for any other text.

    What is behind the token does not count: a full stop, a bracket, `&utm_source=…`. It takes the same work for
    every text.
    """
    decoded = unquote(text)
    forms = [_beginning(one) + lost for one in (decoded, _BREAK.sub("", decoded)) for lost in _LOST]
    found = [tokens.read(secret, form, purpose) for form in forms for purpose in purposes]
    return next((one for one in found if one is not None), None)


def _beginning(text: str) -> str:
    match = _RUN.match(text)
    return match[0] if match else ""

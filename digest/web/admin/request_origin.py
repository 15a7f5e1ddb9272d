"""Where a POST comes from: only pages of ours may send one to the console, with the token of the session."""

import hmac
from urllib.parse import urlsplit

from digest.parsing.urls import is_loopback, url_origin
from digest.tokens import keyed_hash
from digest.web.admin.cookies import CookieKind
from digest.web.page_request import PageRequest

TOKEN_FIELD = "csrf_token"  # noqa: S105 - the name of a field
_TOKEN_DIGITS = 32


def is_own(request: PageRequest, base_url: str) -> bool:
    """Whether a page of ours sent the request: by its Origin (RFC 6454), and Sec-Fetch-Site where a browser has it.

    Ours is the origin of `base_url`, and on this machine the host that the browser asked.
    """
    origin = request.headers.get("origin", "")
    site = request.headers.get("sec-fetch-site", "same-origin")
    return bool(origin) and site == "same-origin" and (origin == url_origin(base_url) or _is_here(origin, request))


def cookie_kind(request: PageRequest) -> CookieKind:
    """The kind of cookie for a page of that origin."""
    is_secure = request.headers.get("origin", "").startswith("https://")
    return CookieKind.SECURE if is_secure else CookieKind.PLAIN


def form_proof(secret: bytes, anchor: str) -> str:
    """The token in the forms of a session, or of a user that a proxy names."""
    return keyed_hash(secret, "console form", anchor.encode(errors="replace")).hex()[:_TOKEN_DIGITS]


def has_proof(request: PageRequest, expected: str) -> bool:
    """Whether the form has the token."""
    return hmac.compare_digest(request.value(TOKEN_FIELD).encode(), expected.encode())


def _is_here(origin: str, request: PageRequest) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    same_host = parts.scheme == "http" and parts.netloc == request.headers.get("host", "")
    return same_host and is_loopback(parts.hostname)

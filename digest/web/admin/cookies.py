"""The cookie of a session: `__Host-` with https, a plain name with http on this machine. Pure."""

from enum import Enum

from digest.store.access.user_sessions import LONGEST


class CookieKind(Enum):
    """The name of the cookie; a session is valid under the name that it began with only."""

    SECURE = "__Host-digest-console"
    PLAIN = "digest-console"


def set_cookie(kind: CookieKind, token: str) -> str:
    """The header that gives a browser its session."""
    return _cookie(kind, token, int(LONGEST.total_seconds()))


def delete_cookie(kind: CookieKind) -> str:
    """The header that takes it away."""
    return _cookie(kind, "", 0)


def session_cookie(header: str) -> tuple[CookieKind, str] | None:
    """The kind and the session's id in a Cookie header; that of https counts first."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    values = {name: value for name, _equals, value in pairs if value}
    return next(((kind, values[kind.value]) for kind in CookieKind if kind.value in values), None)


def _cookie(kind: CookieKind, value: str, seconds: int) -> str:
    secure = "; Secure" if kind is CookieKind.SECURE else ""
    return f"{kind.value}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"

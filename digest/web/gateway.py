"""What every request passes: the prefix of `base_url` is removed, security headers are added, the answer is logged."""

import logging
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
WITH_IMAGES = CONTENT_SECURITY_POLICY.replace("img-src 'self' data:", "img-src 'self' https: data:")
_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),  # our own form has to name its origin; personal pages name nothing
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_BEFORE_PATH = re.compile(rb"(?i)https?://([^/]+)")  # of a request for a whole URL
_NOWHERE = "/unknown"  # no route has this path


@dataclass(frozen=True)
class Gateway:
    """ASGI middleware around the whole application.

    `prefix` is the path of `base_url`, or an empty text; `meant_by` gives the path of the page that a path means, and
    those of `exact` count only as they are written; `count` gets the method, the route and the status of answers.
    """

    application: ASGIApp
    prefix: str
    meant_by: Callable[[str], str]
    exact: Collection[str]
    count: Callable[[str, str, int], None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        with_path = _for_a_path(scope)
        path = self._path(with_path["path"], scope["raw_path"].decode("latin-1"))
        inner = {**with_path, "path": path, "raw_path": path.encode(), "root_path": ""}
        started, status = time.monotonic(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = _with_headers(message)
            await send(message)

        try:
            await self.application(inner, receive, send_with_headers)
        finally:
            route = _template(inner)
            self.count(inner["method"], route, status)
            _log_answer(inner["method"], route, status, time.monotonic() - started)

    def _path(self, path: str, written: str) -> str:
        inside = self.prefix and f"{path}/".lower().startswith(f"{self.prefix}/".lower())
        meant = self.meant_by(path[len(self.prefix) :] or "/" if inside else path)
        is_other = meant in self.exact and written not in {meant, self.prefix + meant}
        return _NOWHERE if is_other else meant


def _for_a_path(scope: Scope) -> Scope:
    """The request, for a path also where it is for a whole URL, whose host counts then (RFC 9112, 3.2.2)."""
    found = _BEFORE_PATH.match(scope["raw_path"])
    if found is None:
        return scope
    path = scope["raw_path"][found.end() :] or b"/"
    headers = [(b"host", found[1]), *(pair for pair in scope["headers"] if pair[0] != b"host")]
    return {**scope, "path": unquote(path.decode("latin-1")), "raw_path": path, "headers": headers}


def _template(scope: Scope) -> str:
    """The path of the route that answered, as it is declared."""
    route = scope.get("route")
    if isinstance(route, Mount):  # nothing below it: its own path is in `root_path` already
        return route.path_format
    path = getattr(route, "path", "")
    return f"{scope['root_path']}{path}" if path else "unknown path"


def _with_headers(message: Message) -> Message:
    """The start of an answer with our headers, unless it has its own; a new one, for an answer may be sent again."""
    own = {name for name, _value in message["headers"]}
    return {**message, "headers": [*message["headers"], *(pair for pair in _HEADERS if pair[0] not in own)]}


def _log_answer(method: str, route: str, status: int, seconds: float) -> None:
    """Log the route and not the path, which may hold a token; never an address."""
    level = logging.INFO if method == "POST" or status >= 500 else logging.DEBUG
    _log.log(level, "web: %s %s: %d in %d ms", method, route, status, round(seconds * 1000))

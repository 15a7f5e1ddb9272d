"""What the demo's port serves: the portal, and below `/digest` the readers' pages and the console for its visitor.

Only this machine reaches the port, and only who has opened the link in the terminal is signed in to the console.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.demo.configuration import EDITOR, PREFIX, USER_HEADER

CONSOLE = f"{PREFIX}/admin"
FIRST_PAGE = f"{CONSOLE}/tour"
_START = "/start/"
_STATIC = f"{CONSOLE}/static/"
_PERSONAL = tuple(
    f"{PREFIX}/{name}" for name in ("leave/", "u/", "preferences/", "p/", "confirm/", "request/", "subscribe", "link")
)
_HOME = {PREFIX, f"{PREFIX}/"}  # with the form to subscribe
_TIME_TO_READ = 60.0  # seconds
_NOT_BELIEVED = {USER_HEADER, "x-forwarded-for"}  # headers that only a proxy sets
_CLOSED = (
    "The console of the demo is open to the browser that followed the link in its terminal. That link works once: "
    "stop the demo and start it again for another one.\n\n"
    "Консоль открыта тому браузеру, который перешёл по ссылке из терминала. Ссылка работает один раз: "
    "чтобы получить новую, остановите демонстрацию и запустите её снова.\n"
)


class OneTimeLink:
    """The link that signs one browser in, by a cookie of this process and port."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secret: str | None = secrets.token_urlsafe(32)
        self._path = f"{_START}{self._secret}"
        self._cookie = secrets.token_urlsafe(32)

    @property
    def path(self) -> str:
        """The path of the link."""
        return self._path

    def use(self, path: str) -> bool:
        """Whether it is the link, and nobody has used it before."""
        with self._lock:
            is_valid = self._secret is not None and secrets.compare_digest(path.encode(), self._path.encode())
            if is_valid:
                self._secret = None
        return is_valid

    def is_signed_in(self, cookies: str, port: int) -> bool:
        """Whether a Cookie header is that of the browser that has used the link."""
        try:
            value = SimpleCookie(cookies).get(_cookie_name(port))
        except CookieError:
            return False
        return value is not None and secrets.compare_digest(value.value.encode(), self._cookie.encode())

    def set_cookie(self, port: int) -> str:
        """The header that signs the browser in until it is closed."""
        return f"{_cookie_name(port)}={self._cookie}; Path=/; HttpOnly; SameSite=Lax"


@dataclass
class Front:
    """The ASGI application; `pages` is that of the installation, once it is open.

    `rest` is called when a visitor is on a page that is valid for a time; `seen` gets the paths of the console's pages
    that were shown.
    """

    link: OneTimeLink
    rest: Callable[[float], None]
    portal: ASGIApp | None = None
    pages: ASGIApp | None = None
    seen: set[str] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._answer_of(scope)(scope, receive, send)

    def _answer_of(self, scope: Scope) -> ASGIApp:
        headers, path, port = Headers(scope=scope), scope["path"], scope["server"][1]
        if headers.get("host", "") not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
            return PlainTextResponse("not a host of the demo\n", 421)  # such as one that DNS lets lead to this machine
        is_signed_in = self.link.is_signed_in(headers.get("cookie", ""), port)
        if path.startswith(_START):
            return self._sign_in(path, port, is_signed_in=is_signed_in)
        if path != PREFIX and not path.startswith(f"{PREFIX}/"):
            return self.portal or _NOT_READY
        if path.startswith(CONSOLE) and not path.startswith(_STATIC) and not is_signed_in:
            return PlainTextResponse(_CLOSED, 403)
        if path in _HOME or path.startswith(_PERSONAL):
            self.rest(_TIME_TO_READ)
        return self._installation(is_signed_in=is_signed_in)

    def _sign_in(self, path: str, port: int, *, is_signed_in: bool) -> ASGIApp:
        if not is_signed_in and not self.link.use(path):
            return PlainTextResponse(_CLOSED, 403)
        answer = RedirectResponse(FIRST_PAGE, 303, headers={"referrer-policy": "no-referrer"})
        answer.headers["set-cookie"] = self.link.set_cookie(port)
        return answer

    def _installation(self, *, is_signed_in: bool) -> ASGIApp:
        """The pages, to which we are the proxy that says who is signed in."""
        pages = self.pages or _NOT_READY

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            headers = [pair for pair in scope["headers"] if pair[0].decode("latin-1") not in _NOT_BELIEVED]
            if is_signed_in:
                headers.append((USER_HEADER.encode(), EDITOR.encode()))
            await pages({**scope, "headers": headers}, receive, self._noting(scope, send))

        return serve

    def _noting(self, scope: Scope, send: Send) -> Send:
        async def note(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200 and scope["method"] == "GET":
                self.seen.add(scope["path"].removeprefix(CONSOLE))
            await send(message)

        return note


_NOT_READY = PlainTextResponse("the demo is starting\n", 503)


def _cookie_name(port: int) -> str:
    """Browsers send cookies to all ports of a host, so that each demo needs a name of its own."""
    return f"digest-demo-{port}"

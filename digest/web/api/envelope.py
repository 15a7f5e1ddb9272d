"""What every request of the API passes: HEAD, a limit for its body, and an answer that nobody stores on its way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 * 1024  # of a body
IMPORTS = "/imports"
MOST_BYTES_OF_A_LIST = 16 * 1024 * 1024  # that is sent there


@dataclass(frozen=True)
class Envelope:
    """ASGI middleware: reading more than the limit of a body raises HTTPException 413 where the body is read."""

    application: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        stated = Headers(scope=scope).get("content-length", "")
        most = MOST_BYTES_OF_A_LIST if scope["path"].endswith(IMPORTS) else MOST_BYTES
        size = int(stated) if stated.isdecimal() and len(stated) < 20 else 0

        async def receive_within_limit() -> Message:
            nonlocal size
            if size <= most:
                message = await receive()
                size += 0 if stated else len(message.get("body", b""))
            if size > most:
                raise HTTPException(413, f"the body has more than {most} bytes")
            return message

        async def send_uncached(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("cache-control", "no-store")
            await send(message)

        with _head_as_get(scope):
            await self.application(scope, receive_within_limit, send_uncached)


@contextmanager
def _head_as_get(scope: Scope) -> Iterator[None]:
    """Route HEAD as GET, as RFC 9110 (9.1) requires; the server sends no body, and the log has the method again.

    FastAPI routes HEAD only where it is declared, and would then describe it as an endpoint of its own.
    """
    method = scope["method"]
    scope["method"] = "GET" if method == "HEAD" else method
    try:
        yield
    finally:
        scope["method"] = method

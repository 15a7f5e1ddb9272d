"""A small HTTP server on a loopback address, with canned responses and a record of its requests."""

import gzip
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Canned:
    """An answer; `drip` is the pause in seconds after each byte, `cut` how many bytes are promised and never come."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    drip: float = 0.0
    cut: int = 0


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request: its path with the query, its headers with names in lower case, and the body of a POST."""

    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


class FeedServer:
    """Serves canned answers in a thread until the `with` block ends; unknown paths are 404."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.requests: list[Request] = []
        self._routes: dict[str, Canned] = {}
        self._ended = threading.Event()
        self._server = _Server((host, 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        """The port that the system chose."""
        return int(self._server.server_address[1])

    def url(self, path: str = "/") -> str:
        """The address of a path."""
        return f"http://{self._server.server_address[0]!s}:{self.port}{path}"

    def answer(
        self,
        path: str,
        body: bytes | str = b"",
        *,
        content_type: str | None = "application/rss+xml",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        drip: float = 0.0,
        cut: int = 0,
    ) -> str:
        """Answer a path with these bytes from now on; returns its URL. A request with the current ETag gets a 304."""
        type_header = {"Content-Type": content_type} if content_type else {}
        data = body.encode() if isinstance(body, str) else body
        self._routes[path] = Canned(
            status=status, headers={**type_header, **(headers or {})}, body=data, drip=drip, cut=cut
        )
        return self.url(path)

    def answer_gzipped(self, path: str, body: bytes, *, times: int = 1) -> str:
        """Answer a path with a body that is packed one or more times."""
        for _ in range(times):
            body = gzip.compress(body)
        return self.answer(path, body, headers={"Content-Encoding": ", ".join(["gzip"] * times)})

    def redirect(self, path: str, location: str, status: int = 302) -> str:
        """Redirect requests for a path."""
        return self.answer(path, content_type=None, status=status, headers={"Location": location})

    def reply_to(self, request: Request) -> Canned:
        """Note a request and find its answer."""
        self.requests.append(request)
        canned = self._routes.get(request.path) or self._routes.get(urlsplit(request.path).path) or Canned(status=404)
        etag = canned.headers.get("ETag")
        if etag and request.headers.get("if-none-match") == etag:
            return Canned(status=304, headers={"ETag": etag})
        return canned

    def pause(self, seconds: float) -> bool:
        """Wait; true when the server has ended."""
        return self._ended.wait(seconds)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    owner: FeedServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients may leave whenever they like."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10

    def do_POST(self) -> None:  # the name is http.server's
        self._reply(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def do_GET(self) -> None:
        self._reply(None)

    def _reply(self, body: bytes | None) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        canned = self.server.owner.reply_to(Request(path=self.path, headers=headers, body=body))
        self.send_response(canned.status)
        for name, value in canned.headers.items():
            self.send_header(name, value)
        if canned.status != 304:
            self.send_header("Content-Length", str(len(canned.body) + canned.cut))
        self.end_headers()
        if canned.status != 304:
            self._send(canned)

    def log_message(self, *args: object, **names: object) -> None:
        """Say nothing on stderr."""

    def _send(self, canned: Canned) -> None:
        if not canned.drip:
            self.wfile.write(canned.body)
            return
        for place in range(len(canned.body)):
            self.wfile.write(canned.body[place : place + 1])
            self.wfile.flush()
            if self.server.owner.pause(canned.drip):
                return

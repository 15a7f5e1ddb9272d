"""Brings the bytes behind a web address: conditionally, within one deadline, below a size, from where it may.

A host that the operator wrote may lead anywhere, this machine included. What foreign text brings (a redirect to
another host, the page of an article) must lead to public addresses, and the address checked is the one connected to.
"""

import asyncio
import base64
import os
import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

import aiohttp
from yarl import URL

from digest.errors import FetchError
from digest.model.articles import Validators
from digest.parsing.urls import is_loopback
from digest.sources.fetching.address_guard import (
    PrivateAddressError,
    PublicResolver,
    is_literal,
    require_public,
)
from digest.sources.fetching.decompress import PACKINGS, TooLargeError, Unpacker, UnpackError
from digest.version import __version__

DEADLINE = 20.0
LARGEST = 10_000_000
MOST_AT_ONCE = 32
MOST_OF_A_HOST = 6

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEPING = frozenset({307, 308})
_LONGEST_VALIDATOR = 1_000
_NOT_HTTP = (aiohttp.ClientResponseError, ValueError)
_WEB_PORTS = frozenset({80, 443})


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """An answer: the address that gave it in the end, its unpacked body, and what to ask it with the next time."""

    url: str
    body: bytes
    content_type: str | None
    validators: Validators
    not_modified: bool = False
    link: str = ""  # the Link header (RFC 8288)


class Fetcher:
    """Fetches web addresses for any number of threads; its event loop runs in a thread of its own until `close()`."""

    def __init__(self, *, deadline: float = DEADLINE, largest: int = LARGEST, portal_url: str | None = None) -> None:
        """`deadline` is seconds for everything together, `largest` bytes after unpacking."""
        self._deadline = deadline
        self._largest = largest
        self._agent = f"portal-digest/{__version__}" + (f" (+{portal_url})" if portal_url else "")
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._turns = _Turns()
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        trusted: bool = True,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Fetched:
        """Fetch an address, `trusted` if the operator wrote it; `headers` and `body` go to its host only.

        With a `body` it is a POST. At most 32 are fetched at once and 6 of one host; the deadline begins when its turn
        has come. Raises FetchError.
        """
        journey = _Journey(url, trusted=trusted, validators=validators, headers=headers or {}, body=body)
        try:
            return asyncio.run_coroutine_threadsafe(self._in_turn(journey), self._running()).result()
        except CancelledError:
            raise FetchError(f"{shown(url)}: was given up, for the program is ending") from None

    def close(self) -> None:
        """Give up what is under way, close all connections and end the thread; a later fetch starts anew."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._give_up(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop, self._turns = asyncio.new_event_loop(), _Turns()
                self._thread = threading.Thread(target=self._loop.run_forever, name="fetcher", daemon=True)
                self._thread.start()
            return self._loop

    def _session(self, trusted: bool) -> aiohttp.ClientSession:
        if trusted not in self._sessions:
            resolver = None if trusted else PublicResolver()
            self._sessions[trusted] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=resolver, limit=0),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._agent, "Accept-Encoding": PACKINGS},
                auto_decompress=False,
            )
        return self._sessions[trusted]

    async def _give_up(self) -> None:
        sessions, self._sessions = self._sessions, {}
        fetching = asyncio.all_tasks() - {asyncio.current_task()}
        for task in fetching:
            task.cancel()
        await asyncio.gather(*fetching, return_exceptions=True)
        for session in sessions.values():
            await session.close()

    async def _in_turn(self, journey: "_Journey") -> Fetched:
        # The host's turn first: who waits for a busy host must not keep a place from the others.
        async with self._turns.of(journey.url.host or ""), self._turns.all:
            return await self._within_deadline(journey)

    async def _within_deadline(self, journey: "_Journey") -> Fetched:
        try:
            async with asyncio.timeout(self._deadline):
                return await self._travel(journey)
        except TimeoutError:
            raise FetchError(f"{shown(journey.url)}: did not answer within {self._deadline:g} s") from None
        except (aiohttp.ClientError, UnpackError, ValueError, OSError) as error:
            raise FetchError(f"{shown(journey.url)}: {_says(error)}") from None
        except TooLargeError:
            size = f"{self._largest / 1_000_000:g} MB"
            raise FetchError(f"{shown(journey.url)}: is larger than {size} when unpacked") from None

    async def _travel(self, journey: "_Journey") -> Fetched:
        while True:
            trusted = journey.is_trusted
            if not trusted:
                _require_public_literal(journey.url)
            session = self._session(trusted)
            async with session.request(
                journey.method, journey.url, headers=journey.headers, data=journey.body, allow_redirects=False
            ) as response:
                location = response.headers.get("Location")
                if response.status not in _REDIRECTS or location is None:
                    return await self._arrive(journey, response)
            journey.follow(location, response.status)

    async def _arrive(self, journey: "_Journey", response: aiohttp.ClientResponse) -> Fetched:
        asked = journey.asked_with
        if response.status == HTTPStatus.NOT_MODIFIED and asked is not None:
            validators = _validators(journey.url, response, asked)
            return Fetched(url=str(journey.url), body=b"", content_type=None, validators=validators, not_modified=True)
        if not 200 <= response.status < 300:
            raise FetchError(f"{shown(journey.url)}: the server answered {response.status}{_phrase(response.status)}")
        return Fetched(
            url=str(journey.url),
            body=await self._body(response),
            content_type=response.headers.get("Content-Type"),
            validators=_validators(journey.url, response, None),
            link=", ".join(response.headers.getall("Link", [])),
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        unpacker = Unpacker(",".join(response.headers.getall("Content-Encoding", [])), self._largest)
        body = bytearray()
        async for packed in response.content.iter_any():
            body += unpacker.feed(packed)
        unpacker.finish()
        return bytes(body)


class _Turns:
    """Who may fetch now; this machine's own services are nobody's to be polite to."""

    def __init__(self) -> None:
        self.all = asyncio.Semaphore(MOST_AT_ONCE)
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, host: str) -> asyncio.Semaphore:
        """The turns of one host, kept for as long as anybody waits for them."""
        turns = self._hosts.get(host)
        if turns is None:
            most = MOST_AT_ONCE if is_loopback(host) else MOST_OF_A_HOST
            turns = self._hosts[host] = asyncio.Semaphore(most)
        return turns


class _Journey:
    """The way from the address that was asked for, over redirects, to the one that answers."""

    def __init__(
        self,
        url: str,
        *,
        trusted: bool,
        validators: Validators | None,
        headers: Mapping[str, str],
        body: bytes | None = None,
    ) -> None:
        self.url, login = _parted(url)
        self.body = body
        self._origin = self.url
        self._trusted = trusted
        self._validators = validators
        self._own_headers = {**login, **headers}
        self._left = _MOST_REDIRECTS

    @property
    def method(self) -> str:
        """GET, or POST where there is a body to send."""
        return "GET" if self.body is None else "POST"

    @property
    def is_trusted(self) -> bool:
        """Whether the operator wrote this host: another port of it is another service, except http beside https."""
        return self._trusted and self._is_home

    @property
    def asked_with(self) -> Validators | None:
        """The validators, where they are of this very address."""
        told = self._validators
        return told if told is not None and told.url == str(self.url) else None

    @property
    def headers(self) -> dict[str, str]:
        """What to send to the present address."""
        headers = {"Accept": "*/*"} | (self._own_headers if self._is_home else {})
        asked = self.asked_with
        if asked is not None and asked.etag:
            headers["If-None-Match"] = asked.etag
        if asked is not None and asked.last_modified:
            headers["If-Modified-Since"] = asked.last_modified
        return headers

    def follow(self, location: str, status: int) -> None:
        """Go where a redirect leads; raises FetchError.

        A body goes on with the redirects that keep it (RFC 9110, 15.4), and to no other host: it may hold secrets.
        """
        if self._left == 0:
            raise FetchError(f"{shown(self._origin)}: leads on and on (more than {_MOST_REDIRECTS} redirects)")
        self._left -= 1
        try:
            target = self.url.join(URL(location)).with_fragment(None)
        except ValueError:
            raise FetchError(f"{shown(self.url)}: leads to something that is no web address") from None
        if target.scheme not in {"http", "https"} or not target.host:
            raise FetchError(f"{shown(self.url)}: leads to something that is no web address")
        before, self.url = self.url, target.with_user(None)
        if self.body is not None and not (status in _KEEPING and self._is_home):
            raise FetchError(f"{shown(before)}: leads to {shown(self.url)}, and what is sent there does not follow")

    @property
    def _is_home(self) -> bool:
        return self.url.host == self._origin.host and (
            self.url.port == self._origin.port or {self.url.port, self._origin.port} == _WEB_PORTS
        )


def shown(url: str | URL) -> str:
    """An address as it may stand in a message: without user name, password and query, where secrets live."""
    try:
        parts = URL(url) if isinstance(url, str) else url
        query = "?…" if parts.query_string else ""
        return str(parts.with_user(None).with_query(None).with_fragment(None)) + query
    except ValueError:
        return "the address"


def _parted(url: str) -> tuple[URL, dict[str, str]]:
    try:
        parts = URL(url.strip())
        if parts.scheme in {"http", "https"} and parts.host:
            return parts.with_user(None).with_fragment(None), _login(parts)
    except ValueError:
        pass
    raise FetchError(f'{shown(url)}: is no web address; expected one such as "https://gazette.example/rss.xml"')


def _login(parts: URL) -> dict[str, str]:
    if parts.user is None:
        return {}
    pair = f"{parts.user}:{parts.password or ''}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}


def _require_public_literal(url: URL) -> None:
    host = url.host or ""
    if is_literal(host):
        require_public([host])


def _validators(url: URL, response: aiohttp.ClientResponse, before: Validators | None) -> Validators:
    def told(name: str, earlier: str | None) -> str | None:
        value = response.headers.get(name, earlier)
        return value if value and len(value) <= _LONGEST_VALIDATOR and value.isprintable() else None

    return Validators(
        url=str(url),
        etag=told("ETag", before.etag if before else None),
        last_modified=told("Last-Modified", before.last_modified if before else None),
    )


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def _says(error: Exception) -> str:
    if isinstance(error, PrivateAddressError):
        return "leads to an address inside a private network, which foreign addresses may not do"
    if isinstance(error, UnpackError):
        return f"the answer cannot be unpacked: {error}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return _says_connector(error)
    if isinstance(error, aiohttp.InvalidURL):
        return "is no web address"
    return "the answer is not valid HTTP" if isinstance(error, _NOT_HTTP) else "the connection broke off"


def _says_connector(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error.os_error, PrivateAddressError):
        return _says(error.os_error)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "could not be reached: name not known"
    if isinstance(error, aiohttp.ClientSSLError):
        return f"could not be reached safely: {_certificate(error)}"
    code = error.os_error.errno
    return f"could not be reached: {os.strerror(code).lower() if code else 'no connection'}"


def _certificate(error: Exception) -> str:
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
    return str(getattr(inner, "verify_message", "") or "") or "TLS failed"

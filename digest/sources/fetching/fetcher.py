"""Fetches documents over HTTP: conditionally, within one deadline and one size, and only from where it may.

A host in the configuration may be anywhere, this machine included. What foreign text brings (a redirect to another
host, the page of an article) must lead to public addresses, and the address checked is the one connected to.
"""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
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
    PublicResolver,
    is_literal,
    require_public,
)
from digest.sources.fetching.cookies import FetchCookies
from digest.sources.fetching.daemon_executor import DaemonExecutor
from digest.sources.fetching.decompress import ACCEPTED_ENCODINGS, DecompressError, Decompressor, TooLargeError
from digest.sources.fetching.error_message import LONGEST_BODY, error_message
from digest.sources.fetching.lenient_http import BodyError, lenient_connector
from digest.sources.fetching.network_errors import LONGEST_HEADER, MOST_HEADERS, network_error_message
from digest.sources.fetching.request import FetchRequest
from digest.sources.fetching.retry_after import (
    LONGEST_OUTAGE,
    LONGEST_PAUSE,
    WAITING_STATUSES,
    HostWaits,
    retry_after_seconds,
)
from digest.sources.fetching.validators import validators_of
from digest.sources.fetching.whole_document import is_whole
from digest.sources.fetching.wire_url import redacted
from digest.version import __version__

DEADLINE = 20.0
LARGEST = 10_000_000
MOST_AT_ONCE = 32
MOST_OF_A_HOST = 6

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Of servers that cannot handle a condition: 412 should be 304 for a GET (RFC 9110, 13.1.2), and a program that fails at
# comparing the validators gives 500. Whether the document changed remains open.
_FAILED_CONDITION = frozenset({412, 500})


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A response: the URL that gave it after redirects, its decompressed body, and validators for the next request.

    A note says where the address moved for good: the former host may be somebody else's one day.
    """

    url: str
    body: bytes
    content_type: str | None
    validators: Validators
    not_modified: bool = False
    link: str = ""  # the Link header (RFC 8288)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)  # of the request: no message may repeat them
    notes: tuple[str, ...] = ()


class Fetcher:
    """Fetches URLs for any number of threads; its event loop runs in a thread of its own until `close()`."""

    def __init__(self, *, deadline: float = DEADLINE, largest: int = LARGEST, portal_url: str | None = None) -> None:
        """`deadline` is seconds for a whole fetch with its redirects, `largest` bytes after decompression."""
        self._deadline = deadline
        self._largest = largest
        self._agent = f"portal-digest/{__version__}" + (f" (+{portal_url})" if portal_url else "")
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._slots = _Slots()
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._waits = HostWaits()

    def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        trusted: bool = True,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Fetched:
        """Fetch a URL, `trusted` if it is in the configuration; `headers` and `body` go to its host only.

        With a `body` it is a POST. At most 32 fetches run at once and 6 of one host; the deadline counts from when a
        fetch starts to run. Raises FetchError.
        """
        request = FetchRequest(url, trusted=trusted, validators=validators, headers=headers or {}, body=body)
        loop = self._running_loop()
        try:
            return asyncio.run_coroutine_threadsafe(self._in_slot(request), loop).result()
        except CancelledError:
            raise FetchError(f"{redacted(url)}: abandoned because the program is ending") from None

    def close(self) -> None:
        """Cancel all fetches, close all connections and end the thread; a later fetch starts again."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._cancel_all(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                loop = asyncio.new_event_loop()
                loop.set_default_executor(DaemonExecutor())
                thread = threading.Thread(target=loop.run_forever, name="fetcher", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # a limit of threads; the next fetch may find one
                    loop.close()
                    raise
                self._loop, self._thread, self._slots = loop, thread, _Slots()
            return self._loop

    def _session(self, trusted: bool) -> aiohttp.ClientSession:
        if trusted not in self._sessions:
            resolver = None if trusted else PublicResolver()
            self._sessions[trusted] = aiohttp.ClientSession(
                connector=lenient_connector(resolver=resolver, limit=0),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._agent, "Accept-Encoding": ACCEPTED_ENCODINGS},
                auto_decompress=False,
                max_line_size=LONGEST_HEADER,
                max_field_size=LONGEST_HEADER,
                max_headers=MOST_HEADERS,
            )
        return self._sessions[trusted]

    async def _cancel_all(self) -> None:
        sessions, self._sessions = self._sessions, {}
        fetching = asyncio.all_tasks() - {asyncio.current_task()}
        for task in fetching:
            task.cancel()
        await asyncio.gather(*fetching, return_exceptions=True)
        for session in sessions.values():
            await session.close()

    async def _in_slot(self, request: FetchRequest) -> Fetched:
        # The host's slot first: a fetch that waits for a busy host must not take a slot from the others.
        async with self._slots.of_host(request.url.host or ""), self._slots.all:
            return await self._within_deadline(request)

    async def _within_deadline(self, request: FetchRequest) -> Fetched:
        try:
            async with asyncio.timeout(self._deadline):
                return await self._follow_redirects(request)
        except TimeoutError:
            raise FetchError(f"{redacted(request.url)}: did not answer within {self._deadline:g} s") from None
        except (aiohttp.ClientError, DecompressError, ValueError, OSError) as error:
            raise FetchError(f"{redacted(request.url)}: {network_error_message(error)}") from None
        except TooLargeError:
            size = f"{self._largest / 1_000_000:g} MB"
            raise FetchError(f"{redacted(request.url)}: is larger than {size} after decompression") from None

    async def _follow_redirects(self, request: FetchRequest) -> Fetched:
        has_paused = has_reconnected = False
        # Sites redirect to the same URL until it comes with the cookie that they set; the next fetch knows none of it.
        cookies = FetchCookies()
        while True:
            if not has_paused:
                self._require_no_wait(request.url)
            try:
                async with self._sent(request, cookies) as response:
                    location = response.headers.get("Location")
                    cookies.update(response, request.url)
                    if response.status in _REDIRECTS and location is not None:
                        request.redirect(location, response.status)
                        continue
                    if response.status in _FAILED_CONDITION and request.validators is not None:
                        request.drop_validators()
                        continue
                    pause = self._requested_pause(request.url, response)
                    if has_paused or not 0 < pause <= LONGEST_PAUSE:
                        return await self._read(request, response)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                # The server closed the connection as it was used again. aiohttp repeats a GET itself.
                if has_reconnected or request.body is None or isinstance(error, aiohttp.ClientConnectorError):
                    raise
                has_reconnected = True
                continue
            has_paused = True
            await asyncio.sleep(pause)

    def _sent(
        self, request: FetchRequest, cookies: FetchCookies
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        trusted = request.is_trusted
        if not trusted:
            _require_public_literal(request.url)
        return self._session(trusted).request(
            request.method,
            request.url,
            headers=cookies.added_to(request.headers, request.url),
            data=request.body,
            allow_redirects=False,
        )

    def _require_no_wait(self, url: URL) -> None:
        if refusal := self._waits.refusal(url):
            raise FetchError(f"{redacted(url)}: {refusal}")

    def _requested_pause(self, url: URL, response: aiohttp.ClientResponse) -> float:
        """The seconds for which the server asks to be left alone; 0 if it does not."""
        if response.status not in WAITING_STATUSES:
            return 0.0
        seconds = retry_after_seconds(response.headers.get("Retry-After")) or 0.0
        if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
            seconds = min(seconds, LONGEST_OUTAGE)
        self._waits.record(url, seconds)
        return seconds

    async def _read(self, request: FetchRequest, response: aiohttp.ClientResponse) -> Fetched:
        sent = request.validators
        if response.status == HTTPStatus.NOT_MODIFIED and sent is not None:
            validators = validators_of(request.url, response, sent)
            return Fetched(url=str(request.url), body=b"", content_type=None, validators=validators, not_modified=True)
        if not 200 <= response.status < 300:
            answer = await _refusal(request, response)
            if response.status in WAITING_STATUSES:
                self._waits.explain(request.url, answer)
            raise FetchError(f"{redacted(request.url)}: {answer}")
        return Fetched(
            url=str(request.url),
            body=await self._body(response),
            content_type=response.headers.get("Content-Type"),
            validators=validators_of(request.url, response, None),
            link=", ".join(response.headers.getall("Link", [])),
            notes=(f"moved permanently to {redacted(request.url)}; use that URL",) if request.is_moved else (),
            secrets=request.secrets,
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        decompressor = Decompressor(",".join(response.headers.getall("Content-Encoding", [])), self._largest)
        body = bytearray()
        try:
            async for chunk in response.content.iter_any():
                body += decompressor.feed(chunk)
            body += decompressor.finish()
        except BodyError as error:
            body += decompressor.feed(error.rest)
            if not is_whole(body):
                raise
        except DecompressError:
            if not is_whole(body):
                raise
        return bytes(body)


class _Slots:
    """Limits how many fetches run at once, of all hosts and of each; services on this machine have no limit."""

    def __init__(self) -> None:
        self.all = asyncio.Semaphore(MOST_AT_ONCE)
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def of_host(self, host: str) -> asyncio.Semaphore:
        """The slots of one host, kept while a fetch uses or waits for them."""
        slots = self._hosts.get(host)
        if slots is None:
            most = MOST_AT_ONCE if is_loopback(host) else MOST_OF_A_HOST
            slots = self._hosts[host] = asyncio.Semaphore(most)
        return slots


def _require_public_literal(url: URL) -> None:
    host = url.host or ""
    if is_literal(host):
        require_public([host])


async def _refusal(request: FetchRequest, response: aiohttp.ClientResponse) -> str:
    """The status of an error response, how long to wait, and for 4xx the server's explanation."""
    message = f"the server answered {response.status}{_reason(response.status)}"
    seconds = retry_after_seconds(response.headers.get("Retry-After"))
    if seconds and response.status in WAITING_STATUSES:
        message += f", and asked to wait {seconds:.0f} s"
    if not 400 <= response.status < 500 or response.headers.get("Content-Encoding"):
        return message
    body = await response.content.read(LONGEST_BODY)
    explanation = error_message(body, response.headers.get("Content-Type"), request.secrets)
    return f'{message}: "{explanation}"' if explanation else message


def _reason(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""

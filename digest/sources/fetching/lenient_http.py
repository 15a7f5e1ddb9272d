"""Repairs the head of an HTTP response where browsers accept it and aiohttp's parser does not."""

import re
from contextlib import suppress
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_STATUS = re.compile(rb"(?i)HTTP/(?:1(?:\.[2-9])?|[23](?:\.0)?|(1\.[01])) +(?=\d{3}\b)")
_BODY_END = re.compile(rb"(?im)^(?:content-length:|transfer-encoding:.*chunked)")
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_LONGEST_LENGTH = 18  # digits: more are no length of anything
_LONGEST_HEAD = 1_000_000  # bytes; the parser refuses a longer one


class BodyError(aiohttp.ClientPayloadError):
    """A body that broke off, or whose chunks are not what RFC 9112, 7.1 describes; `rest` was received and not read."""

    def __init__(self, *, is_malformed: bool) -> None:
        super().__init__("the body is malformed" if is_malformed else "the body is incomplete")
        self.rest = b""
        self.is_malformed = is_malformed


def lenient_connector(**options: Any) -> aiohttp.TCPConnector:
    """A connector whose responses are repaired before they are parsed."""
    connector = aiohttp.TCPConnector(**options)
    handler: type[ResponseHandler] = _LenientHandler
    # aiohttp has no public way to choose the protocol of a connection.
    connector._factory = partial(handler, loop=connector._loop)  # noqa: SLF001
    return connector


def repaired_head(head: bytes) -> bytes:
    """A head without what keeps a strict parser from reading it.

    Equal Content-Lengths become one, and none counts beside Transfer-Encoding (RFC 9112, 6.3) or where it is no number:
    then the end of the connection is that of the body. Lines that are not headers go, and so do spaces after a name
    and control characters.
    Different Content-Lengths stay, and are refused.
    """
    status, *lines = (_CONTROLS.sub(b" ", line) for line in re.split(rb"\r?\n", head))
    status = status.replace(b"\t", b" ")
    headers = [_without_space(line) for line in lines if _is_header(line)]
    others = [line for line in headers if _name(line) != b"content-length"]
    lengths = [line for line in headers if _name(line) == b"content-length"]
    values = {value.strip() for line in lengths for value in line.partition(b":")[2].split(b",")}
    if not any(map(_is_length, values)) or any(_name(line) == b"transfer-encoding" for line in others):
        headers = others
    elif len(values) == 1:
        headers = [*others, b"Content-Length: " + values.pop()]
    return b"\r\n".join((_STATUS.sub(_usual_version, status, count=1), *headers))


def _usual_version(match: re.Match[bytes]) -> bytes:
    return b"HTTP/" + (match[1] or b"1.1") + b" "


def _is_length(value: bytes) -> bool:
    return value.isdigit() and len(value) <= _LONGEST_LENGTH


def _is_header(line: bytes) -> bool:
    name, colon, _ = line.partition(b":")
    return line[:1] in {b" ", b"\t"} or (bool(colon) and _TOKEN.fullmatch(name.rstrip(b" \t")) is not None)


def _without_space(line: bytes) -> bytes:
    name, colon, value = line.partition(b":")
    return line if line[:1] in {b" ", b"\t"} else name.rstrip(b" \t") + colon + value


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].lower()


class _LenientHandler(ResponseHandler):
    """Holds the first bytes of each response back until its head is complete, and repairs it.

    A body that breaks off or is malformed ends with a BodyError, which has what was received until then. aiohttp drops
    it, and waits for ever where the malformed bytes come after the head.
    """

    _head: bytes | None = None
    _has_end = False  # a length or chunks tell where the body ends
    _failure: BodyError | None = None

    def set_response_params(self, **options: Any) -> None:
        """Begin a response."""
        self._head, self._has_end, self._failure = b"", False, None
        super().set_response_params(**options)

    def data_received(self, data: bytes) -> None:
        """Pass the bytes on, the head of the response repaired."""
        while data and self._head is not None:
            held, data = len(self._head), self._head + data
            end = _HEAD_END.search(data, max(0, held - 3))
            if end is None and data[:5].upper() == b"HTTP/"[: len(data)] and len(data) <= _LONGEST_HEAD:
                self._head = data
                return
            is_interim = data.startswith(b"HTTP/1.1 1")
            self._head = b"" if is_interim and end else None
            if end is not None and data[:5].upper() == b"HTTP/":
                head = repaired_head(data[: end.start()])
                self._has_end = _BODY_END.search(head) is not None
                super().data_received(head + b"\r\n\r\n")
                data = data[end.end() :]
        if data:
            super().data_received(data)
        if self.exception() is not None:
            self._fail_body(is_malformed=True)

    def eof_received(self) -> None:
        """Pass on what is held back: no head will be complete any more."""
        if self._head:
            data, self._head = self._head, None
            super().data_received(data)
        super().eof_received()

    def connection_lost(self, exc: BaseException | None) -> None:
        """End the body, which is incomplete if its end has not come."""
        payload = self._payload
        if self._has_end:
            self._fail_body(is_malformed=False)
        super().connection_lost(exc)
        if payload is not None and self._failure is not None:
            payload.set_exception(self._failure)  # in place of aiohttp's own

    def close(self) -> None:
        """Close the connection at once; with TLS, one that is only closed stays open until the server agrees."""
        self.abort()

    def _fail_body(self, *, is_malformed: bool) -> None:
        payload = self._payload
        if self._failure is not None or payload is None or payload.is_eof():
            return
        self._failure = BodyError(is_malformed=is_malformed)
        with suppress(RuntimeError):  # somebody waits for more, and so has read all
            self._failure.rest = payload.read_nowait()
        payload.set_exception(self._failure)

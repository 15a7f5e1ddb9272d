"""Decompresses an HTTP response while it streams in, and stops as soon as it grows too large."""

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress

ACCEPTED_ENCODINGS = "gzip, deflate"

_CHUNK = 65_536
_MOST_LAYERS = 3
_SUPPORTED = frozenset({"gzip", "x-gzip", "deflate"})
# Registered codings that were not requested (https://www.iana.org/assignments/http-parameters). Other words, such as
# "UTF-8", "none" or "aws-chunked", mean nothing, and browsers ignore them too.
_UNSUPPORTED = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"})
_GZIP_MAGIC = b"\x1f\x8b\x08"
# How feeds, pages and JSON begin, in UTF-16 too, with whose byte order marks neither gzip nor deflate data begin.
_TEXT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<[?!A-Za-z]|[\[{]\s*[\[{\"])|\xff\xfe|\xfe\xff|<\0[?!A-Za-z]\0|\0<\0[?!A-Za-z]"
)
_NOT_AS_NAMED = "it is not what its Content-Encoding names"
_ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS


class TooLargeError(Exception):
    """A response is larger than it may be."""


class DecompressError(Exception):
    """A response cannot be decompressed; the text is the reason."""


class Decompressor:
    """Takes compressed chunks and returns plain ones, never more than `largest` bytes in all, in any layer.

    A gzip file (`feed.xml.gz`) is decompressed too, although no Content-Encoding names it. Text that is not compressed
    although a Content-Encoding says so stays as it is, and zlib and gzip may be taken for each other.
    """

    def __init__(self, content_encoding: str, largest: int) -> None:
        names = [name for part in content_encoding.lower().split(",") if (name := part.strip(" \t\"'"))]
        self._unsupported = ", ".join(sorted(_UNSUPPORTED.intersection(names)))
        known = [name for name in names if name in _SUPPORTED]
        if len(known) > _MOST_LAYERS:
            raise DecompressError(f"it is compressed {len(known)} times")
        self._layers = [_Layer(name, largest) for name in reversed(known)]
        self._bytes_left = self._largest = largest
        self._head: bytes | None = b""  # until it is clear whether a gzip file begins

    def feed(self, chunk: bytes) -> bytes:
        """What this chunk decompresses to; raises TooLargeError, DecompressError."""
        if self._unsupported and chunk:
            if not (_TEXT.match(chunk) or chunk.startswith(_GZIP_MAGIC)):
                raise DecompressError(f"unsupported Content-Encoding: {self._unsupported}")
            self._unsupported = ""
        plain = self._without_file_layer(b"".join(self._through_layers(chunk, 0)))
        self._bytes_left -= len(plain)
        if self._bytes_left < 0:
            raise TooLargeError
        return plain

    def finish(self) -> bytes:
        """The remaining plain bytes; raises DecompressError if the compressed data is incomplete or broken."""
        if any(layer.is_broken for layer in self._layers):
            raise DecompressError(_NOT_AS_NAMED)
        if any(layer.is_incomplete for layer in self._layers):
            raise DecompressError("it is incomplete")
        return self._head or b""

    def _without_file_layer(self, plain: bytes) -> bytes:
        if self._head is None:
            return plain
        head = self._head + plain
        if len(head) < len(_GZIP_MAGIC) and _GZIP_MAGIC.startswith(head):
            self._head = head
            return b""
        self._head = None
        if not head.startswith(_GZIP_MAGIC):
            return head
        layer = _Layer("gzip", self._largest)
        self._layers.append(layer)
        return b"".join(layer.feed(head))

    def _through_layers(self, chunk: bytes, depth: int) -> Iterator[bytes]:
        if depth == len(self._layers):
            yield chunk
            return
        for plain in self._layers[depth].feed(chunk):
            yield from self._through_layers(plain, depth + 1)


class _Layer:
    def __init__(self, name: str, largest: int) -> None:
        self._is_gzip = name != "deflate"
        self._is_plain = False
        self.is_broken = False
        self._bytes_left = largest
        self._inflater: zlib._Decompress | None = None

    @property
    def is_incomplete(self) -> bool:
        return self._inflater is not None and not self._inflater.eof

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """What a chunk decompresses to; of one that breaks, what comes before the fault, and the next one raises."""
        if self.is_broken and chunk:
            raise DecompressError(_NOT_AS_NAMED)
        while chunk:
            if self._is_plain or (self._inflater is None and _TEXT.match(chunk)):
                self._is_plain = True
                yield chunk
                return
            if self._inflater is None:
                self._inflater = zlib.decompressobj(self._window_bits(chunk))
            elif self._inflater.eof:
                if not (self._is_gzip and chunk.startswith(b"\x1f")):
                    return  # padding after the end
                self._inflater = zlib.decompressobj(self._window_bits(chunk))
            yield self._inflate(self._inflater, chunk)
            if self.is_broken:
                return
            chunk = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail

    def _window_bits(self, chunk: bytes) -> int:
        # Some servers send raw deflate data without the zlib header that RFC 9110, 8.4.1.2 requires.
        has_header = self._is_gzip or chunk[0] & 0x0F == zlib.DEFLATED or chunk[0] == _GZIP_MAGIC[0]
        return _ZLIB_OR_GZIP if has_header else -zlib.MAX_WBITS

    def _inflate(self, inflater: "zlib._Decompress", chunk: bytes) -> bytes:
        before = inflater.copy()
        try:
            plain = inflater.decompress(chunk, _CHUNK)
        except zlib.error:
            self.is_broken = True
            plain = b"".join(_before_fault(before, chunk))
        self._bytes_left -= len(plain)
        if self._bytes_left < 0:
            raise TooLargeError
        return plain


def _before_fault(inflater: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:
    """What a chunk that breaks decompresses to: zlib gives nothing of a document whose checksum alone is wrong."""
    rest = b""
    with suppress(zlib.error):
        for place in range(len(chunk)):
            yield inflater.decompress(rest + chunk[place : place + 1], _CHUNK)
            rest = inflater.unconsumed_tail

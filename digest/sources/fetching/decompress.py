"""Decompresses an HTTP response while it streams in, and stops as soon as it grows too large."""

import zlib
from collections.abc import Iterator

ACCEPTED_ENCODINGS = "gzip, deflate"

_CHUNK = 65_536
_MOST_LAYERS = 3


class TooLargeError(Exception):
    """A response is larger than it may be."""


class DecompressError(Exception):
    """A response cannot be decompressed; the text is the reason."""


class Decompressor:
    """Takes compressed chunks and returns plain ones, never more than `largest` bytes in all, in any layer."""

    def __init__(self, content_encoding: str, largest: int) -> None:
        names = [name for part in content_encoding.lower().split(",") if (name := part.strip()) not in {"", "identity"}]
        if len(names) > _MOST_LAYERS:
            raise DecompressError(f"it is compressed {len(names)} times")
        self._layers = [_Layer(name, largest) for name in reversed(names)]
        self._bytes_left = largest

    def feed(self, chunk: bytes) -> bytes:
        """What this chunk decompresses to; raises TooLargeError, DecompressError."""
        plain = b"".join(self._through_layers(chunk, 0))
        self._bytes_left -= len(plain)
        if self._bytes_left < 0:
            raise TooLargeError
        return plain

    def finish(self) -> None:
        """Raise DecompressError if the compressed data is incomplete."""
        if any(layer.is_incomplete for layer in self._layers):
            raise DecompressError("it is incomplete")

    def _through_layers(self, chunk: bytes, depth: int) -> Iterator[bytes]:
        if depth == len(self._layers):
            yield chunk
            return
        for plain in self._layers[depth].feed(chunk):
            yield from self._through_layers(plain, depth + 1)


class _Layer:
    def __init__(self, name: str, largest: int) -> None:
        if name not in {"gzip", "x-gzip", "deflate"}:
            raise DecompressError("unsupported Content-Encoding")
        self._is_gzip = name != "deflate"
        self._bytes_left = largest
        self._inflater: zlib._Decompress | None = None

    @property
    def is_incomplete(self) -> bool:
        return self._inflater is not None and not self._inflater.eof

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._inflater is None:
                self._inflater = zlib.decompressobj(self._window_bits(chunk))
            elif self._inflater.eof:
                if not (self._is_gzip and chunk.startswith(b"\x1f")):
                    return  # padding after the end
                self._inflater = zlib.decompressobj(self._window_bits(chunk))
            yield self._inflate(self._inflater, chunk)
            chunk = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail

    def _window_bits(self, chunk: bytes) -> int:
        if self._is_gzip:
            return 16 + zlib.MAX_WBITS
        # Some servers send raw deflate data without the zlib header that RFC 9110, 8.4.1.2 requires.
        return zlib.MAX_WBITS if chunk[0] & 0x0F == zlib.DEFLATED else -zlib.MAX_WBITS

    def _inflate(self, inflater: "zlib._Decompress", chunk: bytes) -> bytes:
        try:
            plain = inflater.decompress(chunk, _CHUNK)
        except zlib.error:
            raise DecompressError("it is not what its Content-Encoding names") from None
        self._bytes_left -= len(plain)
        if self._bytes_left < 0:
            raise TooLargeError
        return plain

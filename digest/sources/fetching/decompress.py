"""Unpacks an HTTP answer while it streams in, and stops as soon as it grows too large."""

import zlib
from collections.abc import Iterator

PACKINGS = "gzip, deflate"

_PIECE = 65_536
_DEEPEST = 3


class TooLargeError(Exception):
    """More came out of an answer than is allowed."""


class UnpackError(Exception):
    """An answer is not packed as it says; the text says what is wrong."""


class Unpacker:
    """Takes packed pieces, gives plain ones; never more than `largest` bytes in all, at any layer."""

    def __init__(self, content_encoding: str, largest: int) -> None:
        names = [name for part in content_encoding.lower().split(",") if (name := part.strip()) not in {"", "identity"}]
        if len(names) > _DEEPEST:
            raise UnpackError(f"it is packed {len(names)} times over")
        self._layers = [_Layer(name, largest) for name in reversed(names)]
        self._room = largest

    def feed(self, packed: bytes) -> bytes:
        """What this piece unpacks to; raises TooLargeError, UnpackError."""
        plain = b"".join(self._through(packed, 0))
        self._room -= len(plain)
        if self._room < 0:
            raise TooLargeError
        return plain

    def finish(self) -> None:
        """Raise UnpackError if the last piece has not come."""
        if any(layer.is_open for layer in self._layers):
            raise UnpackError("it breaks off")

    def _through(self, packed: bytes, depth: int) -> Iterator[bytes]:
        if depth == len(self._layers):
            yield packed
            return
        for piece in self._layers[depth].feed(packed):
            yield from self._through(piece, depth + 1)


class _Layer:
    def __init__(self, name: str, largest: int) -> None:
        if name not in {"gzip", "x-gzip", "deflate"}:
            raise UnpackError("it is packed in a way that was not asked for")
        self._gzip = name != "deflate"
        self._room = largest
        self._inflater: zlib._Decompress | None = None

    @property
    def is_open(self) -> bool:
        return self._inflater is not None and not self._inflater.eof

    def feed(self, packed: bytes) -> Iterator[bytes]:
        while packed:
            if self._inflater is None:
                self._inflater = zlib.decompressobj(self._window(packed))
            elif self._inflater.eof:
                if not (self._gzip and packed.startswith(b"\x1f")):
                    return  # padding after the end
                self._inflater = zlib.decompressobj(self._window(packed))
            yield self._piece(self._inflater, packed)
            packed = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail

    def _window(self, packed: bytes) -> int:
        if self._gzip:
            return 16 + zlib.MAX_WBITS
        return zlib.MAX_WBITS if packed[0] & 0x0F == zlib.DEFLATED else -zlib.MAX_WBITS

    def _piece(self, inflater: "zlib._Decompress", packed: bytes) -> bytes:
        try:
            plain = inflater.decompress(packed, _PIECE)
        except zlib.error:
            raise UnpackError("it is not packed as its Content-Encoding says") from None
        self._room -= len(plain)
        if self._room < 0:
            raise TooLargeError
        return plain

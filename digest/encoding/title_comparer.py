"""Compares titles with the encoder, if it is installed, and encodes each title only once.

The vectors are stored by a hash of the title and the encoder's name, as 16-bit floats. The latest comparisons are
kept: a page of the console and its preview, and editions with the same articles, ask for them one after another.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib import import_module

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from digest.encoding.availability import LETTERS_ONLY, is_encoder_installed
from digest.protocols import Clock
from digest.store.articles.title_vectors import TitleVectors
from digest.stories.compare import Compared, Encode, compare

_ENCODER = "use-multilingual-3"  # part of the key: another encoder gives other vectors
_STORED = np.dtype("<f2")
_KEPT = 2  # comparisons: of an issue's articles, and of its late ones with the previous issue; 8 MB for 2,000 titles

_log = logging.getLogger(__name__)


class TitleComparer:
    """Compares titles (`protocols.Compare`); without a store no vector is kept.

    From the first one on, NumPy multiplies matrices in the thread that asks for it.
    """

    def __init__(self, vectors: TitleVectors | None, clock: Clock) -> None:
        self._vectors = vectors
        self._clock = clock
        self._reported = False
        self._compared = lru_cache(_KEPT)(self._compare)
        # OpenBLAS's other threads wait for the next product in a loop: 300 titles took 60 ms of CPU, and then another
        # core was busy for 80 ms. 8,000 titles take 4.0 s in one thread instead of 3.1 s in two (2026-11-28).
        threadpool_limits(limits=1, user_api="blas")

    def __call__(self, titles: Sequence[str], times: Sequence[datetime | None]) -> Compared:
        """Compare the titles; log once that the encoder is missing where it is needed."""
        found = self._compared(tuple(titles), tuple(times))
        if found.letters_only and not self._reported:
            self._reported = True
            _log.warning(LETTERS_ONLY)
        return found

    def _compare(self, titles: tuple[str, ...], times: tuple[datetime | None, ...]) -> Compared:
        return compare(titles, times, self._encode if is_encoder_installed() else None)

    def _encode(self, titles: Sequence[str]) -> npt.NDArray[np.float32]:
        """The vectors of the titles, from the store where they are known."""
        texts = {_key(title): title for title in titles}
        known = self._vectors.find(texts, self._clock.now()) if self._vectors else {}
        new = _encoded({key: text for key, text in texts.items() if key not in known})
        if new and self._vectors:
            self._vectors.add(new, self._clock.now())
        vectors = known | new
        stored = b"".join(vectors[_key(title)] for title in titles)
        return np.frombuffer(stored, _STORED).reshape(len(titles), -1).astype(np.float32)


def _key(title: str) -> bytes:
    text = f"{_ENCODER}\n{title}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).digest()


def _encoded(texts: Mapping[bytes, str]) -> dict[bytes, bytes]:
    """The vectors of the texts as they are stored; the encoder is loaded only for texts that are new."""
    if not texts:
        return {}
    encode: Encode = import_module("digest.encoding.sentence_encoder").SentenceEncoder()
    encoded = encode(list(texts.values()))
    return dict(zip(texts, (vector.tobytes() for vector in encoded.astype(_STORED)), strict=True))

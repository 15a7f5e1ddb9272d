"""Remembers where each key of a list occurred first, in a fraction of the memory that a dict needs. Pure."""

from array import array

_FIRST_SIZE = 1 << 10
_WORD = (1 << 64) - 1


class FirstRows:
    """A hash table from keys to numbers below 2³²; of a key only 8 bytes of its hash are kept: 18 to 36 bytes in all.

    Two different keys are taken for one with a chance of n² / 2⁶⁵: one in 37 million for a million of them. Python
    draws the hash anew for each process, so no list can be made to collide.
    """

    def __init__(self) -> None:
        self._known = 0
        self._resize(_FIRST_SIZE)

    def setdefault(self, key: str, number: int) -> int:
        """The number of the key, which is the given one if the key is new."""
        word = hash(key) & _WORD or 1  # 0 marks a free slot
        slot = self._slot(word)
        if self._words[slot]:
            return self._numbers[slot]
        self._words[slot], self._numbers[slot] = word, number
        self._known += 1
        if self._known * 3 > self._mask * 2:
            self._grow()
        return number

    def replace(self, key: str, number: int) -> None:
        """Give a known key another number."""
        self._numbers[self._slot(hash(key) & _WORD or 1)] = number

    def _slot(self, word: int) -> int:
        words, mask = self._words, self._mask
        slot = word & mask
        while (found := words[slot]) and found != word:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        words, numbers = self._words, self._numbers
        self._resize(2 * len(words))
        for word, number in zip(words, numbers, strict=True):
            if word:
                slot = self._slot(word)
                self._words[slot], self._numbers[slot] = word, number

    def _resize(self, size: int) -> None:
        self._mask = size - 1
        self._words = array("Q", [0]) * size
        self._numbers = array("I", [0]) * size

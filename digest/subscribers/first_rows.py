"""Remembers where each key of a list occurred first, in a fraction of the memory that a dict needs. Pure."""

from array import array

_FIRST_SIZE = 1 << 10
_WORD = (1 << 32) - 1


class FirstRows:
    """A hash table from keys to numbers below 2³², exact as a dict: in all 24 to 36 bytes a key, and its text.

    A slot keeps 32 bits of a key's hash, and the place of the key among all. Where the bits are equal, the keys
    themselves are compared: two readers must never be taken for one. So it does not matter that others may know the
    hashes, as with PYTHONHASHSEED; keys that collide only take longer.
    """

    def __init__(self) -> None:
        self._texts = bytearray()  # of all keys, one after the other
        self._ends = array("Q")  # where each ends in it
        self._numbers = array("I")
        self._resize(_FIRST_SIZE)

    def setdefault(self, key: str, number: int) -> int:
        """The number of the key, which is the given one if the key is new."""
        word, text = hash(key) & _WORD, key.encode("utf-8", "surrogatepass")
        slot = self._slot(word, text)
        place = self._places[slot]
        if place:
            return self._numbers[place - 1]
        self._texts += text
        self._ends.append(len(self._texts))
        self._numbers.append(number)
        known = len(self._numbers)
        self._words[slot], self._places[slot] = word, known
        if known * 3 > self._mask * 2:
            self._grow()
        return number

    def replace(self, key: str, number: int) -> None:
        """Give a known key another number."""
        slot = self._slot(hash(key) & _WORD, key.encode("utf-8", "surrogatepass"))
        self._numbers[self._places[slot] - 1] = number

    def _slot(self, word: int, text: bytes) -> int:
        """The slot of a key, or the free one for it."""
        words, places, mask = self._words, self._places, self._mask
        slot = word & mask
        while (place := places[slot]) and (words[slot] != word or self._key_at(place) != text):
            slot = (slot + 1) & mask
        return slot

    def _key_at(self, place: int) -> bytearray:
        start = self._ends[place - 2] if place > 1 else 0
        return self._texts[start : self._ends[place - 1]]

    def _grow(self) -> None:
        words, places = self._words, self._places
        self._resize(2 * len(words))
        mask = self._mask
        for word, place in zip(words, places, strict=True):
            if place:
                slot = word & mask
                while self._places[slot]:
                    slot = (slot + 1) & mask
                self._words[slot], self._places[slot] = word, place

    def _resize(self, size: int) -> None:
        self._mask = size - 1
        self._words = array("I", [0]) * size
        self._places = array("I", [0]) * size  # counted from 1; 0 is a free slot

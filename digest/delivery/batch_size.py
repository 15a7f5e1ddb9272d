"""How many rows a sender claims at once: what it sends in a few seconds, so that rows others left do not wait long."""

_FIRST = 20
_GROWTH = 4  # times as many at most as the last time
_SECONDS = 2.0  # that a batch is to last


class BatchSize:
    """The size of each batch, at most `most`, from the time that the last one took."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = min(_FIRST, most)
        self._at: float | None = None  # when the last batch was claimed

    def next(self, now: float) -> int:
        """The size of a batch that is claimed now; `now` in seconds."""
        if self._at is not None:
            lasted = max(now - self._at, 0.001)
            self._size = round(min(self._size * _GROWTH, self._size * _SECONDS / lasted, self._most))
            self._size = max(1, self._size)
        self._at = now
        return self._size

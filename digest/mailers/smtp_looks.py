"""Looks a run of messages over that are nearly alike: what equals its forerunner was looked at before (pure)."""

from collections.abc import Iterator

from digest.mailers.smtp_rules import content_defect

_BLOCK = 2048


class Looks:
    """Answers as `content_defect` would, in a fraction of its time for a message that resembles the one before it.

    Messages of one variant differ in their headers, and behind these by a few tokens of equal length. So each is laid
    beside its forerunner, aligned at the end, and only the lines that differ are looked at.
    """

    def __init__(self) -> None:
        self._known = b""
        self._known_dots = False

    def look(self, content: bytes) -> tuple[str | None, bool]:
        """What is wrong with it, or `None`; and whether any of its lines begins with a dot."""
        known = self._known
        defect = content_defect(content) if not content.endswith(b"\r\n") else None
        dots = self._known_dots
        if defect is None:
            for start, end in _lines_apart(content, known):
                part = content[start:end]
                defect = content_defect(part)
                dots = dots or part.startswith(b".") or b"\n." in part
                if defect is not None:
                    break
        if defect is None:
            self._known, self._known_dots = content, dots
        return defect, dots


def _lines_apart(content: bytes, known: bytes) -> Iterator[tuple[int, int]]:
    """The spans of whole lines of `content` outside of which it equals `known`, both aligned at their ends."""
    done = 0
    for start, end in _blocks_apart(content, known):
        if end <= done:
            continue
        first = max(done, content.rfind(b"\n", 0, start) + 1)
        last = content.find(b"\n", end)
        done = len(content) if last < 0 else last + 1
        yield first, done


def _blocks_apart(content: bytes, known: bytes) -> Iterator[tuple[int, int]]:
    shift = len(known) - len(content)
    start = max(0, -shift)
    if start:
        yield 0, start
    if start == 0 and shift > 0:
        yield 0, 0  # the first line of the two may begin at different places
    while start < len(content):
        end = min(start + _BLOCK, len(content))
        if content[start:end] != known[start + shift : end + shift]:
            yield start, end
        start = end

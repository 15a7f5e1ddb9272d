"""Ids and keys in lists that are short enough for one statement."""

from collections.abc import Collection, Iterator
from typing import TypeVar

T = TypeVar("T")

CHUNK = 500  # ids listed in one statement


def chunks(values: Collection[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The values in their order, in lists of at most `size`."""
    listed = list(values)
    return (listed[start : start + size] for start in range(0, len(listed), size))

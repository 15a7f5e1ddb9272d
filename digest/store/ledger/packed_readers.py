"""The readers of many deliveries in a few bytes: most readers of an issue follow each other, as their deliveries do."""

import json
import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple


class DeliveredTo(NamedTuple):
    """A delivery and its subscriber, by their ids."""

    delivery_id: int
    subscriber_id: int


def pack(rows: Sequence[DeliveredTo]) -> bytes:
    """The rows, at least one, as compressed steps between the ids."""
    steps = [[row[0], *(after - before for before, after in pairwise(row))] for row in zip(*rows, strict=True)]
    return zlib.compress(json.dumps(steps, separators=(",", ":")).encode(), 9)


def unpack(packed: bytes) -> Iterator[DeliveredTo]:
    """The rows that were packed."""
    deliveries, subscribers = (accumulate(steps) for steps in json.loads(zlib.decompress(packed)))
    return map(DeliveredTo, deliveries, subscribers)


def find_reader(packed: bytes, delivery_id: int) -> int | None:
    """The subscriber of a delivery; None where it is not among the rows."""
    return dict(unpack(packed)).get(delivery_id)

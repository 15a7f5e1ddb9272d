"""How much the database holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class FamilySize(NamedTuple):
    """The rows and the bytes of tables that belong together, indexes included; None where the database cannot tell."""

    name: str
    rows: int
    bytes: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageSize:
    """All bytes, those of them that are free for new rows, and the families, which were counted at `counted_at`.

    `counted_at` is None where they were not counted yet, because the file is large.
    """

    bytes: int
    free: int | None
    counted_at: datetime | None
    families: Sequence[FamilySize]

"""How long a query on a portal's database may take, and how many rows of which size it may return."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Time limits for connecting and for the query with reading its rows (seconds), and the maximum number of rows.

    Of a text the first `value` characters are read; SQLite reads none of a value of more than `cell` bytes.
    """

    connect: float = 10.0
    statement: float = 30.0
    rows: int = 10_000
    value: int = 1_000_000
    cell: int = 20_000_000

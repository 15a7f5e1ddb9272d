"""How long a query on a portal's database may take, and how many rows it may return."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Time limits for connecting and for the query (seconds), and the maximum number of rows."""

    connect: float = 10.0
    statement: float = 30.0
    rows: int = 10_000

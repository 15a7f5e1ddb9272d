"""How long a query on somebody else's database may take, and how much it may bring."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long to wait for a connection and for the answer to the query (seconds), and how many rows to read."""

    connect: float = 10.0
    statement: float = 30.0
    rows: int = 10_000

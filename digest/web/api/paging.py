"""Lists in pages: how many entries, and after which one."""

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Query
from pydantic import Field

LARGEST_ID = (1 << 63) - 1  # of the database's integers
Entry = TypeVar("Entry")

Limit = Annotated[int, Query(ge=1, le=100, description="How many entries at most.")]
Cursor = Annotated[
    int | None, Query(ge=1, le=LARGEST_ID, description="`next` of the page before; without it the first page.")
]
Next = Annotated[int | None, Field(description="The `cursor` of the next page; null after the last one.")]


def page_of(found: Sequence[tuple[int, Entry]], limit: int) -> tuple[list[Entry], int | None]:
    """The entries of a page, and the next cursor; `found` are their ids with them, one more than the page holds."""
    shown = found[:limit]
    return [entry for _id, entry in shown], shown[-1][0] if len(found) > limit else None

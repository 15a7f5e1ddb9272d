"""Many rows as parameters of one statement."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import BigInteger, Boolean, Integer, Text, select

from digest.store.engine.database import Database
from digest.store.engine.row_values import Types, values_table

TYPES: Types = {"number": BigInteger(), "code": Integer(), "text": Text(), "mark": Boolean()}
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
ROWS = st.tuples(
    st.integers(-(2**63), 2**63 - 1), st.none() | st.integers(0, 999), st.none() | TEXTS, st.none() | st.booleans()
)


@pytest.fixture
def server(postgres_url: str) -> Iterator[Database]:
    """PostgreSQL, without tables."""
    with closing(Database.open(postgres_url, Path("/"))) as database:
        yield database


MARKS = st.just([(1, None, value, None) for value in ("", "NULL", "{}", '","', "\\")])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(listed=st.lists(ROWS, max_size=5) | MARKS)
def test_values_table_on_postgresql_keeps_every_value(
    server: Database, listed: list[tuple[int, int | None, str | None, bool | None]]
) -> None:
    """Quotes, backslashes, braces, commas, the word NULL and null arrive as they are."""
    with server.read() as connection:
        table = values_table(connection, TYPES, listed)
        assert [tuple(row) for row in connection.execute(select(table))] == listed

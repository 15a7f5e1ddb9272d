"""The databases that the tests run on are real, fresh and empty."""

import pytest
from sqlalchemy import NullPool, create_engine, inspect, text


@pytest.mark.parametrize("turn", [1, 2])
def test_store_url_each_test_has_an_empty_database(portal_url: str, turn: int) -> None:
    """A table that one test made is not there for the next."""
    engine = create_engine(portal_url, poolclass=NullPool)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
        connection.execute(text("INSERT INTO t VALUES (:turn)"), {"turn": turn})
        assert connection.scalar(text("SELECT sum(n) FROM t")) == turn

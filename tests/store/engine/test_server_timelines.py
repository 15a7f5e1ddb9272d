"""A PostgreSQL server that another one has replaced, and that was started again."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from digest.errors import StoreUnavailableError
from digest.store.engine.database import Database


class _Servers:
    """One server that says on which timeline it is, as several servers at one address would."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("postgresql+psycopg", "postgresql")
        self._run(f"CREATE SCHEMA fake; ALTER DATABASE {make_url(url).database} SET search_path = fake, pg_catalog")

    def lead_to(self, timeline: int) -> None:
        """From now on new connections find a server on that timeline."""
        self._run(
            "CREATE OR REPLACE FUNCTION fake.pg_walfile_name(pg_lsn) RETURNS text LANGUAGE sql AS"
            f" $$ SELECT '{timeline:08X}0000000000000001' $$"
        )

    def refuse(self) -> None:
        """From now on the server does not tell which one it is, and counts who asks."""
        self._run(
            "CREATE SEQUENCE fake.queries;"
            "CREATE FUNCTION fake.pg_control_system() RETURNS TABLE (system_identifier bigint) LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM nextval('fake.queries'); RAISE insufficient_privilege; END $$"
        )

    def queries(self) -> int:
        """How many connections asked."""
        with psycopg.connect(self._url) as connection:
            ((number,),) = connection.execute("SELECT last_value FROM fake.queries")
        return int(number)

    def _run(self, statements: str) -> None:
        with psycopg.connect(self._url) as connection:
            connection.execute(statements.encode())


def _process(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_connection_to_a_server_that_another_one_replaced_is_refused(postgres_url: str) -> None:
    """A former primary is back, first in the address: it knows nothing of what was sent since."""
    servers = _Servers(postgres_url)
    servers.lead_to(0x1F)
    database = Database.open(postgres_url, Path("/"))
    servers.lead_to(0x20)
    database.close()  # as after its connections were lost
    _process(database)
    servers.lead_to(0x1F)
    assert _process(database)  # a connection to the new one
    database.close()
    with pytest.raises(StoreUnavailableError, match="was replaced by another one"):
        _process(database)
    with pytest.raises(StoreUnavailableError, match="was replaced by another one"), database.keyed_statements():
        pass
    servers.lead_to(0x20)
    assert _process(database)
    database.close()


def test_connection_made_before_another_server_took_over_is_not_used_again(postgres_url: str) -> None:
    """The former primary goes on, and the address leads to the new one."""
    servers = _Servers(postgres_url)
    servers.lead_to(1)
    database = Database.open(postgres_url, Path("/"))
    with database.read() as connection:
        before = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        servers.lead_to(2)
        _process(database)
    assert before not in {_process(database) for _time in range(3)}
    database.close()


def test_connection_to_a_server_that_does_not_tell_its_timeline_is_used(postgres_url: str) -> None:
    """Some hosted databases permit nobody to ask: one connection tries, and writes one error to the server's log."""
    servers = _Servers(postgres_url)
    servers.refuse()
    database = Database.open(postgres_url, Path("/"))
    for _time in range(2):
        assert _process(database)
        database.close()
    assert servers.queries() == 1

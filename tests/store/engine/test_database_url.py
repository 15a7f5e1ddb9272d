"""The address of the database: several PostgreSQL servers, in the forms of libpq and of SQLAlchemy."""

import pytest

from digest.errors import ConfigurationError
from digest.store.engine.database_url import connection_arguments, parse_database_url, server_label


@pytest.mark.parametrize(
    ("url", "hosts", "ports"),
    [
        ("postgresql://digest:a,b@one:5433,two/digest", "one,two", "5433,5432"),
        (
            "postgresql://digest:a,b@one,two/digest?connect_timeout=3",
            "one,two",
            "5432,5432",
        ),
        ("postgresql://digest:a,b@[::1]:5433,127.0.0.1:5434/digest", "::1,127.0.0.1", "5433,5434"),
        ("postgresql://digest:a,b@/digest?host=one:1&host=two:2", "one,two", "1,2"),
        (
            "postgresql://digest:a,b@/digest?host=one,two&port=5433",
            "one,two",
            "5433,5433",
        ),
        ("postgresql://digest:a,b@/digest?host=/run/one,/run/two", "/run/one,/run/two", "5432,5432"),
    ],
)
def test_connection_arguments_of_several_servers_list_them(url: str, hosts: str, ports: str) -> None:
    """As libpq takes them; the rest of the address stays."""
    arguments = connection_arguments(url)
    assert (arguments["host"], arguments["port"]) == (hosts, ports)
    assert (arguments["user"], arguments["password"], arguments["dbname"]) == ("digest", "a,b", "digest")
    assert server_label(parse_database_url(url)) == f"the PostgreSQL database digest at {hosts}"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://digest@[2001:db8::5]:5433/digest", "[2001:db8::5]:5433"),
        ("postgresql://digest@[2001:db8::5]/digest", "2001:db8::5"),
        ("postgresql://digest@db.gazette.example:5433/digest", "db.gazette.example:5433"),
    ],
)
def test_server_label_of_an_ipv6_address_shows_where_the_port_begins(url: str, place: str) -> None:
    """In 2001:db8::5:5433 the port looks like a part of the address."""
    assert server_label(parse_database_url(url)) == f"the PostgreSQL database digest at {place}"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://one:1:2,two/digest",
        "postgresql://one:1,two:2/digest?port=3",
        "postgresql:///digest?host=one,two&port=1,2,3",
    ],
)
def test_parse_servers_whose_ports_are_not_clear_is_refused(url: str) -> None:
    """With one sentence, before anything connects."""
    with pytest.raises(ConfigurationError, match="is not a database URL"):
        parse_database_url(url)


def test_parse_argument_of_the_driver_is_refused() -> None:
    """Some would change what a transaction is; psycopg takes them beside the options of a connection."""
    url = "postgresql://digest@db.example/digest?sslmode=require&prepare_threshold=0&autocommit=1"
    with pytest.raises(ConfigurationError, match="url has autocommit and prepare_threshold, which PostgreSQL does not"):
        parse_database_url(url)

"""Each fault of a connection to PostgreSQL comes with what to correct."""

import pytest

from digest.store.engine.connection_advice import connection_advice, failure_of_each_server


@pytest.mark.parametrize(
    ("message", "phrase"),
    [  # as libpq 15 and 18 and PostgreSQL 15 wrote them
        ("SSL error: certificate verify failed", "the authority that signed"),
        ('root certificate file "/srv/digest/.postgresql/root.crt" does not exist', "the full path"),
        ('could not read root certificate file "/srv/digest/ca.pem":', "the full path"),
        (
            'server certificate for "db.example" (and 1 other name) does not match host name "10.0.0.10"',
            "the names in the server's certificate",
        ),
        ("server does not support SSL, but SSL was required", "ssl = on"),
        (
            'FATAL:  no pg_hba.conf entry for host "10.0.0.11", user "digest", database "digest", no encryption',
            "sslmode=verify-full",
        ),
        (
            'FATAL:  no pg_hba.conf entry for host "10.0.0.11", user "digest", database "digest", SSL encryption',
            "permit this host",
        ),
        ('FATAL:  password authentication failed for user "digest"', "percent-encoded"),
        ("FATAL:  SASL authentication failed", "percent-encoded"),
        ("fe_sendauth: no password supplied", "percent-encoded"),
        ("permission denied for schema public", "own the database"),
        ("no schema has been selected to create in", "search_path"),
        ("permission denied for table alembic_version", "belong to another user"),
        ("permission denied for sequence issue_id_seq", "belong to another user"),
        ("cannot execute INSERT in a read-only transaction", "the primary server"),
        ("cannot set transaction read-write mode during recovery", "the primary server"),
        ("session is read-only", "promote one"),
        ("FATAL:  sorry, too many clients already", "max_connections"),
        (
            "FATAL:  remaining connection slots are reserved for non-replication superuser connections",
            "max_connections",
        ),
        ('FATAL:  too many connections for role "digest"', "CONNECTION LIMIT"),
        ("could not extend file base/5/16384: No space left on device", "disk is full"),
        ("received invalid response to SSL negotiation: 2", "another service"),
        # PgBouncer 1.18
        ("FATAL:  unsupported startup parameter: options", "ALTER ROLE"),
        ("query_wait_timeout", "default_pool_size"),
        ("transaction blocks not allowed in statement pooling mode", "pool_mode = session or transaction"),
        ("FATAL:  no more connections allowed (max_client_conn)", "max_client_conn"),
        ('connection is bad: invalid sslmode value: "verifyfull"', "sslmode=verify-full"),
    ],
)
def test_connection_advice_names_what_to_correct(message: str, phrase: str) -> None:
    """A part of libpq's or the server's message decides."""
    assert phrase in connection_advice(f'connection to server at "10.0.0.10", port 5432 failed: {message}')


def test_connection_advice_unknown_error_has_none() -> None:
    """The message stays alone."""
    assert connection_advice('relation "x" does not exist') == ""


def test_failure_of_each_server_names_each_server_once() -> None:
    """As psycopg 3.3 wrote them; `two.example` has two addresses."""
    refused = 'connection failed: connection to server at "127.0.0.1", port 5432 failed: Connection refused'
    standby = 'connection failed: connection to server at "127.0.0.3", port 5433 failed: session is read-only'
    message = f"""{standby}
Multiple connection attempts failed. All failures were:
- host: 'one.example', port: '5432', hostaddr: '127.0.0.1': {refused}
\tIs the server running on that host and accepting TCP/IP connections?
- host: 'two.example', port: '5433', hostaddr: '::1': connection timeout expired
- host: 'two.example', port: '5433', hostaddr: '127.0.0.3': {standby}"""
    assert failure_of_each_server(message) == (
        "one.example, port 5432: Connection refused; two.example, port 5433: session is read-only"
    )


def test_failure_of_one_server_stays_as_it_is() -> None:
    """Also where its name has several addresses."""
    assert not failure_of_each_server("""connection failed: Connection refused
Multiple connection attempts failed. All failures were:
- host: 'one.example', port: '5432', hostaddr: '::1': connection failed: Connection refused
- host: 'one.example', port: '5432', hostaddr: '127.0.0.1': connection failed: Connection refused""")

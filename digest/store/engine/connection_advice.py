"""What to correct where PostgreSQL refuses a connection, or Digest refuses the server. Pure.

The messages are those of libpq and of the server, which writes them in English unless its `lc_messages` says otherwise.
"""

import re

_PRIMARY = "[database] url must lead to the primary server; with several hosts add target_session_attrs=read-write"
_LOGIN = "correct the user or the password in [database] url, where special characters are percent-encoded"
_ADVICE = {  # by a part of the message
    "certificate verify failed": (
        "sslrootcert in [database] url must name the authority that signed the server's certificate, and neither "
        "may have expired"
    ),
    "root certificate file": (
        "sslrootcert in [database] url must be the full path of a PEM file with the authority's certificate, which "
        "Digest may read"
    ),
    "does not match host name": "the host in [database] url must be one of the names in the server's certificate",
    "server does not support SSL": "set ssl = on in the server's postgresql.conf, with a certificate",
    "no encryption": "permit this host in the server's pg_hba.conf, or set sslmode=verify-full in [database] url",
    "unsupported startup parameter": (
        "the pooler passes no such option on: remove it from [database] url, and set it by ALTER ROLE … SET …"
    ),
    "query_wait_timeout": "the pooler had no connection to the server free; raise its default_pool_size",
    "statement pooling": "set pool_mode = session or transaction in the pooler, and restart it",
    "no more connections allowed": "raise max_client_conn of the pooler",
    "too many clients already": "raise max_connections of the server, or end programs that use it",
    "remaining connection slots": "raise max_connections of the server, or end programs that use it",
    "too many connections for": "raise the limit of connections of this user and this database (CONNECTION LIMIT)",
    "session is read-only": "no server of [database] url is the primary; promote one, or name the primary there",
    "no pg_hba.conf entry": "permit this host in the server's pg_hba.conf",
    "password authentication failed": _LOGIN,
    "SASL authentication failed": _LOGIN,  # PgBouncer's
    "no password supplied": _LOGIN,
    "permission denied for schema": (
        "let this user own the database (ALTER DATABASE … OWNER TO …), or GRANT CREATE ON SCHEMA … to it"
    ),
    "no schema has been selected": (
        "make the schema of this user's search_path, or name another one by ALTER ROLE … SET search_path"
    ),
    "permission denied for": (
        "the tables belong to another user; name that one in [database] url, or let this user own them"
    ),
    "read-only transaction": _PRIMARY,
    "during recovery": _PRIMARY,
    "No space left on device": "the server's disk is full; free some space there",
    "received invalid response": "another service answers there; correct host and port in [database] url",
    "invalid sslmode value": "set sslmode=verify-full in [database] url",
}

# One line of psycopg's list; a name with several addresses has several.
_ATTEMPT = re.compile(
    r"^- host: '(?P<host>[^']*)', port: '(?P<port>\d+)'(?:, hostaddr: '[^']*')?: (?:connection failed: )?"
    r"(?:connection to server .*? failed: )?(?P<failure>.*)$",
    re.MULTILINE,
)


def failure_of_each_server(message: str) -> str:
    """The last failure of each server that `[database] url` lists; "" where the message is about one server."""
    failures = {(found["host"], found["port"]): found["failure"] for found in _ATTEMPT.finditer(message)}
    if len(failures) < 2:
        return ""
    return "; ".join(f"{host}, port {port}: {failure}" for (host, port), failure in failures.items())


def connection_advice(message: str) -> str:
    """What helps against the error that the message reports; "" where it is not known."""
    return next((advice for part, advice in _ADVICE.items() if part in message), "")

"""What to correct where PostgreSQL refuses a connection, or Digest refuses the server. Pure.

The messages are those of libpq and of the server, which writes them in English unless its `lc_messages` says otherwise.
"""

_PRIMARY = "[database] url must lead to the primary server; with several hosts add target_session_attrs=read-write"
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
    "no pg_hba.conf entry": "permit this host in the server's pg_hba.conf",
    "password authentication failed": (
        "correct the user or the password in [database] url, where special characters are percent-encoded"
    ),
    "permission denied for schema": (
        "let this user own the database (ALTER DATABASE … OWNER TO …), or GRANT CREATE ON SCHEMA … to it"
    ),
    "permission denied for": (
        "the tables belong to another user; name that one in [database] url, or let this user own them"
    ),
    "read-only transaction": _PRIMARY,
    "during recovery": _PRIMARY,
    "invalid sslmode value": "set sslmode=verify-full in [database] url",
}


def connection_advice(message: str) -> str:
    """What helps against the error that the message reports; "" where it is not known."""
    return next((advice for part, advice in _ADVICE.items() if part in message), "")

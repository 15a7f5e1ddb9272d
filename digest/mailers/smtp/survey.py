"""What a mail server offers, as `digest check` reports it."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiosmtplib


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerSurvey:
    """A server to which a connection was made. `server` is its host and port.

    `host_name` is how the server calls itself; `extensions` are in upper case; `largest` is the limit of SIZE in bytes,
    None without one; `certificate_ends` is None without TLS.
    """

    server: str
    host_name: str
    extensions: frozenset[str]
    largest: int | None
    certificate_ends: datetime | None
    is_logged_in: bool


def survey_of(smtp: aiosmtplib.SMTP, server: str, is_logged_in: bool) -> ServerSurvey:
    """The survey of a connection that is ready for MAIL."""
    name, *offers = (smtp.last_ehlo_response.message if smtp.last_ehlo_response else "").splitlines() or [""]
    extensions = {words[0].upper(): words[1:] for words in map(str.split, offers) if words}
    return ServerSurvey(
        server=server,
        host_name=name.partition(" ")[0].lower().rstrip("."),
        extensions=frozenset(extensions),
        largest=_size(extensions.get("SIZE", [])),
        certificate_ends=_end_of(smtp.get_transport_info("peercert")),
        is_logged_in=is_logged_in,
    )


def _size(values: Sequence[str]) -> int | None:
    """The limit that SIZE states; 0 means that there is none (RFC 1870, 4)."""
    return int(values[0]) or None if values and values[0].isdecimal() else None


def _end_of(certificate: Mapping[str, Any] | None) -> datetime | None:
    if not certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)

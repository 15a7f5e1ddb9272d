"""What a mail server offers, from a real EHLO."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from digest.mailers.smtp.connect import Connector, tls_context
from digest.mailers.smtp.mailer import survey_server
from digest.mailers.smtp.reply_timer import Deadlines
from digest.mailers.smtp.survey import ServerSurvey
from digest.settings.mail import SmtpSettings
from tests.support.certificates import make_authority
from tests.support.smtp_server import HOST, PASSWORD, USER, at, rogue_server, transports_of


def _survey(port: int, **changes: Any) -> ServerSurvey:
    smtp = SmtpSettings(host=HOST, port=port, **{"security": "none", **changes})
    return survey_server(smtp, Path(), smtp)


@pytest.mark.parametrize(
    ("offer", "largest"),
    [
        ("SIZE 35882577", 35_882_577),
        ("SIZE 0", None),
        ("SIZE", None),
        ("SIZE many", None),
        ("HELP", None),
        ("SIZE 9 MB", 9),
    ],
)
def test_survey_largest_message_is_that_of_size(offer: str, largest: int | None) -> None:
    """0 and no number mean that there is no limit (RFC 1870, 4)."""
    with rogue_server(at("EHLO", f"250-mail.example\r\n250 {offer}")) as (port, _log):
        assert _survey(port).largest == largest


def test_survey_name_and_extensions_are_the_servers() -> None:
    """The name in lower case without a full stop at its end, the extensions in upper case without their values."""
    with rogue_server(at("EHLO", "250-MX1.Mail.Example. at your service\r\n250-pipelining\r\n250 Auth PLAIN")) as (
        port,
        log,
    ):
        found = _survey(port)
    assert (found.server, found.host_name) == (f"{HOST}:{port}", "mx1.mail.example")
    assert found.extensions == {"PIPELINING", "AUTH"}
    assert (found.certificate_ends, found.is_logged_in) == (None, False)
    assert log.commands == ["EHLO", "QUIT"]


def test_survey_server_that_knows_only_helo_has_no_extensions() -> None:
    """It can still be used."""
    with rogue_server(at("EHLO", "502 what?")) as (port, log):
        found = _survey(port)
    assert (found.host_name, found.extensions, found.largest) == ("", frozenset(), None)
    assert log.commands == ["EHLO", "HELO", "QUIT"]


def test_survey_with_tls_and_login_has_the_end_of_the_certificate(tmp_path: Path) -> None:
    """In UTC; the login is as for sending."""
    authority = make_authority(tmp_path)
    server = authority.server(tmp_path, days=12)
    ends = datetime.now(UTC) + timedelta(days=12)
    with rogue_server(lambda *_: None, tls=server, logins=True) as (port, log):
        found = _survey(
            port, security="starttls", ca_file=str(authority.file), username=USER, password=SecretStr(PASSWORD)
        )
    assert found.is_logged_in
    assert found.certificate_ends is not None
    assert abs(found.certificate_ends - ends) < timedelta(minutes=10)
    assert "AUTH" in log.commands


def test_survey_with_tls_leaves_no_connection_open(tmp_path: Path) -> None:
    """Not even until the server agrees to end TLS."""
    authority = make_authority(tmp_path)

    async def left_open(port: int) -> list[asyncio.Transport]:
        smtp = SmtpSettings(host=HOST, port=port, security="starttls", ca_file=str(authority.file))
        await Connector(smtp, tls_context(smtp, tmp_path, smtp), None, Deadlines(), smtp).survey()
        transports = transports_of(asyncio.get_running_loop())
        return [transport for transport in transports if not transport.is_closing()]

    with rogue_server(at("QUIT", "221 bye"), tls=authority.server(tmp_path)) as (port, _log):
        assert asyncio.run(left_open(port)) == []

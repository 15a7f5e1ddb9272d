"""The SMTP mailer and the identity of servers: verified TLS, and a login only with it."""

import ssl
from pathlib import Path

import pytest
from pydantic import SecretStr

from digest.errors import ConfigurationError, MailError
from digest.mailers.smtp.mailer import require_certificates
from digest.model.deliveries import Outcome
from digest.settings.mail import RelaySettings, SmtpSettings
from tests.support.certificates import Authority, self_signed
from tests.support.mailing import RecordingJournal, mailer_for, outgoing, send_one
from tests.support.smtp_server import HOST, PASSWORD, USER, at, honest_server, rogue_server


class TestLogin:
    """A password is sent only with TLS or on this machine, and a refusal stops the mailer before the first message."""

    def test_mailer_starttls_and_login_send_the_message(self, authority: Authority, tmp_path: Path) -> None:
        """An aiosmtpd server that requires STARTTLS and a login gets both."""
        context = authority.server(tmp_path)
        with honest_server(context) as (port, log):
            receipt, _journal = send_one(
                port, security="starttls", username=USER, password=SecretStr(PASSWORD), ca_file=str(authority.file)
            )
        assert receipt.outcome is Outcome.SENT
        assert log.secure_logins == 1

    def test_mailer_refused_login_stops_everything(self) -> None:
        """535: one attempt with each offered method on one connection, one error, no message, no receipt."""
        journal = RecordingJournal()
        with (
            rogue_server(at("AUTH", "535 5.7.8 wrong for digest@gazette.example"), logins=True) as (port, log),
            pytest.raises(MailError) as caught,
        ):
            mailer_for(port, connections=8, security="none", username=USER, password=SecretStr(PASSWORD)).send(
                map(outgoing, range(1, 30)), journal
            )
        assert f"{HOST}:{port}" in str(caught.value)
        assert "535" in str(caught.value)
        assert PASSWORD not in str(caught.value)
        assert "@" not in str(caught.value)
        assert journal.receipts == []
        assert log.connections == 1
        assert "MAIL" not in log.commands

    def test_mailer_server_without_login_raises_mail_error(self) -> None:
        """A user name for a server without AUTH is an error of the settings."""
        with rogue_server(lambda *_: None) as (port, log), pytest.raises(MailError, match="offers no login"):
            send_one(port, security="none", username=USER, password=SecretStr(PASSWORD))
        assert "MAIL" not in log.commands

    def test_mailer_temporarily_refused_login_is_retried(self) -> None:
        """454 is not a wrong password."""
        first = iter(["454 4.7.0 later", "454 4.7.0 later"])  # PLAIN and LOGIN of the first connection
        with rogue_server(lambda here, _: next(first, None) if here == "AUTH" else None, logins=True) as (port, log):
            receipt, _journal = send_one(port, security="none", username=USER, password=SecretStr(PASSWORD))
        assert (receipt.outcome, log.connections) == (Outcome.SENT, 2)


class TestTls:
    """TLS is verified, and never silently missing."""

    def _assert_refused(self, port: int, message: str, authority: Authority | None, security: str = "starttls") -> None:
        journal = RecordingJournal()
        file = str(authority.file) if authority else ""
        with pytest.raises(MailError, match=message):
            mailer_for(
                port, security=security, username=USER, password=SecretStr(PASSWORD), ca_file=file, connections=3
            ).send(map(outgoing, range(1, 5)), journal)
        assert journal.receipts == []

    @pytest.mark.parametrize("kind", ["self-signed", "wrong name", "expired", "unknown authority"])
    def test_mailer_invalid_certificate_raises_mail_error(
        self, kind: str, authority: Authority, tmp_path: Path
    ) -> None:
        """A server that cannot prove its name gets neither login nor message."""
        contexts = {
            "self-signed": lambda: self_signed(tmp_path),
            "wrong name": lambda: authority.server(tmp_path, name="other.example"),
            "expired": lambda: authority.server(tmp_path, days=-1),
            "unknown authority": lambda: authority.server(tmp_path),
        }
        trusted = None if kind == "unknown authority" else authority
        with rogue_server(lambda *_: None, tls=contexts[kind](), logins=True) as (port, log):
            self._assert_refused(port, "certificate of the mail server .* is not trusted", trusted)
        assert not {"AUTH", "MAIL"} & set(log.commands)

    def test_mailer_server_without_starttls_raises_mail_error(self, authority: Authority) -> None:
        """A server without STARTTLS in EHLO (or with an attacker who removed it) gets neither password nor mail."""
        with rogue_server(lambda *_: None, logins=True) as (port, log):
            self._assert_refused(port, "does not offer STARTTLS", authority)
        assert not {"STARTTLS", "AUTH", "MAIL"} & set(log.commands)

    def test_mailer_refused_starttls_raises_mail_error(self, authority: Authority, tmp_path: Path) -> None:
        """STARTTLS was announced, but is refused."""
        with rogue_server(at("STARTTLS", "501 no"), tls=authority.server(tmp_path), logins=True) as (port, log):
            self._assert_refused(port, "refused STARTTLS with 501", authority)
        assert not {"AUTH", "MAIL"} & set(log.commands)

    def test_mailer_reply_injected_before_tls_is_ignored(self, authority: Authority, tmp_path: Path) -> None:
        """An attacker adds a reply behind the 220 that announces a login; the server itself offers none."""
        injected = "\r\n250-mail.example\r\n250 AUTH PLAIN LOGIN"
        with rogue_server(lambda *_: None, tls=authority.server(tmp_path), injected=injected) as (port, log):
            self._assert_refused(port, "offers no login|TLS handshake|cannot be used", authority)
        assert not {"AUTH", "MAIL"} & set(log.commands)

    def test_mailer_implicit_tls_sends_the_message(self, authority: Authority, tmp_path: Path) -> None:
        """Security "tls" works with the authority's certificate, and fails without it."""
        context = authority.server(tmp_path)
        with rogue_server(lambda *_: None, immediate=context) as (port, log):
            receipt, _journal = send_one(port, security="tls", ca_file=str(authority.file))
            assert receipt.outcome is Outcome.SENT
            self._assert_refused(port, "is not trusted", None, security="tls")
        assert len(log.accepted) == 1

    def test_mailer_tls_1_1_is_refused(self, authority: Authority, tmp_path: Path) -> None:
        """A server with TLS 1.1 at most gets nothing."""
        context = authority.server(tmp_path)
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            context.minimum_version = ssl.TLSVersion.TLSv1
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with rogue_server(lambda *_: None, tls=context, logins=True) as (port, log):
            self._assert_refused(port, "TLS handshake|STARTTLS failed", authority)
        assert not {"AUTH", "MAIL"} & set(log.commands)

    def test_mailer_unreadable_ca_file_raises_configuration_error(self, tmp_path: Path) -> None:
        """The path is relative to the root, and the error names it."""
        (tmp_path / "empty.pem").write_text("")
        for name in ("missing.pem", "empty.pem"):
            with pytest.raises(ConfigurationError, match=f'smtp.ca_file = "{name}"'):
                mailer_for(9, security="starttls", root=tmp_path, ca_file=name).send([outgoing(1)], RecordingJournal())

    def test_require_certificates_without_tls_needs_no_file(self, tmp_path: Path) -> None:
        """A server on this machine is used without a certificate; a relay beside it is not."""
        require_certificates(SmtpSettings(ca_file="missing.pem"), tmp_path)
        relays = (RelaySettings(host="127.0.0.1"), RelaySettings(host="mx.gazette.example"))
        with pytest.raises(ConfigurationError, match=r"missing\.pem"):
            require_certificates(SmtpSettings(ca_file="missing.pem", relays=relays), tmp_path)

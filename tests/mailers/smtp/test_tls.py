"""The SMTP mailer and who it talks to: verified TLS, and a login only behind it."""

import ssl
from pathlib import Path

import pytest
from pydantic import SecretStr

from digest.errors import ConfigurationError, MailError
from digest.model.deliveries import Outcome
from tests.support.certificates import Authority, make_authority, self_signed
from tests.support.mailing import Notes, mailer_for, outgoing, send_one
from tests.support.smtp_server import HOST, PASSWORD, USER, at, honest_server, rogue_server


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that the mailer is told to trust."""
    return make_authority(tmp_path_factory.mktemp("authority"))


class TestLogin:
    """A password leaves only over TLS (or on this machine), and a refusal stops everything before the first message."""

    def test_login_over_starttls(self, authority: Authority, tmp_path: Path) -> None:
        """An aiosmtpd server that demands STARTTLS and a login gets both."""
        context = authority.server(tmp_path)
        with honest_server(context) as (port, log):
            receipt, _notes = send_one(
                port, security="starttls", username=USER, password=SecretStr(PASSWORD), ca_file=str(authority.file)
            )
        assert receipt.outcome is Outcome.SENT
        assert log.secure_logins == 1

    def test_a_refused_login_stops_everything(self) -> None:
        """535: one attempt with each offered method on one connection, one sentence, no message, no receipt."""
        notes = Notes()
        with (
            rogue_server(at("AUTH", "535 5.7.8 wrong for digest@gazette.example"), logins=True) as (port, log),
            pytest.raises(MailError) as caught,
        ):
            mailer_for(port, connections=8, security="none", username=USER, password=SecretStr(PASSWORD)).send(
                map(outgoing, range(1, 30)), notes
            )
        assert f"{HOST}:{port}" in str(caught.value)
        assert "535" in str(caught.value)
        assert PASSWORD not in str(caught.value)
        assert "@" not in str(caught.value)
        assert notes.receipts == []
        assert log.connections == 1
        assert "MAIL" not in log.commands

    def test_no_login_offered(self) -> None:
        """A user name for a server without AUTH is a fault of the settings, said so."""
        with rogue_server(lambda *_: None) as (port, log), pytest.raises(MailError, match="offers no login"):
            send_one(port, security="none", username=USER, password=SecretStr(PASSWORD))
        assert "MAIL" not in log.commands

    def test_a_login_that_is_refused_for_now_is_tried_again(self) -> None:
        """454 is not a wrong password."""
        first = iter(["454 4.7.0 later", "454 4.7.0 later"])  # PLAIN and LOGIN of the first connection
        with rogue_server(lambda here, _: next(first, None) if here == "AUTH" else None, logins=True) as (port, log):
            receipt, _notes = send_one(port, security="none", username=USER, password=SecretStr(PASSWORD))
        assert (receipt.outcome, log.connections) == (Outcome.SENT, 2)


class TestTls:
    """TLS is verified, and never silently absent."""

    def _refused(self, port: int, says: str, authority: Authority | None, security: str = "starttls") -> None:
        notes = Notes()
        file = str(authority.file) if authority else ""
        with pytest.raises(MailError, match=says):
            mailer_for(
                port, security=security, username=USER, password=SecretStr(PASSWORD), ca_file=file, connections=3
            ).send(map(outgoing, range(1, 5)), notes)
        assert notes.receipts == []

    @pytest.mark.parametrize("kind", ["self-signed", "wrong name", "expired", "unknown authority"])
    def test_a_certificate_that_proves_nothing_is_refused(
        self, kind: str, authority: Authority, tmp_path: Path
    ) -> None:
        """No login and no message for a server that cannot prove its name."""
        contexts = {
            "self-signed": lambda: self_signed(tmp_path),
            "wrong name": lambda: authority.server(tmp_path, name="other.example"),
            "expired": lambda: authority.server(tmp_path, days=-1),
            "unknown authority": lambda: authority.server(tmp_path),
        }
        trusted = None if kind == "unknown authority" else authority
        with rogue_server(lambda *_: None, tls=contexts[kind](), logins=True) as (port, log):
            self._refused(port, "certificate of the mail server .* is not trusted", trusted)
        assert not {"AUTH", "MAIL"} & set(log.commands)

    def test_starttls_that_is_not_offered_is_missed(self, authority: Authority) -> None:
        """A server without STARTTLS, or one from whose EHLO somebody has cut it, gets neither password nor mail."""
        with rogue_server(lambda *_: None, logins=True) as (port, log):
            self._refused(port, "does not offer STARTTLS", authority)
        assert not {"STARTTLS", "AUTH", "MAIL"} & set(log.commands)

    def test_starttls_that_is_refused_ends_it(self, authority: Authority, tmp_path: Path) -> None:
        """Announced and then refused is no way either."""
        with rogue_server(at("STARTTLS", "501 no"), tls=authority.server(tmp_path), logins=True) as (port, log):
            self._refused(port, "refused STARTTLS with 501", authority)
        assert not {"AUTH", "MAIL"} & set(log.commands)

    def test_what_is_injected_before_tls_is_not_believed(self, authority: Authority, tmp_path: Path) -> None:
        """A reply put behind the 220 by somebody in the middle announces a login; the server itself offers none."""
        injected = "\r\n250-mail.example\r\n250 AUTH PLAIN LOGIN"
        with rogue_server(lambda *_: None, tls=authority.server(tmp_path), injected=injected) as (port, log):
            self._refused(port, "offers no login|TLS handshake|cannot be used", authority)
        assert not {"AUTH", "MAIL"} & set(log.commands)

    def test_tls_from_the_first_byte(self, authority: Authority, tmp_path: Path) -> None:
        """Security "tls" works with the authority's file, and is refused without it."""
        context = authority.server(tmp_path)
        with rogue_server(lambda *_: None, immediate=context) as (port, log):
            receipt, _notes = send_one(port, security="tls", ca_file=str(authority.file))
            assert receipt.outcome is Outcome.SENT
            self._refused(port, "is not trusted", None, security="tls")
        assert len(log.accepted) == 1

    def test_old_tls_is_refused(self, authority: Authority, tmp_path: Path) -> None:
        """A server that speaks at most TLS 1.1 gets nothing."""
        context = authority.server(tmp_path)
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            context.minimum_version = ssl.TLSVersion.TLSv1
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with rogue_server(lambda *_: None, tls=context, logins=True) as (port, log):
            self._refused(port, "TLS handshake|STARTTLS failed", authority)
        assert not {"AUTH", "MAIL"} & set(log.commands)

    def test_a_missing_authority_file_is_a_setting_to_mend(self, tmp_path: Path) -> None:
        """The file is looked for from the root, and named when it cannot be read."""
        (tmp_path / "empty.pem").write_text("")
        for name in ("missing.pem", "empty.pem"):
            with pytest.raises(ConfigurationError, match=f'smtp.ca_file = "{name}"'):
                mailer_for(9, security="starttls", root=tmp_path, ca_file=name).send([outgoing(1)], Notes())

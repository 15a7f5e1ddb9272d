"""The whole way through real servers: Postfix delivers or bounces, Dovecot serves what came back."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dkim
import pytest

from digest import bootstrap
from digest.clock import SystemClock
from digest.model.deliveries import Claim
from digest.settings.load import load
from tests.support.installation import DAY, Installation, day
from tests.support.mail_servers import PASSWORD, dovecot, mail_folder, postfix, wait_for_mail
from tests.support.ports import reserved_port
from tests.support.smtp_server import HOST


@pytest.fixture
def folder() -> Iterator[Path]:
    """The folder of the servers, with an empty folder for the users' mail."""
    with mail_folder() as found:
        yield found


def configure(site: Installation, smtp_port: int, imap_port: int) -> str:
    """A site that signs its mail and reads bounces over IMAP; its DNS record."""
    made = site.run("init", "keys", "--dkim", "--domain", "gazette.example", "--selector", "one").fine()
    smtp = f"""\
host = "127.0.0.1"
port = {smtp_port}
bounce_domain = "readers.example"

[dkim]
key = "keys/dkim/one.pem"
selector = "one"

[bounces]
source = "imap://bounce@{HOST}:{imap_port}/INBOX"
"""
    site.configure(smtp=smtp)
    site.write("feed.xml", day())
    site.write(".env", f"BOUNCES_PASSWORD={PASSWORD}\n").chmod(0o600)
    found = re.search(r'IN TXT "(.*)"', made.out)
    assert found is not None
    return found[1]


@pytest.mark.needs("root")
@pytest.mark.needs("postfix")
@pytest.mark.needs("dovecot")
def test_send_to_an_unknown_user_bounces_over_imap_and_suppresses_exactly_that_reader(
    folder: Path, tmp_path: Path
) -> None:
    """A known user gets the message that was signed, byte by byte."""
    site = Installation(tmp_path)
    with (
        reserved_port() as smtp_port,
        reserved_port() as imap_port,
        postfix(folder, smtp_port, "readers.example", ["anna", "bounce"]),
        dovecot(folder, imap_port),
    ):
        record = configure(site, smtp_port, imap_port)
        site.subscribe("anna@readers.example", "gone@readers.example")
        site.run("send", "--date", DAY, "--yes").fine()
        (arrived,) = wait_for_mail(folder / "mail" / "anna")
        wait_for_mail(folder / "mail" / "bounce")
        source = f"imap://bounce@{HOST}:{imap_port}/INBOX"
        (dry,) = site.run("bounces", source, "--dry-run", "--json").fine().json
        assert (dry["address"], dry["class"], dry["status"], dry["acted"]) == (
            "gone@readers.example",
            "hard",
            "5.1.1",
            False,
        )
        (row,) = site.run("bounces", source, "--json").fine().json
        assert row == {**dry, "acted": True}
        assert site.run("bounces", source, "--json").fine().json == []
        assert site.run("bounces", source.replace("/INBOX", "/Handled"), "--dry-run", "--json").fine().json == [dry]
    status = {one["email"]: one["status"] for one in site.run("subscribers", "list", "--json").fine().json}
    assert status == {"anna@readers.example": "confirmed", "gone@readers.example": "suppressed"}
    message = without_trace(arrived.read_bytes())
    with bootstrap.open_app(load(tmp_path / "config" / "digest.toml"), SystemClock()) as app:
        claim = Claim(1, 1, 1, "anna@readers.example", None, 0, "")
        assert message == bootstrap.message_composer(app)(claim).content
    assert_signed(message, record, tmp_path)


def without_trace(arrived: bytes) -> bytes:
    """A delivered message as it was sent, without the header lines of the servers on the way."""
    message = arrived.replace(b"\n", b"\r\n")
    return message[message.index(b"DKIM-Signature:") :]


def assert_signed(message: bytes, record: str, folder: Path) -> None:
    """Assert that the signature verifies with dkimpy, and with opendkim where it is installed."""
    assert dkim.verify(message, dnsfunc=lambda _name, timeout=5: record.encode())
    program = shutil.which("opendkim", path="/usr/sbin:/usr/bin")
    if program is not None:
        (folder / "keys.txt").write_text(f"one._domainkey.gazette.example {record}\n")
        (folder / "opendkim.conf").write_text(f"TestPublicKeys {folder}/keys.txt\nMode v\nMinimumKeyBits 2048\n")
        (folder / "message").write_bytes(message.replace(b"\r\n", b"\n"))
        command = [program, "-x", str(folder / "opendkim.conf"), "-t", str(folder / "message")]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "verification (s=one, d=gazette.example, 2048-bit key) succeeded" in ran.stdout + ran.stderr, ran


@pytest.mark.needs("dovecot")
def test_bounces_imap_wrong_password_or_folder_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    """And a server that is not there; nothing repeats the user's name."""
    site = Installation(tmp_path)
    site.write(".env", "BOUNCES_PASSWORD=wrong\n").chmod(0o600)
    with reserved_port() as port:
        url = f"imap://bounce@{HOST}:{port}/INBOX"
        with dovecot(folder, port):
            message = site.run("bounces", url, "--dry-run").failed(1, "refuses the user or the password")
            assert "bounce@" not in message
            site.write(".env", f"BOUNCES_PASSWORD={PASSWORD}\n")
            site.run("bounces", url.replace("INBOX", "Nothing"), "--dry-run").failed(1, "there is no such folder")
            assert site.run("bounces", url, "--dry-run", "--json").fine().json == []
        site.run("bounces", url, "--dry-run").failed(1, "connection refused")


@pytest.mark.needs("dovecot")
def test_check_bounces_imap_mailbox_is_opened_with_the_password(folder: Path, tmp_path: Path) -> None:
    """A password that the server does not accept fails, before `digest run` would notice it."""
    site = Installation(tmp_path)
    site.write("feed.xml", day())
    with reserved_port() as port, dovecot(folder, port):
        site.configure(smtp=f'[bounces]\nsource = "imap://bounce@{HOST}:{port}/INBOX"')
        site.write(".env", f"BOUNCES_PASSWORD={PASSWORD}\n").chmod(0o600)
        (right,) = site.run("check", "--only", "bounces", "--json").fine().json
        site.write(".env", "BOUNCES_PASSWORD=wrong\n")
        (wrong,) = site.run("check", "--only", "bounces", "--json").json
    assert (right["check"], right["level"], wrong["level"]) == ("bounces", "ok", "fail")
    assert "refuses the user or the password" in wrong["says"]

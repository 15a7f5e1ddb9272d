"""`digest init --dkim`, `digest dkim rotate`, and signed messages at a real server."""

import logging
import re
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from tests.support.installation import DAY, SLOT, Installation, Ran, day
from tests.support.smtp_server import Behaviour, Log, rogue_server

_READERS = ("anna@reader.example", "boris@reader.example")


class _Server:
    """A server that defers the first reader's message while `busy`."""

    def __init__(self) -> None:
        self.busy = False
        self.port = 0
        self.log = Log()

    def behave(self, step: str, argument: str) -> Behaviour:
        """A temporary refusal of one recipient."""
        return "451 4.3.0 try again later" if self.busy and step == "RCPT" and "anna" in argument else None


@pytest.fixture
def server() -> Iterator[_Server]:
    """An SMTP server on loopback."""
    server = _Server()
    with rogue_server(server.behave) as (port, log):
        server.port, server.log = port, log
        yield server


def _configure(site: Installation, dkim_lines: str, port: int = 25) -> Installation:
    smtp = f'host = "127.0.0.1"\nport = {port}\n\n[dkim]\n{dkim_lines}'
    return site.configure(smtp=smtp)


def _records(*runs: Ran) -> dict[bytes, bytes]:
    """The DNS records that commands printed, by name."""
    found = re.findall(r'^(\S+) IN TXT "(.*)"$', "\n".join(ran.out for ran in runs), re.MULTILINE)
    return {name.encode(): value.encode() for name, value in found}


def _is_valid(message: bytes, records: dict[bytes, bytes]) -> bool:
    valid: bool = dkim.verify(message, dnsfunc=lambda name, timeout=5: records.get(name))
    return valid


def test_init_dkim_writes_key_and_table_and_prints_the_record(tmp_path: Path) -> None:
    """The installation that it has just made signs its messages, and the printed record verifies them."""
    site = Installation(tmp_path)
    ran = site.run("init", "--dkim", "--domain", "gazette.example", "--selector", "morning").fine()
    key = tmp_path / "dkim" / "morning.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert ran.out.splitlines()[-1].startswith('morning._domainkey.gazette.example. IN TXT "v=DKIM1; k=rsa; p=MII')
    assert len(ran.out.splitlines()[-1]) > 400
    site.run("send", "--outbox", "out").fine()
    (message,) = (file.read_bytes() for file in (tmp_path / "out").iterdir())
    assert _is_valid(message, _records(ran))
    assert "PRIVATE" not in ran.out + ran.err


def test_init_dkim_of_another_domain_makes_that_the_senders_domain(tmp_path: Path) -> None:
    """A signature counts only for the domain in `From`; every command refused what `init` had just written."""
    site = Installation(tmp_path)
    ran = site.run("init", "--dkim", "--domain", "News.Portal.example").fine()
    assert ran.out.splitlines()[-1].startswith("digest1._domainkey.news.portal.example. IN TXT")
    assert "an address at news.portal.example" in ran.err
    site.run("send", "--outbox", "out").fine()
    (message,) = (file.read_bytes() for file in (tmp_path / "out").iterdir())
    assert b"\r\nFrom: Harbour Gazette <news@news.portal.example>\r\n" in message
    assert _is_valid(message, _records(ran))


def test_init_dkim_of_existing_configuration_prints_the_lines(tmp_path: Path) -> None:
    """Neither the configuration nor the key is overwritten; a repeated command prints the same record."""
    site = Installation(tmp_path).configure()
    before = (tmp_path / "config/digest.toml").read_bytes()
    first = site.run("init", "--dkim").fine()
    key = (tmp_path / "dkim/digest1.pem").read_bytes()
    second = site.run("init", "--dkim").fine()
    assert (tmp_path / "config/digest.toml").read_bytes() == before
    assert (tmp_path / "dkim/digest1.pem").read_bytes() == key
    assert not (tmp_path / "templates").exists()  # a copy of the theme would hide what an update improves
    assert _records(first) == _records(second) != {}
    lines = '[dkim]\nkey = "dkim/digest1.pem"\nselector = "digest1"\ndomain = "gazette.example"\n'
    assert lines in first.err
    _configure(site, lines.removeprefix("[dkim]\n"))
    site.run("init", "--dkim").failed(1, "names a key already", "digest dkim rotate")


def test_init_dkim_makes_a_key_that_the_configuration_names(tmp_path: Path) -> None:
    """The error about a missing key names this command, so it makes that key, and its record has that selector."""
    site = _configure(Installation(tmp_path), 'key = "keys/private.pem"\nselector = "autumn"')
    site.write("feed.xml", day())
    site.run("send", "--date", DAY, "--to", "a@reader.example", now=SLOT).failed(2, "digest init --dkim")
    ran = site.run("init", "--dkim").fine()
    assert list(_records(ran)) == [b"autumn._domainkey.gazette.example."]
    assert (tmp_path / "keys/private.pem").is_file()
    assert not (tmp_path / "dkim").exists()


def test_init_domain_without_dkim_is_wrong_usage(tmp_path: Path) -> None:
    """Exit code 2, and nothing is written."""
    Installation(tmp_path).run("init", "--domain", "gazette.example").failed(2, "are for --dkim; add it")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", [("--domain", "two words"), ("--selector", "../key"), ("--selector", "ключ")])
def test_init_dkim_with_impossible_name_is_refused(tmp_path: Path, option: tuple[str, str]) -> None:
    """A name that DNS does not have makes no key."""
    Installation(tmp_path).run("init", "--dkim", *option).failed(2, "expected a name in DNS")
    assert not (tmp_path / "dkim").exists()


def test_dkim_rotate_makes_the_next_key_once(tmp_path: Path) -> None:
    """It prints the record, the lines to change, and how long the old key is needed; a second run changes nothing."""
    site = Installation(tmp_path)
    site.run("init", "--dkim").fine()
    ran = site.run("dkim", "rotate", now=SLOT).fine()
    assert list(_records(ran)) == [b"digest2._domainkey.gazette.example."]
    assert 'key = "dkim/digest2.pem"' in ran.err
    assert f"both may go on {(SLOT + timedelta(days=7.5, hours=26)).date()}" in ran.err
    again = site.run("dkim", "rotate", now=SLOT).fine()
    assert _records(again) == _records(ran)
    assert "exists, left unchanged" in again.err


def test_dkim_rotate_refuses_another_key_under_the_selectors_name(tmp_path: Path) -> None:
    """It would sign the retries of the current selector's messages, and nobody could verify them."""
    site = Installation(tmp_path)
    site.run("init", "--dkim").fine()
    (tmp_path / "dkim/digest1.pem").rename(tmp_path / "dkim/private.pem")
    _configure(site, 'key = "dkim/private.pem"\nselector = "digest1"')
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    site.write("dkim/digest1.pem", _pem(other))
    site.run("dkim", "rotate").failed(2, "dkim/digest1.pem is not the key of selector digest1", "rename it")
    assert not (tmp_path / "dkim/digest2.pem").exists()


def test_dkim_rotate_without_key_names_the_command(tmp_path: Path) -> None:
    """The first key is made by `init`."""
    Installation(tmp_path).configure().run("dkim", "rotate").failed(2, "digest init --dkim")


@pytest.mark.parametrize("name", ["digest1.pem", "private.pem"])
def test_retry_after_rotation_has_the_signature_of_its_issue(tmp_path: Path, server: _Server, name: str) -> None:
    """A deferred message is signed with the key that was current when its issue was frozen; a new issue is not.

    Also if that key's file is not named like its selector.
    """
    site = Installation(tmp_path)
    first = site.run("init", "--dkim").fine()
    (tmp_path / "dkim/digest1.pem").rename(tmp_path / "dkim" / name)
    _configure(site, f'key = "dkim/{name}"\nselector = "digest1"', server.port)
    site.write("feed.xml", day())
    site.subscribe(*_READERS)
    server.busy = True
    site.run("send", "--date", DAY, "--yes", now=SLOT).failed(1, "1 deferred")
    second = site.run("dkim", "rotate").fine()
    _configure(site, 'key = "dkim/digest2.pem"\nselector = "digest2"', server.port)
    server.busy = False
    site.run("send", "--date", DAY, "--yes", now=SLOT + timedelta(minutes=10)).fine()
    site.run("send", "--date", DAY, "--to", "anna@reader.example", now=SLOT).fine()
    messages = [one.content for one in server.log.accepted]
    assert [re.findall(rb"; s=(\w+);", one) for one in messages] == [[b"digest1"], [b"digest1"], [b"digest2"]]
    assert all(_is_valid(one, _records(first, second)) for one in messages)


def test_retry_with_lost_key_is_signed_with_the_current_one(
    tmp_path: Path, server: _Server, caplog: pytest.LogCaptureFixture
) -> None:
    """A key that was deleted too early is a warning, not a lost message."""
    site = Installation(tmp_path)
    site.run("init", "--dkim").fine()
    _configure(site, 'key = "dkim/digest1.pem"\nselector = "digest1"', server.port)
    site.write("feed.xml", day())
    site.subscribe(*_READERS)
    server.busy = True
    site.run("send", "--date", DAY, "--yes", now=SLOT).failed(1, "1 deferred")
    site.run("dkim", "rotate").fine()
    (tmp_path / "dkim/digest1.pem").unlink()
    _configure(site, 'key = "dkim/digest2.pem"\nselector = "digest2"', server.port)
    server.busy = False
    with caplog.at_level(logging.WARNING):
        site.run("send", "--date", DAY, "--yes", now=SLOT + timedelta(minutes=10)).fine()
    assert "the DKIM key of selector digest1 is gone" in caplog.text
    assert b"; s=digest2;" in server.log.accepted[-1].content


def _pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"secret-not-a-key", "is not a private key in PEM format"),
        (_pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)), "has 1024 bits; expected at least 2048"),
        (_pem(ed25519.Ed25519PrivateKey.generate()), "is not an RSA key"),
    ],
)
def test_send_with_unusable_key_exits_2_before_anything(
    tmp_path: Path, server: _Server, content: bytes | None, problem: str
) -> None:
    """One sentence that names the file, without anything of its content; nothing is frozen or sent."""
    site = _configure(Installation(tmp_path), 'key = "key.pem"\nselector = "digest1"', server.port)
    site.write("feed.xml", day())
    site.subscribe(*_READERS)
    if content is not None:
        site.write("key.pem", content)
    message = site.run("send", "--date", DAY, "--yes", now=SLOT).failed(2, problem, "key.pem")
    assert "secret" not in message
    assert server.log.accepted == []
    assert site.run("editions", "--json").json == []


def test_check_configuration_of_a_missing_key_names_the_key_once(tmp_path: Path) -> None:
    """Not as a fault of each edition's theme."""
    editions = ['name = "daily"', 'name = "evening"']
    site = Installation(tmp_path).configure(editions=editions, smtp='\n[dkim]\nkey = "key.pem"\nselector = "digest1"')
    (fault,) = site.run("check", "--only", "configuration", "--json").json
    assert fault["level"] == "fail"
    assert fault["says"].startswith("dkim.key: ")


def test_key_that_everybody_can_read_is_warned_about(
    tmp_path: Path, server: _Server, caplog: pytest.LogCaptureFixture
) -> None:
    """The message is sent, and the warning says what to do."""
    site = Installation(tmp_path)
    site.run("init", "--dkim").fine()
    (tmp_path / "dkim/digest1.pem").chmod(0o644)
    with caplog.at_level(logging.WARNING):
        site.run("send", "--outbox", "out").fine()
    assert re.search(r"can read \S+digest1\.pem; `chmod 600 ", caplog.text)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('key = "k.pem"\nselector = "a"\ndomain = "other.example"', '"other.example" is not a domain of the sender'),
        ('key = "k.pem"\nselector = "a"\ndomain = "azette.example"', '"azette.example" is not a domain of the sender'),
        ('key = "k.pem"', "expected both `key` and `selector`"),
        ('key = "k.pem"\nselector = "a b"', "expected a name in DNS"),
    ],
)
def test_wrong_dkim_table_exits_2(tmp_path: Path, lines: str, problem: str) -> None:
    """A signature of another domain would not be aligned with From (RFC 7489, 3.1), so receivers would ignore it."""
    _configure(Installation(tmp_path), lines).run("status").failed(2, problem)


def test_edition_with_sender_of_another_domain_cannot_be_signed(tmp_path: Path) -> None:
    """An edition's own `from` is compared with the signing domain as well."""
    edition = 'name = "daily"\nfrom = "Daily <daily@other.example>"'
    smtp = '\n[dkim]\nkey = "k.pem"\nselector = "a"'
    Installation(tmp_path).configure(editions=[edition], smtp=smtp).run("status").failed(2, 'expected "other.example"')

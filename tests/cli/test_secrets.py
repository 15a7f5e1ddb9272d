"""Canaries: no secret and no reader's address leaves a command that fails, on stdout, on stderr or in a log."""

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from digest import bootstrap
from digest.mailers.smtp.mailer import SmtpMailer
from digest.protocols import Mailer
from digest.settings.schema import Settings
from tests.support.installation import DAY, Installation, Ran, day
from tests.support.smtp_server import Do, at, rogue_server

PASSWORD = "canary-password-8271"
READER = "canary.reader@reader.example"
NAME = "Canaria Readerova"
AUTH_PLAIN = base64.b64encode(f"\0digest\0{PASSWORD}".encode()).decode()
CANARIES = (PASSWORD, AUTH_PLAIN[8:-8], READER, "canary.reader", NAME)


@pytest.fixture(autouse=True)
def short_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that fails is tried again within a moment."""

    def mailer(settings: Settings) -> Mailer:
        return SmtpMailer(settings.smtp, settings.root, retry_delays=(0.01,))

    monkeypatch.setattr(bootstrap, "smtp_mailer", mailer)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    """An installation with one reader, whose every message may end in the log."""
    site = Installation(tmp_path).configure()
    site.write("feed.xml", day())
    site.run("subscribers", "add", READER, "--name", NAME).fine()
    yield site
    files = [site.folder / name for name in site.files() if name.endswith((".log", ".txt"))]
    assert not [file for file in files if any(canary in file.read_text() for canary in CANARIES)]


def _assert_no_secret(ran: Ran, log: pytest.LogCaptureFixture, code: int = 1) -> None:
    assert ran.code == code, ran
    said = ran.out + ran.err + log.text
    assert "Traceback" not in said
    for canary in CANARIES:
        assert canary not in said, said


@pytest.mark.parametrize(
    ("step", "behaviour"),
    [
        ("AUTH", f"535 5.7.8 {PASSWORD} of {READER} is wrong"),
        ("AUTH", f"500 5.5.2 unknown: AUTH PLAIN {AUTH_PLAIN}"),
        ("CONNECT", f"554 5.7.1 go away {READER}"),
        ("MAIL", f"530 5.7.0 {READER} may not"),
        ("RCPT", f"451 4.2.2 <{READER}> is over quota"),
        ("RCPT", f"450 4.2.2 mailbox of {READER} busy"),
        ("MESSAGE", f"554 5.7.1 message to {READER} is spam"),
        ("MESSAGE", Do.DROP),
    ],
)
def test_send_secrets_repeated_by_the_server_are_not_shown(
    site: Installation, caplog: pytest.LogCaptureFixture, step: str, behaviour: Do | str
) -> None:
    """Servers quote what they were sent; neither the output nor the stored reason repeats it."""
    with rogue_server(at(step, behaviour), logins=True) as (port, _log):
        site.configure(smtp=f'host = "127.0.0.1"\nport = {port}\nusername = "digest"')
        secret = {"SMTP_PASSWORD": PASSWORD}
        _assert_no_secret(site.run("-v", "send", "--date", DAY, "--yes", env=secret), caplog)
        _assert_no_secret(site.run("-v", "send", "--date", DAY, "--to", READER, env=secret), caplog)
        for command in ("status", "status --json", "editions", "editions --json"):
            _assert_no_secret(site.run(*command.split(), env=secret), caplog, code=0)


def test_send_server_without_login_shows_no_password(site: Installation, caplog: pytest.LogCaptureFixture) -> None:
    """A server that offers no login is refused without the password."""
    with rogue_server(at("", None)) as (port, log):
        site.configure(smtp=f'host = "127.0.0.1"\nport = {port}\nusername = "digest"')
        _assert_no_secret(site.run("-v", "send", "--date", DAY, "--yes", env={"SMTP_PASSWORD": PASSWORD}), caplog)
        assert log.accepted == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql://digest:{}@127.0.0.1:1/digest", 1),
        ("postgresql://digest:{}@no-such-host.invalid/digest", 1),
        ("postgresql://digest@127.0.0.1:1/digest?password={}", 1),
        ("mysql://digest:{}@127.0.0.1/digest", 2),
        ("digest:{}@127.0.0.1", 2),
        ("postgresql://digest:{}@127.0.0.1:port/digest", 2),
    ],
)
def test_commands_database_password_is_not_shown(
    site: Installation, caplog: pytest.LogCaptureFixture, url: str, code: int
) -> None:
    """Neither a wrong URL nor an unreachable server shows it."""
    site.configure(database="$DATABASE_URL")
    for command in ("status", "migrate", "send --yes", "subscribers list", "preview"):
        _assert_no_secret(site.run("-v", *command.split(), env={"DATABASE_URL": url.format(PASSWORD)}), caplog, code)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:{}@127.0.0.1:1/portal",
        "mysql://reader:{}@127.0.0.1:1/portal",
        "oracle://reader:{}@127.0.0.1:1/portal",
        "reader:{}@127.0.0.1",
        "sqlite:///{}.db",
    ],
)
def test_collect_portal_database_password_is_not_shown(
    site: Installation, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    """The source is named, its URL is not shown."""
    site.configure(sources=['name = "db"\nkind = "sql"\nurl = "$PORTAL"\nquery = "SELECT url, title FROM articles"'])
    ran = site.run("-v", "collect", env={"PORTAL": url.format(PASSWORD)})
    if not url.startswith("sqlite"):  # a file's name is no secret
        _assert_no_secret(ran, caplog)
    ran.failed(1, "source db failed: ")


def test_collect_and_preview_login_in_a_feed_url_is_not_shown(
    site: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """From the configuration and from the command line."""
    url = f"http://editor:{PASSWORD}@127.0.0.1:1/rss.xml"
    site.configure(sources=[f'name = "main"\nkind = "feed"\nurl = "{url}"'])
    for command in (["collect"], ["preview"], ["rank"], ["preview", "--feed", url]):
        _assert_no_secret(site.run("-v", *command), caplog)


def test_commands_misplaced_secret_is_not_shown(site: Installation, caplog: pytest.LogCaptureFixture) -> None:
    """A password in the file, or a wrong key beside it, is refused without its value."""
    site.configure(smtp=f'password = "{PASSWORD}"')
    _assert_no_secret(site.run("status"), caplog, code=2)
    site.configure(sources=[f'name = "db"\nkind = "sql"\nurl = ["{PASSWORD}"]\nquery = "SELECT 1"'])
    ran = site.run("status")
    assert ran.code == 2
    site.write(".env", f"SMTP_PASSWORD={PASSWORD}\nPORTAL=postgresql://r:{PASSWORD}@db.example/p\n")
    site.configure(sources=['name = "db"\nkind = "sqll"\nurl = "$PORTAL"\nquery = "SELECT 1"'])
    _assert_no_secret(site.run("status"), caplog, code=2)


def test_import_bad_row_shows_no_address(site: Installation, caplog: pytest.LogCaptureFixture) -> None:
    """The import names lines, not people."""
    site.write("readers.csv", f'email,name\n{READER} ,{NAME}\n{READER}x@,{NAME}\n"{READER}\nBcc: {READER}",{NAME}\n')
    _assert_no_secret(site.run("-v", "subscribers", "import", "readers.csv"), caplog, code=0)
    site.write("readers.csv", f"{READER},{NAME}\n")
    _assert_no_secret(site.run("-v", "subscribers", "import", "readers.csv"), caplog, code=2)
    for command in ("add", "remove"):
        _assert_no_secret(site.run("-v", "subscribers", command, f"{READER}\r\nBcc: x"), caplog, code=2)
    _assert_no_secret(site.run("-v", "send", "--to", f"{READER}\n"), caplog, code=2)
    _assert_no_secret(site.run("-v", "preview", "--for", f"{READER}@"), caplog, code=2)


def test_send_invalid_address_in_the_store_is_not_logged(site: Installation, caplog: pytest.LogCaptureFixture) -> None:
    """A row of an old version bounces in our own check, without its address in the log."""
    with closing(sqlite3.connect(site.folder / "digest.db")) as store, store:
        store.execute("UPDATE subscriber SET email = ?", (f"{READER}\r\nBcc: x@victim.example",))
    with rogue_server(at("", None)) as (port, log):
        site.configure(smtp=f'host = "127.0.0.1"\nport = {port}')
        _assert_no_secret(site.run("-v", "send", "--date", DAY, "--yes"), caplog, code=0)
        assert log.accepted == []
    assert site.status()["bounced"] == 1

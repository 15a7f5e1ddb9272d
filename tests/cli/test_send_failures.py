"""`digest send` with a mail server that misbehaves: one sentence, exit code 1, and a ledger that adds up."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest import bootstrap
from digest.mailers.smtp.mailer import SmtpMailer
from digest.mailers.smtp.reply_timer import Deadlines
from digest.protocols import Mailer
from digest.settings.schema import Settings
from tests.support.installation import DAY, Installation, day
from tests.support.smtp_server import Behaviour, Decide, Do, Log, at, rogue_server

READERS = ("anna@reader.example", "boris@reader.example", "carla@reader.example")
ISSUE = f"daily/{DAY}"
NOW = datetime(2025, 6, 2, 5, tzinfo=UTC)


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our side tries a connection that fails three times within a moment, not within a quarter of a minute."""
    _wait_less(monkeypatch, Deadlines())


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our side waits for a server for a second at most, instead of for minutes."""
    _wait_less(monkeypatch, Deadlines(connect=0.5, command=1, transfer=60, answer=0.5, quit=0.2))


def _wait_less(monkeypatch: pytest.MonkeyPatch, deadlines: Deadlines) -> None:
    def mailer(settings: Settings) -> Mailer:
        return SmtpMailer(settings.smtp, settings.root, deadlines=deadlines, retry_delays=(0.01, 0.01))

    monkeypatch.setattr(bootstrap, "smtp_mailer", mailer)


class Server:
    """A rogue server whose behaviour can be changed while it runs."""

    def __init__(self) -> None:
        self.decide: Decide = at("", None)
        self.port = 0
        self.log = Log()

    def behave(self, step: str, argument: str) -> Behaviour:
        """What it does at a step, as it was told last."""
        return self.decide(step, argument)


@pytest.fixture
def server() -> Iterator[Server]:
    """An SMTP server that is honest until it is told otherwise, and takes any login."""
    server = Server()
    with rogue_server(server.behave, logins=True) as (port, log):
        server.port, server.log = port, log
        yield server


@pytest.fixture
def site(tmp_path: Path, server: Server) -> Installation:
    """An installation with five articles and three readers, that logs in at the server."""
    site = Installation(tmp_path)
    site.configure(smtp=f'host = "127.0.0.1"\nport = {server.port}\nusername = "digest"')
    site.write("feed.xml", day())
    site.subscribe(*READERS)
    return site


def _for(reader: str, step: str, reply: str) -> Decide:
    return lambda here, argument: reply if here == step and reader in argument else None


def _got(server: Server) -> Counter[str]:
    return Counter(message.recipient for message in server.log.accepted)


def _send(site: Installation, *more: str, later: timedelta = timedelta(0)) -> str:
    """The output of a send that must fail with exit code 1."""
    ran = site.run("send", "--date", DAY, "--yes", *more, now=NOW + later)
    return ran.failed(1)


def test_a_login_that_is_refused(site: Installation, server: Server) -> None:
    """It is said what to check; nobody got anything, and with the right password the same send goes on."""
    server.decide = at("AUTH", "535 5.7.8 authentication failed")
    says = site.spawn("send", "--date", DAY, "--yes", env={"SMTP_PASSWORD": "wrong"}).failed(1)
    assert "refused the login with 535" in says
    assert "SMTP_PASSWORD" in says
    assert site.standing()["planned"] == 3
    server.decide = at("", None)
    site.spawn("send", "--date", DAY, "--yes", env={"SMTP_PASSWORD": "right"}).fine()
    assert _got(server) == Counter(READERS)


@pytest.mark.usefixtures("brisk")
def test_no_server(site: Installation) -> None:
    """Nothing listens there: host and port are named, and all is still planned."""
    site.configure(smtp='host = "127.0.0.1"\nport = 1')
    says = _send(site)
    assert "the mail server 127.0.0.1:1 cannot be used" in says
    assert "connection refused" in says.lower()
    assert (site.standing()["state"], site.standing()["planned"]) == ("sending", 3)
    site.run("send", "--date", DAY, "--to", "me@gazette.example").failed(1, "127.0.0.1:1 cannot be used")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("step", "behaviour", "state", "left"),
    [
        ("CONNECT", Do.HANG, "sending", "planned"),
        ("CONNECT", Do.BABBLE, "sending", "planned"),
        ("CONNECT", "421 4.3.2 too busy", "sending", "planned"),
        ("EHLO", Do.DROP, "sending", "planned"),
        ("MAIL", Do.HANG, "sending", "deferred"),
        ("RCPT", Do.DROP, "sending", "deferred"),
        ("BODY", Do.DROP, "sending", "deferred"),
        ("MESSAGE", Do.HANG, "done", "unknown"),
        ("MESSAGE", Do.TAKE_AND_DROP, "done", "unknown"),
        ("MAIL", "530 5.7.0 not from you", "paused", "planned|deferred"),
        ("MESSAGE", "550 5.7.1 by our policy", "paused", "planned|deferred"),
    ],
)
def test_a_server_that_hangs_drops_or_refuses(
    site: Installation, server: Server, step: str, behaviour: Do | str, state: str, left: str
) -> None:
    """Exit code 1 with a sentence, and each reader stands where the last word about him leaves him."""
    server.decide = at(step, behaviour)
    _send(site)
    row = site.standing()
    assert row["state"] == state
    assert row["audience"] == sum(row[name] for name in left.split("|")) == 3
    site.run("send", "--date", DAY, "--to", "me@gazette.example", now=NOW).failed(1)
    assert site.standing() == row


@pytest.mark.usefixtures("brisk")
def test_a_connection_that_drops_in_the_middle(site: Installation, server: Server) -> None:
    """What was accepted is sent, the rest is tried again; in the end each reader has one message."""
    seen: list[str] = []

    def drop_the_second(step: str, _argument: str) -> Do | None:
        seen.append(step)
        return Do.DROP if step == "BODY" and seen.count("BODY") == 2 else None

    server.decide = drop_the_second
    site.configure(smtp=f'host = "127.0.0.1"\nport = {server.port}\nconnections = 1')
    assert "1 deferred" in _send(site)
    row = site.standing()
    assert (row["sent"], row["deferred"], row["state"]) == (2, 1, "sending")
    site.run("send", "--date", DAY, "--yes", now=NOW + timedelta(minutes=10)).fine()
    assert _got(server) == Counter(READERS)
    assert site.standing()["state"] == "done"


def test_a_deferred_reader_gets_it_once_it_is_due(site: Installation, server: Server) -> None:
    """Exit code 1 with their number, also while nothing is due; the later send delivers to that one alone."""
    server.decide = _for("boris", "RCPT", "451 4.3.0 try again later")
    assert _send(site) == f"digest: {ISSUE}: 1 deferred; `digest run` or the next send retries"
    server.decide = at("", None)
    assert "1 deferred" in _send(site, later=timedelta(minutes=1))
    assert _got(server) == Counter([READERS[0], READERS[2]])
    ran = site.run("send", "--date", DAY, "--yes", now=NOW + timedelta(minutes=10)).fine()
    assert ran.out == f"{ISSUE}: 3 sent of 3\n"
    assert _got(server) == Counter(READERS)


def test_a_reader_who_bounced_is_no_failure(site: Installation, server: Server) -> None:
    """Exit code 0; the server's word about one reader is not ours about the issue."""
    server.decide = _for("boris", "RCPT", "550 5.1.1 no such mailbox")
    ran = site.run("send", "--date", DAY, "--yes").fine()
    assert ran.out == f"{ISSUE}: 2 sent, 1 bounced of 3\n"
    assert site.standing()["bounced"] == 1
    assert "nothing is left" in site.run("send", "--date", DAY, "--yes").fine().out


def test_a_reader_who_leaves_meanwhile(site: Installation, server: Server) -> None:
    """What is planned for him is cancelled, and that is no failure."""
    server.decide = _for("boris", "RCPT", "451 4.3.0 try again later")
    _send(site)
    site.run("subscribers", "remove", "boris@reader.example").fine()
    ran = site.run("send", "--date", DAY, "--yes", now=NOW + timedelta(minutes=10)).fine()
    assert "2 sent, 1 cancelled" in ran.out
    assert _got(server) == Counter([READERS[0], READERS[2]])


@pytest.mark.usefixtures("brisk")
def test_messages_that_may_have_arrived(site: Installation, server: Server) -> None:
    """They are not sent again by themselves; `--resend-unknown` does it on the operator's word."""
    server.decide = lambda step, argument: Do.DROP if step == "MESSAGE" and "carla" in argument else None
    assert "1 unknown" in _send(site)
    server.decide = at("", None)
    again = site.run("send", "--date", DAY, "--yes", now=NOW).fine()
    assert again.out == f"{ISSUE}: nothing is left to send (2 sent, 1 unknown)\n"
    ran = site.run("send", "--resend-unknown", ISSUE, now=NOW).fine()
    assert "1 unknown messages are sent again" in ran.out
    assert _got(server) == Counter(READERS)
    assert site.standing()["sent"] == 3


def test_a_paused_issue_goes_on_when_it_is_told_to(site: Installation, server: Server) -> None:
    """Paused by the server's refusal or by hand: exit code 1 and why; --resume sends the rest, once to each."""
    server.decide = at("MAIL", "530 5.7.0 not from you")
    assert "paused: the mail server refuses us: 530" in _send(site)
    server.decide = at("", None)
    says = _send(site)
    assert f"{ISSUE} is paused: the mail server refuses us: 530" in says
    assert f"`digest send --resume {ISSUE}` continues" in says
    assert _got(server) == Counter()
    site.run("send", "--resume", ISSUE, now=NOW).fine()
    assert _got(server) == Counter(READERS)


def test_pause_and_cancel_by_hand(site: Installation, server: Server) -> None:
    """`pause` stops what is going; `cancel` stops it for good, and the parts still add up."""
    server.decide = _for("boris", "RCPT", "451 4.3.0 try again later")
    _send(site)
    assert site.run("pause", ISSUE).fine().out == f"{ISSUE}: paused\n"
    site.run("pause", ISSUE).failed(1, f"{ISSUE} is already paused")
    assert f"{ISSUE} is paused: paused by hand" in _send(site, later=timedelta(minutes=10))
    assert site.run("cancel", ISSUE).fine().out == f"{ISSUE}: cancelled\n"
    assert f"{ISSUE} is cancelled" in _send(site, later=timedelta(minutes=10))
    site.run("send", "--resume", ISSUE).failed(1, f"{ISSUE} is cancelled")
    site.run("cancel", ISSUE).failed(1, f"{ISSUE} is already cancelled")
    row = site.standing()
    assert (row["state"], row["sent"], row["cancelled"]) == ("cancelled", 2, 1)
    assert _got(server) == Counter([READERS[0], READERS[2]])


def test_what_is_too_late_expires(site: Installation, server: Server) -> None:
    """After the issue's deadline nothing more is tried, and the ledger says so."""
    server.decide = _for("boris", "RCPT", "451 4.3.0 try again later")
    _send(site)
    server.decide = at("", None)
    site.run("send", "--date", DAY, "--yes", now=NOW + timedelta(hours=13)).fine()
    row = site.standing()
    assert (row["state"], row["sent"], row["expired"]) == ("done", 2, 1)
    assert _got(server) == Counter([READERS[0], READERS[2]])


def test_a_full_disk_loses_nothing(site: Installation, server: Server) -> None:
    """The store has no room for the issue: one sentence; with room the same send reaches everybody once."""
    room = (site.folder / "digest.db").stat().st_size
    says = site.spawn("send", "--date", DAY, "--yes", largest_file=room).failed(1)
    assert "digest.db" in says
    assert "full" in says
    site.spawn("send", "--date", DAY, "--yes").fine()
    assert _got(server) == Counter(READERS)
    assert site.standing()["sent"] == 3

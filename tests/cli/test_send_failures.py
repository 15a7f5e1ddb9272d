"""`digest send` with a mail server that misbehaves: one sentence, exit code 1, and a ledger that adds up."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest import bootstrap
from digest.diagnostics.alerts.alerts import report_issues
from digest.mailers.smtp.mailer import SmtpMailer
from digest.mailers.smtp.reply_timer import Deadlines
from digest.protocols import Mailer
from digest.settings.load import load
from digest.settings.schema import Settings
from tests.support.full_disk import FullDisk, max_file_size
from tests.support.installation import DAY, FrozenClock, Installation, day
from tests.support.mailing import hasty
from tests.support.smtp_server import Behaviour, Decide, Do, Log, at, rogue_server

READERS = ("anna@reader.example", "boris@reader.example", "carla@reader.example")
ISSUE = f"daily/{DAY}"
NOW = datetime(2025, 6, 2, 5, tzinfo=UTC)


@pytest.fixture
def short_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our side tries a connection that fails three times within a moment, not within a quarter of a minute."""
    _wait_less(monkeypatch, Deadlines())


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
def site(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation with five articles and three readers, that logs in at the server."""
    monkeypatch.setenv("SMTP_PASSWORD", "tide-table-9")
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


def test_send_username_without_password_is_one_error_before_an_issue_is_made(
    site: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty password is tried at no server; `digest check` says the same."""
    monkeypatch.delenv("SMTP_PASSWORD")
    problem = "smtp.username: SMTP_PASSWORD is missing or empty; add SMTP_PASSWORD=… to .env"
    for given in ({}, {"SMTP_PASSWORD": ""}):
        site.run("send", "--date", DAY, "--yes", env=given).failed(2, problem)
    assert "no issue" in site.run("status").fine().out
    checked = site.run("check", "--only", "smtp", "--json")
    assert [(one["level"], one["says"][:31]) for one in checked.json] == [("fail", problem[:31])]


def test_send_refused_login_pauses_the_issue(site: Installation, server: Server) -> None:
    """The issue is paused, and the reason names what to check; with the right password --resume sends it to all."""
    server.decide = at("AUTH", "535 5.7.8 authentication failed")
    message = site.run("send", "--date", DAY, "--yes", env={"SMTP_PASSWORD": "wrong"}).failed(1)
    assert "refused the login with 535" in message
    assert "SMTP_PASSWORD" in message
    assert f"`digest send --resume {ISSUE}` continues" in message
    assert (site.status()["state"], site.status()["planned"]) == ("paused", 3)
    server.decide = at("", None)
    site.run("send", "--resume", ISSUE, env={"SMTP_PASSWORD": "right"}).fine()
    assert _got(server) == Counter(READERS)


@pytest.mark.usefixtures("short_deadlines")
def test_send_without_server_leaves_rows_planned(site: Installation) -> None:
    """Nothing listens there: host and port are named, and all rows are still planned."""
    site.configure(smtp='host = "127.0.0.1"\nport = 1')
    message = _send(site)
    assert "the mail server 127.0.0.1:1 cannot be used" in message
    assert "connection refused" in message.lower()
    assert (site.status()["state"], site.status()["planned"]) == ("sending", 3)
    test = site.run("send", "--date", DAY, "--to", "me@gazette.example")
    test.failed(1, "127.0.0.1:1 cannot be used: ")  # after one attempt: somebody waits


@pytest.mark.parametrize(
    ("step", "behaviour", "state", "left"),
    [
        ("CONNECT", Do.HANG, "sending", "planned"),
        ("CONNECT", Do.BABBLE, "sending", "planned"),
        ("CONNECT", "421 4.3.2 too busy", "sending", "planned"),
        ("EHLO", Do.DROP, "sending", "planned"),
        ("MAIL", Do.HANG, "sending", "deferred"),
        ("RCPT", Do.DROP, "sending", "deferred"),
        ("DATA", Do.DROP, "sending", "deferred"),
        ("MESSAGE", Do.HANG, "done", "unknown"),
        ("MESSAGE", Do.TAKE_AND_DROP, "done", "unknown"),
        ("MAIL", "530 5.7.0 not from you", "paused", "planned|deferred"),
        ("MESSAGE", "550 5.7.1 by our policy", "paused", "planned|deferred"),
    ],
)
def test_send_server_fault_exits_1(
    site: Installation,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    behaviour: Do | str,
    state: str,
    left: str,
) -> None:
    """One line, and each row has the state of its last reply."""
    _wait_less(monkeypatch, hasty(step, 1 if step == "MAIL" else 0.3))  # at MAIL other commands are answered
    server.decide = at(step, behaviour)
    _send(site)
    row = site.status()
    assert row["state"] == state
    assert row["audience"] == sum(row[name] for name in left.split("|")) == 3
    site.run("send", "--date", DAY, "--to", "me@gazette.example", now=NOW).failed(1)
    assert site.status() == row


@pytest.mark.usefixtures("short_deadlines")
def test_send_dropped_connection_sends_the_rest_again(site: Installation, server: Server) -> None:
    """What was accepted is sent, the rest is retried; in the end each reader has one message."""
    seen: list[str] = []

    def drop_the_second(step: str, _argument: str) -> Do | None:
        seen.append(step)
        # Not in the body, which may have left as a whole before the drop is noticed; then it is unknown.
        return Do.DROP if step == "RCPT" and seen.count("RCPT") == 2 else None

    server.decide = drop_the_second
    site.configure(smtp=f'host = "127.0.0.1"\nport = {server.port}\nconnections = 1')
    assert "1 deferred" in _send(site)
    row = site.status()
    assert (row["sent"], row["deferred"], row["state"]) == (2, 1, "sending")
    site.run("send", "--date", DAY, "--yes", now=NOW + timedelta(minutes=10)).fine()
    assert _got(server) == Counter(READERS)
    assert site.status()["state"] == "done"


def test_send_deferred_message_is_sent_once_due(site: Installation, server: Server) -> None:
    """Exit code 1 with their number, also while nothing is due; the later send delivers only that one."""
    server.decide = _for("boris", "RCPT", "451 4.3.0 try again later")
    assert _send(site) == f"digest: {ISSUE}: 1 deferred; `digest run` or the next send retries"
    server.decide = at("", None)
    assert "1 deferred" in _send(site, later=timedelta(minutes=1))
    assert _got(server) == Counter([READERS[0], READERS[2]])
    ran = site.run("send", "--date", DAY, "--yes", now=NOW + timedelta(minutes=10)).fine()
    assert ran.out == f"{ISSUE}: 3 sent of 3\n"
    assert _got(server) == Counter(READERS)


def test_send_bounce_exits_0(site: Installation, server: Server) -> None:
    """A refusal of one recipient is not a failure of the issue."""
    server.decide = _for("boris", "RCPT", "550 5.1.1 no such mailbox")
    ran = site.run("send", "--date", DAY, "--yes").fine()
    assert ran.out == f"{ISSUE}: 2 sent, 1 bounced of 3\n"
    assert site.status()["bounced"] == 1
    assert "nothing is left" in site.run("send", "--date", DAY, "--yes").fine().out


def test_send_reader_unsubscribed_meanwhile_is_cancelled(site: Installation, server: Server) -> None:
    """Their planned message is cancelled, and that is not a failure."""
    server.decide = _for("boris", "RCPT", "451 4.3.0 try again later")
    _send(site)
    site.run("subscribers", "remove", "boris@reader.example").fine()
    ran = site.run("send", "--date", DAY, "--yes", now=NOW + timedelta(minutes=10)).fine()
    assert "2 sent, 1 cancelled" in ran.out
    assert _got(server) == Counter([READERS[0], READERS[2]])


@pytest.mark.usefixtures("short_deadlines")
def test_send_messages_that_expired_untried_need_resend_expired(
    site: Installation, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Their number is logged and ends `send` with 1, until the operator has them sent after all, once."""
    server.decide = at("CONNECT", Do.DROP)
    _send(site)
    server.decide = at("", None)
    late = timedelta(hours=13)
    for _again in range(2):
        message = _send(site, later=late)
        assert f"{ISSUE}: 3 expired untried" in message
        assert f"`digest send --resend-expired {ISSUE}` plans them again" in message
    assert sum(f"{ISSUE}: 3 messages expired untried" in line for line in caplog.messages) == 1
    site.run("subscribers", "remove", "boris@reader.example").fine()
    ran = site.run("send", "--resend-expired", ISSUE, now=NOW + late).fine()
    assert ran.out == f"{ISSUE}: 3 expired messages are planned again\n{ISSUE}: 2 sent, 1 cancelled of 3\n"
    ran = site.run("send", "--resend-expired", ISSUE, now=NOW + late).fine()
    assert f"{ISSUE}: 0 expired messages are planned again" in ran.out
    assert _got(server) == Counter([READERS[0], READERS[2]])
    with closing(sqlite3.connect(site.folder / "digest.db")) as database:
        (row,) = database.execute('SELECT "by", at, messages, state FROM resend')
    assert row == (bootstrap.operator(), "2025-06-02T18:00:00.000000+00:00", 3, "expired")


def test_send_resend_expired_of_a_restored_backup_sends_nothing(site: Installation, server: Server) -> None:
    """What a restored database calls expired may have been sent: the command is refused, and no row changes."""
    site.run("send", "--date", DAY, "--yes", now=NOW).fine()
    with closing(sqlite3.connect(site.folder / "digest.db")) as database:
        database.execute("UPDATE delivery SET state = 'planned', tries = 0")
        database.execute("UPDATE issue SET state = 'sending'")
        database.commit()
    late = timedelta(hours=13)
    assert "3 expired untried" in _send(site, later=late)
    refused = site.run("send", "--resend-expired", ISSUE, now=NOW + late)
    refused.failed(1, f"{ISSUE}: 3 of its messages were sent and the database knows of 0", "may send twice")
    assert site.status()["expired"] == 3
    assert _got(server) == Counter(READERS)


@pytest.mark.usefixtures("short_deadlines")
def test_send_unknown_messages_need_resend_unknown(site: Installation, server: Server) -> None:
    """They are not sent again automatically; `--resend-unknown` is the operator's decision."""
    server.decide = lambda step, argument: Do.DROP if step == "MESSAGE" and "carla" in argument else None
    assert "1 unknown" in _send(site)
    server.decide = at("", None)
    again = site.run("send", "--date", DAY, "--yes", now=NOW).fine()
    assert again.out == f"{ISSUE}: nothing is left to send (2 sent, 1 unknown)\n"
    ran = site.run("send", "--resend-unknown", ISSUE, now=NOW).fine()
    assert "1 unknown message is sent again" in ran.out
    assert _got(server) == Counter(READERS)
    assert site.status()["sent"] == 3


def test_send_without_room_for_its_output_sends_and_fails_at_its_end(site: Installation, server: Server) -> None:
    """Nothing that is to be printed before the messages, or between two issues, leaves messages unsent."""
    server.decide = lambda step, argument: Do.DROP if step == "MESSAGE" and "carla" in argument else None
    _send(site)
    server.decide = at("", None)
    ran = site.run("send", "--resend-unknown", ISSUE, now=NOW, out=FullDisk())
    assert ran.failed(1) == "digest: standard output cannot be written: no space left on device; all else was done"
    assert _got(server) == Counter(READERS)
    assert site.status()["sent"] == 3


def test_send_paused_issue_needs_resume(site: Installation, server: Server) -> None:
    """Paused by the server's refusal or manually: exit code 1 with the reason; --resume sends the rest once."""
    server.decide = at("MAIL", "530 5.7.0 not from you")
    assert "paused: the mail server refuses us: 530" in _send(site)
    server.decide = at("", None)
    message = _send(site)
    assert f"{ISSUE} is paused: the mail server refuses us: 530" in message
    assert f"`digest send --resume {ISSUE}` continues" in message
    assert _got(server) == Counter()
    site.run("send", "--resume", ISSUE, now=NOW).fine()
    assert _got(server) == Counter(READERS)


def test_status_issue_that_a_command_resumed_is_no_alert(site: Installation, server: Server) -> None:
    """The alert is still open: no `digest run` or `serve` has closed it."""
    server.decide = at("MAIL", "530 5.7.0 not from you")
    _send(site)
    with bootstrap.open_app(load(site.folder / "config/digest.toml"), FrozenClock(NOW)) as app:
        report_issues(app)
    assert f"{ISSUE} is paused" in site.run("status", now=NOW).fine().out
    server.decide = at("", None)
    site.run("send", "--resume", ISSUE, now=NOW).fine()
    assert "is paused" not in site.run("status", now=NOW).fine().out


def test_pause_and_cancel_stop_the_issue(site: Installation, server: Server) -> None:
    """`pause` can be resumed, `cancel` is final, and the counts still add up."""
    server.decide = _for("boris", "RCPT", "451 4.3.0 try again later")
    _send(site)
    assert site.run("pause", ISSUE).fine().out == f"{ISSUE}: paused\n"
    site.run("pause", ISSUE).failed(1, f"{ISSUE} is already paused")
    assert f"{ISSUE} is paused: paused by hand" in _send(site, later=timedelta(minutes=10))
    assert site.run("cancel", ISSUE).fine().out == f"{ISSUE}: cancelled\n"
    assert f"{ISSUE} is cancelled" in _send(site, later=timedelta(minutes=10))
    site.run("send", "--resume", ISSUE).failed(1, f"{ISSUE} is cancelled")
    site.run("cancel", ISSUE).failed(1, f"{ISSUE} is already cancelled")
    row = site.status()
    assert (row["state"], row["sent"], row["cancelled"]) == ("cancelled", 2, 1)
    assert _got(server) == Counter([READERS[0], READERS[2]])


def test_send_after_the_deadline_expires_the_rest(site: Installation, server: Server) -> None:
    """After the issue's deadline nothing is retried, and the state of the rows is expired."""
    server.decide = _for("boris", "RCPT", "451 4.3.0 try again later")
    _send(site)
    server.decide = at("", None)
    site.run("send", "--date", DAY, "--yes", now=NOW + timedelta(hours=13)).fine()
    row = site.status()
    assert (row["state"], row["sent"], row["expired"]) == ("done", 2, 1)
    assert _got(server) == Counter([READERS[0], READERS[2]])


def test_send_full_disk_loses_no_message(site: Installation, server: Server) -> None:
    """The store has no space for the issue: one line; with space the same send reaches every reader once."""
    room = 40_000  # octets of the write-ahead log: less than the frozen issue takes
    with max_file_size(room):
        message = site.run("send", "--date", DAY, "--yes").failed(1)
    assert _got(server) == Counter()
    assert "digest.db" in message
    assert "full" in message
    site.run("send", "--date", DAY, "--yes").fine()
    assert _got(server) == Counter(READERS)
    assert site.status()["sent"] == 3

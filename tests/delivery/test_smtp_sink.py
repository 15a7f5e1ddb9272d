"""Each fault that Postfix's smtp-sink can simulate has the outcome of the ledger's table."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.errors import MailError
from digest.mailers.smtp.reply_timer import Deadlines
from digest.model.deliveries import Outcome
from tests.support.mailing import RecordingJournal, mailer_for, outgoing
from tests.support.ports import reserved_port
from tests.support.smtp_server import HOST

pytestmark = pytest.mark.needs("smtp-sink")

S, D, B, U, R = Outcome.SENT, Outcome.DEFERRED, Outcome.BOUNCED, Outcome.UNKNOWN, Outcome.REFUSED
SHORT = Deadlines(connect=2, greeting=2, command=1, envelope=1, transfer=1, answer=1, quit=0.2)
NO_ONE = ["-B", "550 5.1.1 no such user"]


@contextmanager
def sink(options: list[str], folder: Path) -> Iterator[int]:
    """Run a sink with these options on a free port; it writes the messages that it accepts to `folder`."""
    folder.mkdir()
    program = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""
    command = [
        program,
        *(["-u", "root"] if os.geteuid() == 0 else []),
        *options,
        "-d",
        f"{folder}/taken.",
    ]
    with (
        reserved_port() as port,
        subprocess.Popen(
            [*command, f"{HOST}:{port}", "50"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
        ) as process,
    ):
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _turn in range(3000):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        assert process.poll() is None, "smtp-sink ended"
        time.sleep(0.01)
    raise AssertionError("smtp-sink did not start")


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ([], S),
        (["-p"], S),  # without PIPELINING
        (["-e"], S),  # without ESMTP
        (["-r", "MAIL"], D),
        (["-r", "RCPT"], D),
        (["-r", "DATA"], D),
        (["-r", "."], D),
        (["-r", "RCPT", "-b", "451 4.7.1 greylisted"], D),
        (["-f", "MAIL"], R),
        (["-f", "RCPT", *NO_ONE], B),
        (["-f", "DATA", *NO_ONE], B),
        (["-f", ".", *NO_ONE], B),
        (["-f", ".", "-B", "552 5.3.4 too big"], R),
        (["-f", "RCPT", "-B", "554 5.7.1 not from you"], B),
        (["-f", ".", "-B", "554 5.7.1 not from you"], R),
        (["-q", "MAIL"], D),
        (["-q", "RCPT"], D),
        (["-q", "DATA"], D),
        (["-q", "."], U),
        (["-Q", "MAIL"], D),
        (["-Q", "RCPT"], D),
        (["-Q", "DATA"], D),
        (["-Q", "."], D),
        (["-w", "3"], D),  # a late reply to DATA
        (["-p", "-W", "RCPT:3"], D),  # with PIPELINING it would answer DATA before RCPT
        (["-W", ".:3"], U),  # a late reply to the message
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_mailer_server_fault_has_its_outcome(options: list[str], outcome: Outcome, tmp_path: Path) -> None:
    """Refused, cut off or without a reply: each has its outcome, and the process neither hangs nor fails."""
    journal = RecordingJournal()
    with sink(options, tmp_path / "taken") as port:
        try:
            mailer_for(port, deadlines=SHORT).send([outgoing(1)], journal)
        except MailError:
            assert outcome in {D, R}
    assert set(journal.outcomes.values()) <= {outcome}


def test_mailer_refusal_inside_the_message_is_never_sent(tmp_path: Path) -> None:
    """The server replies 550 in the middle of a message and stops reading: the reply or the loss is the outcome."""
    journal = RecordingJournal()
    with sink(["-A", "0"], tmp_path / "taken") as port:
        mailer_for(port, deadlines=SHORT).send([outgoing(1)], journal)
    assert set(journal.outcomes.values()) <= {B, D, U}


@pytest.mark.parametrize("step", ["CONNECT", "EHLO"])
def test_mailer_without_session_raises_mail_error(step: str, tmp_path: Path) -> None:
    """A server that accepts no session costs no message: one error, and every row stays as it was."""
    journal = RecordingJournal()
    with sink(["-q", step], tmp_path / "taken") as port, pytest.raises(MailError, match="cannot be used"):
        mailer_for(port, deadlines=SHORT).send([outgoing(1)], journal)
    assert set(journal.outcomes.values()) <= {D}


@pytest.mark.parametrize("options", [[], ["-p"]], ids=["pipelined", "step by step"])
def test_mailer_many_messages_arrive_whole(options: list[str], tmp_path: Path) -> None:
    """A hundred messages over five connections: a hundred files, each with its own Message-ID."""
    journal = RecordingJournal()
    with sink(options, tmp_path / "taken") as port:
        mailer_for(port, connections=5).send([outgoing(number) for number in range(1, 101)], journal)
    assert set(journal.outcomes.values()) == {S}
    found = [line for file in (tmp_path / "taken").iterdir() for line in file.read_text().splitlines()]
    ids = [line for line in found if line.lower().startswith("message-id:")]
    assert sorted(ids) == sorted(f"Message-ID: <{number}@gazette.example>" for number in range(1, 101))

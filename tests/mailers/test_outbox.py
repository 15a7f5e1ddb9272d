"""The outbox: messages as files, whole or not at all, with the ledger's rules."""

import resource
import signal
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.errors import MailError
from digest.mailers.outbox import OutboxMailer
from digest.model.deliveries import Outcome, Outgoing
from tests.support.mailing import Notes, outgoing


@contextmanager
def files_of_at_most(octets: int) -> Iterator[None]:
    """A disk on which no file can grow beyond so many octets."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_each_message_is_a_file_of_its_own(tmp_path: Path) -> None:
    """Every message lies directly in the folder, byte for byte, private, under a name without the address."""
    notes = Notes()
    OutboxMailer(tmp_path / "new" / "box").send(map(outgoing, range(1, 251)), notes)
    files = sorted((tmp_path / "new" / "box").iterdir())
    assert [file.read_bytes() for file in files] == [outgoing(number).content for number in range(1, 251)]
    assert notes.outcomes == dict.fromkeys(range(1, 251), Outcome.SENT)
    assert all(file.suffix == ".eml" and "reader" not in file.name and "@" not in file.name for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_message_written_again_replaces_itself(tmp_path: Path) -> None:
    """A second sending of the same deliveries leaves the same files, no more."""
    for _turn in range(2):
        OutboxMailer(tmp_path).send(map(outgoing, (1, 2)), Notes())
    assert len(list(tmp_path.iterdir())) == 2


def test_messages_without_a_row_do_not_meet(tmp_path: Path) -> None:
    """Test messages have no delivery id; alike or not, each gets its file."""
    OutboxMailer(tmp_path).send([outgoing(0), outgoing(0), outgoing(0)], Notes())
    assert len(list(tmp_path.iterdir())) == 3


def test_the_intent_comes_first(tmp_path: Path) -> None:
    """Nothing is written before the ledger agrees, and what it takes back is not written at all."""

    class Watching(Notes):
        def intend(self, messages: Sequence[Outgoing]) -> set[int]:
            assert list(tmp_path.iterdir()) == []
            return super().intend(messages)

    notes = Watching(refuse={2})
    OutboxMailer(tmp_path).send(map(outgoing, (1, 2, 3)), notes)
    assert notes.outcomes == {1: Outcome.SENT, 3: Outcome.SENT}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    """What fitted is sent; the message that did not fit and those behind it are deferred, and the way is closed."""
    notes = Notes()
    messages = [outgoing(1), outgoing(2, b"x" * 90 + b"\r\n" * 2000), outgoing(3)]
    with files_of_at_most(1000), pytest.raises(MailError, match=r"outbox .* cannot be written: File too large"):
        OutboxMailer(tmp_path).send(messages, notes)
    assert notes.outcomes == {1: Outcome.SENT, 2: Outcome.DEFERRED, 3: Outcome.DEFERRED}
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [outgoing(1).content]


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """A file in the folder's place is one sentence, and nothing was intended."""
    (tmp_path / "box").write_text("in the way")
    notes = Notes()
    with pytest.raises(MailError, match="box cannot be written"):
        OutboxMailer(tmp_path / "box").send([outgoing(1)], notes)
    assert notes.intended == []


def test_content_that_breaks_the_law_of_lines(tmp_path: Path) -> None:
    """A bare LF is a fault of ours, as it is on the wire."""
    with pytest.raises(MailError, match="delivery 1 was not written, because it holds a bare CR or LF"):
        OutboxMailer(tmp_path).send([outgoing(1, b"a\nb\r\n")], Notes())
    assert list(tmp_path.iterdir()) == []

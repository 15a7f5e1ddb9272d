"""The outbox: messages as complete files, recorded in the ledger."""

import re
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from digest.errors import MailError
from digest.mailers.outbox import OutboxMailer
from digest.model.deliveries import Outcome, Outgoing
from tests.support.full_disk import max_file_size
from tests.support.mailing import RecordingJournal, outgoing


def test_outbox_each_message_becomes_one_private_file(tmp_path: Path) -> None:
    """The files are in the folder itself, with the exact bytes and names without the address."""
    journal = RecordingJournal()
    OutboxMailer(tmp_path / "new" / "box").send(map(outgoing, range(1, 251)), journal)
    files = sorted((tmp_path / "new" / "box").iterdir())
    assert [file.read_bytes() for file in files] == [outgoing(number).content for number in range(1, 251)]
    assert journal.outcomes == dict.fromkeys(range(1, 251), Outcome.SENT)
    assert [len(group) for group in journal.intended] == [100, 100, 50]
    assert all(re.fullmatch(rf"{number:08d}-[0-9a-f]{{16}}\.eml", file.name) for number, file in enumerate(files, 1))
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_outbox_same_message_again_replaces_its_file(tmp_path: Path) -> None:
    """Sending the same deliveries twice leaves one file for each."""
    for _turn in range(2):
        OutboxMailer(tmp_path).send(map(outgoing, (1, 2)), RecordingJournal())
    assert len(list(tmp_path.iterdir())) == 2


def test_outbox_messages_without_delivery_id_get_separate_files(tmp_path: Path) -> None:
    """Test messages have no delivery id; each gets its file, even if they are equal."""
    OutboxMailer(tmp_path).send([outgoing(0), outgoing(0), outgoing(0)], RecordingJournal())
    assert [file.name[:9] for file in sorted(tmp_path.iterdir())] == ["00000001-", "00000002-", "00000003-"]


def test_outbox_writes_only_messages_whose_intent_is_recorded(tmp_path: Path) -> None:
    """Nothing is written before the ledger permits it, and a message that it refuses is not written."""

    class CheckingJournal(RecordingJournal):
        def intend(self, messages: Sequence[Outgoing]) -> set[int]:
            assert list(tmp_path.iterdir()) == []
            return super().intend(messages)

    journal = CheckingJournal(refuse={2})
    OutboxMailer(tmp_path).send(map(outgoing, (1, 2, 3)), journal)
    assert journal.outcomes == {1: Outcome.SENT, 3: Outcome.SENT}
    assert len(list(tmp_path.iterdir())) == 2


def test_outbox_full_disk_leaves_no_partial_file(tmp_path: Path) -> None:
    """The messages before it are sent; it and the later ones are deferred, and the mailer raises an error."""
    journal = RecordingJournal()
    messages = [outgoing(1), outgoing(2, b"x" * 90 + b"\r\n" * 2000), outgoing(3)]
    with max_file_size(1000), pytest.raises(MailError, match=r"outbox .* cannot be written: File too large"):
        OutboxMailer(tmp_path).send(messages, journal)
    assert journal.outcomes == {1: Outcome.SENT, 2: Outcome.DEFERRED, 3: Outcome.DEFERRED}
    assert [one.text for one in journal.receipts] == ["written to the outbox"] + ["the outbox could not be written"] * 2
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [outgoing(1).content]


def test_outbox_file_in_place_of_folder_raises_mail_error(tmp_path: Path) -> None:
    """The error names the path, and no intent is recorded."""
    (tmp_path / "box").write_text("in the way")
    journal = RecordingJournal()
    with pytest.raises(MailError, match="box cannot be written"):
        OutboxMailer(tmp_path / "box").send([outgoing(1)], journal)
    assert journal.intended == []


def test_outbox_invalid_content_raises_mail_error(tmp_path: Path) -> None:
    """A bare LF is a fault of Digest, and nothing is written."""
    with pytest.raises(MailError, match="delivery 1 was not written, because it contains a bare CR or LF"):
        OutboxMailer(tmp_path).send([outgoing(1, b"a\nb\r\n")], RecordingJournal())
    assert list(tmp_path.iterdir()) == []

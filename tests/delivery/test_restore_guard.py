"""RestoreGuard: it detects a restored backup, and raises no false alarm."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from digest.delivery.restore_guard import RestoreGuard
from digest.model.articles import Window
from digest.model.deliveries import DeliveryState, Tally
from digest.model.issues import IssueRecord, IssueState, Slot

_S = DeliveryState
_FROZEN = datetime(2026, 10, 1, 7, 0, 0, 123456, tzinfo=UTC)
_ISSUE = IssueRecord(
    id=1,
    edition="daily",
    slot=Slot(day=date(2026, 10, 1)),
    state=IssueState.SENDING,
    window=Window(start=_FROZEN - timedelta(hours=24), end=_FROZEN),
    frozen_at=_FROZEN,
)


def _tally(**counts: int) -> Tally:
    return Tally(counts={DeliveryState(state): number for state, number in counts.items()})


def _mismatch(restore_guard: RestoreGuard, issue: IssueRecord, tally: Tally) -> str | None:
    summary = restore_guard.load(issue)
    return None if summary is None else summary.mismatch(issue, tally)


@pytest.fixture
def restore_guard(tmp_path: Path) -> RestoreGuard:
    """A guard that recorded ten messages as sent and two that may have been."""
    made = RestoreGuard(tmp_path, b"a secret")
    made.record(_ISSUE, _tally(sent=10, unknown=1, sending=1, planned=8))
    return made


def test_load_before_anything_was_sent_is_none(tmp_path: Path) -> None:
    """Before anything was sent there is no record, nor any file."""
    fresh = RestoreGuard(tmp_path, b"a secret")
    fresh.record(_ISSUE, _tally(planned=20))
    assert fresh.load(_ISSUE) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "now",
    [
        _tally(sent=10, unknown=1, sending=1, planned=8),
        _tally(sent=15, planned=5),
        _tally(sent=10, planned=10),  # the operator resends the unknown ones
        _tally(sent=4, unknown=8, planned=8),  # the last receipts were lost in a power cut
    ],
)
def test_mismatch_possible_change_is_none(restore_guard: RestoreGuard, now: Tally) -> None:
    """More sent, unknown ones planned again, receipts lost in a power cut: intents are never forgotten."""
    assert _mismatch(restore_guard, _ISSUE, now) is None


@pytest.mark.parametrize(
    ("issue", "now", "known"),
    [
        (_ISSUE, _tally(planned=20), 0),
        (_ISSUE, _tally(sent=9, planned=11), 9),
        (_ISSUE, _tally(sent=3, unknown=2, planned=15), 3),
        (replace(_ISSUE, id=2, frozen_at=_FROZEN + timedelta(hours=1)), _tally(planned=20), 0),
        (replace(_ISSUE, id=2, frozen_at=_FROZEN + timedelta(hours=1)), _tally(sent=30), 0),
    ],
)
def test_mismatch_restored_database_is_reported(
    restore_guard: RestoreGuard, issue: IssueRecord, now: Tally, known: int
) -> None:
    """It knows of fewer messages, or of another issue of that day; the message contains the command that ends it."""
    message = _mismatch(restore_guard, issue, now)
    assert message is not None
    assert message.startswith(f"10 of its messages were sent and the database knows of {known},")
    assert "`digest cancel daily/2026-10-01`" in message


def test_load_of_other_day_edition_or_database_is_none(restore_guard: RestoreGuard, tmp_path: Path) -> None:
    """A new database in the same folder has a secret of its own."""
    assert RestoreGuard(tmp_path, b"another secret").load(_ISSUE) is None
    assert restore_guard.load(replace(_ISSUE, slot=Slot(day=date(2026, 10, 2)))) is None
    assert restore_guard.load(replace(_ISSUE, edition="weekly")) is None


def test_record_smaller_counts_keeps_the_larger(restore_guard: RestoreGuard) -> None:
    """Neither a database with fewer messages nor another issue of that day reduces the record."""
    before = restore_guard.load(_ISSUE)
    restore_guard.record(_ISSUE, _tally(sent=3, planned=17))
    restore_guard.record(replace(_ISSUE, id=2, frozen_at=_FROZEN + timedelta(hours=1)), _tally(sent=20))
    assert restore_guard.load(_ISSUE) == before
    restore_guard.record(_ISSUE, _tally(sent=11, planned=9))
    assert restore_guard.load(_ISSUE) == (_FROZEN, 11, 11)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"frozen_at": 1, "sent": 2, "left": 3}', b'"x"', b"\xff"])
def test_load_corrupt_file_is_none(restore_guard: RestoreGuard, tmp_path: Path, content: bytes) -> None:
    """Whatever the file contains."""
    (file,) = tmp_path.rglob("*.json")
    file.write_bytes(content)
    assert restore_guard.load(_ISSUE) is None


def test_record_unusable_folder_logs_a_warning_once_until_it_works_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder that cannot be created does not stop the sender, which counts every ten seconds."""
    restore_guard = RestoreGuard(tmp_path, b"a secret")
    for expected in (1, 2):
        (tmp_path / "sent").touch()
        for sent in (1, 2, 3):
            restore_guard.record(_ISSUE, _tally(sent=10 * expected + sent))
        assert [record.levelname for record in caplog.records].count("WARNING") == expected
        assert f"could not be stored in {tmp_path / 'sent'}" in caplog.text
        (tmp_path / "sent").unlink()
        restore_guard.record(_ISSUE, _tally(sent=10 * expected + 4))
        shutil.rmtree(tmp_path / "sent")


def test_load_finds_what_an_earlier_version_stored(tmp_path: Path, restore_guard: RestoreGuard) -> None:
    """Name and content of the file are the same in every version, or an update would forget what was sent."""
    (file,) = tmp_path.rglob("*.json")
    assert str(file.relative_to(tmp_path)) == "sent/d40dace1cb93db68/daily@2026-10-01.json"
    assert json.loads(file.read_bytes()) == {"frozen_at": _FROZEN.isoformat(), "sent": 10, "left": 12}
    assert restore_guard.load(_ISSUE) == (_FROZEN, 10, 12)

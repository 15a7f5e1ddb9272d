"""The witness: it knows what left, gives a restored backup away, and accuses nobody wrongly."""

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


def _doubt(restore_guard: RestoreGuard, issue: IssueRecord, tally: Tally) -> str | None:
    memory = restore_guard.load(issue)
    return None if memory is None else memory.mismatch(issue, tally)


@pytest.fixture
def restore_guard(tmp_path: Path) -> RestoreGuard:
    """One that saw ten messages sent and two that may have been."""
    made = RestoreGuard(tmp_path, b"a secret")
    made.record(_ISSUE, _tally(sent=10, unknown=1, sending=1, planned=8))
    return made


def test_who_saw_nothing_says_nothing(tmp_path: Path) -> None:
    """Before anything was sent there is no memory, nor any file."""
    fresh = RestoreGuard(tmp_path, b"a secret")
    fresh.record(_ISSUE, _tally(planned=20))
    assert fresh.load(_ISSUE) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "now",
    [
        _tally(sent=10, unknown=1, sending=1, planned=8),
        _tally(sent=15, planned=5),
        _tally(sent=10, planned=10),  # what was unknown is sent again, by order
        _tally(sent=4, unknown=8, planned=8),  # a power cut took the last receipts back
    ],
)
def test_what_can_have_happened_is_believed(restore_guard: RestoreGuard, now: Tally) -> None:
    """More sent, the unknown planned again, receipts that a power cut took: no permission is forgotten."""
    assert _doubt(restore_guard, _ISSUE, now) is None


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
def test_a_database_that_has_forgotten_is_told_so(
    restore_guard: RestoreGuard, issue: IssueRecord, now: Tally, known: int
) -> None:
    """It knows of fewer messages, or of another issue of that day; the sentence says how to end it."""
    says = _doubt(restore_guard, issue, now)
    assert says is not None
    assert says.startswith(f"10 of its messages were sent and the database knows of {known},")
    assert "`digest cancel daily/2026-10-01`" in says


def test_other_days_and_other_databases_are_others(restore_guard: RestoreGuard, tmp_path: Path) -> None:
    """A new database in the same folder has a secret of its own."""
    assert RestoreGuard(tmp_path, b"another secret").load(_ISSUE) is None
    assert restore_guard.load(replace(_ISSUE, slot=Slot(day=date(2026, 10, 2)))) is None
    assert restore_guard.load(replace(_ISSUE, edition="weekly")) is None


def test_nothing_is_unlearned(restore_guard: RestoreGuard) -> None:
    """Neither by a database that knows less, nor by another issue of that day."""
    before = restore_guard.load(_ISSUE)
    restore_guard.record(_ISSUE, _tally(sent=3, planned=17))
    restore_guard.record(replace(_ISSUE, id=2, frozen_at=_FROZEN + timedelta(hours=1)), _tally(sent=20))
    assert restore_guard.load(_ISSUE) == before
    restore_guard.record(_ISSUE, _tally(sent=11, planned=9))
    assert restore_guard.load(_ISSUE) == (_FROZEN, 11, 11)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"frozen_at": 1, "sent": 2, "left": 3}', b'"x"', b"\xff"])
def test_a_spoiled_file_is_none(restore_guard: RestoreGuard, tmp_path: Path, content: bytes) -> None:
    """Whatever stands in it."""
    (file,) = tmp_path.rglob("*.json")
    file.write_bytes(content)
    assert restore_guard.load(_ISSUE) is None


def test_what_cannot_be_noted_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder that cannot be made costs a warning."""
    (tmp_path / "sent").touch()
    RestoreGuard(tmp_path, b"a secret").record(_ISSUE, _tally(sent=1))
    assert "could not be stored" in caplog.text

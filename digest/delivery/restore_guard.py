"""How much of each issue was sent, stored outside of the database: it reveals that an old backup was restored."""

import json
import logging
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from digest.atomic_write import write_file
from digest.file_owner import give_like, make_private_folder
from digest.model.deliveries import MAYBE_SENT, DeliveryState, Tally
from digest.model.issues import IssueRecord
from digest.tokens import keyed_hash

_log = logging.getLogger(__name__)

_SENT = DeliveryState.SENT


class SentSummary(NamedTuple):
    """When an issue was frozen, how many messages were sent, and how many were sent or maybe sent (`left`)."""

    frozen_at: datetime
    sent: int
    left: int

    def mismatch(self, record: IssueRecord, tally: Tally) -> str | None:
        """Why the database must be an old backup; None where it knows as much. `tally` must be the later of both.

        A power cut may undo the last receipts but no permission: then as many are maybe sent.
        """
        same = record.frozen_at == self.frozen_at
        if same and (tally[_SENT] >= self.sent or _left(tally) >= self.left):
            return None
        return (
            f"{self.sent} of its messages were sent and the database knows of {tally[_SENT] if same else 0}, as after a"
            f" restored backup; `digest cancel {record.edition}/{record.slot}` ends it, and to go on may send twice"
        )


class RestoreGuard:
    """A small file in `folder` for each issue of one database, which its `secret` identifies.

    It is a second safety: a file that cannot be read or written is ignored.
    """

    def __init__(self, folder: Path, secret: bytes) -> None:
        self._folder = folder / "sent" / keyed_hash(secret, "witness", b"")[:8].hex()
        self._logged = ""  # a failure that lasts is logged once, not with each count during a send

    def load(self, record: IssueRecord) -> SentSummary | None:
        """What was stored for that edition and slot."""
        try:
            stored = json.loads(self._file(record).read_bytes())
            return SentSummary(datetime.fromisoformat(stored["frozen_at"]), int(stored["sent"]), int(stored["left"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def record(self, record: IssueRecord, tally: Tally) -> None:
        """Store how much of a frozen issue was sent; the number never decreases."""
        if not tally[_SENT] or record.frozen_at is None:
            return
        known = self.load(record)
        if known is not None and (known.frozen_at != record.frozen_at or known.sent >= tally[_SENT]):
            return
        summary = SentSummary(record.frozen_at, tally[_SENT], _left(tally))
        written = json.dumps(summary._asdict() | {"frozen_at": summary.frozen_at.isoformat()})
        try:
            make_private_folder(self._folder)
            write_file(self._file(record), written.encode(), adopt=partial(give_like, neighbour=self._folder))
        except OSError as error:
            failure = (error.strerror or str(error)).lower()
            _log.log(
                logging.DEBUG if failure == self._logged else logging.WARNING,
                "the number of sent messages could not be stored in %s: %s; until it can be, an old backup that is"
                " restored may go unnoticed",
                *(self._folder, failure),
            )
            self._logged = failure
        else:
            self._logged = ""

    def _file(self, record: IssueRecord) -> Path:
        return self._folder / f"{record.edition}@{record.slot}.json"


def _left(tally: Tally) -> int:
    return sum(tally[state] for state in MAYBE_SENT)

"""The outbox: a mailer that writes each message to a folder, as an .eml file with CRLF line ends."""

import hashlib
from collections.abc import Iterable
from itertools import count, islice
from pathlib import Path

from digest.atomic_write import write_file
from digest.errors import MailError
from digest.message.wire_format import content_defect
from digest.model.deliveries import Outcome, Outgoing, Receipt
from digest.protocols import Journal

_GROUP = 100


class OutboxMailer:
    """A Mailer that writes to a folder, which is created for the first message.

    A file is named after the delivery's id (without an id: the message's number in this call) and a hash of the
    content, so writing the same message again replaces its file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        """Write and settle every message; raises MailError, without a partial file, when the folder is not writable."""
        numbers = count(1)
        remaining = iter(messages)
        while group := list(islice(remaining, _GROUP)):
            self._require_valid(group)
            self._make_folder()
            allowed = journal.record([], group)
            self._write_group([(one, next(numbers)) for one in group if one.delivery_id in allowed], journal)

    def _require_valid(self, group: list[Outgoing]) -> None:
        for message in group:
            defect = content_defect(message.content) if message.dots is None else None
            if defect is not None:
                raise MailError(
                    f"the message of delivery {message.delivery_id} was not written, because {defect};"
                    " please report this"
                )

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._write_error(error) from None

    def _write_group(self, group: list[tuple[Outgoing, int]], journal: Journal) -> None:
        receipts: list[Receipt] = []
        failure: OSError | None = None
        for message, number in group:
            if failure is None:
                failure = self._write(message, number)
            outcome = Outcome.SENT if failure is None else Outcome.DEFERRED
            text = "written to the outbox" if failure is None else "the outbox could not be written"
            receipts.append(Receipt(delivery_id=message.delivery_id, token=message.token, outcome=outcome, text=text))
        if receipts:
            journal.record(receipts, [])
        if failure is not None:
            raise self._write_error(failure)

    def _write(self, message: Outgoing, number: int) -> OSError | None:
        digest = hashlib.sha256(message.content).hexdigest()[:16]
        target = self._folder / f"{message.delivery_id or number:08d}-{digest}.eml"
        try:
            write_file(target, message.content, private=True)  # it holds an address and personal links
        except OSError as error:
            return error
        return None

    def _write_error(self, error: OSError) -> MailError:
        reason = error.strerror or type(error).__name__
        return MailError(
            f"the outbox {self._folder} cannot be written: {reason}; free some space or choose another folder"
        )

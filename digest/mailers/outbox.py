"""Writes messages into a folder instead of sending them: one CRLF .eml file for each."""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import count, islice
from pathlib import Path

from digest.errors import MailError
from digest.message.wire_format import content_defect
from digest.model.deliveries import Outcome, Outgoing, Receipt
from digest.protocols import Journal

_GROUP = 100


class OutboxMailer:
    """A Mailer whose way out is a folder; it is made at the first message.

    A file's name is the delivery's id (for a message without one: its place in the sending) and a hash of the content,
    so a message that is written again replaces itself.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        """Write and settle every message; raises MailError when the folder cannot be written, leaving no half file."""
        places = count(1)
        pulled = iter(messages)
        while group := list(islice(pulled, _GROUP)):
            self._check(group)
            self._prepare()
            allowed = journal.record([], group)
            self._write_group([(one, next(places)) for one in group if one.delivery_id in allowed], journal)

    def _check(self, group: list[Outgoing]) -> None:
        for message in group:
            defect = content_defect(message.content) if message.dots is None else None
            if defect is not None:
                raise MailError(
                    f"the message of delivery {message.delivery_id} was not written, because {defect};"
                    " please report this"
                )

    def _prepare(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._closed(error) from None

    def _write_group(self, group: list[tuple[Outgoing, int]], journal: Journal) -> None:
        receipts: list[Receipt] = []
        failure: OSError | None = None
        for message, place in group:
            if failure is None:
                failure = self._write(message, place)
            outcome = Outcome.SENT if failure is None else Outcome.DEFERRED
            text = "written to the outbox" if failure is None else "the outbox could not be written"
            receipts.append(Receipt(delivery_id=message.delivery_id, token=message.token, outcome=outcome, text=text))
        if receipts:
            journal.record(receipts, [])
        if failure is not None:
            raise self._closed(failure)

    def _write(self, message: Outgoing, place: int) -> OSError | None:
        digest = hashlib.sha256(message.content).hexdigest()[:16]
        target = self._folder / f"{message.delivery_id or place:08d}-{digest}.eml"
        draft = target.with_suffix(f".{os.getpid()}.part")
        try:
            draft.touch(mode=0o600)  # a message holds an address and personal links
            with draft.open("wb") as file:
                file.write(message.content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            return error
        return None

    def _closed(self, error: OSError) -> MailError:
        says = error.strerror or type(error).__name__
        return MailError(f"the outbox {self._folder} cannot be written: {says}; free some space or name another folder")

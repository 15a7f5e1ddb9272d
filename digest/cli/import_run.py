"""One run of `digest subscribers import`: batches, progress, and what is reported in the end."""

import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TextIO

import click

from digest.cli.arguments.csv_files import reread
from digest.cli.output.log_format import remark
from digest.cli.output.progress import Meter, Pace
from digest.model.quantities import counted
from digest.model.subscribers import ImportedRows, RowOutcome, Subscriber, SubscriberStatus
from digest.parsing.tables.csv_table import BadRow
from digest.store.subscribers.row_merging import Resubscribe
from digest.store.subscribers.subscribers import Subscribers
from digest.subscribers.csv_io import RowDefaults, SubscriberReader, read_csv
from digest.subscribers.import_result import ImportResult, batches

_MOST_LINES = 5  # lines that a message about several rows names
_OUTCOMES = {
    RowOutcome.ADDED: "added as {status}",
    RowOutcome.CHANGED: "changed, {status}",
    RowOutcome.SAME: "unchanged, {status}",
    RowOutcome.LEFT: "not subscribed again: unsubscribed or suppressed earlier",
}

_Share = Callable[[], float | None]


class Inviter(Protocol):
    """Asks imported readers to confirm; `invited` is how many."""

    invited: int

    def as_pending(self, people: Sequence[Subscriber]) -> list[Subscriber]:
        """The rows as they are stored."""

    def invite(self, people: Sequence[Subscriber], now: datetime) -> None:
        """Ask those who were imported."""

    def print_summary(self, now: datetime) -> None:
        """Print how many are asked, and until when."""


@contextmanager
def checked_reader(lines: TextIO, file: str, defaults: RowDefaults) -> Iterator[tuple[SubscriberReader, _Share]]:
    """A reader of the list, and a function for the share of it that was read, from 0 to 1 or None.

    Raises ConfigurationError unless it is known what each row states about the subscription.
    """
    reader = read_csv(lines, file, defaults)
    reader.require_subscribed_by_name(file)
    if not reader.has_statuses:
        yield reader, _share_read(lines)
        return
    with reread(lines, reader.head) as again:
        first, unclear = read_csv(again, file, defaults), frozenset[int]()
        if defaults.status is None:
            first.require_known_statuses()
        else:
            unclear = first.find_unclear_boxes()
        again.seek(0)
        yield read_csv(again, file, defaults).with_unclear_boxes(unclear), _share_read(again)


@dataclass(slots=True)
class _Fault:
    """The bad rows of one kind: the first one, how many there are, and the lines of some."""

    first: BadRow
    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, row: BadRow) -> None:
        self.count += 1
        if len(self.lines) < _MOST_LINES:
            self.lines.append(row.line)

    def __str__(self) -> str:
        if self.count == 1:
            return f"line {self.first.line}: {self.first.message}"
        lines = ", ".join(map(str, self.lines)) + (" …" if self.count > len(self.lines) else "")
        return f"{self.count} rows: {self.first.kind} (lines {lines})"


@dataclass(kw_only=True, slots=True)
class ImportRun:
    """An import: what it needs, and what it has done so far."""

    subscribers: Subscribers
    now: Callable[[], datetime]
    known_editions: frozenset[str]
    resubscribe: Resubscribe
    dry_run: bool
    quiet: bool
    inviter: Inviter | None  # who confirms first, where readers are asked to
    result: ImportResult = field(default_factory=ImportResult)
    editions: set[str] = field(default_factory=set)
    _faults: dict[str, _Fault] = field(default_factory=dict)

    def import_rows(self, reader: SubscriberReader, share: _Share) -> None:
        """Import in batches, a transaction each; after a stop the same file may be imported again."""
        pace = Pace(0)
        title = "reading" if self.dry_run else "importing"
        with Meter(title, lambda: self._progress(pace), share, quiet=self.quiet) as meter:
            try:
                for people, bad_rows in batches(reader):
                    self._import_batch(people, bad_rows)
            except KeyboardInterrupt:
                if not self.dry_run:
                    done = counted(self.result.rows, "row")
                    meter.line(f"digest: {done} imported; import the same file again for the rest")
                raise

    def as_json(self, reader: SubscriberReader) -> dict[str, Any]:
        """The result as an object."""
        stored = self.result.as_json()
        outcomes = stored.pop("outcomes")
        del stored["kept_editions"]  # a note names it
        more = {"ignored": sorted(reader.unknown), "notes": self._notes(reader), "dry_run": self.dry_run}
        if self.inviter is not None:
            more["asked_to_confirm"] = self.inviter.invited
        return {**stored, **more, "outcomes": outcomes}

    def print_summary(self, reader: SubscriberReader) -> None:
        """Print the faults and notes on standard error, and the numbers on standard output."""
        for fault in self._faults.values():
            remark(f"digest: {fault}")
        for note in self._notes(reader):
            remark(f"digest: {note}")
        if reader.unknown:
            remark(f"ignored columns: {', '.join(sorted(reader.unknown))}")
        totals = self.result.totals()
        left = totals[RowOutcome.LEFT]
        numbers = (
            f"{totals[RowOutcome.ADDED]} added, {totals[RowOutcome.CHANGED]} changed, "
            f"{totals[RowOutcome.SAME]} unchanged{f', {left} unsubscribed earlier and not added' if left else ''}, "
            f"{counted(self.result.bad, 'bad row')}"
        )
        click.echo(f"nothing was written; it would be: {numbers}" if self.dry_run else numbers)
        if self.dry_run or any(one.status is not SubscriberStatus.CONFIRMED for one in self.result.counts):
            self._print_outcomes()
        if self.inviter is not None and not self.dry_run:
            self.inviter.print_summary(self.now())

    def _notes(self, reader: SubscriberReader) -> list[str]:
        notes = list(reader.notes)
        if unknown := sorted(self.editions - self.known_editions):
            notes.append(f"editions that the configuration does not have: {', '.join(unknown)}")
        if kept := self.result.kept_editions:
            keep = "1 reader keeps" if kept == 1 else f"{kept} readers keep"
            notes.append(f"{keep} the editions that they chose on their page")
        return notes

    def _print_outcomes(self) -> None:
        width = len(str(self.result.rows))
        for result, count in self.result.ordered_counts():
            click.echo(f"  {count:>{width}} {_OUTCOMES[result.outcome].format(status=result.status)}")

    def _import_batch(self, people: list[Subscriber], bad_rows: list[BadRow]) -> None:
        if self.inviter is not None:
            people = self.inviter.as_pending(people)
        self.result.add(self._store(people), bad_rows)
        self.editions.update(name for one in people for name in one.editions)
        for row in bad_rows:
            self._faults.setdefault(row.kind, _Fault(row)).add(row)

    def _store(self, people: Sequence[Subscriber]) -> ImportedRows:
        if self.dry_run:
            return self.subscribers.preview_rows(people, self.resubscribe)
        rows = self.subscribers.import_rows(people, self.now(), self.resubscribe)
        if self.inviter is not None:
            self.inviter.invite(people, self.now())
        return rows

    def _progress(self, pace: Pace) -> str:
        rows = self.result.rows
        return f"{counted(rows, 'row')}, {pace.rate(rows):.0f} a second, {self.result.bad} bad"


def _share_read(file: Any) -> _Share:
    """A function for the share of the file that was read, from 0 to 1; None for a pipe."""

    def share() -> float | None:
        try:
            number = file.fileno()
            return os.lseek(number, 0, os.SEEK_CUR) / max(os.fstat(number).st_size, 1)
        except (OSError, ValueError, io.UnsupportedOperation):
            return None

    return share

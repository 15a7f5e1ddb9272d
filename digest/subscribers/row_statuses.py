"""Decides the status of each row of a list. Pure.

A row states it in columns that are about it, or plainly in another one; else it is what the operator states.
"""

from collections.abc import Collection, Iterable, Sequence

from digest.model.subscribers import LEFT, SubscriberStatus
from digest.parsing.tables.csv_table import CsvTable
from digest.subscribers.ended_words import may_say_that_somebody_left
from digest.subscribers.row_notes import RowNotes, literal
from digest.subscribers.status_columns import StatusColumns
from digest.subscribers.status_names import holds_tags, may_say_who_left, names_a_relative
from digest.subscribers.status_words import (
    RESTRICTIONS,
    UnknownStatusError,
    has_plain_status,
    listed_status,
    plain_status,
    says_that_somebody_died,
)

_ALSO_NAMES = frozenset({"умер"})  # a first name in the Crimea, and that somebody died
_MISSING = "the status is missing; add the values that the row lacks"


class RowStatuses:
    """Decides by the columns that are about it, and by plain words in other ones.

    These are the places of `unread`, which nothing is read from, if their names allow it, and of `others`. `of_names`
    are those of the readers' names, and `stated` is what the operator states for rows whose status is not known.
    """

    def __init__(
        self,
        table: CsvTable,
        columns: StatusColumns,
        *,
        unread: Iterable[int],
        others: Iterable[int],
        of_names: Collection[int],
        stated: SubscriberStatus | None,
        notes: RowNotes,
    ) -> None:
        self._names, self._columns, self._stated, self._notes = table.names, columns, stated, notes
        self._default = stated or columns.default or SubscriberStatus.CONFIRMED
        possible = [place for place in unread if may_say_who_left(table.written[place])]
        self._others = [*possible, *others]
        self._tags = [place for place in possible if holds_tags(table.written[place])]
        self._texts = [place for place in possible if place not in self._tags]
        self._of_relatives = {place for place in possible if names_a_relative(table.written[place])}
        self._of_names = of_names

    def of_row(self, line: int, row: Sequence[str]) -> SubscriberStatus:
        """The status of a row; raises ValueError where it is unknown or missing."""
        stated, unknown = self._columns.read(row) if self._columns.meanings else (None, list[int]())
        if unknown and self._stated is None:
            raise UnknownStatusError("the status is unknown")
        if self._columns.meanings and self._stated in LEFT and stated is None and not unknown:
            self._notes.add(line, "unstated", f"{self._stated} in {{rows}}, as stated for rows without a status")
        for place in self._columns.written(row, stated):
            self._note_said(line, row, place, stated)
        status = self._decided(stated, unknown)
        unknown = [] if status is stated else unknown
        if (self._others and has_plain_status(row)) or self._tags:
            status = self._plain_status(line, row, status)
        if status not in LEFT:
            if self._columns.is_missing(row):
                raise ValueError(_MISSING)
            self._note_unknown(line, row, unknown, status)
            if stated is None and self._texts:
                self._note_texts(line, row, status)
        return status

    def _decided(self, stated: SubscriberStatus | None, unknown: Sequence[int]) -> SubscriberStatus:
        """What a row states, or what the operator states: also of one that states less beside an unknown value."""
        if stated is None or (unknown and RESTRICTIONS[self._default] > RESTRICTIONS[stated]):
            return self._default
        return stated

    def _plain_status(self, line: int, row: Sequence[str], status: SubscriberStatus) -> SubscriberStatus:
        """The status of a row, or what another column plainly says about a reader who left or bounced."""
        for place in self._others:
            cell = row[place].strip() if place < len(row) else ""
            if place in self._of_names and cell.casefold() in _ALSO_NAMES:
                continue
            if place in self._of_relatives and says_that_somebody_died(cell):
                continue
            plain = listed_status(cell) if place in self._tags else plain_status(cell)
            if plain and RESTRICTIONS[plain] > RESTRICTIONS[status]:
                status = plain
                self._note_said(line, row, place, plain)
        return status

    def _note_said(self, line: int, row: Sequence[str], place: int, status: SubscriberStatus | None) -> None:
        remark = f"{status} in {{rows}}, because the column {self._column(place)} says {literal(row[place].strip())}"
        self._notes.add(line, f"{place} {status}", remark)

    def _note_unknown(self, line: int, row: Sequence[str], places: list[int], status: SubscriberStatus) -> None:
        """Note values that are not known, for which the operator states what such rows are."""
        for place in places:
            column, value = literal(self._names[place]), row[place].strip() if place < len(row) else ""
            said = literal(value) or '""'
            remark = f"{status} in {{rows}}, as stated for unknown values: the column {column} says {said}"
            self._notes.add(line, f"{place} unknown", remark)

    def _note_texts(self, line: int, row: Sequence[str], status: SubscriberStatus) -> None:
        """Note a text that may say that the reader left, where nothing else states whether they are subscribed."""
        for place in self._texts:
            if place < len(row) and may_say_that_somebody_left(row[place]):
                column, said = self._column(place), literal(row[place])
                remark = f"{status} in {{rows}}; check whether they left: the column {column} has {said}"
                self._notes.add(line, f"{place} text", remark)

    def _column(self, place: int) -> str:
        return literal(self._names[place]) or str(place + 1)

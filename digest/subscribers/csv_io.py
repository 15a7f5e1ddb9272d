"""Lists of subscribers from CSV. Pure over lines of text.

The columns are `email` (required), `name`, `language`, `edition`, `sections`, `frequency`, `timezone`, `hour`,
`paused_until` and `status`, in any order, or what other systems call them; others are ignored and named. Several
editions or sections in one cell are separated by bars (`daily|weekly`); a bar or a backslash in a name is written `\\|`
or `\\\\`. An empty cell is unknown, and so is a frequency, time zone, hour or pause that Digest does not understand; an
empty status is confirmed, because an import is the operator's statement of consent.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from digest.model.subscribers import LEFT, Frequency, Subscriber, SubscriberStatus
from digest.parsing.addresses import email_key
from digest.parsing.encodings.garbled import has_garbled
from digest.parsing.tables.csv_table import BadRow, CsvTable, shown
from digest.parsing.tables.spreadsheet_cells import unquoted
from digest.subscribers.cells import (
    RowError,
    is_null,
    may_have_null,
    read_day,
    read_editions,
    read_frequency,
    read_hour,
    read_language,
    read_mailbox,
    read_name,
    read_sections,
    read_timezone,
    unescaped,
)
from digest.subscribers.column_names import rename_columns
from digest.subscribers.first_rows import FirstRows
from digest.subscribers.row_notes import RowNotes, literal
from digest.subscribers.row_statuses import RowStatuses
from digest.subscribers.status_columns import (
    StatusColumns,
    require_subscribed_by_columns,
    require_subscribed_by_name,
    says_who_left,
)
from digest.subscribers.status_words import RESTRICTIONS

COLUMNS = (
    *("email", "name", "language", "edition", "sections"),
    *("frequency", "timezone", "hour", "paused_until", "status"),
)

_NAME_COLUMNS = ("name", "first_name", "last_name")
_READ_COLUMNS = (*_NAME_COLUMNS, *COLUMNS[2:])
# What a cell of these columns must be; a row with anything else keeps its reader, without that preference.
_EXPECTED = {
    "frequency": f"one of {', '.join(Frequency)}",
    "timezone": "an IANA time zone such as Europe/Moscow",
    "hour": "a whole number from 0 to 23",
    "paused_until": "a date such as 2026-12-31",
}
# A column with another name than the known ones, such as `Рабочий e-mail`, and what such a name may not have: the
# addresses are those of people who asked for nothing, such as `Email руководителя` or `Referrer email`.
_NAMES_ADDRESSES = re.compile(r"(?i)mail|addr|recipient|адрес|почт|м[еэ]йл|получател")
_NAMES_OTHERS = re.compile(
    r"(?i)manager|supervisor|boss|refer|friend|sponsor|parent|sender|author|owner|invit"
    r"|руковод|менедж|начальн|директор|реферер|рекоменд|приглас|друг|спонсор|родител|отправител|автор|владел|куратор"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RowDefaults:
    """What rows have that state no status and no edition of their own.

    `known_editions` are those of the configuration: a row may write their names in another case.
    """

    status: SubscriberStatus | None = None
    editions: tuple[str, ...] = ()
    known_editions: frozenset[str] = frozenset()


class SubscriberReader:
    """Reads subscribers lazily, once; `unknown` names the columns that are ignored.

    `head` are the lines that were read already, `has_editions` whether there is a column `edition`, `has_statuses`
    whether columns state who is subscribed or may do so, and `states_who_left` whether this is known of one of them.
    """

    def __init__(self, lines: Iterable[str], file: str, defaults: RowDefaults) -> None:
        self._table = CsvTable(
            lines,
            file=file,
            required=("email",),
            optional=_READ_COLUMNS,
            rename=rename_columns,
            is_row=self._is_row,
            is_key=_may_be_of_addresses,
        )
        self._file, self._defaults = file, defaults
        self._columns = StatusColumns(self._table.written, self._table.places["email"])
        self._places = {name: place for name, place in self._table.places.items() if name != "status"}
        self._preferences = [name for name in _EXPECTED if name in self._places]
        self._is_foreign = self._table.header != list(COLUMNS)  # Digest's own export is read back as it is
        self.head = self._table.head
        self.has_editions = "edition" in self._places
        self.has_statuses = bool(self._columns.meanings)
        self.states_who_left = self._columns.states_who_left
        self.unknown = self._ignored_columns()
        self._notes = RowNotes()
        read = [place for name, place in self._places.items() if name not in {"email", "sections"}]
        self._row_statuses = RowStatuses(
            self._table,
            self._columns,
            unread=self._unread_places(),
            # A row that lost a cell has its status where a name should be. In Digest's own export a name is a name, and
            # a topic may be called so anywhere.
            others=read if self._is_foreign else (),
            of_names={self._places[name] for name in _NAME_COLUMNS if name in self._places},
            stated=defaults.status,
            notes=self._notes,
        )

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The columns that are read: their name in the list, and Digest's name for it."""
        known = self._columns.meanings.keys() - self._columns.unknown
        read_as = {place: name for name, place in self._places.items()} | dict.fromkeys(known, "status")
        return [(shown(self._table.header[place]), name) for place, name in sorted(read_as.items())]

    @property
    def notes(self) -> list[str]:
        """What is remarkable about the rows that were read."""
        note = "not UTF-8 text; read as windows-1251, so check a name, and save as UTF-8 if it is wrong"
        notes = [note] if self._table.is_windows_1251 else []
        if self._table.found is not None:
            notes.append(f"the column {shown(self._table.header[self._table.found])} has the addresses")
        return [f"{self._file}: {one}" for one in (*notes, *self._notes)]

    def __iter__(self) -> Iterator[Subscriber | BadRow]:
        """A subscriber or a bad row for each row.

        The first of several rows with one address counts, and after it one that states that this reader left.
        """
        first_rows = FirstRows()
        for row in self._table:
            yield row if isinstance(row, BadRow) else self._unique(*row, first_rows)

    def require_known_statuses(self, choose: str = "") -> None:
        """Read all rows, and raise UnclearStatusError unless it is known what they state about subscriptions.

        `choose`: how a person states what such rows are, where it is not by the command.
        """
        self._columns.require_known(self._good_rows(), self._file, choose)

    def find_unclear_boxes(self) -> frozenset[int]:
        """Read all rows, and return the columns whose empty cells may say no; see `with_unclear_boxes`."""
        return self._columns.find_unclear_boxes(self._good_rows())

    def with_unclear_boxes(self, places: frozenset[int]) -> "SubscriberReader":
        """This reader, for which an empty cell in these columns is an unknown value, which the operator decides."""
        self._columns.unclear_boxes = places
        return self

    def _good_rows(self) -> Iterator[list[str]]:
        return (row[1] for row in self._table if not isinstance(row, BadRow))

    def require_subscribed_by_name(self, name: str, choose: str = "") -> None:
        """Raise UnclearStatusError if only the file's name, such as `unsubscribed.csv`, or the set of its columns
        states what its rows are.
        """
        if not self.states_who_left and self._defaults.status is None:
            require_subscribed_by_columns(self._table.written, self._file, choose)
            require_subscribed_by_name(name, self._file, choose)

    def _ignored_columns(self) -> tuple[str, ...]:
        names = self._table.names
        return tuple(shown(names[place]) for place in self._unread_places() if names[place])

    def _unread_places(self) -> list[int]:
        used = {*self._places.values(), *(self._columns.meanings.keys() - self._columns.unknown)}
        return [place for place in range(len(self._table.names)) if place not in used]

    def _is_row(self, cells: Sequence[str]) -> bool:
        place = self._table.places["email"]
        return len(cells) >= len(self._table.names) and _is_address_cell(cells[place])

    def _unique(self, line: int, row: list[str], first_rows: FirstRows) -> Subscriber | BadRow:
        subscriber = self._read(line, row)
        if isinstance(subscriber, BadRow):
            return subscriber
        key = email_key(subscriber.email)
        known = 4 * line + RESTRICTIONS[subscriber.status]  # the line and the status in one number: there are millions
        first = first_rows.setdefault(key, known)
        if first == known:
            return subscriber
        if known % 4 > max(first % 4, RESTRICTIONS[SubscriberStatus.PENDING]):
            first_rows.replace(key, first - first % 4 + known % 4)
            return Subscriber(email=subscriber.email, status=subscriber.status)
        return BadRow(line, f"repeats line {first // 4}", "repeats an earlier line")

    def _read(self, line: int, row: list[str]) -> Subscriber | BadRow:
        text = "".join(row)
        cells = self._named_cells(row, text)
        if "\ufffd" in text and any("\ufffd" in cell for cell in cells.values()):
            return BadRow(line, "has letters that were lost in a conversion (\ufffd); export the list again as UTF-8")
        if self._is_foreign and has_garbled(cells.values(), text):
            return BadRow(line, "has UTF-8 text that was taken for another encoding; export the list again as UTF-8")
        if self._table.last_line > line and any("@" in cell and len(cell.splitlines()) > 1 for cell in cells.values()):
            return BadRow(line, "contains the lines after it: a quotation mark has no partner")
        try:
            subscriber = _subscriber(cells, self._row_statuses.of_row(line, row), self._defaults)
        except ValueError as error:
            message = self._other_address(row) if not cells.get("email") else ""
            return BadRow(line, message or str(error), error.fault if isinstance(error, RowError) else "")
        for name in self._preferences:
            if cells.get(name) and getattr(subscriber, name) is None:
                remark = f"{name} not used in {{rows}}: {literal(cells[name])} is not {_EXPECTED[name]}"
                self._notes.add(line, name, remark)
        return subscriber

    def _named_cells(self, row: list[str], text: str) -> dict[str, str]:
        """The cells that are read, without what spreadsheets, databases and programs of web pages make of values."""
        cells = {name: row[place].strip() for name, place in self._places.items() if place < len(row)}
        if "'" in text:
            cells = {name: unquoted(cell) for name, cell in cells.items()}
            if self._is_foreign and "email" in cells:
                cells["email"] = cells["email"].strip("'")  # spreadsheets mark text so
        if self._is_foreign and may_have_null(text):
            cells = {name: "" if is_null(cell) else cell for name, cell in cells.items()}
        if self._is_foreign and "&" in text and ";" in text:
            cells = {name: unescaped(cell) if name in _NAME_COLUMNS else cell for name, cell in cells.items()}
        return cells

    def _other_address(self, row: Sequence[str]) -> str:
        """Why a row has no address, if a column that is not read has one; else an empty text."""
        names = self._table.written
        places = (place for place in self._unread_places() if place < len(row))
        other = next((place for place in places if _may_be_of_addresses(names[place], row[place])), None)
        if other is None or not names[other]:
            return ""
        read = shown(names[self._places["email"]])
        return f"has no address in the column {read}, which is read, but one in {shown(names[other])}"


def read_csv(lines: Iterable[str], file: str = "the list", defaults: RowDefaults | None = None) -> SubscriberReader:
    """A reader that yields a Subscriber or a BadRow for each row.

    Raises ConfigurationError without a column `email`, and ParseError for a first line that is not text; the messages
    begin with `file`.
    """
    return SubscriberReader(lines, file, defaults or RowDefaults())


def _subscriber(cells: dict[str, str], status: SubscriberStatus, defaults: RowDefaults) -> Subscriber:
    """The subscriber of a row; raises ValueError with a message for the operator."""
    email, display_name = read_mailbox(cells.get("email", ""))
    try:
        return _with_details(email, display_name, cells, status, defaults)
    except RowError:
        if status in LEFT:  # whatever else is wrong in their row, they get no mail
            return Subscriber(email=email, status=status)
        raise


def _with_details(
    email: str, display_name: str, cells: dict[str, str], status: SubscriberStatus, defaults: RowDefaults
) -> Subscriber:
    known = defaults.known_editions
    return Subscriber(
        email=email,
        name=read_name(cells) or display_name or None,
        language=read_language(cells["language"]) if "language" in cells else None,
        editions=(read_editions(cells["edition"], known) if "edition" in cells else ()) or defaults.editions,
        sections=read_sections(cells["sections"]) if "sections" in cells else (),
        frequency=read_frequency(cells["frequency"]) if "frequency" in cells else None,
        timezone=read_timezone(cells["timezone"]) if "timezone" in cells else None,
        hour=read_hour(cells["hour"]) if "hour" in cells else None,
        paused_until=read_day(cells["paused_until"]) if "paused_until" in cells else None,
        status=status,
    )


def _is_address_cell(cell: str) -> bool:
    try:
        return bool(read_mailbox(cell.strip(' "')))
    except ValueError:
        return False


def _may_be_of_addresses(name: str, cell: str) -> bool:
    """Whether a column has the readers' addresses, by its name and a cell; a column without a name, by the cell."""
    named = not name or (_NAMES_ADDRESSES.search(name) and not _NAMES_OTHERS.search(name))
    return bool(named) and _is_address_cell(cell) and not says_who_left(name)

"""Lists of subscribers from and to CSV. Pure over lines of text.

The columns are `email` (required), `name`, `language`, `edition`, `sections`, `frequency`, `timezone` and `status`, in
any order; others are ignored and named. Several editions or sections in one cell are separated by bars
(`daily|weekly`); a bar or a backslash in a name is written `\\|` or `\\\\`. An empty cell is unknown; an empty status
is confirmed, because an import is the operator's statement of consent.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import chain
from unicodedata import is_normalized
from zoneinfo import available_timezones

from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.parsing.addresses import check_address
from digest.parsing.csv_table import BadRow, CsvTable, shown
from digest.parsing.text import clean_line

COLUMNS = ("email", "name", "language", "edition", "sections", "frequency", "timezone", "status")
FREQUENCIES = ("daily", "weekdays", "weekly")

_MAX_LINE = 300  # characters that a cleaned line may have
_CACHED_VALUES = 1_024  # different values of a column that are remembered; most columns have a few
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_EDITION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_QUOTED_FORMULA = re.compile(r"'+[=+\-@\t\r]")
_ITEM = re.compile(r"(?:\\[\\|]|[^|])+")


class SubscriberReader:
    """Reads subscribers lazily, once; `unknown` names the columns that are ignored."""

    def __init__(self, lines: Iterable[str], file: str) -> None:
        self._table = CsvTable(lines, file=file, required=("email",), optional=COLUMNS[1:])
        self.unknown = self._table.unknown

    def __iter__(self) -> Iterator[Subscriber | BadRow]:
        """A subscriber or a bad row for each row; of several rows with one address the first counts."""
        first_lines: dict[str, int] = {}
        for row in self._table:
            yield row if isinstance(row, BadRow) else self._unique(*row, first_lines)

    def _unique(self, line: int, row: list[str], first_lines: dict[str, int]) -> Subscriber | BadRow:
        subscriber = self._read(line, row)
        if isinstance(subscriber, BadRow):
            return subscriber
        first = first_lines.setdefault(subscriber.email.casefold(), line)
        return subscriber if first == line else BadRow(line, f"repeats line {first}")

    def _read(self, line: int, row: list[str]) -> Subscriber | BadRow:
        width = len(row)
        cells = {name: _unquoted(row[place].strip()) for name, place in self._table.places.items() if place < width}
        if "\ufffd" in "".join(row) and any("\ufffd" in cell for cell in cells.values()):
            return BadRow(line, "has letters that were lost in a conversion (\ufffd); export the list again as UTF-8")
        if self._table.last_line > line and any("@" in cell and len(cell.splitlines()) > 1 for cell in cells.values()):
            return BadRow(line, "contains the lines after it: a quotation mark has no partner")
        try:
            return _subscriber(cells)
        except ValueError as error:
            return BadRow(line, str(error))


def read_csv(lines: Iterable[str], file: str = "the list") -> SubscriberReader:
    """A reader that yields a Subscriber or a BadRow for each row.

    Raises ConfigurationError without a column `email`, and ParseError for a first line that is not text; the messages
    begin with `file`.
    """
    return SubscriberReader(lines, file)


def write_csv(subscribers: Iterable[Subscriber]) -> Iterator[str]:
    """The list as lines of CSV, each ended by CRLF, that `read_csv` reads back; no cell is a spreadsheet's formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for cells in chain([COLUMNS], map(_row, subscribers)):
        writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _row(subscriber: Subscriber) -> tuple[str, ...]:
    return (
        subscriber.email,
        subscriber.name or "",
        subscriber.language or "",
        _joined(subscriber.editions),
        _joined(subscriber.sections),
        subscriber.frequency or "",
        subscriber.timezone or "",
        subscriber.status.value,
    )


def _subscriber(cells: dict[str, str]) -> Subscriber:
    """The subscriber of a row; raises ValueError with a message for the operator."""
    return Subscriber(
        email=check_address(cells.get("email", "")),
        name=_line(cells.get("name", "")) or None,
        language=_language(cells.get("language", "")),
        editions=_editions(cells.get("edition", "")),
        sections=_sections(cells.get("sections", "")),
        frequency=_choice("frequency", cells.get("frequency", ""), FREQUENCIES) or None,
        timezone=_timezone(cells.get("timezone", "")),
        status=_status(cells.get("status", "")),
    )


def _line(cell: str) -> str:
    """The cell as one clean line, with a quick path for one that is clean already (benchmarks: importing)."""
    clean = (
        cell.isprintable() and len(cell) <= _MAX_LINE and is_normalized("NFC", cell) and cell == " ".join(cell.split())
    )
    return cell if clean else clean_line(cell)


@lru_cache(_CACHED_VALUES)
def _language(cell: str) -> str | None:
    language = cell.lower()
    if language and _LANGUAGE.fullmatch(language) is None:
        raise ValueError(f"language {shown(language)} is not a code such as en or ru")
    return language or None


def _timezone(cell: str) -> str | None:
    if cell and cell not in _timezones():
        raise ValueError(f"timezone {shown(cell)} is not an IANA time zone such as Europe/Moscow")
    return cell or None


@lru_cache(_CACHED_VALUES)
def _status(cell: str) -> SubscriberStatus:
    return SubscriberStatus(_choice("status", cell, tuple(SubscriberStatus)) or SubscriberStatus.CONFIRMED)


def _choice(column: str, cell: str, known: tuple[str, ...]) -> str:
    value = cell.lower()
    if value and value not in known:
        raise ValueError(f"{column} {shown(value)} must be one of {', '.join(known)}")
    return value


@lru_cache(_CACHED_VALUES)
def _editions(cell: str) -> tuple[str, ...]:
    names = tuple(name for item in _split(cell) if (name := item.strip()))
    wrong = next((name for name in names if _EDITION.fullmatch(name) is None), None)
    if wrong is not None:
        raise ValueError(f"edition {shown(wrong)} is not an edition's name; separate several with bars: daily|weekly")
    return names


@lru_cache(_CACHED_VALUES)
def _sections(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, map(clean_line, _split(cell))))


def _joined(names: tuple[str, ...]) -> str:
    return "|".join(name.replace("\\", "\\\\").replace("|", "\\|") for name in names)


def _split(cell: str) -> list[str]:
    return [re.sub(r"\\([\\|])", r"\1", item) for item in _ITEM.findall(cell)]


def _unquoted(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and _QUOTED_FORMULA.match(cell) else cell


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())

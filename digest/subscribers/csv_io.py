"""Who reads: addresses are checked here, and lists of subscribers come from and go to CSV.

The first line names the columns: `email` (required), `name`, `language`, `edition`, `sections`, `frequency`, `timezone`
and `status`, in any order; others are ignored and named. Comma, semicolon and tab are understood. Several editions or
sections in one cell stand between bars (`daily|weekly`); a bar or backslash that belongs to a name is written `\\|` or
`\\\\`. An empty cell is "not told"; an empty status is confirmed: an import is the operator's statement of consent.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from unicodedata import is_normalized
from zoneinfo import available_timezones

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from digest.errors import ConfigurationError
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.parsing.text import clean_line
from digest.subscribers.repeats import Repeats

COLUMNS = ("email", "name", "language", "edition", "sections", "frequency", "timezone", "status")
FREQUENCIES = ("daily", "weekdays", "weekly")

_BOM = "\ufeff"
_LOCAL, _WHOLE = 64, 254  # RFC 5321, 4.5.3.1, less the angle brackets
_PLAIN = re.compile(r"([\w+-]+(?:\.[\w+-]+)*)@((?:[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*\.)+([a-zA-Z]{2,}))", re.ASCII)
_LABEL = 63  # RFC 1035, 2.3.1
_RESERVED = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)
_ROLES = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)
_SHORT = 300  # characters that a cleaned line may have
_CELLS = 1_024  # different values of a column that are remembered; most columns have a few
_INTERNAL = re.compile(r"(?i)(?:.*\.)?(?:localhost|local|test)")  # names that never leave a house, and are mailed in it
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_EDITION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_DEFUSED = re.compile(r"'+[=+\-@\t\r]")
_ITEM = re.compile(r"(?:\\[\\|]|[^|])+")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that names no subscriber: its line in the file, and why, without the address."""

    line: int
    says: str


def check_address(text: str) -> str:
    """The address as mail servers take it: ASCII, the domain in lower case and IDNA.

    Raises ValueError with a sentence that does not repeat it. The form is checked (RFC 5321, at most 64 and 254
    characters), not whether somebody reads there.
    """
    address = text.strip(" ")
    return _plain(address) or _any_address(address)


def _plain(address: str) -> str | None:
    """What the library says of an address, for the many whose form leaves no doubt, at a fraction of its time."""
    match = _PLAIN.fullmatch(address)
    if match is None:
        return None
    local, domain, top = match.groups()
    doubtful = len(local) > _LOCAL or len(domain) > _LABEL or top.lower() in _RESERVED or local.lower() in _ROLES
    return None if doubtful else f"{local}@{domain.lower()}"


def _any_address(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise ValueError("an address has the form name@domain")
    if not local.isascii():
        raise ValueError("the part of the address before @ has letters that mail servers do not take everywhere")
    if len(local) > _LOCAL:
        raise ValueError(f"the part of the address before @ is longer than {_LOCAL} characters")
    checked = _checked(local, domain)
    if len(checked) > _WHOLE:
        raise ValueError(f"the address is longer than {_WHOLE} characters")
    return checked


def _checked(local: str, domain: str) -> str:
    # email-validator refuses special-use domains by a global list; with a suffix it checks their labels all the same.
    suffix = ".example" if _INTERNAL.fullmatch(domain) else ""
    try:
        found = validate_email(
            f"{local}@{domain}{suffix}", allow_smtputf8=False, check_deliverability=False, strict=True
        ).ascii_email
    except EmailNotValidError:
        found = None
    if found is None:
        raise ValueError("the address has not the form that mail servers take")
    return found.removesuffix(suffix)


class CsvReader:
    """Reads subscribers lazily, once; `unknown` names the columns that are ignored.

    Raises ConfigurationError for a first line without `email`.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        rows = iter(lines)
        first = next(rows, "").removeprefix(_BOM)
        self._rows = csv.reader(chain([first], rows), delimiter=_delimiter(first), strict=True)
        try:
            self._header = [name.strip().casefold() for name in next(self._rows, [])]
        except csv.Error:
            self._header = []
        _require_email(self._header)
        self._columns = [(place, name) for place, name in enumerate(self._header) if name in COLUMNS]
        self.unknown = tuple(_shown(name) for name in self._header if name and name not in COLUMNS)

    def __iter__(self) -> Iterator[Subscriber | BadRow]:
        repeats = Repeats()
        for line, row in self._told():
            subscriber = row if isinstance(row, BadRow) else self._subscriber(line, row)
            if isinstance(subscriber, Subscriber):
                first = repeats.first(subscriber.email.casefold(), line)
                if first != line:
                    subscriber = BadRow(line, f"repeats line {first}")
            yield subscriber

    def _told(self) -> Iterator[tuple[int, list[str] | BadRow]]:
        """Each row that is not empty, with its first line; a quote that never closes is one bad row to its end."""
        while True:
            line = self._rows.line_num + 1
            try:
                row = next(self._rows, None)
            except csv.Error:
                last = self._rows.line_num
                where = f"lines {line} to {last} are" if last > line else "the line is"
                yield line, BadRow(line, f"{where} not readable as CSV: a quotation mark or a line break stands alone")
                continue
            if row is None:
                return
            if any(map(str.strip, row)):
                yield line, row

    def _subscriber(self, line: int, row: list[str]) -> Subscriber | BadRow:
        if len(row) > len(self._header) and any(map(str.strip, row[len(self._header) :])):
            return BadRow(line, f"has {len(row)} values for {len(self._header)} columns; quote a value that has commas")
        told = len(row)
        cells = {name: _fused(row[place].strip()) for place, name in self._columns if place < told}
        whole = "".join(row)
        if "\ufffd" in whole and any("\ufffd" in cell for cell in cells.values()):
            return BadRow(line, "has letters that are not UTF-8; save the list as UTF-8 and import it again")
        if "\n" in whole and any("\n" in cell and "@" in cell for cell in cells.values()):
            return BadRow(line, "holds the lines after it: a quotation mark is missing or stands alone")
        try:
            return _subscriber(cells)
        except ValueError as error:
            return BadRow(line, str(error))


def read_csv(lines: Iterable[str]) -> CsvReader:
    """A reader that yields a Subscriber or a BadRow for each row; raises ConfigurationError without column `email`."""
    return CsvReader(lines)


def write_csv(subscribers: Iterable[Subscriber]) -> Iterator[str]:
    """The list as lines of CSV, each ended by CRLF, that `read_csv` reads back; no cell is a spreadsheet's formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for cells in chain([COLUMNS], map(_cells, subscribers)):
        writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _cells(subscriber: Subscriber) -> tuple[str, ...]:
    return (
        subscriber.email,
        subscriber.name or "",
        subscriber.language or "",
        _listed(subscriber.editions),
        _listed(subscriber.sections),
        subscriber.frequency or "",
        subscriber.timezone or "",
        subscriber.status.value,
    )


def _subscriber(cells: dict[str, str]) -> Subscriber:
    """Raises ValueError with a sentence for the operator."""
    return Subscriber(
        email=check_address(cells.get("email", "")),
        name=_line(cells.get("name", "")) or None,
        language=_language(cells.get("language", "")),
        editions=_editions(cells.get("edition", "")),
        sections=_sections(cells.get("sections", "")),
        frequency=_choice("frequency", cells.get("frequency", ""), FREQUENCIES) or None,
        timezone=_zone(cells.get("timezone", "")),
        status=_status(cells.get("status", "")),
    )


def _line(cell: str) -> str:
    """The cell as one clean line; most names are that already, and to ask is quicker than to clean."""
    clean = cell.isprintable() and len(cell) <= _SHORT and is_normalized("NFC", cell) and cell == " ".join(cell.split())
    return cell if clean else clean_line(cell)


@lru_cache(_CELLS)
def _language(cell: str) -> str | None:
    language = cell.lower()
    if language and _LANGUAGE.fullmatch(language) is None:
        raise ValueError(f"language {_shown(language)} is no code such as en or ru")
    return language or None


def _zone(cell: str) -> str | None:
    if cell and cell not in _zones():
        raise ValueError(f"timezone {_shown(cell)} is no IANA time zone such as Europe/Moscow")
    return cell or None


@lru_cache(_CELLS)
def _status(cell: str) -> SubscriberStatus:
    return SubscriberStatus(_choice("status", cell, tuple(SubscriberStatus)) or SubscriberStatus.CONFIRMED)


def _choice(column: str, cell: str, known: tuple[str, ...]) -> str:
    told = cell.lower()
    if told and told not in known:
        raise ValueError(f"{column} {_shown(told)} is none of {', '.join(known)}")
    return told


@lru_cache(_CELLS)
def _editions(cell: str) -> tuple[str, ...]:
    names = tuple(name for item in _split(cell) if (name := item.strip()))
    wrong = next((name for name in names if _EDITION.fullmatch(name) is None), None)
    if wrong is not None:
        raise ValueError(f"edition {_shown(wrong)} is no edition's name; several stand between bars: daily|weekly")
    return names


@lru_cache(_CELLS)
def _sections(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, map(clean_line, _split(cell))))


def _listed(names: tuple[str, ...]) -> str:
    return "|".join(name.replace("\\", "\\\\").replace("|", "\\|") for name in names)


def _split(cell: str) -> list[str]:
    return [re.sub(r"\\([\\|])", r"\1", item) for item in _ITEM.findall(cell)]


def _fused(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and _DEFUSED.match(cell) else cell


def _delimiter(first: str) -> str:
    bare = re.sub(r'"[^"]*"', "", first)
    return max((",", ";", "\t"), key=bare.count)


def _require_email(header: list[str]) -> None:
    found = ", ".join(_shown(name) for name in header if name) or "nothing"
    if "email" not in header:
        raise ConfigurationError(f"the first line of the list must name a column email; it names: {found}")
    twice = next((name for name in COLUMNS if header.count(name) > 1), None)
    if twice is not None:
        raise ConfigurationError(f"the first line of the list names the column {twice} twice; it names: {found}")


def _shown(text: str) -> str:
    """A value for a message; what may be an address is not shown."""
    return "(an address)" if "@" in text else clean_line(text, 40)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())

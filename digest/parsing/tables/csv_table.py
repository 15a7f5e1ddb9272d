"""The one reader of CSV files: the first line names the columns; bad rows are reported with their line. Pure.

The delimiter may be a comma, semicolon, tab or vertical bar, or what a line `sep=;` before the header names (Excel
writes it); a byte order mark is ignored. Lines are decoded as UTF-8 with `errors="surrogateescape"`: a row in
windows-1251, which Russian Excel saves as CSV, is recognised by its words, and in any other encoding only that row is
bad.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from digest.errors import ConfigurationError, ParseError
from digest.parsing.encodings.garbled import is_garbled
from digest.parsing.encodings.windows_1251 import from_windows_1251, has_other_bytes, is_rather_koi8
from digest.parsing.tables.spreadsheet_cells import formula_text
from digest.parsing.text import clean_line

_DELIMITERS = (",", ";", "\t", "|")
_EMPTY = '\ufeff \r\n"' + "".join(_DELIMITERS)  # all that a line of empty cells has
_QUOTED = re.compile(r'"[^"]*"')
_SEPARATOR_LINE = re.compile(r'"?sep=([,;|:\t])"?\s*', re.IGNORECASE)
_SAVE_AS_UTF_8 = "is not UTF-8 text; save the file as UTF-8"
_UNREADABLE = "the line is not readable as CSV: a quotation mark or a line break has no partner"
_TOO_LONG = "a value has more than 131,072 characters"  # the limit of Python's reader, `csv.field_size_limit`
_TOO_LONG_OR_UNCLOSED = "a value has more than 131,072 characters, or a quotation mark has no partner"
_FIRST_LINES = 1_000  # that are looked at where the header does not name the required column
_TOO_WIDE = "more values than columns; quote a value that has commas"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used: its first line in the file, why, and the same reason without the row's values."""

    line: int
    message: str
    fault: str = field(default="", compare=False)

    @property
    def kind(self) -> str:
        """The reason that all rows with this kind of fault share."""
        return self.fault or self.message


def _in_lower_case(names: list[str]) -> list[str]:
    return [name.casefold() for name in names]


def _no_row(_cells: Sequence[str]) -> bool:
    return False


class CsvTable:
    """Reads the rows of a CSV file lazily, once.

    `written` are the names of all columns, `header` the same in lower case, and `names` what `rename` makes of them;
    `places` are the places of the known ones, by name; `unknown` are the names of the others; `head` are the lines up
    to the header; `last_line` is the last line of the row that was read last, which has several where a quoted cell has
    line breaks.
    `is_row` decides whether the cells of a line within a quoted cell are another row, so that the quotation mark before
    them was never closed. `is_key` decides by a column's name and its first value whether it is the required one:
    where no column has that name, the only such one is taken for it, and is `found`. Raises ConfigurationError for a
    first line that lacks a required column, names a known one twice or was garbled, and ParseError for one that is not
    text; their messages begin with `file`.
    """

    def __init__(
        self,
        lines: Iterable[str],
        *,
        file: str,
        required: Sequence[str],
        optional: Sequence[str] = (),
        rename: Callable[[list[str]], list[str]] = _in_lower_case,
        is_row: Callable[[Sequence[str]], bool] = _no_row,
        is_key: Callable[[str, str], bool] | None = None,
    ) -> None:
        self.is_windows_1251 = False
        self.found: int | None = None
        self.head: list[str] = []
        self.last_line = 0
        self._source = iter(lines)
        self._again: deque[str] = deque()  # lines after an unbalanced quotation mark, which are read once more
        self._taken: list[str] = []  # the lines of the row that was read last
        self._is_row = is_row
        self._delimiter = self._find_delimiter()
        self._rows = self._new_reader()
        self.written = self._header(file)
        self.header = _in_lower_case(self.written)
        self.names = rename(self.written)
        if is_key is not None and required[0] not in self.names:
            self._find_column(required[0], is_key, file)
        _check_header(self.names, file, required, optional)
        known = {*required, *optional}
        self.places = {name: place for place, name in enumerate(self.names) if name in known}
        self.unknown = tuple(shown(name) for name in self.names if name and name not in known)
        self._width = len(self.names)

    def __iter__(self) -> Iterator[tuple[int, list[str]] | BadRow]:
        """Each row that is not empty: its first line and its cells, of which the last ones may be missing."""
        taken = self._taken
        while True:
            taken.clear()
            try:
                cells = next(self._rows, None)
            except csv.Error as error:
                cells, bad = self._carelessly_quoted(), self._skip_line(self._why_unreadable(str(error)))
                yield self._checked(bad.line, cells, "".join(cells)) if cells else bad
                continue
            if cells is None:
                return
            if len(taken) > 1 and self._is_unbalanced():
                yield self._skip_line()
                continue
            line = self.last_line + 1
            self.last_line += len(taken)
            if len(cells) == 1 and self._width > 1:
                cells = self._unwrapped(cells[0])
            text = "".join(cells)
            if not text or text.isspace():
                continue
            if '="' in text:
                cells = list(map(formula_text, cells))
            if len(cells) > self._width or not text.isascii():
                yield self._checked(line, cells, text)
            else:
                yield line, cells

    def _find_delimiter(self) -> str:
        """The delimiter of the header, which is then the next line to read."""
        first = self._first_line().removeprefix("\ufeff")
        stated = _SEPARATOR_LINE.fullmatch(first)
        if stated:
            self.head.append(first)
            self.last_line += 1
            return stated[1]
        self._again.append(first)
        unquoted = _QUOTED.sub("", first)
        counted = unquoted if any(one in unquoted for one in _DELIMITERS) else first
        return max(_DELIMITERS, key=counted.count)

    def _first_line(self) -> str:
        """The first line with a value: spreadsheets write empty rows as delimiters alone."""
        for line in self._source:
            if line.strip(_EMPTY):
                return line
            self.head.append(line)
            self.last_line += 1
        return ""

    def _new_reader(self) -> Any:
        return csv.reader(self._lines(), delimiter=self._delimiter, skipinitialspace=True, strict=True)

    def _lines(self) -> Iterator[str]:
        taken = self._taken
        for lines in (_drained(self._again), self._source):
            for line in lines:
                taken.append(line)
                yield line

    def _header(self, file: str) -> list[str]:
        try:
            names: list[str] = next(self._rows, [])
        except csv.Error:
            names = []
        self.head += self._taken
        self.last_line += len(self._taken)
        if len(names) == 1:
            names = self._split_again(names[0])
        if has_other_bytes("".join(names)):
            names = self._windows_1251(names) or []
            if not names or is_rather_koi8(names):
                raise ParseError(f"{file}: line 1 {_SAVE_AS_UTF_8}")
        if any(map(is_garbled, names)):
            raise ConfigurationError(
                f"{file}: line 1 has letters that were lost in a conversion; export the list again as UTF-8"
            )
        return [clean_line(name) for name in names]

    def _find_column(self, name: str, is_key: Callable[[str, str], bool], file: str) -> None:
        """Give the name to the only column that may be meant; raises ConfigurationError where that is not clear."""
        if any(is_key("", one) for one in self.written):
            raise ConfigurationError(
                f"{file}: line 1 is a row already; put a line before it that names the columns, such as {name}"
            )
        rows = self._first_rows()
        named = [(place, one) for place, one in enumerate(self.written) if one]
        places = [place for place, one in named if is_key(one, _first_filled(rows, place))]
        if len(places) > 1:
            several = ", ".join(shown(self.names[place]) for place in places)
            raise ConfigurationError(f"{file}: line 1 must name a column {name}; it may be one of these: {several}")
        if places:
            self.found = places[0]
            self.names[self.found] = name

    def _first_rows(self) -> list[list[str]]:
        """The cells of the first rows, which are read once more afterwards."""
        lines = list(islice(self._lines(), _FIRST_LINES))
        self._taken.clear()
        self.head += lines
        self._again.extend(lines)
        self._rows = self._new_reader()
        try:
            return list(csv.reader(lines, delimiter=self._delimiter, skipinitialspace=True))
        except csv.Error:
            return []

    def _is_unbalanced(self) -> bool:
        return any(self._is_row(line.rstrip("\r\n").split(self._delimiter)) for line in self._taken[1:])

    def _carelessly_quoted(self) -> list[str] | None:
        """The cells of a row where quotation marks are in pairs, but not around whole cells: `"Ann Lee" <ann@x>,en`."""
        line = self._taken[0]
        if line.count('"') % 2:
            return None
        is_escaped = '\\"' in line  # as MySQL writes them
        try:
            rows = csv.reader(
                [line],
                delimiter=self._delimiter,
                skipinitialspace=True,
                escapechar="\\" if is_escaped else None,
                doublequote=not is_escaped,
            )
            cells = next(rows, [])
        except csv.Error:
            return None
        return cells if self._is_row(cells) else None

    def _unwrapped(self, cell: str) -> list[str]:
        """The cells of a row that is a single one: Excel writes so what it showed in one column and has quotes.

        Several addresses in one cell are no such row.
        """
        cells = self._split_again(cell)
        filled = [one for one in cells if one.strip()]
        are_addresses = len(filled) > 1 and all("@" in one for one in filled)
        return cells if self._is_row(cells) and not are_addresses else [cell]

    def _split_again(self, cell: str) -> list[str]:
        if self._delimiter not in cell:
            return [cell]
        try:
            return next(csv.reader([cell], delimiter=self._delimiter, skipinitialspace=True, strict=True), [cell])
        except csv.Error:
            return [cell]

    def _why_unreadable(self, error: str) -> str:
        """Why the row that was read last cannot be read, which its reader reports as `error`.

        A value may also be too long because a quotation mark before it was never closed.
        """
        if "limit" not in error or self._is_unbalanced():
            return _UNREADABLE
        return _TOO_LONG_OR_UNCLOSED if "".join(self._taken).count('"') % 2 else _TOO_LONG

    def _skip_line(self, message: str = _UNREADABLE) -> BadRow:
        """Leave out the first line of a row whose quotation marks are unbalanced, and read the others again."""
        self._again.extendleft(reversed(self._taken[1:]))
        self._rows = self._new_reader()
        self.last_line += 1
        return BadRow(self.last_line, message)

    def _checked(self, line: int, cells: list[str], text: str) -> tuple[int, list[str]] | BadRow:
        if len(cells) > self._width and any(map(str.strip, cells[self._width :])):
            values = f"has {len(cells)} values for {self._width} columns; quote a value that has commas"
            if self._width == 1:
                values = f"has {len(cells)} values for 1 column; quote a value that has commas"
            return BadRow(line, values, _TOO_WIDE)
        if has_other_bytes(text):
            decoded = self._windows_1251(cells)
            if decoded is None and self._is_needed_text_lost(cells):
                return BadRow(line, _SAVE_AS_UTF_8)
            return line, decoded or cells
        return line, cells

    def _windows_1251(self, cells: Sequence[str]) -> list[str] | None:
        decoded = from_windows_1251(cells, is_expected=self.is_windows_1251)
        self.is_windows_1251 = self.is_windows_1251 or decoded is not None
        return decoded

    def _is_needed_text_lost(self, cells: list[str]) -> bool:
        return any(has_other_bytes(cells[place]) for place in self.places.values() if place < len(cells))


def _first_filled(rows: Iterable[Sequence[str]], place: int) -> str:
    return next((row[place] for row in rows if place < len(row) and row[place].strip()), "")


def _drained(lines: deque[str]) -> Iterator[str]:
    while lines:
        yield lines.popleft()


def shown(value: str) -> str:
    """A value for a message; one that may be a mail address is not shown."""
    return "(an address)" if "@" in value else clean_line(value, 40)


def _check_header(names: list[str], file: str, required: Sequence[str], optional: Sequence[str]) -> None:
    found = clean_line(", ".join(shown(name) for name in names if name), 120) or "nothing"
    if missing := [name for name in required if name not in names]:
        columns = f"a column {missing[0]}" if len(missing) == 1 else f"the columns {', '.join(missing)}"
        raise ConfigurationError(f"{file}: line 1 must name {columns}; it names: {found}")
    if twice := [name for name in (*required, *optional) if names.count(name) > 1]:
        raise ConfigurationError(f"{file}: line 1 names the column {twice[0]} twice; it names: {found}")

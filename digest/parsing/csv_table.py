"""The one reader of CSV files: the first line names the columns; bad rows are reported with their line. Pure.

The delimiter may be a comma, a semicolon or a tab, and a byte order mark is ignored. Lines are decoded as UTF-8 with
`errors="surrogateescape"`, so that only a row that is not UTF-8 text is bad.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from digest.errors import ConfigurationError, ParseError
from digest.parsing.text import clean_line

_DELIMITERS = (",", ";", "\t")
_QUOTED = re.compile(r'"[^"]*"')
_NOT_UTF_8 = re.compile("[\udc80-\udcff]")
_SAVE_AS_UTF_8 = "is not UTF-8 text; save the file as UTF-8"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used: its first line in the file, and why."""

    line: int
    message: str


class CsvTable:
    """Reads the rows of a CSV file lazily, once.

    `places` are the places of the known columns, by name; `unknown` are the names of the others. Raises
    ConfigurationError for a first line that lacks a required column or names a known one twice, and ParseError for
    one that is not text; their messages begin with `file`.
    """

    def __init__(
        self, lines: Iterable[str], *, file: str, required: Sequence[str], optional: Sequence[str] = ()
    ) -> None:
        rest = iter(lines)
        first = next(rest, "").removeprefix("\ufeff")
        if _NOT_UTF_8.search(first):
            raise ParseError(f"{file}: line 1 {_SAVE_AS_UTF_8}")
        self._rows = csv.reader(chain([first], rest), delimiter=_delimiter(first), strict=True)
        names = self._header()
        _check_header(names, file, required, optional)
        known = {*required, *optional}
        self.places = {name: place for place, name in enumerate(names) if name in known}
        self.unknown = tuple(shown(name) for name in names if name and name not in known)
        self._width = len(names)

    @property
    def last_line(self) -> int:
        """The last line of the row that was read last; it has several where a quoted cell has line breaks."""
        return self._rows.line_num

    def __iter__(self) -> Iterator[tuple[int, list[str]] | BadRow]:
        """Each row that is not empty: its first line and its cells, of which the last ones may be missing."""
        while True:
            line = self._rows.line_num + 1
            try:
                cells = next(self._rows, None)
            except csv.Error:
                yield self._unreadable(line)
                continue
            if cells is None:
                return
            text = "".join(cells)
            if text and not text.isspace():
                yield self._checked(line, cells, text)

    def _header(self) -> list[str]:
        try:
            return [name.strip().casefold() for name in next(self._rows, [])]
        except csv.Error:
            return []

    def _unreadable(self, line: int) -> BadRow:
        """A quotation mark that is never closed makes one bad row of all lines after it."""
        last = self._rows.line_num
        where = f"lines {line} to {last} are" if last > line else "the line is"
        return BadRow(line, f"{where} not readable as CSV: a quotation mark or a line break has no partner")

    def _checked(self, line: int, cells: list[str], text: str) -> tuple[int, list[str]] | BadRow:
        if len(cells) > self._width and any(map(str.strip, cells[self._width :])):
            return BadRow(line, f"has {len(cells)} values for {self._width} columns; quote a value that has commas")
        if not text.isascii() and _NOT_UTF_8.search(text) and self._is_needed_text_lost(cells):
            return BadRow(line, _SAVE_AS_UTF_8)
        return line, cells

    def _is_needed_text_lost(self, cells: list[str]) -> bool:
        return any(_NOT_UTF_8.search(cells[place]) for place in self.places.values() if place < len(cells))


def shown(value: str) -> str:
    """A value for a message; one that may be a mail address is not shown."""
    return "(an address)" if "@" in value else clean_line(value, 40)


def _delimiter(first: str) -> str:
    unquoted = _QUOTED.sub("", first)
    return max(_DELIMITERS, key=unquoted.count)


def _check_header(names: list[str], file: str, required: Sequence[str], optional: Sequence[str]) -> None:
    found = clean_line(", ".join(shown(name) for name in names if name), 120) or "nothing"
    if missing := [name for name in required if name not in names]:
        columns = f"a column {missing[0]}" if len(missing) == 1 else f"the columns {', '.join(missing)}"
        raise ConfigurationError(f"{file}: line 1 must name {columns}; it names: {found}")
    if twice := [name for name in (*required, *optional) if names.count(name) > 1]:
        raise ConfigurationError(f"{file}: line 1 names the column {twice[0]} twice; it names: {found}")

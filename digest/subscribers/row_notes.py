"""Remarks about the rows of a list, each once, with the number of its rows and the lines of some. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from digest.parsing.tables.csv_table import shown

_MOST_LINES = 5  # lines that a note names


@dataclass(slots=True)
class _Noted:
    remark: str
    count: int = 0
    lines: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        rows = f"{self.count} rows, lines" if self.count > 1 else "1 row, line"
        lines = ", ".join(map(str, self.lines)) + (" …" if self.count > len(self.lines) else "")
        return self.remark.format(rows=f"{rows} {lines}")


class RowNotes:
    """What is remarkable about the rows that were read."""

    def __init__(self) -> None:
        self._noted: dict[str, _Noted] = {}

    def add(self, line: int, about: str, remark: str) -> None:
        """Note a row; `{rows}` in the remark is the number and the lines of all rows that are noted `about` the same.

        Only the first remark about something is kept.
        """
        noted = self._noted.setdefault(about, _Noted(remark))
        noted.count += 1
        if len(noted.lines) < _MOST_LINES:
            noted.lines.append(line)

    def __iter__(self) -> Iterator[str]:
        return map(str, self._noted.values())


def literal(value: str) -> str:
    """A value for a remark, in which braces have a meaning."""
    return shown(value).replace("{", "{{").replace("}", "}}")

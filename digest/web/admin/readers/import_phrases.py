"""The faults of an imported list in the user's language, each with its lines. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from digest.diagnostics.phrases.alert_phrases import in_language
from digest.i18n import Translator
from digest.parsing.tables.csv_table import BadRow

_MOST_LINES = 20  # of one fault


class RowFault(NamedTuple):
    """What is wrong with some rows: how many, and the lines of the first ones."""

    message: str
    rows: int
    lines: str


def grouped_faults(rows: Iterable[BadRow], translator: Translator) -> list[RowFault]:
    """The faults in the order of their first lines."""
    lines: dict[str, list[int]] = {}
    for row in rows:
        lines.setdefault(row.message, []).append(row.line)
    return [_fault(in_language(message, translator), found) for message, found in lines.items()]


def _fault(message: str, lines: list[int]) -> RowFault:
    listed = ", ".join(map(str, lines[:_MOST_LINES])) + (" …" if len(lines) > _MOST_LINES else "")
    return RowFault(message, len(lines), listed)

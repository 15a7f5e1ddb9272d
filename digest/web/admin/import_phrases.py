"""The faults of an imported list in the user's language, each with its lines. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from digest.i18n import Translator
from digest.parsing.csv_table import BadRow

_MOST_LINES = 20  # of one fault


class RowFault(NamedTuple):
    """What is wrong with some rows: how many, and the lines of the first ones. `is_english`: not translated."""

    message: str
    rows: int
    lines: str
    is_english: bool


def grouped_faults(rows: Iterable[BadRow], translator: Translator) -> list[RowFault]:
    """The faults in the order of their first lines."""
    lines: dict[str, list[int]] = {}
    for row in rows:
        lines.setdefault(row.message, []).append(row.line)
    return [_fault(message, found, translator) for message, found in lines.items()]


def _fault(message: str, lines: list[int], translator: Translator) -> RowFault:
    known = _phrases(translator)
    listed = ", ".join(map(str, lines[:_MOST_LINES])) + (" …" if len(lines) > _MOST_LINES else "")
    is_english = message not in known and translator.language != "en"
    return RowFault(known.get(message, message), len(lines), listed, is_english)


def _phrases(translator: Translator) -> dict[str, str]:
    _ = translator.gettext
    return {
        "not a valid email address: expected name@domain": _("not a valid email address: expected name@domain"),
        "not a valid email address": _("not a valid email address"),
        "not an email address that every server accepts: non-ASCII letters before @": _(
            "not an email address that every server accepts: non-ASCII letters before @"
        ),
        "repeats an earlier line": _("repeats an earlier line"),
        "the language is not a code such as en or ru": _("the language is not a code such as en or ru"),
        "the edition is not an edition's name; separate several with bars: daily|weekly": _(
            "the edition is not an edition's name; separate several with bars: daily|weekly"
        ),
        "more values than columns; quote a value that has commas": _(
            "more values than columns; quote a value that has commas"
        ),
        "the line is not readable as CSV: a quotation mark or a line break has no partner": _(
            "the line is not readable as CSV: a quotation mark or a line break has no partner"
        ),
        "contains the lines after it: a quotation mark has no partner": _(
            "contains the lines after it: a quotation mark has no partner"
        ),
        "is not UTF-8 text; save the file as UTF-8": _("is not UTF-8 text; save the file as UTF-8"),
    }

"""Cells of CSV files that spreadsheets would take for formulas: written as text, and read back. Pure."""

import re

# What spreadsheets take for the start of a formula; the full-width forms of these signs too, in East Asian locales.
# OWASP, "CSV Injection": a tab, CR or LF before the sign does not make it text.
_FORMULA_START = r"[=+\-@\t\r\n＝＋－＠]"
_FORMULA = re.compile(f"'*{_FORMULA_START}")
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_QUOTED_FORMULA = re.compile(f"'+{_FORMULA_START}")


def formula_safe(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would calculate; the others as they are."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unquoted(cell: str) -> str:
    """A cell without the apostrophe that `formula_safe` adds."""
    return cell[1:] if cell[:1] == "'" and _QUOTED_FORMULA.match(cell) else cell


def formula_text(cell: str) -> str:
    """The text of a cell such as `="007"`, as programs write it so that Excel makes no number of it."""
    found = _TEXT_FORMULA.fullmatch(cell.strip())
    return found[1] if found else cell

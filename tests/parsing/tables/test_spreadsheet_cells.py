"""Cells of CSV files: none is a spreadsheet's formula, and each is read back as it was."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.parsing.tables.spreadsheet_cells import formula_safe, formula_text, unquoted

SIGNS = tuple("=+-@＝＋－＠\t\r\n")


@given(st.text(max_size=20) | st.text("'=+-@＝＋－＠\t\r\n1", max_size=5))
@example("\n=1")
@example("'=1")
def test_formula_safe_any_cell_is_no_formula_and_is_read_back(cell: str) -> None:
    """What `unquoted` makes of it is the same cell, also where it had apostrophes of its own."""
    assert not formula_safe(cell).startswith(SIGNS)
    assert unquoted(formula_safe(cell)) == cell


@pytest.mark.parametrize("cell", ["", "Anna", "'quoted'", "1-2", "a=b"])
def test_formula_safe_other_cells_stay_as_they_are(cell: str) -> None:
    """An apostrophe is added only where it is needed."""
    assert formula_safe(cell) == cell


@pytest.mark.parametrize(
    ("cell", "text"), [('="007"', "007"), (' ="007" ', "007"), ('="a"&"b"', '="a"&"b"'), ('x="a"', 'x="a"')]
)
def test_formula_text_of_a_formula_that_is_only_a_text_is_that_text(cell: str, text: str) -> None:
    """What it would compute otherwise, nobody knows."""
    assert formula_text(cell) == text

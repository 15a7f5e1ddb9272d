"""Numbers of things in sentences."""

import pytest

from digest.model.quantities import counted, waiting


@pytest.mark.parametrize(
    ("number", "things", "wait"),
    [(0, "0 items", "0 wait"), (1, "1 item", "1 waits"), (2, "2 items", "2 wait"), (1_001, "1,001 items", "1001 wait")],
)
def test_number_of_things_has_the_form_of_the_number(number: int, things: str, wait: str) -> None:
    """Only 1 is singular."""
    assert (counted(number, "item", ","), waiting(number)) == (things, wait)

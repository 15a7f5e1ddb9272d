"""Sizes of pictures, as foreign sources write them."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.parsing.pixels import LARGEST, parse_pixels

FORMS = ("{}", " {} ", "{}px", "{} px", "{}.0")
VALUES = st.one_of(
    st.text(), st.integers(), st.floats(), st.decimals(), st.booleans(), st.none(), st.just({"value": 1})
)


@example(20_000, "{}")
@given(st.integers(1, 20_000), st.sampled_from(FORMS))
def test_parse_pixels_every_way_to_write_a_size_is_read(number: int, form: str) -> None:
    """As a number or a text, with or without the unit."""
    assert parse_pixels(form.format(number)) == number
    assert parse_pixels(number) == parse_pixels(float(number)) == parse_pixels(Decimal(number)) == number


@given(VALUES)
def test_parse_pixels_any_value_is_in_range_or_unknown(value: object) -> None:
    """Nothing raises, and nothing else than 1 to 20,000 comes out."""
    found = parse_pixels(value)
    assert found is None or 1 <= found <= LARGEST


@pytest.mark.parametrize(
    "value",
    ["", "0", "-600", "20001", "100%", "auto", "50em", "600.5", "6e2", "600 800", "٦٠٠", "6 00", 0, 600.5, True,
     float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN")],
)  # fmt: skip
def test_parse_pixels_what_is_not_wholly_understood_is_unknown(value: object) -> None:
    """A share, another unit, a fraction or a number out of range."""
    assert parse_pixels(value) is None

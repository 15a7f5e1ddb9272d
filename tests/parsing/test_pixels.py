"""Sizes of pictures, as foreign sources write them."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.parsing.pixels import LARGEST, parse_pixels, size_in_name

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


@pytest.mark.parametrize(
    ("address", "size"),
    [
        ("https://a.example/2026/quay-600x400.jpg", (600, 400)),
        ("/quay-150x150.PNG?v=2", (150, 150)),
        ("quay-1024x683.webp#top", (1024, 683)),
        ("quay-16x9.jpg", (None, None)),
        ("quay-16x10.jpg", (None, None)),
        ("quay-600x400.html", (None, None)),
        ("quay-600x400.jpg/small.jpg", (None, None)),
        ("quay-600x400-2.jpg", (None, None)),
        ("quay-20260x11270.jpg", (None, None)),
        ("/-600x400.jpg", (None, None)),
        ("", (None, None)),
    ],
)
def test_size_in_name_is_that_of_a_smaller_copy(address: str, size: tuple[int | None, int | None]) -> None:
    """As WordPress names it; a proportion, a date and another part of an address are none."""
    assert size_in_name(address) == size

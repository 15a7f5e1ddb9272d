"""Sizes as people read them."""

from zoneinfo import ZoneInfo

import pytest

from digest.diagnostics.readable_size import readable_size, size_in_language
from digest.i18n import Translator


@pytest.mark.parametrize(
    ("octets", "english", "russian"),
    [
        (0, "0 KB", "0 КБ"),
        (40_960, "41 KB", "41 КБ"),
        (999_499, "999 KB", "999 КБ"),
        (999_900, "1.0 MB", "1,0 МБ"),
        (12_345_678, "12.3 MB", "12,3 МБ"),
        (4_000_000_000, "4.0 GB", "4,0 ГБ"),
    ],
)
def test_readable_size_has_digits_for_small_and_large_ones(octets: int, english: str, russian: str) -> None:
    """A table of some rows is not `0.0 MB`."""
    assert (readable_size(octets), size_in_language(octets, Translator("ru", ZoneInfo("UTC")))) == (english, russian)

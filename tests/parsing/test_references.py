"""Character references are resolved as HTML defines them."""

import pytest

from digest.parsing.html_text import plain_text, title_text, without_second_escape
from digest.parsing.references import resolved, resolved_attribute, with_possible_references


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("&#" + "1" * 5_000 + ";", "\ufffd"),
        ("&#" + "1" * 100_000, "\ufffd"),
        ("&#" + "0" * 5_000 + "65;", "A"),
        ("&#" + "0" * 5_000 + "65", "A"),
        ("&#" + "0" * 5_000 + ";", "\ufffd"),
        ("&#x" + "1" * 5_000 + ";", "\ufffd"),
    ],
    ids=["huge", "huge-open", "zeros", "zeros-open", "zero", "hexadecimal"],
)
def test_resolved_reference_of_thousands_of_digits_is_a_character(reference: str, text: str) -> None:
    """Python reads no such number; every reader of foreign text gets a character."""
    assert resolved(f"a{reference}b") == f"a{text}b"
    read = {title_text(reference), plain_text(reference), without_second_escape("&lt;p>" + reference)}
    assert read == {text, f"&lt;p>{reference}"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *(("?a=1&copy=2", "?a=1&copy=2"), ("?a=1&section=2", "?a=1&section=2"), ("?a&copyx;b", "?a&copyx;b")),
        *(("a&amp;copy=2", "a&copy=2"), ("&copy; A", "© A"), ("&copy A", "© A"), ("&#38;b&#x41;", "&bA"), ("&", "&")),
    ],
)
def test_resolved_attribute_name_before_other_letters_is_no_reference(value: str, text: str) -> None:
    """HTML leaves `&copy=2` and `&section` unchanged in attributes, for the sake of addresses."""
    assert resolved_attribute(value) == text


@pytest.mark.parametrize("digits", ["1" * 5_000, "9" * 8])
def test_with_possible_references_of_too_many_digits_is_none(digits: str) -> None:
    """XML with it would be unreadable."""
    assert with_possible_references(f"a&#{digits};b") == "a&#xFFFD;b"

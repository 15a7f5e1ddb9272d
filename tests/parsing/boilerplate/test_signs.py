"""The signs by which a text that may hold boilerplate is found."""

import pytest

from digest.parsing.boilerplate.signs import Signs

SIGNS = ("(more", "Read ", "Read the ", "a.b", "появил")


@pytest.mark.parametrize("around", ["{}", "he {} said", "он {} — да", "é{}"])
@pytest.mark.parametrize("sign", SIGNS)
def test_any_in_text_with_a_sign_is_true(sign: str, around: str) -> None:
    """In ASCII and in wider characters, at any place, whatever regular expressions make of the sign."""
    assert Signs([sign]).any_in(around.format(sign))
    assert Signs(SIGNS).any_in(around.format(sign))


@pytest.mark.parametrize("text", ["", "more", "Read", "read the", "«Read»", "axb", "axb…", "(Mor", "появи", "b"])
def test_any_in_text_without_a_sign_is_false(text: str) -> None:
    """A part of a sign is none, the case counts, and a dot is no other character."""
    assert not Signs(SIGNS).any_in(text)

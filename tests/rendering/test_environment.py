"""The filters of templates: text in lines."""

from textwrap import wrap as wrapped_by_textwrap

from hypothesis import given
from hypothesis import strategies as st

from digest.rendering.environment import unbroken, wrap

TEXTS = st.text(alphabet="ab  \t\n\u00a0-щ", max_size=40)


@given(TEXTS, st.integers(8, 40), st.sampled_from(["", "  ", "12  "]))
def test_wrap_of_any_text_is_that_of_textwrap(text: str, width: int, first: str) -> None:
    """Also where the text fits into one line as it is."""
    lines = wrapped_by_textwrap(text, width, initial_indent=first, subsequent_indent="  ", break_on_hyphens=False)
    assert wrap(text, width, "  ", first) == "\n".join(lines)


def test_unbroken_keeps_short_texts_on_one_line() -> None:
    """A long one may break between its words."""
    assert unbroken("25 Nov, 06:36") == "25\u00a0Nov,\u00a006:36"
    assert unbroken("word " * 8) == "word " * 8

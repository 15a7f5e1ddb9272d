"""Rules that hold below one element only."""

import pytest

from digest.rendering.scoped_css import scoped


def test_scoped_rules_hold_below_the_element_and_are_short() -> None:
    """Each of several selectors gets it."""
    rules = """
    .side { padding-left: 32px !important; padding: 0 1px; }
    .right > div, .left a { color: red }
    """
    assert scoped(rules, ".app") == (
        ".app .side{padding-left:32px!important;padding:0 1px}\n.app .right>div,.app .left a{color:red}"
    )


@pytest.mark.parametrize(
    "rules",
    [
        "@media print { .side { color: red } }",
        ".side { color: red } @media print { .side { color: black } }",
        "@import 'a.css'; .side { color: red }",
        ".side { color: red",
        ".side { color: red } }",
    ],
)
def test_scoped_rules_that_are_not_flat_are_left_out(rules: str) -> None:
    """Half of them would be another style."""
    assert scoped(rules, ".app") == ""


def test_scoped_nothing_is_nothing() -> None:
    """A theme's block may be empty."""
    assert scoped("\n", ".app") == ""

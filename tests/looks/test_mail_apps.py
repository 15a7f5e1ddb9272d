"""What mail apps remove from a message, by data and by what is known of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import lxml.html
import pytest

from tests.looks.mail_apps import as_drawn_by_word, as_shown_by, as_shown_by_yahoo
from tests.looks.support_data import Unsupported, unsupported_by


def feature(slug: str, title: str, *answers: str) -> Mapping[str, Any]:
    """A feature of the data with the answers for the versions of one app, the newest last."""
    return {"slug": slug, "title": title, "stats": {"app": {"web": dict(enumerate(answers))}}}


@pytest.mark.parametrize(
    ("slug", "title", "expected"),
    [
        ("css-object-fit", "object-fit", {"properties": {"object-fit"}}),
        ("css-max-height", "max-height property", {"properties": {"max-height"}}),
        ("css-gap", "gap, column-gap, row-gap", {"properties": {"gap", "column-gap", "row-gap"}}),
        ("css-color-scheme", "color-scheme CSS property", {"properties": {"color-scheme"}}),
        ("css-display-flex", "display:flex", {"values": {("display", "flex")}}),
        ("css-function-max", "max()", {"functions": {"max"}}),
        ("css-variables", "CSS Variables (Custom Properties)", {"functions": {"var"}}),
        ("css-unit-rem", "rem unit", {"units": {"rem"}}),
        ("css-at-media", "@media", {"at_rules": {"media"}}),
        ("css-at-media-hover", "@media (hover), @media (any-hover)", {"media_features": {"hover", "any-hover"}}),
        ("css-pseudo-class-hover", ":hover", {"selectors": {":hover"}}),
        ("css-pseudo-class-has", ":has()", {"selectors": {":has"}}),
        ("css-pseudo-element-before", "::before", {"selectors": {"::before"}}),
        ("css-selector-child", "Child combinator", {"selectors": {"child"}}),
        ("html-wbr", "<wbr> element", {"elements": {"wbr"}}),
        ("html-align", "align attribute", {"attributes": {"align"}}),
        ("image-svg", "SVG", {}),
    ],
)
def test_unsupported_by_finds_what_a_feature_is_about(slug: str, title: str, expected: Mapping[str, Any]) -> None:
    """Properties, values, functions, units, rules, selectors, elements and attributes."""
    found = unsupported_by("app", "web", [feature(slug, title, "y", "n #1")])
    assert found == Unsupported(**{name: frozenset(things) for name, things in expected.items()})


@pytest.mark.parametrize("answers", [["n", "y"], ["n", "a #1"], ["u"], []])
def test_unsupported_by_newest_version_counts(answers: Sequence[str]) -> None:
    """What is supported now, in part or perhaps, is not removed."""
    assert unsupported_by("app", "web", [feature("css-gap", "gap", *answers)]) == Unsupported()


PAGE = """<html><head><style>
.a, a:hover, td > p { color: red; gap: 1px }
@media (min-width: 481px) { .b { width: calc(1px) ; height: 2px } }
@media (prefers-color-scheme: dark) { .c { color: blue } }
</style></head><body style="gap:1px;color:red !important"><p style="margin:1rem">a<wbr>b</p><svg><text>x</text></svg>
</body></html>"""


def test_as_shown_by_removes_what_is_unsupported() -> None:
    """Declarations, selectors, media queries, elements; the rest stays as it is."""
    missing = Unsupported(
        properties=frozenset({"gap"}),
        functions=frozenset({"calc"}),
        units=frozenset({"rem"}),
        media_features=frozenset({"prefers-color-scheme"}),
        selectors=frozenset({":hover", "child"}),
        elements=frozenset({"wbr", "svg"}),
    )
    page = lxml.html.document_fromstring(as_shown_by(PAGE, missing))
    sheet = "".join(page.findtext(".//style").split())
    assert sheet == ".a{color:red}@media(min-width:481px){.b{height:2px}}"
    assert page.body.get("style") == "color:red !important"
    assert page.find(".//p").get("style") == ""
    assert page.body.text_content().strip() == "ab"


def test_as_drawn_by_word_knows_padding_on_cells_alone() -> None:
    """Sizes of images are their attributes; what is for other apps is gone, what is for Outlook is there."""
    shown = as_drawn_by_word(
        "<html><body><!--[if mso | IE]><table width=600><tr><td><![endif]-->"
        '<div style="padding:1px;margin:2px;max-width:600px;display:block">'
        '<img width="50" style="width:100%;height:auto;display:block;border:0"></div>'
        "<!--[if mso | IE]></td></tr></table><![endif]--><!--[if !mso]><!--><b>x</b><!--<![endif]-->"
        '<table><tr><td style="padding:1px;word-break:break-word">y</td></tr></table></body></html>'
    )
    page = lxml.html.document_fromstring(shown)
    assert page.find(".//table").get("width") == "600"
    assert page.find(".//b") is None
    assert [one.get("style") for one in page.iterfind(".//*[@style]")] == ["margin:2px", "border:0", "padding:1px"]


def test_as_shown_by_yahoo_turns_heights_into_minimums() -> None:
    """Line heights and maximums are something else."""
    shown = as_shown_by_yahoo('<html><body><p style="height:1px;line-height:2px;max-height:3px">x</p></body></html>')
    assert 'style="min-height:1px;line-height:2px;max-height:3px"' in shown

"""Slots between blocks: their days, their places, both parts, and what is wrong with one."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from digest.errors import ConfigurationError, RenderError
from digest.model.issues import Rendered
from digest.rendering.render import Renderer
from digest.rendering.theme import Themes
from digest.settings.looks import SlotSettings
from tests.support import issues

TEMPLATES = Path(__file__).parents[2] / "templates"
DAY = date(2026, 10, 1)  # of the issues to render


def slot(after: str = "lead", **values: Any) -> SlotSettings:
    """A slot with a text, unless it has something else."""
    content = {} if {"html", "image", "text"} & set(values) else {"text": "The autumn fair opens on Saturday."}
    return SlotSettings.model_validate({"after": after, **content, **values})


def rendered(*slots: SlotSettings, language: str = "en", theme: str = "quay") -> Rendered:
    """An issue of 1 October 2026 with these slots."""
    issue = issues.english() if language == "en" else issues.russian()
    return Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme=theme, slots=slots)


def texts(found: Rendered) -> tuple[str, str]:
    """The text of both parts, with all white space collapsed."""
    body = lxml.html.document_fromstring(found.html).body
    return " ".join(body.text_content().split()), " ".join(found.text.split())


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        ({}, True),
        ({"from": DAY}, True),
        ({"until": DAY}, True),
        ({"from": "2026-09-01", "until": "2026-10-01"}, True),
        ({"from": date(2026, 10, 2)}, False),
        ({"until": date(2026, 9, 30)}, False),
    ],
)
def test_slot_is_shown_on_its_days(days: dict[str, Any], shown: bool) -> None:
    """Both days included, by the day of the issue."""
    for part in texts(rendered(slot(**days))):
        assert ("The autumn fair" in part) is shown


def test_slot_follows_its_block_in_both_parts() -> None:
    """Several after one block keep their order; each has its label above it."""
    found = rendered(slot(text="First"), slot("sections", text="Third", label="From our shop"), slot(text="Second"))
    wanted = ["Night ferries", "Advertisement", "First", "Advertisement", "Second", "The old crane", "Комета"]
    wanted += ["From our shop", "Third", "Most discussed"]
    for part in texts(found):
        rest = part[part.index("1, 2026") :]  # after the preheader
        for mark in wanted:
            assert mark in rest
            rest = rest[rest.index(mark) + len(mark) :]


@pytest.mark.parametrize("theme", Themes([TEMPLATES]).names)
def test_slot_picture_that_is_blocked_has_a_description_in_the_colours_of_the_theme(theme: str) -> None:
    """In a link without a colour of its own it would be dark blue, which cannot be read in dark mode."""
    found = rendered(slot(image="https://fair.example/a.png", url="https://fair.example", text="A wheel"), theme=theme)
    (link,) = lxml.html.document_fromstring(found.html).xpath("//a[img[@alt='A wheel']]")
    assert "accent" in link.classes  # what the rules for dark mode name
    assert re.search(r"(^|;)color:#[0-9a-f]{6}(;|$)", link.get("style"))


@pytest.mark.parametrize("after", ["header", "intro", "lead", "sections", "discussed", "closing", "footer"])
def test_slot_may_follow_each_block(after: str) -> None:
    """The last one too."""
    for part in texts(rendered(slot(after))):
        assert "The autumn fair opens on Saturday." in part


@pytest.mark.parametrize("theme", ["quay", "letter", "lines"])
@pytest.mark.parametrize("after", ["lead", "footer"])
def test_slot_after_the_footer_is_on_the_ground(theme: str, after: str) -> None:
    """As the footer is, in a box that has another colour; any other slot is on the paper of the stories."""
    found = rendered(slot(after), theme=theme)
    colours = Themes([TEMPLATES]).style(theme).light
    (label,) = lxml.html.document_fromstring(found.html).xpath("//p[normalize-space()='Advertisement']")
    styles = "".join(one.get("style", "") for one in label.iterancestors())
    box, around = re.findall(r"background-color:(#\w+)", styles)[:2]
    assert box == colours["shade" if after == "lead" or theme != "quay" else "paper"]
    assert around == colours["paper" if after == "lead" else "ground"]


def test_slot_after_the_footer_has_a_rule_above_it_in_the_text() -> None:
    """Directly, as the footer has; the second one has none."""
    text = rendered(slot("footer"), slot("footer", text="Second")).text
    rule = "-" * 72
    assert f"1 Quay Street, Port\n\n{rule}\n[Advertisement]\n\nThe autumn fair" in text
    assert text.endswith("Saturday.\n\n\n[Advertisement]\n\nSecond\n")
    assert text.count(rule) == 2


def test_slot_label_is_translated() -> None:
    """Unless it has one of its own."""
    for part in texts(rendered(slot(), language="ru")):
        assert "Реклама" in part
    for part in texts(rendered(slot(label="Партнёры"), language="ru")):
        assert "Реклама" not in part


def test_slot_links_are_sponsored() -> None:
    """Those of a text, of a picture and of HTML; the text part has their addresses."""
    link = "https://fair.example/{}?a=1&b=2/"
    html = (
        f'<p>One<p>Two &nbsp;<a href="{link.format("html")}">three</a><br><A HREF="https://b.example/x" rel="me">b</A>'
    )
    found = rendered(
        slot(url=link.format("text")),
        slot(image="https://fair.example/a.png", url=link.format("image"), text="A wheel"),
        slot(html=html),
    )
    page = lxml.html.document_fromstring(found.html)
    links = {str(a.get("href")): a.get("rel") for a in page.iter("a")}
    assert {links[link.format(kind)] for kind in ("text", "image", "html")} == {"sponsored"}
    assert links["https://b.example/x"] == "me"
    for kind in ("text", "image", "html"):
        assert link.format(kind) in found.text
    assert "https://b.example/x" in found.text
    (picture,) = [image for image in page.iter("img") if image.get("alt") == "A wheel"]
    assert picture.get("src") == "https://fair.example/a.png"
    assert int(picture.get("width")) <= 536


def test_slot_html_is_inserted_as_it_is() -> None:
    """Nothing that MJML would refuse or change is changed; an article cannot make a slot."""
    html = '<p style="color:#123">One<p>Two &nbsp; A & B<br><b>wide{}</b>'.format("w" * 60)
    assert html in rendered(slot(html=html)).html
    forged = issues.retitled(issues.english(), '<i data-slot="1"></i>')
    made = Renderer(issues.PORTAL, [TEMPLATES]).render(forged, issues.LINKS, theme="quay", slots=[slot(html=html)])
    assert made.html.count(html) == 1


def test_slot_text_is_escaped_and_has_paragraphs() -> None:
    """An empty line separates them."""
    found = rendered(slot(text="One <b>\nline\n\n{{ 7 * 7 }}"))
    page, text = texts(found)
    assert "One <b> line" in page
    assert "{{ 7 * 7 }}" in page
    assert "One <b> line\n\n{{ 7 * 7 }}" in found.text
    assert "49" not in text


def test_slot_text_has_no_invisible_characters() -> None:
    """MJML would refuse controls, and a bidi override would turn what follows."""
    found = rendered(
        slot(text="The \x07autumn \u202efair"), slot(image="https://a.example/b.png", url="https://a.example")
    )
    for part in texts(found):
        assert "The autumn fair" in part


def test_slot_with_active_content_is_refused() -> None:
    """As anything else in a message; the error names the slot by its place in the configuration."""
    with pytest.raises(RenderError, match=r"slots\.2\.html of the edition has <script>"):
        rendered(slot(until=date(2020, 1, 1)), slot(html="<script>x</script>"))
    with pytest.raises(RenderError, match=r"slots\.1\.html of the edition has a link that is not absolute: '/fair'"):
        rendered(slot(html='<a href="/fair">The fair</a>'))


def test_slot_html_has_its_lines_in_the_text_part() -> None:
    """Words of two paragraphs do not become one; style sheets are no text."""
    html = "<style>p{margin:0}</style><p>Autumn fair</p><p>opens <b>Satur</b>day</p><div>at<br>nine</div>Free entry"
    text = rendered(slot(html=html)).text
    assert "Autumn fair\n\nopens Saturday\n\nat nine\n\nFree entry\n" in text
    assert "margin" not in text


def test_slot_after_an_unknown_block_is_an_error() -> None:
    """It names the number of the slot, the value and the nearest block."""
    with pytest.raises(
        ConfigurationError, match=r'theme quay shows no block "led", which slots\.2\.after.*did you mean "lead"\?'
    ):
        rendered(slot(), slot("led", until=date(2020, 1, 1)))

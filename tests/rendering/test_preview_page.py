"""The preview page: one file that shows a message at two widths in seven modes, without scripts or requests."""

import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Literal

import lxml.html
import pytest
from playwright.sync_api import Browser, Page

from digest.i18n import Translator
from digest.message.parsed_message import ParsedMessage
from digest.model.issues import Finding, Rendered
from digest.rendering.mail_views import VIEWS, embed_images
from digest.rendering.preview_page import InboxRow, Shown, preview_page, themes_page
from digest.rendering.render import Renderer, encoded_size
from tests.support import issues
from tests.support.chromium import axe_violations, chromium

TEMPLATES = Path(__file__).parents[2] / "templates"
PICTURE = (Path(__file__).parents[2] / "digest/sample/images/lighthouse.jpg").read_bytes()

Scheme = Literal["light", "dark"]


def rendered(language: str = "en") -> Rendered:
    """The English or the Russian issue, rendered."""
    issue = issues.english() if language == "en" else issues.russian()
    return Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme="default")


def message(one: Rendered) -> bytes:
    """The issue as a complete message of 07:00 in Moscow."""
    whole = EmailMessage(policy=SMTP)
    whole["Subject"] = one.subject
    whole["From"] = "Harbour Gazette <news@gazette.example>"
    whole["Date"] = "Thu, 01 Oct 2026 04:00:12 +0000"
    whole.set_content(one.text)
    whole.add_alternative(one.html, subtype="html")
    return whole.as_bytes()


def shown(one: Rendered, *findings: Finding, theme: str = "default") -> Shown:
    """The issue as the page takes it."""
    return Shown(theme=theme, html=one.html, text=one.text, source=message(one), findings=findings)


def row(one: Rendered, subject: str | None = None) -> InboxRow:
    """The issue in a list of messages."""
    return InboxRow(sender="Harbour Gazette", subject=subject or one.subject, preheader=one.preheader)


def previewed(one: Rendered, *findings: Finding, language: str = "en", subject: str | None = None) -> str:
    """The preview page of an issue."""
    return preview_page(shown(one, *findings), row(one, subject), Translator(language, issues.PORTAL.zone))


def test_preview_page_has_two_switches_and_a_frame_for_each_mode() -> None:
    """Two widths; five modes as sandboxed frames, the text and the source as text."""
    one = rendered()
    page = lxml.html.document_fromstring(previewed(one))
    frames = {frame.get("title"): frame for frame in page.iter("iframe")}
    assert list(frames) == ["Light", "Dark", "Forced dark", "Images off", "No style sheet"]
    assert all("allow-scripts" not in frame.get("sandbox", "allow-scripts") for frame in frames.values())
    assert all("allow-same-origin" not in frame.get("sandbox") for frame in frames.values())
    assert "gazette.example/images" in frames["Light"].get("srcdoc")
    assert "gazette.example/images" not in frames["Images off"].get("srcdoc")
    switches = {fieldset.findtext("legend"): fieldset for fieldset in page.iter("fieldset")}
    choices = {title: [label.text_content() for label in one.iter("label")] for title, one in switches.items()}
    assert choices == {"Width": ["Desktop", "Phone"], "Shown as": [*frames, "Plain text", "Source"]}
    text, source = (pre.text_content() for pre in page.iter("pre"))
    assert text.split() == one.text.split()
    assert source.startswith("Subject:")


def test_themes_page_has_each_theme_in_each_mode() -> None:
    """Every frame says which theme it shows; its findings are below its frame."""
    one = rendered()
    finding = Finding(rule="24 Links", level="error", message="2 links are not https")
    themes = [shown(one, theme="default"), shown(one, finding, theme="evening")]
    page = lxml.html.document_fromstring(themes_page(themes, row(one), Translator("en", issues.PORTAL.zone)))
    assert [heading.text.strip() for heading in page.xpath("//section[@class='theme']/h2")] == ["default", "evening"]
    titles = [frame.get("title") for frame in page.iter("iframe")]
    assert len(titles) == len(set(titles)) == 10
    assert {"default: Light", "evening: Forced dark"} <= set(titles)
    plain, faulty = (theme.text_content() for theme in page.xpath("//section[@class='theme']"))
    assert "No problems found." in plain
    assert finding.message in faulty


def test_preview_page_has_no_script_and_makes_no_request() -> None:
    """A strict policy, switches without script, and no URL in a link, style or image of the page itself."""
    page = lxml.html.document_fromstring(previewed(rendered()))
    (policy,) = [meta.get("content") for meta in page.iter("meta") if meta.get("http-equiv")]
    assert policy.startswith("default-src 'none';")
    assert not list(page.iter("script", "link", "img", "object", "form"))
    assert "url(" not in page.find(".//style").text


def test_preview_page_shows_inbox_row_sizes_and_findings() -> None:
    """Sender, subject, preheader and time; the sizes; each finding with its rule and text."""
    finding = Finding(rule="24 Links", level="error", message="2 links are not https")
    page = lxml.html.document_fromstring(previewed(rendered(), finding))
    text = " ".join(page.body.text_content().split())
    for expected in (
        "Harbour Gazette",
        "07:00",
        rendered().preheader,
        "Gmail clips here",
        "Error: 24 Links",
        finding.message,
    ):
        assert expected in text
    assert "No problems found." not in text
    assert "No problems found." in previewed(rendered())


@pytest.mark.parametrize(
    ("subject", "start"),
    [
        ("Short", "Short"),
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 40),
        ("x" * 39 + "е\u0301 и", "x" * 39 + "е\u0301"),
        ("x" * 39 + "\u2764\ufe0f!", "x" * 39 + "\u2764\ufe0f"),
    ],
)
def test_inbox_row_marks_the_40th_character(subject: str, start: str) -> None:
    """After it, in both forms and colours; accents stay with their letter, and a short subject has no mark."""
    assert InboxRow(sender="", subject=subject, preheader="").parts_of_subject == (start, subject[len(start) :])
    page = lxml.html.document_fromstring(previewed(rendered(), subject=subject))
    rows = page.xpath("//div[starts-with(@class, 'row')]")
    forms = {"row line day", "row line night", "row tall day", "row tall night"}
    assert {one.get("class") for one in rows} == forms
    for one in rows:
        assert [mark.getparent().text for mark in one.find_class("mark")] == ([start] if start != subject else [])


def test_preview_page_frame_is_higher_on_paper_for_a_longer_message() -> None:
    """By a number of pixels, because a frame cannot grow with its content."""
    issue = issues.english()
    short = Renderer(issues.PORTAL, [TEMPLATES]).render(
        replace(issue, sections=(), most_discussed=()), issues.LINKS, theme="default"
    )
    heights = [
        {int(found) for found in re.findall(r"--printed:(\d+)px", previewed(one))} for one in (short, rendered())
    ]
    assert [len(found) for found in heights] == [1, 1]
    assert 600 < heights[0].pop() < heights[1].pop()


def test_preview_page_is_in_the_language_of_the_edition() -> None:
    """A Russian edition has a Russian preview page."""
    page = previewed(rendered("ru"), language="ru")
    assert "Без картинок" in page
    assert "Images off" not in page


def test_preview_page_foreign_markup_is_escaped() -> None:
    """In the subject, the findings and the message."""
    hostile = '"></iframe><script>alert(1)</script>'
    one = Renderer(issues.PORTAL, [TEMPLATES]).render(
        issues.retitled(issues.english(), hostile), issues.LINKS, theme="default"
    )
    page = previewed(one, Finding(rule=hostile, level="error", message=hostile), subject=hostile)
    assert "<script" not in page
    assert len(list(lxml.html.document_fromstring(page).iter("iframe"))) == 5


def test_sizes_match_the_encoded_message() -> None:
    """The size of the HTML part is that measured by the renderer, and less than the whole."""
    for language in ("en", "ru"):
        one = rendered(language)
        measured = ParsedMessage(message(one)).sizes
        assert measured.html_decoded == pytest.approx(len(one.html.encode()), abs=one.html.count("\n") + 9)
        assert measured.html_encoded == pytest.approx(encoded_size(one.html), rel=0.02)
        assert measured.html_encoded < measured.whole
    assert ParsedMessage(b"Subject: x\r\n\r\nonly text").sizes.html_encoded == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of this file."""
    with chromium() as browser:
        yield browser


def opened(browser: Browser, file: Path, width: int, scheme: Scheme = "light") -> Page:
    """The preview page of the English issue in a window of that width."""
    file.write_text(previewed(embedded(rendered())), encoding="utf-8")
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(file.as_uri())
    return page


def embedded(one: Rendered) -> Rendered:
    """The issue with its pictures in it."""
    return replace(one, html=embed_images(one.html, lambda url: PICTURE))


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_preview_page_has_no_axe_violation_and_follows_the_system(
    browser: Browser, tmp_path: Path, scheme: Scheme, width: int
) -> None:
    """On a phone, where the message comes before the cards, and on a desktop, in light and dark."""
    page = opened(browser, tmp_path / "preview.html", width, scheme)
    assert [(one["id"], one["nodes"][0]["html"]) for one in axe_violations(page)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) < 150) == (scheme == "dark")
    tops = [page.locator(part).bounding_box() for part in ("iframe >> visible=true", "aside")]
    assert all(tops)
    frame, cards = (box["y"] for box in tops if box)
    assert (frame < cards) == (width == 390)
    page.context.close()


@pytest.mark.needs("chromium")
def test_preview_page_switches_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    """Tab and arrow keys reach each width and mode, also a phone in dark mode."""
    page = opened(browser, tmp_path / "preview.html", 1280)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    frame = page.locator("iframe >> visible=true")
    assert frame.get_attribute("title") == "Dark"
    box = frame.bounding_box()
    assert box is not None
    assert box["width"] == 390
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert page.locator("pre >> visible=true").count() == 1
    assert page.locator("iframe >> visible=true").count() == 0
    page.context.close()


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("language", ["en", "ru"])
def test_preview_page_prints_the_whole_message_alone(browser: Browser, tmp_path: Path, language: str) -> None:
    """The frame is higher than the message, by a page at most, and nothing else is on paper."""
    one, file = embedded(rendered(language)), tmp_path / "preview.html"
    file.write_text(previewed(one), encoding="utf-8")
    page = browser.new_page(viewport={"width": 718, "height": 800})  # A4 between the margins of a browser
    page.set_content(one.html)
    needed = page.evaluate("document.documentElement.scrollHeight")
    page.goto(file.as_uri())
    page.emulate_media(media="print")
    box = page.locator("iframe >> visible=true").bounding_box()
    assert box is not None
    assert needed <= box["height"] <= needed + 1_000
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= box["height"]
    for part in ("header", "aside", ".line", "fieldset"):
        assert not page.locator(part).first.is_visible()
    page.close()


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("mode", list(VIEWS))
def test_preview_page_runs_no_script_of_the_message(browser: Browser, tmp_path: Path, mode: str) -> None:
    """Neither elements nor handlers, in any mode."""
    hostile = '<script>document.body.textContent="ran"</script><img src="data:," onerror="this.alt=\'ran\'">'
    one, file = rendered(), tmp_path / "preview.html"
    file.write_text(previewed(replace(one, html=one.html.replace("</body>", f"{hostile}</body>"))), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.locator(f"#mode-{mode}").check()
    frame = page.frame_locator("iframe >> visible=true")
    assert frame.locator("h1").text_content() == "Harbour Gazette"
    assert frame.locator("img").last.get_attribute("alt") is None
    page.close()

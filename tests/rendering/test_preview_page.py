"""The preview page: one file with six views, without scripts or requests."""

import html
import re
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import lxml.html
import pytest

from digest.i18n import Translator
from digest.message.parsed_message import ParsedMessage
from digest.model.issues import Finding, Rendered
from digest.rendering.preview_page import dark, embed_images, light, preview_page, without_images
from digest.rendering.render import Renderer, encoded_size
from tests.support import issues

TEMPLATES = Path(__file__).parents[2] / "templates"
PNG = b"\x89PNG\r\n\x1a\nrest"


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


def previewed(one: Rendered, *findings: Finding, language: str = "en", subject: str | None = None) -> str:
    """The preview page of an issue."""
    return preview_page(
        one.html,
        one.text,
        message(one),
        subject=subject or one.subject,
        preheader=one.preheader,
        sender="Harbour Gazette",
        findings=findings,
        translator=Translator(language, issues.PORTAL.zone),
    )


def test_preview_page_has_six_views() -> None:
    """Desktop, phone, dark and images off as sandboxed frames, the text and the source as text."""
    one = rendered()
    page = lxml.html.document_fromstring(previewed(one))
    frames = {frame.get("title"): frame for frame in page.iter("iframe")}
    assert set(frames) == {"Desktop", "Phone", "Dark", "Images off"}
    assert all("allow-scripts" not in frame.get("sandbox", "allow-scripts") for frame in frames.values())
    assert all("allow-same-origin" not in frame.get("sandbox") for frame in frames.values())
    assert "Night ferries" in frames["Phone"].get("srcdoc")
    assert "gazette.example/images" in frames["Desktop"].get("srcdoc")
    assert "gazette.example/images" not in frames["Images off"].get("srcdoc")
    text, source = (pre.text_content() for pre in page.iter("pre"))
    assert text.split() == one.text.split()
    assert source.startswith("Subject:")


def test_preview_page_has_no_script_and_makes_no_request() -> None:
    """A strict policy, tabs without script, and no URL in a link, style or image of the page itself."""
    page = lxml.html.document_fromstring(previewed(rendered()))
    (policy,) = [meta.get("content") for meta in page.iter("meta") if meta.get("http-equiv")]
    assert policy.startswith("default-src 'none';")
    assert not list(page.iter("script", "link", "img", "object", "form"))
    assert "url(" not in page.find(".//style").text
    assert len(list(page.iter("input"))) == 6


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
    assert len(list(lxml.html.document_fromstring(page).iter("iframe"))) == 4


def test_sizes_match_the_encoded_message() -> None:
    """The size of the HTML part is that measured by the renderer, and less than the whole."""
    for language in ("en", "ru"):
        one = rendered(language)
        measured = ParsedMessage(message(one)).sizes
        assert measured.html_decoded == pytest.approx(len(one.html.encode()), abs=one.html.count("\n") + 9)
        assert measured.html_encoded == pytest.approx(encoded_size(one.html), rel=0.02)
        assert measured.html_encoded < measured.whole
    assert ParsedMessage(b"Subject: x\r\n\r\nonly text").sizes.html_encoded == 0


def test_dark_and_light_do_not_depend_on_the_screen() -> None:
    """The dark view always matches its media query, the light one never."""
    source = rendered().html
    assert "prefers-color-scheme" in source
    assert "prefers-color-scheme" not in dark(source) + light(source)
    assert "@media (min-width: 0px)" in dark(source)
    assert "color-scheme:dark" in dark(source)


def test_without_images_keeps_everything_else() -> None:
    """Only the images are removed."""
    source = rendered().html
    bare = without_images(source)
    assert re.sub(r' src="[^"]*"', "", bare) == re.sub(r' src="[^"]*"', "", source)
    assert "images/" not in bare


def test_embed_images_known_urls_are_replaced() -> None:
    """The URL is looked up unescaped; an unknown one stays."""
    looked_up: list[str] = []

    def lookup(url: str) -> bytes | None:
        looked_up.append(url)
        return PNG if "a=1&b=2" in url else None

    known = html.escape("https://gazette.example/i?a=1&b=2")
    source = f'<p><img alt="" src="{known}"><img src=\'https://gazette.example/2.jpg\' alt=""></p>'
    embedded = embed_images(source, lookup)
    assert looked_up == ["https://gazette.example/i?a=1&b=2", "https://gazette.example/2.jpg"]
    assert 'src="data:image/png;base64,iVBORw0KGgpyZXN0"' in embedded
    assert "src='https://gazette.example/2.jpg'" in embedded

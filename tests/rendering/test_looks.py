"""The look of the default theme: contrast computed from its colours, layout measured in a real browser."""

import contextlib
import html
import itertools
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from digest.model.articles import RankedArticle
from digest.model.issues import Issue
from digest.rendering.mail_views import dark, embed_images, forced_dark, light, without_style_sheets
from digest.rendering.render import Renderer
from digest.rendering.theme import Themes
from tests.looks.mail_apps import as_drawn_by_word
from tests.support import issues
from tests.support.chromium import axe_violations

TEMPLATES = Path(__file__).parents[2] / "templates"
CHROMIUM = shutil.which("chromium")
TEXT_ON_GROUND = (
    ("ink", "paper"), ("quiet", "paper"), ("accent", "paper"), ("quiet", "ground"), ("accent", "ground"),
    ("quiet", "shade"), ("accent", "shade"),
)  # fmt: skip
WIDTHS = (320, 390, 800)
THEMES = Themes([TEMPLATES]).names
PLAIN_THEME = """
{% extends "issue.mjml" %}
{% block header %}
<mj-section css-class="paper edge" background-color="{{ light.paper }}"><mj-column>
{% for use, colour in (("", light.ink), ("ink", light.ink), ("quiet", light.quiet), ("accent", light.accent)) %}
<mj-text css-class="side {{ use }}" color="{{ colour }}">Text</mj-text>
<mj-table css-class="side {{ use }}" color="{{ colour }}"><tr><td>Table</td></tr></mj-table>
<mj-text css-class="shade {{ use }}" container-background-color="{{ light.shade }}" color="{{ colour }}">Text</mj-text>
{% endfor %}
<mj-divider css-class="line" border-color="{{ light.line }}" />
<mj-button background-color="{{ light.accent }}" color="{{ light.paper }}" href="{{ portal.url }}">Button</mj-button>
<mj-button css-class="button" background-color="{{ light.accent }}" color="{{ light.paper }}" href="{{ portal.url }}">
Button</mj-button>
</mj-column></mj-section>
<mj-section css-class="shade" background-color="{{ light.shade }}"><mj-column><mj-text>Text</mj-text></mj-column>
</mj-section>
{% endblock %}
"""
# Measures in each frame: its width, anything wider, the smallest visible font size, the colours.
MEASURE = """
addEventListener("load", () => {
  const found = [...document.querySelectorAll("iframe")].map(frame => {
    const inner = frame.contentDocument, view = frame.contentWindow;
    const hasText = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    const ground = e => !e || colour(e) !== "rgba(0, 0, 0, 0)" ? e : ground(e.parentElement);
    const visible = [...inner.body.querySelectorAll("*")].filter(e => e.checkVisibility() && hasText(e));
    const colour = e => view.getComputedStyle(e).backgroundColor;
    const pictures = [...inner.images].map(one => {
      const shown = one.getBoundingClientRect(), crop = one.parentElement.getBoundingClientRect();
      const [own, drawn] = [one.naturalWidth / one.naturalHeight, shown.width / shown.height];
      return { own, shown: drawn, size: [crop.width, crop.height] };
    });
    return {
      width: frame.clientWidth, scroll: inner.documentElement.scrollWidth, height: inner.body.scrollHeight,
      out: Math.max(...visible.map(e => e.getBoundingClientRect().right)),
      smallest: Math.min(...visible.map(e => parseFloat(view.getComputedStyle(e).fontSize))),
      ground: colour(inner.querySelector(".ground")), paper: colour(inner.querySelector(".paper")),
      texts: visible.map(e => [e.textContent, view.getComputedStyle(e).color, colour(ground(e) ?? inner.body)]),
      ink: view.getComputedStyle(inner.querySelector("h2 a")).color, pictures,
    };
  });
  document.body.innerHTML = "";
  const pre = Object.assign(document.createElement("pre"), { id: "found", textContent: JSON.stringify(found) });
  document.body.append(pre);
});
"""


def rendered_html(issue: Issue, *sizes: tuple[int, int]) -> str:
    """The issue in the default theme, every image replaced by a PNG of one of the sizes in turn."""
    rendered = Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme="default")
    images = itertools.cycle(picture(*size) for size in sizes or [(3, 2)])
    return embed_images(rendered.html, lambda url: next(images))


def picture(width: int, height: int) -> bytes:
    """A grey PNG of that many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    points = zlib.compress((b"\0" + b"\x77" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", points) + chunk(b"IEND", b"")


def measured(tmp_path: Path, *pages: str) -> list[dict[str, Any]]:
    """The measurements of Chromium for each page at each width, in that order."""
    frames = "".join(
        f'<iframe style="width:{width}px;height:900px;border:0" srcdoc="{html.escape(page)}"></iframe>'
        for page in pages
        for width in WIDTHS
    )
    file = tmp_path / "frames.html"
    file.write_text(f'<!doctype html><meta charset="utf-8"><body>{frames}<script>{MEASURE}</script>', encoding="utf-8")
    found = re.search(r'<pre id="found">(.*?)</pre>', browsed(file, tmp_path / "profile"), re.DOTALL)
    assert found is not None
    answer: list[dict[str, Any]] = json.loads(html.unescape(found[1]))
    return answer


def browsed(file: Path, profile: Path) -> str:
    """The page after its scripts ran, from a browser with its own profile."""
    assert CHROMIUM is not None
    options = (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        "--disable-component-update", "--window-size=1000,1000", f"--user-data-dir={profile}", "--dump-dom",
    )  # fmt: skip
    process = subprocess.Popen(
        [CHROMIUM, *options, file.as_uri()],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        encoding="utf-8",
    )
    try:
        return process.communicate(timeout=60)[0]
    finally:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    """Kill the process and its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.needs("chromium")
def test_layout_is_never_wider_than_the_screen(tmp_path: Path) -> None:
    """At 320, 390 and 800 px, in both languages, also with words of 200 letters and titles of 5,000."""
    long_word = issues.retitled(issues.english(), "Щ" * 200)
    long_title = issues.retitled(issues.russian(), "слово " * 1_000)
    answers = measured(tmp_path, *map(rendered_html, (issues.english(), issues.russian(), long_word, long_title)))
    assert len(answers) == 12
    for answer in answers:
        assert answer["scroll"] <= answer["width"], answer
        assert answer["out"] <= answer["width"], answer


@pytest.mark.needs("chromium")
def test_text_has_a_readable_size(tmp_path: Path) -> None:
    """No font below 12 px."""
    assert all(answer["smallest"] >= 12 for answer in measured(tmp_path, rendered_html(issues.english())))


@pytest.mark.needs("chromium")
def test_pictures_of_any_shape_are_cropped_and_never_squashed(tmp_path: Path) -> None:
    """Portraits, squares and panoramas keep their proportions; what is too tall is cut, by properties known to all."""
    shapes = ((30, 50), (50, 10), (30, 30), (30, 20), (20, 50), (16, 9))
    for answer in measured(tmp_path, rendered_html(issues.english(), *shapes)):
        lead, *thumbs = answer["pictures"]
        tallest, thumb = (400, 132) if answer["width"] > 480 else (300, 104)
        assert len(thumbs) == 5
        assert lead["size"] == [min(answer["scroll"], 600), tallest]
        assert all(one["size"][0] == thumb >= one["size"][1] for one in thumbs)
        for one in answer["pictures"]:
            assert one["shown"] == pytest.approx(one["own"], rel=0.02)


@pytest.mark.needs("chromium")
def test_portrait_that_leads_is_beside_its_text(tmp_path: Path) -> None:
    """240 px wide on a desktop; without max-height and overflow too it is nowhere as tall as across the paper."""
    page = rendered_html(sized(issues.english(), (600, 1012), (30, 20)), (600, 1012), *[(30, 20)] * 5)
    uncut = re.sub(r"max-height:[^;\"]*;|overflow:hidden;?", "", page)
    outlook = as_drawn_by_word(without_style_sheets(page))
    *shown, _narrow, _phone, desktop = measured(tmp_path, page, uncut, outlook)
    for answer in (*shown, desktop):
        lead = answer["pictures"][0]
        assert lead["size"][0] == (240 if answer["width"] > 480 else 132)
        assert lead["size"][1] <= 240 * 1012 / 600 + 1
        assert lead["shown"] == pytest.approx(600 / 1012, rel=0.02)
        assert answer["out"] <= answer["width"]


@pytest.mark.parametrize(
    ("size", "leads", "is_thumbnail"),
    [((1600, 900), True, True), ((1600, 400), True, False), ((160, 120), False, True), ((160, 40), False, False)],
)
def test_picture_is_shown_where_its_shape_fits(size: tuple[int, int], leads: bool, is_thumbnail: bool) -> None:
    """A small one is no lead, a panorama no thumbnail; the text needs neither."""
    html = rendered_html(sized(issues.english(), size, size))
    assert html.count("<img") == leads + 5 * is_thumbnail
    assert "Night ferries return to the inner harbour" in html


def sized(issue: Issue, lead: tuple[int, int], others: tuple[int, int]) -> Issue:
    """The issue with pictures whose sources state these sizes."""

    def stated(one: RankedArticle, size: tuple[int, int]) -> RankedArticle:
        return replace(one, article=replace(one.article, image_width=size[0], image_height=size[1]))

    assert issue.lead is not None
    sections = tuple(
        replace(section, articles=tuple(stated(one, others) for one in section.articles)) for section in issue.sections
    )
    return replace(issue, lead=stated(issue.lead, lead), sections=sections)


def test_pictures_use_nothing_that_mail_clients_ignore() -> None:
    """No height that may not be the picture's own, and neither object-fit nor aspect-ratio (Yahoo, Gmail, Outlook)."""
    html = rendered_html(issues.english())
    images = re.findall(r"<img[^>]*>", html)
    assert len(images) == 6
    assert not [one for one in images if re.search(r"\sheight=|(?<!max-)height:(?!auto)", one)]
    assert "object-fit" not in html
    assert "aspect-ratio" not in html


@pytest.mark.needs("chromium")
def test_dark_mode_has_the_dark_colours(tmp_path: Path) -> None:
    """Background and text have the dark colours in dark mode and the light ones otherwise."""
    style = Themes([TEMPLATES]).style("default")
    plain = rendered_html(issues.english())
    for answer in measured(tmp_path, dark(plain))[:1]:
        assert painted(answer) == {use: rgb(style.dark[use]) for use in ("ground", "paper", "ink")}
        assert luminance(rgb(style.dark["ground"])) < luminance(rgb(style.dark["paper"])) < 0.05
    for answer in measured(tmp_path, plain)[:1]:
        assert painted(answer) == {use: rgb(style.light[use]) for use in ("ground", "paper", "ink")}


@pytest.mark.needs("chromium")
def test_text_of_plain_components_is_readable_in_both_modes(tmp_path: Path) -> None:
    """MJML's own components in each class, and without any, in a theme that extends each of ours: 4.5:1."""
    for theme in THEMES:
        folder = tmp_path / f"plain-{theme}"
        folder.mkdir()
        (folder / "theme.toml").write_text(f'extends = "{theme}"\n', encoding="utf-8")
        (folder / "issue.mjml").write_text(PLAIN_THEME, encoding="utf-8")
    renderer = Renderer(issues.PORTAL, [tmp_path, TEMPLATES])
    pages = [renderer.render(issues.plain(), issues.LINKS, theme=f"plain-{theme}").html for theme in THEMES]
    views = [view(page) for page in pages for view in (light, dark, forced_dark)]
    for answer in measured(tmp_path, *views)[:: len(WIDTHS)]:
        assert len(answer["texts"]) >= 20
        for text, ink, ground in answer["texts"]:
            assert contrast(rgb(ink), rgb(ground)) >= 4.5, (text, ink, ground)


@pytest.mark.needs("chromium")
def test_author_is_hidden_on_phones(tmp_path: Path) -> None:
    """The line of facts is shorter there; it begins with a capital letter everywhere."""
    narrow, phone, desktop = measured(tmp_path, rendered_html(issues.english()))
    for answer, is_shown in ((narrow, False), (phone, False), (desktop, True)):
        texts = [text.replace("\u00a0", " ").strip() for text, _ink, _ground in answer["texts"]]
        assert ("· Tom Okafor" in texts) is is_shown
        assert any(text.startswith("Yesterday, 22:00 · 9,204 views") for text in texts)


@pytest.mark.needs("chromium")
def test_forced_dark_mode_recognises_each_mark_of_outlook(tmp_path: Path) -> None:
    """`data-ogsb` where it changed the grounds, `data-ogsc` where it changed the texts too."""
    style = Themes([TEMPLATES]).style("default")
    html = light(rendered_html(issues.english()))
    pages = [html.replace("<body", f"<body {mark}", 1) for mark in ("data-ogsb", "data-ogsc")]
    grounds, texts = measured(tmp_path, *pages)[::3]
    for answer in (grounds, texts):
        assert rgb(answer["paper"]) == rgb(style.dark["paper"])
    assert rgb(texts["ink"]) == rgb(style.dark["ink"])


@pytest.mark.needs("chromium")
def test_message_has_no_axe_violation(tmp_path: Path) -> None:
    """Except that it has no landmarks: the mail app's page around it has them."""
    whole = issues.english()
    lead = whole.articles[0]
    discussed = replace(whole, threads={lead.article.key: issues.thread("Comment", 5, 5, 9)})
    file = tmp_path / "message.html"
    file.write_text(rendered_html(discussed), encoding="utf-8")
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]).new_page()
        page.goto(file.as_uri())
        violations = {violation["id"] for violation in axe_violations(page)}
    assert violations <= {"landmark-one-main", "region"}


@pytest.mark.needs("chromium")
def test_message_on_paper_has_its_date_beside_the_name(tmp_path: Path) -> None:
    """As on a screen of that width; MJML's own rules for columns are for screens alone."""
    file = tmp_path / "message.html"
    file.write_text(rendered_html(issues.english()), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 720, "height": 900})
        page.emulate_media(media="print")
        page.goto(file.as_uri())
        name, date = (page.locator(one).bounding_box() for one in (".left", ".right"))
    assert name
    assert date
    assert date["x"] > name["x"]
    assert date["y"] < name["y"] + name["height"]


@pytest.mark.parametrize("scheme", ["light", "dark", "inverted light"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_contrast_is_sufficient(scheme: str, text: str, ground: str) -> None:
    """A contrast of 4.5:1 at least (WCAG 2, 1.4.3), also when a mail app inverts the light colours."""
    colours = scheme_colours(scheme)
    assert contrast(colours[text], colours[ground]) >= 4.5


def scheme_colours(scheme: str) -> Mapping[str, tuple[int, int, int]]:
    """The theme's colours; `inverted` as mail apps do it, by lightness alone."""
    style = Themes([TEMPLATES]).style("default")
    colours = {use: rgb(value) for use, value in (style.dark if scheme == "dark" else style.light).items()}
    return {use: inverted(value) for use, value in colours.items()} if "inverted" in scheme else colours


def inverted(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """The same hue and saturation with the opposite lightness (HSL)."""
    shift = 255 - max(colour) - min(colour)
    red, green, blue = (part + shift for part in colour)
    return red, green, blue


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast ratio of WCAG 2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: tuple[int, int, int]) -> float:
    """The relative luminance of WCAG 2, 0 to 1."""
    shares = (part / 255 for part in colour)
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def rgb(text: str) -> tuple[int, int, int]:
    """A colour written as #rrggbb or rgb(r, g, b)."""
    if text.startswith("#"):
        return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
    red, green, blue = map(int, re.findall(r"\d+", text)[:3])
    return red, green, blue


def painted(answer: Mapping[str, Any]) -> dict[str, tuple[int, int, int]]:
    """The colours painted by the browser."""
    return {use: rgb(answer[use]) for use in ("ground", "paper", "ink")}

"""Every theme as mail apps show it: it fits the screen, can be read, and keeps the shapes of pictures."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from digest.model.issues import Issue, Section
from digest.rendering.colours import contrast, parse_colour
from digest.rendering.mail_views import embed_images
from digest.rendering.render import Renderer
from digest.rendering.theme import Themes, built_in_templates
from digest.settings.looks import SlotSettings
from tests.looks.browser import MailBrowser, mail_browser
from tests.looks.days import any_picture, sample_day
from tests.looks.modes import Mode, modes
from tests.looks.support_data import fetch_data
from tests.support import issues

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("npm"), pytest.mark.unmeasured]

TEMPLATES = built_in_templates()
PHONE, PAPER, DESKTOP = 390, 600, 800
HIGHEST = {"quay": 4_100, "letter": 3_400, "lines": 1_800}
"""The height in pixels of the sample's English issue on a phone."""

THEMES = Themes([TEMPLATES]).names


@cache
def html(theme: str, language: str) -> str:
    """The English or the Russian issue in that theme, with pictures of all shapes."""
    return rendered(issues.english() if language == "en" else issues.russian(), theme)


def rendered(issue: Issue, theme: str) -> str:
    """The issue in that theme, with pictures of all shapes."""
    return embed_images(Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme=theme).html, any_picture)


@pytest.fixture(scope="module")
def browser() -> Iterator[MailBrowser]:
    """One browser for all tests."""
    with mail_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mode]:
    """The ways to show a message, by name."""
    return {one.name: one for one in modes(fetch_data(tmp_path_factory.mktemp("npm")))}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("mode", ["light", "no-styles", "yahoo"])
def test_theme_is_never_wider_than_the_screen(
    browser: MailBrowser, ways: Mapping[str, Mode], theme: str, language: str, mode: str
) -> None:
    """On a phone and at the width of the paper; pictures keep their shape, long texts have room on a phone."""
    for width, name in ((PHONE, "phone"), (PAPER, "desktop")):
        found = browser.measures(ways[mode].views[name](html(theme, language)), width)
        assert max(found["scroll"], found["right"]) <= width
        assert_shapes(found)
        if width == PHONE:
            for text, room, beside_picture in found["columns"]:
                assert (room >= 240, beside_picture >= 220) == (True, True), (text, room, beside_picture)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("title", "widths"),
    [
        ("Правительство Севастополя публикует новое расписание", (320, 375, PAPER, 1280)),
        ("Достопримечательности Севастополя открыты для всех", (PAPER, 1280)),
        ("Administration publishes recommendations for environmentalists", (320, 375, PAPER, 1280)),
    ],
)
def test_theme_portrait_that_leads_leaves_the_words_of_its_title_whole(
    browser: MailBrowser, theme: str, title: str, widths: tuple[int, ...]
) -> None:
    """On phones and at the width of the paper: its letters are too large for the column beside a picture."""
    page = rendered(portrait_lead(title), theme)
    for width in widths:
        found = browser.measures(page, width)
        assert found["broken"] == [], width
        assert max(found["scroll"], found["right"]) <= width


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mode", ["light", "no-styles"])
@pytest.mark.parametrize("word", ["Промышленность", "Градостроительство", "Recommendations", "Environmentalists"])
def test_theme_thumbnail_leaves_the_words_of_its_title_whole(
    browser: MailBrowser, ways: Mapping[str, Mode], theme: str, mode: str, word: str
) -> None:
    """On the narrowest phones and on all others, in words of 14 to 18 letters, with and without style sheets."""
    card = issues.ranked(f"{word} города и порта", "What happened.", number=2, image=True, views=9_000)
    plain = issues.ranked("A lead", number=1)
    issue = issues.issue(plain, (Section(name="City", articles=(card,)),))
    page = ways[mode].views["phone"](rendered(issue, theme))
    for width in (320, 360, 375, PHONE, PAPER):
        found = browser.measures(page, width)
        assert found["broken"] == [], width
        assert max(found["scroll"], found["right"]) <= width


def portrait_lead(title: str) -> Issue:
    """An issue of one story with that title and a picture of 600 × 1200 pixels."""
    lead = issues.ranked(title, "What happened in two sentences. This is the second one.", image=True, views=90_000)
    article = replace(lead.article, image_width=600, image_height=1200)
    return issues.issue(replace(lead, article=article))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("second", ["intro", "lead", "sections", "discussed", "closing", "slot"])
def test_theme_header_has_space_below_whatever_follows(
    browser: MailBrowser, tmp_path: Path, theme: str, second: str
) -> None:
    """Each block that the order of a theme may name, with and without a picture, and a slot: 10 pixels at least."""
    order = ["header", *([] if second == "slot" else [second]), "footer"]
    slots = [SlotSettings(after="header", text="The autumn fair.", url="https://fair.example/")]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "theme.toml").write_text(f'extends = "{theme}"\norder = {order}\n', encoding="utf-8")
    renderer = Renderer(issues.PORTAL, [tmp_path, TEMPLATES])
    for issue in (issues.english(), replace(issues.plain(), most_discussed=issues.english().most_discussed)):
        used = slots if second == "slot" else []
        html = embed_images(renderer.render(issue, issues.LINKS, theme="mine", slots=used).html, any_picture)
        for width in (320, PAPER):
            found = browser.measures(html, width)
            texts = [text.replace("\xa0", " ") for text, _ink, _ground in found["texts"]]
            (date,) = (place for place, text in enumerate(texts) if "Thursday, October 1" in text)
            end = found["tops"][date][1]
            assert min(top for top, _bottom in found["tops"] if top >= end - 5) >= end + 10


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("language", "date", "longest"),
    [
        ("en", "Thursday, October 1, 2026", "Wednesday, September 30, 2026"),
        ("ru", "Четверг, 1 октября 2026\xa0г.", "Воскресенье, 27 сентября 2026\xa0г."),
    ],
)
def test_theme_has_room_for_the_longest_date(
    browser: MailBrowser, theme: str, language: str, date: str, longest: str
) -> None:
    """The masthead is as high as on other days."""
    page = html(theme, language)
    assert date in page
    heights = {browser.measures(page.replace(date, one), PAPER)["height"] for one in (date, longest)}
    assert len(heights) == 1


@pytest.mark.parametrize("theme", THEMES)
def test_theme_is_soon_read_on_a_phone(browser: MailBrowser, tmp_path: Path, theme: str) -> None:
    """Ten stories with their pictures."""
    with sample_day("en", tmp_path) as day:
        page = day.html(theme)
    assert browser.measures(page, PHONE)["height"] <= HIGHEST[theme]


@pytest.mark.parametrize("theme", THEMES)
def test_theme_fits_the_paper_in_outlook(browser: MailBrowser, ways: Mapping[str, Mode], theme: str) -> None:
    """A table of 600 px in the middle of a wide window, although Word breaks no word, even of 80 letters."""
    long_word = issues.retitled(issues.english(), "Щ" * 80)
    for page in (html(theme, "ru"), rendered(long_word, theme)):
        found = browser.measures(ways["outlook"].views["desktop"](page), DESKTOP)
        assert found["scroll"] <= DESKTOP
        assert found["right"] <= (DESKTOP + PAPER) / 2
        assert_shapes(found)


@pytest.mark.parametrize("theme", THEMES)
def test_theme_needs_no_style_sheet_on_a_phone(browser: MailBrowser, ways: Mapping[str, Mode], theme: str) -> None:
    """Gmail drops `<style>` for addresses of other hosts: a phone shows the same, in the same height."""
    shown, bare = (
        browser.measures(ways[mode].views["phone"](html(theme, "ru")), PHONE) for mode in ("light", "no-styles")
    )
    assert bare["height"] == pytest.approx(shown["height"], rel=0.01)  # half pixels of collapsed borders
    assert bare["pictures"] == shown["pictures"]


def assert_shapes(found: Mapping[str, Any]) -> None:
    """No picture is squashed; a theme may have none."""
    for one in found["pictures"]:
        assert one["drawn"] == pytest.approx(one["own"], rel=0.03), one


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("mode", "lowest"), [("light", 4.5), ("dark", 4.5), ("forced-dark", 4.5), ("no-styles-dark", 4)]
)
def test_theme_can_be_read(
    browser: MailBrowser, ways: Mapping[str, Mode], theme: str, mode: str, lowest: float
) -> None:
    """Every text has a contrast of 4.5:1 (WCAG 2, 1.4.3), in the colours that Chromium paints.

    Less where the app chooses both colours: it is not known how exactly.
    """
    found = browser.measures(ways[mode].views["phone"](html(theme, "en")), PHONE)
    assert len(found["texts"]) > 20
    faint = {}
    for text, ink, ground in found["texts"]:
        front, back = parse_colour(ink), parse_colour(ground)
        assert front is not None
        assert back is not None
        if (ratio := contrast(front, back)) < lowest:
            faint[text] = (ink, ground, round(ratio, 2))
    assert faint == {}


@pytest.mark.parametrize("theme", THEMES)
def test_theme_has_no_axe_violation(browser: MailBrowser, ways: Mapping[str, Mode], theme: str) -> None:
    """In dark mode too."""
    for mode in ("light", "dark"):
        assert browser.axe_violations(ways[mode].views["phone"](html(theme, "en")), PHONE) == {}

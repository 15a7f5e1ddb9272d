"""The themes of the package: golden files, sizes and colours, and the rules of a good message on real days."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import lxml.html
import pytest

from digest.message.limits import KB, RENDERED_LIMIT
from digest.model.issues import Issue, IssueTexts, Section
from digest.rendering.colours import LOWEST_CONTRAST, contrast, parse_colour
from digest.rendering.render import Renderer, encoded_size
from digest.rendering.theme import GROUNDS, Themes, built_in_templates
from digest.settings.looks import LogoSettings, SlotSettings
from digest.settings.schema import PortalSettings
from tests.looks.days import LANGUAGES, DayInThemes, outlet_day, sample_day
from tests.support import issues
from tests.support.real_days import outlet_days

GOLDEN = Path(__file__).parent / "golden"
TEMPLATES = built_in_templates()
THEMES = Themes([TEMPLATES]).names
LARGEST = {"quay": 43 * KB, "letter": 29 * KB, "lines": 27 * KB}
"""The bytes of the HTML part, decoded, of the sample's English issue: `size.html_decoded` of `preview --json`."""
SAMPLE_OF_DAYS = 3
"""How many of the outlets' days are checked; `.ci/soak days` checks all."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, DayInThemes]]:
    """The sample portal's issue in each language."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("sample")
        yield {language: stack.enter_context(sample_day(language, folder)) for language in LANGUAGES}


@pytest.mark.parametrize("theme", THEMES)
def test_theme_picture_is_in_no_line_with_a_height_in_pixels(theme: str) -> None:
    """Outlook for Windows cuts pictures to it: https://github.com/mjmlio/mjml/issues/2946. Logos, slots, portraits."""
    logo = LogoSettings(
        light="https://gazette.example/l.png", dark="https://gazette.example/d.png", width=90, height=60
    )
    slot = SlotSettings(after="lead", image="https://fair.example/fair.jpg", url="https://fair.example/")
    renderer = Renderer(issues.PORTAL.model_copy(update={"logo": logo}), [TEMPLATES])
    lead = issues.ranked("A lead", image=True)
    heights = set()
    for article in (lead.article, replace(lead.article, image_width=600, image_height=1200, image_credit="A. Veil")):
        issue = replace(issues.english(), lead=replace(lead, article=article))
        html = renderer.render(issue, issues.LINKS, theme=theme, slots=[slot]).html
        for picture in lxml.html.document_fromstring(html).iter("img"):
            styles = (element.get("style", "") for element in picture.iterancestors())
            found = (re.search(r"(?:line-height:|font:[^;]*px/)([^; ]+)", style) for style in styles)
            heights.add(next(filter(None, found))[1])
    assert heights <= {"0", "100%"}


@pytest.mark.parametrize("theme", THEMES)
def test_theme_address_in_an_intro_cannot_widen_the_message(theme: str) -> None:
    """Outlook for Windows breaks none, so that only a table with a fixed layout keeps its width."""
    address = f"https://gazette.example/{'news/' * 30}"
    issue = replace(issues.english(), texts=IssueTexts(intro=f"See <{address}>.", closing=f"And {address}"))
    page = lxml.html.document_fromstring(
        Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme=theme).html
    )
    shown = page.xpath(f"//*[contains(text(), '{address}')]")
    assert len(shown) == 2
    assert all("table-layout:fixed" in next(one.iterancestors("table")).get("style") for one in shown)


@pytest.mark.parametrize("theme", THEMES)
def test_theme_names_a_font_of_windows_first(theme: str) -> None:
    """Outlook falls back to Times New Roman: https://litmus.com/community/discussions/5374-outlook-on-windows-and-the-font-stack."""
    fonts = Themes([TEMPLATES]).style(theme).fonts
    assert {stack.partition(",")[0] for stack in fonts.values()} <= {"Segoe UI", "Georgia"}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("name", "build", "portal"),
    [
        ("english", issues.english, issues.PORTAL),
        ("russian", issues.russian, issues.RUSSIAN_PORTAL),
        ("difficult", issues.difficult, issues.PORTAL),
    ],
)
def test_theme_matches_its_golden_files(
    theme: str, name: str, build: Callable[[], Issue], portal: PortalSettings, request: pytest.FixtureRequest
) -> None:
    """The HTML and the text of three issues, byte for byte; `--update-golden` accepts a change."""
    rendered = Renderer(portal, [TEMPLATES]).render(build(), issues.LINKS, theme=theme)
    for kind, content in (("html", rendered.html), ("txt", rendered.text)):
        file = GOLDEN / f"{theme}_{name}.{kind}"
        if request.config.getoption("--update-golden"):
            file.write_text(content, encoding="utf-8")
        assert content == file.read_text(encoding="utf-8"), f"{file} differs; --update-golden accepts it"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("preheader", ["Plus: a bridge", "word " * 25 + "bridge"])
def test_theme_preview_text_does_not_run_into_the_issue(theme: str, preheader: str) -> None:
    """Gmail shows 200 characters and Apple's apps five lines: https://github.com/resend/react-email/issues/2268."""
    issue = replace(issues.english(), preheader=preheader)
    html = Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme=theme).html
    preview = lxml.html.document_fromstring(html).body.text_content().partition(issues.PORTAL.name)[0]
    assert preview.strip("\u034f\u2007 \n") == preheader
    assert len(preheader) + preview.count("\u2007") >= 200


@pytest.mark.parametrize("theme", THEMES)
def test_theme_preview_text_has_no_colour_of_its_own(theme: str) -> None:
    """MJML's is white, and SpamAssassin counts such a text on a light ground (HTML_FONT_LOW_CONTRAST)."""
    issue = issues.english()
    html = Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme=theme).html
    first = lxml.html.document_fromstring(html).body[0]
    assert first.text_content() == issue.preheader
    assert "color" not in first.get("style")


@pytest.mark.parametrize("theme", THEMES)
def test_theme_links_of_the_footer_and_with_a_frame_are_as_high_as_a_finger_needs(theme: str) -> None:
    """24 pixels by WCAG 2.5.8: as blocks, the ones have the height of their line, the others that of the frame."""
    html = Renderer(issues.PORTAL, [TEMPLATES]).render(issues.english(), issues.LINKS, theme=theme).html
    page = lxml.html.document_fromstring(html)
    footer = page.xpath("//a[@href=$one or @href=$other]", one=issues.LINKS.unsubscribe, other=issues.LINKS.preferences)
    assert [link.get("style").startswith("display:inline-block;") for link in footer] == [True] * 2
    assert all(link.xpath("ancestor::p[1][contains(@style, 'line-height:24px')]") for link in footer)
    assert re.search(
        r"@media screen \{\s+\.call \{ padding: 0 !important; \}\s+\.call a \{ display: block; padding: 9px 18px",
        html,
    )


@pytest.mark.parametrize("theme", THEMES)
def test_theme_inline_styles_have_no_negative_value(theme: str) -> None:
    """For one, Yandex drops all styles of the element: https://github.com/voidlabs/versafix-template/issues/1."""
    html = Renderer(issues.PORTAL, [TEMPLATES]).render(issues.difficult(), issues.LINKS, theme=theme).html
    styles = lxml.html.document_fromstring(html).xpath("//@style")
    assert not [style for style in styles if re.search(r"-\s|[:\s(]-\.?\d|\d-|calc\(", style)]


@pytest.mark.parametrize("theme", THEMES)
def test_theme_dates_that_an_app_links_look_like_the_text_around_them(theme: str) -> None:
    """Apple's apps mark their links: https://github.com/Tautulli/Tautulli/pull/1383."""
    html = Renderer(issues.PORTAL, [TEMPLATES]).render(issues.english(), issues.LINKS, theme=theme).html
    assert "a[x-apple-data-detectors] { color: inherit !important; text-decoration: none !important; }" in html


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("days", "label", "other"), [(1, "All 10 of today", "All 10 articles"), (7, "All 10 articles", "of today")]
)
@pytest.mark.parametrize("has_sections", [True, False])
def test_theme_link_to_all_articles_says_today_in_a_daily_issue_alone(
    theme: str, days: int, label: str, other: str, has_sections: bool
) -> None:
    """In both parts, with and without sections."""
    section = "City" if has_sections else None
    lead, *rest = (issues.ranked(f"Story {number}", number=number, section=section) for number in range(10))
    issue = issues.issue(lead, (Section(name=section, articles=tuple(rest[:3])),))
    window = replace(issue.window, start=issue.window.end - timedelta(days=days))
    issue = replace(issue, window=window, others=tuple(rest[3:]))
    rendered = Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme=theme)
    for part in (rendered.html, rendered.text):
        assert label in part.replace("\xa0", " ")
        assert other not in part.replace("\xa0", " ")


@pytest.mark.parametrize("theme", THEMES)
def test_theme_issue_of_one_story_links_all_articles_of_the_day(theme: str) -> None:
    """In both parts, as where there are sections below the first story."""
    lead, *others = (issues.ranked(f"Story {number}", number=number, section="City") for number in range(10))
    issue = replace(issues.issue(lead), others=tuple(others))
    rendered = Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme=theme)
    for part in (rendered.html, rendered.text):
        assert part.replace("\xa0", " ").count("All 10 of today") == 1


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Minister: “Who paid for the bridge?”", "Minister: “Who paid for the bridge?” A summary."),
        ("The gull wins 🎉", "The gull wins 🎉 A summary."),
        ("من يدفع؟", "من يدفع؟ A summary."),
        ("Review of “Harbour”", "Review of “Harbour”. A summary."),
    ],
)
def test_letter_title_that_ends_by_itself_gets_no_full_stop(title: str, shown: str) -> None:
    """It is followed by the summary in the same paragraph."""
    issue = issues.issue(issues.ranked(title, "A summary."))
    html = Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme="letter").html
    assert shown in " ".join(lxml.html.document_fromstring(html).text_content().split())


@pytest.mark.parametrize(
    ("title", "summary", "direction"),
    [
        ("من يدفع", "شاي ساخن", "rtl"),
        ("من يدفع", "A summary.", "ltr"),
        ("Who pays", "شاي ساخن", "rtl"),
        ("من يدفع", None, "rtl"),
    ],
)
def test_letter_paragraph_has_the_direction_of_its_summary(title: str, summary: str | None, direction: str) -> None:
    """Without a summary it is that of the title, which has its own in any case."""
    issue = issues.issue(issues.ranked(title, summary))
    html = Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme="letter").html
    (heading,) = lxml.html.document_fromstring(html).xpath("//div[@dir]/h2")
    assert heading.getparent().get("dir") == direction
    assert heading.get("dir") == ("ltr" if title.isascii() else "rtl")


@pytest.mark.parametrize("theme", THEMES)
def test_theme_states_the_direction_of_each_foreign_text(theme: str) -> None:
    """Of a title, a summary, a related article and a thread: Outlook for Windows does not know `dir="auto"`."""
    also = issues.ranked("«חיפה» wins", number=3)
    lead = replace(issues.ranked("من يدفع", "2026: شاي ساخن"), also=(also,))
    whole = replace(issues.issue(lead), most_discussed=(issues.thread("ترام 6", 9, 5, 1),))
    page = lxml.html.document_fromstring(
        Renderer(issues.PORTAL, [TEMPLATES]).render(whole, issues.LINKS, theme=theme).html
    )
    assert not page.xpath("//*[@dir='auto']")
    texts = ["من يدفع", "ترام 6", *([] if theme == "lines" else ["«חיפה» wins"])]
    for text in texts:
        (link,) = page.xpath(f"//a[starts-with(normalize-space(), '{text}')]")
        assert link.xpath("ancestor-or-self::*[@dir][1]/@dir") == ["rtl"], text
    (summary,) = page.xpath("//*[not(*)][starts-with(normalize-space(), '2026:')]")
    assert summary.xpath("ancestor-or-self::*[@dir][1]/@dir") == ["rtl"]


@pytest.mark.parametrize("theme", THEMES)
def test_theme_dot_between_texts_begins_no_line(theme: str) -> None:
    """The space before it is a no-break one, in the greeting, the facts of a story and the footer alike.

    Behind an inline block browsers break the line even at such a space (CSS Text 3, 5.1): there, `nowrap` prevents it.
    """
    threads = tuple(issues.thread(f"Tram {number}", 9, 5, number) for number in range(1, 4))
    whole = replace(issues.english(), most_discussed=threads)
    page = lxml.html.document_fromstring(
        Renderer(issues.PORTAL, [TEMPLATES]).render(whole, issues.LINKS, theme=theme).html
    )
    hidden = page.xpath("//div[contains(@style, 'display:none')]//text()")
    shown = "".join(text for text in page.xpath("//body//text()") if text not in hidden)
    assert "\u00a0· " in shown
    assert re.findall(r"[^\u00a0]·.{20}", shown) == []
    behind_blocks = page.xpath("//a[contains(@style, 'inline-block')][starts-with(following::text()[1], '\u00a0·')]")
    assert len(behind_blocks) == 2
    assert {block.getparent().get("style") for block in behind_blocks} == {"white-space:nowrap"}


@pytest.mark.parametrize("theme", THEMES)
def test_theme_title_that_ends_in_a_number_is_apart_from_its_comments(theme: str) -> None:
    """Both are read as one number where only a space is between them, as in "Tram 6 12 comments"."""
    whole = replace(issues.english(), most_discussed=(issues.thread("Tram 6", 12, 5, 1),))
    page = lxml.html.document_fromstring(
        Renderer(issues.PORTAL, [TEMPLATES]).render(whole, issues.LINKS, theme=theme).html
    )
    (title,) = page.xpath("//a[normalize-space()='Tram 6']")
    apart = title.getnext().tag == "p" or title.getnext().text.startswith("\u00a0· ")
    assert apart


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("named", "headings"), [(True, 1), (False, 0)])
def test_theme_stories_without_a_section_are_apart_from_the_section_above(
    theme: str, named: bool, headings: int
) -> None:
    """They have a heading where another section has one, in both parts."""
    of_city = Section(name="City" if named else None, articles=(issues.ranked("The trams stop", number=2),))
    others = Section(name=None, articles=(issues.ranked("The fog lifts", number=3),))
    whole = replace(issues.issue(issues.ranked("The lead")), sections=(of_city, others))
    rendered = Renderer(issues.PORTAL, [TEMPLATES]).render(whole, issues.LINKS, theme=theme)
    page = lxml.html.document_fromstring(rendered.html)
    for text in ("\n".join(page.xpath("//body//text()")), rendered.text):
        between = text.rpartition("The trams stop")[2].partition("The fog lifts")[0]
        assert between.splitlines().count("Other") == headings


@pytest.mark.parametrize("theme", THEMES)
def test_theme_is_small(sample: Mapping[str, DayInThemes], theme: str) -> None:
    """What a phone downloads, without the pictures."""
    assert sample["en"].sizes(theme).html_decoded <= LARGEST[theme]


@pytest.mark.parametrize("theme", THEMES)
def test_theme_rules_for_wide_screens_are_also_those_of_thunderbird(theme: str) -> None:
    """It ignores `@media` within a sheet, so that messages looked as on a phone, with the date in the middle."""
    html = (
        Renderer(issues.PORTAL, [TEMPLATES])
        .render(issues.issue(issues.ranked("The lead")), issues.LINKS, theme=theme)
        .html
    )
    (rules,) = re.findall(r"@media \(min-width: 481px\) {\n(.+?)\n}", html, re.DOTALL)
    (sheet,) = re.findall(
        r'<style media="screen and \(min-width:481px\)">(\.moz-text-html .+?)</style>', html, re.DOTALL
    )
    assert sheet.splitlines() == [f".moz-text-html {rule}" for rule in rules.splitlines()]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_theme_with_twenty_stories_is_not_clipped(tmp_path: Path, theme: str, language: str) -> None:
    """Those of the sample, and stories with texts of the greatest length."""
    with sample_day(language, tmp_path, top=20) as day:
        real = day.rendered(theme)
        assert len(day.issue.articles) == 20
    longest = Renderer(issues.PORTAL, [TEMPLATES]).render(
        issues.long(20, russian_text=language == "ru"), issues.LINKS, theme=theme
    )
    for rendered in (real, longest):
        assert rendered.trimmed == 0
        assert encoded_size(rendered.html) <= RENDERED_LIMIT


@pytest.mark.parametrize("theme", THEMES)
def test_theme_colours_can_be_read(theme: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the contrast of each text with the paper; with everything else behind it too, it is 4.5:1 at least."""
    style = Themes([TEMPLATES]).style(theme)
    for scheme, colours in (("light", style.light), ("dark", style.dark)):
        ratios = {use: ratio_of(colours, use, "paper") for use in ("ink", "quiet", "accent")}
        with capsys.disabled():
            print(f"\n{theme}, {scheme}: " + ", ".join(f"{use} {ratio:.1f}" for use, ratio in ratios.items()), end="")
        assert all(ratio_of(colours, use, ground) >= LOWEST_CONTRAST for use in ratios for ground in GROUNDS)


def ratio_of(colours: Mapping[str, str], front: str, back: str) -> float:
    """The contrast of two colours of a theme."""
    text, ground = parse_colour(colours[front]), parse_colour(colours[back])
    assert text is not None
    assert ground is not None
    return contrast(text, ground)


@pytest.mark.needs("corpora")
def test_theme_breaks_no_rule_on_real_days(tmp_path: Path) -> None:
    """No error of the checks that `digest preview` reports, in any theme and either language."""
    days = outlet_days()
    count = int(os.environ.get("DIGEST_OUTLET_DAYS", SAMPLE_OF_DAYS))
    for place, (outlet, day) in enumerate(days[:: -(-len(days) // count)]):
        for language in LANGUAGES:
            with outlet_day(outlet, date.fromisoformat(day), language, tmp_path / str(place)) as shown:
                for theme in THEMES:
                    errors = [one for one in shown.findings(theme) if one.level == "error"]
                    assert errors == [], (outlet, day, language, theme)


@pytest.mark.parametrize("theme", THEMES)
def test_theme_breaks_no_rule_on_the_sample(sample: Mapping[str, DayInThemes], theme: str) -> None:
    """Neither an error nor a warning."""
    assert [one for day in sample.values() for one in day.findings(theme)] == []

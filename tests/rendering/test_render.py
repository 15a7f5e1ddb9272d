"""The renderer: complete HTML and text parts, escaped foreign text, theme overrides, errors in one sentence."""

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import cast

import lxml.html
import pytest

from digest.errors import ConfigurationError, RenderError, TemplateError
from digest.i18n import Translator
from digest.message.limits import RENDERED_LIMIT
from digest.model.articles import Count
from digest.model.issues import Issue, IssueTexts, Links, Rendered, Section
from digest.model.pictures import LEAD_WIDTH, PictureSize, ServedPicture
from digest.rendering.issue_page import make_page
from digest.rendering.render import Renderer, _fitted, _IssueTemplates, check, encoded_size, with_soft_breaks
from digest.rendering.short_titles import short_title
from digest.rendering.view_model import Page
from digest.settings.looks import LogoSettings
from digest.settings.schema import PortalSettings
from tests.support import issues

TEMPLATES = Path(__file__).parents[2] / "templates"
HOSTILE = (
    "<script>alert(1)</script>",
    "{{7*7}} {% include '/etc/passwd' %}",
    '<mj-include path="/etc/passwd"/>',
    "<mj-raw><img src=x onerror=alert(1)></mj-raw>",
    "</title><style>*{display:none}</style>",
    '"><a href="javascript:alert(1)">x</a>',
    "<!-- --> <![endif]--> ]]> &amp; &lt; %(num)s",
    "\u202eevil\u202c \u0000\u0007 \u200bhidden",
    "שלום עולם",
    "Щ" * 200,
)


def rendered_issue(issue: Issue, links: Links = issues.LINKS, portal: PortalSettings = issues.PORTAL) -> Rendered:
    """The issue, rendered in the default theme."""
    return Renderer(portal, [TEMPLATES]).render(issue, links, theme="default")


def folder(tmp_path: Path, **files: str) -> Path:
    """A folder of themes: `theme__issue_mjml="…"` writes theme/issue.mjml."""
    for name, content in files.items():
        theme, _, file = name.partition("__")
        path = tmp_path / "templates" / theme / file.replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path / "templates"


def test_render_both_parts_have_every_story_and_thread() -> None:
    """Titles and URLs of all articles and threads are in the HTML and in the text."""
    issue = issues.english()
    rendered = rendered_issue(issue)
    wanted = {one.article.url for one in issue.articles} | {row.url for row in issue.most_discussed}
    page = lxml.html.document_fromstring(rendered.html)
    in_html = {a.get("href") for a in page.iter("a")} - {issues.PORTAL.url, *personal(issues.LINKS)}
    in_text = set(re.findall(r"^\[\d+\] (\S+)$", rendered.text, re.MULTILINE))
    assert in_html == in_text == wanted
    flat = " ".join(rendered.text.split())
    for one in issue.articles:
        assert one.article.title in page.text_content()
        assert one.article.title in flat


def test_render_story_has_its_facts() -> None:
    """Section, author, time in the portal's zone, counters, summary, image and its credit."""
    page = text_of(rendered_issue(issues.english()).html)
    for fact in (
        "Port", "Ada Lindqvist", "Today, 01:06", "18,412 views", "146 comments",
        "Image source: © Port Authority press office", "T. Okafor", "The first boat left Pier 4",
        "Thursday, October 1, 2026", "14,748 comments · today, 05:11",
    ):  # fmt: skip
        assert fact in page


@pytest.mark.parametrize(("author", "line"), [(None, "Sport · today, 01:00"), ("Ada", "Sport · Ada · today, 01:00")])
def test_render_time_behind_a_section_in_the_text_is_lower_case(author: str | None, line: str) -> None:
    """Only a time that begins the line of facts has a capital letter, as below a heading."""
    lead = issues.ranked("Harbour swim", number=1, section="Sport", author=author)
    other = issues.ranked("Fog closes the port", number=2, section="Port")
    text = rendered_issue(issues.issue(lead, (Section(name="Port", articles=(other,)),))).text
    facts = [row.strip() for row in text.splitlines() if "today, " in row.lower()]
    assert facts == [line, "Today, 01:00"]


def test_render_comments_of_a_story_lead_to_its_thread() -> None:
    """In both parts; the thread gives the count where the article has none."""
    counted = issues.ranked("Fog closes the port", number=1, comments=12)
    uncounted = issues.ranked("Ferries wait", number=2)
    threads = {one.article.key: issues.thread("Comment", 31, 5, place) for place, one in ((1, counted), (2, uncounted))}
    whole = replace(issues.issue(counted, (Section(name=None, articles=(uncounted,)),)), threads=threads)
    rendered = rendered_issue(whole)
    links = {link.get("href"): link.text_content() for link in lxml.html.document_fromstring(rendered.html).iter("a")}
    assert links["https://gazette.example/forum/1"] == "12\u00a0comments"
    assert links["https://gazette.example/forum/2"] == "31\u00a0comments"
    assert "12 comments\u00a0[2]" in rendered.text
    assert "31 comments\u00a0[4]" in rendered.text
    assert "[4] https://gazette.example/forum/2" in rendered.text


def test_render_section_is_shown_where_it_tells_stories_apart() -> None:
    """Above the lead if there are several, never below their headings, and nowhere if all stories have the same."""
    first, second, third = (issues.ranked(f"Story {number}", number=number, section="News") for number in (1, 2, 3))
    sport = issues.ranked("Story 4", number=4, section="Sport")
    one_section = issues.issue(first, (Section(name=None, articles=(second, third)),))
    for part in (text_of(rendered_issue(one_section).html), rendered_issue(one_section).text):
        assert "News" not in part
    other_lead = issues.issue(sport, (Section(name=None, articles=(second, third)),))
    headings = issues.issue(first, (Section(name="NEWS", articles=(second,)), Section(name="Sport", articles=(sport,))))
    for part in (text_of(rendered_issue(other_lead).html), rendered_issue(other_lead).text):
        assert part.count("Sport") == 1
        assert "News" not in part
    for part in (rendered_issue(headings).html, rendered_issue(headings).text):
        assert part.count("News") == 1


def test_theme_story_has_its_section_everywhere(tmp_path: Path) -> None:
    """A story has its section below a heading too; an unknown value prints nothing."""
    every = "{% for story in issue.stories %}{{ story.section }}/{{ story.author }};{% endfor %}"
    ours = folder(tmp_path, flat__issue_txt=every)
    rendered = Renderer(issues.PORTAL, [ours, TEMPLATES]).render(issues.english(), issues.LINKS, theme="flat")
    assert rendered.text.startswith("Port/Ada Lindqvist;City/Tom Okafor;City/;City/Mira Sol;Industry/")
    assert "None" not in rendered.text


def test_render_russian_issue_has_no_english_text() -> None:
    """Counters, dates and the footer are in Russian."""
    page = text_of(rendered_issue(issues.russian(), portal=issues.RUSSIAN_PORTAL).html)
    for text in (
        "9 201 просмотр",
        "52 комментария",
        "Четверг, 1 октября 2026 г.",
        "Вчера, 22:00",
        "Отписаться",
        "Настройки",
    ):
        assert text in page
    foreign = "Without carrot and stick, a comment on the breakwater: gazette.example"  # titles and an address
    assert set(re.findall(r"[A-Za-z]{2,}", page)) <= set(re.findall(r"[A-Za-z]{2,}", foreign))
    for text in ("views", "comments", "Unsubscribe", "Most discussed", "In this issue"):
        assert text not in page


def test_render_unknown_or_zero_counter_is_absent() -> None:
    """An unknown counter is not shown as 0, and neither is a count of 0."""
    page = text_of(rendered_issue(issues.plain()).html)
    assert "view" not in page.replace("View online", "")
    assert "comment" not in page
    lead = replace(issues.ranked("A title"), comments=Count(value=0, taken_at=issues.SLOT))
    assert "0 comments" not in text_of(rendered_issue(issues.issue(lead)).html)


@pytest.mark.parametrize(
    ("build", "in_line", "first"),
    [
        (issues.english, "108 comments · today, 05:23", "Today, 05:23"),
        (issues.russian, "108 комментариев · сегодня, 05:23", "Сегодня, 05:23"),
    ],
)
def test_render_time_of_a_thread_has_a_capital_letter_at_the_beginning_of_a_line_alone(
    build: Callable[[], Issue], in_line: str, first: str
) -> None:
    """The text part begins a row with it, the HTML has it after the number of comments."""
    rendered = rendered_issue(build())
    assert in_line in text_of(rendered.html).replace("\xa0", " ")
    assert f"\n{first}" in rendered.text


@pytest.mark.parametrize("theme", ["quay", "letter"])
def test_render_text_counter_is_never_broken(theme: str) -> None:
    """The number and its noun are on one line, however long the author's name is before them."""
    for length in range(10, 60):
        author = f"{'А' * (length // 2)} {'Б' * (length - length // 2)}"
        story = issues.ranked("Заголовок", views=12_000_000, comments=171, author=author)
        issue = issues.issue(story, language="ru")
        text = Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme=theme).text
        lines = text.replace("\xa0", " ").splitlines()
        for fact in ("12 000 000 просмотров", "171 комментарий", "сегодня, 01:00"):
            assert any(fact in line for line in lines), (length, fact)
        assert max(len(line) for line in lines if line.startswith("   ")) <= 72


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("most", [3, 14_748, 12_000_000])
def test_render_text_counts_of_threads_are_a_column(language: str, most: int) -> None:
    """Two spaces after the longest time, and two before the titles, whose further lines begin below them."""
    title = f"Title {'which is long ' * 6}"
    threads = tuple(issues.thread(title, count, minutes, count) for count, minutes in ((most, 5), (2, 400), (1, 1_300)))
    text = rendered_issue(issues.issue(issues.ranked("A title"), threads=threads, language=language)).text
    translator = Translator(language, issues.PORTAL.zone)
    rows = text[text.index(translator.gettext("Most discussed")) :].splitlines()
    column = rows[3].index("Title")
    for count in (most, 2, 1):
        (row,) = (one for one in rows if one[:column].endswith(f"  {translator.number(count)}  "))
        assert row[column:].startswith("Title which")
    assert min(len(one[:column]) - len(one[:column].rstrip()) for one in rows if "Title" in one) == 2
    assert all(one[:column] == " " * column for one in rows if "is long" in one and "Title" not in one)


def test_render_undated_article_has_no_time() -> None:
    """The time of the first sighting is not shown as its date."""
    lead = issues.ranked("A title")
    undated = replace(lead, article=replace(lead.article, dated=False))
    assert "Today, 01:00" in text_of(rendered_issue(issues.issue(lead)).html)
    assert "01:00" not in text_of(rendered_issue(issues.issue(undated)).html)


def test_render_today_is_a_date_in_an_issue_of_several_days() -> None:
    """Readers open a weekly issue later; both lists write a time in the same way."""
    lead = issues.ranked("A title")
    threads = tuple(issues.thread(f"Thread {number}", number, 60, number) for number in (1, 2, 3))
    daily = issues.issue(lead, threads=threads)
    weekly = replace(daily, window=replace(daily.window, start=issues.SLOT - timedelta(days=7)))
    for issue, story, thread, in_line in (
        (daily, "Today, 01:00", "Today, 06:00", "today, 06:00"),
        (weekly, "1 Oct, 01:00", "1 Oct, 06:00", "1 Oct, 06:00"),
    ):
        rendered = rendered_issue(issue)
        for part, times in ((text_of(rendered.html), (story, in_line)), (rendered.text, (story, thread))):
            assert all(time in part for time in times)


def test_render_head_has_what_clients_need() -> None:
    """Language, direction, title, charset, viewport, both colour-scheme metas, and a hidden preheader."""
    html = rendered_issue(issues.russian(), portal=issues.RUSSIAN_PORTAL).html
    page = lxml.html.document_fromstring(html)
    assert (page.get("lang"), page.get("dir")) == ("ru", "ltr")
    assert page.findtext(".//title") == issues.russian().subject
    metas = {meta.get("name") or meta.get("http-equiv"): meta.get("content") for meta in page.iter("meta")}
    assert "UTF-8" in str(metas["Content-Type"])
    assert "width=device-width" in str(metas["viewport"])
    assert metas["color-scheme"] == metas["supported-color-schemes"] == "light dark"
    first = page.body[0]
    assert first.text == issues.russian().preheader
    assert "display:none" in first.get("style")


def test_render_headings_are_in_order() -> None:
    """One h1, and no heading skips a level."""
    for build in (issues.english, issues.plain):
        levels = [int(level) for level in re.findall(r"<h(\d)", rendered_issue(build()).html)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_render_tables_and_images_are_presentation() -> None:
    """Screen readers skip layout tables and pictures; Outlook scales images to their width attribute.

    A picture is beside its title: with images off it shows no second one, and its link is hidden like itself.
    """
    page = lxml.html.document_fromstring(rendered_issue(issues.english()).html)
    assert {table.get("role") for table in page.iter("table")} == {"presentation"}
    pictures = list(page.iter("img"))
    assert len(pictures) == 6
    assert all(picture.get("alt") == "" and picture.get("width") for picture in pictures)
    assert all(picture.getparent().get("aria-hidden") == "true" for picture in pictures)
    assert all(picture.getparent().get("tabindex") == "-1" for picture in pictures)


def test_render_story_in_another_language_has_lang() -> None:
    """A screen reader reads a Russian title in an English issue with a Russian voice."""
    page = lxml.html.document_fromstring(rendered_issue(issues.english()).html)
    (title,) = [heading for heading in page.iter("h3") if "Комета" in heading.text_content()]
    assert title.get("lang") == "ru"


@pytest.mark.parametrize("foreign", HOSTILE)
def test_render_foreign_text_stays_text(foreign: str) -> None:
    """A title is shown as it is written: no markup, no template, no include, no style of its own."""
    word = "exceptionallycalm" if re.search(r"\w{14}", foreign) else "calm"  # a long word moves the thumbnail
    as_long = word if short_title(foreign) else f"{word} " * 10  # short titles are shown once more
    calm = tags(rendered_issue(issues.retitled(issues.english(), as_long)).html)
    rendered = rendered_issue(issues.retitled(issues.english(), foreign))
    assert tags(rendered.html) == calm
    visible = " ".join(re.sub(r"[\u202e\u202c\u200b\u0007\u0000]", "", foreign).split())
    page = lxml.html.document_fromstring(rendered.html)
    assert " ".join(page.xpath("//h2")[0].text_content().replace("\u200b", "").split()) == visible
    assert "root:" not in rendered.html
    assert "49" not in page.xpath("//h2")[0].text_content()


class SizedTemplates:
    """Templates whose HTML is exactly as large as allowed with `most` stories, and has one character for each."""

    def __init__(self, most: int) -> None:
        self._most = most

    def html(self, page: Page) -> str:
        return "x" * (RENDERED_LIMIT + len(page.stories) - self._most)


@pytest.mark.parametrize("stories", range(1, 8))
def test_render_issue_that_is_too_large_keeps_as_many_articles_as_fit(
    stories: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any number of them; the whole issue where it is exactly as large as allowed."""
    monkeypatch.setattr("digest.rendering.render.encoded_size", len)
    whole = make_page(issues.long(stories), Translator("en", issues.PORTAL.zone))
    for most in range(1, stories + 2):
        templates = cast("_IssueTemplates", SizedTemplates(most))
        page, html = _fitted(templates, whole)
        assert len(page.stories) == min(most, stories)
        assert page.trimmed == max(0, stories - most)
        assert html == templates.html(page)
    with pytest.raises(RenderError, match="too large for one message even with a single article"):
        _fitted(cast("_IssueTemplates", SizedTemplates(0)), whole)


@pytest.mark.parametrize(("counted", "kept", "gales"), [("gale", 4, 63 + 3 * 35), ("Title", 2, 2 * 120)])
def test_render_issue_that_is_too_large_has_short_summaries_before_it_has_fewer_articles(
    monkeypatch: pytest.MonkeyPatch, counted: str, kept: int, gales: int
) -> None:
    """Also those of editors, in both parts; they are whole where short ones would make room for no other article."""
    limit = gales if counted == "gale" else kept
    monkeypatch.setattr("digest.rendering.render.encoded_size", lambda html: html.count(counted))
    monkeypatch.setattr("digest.rendering.render.RENDERED_LIMIT", limit)
    stories = [issues.ranked(f"Title {number}", "gale " * 120, number=number) for number in range(1, 5)]
    edited = [replace(one, listed=replace(one.article, summary="short")) for one in stories]
    issue = issues.issue(edited[0], (Section(name=None, articles=tuple(edited[1:])),))
    redirects = {stories[0].article.url: "https://news.gazette.example/r/1"}
    renderer = Renderer(issues.PORTAL, [TEMPLATES])
    rendered = renderer.render(issue, issues.LINKS, theme="default", redirects=redirects)
    assert rendered.trimmed == 4 - kept
    assert "https://news.gazette.example/r/1" in rendered.html
    assert [rendered.html.count("gale"), rendered.text.count("gale")] == [gales] * 2


def test_render_very_long_title_is_shortened() -> None:
    """It ends in an ellipsis, and the message stays small."""
    rendered = rendered_issue(issues.retitled(issues.english(), "word " * 1_000))
    titles = [heading.text_content() for heading in lxml.html.document_fromstring(rendered.html).iter("h3")]
    assert all(len(title) <= 300 and title.endswith("…") for title in titles)
    assert rendered.trimmed == 0


def test_render_text_part_is_readable() -> None:
    """Lines of at most 72 characters except URLs, underlined sections, no tags, at most two empty lines."""
    for build, portal in ((issues.english, issues.PORTAL), (issues.russian, issues.RUSSIAN_PORTAL)):
        text = rendered_issue(build(), portal=portal).text
        assert all(len(line) <= 72 for line in text.splitlines() if "https://" not in line)
        assert "\n\n\n\n" not in text
        assert "&amp;" not in text
        assert "<" not in text
        assert portal.name in text
        assert re.search(r"\n-{4,}\n", text)


def test_render_text_part_begins_with_the_preview_text() -> None:
    """Some apps show its beginning in the inbox: https://github.com/thunderbird/thunderbird-android/issues/1663."""
    issue = issues.english()
    text = rendered_issue(issue).text
    assert " ".join(text.partition("\n\n")[0].split()) == issue.preheader
    assert text.partition("\n\n")[2].startswith(f"{issues.PORTAL.name}\n")
    assert rendered_issue(replace(issue, preheader="")).text.startswith(f"{issues.PORTAL.name}\n")


def test_render_footer_has_only_the_given_links() -> None:
    """Without web pages unsubscribe is a mailto link, and there is no other personal link."""
    rendered = rendered_issue(issues.english(), Links(unsubscribe="mailto:news+u.abc@gazette.example"))
    for part in (rendered.html, rendered.text):
        assert "mailto:news+u.abc@gazette.example" in part
        assert "Preferences" not in part
        assert "View online" not in part
        assert "1 Quay Street, Port" in part


@pytest.mark.parametrize("language", ["en", "ru"])
def test_render_long_issue_is_trimmed_below_the_clip_size(language: str) -> None:
    """The last articles are left out and their number is shown; both parts have the same stories."""
    issue = issues.long(200, russian_text=language == "ru")
    rendered = rendered_issue(issue)
    kept = 200 - rendered.trimmed
    assert 0 < rendered.trimmed < 200
    assert 84_000 < encoded_size(rendered.html) < 100_000
    note = (
        f"And {rendered.trimmed} more stories on the site" if language == "en" else f"И ещё {rendered.trimmed} материал"
    )
    assert note in text_of(rendered.html)
    assert note in rendered.text
    for part in (rendered.html, rendered.text):
        assert set(re.findall(r"https://gazette.example/(\d+)\b", part)) == {
            str(number) for number in range(1, kept + 1)
        }


def test_render_short_issue_is_not_trimmed() -> None:
    """All articles are in it, and no note about more."""
    rendered = rendered_issue(issues.english())
    assert rendered.trimmed == 0
    assert "on the site" not in rendered.html


def test_with_soft_breaks_only_texts_change() -> None:
    """Words of more than 30 letters may break after ten; addresses, the head, short words and fixed texts stay."""
    word, address, token = "Щ" * 31, "q" * 36, "T" * 36
    head = f"<head><title>{word}</title></head>"
    body = f'<a href="https://x.example/{address}" title="{word}">{"w" * 30} {word} {token}</a>'
    broken = "\u200b".join((word[:10], word[:10], word[:10], word[:1]))
    wanted = body.replace(f" {word} ", f" {broken} ")
    assert with_soft_breaks(f"{head}<body>{body}</body>", f"mailto:{token}") == f"{head}<body>{wanted}</body>"


def test_render_no_text_has_a_longer_word_than_it_can_break() -> None:
    """Titles, summaries, names of sections and authors."""
    word = "w" * 200
    lead = issues.ranked(word, word, section=word, author=word, credit=word, image=True)
    section = Section(name=word, articles=(lead,))
    rendered = rendered_issue(issues.issue(lead, (section, section), (issues.thread(word, 5, 5, 1),), subject="Calm"))
    body = lxml.html.document_fromstring(rendered.html).body
    assert not [text for text in body.itertext() if "w" * 31 in text]
    assert "w" * 60 in rendered.text


def test_render_style_sheets_are_separate() -> None:
    """A client that drops one for what it does not know keeps the rules of the others."""
    page = lxml.html.document_fromstring(rendered_issue(issues.english()).html)
    sheets = [sheet.text or "" for sheet in page.iter("style")]
    for rule in ("(min-width: 481px)", "(prefers-color-scheme: dark)", "[data-ogsc]"):
        (holder,) = [sheet for sheet in sheets if rule in sheet]
        others = {"(min-width: 481px)", "(prefers-color-scheme: dark)", "[data-ogsc]"} - {rule}
        assert not any(other in holder for other in others)
    (forced,) = [sheet for sheet in sheets if "[data-ogsc]" in sheet]
    assert "[data-ogsb] .paper" in forced


def test_render_calls_to_action_are_framed_cells() -> None:
    """Under the lead to its page, at the end to the portal; a frame on a cell is drawn by Outlook too."""
    page = lxml.html.document_fromstring(rendered_issue(issues.english()).html)
    calls = {link.text_content(): link for link in page.xpath('//td[contains(@style, "border:1px")]/a')}
    assert calls["Read the story\u00a0→"].get("href") == "https://gazette.example/1"
    assert calls["More on gazette.example\u00a0→"].get("href") == "https://gazette.example"
    trimmed = rendered_issue(issues.long(200))
    assert "More on gazette.example" not in text_of(trimmed.html)


def test_render_credits_of_thumbnails_are_together_at_the_end() -> None:
    """Each once, without the word before its colon; that of the lead is below its picture."""
    lead = issues.ranked("Lead", number=1, image=True, credit="Reuters")
    cards = [
        issues.ranked(f"Story {number}", number=number, image=True, credit=f"Photo: {credit}")
        for number, credit in ((2, "AP"), (3, "AP"), (4, "B. Sun"))
    ]
    plain = issues.ranked("Story 5", number=5, credit="Nobody")
    page = text_of(rendered_issue(issues.issue(lead, (Section(name=None, articles=(*cards, plain)),))).html)
    assert "Pictures: AP; B. Sun" in page
    assert "Image source: Reuters" in page
    assert "Nobody" not in page


def test_render_pictures_of_its_own_take_the_place_of_the_sources() -> None:
    """The message loads what the portal serves, at the size that was measured."""
    issue = issues.english()
    assert issue.lead is not None
    foreign, own = issue.lead.article.image_url, "https://news.gazette.example/images/1.jpg"
    assert foreign is not None
    served = {PictureSize(foreign, LEAD_WIDTH): ServedPicture(own, 600, 400)}
    html = Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme="default", pictures=served).html
    assert own in html
    assert f'src="{foreign}"' not in html


@pytest.mark.parametrize("has_own", [True, False])
def test_render_addresses_are_in_ascii(has_own: bool) -> None:
    """Of links and pictures, in both parts; those of our own replace them nevertheless."""
    lead, other = issues.ranked("Мост", image=True), issues.ranked("Паром", number=2)
    url, image = "https://gazette.example/мост?тема=a%20б&c=1#в", "https://gazette.example/фото.jpg"
    lead = replace(lead, article=replace(lead.article, url=url, image_url=image), also=(other,))
    other = replace(other, article=replace(other.article, url=f"{url}2"))
    encoded = "https://gazette.example/%D0%BC%D0%BE%D1%81%D1%82?%D1%82%D0%B5%D0%BC%D0%B0=a%20%D0%B1&c=1#%D0%B2"
    whole = replace(issues.issue(replace(lead, also=(other,))), most_discussed=(issues.thread("Мост", 9, 5, 1),))
    whole = replace(whole, most_discussed=tuple(replace(one, url=f"{url}3") for one in whole.most_discussed))
    ours, picture = "https://news.gazette.example/r/1", "https://news.gazette.example/images/1.jpg"
    rendered = Renderer(issues.PORTAL, [TEMPLATES]).render(
        whole,
        issues.LINKS,
        theme="default",
        redirects={url: ours} if has_own else {},
        pictures={PictureSize(image, LEAD_WIDTH): ServedPicture(picture, 600, 400)} if has_own else {},
    )
    page = lxml.html.document_fromstring(rendered.html)
    links = {link.text_content().strip(): link.get("href") for link in page.iter("a")}
    assert [links[title] for title in ("Read the story\xa0→", "Паром")] == [ours if has_own else encoded, f"{encoded}2"]
    assert f"{encoded}3" in links.values()
    assert page.xpath("//img/@src") == [picture if has_own else "https://gazette.example/%D1%84%D0%BE%D1%82%D0%BE.jpg"]
    assert all(f"] {encoded}{end}\n" in rendered.text for end in ("", "2", "3"))


def test_render_intro_without_an_editor_has_facts_and_short_titles() -> None:
    """The number of stories, the minutes, and the first three short titles after the lead."""
    html = rendered_issue(issues.english()).html
    titles = ("Council votes for a car-free Exchange Square", "Library opens on Sundays again")
    assert f"9 stories, 3 minutes: {' · '.join(titles)}" in text_of(html)
    assert all(f'<span dir="ltr">{title}</span>' in html for title in titles)


@pytest.mark.parametrize("theme", ["quay", "letter", "lines"])
def test_render_parts_have_no_character_that_sets_a_direction(theme: str) -> None:
    """Outlook for Windows shows them as signs."""
    for issue in (issues.english(), issues.russian()):
        shown = Renderer(issues.PORTAL, [TEMPLATES]).render(issue, issues.LINKS, theme=theme)
        assert not re.findall(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", unescape(shown.html) + shown.text)


def test_render_intro_with_one_short_title_has_facts_alone() -> None:
    """A single title would look like the only one."""
    lead, short, long = (issues.ranked(title, number=number) for number, title in enumerate(("A", "B", "C" * 60)))
    page = text_of(rendered_issue(issues.issue(lead, (Section(name=None, articles=(short, long)),))).html)
    assert "3 stories, 1 minute" in page
    assert "1 minute:" not in page


def test_render_logo_takes_the_place_of_the_name() -> None:
    """With the name as its alternative text; another one for dark mode is hidden until then."""
    logo = LogoSettings(light="https://gazette.example/l.png", width=180, height=40)
    both = logo.model_copy(update={"dark": "https://gazette.example/d.png"})
    for one, addresses in ((logo, [logo.light]), (both, [both.light, both.dark])):
        portal = issues.PORTAL.model_copy(update={"logo": one})
        page = lxml.html.document_fromstring(rendered_issue(issues.english(), portal=portal).html)
        (heading,) = page.iter("h1")
        pictures = list(heading.iter("img"))
        assert [picture.get("src") for picture in pictures] == addresses
        assert {picture.get("alt") for picture in pictures} == {"Harbour Gazette"}
        assert ["display:none" in picture.get("style") for picture in pictures] == [False, True][: len(pictures)]
        assert not heading.text_content().strip()


def test_render_dark_logo_has_no_size_until_dark_mode() -> None:
    """Gmail's site on phones knows no `display`: https://www.caniemail.com/features/css-display-none/."""
    logo = LogoSettings(
        light="https://gazette.example/l.png", dark="https://gazette.example/d.png", width=180, height=40
    )
    html = rendered_issue(issues.english(), portal=issues.PORTAL.model_copy(update={"logo": logo})).html
    styles = [one.get("style").split(";") for one in lxml.html.document_fromstring(html).iterfind(".//h1//img")]
    assert [{"width:0", "max-height:0"} <= set(style) for style in styles] == [False, True]
    shown = "display:inline-block!important;width:180px!important;max-height:none!important"
    assert html.count(f".on-dark{{{shown}}}") == 2


def test_render_padding_and_borders_are_on_cells() -> None:
    """Outlook for Windows knows them on table cells alone."""
    body = lxml.html.document_fromstring(rendered_issue(issues.english()).html).body
    for element in body.iterfind(".//*[@style]"):
        names = {
            name.strip() for name, _, value in declarations(element.get("style")) if value.strip() not in {"0", ""}
        }
        unsupported = {
            name for name in names if name.startswith("padding") or re.match(r"border(-top|-bottom)?$", name)
        }
        assert not unsupported or element.tag == "td", lxml.html.tostring(element)[:200]


def declarations(style: str) -> list[tuple[str, str, str]]:
    """The declarations of a style attribute: name, colon, value."""
    return [part.partition(":") for part in style.split(";")]


def test_encoded_size_is_the_smaller_encoding() -> None:
    """ASCII is sent as quoted-printable, Cyrillic as base64: lines of 78 bytes for 57 of text."""
    assert encoded_size("word\n" * 10) == 60
    assert encoded_size("щ" * 57) == 2 * 78


def test_theme_can_override_one_block(tmp_path: Path) -> None:
    """Everything else, including the text part and the colours, comes from the default theme."""
    extending = '{% extends "default/issue.mjml" %}{% block footer %}<mj-section><mj-column><mj-text>Ours '
    extending += '<a href="{{ links.unsubscribe }}">x</a></mj-text></mj-column></mj-section>{% endblock %}'
    ours = folder(tmp_path, quiet__issue_mjml=extending)
    rendered = Renderer(issues.PORTAL, [ours, TEMPLATES]).render(issues.english(), issues.LINKS, theme="quiet")
    page = text_of(rendered.html)
    assert "Ours" in page
    assert "You receive this" not in page
    assert "Night ferries" in page
    assert rendered.text == rendered_issue(issues.english()).text


def test_theme_can_replace_one_file_of_the_default(tmp_path: Path) -> None:
    """The operator's colour also applies to packaged files, and the packaged file can still be extended."""
    extending = '{% extends "package/default/issue.mjml" %}{% block contents %}{% endblock %}'
    ours = folder(tmp_path, default__issue_mjml=extending, default__theme_toml='[light]\naccent = "#123456"\n')
    rendered = Renderer(issues.PORTAL, [ours, TEMPLATES]).render(issues.english(), issues.LINKS, theme="default")
    assert "#123456" in rendered.html
    assert "In this issue" not in rendered.html


def test_render_unknown_theme_lists_the_known_ones(tmp_path: Path) -> None:
    """The error names all themes."""
    with pytest.raises(ConfigurationError, match=r"unknown theme 'nosuch'; expected one of: default"):
        Renderer(issues.PORTAL, [tmp_path, TEMPLATES]).render(issues.english(), issues.LINKS, theme="nosuch")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("<mjml>\n\n{{ issue.titel }}</mjml>", r"mine/issue\.mjml:3: .*has no attribute 'titel'$"),
        ("\n{{ titel }}", r"mine/issue\.mjml:2: 'titel' is undefined$"),
        ("\n\n{% if %}", r"mine/issue\.mjml:3: "),
        ('{% extends "nowhere/x.mjml" %}', r"mine/issue\.mjml:1: no template 'nowhere/x\.mjml'$"),
        ("{{ 1 / 0 }}", r"mine/issue\.mjml:1: division by zero$"),
        ("{{ ''.__class__.__mro__ }}", r"mine/issue\.mjml:1: .*unsafe"),
    ],
)
def test_render_template_error_names_file_and_line(tmp_path: Path, template: str, message: str) -> None:
    """One sentence, no traceback."""
    ours = folder(tmp_path, mine__issue_mjml=template)
    with pytest.raises(TemplateError, match=message) as caught:
        Renderer(issues.PORTAL, [ours, TEMPLATES]).render(issues.english(), issues.LINKS, theme="mine")
    assert "\n" not in str(caught.value)


def test_theme_toml_error_names_the_file(tmp_path: Path) -> None:
    """Invalid TOML, an unknown table, and a colour that would escape from its style attribute."""
    for content, message in (
        ("[light", "not valid TOML"),
        ("[night]\nx='1'", "night"),
        ("[light]\nink='red;}'", "light.ink"),
    ):
        ours = folder(tmp_path, mine__theme_toml=content)
        with pytest.raises(ConfigurationError, match=rf"mine/theme\.toml: .*{re.escape(message)}"):
            Renderer(issues.PORTAL, [ours, TEMPLATES]).render(issues.english(), issues.LINKS, theme="mine")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<mj-sektion>x</mj-sektion>", "<mj-sektion>"),
        ("<mj-section>", "valid MJML"),
        ('<mj-include path="/etc/passwd"/>', "valid MJML"),
        ('<mj-raw><a href="/relative">x</a></mj-raw>', "a link that is not absolute: '/relative'"),
        ("<mj-raw><script>x</script></mj-raw>", "<script>"),
        ('<mj-raw><p onclick="x">x</p></mj-raw>', "onclick"),
        ('<mj-raw><img src="https://x.example/i.png"></mj-raw>', "without alt"),
        ('<mj-raw><img src="i.png" alt=""></mj-raw>', "an image whose address"),
        ('<mj-raw><a href="javascript:x">x</a></mj-raw>', "javascript:x"),
        ("<mj-raw><style>@import url(https://x.example/a.css);</style></mj-raw>", "@import"),
        ('<mj-raw><meta http-equiv="Refresh" content="0"></mj-raw>', "meta refresh"),
    ],
)
def test_render_broken_output_is_refused(tmp_path: Path, body: str, message: str) -> None:
    """Invalid or remaining MJML, active content, links and images without an absolute URL."""
    ours = folder(tmp_path, mine__issue_mjml=f"<mjml><mj-body>{body}</mj-body></mjml>")
    with pytest.raises(RenderError, match=re.escape(message)) as caught:
        Renderer(issues.PORTAL, [ours, TEMPLATES]).render(issues.english(), issues.LINKS, theme="mine")
    assert "\n" not in str(caught.value)
    assert "root:" not in str(caught.value)


@pytest.mark.parametrize("left", ["<mj-chart>two words</mj-chart>", '<mj-chart width="1">x</mj-chart>', "<mj-chart >x"])
def test_check_names_the_element_that_mjml_left(left: str) -> None:
    """Without its attributes and its text."""
    with pytest.raises(RenderError, match=r"^MJML does not know <mj-chart>, or not there;"):
        check(f"<html><body><p>x</p>{left}</body></html>")


def test_check_valid_html_passes() -> None:
    """Absolute links and images with alt text."""
    check('<html><body><a href="mailto:a@b.example">x</a><img src="https://x.example/i.png" alt=""></body></html>')


def personal(links: Links) -> set[str | None]:
    """The URLs of the footer."""
    return {links.unsubscribe, links.view, links.preferences}


def text_of(html: str) -> str:
    """The text of the body, with all white space collapsed."""
    body = lxml.html.document_fromstring(html).body
    return " ".join(body.text_content().split())


def tags(html: str) -> list[str]:
    """The element names of a page, in order."""
    return [str(element.tag) for element in lxml.html.document_fromstring(html).iter()]


def test_render_also_links_repeat_no_title() -> None:
    """A link whose title is already shown gives its site; without another site it is left out."""
    title = "Fog closes the port"
    same = [issues.ranked("Fog  closes THE port", number=number) for number in (2, 3, 4, 5)]
    for place, site in ((1, "www.herald"), (2, "herald"), (3, "courier")):
        article = replace(same[place].article, url=f"https://{site}.example/{place}")
        same[place] = replace(same[place], article=article)
    found = rendered_issue(issues.issue(replace(issues.ranked(title, number=1), also=tuple(same))))
    text = " ".join(found.text.split())
    assert "Also: herald.example [2] Also: courier.example [3]" in text
    assert text.casefold().count(title.casefold()) == 1
    links = {link.get("href"): link.text for link in lxml.html.document_fromstring(found.html).iter("a")}
    assert links["https://www.herald.example/1"] == "herald.example"
    assert not {"https://gazette.example/2", "https://herald.example/2"} & set(links)


def test_render_also_links_are_below_their_story() -> None:
    """Title and URL in both parts; the site only if it differs from that of the lead."""
    lead = issues.ranked("Fog closes the port", number=1)
    near = issues.ranked("Port closed by fog", number=2)
    far = issues.ranked("Порт закрыт", number=3, language="ru")
    far = replace(far, article=replace(far.article, url="https://www.herald.example/fog"))
    second = replace(issues.ranked("Ferries wait", number=4), also=(issues.ranked("Ferry waits", number=5),))
    story = replace(lead, also=(near, far))
    whole = issues.issue(story, (Section(name=None, articles=(second,)),))
    found = rendered_issue(whole)
    text = " ".join(found.text.split())
    assert "Also: Port closed by fog [2] Also: Порт закрыт (herald.example) [3]" in text
    assert "Also: Ferry waits [5]" in text
    page = lxml.html.document_fromstring(found.html)
    links = {link.text: link for link in page.iter("a")}
    assert links["Port closed by fog"].get("href") == "https://gazette.example/2"
    assert links["Порт закрыт"].get("lang") == "ru"
    assert page.text_content().count("herald.example") == 1
    assert page.text_content().count("Also:") == 2
    russian = rendered_issue(replace(whole, language="ru"))
    assert "По теме: Port closed by fog" in russian.text
    assert "По теме:" in russian.html


def test_render_intro_and_closing_of_an_editor_are_in_both_parts() -> None:
    """The intro above the stories, the closing below them; the text part has the addresses of their links."""
    texts = IssueTexts(
        intro="Good **morning**, {{ 7*7 }} & <b>all</b>.\n\nRead [this](https://gazette.example/about?a=1&b=2).",
        closing="- See you\n- tomorrow",
    )
    rendered = rendered_issue(replace(issues.plain(), texts=texts))
    shown = text_of(rendered.html)
    places = [
        shown.rindex(text) for text in ("Good morning, {{ 7*7 }} & <b>all</b>.", "Read this.", "Harvest", "See you")
    ]
    assert places == sorted(places)
    page = lxml.html.document_fromstring(rendered.html)
    assert "https://gazette.example/about?a=1&b=2" in [link.get("href") for link in page.iter("a")]
    assert rendered.text.index("Read this (https://gazette.example/about?a=1&b=2).") < rendered.text.rindex("Harvest")
    assert rendered.text.index("\n- See you\n- tomorrow\n") < rendered.text.index("Links\n")
    assert "stories" not in rendered.text


def test_render_long_address_in_the_text_of_an_editor_stays_on_one_line() -> None:
    """Nobody can open an address that is broken."""
    address = f"https://gazette.example/{'long-' * 20}"
    rendered = rendered_issue(replace(issues.plain(), texts=IssueTexts(intro=f"[This]({address}) was long.")))
    assert f"({address})" in rendered.text


def test_short_title_ends_with_a_phrase_or_is_none() -> None:
    """A comma ends no phrase, because what follows may turn its meaning."""
    assert short_title("Tide model sees floods two days ahead") == "Tide model sees floods two days ahead"
    assert short_title(f"The lighthouse shines again: {'very ' * 10}slowly") == "The lighthouse shines again"
    assert short_title("Маяк снова горит — и, по словам смотрительницы, отстаёт на секунду") == "Маяк снова горит"
    assert short_title("The mayor did not, as some newspapers wrote, leave the town hall early") is None
    assert short_title(f"Poll: {'very ' * 10}long") is None


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("Театр «Волна: новый сезон» открывает двери для всех желающих горожан", None),
        ("Театр «Волна — новый сезон» открыт: ждут всех желающих горожан", "Театр «Волна — новый сезон» открыт"),
        ("Театр «Волна» открыт: ждут всех желающих горожан и гостей порта", "Театр «Волна» открыт"),
        ("Review of “Harbour: a history in forty ships” by our former editor", None),
        ("Review of ‘Harbour: the master’s history in forty ships’ by our editor", None),
        ("The workers’ strike goes on: the port of the harbour stays closed", "The workers’ strike goes on"),
        ("Kritik von „Hafen: eine Geschichte in vierzig Schiffen“ und mehr davon", None),
        ("Das Stück „Hafen“ kommt zurück: die Geschichte in vierzig Schiffen", "Das Stück „Hafen“ kommt zurück"),
        ('Review of "Harbour: a history in forty ships" by our former editor', None),
        ("The new bridge (temporary: until the spring) opens on Monday at last", None),
    ],
)
def test_short_title_ends_in_no_quotation_or_bracket(title: str, phrase: str | None) -> None:
    """What ends there is half a name; an apostrophe is no quotation mark."""
    assert short_title(title) == phrase


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("Премьер-министр: бюджет порта будет принят до конца года, несмотря на споры", None),
        ("Harbour master: the bridge would be closed this winter, and nobody minds", None),
        ("Harbour master: bridge closed for long — and nobody minds at all", "Harbour master: bridge closed for long"),
        ("The bridge closes: nobody in the harbour was surprised by the decision", "The bridge closes"),
        (f"{'x' * 19}: nobody in the harbour was surprised by the decision", None),
        (f"{'x' * 20}: nobody in the harbour was surprised by the decision", "x" * 20),
    ],
)
def test_short_title_colon_after_a_name_ends_no_phrase(title: str, phrase: str | None) -> None:
    """Three words or 20 letters before it do; after a name, the phrase ends at what comes next."""
    assert short_title(title) == phrase


@pytest.mark.parametrize(("length", "found"), [(11, False), (12, True), (48, True), (49, False)])
def test_short_title_first_phrase_has_12_to_48_characters(length: int, found: bool) -> None:
    """A shorter phrase says too little, and a longer one is not short; a title without a second phrase may have 48."""
    assert short_title(f"{'x' * length}; {'very ' * 10}long") == ("x" * length if found else None)
    assert short_title("x" * length) == ("x" * length if length < 49 else None)


@pytest.mark.parametrize(
    ("build", "line", "titles"),
    [
        (issues.english, "9 stories, 3 minutes", "Council votes for a car-free Exchange Square"),
        (issues.russian, "8 материалов, 2 минуты", "Старый кран переезжает на музейную набережную"),
        (issues.plain, "3 stories, 1 minute", "The old crane moves"),
    ],
)
def test_page_facts_are_of_the_stories_that_it_shows(build: Callable[[], Issue], line: str, titles: str) -> None:
    """In the grammatical form of the number; fewer stories take less time, and the lead's title is not repeated."""
    issue = build()
    page = make_page(issue, Translator(issue.language, issues.PORTAL.zone))
    assert page.facts_line == line
    assert page.short_titles[0] == titles
    assert all(len(title) <= 48 for title in page.short_titles)
    one = page.shortened(1)
    assert (one.facts_line, one.short_titles) in [("1 story, 1 minute", ()), ("1 материал, 1 минута", ())]

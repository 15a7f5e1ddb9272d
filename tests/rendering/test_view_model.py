"""The view model that themes get: pictures and the shapes that decide where they are shown."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.composing.compose import with_summaries
from digest.i18n import Translator
from digest.model.articles import RankedArticle, Window
from digest.model.issues import Issue, IssueTexts, Section
from digest.model.pictures import CARD_WIDTH, LEAD_WIDTH, PictureShape, PictureSize, ServedPicture, picture_shape
from digest.rendering.issue_page import make_page
from digest.rendering.view_model import Page, Picture
from digest.settings.schema import EditionSettings
from tests.support import issues

PIXELS = st.integers(1, 20_000)
MIDNIGHT = issues.SLOT - timedelta(hours=7)  # in Moscow


def picture_of_lead(width: int | None, height: int | None) -> Picture | None:
    """The picture of a lead whose source states this size."""
    issue = issues.english()
    assert issue.lead is not None
    article = replace(issue.lead.article, image_width=width, image_height=height)
    page = make_page(replace(issue, lead=replace(issue.lead, article=article)), Translator("en", issues.PORTAL.zone))
    assert page.lead is not None
    return page.lead.picture


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((1200, 675), "plain"), ((600, 600), "plain"), ((800, 1000), "plain"), ((800, 1001), "portrait"),
        ((900, 300), "plain"), ((901, 300), "panorama"), ((200, 150), "plain"), ((199, 150), "small"),
        ((150, 400), "small"), ((150, None), "small"), ((900, None), "plain"), ((None, 900), "plain"),
        ((None, None), "plain"),
    ],
)  # fmt: skip
def test_picture_shape_is_that_of_its_size(size: tuple[int | None, int | None], shape: str) -> None:
    """A portrait is taller than 4 : 5, a panorama wider than 3 : 1, a small one narrower than 200 px."""
    picture = picture_of_lead(*size)
    assert picture is not None
    assert (picture.width, picture.height, picture.shape) == (*size, shape)


@pytest.mark.parametrize(("address", "all_of_day"), [(None, None), ("https://news.gazette.example/archive/1", 9)])
def test_make_page_links_all_articles_of_the_day_where_the_archive_has_them(
    address: str | None, all_of_day: int | None
) -> None:
    """With their number; without an archive there is no such link."""
    page = make_page(issues.english(), Translator("en", issues.PORTAL.zone), address)
    assert (page.all_of_day.number if page.all_of_day else None) == all_of_day
    assert page.all_of_day is None or page.all_of_day.url == f"{address}?all="


def test_make_page_small_strip_is_no_picture() -> None:
    """A badge of 160 × 40 px is no lead and no thumbnail."""
    assert picture_of_lead(160, 40) is None


@given(PIXELS, PIXELS, st.integers(2, 20))
def test_picture_shape_of_a_larger_copy_is_the_same(width: int, height: int, scale: int) -> None:
    """The same picture in another resolution has the same shape, unless it is too small for a lead."""
    shape = picture_shape(width, height)
    assert shape is PictureShape.SMALL or shape is picture_shape(scale * width, scale * height)


def test_with_pictures_the_size_of_the_served_picture_counts() -> None:
    """It was measured; of a picture that was stored before sizes were, that of its source counts."""
    page = make_page(issues.english(), Translator("en", issues.PORTAL.zone))
    assert page.lead is not None
    assert page.lead.picture is not None
    key, own = PictureSize(page.lead.picture.url, LEAD_WIDTH), "https://news.gazette.example/images/1.jpg"
    measured = page.with_pictures({key: ServedPicture(own, 600, 1012)}).lead
    assert measured is not None
    assert measured.picture == replace(page.lead.picture, url=own, width=600, height=1012)
    unmeasured = page.with_pictures({key: ServedPicture(own)}).lead
    assert unmeasured is not None
    assert unmeasured.picture == replace(page.lead.picture, url=own)


@pytest.mark.parametrize("own", ["Other", "OTHER"])
def test_make_page_stories_without_a_section_join_one_that_is_called_other(own: str) -> None:
    """Two headings would say the same."""
    names = (own, "City", None)
    sections = [
        Section(name=name, articles=(issues.ranked(f"Title {place}", number=place),))
        for place, name in enumerate(names, 2)
    ]
    page = page_of(replace(issues.issue(issues.ranked("The lead")), sections=tuple(sections)))
    shown = [(part.name, [story.title for story in part.stories]) for part in page.parts]
    assert shown == [(own, ["Title 2", "Title 4"]), ("City", ["Title 3"])]


def page_of(issue: Issue, archive_url: str | None = None) -> Page:
    """The page of an English issue."""
    return make_page(issue, Translator("en", issues.PORTAL.zone), archive_url)


@pytest.mark.parametrize(
    ("size", "is_shown"),
    [((150, 50), True), ((151, 50), False), ((199, 66), False), ((240, 40), True), ((100, None), True)],
)
def test_make_page_strip_is_narrow_and_wider_than_three_to_one(size: tuple[int, int | None], is_shown: bool) -> None:
    """One of 200 px or more is a panorama, and a height that is unknown makes no strip."""
    assert (picture_of_lead(*size) is not None) is is_shown


@pytest.mark.parametrize("more", [0, 1])
def test_make_page_summaries_are_shortened(more: int) -> None:
    """That of the lead to 320 characters, the others to 180."""
    summaries = ["x" * (length + more) for length in (320, 180)]
    lead, other = (issues.ranked("A title", summary, number=len(summary)) for summary in summaries)
    page = page_of(issues.issue(lead, (Section(name=None, articles=(other,)),)))
    shown = [story.summary or "" for story in page.stories]
    assert [len(one) for one in shown] == [320, 180]
    assert (shown == summaries) is (more == 0)


def test_make_page_summary_of_an_editor_or_a_command_is_shown_whole() -> None:
    """Also of an added article that no source lists. Under another title that of the source stays short."""
    short, long = "A summary.", "x" * 600
    listed, retitled = issues.ranked("A title", short), issues.ranked("A title", long, number=2)
    edited = replace(listed, article=replace(listed.article, summary=long), listed=listed.article)
    renamed = replace(retitled, article=replace(retitled.article, title="Another"), listed=retitled.article)
    added = issues.ranked("An added title", long, number=3)
    added = replace(added, article=replace(added.article, sources=()))
    summarised = with_summaries(
        issues.issue(listed),
        {listed.article.key: long},
        EditionSettings(name="daily"),
        Translator("en", issues.PORTAL.zone),
    )
    pages = [page_of(issues.issue(one)) for one in (edited, added, renamed)] + [page_of(summarised)]
    assert [len(page.stories[0].summary or "") for page in pages] == [600, 600, 320, 600]


@pytest.mark.parametrize("more", [0, 1])
def test_make_page_titles_are_shortened(more: int) -> None:
    """To 300 characters."""
    title = "x" * (300 + more)
    (story,) = page_of(issues.issue(issues.ranked(title))).stories
    assert len(story.title) == 300
    assert (story.title == title) is (more == 0)


def test_story_facts_begin_with_a_capital_letter() -> None:
    """The author's name, or the time where there is none."""
    signed, unsigned = (issues.ranked("A title", author=author, views=7, comments=3) for author in ("Ada Sol", None))
    facts = [page_of(issues.issue(one)).stories[0].facts for one in (signed, unsigned)]
    assert facts == [
        ("Ada Sol", "today, 01:00", "7 views", "3 comments"),
        ("Today, 01:00", "7 views", "3 comments"),
    ]


def test_make_page_article_of_a_day_alone_has_no_hour() -> None:
    """Neither in its story nor in *Most discussed*."""
    lead = issues.ranked("A title")
    one = replace(lead, article=replace(lead.article, day_only=True))
    thread = replace(issues.thread("Parking", 12, 90, 1), day_only=True)
    page = page_of(replace(issues.issue(one), most_discussed=(thread,)))
    assert [page.stories[0].facts[0], page.most_discussed[0].when] == ["Today", "Today"]


@pytest.mark.parametrize(("seconds", "when"), [(0, "Today, 01:00"), (1, "1 Oct, 01:00")])
def test_make_page_of_two_days_is_a_daily_one(seconds: int, when: str) -> None:
    """Its readers open it on its day; that of a longer window names the day."""
    issue = issues.issue(issues.ranked("A title"))
    start = issue.window.end - timedelta(days=2, seconds=seconds)
    (story,) = page_of(replace(issue, window=replace(issue.window, start=start))).stories
    assert story.facts[0] == when


@pytest.mark.parametrize(
    ("end", "length", "shown"),
    [
        (issues.SLOT, timedelta(days=7), "September 24 – October 1, 2026"),
        (MIDNIGHT, timedelta(days=7), "September 24 – 30, 2026"),
        (issues.SLOT, timedelta(days=4, seconds=1), "September 27 – October 1, 2026"),
        (issues.SLOT, timedelta(days=4), "Thursday, October 1, 2026"),
    ],
)
def test_make_page_of_a_week_names_its_days(end: datetime, length: timedelta, shown: str) -> None:
    """Those of the portal's zone, none after midnight; an issue after a long weekend is still that of its day."""
    issue = issues.issue(issues.ranked("A title"))
    window = Window(start=end - length, end=end)
    assert page_of(replace(issue, window=window)).date.replace("\u00a0", " ") == shown


@pytest.mark.parametrize(("more", "link"), [([], None), ([issues.ranked("Third", number=3, section="CITY")], 3)])
def test_make_page_links_all_articles_of_a_section_where_there_are_more(
    more: list[RankedArticle], link: int | None
) -> None:
    """Of the day, in any case of its name; a section that shows them all has no such link."""
    lead = issues.ranked("Lead", number=9, section="Port")
    city = tuple(issues.ranked("Story", number=number, section="City") for number in (1, 2))
    whole = replace(issues.issue(lead, (Section(name="City", articles=city),)), others=tuple(more))
    (part,) = page_of(whole, "https://n.example/archive/1").parts
    assert (part.all_of_day and part.all_of_day.number) == link
    assert not part.all_of_day or part.all_of_day.url == "https://n.example/archive/1?all=City"


@pytest.mark.parametrize(
    ("language", "seconds", "label"),
    [
        ("en", 0, "All 9 of today"),
        ("en", 1, "All 9 articles"),
        ("ru", 0, "Все за сегодня: 9"),
        ("ru", 1, "Все материалы: 9"),
    ],
)
def test_all_of_day_of_more_than_two_days_does_not_say_today(language: str, seconds: int, label: str) -> None:
    """Such as that of a weekly issue."""
    issue = issues.english()
    window = replace(issue.window, start=issue.window.end - timedelta(days=2, seconds=seconds))
    page = make_page(replace(issue, window=window), Translator(language, issues.PORTAL.zone), "https://n.example/a/1")
    assert page.all_of_day is not None
    assert page.all_of_day.label == label


@pytest.mark.parametrize("keep", range(12))
def test_shortened_page_has_the_first_stories(keep: int) -> None:
    """Whole parts and a part of the last one, none of them empty, and how many are left out."""
    whole = page_of(issues.english())
    short = whole.shortened(keep)
    assert short.stories == whole.stories[:keep]
    assert all(part.stories for part in short.parts)
    assert short.trimmed == max(9 - keep, 0)
    headless = replace(whole, lead=None)
    assert headless.shortened(keep).stories == headless.stories[:keep]


def test_with_links_every_link_to_an_article_has_its_new_address() -> None:
    """Those of stories, of others below them, of threads, of *Most discussed* and in the editor's texts."""
    lead, also = issues.ranked("Lead", number=1), issues.ranked("Another one", number=2)
    third = issues.ranked("Third", number=3)
    issue = issues.issue(
        replace(lead, also=(also,)), (Section(name=None, articles=(third,)),), (issues.thread("Thread", 9, 5, 8),)
    )
    closing = '[two](https://gazette.example/2 "Its > title")'
    texts = IssueTexts(intro="[one](https://gazette.example/1?a=1&b=2)", closing=closing)
    whole = page_of(replace(issue, threads={lead.article.key: issues.thread("Own", 4, 5, 7)}, texts=texts))
    old = {
        *(f"https://gazette.example/{path}" for path in ("1", "2", "3", "forum/7", "forum/8", "1?a=1&b=2")),
    }
    page = whole.with_links({url: f"https://n.example/?a&to={url[24:]}" for url in old})
    story, rest = page.stories
    assert story.thread is not None
    urls = [story.url, story.also[0].url, story.thread.url, rest.url, page.most_discussed[0].url]
    assert urls == [f"https://n.example/?a&to={path}" for path in ("1", "2", "forum/7", "3", "forum/8")]
    assert page.intro is not None
    assert page.closing is not None
    assert 'href="https://n.example/?a&amp;to=1?a=1&amp;b=2"' in page.intro.html
    assert 'href="https://n.example/?a&amp;to=2"' in page.closing.html
    assert whole.with_links({}) is whole
    assert whole.with_links({"https://other.example": "https://n.example"}) == whole


def test_with_links_a_text_that_is_an_address_keeps_its_own() -> None:
    """Mail apps warn of links whose texts name another host: a site for a repeated title, and bare addresses."""
    addresses = ["https://www.xn--b1amnebsh.example/1", *(f"https://gazette.example/{number}" for number in (1, 2, 3))]
    lead, same = issues.ranked("Lead"), issues.ranked("Lead", number=2)
    other = replace(same, article=replace(same.article, url=addresses[0]))
    intro = "<https://gazette.example/1> [gazette.example](https://gazette.example/2) [**Gazette**](https://gazette.example/3)"
    issue = replace(issues.issue(replace(lead, also=(other,))), texts=IssueTexts(intro=intro))
    page = page_of(issue).with_links({url: f"https://n.example/r/{place}" for place, url in enumerate(addresses)})
    (also,) = page.stories[0].also
    assert (also.title, also.url) == ("новости.example", addresses[0])
    assert page.intro is not None
    assert re.findall('href="([^"]*)"', page.intro.html) == [*addresses[1:3], "https://n.example/r/3"]


@pytest.mark.parametrize(
    ("text", "is_direct"),
    [
        ("WWW.новости.example", True),
        ("https://новости.example/1?a=1&b=2", True),
        ("новости.example:8080", True),
        ("**новости.example**", True),
        ("Читать\nна новости.example", False),
        ("новости", False),
        ("другие.example", False),
        ("anna@[1", False),
    ],
)
def test_with_links_text_of_an_editor_that_names_the_host_keeps_its_address(text: str, is_direct: bool) -> None:
    """However it is written: in capitals, in the letters of its language, with a port or in bold."""
    url = "https://xn--b1amnebsh.example/1"
    issue = replace(issues.issue(issues.ranked("Lead")), texts=IssueTexts(intro=f"[{text}]({url})"))

    intro = page_of(issue).with_links({url: "https://n.example/r/1"}).intro

    assert intro is not None
    assert re.findall('href="([^"]*)"', intro.html) == [url if is_direct else "https://n.example/r/1"]


def test_with_links_titles_that_name_their_host_keep_their_addresses() -> None:
    """Of stories and of those that readers discuss most."""
    whole, url = page_of(issues.english()), "https://gazette.example/1"
    story, row = (
        replace(whole.stories[0], title="gazette.example", url=url),
        replace(whole.most_discussed[0], title="Gazette.example", url=url),
    )

    page = replace(whole, lead=story, most_discussed=(row,)).with_links({url: "https://n.example/r/1"})

    assert page.lead is not None
    assert [page.lead.url, page.most_discussed[0].url] == [url, url]


def test_with_pictures_each_place_has_its_own_width() -> None:
    """That of the lead is wider than those of cards; a story without a picture, or with none of ours, stays."""
    whole = page_of(issues.english())
    urls = [story.picture.url for story in whole.stories if story.picture]
    served = {
        PictureSize(url, width): ServedPicture(f"https://n.example/{width}", width, 300)
        for url in urls[:3]
        for width in (LEAD_WIDTH, CARD_WIDTH)
    }
    page = whole.with_pictures(served)
    shown = [story.picture for story in page.stories if story.picture]
    assert [one.width for one in shown[:3]] == [LEAD_WIDTH, CARD_WIDTH, CARD_WIDTH]
    assert [one.url for one in shown[3:]] == urls[3:]
    assert [bool(story.picture) for story in page.stories] == [bool(story.picture) for story in whole.stories]
    assert whole.with_pictures({}) is whole


@pytest.mark.parametrize(
    ("words", "line"),
    [(2, "1 story, 1 minute"), (265, "1 story, 1 minute"), (268, "1 story, 2 minutes"), (468, "1 story, 3 minutes")],
)
def test_facts_line_counts_200_words_a_minute_and_ten_seconds_a_story(words: int, line: str) -> None:
    """Of titles and summaries, rounded to minutes, and never none."""
    page = page_of(issues.issue(issues.ranked("A title", "x")))
    assert page.lead is not None
    page = replace(page, lead=replace(page.lead, summary=" ".join(["word"] * (words - 2))))
    assert page.facts_line == line


@pytest.mark.parametrize("is_of_lead", [False, True])
def test_make_page_picture_of_several_stories_is_shown_once(is_of_lead: bool) -> None:
    """A portal may use one wherever it has no other."""
    issue, same = issues.english(), "https://gazette.example/cover.jpg"

    def with_same(one: RankedArticle) -> RankedArticle:
        return replace(one, article=replace(one.article, image_url=same))

    sections = tuple(replace(one, articles=tuple(map(with_same, one.articles))) for one in issue.sections)
    lead = with_same(issue.lead) if issue.lead and is_of_lead else None
    shown = [story.picture for story in page_of(replace(issue, lead=lead, sections=sections)).stories]
    assert [one.url for one in shown if one] == [same]
    assert shown[0] is not None

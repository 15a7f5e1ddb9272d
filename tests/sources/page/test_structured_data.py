"""The counters on an article's own page: JSON-LD, microdata, selectors, and what must not be taken for them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.parsing.counts import MAX_COUNT
from digest.sources.page.structured_data import PageCounters, read_markup

URL = "https://gazette.example/news/1"
READ = {"@type": "InteractionCounter", "interactionType": {"@type": "ReadAction"}, "userInteractionCount": 1841}
COMMENTED = {"interactionType": "https://schema.org/CommentAction", "userInteractionCount": "1 021"}
LIKED = {"interactionType": "http://schema.org/LikeAction", "userInteractionCount": 999}
OLD = '<meta itemprop="interactionCount" content="{}">'
STATISTIC = "<div itemprop=interactionStatistic itemscope>{}<b itemprop=userInteractionCount>1 841</b></div>"
SCOPE = '<div itemscope itemtype="https://schema.org/{}"><i itemprop=commentCount>{}</i></div>'
LINE = "<div class=line>Просмотров: 1&nbsp;841 | Комментариев: 0 | Рейтинг: 0</div>"


def says(page: str, **selectors: str) -> PageCounters:
    """What the article's page says."""
    return read_markup(page, URL, selectors)


def linked(*documents: Any) -> str:
    """A page with documents of JSON-LD."""
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in documents)
    return f"<html><head>{scripts}</head><body><p>Text</p></body></html>"


@pytest.mark.parametrize(
    ("document", "counters"),
    [
        ({"@type": "NewsArticle", "commentCount": 21}, {"comments": 21}),
        ({"@type": "NewsArticle", "commentCount": "21"}, {"comments": 21}),
        ({"@type": ["Article", "Thing"], "interactionStatistic": READ}, {"views": 1841}),
        ({"@type": "BlogPosting", "interactionStatistic": [LIKED, COMMENTED, READ]}, {"views": 1841, "comments": 1021}),
        ({"@graph": [{"@type": "Person"}, {"@type": "Article", "commentCount": 3}]}, {"comments": 3}),
        ([{"@type": "WebPage", "mainEntity": {"@type": "Article", "interactionStatistic": READ}}], {"views": 1841}),
        ({"@type": "Article", "interactionCount": ["UserPageVisits:7", "UserComments:2"]}, {"views": 7, "comments": 2}),
        ({"commentCount": 5.0}, {"comments": 5}),
        (
            {
                "@type": "Article",
                "interactionStatistic": [
                    {"interactionType": "WatchAction", "userInteractionCount": 9},
                    {"interactionType": {"@id": "schema:ViewAction"}, "userInteractionCount": 70},
                ],
            },
            {"views": 70},
        ),
        ({"@type": "NewsArticle", "interactionStatistic": LIKED}, {}),
        ({"@type": "NewsArticle", "comment": [{"@type": "Comment", "interactionStatistic": READ}]}, {}),
        ({"@type": "Person", "interactionStatistic": READ}, {}),
        ({"@type": "ItemList", "itemListElement": [{"@type": "Article", "commentCount": 3}]}, {}),
        ({"@type": "Article", "interactionStatistic": {"interactionType": 7, "userInteractionCount": 7}}, {}),
        ({"@type": "Article", "interactionStatistic": "ReadAction", "interactionCount": "21"}, {}),
        ("a text", {}),
    ],
)
def test_json_ld(document: Any, counters: dict[str, int]) -> None:
    """Views are reading, viewing, watching; comments are commenting; of the article, not of its parts or its author."""
    assert says(linked(document)).counters == counters


def test_of_several_articles_the_page_is_the_one_of_its_address() -> None:
    """Related articles stand beside it; the one whose address is the page's is believed first."""
    other = {"@type": "NewsArticle", "url": "https://gazette.example/news/2", "commentCount": 99}
    own = {"@type": "NewsArticle", "mainEntityOfPage": {"@id": "http://www.gazette.example/news/1/"}, "commentCount": 4}
    assert says(linked(other, own)).counters == {"comments": 4}


@pytest.mark.parametrize("value", [-1, 1e18, 10**18, "1e18", "-5", 1.5, True, "many", "", [], {}])
def test_a_number_that_makes_no_sense_is_unknown_and_told(value: Any) -> None:
    """Negative, absurd, broken: no counter, and the field is named."""
    told = says(linked({"@type": "Article", "commentCount": value}))
    assert told.counters == {}
    assert "comments" in told.unread


@pytest.mark.parametrize(
    "script",
    ["{", "[" * 5_000, '{"commentCount": ' + "9" * 5_000 + "}", "<!-- -->", "null", '"', "{'a': 1}", "\x00"],
)
def test_a_broken_script_costs_nothing(script: str) -> None:
    """The next script, and the microdata, still count."""
    page = f'<script type="application/ld+json">{script}</script>{linked({"@type": "Article", "commentCount": 4})}'
    assert says(page).counters == {"comments": 4}


@pytest.mark.parametrize("wrapped", ["<!-- {} -->", "/*<![CDATA[*/ {} /*]]>*/", "<![CDATA[{}]]>", "\n{}\n"])
def test_json_in_a_wrapping(wrapped: str) -> None:
    """Old habits of wrapping scripts do not hide the document."""
    page = f'<script type="application/ld+json">{wrapped.format(json.dumps({"commentCount": 4}))}</script>'
    assert says(page).counters == {"comments": 4}


@pytest.mark.parametrize(
    ("markup", "counters"),
    [
        (OLD.format("UserComments:21"), {"comments": 21}),
        (OLD.format("UserPageVisits:1841") + OLD.format("UserComments:21"), {"views": 1841, "comments": 21}),
        (OLD.format("21"), {}),
        ('<span itemprop="commentCount">1&nbsp;021</span>', {"comments": 1021}),
        (STATISTIC.format('<link itemprop=interactionType href="https://schema.org/ReadAction">'), {"views": 1841}),
        (STATISTIC.format('<meta itemprop=interactionType content="CommentAction">'), {"comments": 1841}),
        (STATISTIC.format('<meta itemprop=interactionType content="http://schema.org/LikeAction">'), {}),
        (SCOPE.format("WebSite", 9) + SCOPE.format("NewsArticle", 3), {"comments": 3}),
    ],
)
def test_microdata(markup: str, counters: dict[str, int]) -> None:
    """The same counters as properties of elements, those of the article where one is marked as such."""
    assert says(f"<body>{markup}</body>").counters == counters


def test_a_selector_is_believed_alone() -> None:
    """A counter with a selector is what stands there; the others are looked for in the markup."""
    page = linked({"@type": "Article", "commentCount": 21, "interactionStatistic": READ}) + "<b class=v>1,9 тыс.</b>"
    assert says(page, views=".v").counters == {"views": 1900, "comments": 21}
    assert says(page, views=".nowhere") == PageCounters(counters={"comments": 21}, unmatched=("views",))


def test_a_line_of_counters_serves_all_selectors() -> None:
    """Each counter is the number at its own label; an attribute is read as well, and the credit is a line of text."""
    page = LINE + "<i data-n='12'></i><p class=src> Image  source: <b>© Port</b></p>"
    told = says(page, views=".line", comments=".line", rating="i@data-n", image_credit=".src")
    assert told == PageCounters(
        counters={"views": 1841, "comments": 0, "rating": 12}, image_credit="Image source: © Port"
    )


def test_what_a_selector_finds_and_nobody_understands() -> None:
    """An empty counter waits for a script, which is no fault of the selector; other text is told."""
    told = says("<b class=v></b><b class=c>много</b>", views=".v", comments=".c", rating=".r")
    assert told == PageCounters(unmatched=("rating",), unread={"comments": "много"})


@given(st.text(max_size=300), st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8), max_size=4))
def test_any_page_is_understood_somehow(text: str, document: dict[str, Any]) -> None:
    """No page raises, and no counter is negative or absurd."""
    told = says(text + linked({**document, "commentCount": document.get("", 1)}), views="b", rating="a@x")
    assert all(0 <= number <= MAX_COUNT for number in told.counters.values())

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


def found_in(page: str, **selectors: str) -> PageCounters:
    """Return the counters found in the article's page."""
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
def test_structured_data_json_ld_counters_are_read(document: Any, counters: dict[str, int]) -> None:
    """Views are read, view and watch actions, comments are comment actions, and only those of the article count."""
    assert found_in(linked(document)).counters == counters


def test_structured_data_article_with_the_page_url_is_chosen() -> None:
    """Related articles may be on the page too."""
    other = {"@type": "NewsArticle", "url": "https://gazette.example/news/2", "commentCount": 99}
    own = {"@type": "NewsArticle", "mainEntityOfPage": {"@id": "http://www.gazette.example/news/1/"}, "commentCount": 4}
    assert found_in(linked(other, own)).counters == {"comments": 4}


@pytest.mark.parametrize("value", [-1, 1e18, 10**18, "1e18", "-5", 1.5, True, "many", "", [], {}])
def test_structured_data_invalid_number_is_unknown_and_noted(value: Any) -> None:
    """Negative, absurd or broken: the field is named."""
    found = found_in(linked({"@type": "Article", "commentCount": value}))
    assert found.counters == {}
    assert "comments" in found.unread


@pytest.mark.parametrize(
    "script",
    ["{", "[" * 5_000, '{"commentCount": ' + "9" * 5_000 + "}", "<!-- -->", "null", '"', "{'a': 1}", "\x00"],
)
def test_structured_data_broken_script_is_skipped(script: str) -> None:
    """The next script, and the microdata, still count."""
    page = f'<script type="application/ld+json">{script}</script>{linked({"@type": "Article", "commentCount": 4})}'
    assert found_in(page).counters == {"comments": 4}


@pytest.mark.parametrize(
    ("meta", "size"),
    [
        ({"og:image": "/1.jpg", "og:image:width": "1200", "og:image:height": "630"}, ("1200", "630")),
        ({"og:image": "/1.jpg", "og:image:width": "auto", "og:image:height": "0"}, (None, None)),
        ({"og:image:width": "1200", "twitter:image": "/1.jpg"}, (None, None)),
        ({"og:image": "/1.jpg", "OG:Image": "/2.jpg", "og:image:width": "64"}, (None, None)),
    ],
)
def test_structured_data_size_is_that_of_the_picture(meta: dict[str, str], size: tuple[str | None, str | None]) -> None:
    """The size of another picture, and what is no number, are left out."""
    page = "".join(f'<meta property="{name}" content="{text}">' for name, text in meta.items())
    details = found_in(f"<head>{page}</head>").details
    assert (details["image_url"], details.get("image_width"), details.get("image_height")) == ("/1.jpg", *size)


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="og:image:secure_url" content="/1.jpg">',
        '<meta property="og:image:url" content="/1.jpg">',
        '<meta name="twitter:image:src" content="/1.jpg">',
        '<meta property="og:image" content="/logo.svg"><meta name="twitter:image" content="/1.jpg">',
        (
            '<meta property="og:image" content="/0.jpg"><meta property="og:image:width" content="100">'
            '<meta property="og:image" content="/1.jpg"><meta property="og:image:width" content="1200">'
        ),
        '<meta property="og:image" content="/0.avif"><meta name="twitter:image" content="/1.jpg">',
        '<meta property="og:image" content="/placeholder.png">' + linked({"@type": "NewsArticle", "image": "/1.jpg"}),
    ],
)
def test_structured_data_picture_is_the_first_that_can_be_shown(head: str) -> None:
    """By each name that OpenGraph and Twitter have for it; no logo in SVG, no placeholder, and none that is small."""
    assert found_in(f"<head>{head}</head>").details["image_url"] == "/1.jpg"


def test_structured_data_article_within_a_graph_has_its_details() -> None:
    """The object around the graph is no article."""
    article = {"@type": "NewsArticle", "author": {"name": "Anna"}, "articleSection": ["City"], "commentCount": 3}
    found = found_in(linked({"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, article]}))
    assert found.details == {"author": "Anna", "section": "City"}
    assert found.counters == {"comments": 3}


def test_structured_data_description_that_repeats_the_headline_gives_way_to_the_next() -> None:
    """Many sites fill a description with the title where nobody wrote one."""
    article = {"@type": "NewsArticle", "headline": "Harbour opens", "description": "Lead"}
    assert details_of(article, head='<meta property="og:description" content="Harbour opens">') == {"summary": "Lead"}


@pytest.mark.parametrize("first", ["https://gazette.example/city", "Uncategorized", "17", "null"])
def test_structured_data_section_that_is_none_gives_way_to_the_next(first: str) -> None:
    """An address, an identifier or what engines call the lack of a category; the page names its section elsewhere."""
    article = {"@type": "NewsArticle", "articleSection": [first, "City"]}
    assert details_of(article) == {"section": "City"}
    head = '<meta property="article:section" content="City">'
    assert details_of({**article, "articleSection": first}, head=head) == {"section": "City"}


def details_of(*documents: Any, head: str = "") -> dict[str, str]:
    """The details that a page with documents of JSON-LD and more in its head has."""
    return found_in(linked(*documents).replace("<head>", f"<head>{head}")).details


ANNA = {"@type": "Person", "@id": "#anna", "name": "Anna Veil", "image": {"url": "https://gazette.example/anna.jpg"}}
IMAGE = {"@type": "ImageObject", "@id": "#i", "url": "https://gazette.example/i.jpg", "width": 1200}
AUTHORS = {
    "text": "Anna Veil",
    "name of a name": {"name": {"@type": "Person", "name": "Anna Veil"}},
    "list with null": [None, {"name": "Anna Veil"}],
    "reference": {"@id": "#anna"},
    "address and person": ["https://gazette.example/u/1", {"name": "Anna Veil"}],
    "name in parts": {"givenName": "Anna", "familyName": "Veil"},
    "language value": {"name": {"@value": "Anna Veil", "@language": "en"}},
}
IMAGES = {
    "text": "https://gazette.example/i.jpg",
    "list with null and empty": [None, "", "https://gazette.example/i.jpg"],
    "list with SVG first": ["https://gazette.example/l.svg", "https://gazette.example/i.jpg"],
    "list of objects": [{"contentUrl": "https://gazette.example/i.jpg"}],
    "object with a list": {"url": ["https://gazette.example/i.jpg"]},
    "ordered list": {"@list": ["https://gazette.example/i.jpg"]},
    "reference": {"@id": "#i"},
    "address as @id": {"@type": "ImageObject", "@id": "https://gazette.example/i.jpg"},
    "portrait of the author before": ["https://gazette.example/anna.jpg", "https://gazette.example/i.jpg"],
    "logo of the publisher before": ["https://gazette.example/press.png", "https://gazette.example/i.jpg"],
}


@pytest.mark.parametrize("author", AUTHORS.values(), ids=AUTHORS.keys())
def test_structured_data_author_is_read_in_every_form(author: Any) -> None:
    """Persons, texts and references to other objects of the graph."""
    graph = {"@graph": [{"@type": "Article", "author": author}, ANNA]}
    assert details_of(graph)["author"] == "Anna Veil"


@pytest.mark.parametrize("image", IMAGES.values(), ids=IMAGES.keys())
def test_structured_data_picture_is_read_in_every_form(image: Any) -> None:
    """Portraits of authors and logos of publishers are not the article's picture."""
    publisher = {"@type": "Organization", "logo": {"url": "https://gazette.example/press.png"}}
    article = {"@type": "Article", "author": {"@id": "#anna"}, "publisher": publisher, "image": image}
    assert details_of({"@graph": [article, ANNA, IMAGE]})["image_url"] == "https://gazette.example/i.jpg"


def test_structured_data_several_authors_are_named() -> None:
    """As in feeds."""
    assert (
        details_of({"@type": "Article", "author": [{"name": "Anna Veil"}, "Ben Ray"]})["author"] == "Anna Veil, Ben Ray"
    )


def test_structured_data_page_and_article_complete_each_other() -> None:
    """SEO plugins describe the page, the article and its parts in one graph."""
    page = {"@type": "WebPage", "@id": URL, "description": "Lead"}
    article = {"@type": "Article", "mainEntityOfPage": {"@id": URL}, "articleSection": ["City"], "image": {"@id": "#i"}}
    found = details_of({"@graph": [page, article, IMAGE]})
    assert found == {
        "summary": "Lead",
        "section": "City",
        "image_url": "https://gazette.example/i.jpg",
        "image_width": "1200",
    }


@pytest.mark.parametrize(
    "others",
    [
        [{"@type": "NewsArticle", "url": "https://gazette.example/news/2", "commentCount": 99}],
        [{"@type": "VideoObject", "name": "Clip", "interactionStatistic": READ}],
        [{"name": "Gazette", "url": "https://gazette.example/", "description": "A newspaper"}],
    ],
)
def test_structured_data_of_other_things_is_not_the_articles(others: list[Any]) -> None:
    """Related articles, videos and the publisher, before or after the article, which has no counters of its own."""
    own = {"@type": "NewsArticle", "url": URL, "articleSection": "City"}
    for documents in ([own, *others], [*others, own]):
        found = found_in(linked(*documents))
        assert (found.counters, found.details) == ({}, {"section": "City"})


def test_structured_data_of_several_articles_without_addresses_is_that_with_the_heading_of_the_page() -> None:
    """Blocks of related articles name no page either; a heading may be cut."""
    own: dict[str, Any] = {"@type": "NewsArticle", "headline": "Port &amp; bridge…"}
    other = {"@type": "NewsArticle", "headline": "Sports results"}
    titled = "<title>PORT &amp; bridge opened — Gazette</title>"
    for documents in (
        [{**own, "commentCount": 3}, {**other, "commentCount": 99}],
        [{**other, "commentCount": 99}, {**own, "commentCount": 3}],
    ):
        assert found_in(titled + linked(*documents)).counters == {"comments": 3}
        assert found_in(linked(*documents)).counters == {}
    assert found_in(titled + linked(own, {**other, "commentCount": 99})).counters == {}
    named: dict[str, Any] = {"@type": "NewsArticle", "headline": "Port", "mainEntityOfPage": URL}
    for documents in ([named, {**other, "commentCount": 99}], [{**other, "commentCount": 99}, named]):
        assert found_in(linked(*documents)).counters == {}
    assert found_in(linked(named, {"@type": "Article", "headline": "Port", "commentCount": 3})).counters == {
        "comments": 3
    }


@pytest.mark.parametrize(
    ("url", "headline", "comments"),
    [
        ("https://gazette.example/news/2", "Sports results", {}),
        ("https://gazette.example/news/2", "Port &amp; bridge", {"comments": 3}),
        ("https://gazette.example/news/2", "“Port” & <em>bridge</em>…", {"comments": 3}),
        ("https://gazette.example/", "What opened today", {"comments": 3}),
        ("https://gazette.example/news/2", None, {"comments": 3}),
    ],
)
def test_structured_data_of_an_only_article_elsewhere_has_the_heading_of_the_page(
    url: str, headline: str | None, comments: dict[str, int]
) -> None:
    """A block of a page may name another article; an address that lacks the article's own name is no sign of that."""
    article = {"@type": "NewsArticle", "url": url, "headline": headline, "commentCount": 3}
    assert found_in(f"<h1>Port &amp; bridge open</h1>{linked(article)}").counters == comments


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "Article", "articleSection": "City",}',
        '\ufeff{"@type": "Article", "articleSection": "City"};',
        '//<![CDATA[\n{"@type": "Article", "articleSection": "City"}\n//]]>',
        '/* SEO */ {"@type": "Article", "articleSection": "City"}',
        '{"@type": "WebSite"}{"@type": "Article", "articleSection": "City"}',
        "{&quot;@type&quot;: &quot;Article&quot;, &quot;articleSection&quot;: &quot;City&quot;}",
        '{"@type": "Article", "articleSection": "City", "path": "C:\\dir"}',
        '{"@type": "Article", "headline": "Завод "Луч" закрыт", "articleSection": "City"}',
        '{"@type": "Article", "headline": "Port",, "commentCount": , "articleSection": "City"}}',
        '// Article\n{"@type": "Article", // type\n"articleSection": "City"}',
        '{"@type": "Article", /* the\nrubric */ "url": "https://a.example//x", "articleSection": "City" /* end */}',
    ],
)
def test_structured_data_script_with_a_mild_fault_is_read(script: str) -> None:
    """As search engines read it."""
    assert found_in(f'<script type="application/LD+JSON">{script}</script>').details == {"section": "City"}


@pytest.mark.parametrize(
    ("pairs", "details"),
    [
        ([("og:image", ""), ("og:image", "/i.jpg")], {"image_url": "/i.jpg"}),
        (
            [("og:image", "/no-image.png"), ("og:image:width", "9"), ("og:image", "/i.jpg"), ("og:image:width", "800")],
            {"image_url": "/i.jpg", "image_width": "800"},
        ),
        ([("og:image", "null"), ("twitter:image", "/i.jpg")], {"image_url": "/i.jpg"}),
        ([("og:image", "https://gazette.example/")], {}),
        ([("og:image", "{{ post.image }}")], {}),
        ([("og:description", "undefined"), ("description", "Lead")], {"summary": "Lead"}),
        ([("og:title", "Harbour"), ("og:description", "Harbour."), ("description", "Lead")], {"summary": "Lead"}),
        ([("og:title", "Harbour"), ("og:description", "Harbour")], {}),
        ([("article:author", "www.facebook.com/anna"), ("author", "Anna")], {"author": "Anna"}),
        ([("article:section", "https://gazette.example/city")], {}),
        ([("article:section", "Без рубрики")], {}),
        ([("article:section", "17")], {}),
        ([("robots", "none"), ("og:description", "Please log in"), ("og:image", "/door.jpg")], {}),
        ([("robots", "index"), ("robots", "max-snippet:-1, None"), ("og:description", "Please log in")], {}),
        ([("robots", "index, max-image-preview: none"), ("og:description", "Lead")], {"summary": "Lead"}),
        ([("robots", "noindex, nofollow"), ("og:description", "Please log in"), ("og:image", "/door.jpg")], {}),
    ],
)
def test_structured_data_value_that_says_nothing_is_left_out(
    pairs: list[tuple[str, str]], details: dict[str, str]
) -> None:
    """The next place that names one is used."""
    head = "".join(f'<meta property="{name}" content="{content}">' for name, content in pairs)
    assert details_of(head=head) == details


@pytest.mark.parametrize(
    ("markup", "counters"),
    [
        (SCOPE.format("Article", 99) + SCOPE.format("NewsArticle", 3).replace("<i", "<h1>x</h1><i"), {"comments": 3}),
        (SCOPE.format("Article", 99) * 2, {}),
        (
            SCOPE.format("Article", 99)
            + SCOPE.format("Article", 3).replace("<i", f'<link itemprop="url" href="{URL}"><i', 1),
            {"comments": 3},
        ),
        (
            SCOPE.format("Article", 3).replace(
                "<i", "<p itemprop=comment itemscope><i itemprop=commentCount>7</i></p><i"
            ),
            {"comments": 3},
        ),
    ],
)
def test_structured_data_microdata_of_other_items_does_not_count(markup: str, counters: dict[str, int]) -> None:
    """Cards of other articles, and comments within the article."""
    assert found_in(markup).counters == counters


@pytest.mark.timeout(10)
def test_structured_data_of_an_endless_script_ends_soon() -> None:
    """A comment's end that is not the end of the script, and comments without an end."""
    for script in (f"-->{' ' * 500_000}x", "/* " * 300_000, '"' * 900_001):
        assert found_in(f'<script type="application/ld+json">{script}</script>').counters == {}


def test_structured_data_picture_with_a_name_is_its_address() -> None:
    """A name is not an address, and an address is not a name."""
    image = {"@type": "ImageObject", "name": "The quay at dawn", "contentUrl": "https://gazette.example/i.jpg"}
    author = {"@type": "Person", "url": "https://gazette.example/anna"}
    details = found_in(linked({"@type": "NewsArticle", "image": image, "author": author})).details
    assert details == {"image_url": "https://gazette.example/i.jpg"}
    sized = {"width": {"@type": "QuantitativeValue", "value": 1200}, "height": {"@type": "Distance", "name": "675 px"}}
    details = found_in(linked({"@type": "NewsArticle", "image": {**image, **sized}})).details
    assert details == {"image_url": "https://gazette.example/i.jpg", "image_width": "1200", "image_height": "675"}
    by_address = {"@type": "NewsArticle", "image": {"name": "The quay"}, "author": "https://gazette.example/anna"}
    meta = '<meta name="author" content="Anna Lee">'
    assert found_in(linked(by_address).replace("<head>", f"<head>{meta}")).details == {"author": "Anna Lee"}


@pytest.mark.parametrize("wrapped", ["<!-- {} -->", "/*<![CDATA[*/ {} /*]]>*/", "<![CDATA[{}]]>", "\n{}\n"])
def test_structured_data_wrapped_json_is_read(wrapped: str) -> None:
    """Comment and CDATA markers around a script are removed."""
    page = f'<script type="application/ld+json">{wrapped.format(json.dumps({"commentCount": 4}))}</script>'
    assert found_in(page).counters == {"comments": 4}


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
def test_structured_data_microdata_counters_are_read(markup: str, counters: dict[str, int]) -> None:
    """The same counters as properties of elements, those of the article where one is marked."""
    assert found_in(f"<body>{markup}</body>").counters == counters


def test_structured_data_selector_replaces_the_markup() -> None:
    """A counter with a selector is what the selector finds; the others are read from the markup."""
    page = linked({"@type": "Article", "commentCount": 21, "interactionStatistic": READ}) + "<b class=v>1,9 тыс.</b>"
    assert found_in(page, views=".v").counters == {"views": 1900, "comments": 21}
    assert found_in(page, views=".nowhere") == PageCounters(counters={"comments": 21}, unmatched=("views",))


def test_structured_data_one_line_serves_several_selectors() -> None:
    """Each counter is the number at its own label; attributes are read too, and the credit is a line of text."""
    page = LINE + "<i data-n='12'></i><p class=src> Image  source: <b>© Port</b></p>"
    found = found_in(page, views=".line", comments=".line", rating="i@data-n", image_credit=".src")
    assert found == PageCounters(
        counters={"views": 1841, "comments": 0, "rating": 12}, image_credit="Image source: © Port"
    )


def test_structured_data_unreadable_selected_text_is_noted() -> None:
    """An empty element is filled by a script, so the selector is not wrong; other text is noted."""
    found = found_in("<b class=v></b><b class=c>много</b>", views=".v", comments=".c", rating=".r")
    assert found == PageCounters(unmatched=("rating",), unread={"comments": "много"})


@given(st.text(max_size=300), st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8), max_size=4))
def test_structured_data_any_page_raises_no_error(text: str, document: dict[str, Any]) -> None:
    """No counter is negative or absurd."""
    found = found_in(text + linked({**document, "commentCount": document.get("", 1)}), views="b", rating="a@x")
    assert all(0 <= number <= MAX_COUNT for number in found.counters.values())

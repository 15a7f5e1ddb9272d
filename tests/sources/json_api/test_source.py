"""The JSON source over HTTP and from files: its requests, its results and its error messages."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.errors import FetchError, ParseError, SourceError
from digest.model.articles import Counters, Role, Validators
from digest.sources.article_pictures.addresses import usable_picture
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.json_api import items as json_items
from digest.sources.json_api import source as json_api
from tests.support import json_sources
from tests.support.feed_server import FeedServer
from tests.support.json_sources import counters
from tests.support.portal_database import NOW, WINDOW

ONE = {"u": "/1", "t": "One", "d": "2026-09-30T18:05:00Z", "v": 1841, "c": 21}
ABOUT: dict[str, Any] = {"role": "counters", "body": "{paths}", "fields": {"comments": "@"}}
PARTIAL = "the response also says that something failed; items or fields may be missing"


def say(server: FeedServer, value: Any, path: str = "/api", **more: Any) -> str:
    """Answer with JSON."""
    return server.answer(path, json.dumps(value), content_type="application/json", **more)


def items(*numbers: int) -> list[dict[str, Any]]:
    """Items of these numbers."""
    return [{**ONE, "u": f"/{number}", "t": f"News {number}"} for number in numbers]


def test_json_source_items_become_sightings(server: FeedServer, fetcher: Fetcher) -> None:
    """Texts are cleaned, relative URLs start from the portal, and the configured section and language are used."""
    url = say(server, [{**ONE, "t": "One <b>&amp;</b> only\u202e"}])
    (seen,) = json_sources.visit(fetcher, url=url, section="News", language="en").sightings
    assert (seen.url, seen.title) == ("https://gazette.example/1", "One & only")
    assert seen.published_at == datetime(2026, 9, 30, 18, 5, tzinfo=UTC)
    assert (seen.section, seen.language, seen.role) == ("News", "en", Role.ARTICLES)
    assert seen.counters == Counters(views=1841, comments=21)


def test_json_source_that_moved_for_good_is_noted(server: FeedServer, fetcher: Fetcher) -> None:
    """Once, whatever the number of its pages."""
    url = server.redirect("/old", say(server, items(1)), 308)
    seen = json_sources.visit(fetcher, url=url)
    assert seen.notes == (f"moved permanently to {server.url('/api')}; use that URL",)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (0, 0),
        (1841.0, 1841),
        ("1841", 1841),
        ("1 841", 1841),
        ("1\u202f841", 1841),
        ("1,841", 1841),
        ("1.8K", 1800),
        ("1,8 тыс.", 1800),
        ("", None),
        (None, None),
    ],
)
def test_json_source_counter_spellings_are_read(
    value: Any, read: int | None, server: FeedServer, fetcher: Fetcher
) -> None:
    """Numbers, and texts as pages show them; a missing one is unknown without a note."""
    seen = json_sources.visit(fetcher, url=say(server, [{**ONE, "v": value}, {**ONE, "u": "/2"}]))
    assert seen.sightings[0].counters.views == read
    assert seen.notes == ()


@pytest.mark.parametrize(
    "value", [{}, {"count": 5}, [], [5], True, -1, "-1", 1e18, "1000000000000000000", 12.5, "many", "1e5"]
)
def test_json_source_invalid_counter_is_unknown_and_noted(value: Any, server: FeedServer, fetcher: Fetcher) -> None:
    """Objects, negative numbers and 10^18 affect neither the item nor the others."""
    seen = json_sources.visit(fetcher, url=say(server, [{**ONE, "v": value}, *items(2, 3)]))
    assert [one.counters.views for one in seen.sightings] == [None, 1841, 1841]
    assert seen.notes == (f'views not understood in 1 item, such as "{value}"',)


@pytest.mark.parametrize("title", ["Read more", "Читать далее →", "ПОДРОБНЕЕ...", "<b>Continue reading</b>"])
def test_json_source_title_that_is_the_text_of_a_link_is_none(title: str, server: FeedServer, fetcher: Fetcher) -> None:
    """The expression that finds it is wrong, and says so; a title that begins with such words is kept."""
    with pytest.raises(ParseError, match="1 item without a title left out"):
        json_sources.visit(fetcher, url=say(server, [{**ONE, "t": title}]))
    (kept,) = json_sources.visit(fetcher, url=say(server, [{**ONE, "t": f"{title} about the port"}])).sightings
    assert kept.title.endswith("about the port")


@pytest.mark.parametrize("raw", ["1e400", "9" * 5000, "NaN", "-Infinity", "1e18"])
def test_json_source_huge_number_affects_its_own_counter_only(raw: str, server: FeedServer, fetcher: Fetcher) -> None:
    """A number of 5,000 digits."""
    text = json.dumps([{**ONE, "v": "X"}, *items(2)]).replace('"X"', raw)
    seen = json_sources.visit(fetcher, url=server.answer("/api", text))
    assert [one.counters.views for one in seen.sightings] == [None, 1841]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-09-30 21:05:00", "2026-09-30 18:05:00+00:00"),
        ("Wed, 30 Sep 2026 18:05:00 GMT", "2026-09-30 18:05:00+00:00"),
        (1790791500, "2026-09-30 18:05:00+00:00"),
        (1790791500000, "2026-09-30 18:05:00+00:00"),
        ("2026-10-01T04:44:00Z", "2026-10-01 04:44:00+00:00"),
        (None, "None"),
    ],
)
def test_json_source_date_spellings_are_read(value: Any, read: str, server: FeedServer, fetcher: Fetcher) -> None:
    """ISO, e-mail dates, seconds and milliseconds; without a zone in the portal's."""
    seen = json_sources.visit(fetcher, url=say(server, [{**ONE, "d": value}]))
    assert str(seen.sightings[0].published_at) == read


@pytest.mark.parametrize(
    "value", ["1970-01-01", "9999-12-31T23:59:59-12:00", "Thu, 01 Oct 2026 07:00:00 IST", "soon", {}, -5, True]
)
def test_json_source_unreadable_date_is_unknown_and_noted(value: Any, server: FeedServer, fetcher: Fetcher) -> None:
    """Dates before 1990, impossible ones, and those that are only partly understood."""
    seen = json_sources.visit(fetcher, url=say(server, [{**ONE, "d": value}]))
    assert seen.sightings[0].published_at is None
    assert seen.notes[-1] == f'published_at not understood in 1 item, such as "{value}"'


@pytest.mark.parametrize(
    "value",
    [
        {"$date": "2026-09-30T18:05:00Z"},
        {"$date": {"$numberLong": "1790791500000"}},
        {"_seconds": 1790791500, "_nanoseconds": 0},
        {"seconds": "1790791500", "nanos": 5},
        {"timestampValue": "2026-09-30T18:05:00Z"},
        {"date": "2026-09-30 18:05:00.000000", "timezone_type": 3, "timezone": "UTC"},
        {"date": "2026-09-30 23:05:00.000000", "timezone_type": 1, "timezone": "+05:00"},
        [{"value": "2026-09-30T18:05:00+00:00", "format": "Y-m-d"}],
        [2026, 9, 30, 21, 5],
        [2026, 9, 30, 21, 5, 0],
    ],
)
def test_json_source_date_in_a_table_of_a_program_is_read(value: Any, server: FeedServer, fetcher: Fetcher) -> None:
    """MongoDB, Firestore, PHP, Drupal and Java, whose list is in the source's zone."""
    seen = json_sources.visit(fetcher, url=say(server, [{**ONE, "d": value}]))
    assert str(seen.sightings[0].published_at) == "2026-09-30 18:05:00+00:00"
    assert seen.notes == ()


@pytest.mark.parametrize(
    "value",
    [
        {"seconds": 1790791500},
        {"value": "2026-09-30T18:05:00Z", "end_value": "2026-09-30T20:05:00Z"},
        {"date": "2026-09-30 18:05:00", "timezone_type": 3, "timezone": "Moon"},
        {"$date": {"$date": {"$date": {"$date": 1790791500}}}},
        [2026, 8, 30, 21, 5, 0, 7],
        [2026, 9, 30, 18, 5, 0, 2, 273, 0],
        [2026, 0, 30, 18, 5],
        [2026, True, 30],
        [2026, 9, 30, 18, 5, -1],
    ],
)
def test_json_source_table_that_may_be_another_date_is_unknown(
    value: Any, server: FeedServer, fetcher: Fetcher
) -> None:
    """A duration, an event with its end, and lists whose months or zone are those of another language."""
    seen = json_sources.visit(fetcher, url=say(server, [{**ONE, "d": value}]))
    assert seen.sightings[0].published_at is None
    assert "published_at not understood in 1 item" in seen.notes[-1]


@pytest.mark.parametrize(
    ("title", "views", "section"),
    [
        ({"rendered": "Harbour &amp; port", "protected": False}, {"$numberInt": "5"}, {"$t": "Port", "type": "text"}),
        ([{"value": "Harbour & port"}], [{"value": 5}], [{"value": "Port"}, {"value": "Town"}]),
        (
            {"stringValue": "Harbour & port"},
            {"integerValue": "5"},
            {"value": "raw", "format": "x", "processed": "Port"},
        ),
    ],
)
def test_json_source_text_and_counter_in_a_table_of_a_program_are_read(
    title: Any, views: Any, section: Any, server: FeedServer, fetcher: Fetcher
) -> None:
    """WordPress, MongoDB, Blogger, Drupal and Firestore."""
    fields = {**json_sources.FIELDS, "section": "s"}
    seen = json_sources.visit(fetcher, url=say(server, [{**ONE, "t": title, "v": views, "s": section}]), fields=fields)
    (one,) = seen.sightings
    assert (one.title, one.counters.views, one.section, seen.notes) == ("Harbour & port", 5, "Port", ())


def test_json_source_false_is_no_value(server: FeedServer, fetcher: Fetcher) -> None:
    """PHP writes it for what is missing, which is no fault to be noted."""
    fields = {**json_sources.FIELDS, "image_url": "i", "section": "s"}
    listed = [{**ONE, "u": "/2", "i": "/2.jpg", "s": "Port"}, {**ONE, "i": False, "s": False, "v": False, "d": False}]
    seen = json_sources.visit(fetcher, url=say(server, listed), fields=fields)
    one = seen.sightings[1]
    assert (one.image_url, one.section, one.counters.views, one.published_at) == (None, None, None, None)
    assert seen.notes == ()


def test_json_source_future_date_is_unknown_and_noted(server: FeedServer, fetcher: Fetcher) -> None:
    """The portal's clock runs ahead, or `timezone` is wrong."""
    seen = json_sources.visit(fetcher, url=say(server, [{**ONE, "d": "2026-10-01T05:00:00Z"}]))
    assert seen.sightings[0].published_at is None
    assert seen.notes[-1] == "a date was in the future and was ignored (is timezone right?)"


def test_json_source_unusable_items_are_counted(server: FeedServer, fetcher: Fetcher) -> None:
    """The others are read; a list among the items is opened, a null is skipped."""
    odd = [7, None, "text", [ONE], {"t": "No address"}, {**ONE, "t": ""}, {**ONE, "u": "javascript:x"}]
    seen = json_sources.visit(fetcher, url=say(server, [*odd, ONE, ONE]))
    assert [one.title for one in seen.sightings] == ["One"]
    assert seen.notes == (
        "2 items with the url of an earlier item left out",
        "1 item without a title left out",
        '4 items without a web address in url left out, such as "javascript:x"',
    )


def test_json_source_path_without_match_is_noted(server: FeedServer, fetcher: Fetcher) -> None:
    """A misspelt path would otherwise go unnoticed: every counter would just be unknown."""
    fields = {**json_sources.FIELDS, "views": "stats.views", "comments": "length(t.x)"}
    seen = json_sources.visit(fetcher, url=say(server, items(1, 2)), fields=fields)
    assert seen.notes == ("fields.views found nothing in 2 items", "fields.comments found nothing in 2 items")


def test_json_source_path_of_a_needed_field_without_match_names_those_of_an_item(
    server: FeedServer, fetcher: Fetcher
) -> None:
    """Without an address nothing is read, and without a date the order is wrong."""
    fields = {"url": "link", "title": "t", "published_at": "date"}
    url = say(server, [{"u": "/1", "t": "One", "d": "2026-10-01"}])
    with pytest.raises(ParseError) as caught:
        json_sources.visit(fetcher, url=url, fields=fields)
    assert str(caught.value) == (
        f"{url}: none of the items could be used: fields.url found nothing in 1 item; "
        "fields.published_at found nothing in 1 item; an item has u, t, d; 1 item without a web address in url left out"
    )


def test_json_source_leaves_out_pictures_of_something_else(server: FeedServer, fetcher: Fetcher) -> None:
    """The face of an author, a placeholder and SVG, as in feeds."""
    pictures = ["https://0.gravatar.com/avatar/ab", "/i/placeholder.png", "/logo.svg", "/i/1.jpg"]
    listed = [{**one, "image": image} for one, image in zip(items(1, 2, 3, 4), pictures, strict=True)]
    seen = json_sources.visit(fetcher, url=say(server, listed), fields={**json_sources.FIELDS, "image_url": "image"})
    assert [one.image_url for one in seen.sightings] == [None, None, None, "https://gazette.example/i/1.jpg"]
    assert seen.notes == ()


@pytest.mark.parametrize(
    "value",
    [
        *(
            "/i/1.jpg, /i/2.jpg",
            "/i/1.jpg|/i/2.png",
            "/i/1.jpg;/i/2.jpg;",
            "/i/1.jpg /i/2.jpg",
            "/i/0.jpg 300w, /i/1.jpg 900w",
        ),
        "/i/1.jpg 2x",
    ],
)
def test_json_source_several_pictures_in_one_text_give_one(value: str, server: FeedServer, fetcher: Fetcher) -> None:
    """The first, or the best of a `srcset`; the whole text as an address is a broken picture."""
    listed = [{**items(1)[0], "image": value}]
    seen = json_sources.visit(fetcher, url=say(server, listed), fields={**json_sources.FIELDS, "image_url": "image"})
    assert [one.image_url for one in seen.sightings] == ["https://gazette.example/i/1.jpg"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/i/Photo 1.jpg, /i/Photo 2.jpg", "https://gazette.example/i/Photo%201.jpg"),
        ("/i/Photo 1.jpg|/i/2.png;", "https://gazette.example/i/Photo%201.jpg"),
        ("/i/Photo 1.jpg", "https://gazette.example/i/Photo%201.jpg"),
        ("/i/Smith, John.jpg", "https://gazette.example/i/Smith,%20John.jpg"),
        ("/i/Smith, John 1.jpg", "https://gazette.example/i/Smith,%20John%201.jpg"),
        ("/i/Photo 1.jpg /i/Photo 2.jpg", None),
        ("/i/Photo 1.jpg 300w, /i/Photo 2.jpg 900w", None),
    ],
)
def test_json_source_pictures_whose_names_have_spaces_give_one_where_it_is_clear_where_it_ends(
    value: str, expected: str | None, server: FeedServer, fetcher: Fetcher
) -> None:
    """A picture that cannot be told from the next one would be broken."""
    listed = [{**items(1)[0], "image": value}]
    seen = json_sources.visit(fetcher, url=say(server, listed), fields={**json_sources.FIELDS, "image_url": "image"})
    assert [one.image_url for one in seen.sightings] == [expected]
    if " 300w" not in value:
        assert usable_picture(value, "https://gazette.example/") == expected  # of a feed


@pytest.mark.parametrize("name", ["w_1,h_2/a.jpg", "a;b.jpg", "a.jpg,", "a.jpg?b=c.png", "?files=a.jpg,b.jpg"])
def test_json_source_address_that_resembles_a_list_is_kept(name: str, server: FeedServer, fetcher: Fetcher) -> None:
    """A comma or a semicolon may be part of an address."""
    listed = [{**items(1)[0], "image": f"https://cdn.example/{name}"}]
    seen = json_sources.visit(fetcher, url=say(server, listed), fields={**json_sources.FIELDS, "image_url": "image"})
    assert [one.image_url for one in seen.sightings] == [f"https://cdn.example/{name}"]


@pytest.mark.parametrize(
    "value",
    [
        *("null", "undefined", "Array", "[object Object]", "{{ image }}", 123, "567", "<img src='/1.jpg'>", '["a"]'),
        *("97e044a1-7d4f-4f48-92ee-96c61672624c", "image-4ab1c-1200x800-jpg"),
        *("https://", "http://", "/upload/#ELEMENT_CODE#.jpg", '{"src": "/1.jpg"}', 'a:1:{s:3:"src";s:6:"/1.jpg";}'),
    ],
)
def test_json_source_value_that_is_no_address_is_unknown(value: Any, server: FeedServer, fetcher: Fetcher) -> None:
    """Keys of pictures, words of programs, tables and templates lead nowhere; the author is not called null."""
    listed = [{**items(1)[0], "image": value, "author": "null"}]
    fields = {**json_sources.FIELDS, "image_url": "image", "author": "author"}
    seen = json_sources.visit(fetcher, url=say(server, listed), fields=fields)
    assert [(one.image_url, one.author) for one in seen.sightings] == [(None, None)]
    assert seen.notes == (f'image_url not understood in 1 item, such as "{value}"',)


def test_json_source_fragment_alone_is_no_address(server: FeedServer, fetcher: Fetcher) -> None:
    """The front page would become an article; old sites have pages in their fragments."""
    listed = [{**ONE, "u": address} for address in ("#", "#a", " #top", "#!", "#!/news/5", "#/news/6", "/7#a")]
    seen = json_sources.visit(fetcher, url=say(server, listed))
    pages = ("#!/news/5", "#/news/6", "/7#a")
    assert [one.url for one in seen.sightings] == [f"https://gazette.example{page}" for page in pages]
    assert seen.notes == ('4 items without a web address in url left out, such as "#"',)


def test_json_source_reads_the_size_of_pictures(server: FeedServer, fetcher: Fetcher) -> None:
    """One that is not understood is unknown and noted; zero and a picture that is missing are nothing to note."""
    sizes: list[tuple[object, object]] = [(1200, "675"), ("640px", 0), ("wide", -1), (800, 600)]
    listed = [
        {**one, "image": {"src": f"/i/{n}.jpg" if n < 4 else None, "w": width, "h": height}}
        for n, (one, (width, height)) in enumerate(zip(items(1, 2, 3, 4), sizes, strict=True), 1)
    ]
    fields = {**json_sources.FIELDS, "image_url": "image.src", "image_width": "image.w", "image_height": "image.h"}
    seen = json_sources.visit(fetcher, url=say(server, listed), fields=fields)
    found = [(one.image_width, one.image_height) for one in seen.sightings]
    assert found == [(1200, 675), (640, None), (None, None), (None, None)]
    assert seen.notes == (
        'image_height not understood in 1 item, such as "-1"',
        'image_width not understood in 1 item, such as "wide"',
    )
    without = [{**one, "image": {}} for one in listed]
    notes = json_sources.visit(fetcher, url=say(server, without), fields=fields).notes
    assert notes == ("fields.image_url found nothing in 4 items",)


@pytest.mark.parametrize(
    ("answer", "items"),
    [
        ("null", "[]"),
        ('{"total": 0, "news": null, "error": null, "errorCode": 0, "countryCode": "ru"}', "news"),
        ('{"data": {"news": null}, "default": "ru"}', "data.news[]"),
    ],
)
def test_json_source_null_in_place_of_the_list_is_no_items(
    answer: str, items: str, server: FeedServer, fetcher: Fetcher
) -> None:
    """Programs in Go write an empty list so, in a night without news; a wrong path or a refusal is still an error."""
    seen = json_sources.visit(fetcher, url=server.answer("/api", answer), items=items)
    assert (seen.sightings, seen.notes) == ((), ())
    for other in (
        *('{"news": null, "message": "token expired"}', '{"data": null}', '{"news": null, "success": false}'),
        *('{"news": null, "error_code": 5}', '{"news": null, "errorMessage": "no"}'),
        *('{"news": null, "result": "error"}', '{"news": null, "meta": {"code": 401}}'),
        '{"news": null, "response": {"errors": ["expired"]}}',
    ):
        server.answer("/api", other)
        with pytest.raises(ParseError, match="found nothing"):
            json_sources.visit(fetcher, url=server.url("/api"), items="news")


@pytest.mark.parametrize(
    ("before", "after", "path"), [("", "", "[]"), ('{"news": ', "}", "news"), ('{"a": {"b": ', "}}", "a.b[]")]
)
def test_json_source_numbered_items_are_a_list(
    before: str, after: str, path: str, server: FeedServer, fetcher: Fetcher
) -> None:
    """PHP writes a list so once an item was removed from it; objects within an item stay as they are."""
    one = json.dumps({**ONE, "s": {"5": {"name": "Sport"}}})
    url = server.answer("/api", f'{before}{{"0": {one}, "7": {json.dumps(items(2)[0])}}}{after}')
    fields = {"url": "u", "title": "t", "section": 's."5".name'}
    seen = json_sources.visit(fetcher, url=url, items=path, fields=fields)
    assert [(visit.title, visit.section) for visit in seen.sightings] == [("One", "Sport"), ("News 2", None)]
    for other in ('{"1": 5}', '{"1": {}, "a": {}}', "{}"):
        server.answer("/api", f"{before}{other}{after}")
        with pytest.raises(ParseError, match=r"found (?:nothing|something that is not a list)"):
            json_sources.visit(fetcher, url=url, items=path)


def test_json_source_address_made_of_a_missing_identifier_is_unknown(server: FeedServer, fetcher: Fetcher) -> None:
    """The address `/news/null` would lead nowhere."""
    fields = {**json_sources.FIELDS, "url": "join('', ['/news/', to_string(id)])"}
    listed = [{**ONE, "id": 5}, {**ONE, "id": None}, ONE]
    seen = json_sources.visit(fetcher, url=say(server, listed), fields=fields)
    assert [one.url for one in seen.sightings] == ["https://gazette.example/news/5"]
    assert seen.notes == ("2 items without a web address in url left out",)


@pytest.mark.parametrize("path", ["[]", "d"])
def test_json_source_items_that_were_encoded_twice_are_read(path: str, server: FeedServer, fetcher: Fetcher) -> None:
    """The whole answer, or the list in it, is a text of JSON, as from services in ASP.NET."""
    inner = json.dumps(items(1, 2))
    url = say(server, inner if path == "[]" else {"d": inner})
    assert len(json_sources.visit(fetcher, url=url, items=path).sightings) == 2
    for other in ("[1", "text", "[" * 100_000):
        say(server, other if path == "[]" else {"d": other})
        with pytest.raises(ParseError):
            json_sources.visit(fetcher, url=url, items=path)


@pytest.mark.parametrize(
    "sign",
    [
        *('"error": "no"', '"errors": [{"message": "no"}]', '"success": false', '"ok": false'),
        *('"status": "error"', '"status": "fail"', '"stat": "fail"', '"result": "Error"'),
    ],
)
def test_json_source_empty_list_beside_an_error_is_an_error(sign: str, server: FeedServer, fetcher: Fetcher) -> None:
    """GraphQL and many APIs answer 200 so; a part of an answer is used, and a note says so."""
    url = server.answer("/api", f'{{{sign}, "news": []}}')
    with pytest.raises(ParseError, match="has no items and says that something failed; it is a table with"):
        json_sources.visit(fetcher, url=url, items="news")
    server.answer("/api", f'{{{sign}, "news": {json.dumps(items(1))}}}')
    seen = json_sources.visit(fetcher, url=url, items="news")
    assert (len(seen.sightings), seen.notes) == (1, (PARTIAL,))
    for status in ("ok", "success", 404):
        say(server, {"error": None, "errors": [], "success": True, "status": status, "message": "none", "news": []})
        assert json_sources.visit(fetcher, url=url, items="news").sightings == ()
    assert json_sources.visit(fetcher, url=url, items="news").sightings == ()
    say(server, {"error": None, "errors": [], "success": True, "news": items(1)})
    assert json_sources.visit(fetcher, url=url, items="news").notes == ()
    for nothing in ("0", "False", {"code": 0, "message": ""}):
        say(server, {"error": nothing, "news": []})
        assert json_sources.visit(fetcher, url=url, items="news").sightings == ()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ('{"error": {"error_code": 5, "error_msg": "No\\naccess"}, "news": []}', ': "No access"'),
        ('{"errors": [{"message": "Unknown field"}], "data": null, "news": []}', ': "Unknown field"'),
        ('{"status": "error", "code": "keyInvalid", "message": "Invalid key", "news": []}', ': "Invalid key"'),
        ('{"result": "error", "message": "<b>No</b> such method", "news": []}', ': "No such method"'),
        ('{"title": "Gazette", "status": "error", "news": []}', "with title, status, news"),
        ('{"status": "error", "message": "Your key 12345 is invalid", "news": []}', "with status, message, news"),
        ('{"status": "error", "message": "Your key 12345 is invalid"}', "with status, message"),
    ],
)
def test_json_source_error_beside_an_empty_list_has_the_words_of_the_answer(
    answer: str, message: str, server: FeedServer, fetcher: Fetcher
) -> None:
    """In one line, and not where they repeat what was sent."""
    url = server.answer("/api", answer) + "?key=12345"
    with pytest.raises(ParseError) as caught:
        json_sources.visit(fetcher, url=url, items="news")
    assert str(caught.value).endswith(message)


@pytest.mark.parametrize(
    ("answer", "path", "message"),
    [
        ('{"response": {"status": "error", "message": "Bad key"}, "news": []}', "news", "Bad key"),
        ('{"response": {"status": "error", "message": "Bad key", "news": []}}', "response.news", "Bad key"),
        ('{"box": {"header": {"error": "Bad key"}, "body": {"news": []}}}', "box.body.news[?id]", "Bad key"),
        ('{"meta": {"code": 429, "error_message": "<b>Too</b>\\nfast"}, "news": []}', "news", "Too fast"),
        ('{"meta": {"code": 429, "error_message": "Too fast"}}', "news", "Too fast"),
        ('{"status": {"error_code": 1001, "error_message": "Bad key"}, "news": []}', "news", "Bad key"),
        ('{"data": {"news": [], "user": {}}, "errors": [{"message": "Bad field"}]}', "data.news", "Bad field"),
        ('{"data": null, "errors": [{"message": "Bad field"}]}', "data.news", "Bad field"),
        ('{"ok": false, "description": "Unauthorized", "news": []}', "news", "Unauthorized"),
        ('{"Success": "False", "ErrorMessage": "Bad key", "news": []}', "news", "Bad key"),
        ('{"success": "false", "message": "Bad key", "news": []}', "news", "Bad key"),
        ('{"_meta": {"error": "Bad key"}, "news": []}', "news", "Bad key"),
        ('{"news_box": {"error": "Bad key", "news": []}}', "news_box.news", "Bad key"),
        ('{"errcode": 40001, "errmsg": "Bad key", "news": []}', "news", "Bad key"),
        ('{"error": "??? ??", "news": []}', "news", "??? ??"),
        ('{"error": {"code": -200, "message": "Bad key"}, "news": []}', "news", "Bad key"),
        ('{"errcode": "", "errmsg": "Bad key", "news": []}', "news", "Bad key"),
        ('{"fault": {"faultstring": "Too fast"}, "response": {"news": []}}', "response.news", "Too fast"),
        ('{"error": {"errors": [{"message": "Limit"}], "code": 403}}', "news", "Limit"),
    ],
)
def test_json_source_error_in_a_table_beside_or_around_an_empty_list_is_one(
    answer: str, path: str, message: str, server: FeedServer, fetcher: Fetcher
) -> None:
    """With the words of that table, unless they repeat what was sent."""
    url = server.answer("/api", answer)
    with pytest.raises(ParseError) as caught:
        json_sources.visit(fetcher, url=url, items=path)
    assert str(caught.value).endswith(f': "{message}"')
    with pytest.raises(ParseError) as caught:
        json_sources.visit(fetcher, url=f"{url}?key={message.replace(' ', '%20')}", items=path)
    assert message not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        *({"meta": {"code": 200, "msg": "OK"}}, {"meta": {"status": 404}}, {"errcode": 0, "errmsg": "ok"}),
        *({"status": {"error_code": 0, "error_message": None}}, {"errorMessage": "No errors."}),
        *({"errno": 0, "errmsg": "成功"}, {"meta": {"errorCode": "0000", "errorMessage": "Request processed"}}),
        *({"meta": {"error": {"code": 200, "message": "OK"}}}, {"errors": [{}, None, {"at": [""]}]}),
        *({"last_import": {"status": "failed"}}, {"filters": {"status": "error", "errors": ["x"]}}),
    ],
)
def test_json_source_empty_list_beside_a_table_that_tells_of_no_failed_request_is_no_news(
    answer: dict[str, object], server: FeedServer, fetcher: Fetcher
) -> None:
    """A code alone may be that of success, and the status of something else is not that of the request."""
    assert json_sources.visit(fetcher, url=say(server, {**answer, "news": []}), items="news").sightings == ()


def test_json_source_items_with_fields_such_as_error_and_status_are_used(server: FeedServer, fetcher: Fetcher) -> None:
    """A note tells where the answer itself says that something failed."""
    listed = [{**one, "status": "error", "error": "x", "meta": {"success": False}} for one in items(2)]
    url = say(server, {"response": {"news": listed}})
    seen = json_sources.visit(fetcher, url=url, items="response.news")
    assert (len(seen.sightings), seen.notes) == (1, ())
    say(server, {"response": {"status": "error", "news": listed}})
    seen = json_sources.visit(fetcher, url=url, items="response.news")
    assert (len(seen.sightings), seen.notes) == (1, (PARTIAL,))


@pytest.mark.parametrize(
    ("number", "content_type"), [(2, None), (2, "text/plain"), (1, "application/x-ndjson"), (0, "application/jsonl")]
)
def test_json_source_json_lines_are_a_list(
    number: int, content_type: str | None, server: FeedServer, fetcher: Fetcher
) -> None:
    """One table on each line, as logs and streams of APIs are written; the header tells of one or none."""
    listed = [{**one, "t": f"Ferry\u2028{place}"} for place, one in enumerate(items(1, 2)[:number])]
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\r\n" for one in listed)
    server.answer("/api", lines, content_type=content_type)
    seen = json_sources.visit(fetcher, url=server.url("/api"))
    assert [one.title for one in seen.sightings] == [f"Ferry {place}" for place in range(number)]


@pytest.mark.parametrize(
    ("path", "said"), [("[]", "an item has error, id"), ("items", "the response is a list of tables with error, id")]
)
def test_json_source_json_lines_of_an_error_have_its_words(
    path: str, said: str, server: FeedServer, fetcher: Fetcher
) -> None:
    """One line that tells why there are no articles, but not where it repeats the token."""
    for text, quoted in (("Quota used up", ': "Quota used up"'), ("Bad token 12345", "")):
        answer = json.dumps({"error": {"message": text}, "id": 1})
        url = server.answer("/api", answer, content_type="application/x-ndjson")
        with pytest.raises(ParseError) as caught:
            json_sources.visit(fetcher, url=f"{url}?token=12345", items=path)
        assert f"{said}{quoted}" in str(caught.value)
        assert "12345" not in str(caught.value)


@pytest.mark.parametrize("indent", [None, 1])
def test_json_source_json_called_lines_is_read(indent: int | None, server: FeedServer, fetcher: Fetcher) -> None:
    server.answer("/api", json.dumps(items(1, 2), indent=indent), content_type="application/x-ndjson")
    assert len(json_sources.visit(fetcher, url=server.url("/api")).sightings) == 2


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ('{"error": 7, "code": 7}', 'items = "[]" found nothing; the response is a table with error, code'),
        ('{"error": "no", "code": 7}', 'items = "[]" found nothing; the response is a table with error, code: "no"'),
        ("7", 'items = "[]" found nothing; the response is a single value'),
        ("<html>Log in</html>", "is not JSON; it is a web page, perhaps a login form"),
        ('<?xml version="1.0"?><rss>', 'is not JSON; it is XML, and a feed is read with kind = "feed"'),
        ("", "is not JSON; the response is empty"),
        ('{"a":', "is not JSON"),
        ('{"a": 1}\n{"a":', "is not JSON"),
        ('{"a": 1}\n\n{"a": 2}\n{"a":', "is JSON Lines, and line 4 cannot be read"),
        ('{"a": 1}\n{"a": 2}\n[3]\n', "is JSON Lines, and line 3 cannot be read"),
        ("1\n2\n", "is not JSON"),
        ("[" * 100_000, "is JSON that is nested too deeply"),
    ],
)
def test_json_source_invalid_response_is_one_line(
    answer: str, message: str, server: FeedServer, fetcher: Fetcher
) -> None:
    """The place and what was found there; the query of the URL is not shown."""
    server.answer("/api", answer)
    with pytest.raises(ParseError) as caught:
        json_sources.visit(fetcher, url=server.url("/api?key=s3cret"))
    assert str(caught.value) == f"{server.url('/api')}?…: {message}"


def test_json_source_token_is_in_no_message(server: FeedServer, fetcher: Fetcher) -> None:
    """A token is sent in the URL, a header and the body, and is in no message or repr."""
    token = "s3cret"
    settings = json_sources.settings(
        environ={"TOKEN": token},
        url=server.url("/api?key=$TOKEN"),
        headers={"Authorization": "Bearer ${TOKEN}"},
        body={"deep": [{"token": "$TOKEN"}]},
    )
    server.answer("/api", "no", status=403)
    with pytest.raises(FetchError) as failed:
        json_sources.source(fetcher, settings).visit(WINDOW, NOW, None)
    (request,) = server.requests
    assert (request.path, request.headers["authorization"]) == ("/api?key=s3cret", "Bearer s3cret")
    assert json.loads(request.body or b"") == {"deep": [{"token": token}]}
    assert token not in str(failed.value) + repr(settings)


def test_json_source_placeholders_in_the_url_are_filled(server: FeedServer, fetcher: Fetcher) -> None:
    """The window and the present, in every form, in the source's zone."""
    say(server, [])
    query = "a={start}&b={end:date}&c={now:local}&d={start:s}&e={end:ms}"
    json_sources.visit(fetcher, url=server.url(f"/api?{query}"), timezone="Asia/Vladivostok", look_back="1d")
    parameters = dict(pair.split("=") for pair in server.requests[0].path.partition("?")[2].split("&"))
    start = str(int(WINDOW.start.timestamp()) - 86_400)
    assert parameters == {
        "a": "2026-09-29T04:00:00Z",
        "b": "2026-10-01",
        "c": "2026-10-01T14:30:00",
        "d": start,
        "e": str(int(WINDOW.end.timestamp()) * 1000),
    }


def test_json_source_form_values_are_encoded(server: FeedServer, fetcher: Fetcher) -> None:
    """Values of a form body are URL-encoded."""
    url = say(server, items(1))
    json_sources.visit(fetcher, url=url, form={"day": "{start:date}", "q": "порт & море"})
    (request,) = server.requests
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.body == b"day=2026-09-30&q=%D0%BF%D0%BE%D1%80%D1%82+%26+%D0%BC%D0%BE%D1%80%D0%B5"


@pytest.mark.parametrize(
    ("place", "queries"), [("p={page}", ["p=1", "p=2", "p=3"]), ("o={offset:1}", ["o=1", "o=3", "o=4"])]
)
def test_paging_by_number_and_offset_ends_at_an_empty_page(
    place: str, queries: list[str], server: FeedServer, fetcher: Fetcher
) -> None:
    """Page after page until one is empty."""
    for query, numbers in zip(queries, [(1, 2), (3,), ()], strict=True):
        say(server, items(*numbers), f"/api?{query}")
    seen = json_sources.visit(fetcher, url=server.url(f"/api?{place}"))
    assert [one.url[-1] for one in seen.sightings] == ["1", "2", "3"]
    assert [one.path.partition("?")[2] for one in server.requests] == queries


def test_paging_placeholder_in_the_body_is_a_number(server: FeedServer, fetcher: Fetcher) -> None:
    """A text that consists of a number's placeholder becomes a number."""
    say(server, items(1))
    json_sources.visit(fetcher, url=server.url("/api"), body={"offset": "{offset}", "note": "page {page}"})
    assert [json.loads(one.body or b"") for one in server.requests] == [
        {"offset": 0, "note": "page 1"},
        {"offset": 1, "note": "page 2"},
    ]


def test_paging_same_page_again_is_the_end(server: FeedServer, fetcher: Fetcher) -> None:
    """A server without paging always returns the same page."""
    say(server, items(1))
    seen = json_sources.visit(fetcher, url=server.url("/api?p={page}"))
    assert (len(seen.sightings), len(server.requests)) == (1, 2)


def test_paging_page_of_the_same_articles_is_the_end(server: FeedServer, fetcher: Fetcher) -> None:
    """A server that has no third page repeats the first one, whose counters have changed since."""
    for number, article in {1: 1, 2: 2, 3: 1}.items():
        say(server, [{**one, "v": number} for one in items(article)], f"/api?p={number}")
    seen = json_sources.visit(fetcher, url=server.url("/api?p={page}"))
    assert [one.path for one in server.requests] == ["/api?p=1", "/api?p=2", "/api?p=3"]
    assert len(seen.sightings) == 2


@pytest.mark.parametrize("address", [None, 7, {"href": "https://gazette.example/1"}])
def test_paging_page_of_items_without_distinct_addresses_is_not_the_end(
    address: object, server: FeedServer, fetcher: Fetcher
) -> None:
    """What does not distinguish articles ends nothing: a page is another one while anything in it is."""
    for number in (1, 2, 3):
        titled = [{**one, "u": address, "d": None, "t": f"Title {number}"} for one in items(1)]
        say(server, titled, f"/api?p={number}")
    say(server, items(4), "/api?p=4")
    json_sources.visit(fetcher, url=server.url("/api?p={page}"))
    assert [one.path for one in server.requests][:4] == [f"/api?p={number}" for number in (1, 2, 3, 4)]


@pytest.mark.parametrize("places", [["a", "b", "a"], ["a", "b", "c", "d"]])
def test_paging_cursor_or_page_in_a_circle_is_the_end(places: list[str], server: FeedServer, fetcher: Fetcher) -> None:
    """A cursor that was used before, or a new one for articles that were read: nothing more would come."""
    for number, place in enumerate(["", *places[:-1]]):
        say(server, {"list": items(1 + number % 2), "next": places[number]}, f"/api?c={place}")
    seen = json_sources.visit(fetcher, url=server.url("/api?c={cursor}"), items="list", next="next")
    assert [one.path for one in server.requests] == ["/api?c=", "/api?c=a", "/api?c=b"]
    assert len(seen.sightings) == 2


def test_paging_empty_pages_with_new_cursors_are_not_the_end(server: FeedServer, fetcher: Fetcher) -> None:
    """A server that filters what it has read may have nothing to give for a while."""
    for place, following, listed in (("", "a", items(1)), ("a", "b", []), ("b", "c", []), ("c", None, items(2))):
        say(server, {"list": listed, "next": following}, f"/api?c={place}")
    seen = json_sources.visit(fetcher, url=server.url("/api?c={cursor}"), items="list", next="next")
    assert len(seen.sightings) == 2


def test_paging_pages_of_the_same_addresses_without_dates_are_not_the_end(server: FeedServer, fetcher: Fetcher) -> None:
    """As of counters, with a page for each day: which articles they are about shows nothing."""
    for number in (1, 2):
        say(server, [{**one, "v": number} for one in items(1)], f"/api?p={number}")
    say(server, [], "/api?p=3")
    fields = {name: path for name, path in json_sources.FIELDS.items() if name != "published_at"}
    json_sources.visit(fetcher, url=server.url("/api?p={page}"), fields=fields)
    assert len(server.requests) == 3


@pytest.mark.parametrize("link", ["file:///etc/passwd", "javascript:more()"])
def test_paging_next_that_is_no_web_address_is_noted(link: str, server: FeedServer, fetcher: Fetcher) -> None:
    """The pages after it must not be missed silently."""
    seen = json_sources.visit(fetcher, url=say(server, {"list": items(1), "next": link}), items="list", next="next")
    assert (len(seen.sightings), len(server.requests)) == (1, 1)
    assert seen.notes == ("page 2: next found something that is neither a cursor nor a URL",)


def test_paging_ends_before_the_window(server: FeedServer, fetcher: Fetcher) -> None:
    """Newest first: a page before the window is the last one."""
    say(server, [{**ONE, "u": "/old", "d": "2026-09-01"}], "/api?p=2")
    say(server, items(1), "/api?p=1")
    seen = json_sources.visit(fetcher, url=server.url("/api?p={page}"))
    assert (len(server.requests), len(seen.sightings), seen.notes) == (2, 2, ())


def test_paging_limit_of_pages_is_noted(server: FeedServer, fetcher: Fetcher) -> None:
    """The pages until then count."""
    for number in (1, 2, 3):
        say(server, items(number), f"/api?p={number}")
    seen = json_sources.visit(fetcher, url=server.url("/api?p={page}"), pages=2)
    assert (len(seen.sightings), seen.notes) == (2, ("stopped at pages = 2; there may be more",))


def test_paging_limit_of_items_is_noted(server: FeedServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones count."""
    monkeypatch.setattr(json_items, "MOST_ITEMS", 2)
    seen = json_sources.visit(fetcher, url=say(server, items(1, 2, 3)))
    assert (len(seen.sightings), seen.notes) == (2, ("stopped at 2 items",))


def test_paging_failed_later_page_keeps_the_earlier_ones(server: FeedServer, fetcher: Fetcher) -> None:
    """The note has the cause of the failure."""
    say(server, items(1), "/api?p=1")
    seen = json_sources.visit(fetcher, url=server.url("/api?p={page}"))
    assert len(seen.sightings) == 1
    assert seen.notes == (f"page 2: {server.url('/api')}?…: the server answered 404 Not Found",)


@pytest.mark.parametrize("relation", ['"next"', "next", "'next'", '"last next"'])
def test_paging_link_header_is_followed(relation: str, server: FeedServer, fetcher: Fetcher) -> None:
    """Its relation in quotes of both kinds, or in none."""
    say(server, items(1), "/api", headers={"Link": f"</style.css>; rel=preload, </api?page=2>; rel={relation}"})
    say(server, items(2), "/api?page=2")
    assert len(json_sources.visit(fetcher, url=server.url("/api"), next="Link").sightings) == 2


@pytest.mark.parametrize("link", ["/api?page=2", "?page=2"])
def test_paging_next_url_is_followed(link: str, server: FeedServer, fetcher: Fetcher) -> None:
    """It may be relative or absolute; the same one twice is the end."""
    say(server, {"list": items(1), "next": link}, "/api")
    say(server, {"list": items(2), "next": link}, "/api?page=2")
    url = server.url("/api").replace("http://", "http://me:s3cret@")
    seen = json_sources.visit(fetcher, url=url, items="list", next="next")
    assert [one.url[-1] for one in seen.sightings] == ["1", "2"]
    assert all(one.headers["authorization"].startswith("Basic ") for one in server.requests)


def test_paging_next_url_on_another_host_is_refused(server: FeedServer, fetcher: Fetcher) -> None:
    """No response can send a token to another host."""
    with FeedServer() as other:
        say(server, {"list": items(1), "next": other.url("/steal")})
        seen = json_sources.visit(fetcher, url=server.url("/api"), items="list", next="next", headers={"X-Key": "k"})
        assert (other.requests, len(seen.sightings)) == ([], 1)
    assert seen.notes == ("page 2: the next page is on another host and was not requested",)


@pytest.mark.parametrize("found", [None, False, "", {}, [], True, {"page": 2}, [1, 2], "\ud800", "x" * 9000])
def test_paging_without_cursor_ends(found: Any, server: FeedServer, fetcher: Fetcher) -> None:
    """Whatever is in its place, the first page counts, and what cannot be a cursor is noted."""
    say(server, {"list": items(1), "next": found})
    seen = json_sources.visit(fetcher, url=server.url("/api?c={cursor}"), items="list", next="next")
    assert (len(seen.sightings), len(server.requests)) == (1, 1)
    assert bool(seen.notes) is bool(found)


@pytest.mark.parametrize(
    ("found", "cursor"),
    [({"href": "a"}, "a"), ([{"url": "a"}], "a"), (["a"], "a"), (7, "7"), (17.5, "17.5"), ("a+/=&", "a%2B%2F%3D%26")],
)
def test_paging_cursor_in_any_form_is_used(found: Any, cursor: str, server: FeedServer, fetcher: Fetcher) -> None:
    """Link objects (HAL, JSON:API), numbers, and signs that have a meaning in an address."""
    say(server, {"list": items(1), "next": found}, "/api?c=")
    say(server, {"list": items(2)}, f"/api?c={cursor}")
    seen = json_sources.visit(fetcher, url=server.url("/api?c={cursor}"), items="list", next="next")
    assert (len(seen.sightings), seen.notes) == (2, ())


def test_json_source_single_get_is_conditional(server: FeedServer, fetcher: Fetcher) -> None:
    """Requests for counters only, and for pages, are never conditional."""
    url = say(server, items(1), headers={"ETag": '"1"'})
    known = Validators(url=url, etag='"1"')
    settings = json_sources.settings(url=url)
    assert json_sources.source(fetcher, settings).visit(WINDOW, NOW, None).validators == known
    assert json_sources.source(fetcher, settings).visit(WINDOW, NOW, known).unchanged
    alone = json_sources.settings(url=url, role="counters")
    seen = json_sources.source(fetcher, alone).visit(WINDOW, NOW, known)
    assert (seen.unchanged, seen.validators) == (False, None)


@pytest.mark.parametrize(("stated", "section"), [(["Culture,art"], "Culture,art"), ("Culture,art", "Culture")])
def test_json_source_section_in_a_list_keeps_its_comma(
    stated: object, section: str, server: FeedServer, fetcher: Fetcher
) -> None:
    """A text may be a list that a program joined; a name in a list is none."""
    fields = {**json_sources.FIELDS, "section": "s"}
    (one,) = json_sources.visit(fetcher, url=say(server, [{**ONE, "s": stated}]), fields=fields).sightings
    assert one.section == section


def test_json_source_file_is_read(fetcher: Fetcher, tmp_path: Path) -> None:
    """A path starts from the installation's folder."""
    (tmp_path / "answer.json").write_text(json.dumps(items(1)), "utf-8-sig")
    seen = json_sources.source(fetcher, json_sources.settings(url="answer.json"), tmp_path).visit(WINDOW, NOW, None)
    assert len(seen.sightings) == 1
    with pytest.raises(SourceError, match=r"none\.json: cannot be read: no such file or directory$"):
        json_sources.source(fetcher, json_sources.settings(url="none.json"), tmp_path).visit(WINDOW, NOW, None)


@pytest.mark.parametrize(
    ("charset", "content_type"),
    [
        ("utf-8", "application/json; charset=windows-1251"),
        ("utf-8", "text/html; charset=iso-8859-1"),
        ("utf-8", "application/json; charset=utf8mb4"),
        ("cp1251", "application/json; charset=utf-8"),
        ("cp1251", "application/json"),
        ("utf-16", "application/json; charset=utf-8"),
    ],
)
def test_json_source_charset_that_is_wrong_is_recognised(
    charset: str, content_type: str, server: FeedServer, fetcher: Fetcher
) -> None:
    """Valid UTF-8 counts more than the header, as for feeds; JSON without a charset may still be in windows-1251."""
    listed = [{**ONE, "t": "Паром снова ходит каждый день"}]
    text = json.dumps(listed, ensure_ascii=False).encode(charset)
    seen = json_sources.visit(fetcher, url=server.answer("/api", text, content_type=content_type))
    assert [one.title for one in seen.sightings] == ["Паром снова ходит каждый день"]


def test_json_source_charset_of_the_header_is_used(server: FeedServer, fetcher: Fetcher) -> None:
    """The header counts."""
    text = json.dumps([{**ONE, "t": "Паром"}], ensure_ascii=False)
    url = server.answer("/api", text.encode("cp1251"), content_type="application/json; charset=windows-1251")
    assert json_sources.visit(fetcher, url=url).sightings[0].title == "Паром"


def test_json_source_counters_only_need_no_title(server: FeedServer, fetcher: Fetcher) -> None:
    """No field but the counters is kept."""
    fields = {**json_sources.FIELDS, "summary": "t"}
    (seen,) = json_sources.visit(fetcher, url=say(server, [ONE]), role="counters", fields=fields).sightings
    assert (seen.role, seen.title, seen.summary, seen.published_at) == (Role.COUNTERS, "", None, None)
    assert seen.counters == Counters(views=1841, comments=21)


def test_counter_lookup_sends_urls_in_groups(
    server: FeedServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The responses are in their order."""
    monkeypatch.setattr(json_api, "BATCH", 2)
    settings = json_sources.settings(url=say(server, [21, "1.8K"]), **ABOUT)
    addresses = [f"https://gazette.example/{number}?x=1" for number in range(4)]
    seen = json_sources.visit_urls(fetcher, addresses, settings)
    assert [one.comments for one in counters(seen).values()] == [21, 1800, 21, 1800]
    assert [json.loads(one.body or b"") for one in server.requests] == [["/0?x=1", "/1?x=1"], ["/2?x=1", "/3?x=1"]]


def test_counter_lookup_wrong_number_of_results_is_noted(
    server: FeedServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They cannot be matched; what was read before counts."""
    settings = json_sources.settings(url=say(server, [21, 22]), **ABOUT)
    addresses = [f"https://gazette.example/{number}" for number in range(3)]
    with pytest.raises(ParseError, match="returned 2 items for 3 articles, so they cannot be matched"):
        json_sources.visit_urls(fetcher, addresses, settings)
    monkeypatch.setattr(json_api, "BATCH", 2)
    seen = json_sources.visit_urls(fetcher, addresses, settings)
    assert len(seen.sightings) == 2
    assert seen.notes[0].startswith("only 2 of 3 articles: ")


@pytest.mark.parametrize(
    ("results", "addresses", "message"),
    [(1, 3, "1 item for 3 articles,"), (2, 1, "2 items for 1 article,"), (0, 1, "0 items for 1 article,")],
)
def test_counter_lookup_wrong_number_of_one_is_in_the_singular(
    results: int, addresses: int, message: str, server: FeedServer, fetcher: Fetcher
) -> None:
    """Of items and of articles."""
    settings = json_sources.settings(url=say(server, [21] * results), **ABOUT)
    with pytest.raises(ParseError, match=f"returned {message} so they cannot be matched"):
        json_sources.visit_urls(fetcher, [f"https://gazette.example/{number}" for number in range(addresses)], settings)


def test_counter_lookup_results_in_order_may_have_gaps(server: FeedServer, fetcher: Fetcher) -> None:
    """An article that the service does not know is unknown, and the next one has its own count."""
    settings = json_sources.settings(url=say(server, [21, None, 3]), **{**ABOUT, "items": "@"})
    addresses = [f"https://gazette.example/{number}" for number in range(3)]
    seen = json_sources.visit_urls(fetcher, addresses, settings)
    assert [one.comments for one in counters(seen).values()] == [21, None, 3]


def test_counter_lookup_numbered_items_are_not_matched_by_place(server: FeedServer, fetcher: Fetcher) -> None:
    """The names may be those of articles, in any order."""
    settings = json_sources.settings(url=say(server, {"7": {"n": 21}}), **{**ABOUT, "fields": {"comments": "n"}})
    with pytest.raises(ParseError, match="found nothing"):
        json_sources.visit_urls(fetcher, ["https://gazette.example/1"], settings)


def test_counter_lookup_without_urls_makes_no_request(server: FeedServer, fetcher: Fetcher) -> None:
    """A note explains it."""
    seen = json_sources.visit_urls(fetcher, [], json_sources.settings(url=say(server, []), **ABOUT))
    assert (server.requests, seen.notes) == ([], ("no article of the window is known yet, so nothing was requested",))

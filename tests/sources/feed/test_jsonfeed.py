"""JSON Feed as a source."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.model.articles import Counters, Sighting
from digest.sources.feed.entry import BAD_DATE
from tests.support.feeds import NOW, only, parse_feed, visited


def test_feed_source_json_feed_item_has_every_field(tmp_path: Path) -> None:
    """Every field of a JSON Feed item is read, with the counters of any extension object."""
    article = {
        "id": 7,
        "url": "/1",
        "title": "Harbour",
        "content_html": '<p>The quay.</p><script>x</script><img src="/p.gif" width="1"><img src="/i.png">',
        "date_published": "2026-11-23T10:00:00+03:00",
        "date_modified": "2026-11-23T08:00:00Z",
        "authors": [{"name": "Ann"}],
        "tags": ["City"],
        "language": "en-US",
        "_about": {"about": "https://a.example"},
        "_portal": {"views": 1841, "comments": "21", "rating": 4.0},
    }
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "home_page_url": "https://a.example/",
        "items": [article, "junk"],
    }
    visit = visited(tmp_path, json.dumps(feed))
    assert only(visit) == Sighting(
        source="main",
        url="https://a.example/1",
        title="Harbour",
        taken_at=NOW,
        summary="The quay.",
        image_url="https://a.example/i.png",
        section="City",
        author="Ann",
        language="en",
        published_at=datetime(2026, 11, 23, 7, tzinfo=UTC),
        updated_at=datetime(2026, 11, 23, 8, tzinfo=UTC),
        counters=Counters(views=1841, comments=21, rating=4),
        guid="7",
    )
    assert visit.notes == ("an item without a URL was left out",)


@pytest.mark.parametrize("text", [-1, 1.5, float("nan"), float("inf"), True, [1], {"a": 1}, "many"])
def test_feed_source_invalid_json_counter_is_unknown_and_noted(tmp_path: Path, text: object) -> None:
    """JSON has further types that are not counters."""
    article = {"url": "https://a.example/1", "title": "A", "_x": {"views": text, "comments": 3}}
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [article]}
    visit = visited(tmp_path, json.dumps(feed))
    assert only(visit).counters == Counters(comments=3)
    assert visit.notes == ("a counter was not a whole number",)


@pytest.mark.parametrize("version", ["1.0", "1.1", 1.1, "https://jsonfeed.org/version/1.1"])
def test_json_feed_with_its_number_as_version_is_read(tmp_path: Path, version: object) -> None:
    """The standard demands the URL."""
    feed = {"version": version, "items": [{"id": "1", "title": "A", "url": "https://a.example/1"}]}
    assert only(visited(tmp_path, json.dumps(feed))).url == "https://a.example/1"


@pytest.mark.parametrize(
    ("fields", "author", "published"),
    [
        ({"author": "Anna"}, "Anna", None),
        ({"authors": ["Anna", {"name": "Ben"}]}, "Anna, Ben", None),
        ({"authors": {"name": "Anna"}}, "Anna", None),
        ({"authors": [{"url": "https://a.example/anna"}], "date_modified": "2026-11-22T10:00:00Z"}, None, "22T10:00"),
        ({"author": 5, "date_published": "soon", "date_modified": "2026-11-22T10:00:00Z"}, None, "22T10:00"),
    ],
)
def test_json_feed_careless_authors_and_dates_are_read(
    tmp_path: Path, fields: dict[str, object], author: str | None, published: str | None
) -> None:
    """A name instead of an object, an object instead of a list; the update where there is no publication."""
    items = [{"id": "1", "title": "A", "url": "https://a.example/1", **fields}]
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})
    sighting = only(visited(tmp_path, feed))
    assert sighting.author == author
    assert (published or "None") in str(sighting.published_at).replace(" ", "T")


def test_json_feed_behind_a_php_notice_is_read(tmp_path: Path) -> None:
    """As JSON of any other kind is."""
    feed = json.dumps({"version": "1.1", "items": [{"id": "1", "title": "A", "url": "https://a.example/1"}]})
    notice = "<br />\n<b>Notice</b>:  Undefined index: x in <b>/srv/feed.php</b> on line <b>3</b><br />\n"
    assert only(visited(tmp_path, notice + feed)).url == "https://a.example/1"


def test_summary_of_a_json_feed_that_repeats_the_title_gives_way_to_the_content(tmp_path: Path) -> None:
    """As in XML."""
    table = {"url": "https://a.example/1", "title": "Harbour opens", "summary": "Harbour opens", "content_text": "Lead"}
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [table]})
    assert only(visited(tmp_path, feed)).summary == "Lead"


@pytest.mark.parametrize(
    ("field", "value", "means"),
    [
        ("date_published", 1795627526, datetime(2026, 11, 25, 17, 25, 26, tzinfo=UTC)),
        ("date_published", 1795627526000, datetime(2026, 11, 25, 17, 25, 26, tzinfo=UTC)),
        ("date_published", True, None),
        ("tags", [None, "", "Harbour"], "Harbour"),
        ("tags", "Harbour", "Harbour"),
        ("tags", [1], None),
    ],
)
def test_json_feed_careless_date_and_tags_are_read(field: str, value: object, means: object) -> None:
    """Seconds since 1970, an empty first tag, a tag without its list; what is not understood is noted."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "https://a.example/1", field: value}]}
    parsed = parse_feed(json.dumps(feed).encode())
    entry = parsed.entries[0]
    assert (entry.published_at if field == "date_published" else entry.section) == means
    assert parsed.flaws[f'{BAD_DATE}, such as "True"'] == (value is True)


@pytest.mark.parametrize(
    ("identifier", "url"),
    [("https://a.example/1", "https://a.example/1"), ("/news/1", "https://a.example/news/1"), ("1", None), (7, None)],
)
def test_json_feed_item_without_url_has_that_of_its_id(identifier: object, url: str | None) -> None:
    """An id is an address by preference (JSON Feed 1.1); a path is one too, and any other text leads nowhere."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": identifier, "title": "One"}]}
    (entry,) = parse_feed(json.dumps(feed).encode(), base="https://a.example/feed.json").entries
    assert entry.url == url


def test_json_feed_fragment_alone_is_no_address() -> None:
    """The address of the feed would become an article's; `external_url` counts then."""
    items = [{"url": "#", "title": "A"}, {"url": "#a", "external_url": "/2", "title": "B"}]
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    parsed = parse_feed(json.dumps(feed).encode(), base="https://a.example/feed")
    assert [entry.url for entry in parsed.entries] == [None, "https://a.example/2"]

"""Presets: each completes a source's table, sends the right request, and reads a recorded response."""

import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from digest.errors import ConfigurationError
from digest.model.articles import Counters, Role, Visit
from digest.settings.load import parse
from digest.settings.presets import preset_names
from digest.sources.fetching.fetcher import Fetcher
from tests.support import json_sources
from tests.support.feed_server import FeedServer, Request
from tests.support.json_sources import PORTAL, counters
from tests.support.portal_database import NOW, WINDOW

ANSWERS = Path(__file__).parent / "answers"
PRESETS = Path(__file__).parents[2] / "digest" / "presets"
ONE, TWO = "https://gazette.example/news/1.html", "https://gazette.example/news/2.html"
SQL = {"bitrix", "dle", "drupal", "wordpress-popular-posts"}  # tests/sources/sql/test_presets.py
ABOUT = {"isso", "remark42"}
VIEWS_IN_A_WEEK = {"matomo", "plausible", "umami", "umami-v2", "umami-cloud", "yandex-metrica", "ga4"}


def needed(preset: str) -> dict[str, Any]:
    """Something for each key that a preset needs."""
    needs = tomllib.loads((PRESETS / f"{preset}.toml").read_text("utf-8")).get("needs", {})
    settings = {"site": "https://site.example/", "token": "$SECRET", "key": "$SECRET", "path": "/news/{id}.html"}
    return {name: settings.get(name, "7") for name in needs}


def fetch(preset: str, server: FeedServer, fetcher: Fetcher, **own: Any) -> tuple[Visit, Request]:
    """Visit the recorded response of that name; returns the visit and the last request."""
    environ = {"SECRET": "s3cret"}
    settings = json_sources.settings(environ=environ, preset=preset, **{"with": needed(preset)}, **own)
    parts = urlsplit(settings.url)
    answer = (ANSWERS / f"{answer_of(preset)}.json").read_bytes()
    here = server.answer(parts.path, answer, content_type="application/json")
    here += f"?{parts.query}" if parts.query else ""
    there = settings.model_copy(update={"url": here})
    if preset in ABOUT:
        visit = json_sources.visit_urls(fetcher, [ONE, TWO], there)
    else:
        visit = json_sources.source(fetcher, there).visit(WINDOW, NOW, None)
    assert "s3cret" not in repr(settings) + repr(visit)
    return visit, server.requests[-1]


def answer_of(preset: str) -> str:
    """The file that a preset is tried on."""
    return preset.removesuffix("-postviews").removesuffix("-v2").removesuffix("-cloud")


def query(request: Request) -> dict[str, str]:
    """The query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query, keep_blank_values=True).items()}


@pytest.mark.parametrize("preset", [name for name in preset_names() if name not in SQL])
def test_json_preset_recorded_response_is_read(preset: str, server: FeedServer, fetcher: Fetcher) -> None:
    """Two articles or counters in each response, and each field finds something."""
    visit, _request = fetch(preset, server, fetcher)
    assert len(visit.sightings) == 2
    assert not [note for note in visit.notes if "found nothing" in note]


def test_json_preset_wordpress_reads_embedded_fields(server: FeedServer, fetcher: Fetcher) -> None:
    """Author, image and section are in the embedded parts; comments that are not readable are unknown."""
    visit, request = fetch("wordpress", server, fetcher)
    ferry, council = visit.sightings
    assert (ferry.title, ferry.summary) == ("Ferry returns – after 12 days", "The night ferry sails again. […]")
    assert (ferry.section, ferry.author) == ("Port", "Anna Petrova")
    assert ferry.image_url == "https://gazette.example/wp-content/uploads/2026/09/ferry.jpg"
    assert (ferry.image_width, ferry.image_height) == (1600, 1067)
    assert str(ferry.published_at) == "2026-09-30 18:05:00+00:00"
    assert ferry.counters == Counters(comments=3)
    assert council.counters == Counters()
    assert query(request)["after"] == "2026-09-30T04:00:00Z"


@pytest.mark.parametrize("zeros", ["0000-00-00T00:00:00", None])
def test_wordpress_date_without_its_gmt_twin_is_in_the_portals_zone(
    server: FeedServer, fetcher: Fetcher, zeros: str | None
) -> None:
    """Imported posts have zeros in `date_gmt`, and the site's own time in `date`."""
    page = json.loads((ANSWERS / "wordpress.json").read_text("utf-8"))[:1]
    page[0] |= {"date": "2026-09-30T21:05:00", "date_gmt": zeros, "modified_gmt": zeros}
    settings = json_sources.settings(preset="wordpress", **{"with": {"site": server.url("/")}})
    server.answer("/wp-json/wp/v2/posts", json.dumps(page), content_type="application/json")
    visit = json_sources.source(fetcher, settings).visit(WINDOW, NOW, None)
    assert str(visit.sightings[0].published_at) == "2026-09-30 18:05:00+00:00"
    assert visit.sightings[0].updated_at is None


def test_json_preset_wordpress_plugin_adds_views(server: FeedServer, fetcher: Fetcher) -> None:
    """WP-PostViews adds its field to every post."""
    visit, request = fetch("wordpress-postviews", server, fetcher)
    assert [one.counters.views for one in visit.sightings] == [1841, 12]
    assert "views" in query(request)["_fields"].split(",")


def test_json_preset_wordpress_follows_the_link_header(server: FeedServer, fetcher: Fetcher) -> None:
    """The second page is requested once, and no third."""
    settings = json_sources.settings(preset="wordpress", **{"with": {"site": server.url("/")}})
    page = json.loads((ANSWERS / "wordpress.json").read_text("utf-8"))
    path = "/wp-json/wp/v2/posts"
    link = {"Link": f'<{server.url(path)}?page=0>; rel="prev", <{server.url(path)}?page=2>; rel="next"'}
    server.answer(path, json.dumps(page[:1]), content_type="application/json", headers=link)
    server.answer(f"{path}?page=2", json.dumps(page[1:]), content_type="application/json")
    visit = json_sources.source(fetcher, settings).visit(WINDOW, NOW, None)
    assert (len(visit.sightings), len(server.requests), visit.notes) == (2, 2, ())


def test_json_preset_drupal_reads_articles(server: FeedServer, fetcher: Fetcher) -> None:
    """An article without an alias has the path of its node; the name of the comment field is an option."""
    visit, request = fetch("drupal-jsonapi", server, fetcher)
    addresses = ["https://site.example/news/ferry-returns", "https://site.example/node/42"]
    assert counters(visit) == dict(zip(addresses, [Counters(comments=3), Counters(comments=0)], strict=True))
    assert query(request)["filter[day][condition][value]"] == str(int(WINDOW.start.timestamp()))


def test_json_preset_discourse_does_not_count_the_first_post(server: FeedServer, fetcher: Fetcher) -> None:
    """The first post of a topic is not a comment."""
    visit, _request = fetch("discourse", server, fetcher)
    assert counters(visit) == {
        "https://site.example/t/night-ferry-returns/812": Counters(views=1841, comments=21, rating=40),
        "https://site.example/t/where-to-moor/811": Counters(views=12, comments=0, rating=0),
    }


def test_json_preset_discourse_as_discussion_is_dated_by_last_post(server: FeedServer, fetcher: Fetcher) -> None:
    """The source's own keys replace those of the preset."""
    visit, _request = fetch("discourse", server, fetcher, role="discussion", fields={"published_at": "last_posted_at"})
    assert visit.sightings[0].role is Role.DISCUSSION
    assert str(visit.sightings[0].published_at) == "2026-10-01 03:15:00+00:00"


def test_json_preset_ghost_has_no_counters(server: FeedServer, fetcher: Fetcher) -> None:
    """Author and image are read; no counter is invented."""
    visit, request = fetch("ghost", server, fetcher)
    ferry, council = visit.sightings
    assert (ferry.section, ferry.author, ferry.image_credit) == ("Port", "Anna Petrova", "Photo: Anna Petrova")
    assert council.summary == "Tonight."
    assert ferry.counters == council.counters == Counters()
    assert (query(request)["key"], query(request)["page"]) == ("s3cret", "1")
    assert request.headers["accept-version"] == "v5.0"


def test_json_preset_hacker_news_points_are_views(server: FeedServer, fetcher: Fetcher) -> None:
    """A question without a URL has its own page's."""
    visit, request = fetch("hacker-news", server, fetcher)
    assert counters(visit) == {
        "https://gazette.example/tides": Counters(views=184, comments=61),
        "https://news.ycombinator.com/item?id=41700002": Counters(views=12, comments=7),
    }
    start = int(WINDOW.start.timestamp())
    first = parse_qs(urlsplit(server.requests[0].path).query)
    assert (first["numericFilters"], first["page"]) == ([f"created_at_i>{start},points>=10"], ["0"])
    assert query(request)["page"] == "1"  # the answer is the same again, so it was the last


@pytest.mark.parametrize("preset", sorted(VIEWS_IN_A_WEEK))
def test_json_preset_analytics_give_views_by_url(preset: str, server: FeedServer, fetcher: Fetcher) -> None:
    """Paths are resolved against the portal, and what is not a URL is left out."""
    visit, request = fetch(preset, server, fetcher)
    assert counters(visit) == {ONE: Counters(views=1841), TWO: Counters(views=12)}
    assert {one.role for one in visit.sightings} == {Role.COUNTERS}
    assert b"s3cret" in (request.body or b"") or any("s3cret" in value for value in request.headers.values())


def test_json_preset_analytics_request_has_the_period(server: FeedServer, fetcher: Fetcher) -> None:
    """From a week before the window until now, in the portal's zone, each in its own form."""
    form = parse_qs((fetch("matomo", server, fetcher)[1].body or b"").decode())
    assert (form["date"], form["method"], form["flat"]) == (["2026-09-23,2026-10-01"], ["Actions.getPageUrls"], ["1"])
    body = json.loads(fetch("plausible", server, fetcher)[1].body or b"")
    assert body["date_range"] == ["2026-09-23", "2026-10-01"]
    assert body["pagination"] == {"limit": 2000}
    body = json.loads(fetch("ga4", server, fetcher)[1].body or b"")
    assert body["dateRanges"] == [{"startDate": "2026-09-23", "endDate": "2026-10-01"}]
    umami = query(fetch("umami", server, fetcher)[1])
    assert (umami["type"], umami["endAt"]) == ("path", str(int(NOW.timestamp()) * 1000))
    assert query(fetch("umami-v2", server, fetcher)[1])["type"] == "url"
    metrica = query(fetch("yandex-metrica", server, fetcher)[1])
    assert (metrica["date1"], metrica["date2"]) == ("2026-09-23", "2026-10-01")


def test_json_preset_google_analytics_empty_day_is_valid(server: FeedServer, fetcher: Fetcher) -> None:
    """Without any view the response has no rows, which is not an error."""
    settings = json_sources.settings(preset="ga4", **{"with": {"property": "7", "token": "t"}})
    url = server.answer("/v1", '{"kind": "analyticsData#runReport"}', content_type="application/json")
    visit = json_sources.source(fetcher, settings.model_copy(update={"url": url})).visit(WINDOW, NOW, None)
    assert (visit.sightings, visit.notes) == ((), ())


@pytest.mark.parametrize("preset", ["disqus", "isso", "remark42"])
def test_json_preset_comment_services_give_comments_by_url(preset: str, server: FeedServer, fetcher: Fetcher) -> None:
    """Each article's comments, whatever the form of the request."""
    visit, _request = fetch(preset, server, fetcher)
    assert counters(visit) == {ONE: Counters(comments=21), TWO: Counters(comments=0)}


def test_json_preset_comment_services_request_has_the_urls(server: FeedServer, fetcher: Fetcher) -> None:
    """Isso uses paths, Remark42 URLs, Disqus a forum."""
    isso, remark = (fetch(preset, server, fetcher)[1] for preset in ("isso", "remark42"))
    assert json.loads(isso.body or b"") == ["/news/1.html", "/news/2.html"]
    assert (json.loads(remark.body or b""), query(remark)) == ([ONE, TWO], {"site": "7"})
    disqus = query(fetch("disqus", server, fetcher)[1])
    assert (disqus["forum"], disqus["api_key"], disqus["cursor"]) == ("7", "s3cret", "")


def test_json_preset_disqus_follows_the_cursor(server: FeedServer, fetcher: Fetcher) -> None:
    """The cursor of one response is in the next request."""
    settings = json_sources.settings(preset="disqus", **{"with": {"forum": "g", "key": "k"}})
    parts = urlsplit(settings.url)
    here = settings.model_copy(update={"url": server.url(f"{parts.path}?cursor={{cursor}}")})
    last = json.loads((ANSWERS / "disqus.json").read_text("utf-8"))
    first = {"cursor": {"hasNext": True, "next": "17:0:0"}, "response": last["response"][:1]}
    server.answer(f"{parts.path}?cursor=", json.dumps(first), content_type=None)
    server.answer(f"{parts.path}?cursor=17%3A0%3A0", json.dumps({**last, "response": last["response"][1:]}))
    assert len(json_sources.source(fetcher, here).visit(WINDOW, NOW, None).sightings) == 2


def faults(**table: Any) -> list[str]:
    """Return the lines of the error about a source's table."""
    data = {"portal": PORTAL, "sources": [{"name": "blog", **table}]}
    with pytest.raises(ConfigurationError) as caught:
        parse(data, file="digest.toml", root=Path("/srv"), environ={})
    return str(caught.value).splitlines()


SITE = {"site": "https://blog.example"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"preset": "wordpres"}, 'sources.blog.preset = "wordpres": did you mean "wordpress"?'),
        ({"preset": "zzz"}, 'sources.blog.preset = "zzz": expected one of: bitrix, discourse, '),
        ({"preset": "../x"}, 'sources.blog.preset = "../x": expected one of: '),
        ({"preset": 7}, 'sources.blog.preset: expected the name of a preset such as "wordpress"'),
        ({"preset": "wordpress"}, "sources.blog.with.site: is missing; expected the address of the WordPress site"),
        (
            {"preset": "wordpress", "with": {**SITE, "sit": 1}},
            "sources.blog.with.sit: unknown key; did you mean",
        ),
        ({"preset": "wordpress", "with": {"site": "a'b"}}, "sources.blog.with.site: expected one line of text"),
        ({"preset": "wordpress", "with": {"site": True}}, "sources.blog.with.site: expected one line of text"),
        ({"preset": "ghost", "with": {**SITE, "key": "$NO"}}, "sources.blog.url: $NO is not set"),
        ({"preset": "dle"}, "sources.blog.url: is missing"),
        ({"preset": "wordpress", "with": SITE, "kind": "sql"}, "sources.blog.query: is missing"),
        (
            {"preset": "wordpress", "with": SITE, "itens": "[]"},
            "sources.blog.itens: unknown key; did you mean",
        ),
    ],
)
def test_json_preset_wrong_setting_is_one_line(table: dict[str, Any], message: str) -> None:
    """The file, the key and what is expected."""
    assert faults(**table)[0].startswith(f"digest.toml: {message}")


def test_json_presets_are_documented() -> None:
    """Each is in the table of docs/presets.md with its required options."""
    page = (Path(__file__).parents[2] / "docs" / "presets.md").read_text("utf-8")
    for preset in preset_names():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{preset}` |")]
        assert all(f"`{name}`" in row for name in needed(preset))

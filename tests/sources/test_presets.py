"""Presets: each fills a source's table, asks what it should ask, and reads a real answer."""

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
from tests.support.feed_server import Asked, FeedServer
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
    told = {"site": "https://site.example/", "token": "$SECRET", "key": "$SECRET", "path": "/news/{id}.html"}
    return {name: told.get(name, "7") for name in needs}


def ask(preset: str, server: FeedServer, fetcher: Fetcher, **own: Any) -> tuple[Visit, Asked]:
    """One visit to the answer of that name, and what was asked last."""
    environ = {"SECRET": "s3cret"}
    told = json_sources.settings(environ=environ, preset=preset, **{"with": needed(preset)}, **own)
    parts = urlsplit(told.url)
    answer = (ANSWERS / f"{answer_of(preset)}.json").read_bytes()
    here = server.answer(parts.path, answer, content_type="application/json")
    here += f"?{parts.query}" if parts.query else ""
    there = told.model_copy(update={"url": here})
    if preset in ABOUT:
        visit = json_sources.visit_urls(fetcher, [ONE, TWO], there)
    else:
        visit = json_sources.source(fetcher, there).visit(WINDOW, NOW, None)
    assert "s3cret" not in repr(told) + repr(visit)
    return visit, server.asked[-1]


def answer_of(preset: str) -> str:
    """The file that a preset is tried on."""
    return preset.removesuffix("-postviews").removesuffix("-v2").removesuffix("-cloud")


def query(asked: Asked) -> dict[str, str]:
    """The query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query, keep_blank_values=True).items()}


@pytest.mark.parametrize("preset", [name for name in preset_names() if name not in SQL])
def test_every_preset_reads_its_answer(preset: str, server: FeedServer, fetcher: Fetcher) -> None:
    """Two articles or counters come out of each answer, and each field finds something."""
    visit, _asked = ask(preset, server, fetcher)
    assert len(visit.sightings) == 2
    assert not [note for note in visit.notes if "found nothing" in note]


def test_wordpress(server: FeedServer, fetcher: Fetcher) -> None:
    """Words, picture and section come with the embedded parts; comments that may not be read are unknown."""
    visit, asked = ask("wordpress", server, fetcher)
    ferry, council = visit.sightings
    assert (ferry.title, ferry.summary) == ("Ferry returns – after 12 days", "The night ferry sails again. […]")
    assert (ferry.section, ferry.author) == ("Port", "Anna Petrova")
    assert ferry.image_url == "https://gazette.example/wp-content/uploads/2026/09/ferry.jpg"
    assert str(ferry.published_at) == "2026-09-30 18:05:00+00:00"
    assert ferry.counters == Counters(comments=3)
    assert council.counters == Counters()
    assert query(asked)["after"] == "2026-09-30T04:00:00Z"


def test_wordpress_with_the_plugin_for_views(server: FeedServer, fetcher: Fetcher) -> None:
    """WP-PostViews adds its field to every post."""
    visit, asked = ask("wordpress-postviews", server, fetcher)
    assert [one.counters.views for one in visit.sightings] == [1841, 12]
    assert "views" in query(asked)["_fields"].split(",")


def test_wordpress_goes_on_where_the_link_header_leads(server: FeedServer, fetcher: Fetcher) -> None:
    """The second page is asked for once, and no third."""
    told = json_sources.settings(preset="wordpress", **{"with": {"site": server.url("/")}})
    page = json.loads((ANSWERS / "wordpress.json").read_text("utf-8"))
    path = "/wp-json/wp/v2/posts"
    link = {"Link": f'<{server.url(path)}?page=0>; rel="prev", <{server.url(path)}?page=2>; rel="next"'}
    server.answer(path, json.dumps(page[:1]), content_type="application/json", headers=link)
    server.answer(f"{path}?page=2", json.dumps(page[1:]), content_type="application/json")
    visit = json_sources.source(fetcher, told).visit(WINDOW, NOW, None)
    assert (len(visit.sightings), len(server.asked), visit.notes) == (2, 2, ())


def test_drupal_over_json_api(server: FeedServer, fetcher: Fetcher) -> None:
    """An article without an alias has its node's path; the comment field's name can be told."""
    visit, asked = ask("drupal-jsonapi", server, fetcher)
    addresses = ["https://site.example/news/ferry-returns", "https://site.example/node/42"]
    assert counters(visit) == dict(zip(addresses, [Counters(comments=3), Counters(comments=0)], strict=True))
    assert query(asked)["filter[day][condition][value]"] == str(int(WINDOW.start.timestamp()))


def test_discourse(server: FeedServer, fetcher: Fetcher) -> None:
    """The first post of a topic is no comment."""
    visit, _asked = ask("discourse", server, fetcher)
    assert counters(visit) == {
        "https://site.example/t/night-ferry-returns/812": Counters(views=1841, comments=21, rating=40),
        "https://site.example/t/where-to-moor/811": Counters(views=12, comments=0, rating=0),
    }


def test_discourse_as_the_discussion_list(server: FeedServer, fetcher: Fetcher) -> None:
    """The table's own keys win: a topic's date becomes that of its last answer."""
    visit, _asked = ask("discourse", server, fetcher, role="discussion", fields={"published_at": "last_posted_at"})
    assert visit.sightings[0].role is Role.DISCUSSION
    assert str(visit.sightings[0].published_at) == "2026-10-01 03:15:00+00:00"


def test_ghost(server: FeedServer, fetcher: Fetcher) -> None:
    """Words and picture come; no counter is made up."""
    visit, asked = ask("ghost", server, fetcher)
    ferry, council = visit.sightings
    assert (ferry.section, ferry.author, ferry.image_credit) == ("Port", "Anna Petrova", "Photo: Anna Petrova")
    assert council.summary == "Tonight."
    assert ferry.counters == council.counters == Counters()
    assert (query(asked)["key"], query(asked)["page"]) == ("s3cret", "1")
    assert asked.headers["accept-version"] == "v5.0"


def test_hacker_news(server: FeedServer, fetcher: Fetcher) -> None:
    """Points stand for views; a question without an address leads to its own page."""
    visit, asked = ask("hacker-news", server, fetcher)
    assert counters(visit) == {
        "https://gazette.example/tides": Counters(views=184, comments=61),
        "https://news.ycombinator.com/item?id=41700002": Counters(views=12, comments=7),
    }
    start = int(WINDOW.start.timestamp())
    first = parse_qs(urlsplit(server.asked[0].path).query)
    assert (first["numericFilters"], first["page"]) == ([f"created_at_i>{start},points>=10"], ["0"])
    assert query(asked)["page"] == "1"  # the answer is the same again, so it was the last


@pytest.mark.parametrize("preset", sorted(VIEWS_IN_A_WEEK))
def test_analytics_bring_views_by_address(preset: str, server: FeedServer, fetcher: Fetcher) -> None:
    """Paths are resolved against the portal, and what is no address is left out."""
    visit, asked = ask(preset, server, fetcher)
    assert counters(visit) == {ONE: Counters(views=1841), TWO: Counters(views=12)}
    assert {one.role for one in visit.sightings} == {Role.COUNTERS}
    assert b"s3cret" in (asked.body or b"") or any("s3cret" in value for value in asked.headers.values())


def test_what_analytics_are_asked(server: FeedServer, fetcher: Fetcher) -> None:
    """A week before the window up to now, in the portal's zone, each in its own form."""
    form = parse_qs((ask("matomo", server, fetcher)[1].body or b"").decode())
    assert (form["date"], form["method"], form["flat"]) == (["2026-09-23,2026-10-01"], ["Actions.getPageUrls"], ["1"])
    body = json.loads(ask("plausible", server, fetcher)[1].body or b"")
    assert body["date_range"] == ["2026-09-23", "2026-10-01"]
    assert body["pagination"] == {"limit": 2000}
    body = json.loads(ask("ga4", server, fetcher)[1].body or b"")
    assert body["dateRanges"] == [{"startDate": "2026-09-23", "endDate": "2026-10-01"}]
    umami = query(ask("umami", server, fetcher)[1])
    assert (umami["type"], umami["endAt"]) == ("path", str(int(NOW.timestamp()) * 1000))
    assert query(ask("umami-v2", server, fetcher)[1])["type"] == "url"
    metrica = query(ask("yandex-metrica", server, fetcher)[1])
    assert (metrica["date1"], metrica["date2"]) == ("2026-09-23", "2026-10-01")


def test_an_empty_day_in_google_analytics(server: FeedServer, fetcher: Fetcher) -> None:
    """Without any view the answer has no rows, which is no error."""
    told = json_sources.settings(preset="ga4", **{"with": {"property": "7", "token": "t"}})
    url = server.answer("/v1", '{"kind": "analyticsData#runReport"}', content_type="application/json")
    visit = json_sources.source(fetcher, told.model_copy(update={"url": url})).visit(WINDOW, NOW, None)
    assert (visit.sightings, visit.notes) == ((), ())


@pytest.mark.parametrize("preset", ["disqus", "isso", "remark42"])
def test_comment_services_bring_comments_by_address(preset: str, server: FeedServer, fetcher: Fetcher) -> None:
    """Each article's comments, whichever way the service is asked."""
    visit, _asked = ask(preset, server, fetcher)
    assert counters(visit) == {ONE: Counters(comments=21), TWO: Counters(comments=0)}


def test_what_comment_services_are_asked(server: FeedServer, fetcher: Fetcher) -> None:
    """Isso knows paths, Remark42 addresses, Disqus a forum."""
    isso, remark = (ask(preset, server, fetcher)[1] for preset in ("isso", "remark42"))
    assert json.loads(isso.body or b"") == ["/news/1.html", "/news/2.html"]
    assert (json.loads(remark.body or b""), query(remark)) == ([ONE, TWO], {"site": "7"})
    disqus = query(ask("disqus", server, fetcher)[1])
    assert (disqus["forum"], disqus["api_key"], disqus["cursor"]) == ("7", "s3cret", "")


def test_disqus_goes_on_while_there_is_more(server: FeedServer, fetcher: Fetcher) -> None:
    """The cursor of one answer asks for the next."""
    told = json_sources.settings(preset="disqus", **{"with": {"forum": "g", "key": "k"}})
    parts = urlsplit(told.url)
    here = told.model_copy(update={"url": server.url(f"{parts.path}?cursor={{cursor}}")})
    last = json.loads((ANSWERS / "disqus.json").read_text("utf-8"))
    first = {"cursor": {"hasNext": True, "next": "17:0:0"}, "response": last["response"][:1]}
    server.answer(f"{parts.path}?cursor=", json.dumps(first), content_type=None)
    server.answer(f"{parts.path}?cursor=17:0:0", json.dumps({**last, "response": last["response"][1:]}))
    assert len(json_sources.source(fetcher, here).visit(WINDOW, NOW, None).sightings) == 2


def faults(**table: Any) -> list[str]:
    """What is said of a source's table."""
    data = {"portal": PORTAL, "sources": [{"name": "blog", **table}]}
    with pytest.raises(ConfigurationError) as caught:
        parse(data, file="digest.toml", root=Path("/srv"), environ={})
    return str(caught.value).splitlines()


SITE = {"site": "https://blog.example"}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"preset": "wordpres"}, 'sources.blog.preset = "wordpres": did you mean "wordpress"?'),
        ({"preset": "zzz"}, 'sources.blog.preset = "zzz": expected one of: bitrix, discourse, '),
        ({"preset": "../x"}, 'sources.blog.preset = "../x": expected one of: '),
        ({"preset": 7}, "sources.blog.kind: is missing"),
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
def test_a_wrong_preset_is_one_line(table: dict[str, Any], says: str) -> None:
    """The file, the key and what would be right."""
    assert faults(**table)[0].startswith(f"digest.toml: {says}")


def test_presets_are_documented() -> None:
    """Each stands in the table of docs/presets.md with all that it needs."""
    page = (Path(__file__).parents[2] / "docs" / "presets.md").read_text("utf-8")
    for preset in preset_names():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{preset}` |")]
        assert all(f"`{name}`" in row for name in needed(preset))

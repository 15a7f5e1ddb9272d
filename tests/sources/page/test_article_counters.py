"""Counters from article pages: which are fetched when, what they add, and what a failure affects."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from digest.errors import FetchError
from digest.model.articles import Channel, Counters, Sighting, Validators, Visit, Window
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.page import article_counters, page_reading
from digest.sources.page.article_counters import MOST_PAGES, ArticlePages
from digest.sources.page.limits import markup_within_limits
from tests.support.feed_server import Canned, FeedServer, Request

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
WINDOW = Window(start=NOW - timedelta(hours=24), end=NOW + timedelta(hours=24))
LINE = (
    '<div class="counters">Просмотров: <b class="views">1&nbsp;841</b> | Комментариев: <b class="comments">21</b></div>'
)
SELECTORS = {"views": ".counters .views", "comments": ".counters .comments"}
TICK = timedelta(minutes=15)


class StatedSource:
    """A source that returns what the test sets, and records the validators of each visit."""

    name = "main"

    def __init__(self, *sightings: Sighting, notes: Sequence[str] = ()) -> None:
        self.answer = Visit(
            sightings=sightings, validators=Validators(url="https://a.example", etag='"1"'), notes=tuple(notes)
        )
        self.validators_seen: list[Validators | None] = []

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """The answer, at that time."""
        self.validators_seen.append(validators)
        return replace(self.answer, sightings=tuple(replace(one, taken_at=taken_at) for one in self.answer.sightings))


def article(url: str, *, hours: float | None = 3, **counters: int) -> Sighting:
    """Return an article of a feed, some hours old; None: without a date."""
    published_at = None if hours is None else NOW - timedelta(hours=hours)
    return Sighting(
        source="main", url=url, title="News", taken_at=NOW, published_at=published_at, counters=Counters(**counters)
    )


def pages(inside: StatedSource, fetcher: Fetcher, server: FeedServer, **selectors: str) -> ArticlePages:
    """The source with its articles' pages, on a server that the operator wrote."""
    return ArticlePages(inside, selectors or SELECTORS, fetcher=fetcher, configured_urls=[server.url()])


def paths(server: FeedServer) -> list[str]:
    """Return the paths that were requested since the last call, sorted."""
    requested = sorted(requested.path for requested in server.requests)
    server.requests.clear()
    return requested


def test_article_pages_add_counters_to_the_feed(server: FeedServer, fetcher: Fetcher) -> None:
    """Views and comments that the feed does not have are added to those that it has."""
    urls = [
        server.answer(f"/{number}", LINE.replace("841", f"84{number}"), content_type="text/html") for number in (1, 2)
    ]
    inside = StatedSource(*(article(url) for url in urls), notes=["a note"])
    visit = pages(inside, fetcher, server).visit(WINDOW, NOW, None)
    assert [one.counters for one in visit.sightings] == [
        Counters(views=1841, comments=21),
        Counters(views=1842, comments=21),
    ]
    assert [replace(one, counters=Counters()) for one in visit.sightings] == list(inside.answer.sightings)
    assert visit.notes == ("a note",)
    assert visit.validators == inside.answer.validators


def test_article_pages_selector_replaces_and_markup_fills_counters(server: FeedServer, fetcher: Fetcher) -> None:
    """A configured selector has priority over the feed, counters found in the markup have not."""
    page = LINE + '<i itemprop="commentCount">99</i>'
    url = server.answer("/1", page, content_type="text/html")
    inside = StatedSource(article(url, views=7, comments=5))
    (by_selector,) = pages(inside, fetcher, server, views=".views").visit(WINDOW, NOW, None).sightings
    assert by_selector.counters == Counters(views=1841, comments=5)
    source = ArticlePages(StatedSource(article(url)), {}, fetcher=fetcher, configured_urls=[server.url()])
    assert source.visit(WINDOW, NOW, None).sightings[0].counters == Counters(comments=99)


def test_article_pages_bad_page_affects_no_other(server: FeedServer, fetcher: Fetcher) -> None:
    """Missing pages, and missing or invalid counters, are counted and noted; the articles are kept."""
    html: dict[str, str | bytes] = {
        "/1": LINE,
        "/2": "<p>no counters here",
        "/3": LINE.replace("1&nbsp;841", "1e18"),
        "/4": LINE.replace("21", "-21"),
        "/5": "<div>" * 10_000 + LINE,
        "/6": b"\x00\xff" * 1_000,
        "/7": LINE.replace("1&nbsp;841", "–"),
    }
    urls = [server.answer(path, body, content_type="text/html") for path, body in html.items()]
    urls.append(server.url("/404"))
    visit = pages(StatedSource(*map(article, urls)), fetcher, server).visit(WINDOW, NOW, None)
    counters = [(one.counters.views, one.counters.comments) for one in visit.sightings]
    assert counters == [
        (1841, 21),
        (None, None),
        (None, 21),
        (1841, None),
        (1841, 21),
        (None, None),
        (None, 21),
        (None, None),
    ]
    assert visit.notes == (
        f"1 of 8 article pages could not be read, such as {server.url('/404')}: the server answered 404 Not Found",
        "views not found on 2 of 7 article pages: .counters .views matched nothing",
        'views not understood on 1 of 7 article pages: .counters .views showed "1e18"',
        "comments not found on 2 of 7 article pages: .counters .comments matched nothing",
        'comments not understood on 1 of 7 article pages: .counters .comments showed "-21"',
    )


def test_article_pages_markup_without_counters_is_noted(server: FeedServer, fetcher: Fetcher) -> None:
    """With `page = {}` and nothing to be found, the note explains what to configure."""
    url = server.answer("/1", LINE, content_type="text/html")
    source = ArticlePages(StatedSource(article(url)), {}, fetcher=fetcher, configured_urls=[server.url()])
    (note,) = source.visit(WINDOW, NOW, None).notes
    assert note == 'no counters in the markup of 1 article page; name selectors, such as page = { views = ".views" }'


def test_article_pages_private_url_is_refused(server: FeedServer, fetcher: Fetcher) -> None:
    """Neither a feed nor a redirect can lead to a private address, nor to another port of a configured host."""
    url = server.answer("/1", LINE, content_type="text/html")
    with FeedServer() as inner:
        secret = inner.answer("/secret", LINE, content_type="text/html")
        moved = server.redirect("/moved", secret)
        inside = StatedSource(article(url), article(secret), article(moved))
        visit = pages(inside, fetcher, server).visit(WINDOW, NOW, None)
        assert inner.requests == []
        assert [one.counters.views for one in visit.sightings] == [1841, None, None]
        assert "2 of 3 article pages could not be read" in visit.notes[0]
        assert "private network" in visit.notes[0]


def test_article_pages_only_of_the_window_are_fetched(server: FeedServer, fetcher: Fetcher) -> None:
    """Older ones are in no issue; undated ones may be in this one."""
    urls = [server.answer(f"/{number}", LINE, content_type="text/html") for number in range(3)]
    inside = StatedSource(article(urls[0], hours=30), article(urls[1], hours=3), article(urls[2], hours=None))
    visit = pages(inside, fetcher, server).visit(WINDOW, NOW, None)
    assert paths(server) == ["/1", "/2"]
    assert len(visit.sightings) == 3


def test_article_pages_of_young_articles_are_fetched_more_often(server: FeedServer, fetcher: Fetcher) -> None:
    """A page is due again when a tenth of its article's age has passed, whatever its response."""
    for path in ("/young", "/old", "/gone"):
        server.answer(path, LINE, content_type="text/html", status=404 if path == "/gone" else 200)
    inside = StatedSource(
        article(server.url("/young"), hours=1),
        article(server.url("/old"), hours=5),
        article(server.url("/gone"), hours=5),
    )
    source = pages(inside, fetcher, server)
    requested = []
    for tick in range(4):
        visit = source.visit(WINDOW, NOW + TICK * tick, None)
        requested.append(paths(server))
        assert len(visit.sightings) == 3
    assert requested == [["/gone", "/old", "/young"], ["/young"], ["/young"], ["/gone", "/old", "/young"]]


def test_article_pages_counter_of_an_earlier_visit_is_not_repeated(server: FeedServer, fetcher: Fetcher) -> None:
    """A reading belongs to the moment when it was taken."""
    source = pages(
        StatedSource(article(server.answer("/1", LINE, content_type="text/html"), hours=10)), fetcher, server
    )
    first, second = (source.visit(WINDOW, NOW + TICK * tick, None).sightings[0] for tick in (0, 1))
    assert (first.counters.views, second.counters.views) == (1841, None)
    assert second.taken_at == NOW + TICK


def test_article_pages_of_an_unchanged_feed_are_fetched(server: FeedServer, fetcher: Fetcher) -> None:
    """After a 304 the remembered articles are used, not the stored ones, which may be of another response."""
    url = server.answer("/1", LINE, content_type="text/html")
    inside = StatedSource(article(url, hours=1, comments=5))
    inside.answer = replace(inside.answer, channel=Channel(title="Gazette"))
    source = pages(inside, fetcher, server, views=".views")
    source.visit(WINDOW, NOW, Validators(url="https://a.example", etag='"of the store"'))
    server.answer("/1", LINE.replace("841", "900"), content_type="text/html")
    inside.answer = Visit(unchanged=True, validators=inside.answer.validators)
    visit = source.visit(WINDOW, NOW + TICK, Validators(url="https://a.example", etag='"of the store"'))
    assert (visit.unchanged, visit.channel.title) == (False, "Gazette")
    assert [(one.taken_at, one.counters) for one in visit.sightings] == [(NOW + TICK, Counters(views=1900, comments=5))]
    assert inside.validators_seen == [None, Validators(url="https://a.example", etag='"1"')]


def test_article_pages_of_articles_no_longer_in_the_feed_are_fetched(server: FeedServer, fetcher: Fetcher) -> None:
    """A feed is short: an article is fetched until it leaves the window."""
    for path in ("/1", "/2"):
        server.answer(path, LINE, content_type="text/html")
    inside = StatedSource(article(server.url("/1"), hours=1, rating=3))
    source = pages(inside, fetcher, server)
    source.visit(WINDOW, NOW, None)
    inside.answer = Visit(sightings=(article(server.url("/2"), hours=0),))
    second = source.visit(WINDOW, NOW + TICK, None)
    assert [one.url for one in second.sightings] == [server.url("/2"), server.url("/1")]
    assert second.sightings[1].counters == Counters(views=1841, comments=21)  # what the feed said is not said again
    later = Window(start=NOW, end=NOW + timedelta(hours=48))
    assert len(source.visit(later, NOW + TICK * 9, None).sightings) == 1


@pytest.mark.parametrize(("guid", "title"), [("7", "Other news"), (None, "News")])
def test_article_pages_at_a_former_address_are_not_fetched(
    server: FeedServer, fetcher: Fetcher, guid: str | None, title: str
) -> None:
    """An article whose address changed is listed once, with the counters of its page there."""
    for path in ("/old", "/new"):
        server.answer(path, LINE, content_type="text/html")
    inside = StatedSource(replace(article(server.url("/old")), guid=guid))
    source = pages(inside, fetcher, server)
    source.visit(WINDOW, NOW, None)
    inside.answer = Visit(sightings=(replace(article(server.url("/new")), guid=guid, title=title),))
    assert [one.url for one in source.visit(WINDOW, NOW + TICK * 9, None).sightings] == [server.url("/new")]
    assert paths(server) == ["/new", "/old"]


def test_article_pages_image_credit_is_repeated_each_visit(server: FeedServer, fetcher: Fetcher) -> None:
    """It is read once, but each sighting replaces the one before; brackets around it go."""
    url = server.answer("/1", LINE + "<p class=src>(© Port <b>Press</b>)</p>", content_type="text/html")
    source = pages(StatedSource(article(url, hours=10)), fetcher, server, image_credit=".src")
    for tick in (0, 1):
        assert source.visit(WINDOW, NOW + TICK * tick, None).sightings[0].image_credit == "© Port Press"


def test_article_pages_more_than_a_hundred_wait_for_the_next_visit(server: FeedServer, fetcher: Fetcher) -> None:
    """Pages that were never fetched come first, so all are reached; the number that waits is noted."""
    urls = [server.answer(f"/{number}", LINE, content_type="text/html") for number in range(MOST_PAGES + 30)]
    source = pages(StatedSource(*map(article, urls)), fetcher, server)
    first = source.visit(WINDOW, NOW, None)
    requested = paths(server)
    assert len(requested) == MOST_PAGES
    assert first.notes == ("30 article pages more wait for the next visit",)
    second = source.visit(WINDOW, NOW + TICK, None)
    assert len({*requested, *paths(server)}) == MOST_PAGES + 30
    assert second.notes == ()


def test_article_pages_that_wait_are_unread(server: FeedServer, fetcher: Fetcher) -> None:
    """What they say is unknown, and not absent; a page that was read once stays read."""
    urls = [server.answer(f"/{number}", LINE, content_type="text/html") for number in range(MOST_PAGES + 1)]
    source = pages(StatedSource(*map(article, urls)), fetcher, server)
    visits = [source.visit(WINDOW, NOW + TICK * tick, None) for tick in range(2)]
    assert [sum(one.page_unread for one in visit.sightings) for visit in visits] == [1, 0]


def test_article_pages_that_fail_are_unread(server: FeedServer, fetcher: Fetcher) -> None:
    """An error is no page of the article."""
    good, bad = server.answer("/1", LINE, content_type="text/html"), server.answer("/2", "gone", status=404)
    visit = pages(StatedSource(article(good), article(bad)), fetcher, server).visit(WINDOW, NOW, None)
    assert {one.url: one.page_unread for one in visit.sightings} == {good: False, bad: True}


def test_article_pages_in_a_new_process_are_chosen_at_random(server: FeedServer, fetcher: Fetcher) -> None:
    """Under cron every visit is a new process, which must not always fetch the same pages."""
    urls = [server.answer(f"/{number}", LINE, content_type="text/html") for number in range(MOST_PAGES + 30)]
    requested = set()
    for tick in range(2):
        pages(StatedSource(*map(article, urls)), fetcher, server).visit(WINDOW, NOW + TICK * tick, None)
        requested.add(tuple(paths(server)))
    assert len(requested) == 2


def test_article_pages_two_of_a_host_at_once(
    server: FeedServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many are due, no host gets more than two requests at a time."""
    under_way, most, changed = 0, 0, threading.Condition()
    answer = FeedServer.reply_to

    def slow(self: FeedServer, request: Request) -> Canned:
        nonlocal under_way, most
        with changed:
            under_way += 1
            most = max(most, under_way)
            changed.notify_all()
            assert changed.wait_for(lambda: most > 1, 60)
        time.sleep(0.02)  # a third one may come now
        with changed:
            under_way -= 1
        return answer(self, request)

    monkeypatch.setattr(FeedServer, "reply_to", slow)
    urls = [server.answer(f"/{number}", LINE, content_type="text/html") for number in range(12)]
    visit = pages(StatedSource(*map(article, urls)), fetcher, server).visit(WINDOW, NOW, None)
    assert all(one.counters.views == 1841 for one in visit.sightings)
    assert most == 2


@pytest.mark.needs("time")
def test_article_pages_hanging_host_does_not_delay_the_visit(
    server: FeedServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the deadline the pages read until then count, and the rest is noted; other hosts do not wait."""
    passed = 0.0  # seconds, beside the real ones

    def read(*arguments: Any) -> object:
        nonlocal passed
        passed = article_counters.ROUND_SECONDS - 0.3
        return markup_within_limits(*arguments)

    hurried = SimpleNamespace(monotonic=lambda: time.monotonic() + passed)
    monkeypatch.setattr(page_reading, "time", hurried)
    monkeypatch.setattr(article_counters, "markup_within_limits", read)
    hanging = [server.answer(f"/{number}", LINE, content_type="text/html", drip=1.0) for number in range(9)]
    with FeedServer("127.0.0.2") as other:
        good = other.answer("/good", LINE, content_type="text/html")
        inside = StatedSource(*map(article, hanging), article(good))
        source = ArticlePages(inside, SELECTORS, fetcher=fetcher, configured_urls=[server.url(), good])
        visit = source.visit(WINDOW, NOW, None)
    assert [one.counters.views for one in visit.sightings] == [None] * 9 + [1841]
    assert visit.notes == ("9 article pages not reached within 15 s or on hosts that fail; retried at the next visit",)


def test_article_pages_failing_host_is_skipped_until_the_next_visit(server: FeedServer, fetcher: Fetcher) -> None:
    """After five failures in a row its other pages wait for the next visit."""
    urls = [server.url(f"/{number}") for number in range(50)]
    visit = pages(StatedSource(*map(article, urls)), fetcher, server).visit(WINDOW, NOW, None)
    assert 5 <= len(server.requests) <= 6  # one more may have been under way
    assert len(visit.sightings) == 50
    assert visit.notes[-1].endswith("on hosts that fail; retried at the next visit")


def test_article_pages_unexpected_error_affects_one_page(
    server: FeedServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is noted without its text."""

    def trap(page: str, url: str, selectors: dict[str, str]) -> object:
        if url.endswith("/1"):
            raise ZeroDivisionError("a secret")
        return markup_within_limits(page, url, selectors)

    monkeypatch.setattr(article_counters, "markup_within_limits", trap)
    urls = [server.answer(f"/{number}", LINE, content_type="text/html") for number in (1, 2)]
    visit = pages(StatedSource(*map(article, urls)), fetcher, server).visit(WINDOW, NOW, None)
    assert [one.counters.views for one in visit.sightings] == [None, 1841]
    assert visit.notes == (
        f"1 of 2 article pages could not be read, such as {urls[0]}: failed unexpectedly: ZeroDivisionError",
    )


def test_article_pages_front_page_is_no_article(server: FeedServer, fetcher: Fetcher) -> None:
    """A removed article often leads there; its counters and its description are those of the site."""
    server.answer("/", LINE + OPEN_GRAPH.format(n=1), content_type="text/html")
    url = server.redirect("/1", "/")
    visit = pages(StatedSource(article(url)), fetcher, server).visit(WINDOW, NOW, None)
    assert [(one.counters, one.summary) for one in visit.sightings] == [(Counters(), None)]
    assert visit.notes == (f"1 of 1 article page could not be read, such as {url}: redirects to the front page",)


def test_article_pages_failed_feed_raises_its_error(server: FeedServer, fetcher: Fetcher) -> None:
    """No page is fetched."""

    class Away(StatedSource):
        def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
            raise FetchError("the feed is away")

    with pytest.raises(FetchError, match="the feed is away"):
        pages(Away(), fetcher, server).visit(WINDOW, NOW, None)
    assert server.requests == []


OPEN_GRAPH = """<meta property="og:description" content="The ferry &amp; its quay: {n}"><meta property="og:image"
content="/i/{n}.jpg"><meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">
<meta property="og:image" content="/i/logo.jpg">
<meta property="article:section" content="Port"><meta name="author" content="Anna Lee">"""
JSON_LD = """<script type="application/ld+json">{{"@type": "NewsArticle", "description": "The ferry & its quay: {n}",
"image": [{{"url": "/i/{n}.jpg", "width": 1200, "height": "630px"}}],
 "articleSection": ["Port"], "author": [{{"name": "Anna Lee"}}]}}</script>"""


@pytest.mark.parametrize("markup", [OPEN_GRAPH, JSON_LD], ids=["OpenGraph", "JSON-LD"])
def test_page_fills_what_the_source_lacks(server: FeedServer, fetcher: Fetcher, markup: str) -> None:
    """Summary, picture, section and author; what the source has stays."""
    urls = [server.answer(f"/{n}", markup.format(n=n), content_type="text/html") for n in (1, 2)]
    known = replace(article(urls[1]), summary="Known", image_url="https://a.example/k.jpg", section="S", author="Ben")
    source = ArticlePages(StatedSource(article(urls[0]), known), {}, fetcher=fetcher, configured_urls=[server.url()])
    first, second = source.visit(WINDOW, NOW, None).sightings
    assert (first.summary, first.image_url) == ("The ferry & its quay: 1", server.url("/i/1.jpg"))
    assert (first.image_width, first.image_height) == (1200, 630)
    assert (first.section, first.author) == ("Port", "Anna Lee")
    assert second == known


def test_page_states_the_size_of_the_picture_that_the_source_names(server: FeedServer, fetcher: Fetcher) -> None:
    """The same address is the same picture; a size that the source states stays."""
    urls = [server.answer(f"/{n}", OPEN_GRAPH.format(n=n), content_type="text/html") for n in (1, 2)]
    named = [replace(article(url), image_url=server.url(f"/i/{n}.jpg")) for n, url in enumerate(urls, 1)]
    known = replace(named[1], image_width=800)
    source = ArticlePages(StatedSource(named[0], known), {}, fetcher=fetcher, configured_urls=[server.url()])
    sizes = [(one.image_width, one.image_height) for one in source.visit(WINDOW, NOW, None).sightings]
    assert sizes == [(1200, 630), (800, None)]


def test_page_details_are_kept_until_the_next_visit(server: FeedServer, fetcher: Fetcher) -> None:
    """A page that is not due is not fetched, and its details still count."""
    url = server.answer("/1", OPEN_GRAPH.format(n=1), content_type="text/html")
    source = ArticlePages(StatedSource(article(url)), {}, fetcher=fetcher, configured_urls=[server.url()])
    visits = [source.visit(WINDOW, NOW, None) for _ in range(2)]
    assert [visit.sightings[0].section for visit in visits] == ["Port", "Port"]
    assert len(server.requests) == 1


def test_page_details_that_several_pages_share_are_not_used(server: FeedServer, fetcher: Fetcher) -> None:
    """A description and a logo of the whole site say nothing about an article."""
    urls = [server.answer(f"/{n}", OPEN_GRAPH.format(n=0), content_type="text/html") for n in (1, 2)]
    source = ArticlePages(StatedSource(*map(article, urls)), {}, fetcher=fetcher, configured_urls=[server.url()])
    found = [(one.summary, one.image_url, one.section) for one in source.visit(WINDOW, NOW, None).sightings]
    assert found == [(None, None, "Port")] * 2

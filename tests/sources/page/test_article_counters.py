"""Counters off the articles' own pages: which pages are asked when, what they add, and what their trouble costs."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import FetchError
from digest.model.articles import Counters, Sighting, Validators, Visit, Window
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.page import article_counters
from digest.sources.page.article_counters import MOST_PAGES, ArticlePages
from digest.sources.page.limits import markup_within_limits
from tests.support.feed_server import Asked, Canned, FeedServer

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
WINDOW = Window(start=NOW - timedelta(hours=24), end=NOW + timedelta(hours=24))
LINE = (
    '<div class="counters">Просмотров: <b class="views">1&nbsp;841</b> | Комментариев: <b class="comments">21</b></div>'
)
SELECTORS = {"views": ".counters .views", "comments": ".counters .comments"}
TICK = timedelta(minutes=15)


class StatedSource:
    """A source that says what it is told to say, and remembers with which validators it was asked."""

    name = "main"

    def __init__(self, *sightings: Sighting, notes: Sequence[str] = ()) -> None:
        self.answer = Visit(
            sightings=sightings, validators=Validators(url="https://a.example", etag='"1"'), notes=tuple(notes)
        )
        self.asked_with: list[Validators | None] = []

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """The answer, at that time."""
        self.asked_with.append(validators)
        return replace(self.answer, sightings=tuple(replace(one, taken_at=taken_at) for one in self.answer.sightings))


def article(url: str, *, hours: float | None = 3, **counters: int) -> Sighting:
    """An article as a feed tells it, so many hours old; None: without a date."""
    published_at = None if hours is None else NOW - timedelta(hours=hours)
    return Sighting(
        source="main", url=url, title="News", taken_at=NOW, published_at=published_at, counters=Counters(**counters)
    )


def pages(inside: StatedSource, fetcher: Fetcher, server: FeedServer, **selectors: str) -> ArticlePages:
    """The source with its articles' pages, on a server that the operator wrote."""
    return ArticlePages(inside, selectors or SELECTORS, fetcher=fetcher, configured_urls=[server.url()])


def paths(server: FeedServer) -> list[str]:
    """The paths that were asked for since the last call, sorted."""
    asked = sorted(asked.path for asked in server.asked)
    server.asked.clear()
    return asked


def test_counters_come_off_the_pages(server: FeedServer, fetcher: Fetcher) -> None:
    """Views and comments that no feed tells, beside what it does tell."""
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


def test_a_selector_replaces_and_the_markup_only_fills(server: FeedServer, fetcher: Fetcher) -> None:
    """What the operator points at is believed before the feed, what is found by itself after it."""
    page = LINE + '<i itemprop="commentCount">99</i>'
    url = server.answer("/1", page, content_type="text/html")
    inside = StatedSource(article(url, views=7, comments=5))
    (by_selector,) = pages(inside, fetcher, server, views=".views").visit(WINDOW, NOW, None).sightings
    assert by_selector.counters == Counters(views=1841, comments=5)
    source = ArticlePages(StatedSource(article(url)), {}, fetcher=fetcher, configured_urls=[server.url()])
    assert source.visit(WINDOW, NOW, None).sightings[0].counters == Counters(comments=99)


def test_a_bad_page_never_costs_the_others(server: FeedServer, fetcher: Fetcher) -> None:
    """Missing pages, missing and nonsensical counters are counted and named; the articles stay."""
    html: dict[str, str | bytes] = {
        "/1": LINE,
        "/2": "<p>no counters here",
        "/3": LINE.replace("1&nbsp;841", "1e18"),
        "/4": LINE.replace("21", "-21"),
        "/5": "<div>" * 30_000 + LINE,
        "/6": b"\x00\xff" * 1_000,
        "/7": LINE.replace("1&nbsp;841", "–"),
    }
    urls = [server.answer(path, body, content_type="text/html") for path, body in html.items()]
    urls.append(server.url("/404"))
    visit = pages(StatedSource(*map(article, urls)), fetcher, server).visit(WINDOW, NOW, None)
    told = [(one.counters.views, one.counters.comments) for one in visit.sightings]
    assert told == [
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


def test_a_markup_without_counters_is_said(server: FeedServer, fetcher: Fetcher) -> None:
    """With `page = {}` and nothing to be found, the report says what to write."""
    url = server.answer("/1", LINE, content_type="text/html")
    source = ArticlePages(StatedSource(article(url)), {}, fetcher=fetcher, configured_urls=[server.url()])
    (note,) = source.visit(WINDOW, NOW, None).notes
    assert note == 'no counters in the markup of 1 article page; name selectors, such as page = { views = ".views" }'


def test_foreign_pages_must_be_public(server: FeedServer, fetcher: Fetcher) -> None:
    """A feed cannot make us ask a private address, nor another port of a written host, nor can a page send us there."""
    url = server.answer("/1", LINE, content_type="text/html")
    with FeedServer() as inner:
        secret = inner.answer("/secret", LINE, content_type="text/html")
        moved = server.redirect("/moved", secret)
        inside = StatedSource(article(url), article(secret), article(moved))
        visit = pages(inside, fetcher, server).visit(WINDOW, NOW, None)
        assert inner.asked == []
        assert [one.counters.views for one in visit.sightings] == [1841, None, None]
        assert "2 of 3 article pages could not be read" in visit.notes[0]
        assert "private network" in visit.notes[0]


def test_only_the_windows_articles_are_asked(server: FeedServer, fetcher: Fetcher) -> None:
    """Older ones are in no issue; those without a date may be in this one."""
    urls = [server.answer(f"/{number}", LINE, content_type="text/html") for number in range(3)]
    inside = StatedSource(article(urls[0], hours=30), article(urls[1], hours=3), article(urls[2], hours=None))
    visit = pages(inside, fetcher, server).visit(WINDOW, NOW, None)
    assert paths(server) == ["/1", "/2"]
    assert len(visit.sightings) == 3


def test_young_articles_are_asked_more_often(server: FeedServer, fetcher: Fetcher) -> None:
    """A page is due again when a tenth of its article's age has passed, whatever it answered."""
    for path in ("/young", "/old", "/gone"):
        server.answer(path, LINE, content_type="text/html", status=404 if path == "/gone" else 200)
    inside = StatedSource(
        article(server.url("/young"), hours=1),
        article(server.url("/old"), hours=5),
        article(server.url("/gone"), hours=5),
    )
    source = pages(inside, fetcher, server)
    asked = []
    for tick in range(4):
        visit = source.visit(WINDOW, NOW + TICK * tick, None)
        asked.append(paths(server))
        assert len(visit.sightings) == 3
    assert asked == [["/gone", "/old", "/young"], ["/young"], ["/young"], ["/gone", "/old", "/young"]]


def test_a_counter_that_was_not_read_now_is_not_told_now(server: FeedServer, fetcher: Fetcher) -> None:
    """A reading belongs to the moment when it was taken."""
    source = pages(
        StatedSource(article(server.answer("/1", LINE, content_type="text/html"), hours=10)), fetcher, server
    )
    first, second = (source.visit(WINDOW, NOW + TICK * tick, None).sightings[0] for tick in (0, 1))
    assert (first.counters.views, second.counters.views) == (1841, None)
    assert second.taken_at == NOW + TICK


def test_an_unchanged_feed_does_not_stop_the_pages(server: FeedServer, fetcher: Fetcher) -> None:
    """Where the feed answers 304, its articles are told again with what their pages say now; the store's word on the
    feed's last answer is not used, for it may be another one than is remembered here."""
    url = server.answer("/1", LINE, content_type="text/html")
    inside = StatedSource(article(url, hours=1, comments=5))
    source = pages(inside, fetcher, server, views=".views")
    source.visit(WINDOW, NOW, Validators(url="https://a.example", etag='"of the store"'))
    server.answer("/1", LINE.replace("841", "900"), content_type="text/html")
    inside.answer = Visit(unchanged=True, validators=inside.answer.validators)
    visit = source.visit(WINDOW, NOW + TICK, Validators(url="https://a.example", etag='"of the store"'))
    assert not visit.unchanged
    assert [(one.taken_at, one.counters) for one in visit.sightings] == [(NOW + TICK, Counters(views=1900, comments=5))]
    assert inside.asked_with == [None, Validators(url="https://a.example", etag='"1"')]


def test_articles_that_the_feed_dropped_are_still_asked(server: FeedServer, fetcher: Fetcher) -> None:
    """A feed is short and a day is long: what the window holds is asked until it leaves the window."""
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


def test_the_credit_of_an_image_stays_told(server: FeedServer, fetcher: Fetcher) -> None:
    """It is read once and told each time, for the latest word of a source replaces the one before."""
    url = server.answer("/1", LINE + "<p class=src>© Port <b>Press</b></p>", content_type="text/html")
    source = pages(StatedSource(article(url, hours=10)), fetcher, server, image_credit=".src")
    for tick in (0, 1):
        assert source.visit(WINDOW, NOW + TICK * tick, None).sightings[0].image_credit == "© Port Press"


def test_a_visit_asks_a_hundred_pages_and_the_next_one_the_others(server: FeedServer, fetcher: Fetcher) -> None:
    """What was never asked comes first, so that all are reached; the number that waits is said."""
    urls = [server.answer(f"/{number}", LINE, content_type="text/html") for number in range(MOST_PAGES + 30)]
    source = pages(StatedSource(*map(article, urls)), fetcher, server)
    first = source.visit(WINDOW, NOW, None)
    asked = paths(server)
    assert len(asked) == MOST_PAGES
    assert first.notes == ("30 article pages more wait for the next visit",)
    second = source.visit(WINDOW, NOW + TICK, None)
    assert len({*asked, *paths(server)}) == MOST_PAGES + 30
    assert second.notes == ()


def test_without_memory_each_visit_draws_anew(server: FeedServer, fetcher: Fetcher) -> None:
    """Under cron every visit is a new process: which pages it asks is not always the same."""
    urls = [server.answer(f"/{number}", LINE, content_type="text/html") for number in range(MOST_PAGES + 30)]
    asked = set()
    for tick in range(2):
        pages(StatedSource(*map(article, urls)), fetcher, server).visit(WINDOW, NOW + TICK * tick, None)
        asked.add(tuple(paths(server)))
    assert len(asked) == 2


def test_two_pages_of_a_host_at_once(server: FeedServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are due, no portal is asked for more than two at a time."""
    under_way, most, lock = 0, 0, threading.Lock()
    answer = FeedServer.reply_to

    def slow(self: FeedServer, asked: Asked) -> Canned:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02)
        with lock:
            under_way -= 1
        return answer(self, asked)

    monkeypatch.setattr(FeedServer, "reply_to", slow)
    urls = [server.answer(f"/{number}", LINE, content_type="text/html") for number in range(12)]
    visit = pages(StatedSource(*map(article, urls)), fetcher, server).visit(WINDOW, NOW, None)
    assert all(one.counters.views == 1841 for one in visit.sightings)
    assert most == 2


def test_a_host_that_hangs_does_not_hold_up_the_visit(
    server: FeedServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the time is over what came until then counts, and the rest is said; other hosts are not kept waiting."""
    monkeypatch.setattr(article_counters, "ROUND_SECONDS", 0.7)
    hanging = [server.answer(f"/{number}", LINE, content_type="text/html", drip=1.0) for number in range(9)]
    with FeedServer("127.0.0.2") as other:
        good = other.answer("/good", LINE, content_type="text/html")
        inside = StatedSource(*map(article, hanging), article(good))
        source = ArticlePages(inside, SELECTORS, fetcher=fetcher, configured_urls=[server.url(), good])
        visit = source.visit(WINDOW, NOW, None)
    assert [one.counters.views for one in visit.sightings] == [None] * 9 + [1841]
    assert visit.notes == ("9 article pages not reached within 0.7 s or on hosts that fail; retried at the next visit",)


def test_a_host_that_fails_is_left_alone(server: FeedServer, fetcher: Fetcher) -> None:
    """After five failures in a row the other pages of that host wait for the next visit."""
    urls = [server.url(f"/{number}") for number in range(50)]
    visit = pages(StatedSource(*map(article, urls)), fetcher, server).visit(WINDOW, NOW, None)
    assert 5 <= len(server.asked) <= 6  # one more may have been under way
    assert len(visit.sightings) == 50
    assert visit.notes[-1].endswith("on hosts that fail; retried at the next visit")


def test_whatever_one_page_does_the_others_count(
    server: FeedServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even an error that nobody foresaw is one page's, and is named without its text."""

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


def test_a_source_that_fails_fails_as_before(server: FeedServer, fetcher: Fetcher) -> None:
    """Its error is told; no page is asked."""

    class Away(StatedSource):
        def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
            raise FetchError("the feed is away")

    with pytest.raises(FetchError, match="the feed is away"):
        pages(Away(), fetcher, server).visit(WINDOW, NOW, None)
    assert server.asked == []

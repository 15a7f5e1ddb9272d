"""A portal that tells its counters on its pages alone: what reaches the issue, through the command line."""

from collections.abc import Iterator

import pytest

from tests.support.feed_server import FeedServer
from tests.support.installation import DAY, SLOT, Installation, item, rss

PAGE = """<html><head><meta charset="windows-1251"></head><body><h1>{title}</h1>
<div class="counters">
Просмотров: <span class="views">{views}</span> | Комментариев: <span class="comments">{comments}</span> |
Рейтинг: 0</div>
<p class="credit">Источник: пресс-служба порта</p><p>Текст.</p></body></html>"""
FORUM = """<html><head><meta charset="windows-1251"></head><body><ul class="discussion">
<li>02.06 05:11 • <b>108</b> • <a href="/forum/1">Подушка безопасности порта</a></li>
<li>01.06 23:40 • <b>1,2 тыс.</b> • <a href="/forum/2">Without carrot and stick</a></li>
<li>01.06 20:05 • <b>57</b> • <a href="/forum/5">Tram to the lighthouse</a></li>
<li>01.06 12:00 • <b>0</b> • <a href="/forum/3">Комментарий к "Портовому сбору"</a></li>
<li>30.05 12:00 • <b>999</b> • <a href="/forum/4">Of another day</a></li>
</ul></body></html>"""
FEED = """name = "main"
kind = "feed"
url = "{url}"
language = "en"
page = {{ views = ".counters .views", comments = ".counters .comments", image_credit = ".credit" }}"""
LIST = """name = "discussion"
kind = "page"
role = "discussion"
url = "{url}"
item = ".discussion li"
fields = {{ title = "a", url = "a@href", comments = "b", published_at = "li" }}
date_format = "dd.MM HH:mm\""""


@pytest.fixture
def portal() -> Iterator[FeedServer]:
    """A portal whose second article was read most, and whose fourth is not there."""
    with FeedServer() as server:
        for number, views in ((1, "312"), (2, "1\u00a0841"), (3, "1,8 тыс.")):
            page = PAGE.format(title=number, views=views, comments=7)
            server.answer(f"/news/{number}", page.encode("windows-1251"), content_type="text/html")
        items = [item(number, url=server.url(f"/news/{number}")) for number in (1, 2, 3, 4)]
        server.answer("/rss.xml", rss(*items).replace("<slash:comments>0</slash:comments>", ""))
        server.answer("/forum", FORUM.encode("windows-1251"), content_type="text/html")
        yield server


def test_preview_article_pages_and_discussion_are_shown(portal: FeedServer, empty: Installation) -> None:
    """A feed without counters, its articles' pages and a discussion list make an issue that shows all three."""
    empty.configure(sources=[FEED.format(url=portal.url("/rss.xml")), LIST.format(url=portal.url("/forum"))])
    answer = empty.run("preview", "--date", DAY, "--json", "--bare", now=SLOT).fine().json
    assert [one["url"] for one in answer["articles"]][:2] == [portal.url("/news/2"), portal.url("/news/3")]
    assert len(answer["articles"]) == 4
    assert answer["most_discussed"] == [
        {"url": portal.url("/forum/2"), "title": "Without carrot and stick", "comments": 1200},
        {"url": portal.url("/forum/1"), "title": "Подушка безопасности порта", "comments": 108},
        {"url": portal.url("/forum/5"), "title": "Tram to the lighthouse", "comments": 57},
    ]
    feed, forum = answer["sources"]
    assert feed["notes"] == [
        f"1 of 4 article pages could not be read, such as {portal.url('/news/4')}: the server answered 404 Not Found"
    ]
    assert forum["notes"] == []
    issue = (empty.folder / "preview.html").read_text()
    for words in ("1,841 views", "1,800 views", "7 comments", "Most discussed", "1,200"):
        assert words in issue.replace("\u00a0", " ")


def test_edit_drop_keeps_threads_out_of_most_discussed(portal: FeedServer, empty: Installation) -> None:
    """The thread itself, and the one about a dropped or retracted article, which has a title and no address of it."""
    titles = (
        "Comment on “The news number 1 of the harbour”",
        "The news number 3 of the harbour",
        "Tram",
        "A",
        "B",
        "C",
    )
    rows = (
        f'<li>01.06 2{number % 4}:05 • <b>{9 - number}</b> • <a href="/forum/{number}">{title}</a></li>'
        for number, title in enumerate(titles)
    )
    forum = f'<html><body><ul class="discussion">{"".join(rows)}</ul></body></html>'
    portal.answer("/forum", forum.encode(), content_type="text/html")
    empty.configure(sources=[FEED.format(url=portal.url("/rss.xml")), LIST.format(url=portal.url("/forum"))])
    empty.run("collect", now=SLOT).fine()
    ran = empty.run("edit", "--drop", portal.url("/news/1"), "--drop", portal.url("/forum/2"), "--date", DAY, now=SLOT)
    assert "no source has listed" not in ran.fine().err
    empty.run("retract", portal.url("/news/3"), now=SLOT).fine()
    answer = empty.run("preview", "--date", DAY, "--json", "--bare", now=SLOT).fine().json
    assert [row["title"] for row in answer["most_discussed"]] == ["A", "B", "C"]


def test_rank_json_has_the_counters_of_each_page(portal: FeedServer, empty: Installation) -> None:
    """Unknown ones are null."""
    empty.configure(sources=[FEED.format(url=portal.url("/rss.xml"))])
    rows = empty.run("rank", "--date", DAY, "--json", now=SLOT).fine().json
    counters = {row["url"].rpartition("/")[2]: (row["views"], row["comments"]) for row in rows}
    assert counters == {"1": (312, 7), "2": (1841, 7), "3": (1800, 7), "4": (None, None)}


def test_collect_again_fetches_all_pages_of_the_window(portal: FeedServer, empty: Installation) -> None:
    """Each `digest collect` is a new process without memory."""
    empty.configure(sources=[FEED.format(url=portal.url("/rss.xml"))])
    for _ in range(2):
        empty.run("collect", now=SLOT).fine()
    assert sorted(request.path for request in portal.requests).count("/news/1") == 2


def test_collect_invalid_selector_makes_no_request(portal: FeedServer, empty: Installation) -> None:
    """Exit code 2, and one line."""
    empty.configure(sources=[FEED.format(url=portal.url("/rss.xml")).replace(".counters .views", ".counters >")])
    empty.run("collect").failed(2, 'sources.main.page: views = ".counters >": expected a CSS selector')
    assert portal.requests == []

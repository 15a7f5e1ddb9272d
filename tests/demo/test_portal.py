"""The newspaper of the demo over HTTP."""

import re
from datetime import timedelta

from digest.demo.front import CONSOLE
from digest.demo.stage import Demo
from tests.demo.conftest import START, post
from tests.support.web import Client


def test_front_page_shows_stories_in_the_language_of_the_browser(stranger: Client) -> None:
    """With their pictures."""
    english, russian = (stranger.request("GET", "/", accept_language=language) for language in ("en", "ru"))
    assert "Ice-breaker Bear Cape" in english.text
    assert "Harbour Gazette" in english.text
    assert "Вестник гавани" in russian.text
    assert "Ice-breaker Bear Cape" not in russian.text
    assert stranger.request("GET", "/images/lighthouse.jpg").headers["content-type"] == "image/jpeg"
    assert stranger.request("GET", "/images/..%2Fportal.json").status == 404


def test_pages_have_one_rule_below_the_masthead(stranger: Client) -> None:
    """That of the readers' pages above their content would make it twice as thick; the footer is as wide."""
    rules = stranger.request("GET", "/portal.css").text
    assert ".masthead { border-bottom: 5px solid" in rules
    assert re.search(r"^main\.whole \{ border: 0;", rules, re.MULTILINE)
    assert re.search(r"^\.masthead, footer\.bar \{ max-width: 1000px;", rules, re.MULTILINE)


def test_api_later_has_more_stories_and_views(demo: Demo, stranger: Client) -> None:
    """As Digest reads it."""
    before = {one["url"]: one for one in stranger.request("GET", "/api/stories.json").json}
    demo.clock.skip_to(START + timedelta(hours=8))
    after = {one["url"]: one for one in stranger.request("GET", "/api/stories.json").json}
    assert set(after) - set(before)
    grown = [url for url in before if url in after and (before[url]["views"] or 0) < (after[url]["views"] or 0)]
    assert len(grown) > 10


def test_api_since_what_is_no_moment_is_refused(stranger: Client) -> None:
    """Also since a moment without an offset: in one sentence, and not as an error of the server."""
    for since in ("yesterday", "2026-11-26", "2026-11-26T07:00:00"):
        refused = stranger.request("GET", f"/api/stories.json?since={since}")
        assert (refused.status, refused.text) == (400, "since is not a moment such as 2026-11-26T07:00:00+03:00")
    assert stranger.request("GET", "/api/stories.json?since=").status == 200


def test_story_that_an_issue_links_to_has_a_page(demo: Demo, stranger: Client) -> None:
    """A thread too; anything else is not found."""
    for name in ("stories", "threads"):
        first, *_others = stranger.request("GET", f"/api/{name}.json").json
        page = stranger.request("GET", first["url"].removeprefix(demo.origin))
        assert page.heading == first["title"].replace("&", "&amp;")
    assert stranger.request("GET", "/2026-11-26/news/unknown").status == 404


def test_next_issue_in_the_console_shows_pictures_of_the_demo(demo: Demo, visitor: Client) -> None:
    """They come from the console's own origin, which the policy of its pages permits."""
    post(visitor, visitor.request("GET", f"{CONSOLE}/sources"), "/sources/ask", "source=portal")
    page = visitor.request("GET", f"{CONSOLE}/next").text
    pictures = re.findall(r'<img src="([^"]+)" alt="" width="72"', page)
    assert len(pictures) >= 3
    assert all(one.startswith(f"{demo.origin}/images/") for one in pictures)
    assert visitor.request("GET", pictures[0].removeprefix(demo.origin)).status == 200

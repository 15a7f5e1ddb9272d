"""The same page for every way in which its path is written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import tokens
from digest.web.paths import Paths
from tests.support.installation import DAY, Installation
from tests.support.web import BASE, FORM, Web, served

PAGES = ("/", "/subscribe", "/link", "/archive", "/archive/latest", "/archive/feed.atom", "/archive/feed.json")
OTHERS = ("/healthz", "/readyz", "/robots.txt")
WITH_NAMES = (f"/archive/daily/{DAY}", f"/archive/daily/{DAY}.css")
DECLARED = Paths(("/", "/subscribe", "/archive/latest", "/archive/{edition}/{slot}", "/leave/{token}"))


def ways(path: str) -> list[str]:
    """Ways in which people, programs and printed codes write a path."""
    first, _, rest = path[1:].partition("/")
    capital = f"/{first.upper()}/{rest}" if rest else path.upper()
    return [
        f"{path}/",
        f"{path}//",
        f"/{path}",
        path.replace("/", "//"),
        capital,
        capital.title() if not rest else path,
    ]


@pytest.mark.parametrize("path", [*PAGES, *WITH_NAMES, *OTHERS])
def test_public_page_is_the_same_however_its_path_is_written(web: Web, path: str) -> None:
    """With a slash at its end, doubled slashes, in capital letters; HEAD has the headers of GET and no body."""
    page = web.get(path)
    assert page.status in {200, 302}
    for one in ways(path):
        other = web.get(one)
        assert (other.status, other.headers.get("location")) == (page.status, page.headers.get("location")), one
        if path in {"/archive", *WITH_NAMES, "/archive/feed.atom", "/healthz"}:  # the others have a token or numbers
            assert other.body == page.body, one
        head = web.request("HEAD", one)
        assert (head.status, head.body) == (page.status, b""), one
        assert head.headers.get("content-type") == page.headers.get("content-type")


def test_request_for_a_whole_url_is_answered_as_one_for_its_path(web: Web) -> None:
    """As servers have to (RFC 9112, 3.2.2)."""
    for start in ("http://news.gazette.example", "HTTPS://127.0.0.1:8080"):
        for path in ("/archive", f"/archive/daily/{DAY}?x=1", "/%61rchive"):
            assert web.get(start + path).body == web.get(path).body
        assert (web.get(start).status, web.get(f"{start}/").status, web.get(f"{start}/x").status) == (200, 200, 404)


def test_metrics_answer_at_their_own_path_alone(tmp_path: Path) -> None:
    """A proxy keeps the paths of the documentation private, and would pass on each other spelling of them."""
    site = Installation(tmp_path).configure(web=f'base_url = "{BASE}/news"')
    with served(site) as web:
        for path in ("/metrics", "/news/metrics", "/metrics?x=1"):
            assert web.get(path).status == 200, path
        whole = f"{BASE}/metrics"
        for path in (*ways("/metrics"), whole, "/%6detrics", "/NEWS/metrics", "/news//metrics", "/news/metrics/"):
            assert web.get(path).status == 404, path


def test_issue_is_found_by_the_capitals_of_its_own_name_alone(web: Web) -> None:
    """Editions may differ in case only, and so may tokens."""
    assert web.get(f"/archive/Daily/{DAY}").status == 404
    token = web.token(1, tokens.PREFERENCES)
    assert "anna@" not in web.get(f"/preferences/{token.swapcase()}").text


def test_personal_page_is_the_same_however_its_path_is_written(web: Web) -> None:
    """The link of a message, opened and posted: one-click never gets a redirect (RFC 8058)."""
    token = web.token(1)
    for path in (f"/leave/{token}/", f"//leave//{token}//", f"/LEAVE/{token}", f"/U/{token}/"):
        assert web.get(path).heading == web.get(f"/leave/{token}").heading
        assert web.request("HEAD", path).status == 200
    answer = web.request("POST", f"/Leave//{token}/", "List-Unsubscribe=One-Click", Content_Type=FORM)
    assert answer.status == 200
    assert "anna@readers.example" in web.site.run("subscribers", "list", "--status", "unsubscribed").fine().out


def test_path_that_names_a_host_is_no_redirect(web: Web) -> None:
    """A browser takes `//host/…` of a redirect for another site."""
    for path in ("//evil.example/archive/", "//evil.example", "/\\evil.example/", "/.//archive"):
        answer = web.get(path)
        assert (answer.status, answer.headers.get("location")) == (404, None), path


def test_prefix_of_base_url_counts_in_any_case(tmp_path: Path) -> None:
    """A printed code has all of the address in capital letters."""
    site = Installation(tmp_path).configure(web=f'base_url = "{BASE}/news/Mail"')
    with served(site) as web:
        for path in ("/NEWS/MAIL/ARCHIVE", "/news/Mail//archive/", "/news/mail/archive"):
            assert web.get(path).body == web.get("/archive").body
        assert web.get("/news/mail/").status == 200


@given(st.text("/aAlLiveE%. ", max_size=12))
def test_meant_by_is_the_same_for_what_it_gives(tail: str) -> None:
    """A path that a page has already stays as it is."""
    meant = DECLARED.meant_by(f"/{tail}")
    assert DECLARED.meant_by(meant) == meant


@pytest.mark.parametrize("path", ["/api/v1/subscribers/a//B@x.example/", "/admin/", "/Nothing//"])
def test_meant_by_leaves_all_but_public_pages_alone(path: str) -> None:
    """An address in a path of the API may have any letters and slashes."""
    assert DECLARED.meant_by(path) == path

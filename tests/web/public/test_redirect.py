"""`/r/ISSUE/N`: links of messages by number; their target can change, and each click is one more in a counter."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from digest.errors import StoreError
from tests.support.console import BROWSER
from tests.support.installation import DAY, SLOT, Installation, item, rss
from tests.support.smtp_server import Accepted, Log
from tests.support.web import BASE, Web, message_of, send_issue, served, to
from tests.web.conftest import REDIRECTING, configured

LEAD = "https://gazette.example/news/1"
OTHER = "https://gazette.example/news/99"


@pytest.fixture
def parts(sent_with_redirects: tuple[Path, list[Accepted]]) -> tuple[str, str]:
    """The text and the HTML of a message of the issue that has redirects."""
    text, html = (str(part.get_content()) for part in message_of(sent_with_redirects[1][-1]).iter_parts())
    return text, unescape(html)


def _link(html: str, title: str = "number 1 of") -> str:
    match = re.search(rf'href="{BASE}(/r/[^"]+)"[^>]*>[^<]*{title}', html)
    assert match, html
    return match[1]


def test_message_has_redirects_in_html_alone(redirecting: Installation, parts: tuple[str, str]) -> None:
    """Articles go through us, by number; the text part, the archive and the feeds have direct links."""
    text, html = parts
    assert "https://gazette.example/news/" not in html
    assert f"/r/daily-{DAY}/1" in html
    assert "/r/" not in text
    assert LEAD in text
    with served(redirecting) as web:
        for path in (f"/archive/daily/{DAY}", "/archive/feed.atom", "/archive/feed.json"):
            page = web.get(path).text
            assert "/r/" not in page
            assert all(f"https://gazette.example/news/{number}" in page for number in range(1, 6))


def test_links_of_an_intro_are_redirects_too(tmp_path: Path, mail: tuple[int, Log]) -> None:
    """Numbered after those of the stories; one to a story has the story's number, and the archive has them direct."""
    site = configured(tmp_path, mail[0], editions=REDIRECTING)
    intro = f"See [the map](https://gazette.example/map?a=1&b=2), [it]({LEAD}) or [ask](mailto:desk@gazette.example)."
    site.run("edit", "--date", DAY, "--intro", intro, now=SLOT - timedelta(hours=1)).fine()
    send_issue(site, "vera@readers.example")
    text, html = (str(part.get_content()) for part in message_of(mail[1].accepted[-1]).iter_parts())
    assert "the map (https://gazette.example/map?a=1&b=2)" in text
    assert "mailto:desk@gazette.example" in html
    assert _link(html, "it").endswith("/1")
    with served(site) as web:
        assert web.get(_link(html, "the map")).headers["location"] == "https://gazette.example/map?a=1&b=2"
        assert 'href="https://gazette.example/map?a=1&amp;b=2"' in web.get(f"/archive/daily/{DAY}").text


def test_redirect_leads_to_the_article_and_is_counted(redirecting: Installation, parts: tuple[str, str]) -> None:
    """HEAD is a program's, POST is refused; one row of counters, and nothing about the reader."""
    path = _link(parts[1])
    with served(redirecting) as web:
        before = web.dump()
        assert web.post(path).status == 405
        assert web.dump() == before
        assert web.request("HEAD", path, User_Agent=BROWSER).headers["location"] == LEAD
        answer = web.get(path, Referer="https://mail.example/inbox", User_Agent=BROWSER)
        assert (answer.status, answer.headers["location"]) == (302, LEAD)
        assert answer.headers["cache-control"] == "no-store"
        web.get(path, User_Agent=BROWSER)
        changed = {name for name, rows in web.dump().items() if rows != before[name]}
        assert changed == {"issue_link"}
        assert [row[-2:] for row in web.dump()["issue_link"]] == [(2, 1), *[(0, 0)] * 4]
    assert redirecting.run("editions", "--json").fine().json[0]["clicks"] == 2


@pytest.mark.parametrize(
    "path",
    [
        f"/r/daily-{DAY}/99",
        f"/r/daily-{DAY}/0",
        f"/r/daily-{DAY}/-1",
        f"/r/daily-{DAY}/1x",
        f"/r/daily-{DAY}/%D9%A1",
        f"/r/daily-{DAY}/9999999999999999999999",
        "/r/daily-2025-13-45/1",
        "/r/other-2025-06-02/1",
        "/r/%01-2025-06-02/1",
        "/r/https:%2f%2fevil.example/1",
        "/r//evil.example",
        "/r/javascript:alert(1)/1",
        f"/r/daily-{DAY}/javascript:alert(1)",
        f"/r/daily-{DAY}/1;https:%2f%2fevil.example",
        f"/r/daily-{DAY}//evil.example",
        f"/r/daily-{DAY}.2/1",
        f"/r/daily-{DAY}/https:%2f%2fevil.example",
    ],
)
def test_redirect_of_anything_else_is_404(redirecting: Installation, path: str) -> None:
    """Unknown numbers and issues, and addresses: no link leads where somebody else wants."""
    with served(redirecting) as web:
        answer = web.get(f"{path}?u=https://evil.example&url=//evil.example")
        assert answer.status == 404
        assert "location" not in answer.headers


def test_redirect_ignores_parameters(redirecting: Installation, parts: tuple[str, str]) -> None:
    """An address in the query changes nothing."""
    with served(redirecting) as web:
        answer = web.get(f"{_link(parts[1])}?u=https://evil.example&next=javascript:alert(1)")
        assert answer.headers["location"] == LEAD


def test_retracted_link_says_so_or_leads_to_the_replacement(redirecting: Installation, parts: tuple[str, str]) -> None:
    """Without a replacement a page; with one, there; in the archive the article is gone either way."""
    path = _link(parts[1])
    with served(redirecting) as web:
        redirecting.run("retract", LEAD, now=SLOT).fine()
        page = web.get(path)
        assert (page.status, page.heading) == (410, "This article was retracted")
        assert "Материал снят с публикации" in web.get(f"{path}?lang=ru").text
        assert LEAD not in web.get(f"/archive/daily/{DAY}").text
        assert "https://gazette.example/news/2" in web.get(f"/archive/daily/{DAY}").text
        ran = redirecting.run("retract", LEAD, "--replace", OTHER, "--json", now=SLOT).fine()
        assert ran.json["replacement"] == OTHER
        assert web.get(path).headers["location"] == OTHER
        assert LEAD not in web.get(f"/archive/daily/{DAY}").text
        assert redirecting.run("retract", "--list", "--json").json[0]["replacement"] == OTHER
        redirecting.run("retract", LEAD, "--undo", now=SLOT).fine()
        assert web.get(path).headers["location"] == LEAD


def test_replacement_that_is_retracted_too_is_followed_without_a_loop(
    redirecting: Installation, parts: tuple[str, str]
) -> None:
    """Its own replacement counts; two articles that replace each other lead to the page that says so."""
    second = "https://gazette.example/news/2"
    with served(redirecting) as web:
        redirecting.run("retract", LEAD, "--replace", second, now=SLOT).fine()
        redirecting.run("retract", second, "--replace", OTHER, now=SLOT).fine()
        assert web.get(_link(parts[1])).headers["location"] == OTHER
        redirecting.run("retract", second, "--replace", LEAD, now=SLOT).fine()
        assert web.get(_link(parts[1])).status == 410


def test_redirect_works_where_clicks_cannot_be_stored(
    redirecting: Installation, parts: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader gets to the article."""

    def away(*_link: object, **_clicks: int) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr("digest.store.issues.issue_links.IssueLinks.count", away)
    with served(redirecting) as web:
        assert web.get(_link(parts[1])).headers["location"] == LEAD


def test_preview_and_test_message_have_direct_links(redirecting: Installation, mail: tuple[int, Log]) -> None:
    """Nothing of them is stored, so that redirects would lead nowhere."""
    redirecting.run("preview", "--date", DAY, "--bare", "-o", "out.html", now=SLOT).fine()
    assert "/r/" not in (redirecting.folder / "out.html").read_text()
    redirecting.run("send", "--to", "editor@gazette.example", "--date", DAY, now=SLOT).fine()
    assert not any("/r/" in urlsplit(url).path for url in re.findall(r"https://\S+", _html_of_last(mail[1])))


def _html_of_last(log: Log) -> str:
    return "".join(str(part.get_content()) for part in message_of(log.accepted[-1]).iter_parts())


def test_reader_of_a_topic_gets_the_numbers_of_the_whole_issue(tmp_path: Path, mail: tuple[int, Log]) -> None:
    """A link of the fourth article is number 4 for everybody, and leads to it."""
    site = configured(tmp_path, mail[0], editions=REDIRECTING)
    sections = {number: "Sport" if number == 4 else "City" for number in range(1, 5)}
    items = (item(n, comments=100 - n, more=f"<category>{name}</category>") for n, name in sections.items())
    site.write("feed.xml", rss(*items))
    site.write("readers.csv", "email,sections\nvera@readers.example,\nboris@readers.example,Sport")
    site.run("subscribers", "import", "readers.csv", "--all-editions").fine()
    site.run("send", "--yes", "--date", DAY, now=SLOT).fine()
    whole, of_topic = (to(mail[1], f"{name}@readers.example")[-1] for name in ("vera", "boris"))
    links = [_links(message) for message in (whole, of_topic)]
    assert {number for number, _title in links[1]} < {number for number, _title in links[0]}
    assert set(links[1]) < set(links[0])
    (number,) = {number for number, _title in links[1]}
    with served(site) as web:
        answer = web.get(f"/r/daily-{DAY}/{number}")
        assert answer.headers["location"] == "https://gazette.example/news/4"


def _links(message: Accepted) -> list[tuple[str, str]]:
    """The number and the title of each story's link."""
    html = str(list(message_of(message).iter_parts())[1].get_content())
    return re.findall(r'href="[^"]*/r/[^"/]+/(\d+)"[^>]*>([^<]+)</a></h', html)


def test_redirects_without_base_url_are_refused(web: Web) -> None:
    """The configuration names what is missing."""
    web.site.configure(editions=REDIRECTING)
    web.site.run("preview").failed(2, 'links = "redirect"', "base_url")


def test_retract_replace_wrong_usage_is_explained(web: Web) -> None:
    """Not with --undo, not with itself, and a note where no message has redirects."""
    site = web.site
    site.run("retract", LEAD, "--replace", OTHER, "--undo").failed(2, "--replace belongs to a retraction")
    site.run("retract", LEAD, "--replace", f"{LEAD}?utm_source=x").failed(
        2, "--replace names the retracted article itself; name another one"
    )
    site.run("retract", LEAD, "--replace", "javascript:alert(1)").failed(2, "expected an article's address")
    assert "no message has redirects" in site.run("retract", LEAD, "--replace", OTHER).fine().err


@pytest.mark.parametrize("agent", ["", "curl/8.5", "Mozilla/5.0 (compatible; Googlebot/2.1)"])
def test_click_of_a_program_is_counted_apart(redirecting: Installation, parts: tuple[str, str], agent: str) -> None:
    """By what it calls itself; it gets to the article."""
    with served(redirecting) as web:
        assert web.get(_link(parts[1]), User_Agent=agent).headers["location"] == LEAD
        assert web.dump()["issue_link"][0][-2:] == (0, 1)


def test_many_links_within_seconds_are_those_of_a_program(redirecting: Installation) -> None:
    """The fifth link shows it: the four before were not a person's either. Later, and elsewhere, people are counted."""
    with served(redirecting) as web:
        for number in range(1, 5):
            web.get(f"/r/daily-{DAY}/{number}", User_Agent=BROWSER)
        assert [row[-2:] for row in web.dump()["issue_link"]] == [*[(1, 0)] * 4, (0, 0)]
        web.get(f"/r/daily-{DAY}/5", User_Agent=BROWSER)
        web.get(f"/r/daily-{DAY}/1", User_Agent=BROWSER)
        web.get(f"/r/daily-{DAY}/1", User_Agent=f"{BROWSER} Edg/140")
        assert [row[-2:] for row in web.dump()["issue_link"]] == [(1, 2), *[(0, 1)] * 4]
        web.clock.moment += timedelta(seconds=11)
        web.get(f"/r/daily-{DAY}/2", User_Agent=BROWSER)
        assert web.dump()["issue_link"][1][-2:] == (1, 1)

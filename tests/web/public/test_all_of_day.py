"""All of today: the link below a section in the mail, and the page with every article of the day."""

from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from digest.store.tables.public_schema import day_article
from tests.support.installation import DAY, SLOT, Installation, item, rss
from tests.support.smtp_server import Log
from tests.support.web import BASE, Web, message_of, served
from tests.web.conftest import configured

ISSUE = f"/archive/daily/{DAY}"


@pytest.fixture
def full(tmp_path: Path, mail: tuple[int, Log]) -> Installation:
    """An issue with four of twelve articles in two sections, sent."""
    site = configured(tmp_path, mail[0], editions=('name = "daily"\ntop = 4\nper_section = 2\nmost_discussed = 0',))
    sections = ("City & port", "Sport")
    site.write(
        "feed.xml",
        rss(
            *(
                item(n, comments=100 - n, more=f"<category>{sections[n % 2].replace('&', '&amp;')}</category>")
                for n in range(1, 13)
            )
        ),
    )
    site.subscribe("anna@readers.example")
    site.run("send", "--yes", "--date", DAY, now=SLOT).fine()
    return site


def test_mail_links_all_of_today_below_each_section(full: Installation, mail: tuple[int, Log]) -> None:
    """In both parts, with the number; the page lists that section's articles, also those in the issue."""
    message = message_of(mail[1].accepted[-1])
    text, html = (str(part.get_content()) for part in message.iter_parts())
    wanted = f"{BASE}{ISSUE}?all=City+%26+port"
    assert wanted in html
    assert wanted in text
    assert "All 6 of today" in html.replace("\xa0", " ")
    assert "All 6 of today" in text.replace("\xa0", " ")
    with served(full) as web:
        page = web.get(urlsplit(wanted).path + "?" + urlsplit(wanted).query)
        assert page.status == 200
        assert page.text.count("<li dir") == 6
        assert "City & port" in unescape(page.text)
        assert "Sport" not in page.text
        assert web.get(f"{ISSUE}?all=").text.count("<li dir") == 12
        assert web.get(f"{ISSUE}?all=Chess").status == 404
        in_russian = web.get(f"{ISSUE}?all=&lang=ru")
        assert in_russian.languages_of("of the harbour") == in_russian.languages_of("Sport") == {"en"}
        assert f'href="{ISSUE}?all="' in web.get(ISSUE).text
        assert wanted in web.get(ISSUE).text


@pytest.mark.parametrize("sections", [(None, "Other"), ("OTHER", None)])
def test_page_of_all_articles_has_one_heading_for_those_without_a_section(
    web: Web, sections: tuple[str | None, ...]
) -> None:
    """Also where a section of the portal is called so; a link to this section leads to its own articles."""
    (issue,) = web.app.issues.history("daily", 1)
    article = {"issue_id": issue.id, "url": "https://gazette.example/news/1", "title": "A title"}
    articles = [{**article, "position": place, "section": section} for place, section in enumerate(sections)]
    with web.database.write() as connection:
        connection.execute(day_article.insert(), articles)
    page = web.get(f"{ISSUE}?all=")
    assert (page.text.count("<h2>"), page.text.count("<li dir")) == (1, 2)
    assert web.get(f"{ISSUE}?all=Other").text.count("<li dir") == 1


@pytest.mark.parametrize(
    ("window", "heading"), [("48h", "All articles of the day"), ("49h", "All articles"), ("7d", "All articles")]
)
def test_page_of_all_articles_names_the_day_of_a_daily_issue_alone(
    tmp_path: Path, mail: tuple[int, Log], window: str, heading: str
) -> None:
    """Its heading, its title and the link to it, which an issue of more than two days has without a day."""
    edition = f'name = "daily"\ntop = 4\nmost_discussed = 0\nwindow = "{window}"'
    site = configured(tmp_path, mail[0], editions=(edition,))
    site.write("feed.xml", rss(*(item(n, comments=100 - n) for n in range(1, 13))))
    site.subscribe("anna@readers.example")
    site.run("send", "--yes", "--date", DAY, now=SLOT).fine()
    with served(site) as web:
        page = web.get(f"{ISSUE}?all=")
        assert page.heading == heading
        assert f"<title>{heading} · " in page.text
        assert f">{heading} →</a>" in web.get(ISSUE).text


def test_retracted_article_is_not_among_all_of_today(full: Installation) -> None:
    """Also one that the issue did not choose."""
    with served(full) as web:
        assert "https://gazette.example/news/12" in web.get(f"{ISSUE}?all=").text
        full.run("retract", "https://gazette.example/news/12").fine()
        assert "https://gazette.example/news/12" not in web.get(f"{ISSUE}?all=").text


def test_issue_with_every_article_has_no_such_link(web: Web) -> None:
    """Nothing more to show: neither a link nor a page of its own."""
    assert "all=" not in web.get(ISSUE).text
    assert "news number 1 of the harbour" in web.get(f"{ISSUE}?all=").text

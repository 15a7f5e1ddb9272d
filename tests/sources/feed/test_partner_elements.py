"""Feeds for Yandex and other partners keep texts, titles and pictures in elements of their own."""

import pytest

from digest.sources.feed.parse import parse_feed
from tests.sources.feed.test_fast_reader import read_fast, read_slowly
from tests.sources.feed.test_source import item, rss

BASE = "https://gazette.example/rss"
TURBO = (
    "<turbo:content><![CDATA[<header><h1>Порт <b>открыт</b></h1><h2>Подзаголовок</h2>"
    '<figure><img src="/i/1.jpg"><figcaption>Фото: Анна</figcaption></figure><menu><a href="/">Главная</a></menu>'
    "</header><p>Первый абзац.</p><p>Второй абзац.</p>]]></turbo:content>"
)


@pytest.mark.parametrize("is_broken", [False, True], ids=["fast", "feedparser"])
@pytest.mark.parametrize(
    ("markup", "title", "summary", "image_url"),
    [
        (f"<title>Порт</title>{TURBO}", "Порт", "Первый абзац. Второй абзац.", "https://gazette.example/i/1.jpg"),
        (TURBO, "Порт открыт", "Первый абзац. Второй абзац.", "https://gazette.example/i/1.jpg"),
        (f"<turbo:topic>Тема</turbo:topic>{TURBO}", "Тема", "Первый абзац. Второй абзац.",
         "https://gazette.example/i/1.jpg"),
        (f"<title>Порт</title><description>Кратко</description>{TURBO}", "Порт", "Кратко",
         "https://gazette.example/i/1.jpg"),
        ("<title>Порт</title><yandex:full-text>Полный текст</yandex:full-text>", "Порт", "Полный текст", None),
        ("<title>Порт</title><yandex:full-text type='html'>Полный &lt;b&gt;текст&lt;/b&gt;</yandex:full-text>", "Порт",
         "Полный текст", None),
        ("<title>Порт</title><turbo:content>&lt;header&gt;Без конца</turbo:content>", "Порт", None, None),
    ],
)  # fmt: skip
def test_partner_elements_fill_what_ordinary_ones_lack(
    markup: str, title: str, summary: str | None, image_url: str | None, is_broken: bool
) -> None:
    """Both readers take the title, the paragraphs and the picture."""
    feed = rss(f"<link>https://gazette.example/1</link>{markup}")
    (entry,) = parse_feed((feed[:-6] if is_broken else feed).encode(), base=BASE).entries
    assert (entry.title, entry.summary, entry.image_url) == (title, summary, image_url)


def test_turbo_source_is_the_url_of_an_item_without_link() -> None:
    """The address of the original page; a link goes before it."""
    source = "<turbo:source>https://gazette.example/2</turbo:source>"
    feed = rss(f"<title>A</title>{source}", item(source))
    urls = [entry.url for entry in parse_feed(feed.encode(), base=BASE).entries]
    assert urls == ["https://gazette.example/2", "https://a.example/1"]


def test_partner_elements_are_read_fast_and_the_same() -> None:
    """A feed for Yandex does not need feedparser."""
    feed = rss(item(f"{TURBO}<yandex:full-text>Полный текст</yandex:full-text>"))
    fast = read_fast(feed.encode(), base=BASE)
    assert fast is not None
    assert fast.entries == getattr(read_slowly(feed, BASE), "entries", None)

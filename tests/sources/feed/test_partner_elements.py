"""Feeds for Yandex and other partners keep texts, titles and pictures in elements of their own."""

import pytest

from tests.sources.feed.test_fast_reader import read_fast, read_slowly
from tests.support.feeds import item, parse_feed, rss

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
        ("<title>Порт</title><full-text>Полный текст</full-text>", "Порт", "Полный текст", None),
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


_PREFIXES = {"yandex": "http://news.yandex.ru", "turbo": "http://turbo.yandex.ru", "rambler": "http://news.rambler.ru"}


def _with_prefixes(feed: str, **prefixes: str) -> str:
    """The feed with other prefixes for these namespaces; "a+b" declares two, of which the second is used."""
    for usual, names in prefixes.items():
        declared = " ".join(f'xmlns:{name}="{_PREFIXES[usual]}"' for name in names.split("+"))
        feed = feed.replace("<rss ", f"<rss {declared} ", 1).replace(f"{usual}:", f"{names.split('+')[-1]}:")
    return feed


@pytest.mark.parametrize("is_broken", [False, True], ids=["fast", "feedparser"])
@pytest.mark.parametrize("prefixes", [{"yandex": "ya", "turbo": "t"}, {"yandex": "ya+news", "turbo": "turbo+t"}])
def test_partner_elements_other_prefix_is_the_same_namespace(prefixes: dict[str, str], *, is_broken: bool) -> None:
    """The URI names an element, whatever its prefix; other elements of the namespace stay well-formed."""
    markup = "<yandex:genre>message</yandex:genre><yandex:full-text>Полный текст</yandex:full-text>"
    items = f"<item><title>A</title>{markup}</item><item>{TURBO}</item><item><title>C</title></item>"
    plain = f'<rss version="2.0"><channel>{items}</channel></rss>'
    feed = _with_prefixes(plain, **prefixes)
    first, second, third = parse_feed((feed[:-6] if is_broken else feed).encode(), base=BASE).entries
    assert (first.title, first.summary) == ("A", "Полный текст")
    assert (second.title, second.summary) == ("Порт открыт", "Первый абзац. Второй абзац.")
    assert (third.title, third.summary) == ("C", None)


@pytest.mark.parametrize("is_broken", [False, True], ids=["well-formed", "broken"])
@pytest.mark.parametrize(
    ("markup", "title", "summary", "image_url"),
    [
        ("<yandex:full-text><p>Полный <b>текст</b> &amp; ещё</p></yandex:full-text>", "Порт", "Полный текст & ещё",
         None),
        ("<yandex:full-text><p>Строка<br>ещё</yandex:full-text>", "Порт", "Строка ещё", None),
        ("<yandex:full-text genre='1'>Текст <![CDATA[<b>и</b>]]> ещё</yandex:full-text>", "Порт", "Текст и ещё", None),
        (
            "<turbo:content><h1>Ворота</h1><figure><img src='/i.jpg'/></figure><p>Абзац</p></turbo:content>",
            "Порт", "Абзац", "https://gazette.example/i.jpg",
        ),
        ("<turbo:content turbo='true'/><description>Кратко</description>", "Порт", "Кратко", None),
        ("<yandex:full-text>Без конца<turbo:content><p>Абзац</p></turbo:content>", "Порт", "Абзац", None),
    ],
)  # fmt: skip
def test_partner_elements_unescaped_markup_is_read(
    markup: str, title: str, summary: str | None, image_url: str | None, *, is_broken: bool
) -> None:
    """HTML between the tags is the text, and the next item is not lost."""
    item_before = f"<title>{title}</title><link>https://gazette.example/1</link>{markup}"
    feed = rss(item_before, item())
    first, second = parse_feed((feed[:-6] if is_broken else feed).encode(), base=BASE).entries
    assert (first.title, first.summary, first.image_url) == (title, summary, image_url)
    assert second.title == "Harbour opens"

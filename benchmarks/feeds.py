"""Feeds of a made-up portal, as ordinary ones are: for the benchmarks of understanding and of collecting."""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

_WORDS = "harbour ferry council the of port vote tram and night berth crane гавань порт паром ночь совет причал и на"
_SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
)


def rss(items: int, words: int, now: datetime) -> bytes:
    """RSS 2.0 as WordPress writes it, with the whole text of so many words (0: the summary alone)."""
    chance = random.Random(1)
    body = "".join(_item(chance, number, words, now - timedelta(minutes=30 * number)) for number in range(items))
    head = (
        "<title>Harbour Gazette</title>"
        '<atom:link href="https://gazette.example/feed" rel="self" type="application/rss+xml"/>'
        "<link>https://gazette.example</link><description>News</description>"
        f"<lastBuildDate>{format_datetime(now)}</lastBuildDate><language>en-US</language>"
        "<sy:updatePeriod>hourly</sy:updatePeriod><generator>https://wordpress.org/?v=6.5</generator>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {_SPACES}><channel>{head}{body}</channel></rss>'
    ).encode()


def atom(items: int, words: int, now: datetime) -> bytes:
    """Atom 1.0 with escaped HTML."""
    chance = random.Random(2)
    body = "".join(_entry(chance, number, words, now - timedelta(minutes=30 * number)) for number in range(items))
    head = (
        "<title>Harbour Gazette</title><id>tag:gazette.example,2026:feed</id>"
        '<link rel="self" href="https://gazette.example/atom.xml"/><link href="https://gazette.example/"/>'
        f"<updated>{now.isoformat()}</updated><author><name>Anna Line</name></author>"
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">{head}{body}</feed>'.encode()


KINDS: Mapping[str, Callable[[datetime], bytes]] = {
    "RSS, 40 items with their whole text": lambda now: rss(40, 600, now),
    "RSS, 40 items with a summary": lambda now: rss(40, 0, now),
    "Atom, 25 entries with their whole text": lambda now: atom(25, 300, now),
}


def _said(chance: random.Random, words: int) -> str:
    known = _WORDS.split()
    return " ".join(chance.choice(known) for _ in range(words))


def _text(chance: random.Random, words: int) -> str:
    link = '<a href="https://gazette.example/about">read more</a>'
    return "".join(f"<p>{_said(chance, 60)} {link}</p>\n" for _ in range(words // 60))


def _item(chance: random.Random, number: int, words: int, published: datetime) -> str:
    picture = f'<figure><img src="https://gazette.example/i/{number}.jpg" alt="x"/></figure>'
    content = f"<content:encoded><![CDATA[{picture}{_text(chance, words)}]]></content:encoded>" if words else ""
    link = f"https://gazette.example/2026/11/{number}/"
    return (
        f"<item><title>{_said(chance, 8)} &#8217;{number}</title><link>{link}</link>"
        f"<comments>{link}#comments</comments><dc:creator><![CDATA[Anna Line]]></dc:creator>"
        f"<pubDate>{format_datetime(published)}</pubDate><category><![CDATA[News]]></category>"
        f'<category><![CDATA[City]]></category><guid isPermaLink="false">https://gazette.example/?p={number}</guid>'
        f"<description><![CDATA[<p>{_said(chance, 50)} [&#8230;]</p>]]></description>{content}"
        f"<wfw:commentRss>{link}feed/</wfw:commentRss><slash:comments>{number}</slash:comments></item>"
    )


def _entry(chance: random.Random, number: int, words: int, published: datetime) -> str:
    return (
        f'<entry><title type="html">{_said(chance, 8)} {number}</title>'
        f'<link rel="alternate" type="text/html" href="https://gazette.example/{number}"/>'
        f"<id>tag:gazette.example,2026:{number}</id><published>{published.isoformat()}</published>"
        f'<updated>{published.isoformat()}</updated><author><name>Ben Ray</name></author><category term="city"/>'
        f'<summary type="html">{_said(chance, 40)}</summary>'
        f'<content type="html">{escape(_text(chance, words))}</content></entry>'
    )

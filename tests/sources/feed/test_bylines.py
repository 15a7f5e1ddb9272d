"""Bylines: one or several authors in every format, and the same ones by the fast reader as by feedparser."""

import json
from collections.abc import Callable
from datetime import UTC
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.sources.feed.parse import parse_ordinary, parse_text
from digest.sources.feed.texts import author_name, byline

Format = Callable[..., str]


def rss(*authors: str, channel: str = "") -> str:
    """An RSS 2.0 feed of one item with these authors."""
    written = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in authors)
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"{channel}<item><title>T</title><link>https://a.example/1</link>{written}</item></channel></rss>"
    )


def atom(*authors: str, feed: str = "") -> str:
    """An Atom feed of one entry with these authors."""
    written = "".join(f"<author><name>{escape(name)}</name></author>" for name in authors)
    link = '<link href="https://a.example/1"/>'
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{feed}<entry><title>T</title>{link}{written}</entry></feed>'


def rdf(*authors: str) -> str:
    """An RSS 1.0 feed of one item with these authors."""
    written = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in authors)
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="https://a.example/1"><title>T</title>'
        f"<link>https://a.example/1</link>{written}</item></rdf:RDF>"
    )


def json_feed(*authors: str) -> str:
    """A JSON Feed of one item with these authors."""
    item = {"url": "https://a.example/1", "title": "T", "authors": [{"name": name} for name in authors]}
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]})


def bylines(feed: str) -> set[str | None]:
    """The first item's byline, by the fast reader where it takes the feed, and by the patient one."""
    ways = (
        parse_ordinary(feed.encode(), content_type=None, base=None, zone=UTC),
        parse_text(feed, base=None, zone=UTC),
        parse_text(feed.replace("</rss>", "").replace("</feed>", ""), base=None, zone=UTC),
    )
    return {parsed.entries[0].author for parsed in ways if parsed is not None}


every_format = pytest.mark.parametrize("form", [rss, atom, rdf, json_feed])


@every_format
@pytest.mark.parametrize(
    ("authors", "shown"),
    [
        (["Анна Иванова (Тверь)"], "Анна Иванова (Тверь)"),
        (["(Тверь) Анна"], "(Тверь) Анна"),
        (["(Анна)"], "Анна"),
        (["(Анна) и (Борис)"], "(Анна) и (Борис)"),
        (["anna@a.example (Анна (Тверь))"], "Анна (Тверь)"),
        (["Анна (Тверь) <anna@a.example>"], "Анна (Тверь)"),
        (["Анна (anna@a.example)"], "Анна"),
        (["anna@a.example"], None),
        (["anna@a.example", "Анна"], "Анна"),
        (["https://a.example/authors/anna"], None),
        (["17", "Анна"], "Анна"),
        (["Анна", "Борис"], "Анна, Борис"),
        (["Анна (Тверь)", "Борис (Псков)"], "Анна (Тверь), Борис (Псков)"),
        (["Анна", "Анна"], "Анна"),
        (["", "Борис"], "Борис"),
        (["By Anna Lee"], "Anna Lee"),
        (["Written by: Anna Lee", "by Ben"], "Anna Lee, Ben"),
        (["Автор: Анна Ли", "Текст : Борис"], "Анна Ли, Борис"),
        (["Byrne Hobart", "Author Lee", "Авторитет"], "Byrne Hobart, Author Lee, Авторитет"),
        (["By"], "By"),
        (["admin"], None),
        (["Super User", "Анна"], "Анна"),
        (["noreply@a.example (Unknown)"], None),
        (["Administrator of the Port"], "Administrator of the Port"),
        (["А", "Б", "В"], "А, Б, В"),
        (["А", "Б", "В", "Г"], "А, Б, В, …"),
        ([], None),
    ],
)
def test_bylines_authors_of_an_item_are_complete(form: Format, authors: list[str], shown: str | None) -> None:
    """Brackets that belong to a name are kept, addresses are removed, and up to three authors are named."""
    assert bylines(form(*authors)) == {shown}


@every_format
@pytest.mark.parametrize("domain", ["a.ru", "a.info", "a.example"])
def test_bylines_addresses_of_several_authors_are_removed(form: Format, domain: str) -> None:
    """However they are written, and however long their domains are."""
    authors = [f"anna@{domain} (Анна)", f"Борис <boris@{domain}>", f"Вера (vera@{domain})"]
    assert bylines(form(*authors)) == {"Анна, Борис, Вера"}


def test_bylines_item_without_author_has_those_of_the_feed() -> None:
    """Also several of them."""
    whole = "<author><name>Анна (Тверь)</name></author><author><name>Борис</name></author>"
    assert bylines(atom(feed=whole)) == {"Анна (Тверь), Борис"}
    assert bylines(atom("Вера", feed=whole)) == {"Вера"}
    whole = "<managingEditor>anna@a.example (Анна (Тверь))</managingEditor>"
    assert bylines(rss(channel=whole)) == {"Анна (Тверь)"}


def test_bylines_entry_of_another_feed_has_its_authors() -> None:
    """RFC 4287, 4.2.1: a planet's entries are by the authors of the blogs."""
    feed = atom(feed="<author><name>Планета</name></author>")
    source = "<source><title>Blog</title><author><name>Анна</name><email>a@a.example</email></author></source>"
    assert bylines(feed.replace("<entry>", f"<entry>{source}")) == {"Анна"}


@given(st.lists(st.text(st.sampled_from("АБ (),@<.ru"), max_size=20), max_size=3))
@example(["Анна (Тверь)"])
def test_bylines_any_author_has_matching_brackets(authors: list[str]) -> None:
    """Each bracket that is opened is closed, and a byline is short."""
    shown = byline(tuple(authors)) or ""
    assert shown.count("(") == shown.count(")")
    assert len(shown) <= 120


@given(st.text(st.sampled_from("Аб (),"), max_size=30))
def test_author_name_cleaned_twice_is_the_same(text: str) -> None:
    """Nothing more is removed the second time."""
    name = author_name(text)
    assert name is None or author_name(name) == name

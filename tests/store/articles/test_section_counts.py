"""The sections that readers choose from, on both databases."""

from datetime import timedelta
from unittest import mock

from digest.store.articles import section_counts
from digest.store.articles.articles import Articles
from digest.store.articles.section_counts import SectionCounts
from digest.store.engine.database import Database
from tests.support.store import NOW, seen, visit

_DAY = timedelta(days=1)


def test_recent_sections_have_their_articles_of_the_week(database: Database) -> None:
    """In their order; undated articles count from their visit, two sources of one article count once."""
    aged = {1: ("Sport", 1), 2: ("Sport", 6), 3: ("Sport", 8), 4: ("city", 29), 5: ("Chess", 31)}
    dated = [seen(number, section=name, published_at=NOW - days * _DAY) for number, (name, days) in aged.items()]
    Articles(database).record(visit(*dated, seen(6, section="Port", published_at=None), seen(7)))
    Articles(database).record(visit(seen(1, source="other", section="Sport"), source="other"))
    found = SectionCounts(database).recent(NOW)
    assert [(name, one.last_week) for name, one in found.items()] == [("city", 0), ("Port", 1), ("Sport", 2)]


def test_recent_sections_have_the_languages_of_their_articles(database: Database) -> None:
    """As the source says, or by the title; of a section with both, both."""
    said = {1: ("IT", "ru"), 2: ("IT", "en"), 3: ("Sport", "en"), 4: ("Kunst", "de")}
    articles = [seen(number, section=name, language=language) for number, (name, language) in said.items()]
    unnamed = {5: ("Порт", "Новости порта"), 6: ("Zoo", "42"), 7: ("City", "A street"), 8: ("City", "Улица")}
    articles += [seen(number, section=name, title=title) for number, (name, title) in unnamed.items()]
    Articles(database).record(visit(*articles))
    found = SectionCounts(database).recent(NOW, ["en", "ru"])
    languages = {name: set(one.languages) for name, one in found.items()}
    both = {"en", "ru"}
    assert languages == {"City": both, "IT": both, "Kunst": set(), "Sport": {"en"}, "Zoo": set(), "Порт": {"ru"}}


def test_recent_sections_are_the_largest(database: Database) -> None:
    """A source may give thousands of tags."""
    sections = ("Art", "Sport", "Sport", "Zoo", "Zoo")
    Articles(database).record(visit(*(seen(number, section=name) for number, name in enumerate(sections))))
    with mock.patch.object(section_counts, "MOST", 2):
        assert list(SectionCounts(database).recent(NOW)) == ["Sport", "Zoo"]

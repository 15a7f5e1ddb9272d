"""Articles that a source lists under their guid at another address."""

from collections.abc import ItemsView, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from digest.model.articles import Collected, Counters, Role, Sighting, SourceReport, Visit, Window
from digest.model.issues import Audience, Content, Coverage, Rendered, Slot
from digest.model.overrides import Override, OverrideKind
from digest.model.web import DayArticle, Retraction
from digest.store.articles.articles import Articles
from digest.store.articles.day_articles import DayArticles
from digest.store.articles.key_history import KeyHistory
from digest.store.articles.moved_articles import follow_moves
from digest.store.articles.retracted_keys import RetractedKeys
from digest.store.articles.retractions import Retractions
from digest.store.articles.source_rows import SourceRows
from digest.store.engine.database import Database
from digest.store.issues.issue_links import IssueLinks
from digest.store.issues.issues import Issues
from digest.store.issues.overrides import Overrides
from digest.store.ledger.deliveries import Deliveries
from digest.store.tables.public_schema import issue_link
from digest.store.tables.schema import article
from tests.support.store import NOW, RENDERED, SLOT, frozen, minutes, opened, seen, sending, visit

OLD, NEW = "gazette.example/1", "gazette.example/2"
LATER = NOW + minutes(15)
WINDOW = Window(start=NOW - minutes(600), end=NOW + minutes(600))
NEXT = Slot(day=SLOT.day.replace(day=2))


def listed(number: int, *, guid: str | None = "urn:1", later: bool = False, **fields: object) -> Sighting:
    """The article at an address of that number, with a guid and its texts."""
    defaults: dict[str, object] = {"title": "Harbour opens", "summary": "Ships sail again."}
    at = LATER if later else NOW
    return replace(seen(number, at=at), **(defaults | {"guid": guid} | fields))  # type: ignore[arg-type]


def moved(articles: Articles, before: Sighting, *after: Sighting) -> list[str]:
    """The keys of the articles after two visits of a source."""
    articles.record(visit(before))
    articles.record(visit(*after, at=LATER))
    return [one.key for one in articles.records(WINDOW)]


def test_record_article_at_a_new_address_stays_one_article(articles: Articles) -> None:
    """It keeps its readings and the moment when it was first seen, and is not counted as new."""
    articles.record(visit(listed(1, counters=Counters(views=1841))))
    assert articles.record(visit(listed(2, later=True, counters=Counters(views=1900)), at=LATER)) == 0
    (found,) = articles.records(WINDOW)
    assert (found.key, found.first_seen_at, found.sightings[0].url) == (NEW, NOW, f"https://{NEW}")
    assert [one.counters.views for one in found.readings] == [1841, 1900]


@pytest.mark.parametrize(
    ("guid", "changes"),
    [
        ("urn:1", {"title": "Harbor opens", "summary": "All ships."}),  # the same moment
        ("port", {"published_at": NOW - minutes(5), "url": "https://gazette.example/port/1"}),  # only the section moved
        ("https://gazette.example/?p=123", {"published_at": NOW - minutes(5)}),  # a new date, the same texts
        ("123 at https://gazette.example", {"published_at": None}),
        ("550e8400-e29b-41d4-a716-446655440000", {"published_at": NOW - minutes(5)}),
    ],
)
def test_record_moved_article_with_another_date_or_text_stays_one_article(
    articles: Articles, guid: str, changes: dict[str, object]
) -> None:
    """Its moment or its texts prove that the guid names the same article; the first date counts."""
    after = listed(2, guid=guid, later=True, **changes)
    assert moved(articles, listed(1, guid=guid), after) == [after.url.removeprefix("https://")]


@pytest.mark.parametrize("guid", ["urn:1", None])
def test_record_article_whose_key_an_older_version_made_stays_one_article(database: Database, guid: str | None) -> None:
    """A newer version takes its address for that of another spelling; the issue after an update has it once."""
    articles = Articles(database)
    articles.record(visit(listed(1, guid=guid)))
    with database.write() as connection:
        connection.execute(article.update().values(key="gazette.example/./1"))
    assert articles.record(visit(listed(1, guid=guid, later=True), at=LATER)) == 0
    assert [one.key for one in articles.records(WINDOW)] == [OLD]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"title": "Another", "published_at": NOW - minutes(5)}),  # a recycled guid
        ({"published_at": None}, {"title": "Another", "published_at": None}),
        ({"guid": "weather"}, {"guid": "weather", "published_at": NOW - minutes(5)}),  # a daily column
        ({"guid": "item-1003"}, {"guid": "item-1003", "published_at": None}),
        ({"summary": None}, {"summary": None, "published_at": NOW - minutes(5)}),
        ({"day_only": True}, {"day_only": True, "title": "Another"}),
    ],
)
def test_record_guid_that_proves_nothing_leaves_two_articles(
    articles: Articles, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """A guid may be recycled."""
    assert moved(articles, listed(1, **before), listed(2, later=True, **after)) == [OLD, NEW]


@pytest.mark.parametrize(
    ("before", "after"),
    [("https://gazette.example/1", "https://gazette.example/2"), ("urn:1", None), (None, "urn:2"), (None, None)],
)
def test_record_same_title_and_date_at_a_new_address_stays_one_article(
    articles: Articles, before: str | None, after: str | None
) -> None:
    """In many feeds the guid is the address, and pages and databases have none."""
    other = listed(3, later=True, guid=None, title="Another", published_at=NOW)
    assert moved(articles, listed(1, guid=before), listed(2, later=True, guid=after, summary="Edited."), other) == [
        NEW,
        "gazette.example/3",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"title": "Another"}),
        ({}, {"published_at": NOW}),  # a daily column
        ({"published_at": None}, {"published_at": None}),
        ({"day_only": True}, {}),
        ({}, {"day_only": True}),
    ],
)
def test_record_same_title_or_date_alone_at_a_new_address_leaves_two_articles(
    articles: Articles, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Columns have one title for ever, and the hour of some dates is not known."""
    known = listed(1, guid=None, **before)
    assert moved(articles, known, listed(2, later=True, guid=None, **after)) == [OLD, NEW]


def test_record_same_title_and_date_of_two_known_articles_proves_nothing(articles: Articles) -> None:
    """Nobody can tell which of them is at the new address."""
    articles.record(visit(listed(1, guid=None), listed(3, guid=None)))
    articles.record(visit(listed(2, guid=None, later=True), at=LATER))
    assert len(articles.records(WINDOW)) == 3


def test_record_same_title_and_date_at_the_address_of_another_article_proves_nothing(articles: Articles) -> None:
    """The address is known, so it cannot become that of the first one."""
    articles.record(visit(listed(1, guid=None), listed(2, guid=None, title="Ferry", published_at=NOW)))
    articles.record(visit(listed(2, guid=None, later=True), listed(3, later=True, published_at=NOW), at=LATER))
    assert [one.key for one in articles.records(WINDOW)] == [OLD, NEW, "gazette.example/3"]


def test_record_moment_that_several_items_share_proves_nothing(articles: Articles) -> None:
    """Some feeds date all their items by the moment when they were made."""
    other = listed(2, later=True, title="Another", summary=None)
    assert moved(articles, listed(1), other, listed(3, guid="urn:3", later=True)) == [OLD, NEW, "gazette.example/3"]


def test_record_former_address_still_listed_leaves_two_articles(articles: Articles) -> None:
    """A feed whose guids are the places of its items gives the newest one's to the next."""
    after = listed(2, later=True), listed(1, guid="urn:2", later=True)
    assert moved(articles, listed(1), *after) == [OLD, NEW]


def test_record_guid_of_another_source_proves_nothing(articles: Articles) -> None:
    """Each source has guids of its own."""
    articles.record(visit(listed(1)))
    articles.record(visit(replace(listed(2, later=True), source="blog"), at=LATER, source="blog"))
    assert [one.key for one in articles.records(WINDOW)] == [OLD, NEW]


@pytest.mark.parametrize("guid", [None, "urn:blog:1"])
def test_record_sources_at_the_former_address_and_at_the_new_one_list_one_article(
    articles: Articles, guid: str | None
) -> None:
    """Another feed may be cached, and a database already has the new address; nothing moves back and forth."""
    articles.record(visit(listed(1)))
    feed, other = listed(2, later=True), replace(listed(1, guid=guid, later=True), source="blog")
    database = replace(listed(2, guid=None, later=True), source="database")
    for at in (LATER, LATER + minutes(15)):
        reports = [
            SourceReport(source=one.source, visit=Visit(sightings=(replace(one, taken_at=at),)))
            for one in (other, database, feed)
        ]
        articles.record(Collected(taken_at=at, reports=tuple(reports)))
        (found,) = articles.records(WINDOW)
        assert (found.key, len(found.sightings)) == (NEW, 3)


def test_present_url_of_a_former_address_is_the_present_one(database: Database) -> None:
    """Unless another article has it by now."""
    articles = Articles(database)
    assert articles.present_url(f"https://{OLD}") == f"https://{OLD}"
    moved(articles, listed(1), listed(2, later=True))
    assert articles.present_url(f"https://{OLD}?utm_source=x") == f"https://{NEW}"
    _add_another_at_the_former_address(articles)
    assert articles.present_url(f"https://{OLD}") == f"https://{OLD}"


def test_record_article_that_moves_back_has_its_first_address_again(articles: Articles) -> None:
    """A correction is taken back."""
    assert moved(articles, listed(1), listed(2, later=True)) == [NEW]
    back = replace(listed(1), taken_at=LATER + minutes(15))
    articles.record(visit(back, at=back.taken_at))
    assert [one.key for one in articles.records(WINDOW)] == [OLD]


def test_record_article_that_moves_to_the_former_address_of_another_takes_it_from_nobody(database: Database) -> None:
    """What an issue has under that address stays the article that had it then."""
    articles, retractions = Articles(database), Retractions(database)
    moved(articles, listed(1), listed(2, later=True))
    for number, minute in ((3, 30), (1, 45)):
        other = listed(number, guid="urn:7", title="Another", published_at=NOW - minutes(9))
        then = NOW + minutes(minute)
        articles.record(visit(replace(other, taken_at=then), at=then))
    assert {one.key for one in articles.records(WINDOW)} == {OLD, NEW}
    retractions.add(Retraction(url=f"https://{NEW}", by="ann", at=then), lambda found, *_: found)
    with database.read() as connection:
        assert RetractedKeys(connection).at(NOW + minutes(20)) == {OLD, NEW}
        assert RetractedKeys(connection).at(then) == {NEW}


def test_record_new_article_at_a_former_address_is_another_article(articles: Articles) -> None:
    """A source that lists both means two articles."""
    moved(articles, listed(1), listed(2, later=True))
    later = LATER + minutes(15)
    both = listed(2), listed(1, guid="urn:7", title="Another", published_at=NOW - minutes(9))
    articles.record(visit(*(replace(one, taken_at=later) for one in both), at=later))
    assert [(one.key, one.sightings[0].title) for one in articles.records(WINDOW)] == [
        (OLD, "Another"),
        (NEW, "Harbour opens"),
    ]


@pytest.mark.parametrize("guid", ["urn:7", None])
def test_record_new_article_alone_at_a_former_address_is_another_article(articles: Articles, guid: str | None) -> None:
    """The moved article has left the source's list by then, and keeps its title and its address."""
    moved(articles, listed(1), listed(2, later=True))
    later = LATER + minutes(15)
    other = replace(listed(1, guid=guid, title="Another", published_at=NOW - minutes(9)), taken_at=later)
    assert articles.record(visit(other, at=later)) == 1
    assert [(one.key, one.sightings[0].title) for one in articles.records(WINDOW)] == [
        (OLD, "Another"),
        (NEW, "Harbour opens"),
    ]


def test_record_address_that_two_articles_have_left_is_that_of_the_last_one(articles: Articles) -> None:
    """Another source followed the first one, and is cached: it lists the second one at its former address."""
    another: dict[str, object] = {"title": "Another", "published_at": NOW - minutes(9)}
    visits = [
        ("main", listed(1)),
        ("main", listed(2, later=True)),
        ("blog", listed(2, guid=None, later=True)),
        ("main", listed(1, guid="urn:7", later=True, **another)),
        ("main", listed(3, guid="urn:7", later=True, **another)),
        ("blog", listed(1, guid=None, later=True, **another)),
    ]
    for number, (source, one) in enumerate(visits):
        then = NOW + minutes(15 * number)
        articles.record(visit(replace(one, source=source, taken_at=then), at=then, source=source))
    assert {one.key for one in articles.records(WINDOW)} == {NEW, "gazette.example/3"}


def test_record_moved_article_that_is_listed_at_both_addresses_is_one_article(articles: Articles) -> None:
    """As in a feed that lists an article in each of its sections; nobody gets it twice."""
    moved(articles, listed(1), listed(2, later=True))
    later = LATER + minutes(15)
    articles.record(visit(*(replace(listed(one, guid=None), taken_at=later) for one in (1, 2)), at=later))
    assert [one.key for one in articles.records(WINDOW)] == [NEW]


def test_article_at_a_former_address_is_neither_sent_nor_retracted_with_the_moved_one(database: Database) -> None:
    """Readers had the other one at this address, and it is the other one that was retracted."""
    articles, issues, retractions = Articles(database), Issues(database), Retractions(database)
    articles.record(visit(listed(1)))
    frozen(database, 1, keys=(OLD,))
    sending(Deliveries(database))
    articles.record(visit(listed(2, later=True), at=LATER))
    retractions.add(Retraction(url=f"https://{NEW}", replacement=None, by="ann", at=LATER), lambda found, *_: found)
    assert issues.used_keys("daily", NEXT) == retractions.keys() == {OLD, NEW}
    later = LATER + minutes(15)
    another = replace(listed(1, guid="urn:7", title="Another", published_at=later), taken_at=later)
    articles.record(visit(another, at=later))
    assert issues.used_keys("daily", NEXT) == retractions.keys() == {NEW}
    retractions.add(Retraction(url=f"https://{OLD}", replacement=None, by="ann", at=later), lambda found, *_: found)
    assert retractions.keys() == {OLD, NEW}


def _freeze(issues: Issues, of_issue: int, content: Content, links: Sequence[str], at: datetime = NOW) -> None:
    """Freeze an issue that leads to the links."""
    audience, coverage, deadline = Audience(edition="daily"), Coverage(WINDOW, at), at + minutes(60)
    issues.freeze(
        of_issue, content=content, audience=audience, coverage=coverage, now=at, deadline=deadline, links=links
    )


def _with_another_at_the_former_address(database: Database) -> datetime:
    """An article that has moved, and another one first seen at its former address at the returned moment."""
    moved(Articles(database), listed(1), listed(2, later=True))
    return _add_another_at_the_former_address(Articles(database))


def _add_another_at_the_former_address(articles: Articles) -> datetime:
    then = LATER + minutes(15)
    another = replace(listed(1, guid="urn:7", title="Another", published_at=then), taken_at=then)
    assert articles.record(visit(another, at=then)) == 1
    return then


def test_address_in_an_issue_before_all_articles_that_had_it_is_the_first_ones(database: Database) -> None:
    """An editor brought it in before a source listed it."""
    _with_another_at_the_former_address(database)
    with database.read() as connection:
        history = KeyHistory.read(connection, {OLD})
        assert history.meant(OLD, NOW - minutes(1)) == history.meant(OLD, NOW) != history.meant(OLD)


def test_retraction_of_an_article_that_an_issue_only_links_covers_the_issue(database: Database) -> None:
    """As one that readers discuss most."""
    issues, url = Issues(database), f"https://{OLD}"
    Articles(database).record(visit(listed(1)))
    of_issue, content = issues.open("daily", SLOT, WINDOW, NOW).id, Content(rendered=RENDERED, article_keys=("a",))
    _freeze(issues, of_issue, content, [url])
    added = Retraction(url=url, by="ann", at=NOW + minutes(1))
    assert [one.slot for one in Retractions(database).add(added, lambda found, *_: found)] == [SLOT]


def test_used_keys_of_articles_that_have_one_address_in_turn_are_those_that_were_sent(database: Database) -> None:
    """As with a portal whose live report of today has always the same address until the next day."""
    issues = Issues(database)
    Articles(database).record(visit(listed(1)))
    frozen(database, 1, keys=(OLD,))
    sending(Deliveries(database))
    then = _with_another_at_the_former_address(database)
    for number, guid, published in ((3, "urn:7", 30), (1, "urn:8", 60), (4, "urn:8", 60)):
        then += minutes(15)
        one = listed(number, guid=guid, title=guid, published_at=NOW + minutes(published))
        Articles(database).record(visit(replace(one, taken_at=then), at=then))
    assert [one.key for one in Articles(database).records(WINDOW)] == [NEW, "gazette.example/3", "gazette.example/4"]
    assert issues.used_keys("daily", NEXT) == {OLD, NEW}


def test_retraction_of_an_article_at_a_former_address_leaves_the_moved_one_as_it_is(database: Database) -> None:
    """Neither comes back, nor goes, with the other."""
    then, retractions = _with_another_at_the_former_address(database), Retractions(database)
    for number, url, kept in ((1, OLD, {OLD}), (2, NEW, {OLD, NEW})):
        at = then + minutes(number)
        retractions.add(Retraction(url=f"https://{url}", by="ann", at=at), lambda found, *_: found)
        assert retractions.keys() == kept
    assert retractions.undo(f"https://{OLD}", "ann", then + minutes(3), lambda found, *_: found) is not None
    assert retractions.keys() == {NEW}


def test_retraction_that_names_an_address_given_to_another_article_is_undone_by_it(database: Database) -> None:
    """Whoever undoes it copies the address from the list of what is retracted."""
    retractions = Retractions(database)
    retractions.add(Retraction(url=f"https://{OLD}", by="ann", at=NOW), lambda found, *_: found)
    then = _with_another_at_the_former_address(database)
    assert retractions.keys() == {NEW}
    assert retractions.undo(f"https://{OLD}", "ann", then, lambda found, *_: found) is not None
    assert retractions.keys() == set()


def test_archive_and_links_of_an_article_at_a_former_address_stay_when_the_moved_one_is_retracted(
    database: Database,
) -> None:
    """What an address means in an issue is the article that had it then."""
    issues, links, retractions = Issues(database), IssueLinks(database), Retractions(database)
    days = DayArticles(database)
    Articles(database).record(visit(listed(1)))
    slots = (SLOT, NEXT)

    def freeze(slot: Slot, at: datetime) -> None:
        of_issue = issues.open("daily", slot, WINDOW, at).id
        content = Content(rendered=RENDERED, article_keys=(OLD,))
        urls = [f"https://{OLD}"]
        days.keep(of_issue, [DayArticle(url=urls[0], title="Title", section=None)])
        _freeze(issues, of_issue, content, urls, at)

    freeze(SLOT, NOW)
    then = _with_another_at_the_former_address(database)
    freeze(NEXT, then)
    hidden: list[object] = []
    other = "https://gazette.example/correction"

    def redact(content: Rendered, _keys: object, retracted: object) -> Rendered:
        hidden.append(retracted)
        return content

    for url in (NEW, OLD):
        added = Retraction(url=f"https://{url}", replacement=other, by="ann", at=then)
        found = retractions.add(added, redact)
        assert [one.slot for one in found] == [SLOT if url == NEW else NEXT]
        targets = [links.find("daily", slot, 1) for slot in slots]
        replaced = [other, f"https://{OLD}"] if url == NEW else [other, other]
        assert [one.url for one in targets if one] == replaced
        shown = [len(days.of_issue("daily", slot)) for slot in slots]
        assert shown == ([0, 1] if url == NEW else [0, 0])
    assert hidden == [{OLD, NEW}, {OLD, NEW}]


def test_link_to_what_replaces_an_article_means_what_was_there_when_it_was_replaced(database: Database) -> None:
    """And not what had the address when the issue was sent."""
    issues, retractions, first = Issues(database), Retractions(database), "https://gazette.example/9"
    Articles(database).record(visit(listed(1)))
    of_issue, content = issues.open("daily", SLOT, WINDOW, NOW).id, Content(rendered=RENDERED, article_keys=("a",))
    _freeze(issues, of_issue, content, [first])
    then, last = _with_another_at_the_former_address(database), "https://gazette.example/correction"
    for number, (url, replacement) in enumerate(((first, f"https://{OLD}"), (f"https://{OLD}", last))):
        added = Retraction(url=url, replacement=replacement, by="ann", at=then + minutes(number))
        retractions.add(added, lambda found, *_: found)
    target = IssueLinks(database).find("daily", SLOT, 1)
    assert target is not None
    assert target.url == last


def test_link_of_an_issue_whose_moment_a_restore_has_lost_means_what_was_there_at_its_hour(database: Database) -> None:
    """A backup did not have the issue; its links are kept, and an article has its address by now."""
    then, last = _with_another_at_the_former_address(database), "https://gazette.example/correction"
    of_issue = Issues(database).open("daily", SLOT, replace(WINDOW, end=NOW + minutes(1)), NOW).id
    with database.write() as connection:
        connection.execute(issue_link.insert().values(issue_id=of_issue, number=1, url=f"https://{OLD}", clicks=0))
    retracted = Retraction(url=f"https://{NEW}", replacement=last, by="ann", at=then)
    Retractions(database).add(retracted, lambda found, *_: found)
    target = IssueLinks(database).find("daily", SLOT, 1)
    assert target is not None
    assert target.url == last


def test_record_beside_a_host_that_moves_the_same_articles_never_deadlocks(postgres_store_url: str) -> None:
    """One locks them by their new addresses and the other by the former ones, which are in another order."""
    with opened(postgres_store_url) as mine, opened(postgres_store_url) as yours:
        for day in (1, 2):
            dates = {number: NOW - minutes(100 * day + number) for number in range(10, 40)}

            def feed(first: int, step: int, at: datetime, dates: dict[int, datetime] = dates) -> Collected:
                items = [
                    listed(first + step * number, guid=f"urn:{date}", published_at=date, counters=Counters(views=1))
                    for number, date in dates.items()
                ]
                return visit(*(replace(one, taken_at=at) for one in items), at=at)

            before, after = feed(1000 * day, 1, NOW), feed(1000 * day + 599, -1, LATER)
            (report,) = before.reports
            hits = [replace(one, source="hits", role=Role.COUNTERS, taken_at=LATER) for one in report.visit.sightings]
            Articles(mine).record(before)
            with ThreadPoolExecutor(2) as both:
                list(both.map(Articles.record, map(Articles, (mine, yours)), (after, visit(*hits, at=LATER))))
        assert len(Articles(mine).records(WINDOW)) == 60


def test_record_counters_of_both_addresses_belong_to_the_moved_article(articles: Articles) -> None:
    """Analytics know the new address before the feed does, and the former one for a long time."""

    def counted(views: dict[int, int], minute: int) -> Collected:
        at = NOW + minutes(minute)
        hits = [
            seen(number, at=at, source="hits", role=Role.COUNTERS, title="", counters=Counters(views=count))
            for number, count in views.items()
        ]
        return visit(*hits, at=at, source="hits")

    articles.record(visit(listed(1)))
    articles.record(counted({1: 1841, 2: 12}, 10))
    articles.record(visit(listed(2, later=True), at=LATER))
    articles.record(counted({2: 30, 1: 1850}, 20))
    (found,) = articles.records(WINDOW)
    assert (found.key, [one.counters.views for one in found.readings]) == (NEW, [1841, 1850])


def test_used_keys_article_that_moved_since_it_was_sent_is_not_new(database: Database) -> None:
    """Nobody gets it again at its new address."""
    articles = Articles(database)
    articles.record(visit(listed(1)))
    frozen(database, 1, keys=(OLD,))
    sending(Deliveries(database))
    articles.record(visit(listed(2, later=True), at=LATER))
    assert Issues(database).used_keys("daily", NEXT) == {OLD, NEW}


def test_overrides_of_a_moved_article_hold_for_its_new_address(database: Database) -> None:
    """An editor dropped it, and it stays out."""
    articles, overrides = Articles(database), Overrides(database)
    articles.record(visit(listed(1)))
    overrides.add("daily", SLOT, Override(key=OLD, kind=OverrideKind.DROP, value=None, by="ann", at=NOW))
    articles.record(visit(listed(2, later=True), at=LATER))
    assert [one.key for one in overrides.in_force("daily", SLOT, LATER)] == [NEW]


@pytest.mark.parametrize("retracted", [OLD, NEW])
def test_retraction_of_a_moved_article_covers_all_its_addresses(database: Database, retracted: str) -> None:
    """Whoever retracts it may know either address; sent issues have the former one."""
    articles, retractions = Articles(database), Retractions(database)
    articles.record(visit(listed(1)))
    frozen(database, 1, keys=(OLD, "gazette.example/9"))
    articles.record(visit(listed(2, later=True), at=LATER))
    url = f"https://{retracted}"
    assert retractions.is_known(url)
    added = Retraction(url=url, replacement=None, by="ann", at=LATER)
    issues = retractions.add(added, lambda content, _keys, _retracted: content)
    assert [one.slot for one in issues] == [SLOT]
    assert retractions.keys() == {OLD, NEW}
    assert retractions.undo(f"https://{OLD}", "ann", LATER, lambda content, _keys, _retracted: content) is not None


def test_link_to_a_moved_article_leads_to_what_replaces_it(database: Database) -> None:
    """The link of a sent message has the former address, and the retraction the new one."""
    articles, issues, links = Articles(database), Issues(database), IssueLinks(database)
    articles.record(visit(listed(1)))
    issue_id = issues.open("daily", SLOT, WINDOW, NOW).id
    content = Content(rendered=RENDERED, article_keys=(OLD,))
    _freeze(issues, issue_id, content, [f"https://{OLD}"])
    articles.record(visit(listed(2, later=True), at=LATER))
    other = "https://gazette.example/correction"
    added = Retraction(url=f"https://{NEW}", replacement=other, by="ann", at=LATER)
    Retractions(database).add(added, lambda found, _keys, _retracted: found)
    target = links.find("daily", SLOT, 1)
    assert target is not None
    assert target.url == other


def test_retraction_that_an_own_new_address_replaces_leads_there(database: Database) -> None:
    """Who corrects the link of sent messages to an article that has moved retracts its former address alone."""
    articles, issues = Articles(database), Issues(database)
    articles.record(visit(listed(1)))
    content = Content(rendered=RENDERED, article_keys=(OLD,))
    links = [f"https://{OLD}"]
    issue_id = issues.open("daily", SLOT, WINDOW, NOW).id
    _freeze(issues, issue_id, content, links)
    added = Retraction(url=f"https://{OLD}", replacement=f"https://{NEW}", by="ann", at=NOW)
    Retractions(database).add(added, lambda found, _keys, _retracted: found)
    articles.record(visit(listed(2, later=True), at=LATER))
    target = IssueLinks(database).find("daily", SLOT, 1)
    assert target is not None
    assert target.url == f"https://{NEW}"
    assert Retractions(database).keys() == {OLD}


def test_forget_of_an_article_at_a_former_address_keeps_the_moved_one(database: Database) -> None:
    """Whoever names an address means what is there."""
    _with_another_at_the_former_address(database)
    SourceRows(database).delete("main", f"https://{OLD}")
    assert [one.key for one in Articles(database).records(WINDOW)] == [NEW]


def test_forget_finds_a_moved_article_by_its_former_address(database: Database) -> None:
    """Nothing that refers to a deleted article is left."""
    moved(Articles(database), listed(1), listed(2, later=True))
    rows = SourceRows(database)
    assert rows.find("main", f"https://{OLD}", 9).latest == (("Harbour opens", f"https://{NEW}"),)
    rows.delete("main", f"https://{OLD}")
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM article_alias").scalar() == 0


def _edition_of(host: str, *numbers: int, later: bool = False) -> list[Sighting]:
    """Articles at a host, with guids and dates that its engine gave them."""
    return [
        listed(number, later=later, guid=f"{host}-{number}", title=f"Berth {number}", url=f"https://{host}/{number}")
        for number in numbers
    ]


def test_record_source_that_moved_to_another_host_keeps_its_articles(articles: Articles) -> None:
    """Guids and dates are new, as after a change of the engine; what was not listed before is new."""
    articles.record(visit(*_edition_of("gazette.example", 1, 2, 3)))
    after = [replace(one, published_at=LATER) for one in _edition_of("news.example", 1, 2, 3, 4, later=True)]
    assert articles.record(visit(*after, at=LATER)) == 1
    found = {one.key: one.first_seen_at for one in articles.records(WINDOW)}
    assert found == {f"news.example/{number}": NOW if number < 4 else LATER for number in range(1, 5)}
    assert articles.present_url("https://gazette.example/2") == "https://news.example/2"


@pytest.mark.parametrize(
    "after",
    [
        _edition_of("news.example", 1, 2, later=True),  # columns such as /weather
        [*_edition_of("news.example", 1, 2, 3, later=True), *_edition_of("gazette.example", 3, later=True)],
        [*_edition_of("news.example", 1, 2, 3, later=True), *_edition_of("gazette.example", 9, later=True)],
        [replace(one, title="Another") for one in _edition_of("news.example", 1, 2, 3, later=True)],
        [replace(one, url=f"{one.url}/x") for one in _edition_of("news.example", 1, 2, 3, later=True)],
    ],
    ids=["few", "beside", "same-host", "titles", "paths"],
)
def test_record_articles_on_another_host_that_may_be_others_are_new(articles: Articles, after: list[Sighting]) -> None:
    """They are new without three that are the same, or where the source lists addresses of the former host."""
    articles.record(visit(*_edition_of("gazette.example", 1, 2, 3)))
    articles.record(visit(*after, at=LATER))
    keys = {one.key for one in articles.records(WINDOW)}
    assert keys >= {f"gazette.example/{number}" for number in (1, 2, 3)}


class _CountedSightings(dict[tuple[str, str], Sighting]):
    """Sightings that count how often somebody goes through all of them."""

    times = 0

    def items(self) -> ItemsView[tuple[str, str], Sighting]:  # type: ignore[override]
        self.times += 1
        return super().items()


def test_follow_moves_of_many_sources_goes_through_the_sightings_as_often_as_of_one(database: Database) -> None:
    """Else the time of a round would grow with the square of the number of sources."""
    times = []
    for sources in (1, 20):
        articles = {f"gazette.example/{number}": f"source {number}" for number in range(sources)}
        sightings = _CountedSightings(
            {(key, source): listed(number, source=source) for number, (key, source) in enumerate(articles.items())}
        )
        with database.write() as connection:
            assert follow_moves(connection, sightings, articles.keys()) == sightings
        times.append(sightings.times)
    assert times[0] == times[1]

"""What belongs to a published issue on the web: its links, the articles of its day, why readers left."""

from datetime import timedelta

from sqlalchemy import select

from digest.model.issues import Audience, Content
from digest.model.web import DayArticle, LeaveReason, Retraction
from digest.store.database import Database
from digest.store.day_articles import DayArticles
from digest.store.issue_links import IssueLinks
from digest.store.issues import Issues
from digest.store.reader_links import ReaderLinks
from digest.store.retractions import Retractions
from digest.store.schema import delivery
from tests.support.store import NOW, RENDERED, SLOT, WINDOW, frozen

URLS = ("https://g.example/1", "https://g.example/2")


def _freeze(database: Database) -> int:
    issues = Issues(database)
    opened = issues.open("daily", SLOT, WINDOW, NOW)
    issues.freeze(
        opened.id,
        content=Content(rendered=RENDERED, article_keys=["g.example/1", "g.example/2"]),
        audience=Audience(edition="daily"),
        now=NOW,
        deadline=NOW + timedelta(hours=1),
        links=URLS,
    )
    return opened.id


def test_links_lead_by_number_and_count(database: Database) -> None:
    """From 1, in their order; an issue without redirects has no clicks."""
    issue_id, links = _freeze(database), IssueLinks(database)
    found = [links.find("daily", SLOT, number) for number in (1, 2)]
    assert [one and one.url for one in found] == list(URLS)
    assert links.find("daily", SLOT, 3) is None
    assert links.find("weekly", SLOT, 1) is None
    for one in found:
        assert one is not None
        links.count(one.issue_id, one.number, people=1, machines=2)
    assert (links.clicks(issue_id), links.clicks(issue_id + 1)) == (2, None)
    counted = [(one.number, one.people, one.machines) for one in links.of_issues([issue_id])]
    assert counted == [(1, 1, 2), (2, 1, 2)]


def test_day_articles_are_replaced_until_the_issue_is_frozen(database: Database) -> None:
    """The last draft counts, and nothing after it; a retracted article is left out."""
    days = DayArticles(database)
    opened = Issues(database).open("daily", SLOT, WINDOW, NOW)
    articles = [DayArticle(url=url, title=url, section=None) for url in URLS]
    days.keep(opened.id, articles[:1])
    days.keep(opened.id, articles)
    _freeze(database)
    days.keep(opened.id, [])
    assert days.of_issue("daily", SLOT) == articles
    assert Retractions(database).is_known(URLS[1])
    Retractions(database).add(Retraction(url=URLS[0], by="anna", at=NOW), lambda content, _keys, _retracted: content)
    assert days.of_issue("daily", SLOT) == articles[1:]


def test_leave_reason_is_stored_once_for_a_reader_who_left(database: Database) -> None:
    """The last answer counts; a subscribed reader gives none, and an undo forgets it."""
    frozen(database, 1)
    with database.read() as connection:
        delivery_id = connection.execute(select(delivery.c.id)).scalar_one()
    links = ReaderLinks(database)
    assert not links.explain(delivery_id, LeaveReason.OTHER, NOW)
    links.leave(delivery_id, NOW)
    assert links.explain(delivery_id, LeaveReason.OTHER, NOW)
    assert links.explain(delivery_id, LeaveReason.TOO_MANY, NOW)
    reader = links.find(delivery_id)
    assert reader is not None
    assert reader.leave_reason is LeaveReason.TOO_MANY
    assert links.undo(delivery_id, NOW)
    reader = links.find(delivery_id)
    assert reader is not None
    assert reader.leave_reason is None

"""What belongs to a published issue on the web: its links, the articles of its day, why readers left."""

from datetime import timedelta
from itertools import pairwise

from sqlalchemy import event, select

from digest.model.issues import Content, Slot
from digest.model.web import DayArticle, LeaveReason, Retraction
from digest.store.articles.day_articles import DayArticles
from digest.store.articles.retractions import Retractions
from digest.store.engine.database import Database
from digest.store.issues.archive import Archive
from digest.store.issues.issue_links import IssueLinks
from digest.store.issues.issues import Issues
from digest.store.subscribers.reader_links import ReaderLinks
from digest.store.tables.schema import delivery
from tests.support.store import NOW, RENDERED, SLOT, WINDOW, freeze, frozen, opened, scans, statements

URLS = ("https://g.example/1", "https://g.example/2")


def _freeze(database: Database, edition: str = "daily", slot: Slot = SLOT) -> int:
    content = Content(rendered=RENDERED, article_keys=["g.example/1", "g.example/2"])
    return freeze(Issues(database), edition, slot, content=content, links=URLS).issue_id


def test_links_lead_by_number_and_count(database: Database) -> None:
    """From 1, in their order; clicks are those of one link of one issue; one without redirects has none."""
    before, issue_id, after = (_freeze(database, edition) for edition in ("alpha", "daily", "weekly"))
    links = IssueLinks(database)
    found = [links.find("daily", SLOT, number) for number in (1, 2)]
    assert [one and (one.issue_id, one.number, one.url) for one in found] == [
        (issue_id, 1, URLS[0]),
        (issue_id, 2, URLS[1]),
    ]
    assert links.find("daily", SLOT, 3) is None
    assert links.find("monthly", SLOT, 1) is None
    links.count(issue_id, 1, people=3, machines=2)
    links.count(issue_id, 1, people=-1)
    links.count(issue_id, 2, people=5, machines=1)
    assert [links.clicks(one) for one in (before, issue_id, after, after + 1)] == [0, 7, 0, None]
    counted = [(one.issue_id, one.number, one.people, one.machines) for one in links.of_issues([after, issue_id])]
    assert counted == [(issue_id, 1, 2, 2), (issue_id, 2, 5, 1), (after, 1, 0, 0), (after, 2, 0, 0)]


def test_link_of_a_retracted_article_leads_to_what_replaces_it(database: Database) -> None:
    """Also where that was replaced too, up to four times; nowhere without a replacement."""
    _freeze(database)
    links, retractions = IssueLinks(database), Retractions(database)
    chain = [URLS[0], *(f"https://g.example/new{number}" for number in range(1, 6))]

    def target(number: int) -> str | None:
        found = links.find("daily", SLOT, number)
        assert found is not None
        return found.url

    for url, replacement in pairwise(chain):
        assert target(1) == url
        retraction = Retraction(url=url, by="anna", at=NOW, replacement=replacement)
        retractions.add(retraction, lambda content, _keys, _retracted: content)
    assert (target(1), target(2)) == (None, URLS[1])
    retractions.add(Retraction(url=URLS[1], by="anna", at=NOW), lambda content, _keys, _retracted: content)
    assert target(2) is None


def test_day_articles_are_replaced_until_the_issue_is_frozen(database: Database) -> None:
    """The last draft counts, and nothing after it, nor of other issues; a retracted article is left out."""
    days = DayArticles(database)
    others = ("alpha", "weekly")
    opened = [Issues(database).open(edition, SLOT, WINDOW, NOW) for edition in (others[0], "daily", others[1])]
    articles = [DayArticle(url=url, title=url, section=None) for url in URLS]
    for one in opened:
        days.keep(one.id, articles[:1])
    days.keep(opened[1].id, articles)
    _freeze(database)
    days.keep(opened[1].id, [])
    assert days.of_issue("daily", SLOT) == articles
    assert [days.of_issue(edition, SLOT) for edition in others] == [articles[:1]] * 2
    days.keep(opened[0].id, [])
    assert [days.of_issue(edition, SLOT) for edition in others] == [[], articles[:1]]
    assert Retractions(database).is_known(URLS[1])
    Retractions(database).add(Retraction(url=URLS[0], by="anna", at=NOW), lambda content, _keys, _retracted: content)
    assert days.of_issue("daily", SLOT) == articles[1:]


def test_archive_page_names_its_neighbours_of_the_edition_in_one_statement(database: Database) -> None:
    """The nearest ones before and after it; neither other editions' issues nor one that is not published."""
    days = [Slot(day=SLOT.day + timedelta(days=number)) for number in range(5)]
    for slot in (days[0], days[1], days[3]):
        _freeze(database, slot=slot)
    _freeze(database, "evening", days[2])
    Issues(database).open("daily", days[4], WINDOW, NOW)
    statements: list[str] = []
    event.listen(
        database._engine, "before_cursor_execute", lambda _c, _cursor, statement, *_more: statements.append(statement)
    )
    found = [Archive(database).find("daily", slot) for slot in days]
    assert len([one for one in statements if one.startswith("SELECT")]) == len(days)
    near = [one and tuple(other and other.name for other in (one.earlier, one.later)) for one in found]
    first, second, fourth = (f"daily/{days[number]}" for number in (0, 1, 3))
    assert near == [(None, second), (first, fourth), None, (second, None), None]


def test_archive_neighbour_of_a_page_is_the_nearest_by_slot(database: Database) -> None:
    """Also where an earlier day's issue was made later, by `digest send` with a slot."""
    days = [Slot(day=SLOT.day + timedelta(days=number)) for number in range(3)]
    for slot in (days[1], days[0], days[2]):
        _freeze(database, slot=slot)
    found = Archive(database).find("daily", days[2])
    assert found is not None
    assert found.earlier is not None
    assert found.earlier.slot == days[1]


def test_archive_with_cancelled_issues_does_not_read_the_ledger(sqlite_url: str) -> None:
    """Whether a message of theirs was sent is looked up by an index; nobody waits for millions of deliveries."""
    with opened(sqlite_url) as database:
        Issues(database).cancel(_freeze(database), NOW)
        archive = Archive(database)
        with statements(database) as executed:
            assert (archive.find("daily", SLOT), archive.latest(1), archive.contents(1)) == (None, [], [])
        assert scans(database, executed) == []


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

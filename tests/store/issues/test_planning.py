"""Planning: which readers get which variant of an issue, in one transaction."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from digest import failpoints
from digest.model.deliveries import DeliveryState, LaterMessages
from digest.model.issues import Audience, Content, IssueContent, Rendered, TopicContent
from digest.model.subscribers import Frequency, Subscriber, SubscriberStatus
from digest.store.articles.articles import Articles
from digest.store.engine.database import Database
from digest.store.issues import reader_history
from digest.store.issues.archive import Archive
from digest.store.issues.issue_contents import IssueContents
from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.ramps import Ramps
from digest.store.ledger.resends import Resends
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.schema import delivery, issue_article, variant
from tests.support.store import NOW, RENDERED, SLOT, freeze, reader, seen, states, visit

_WHOLE = Content(rendered=RENDERED, article_keys=("a", "b"))
_CITY = Content(
    key='["City"]',
    rendered=Rendered(subject="Город", preheader="", html="<p>Город</p>" * 1_000, text="Город\r\n"),
    article_keys=("a",),
)


def _topics(chosen: Sequence[str]) -> TopicContent:
    if "Opera" in chosen:
        return TopicContent(None)
    return TopicContent(_CITY) if "City" in chosen else TopicContent(_WHOLE, over_limit="Sport" in chosen)


def _freeze(database: Database, audience: Audience, content: Content = _WHOLE, now: datetime = NOW) -> int | None:
    return freeze(Issues(database), audience.edition, content=content, audience=audience, now=now).readers


def _subjects(database: Database) -> dict[str, str]:
    rows = select(delivery.c.address, variant.c.subject).join(variant, variant.c.id == delivery.c.variant_id)
    with database.read() as connection:
        return {row.address: row.subject for row in connection.execute(rows)}


def test_freeze_with_topics_plans_the_variant_of_each_choice(database: Database) -> None:
    """Readers of topics that are not in the issue get no row; they and those over the limit are counted."""
    chosen = [(), ("City",), ("City", 'Sp"ort'), ("Opera",), ("Opera", "Ballet"), ("Sport",), ("Science",)]
    people = [Subscriber(email=reader(number), sections=topics) for number, topics in enumerate(chosen)]
    others = [
        Subscriber(email=reader(10), sections=("Sport",), status=SubscriberStatus.UNSUBSCRIBED),
        Subscriber(email=reader(11), sections=("Opera",), editions=("weekly",)),
    ]
    Subscribers(database).add_many([*people, *others], NOW)
    assert _freeze(database, Audience(edition="daily", topics=_topics)) == 5
    whole, city = RENDERED.subject, _CITY.rendered.subject
    assert _subjects(database) == {
        reader(0): whole, reader(1): city, reader(2): city, reader(5): whole, reader(6): whole,
    }  # fmt: skip
    record = Issues(database).find("daily", SLOT)
    assert record is not None
    assert (record.without_articles, record.over_limit) == (2, 1)


def test_freeze_with_topics_stores_a_variant_once_and_returns_it_unchanged(database: Database) -> None:
    """It is compressed, with the keys of its articles, and the whole issue is what is shown."""
    Subscribers(database).add_many([Subscriber(email=reader(1), sections=("City",))], NOW)
    _freeze(database, Audience(edition="daily", topics=_topics))
    with database.read() as connection:
        ids = connection.scalars(select(variant.c.id).order_by(variant.c.id)).all()
        packed = connection.execute(select(variant.c.packed, variant.c.html).where(variant.c.id == ids[1])).one()
        keys = connection.scalars(select(issue_article.c.article).where(issue_article.c.variant_id == ids[1])).all()
    assert [Issues(database).variant(one).rendered for one in ids] == [RENDERED, _CITY.rendered]
    assert [(one.slot, one.subject) for one in Archive(database).latest(5)] == [(SLOT, RENDERED.subject)]
    record, contents = Issues(database).find("daily", SLOT), IssueContents(database)
    assert record is not None
    assert contents.subjects([record.id, record.id + 1]) == {record.id: RENDERED.subject}
    assert contents.find(record.id) == IssueContent(
        subject=RENDERED.subject, preheader=RENDERED.preheader, articles=None
    )
    assert contents.find(record.id + 1) is None
    assert packed.html == ""
    assert len(packed.packed) < 1_000
    assert keys == ["a"]


def test_topic_sets_are_those_of_the_readers_most_frequent_first(database: Database) -> None:
    """Of confirmed readers of the edition."""
    people = [Subscriber(email=reader(number), sections=("Sport", "City")) for number in range(2)]
    one = Subscriber(email=reader(5), sections=("City",))
    other = Subscriber(email=reader(6), sections=("Opera",), editions=("weekly",))
    Subscribers(database).add_many([one, *people, other, Subscriber(email=reader(7))], NOW)
    assert Issues(database).topic_sets(Audience(edition="daily")) == [("Sport", "City"), ("City",)]


def _people(**preferences: object) -> list[Subscriber]:
    """A reader with nothing chosen, and one for each value."""
    return [Subscriber(email=f"{name}@post.example", **value) for name, value in preferences.items()]  # type: ignore[arg-type]


def _due(database: Database) -> dict[str, datetime]:
    return _moments(database, "due_at")


def _moments(database: Database, column: str) -> dict[str, datetime]:
    with database.read() as connection:
        rows = connection.execute(select(delivery.c.address, delivery.c[column].label("moment"))).all()
    return {row.address.partition("@")[0]: row.moment for row in rows}


def test_freeze_lets_messages_wait_for_the_hour_in_the_zone(database: Database) -> None:
    """`NOW` is 07:00 in Moscow, the portal's zone; each message has twelve hours from its own hour on."""
    moscow = {"timezone": "Europe/Moscow"}
    people = _people(
        none={}, zone=moscow, same={**moscow, "hour": 7}, later={**moscow, "hour": 9}, before={**moscow, "hour": 6},
        portal={"hour": 9}, tokyo={"timezone": "Asia/Tokyo", "hour": 9}, unknown={"timezone": "Mars/Base", "hour": 9},
        folder={"timezone": "America", "hour": 9},
        city={"hour": 8, "sections": ("City",)},
    )  # fmt: skip
    Subscribers(database).add_many(people, NOW)
    audience = Audience(edition="daily", day=SLOT.day, zone="Europe/Moscow", topics=_topics)
    assert _freeze(database, audience) == len(people)
    hours = {name: (due - NOW) / timedelta(hours=1) for name, due in _due(database).items()}
    assert hours == {
        "none": 0, "zone": 0, "same": 0, "later": 2, "portal": 2, "unknown": 2, "folder": 2,
        "city": 1, "tokyo": 20, "before": 23,
    }  # fmt: skip
    expires = _moments(database, "expires_at")
    assert expires == {name: due + timedelta(hours=12) for name, due in _due(database).items()}
    assert _subjects(database)["city@post.example"] == _CITY.rendered.subject
    record = Issues(database).find("daily", SLOT)
    assert record is not None
    assert record.deadline == NOW + timedelta(hours=23 + 12)


def test_freeze_without_later_hours_leaves_the_deadline_to_the_issue(database: Database) -> None:
    """Nobody chose an hour that has not come yet."""
    Subscribers(database).add_many(_people(none={}, same={"hour": 7}), NOW)
    assert _freeze(database, Audience(edition="daily", day=SLOT.day, zone="Europe/Moscow")) == 2
    assert set(_moments(database, "expires_at").values()) == {None}


def test_message_of_an_issue_with_later_hours_expires_at_its_own_deadline(database: Database) -> None:
    """It is neither claimed nor waited for any more, and those due later are sent; sent after all, it has a new one."""
    Subscribers(database).add_many(_people(at_once={}, late={"hour": 9}), NOW)
    assert _freeze(database, Audience(edition="daily", day=SLOT.day, zone="Europe/Moscow")) == 2
    deliveries, passed, lease = Deliveries(database), NOW + timedelta(hours=12), timedelta(minutes=1)
    assert not deliveries.expire(passed - timedelta(seconds=1))
    (claim,) = deliveries.claim(9, owner="me", now=passed, lease=lease)
    assert claim.address == "late@post.example"
    ((record, untried),) = deliveries.expire(passed)
    assert (record.name, untried, states(database)) == ("daily/2026-10-01", 1, ["expired", "claimed"])
    assert deliveries.expire(passed) == []
    assert deliveries.recover(passed + lease * 2, lambda _owner: True) == (1, 0)
    assert Resends(database).resend(record.id, DeliveryState.EXPIRED, "anna", passed) == 1
    assert len(deliveries.claim(9, owner="me", now=passed + timedelta(hours=1), lease=lease)) == 2


def test_unknown_message_past_its_own_deadline_is_not_resent_by_setting(database: Database) -> None:
    """The edition resends until the deadline of each message."""
    Subscribers(database).add_many(_people(at_once={}, late={"hour": 9}), NOW)
    assert _freeze(database, Audience(edition="daily", day=SLOT.day, zone="Europe/Moscow")) == 2
    with database.write() as connection:
        unknown = {"state": "unknown", "claim_token": "me:1-1", "tries": 1, "last_attempt_at": NOW}
        connection.execute(delivery.update().values(unknown))
    passed = NOW + timedelta(hours=12)
    assert Resends(database).resend_by_setting(["daily"], passed, [timedelta(minutes=5)]) == 1
    assert states(database) == ["unknown", "planned"]


def test_freeze_leaves_out_paused_readers_and_those_of_other_days_and_languages(database: Database) -> None:
    """On a Saturday, in an English edition beside a Russian one."""
    saturday = date(2026, 10, 3)
    people = _people(
        none={}, daily={"frequency": Frequency.DAILY}, weekdays={"frequency": Frequency.WEEKDAYS},
        weekly={"frequency": Frequency.WEEKLY}, paused={"paused_until": saturday + timedelta(days=1)},
        back={"paused_until": saturday}, english={"language": "en"}, british={"language": "en-gb"},
        russian={"language": "ru"}, german={"language": "de"}, chosen={"language": "ru", "editions": ("daily",)},
    )  # fmt: skip
    Subscribers(database).add_many(people, NOW)
    audience = Audience(edition="daily", day=saturday, other_languages=frozenset({"ru"}))
    assert Subscribers(database).audience(audience) == _freeze(database, audience) == 8
    assert set(_due(database)) == {"none", "daily", "weekly", "back", "english", "british", "german", "chosen"}
    assert Subscribers(database).audience(Audience(edition="daily", day=date(2026, 10, 2))) == 9


def test_later_messages_are_those_that_wait_for_an_hour(database: Database) -> None:
    """Not those that are due, were postponed, or wait for a receiver."""
    Subscribers(database).add_many(_people(now={}, soon={"hour": 8}, last={"hour": 9}), NOW)
    audience = Audience(edition="daily", day=SLOT.day, zone="Europe/Moscow")
    _freeze(database, audience)
    record = Issues(database).find("daily", SLOT)
    assert record is not None
    last, tallies = NOW + timedelta(hours=2), Tallies(database)
    assert tallies.later(NOW) == {record.id: LaterMessages(number=2, last_due=last)}
    assert tallies.later(NOW, besides=[last]) == {
        record.id: LaterMessages(number=1, last_due=last - timedelta(hours=1))
    }
    assert tallies.later(last) == {}
    Ramps(database).postpone(record.id, 0, last, last + timedelta(days=1), "too many", lambda *_: last)
    assert tallies.later(last) == {}
    assert tallies.later(last - timedelta(minutes=1), postponed=True)[record.id].number == 3


def test_freeze_beside_another_of_its_language_sees_its_articles(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two editions are frozen at the same moment: a reader of both gets the article once."""
    Subscribers(database).add_many([Subscriber(email=reader(number)) for number in range(3)], NOW)
    planned, other_ends = threading.Event(), threading.Event()
    reach = failpoints.reach

    def wait_before_the_first_commit(name: str) -> None:
        reach(name)
        if name == "store.before_freeze_commit" and not planned.is_set():
            planned.set()
            other_ends.wait(0.5)  # it must not: it waits for this commit

    def freeze(edition: str) -> int | None:
        audience = Audience(
            edition=edition, same_language=frozenset({"daily", "evening"}), without=lambda *_: TopicContent(None)
        )
        return _freeze(database, audience)

    monkeypatch.setattr("digest.failpoints.reach", wait_before_the_first_commit)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(freeze, "daily")
        assert planned.wait(10)
        second = pool.submit(freeze, "evening")
        second.add_done_callback(lambda _: other_ends.set())
        assert (first.result(), second.result()) == (3, 0)


def test_freeze_leaves_out_what_readers_had_in_the_last_seven_days(database: Database) -> None:
    """In another edition of the language; not longer ago."""
    Subscribers(database).add_many([Subscriber(email=reader(0))], NOW)
    week = timedelta(days=7)

    def freeze(edition: str, now: datetime) -> int | None:
        audience = Audience(
            edition=edition, same_language=frozenset({"daily", edition}), without=lambda *_: TopicContent(None)
        )
        return _freeze(database, audience, now=now)

    moments = (NOW, NOW + week - timedelta(microseconds=1), NOW + week)
    assert [freeze(edition, now) for edition, now in zip(("daily", "late", "later"), moments, strict=True)] == [1, 0, 1]


def test_freeze_after_an_edition_was_renamed_leaves_out_what_readers_had_in_it(database: Database) -> None:
    """The configuration does not name the former edition any more; one that it names in another language is apart."""
    Subscribers(database).add_many([Subscriber(email=reader(0))], NOW)

    def freeze(edition: str, *foreign: str) -> int | None:
        audience = Audience(
            edition=edition,
            same_language=frozenset({edition}),
            foreign_editions=frozenset(foreign),
            without=lambda *_: TopicContent(None),
        )
        return _freeze(database, audience)

    assert [freeze("daily"), freeze("russian", "daily"), freeze("morning", "russian")] == [1, 1, 0]


def test_freeze_leaves_out_what_readers_had_at_a_former_address(database: Database) -> None:
    """An article that has moved since then is the same article, whichever of its addresses an issue has."""
    Subscribers(database).add_many([Subscriber(email=reader(0))], NOW)
    articles = Articles(database)

    def freeze(edition: str, number: int) -> int | None:
        later = NOW + timedelta(minutes=number)
        articles.record(visit(seen(number, guid="urn:1", at=later), at=later))
        audience = Audience(
            edition=edition,
            same_language=frozenset({"daily", "evening", "night"}),
            without=lambda *_: TopicContent(None),
        )
        return _freeze(database, audience, replace(_WHOLE, article_keys=(f"gazette.example/{number}",)))

    assert [freeze("daily", 1), freeze("evening", 2)] == [1, 0]
    another = seen(1, title="Another", published_at=NOW, guid="urn:7", at=NOW + timedelta(minutes=3))
    articles.record(visit(another, at=another.taken_at))
    assert freeze("night", 1) == 1


def test_freeze_keeps_a_moved_article_for_who_had_another_one_at_its_former_address(database: Database) -> None:
    """They never had it."""
    Subscribers(database).add_many([Subscriber(email=reader(0))], NOW)
    another = seen(1, title="Another", published_at=NOW, guid="urn:7", at=NOW + timedelta(minutes=3))
    moves = (seen(number, guid="urn:1", at=NOW + timedelta(minutes=number)) for number in (1, 2))
    for one in (*moves, another):
        Articles(database).record(visit(one, at=one.taken_at))

    def freeze(edition: str, number: int) -> int | None:
        audience = Audience(
            edition=edition, same_language=frozenset({"daily", "evening"}), without=lambda *_: TopicContent(None)
        )
        content = replace(_WHOLE, article_keys=(f"gazette.example/{number}",))
        return _freeze(database, audience, content, NOW + timedelta(minutes=5))

    assert [freeze("daily", 1), freeze("evening", 2)] == [1, 1]


def test_outcomes_of_readers_over_the_limit_do_not_stop_at_them() -> None:
    """They may see an article again; who had none is left out of the count, and the groups behind are planned."""
    groups = [(1, "10", 5), (1, "11,12", 4), (1, "13", 3), (1, "14", 2)]
    earlier = {10: {"a"}, 11: {"b"}, 12: {"c"}, 13: {"x"}, 14: {"c"}}
    whole = {1: ("key", {"a", "b", "c"})}

    def without(key: str, had: frozenset[str]) -> TopicContent:
        assert key == "key"
        return TopicContent(_CITY if "b" in had else None, over_limit="a" in had)

    audience = Audience(edition="daily", without=without)
    outcomes, repeats = reader_history._outcomes(groups, whole, earlier, audience, lambda content: len(content.key))
    assert outcomes == [(1, "11,12", len(_CITY.key)), (1, "14", None)]
    assert repeats == (2, 5)

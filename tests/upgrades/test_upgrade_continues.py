"""A database upgraded from 0ba057a keeps working: work in progress is finished, and new work starts."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.headerregistry import Address

import pytest
from sqlalchemy import func, select

from digest import tokens
from digest.message.build import SenderIdentity, encode, personalise
from digest.model.articles import Sighting
from digest.model.deliveries import DeliveryState, Outcome, Receipt
from digest.model.issues import Audience, Content, Coverage, IssueRecord, IssueState
from digest.model.overrides import Override, OverrideKind
from digest.model.subscribers import RowOutcome, Subscriber
from digest.store.articles.articles import Articles
from digest.store.engine.database import Database
from digest.store.issues.decisions import Decisions
from digest.store.issues.issues import Issues
from digest.store.issues.overrides import Overrides
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.resends import Resends
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.schema import delivery
from digest.store.tables.schema import issue as issue_table
from digest.store.upkeep.beats import RUN, Beats
from tests.support.store import LEASE, RENDERED, column, intend, settle, visit
from tests.upgrades import expected

NOW = expected.october(1, 4, 10)
SENDING = 4
NOT_FROZEN = [issue for issue in expected.ISSUES if issue.frozen_at is None]


@pytest.fixture
def deliveries(database: Database) -> Deliveries:
    """Its ledger."""
    return Deliveries(database)


def freeze(database: Database, issue: IssueRecord) -> int | None:
    """Freeze the issue; the audience."""
    return Issues(database).freeze(
        issue.id,
        content=Content(rendered=RENDERED, article_keys=["a"]),
        audience=Audience(edition=issue.edition),
        coverage=Coverage(issue.window, expected.october(3, 5), Decisions(database).mark(issue.edition, issue.slot)),
        now=expected.october(3, 5),
        deadline=expected.october(3, 17),
    )


def listed(url: str, title: str) -> Sighting:
    """Return a source's present sighting of an article."""
    return Sighting(source="gorod", url=url, title=title, taken_at=NOW, published_at=NOW - timedelta(hours=1))


# --- work in progress


def test_claim_after_upgrade_takes_what_is_due(deliveries: Deliveries) -> None:
    """The planned and the deferred message of the issue that was being sent."""
    claims = deliveries.claim(100, owner="new", now=NOW, lease=LEASE)
    assert [(one.delivery_id, one.issue_id, one.variant_id, one.address, one.name, one.tries) for one in claims] == [
        (15, SENDING, SENDING, "reader9@post.example", None, 0),
        (8, SENDING, SENDING, "vera@post.example", "Вера Ильинична", 1),
    ]


def test_next_try_after_upgrade_is_known(deliveries: Deliveries) -> None:
    """A sender that has claimed what is planned knows when to wake up."""
    assert deliveries.claim(9, owner="me", now=expected.october(1, 4, 5), lease=LEASE)
    assert deliveries.next_due(NOW) == expected.october(1, 4, 6)


@pytest.mark.parametrize("held", [expected.BEING_SENT, expected.UNKNOWN], ids=["sending", "unknown"])
def test_receipt_after_upgrade_proves_an_old_message_sent(
    database: Database, deliveries: Deliveries, held: tuple[int, str]
) -> None:
    """The token of 0ba057a is still the proof."""
    settle(deliveries, [Receipt(delivery_id=held[0], token=held[1], outcome=Outcome.SENT)], now=NOW)
    assert Tallies(database).of_issue(SENDING)[DeliveryState.SENT] == 2


def test_claimed_message_after_upgrade_may_begin(database: Database, deliveries: Deliveries) -> None:
    """Its owner has not lost it."""
    assert intend(deliveries, [expected.CLAIMED], NOW) == {expected.CLAIMED[0]}
    assert Tallies(database).of_issue(SENDING)[DeliveryState.SENDING] == 2


def test_recovery_after_upgrade_takes_back_rows_of_dead_owners(database: Database, deliveries: Deliveries) -> None:
    """What was claimed is planned again; what was being sent is unknown."""
    assert deliveries.recover(NOW, lambda _owner: True) == (1, 1)
    assert deliveries.owners() == []
    tally = Tallies(database).of_issue(SENDING)
    assert (tally[DeliveryState.PLANNED], tally[DeliveryState.UNKNOWN]) == (2, 2)


def test_deadline_after_upgrade_ends_the_issue(database: Database, deliveries: Deliveries) -> None:
    """What waits past the deadline expires, untried or deferred, and the issue is done."""
    late = expected.october(1, 16)
    deliveries.recover(late, lambda _owner: True)
    untried = {record.name: number for record, number in deliveries.expire(late)}
    assert untried == {"en/2026-09-25": 1, "ru/2026-10-01": 2}
    assert deliveries.finish(late) == 1
    found = Issues(database).find("ru", expected.slot_on(10, 1))
    assert found is not None
    assert found.state is IssueState.DONE


def test_unknown_messages_after_upgrade_can_be_resent(database: Database, deliveries: Deliveries) -> None:
    """A person lets the unknown message go out again."""
    assert Resends(database).resend(SENDING, DeliveryState.UNKNOWN, "olga", NOW) == 1
    assert Tallies(database).of_issue(SENDING)[DeliveryState.PLANNED] == 2


@pytest.mark.parametrize("issue_id", [2, 4, 5], ids=["paused", "sending", "frozen"])
def test_cancel_after_upgrade_ends_a_frozen_issue(database: Database, deliveries: Deliveries, issue_id: int) -> None:
    """Nothing of it waits any more."""
    assert Issues(database).cancel(issue_id, NOW)
    tally = Tallies(database).of_issue(issue_id)
    assert (tally[DeliveryState.PLANNED], tally[DeliveryState.CLAIMED], tally[DeliveryState.DEFERRED]) == (0, 0, 0)


def test_links_after_upgrade_open_for_old_mail(database: Database) -> None:
    """The links and return addresses of mail that 0ba057a sent name their delivery."""
    secret = database.secret()
    assert tokens.read(secret, expected.READER_TOKEN, tokens.READER) == 8
    assert tokens.read_leave(secret, expected.READER_TOKEN) == 8
    assert tokens.read(secret, expected.BOUNCE_TOKEN, tokens.BOUNCE) == 8


def test_frozen_content_after_upgrade_becomes_a_message(database: Database, deliveries: Deliveries) -> None:
    """A retry carries the frozen text, with the reader's own link in it."""
    (claim,) = (one for one in deliveries.claim(9, owner="new", now=NOW, lease=LEASE) if one.delivery_id == 8)
    sender_identity = SenderIdentity(
        sender=Address("Город", "digest", "gorod.example"),
        portal="Город",
        secret=database.secret(),
        base_url="https://mail.example",
    )
    sent = personalise(encode(Issues(database).variant(claim.variant_id), sender_identity, None), claim)
    message = message_from_bytes(sent.content, policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    assert message["Subject"] == expected.SUBJECTS[SENDING]
    link = f"https://mail.example/u/{expected.READER_TOKEN}\n"
    assert body.get_content().replace("\r\n", "\n") == expected.SENDING_TEXT + link


def test_run_after_upgrade_knows_the_editions_that_have_issues(database: Database) -> None:
    """It catches up as before: the beat of each edition is that of its first issue; a new edition has none."""
    beats = Beats(database)
    with database.read() as connection:
        changes = connection.execute(
            select(issue_table.c.edition, func.min(issue_table.c.updated_at)).group_by("edition")
        )
        first = {row[0]: row[1] for row in changes}
    assert {one.edition for one in expected.ISSUES} <= set(first)
    assert {edition: beats.first_seen(RUN, edition) for edition in first} == first
    assert beats.first_seen(RUN, "new") is None


# --- new work


@pytest.mark.parametrize("issue", NOT_FROZEN, ids=lambda issue: f"{issue.edition}-{issue.slot}")
def test_unfrozen_issue_after_upgrade_is_opened_again_and_frozen(database: Database, issue: IssueRecord) -> None:
    """Whatever it waited for, the schedule meets the same issue and sends it."""
    assert Issues(database).open(issue.edition, issue.slot, issue.window, NOW) == issue
    assert freeze(database, issue) == expected.AUDIENCES[issue.edition]
    found = Issues(database).find(issue.edition, issue.slot)
    assert found is not None
    assert found.state is IssueState.FROZEN


def test_new_delivery_after_upgrade_gets_an_id_never_used(database: Database) -> None:
    """An id in a reader's link never means another reader, even where the last row was deleted."""
    last = max(int(str(one)) for one in column(database, "id"))
    with database.write() as connection:
        connection.execute(delivery.delete().where(delivery.c.id == last))
    assert freeze(database, NOT_FROZEN[0]) == expected.AUDIENCES[NOT_FROZEN[0].edition]
    fresh = [int(str(one)) for one in column(database, "id")][-expected.AUDIENCES["ru"] :]
    assert min(fresh) == last + 1


@pytest.mark.parametrize(
    ("email", "answer"),
    [
        ("reader-gone@post.example", RowOutcome.LEFT),
        ("reader8@post.example", RowOutcome.LEFT),
        ("operator-gone@post.example", RowOutcome.CHANGED),
        ("imported-gone@post.example", RowOutcome.LEFT),
        ("pending@post.example", RowOutcome.CHANGED),
        ("reader4@post.example", RowOutcome.SAME),
    ],
)
def test_import_after_upgrade_respects_who_left(database: Database, email: str, answer: RowOutcome) -> None:
    """Readers who unsubscribed, here or elsewhere, stay unsubscribed; those the operator removed can be added again."""
    known = Subscribers(database).find(email)
    assert known is not None
    assert Subscribers(database).add(Subscriber(email=email, editions=known.editions), NOW) == answer


def test_override_after_upgrade_replaces_an_old_one(database: Database) -> None:
    """The latest override of an article counts."""
    slot = expected.slot_on(10, 1)
    said = Override(key=expected.BRIDGE_KEY, kind=OverrideKind.TITLE, value="Новый заголовок", by=expected.OLGA, at=NOW)
    Overrides(database).add("ru", slot, said)
    titles = [one for one in Overrides(database).in_force("ru", slot, NOW) if one.kind == "title"]
    assert titles == [said]


def test_visit_after_upgrade_updates_known_articles(database: Database) -> None:
    """A known article stays the same one, and an address that only had counters becomes an article."""
    known = listed("https://gorod.example/news/2", "Трамвай вернулся")
    orphan = listed(f"https://{expected.ORPHAN_KEY}", "О нас")
    articles = Articles(database)
    assert articles.record(visit(known, orphan, at=NOW, source="gorod")) == 1
    (tram,) = (one for one in articles.records(expected.ARTICLES_WINDOW) if one.key == "gorod.example/news/2")
    assert (tram.sightings[0].title, tram.sightings[0].published_at) == ("Трамвай вернулся", expected.september(30, 9))
    (about,) = articles.records(expected.day_before(expected.october(2, 0)))
    assert (about.key, about.first_seen_at) == (expected.ORPHAN_KEY, NOW)
    assert [one.counters.views for one in about.readings] == [77]

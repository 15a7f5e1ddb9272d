"""After the upgrade from 0ba057a the tables are the current ones, and every row is there with its values."""

from datetime import datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from digest.model.articles import Role
from digest.model.deliveries import DeliveryState, Tally
from digest.model.issues import Audience, IssueRecord, IssueState, Slot
from digest.model.overrides import Override
from digest.model.subscribers import SubscriberStatus
from digest.store.articles.articles import Articles
from digest.store.engine.database import HEAD, Database
from digest.store.issues.issues import Issues
from digest.store.issues.overrides import Overrides
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.resends import Resends
from digest.store.ledger.tallies import Tallies
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.count_schema import delivery_count, subscriber_count
from digest.store.tables.metadata import all_tables
from tests.support.store import opened, schema_of
from tests.upgrades import expected
from tests.upgrades.dumps import Row, load, stored_rows, upgraded


def in_order(rows: list[Row]) -> list[Row]:
    """The rows in one order, whatever order the database returns them in."""
    return sorted(rows, key=repr)


def in_columns(rows: list[Row], names: set[str]) -> list[Row]:
    """The rows without the columns that are not named."""
    return [{name: value for name, value in row.items() if name in names} for row in rows]


def by_time(said: list[Override]) -> list[Override]:
    """The overrides by the moment at which they were made."""
    return sorted(said, key=lambda one: one.at)


# --- as they are stored


def test_upgrade_from_0ba057a_reaches_head(database: Database) -> None:
    """The database is accepted as current."""
    database.require_current()
    assert database.revision() == HEAD


def test_upgrade_from_0ba057a_makes_the_current_schema(database: Database) -> None:
    """Tables, columns, keys, checks and indexes equal those of a database made from scratch."""
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), all_tables) == []
        migrated = schema_of(connection)
    with database.write() as connection:
        all_tables.drop_all(connection)
        all_tables.create_all(connection)
    with database.read() as connection:
        assert migrated == schema_of(connection)


def test_upgrade_from_0ba057a_keeps_every_row(empty_store_url: str) -> None:
    """All rows are stored as before, except for what `expected` says that migrations change."""
    load(empty_store_url)
    wanted = expected.after_upgrade(stored_rows(empty_store_url))
    with opened(empty_store_url):
        pass
    now = stored_rows(empty_store_url)
    for table, rows in wanted.items():
        assert rows, table
        assert in_order(in_columns(now[table], set(rows[0]))) == in_order(rows), table


def test_upgrade_from_0ba057a_leaves_the_same_rows_on_both_databases(sqlite_url: str, postgres_url: str) -> None:
    """SQLite and PostgreSQL hold the same values, moments and lists included; PostgreSQL alone keeps numbers."""
    with upgraded(sqlite_url) as one, upgraded(postgres_url) as other:
        for table in {*all_tables.sorted_tables} - {delivery_count, subscriber_count}:
            wanted = select(table).order_by(*table.primary_key)
            with one.read() as left, other.read() as right:
                assert left.execute(wanted).all() == right.execute(wanted).all(), table.name


# --- as the store returns them


def test_articles_after_upgrade_have_their_sightings_and_readings(database: Database) -> None:
    """Each source's latest sighting and every reading are there, for articles and for discussions."""
    articles = Articles(database)
    assert articles.records(expected.ARTICLES_WINDOW) == expected.ARTICLES
    assert articles.records(expected.ARTICLES_WINDOW, Role.DISCUSSION) == expected.DISCUSSIONS


def test_readings_after_upgrade_are_replayed(database: Database) -> None:
    """The past can be replayed: every reading of every dated article is there."""
    assert {tuple(one) for one in Articles(database).readings()} == {
        (article.key, article.sightings[0].published_at, one.taken_at, one.counters.views, one.counters.comments)
        for article in expected.ARTICLES
        for one in article.readings
    }


def test_sources_after_upgrade_keep_their_validators(database: Database) -> None:
    """The next visit is a conditional request."""
    assert Articles(database).validators() == expected.VALIDATORS


def test_issues_after_upgrade_cover_every_state() -> None:
    """The expected issues leave no state of an issue or of a delivery out."""
    assert {issue.state for issue in expected.ISSUES} == set(IssueState)
    assert {state for tally in expected.TALLIES.values() for state in tally} == set(DeliveryState)
    assert {one.status for one in expected.SUBSCRIBERS} == set(SubscriberStatus)


def test_history_after_upgrade_lists_every_issue(database: Database) -> None:
    """No issue is missing and none was added, newest slot first."""
    newest_first = sorted(expected.ISSUES, key=lambda issue: (issue.slot, issue.id), reverse=True)
    assert Issues(database).history(None, 100) == newest_first


@pytest.mark.parametrize("wanted", expected.ISSUES, ids=lambda issue: f"{issue.edition}-{issue.slot}")
def test_issue_after_upgrade_is_found_by_its_slot(database: Database, wanted: IssueRecord) -> None:
    """Its id, state, window, moments and reason are as before."""
    assert Issues(database).find(wanted.edition, wanted.slot) == wanted


@pytest.mark.parametrize("variant_id", expected.SUBJECTS)
def test_variant_after_upgrade_belongs_to_its_issue(database: Database, variant_id: int) -> None:
    """A retry finds the content that was frozen."""
    issue = expected.ISSUES[variant_id - 1]
    variant = Issues(database).variant(variant_id)
    assert (variant.issue_id, variant.edition, variant.slot) == (issue.id, issue.edition, issue.slot)
    assert variant.frozen_at == issue.frozen_at
    assert variant.rendered.subject == expected.SUBJECTS[variant_id]


@pytest.mark.parametrize("edition", expected.USED_KEYS)
def test_used_articles_after_upgrade_are_remembered(database: Database, edition: str) -> None:
    """An article that readers have had does not come again."""
    assert Issues(database).used_keys(edition, expected.slot_on(10, 5)) == expected.USED_KEYS[edition]


@pytest.mark.parametrize(("edition", "slot", "now"), expected.OVERRIDES, ids=str)
def test_overrides_after_upgrade_are_in_force(database: Database, edition: str, slot: Slot, now: datetime) -> None:
    """Pins, drops, boosts and titles apply to their slot, until their end, the latest of a kind alone."""
    assert by_time(Overrides(database).in_force(edition, slot, now)) == by_time(expected.OVERRIDES[edition, slot, now])


def test_subscribers_after_upgrade_are_listed(database: Database) -> None:
    """Names, languages, lists and statuses are as before."""
    assert list(Subscribers(database).list()) == expected.SUBSCRIBERS


@pytest.mark.parametrize("status", SubscriberStatus)
def test_subscribers_after_upgrade_are_listed_by_status(database: Database, status: SubscriberStatus) -> None:
    """Each status finds its subscribers."""
    assert list(Subscribers(database).list(status)) == [one for one in expected.SUBSCRIBERS if one.status is status]


@pytest.mark.parametrize("edition", expected.AUDIENCES)
def test_audience_after_upgrade_is_the_same(database: Database, edition: str) -> None:
    """As many subscribers as before get the edition."""
    assert Subscribers(database).audience(Audience(edition=edition)) == expected.AUDIENCES[edition]


@pytest.mark.parametrize("issue_id", expected.TALLIES)
def test_deliveries_after_upgrade_are_in_their_states(database: Database, issue_id: int) -> None:
    """Each state of a delivery is read back."""
    assert Tallies(database).of_issue(issue_id) == Tally(counts=expected.TALLIES[issue_id])


def test_status_after_upgrade_lists_every_frozen_issue(database: Database) -> None:
    """The list of issues and their tallies, the latest activity first."""
    wanted = [(expected.ISSUES[one - 1], Tally(counts=expected.TALLIES[one])) for one in expected.LATEST_ACTIVITY]
    assert Tallies(database).of_frozen_issues() == wanted


def test_owners_after_upgrade_hold_their_rows(database: Database) -> None:
    """Who claimed messages is still known."""
    assert Deliveries(database).owners() == [expected.OWNER, expected.OTHER_OWNER]


@pytest.mark.parametrize("issue_id", expected.TALLIES)
def test_consent_after_upgrade_is_remembered(database: Database, issue_id: int) -> None:
    """It is known of which issues messages may go out twice."""
    assert Resends(database).has_consent(issue_id) is (issue_id in expected.RESENT)


def test_secret_after_upgrade_is_the_same(database: Database) -> None:
    """The links in mail that was sent stay valid."""
    assert database.secret() == expected.SECRET

"""After the upgrade from 0ba057a readers whose addresses differ only in case are one, with their history."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from itertools import product

import psycopg
from sqlalchemy import make_url

from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.store.subscribers.subscribers import Subscribers
from tests.support.store import opened
from tests.upgrades.dumps import Row, load, stored_rows

LATER = "2026-09-30T12:00:00.000000+00:00"


def execute(url: str, *statements: str) -> None:
    """Change the database of the earlier version."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(address.database))) as file, file:
            for statement in statements:
                file.execute(statement)
        return
    with psycopg.connect(address.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def add(url: str, number: int, email: str, status: str = "confirmed", **values: str) -> None:
    """Add a row to the table `subscriber`."""
    row = {
        "id": str(number),
        "email": f"'{email}'",
        "editions": "'[]'",
        "sections": "'[]'",
        "status": f"'{status}'",
        "created_at": f"'{LATER}'",
        "changed_at": f"'{LATER}'",
        **{name: f"'{value}'" for name, value in values.items()},
    }
    execute(url, f"INSERT INTO subscriber ({', '.join(row)}) VALUES ({', '.join(row.values())})")


def upgraded_reader(url: str, email: str) -> Subscriber:
    """The one reader of an address after the upgrade."""
    with opened(url) as database:
        (found,) = [one for one in Subscribers(database).list() if one.email.casefold() == email]
        assert Subscribers(database).find(email.upper()) == found
        return found


def deliveries(url: str) -> Mapping[object, Row]:
    """The stored deliveries by id."""
    return {row["id"]: row for row in stored_rows(url)["delivery"]}


def test_upgrade_merges_duplicates_and_keeps_unsubscribed(empty_store_url: str) -> None:
    """Whichever of the rows says so, whoever did it, and however old it is."""
    load(empty_store_url)
    expected: dict[object, tuple[object, object, object]] = {}
    for number, (left_by, first) in enumerate(product(("reader", "operator", None), (True, False))):
        name, row = f"new{number}@post.example", 21 + 3 * number
        ended = {"left_by": left_by} if left_by else {}
        confirmed, unsubscribed = (row + 1, row) if first else (row, row + 1)
        add(empty_store_url, unsubscribed, name.title() if first else name, "unsubscribed", **ended)
        add(empty_store_url, confirmed, name if first else name.title())
        add(empty_store_url, row + 2, name.upper(), "suppressed")
        expected[name] = (unsubscribed, "unsubscribed", left_by)
    with opened(empty_store_url):
        pass
    rows = stored_rows(empty_store_url)["subscriber"]
    kept = {
        row["email_key"]: (row["id"], row["status"], row["left_by"]) for row in rows if row["email_key"] in expected
    }
    assert kept == expected
    assert len(rows) == len({row["email_key"] for row in rows})


def test_upgrade_keeps_the_status_that_counts_most(empty_store_url: str) -> None:
    """A suppressed address stays suppressed; a confirmation counts more than a request for one."""
    load(empty_store_url)
    pairs = {
        "suppressed": ("suppressed", "confirmed"),
        "confirmed": ("pending", "confirmed"),
        "pending": ("pending",) * 2,
    }
    for number, (kept, statuses) in enumerate(pairs.items()):
        add(empty_store_url, 21 + 2 * number, f"New@{kept}.example", statuses[0])
        add(empty_store_url, 22 + 2 * number, f"new@{kept}.example", statuses[1])
    with opened(empty_store_url) as database:
        subscribers = Subscribers(database)
        for kept in pairs:
            found = subscribers.find(f"new@{kept}.example")
            assert found is not None
            assert found.status == kept


def test_upgrade_joins_the_fields_of_duplicates(empty_store_url: str) -> None:
    """The row that was changed last counts; its gaps are filled, and the editions of all are kept."""
    load(empty_store_url)
    add(empty_store_url, 21, "GLEB@post.example", editions='["en", "late"]', language="ru")
    assert upgraded_reader(empty_store_url, "gleb@post.example") == Subscriber(
        email="GLEB@post.example",
        name="Глеб",
        language="ru",
        editions=("en", "late", "ru"),
        timezone="Asia/Yekaterinburg",
    )


def test_upgrade_keeps_every_edition_where_one_duplicate_has_it(empty_store_url: str) -> None:
    """An empty list means every edition."""
    load(empty_store_url)
    add(empty_store_url, 21, "GLEB@post.example")
    assert upgraded_reader(empty_store_url, "gleb@post.example").editions == ()


def test_upgrade_folds_letters_that_sql_does_not(empty_store_url: str) -> None:
    """Addresses that today's checks refuse still get the key that Python computes."""
    load(empty_store_url)
    add(empty_store_url, 21, "ÄRMEL@post.example")
    add(empty_store_url, 22, "ärmel@post.example", "unsubscribed")
    add(empty_store_url, 23, "Été@post.example")
    assert upgraded_reader(empty_store_url, "ärmel@post.example").status is SubscriberStatus.UNSUBSCRIBED
    assert upgraded_reader(empty_store_url, "été@post.example").email == "Été@post.example"


def test_upgrade_moves_deliveries_of_duplicates_to_the_kept_row(empty_store_url: str) -> None:
    """Every delivery stays; where both had one of the same issue, the one that was sent stays the reader's."""
    load(empty_store_url)
    before = deliveries(empty_store_url)
    sent = next(row for row in before.values() if row["state"] == "sent")
    addresses = {row["id"]: row["email"] for row in stored_rows(empty_store_url)["subscriber"]}
    twin = str(addresses[sent["subscriber_id"]]).upper()
    add(empty_store_url, 21, twin, "unsubscribed", left_by="reader")
    copied = ", ".join(name for name in sent if name not in {"id", "subscriber_id", "state"})
    execute(
        empty_store_url,
        f"INSERT INTO delivery (id, subscriber_id, state, {copied}) "
        f"SELECT 99, 21, 'planned', {copied} FROM delivery WHERE id = {sent['id']}",
    )
    assert upgraded_reader(empty_store_url, twin.casefold()).status is SubscriberStatus.UNSUBSCRIBED
    after = deliveries(empty_store_url)
    assert after.keys() == before.keys() | {99}
    assert (after[sent["id"]]["subscriber_id"], after[sent["id"]]["state"]) == (21, "sent")
    assert (after[99]["subscriber_id"], after[99]["state"]) == (None, "cancelled")


def test_upgrade_cancels_what_waits_for_a_reader_who_left_under_another_case(empty_store_url: str) -> None:
    """They get nothing more; what was sent stays as it was."""
    load(empty_store_url)
    planned = next(row for row in deliveries(empty_store_url).values() if row["state"] == "planned")
    addresses = {row["id"]: row["email"] for row in stored_rows(empty_store_url)["subscriber"]}
    add(empty_store_url, 21, str(addresses[planned["subscriber_id"]]).upper(), "unsubscribed", left_by="reader")
    with opened(empty_store_url):
        pass
    after = deliveries(empty_store_url)[planned["id"]]
    assert (after["subscriber_id"], after["state"]) == (21, "cancelled")

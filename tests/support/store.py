"""What the tests of the store share: an open database, slots of an edition, subscribers and a frozen issue."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, event, inspect, select, text
from sqlalchemy.engine.interfaces import ReflectedColumn, ReflectedIndex

from digest.model.articles import Collected, Counters, Role, Sighting, SourceReport, Visit, Window
from digest.model.decisions import EditMark
from digest.model.deliveries import Receipt
from digest.model.issues import Audience, Content, Coverage, Rendered, Slot
from digest.model.subscribers import Subscriber
from digest.model.web import SignupRequest
from digest.store.engine.database import Database
from digest.store.issues.decisions import Decisions
from digest.store.issues.issues import Issues
from digest.store.ledger.deliveries import Deliveries
from digest.store.ledger.system_mail import SystemMessage
from digest.store.subscribers.subscribers import Subscribers
from digest.store.tables.schema import delivery

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
SLOT = Slot(day=date(2026, 10, 1))
WINDOW = Window(start=NOW - timedelta(days=1), end=NOW)
LEASE = timedelta(seconds=30)
_WHOLE = ("SCAN delivery", "SCAN subscriber")
RENDERED = Rendered(subject="Harbour reopens", preheader="and more", html="<p>Гавань</p>", text="Гавань")
CONTENT = Content(rendered=RENDERED, article_keys=("a", "b"))


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database at the address, up to date."""
    database = Database.open(url, Path("/"))
    try:
        database.migrate()
        yield database
    finally:
        database.close()


def sign_up(email: str, *, address: str = "key of the address", network: str = "key of the network") -> SignupRequest:
    """A request to be subscribed to the edition `daily`, and the keys that its limits count by."""
    return SignupRequest(
        email=email,
        editions=("daily",),
        language="en",
        consents=("I agree",),
        origin="https://gazette.example",
        address_key=address,
        network_key=network,
        form_key="",
    )


def system_message(purpose: str, key: str = "", day: Slot = SLOT) -> SystemMessage:
    """Mail of the system with that key, or that of its purpose, which its texts repeat."""
    key = key or purpose
    content = Rendered(subject=key, preheader="", html=f"<p>{key}</p>", text=key)
    return SystemMessage(purpose=purpose, language="en", day=day, key=key, content=content, dkim_selector=None)


def minutes(number: float) -> timedelta:
    """Return a number of minutes."""
    return timedelta(minutes=number)


def reader(number: int) -> str:
    """The address of a made-up reader."""
    return f"reader{number}@post.example"


class Frozen(NamedTuple):
    """An issue, and how many readers it was planned for; None where it could not be frozen."""

    issue_id: int
    readers: int | None


def freeze(
    issues: Issues,
    edition: str = "daily",
    slot: Slot = SLOT,
    *,
    content: Content = CONTENT,
    audience: Audience | None = None,
    window: Window = WINDOW,
    now: datetime = NOW,
    lasts: timedelta = timedelta(hours=12),
    edits: EditMark | None = None,
    links: Sequence[str] = (),
) -> Frozen:
    """Open an issue and freeze it for all readers of its edition, or for `audience`; its messages expire then."""
    issue_id = issues.open(edition, slot, window, now).id
    readers = issues.freeze(
        issue_id,
        content=content,
        audience=audience or Audience(edition=edition),
        coverage=Coverage(window, now, edits or EditMark()),
        now=now,
        deadline=now + lasts,
        links=links,
    )
    return Frozen(issue_id, readers)


def frozen(
    database: Database,
    readers: int,
    slot: Slot = SLOT,
    keys: tuple[str, ...] = ("a", "b"),
    now: datetime = NOW,
) -> int:
    """Freeze an issue for a number of readers; returns its id."""
    Subscribers(database).add_many([Subscriber(email=reader(number)) for number in range(readers)], NOW)
    content, edits = Content(rendered=RENDERED, article_keys=keys), Decisions(database).mark("daily", slot)
    issue_id, planned = freeze(Issues(database), slot=slot, content=content, now=now, edits=edits)
    assert planned == readers
    return issue_id


def states(database: Database) -> list[str]:
    """The states of all rows of the ledger by id."""
    with database.read() as connection:
        return [str(state) for state in connection.scalars(select(delivery.c.state).order_by(delivery.c.id))]


def column(database: Database, name: str) -> list[object]:
    """One column of all rows of the ledger by id."""
    with database.read() as connection:
        return list(connection.scalars(select(delivery.c[name]).order_by(delivery.c.id)))


def sending(deliveries: Deliveries, limit: int = 100, owner: str = "me") -> list[tuple[int, str]]:
    """Claim rows and begin to send them: pairs of delivery id and token."""
    pairs = [(one.delivery_id, one.token) for one in deliveries.claim(limit, owner=owner, now=NOW, lease=LEASE)]
    assert intend(deliveries, pairs) == {delivery_id for delivery_id, _token in pairs}
    return pairs


def intend(deliveries: Deliveries, pairs: Sequence[tuple[int, str]], now: datetime = NOW) -> set[int]:
    """Ask the ledger which of these may be finished."""
    return deliveries.record([], pairs, now=now, lease=LEASE, next_try=lambda _tries: None)


def settle(
    deliveries: Deliveries,
    receipts: Sequence[Receipt],
    next_try: Callable[[int], datetime | None] = lambda _tries: NOW + timedelta(minutes=5),
    *,
    now: datetime = NOW,
) -> None:
    """Store the receipts of messages."""
    assert deliveries.record(receipts, [], now=now, lease=LEASE, next_try=next_try) == set()


def seen(number: int, *, at: datetime = NOW, source: str = "main", **fields: object) -> Sighting:
    """Return a source's sighting of the article of that number."""
    defaults: dict[str, object] = {
        "title": f"Article {number}",
        "published_at": NOW - timedelta(hours=2),
        "taken_at": at,
    }
    return Sighting(source=source, url=f"https://gazette.example/{number}", **(defaults | fields))  # type: ignore[arg-type]


def thread(number: int, comments: int, at: datetime = NOW) -> Sighting:
    """Return a discussion list's sighting of one thread."""
    return seen(number, at=at, source="forum", role=Role.DISCUSSION, counters=Counters(comments=comments))


def visit(*sightings: Sighting, at: datetime = NOW, source: str = "main", **more: object) -> Collected:
    """One round of one source."""
    answer = Visit(sightings=sightings, **more)  # type: ignore[arg-type]
    return Collected(taken_at=at, reports=(SourceReport(source=source, visit=answer),))


_TRIGGERS = text(
    "SELECT pg_get_triggerdef(t.oid), p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
    " WHERE NOT t.tgisinternal ORDER BY t.tgname"
)


def schema_of(connection: Connection) -> dict[str, object]:
    """Each table with its columns, keys, checks and indexes, and all triggers."""
    inspector = inspect(connection)
    triggers = [] if connection.dialect.name == "sqlite" else connection.execute(_TRIGGERS).all()
    return {"triggers": triggers} | {
        name: (
            [_column(column) for column in inspector.get_columns(name)],
            str(inspector.get_pk_constraint(name)),
            sorted(map(str, inspector.get_foreign_keys(name))),
            sorted(map(str, inspector.get_check_constraints(name))),
            sorted(map(str, inspector.get_unique_constraints(name))),
            sorted(map(_index, inspector.get_indexes(name))),
            _never_reuses_ids(connection, name),
        )
        for name in inspector.get_table_names()
    }


def _column(column: ReflectedColumn) -> str:
    return f"{column['name']} {column['type']} {column['nullable']} {column['default']}"


def _never_reuses_ids(connection: Connection, table: str) -> bool:
    # Reflection does not report AUTOINCREMENT, and a table that Alembic copies on SQLite loses it.
    if connection.dialect.name != "sqlite":
        return True
    made_by = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    return "AUTOINCREMENT" in str(connection.scalar(made_by, {"name": table}))


def _index(index: ReflectedIndex) -> str:
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return f"{index['name']} {index['column_names']} {index['unique']} {options}"


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Record the statements that are executed in the block."""
    executed: list[tuple[str, Any]] = []

    def note(
        _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
    ) -> None:
        executed.append((statement, parameters[0] if many else parameters))

    engines = {database._engine, database._keyed_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield executed
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def scans(database: Database, executed: list[tuple[str, Any]]) -> list[str]:
    """Those of the statements for which SQLite would read a whole table of readers or deliveries."""
    found = []
    for statement, parameters in executed:
        if statement.startswith(("SELECT", "UPDATE", "INSERT")):
            with database.read() as connection:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            found += [f"{row[-1]}: {statement}" for row in plan if row[-1].startswith(_WHOLE)]
    return found

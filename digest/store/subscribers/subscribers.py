"""The subscribers: who gets mail, what they chose, and who unsubscribed."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Row,
    and_,
    case,
    func,
    literal,
    select,
    true,
    type_coerce,
)
from sqlalchemy import Text as TextType

from digest import failpoints
from digest.model.deliveries import DeliveryState
from digest.model.issues import Audience, Kind, Slot
from digest.model.readers import ConsentNote
from digest.model.subscribers import (
    LEFT,
    Frequency,
    ImportedRows,
    LeftBy,
    Preferences,
    RowOutcome,
    RowResult,
    Subscriber,
    SubscriberStatus,
)
from digest.model.users import AuditEntry
from digest.store.access.audit import record_audit
from digest.store.engine.database import Database
from digest.store.engine.row_values import Types, values_table
from digest.store.issues.audiences import in_audience
from digest.store.ledger.transitions import move
from digest.store.subscribers.row_merging import (
    FIELDS,
    PAUSE,
    STATUS,
    Resubscribe,
    Stated,
    StoredValues,
    merged_rows,
    stated_chunks,
)
from digest.store.subscribers.subscription_ends import UNSENT, end_subscription, forget_bounces, suppress
from digest.store.subscribers.suppression import has_suppressions, suppressed_keys
from digest.store.tables.schema import delivery, has_address, insert, issue, subscriber
from digest.store.tables.web_schema import consent_note

PREFERENCES = tuple(field.name for field in fields(Preferences))

# An import reads and writes stored values: converting a million rows to objects would take most of its time.
_OTHER_TYPES: Types = {"hour": Integer(), "paused_until": Date()}
_CHANGED_COLUMNS = {name: _OTHER_TYPES.get(name, TextType()) for name in ("email_key", *FIELDS, "left_by")}
_ADDED_COLUMNS = {name: _OTHER_TYPES.get(name, TextType()) for name in ("email", *FIELDS, "left_by", "email_key")}
_HAS_CHOSEN = type_coerce(subscriber.c.editions_chosen_at.is_not(None), Integer()).label("has_chosen")
_STORED_COLUMNS = [type_coerce(subscriber.c[name], kind).label(name) for name, kind in _CHANGED_COLUMNS.items()]
_BEFORE_SUPPRESSION = case(
    (subscriber.c.suppressed_from == SubscriberStatus.PENDING, subscriber.c.suppressed_from),
    else_=literal(SubscriberStatus.CONFIRMED, subscriber.c.status.type),
)
_PAGE = 1_000
_FREQUENCIES = {one.value: one for one in Frequency}


class Subscribers:
    """Subscribers by address, whose case does not matter; it is kept as it was given, its domain in lower case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, added: Subscriber, now: datetime, note: ConsentNote | None = None, entry: AuditEntry | None = None
    ) -> RowOutcome:
        """Add or change one: `added`, `changed`, `same`, or `left` (unsubscribed or suppressed). Raises StoreError.

        A reader that the operator removed is subscribed again; one who chose their editions keeps them.
        `note` is stored too, unless the reader has left.
        """
        secret = self._database.secret()
        with self._database.write() as connection:
            rows = _import(connection, secret, [added], now, Resubscribe.REMOVED_BY_OPERATOR)
            (result,) = rows.results
            if result.outcome is not RowOutcome.LEFT:
                _note_consent(connection, added.email, note, entry)
        return result.outcome

    def add_many(self, batch: Sequence[Subscriber], now: datetime) -> Counter[RowOutcome]:
        """Add or change many in one transaction; the number of each of `add`'s results. Raises StoreError.

        A field that a row leaves out (`None`, or no sections) stays as it was. Readers who are unsubscribed or
        suppressed are not subscribed again.
        """
        return Counter(result.outcome for result in self.import_rows(batch, now).results)

    def import_rows(
        self, batch: Sequence[Subscriber], now: datetime, resubscribe: Resubscribe = Resubscribe.NOBODY
    ) -> ImportedRows:
        """`add_many`, with the result of each row. Raises StoreError.

        Whatever `resubscribe` is, nothing is stored about an address that was erased: its result is `left`.
        """
        secret = self._database.secret()
        with self._database.write() as connection:
            rows = _import(connection, secret, batch, now, resubscribe)
            failpoints.reach("store.before_import_commit")
        failpoints.reach("store.after_import")
        return rows

    def preview_rows(self, batch: Sequence[Subscriber], resubscribe: Resubscribe = Resubscribe.NOBODY) -> ImportedRows:
        """What `import_rows` would return now; nothing is written. Raises StoreError."""
        secret = self._database.secret()
        with self._database.read() as connection:
            any_erased = has_suppressions(connection)
            found = (
                merged_rows(
                    *_stored_rows(connection, chunk, lock=False),
                    chunk,
                    resubscribe,
                    _erased(connection, secret, chunk) if any_erased else frozenset(),
                )[0]
                for chunk in stated_chunks(batch)
            )
            return _joined(found)

    def list(self, status: SubscriberStatus | None = None) -> Iterator[Subscriber]:
        """All, or those of one status, by address without regard to case, read page by page; raises StoreError."""
        last = ""
        while page := self._page(last, status):
            yield from map(subscriber_of, page)
            last = page[-1].email_key

    def find(self, email: str) -> Subscriber | None:
        """The subscriber of that address; raises StoreError."""
        with self._database.read() as connection:
            row = connection.execute(select(subscriber).where(has_address(email))).one_or_none()
        return None if row is None else subscriber_of(row)

    def consent_notes(self, email: str) -> Sequence[ConsentNote]:
        """How they agreed, where somebody noted it, the first one first; raises StoreError."""
        key = has_address(email)
        notes = select(consent_note.c.at, consent_note.c.by, consent_note.c.text).join(subscriber).where(key)
        with self._database.read() as connection:
            return [ConsentNote(*row) for row in connection.execute(notes.order_by(consent_note.c.id))]

    def remove(self, email: str, by: LeftBy, now: datetime, entry: AuditEntry | None = None) -> bool:
        """End a subscription `by` operator or reader, and cancel what was not begun; false when nothing changed."""
        with self._database.write() as connection:
            ended = end_subscription(connection, has_address(email), by, now)
            record_audit(connection, entry if ended else None)
        return ended

    def suppress(self, email: str, now: datetime, entry: AuditEntry | None = None) -> bool:
        """Send no more mail to an address, and cancel what was not begun; false where nobody subscribed is there."""
        with self._database.write() as connection:
            suppressed = suppress(connection, has_address(email), now)
            record_audit(connection, entry if suppressed else None)
        return suppressed

    def unsuppress(self, email: str, now: datetime, entry: AuditEntry | None = None) -> SubscriberStatus | None:
        """Send mail to a suppressed address again, and forget its soft bounces; the status that it has then.

        A reader who had not confirmed has to do it still. None where the address is not suppressed.
        """
        suppressed = has_address(email), subscriber.c.status == SubscriberStatus.SUPPRESSED
        again = subscriber.update().where(*suppressed).values(status=_BEFORE_SUPPRESSION, changed_at=now)
        with self._database.write() as connection:
            row = connection.execute(again.returning(subscriber.c.id, subscriber.c.status)).one_or_none()
            if row is None:
                return None
            forget_bounces(connection, row.id)
            record_audit(connection, entry and replace(entry, after=row.status))
        status: SubscriberStatus = row.status
        return status

    def audience(self, audience: Audience) -> int:
        """How many readers an issue would be planned for now, whatever their topics are; raises StoreError."""
        counted = select(func.count()).select_from(subscriber).where(*in_audience(audience))
        with self._database.read() as connection:
            return connection.execute(counted).scalar_one()

    def domains(self) -> dict[str, int]:
        """How many confirmed readers each domain has; raises StoreError."""
        key = subscriber.c.email_key
        at = func.instr(key, "@") if self._database.is_sqlite else func.strpos(key, "@")
        domain = func.substr(key, at + 1).label("domain")
        confirmed = subscriber.c.status == SubscriberStatus.CONFIRMED
        counted = select(domain, func.count().label("number")).where(confirmed).group_by(domain)
        with self._database.read() as connection:
            return {row.domain: row.number for row in connection.execute(counted)}

    def _page(self, last: str, status: SubscriberStatus | None) -> Sequence[Row[Any]]:
        page = select(subscriber).where(subscriber.c.email_key > last).order_by(subscriber.c.email_key).limit(_PAGE)
        if status is not None:
            page = page.where(subscriber.c.status == status)
        with self._database.read() as connection:
            return connection.execute(page).all()


def _import(
    connection: Connection, secret: bytes, batch: Sequence[Subscriber], now: datetime, resubscribe: Resubscribe
) -> ImportedRows:
    found: list[ImportedRows] = []
    any_erased = has_suppressions(connection)
    for chunk in stated_chunks(batch):
        before, chosen = _stored_rows(connection, chunk, lock=True)
        erased = _erased(connection, secret, chunk) if any_erased else frozenset()
        rows, after = merged_rows(before, chosen, chunk, resubscribe, erased)
        found.append(rows)
        _store(connection, after, before, now)
    return _joined(found)


def _joined(found: Iterable[ImportedRows]) -> ImportedRows:
    """The results of all chunks."""
    results: list[RowResult] = []
    kept = 0
    for rows in found:
        results += rows.results
        kept += rows.kept
    return ImportedRows(results, kept)


def _note_consent(connection: Connection, email: str, note: ConsentNote | None, entry: AuditEntry | None) -> None:
    reader_id = connection.scalar(select(subscriber.c.id).where(has_address(email)))
    if note is not None:
        connection.execute(consent_note.insert(), {"subscriber_id": reader_id, **note._asdict()})
    record_audit(connection, entry and replace(entry, reader_id=reader_id))


def preferences_of(row: Row[Any]) -> Preferences:
    """The preferences of a row that has a subscriber's columns."""
    return Preferences(**_preferences(row))


def _preferences(row: Row[Any]) -> dict[str, Any]:
    chosen = {name: getattr(row, name) for name in PREFERENCES}
    return {**chosen, "frequency": _FREQUENCIES.get(row.frequency)}


def _stored_rows(
    connection: Connection, chunk: Sequence[Stated], *, lock: bool
) -> tuple[dict[str, StoredValues], set[str]]:
    """The stored values of the addresses of these rows, by key, and the keys of readers who chose their editions."""
    keys = sorted({key for _email, key, _status, _values in chunk})
    # Locked in the order of the keys, so that two imports never deadlock.
    found = (
        select(*_STORED_COLUMNS, _HAS_CHOSEN).where(subscriber.c.email_key.in_(keys)).order_by(subscriber.c.email_key)
    )
    rows = connection.execute(found.with_for_update() if lock else found).all()
    return {row[0]: tuple(row[1:-1]) for row in rows}, {row[0] for row in rows if row[-1]}


def _erased(connection: Connection, secret: bytes, chunk: Sequence[Stated]) -> frozenset[str]:
    return suppressed_keys(connection, secret, {key for _email, key, _status, _values in chunk})


def _store(
    connection: Connection,
    rows: Mapping[str, tuple[str, StoredValues]],
    before: Mapping[str, StoredValues],
    now: datetime,
) -> None:
    keys = sorted(rows)
    _add(connection, [(rows[key][0], *rows[key][1], key) for key in keys if key not in before], now)
    changed = [(key, *rows[key][1]) for key in keys if key in before] if before else []
    if changed:
        listed = values_table(connection, _CHANGED_COLUMNS, changed)
        values_of = {name: listed.c[name] for name in _CHANGED_COLUMNS if name != "email_key"}
        same = subscriber.c.email_key == listed.c.email_key
        own = {
            "suppressed_from": _suppressed_from(listed.c.status),
            "editions_chosen_at": _editions_chosen_at(listed.c.editions),
        }
        values = {**values_of, **own, "changed_at": now}
        connection.execute(subscriber.update().where(same).values(values))
        _cancel_deliveries(connection, [key for key in rows if key in before and rows[key][1][STATUS] in LEFT])
        for until, keys in _paused(changed, before).items():
            of_day = select(issue.c.id).where(issue.c.kind == Kind.EDITION, issue.c.slot < Slot(day=until))
            _cancel_deliveries(connection, keys, delivery.c.issue_id.in_(of_day))


def _suppressed_from(stated: ColumnElement[str]) -> ColumnElement[Any]:
    """The status before, where a row suppresses the reader; otherwise what is stored."""
    is_new = and_(stated == SubscriberStatus.SUPPRESSED.value, subscriber.c.status != SubscriberStatus.SUPPRESSED)
    return case((is_new, subscriber.c.status), else_=subscriber.c.suppressed_from)


def _editions_chosen_at(stated: ColumnElement[str]) -> ColumnElement[Any]:
    """What is stored, unless the row replaces the editions that the reader chose."""
    is_same = type_coerce(subscriber.c.editions, TextType) == stated
    return case((is_same, subscriber.c.editions_chosen_at))


def _add(connection: Connection, added: Sequence[tuple[Any, ...]], now: datetime) -> None:
    if added:
        moment = literal(now, subscriber.c.created_at.type)
        # SQLite folds ASCII faster than it takes another value of each row (benchmarks: importing).
        folds = connection.dialect.name == "sqlite" and all(row[0] and row[0].isascii() for row in added)
        given = _given_places(added, len(_ADDED_COLUMNS) - folds)
        types = {name: kind for place, (name, kind) in enumerate(_ADDED_COLUMNS.items()) if place in given}
        listed = values_table(connection, types, list(map(itemgetter(*given), added)))
        key = func.lower(listed.c.email) if folds else listed.c.email_key
        names = [name for name in types if name != "email_key"]
        values = select(*(listed.c[name] for name in names), key, moment, moment).where(true())
        names += ["email_key", "created_at", "changed_at"]
        connection.execute(insert(connection, subscriber).from_select(names, values).on_conflict_do_nothing())


def _given_places(rows: Sequence[Sequence[object]], number: int) -> list[int]:
    """Those of the first columns that are not null in every row: most lists leave many of them out."""
    return [place for place in range(number) if any(row[place] is not None for row in rows)]


def _paused(changed: Sequence[tuple[Any, ...]], before: Mapping[str, StoredValues]) -> dict[date, list[str]]:
    """The keys of readers whose pause is new, by its end."""
    paused: dict[date, list[str]] = defaultdict(list)
    for key, *values in changed:
        if values[PAUSE] is not None and values[PAUSE] != before[key][PAUSE]:
            paused[values[PAUSE]].append(key)
    return paused


def _cancel_deliveries(connection: Connection, keys: Collection[str], *which: ColumnElement[bool]) -> None:
    if keys:
        ids = select(subscriber.c.id).where(subscriber.c.email_key.in_(keys))
        move(connection, UNSENT, DeliveryState.CANCELLED, and_(delivery.c.subscriber_id.in_(ids), *which))


def subscriber_of(row: Row[Any]) -> Subscriber:
    """The subscriber of a row that has all columns."""
    others = {name: getattr(row, name) for name in FIELDS if name not in PREFERENCES}
    return Subscriber(email=row.email, **others, **_preferences(row))

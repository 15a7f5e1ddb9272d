"""Stores what one round of the sources reported: articles, sightings, counters and visits.

A source of role `counters` gives no sightings: its counters are readings of an address, kept until a source lists the
article, or deleted (`store/articles/orphan_counters.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, and_, bindparam, func, literal, select

from digest.model.articles import Collected, Counters, Role, Sighting, SourceReport, Visit
from digest.store.articles.article_keys import article_key, known_ids
from digest.store.articles.moved_articles import follow_moves
from digest.store.articles.orphan_counters import claim, delete_old_orphans, keep_latest_of_orphans, orphans_of
from digest.store.articles.sightings import upsert_sightings
from digest.store.articles.source_failures import count_failures
from digest.store.engine.chunks import chunks
from digest.store.engine.locks import Lock, hold
from digest.store.tables.schema import article, insert, reading, sighting, source

_LARGEST = 2**63 - 1
_Sightings = Mapping[tuple[str, str], Sighting]  # by article key and source


def record_round(connection: Connection, collected: Collected) -> int:
    """Store what one round of all sources reported; how many articles are new."""
    answered = [report for report in collected.reports if report.error is None]
    hold(connection, Lock.RECORDING)  # a host that moves articles does not lock them in the order of their keys
    first = _with_moves_followed(connection, _first_sightings(answered))
    sightings = {place: seen for place, seen in first.items() if seen.role is not Role.COUNTERS}
    counters = {place: seen for place, seen in first.items() if seen.role is Role.COUNTERS and _storable(seen.counters)}
    ids, new = _upsert_articles(connection, sightings)
    upsert_sightings(connection, sightings, ids)
    _append_readings(connection, sightings, ids)
    date_articles(connection, [ids[key] for key in dict.fromkeys(key for key, _source in sightings)])
    if counters:
        _append_readings(connection, counters, _counted_articles(connection, counters, collected.taken_at))
    _store_visits(connection, sorted(answered, key=lambda report: report.source), collected.taken_at)
    count_failures(connection, collected)
    return new


def _first_sightings(answered: Iterable[SourceReport]) -> dict[tuple[str, str], Sighting]:
    """The first sighting of each article in each source's answer, in the order in which rows are locked."""
    first: dict[tuple[str, str], Sighting] = {}
    for report in answered:
        for seen in report.visit.sightings:
            first.setdefault((article_key(seen.url, seen.item), seen.source), seen)
    return dict(sorted(first.items()))


def _with_moves_followed(connection: Connection, sightings: _Sightings) -> _Sightings:
    """The sightings by the keys that their articles have now, also those that have just moved to a new address."""
    keys = {key for key, _source in sightings}
    known = known_ids(connection, keys)
    orphans = set(orphans_of(connection, list(known.values())))
    new = {key for key in keys if key not in known or known[key] in orphans}
    return follow_moves(connection, sightings, new) if new else sightings


def _upsert_articles(connection: Connection, sightings: _Sightings) -> tuple[dict[str, int], int]:
    first_seen: dict[str, datetime] = {}
    for (key, _source), seen in sightings.items():
        first_seen[key] = min(seen.taken_at, first_seen.get(key, seen.taken_at))
    ids = known_ids(connection, list(first_seen))
    listed = claim(connection, {ids[key]: moment for key, moment in first_seen.items() if key in ids})
    new = {key: moment for key, moment in first_seen.items() if key not in ids}
    return ids | _add_articles(connection, new), listed + len(new)


def _add_articles(connection: Connection, new: Mapping[str, datetime]) -> dict[str, int]:
    """Rows for these keys, first seen at these moments; rows that another process added meanwhile are used."""
    if not new:
        return {}
    rows = [{"key": key, "first_seen_at": moment} for key, moment in new.items()]
    connection.execute(insert(connection, article).on_conflict_do_nothing(), rows)
    return known_ids(connection, list(new))


def _counted_articles(
    connection: Connection, counters: Mapping[tuple[str, str], Sighting], now: datetime
) -> dict[str, int]:
    """The ids of the articles that counters belong to; addresses that no source listed yet get new rows."""
    keys = dict.fromkeys(key for key, _source in counters)
    delete_old_orphans(connection, now)
    ids = known_ids(connection, list(keys))
    ids |= _add_articles(connection, {key: now for key in keys if key not in ids})
    keep_latest_of_orphans(connection, [(ids[key], source) for key, source in counters])
    return ids


def _append_readings(connection: Connection, sightings: _Sightings, ids: Mapping[str, int]) -> None:
    nothing: dict[str, int | None] = {"views": None, "comments": None, "rating": None}
    rows = [
        {"article_id": ids[key], "source": name, "taken_at": seen.taken_at, **nothing, **counters}
        for (key, name), seen in sightings.items()
        if (counters := _storable(seen.counters))
    ]
    if rows:
        connection.execute(insert(connection, reading).on_conflict_do_nothing(), rows)


def date_articles(connection: Connection, named: Sequence[int]) -> None:
    """Give each article the earliest date that its sources state now; None without any."""
    # Grouped, because SQLite would search the minimum of one article in the dates of all.
    stated = (
        select(article.c.id, article.c.published_at, func.min(sighting.c.published_at).label("stated"))
        .outerjoin(sighting, and_(sighting.c.article_id == article.c.id, sighting.c.role == Role.ARTICLES))
        .group_by(article.c.id, article.c.published_at)
    )
    rows = [row for chunk in chunks(named) for row in connection.execute(stated.where(article.c.id.in_(chunk)))]
    earliest = {row.id: row.stated for row in rows if row.stated != row.published_at}
    changed = [{"row_id": row_id, "moment": earliest[row_id]} for row_id in named if row_id in earliest]
    if changed:
        dated = article.update().where(article.c.id == bindparam("row_id"))
        connection.execute(dated.values(published_at=bindparam("moment")), changed)


def _store_visits(connection: Connection, answered: Iterable[SourceReport], taken_at: datetime) -> None:
    rows = []
    for report in answered:
        if report.visit.unchanged:
            _repeat_readings(connection, report.source, taken_at)
        rows.append({"name": report.source, "visited_at": taken_at, **_validators_row(report.visit)})
    for columns, of_columns in groupby(rows, key=tuple):
        statement = insert(connection, source)
        upsert = statement.on_conflict_do_update(
            index_elements=[source.c.name],
            set_={name: statement.excluded[name] for name in columns},
            where=source.c.visited_at <= statement.excluded.visited_at,
        )
        connection.execute(upsert, [row | {"first_visited_at": taken_at} for row in of_columns])


def _validators_row(visit: Visit) -> dict[str, str | None]:
    """The columns of the validators of an answer; none where those of the answer before are still valid."""
    if visit.validators is not None:
        validators = visit.validators
        return {"url": validators.url, "etag": validators.etag, "last_modified": validators.last_modified}
    return {} if visit.unchanged else {"url": None, "etag": None, "last_modified": None}


def _repeat_readings(connection: Connection, name: str, taken_at: datetime) -> None:
    """Store that the last answer is still valid: its counters are read again now, and its articles are seen again."""
    last = select(source.c.visited_at).where(source.c.name == name, source.c.visited_at < taken_at)
    visited_at = connection.scalar(last)
    if visited_at is None:
        return
    repeated = (
        select(
            reading.c.article_id,
            reading.c.source,
            literal(taken_at, reading.c.taken_at.type),
            reading.c.views,
            reading.c.comments,
            reading.c.rating,
        )
        .join(
            sighting,
            and_(
                sighting.c.article_id == reading.c.article_id,
                sighting.c.source == reading.c.source,
                sighting.c.taken_at == reading.c.taken_at,
            ),
        )
        .where(sighting.c.source == name, sighting.c.taken_at == visited_at)
    )
    columns = [column.name for column in reading.c]
    connection.execute(insert(connection, reading).from_select(columns, repeated).on_conflict_do_nothing())
    seen_again = and_(sighting.c.source == name, sighting.c.taken_at == visited_at)
    connection.execute(sighting.update().where(seen_again).values(taken_at=taken_at))


def _storable(counters: Counters) -> dict[str, int]:
    """The known counters that a database column can hold."""
    values = {"views": counters.views, "comments": counters.comments, "rating": counters.rating}
    return {name: value for name, value in values.items() if value is not None and abs(value) <= _LARGEST}

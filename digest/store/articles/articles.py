"""The articles of all sources: one row for each article and source with its latest values, and every reading.

A source of role `counters` gives no sightings: its counters are readings of an address, kept until a source lists the
article, or deleted (`store/articles/orphan_counters.py`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, exists, func, literal, or_, select

from digest.model.articles import (
    ArticleRecord,
    Collected,
    Counters,
    DayStats,
    FieldCounts,
    LastListing,
    LateSpan,
    Reading,
    Role,
    Sighting,
    SourceReport,
    Validators,
    Visit,
    Window,
)
from digest.ranking.growth import GrowthHistory
from digest.store.articles.article_keys import article_key, known_ids
from digest.store.articles.growth_history import DatedReading, dated_readings, grown_by
from digest.store.articles.moved_articles import follow_moves, present_url
from digest.store.articles.orphan_counters import claim, delete_old_orphans, keep_latest_of_orphans, orphans_of
from digest.store.articles.sightings import sighting_of_row, upsert_sightings
from digest.store.articles.source_failures import SourceFailure, count_failures, read_failures
from digest.store.articles.source_stats import field_counts
from digest.store.engine.chunks import chunks
from digest.store.engine.database import Database
from digest.store.engine.locks import Lock, hold
from digest.store.tables.schema import article, insert, reading, sighting, source

_LARGEST = 2**63 - 1
_Sightings = Mapping[tuple[str, str], Sighting]  # by article key and source


class Articles:
    """Articles by their canonical address; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, collected: Collected) -> int:
        """Store one round of all sources in one transaction; how many articles are new."""
        answered = [report for report in collected.reports if report.error is None]
        with self._database.write() as connection:
            hold(connection, Lock.RECORDING)  # a host that moves articles does not lock them in the order of their keys
            first = _with_moves_followed(connection, _first_sightings(answered))
            sightings = {place: seen for place, seen in first.items() if seen.role is not Role.COUNTERS}
            counters = {
                place: seen for place, seen in first.items() if seen.role is Role.COUNTERS and _storable(seen.counters)
            }
            ids, new = _upsert_articles(connection, sightings)
            upsert_sightings(connection, sightings, ids)
            _append_readings(connection, sightings, ids)
            date_articles(connection, [ids[key] for key in dict.fromkeys(key for key, _source in sightings)])
            if counters:
                _append_readings(connection, counters, _counted_articles(connection, counters, collected.taken_at))
            _store_visits(connection, sorted(answered, key=lambda report: report.source), collected.taken_at)
            count_failures(connection, collected)
        return new

    def validators(self) -> dict[str, Validators]:
        """The validators of each source's last answer, by source, for a conditional request."""
        known = or_(source.c.etag.is_not(None), source.c.last_modified.is_not(None))
        sources = select(source).where(source.c.url.is_not(None), known)
        with self._database.read() as connection:
            return {
                row.name: Validators(url=row.url, etag=row.etag, last_modified=row.last_modified)
                for row in connection.execute(sources)
            }

    def failures(self) -> list[SourceFailure]:
        """The sources that failed at their last visit, by name."""
        with self._database.read() as connection:
            return read_failures(connection)

    def records(self, window: Window, role: Role = Role.ARTICLES) -> list[ArticleRecord]:
        """Everything stored about the articles of the window, ordered by key.

        Articles are dated by the earliest date that a source states, or else by our first visit that listed them;
        discussions by the date of their last comment, or else by our last visit, and only those that a source listed in
        its latest answer count.
        """
        return self._records(select(article.c.id).where(_within(window, role, listed=role is Role.DISCUSSION)))

    def late_records(self, span: LateSpan) -> list[ArticleRecord]:
        """Everything stored about the late articles of a span, ordered by key.

        Only those count that a source lists which was visited before they were published: what a new source lists at
        first is its backlog.
        """
        moment = func.coalesce(article.c.published_at, article.c.first_seen_at)
        since = source.c.first_visited_at
        of_known_source = exists().where(
            and_(sighting.c.article_id == article.c.id, sighting.c.role == Role.ARTICLES),
            and_(source.c.name == sighting.c.source, or_(since.is_(None), since <= moment)),
        )
        seen_late = [article.c.first_seen_at > span.after]
        if span.until is not None:
            seen_late.append(article.c.first_seen_at <= span.until)
        late = and_(_within(span.window, Role.ARTICLES), *seen_late, of_known_source)
        return self._records(select(article.c.id).where(late))

    def last_listings(self, since: datetime) -> list[LastListing]:
        """When each source listed its articles last, of those that it dates since then with an hour."""
        columns = (sighting.c.source, article.c.key, sighting.c.published_at, sighting.c.taken_at, source.c.visited_at)
        listed = select(*columns).join(article).join(source, source.c.name == sighting.c.source)
        dated = and_(sighting.c.role == Role.ARTICLES, sighting.c.published_at >= since, ~sighting.c.day_only)
        with self._database.read() as connection:
            return [LastListing(**row._asdict()) for row in connection.execute(listed.where(dated))]

    def known(self, keys: Collection[str]) -> list[ArticleRecord]:
        """Everything stored about these articles, of any date, that a source lists as articles; ordered by key."""
        listed = exists().where(sighting.c.article_id == article.c.id, sighting.c.role == Role.ARTICLES)
        return self._records(select(article.c.id).where(article.c.key.in_(keys), listed)) if keys else []

    def present_url(self, url: str) -> str:
        """The URL that an article has now whose former one this is; any other URL itself."""
        with self._database.read() as connection:
            return present_url(connection, url)

    def titles(self, keys: Iterable[str]) -> dict[str, str]:
        """The titles of those of these articles and discussions that are stored, by key."""
        wanted = set(keys)
        if not wanted:
            return {}
        named = select(article.c.key, func.min(sighting.c.title).label("title")).join(sighting)
        with self._database.read() as connection:
            rows = connection.execute(named.where(article.c.key.in_(wanted)).group_by(article.c.key))
            return {row.key: row.title for row in rows}

    def sections(self) -> list[str]:
        """The names of all sections that a source has given, in their order."""
        names = select(sighting.c.section).where(sighting.c.role == Role.ARTICLES, sighting.c.section.is_not(None))
        with self._database.read() as connection:
            return sorted(connection.scalars(names.distinct()), key=str.casefold)

    def _records(self, chosen: Select[tuple[int]]) -> list[ArticleRecord]:
        articles = select(article).where(article.c.id.in_(chosen)).order_by(article.c.key)
        with self._database.read() as connection:
            rows = connection.execute(articles).all()
            sightings = _by_article(connection, select(sighting).where(sighting.c.article_id.in_(chosen)))
            readings = _by_article(connection, select(reading).where(reading.c.article_id.in_(chosen)))
        return [_record(row, sightings[row.id], readings[row.id]) for row in rows]

    def addresses(self, window: Window, most: int) -> list[str]:
        """The addresses of the latest `most` articles of the window, newest first."""
        moment = func.coalesce(article.c.published_at, article.c.first_seen_at)
        url = select(func.min(sighting.c.url)).where(
            sighting.c.article_id == article.c.id, sighting.c.role == Role.ARTICLES
        )
        wanted = select(url.scalar_subquery()).where(_within(window, Role.ARTICLES))
        with self._database.read() as connection:
            return list(connection.scalars(wanted.order_by(moment.desc(), article.c.key).limit(most)))

    def field_counts(self, window: Window, role: Role = Role.ARTICLES) -> dict[str, FieldCounts]:
        """How many of the window's articles each source listed, and with which fields."""
        with self._database.read() as connection:
            return field_counts(connection, _within(window, role), role)

    def day_stats(self, window: Window, zone: ZoneInfo, thread_sources: Collection[str] = ()) -> DayStats:
        """The window's articles by number, source and field; of `thread_sources` the threads count."""
        sources = self.field_counts(window)
        if thread_sources:
            threads = self.field_counts(window, Role.DISCUSSION)
            sources |= {name: counts for name, counts in threads.items() if name in thread_sources}
        weekday = window.end.astimezone(zone).weekday()
        return DayStats(weekday=weekday, articles=self.count(window), sources=sources)

    def count(self, window: Window) -> int:
        """How many articles the window has."""
        with self._database.read() as connection:
            number: int = connection.execute(
                select(func.count()).select_from(article).where(_within(window, Role.ARTICLES))
            ).scalar_one()
        return number

    def first_sight(self) -> datetime | None:
        """When the very first article was seen."""
        with self._database.read() as connection:
            return connection.scalar(select(article.c.first_seen_at).order_by(article.c.id).limit(1))

    def newest(self, name: str, before: datetime) -> datetime | None:
        """The date of a source's latest article before that moment, or when we first saw it."""
        dated = func.coalesce(sighting.c.published_at, article.c.first_seen_at)
        newest = select(func.max(dated)).join(article).where(sighting.c.source == name, dated < before)
        with self._database.read() as connection:
            return connection.scalar(newest)

    def history(self, slot: datetime) -> GrowthHistory:
        """How the counters of articles grew that had stopped growing by the slot."""
        with self._database.read() as connection:
            return grown_by(connection, slot)

    def readings(self, since: datetime | None = None) -> Iterator[DatedReading]:
        """Every reading of the articles that are dated since then (None: ever), article by article."""
        with self._database.read() as connection:
            yield from dated_readings(connection, since)


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


def _within(window: Window, role: Role, *, listed: bool = False) -> ColumnElement[bool]:
    """Whether an article, or a thread, is of the window; `listed`: only threads of their source's latest answer."""

    def inside(moment: Any) -> ColumnElement[bool]:
        return and_(moment >= window.start, moment < window.end)

    seen = and_(sighting.c.article_id == article.c.id, sighting.c.role == role)
    if role is Role.DISCUSSION:
        dated = or_(
            inside(sighting.c.published_at), and_(sighting.c.published_at.is_(None), inside(sighting.c.taken_at))
        )
        latest = exists().where(source.c.name == sighting.c.source, source.c.visited_at > sighting.c.taken_at)
        return exists().where(seen, dated, *([~latest] if listed else []))
    # Two ranges of one index: no index serves COALESCE.
    dated = or_(inside(article.c.published_at), and_(article.c.published_at.is_(None), inside(article.c.first_seen_at)))
    return and_(dated, exists().where(seen))


def _by_article(connection: Connection, wanted: Select[Any]) -> dict[int, list[Row[Any]]]:
    rows: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(wanted):
        rows[row.article_id].append(row)
    return rows


def _record(row: Row[Any], sightings: Iterable[Row[Any]], readings: Iterable[Row[Any]]) -> ArticleRecord:
    counters = {
        (one.source, one.taken_at): Counters(views=one.views, comments=one.comments, rating=one.rating)
        for one in sorted(readings, key=lambda one: (one.taken_at, one.source))
    }
    return ArticleRecord(
        key=row.key,
        first_seen_at=row.first_seen_at,
        sightings=tuple(
            sighting_of_row(seen, counters.get((seen.source, seen.taken_at), Counters()))
            for seen in sorted(sightings, key=lambda seen: seen.source)
        ),
        readings=tuple(
            Reading(source=name, taken_at=taken_at, counters=values) for (name, taken_at), values in counters.items()
        ),
    )


def _storable(counters: Counters) -> dict[str, int]:
    """The known counters that a database column can hold."""
    values = {"views": counters.views, "comments": counters.comments, "rating": counters.rating}
    return {name: value for name, value in values.items() if value is not None and abs(value) <= _LARGEST}

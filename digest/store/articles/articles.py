"""The articles of all sources: one row for each article and source with its latest values, and every reading."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, or_, select

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
    Validators,
    Window,
)
from digest.ranking.growth import GrowthHistory
from digest.store.articles.growth_history import DatedReading, dated_readings, grown_by
from digest.store.articles.moved_articles import present_url
from digest.store.articles.rounds import record_round
from digest.store.articles.sightings import sighting_of_row
from digest.store.articles.source_failures import SourceFailure, read_failures
from digest.store.articles.source_stats import field_counts
from digest.store.engine.database import Database
from digest.store.tables.schema import article, reading, sighting, source


class Articles:
    """Articles by their canonical address; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, collected: Collected) -> int:
        """Store one round of all sources in one transaction; how many articles are new."""
        with self._database.write() as connection:
            return record_round(connection, collected)

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

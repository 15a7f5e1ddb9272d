"""The sightings of articles as rows: one for each article and source, with the values of the latest visit."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, case, or_

from digest.model.articles import Counters, Role, Sighting
from digest.store.schema import insert, sighting

_SIGHTING_FIELDS = (
    "url",
    "title",
    "summary",
    "image_url",
    "image_width",
    "image_height",
    "image_credit",
    "section",
    "author",
    "language",
    "updated_at",
    "taken_at",
    "role",
)


def upsert_sightings(
    connection: Connection, sightings: Mapping[tuple[str, str], Sighting], ids: Mapping[str, int]
) -> None:
    """Store sightings by article key and source, unless a later one is stored; `ids` are the articles' by key."""
    rows = [_row(ids[key], seen) for (key, _source), seen in sightings.items()]
    statement = insert(connection, sighting)
    new, old = statement.excluded, sighting.c
    latest: dict[str, Any] = {name: new[name] for name in _SIGHTING_FIELDS}
    # A source that moves an article's date has edited it, so the first date counts; a discussion is dated by its last
    # comment, so the latest counts.
    later = or_(new.published_at.is_(None), old.published_at < new.published_at)
    latest["published_at"] = case((and_(new.role == Role.ARTICLES, later), old.published_at), else_=new.published_at)
    upsert = statement.on_conflict_do_update(
        index_elements=[old.article_id, old.source], set_=latest, where=old.taken_at <= new.taken_at
    )
    if rows:
        connection.execute(upsert, rows)


def sighting_of_row(row: Row[Any], counters: Counters) -> Sighting:
    """The sighting of a row, with its counters."""
    fields = {name: getattr(row, name) for name in _SIGHTING_FIELDS}
    return Sighting(source=row.source, published_at=row.published_at, counters=counters, **fields)


def _row(article_id: int, seen: Sighting) -> dict[str, Any]:
    row = {name: getattr(seen, name) for name in _SIGHTING_FIELDS}
    moments = {"published_at": _in_utc(seen.published_at), "updated_at": _in_utc(seen.updated_at)}
    return {"article_id": article_id, "source": seen.source, **row, **moments}


def _in_utc(stated: datetime | None) -> datetime | None:
    """A stated date in UTC; None where it is outside of the calendar there."""
    try:
        return None if stated is None else stated.astimezone(UTC)
    except OverflowError:
        return None

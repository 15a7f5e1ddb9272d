"""The sightings of articles as rows: one for each article and source, with the values of the latest visit."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Executable, Row, and_, case, func, or_

from digest.model.articles import Counters, Role, Sighting
from digest.store.tables.schema import insert, sighting

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
_PAGE_DETAILS = ("summary", "image_url", "image_credit", "author", "section")
_PICTURE_SIZE = ("image_width", "image_height")
_DATE = ("published_at", "day_only")


def upsert_sightings(
    connection: Connection, sightings: Mapping[tuple[str, str], Sighting], ids: Mapping[str, int]
) -> None:
    """Store sightings by article key and source, unless a later one is stored; `ids` are the articles' by key.

    Rows are locked in the order of the sightings.
    """
    statements = {unread: _upsert(connection, keeps_details=unread) for unread in (False, True)}
    for unread, part in groupby(sightings.items(), lambda item: item[1].page_unread):
        connection.execute(statements[unread], [_sighting_row(ids[key], seen) for (key, _source), seen in part])


def _upsert(connection: Connection, *, keeps_details: bool) -> Executable:
    """`keeps_details`: what the sighting does not say of an article, and its page may have said before, stays."""
    statement = insert(connection, sighting)
    new, old = statement.excluded, sighting.c
    latest: dict[str, Any] = {name: new[name] for name in (*_SIGHTING_FIELDS, "guid")}
    if keeps_details:
        same_picture = or_(new.image_url.is_(None), new.image_url == old.image_url)
        latest |= {name: func.coalesce(new[name], old[name]) for name in _PAGE_DETAILS}
        latest |= {
            name: case((and_(same_picture, new[name].is_(None)), old[name]), else_=new[name]) for name in _PICTURE_SIZE
        }
    # A source that moves an article's date has edited it, so the first date counts; a discussion is dated by its last
    # comment, so the latest counts.
    later = or_(new.published_at.is_(None), old.published_at < new.published_at)
    keeps_date = and_(new.role == Role.ARTICLES, later)
    latest |= {name: case((keeps_date, old[name]), else_=new[name]) for name in _DATE}
    return statement.on_conflict_do_update(
        index_elements=[old.article_id, old.source], set_=latest, where=old.taken_at <= new.taken_at
    )


def sighting_of_row(row: Row[Any], counters: Counters) -> Sighting:
    """The sighting of a row, with its counters."""
    fields = {name: getattr(row, name) for name in _SIGHTING_FIELDS}
    date = {name: getattr(row, name) for name in _DATE}
    return Sighting(source=row.source, counters=counters, **fields, **date)


def _sighting_row(article_id: int, seen: Sighting) -> dict[str, Any]:
    row = {name: getattr(seen, name) for name in _SIGHTING_FIELDS}
    moments = {"published_at": in_utc(seen.published_at), "updated_at": in_utc(seen.updated_at)}
    own = {
        "source": seen.source,
        "day_only": seen.day_only,
        "guid": None if seen.guid is None else guid_hash(seen.guid),
    }
    return {"article_id": article_id, **own, **row, **moments}


def guid_hash(guid: str) -> str:
    """What is stored of a guid, which may have any length and any characters."""
    return hashlib.sha256(guid.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def in_utc(stated: datetime | None) -> datetime | None:
    """A stated date in UTC; None where it is outside of the calendar there."""
    try:
        return None if stated is None else stated.astimezone(UTC)
    except OverflowError:
        return None

"""Pictures of articles that our own pages serve, and those that could not be fetched."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, select

from digest.model.pictures import PictureSize, ServedPicture, StoredPicture
from digest.store.engine.database import Database
from digest.store.tables.public_schema import picture
from digest.store.tables.schema import insert
from digest.store.upkeep.expiry import Expiry

_KEPT_UNUSED = timedelta(days=30)
_RETRY = timedelta(minutes=30)  # an issue that is held is made again every minute
_FILE = re.compile(r"/images/([\w.-]+)")
UNUSED = Expiry("pictures", picture, lambda now: and_(picture.c.used_at.is_(None), picture.c.at < now - _KEPT_UNUSED))


def picture_files(html: str) -> set[str]:
    """The names of the files that the HTML of an issue shows; others than ours may be among them."""
    return set(_FILE.findall(html))


def mark_used(connection: Connection, files: Collection[str], now: datetime) -> None:
    """Keep the pictures of an issue that is frozen now for as long as its page in the archive."""
    new = and_(picture.c.file.in_(sorted(files)), picture.c.used_at.is_(None))
    if files:
        connection.execute(picture.update().where(new).values(used_at=now))


class Pictures:
    """Pictures by their address on the portal and their width; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, wanted: Collection[PictureSize], now: datetime) -> dict[PictureSize, ServedPicture | None]:
        """The files of the pictures that are stored; None for those that failed in the last half hour."""
        columns = (picture.c[name] for name in ("url", "width", "file", "at", "own_width", "own_height"))
        urls = {size.url for size in wanted}
        with self._database.read() as connection:
            rows = connection.execute(select(*columns).where(picture.c.url.in_(sorted(urls)))).all()
        found = {PictureSize(row.url, row.width): row for row in rows}
        return {
            size: None if row.file is None else ServedPicture(row.file, row.own_width, row.own_height)
            for size, row in found.items()
            if size in wanted and (row.file is not None or row.at > now - _RETRY)
        }

    def keep(self, pictures: Mapping[PictureSize, StoredPicture | None], now: datetime) -> None:
        """Store pictures; None for one that could not be fetched."""
        if not pictures:
            return
        with self._database.write() as connection:
            for size, one in sorted(pictures.items(), key=lambda item: item[0]):
                values = {
                    "file": None if one is None else one.file,
                    "media_type": None if one is None else one.media_type,
                    "content": None if one is None else one.content,
                    "own_width": None if one is None else one.width,
                    "own_height": None if one is None else one.height,
                    "at": now,
                }
                added = insert(connection, picture).values(url=size.url, width=size.width, **values)
                connection.execute(
                    added.on_conflict_do_update(
                        index_elements=["url", "width"], set_=values, where=picture.c.file.is_(None)
                    )
                )

    def find(self, file: str) -> StoredPicture | None:
        """The picture of that file name."""
        wanted = select(picture.c.content, picture.c.media_type).where(picture.c.file == file).limit(1)
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else StoredPicture(content=row.content, media_type=row.media_type)

"""Beats: since when a kind of process has known an edition, and when it was last seen to run."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import case, func, or_, select

from digest.store.engine.database import Database
from digest.store.tables.schema import beat, insert

RUN = "run"  # the process of `digest run`, on whichever machine
COLLECT = "collect"  # a round of visits by one of several hosts; its beats are of sources
READ_BOUNCES = "read-bounces"  # a reading of the mailbox for returned messages by one of several hosts
RETENTION = "retention"  # what is deleted each day; its beat is recorded at the end
SETTINGS = "settings"  # what a process has read at its start; its beats are of fingerprints, with its name and host
CLOCK = "clock"  # the latest time that was believed, so that a clock that jumps ahead is noticed
IS_OLD = timedelta(minutes=3)  # a process records a beat each minute


class Beats:
    """The first and the last beat of each process and edition; every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, process: str, editions: Collection[str], now: datetime) -> None:
        """Store that the process is running now and knows these editions."""
        rows = [
            {"process": process, "edition": edition, "first_seen": now, "last_seen": now} for edition in set(editions)
        ]
        with self._database.write() as connection:
            added = insert(connection, beat)
            # A first beat of a clock that was ahead is corrected, or slots before it would never be due.
            first = case(
                (added.excluded.first_seen < beat.c.first_seen, added.excluded.first_seen), else_=beat.c.first_seen
            )
            changed = {"first_seen": first, "last_seen": added.excluded.last_seen}
            connection.execute(added.on_conflict_do_update(index_elements=["process", "edition"], set_=changed), rows)

    def forget(self, process: str, editions: Collection[str], before: datetime) -> None:
        """Delete the beats of a process of these editions, or what else it recorded, and those that ended before."""
        same, is_old = beat.c.edition.in_(editions), beat.c.last_seen < before
        with self._database.write() as connection:
            connection.execute(beat.delete().where(beat.c.process == process, or_(same, is_old)))

    def first_seen(self, process: str, edition: str) -> datetime | None:
        """When the process first knew the edition, None if never."""
        return self._moment(process, edition, "first_seen")

    def last_seen(self, process: str, edition: str) -> datetime | None:
        """When the process last ran and knew the edition, None if never."""
        return self._moment(process, edition, "last_seen")

    def latest(self, process: str) -> datetime | None:
        """When the process last ran, whatever editions it knew, None if never."""
        with self._database.read() as connection:
            found: datetime | None = connection.scalar(
                select(func.max(beat.c.last_seen)).where(beat.c.process == process)
            )
            return found

    def moments(self, process: str) -> dict[str, datetime]:
        """When the process last ran, by edition, or by what else it recorded."""
        rows = select(beat.c.edition, beat.c.last_seen).where(beat.c.process == process)
        with self._database.read() as connection:
            return {row.edition: row.last_seen for row in connection.execute(rows)}

    def is_alive(self, process: str, now: datetime) -> bool:
        """Whether such a process recorded a beat recently; one of a clock that was ahead says nothing."""
        seen = self.latest(process)
        return seen is not None and abs(now - seen) < IS_OLD

    def recent(self, process: str, now: datetime, within: timedelta = IS_OLD) -> set[str]:
        """The editions, or what else the process recorded, whose last beat is not older than that."""
        return {name for name, seen in self.moments(process).items() if abs(now - seen) < within}

    def _moment(self, process: str, edition: str, column: str) -> datetime | None:
        with self._database.read() as connection:
            row = select(beat.c[column]).where(beat.c.process == process, beat.c.edition == edition)
            found: datetime | None = connection.scalar(row)
            return found

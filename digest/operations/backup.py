"""`digest backup` and `digest restore`: the whole database in one file, and back.

After a backup is made, messages are sent and readers leave. What the replaced database knows of that is carried over,
and every issue that was not finished waits for a person.
"""

import glob
import os
import secrets
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter
from sqlalchemy import URL

from digest.atomic_write import delete_abandoned, write_file
from digest.delivery.process_lock import is_any_held
from digest.errors import DigestError
from digest.file_owner import give_like, make_private_folder
from digest.model.restored import Replaced, Restored, UnfinishedRestore
from digest.operations.backup_files import (
    copy_sqlite,
    dump_postgresql,
    is_database_in_use,
    is_of_whole_database,
    kind_of,
    last_delivery_of,
    load_postgresql,
    load_sqlite,
    replacing,
    revision_of,
)
from digest.operations.place import BackupKind, Place
from digest.store.engine.database import HEAD
from digest.store.engine.database_url import parse_database_url
from digest.store.upkeep.beats import IS_OLD
from digest.store.upkeep.replaced_database import last_use, read_database
from digest.store.upkeep.restoring import after_load, last_load, update_restored

Progress = Callable[[int, int], None]  # how much was copied, of how much

_CLOCKS_DIFFER = timedelta(hours=1)  # at most, between hosts; a later beat is of a clock that was set right since
_UNFINISHED = TypeAdapter(UnfinishedRestore)


def back_up(place: Place, target: Path, on_progress: Progress = lambda _done, _all: None) -> int:
    """Write the database to a file that only its owner can read, while others use it; the file's size in bytes.

    An earlier backup at that place is replaced in one step; any other file is not. Raises DigestError.
    """
    if target.exists() and (place.file is not None and place.file.exists() and target.samefile(place.file)):
        raise DigestError(f"{target} is the database itself; name another file")
    if target.exists() and kind_of(target) is None:
        raise DigestError(f"{target} exists and is not a backup; name another file")
    if target.exists() and is_database_in_use(target):
        raise DigestError(f"{target} is a database, not a backup; name another file")
    with replacing(target) as temporary:
        if place.file is None:
            dump_postgresql(parse_database_url(place.url), temporary)
        elif not place.file.exists():
            raise DigestError(f"there is no database {place.file} yet; check --config and [database] url")
        else:
            copy_sqlite(place.file, temporary, on_progress)
    return target.stat().st_size


def require_backup(place: Place, file: Path) -> None:
    """Raise DigestError unless the file is a backup that this installation can take."""
    kind = kind_of(file)
    if kind is None:
        raise DigestError(f"{file} was not written by `digest backup`; name a file that was")
    if kind is BackupKind.POSTGRESQL and place.kind is BackupKind.SQLITE:
        raise DigestError(
            f"{file} is a backup of PostgreSQL, and [database] url names SQLite; name a PostgreSQL database there"
        )
    if kind is BackupKind.POSTGRESQL and is_of_whole_database(file):
        raise DigestError(
            f"{file} is a dump of a whole database; load it with pg_restore into an empty one, name that in [database]"
            " url for one `digest backup`, and restore that backup"
        )
    revision = revision_of(file, kind)
    if revision is not None and revision > HEAD:
        raise DigestError(
            f"{file} was made by a newer Digest (its tables are {revision}, ours {HEAD}); update Digest, then restore"
        )


def require_stopped(place: Place, now: datetime) -> None:
    """Raise DigestError while a process of Digest uses the database."""
    if is_any_held(place.state):
        raise DigestError("digest run, serve, worker or send is running here; stop it, then restore")
    seen = last_use(place.url, place.root, now + _CLOCKS_DIFFER) if place.file is None else None
    if seen is not None and now - seen < IS_OLD:
        seconds = max(0, int((now - seen).total_seconds()))
        raise DigestError(
            f"a digest run, serve or worker used the database {seconds} s ago; stop it everywhere, wait for three"
            " minutes, then restore"
        )


def read_replaced(place: Place, file: Path) -> Replaced | None:
    """What the database knows that the backup may not know; None if it cannot be read, or holds nothing.

    After a restore that was interrupted: what the database knew before it. Raises StoreError.
    """
    unfinished = _find_unfinished(place)
    if unfinished is not None:
        return unfinished.replaced
    return read_database(place.url, place.root, last_delivery_of(file, kind_of(file) or place.kind))


def restore(place: Place, file: Path, replaced: Replaced | None, now: datetime) -> tuple[Restored, Path | None]:
    """Replace the database with a backup; returns what was done, and where the replaced database is kept.

    Raises DigestError; the database is then as it was.
    """
    if place.file is None:
        return _restore_postgresql(place, file, replaced, now)
    return _restore_sqlite(place, place.file, file, replaced, now)


def _restore_sqlite(
    place: Place, current: Path, file: Path, replaced: Replaced | None, now: datetime
) -> tuple[Restored, Path | None]:
    with replacing(current) as temporary:
        copy_sqlite(file, temporary)
        restored = update_restored(URL.create("sqlite", database=str(temporary)), place.root, replaced, now)
        require_stopped(place, now)  # also now: to copy and update a large file takes a while
        kept = _keep(current, now)
    return restored, kept


def _keep(current: Path, now: datetime) -> Path | None:
    """Give the replaced database a second name, and take away its write-ahead log, which belongs to no other file."""
    if not current.exists():
        return None
    kept = current.with_name(f"{current.name}.replaced-{now:%Y%m%d-%H%M%S}")
    _link_or_copy(current, kept)
    for end in ("-wal", "-shm"):
        beside = current.with_name(current.name + end)
        if beside.exists():
            beside.replace(kept.with_name(kept.name + end))
    return kept


def _link_or_copy(current: Path, kept: Path) -> None:
    """A hard link costs nothing, but FAT, exFAT and many network shares have none; raises DigestError."""
    try:
        os.link(current, kept)
    except FileExistsError:
        raise DigestError(f"{kept} exists already; nothing was changed") from None
    except OSError:
        delete_abandoned(kept.parent, f"{glob.escape(current.name)}.replaced-*")
        with replacing(kept) as temporary:
            try:
                shutil.copyfile(current, temporary)
            except OSError as error:
                why = (error.strerror or str(error)).lower()
                raise DigestError(f"{kept}: the replaced database cannot be kept: {why}; nothing was changed") from None


def _restore_postgresql(
    place: Place, file: Path, replaced: Replaced | None, now: datetime
) -> tuple[Restored, Path | None]:
    unfinished, kept = _find_unfinished(place), None
    make_private_folder(place.state)
    if unfinished is None:
        if replaced is not None:
            delete_abandoned(place.state, "replaced-*.dump")
            kept = place.state / f"replaced-{now:%Y%m%d-%H%M%S}.dump"
            back_up(place, kept)
            require_stopped(place, now)
        unfinished = UnfinishedRestore(load=secrets.token_hex(8), replaced=replaced)
        adopt = partial(give_like, neighbour=place.state)
        write_file(_unfinished_file(place), _UNFINISHED.dump_json(unfinished), private=True, adopt=adopt)
    marked = after_load(unfinished.load)
    if kind_of(file) is BackupKind.SQLITE:
        load_sqlite(place, file, afterwards=marked)
    else:
        load_postgresql(parse_database_url(place.url), file, afterwards=marked, state=place.state)
    restored = update_restored(place.url, place.root, replaced, now)
    _unfinished_file(place).unlink(missing_ok=True)
    return restored, kept


def _find_unfinished(place: Place) -> UnfinishedRestore | None:
    """A restore that loaded its dump and came no further; one that failed before has left the database as it was."""
    file = _unfinished_file(place)
    if place.file is not None or not file.exists():
        return None
    found = _UNFINISHED.validate_json(file.read_bytes())
    return found if last_load(place.url, place.root) == found.load else None


def _unfinished_file(place: Place) -> Path:
    return place.state / "restore-unfinished.json"

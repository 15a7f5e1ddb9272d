"""The erased addresses, of which only a keyed hash is kept: nobody but the reader subscribes one again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from digest.store.engine.chunks import chunks
from digest.store.tables.schema import insert
from digest.store.tables.web_schema import suppression
from digest.tokens import keyed_hash


def has_suppressions(connection: Connection) -> bool:
    """Whether any address was erased."""
    return connection.scalar(select(suppression.c.at).limit(1)) is not None


def suppressed_keys(connection: Connection, secret: bytes, keys: Iterable[str]) -> frozenset[str]:
    """Those of these addresses, case-folded, that were erased."""
    by_hash = {address_hash(secret, key): key for key in keys}
    found = select(suppression.c.address_hash).where(suppression.c.address_hash.in_(by_hash))
    return frozenset(by_hash[bytes(one)] for one in connection.scalars(found))


def add_suppression(connection: Connection, secret: bytes, key: str, now: datetime) -> None:
    """Remember that the address was erased."""
    added = insert(connection, suppression).on_conflict_do_nothing()
    connection.execute(added, {"address_hash": address_hash(secret, key), "at": now})


def lift_suppression(connection: Connection, secret: bytes, key: str) -> None:
    """Forget that the address was erased: its reader subscribed again."""
    connection.execute(suppression.delete().where(suppression.c.address_hash == address_hash(secret, key)))


def left_in_files(connection: Connection) -> list[bytes]:
    """The hashes of the erased addresses that the database's files may still contain."""
    return list(connection.scalars(select(suppression.c.address_hash).where(suppression.c.overwritten_at.is_(None))))


def mark_overwritten(connection: Connection, hashes: Sequence[bytes], now: datetime) -> None:
    """Remember that the files were rewritten after these addresses were erased."""
    for chunk in chunks(hashes):
        some = suppression.c.address_hash.in_(chunk)
        connection.execute(suppression.update().where(some).values(overwritten_at=now))


def address_hash(secret: bytes, key: str) -> bytes:
    """What is kept of an erased address, case-folded."""
    return keyed_hash(secret, "suppression", key.encode())

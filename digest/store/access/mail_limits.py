"""Limits of the messages that the pages send, kept in the database."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from sqlalchemy import Connection

from digest.store.access.rate_counts import count_event, is_counted, purge_counts
from digest.store.engine.database import Database

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
MOST_OF_ALL = 200  # messages an hour for the whole installation
MOST_OF_A_NETWORK = 20  # requests an hour
REFUSED = timedelta(days=30)
_FORM_VALID = timedelta(hours=2)
_ALL = "mail of forms"


class Asked(Enum):
    """What became of a request for a message."""

    MAILED = auto()
    ENOUGH = auto()  # the address had enough, refused them, or is not known: answered like MAILED
    FORM_USED = auto()
    NETWORK_LIMIT = auto()
    PAUSED = auto()  # the installation sent as many as it may in an hour


class Counted(NamedTuple):
    """What a request is counted by: hashes of its network, of the mailbox, and of the form's token, if it has one.

    `most`: how many messages of that `purpose` a mailbox gets in 24 hours; `can_be_refused`: none for 30 days after its
    owner said that they did not ask.
    """

    purpose: str
    network_key: str
    address_key: str
    form_key: str = ""
    most: int = 1
    can_be_refused: bool = True


def within_limits(database: Database, counted: Counted, plan: Callable[[Connection], Asked], now: datetime) -> Asked:
    """Count the request, then plan its message in a transaction; raises StoreError.

    A request that exceeds a limit counts for nothing but its network.
    """
    with database.write() as connection:
        of_network = count_event(connection, f"network {counted.network_key}", HOUR, now)
        purge_counts(connection, now)
    if of_network > MOST_OF_A_NETWORK:
        return Asked.NETWORK_LIMIT
    with database.write() as connection:
        outcome = _limited(connection, counted, now)
        if outcome is Asked.PAUSED:
            connection.rollback()
        return plan(connection) if outcome is Asked.MAILED else outcome


def refuse_mail(connection: Connection, address_key: str, now: datetime) -> None:
    """Let nobody ask for a message to that mailbox for 30 days."""
    count_event(connection, f"refused {address_key}", REFUSED, now)


def is_refused(connection: Connection, address_key: str, now: datetime) -> bool:
    """Whether the owner of that mailbox said within 30 days that they did not ask."""
    return is_counted(connection, f"refused {address_key}", now)


def _limited(connection: Connection, counted: Counted, now: datetime) -> Asked:
    """Whether a message may be planned: `MAILED`, or the limit that forbids it."""
    if counted.form_key:
        of_address = f"form {counted.form_key} {counted.address_key}"
        if count_event(connection, f"form {counted.form_key}", _FORM_VALID, now) > 1:
            # A button that was pressed twice: people see the answer to the second request.
            return Asked.ENOUGH if is_counted(connection, of_address, now) else Asked.FORM_USED
        count_event(connection, of_address, _FORM_VALID, now)
    if counted.can_be_refused and is_refused(connection, counted.address_key, now):
        return Asked.ENOUGH
    if count_event(connection, f"{counted.purpose} {counted.address_key}", DAY, now) > counted.most:
        return Asked.ENOUGH
    return Asked.PAUSED if count_event(connection, _ALL, HOUR, now) > MOST_OF_ALL else Asked.MAILED

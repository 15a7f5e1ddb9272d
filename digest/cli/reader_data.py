"""What `digest subscribers export --email` and `erase` do about one reader."""

from digest.cli.arguments.options import require_consent
from digest.clock import SystemClock
from digest.errors import DigestError, StoreError, StoreUnavailableError
from digest.protocols import LedgerClock
from digest.settings.schema import Settings
from digest.store.connect import open_database
from digest.store.engine.database import Database
from digest.store.ledger.ledger_clock import ledger_clock
from digest.store.subscribers.reader_data import Erasure, ReaderData
from digest.subscribers.reader_copy import reader_copy

_LONGEST_WAIT = 30  # seconds
_POLL = 0.5
_IN_FLIGHT = "not erased, only unsubscribed: a message to this reader is being sent, or a list with them imported"
_UNKNOWN = "nothing is stored about this address"
_STOP = "stop `digest run`, `digest serve`, `digest worker` and `digest send`, then run the command again"
_LEFT = "erased, but the file may still contain the address"


def export_reader(settings: Settings, email: str) -> str:
    """Everything about one reader as JSON; raises DigestError where there is nothing."""
    with open_database(settings) as database:
        database.require_current()
        found = ReaderData(database).export(email)
    if found is None:
        raise DigestError(_UNKNOWN)
    return reader_copy(found)


def erase_reader(settings: Settings, email: str, clock: SystemClock, *, yes: bool) -> str:
    """Erase everything about one reader; what was done. Raises DigestError."""
    with open_database(settings) as database:
        database.require_current()
        readers = ReaderData(database)
        if readers.export(email) is not None:
            question = "Erase everything about this reader? This cannot be undone."
            require_consent(question, yes=yes, refused="nothing was erased")
        if _erase(readers, email, ledger_clock(database, clock)) is Erasure.UNKNOWN:
            raise DigestError(_UNKNOWN)
        _compact(database)
    return "erased"


def _erase(readers: ReaderData, email: str, clock: LedgerClock) -> Erasure:
    """Cancel what is planned, then erase as soon as nothing is being sent to the reader."""
    readers.cancel(email, clock.now())
    deadline = clock.elapsed() + _LONGEST_WAIT
    while (outcome := readers.erase(email, clock.now())) is Erasure.IN_FLIGHT:
        if clock.elapsed() >= deadline:
            raise DigestError(f"{_IN_FLIGHT}; {_STOP}")
        clock.wait(_POLL)
    return outcome


def _compact(database: Database) -> None:
    try:
        database.compact()
    except StoreUnavailableError as error:
        raise DigestError(f"{_LEFT}: {error}; let a backup end, {_STOP}") from None
    except StoreError as error:  # such as a full disk, which needs room for a second copy of the file
        raise DigestError(f"{_LEFT}: {error}; run the command again afterwards") from None

"""Carries imports out beside the requests: a batch of rows in a transaction, resumed after a crash."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice

from digest.app import App
from digest.errors import DigestError, StoreUnavailableError
from digest.model.api import ImportJob
from digest.operations.change_log import ChangeLog
from digest.subscribers.csv_io import RowDefaults
from digest.subscribers.import_result import ImportResult, batches
from digest.web.import_lists import ASKED, as_stored, open_list, without_values
from digest.web.inviting import ImportInviter
from digest.web.site import Site

_POLL = 2.0  # seconds between two looks at what is to be imported


@contextmanager
def importing(app: App) -> Iterator[None]:
    """Carry out imports in a thread during the block."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep_importing, args=(app, stop), name="digest-import")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def run_imports(app: App, is_stopped: Callable[[], bool] = lambda: False) -> None:
    """Carry out the imports that are waiting, until there are none."""
    while not is_stopped() and (claimed := app.import_jobs.claim(app.ledger_clock.now())) is not None:
        _import(app, *claimed, is_stopped)


def _keep_importing(app: App, stop: threading.Event) -> None:
    changes = ChangeLog(app.clock)
    while not stop.wait(_POLL):
        try:
            run_imports(app, stop.is_set)
            changes.forget("imports")
        except StoreUnavailableError as error:
            changes.log(logging.WARNING, "imports", f"imports wait: {error}")
        except Exception as error:  # noqa: BLE001 - an unexpected error in one round must not end the thread
            changes.log_failure("imports", "an import failed, will retry", error)


def _import(app: App, job: ImportJob, token: str, is_stopped: Callable[[], bool]) -> None:
    """Import what is left of a list, and store the outcome; the rows of a batch that was interrupted count again."""
    error = None
    try:
        if not _import_rows(app, job, token, is_stopped):
            return
    except StoreUnavailableError:
        raise
    except DigestError as failure:
        error = str(failure)
    app.import_jobs.finish(job.id, token, error, app.ledger_clock.now())


def _import_rows(app: App, job: ImportJob, token: str, is_stopped: Callable[[], bool]) -> bool:
    """Import batch by batch; false if it was stopped, or another process has taken over."""
    result = ImportResult.from_json(job.result)
    inviter = ImportInviter(site=Site.of(app), invited=job.result.get(ASKED, 0)) if job.confirm else None
    known = frozenset(one.name for one in app.settings.editions)
    defaults = RowDefaults(status=job.status, editions=job.editions, known_editions=known)
    rows = iter(open_list(job.content or b"", defaults))
    deque(islice(rows, result.rows), maxlen=0)  # they are stored
    for batch, bad_rows in batches(rows):
        if is_stopped():
            app.import_jobs.release(job.id, token)
            return False
        people = as_stored(batch, inviter)
        result.add(app.subscribers.import_rows(people, app.clock.now()), without_values(bad_rows))
        stored = {**job.result, **result.as_json()}
        if inviter is not None:
            inviter.invite(people, app.clock.now())
            stored[ASKED] = inviter.invited
        if not app.import_jobs.advance(job.id, token, stored, app.ledger_clock.now()):
            return False
    return True

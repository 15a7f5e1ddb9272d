"""Sends what is due in a thread of its own, until the clock is stopped."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from digest.clock import SystemClock
from digest.delivery.outage import outage_pauses
from digest.delivery.sender import Sender
from digest.delivery.sending_log import SendingLog
from digest.errors import StoreError, StoreUnavailableError
from digest.model.deliveries import Receipt
from digest.operations.change_log import ChangeLog
from digest.operations.job_timer import Job, watch
from digest.scheduler.intervals import LOOK, MINUTE
from digest.scheduler.mail_outage import MailOutage


def keep_sending(
    sender: Sender,
    clock: SystemClock,
    jobs: Sequence[Job] = (),
    may_send: Callable[[], bool] = lambda: True,
    outage: MailOutage | None = None,
) -> None:
    """Send what is due, beside jobs at intervals, until the clock is stopped; messages in flight are finished.

    While `may_send()` is false, nothing is begun. `outage` is told of each attempt and receipt (None: nobody is).
    """
    log = SendingLog(issues=sender.issues)
    if outage is not None:
        jobs, sender = [*jobs, (MINUTE, outage.close_if_over)], _reporting_receipts(sender, outage)
    sending = threading.Thread(
        target=_send_repeatedly, args=(sender, clock, log, may_send, outage), name="digest-sender"
    )
    sending.start()
    try:
        watch(clock, [*jobs, (MINUTE, log.log_progress)])
    finally:
        clock.stop()
        sending.join()


def _reporting_receipts(sender: Sender, outage: MailOutage) -> Sender:
    """The sender, which reports its receipts to `outage`, too."""

    def report(receipts: Sequence[Receipt]) -> None:
        outage.note_receipts(receipts)
        sender.progress(receipts)

    return replace(sender, progress=report)


def _send_repeatedly(
    sender: Sender,
    clock: SystemClock,
    log: SendingLog,
    may_send: Callable[[], bool],
    outage: MailOutage | None,
) -> None:
    """Send what is due again and again until the clock is stopped.

    After a failure it waits a minute, and while the database is away 1 and then 2 seconds.
    """

    def deliver() -> None:
        if may_send():
            sender.deliver(stop=lambda: clock.stopped)

    changes = ChangeLog(clock)
    _log_failure(log.log_resumed, changes)
    pauses = outage_pauses()
    while not clock.stopped:
        failures = [
            _log_failure(deliver, changes),
            _log_failure(lambda: log.log_ended(stopped=clock.stopped), changes),
        ]
        if outage is not None:
            with suppress(StoreError):  # it is told again at the next attempt
                outage.note(failures[0])
        if any(isinstance(failure, StoreUnavailableError) for failure in failures):
            clock.wait(next(pauses))
        else:
            pauses = outage_pauses()
            if any(failures):
                clock.wait(MINUTE.total_seconds())
            elif _log_failure(lambda: sender.wait_for_work(LOOK.total_seconds()), changes):
                clock.wait(LOOK.total_seconds())


def _log_failure(step: Callable[[], object], changes: ChangeLog) -> Exception | None:
    """Do a step of sending, and log and return its failure."""
    try:
        step()
    except Exception as error:  # noqa: BLE001 - an unexpected error in one round must not end the sender
        pause = "few seconds" if isinstance(error, StoreUnavailableError) else "minute"
        changes.log_failure("sending", f"sending stopped, will retry every {pause}", error)
        return error
    return None

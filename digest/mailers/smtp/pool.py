"""A pool of SMTP connections: each has a worker that keeps a session open and feeds it with messages."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from digest.errors import MailError
from digest.mailers.smtp.connect import Connector, TemporaryConnectError
from digest.mailers.smtp.group_commit import GroupCommitter
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.mailers.smtp.prefetch import Prefetcher
from digest.mailers.smtp.session import Session
from digest.message.wire_format import content_defect, has_dots
from digest.model.deliveries import Outcome, Outgoing, Receipt
from digest.parsing.addresses import is_address
from digest.protocols import Journal


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolSettings:
    """The limits that all senders to a server share: `rate` in messages a second; `retry_delays` in seconds."""

    server: str
    connections: int
    rate: float | None
    retry_delays: tuple[float, ...]


class Pool:
    """As many workers as messages wait, up to this sender's part of the connections; at first one tries the server."""

    def __init__(
        self, settings: PoolSettings, connector: Connector, journal: Journal, messages: Iterable[Outgoing]
    ) -> None:
        self.settings = settings
        self.connector = connector
        self._loop = asyncio.get_running_loop()
        self._journal = journal
        self._max_workers = settings.connections
        self._workers: dict[asyncio.Task[None], _ConnectionWorker] = {}
        self._has_connected = False
        self._error: BaseException | None = None
        self.committer = GroupCommitter(journal, self._fail, self._capacity)
        ahead = 1 if settings.rate else settings.connections
        interval = partial(_seconds_between_messages, settings.rate, journal) if settings.rate else None
        self.prefetcher = Prefetcher(
            self._validated(messages), ahead=ahead, interval=interval, on_change=self._messages_changed
        )

    async def run(self) -> None:
        """Send everything; raises the first error of the journal, of a worker or of the iterable."""
        try:
            await self.prefetcher.wait_until_ended()
            while self._workers:
                await asyncio.wait(self._workers)
        finally:
            iterable_error, journal_error = await self._shut_down()
        error = journal_error or self._error or iterable_error
        if error is not None:
            raise error

    def connected(self, window: int) -> None:
        """Note that a worker has a session with this window: others may connect too."""
        self._has_connected = True
        if not self.settings.rate:
            self.prefetcher.widen(self.settings.connections * window)
        self._start_workers()

    def supply(self, limit: int) -> list[QueuedMessage]:
        """Messages for a worker: at most its share of those that wait."""
        share = -(-self.prefetcher.waiting // max(1, len(self._workers)))
        messages = self.prefetcher.take(min(limit, share))
        self._cancel_needless()
        return messages

    def give_back(self, messages: list[QueuedMessage]) -> None:
        """Accept messages that a worker did not start, for the others."""
        self.prefetcher.give_back(messages)
        self._loop.call_soon(self._messages_changed)

    def release(self, worker: "_ConnectionWorker") -> bool:
        """Let a worker end for good, if another one is serving; returns whether it may."""
        has_others = any(other.serving and not other.leaving for other in self._workers.values() if other is not worker)
        if has_others:
            self._max_workers = min(self._max_workers, self._permitted) - 1
        return has_others

    def has_too_many(self) -> bool:
        """Whether a serving worker must leave because other senders have started; those that connect can wait."""
        if self._journal.senders == 1:
            return False
        return sum(worker.serving and not worker.leaving for worker in self._workers.values()) > self._permitted

    @property
    def _permitted(self) -> int:
        return max(1, min(self._max_workers, self.settings.connections // self._journal.senders))

    def _capacity(self) -> int:
        return sum(worker.window for worker in self._workers.values())

    async def _shut_down(self) -> tuple[BaseException | None, BaseException | None]:
        """End all parts; returns the errors of the iterable and of the journal."""
        self.prefetcher.stop()
        iterable_error = await self.prefetcher.wait_until_ended()
        for task in self._workers:
            task.cancel()
        if self._workers:
            await asyncio.wait(self._workers)
        await self.committer.flush()
        if self.prefetcher.abandoned:
            self.committer.record_receipts([_not_started(queued.message) for queued in self.prefetcher.abandoned])
        return iterable_error, await self.committer.close()

    def _validated(self, messages: Iterable[Outgoing]) -> Iterator[QueuedMessage]:
        """The messages that can be sent, checked in the prefetcher's thread.

        An invalid address bounces; invalid content raises MailError, because it is a fault of ours.
        """
        for message in messages:
            defect = content_defect(message.content) if message.dots is None else None
            if defect is None and not is_address(message.sender):
                defect = "its envelope sender is not a valid email address"
            if defect is not None:
                raise MailError(
                    f"the message of delivery {message.delivery_id} was not sent, because {defect}; please report this"
                )
            if is_address(message.recipient):
                dots = has_dots(message.content) if message.dots is None else message.dots
                yield QueuedMessage(message, has_dots=dots)
            else:
                self._loop.call_soon_threadsafe(self.committer.record_receipts, [_invalid_address(message)])

    def _cancel_needless(self) -> None:
        """Once no message waits, end the workers without a session; what is given back later starts new ones."""
        if self.prefetcher.exhausted:
            for task, worker in self._workers.items():
                if not worker.has_session:
                    task.cancel()

    def _messages_changed(self) -> None:
        self._cancel_needless()
        for worker in sorted(self._workers.values(), key=lambda worker: worker.held):
            worker.wake()
        self._start_workers()

    def _start_workers(self) -> None:
        while self._needs_worker():
            worker = _ConnectionWorker(self)
            task = asyncio.create_task(worker.run())
            self._workers[task] = worker
            task.add_done_callback(self._worker_ended)

    def _needs_worker(self) -> bool:
        if (self._workers and not self._has_connected) or len(self._workers) >= self._permitted:
            return False
        return sum(not worker.serving for worker in self._workers.values()) < self.prefetcher.waiting

    def _worker_ended(self, task: asyncio.Task[None]) -> None:
        del self._workers[task]
        error = None if task.cancelled() else task.exception()
        if error is None:
            self._start_workers()  # it may have given back messages, and be the last worker
        elif isinstance(error, MailError):
            self._error = self._error or error
            self.prefetcher.stop()
        else:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self._error = self._error or error
        self.prefetcher.stop()
        for task in self._workers:
            task.cancel()


class _ConnectionWorker:
    """Keeps one session open while there are messages; it is the session's delegate."""

    def __init__(self, pool: Pool) -> None:
        self.serving = False
        self.leaving = False
        self.give_back = pool.give_back
        self.record_intents = pool.committer.record_intents
        self.record_receipts = pool.committer.record_receipts
        self._pool = pool
        self._session: Session | None = None
        self._failures = 0
        self._last_failure = ""

    @property
    def exhausted(self) -> bool:
        """Whether there will be no more messages for it."""
        return self.leaving or self._pool.prefetcher.exhausted

    @property
    def has_session(self) -> bool:
        """Whether it is connected."""
        return self._session is not None

    @property
    def held(self) -> int:
        """How many messages its session holds."""
        return self._session.queue.held if self._session is not None else 0

    @property
    def window(self) -> int:
        """How many messages its session can hold; 0 without a session."""
        return self._session.queue.window if self._session is not None else 0

    def supply(self, limit: int) -> list[QueuedMessage]:
        """Up to `limit` messages to send; none once there are more workers than permitted."""
        self.leaving = self.leaving or self._pool.has_too_many()
        return [] if self.leaving else self._pool.supply(limit)

    def wake(self) -> None:
        """Continue, because messages have arrived or no more will come."""
        if self._session is not None and self.serving:
            self._session.work()

    async def run(self) -> None:
        """Work until no message is left or the others suffice; raises MailError, or an error of a session's code."""
        try:
            while not self.leaving and await self._pool.prefetcher.wait_for_messages():
                session = await self._connect()
                if session is None:
                    return
                await self._serve(session)
        finally:
            self.serving = False
            if self._session is not None:
                await self._session.abandon()

    async def _serve(self, session: Session) -> None:
        self._session = session
        self.serving = True
        session.begin(self)
        self._pool.connected(session.queue.window)
        await session.wait_until_ended()
        self.serving = False
        result = session.result
        if result.delivered or not result.failed:
            self._failures = 0
        if result.failed:
            self._note_failure(result.explanation)
        await session.close()
        self._session = None

    async def _connect(self) -> Session | None:
        """A new session, or `None` when the other workers suffice."""
        while True:
            if self._failures and not await self._back_off():
                return None
            try:
                return await self._pool.connector.open()
            except TemporaryConnectError as error:
                self._note_failure(str(error))

    async def _back_off(self) -> bool:
        settings = self._pool.settings
        if self._failures > 1 and self._pool.release(self):
            return False
        if self._failures > len(settings.retry_delays):
            raise MailError(
                f"the mail server {settings.server} cannot be used after {self._failures} attempts:"
                f" {self._last_failure}; check smtp.host and smtp.port, or try again later"
            )
        await asyncio.sleep(settings.retry_delays[self._failures - 1])
        return not self._pool.prefetcher.stopped

    def _note_failure(self, why: str) -> None:
        self._failures += 1
        self._last_failure = why


def _seconds_between_messages(rate: float, journal: Journal) -> float:
    return journal.senders / rate


def _invalid_address(message: Outgoing) -> Receipt:
    text = "address refused by our own check"
    return Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.BOUNCED, text=text)


def _not_started(message: Outgoing) -> Receipt:
    text = "sending stopped before this message was started"
    return Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.DEFERRED, text=text)

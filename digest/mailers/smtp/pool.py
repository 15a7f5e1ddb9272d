"""A pool of SMTP connections: each has a worker that keeps a session open and feeds it with messages."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest.errors import MailError
from digest.mailers.smtp.connection_worker import ConnectionWorker
from digest.mailers.smtp.connections import Connection, Connections
from digest.mailers.smtp.group_commit import GroupCommitter
from digest.mailers.smtp.message_checks import checked
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.mailers.smtp.message_supply import MessageSupply
from digest.mailers.smtp.pacing import take_turns
from digest.mailers.smtp.prefetch import Prefetcher
from digest.mailers.smtp.relay import AWAITED, Relay
from digest.model.deliveries import Outcome, Outgoing, Receipt
from digest.protocols import Journal

_WINDOWS_AHEAD = 2  # of our connections; with one, they ran out of messages, and its thread was woken twice as often
_LOOK = 0.2  # seconds between two looks at whether sending is to stop
_GRACE = 5.0  # seconds in which a server can reply once sending is to stop, and then between two looks
_TIMER_STEP = 0.001  # seconds: uvloop rounds to them, and may call that much too early


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolSettings:
    """The limits that all senders share: `rate` in messages a second; `retry_delays` in seconds."""

    connections: int
    rate: float | None
    retry_delays: tuple[float, ...]


class Pool:
    """As many workers as messages wait, up to this sender's part of the connections; at first one tries each relay.

    Relays share messages and connections by weight. One that has no room leaves its messages to the others, and so
    does one that cannot be used. `Connections` decides how many workers a relay has, and `MessageSupply` which messages
    they get; the pool starts, wakes and ends them.
    """

    def __init__(
        self, settings: PoolSettings, relays: Sequence[Relay], journal: Journal, messages: Iterable[Outgoing]
    ) -> None:
        self._settings = settings
        self._relays = relays
        self._journal = journal
        self._is_paced = bool(settings.rate) or all(relay.pace.rate for relay in relays)
        self._loop = asyncio.get_running_loop()
        self._workers: dict[asyncio.Task[None], ConnectionWorker] = {}
        self._error: BaseException | None = None
        self.connections = Connections(relays, settings.connections, journal)
        self.committer = GroupCommitter(journal, self._fail, lambda: self.connections.window)
        self.prefetcher = Prefetcher(
            checked(messages, self._bounce),
            ahead=1 if settings.rate else len(relays) if self._is_paced else settings.connections,
            turn=take_turns("smtp", settings.rate, journal),
            on_change=self.messages_changed,
        )
        self._supply = MessageSupply(
            self.prefetcher, relays, self.connections, journal, on_change=self.messages_changed, on_error=self._fail
        )

    async def run(self) -> None:
        """Send everything; raises the first error of the journal, of a worker or of the iterable."""
        self._next_look = self._loop.call_later(_LOOK, self._look_for_stop)
        try:
            await self.prefetcher.wait_until_ended()
            while self._workers:
                await asyncio.wait(self._workers)
        finally:
            self._next_look.cancel()
            iterable_error, journal_error = await self._shut_down()
        error = journal_error or self._error or iterable_error
        if error is not None:
            raise error

    def connected(self) -> None:
        """Implement `WorkerPool`: others may connect too."""
        self._pull_ahead()
        self._supply.wake_held_back()
        self._start_workers()

    def disconnected(self) -> None:
        """Implement `WorkerPool`: the other relays may have what this one has left."""
        self._supply.wake_held_back()

    def supply(self, connection: Connection, limit: int) -> list[QueuedMessage]:
        """Implement `WorkerPool`."""
        messages = self._supply.take(connection, limit)
        self._cancel_needless()
        return messages

    def give_back(self, messages: list[QueuedMessage]) -> None:
        """Implement `WorkerPool`."""
        self.prefetcher.give_back(messages)
        self._loop.call_soon(self.messages_changed)

    def messages_changed(self) -> None:
        """Wake the workers, those with the fewest messages first, and start more if messages wait for them."""
        self._cancel_needless()
        for worker in sorted(self._workers.values(), key=lambda worker: worker.connection.held):
            worker.wake()
        self._start_workers()

    def _look_for_stop(self) -> None:
        """Begin nothing more once sending is to stop, also while a server is silent or the iterable waits."""
        if self._journal.is_stopped:
            self.prefetcher.stop()
            self._next_look = self._loop.call_later(_GRACE, self._leave_silent_servers)
        else:
            self._next_look = self._loop.call_later(_LOOK, self._look_for_stop)

    def _leave_silent_servers(self) -> None:
        """End the connections on which no message can have been accepted: what a server may have is waited for."""
        for task, worker in self._workers.items():
            session = worker.connection.session
            if session is not None and not session.awaits_result:
                task.cancel()
        self._next_look = self._loop.call_later(_GRACE, self._leave_silent_servers)

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

    def _bounce(self, message: Outgoing) -> None:
        """Bounce a message, from the prefetcher's thread."""
        self._loop.call_soon_threadsafe(self.committer.record_receipts, [_invalid_address(message)])

    def _pull_ahead(self) -> None:
        """Pull for our own connections: what a lost host had claimed waits until the other senders know of that."""
        if not self._is_paced:
            self.prefetcher.pull_ahead(max(self._settings.connections, _WINDOWS_AHEAD * self.connections.window))

    def _cancel_needless(self) -> None:
        """Once no message waits, end the workers without a session; what is given back later starts new ones."""
        if self.prefetcher.exhausted:
            for task, worker in self._workers.items():
                if worker.connection.session is None:
                    task.cancel()

    def _start_workers(self) -> None:
        for relay in self._relays:
            while self._needs_worker(relay):
                self._start_worker(relay)

    def _needs_worker(self, relay: Relay) -> bool:
        connections = self.connections.of(relay)
        if (connections and not relay.has_connected) or len(connections) >= self.connections.permitted(relay):
            return False
        if relay.pace.rate and any(connection.has_room for connection in connections):
            return False  # one that waits for its turn is enough
        return sum(not connection.serving for connection in connections) < self.prefetcher.waiting

    def _start_worker(self, relay: Relay) -> None:
        worker = ConnectionWorker(self, self.connections.add(relay), self._settings.retry_delays)
        if len(self._relays) > 1 and not (relay.left_out or relay.has_connected):
            relay.awaited_until = self._loop.time() + AWAITED
            self._loop.call_at(relay.awaited_until + _TIMER_STEP, self.messages_changed)
        task = asyncio.create_task(worker.run())
        self._workers[task] = worker
        task.add_done_callback(self._worker_ended)

    def _worker_ended(self, task: asyncio.Task[None]) -> None:
        self.connections.remove(self._workers.pop(task).connection)
        self._pull_ahead()
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


def _invalid_address(message: Outgoing) -> Receipt:
    text = "address refused by our own check"
    return Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.BOUNCED, text=text)


def _not_started(message: Outgoing) -> Receipt:
    text = "sending stopped before this message was started"
    return Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.DEFERRED, text=text)

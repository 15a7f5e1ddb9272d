"""A pool of SMTP connections: each has a worker that keeps a session open and feeds it with messages."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from digest.errors import MailError
from digest.mailers.smtp.connect import TemporaryConnectError
from digest.mailers.smtp.group_commit import GroupCommitter
from digest.mailers.smtp.message_checks import checked
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.mailers.smtp.pacing import TurnTimer, take_turns
from digest.mailers.smtp.prefetch import Prefetcher
from digest.mailers.smtp.relay import (
    AWAITED,
    Relay,
    common_error,
    connections_of,
    fair_part,
    pause_length,
    rate_name,
    share_of,
)
from digest.mailers.smtp.session import Session
from digest.model.deliveries import Outcome, Outgoing, Receipt
from digest.protocols import Journal

_WINDOWS_AHEAD = 2  # of all connections; with one, they ran out of messages, and its thread was woken twice as often
_TIMER_STEP = 0.001  # seconds: uvloop rounds to them, and may call that much too early

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolSettings:
    """The limits that all senders share: `rate` in messages a second; `retry_delays` in seconds."""

    connections: int
    rate: float | None
    retry_delays: tuple[float, ...]


class Pool:
    """As many workers as messages wait, up to this sender's part of the connections; at first one tries each relay.

    Relays share messages and connections by weight. One that has no room leaves its messages to the others, and so
    does one that cannot be used.
    """

    def __init__(
        self, settings: PoolSettings, relays: Sequence[Relay], journal: Journal, messages: Iterable[Outgoing]
    ) -> None:
        self.settings = settings
        self._relays = relays
        self._loop = asyncio.get_running_loop()
        self._journal = journal
        self._workers: dict[asyncio.Task[None], _ConnectionWorker] = {}
        self._holds_back = False  # a worker got fewer messages, because other relays have not taken theirs
        self._error: BaseException | None = None
        self.committer = GroupCommitter(journal, self._fail, self._capacity)
        ahead = 1 if settings.rate else len(relays) if self._all_are_paced else settings.connections
        turn = take_turns("smtp", settings.rate, journal)
        self.prefetcher = Prefetcher(
            checked(messages, self._bounce), ahead=ahead, turn=turn, on_change=self._messages_changed
        )
        self._turns = {relay: self._timer(relay, relay.pace.rate) for relay in relays if relay.pace.rate is not None}

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

    def connected(self, worker: "_ConnectionWorker") -> None:
        """Note that a worker has a session: others may connect too."""
        if not (self.settings.rate or self._all_are_paced):
            self.prefetcher.widen(_WINDOWS_AHEAD * self.settings.connections * worker.window)
        self._wake_held_back()
        self._start_workers()

    def rejoin(self, relay: Relay) -> None:
        """Note that a connection to a relay works."""
        others = [other for other in self._relays if other.has_connected]
        if relay.rejoin(others, self.settings.connections):
            _log.info("the relay %s is used again", relay.server)

    def supply(self, worker: "_ConnectionWorker", limit: int) -> list[QueuedMessage]:
        """Messages for a worker: at most its share of those that wait."""
        if len(self._relays) == 1:
            share = -(-self.prefetcher.waiting // max(1, len(self._workers)))
            messages = self.prefetcher.take(min(limit, share))
        else:
            messages = self._take_part(worker.relay, limit)
        self._cancel_needless()
        return messages

    def _take_part(self, relay: Relay, limit: int) -> list[QueuedMessage]:
        waiting = self.prefetcher.waiting
        part = fair_part(waiting, relay, [other for other in self._relays if other is not relay and self._wants(other)])
        permitted = relay.pace.available(self._loop.time())
        messages = self.prefetcher.take(int(min(limit, permitted, -(-part // max(1, len(self._workers_of(relay)))))))
        relay.taken += len(messages)
        relay.pace.take(len(messages))
        if len(messages) < min(limit, waiting):
            if permitted == 0:
                self._turns[relay].start()
            else:
                self._holds_back = True
        if messages:
            self._wake_held_back()
        return messages

    def _timer(self, relay: Relay, rate: float) -> TurnTimer:
        reserve = partial(self._journal.reserve_turns, rate_name(relay, self._relays), rate)
        return TurnTimer(relay.pace, reserve, on_due=self._messages_changed, on_error=self._fail)

    def _wants(self, relay: Relay) -> bool:
        """Whether a relay is about to take messages: it has room, or it is connecting for the first time."""
        now = self._loop.time()
        if now < relay.awaited_until:
            return True
        has_room = any(worker.has_room for worker in self._workers_of(relay))
        return has_room and relay.pace.available(now) > 0

    def _wake_held_back(self) -> None:
        if self._holds_back:
            self._holds_back = False
            self._loop.call_soon(self._messages_changed)

    def give_back(self, messages: list[QueuedMessage]) -> None:
        """Accept messages that a worker did not start, for the others."""
        self.prefetcher.give_back(messages)
        self._loop.call_soon(self._messages_changed)

    def release(self, worker: "_ConnectionWorker") -> bool:
        """Let a worker end for good, if another one of its relay is serving; returns whether it may."""
        relay = worker.relay
        has_others = self.is_serving(relay, but=worker)
        if has_others:
            relay.max_workers = min(relay.max_workers, self._permitted(relay)) - 1
        return has_others

    def is_serving(self, relay: Relay, but: "_ConnectionWorker") -> bool:
        """Whether another worker of the relay has a session."""
        return any(one.serving and not one.leaving for one in self._workers_of(relay) if one is not but)

    def has_too_many(self, relay: Relay) -> bool:
        """Whether a serving worker must leave, because other senders have started or another relay has come back.

        Those that connect can wait.
        """
        if self._journal.senders == 1 and len(self._relays) == 1:
            return False
        serving = sum(worker.serving and not worker.leaving for worker in self._workers_of(relay))
        return serving > self._permitted(relay)

    def leave_out(self, worker: "_ConnectionWorker", failures: int, why: str) -> bool:
        """Leave a relay to the others once all of its connections fail; returns whether this worker tries it again."""
        relay = worker.relay
        if len(self._relays) == 1 or self.is_serving(relay, but=worker):
            return True
        if relay.leave_out(failures):
            _log.warning("the relay %s is left out for now, and the others take over: %s", relay.server, why)
        self._messages_changed()
        return not any(other.retries for other in self._workers_of(relay) if other is not worker)

    def give_up(self, relay: Relay, error: MailError) -> None:
        """Do not expect a relay to work soon; raises MailError if there is no other."""
        relay.error = error
        errors = [one.error for one in self._relays if one.error is not None]
        if len(errors) == len(self._relays):
            raise common_error(errors)

    def refused(self, worker: "_ConnectionWorker", error: MailError) -> None:
        """Note a refusal; raises MailError if no relay is left. One that serves another worker has enough of them."""
        if not self.is_serving(worker.relay, but=worker):
            self.give_up(worker.relay, error)

    def session_ended(self) -> None:
        """Let the other relays have what one has left."""
        self._wake_held_back()

    @property
    def _all_are_paced(self) -> bool:
        return all(relay.pace.rate for relay in self._relays)

    def _workers_of(self, relay: Relay) -> "list[_ConnectionWorker]":
        return [worker for worker in self._workers.values() if worker.relay is relay]

    def _permitted(self, relay: Relay) -> int:
        connections = share_of(self.settings.connections, self._journal.senders, self._journal.place)
        return connections_of(relay, self._relays, connections)

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

    def _bounce(self, message: Outgoing) -> None:
        """Bounce a message, from the prefetcher's thread."""
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
        for relay in self._relays:
            while self._needs_worker(relay):
                self._start_worker(relay)

    def _start_worker(self, relay: Relay) -> None:
        worker = _ConnectionWorker(self, relay)
        if len(self._relays) > 1 and not (relay.left_out or relay.has_connected):
            relay.awaited_until = self._loop.time() + AWAITED
            self._loop.call_at(relay.awaited_until + _TIMER_STEP, self._messages_changed)
        task = asyncio.create_task(worker.run())
        self._workers[task] = worker
        task.add_done_callback(self._worker_ended)

    def _needs_worker(self, relay: Relay) -> bool:
        workers = self._workers_of(relay)
        if (workers and not relay.has_connected) or len(workers) >= self._permitted(relay):
            return False
        if relay.pace.rate and any(worker.has_room for worker in workers):
            return False  # one that waits for its turn is enough
        return sum(not worker.serving for worker in workers) < self.prefetcher.waiting

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

    def __init__(self, pool: Pool, relay: Relay) -> None:
        self.relay = relay
        self.serving = False
        self.leaving = False
        self.retries = False  # it is the one that tries its relay again after a pause
        self.give_back = pool.give_back
        self.record_intents = pool.committer.record_intents
        self.record_receipts = pool.committer.record_receipts
        self._pool = pool
        self._session: Session | None = None
        self._failures = relay.failures if relay.left_out else 0
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
    def has_room(self) -> bool:
        """Whether it is serving, and would take messages now."""
        return self.serving and not self.leaving and self._session is not None and self._session.has_room

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
        self.leaving = self.leaving or self._pool.has_too_many(self.relay)
        return [] if self.leaving else self._pool.supply(self, limit)

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
        self.serving, self.retries = True, False
        self._pool.rejoin(self.relay)
        session.begin(self)
        self._pool.connected(self)
        await session.wait_until_ended()
        self.serving = False
        result = session.result
        if result.delivered or not result.failed:
            self._failures = 0
        if result.failed:
            self._note_failure(result.explanation)
        self._pool.session_ended()
        await session.close()
        self._session = None

    async def _connect(self) -> Session | None:
        """A new session, or `None` when the other workers suffice; raises MailError when no relay can be used."""
        while True:
            if self._failures and not await self._back_off():
                return None
            try:
                return await self.relay.connector.open()
            except TemporaryConnectError as error:
                self._note_failure(str(error))
            except MailError as error:
                self._note_failure(str(error))
                self._pool.refused(self, error)

    async def _back_off(self) -> bool:
        delays = self._pool.settings.retry_delays
        if self._failures > 1 and self._pool.release(self):
            return False
        if self._failures > len(delays) and self.relay.error is None:
            self._pool.give_up(self.relay, self._unusable())
        if not self._pool.leave_out(self, self._failures, self._last_failure):
            return False
        self.retries = True
        await asyncio.sleep(pause_length(delays, self._failures))
        return not self._pool.prefetcher.stopped

    def _unusable(self) -> MailError:
        return MailError(
            f"the mail server {self.relay.server} cannot be used after {self._failures} attempts:"
            f" {self._last_failure}; check {self.relay.connector.key}.host and {self.relay.connector.key}.port,"
            " or try again later"
        )

    def _note_failure(self, why: str) -> None:
        self._failures += 1
        self._last_failure = why


def _invalid_address(message: Outgoing) -> Receipt:
    text = "address refused by our own check"
    return Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.BOUNCED, text=text)


def _not_started(message: Outgoing) -> Receipt:
    text = "sending stopped before this message was started"
    return Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.DEFERRED, text=text)

"""The worker of one connection: opens a session, feeds it with messages, and backs off after failures."""

import asyncio
import time
from collections.abc import Sequence
from typing import Protocol

from digest.errors import MailError
from digest.mailers.smtp.connect import TemporaryConnectError
from digest.mailers.smtp.connections import Connection, Connections
from digest.mailers.smtp.group_commit import GroupCommitter
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.mailers.smtp.prefetch import Prefetcher
from digest.mailers.smtp.relay import pause_length
from digest.mailers.smtp.session import Session


class WorkerPool(Protocol):
    """What the workers of a pool share."""

    @property
    def prefetcher(self) -> Prefetcher:
        """The messages that wait."""
        ...

    @property
    def committer(self) -> GroupCommitter:
        """Records intents and receipts."""
        ...

    @property
    def connections(self) -> Connections:
        """The connections of all workers."""
        ...

    def supply(self, connection: Connection, limit: int) -> list[QueuedMessage]:
        """Up to `limit` messages for a connection."""
        ...

    def give_back(self, messages: list[QueuedMessage]) -> None:
        """Accept messages that were not started, for the others."""
        ...

    def connected(self) -> None:
        """Note a new session: others may connect too."""
        ...

    def disconnected(self) -> None:
        """Note the end of a session: the others may have what it left."""
        ...

    def messages_changed(self) -> None:
        """Let the others look at the messages that wait."""
        ...


class ConnectionWorker:
    """Keeps one session open while there are messages; it is the session's delegate.

    `retry_delays` are the seconds between attempts to connect.
    """

    def __init__(self, pool: WorkerPool, connection: Connection, retry_delays: Sequence[float]) -> None:
        self.give_back = pool.give_back
        self.record_intents = pool.committer.record_intents
        self.record_receipts = pool.committer.record_receipts
        self._pool = pool
        self._connection = connection
        self._connections = pool.connections
        self._relay = connection.relay
        self._retry_delays = retry_delays
        self._failures = self._relay.failures if self._relay.left_out else 0
        self._last_failure = ""
        self._worked_at = time.monotonic()  # nothing had failed until then

    @property
    def connection(self) -> Connection:
        """Its connection."""
        return self._connection

    @property
    def exhausted(self) -> bool:
        """Whether there will be no more messages for it."""
        return self._connection.leaving or self._pool.prefetcher.exhausted

    def supply(self, limit: int) -> list[QueuedMessage]:
        """Up to `limit` messages to send; none once there are more workers than permitted."""
        connection = self._connection
        connection.leaving = connection.leaving or self._connections.has_too_many(self._relay)
        return [] if connection.leaving else self._pool.supply(connection, limit)

    def wake(self) -> None:
        """Continue, because messages have arrived or no more will come."""
        connection = self._connection
        if connection.session is not None and connection.serving:
            connection.session.work()

    async def run(self) -> None:
        """Work until no message is left or the others suffice; raises MailError, or an error of a session's code."""
        connection = self._connection
        try:
            while not connection.leaving and await self._pool.prefetcher.wait_for_messages():
                session = await self._connect()
                if session is None:
                    return
                await self._serve(session)
        finally:
            connection.serving = False
            if connection.session is not None:
                await connection.session.abandon()

    async def _serve(self, session: Session) -> None:
        connection = self._connection
        connection.session = session
        connection.serving, connection.retries = True, False
        self._connections.rejoin(self._relay)
        session.begin(self)
        self._pool.connected()
        await session.wait_until_ended()
        connection.serving = False
        result = session.result
        if result.delivered or not result.failed:
            self._failures, self._worked_at = 0, time.monotonic()
        if result.failed:
            self._note_failure(result.explanation)
        self._pool.disconnected()
        await session.close()
        connection.session = None

    async def _connect(self) -> Session | None:
        """A new session, or `None` when the other workers suffice; raises MailError when no relay can be used."""
        while True:
            if not self._failures:
                self._worked_at = time.monotonic()
            elif not await self._back_off():
                return None
            try:
                return await self._relay.connector.open()
            except TemporaryConnectError as error:
                self._note_failure(str(error))
            except MailError as error:
                self._note_failure(str(error))
                self._connections.refused(self._connection, error)

    async def _back_off(self) -> bool:
        """Wait before the next attempt; whether there is to be one."""
        connection, connections, relay = self._connection, self._connections, self._relay
        if self._failures > 1 and connections.release(connection):
            return False
        if self._failures > len(self._retry_delays) and relay.error is None:
            connections.give_up(relay, self._unusable())
        if connections.can_leave_out(connection):
            connections.leave_out(relay, self._failures, self._last_failure)
            self._pool.messages_changed()
            if connections.is_retried(connection):
                return False
        connection.retries = True
        await asyncio.sleep(pause_length(self._retry_delays, self._failures))
        return not self._pool.prefetcher.stopped

    def _unusable(self) -> MailError:
        attempts = f" after {self._failures} attempts" if self._failures > 1 else ""
        return MailError(
            f"the mail server {self._relay.server} cannot be used{attempts}: {self._last_failure};"
            f" check {self._relay.connector.key}.host and {self._relay.connector.key}.port, or try again later",
            lasted=time.monotonic() - self._worked_at,
        )

    def _note_failure(self, why: str) -> None:
        self._failures += 1
        self._last_failure = why

"""The connections at work: a pool of lanes, each with a session that takes messages and gives receipts to the clerk."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from digest.errors import MailError
from digest.mailers.smtp.connect import Connector, TemporaryConnectError
from digest.mailers.smtp.dialogue import QueuedMessage
from digest.mailers.smtp.group_commit import GroupCommitter
from digest.mailers.smtp.prefetch import Prefetcher
from digest.mailers.smtp.session import Session
from digest.message.wire_format import content_defect, has_dots, is_plain_address
from digest.model.deliveries import Outcome, Outgoing, Receipt
from digest.protocols import Journal


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """How a server is used by all senders together: `rate` in messages a second; `pauses` in seconds."""

    server: str
    connections: int
    rate: float | None
    pauses: tuple[float, ...]


class Pool:
    """As many lanes as messages wait, up to our part of the permitted connections; the first tries the way alone."""

    def __init__(self, terms: Terms, connector: Connector, journal: Journal, messages: Iterable[Outgoing]) -> None:
        self.terms = terms
        self.connector = connector
        self._loop = asyncio.get_running_loop()
        self._journal = journal
        self._limit = terms.connections
        self._lanes: dict[asyncio.Task[None], _ConnectionWorker] = {}
        self._way_is_open = False
        self._error: BaseException | None = None
        self.committer = GroupCommitter(journal, self._fail, self._capacity)
        ahead = 1 if terms.rate else terms.connections
        pace = partial(_pace, terms.rate, journal) if terms.rate else None
        self.prefetcher = Prefetcher(self._checked(messages), ahead=ahead, pace=pace, arrived=self._arrived)

    async def run(self) -> None:
        """Send everything; raises the first error of the journal, of a lane or of the iterable."""
        try:
            await self.prefetcher.finished()
            while self._lanes:
                await asyncio.wait(self._lanes)
        finally:
            unpulled, unstored = await self._end()
        error = unstored or self._error or unpulled
        if error is not None:
            raise error

    def opened(self, window: int) -> None:
        """A lane has a session that holds so many messages: others may follow it."""
        self._way_is_open = True
        if not self.terms.rate:
            self.prefetcher.widen(self.terms.connections * window)
        while self._grow():
            pass

    def supply(self, most: int) -> list[QueuedMessage]:
        """Messages for a lane: no more than its share of those that wait."""
        share = -(-self.prefetcher.waiting // max(1, len(self._lanes)))
        parcels = self.prefetcher.take(min(most, share))
        self._excuse()
        return parcels

    def give_back(self, parcels: list[QueuedMessage]) -> None:
        """Take messages that a lane did not begin; others may have them at once."""
        self.prefetcher.give_back(parcels)
        self._loop.call_soon(self._arrived)

    def can_spare(self, lane: "_ConnectionWorker") -> bool:
        """Whether another lane is serving, so that this one can leave its work to it for good."""
        others = any(other.serving and not other.leaving for other in self._lanes.values() if other is not lane)
        if others:
            self._limit = min(self._limit, self._permitted) - 1
        return others

    def is_crowded(self) -> bool:
        """Whether a serving lane has to leave, because other senders have come; those that still connect can wait."""
        if self._journal.senders == 1:
            return False
        return sum(lane.serving and not lane.leaving for lane in self._lanes.values()) > self._permitted

    @property
    def _permitted(self) -> int:
        return max(1, min(self._limit, self.terms.connections // self._journal.senders))

    def _capacity(self) -> int:
        return sum(lane.window for lane in self._lanes.values())

    async def _end(self) -> tuple[BaseException | None, BaseException | None]:
        self.prefetcher.stop()
        unpulled = await self.prefetcher.finished()
        for task in self._lanes:
            task.cancel()
        if self._lanes:
            await asyncio.wait(self._lanes)
        await self.committer.rest()
        if self.prefetcher.left:
            self.committer.settle([_not_begun(message_.message) for message_ in self.prefetcher.left])
        return unpulled, await self.committer.close()

    def _checked(self, messages: Iterable[Outgoing]) -> Iterator[QueuedMessage]:
        """What may go on the wire (asked in the intake's thread); a bad address bounces, a bad message ends it all."""
        for message in messages:
            defect = content_defect(message.content) if message.dots is None else None
            if defect is None and not is_plain_address(message.sender):
                defect = "its envelope sender is no plain address"
            if defect is not None:
                raise MailError(
                    f"the message of delivery {message.delivery_id} was not sent, because {defect}; please report this"
                )
            if is_plain_address(message.recipient):
                yield QueuedMessage(
                    message, dotless=not (has_dots(message.content) if message.dots is None else message.dots)
                )
            else:
                self._loop.call_soon_threadsafe(self.committer.settle, [_bounced(message)])

    def _excuse(self) -> None:
        """Once no message waits, who has no session need not try any more; what is given back finds new lanes."""
        if self.prefetcher.exhausted:
            for task, lane in self._lanes.items():
                if not lane.connected:
                    task.cancel()

    def _arrived(self) -> None:
        self._excuse()
        for lane in sorted(self._lanes.values(), key=lambda lane: lane.held):
            lane.wake()
        while self._grow():
            pass

    def _grow(self) -> bool:
        alone = bool(self._lanes) and not self._way_is_open
        unready = sum(not lane.serving for lane in self._lanes.values())
        if alone or len(self._lanes) >= self._permitted or unready >= self.prefetcher.waiting:
            return False
        lane = _ConnectionWorker(self)
        task = asyncio.create_task(lane.run())
        self._lanes[task] = lane
        task.add_done_callback(self._lane_ended)
        return True

    def _lane_ended(self, task: asyncio.Task[None]) -> None:
        del self._lanes[task]
        error = None if task.cancelled() else task.exception()
        if error is None:
            self._grow()  # what it gave back may be nobody's otherwise
        elif isinstance(error, MailError):
            self._error = self._error or error
            self.prefetcher.stop()
        else:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self._error = self._error or error
        self.prefetcher.stop()
        for task in self._lanes:
            task.cancel()


class _ConnectionWorker:
    """One connection's worth of work: keeps a session while there are messages; it is the session's crew."""

    def __init__(self, pool: Pool) -> None:
        self.serving = False
        self.leaving = False
        self._pool = pool
        self._terms = pool.terms
        self._session: Session | None = None
        self._failures = 0
        self._why = ""
        self.intend = pool.committer.intend
        self.settle = pool.committer.settle
        self.give_back = pool.give_back

    @property
    def exhausted(self) -> bool:
        """Whether there will be no more messages for it."""
        return self.leaving or self._pool.prefetcher.exhausted

    @property
    def connected(self) -> bool:
        """Whether it has a session."""
        return self._session is not None

    @property
    def held(self) -> int:
        """How many messages it has in hand."""
        return self._session.held if self._session is not None else 0

    @property
    def window(self) -> int:
        """How many messages it can have in hand; none while it has no session."""
        return self._session.window if self._session is not None else 0

    def supply(self, most: int) -> list[QueuedMessage]:
        """Messages to be sent, at most so many; from the moment when it is one lane too many, none."""
        self.leaving = self.leaving or self._pool.is_crowded()
        return [] if self.leaving else self._pool.supply(most)

    def wake(self) -> None:
        """There is something to take, or nothing will come any more."""
        if self._session is not None and self.serving:
            self._session.work()

    async def run(self) -> None:
        """Work until no message is left, or others can do it alone; raises MailError, or what a session raised."""
        try:
            while not self.leaving and await self._pool.prefetcher.some():
                session = await self._connected()
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
        self._pool.opened(session.window)
        await session.served()
        self.serving = False
        if session.carried or session.fault is None or not session.troubled:
            self._failures = 0
        if session.fault is not None and session.troubled:
            self._fail(session.why)
        await session.close()
        self._session = None

    async def _connected(self) -> Session | None:
        while True:
            if self._failures and not await self._pause():
                return None
            try:
                return await self._pool.connector.open()
            except TemporaryConnectError as error:
                self._fail(str(error))

    async def _pause(self) -> bool:
        pauses = self._terms.pauses
        if self._failures > 1 and self._pool.can_spare(self):
            return False
        if self._failures > len(pauses):
            raise MailError(
                f"the mail server {self._terms.server} cannot be used, in {self._failures} attempts: {self._why};"
                " check smtp.host and smtp.port, or try again later"
            )
        await asyncio.sleep(pauses[self._failures - 1])
        return not self._pool.prefetcher.stopped

    def _fail(self, why: str) -> None:
        self._failures += 1
        self._why = why


def _pace(rate: float, journal: Journal) -> float:
    """The seconds between two of our messages."""
    return journal.senders / rate


def _bounced(message: Outgoing) -> Receipt:
    text = "address refused by our own check"
    return Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.BOUNCED, text=text)


def _not_begun(message: Outgoing) -> Receipt:
    text = "the sending ended before the message was begun"
    return Receipt(delivery_id=message.delivery_id, token=message.token, outcome=Outcome.DEFERRED, text=text)

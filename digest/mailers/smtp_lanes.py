"""The connections at work: a pool of lanes that take messages, send them, and give the receipts to the clerk."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from digest.errors import MailError
from digest.mailers.smtp_clerk import Clerk
from digest.mailers.smtp_connect import Connector, NotNowError
from digest.mailers.smtp_intake import Intake
from digest.mailers.smtp_rules import content_defect, is_plain_address
from digest.mailers.smtp_session import Session
from digest.model import Outcome, Outgoing, Receipt


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """How a server is used: `rate` in messages a second, `pauses` and `longest` (a connection's age) in seconds."""

    server: str
    connections: int
    rate: float | None
    pauses: tuple[float, ...]
    most_messages: int
    longest: float


class Pool:
    """As many lanes as messages wait, up to the permitted connections; the first one tries the way alone."""

    def __init__(self, terms: Terms, connector: Connector, clerk: Clerk, messages: Iterable[Outgoing]) -> None:
        self.terms = terms
        self.connector = connector
        self.clerk = clerk
        ahead = 1 if terms.rate else terms.connections
        self.intake = Intake(messages, ahead=ahead, rate=terms.rate, arrived=self._grow)
        self._limit = terms.connections
        self._lanes: dict[asyncio.Task[None], _Lane] = {}
        self._way_is_open = False
        self._error: BaseException | None = None

    async def run(self) -> None:
        """Send everything; raises the first error of the journal, of a lane or of the iterable."""
        try:
            await self.intake.finished()
            while self._lanes:
                await asyncio.wait(self._lanes)
        finally:
            unpulled, unstored = await self._end()
        error = unstored or self._error or unpulled
        if error is not None:
            raise error

    def opened(self) -> None:
        """A lane has a session: others may follow it."""
        self._way_is_open = True
        while self._grow():
            pass

    def can_spare(self, lane: "_Lane") -> bool:
        """Whether another lane is serving, so that this one can leave its work to it for good."""
        others = any(other.serving for other in self._lanes.values() if other is not lane)
        if others:
            self._limit -= 1
        return others

    async def _end(self) -> tuple[BaseException | None, BaseException | None]:
        self.intake.stop()
        unpulled = await self.intake.finished()
        for task in self._lanes:
            task.cancel()
        if self._lanes:
            await asyncio.wait(self._lanes)
        return unpulled, await self.clerk.close()

    def _grow(self) -> bool:
        alone = bool(self._lanes) and not self._way_is_open
        idle = sum(lane.idle for lane in self._lanes.values())
        if alone or len(self._lanes) >= self._limit or idle >= self.intake.waiting:
            return False
        lane = _Lane(self)
        task = asyncio.create_task(lane.run())
        self._lanes[task] = lane
        task.add_done_callback(self._lane_ended)
        return True

    def _lane_ended(self, task: asyncio.Task[None]) -> None:
        del self._lanes[task]
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        self._error = self._error or error
        self.intake.stop()
        if not isinstance(error, MailError):
            for other in self._lanes:
                other.cancel()


class _Lane:
    """One connection's worth of work: takes messages, keeps a session for them, gives the receipts to the clerk."""

    def __init__(self, pool: Pool) -> None:
        self.idle = True
        self.serving = False
        self._pool = pool
        self._terms = pool.terms
        self._session: Session | None = None
        self._stored: asyncio.Future[None] | None = None
        self._failures = 0
        self._why = ""

    async def run(self) -> None:
        """Work until no message is left, or others can do it alone; raises MailError, or what the journal raised."""
        try:
            while (message := await self._take()) is not None:
                if not await self._deliver(message):
                    break
            self.serving = False
            await self._hang_up()
            await self._settled()
        finally:
            self.serving = False
            if self._session is not None:
                await self._session.abandon()

    async def _take(self) -> Outgoing | None:
        self.idle = True
        message = await self._pool.intake.take()
        self.idle = False
        return message

    async def _deliver(self, message: Outgoing) -> bool:
        refused = self._own_check(message)
        if refused is not None:
            await self._settle(refused)
            return True
        session = await self._connected()
        if session is None:
            self._pool.intake.give_back(message)
            return False
        receipt = await session.send(message, self._pool.clerk)
        if receipt is not None:
            self._count(session, receipt)
            await self._settle(receipt)
        return True

    def _own_check(self, message: Outgoing) -> Receipt | None:
        defect = content_defect(message.content)
        if defect is None and not is_plain_address(message.sender):
            defect = "its envelope sender is no plain address"
        if defect is not None:
            raise MailError(
                f"the message of delivery {message.delivery_id} was not sent, because {defect}; please report this"
            )
        if is_plain_address(message.recipient):
            return None
        return Receipt(
            delivery_id=message.delivery_id,
            token=message.token,
            outcome=Outcome.BOUNCED,
            text="address refused by our own check",
        )

    async def _connected(self) -> Session | None:
        while self._session is None or not self._is_fresh(self._session):
            self.serving = False
            await self._hang_up()
            if self._failures and not await self._pause():
                return None
            try:
                self._session = await self._pool.connector.open()
            except NotNowError as error:
                self._fail(str(error))
        if not self.serving:
            self.serving = True
            self._pool.opened()
        return self._session

    def _is_fresh(self, session: Session) -> bool:
        return session.is_open and session.messages < self._terms.most_messages and session.age < self._terms.longest

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
        return not self._pool.intake.stopped

    def _count(self, session: Session, receipt: Receipt) -> None:
        if session.is_open or receipt.outcome is Outcome.SENT:
            self._failures = 0
        else:
            self._fail(f"{receipt.code or ''} {receipt.text}".strip())

    def _fail(self, why: str) -> None:
        self._failures += 1
        self._why = why

    async def _settle(self, receipt: Receipt) -> None:
        await self._settled()
        self._stored = self._pool.clerk.settle(receipt)

    async def _settled(self) -> None:
        if self._stored is not None:
            await self._stored

    async def _hang_up(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

"""Which of the messages that wait a connection gets: relays share them by weight, each at its own pace."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from digest.mailers.smtp.connections import Connection, Connections
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.mailers.smtp.pacing import TurnTimer
from digest.mailers.smtp.prefetch import Prefetcher
from digest.mailers.smtp.relay import Relay, fair_part, rate_name
from digest.protocols import Journal


class MessageSupply:
    """Distributes the messages of a prefetcher.

    `on_change` is called when connections that got too few messages can have more: a turn has come, or other relays
    have taken theirs. `on_error` gets an error of the journal.
    """

    def __init__(
        self,
        prefetcher: Prefetcher,
        relays: Sequence[Relay],
        connections: Connections,
        journal: Journal,
        *,
        on_change: Callable[[], object],
        on_error: Callable[[BaseException], object],
    ) -> None:
        self._prefetcher = prefetcher
        self._relays = relays
        self._connections = connections
        self._on_change = on_change
        self._loop = asyncio.get_running_loop()
        self._holds_back = False  # a connection got fewer messages, because other relays have not taken theirs
        self._turns = {
            relay: TurnTimer(
                relay.pace,
                partial(journal.reserve_turns, rate_name(relay, relays), relay.pace.rate),
                on_due=on_change,
                on_error=on_error,
            )
            for relay in relays
            if relay.pace.rate is not None
        }

    def take(self, connection: Connection, limit: int) -> list[QueuedMessage]:
        """Messages for a connection: at most its share of those that wait."""
        if len(self._relays) == 1:
            share = -(-self._prefetcher.waiting // max(1, len(self._connections)))
            return self._prefetcher.take(min(limit, share))
        return self._take_part(connection.relay, limit)

    def wake_held_back(self) -> None:
        """Look again for those that got too few messages, because a relay has come, gone or taken its part."""
        if self._holds_back:
            self._holds_back = False
            self._loop.call_soon(self._on_change)

    def _take_part(self, relay: Relay, limit: int) -> list[QueuedMessage]:
        waiting = self._prefetcher.waiting
        part = fair_part(waiting, relay, [other for other in self._relays if other is not relay and self._wants(other)])
        permitted = relay.pace.available(self._loop.time())
        share = -(-part // max(1, len(self._connections.of(relay))))
        messages = self._prefetcher.take(int(min(limit, permitted, share)))
        relay.taken += len(messages)
        relay.pace.take(len(messages))
        if len(messages) < min(limit, waiting):
            if permitted == 0:
                self._turns[relay].start()
            else:
                self._holds_back = True
        if messages:
            self.wake_held_back()
        return messages

    def _wants(self, relay: Relay) -> bool:
        """Whether a relay is about to take messages: it has room, or it is connecting for the first time."""
        now = self._loop.time()
        if now < relay.awaited_until:
            return True
        has_room = any(one.has_room for one in self._connections.of(relay))
        return has_room and relay.pace.available(now) > 0

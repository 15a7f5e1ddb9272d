"""The connections of a pool: how many each relay may have, and what the failure of one means for its relay."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from digest.errors import MailError
from digest.mailers.smtp.relay import Relay, common_error, connections_of, share_of
from digest.mailers.smtp.session import Session
from digest.protocols import Journal

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Connection:
    """A connection to a relay, which its worker opens again and again.

    `session`: None while there is none; `serving`: the session takes messages; `leaving`: its worker ends, because
    there are too many; `retries`: it is the one that tries its relay again after a pause.
    """

    relay: Relay
    session: Session | None = None
    serving: bool = False
    leaving: bool = False
    retries: bool = False

    @property
    def has_room(self) -> bool:
        """Whether it would take messages now."""
        return self.serving and not self.leaving and self.session is not None and self.session.has_room

    @property
    def held(self) -> int:
        """How many messages its session holds."""
        return self.session.queue.held if self.session is not None else 0

    @property
    def window(self) -> int:
        """How many messages its session can hold; 0 without a session."""
        return self.session.queue.window if self.session is not None else 0


class Connections:
    """All connections of this sender, whose part of `most` follows how many senders the journal counts."""

    def __init__(self, relays: Sequence[Relay], most: int, journal: Journal) -> None:
        self._relays = relays
        self._most = most
        self._journal = journal
        self._all: list[Connection] = []

    def __len__(self) -> int:
        return len(self._all)

    @property
    def window(self) -> int:
        """How many messages all of them can hold."""
        return sum(one.window for one in self._all)

    def add(self, relay: Relay) -> Connection:
        """One more connection to a relay."""
        connection = Connection(relay)
        self._all.append(connection)
        return connection

    def remove(self, connection: Connection) -> None:
        """Forget a connection whose worker has ended."""
        self._all.remove(connection)

    def of(self, relay: Relay) -> list[Connection]:
        """The connections to a relay."""
        return [one for one in self._all if one.relay is relay]

    def permitted(self, relay: Relay) -> int:
        """How many connections a relay may have."""
        connections = share_of(self._most, self._journal.senders, self._journal.place)
        return connections_of(relay, self._relays, connections)

    def is_serving(self, relay: Relay, but: Connection) -> bool:
        """Whether another connection to the relay takes messages."""
        return any(one.serving and not one.leaving for one in self.of(relay) if one is not but)

    def has_too_many(self, relay: Relay) -> bool:
        """Whether a serving one must leave, because other senders have started or another relay has come back.

        Those that connect can wait.
        """
        if self._journal.senders == 1 and len(self._relays) == 1:
            return False
        serving = sum(one.serving and not one.leaving for one in self.of(relay))
        return serving > self.permitted(relay)

    def release(self, connection: Connection) -> bool:
        """Let a connection end for good, if another one of its relay is serving; returns whether it may."""
        relay = connection.relay
        has_others = self.is_serving(relay, but=connection)
        if has_others:
            relay.max_workers = min(relay.max_workers, self.permitted(relay)) - 1
        return has_others

    def rejoin(self, relay: Relay) -> None:
        """Note that a connection to a relay works."""
        others = [other for other in self._relays if other.has_connected]
        if relay.rejoin(others, self._most):
            _log.info("the relay %s is used again", relay.server)

    def can_leave_out(self, connection: Connection) -> bool:
        """Whether other relays could take over from one of which this connection fails, and no other one works."""
        return len(self._relays) > 1 and not self.is_serving(connection.relay, but=connection)

    def leave_out(self, relay: Relay, failures: int, why: str) -> None:
        """Leave a relay to the others."""
        if relay.leave_out(failures):
            _log.warning("the relay %s is left out for now, and the others take over: %s", relay.server, why)

    def is_retried(self, connection: Connection) -> bool:
        """Whether another connection tries the same relay again."""
        return any(one.retries for one in self.of(connection.relay) if one is not connection)

    def refused(self, connection: Connection, error: MailError) -> None:
        """Note a refusal; raises MailError if no relay is left.

        A relay that serves another connection has enough of them.
        """
        if not self.is_serving(connection.relay, but=connection):
            self.give_up(connection.relay, error)

    def give_up(self, relay: Relay, error: MailError) -> None:
        """Do not expect a relay to work soon; raises MailError if there is no other."""
        relay.error = error
        errors = [one.error for one in self._relays if one.error is not None]
        if len(errors) == len(self._relays):
            raise common_error(errors)

"""The relays of one pool: which share of the waiting messages each may take, and whether it can be used (pure)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from digest.errors import MailError, SenderRefusedError
from digest.mailers.smtp.connect import Connector
from digest.mailers.smtp.pacing import HeldTurns

AWAITED = 2.0  # seconds in which the others leave a relay's share to it while it connects for the first time
_LONGEST_PAUSE = 300.0  # seconds between attempts on a relay while others work


@dataclass(slots=True, eq=False)
class Relay:
    """One mail server, and how it has done so far.

    `taken`: the messages it was given; `has_connected`: a connection to it works, so others may follow;
    `awaited_until`: the end of the time in which its first connection is waited for; `left_out`: no connection to it
    works; `failures`: how often in a row; `error`: why it is not expected to work soon; `max_workers`: how many
    connections it permits, as it has shown.
    """

    server: str
    connector: Connector
    weight: float = 1
    pace: HeldTurns = field(default_factory=HeldTurns)
    max_workers: int = 0
    taken: float = 0
    has_connected: bool = False
    awaited_until: float = 0.0
    left_out: bool = False
    failures: int = 0
    error: MailError | None = None

    def leave_out(self, failures: int) -> bool:
        """Note that no connection works; whether this is new."""
        is_new = not self.left_out
        self.left_out, self.has_connected, self.failures = True, False, failures
        self.awaited_until = 0.0
        return is_new

    def rejoin(self, others: Sequence["Relay"], connections: int) -> bool:
        """Note a connection that works; whether the relay was left out. Its share is counted from now on."""
        returns = self.left_out
        if returns:
            self.taken = self.weight * max((other.taken / other.weight for other in others), default=0.0)
            self.max_workers = connections
        self.left_out, self.has_connected, self.error, self.awaited_until = False, True, None, 0.0
        return returns


def fair_part(waiting: int, relay: Relay, others: Sequence[Relay]) -> int:
    """How many of the messages that wait the relay may take, so that the `others` get their shares by weight.

    At least one relay may take a message.
    """
    sharing = (relay, *others)
    level = (waiting + sum(one.taken for one in sharing)) / sum(one.weight for one in sharing)
    # Rounded first, so that an inexact sum cannot add a message.
    return min(waiting, max(0, math.ceil(round(level * relay.weight - relay.taken, 6))))


def share_of(connections: int, senders: int, place: int) -> int:
    """The part of all connections of the sender at that place: the first senders have those that are left over."""
    return (connections + senders - 1 - place) // senders


def connections_of(relay: Relay, relays: Sequence[Relay], connections: int) -> int:
    """The relay's part of this sender's connections: by weight, at least one; those left out have one to try again."""
    weights = sum(one.weight for one in relays if not one.left_out or one is relay)
    share = 1 if relay.left_out else int(connections * relay.weight / weights)
    return max(1, min(relay.max_workers, share))


def rate_name(relay: Relay, relays: Sequence[Relay]) -> str:
    """The name by which all senders share the relay's rate; a server may be listed twice, with two accounts."""
    same = [one for one in relays if one.server == relay.server]
    return f"{relay.server} {same.index(relay) + 1}"


def pause_length(delays: Sequence[float], failures: int) -> float:
    """The seconds before the next attempt: the delays in turn, then twice as long each time."""
    if failures <= len(delays):
        return delays[failures - 1]
    doubled = (delays[-1] if delays else 1.0) * 2.0 ** min(failures - len(delays), 20)
    return min(_LONGEST_PAUSE, doubled)


def common_error(errors: Sequence[MailError]) -> MailError:
    """The error of relays that all fail: a refusal of this sender where each of them refuses it."""
    if len(errors) == 1:
        return errors[0]
    kind = SenderRefusedError if all(isinstance(one, SenderRefusedError) for one in errors) else MailError
    lasted = min(one.lasted for one in errors)
    return kind(f"no relay can be used: {'; '.join(map(str, errors))}", lasted)

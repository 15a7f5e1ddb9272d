"""The daily limits of a domain that has not sent before."""

from dataclasses import dataclass
from datetime import date, datetime

FIRST_DAY = 500  # messages
GROWTH = 1.5  # a day
_LAST_DAY = 40  # from then on the limit is more than anybody has readers


def daily_limit(day: int) -> int | None:
    """How many messages the domain may send on that day, 0 for the first; None: as many as there are."""
    return int(FIRST_DAY * GROWTH**day) if day < _LAST_DAY else None


@dataclass(frozen=True, kw_only=True, slots=True)
class RampDay:
    """The limit of a domain today: `day` counts from 1; `waiting` are the messages that wait for a later day.

    `began_on` is None until its first message is sent with a limit; `limit` is None once there is none.
    """

    domain: str
    began_on: date | None
    day: int
    limit: int | None
    used: int
    waiting: int
    next_at: datetime | None

    @property
    def left(self) -> int | None:
        """How many more messages may leave today."""
        return None if self.limit is None else max(0, self.limit - self.used)

"""When a message that was not sent is tried again."""

from datetime import datetime, timedelta

WAITS = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
_JITTER = 0.2


def next_try(tries: int, now: datetime, jitter: float) -> datetime:
    """The time of the next try after `tries` attempts: in 5 min, 15 min, 1 h, then every 4 h, each ± 20 %.

    `jitter` in [0, 1) picks the moment within these 20 %, so that retries do not reach a server all at once.
    """
    wait = WAITS[min(max(tries, 1), len(WAITS)) - 1]
    return now + wait * (1 + _JITTER * (2 * jitter - 1))

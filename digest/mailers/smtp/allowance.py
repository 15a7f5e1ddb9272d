"""How many messages one connection may carry: as the settings say, or fewer, as the server says or shows (pure)."""

import re

_MAILMAX = re.compile(r"(?:.*\s)?MAILMAX=0{0,5}([1-9][0-9]{0,5})(?:\s.*)?", re.IGNORECASE)  # RFC 9422, 4.1 and 8
_TENTATIVE_USES = 3  # connections that end at a limit that was met once


class Allowance:
    """The limit that the connections to one server share.

    A server that takes a certain number of messages on a connection refuses the next MAIL, mostly with 421; so does one
    that shuts down. A limit that was met once is therefore given up after three connections that ended at it, and kept
    once it is met again at the same number.
    """

    def __init__(self, most: int) -> None:
        self.messages = most
        self._kept = most
        self._met_at: set[int] = set()
        self._uses_left = 0

    def limit(self, messages: int) -> None:
        """Keep to this number of messages, at least one, which the server announces."""
        self._kept = min(self._kept, messages)
        self.messages = min(self.messages, messages)

    def learn(self, messages: int) -> None:
        """Note that the server took this number of messages on a connection, at least one, and not the next one."""
        if messages in self._met_at:
            self._kept = min(self._kept, messages)
        self._met_at.add(messages)
        self.messages = min(self.messages, messages)
        self._uses_left = _TENTATIVE_USES

    def note_used_up(self) -> None:
        """Note that a connection ended at the limit."""
        self._uses_left -= 1
        if self._uses_left == 0:
            self.messages = self._kept


def announced_messages(limits: str) -> int | None:
    """The messages that a connection may carry by the values of LIMITS in a reply to EHLO; None if they do not say."""
    match = _MAILMAX.fullmatch(limits)
    return int(match[1]) if match else None

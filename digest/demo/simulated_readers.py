"""The other readers: one after another they open the mail that has arrived and follow a link or two."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection
from urllib.parse import urlsplit

from digest.demo.mail_server import Inbox, Received

_LINKS = re.compile(r'href="([^"]+/r/[^"]+)"')
_BROWSERS = ("Mozilla/5.0 (Windows NT 10.0)", "Mozilla/5.0 (iPhone)", "Mozilla/5.0 (X11; Linux)")
_TIMEOUT = 10.0  # seconds
_MESSAGES_AT_ONCE = 4


@dataclass
class SimulatedReaders:
    """Readers of a share of all messages; which links they follow depends on the message's number alone."""

    inbox: Inbox
    _read: int = field(default=0, init=False)  # the number of the last message that somebody looked at

    def read(self) -> None:
        """Look at the next messages."""
        waiting = [one for one in reversed(self.inbox.latest()) if one.number > self._read]
        for message in waiting[:_MESSAGES_AT_ONCE]:
            self._read = message.number
            for url in _links_followed(message):
                _follow(url, _BROWSERS[message.number % len(_BROWSERS)])


def _links_followed(message: Received) -> Iterator[str]:
    """The links of a message that its reader follows: rather those at its beginning; some readers follow none."""
    links = list(dict.fromkeys(unescape(found) for found in _LINKS.findall(message.text("html"))))
    for start in (message.number % 3, message.number % 7):
        if start < len(links) and message.number % 4:
            yield links[start]


def _follow(url: str, browser: str) -> None:
    """One click; the page behind the link is not loaded."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=_TIMEOUT)
    try:
        connection.request("GET", parts.path, headers={"user-agent": browser})
        connection.getresponse().read()
    finally:
        connection.close()

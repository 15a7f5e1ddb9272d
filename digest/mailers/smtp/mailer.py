"""Sends messages over several SMTP connections: synchronous outside, an event loop of its own inside."""

import asyncio
import importlib
import importlib.util
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path

from digest.interpreter import tuned_for_sending
from digest.mailers.smtp.connect import Connector, own_name, tls_context
from digest.mailers.smtp.pool import Pool, Terms
from digest.mailers.smtp.session import Deadlines
from digest.model.deliveries import Outgoing
from digest.protocols import Journal
from digest.settings.schema import SmtpSettings


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if importlib.util.find_spec("uvloop") is None:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module("uvloop").new_event_loop
    return factory


class SmtpMailer:
    """A Mailer for one server: its part of `settings.connections` and of `settings.rate`, which all senders share.

    `pauses` are the seconds between attempts on a connection that fails again and again; when they are used up the way
    is closed. How each message goes over the wire follows from what the server announces: see `smtp_manners`.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        root: Path,
        *,
        deadlines: Deadlines | None = None,
        pauses: Sequence[float] = (1, 2, 4, 8),
    ) -> None:
        self._settings = settings
        self._root = root
        self._deadlines = deadlines or Deadlines()
        self._terms = Terms(
            server=f"{settings.host}:{settings.port}",
            connections=settings.connections,
            rate=settings.rate,
            pauses=tuple(pauses),
        )

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        """Send and settle every message; raises MailError when the server refuses us, and whatever the journal raises.

        On an error the messages in flight end first (not after the journal's: nothing could be recorded), and no
        other is begun.
        """
        waiting = iter(messages)
        first = next(waiting, None)
        if first is None:
            return  # a sender that keeps looking mostly finds nothing
        with tuned_for_sending(), asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(self._send(chain([first], waiting), journal))

    async def _send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        tls = tls_context(self._settings, self._root)
        connector = Connector(self._settings, tls, await own_name(), self._deadlines)
        await Pool(self._terms, connector, journal, messages).run()

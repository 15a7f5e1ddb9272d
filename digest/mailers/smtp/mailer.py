"""The SMTP mailer: a synchronous call that runs several connections in an event loop of its own."""

import asyncio
import importlib
import importlib.util
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path

from digest.errors import ConfigurationError, MailError
from digest.interpreter import tuned_for_sending
from digest.mailers.smtp.connect import Connector, TemporaryConnectError, local_host_name, tls_context
from digest.mailers.smtp.dialogue_modes import SMALLEST_WINDOW, WINDOW_WITH_LEDGER_SERVER
from digest.mailers.smtp.pacing import HeldTurns
from digest.mailers.smtp.pool import Pool, PoolSettings
from digest.mailers.smtp.relay import Relay
from digest.mailers.smtp.reply_timer import Deadlines
from digest.mailers.smtp.survey import ServerSurvey
from digest.model.deliveries import Outgoing
from digest.protocols import Journal
from digest.settings.mail import RelaySettings, ServerSettings, SmtpSettings

_SURVEY_DEADLINES = Deadlines(connect=8, greeting=8, command=8)
_PROMPT_DEADLINES = Deadlines(connect=10, greeting=10, command=10, envelope=10, transfer=20, answer=30, quit=2)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if importlib.util.find_spec("uvloop") is None:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module("uvloop").new_event_loop
    return factory


def survey_server(settings: SmtpSettings, root: Path, server: ServerSettings) -> ServerSurvey:
    """Connect to one of the servers and log in as for sending, without a message.

    Raises MailError, or ConfigurationError for a `ca_file` that cannot be read or a missing password.
    """
    require_passwords(settings)

    async def survey() -> ServerSurvey:
        tls = tls_context(settings, root, server)
        return await Connector(settings, tls, await local_host_name(), _SURVEY_DEADLINES, server).survey()

    try:
        with asyncio.Runner() as runner:
            return runner.run(survey())
    except TemporaryConnectError as error:
        raise MailError(f"the mail server {server.place} cannot be used: {error}") from None


def require_passwords(settings: SmtpSettings) -> None:
    """Raise ConfigurationError for a server at which a login would have an empty password."""
    for server in settings.servers:
        if server.username and not server.password.get_secret_value():
            relay = server if isinstance(server, RelaySettings) else None
            key, name = ("smtp.relays", relay.password_env) if relay else ("smtp", "SMTP_PASSWORD")
            raise ConfigurationError(
                f"{key}.username: {name} is missing or empty; add {name}=… to .env, or leave the username empty"
            )


def require_certificates(settings: SmtpSettings, root: Path) -> None:
    """Raise ConfigurationError for a `ca_file` that cannot be read, where a server is used with TLS."""
    if settings.ca_file:
        for server in settings.servers:
            tls_context(settings, root, server)


class SmtpMailer:
    """A Mailer for one server, or several relays: its part of `settings.connections` and of the rates.

    All senders share these limits.
    `retry_delays` are the seconds between attempts on a connection that fails; after the last one the mailer gives up.
    `ledger_is_server`: the journal is kept by a database server, so that more messages wait for it.
    How a message is transferred depends on the extensions that the server announces: see `dialogue_modes`.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        root: Path,
        *,
        deadlines: Deadlines | None = None,
        retry_delays: Sequence[float] = (1, 2, 4, 8),
        ledger_is_server: bool = False,
    ) -> None:
        self._settings = settings
        self._root = root
        self._smallest_window = WINDOW_WITH_LEDGER_SERVER if ledger_is_server else SMALLEST_WINDOW
        self._deadlines = deadlines or Deadlines()
        self._pool_settings = PoolSettings(
            connections=settings.connections,
            rate=_common_rate(settings),
            retry_delays=tuple(retry_delays),
        )

    def send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        """Send and settle every message; raises MailError when the server refuses this sender, or the journal's error.

        On an error the messages in flight are settled first (not after the journal's: nothing could be recorded), and
        no other message is started.
        """
        waiting = iter(messages)
        first = next(waiting, None)
        if first is None:
            return  # the usual case in `digest run`: no connection is needed
        with tuned_for_sending(), asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(self._send(chain([first], waiting), journal))

    async def _send(self, messages: Iterable[Outgoing], journal: Journal) -> None:
        name = await local_host_name()
        relays = [self._relay(server, name) for server in self._settings.servers]
        await Pool(self._pool_settings, relays, journal, messages).run()

    def _relay(self, server: ServerSettings, name: str | None) -> Relay:
        settings = self._settings
        tls = tls_context(settings, self._root, server)
        connector = Connector(settings, tls, name, self._deadlines, server, self._smallest_window)
        label, most = server.place, settings.connections
        if isinstance(server, RelaySettings):
            return Relay(label, connector, weight=server.weight, pace=HeldTurns(server.rate), max_workers=most)
        return Relay(label, connector, max_workers=most)  # the rate is the pool's


def prompt_mailer(settings: SmtpSettings, root: Path) -> SmtpMailer:
    """The mailer for somebody who waits for a test: it tries once, and a server that hangs is soon given up."""
    return SmtpMailer(settings, root, deadlines=_PROMPT_DEADLINES, retry_delays=())


def _common_rate(settings: SmtpSettings) -> float | None:
    """The rate of all messages together: that of a single relay is the rate of all."""
    relays = settings.relays if len(settings.relays) == 1 else ()
    return min((one.rate for one in (settings, *relays) if one.rate is not None), default=None)

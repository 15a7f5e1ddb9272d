"""What the checks share: the settings, the installation, and how they reach the network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from digest.app import App
from digest.diagnostics.http_probe import Ask, ask
from digest.diagnostics.mail.dns_lookup import Dns
from digest.diagnostics.results import CannotTellError
from digest.errors import DigestError
from digest.mailers.smtp.survey import ServerSurvey
from digest.model.articles import Collected
from digest.protocols import Clock
from digest.settings.mail import parse_mailbox
from digest.settings.schema import Settings


@dataclass(frozen=True, kw_only=True)
class Network:
    """How checks reach name servers and web servers."""

    dns: Dns = field(default_factory=Dns)
    ask: Ask = ask


@dataclass(frozen=True, kw_only=True)
class ServerProbe:
    """A mail server that messages are given to; `survey` connects to it once, and raises DigestError."""

    host: str
    survey: Callable[[], ServerSurvey]


@dataclass(frozen=True, kw_only=True)
class CheckContext:
    """One run of the checks. The functions may be called by several threads.

    `open_app` raises DigestError; `visit_sources` asks every source, or returns None where they are not asked.
    """

    settings: Settings
    clock: Clock
    dns: Dns
    ask: Ask
    open_app: Callable[[], App]
    visit_sources: Callable[[], Collected | None]
    servers: Sequence[ServerProbe]

    @property
    def app(self) -> App:
        """The installation; raises CannotTellError where its database or its configuration does not work."""
        try:
            return self.open_app()
        except DigestError:
            raise CannotTellError(
                "the database or the configuration does not work", "see the checks `database` and `configuration`"
            ) from None

    @cached_property
    def sender_domains(self) -> tuple[str, ...]:
        """The domains in From, of the installation and of editions with a sender of their own."""
        own = (parse_mailbox(edition.sender) for edition in self.settings.editions if edition.sender)
        return tuple(dict.fromkeys(one.domain.lower() for one in (self.settings.smtp.mailbox, *own)))

    @cached_property
    def bounce_domains(self) -> tuple[str, ...]:
        """The domains in MAIL FROM."""
        domain = self.settings.smtp.bounce_domain.lower()
        return (domain,) if domain else self.sender_domains

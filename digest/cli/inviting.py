"""`digest subscribers import --confirm`: asks the readers of a list, each with one message."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import click

from digest import bootstrap
from digest.cli.options import clock
from digest.cli.times import readable_time
from digest.errors import ConfigurationError
from digest.model.issues import Slot
from digest.model.subscribers import Subscriber
from digest.settings.schema import Settings
from digest.store.invitations import A_MINUTE, Invitation, Invitations
from digest.web.clients import canonical_address
from digest.web.mails import invitation
from digest.web.site import Site


@dataclass(kw_only=True)
class ImportInviter:
    """Asks the readers of one import; `invited` counts them."""

    site: Site
    invitations: Invitations
    invited: int = 0

    def as_pending(self, people: Sequence[Subscriber]) -> list[Subscriber]:
        """The rows, where those that state a subscription are pending unless their reader has confirmed already."""
        return self.invitations.as_pending(people)

    def invite(self, people: Sequence[Subscriber], now: datetime) -> None:
        """Plan the message for those of the imported readers who have to confirm."""
        site = self.site
        settings = site.app.settings
        wanted = Invitation(
            message=lambda language, day: invitation(site, site.translator(language), day),
            address_key=lambda email: site.hashed(canonical_address(email)),
            day_of=lambda moment: Slot(day=moment.astimezone(site.app.zone).date()),
            language=settings.portal.languages[0],
        )
        self.invited += self.invitations.ask(people, wanted, now)

    def print_summary(self, now: datetime) -> None:
        """Print how many readers are asked, and until when."""
        last = self.invitations.last_due()
        if not self.invited or last is None:
            click.echo("nobody has to be asked to confirm")
            return
        until = readable_time(last, self.site.app.zone, now)
        pace = f"{60 * A_MINUTE} an hour, the last one {until}"
        click.echo(f"asked by mail to confirm: {self.invited:,} of them, {pace}; `digest run` sends the messages")


@contextmanager
def inviting(settings: Settings) -> Iterator[ImportInviter]:
    """What asks readers to confirm; raises ConfigurationError without web pages on which they can."""
    if not settings.web.base_url:
        raise ConfigurationError("--confirm needs the pages on which readers confirm: set [web] base_url")
    with bootstrap.open_app(settings, clock()) as app:
        yield ImportInviter(site=Site.of(app), invitations=app.invitations)

"""`digest subscribers import --confirm`: asks the readers of a list, each with one message."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from digest import bootstrap
from digest.cli.arguments.options import clock
from digest.cli.arguments.times import readable_time
from digest.errors import ConfigurationError
from digest.settings.schema import Settings
from digest.store.subscribers.invitations import MESSAGES_PER_HOUR
from digest.web.inviting import ImportInviter
from digest.web.site import Site


class PrintingInviter(ImportInviter):
    """Asks the readers of one import, and says so in the end."""

    def print_summary(self, now: datetime) -> None:
        """Print how many readers are asked, and until when."""
        app = self.site.app
        last = app.invitations.last_due()
        if not self.invited or last is None:
            click.echo("nobody has to be asked to confirm")
            return
        until = readable_time(last, app.zone, now)
        pace = f"{MESSAGES_PER_HOUR} an hour, the last one {until}"
        click.echo(f"asked by mail to confirm: {self.invited:,} of them, {pace}; `digest run` sends the messages")


@contextmanager
def inviting(settings: Settings) -> Iterator[PrintingInviter]:
    """What asks readers to confirm; raises ConfigurationError without web pages on which they can."""
    if not settings.web.base_url:
        raise ConfigurationError("--confirm needs the pages on which readers confirm: set [web] base_url")
    with bootstrap.open_app(settings, clock()) as app:
        yield PrintingInviter(site=Site.of(app))

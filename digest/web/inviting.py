"""Asks the readers of an imported list to confirm, each with one message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.model.issues import Slot
from digest.model.subscribers import Subscriber
from digest.store.subscribers.invitations import Invitation
from digest.web.clients import canonical_address
from digest.web.mails import invitation
from digest.web.site import Site


@dataclass(kw_only=True)
class ImportInviter:
    """Asks the readers of one import; `invited` counts them."""

    site: Site
    invited: int = 0

    def as_pending(self, people: Sequence[Subscriber]) -> list[Subscriber]:
        """The rows, where those that state a subscription are pending unless their reader has confirmed already."""
        return self.site.app.invitations.as_pending(people)

    def invite(self, people: Sequence[Subscriber], now: datetime) -> None:
        """Plan the message for those of the imported readers who have to confirm."""
        site = self.site
        settings = site.app.settings
        wanted = Invitation(
            message=lambda language, day: invitation(site, site.translator(language), day),
            address_key=lambda email: site.hashed(canonical_address(email)),
            day_of=lambda moment: Slot.of(moment, site.app.zone),
            language=settings.portal.languages[0],
        )
        self.invited += site.app.invitations.ask(people, wanted, now)

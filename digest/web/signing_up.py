"""Asks a new reader to confirm: one way for our pages, the portal's own form, the API and the console."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from digest.i18n import Translator
from digest.model.receivers import AlertKind
from digest.model.users import AuditEntry
from digest.model.web import SignupRequest
from digest.store.access.mail_limits import MOST_OF_ALL, Asked
from digest.subscribers.preferences import stored_editions
from digest.web.clients import canonical_address, network_of
from digest.web.mails import confirmation
from digest.web.site import Site

CONSOLE = "console"  # where an admin asks for a reader
_ALERT = "sign-ups"


@dataclass(frozen=True, kw_only=True)
class NewReader:
    """Who wants mail, as a form or a program says.

    `editions`: those that they named, none for all. `client`: the reader's IP address; `origin`: where they asked;
    `form_token` is empty for all forms but our own.
    """

    address: str
    client: str
    origin: str
    language: str
    editions: Collection[str]
    consents: tuple[str, ...]
    consented_at: datetime | None = None
    form_token: str = ""
    name: str | None = None


def signup_request(site: Site, reader: NewReader) -> SignupRequest:
    """The request of a reader whose address is valid, with the hashes by which it is counted."""
    return SignupRequest(
        email=reader.address,
        name=reader.name,
        editions=stored_editions(reader.editions, reader.language, site.edition_languages),
        language=reader.language,
        consents=reader.consents,
        consented_at=reader.consented_at,
        origin=reader.origin,
        address_key=site.hashed(canonical_address(reader.address)),
        network_key=site.hashed(network_of(reader.client)),
        form_key=reader.form_token and site.hashed(reader.form_token),
    )


def ask_to_confirm(site: Site, wanted: SignupRequest, translator: Translator, entry: AuditEntry | None = None) -> Asked:
    """Plan the message that asks, within the limits; an alert opens where the installation's limit is reached."""
    now = site.now
    outcome = site.app.signups.ask(wanted, confirmation(site, translator), now, entry)
    if outcome is Asked.PAUSED:
        message = f"{MOST_OF_ALL} messages in an hour were asked for on the web pages: sign-ups are paused"
        site.app.alerts.report(AlertKind.SIGNUPS_PAUSED, _ALERT, message, now)
    elif outcome is Asked.MAILED:
        site.app.alerts.clear(AlertKind.SIGNUPS_PAUSED, [_ALERT], now)
    return outcome

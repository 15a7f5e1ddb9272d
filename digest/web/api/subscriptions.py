"""Signing readers up from the portal's own form: with a confirmation, and within the limits of the pages."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.model.api import AUTHOR
from digest.store.access.mail_limits import Asked
from digest.web.api.callers import Subscribing, ThisSite
from digest.web.api.fields import Body, EditionName, Email, IpAddress, Moment
from digest.web.api.idempotent import OnlyOnce
from digest.web.api.problems import RETRY_LATER, invalid, responses
from digest.web.signing_up import NewReader, ask_to_confirm, signup_request
from digest.web.site import Site

router = APIRouter(tags=["subscribing"])

_CLOCKS_DIFFER = timedelta(minutes=10)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_IN_AN_HOUR = {"retry-after": "3600"}
_Text = Annotated[str, Field(min_length=1, max_length=5000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]


class SignUp(Body):
    """A reader who filled in the portal's own form."""

    email: Email
    ip: IpAddress
    consent_text: _Text | Annotated[list[_Text], Field(min_length=1, max_length=5)] = Field(
        description="The text that they agreed to, as it was shown; a list where there were several boxes."
    )
    consented_at: Moment = Field(ge=_EARLIEST, description="When they agreed.")
    edition: list[EditionName] = Field([], max_length=50, description="The editions that they chose; none means all.")
    language: Literal["en", "ru"] | None = Field(None, description="Of the message; else the portal's first language.")


class Accepted(BaseModel):
    """The same answer for every address, whether it is known or not."""

    status: Literal["accepted"] = "accepted"


@router.post("/subscriptions", status_code=202, response_model=Accepted, responses=responses(409, 413))
def subscribe(site: ThisSite, caller: Subscribing, once: OnlyOnce, body: SignUp) -> Response:
    """Ask a reader by mail to confirm their subscription. Scope: subscribe.

    They are subscribed once they press the button of that message.
    """
    reader = _reader(site, body, f"{AUTHOR}{caller.name}")

    def ask() -> Accepted:
        _ask(site, reader)
        return Accepted()

    return once.answer(caller, body.model_dump_json().encode(), 202, ask)


def _reader(site: Site, body: SignUp, origin: str) -> NewReader:
    unknown = [name for name in body.edition if name not in site.edition_names()]
    if unknown:
        raise invalid("body.edition", f"there is no edition {unknown[0]}")
    consents = (body.consent_text,) if isinstance(body.consent_text, str) else tuple(body.consent_text)
    if site.app.settings.web.separate_consents and len(consents) < 2:
        raise invalid("body.consent_text", "two texts are needed, to processing of data and to mail: separate_consents")
    if body.consented_at > site.now + _CLOCKS_DIFFER:
        raise invalid("body.consented_at", "is in the future")
    return NewReader(
        address=body.email,
        client=body.ip,
        origin=origin,
        language=body.language or site.app.settings.portal.languages[0],
        editions=body.edition,
        consents=consents,
        consented_at=body.consented_at,
    )


def _ask(site: Site, reader: NewReader) -> None:
    if not site.pages.base_url:
        raise HTTPException(503, "nobody can confirm: [web] base_url is not set", RETRY_LATER)
    outcome = ask_to_confirm(site, signup_request(site, reader), site.translator(reader.language))
    if outcome is Asked.NETWORK_LIMIT:
        raise HTTPException(429, "too many sign-ups from the network of this ip in an hour", _IN_AN_HOUR)
    if outcome is Asked.PAUSED:
        raise HTTPException(503, "sign-ups are paused: the installation sent as many messages as it may", _IN_AN_HOUR)

"""Subscribers: list, look up, change, unsubscribe, export, erase. Addresses are in bodies, because servers log URLs."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.model.subscribers import Frequency, LeftBy, Subscriber, SubscriberStatus
from digest.store.subscribers.reader_data import Erasure
from digest.subscribers.preferences import LONGEST_PAUSE
from digest.subscribers.reader_copy import reader_copy
from digest.web.api.callers import Managing, Reading, ThisSite
from digest.web.api.fields import Body, CivilDay, EditionName, Email, Hour, Language, Line, TimeZone
from digest.web.api.paging import Cursor, Limit, Next, page_of
from digest.web.api.problems import RETRY_LATER, invalid, responses
from digest.web.site import Site

router = APIRouter(tags=["subscribers"])

_LISTS = {"edition": "editions", "sections": "sections"}  # the names in the store; null is an empty list there
_IN_FLIGHT = "unsubscribed, but a message to this reader is being sent, or a list with them imported; try again"
_NOBODY = "nothing is stored about this address"


class SubscriberView(BaseModel):
    """A subscriber; a preference that is not set is null.

    `sections` are empty for all, `edition` for those in their language, or all if there are none in it.
    """

    email: str
    name: str | None
    language: str | None
    edition: list[str]
    sections: list[str]
    frequency: Frequency | None
    timezone: str | None
    hour: int | None
    paused_until: date | None
    status: SubscriberStatus


class SubscriberPage(BaseModel):
    """A page of subscribers, in the order in which they were added."""

    data: list[SubscriberView]
    next: Next


class Address(Body):
    """The address of a subscriber."""

    email: Email


class SubscriberChange(Address):
    """What to change; a field that is left out stays as it is, and null clears it."""

    name: Line | None = None
    language: Language | None = None
    edition: list[EditionName] | None = Field(
        None, max_length=50, description="The editions that they get; none: those in their language, or all."
    )
    sections: list[Line] | None = Field(None, max_length=50, description="The topics that they get; none means all.")
    frequency: Frequency | None = None
    timezone: TimeZone | None = None
    hour: Hour | None = Field(None, description="No message before this hour.")
    paused_until: CivilDay | None = Field(None, description="The first day with mail again, a year ahead at most.")


class Unsubscription(Address):
    """Who ended the subscription. If the reader did, only they can subscribe again."""

    by: Literal["reader", "operator"] = "reader"


class ReaderCopy(BaseModel):
    """The rows about a reader by table, as in `digest subscribers export --email`."""

    subscriber: dict[str, Any] | None
    former_addresses: list[dict[str, Any]]
    signups: list[dict[str, Any]]
    consent_notes: list[dict[str, Any]]
    leave_reasons: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    deliveries: list[dict[str, Any]]
    bounces: list[dict[str, Any]]


@router.get("/subscribers", responses=responses())
def subscribers(
    site: ThisSite,
    _caller: Reading,
    status: Annotated[SubscriberStatus | None, Query(description="Only those of this status.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> SubscriberPage:
    """The subscribers. Scope: read."""
    found = site.app.subscriber_changes.page(status, cursor, limit + 1)
    shown, following = page_of(found, limit)
    return SubscriberPage(data=list(map(_view, shown)), next=following)


@router.post("/subscribers/lookup", responses=responses(404, 413))
def look_up(site: ThisSite, _caller: Reading, body: Address) -> SubscriberView:
    """One subscriber. Scope: read."""
    return _view(_found(site, body.email))


@router.post("/subscribers/change", responses=responses(404, 409, 413))
def change(site: ThisSite, _caller: Managing, body: SubscriberChange) -> SubscriberView:
    """Change what a confirmed subscriber gets; it counts for the next issues. Scope: manage."""
    unknown = [name for name in body.edition or () if name not in site.edition_names()]
    if unknown:
        raise invalid("body.edition", f"there is no edition {unknown[0]}")
    if body.paused_until and body.paused_until > site.today.day + LONGEST_PAUSE:
        raise invalid("body.paused_until", "a pause lasts a year at most")
    if not site.app.subscriber_changes.change(body.email, _values(body), site.now):
        status = _found(site, body.email).status
        raise HTTPException(409, f"this address is {status}; only a confirmed subscriber can be changed")
    return _view(_found(site, body.email))


@router.post("/subscribers/unsubscribe", status_code=204, responses=responses(404, 413))
def unsubscribe(site: ThisSite, _caller: Managing, body: Unsubscription) -> None:
    """End a subscription, and cancel mail that was not begun; also where it is ended already. Scope: manage."""
    _found(site, body.email)
    site.app.subscribers.remove(body.email, LeftBy(body.by), site.now)


@router.post("/subscribers/export", response_model=ReaderCopy, responses=responses(404, 413))
def export(site: ThisSite, _caller: Reading, body: Address) -> Response:
    """Everything that is stored about one address, for the reader. Scope: read."""
    found = site.app.reader_data.export(body.email)
    if found is None:
        raise HTTPException(404, _NOBODY)
    return Response(reader_copy(found), media_type="application/json")


@router.post("/subscribers/erase", status_code=204, responses=responses(404, 409, 413))
def erase(site: ThisSite, _caller: Managing, body: Address) -> None:
    """Erase everything about an address, at the reader's request; only they can subscribe it again. Scope: manage."""
    site.app.reader_data.cancel(body.email, site.now)
    outcome = site.app.reader_data.erase(body.email, site.now)
    if outcome is Erasure.UNKNOWN:
        raise HTTPException(404, _NOBODY)
    if outcome is Erasure.IN_FLIGHT:
        raise HTTPException(409, _IN_FLIGHT, RETRY_LATER)


def _values(body: SubscriberChange) -> dict[str, Any]:
    """The fields that the request names, by the names of the store."""
    given = {name: getattr(body, name) for name in body.model_fields_set if name != "email"}
    lists = {names: tuple(given.pop(name) or ()) for name, names in _LISTS.items() if name in given}
    return {**given, **lists}


def _found(site: Site, email: str) -> Subscriber:
    found = site.app.subscribers.find(email)
    if found is None:
        raise HTTPException(404, _NOBODY)
    return found


def _view(one: Subscriber) -> SubscriberView:
    return SubscriberView(
        email=one.email,
        name=one.name,
        language=one.language,
        edition=list(one.editions),
        sections=list(one.sections),
        frequency=one.frequency,
        timezone=one.timezone,
        hour=one.hour,
        paused_until=one.paused_until,
        status=one.status,
    )

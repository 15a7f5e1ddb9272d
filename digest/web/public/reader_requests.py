"""What readers do with their data: their copy, erasing it, another address; each with a fresh link mailed to them."""

from collections.abc import Callable

from starlette.responses import Response

from digest import tokens
from digest.model.web import ReaderRequest, RequestKind
from digest.parsing.addresses import email_key
from digest.parsing.redaction import masked_address
from digest.store.access.mail_limits import Asked, Counted
from digest.store.subscribers.reader_data import Erasure
from digest.subscribers.reader_copy import reader_copy
from digest.web.clients import canonical_address, network_of
from digest.web.mails import known_address_message, moved_message, new_address_message, request_message
from digest.web.page_request import PageRequest
from digest.web.public.address_forms import STATUS, address_of, see_other
from digest.web.public.preferences import reader_of
from digest.web.site import Site

_MOST = 3  # messages of a kind to one mailbox in 24 hours
_KINDS = {kind.value: kind for kind in (RequestKind.EXPORT, RequestKind.ERASE, RequestKind.ADDRESS)}


def ask(site: Site, request: PageRequest) -> Response:
    """Mail the reader of the preferences a link; the answer is the same for a token that names nobody."""
    kind = _KINDS.get(request.parameters["kind"])
    if kind is None:
        return site.pages.error(request, 404)
    if not site.pages.base_url:
        return site.pages.error(request, 503)
    reader = reader_of(site, request)
    email = "" if reader is None else reader.email
    if reader is not None:
        request = site.in_language(request, reader.preferences.language)
    message = request_message(site, request.translator, kind)
    counted = _counted(site, request, kind, email, can_be_refused=False)
    outcome = site.app.reader_requests.ask(email, kind, counted, message, site.now)
    if outcome in STATUS:
        return site.pages.error(request, STATUS[outcome])
    return see_other(site.pages.link(f"/preferences/{request.parameters['token']}", request, sent="1"))


def request_page(site: Site, request: PageRequest) -> Response:
    """Show what the link does, and one button; changes nothing."""
    delivery_id = _delivery(site, request)
    request = _in_own_language(site, request, delivery_id)
    found = site.app.reader_requests.find(delivery_id, site.now)
    return _over(site, request) if found is None else _show(site, request, found)


def carry_out(site: Site, request: PageRequest) -> Response:
    """Do what the link is for, once."""
    delivery_id = _delivery(site, request)
    request = _in_own_language(site, request, delivery_id)
    found = site.app.reader_requests.find(delivery_id, site.now)
    action = _ACTIONS.get(found.kind) if found is not None else None
    if found is None or action is None:
        return _over(site, request)
    return action(site, request, delivery_id, found)


def _in_own_language(site: Site, request: PageRequest, delivery_id: int) -> PageRequest:
    """The request in the language that its reader chose; what is mailed then comes in it, too."""
    return site.in_language(request, site.app.reader_requests.language(delivery_id))


def _export(site: Site, request: PageRequest, delivery_id: int, found: ReaderRequest) -> Response:
    if not site.app.reader_requests.use(delivery_id, RequestKind.EXPORT, site.now):
        return _over(site, request)
    rows = site.app.reader_data.export(found.email)
    if rows is None:
        return _over(site, request)
    headers = {"content-disposition": 'attachment; filename="newsletter-data.json"', "cache-control": "no-store"}
    return Response(reader_copy(rows), media_type="application/json", headers=headers)


def _erase(site: Site, request: PageRequest, delivery_id: int, found: ReaderRequest) -> Response:
    """Erase at once; while a message to the reader is being sent, `digest run` erases them afterwards."""
    if not site.app.reader_requests.use(delivery_id, RequestKind.ERASE, site.now):
        return _over(site, request)
    site.app.reader_data.cancel(found.email, site.now)
    is_erased = site.app.reader_data.erase(found.email, site.now) is not Erasure.IN_FLIGHT
    return _done(site, request, "erased" if is_erased else "erasing")


def _ask_address(site: Site, request: PageRequest, delivery_id: int, found: ReaderRequest) -> Response:
    address = address_of(request)
    problem = "" if address else "email"
    if email_key(address) == email_key(found.email):
        problem = "same"
    if problem:
        return _show(site, request, found, status=422, problem=problem)
    messages = new_address_message(site, request.translator), known_address_message(site, request.translator)
    counted = _counted(site, request, RequestKind.NEW_ADDRESS, address)
    outcome = site.app.reader_requests.ask_at(address, delivery_id, counted, messages, site.now)
    if outcome in STATUS:
        return site.pages.error(request, STATUS[outcome])
    return _over(site, request) if outcome is Asked.FORM_USED else _done(site, request, "asked")


def _move(site: Site, request: PageRequest, delivery_id: int, found: ReaderRequest) -> Response:
    notice = moved_message(site, request.translator, masked_address(found.mailed_to))
    if not site.app.reader_requests.move_reader(delivery_id, notice, site.now):
        return _over(site, request)
    return _done(site, request, "moved", address=masked_address(found.mailed_to))


_ACTIONS: dict[RequestKind, Callable[[Site, PageRequest, int, ReaderRequest], Response]] = {
    RequestKind.EXPORT: _export,
    RequestKind.ERASE: _erase,
    RequestKind.ADDRESS: _ask_address,
    RequestKind.NEW_ADDRESS: _move,
}


def _show(site: Site, request: PageRequest, found: ReaderRequest, *, status: int = 200, problem: str = "") -> Response:
    return site.pages.respond(
        request,
        "request.html",
        status,
        private=True,
        kind=found.kind.value,
        address=masked_address(found.mailed_to),
        email=request.value("email"),
        problem=problem,
    )


def _done(site: Site, request: PageRequest, outcome: str, address: str = "") -> Response:
    return site.pages.respond(request, "request_done.html", private=True, outcome=outcome, address=address)


def _over(site: Site, request: PageRequest) -> Response:
    return site.pages.respond(request, "request_over.html", private=True)


def _counted(
    site: Site, request: PageRequest, kind: RequestKind, address: str, *, can_be_refused: bool = True
) -> Counted:
    return Counted(
        purpose=kind.value,
        network_key=site.hashed(network_of(request.client)),
        address_key=site.hashed(canonical_address(address)),
        most=_MOST,
        can_be_refused=can_be_refused,
    )


def _delivery(site: Site, request: PageRequest) -> int:
    return site.delivery_of(request, tokens.REQUEST)

"""What readers can change today: which editions they get."""

from starlette.responses import Response

from digest import tokens
from digest.model.subscribers import SubscriberStatus
from digest.model.web import LinkedReader
from digest.web.leaving import NO_DELIVERY, leave_path, left_page
from digest.web.page_request import PageRequest
from digest.web.site import Site


def preferences_page(site: Site, request: PageRequest) -> Response:
    """Show the editions; for a token without a subscribed reader, that there is no subscription."""
    if request.query.get("sent"):
        return site.pages.respond(request, "request_sent.html", private=True)
    return _page(site, request, reader_of(site, request), saved=False)


def save_preferences(site: Site, request: PageRequest) -> Response:
    """Subscribe the reader to the chosen editions; without any, unsubscribe them."""
    reader = reader_of(site, request)
    delivery_id = reader.delivery_id if reader is not None else NO_DELIVERY
    names = site.edition_names()
    chosen = tuple(name for name in names if name in request.form.get("edition", ()))
    if not chosen:
        site.app.reader_links.leave(delivery_id, site.now)
    elif reader is None or chosen != _editions_of(reader, names):
        site.app.reader_links.choose(delivery_id, chosen, site.now)
    return _page(site, request, site.app.reader_links.find(delivery_id), saved=True)


def _page(site: Site, request: PageRequest, reader: LinkedReader | None, *, saved: bool) -> Response:
    if reader is None or reader.status is not SubscriberStatus.CONFIRMED:
        return left_page(site, request, reader, rights=_path(request))
    names = site.edition_names()
    return site.pages.respond(
        request,
        "preferences.html",
        private=True,
        saved=saved,
        editions=names,
        chosen=_editions_of(reader, names),
        leave_path=leave_path(site, reader.delivery_id),
        rights=_path(request),
    )


def _editions_of(reader: LinkedReader, names: dict[str, str]) -> tuple[str, ...]:
    """The editions that the reader gets, of those that exist; a choice of none means all of them."""
    return tuple(name for name in names if not reader.editions or name in reader.editions)


def _path(request: PageRequest) -> str:
    """The page's own path, whatever its earlier name is."""
    return f"/preferences/{request.parameters['token']}"


def reader_of(site: Site, request: PageRequest) -> LinkedReader | None:
    """The reader that the token of the page names."""
    token = request.parameters["token"]
    found, old = (tokens.read(site.secret, token, purpose) for purpose in (tokens.PREFERENCES, tokens.READER))
    return site.app.reader_links.find(found or old or NO_DELIVERY)

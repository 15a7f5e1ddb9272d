"""The page "send me my link", for readers who cannot find their last message."""

from starlette.responses import Response

from digest.store.access.mail_limits import Asked
from digest.web.mails import link_message
from digest.web.page_request import PageRequest
from digest.web.public.address_forms import HONEYPOT, STATUS, address_of, asked_for, see_other
from digest.web.public.form_tokens import form_token, is_valid
from digest.web.site import Site

_FORM = "link"


def link_page(site: Site, request: PageRequest) -> Response:
    """The form, or what follows once it was sent."""
    if request.query.get("sent"):
        return site.pages.respond(request, "sent.html", private=True)
    return _form_page(site, request)


def send_link(site: Site, request: PageRequest) -> Response:
    """Mail the links to an address that is subscribed; the answer is the same for any other."""
    if not site.pages.base_url:
        return site.pages.error(request, 503)
    token = request.value("form_token")
    if not request.value(HONEYPOT):
        if not is_valid(site.secret, _FORM, token, site.now):
            return _form_page(site, request, again=True)
        if not address_of(request):
            return _form_page(site, request, status=422, problem="email")
        outcome = _ask(site, request, token)
        if outcome is Asked.FORM_USED:
            return _form_page(site, request, again=True)
        if outcome in STATUS:
            return site.pages.error(request, STATUS[outcome])
    return see_other(site.pages.link("/link", request, sent="1"))


def _ask(site: Site, request: PageRequest, token: str) -> Asked:
    wanted = asked_for(site, request, token)
    reader = site.app.subscribers.find(wanted.email)
    if reader is not None:
        request = site.in_language(request, reader.language)
    return site.app.signups.ask_link(wanted, link_message(site, request.translator), site.now)


def _form_page(
    site: Site, request: PageRequest, *, status: int = 200, problem: str = "", again: bool = False
) -> Response:
    return site.pages.respond(
        request,
        "link.html",
        status,
        problem=problem,
        again=again,
        email=request.value("email"),
        honeypot=HONEYPOT,
        form_token=form_token(site.secret, _FORM, site.now),
    )

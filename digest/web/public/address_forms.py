"""What the forms that take an address share: its check, its consents, and what is counted."""

from starlette.responses import RedirectResponse, Response

from digest.model.web import SignupRequest
from digest.parsing.addresses import check_address
from digest.parsing.text import clean_line
from digest.store.access.mail_limits import Asked
from digest.web.page_request import PageRequest
from digest.web.pages import NOT_STORED
from digest.web.signing_up import NewReader, signup_request
from digest.web.site import Site

# A hidden field, which only programs fill in: browsers and password managers would fill in a company or a website.
HONEYPOT = "comment"
STATUS = {Asked.NETWORK_LIMIT: 429, Asked.PAUSED: 503}


def address_of(request: PageRequest) -> str:
    """The address of the form, or an empty text if it is not valid."""
    try:
        return check_address(request.value("email"))
    except ValueError:
        return ""


def asked_for(site: Site, request: PageRequest, form_token: str) -> SignupRequest:
    """The request of a valid form; `form_token` is empty for the portal's own form."""
    reader = NewReader(
        address=address_of(request),
        client=request.client,
        origin=origin_of(request),
        language=request.translator.language,
        editions=request.form.get("edition", ()),
        consents=consent_texts(site, request),
        form_token=form_token,
    )
    return signup_request(site, reader)


def consent_texts(site: Site, request: PageRequest) -> tuple[str, ...]:
    """What a reader agrees to: one text, or with `separate_consents` two, each with a box of its own."""
    _ = request.translator.gettext
    web, portal = site.app.settings.web, site.pages.portal_in(request.translator.language).name
    mailing = web.consent_text or _("I agree to receive the %(portal)s newsletter; I can unsubscribe at any time.") % {
        "portal": portal
    }
    return (_("I agree to the processing of my personal data."), mailing) if web.separate_consents else (mailing,)


def origin_of(request: PageRequest) -> str:
    """The origin of the page whose form or script was sent, if the browser says so."""
    return clean_line(request.headers.get("origin", "")).lower()


def see_other(url: str) -> Response:
    """Lead to a page after a POST."""
    return RedirectResponse(url, 303, headers=NOT_STORED)

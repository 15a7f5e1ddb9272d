"""Subscribing: the form, its answers, and the confirmation. No answer tells whether an address is known."""

from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from digest import tokens
from digest.model.subscribers import SubscriberStatus
from digest.model.web import PRESSED_AGAIN, ArchivedIssue, SignupRecord
from digest.parsing.redaction import masked_address
from digest.parsing.urls import url_origin, web_url
from digest.store.access.mail_limits import Asked
from digest.store.subscribers.signups import VALID
from digest.subscribers.preferences import names_none
from digest.web.gateway import CONTENT_SECURITY_POLICY
from digest.web.page_request import PageRequest
from digest.web.pages import RETRY_AFTER
from digest.web.public.address_forms import HONEYPOT, STATUS, address_of, asked_for, consent_texts, origin_of, see_other
from digest.web.public.archive import public_of, with_own_pictures
from digest.web.public.form_tokens import form_token, is_valid
from digest.web.public.issue_cover import Cover, issue_cover
from digest.web.signing_up import ask_to_confirm
from digest.web.site import Site

_FORM = "subscribe"
_CONSENT_BOXES = ("consent_processing", "consent_mailing")
# What a box that is ticked sends: our value, and what browsers and programs send for a box without one. A 0, which many
# programs put beside a box for where it is not ticked, is no consent.
_TICKED = frozenset({"1", "on", "true", "yes"})


@dataclass(frozen=True, slots=True)
class LatestIssue:
    """The issue of the home page, and the content security policy that its picture needs.

    `shared_picture`: the whole address of its picture, for those who share a link to the page.
    """

    issue: ArchivedIssue
    cover: Cover
    shared_picture: str
    language: str
    policy: str


def home(site: Site, request: PageRequest) -> Response:
    """What the newsletter is, its latest issue, and the form."""
    return _form_page(site, request, latest=_latest(site, request.translator.language), intro=True)


def subscribe_page(site: Site, request: PageRequest) -> Response:
    """The form, or what follows once it was sent."""
    if request.query.get("sent"):
        return site.pages.respond(request, "sent.html", private=True)
    return _form_page(site, request)


def subscribe(site: Site, request: PageRequest) -> Response:
    """Ask the reader for a confirmation; an answer for people, for the portal's own form, or for a script."""
    if not site.pages.base_url:
        return _answer(site, request, status=503)
    if request.value(HONEYPOT):
        return _answer(site, request)
    token = request.value("form_token")
    # Our own form has a token, which must be valid; the portal's form has none.
    if not (is_valid(site.secret, _FORM, token, site.now) if token else origin_of(request) in site.origins):
        return _once_more(site, request)
    problem = _problem(site, request)
    if problem:
        return _answer(site, request, status=422, problem=problem)
    outcome = ask_to_confirm(site, asked_for(site, request, token), request.translator)
    if outcome is Asked.FORM_USED:
        return _once_more(site, request)
    return _answer(site, request, status=STATUS.get(outcome, 200))


def refused(site: Site, request: PageRequest, status: int) -> Response:
    """The error of a script's request, which the script may read wherever it comes from a listed origin."""
    return _answer(site, request, status=status)


def preflight(site: Site, request: PageRequest) -> Response:
    """Allow scripts of listed origins to send JSON (CORS)."""
    return Response(status_code=204, headers=_cors(site, request))


def confirm_page(site: Site, request: PageRequest) -> Response:
    """Show a masked address and one button; changes nothing."""
    record = site.app.signups.find(_confirmation(site, request))
    if record is not None:
        request = site.in_language(request, record.language)
    if record is None or not is_open(site, record):
        return site.pages.respond(request, "nothing_left.html", private=True)
    return site.pages.respond(request, "confirm.html", private=True, address=masked_address(record.email))


def confirm(site: Site, request: PageRequest) -> Response:
    """Subscribe the reader, then offer their preferences."""
    delivery_id = _confirmation(site, request)
    done = site.app.signups.confirm(delivery_id, site.now, site.edition_languages)
    record = site.app.signups.find(delivery_id)
    if record is not None:
        request = site.in_language(request, record.language)
    if not done and not _is_pressed_again(site, record, delivery_id):
        return site.pages.respond(request, "nothing_left.html", private=True)
    token = tokens.mint(site.secret, delivery_id, tokens.PREFERENCES)
    return site.pages.respond(request, "confirmed.html", private=True, preferences=f"/preferences/{token}")


def _is_pressed_again(site: Site, record: SignupRecord | None, delivery_id: int) -> bool:
    """Whether the sign-up was confirmed a moment ago, and its reader is subscribed."""
    reader = site.app.reader_links.find(delivery_id)
    if record is None or record.confirmed_at is None or reader is None:
        return False
    return record.confirmed_at > site.now - PRESSED_AGAIN and reader.status is SubscriberStatus.CONFIRMED


def is_open(site: Site, record: SignupRecord) -> bool:
    """Whether a sign-up can still be confirmed or refused."""
    return record.confirmed_at is None and record.refused_at is None and record.asked_at > site.now - VALID


def _latest(site: Site, language: str) -> LatestIssue | None:
    """The latest issue of the archive with its cover, in that language if there is one."""
    for content in site.app.archive.contents(1, editions=site.editions_in(language)) or site.app.archive.contents(1):
        public = public_of(site, content)
        html, policy = with_own_pictures(site, public.html)
        cover, shared = issue_cover(html, content.issue.subject), issue_cover(public.html).picture
        policy = policy if cover.picture else CONTENT_SECURITY_POLICY
        return LatestIssue(content.issue, cover, shared, public.language, policy)
    return None


def _once_more(site: Site, request: PageRequest) -> Response:
    """What a form that does not count is answered with: the form for a person, an error for a script."""
    if request.wants_json:
        return _answer(site, request, status=403, problem="form")
    return _form_page(site, request, again=True)


def _answer(site: Site, request: PageRequest, *, status: int = 200, problem: str = "") -> Response:
    """One answer for every address; `return_to` counts only within the origin of the request."""
    if request.wants_json:
        body = {"status": "ok" if status == 200 else "error", **({"problem": problem} if problem else {})}
        headers = _cors(site, request) | {"cache-control": "no-store"} | RETRY_AFTER.get(status, {})
        return JSONResponse(body, status, headers)
    if problem:
        return _form_page(site, request, status=status, problem=problem)
    if status != 200:
        return site.pages.error(request, status)
    return_to = web_url(request.value("return_to"))
    if return_to and origin_of(request) in site.origins and url_origin(return_to) == origin_of(request):
        return see_other(return_to)
    return see_other(site.pages.link("/subscribe", request, sent="1"))


def _form_page(
    site: Site,
    request: PageRequest,
    *,
    status: int = 200,
    problem: str = "",
    again: bool = False,
    latest: LatestIssue | None = None,
    intro: bool = False,
) -> Response:
    # What a reader has ticked is not asked of them again (WCAG 2.2, 3.3.7); what an unknown site sends is no consent.
    is_own = bool(problem) or origin_of(request) in site.origins
    names = site.edition_names()
    chosen = set(request.form.get("edition", ())) or set(names)
    lost = "edition" if names_none(chosen, names) else ""
    return site.pages.respond(
        request,
        "subscribe.html",
        status,
        open=bool(site.pages.base_url),
        problem=problem or lost,
        again=again,
        email=request.value("email"),
        editions=names,
        chosen=chosen,
        schedules=site.schedules(request.translator),
        consents=consent_texts(site, request),
        separate=site.app.settings.web.separate_consents,
        agreed=_agreed(request) if is_own else (),
        honeypot=HONEYPOT,
        form_token=form_token(site.secret, _FORM, site.now),
        headers={"cache-control": "no-store", **({"content-security-policy": latest.policy} if latest else {})},
        latest=latest,
        intro=intro,
    )


def _problem(site: Site, request: PageRequest) -> str:
    """The field that is missing or wrong, or an empty text.

    The editions come first: a form that is shown again for another reason, and has none ticked, asks for all.
    """
    if names_none(request.form.get("edition", ()), site.edition_names()):
        return "edition"
    if not address_of(request):
        return "email"
    boxes = _CONSENT_BOXES if site.app.settings.web.separate_consents else ()
    return "" if _agreed(request).issuperset(boxes) else "consent"


def _agreed(request: PageRequest) -> set[str]:
    """The boxes that are ticked."""
    values = {box: request.form.get(box, ()) for box in _CONSENT_BOXES}
    return {box for box, sent in values.items() if any(one.strip().lower() in _TICKED for one in sent)}


def _confirmation(site: Site, request: PageRequest) -> int:
    return site.delivery_of(request, tokens.CONFIRM)


def _cors(site: Site, request: PageRequest) -> dict[str, str]:
    origin = origin_of(request)
    if origin not in site.origins:
        return {"vary": "Origin"}
    return {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "3600",
        "vary": "Origin",
    }

"""Links of messages that lead to an article through us: by number, so that they lead nowhere else."""

import logging

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from digest.errors import StoreError
from digest.model.redirects import parse_issue
from digest.model.web import LinkTarget
from digest.web.clicks import is_program
from digest.web.clients import network_of
from digest.web.page_request import PageRequest
from digest.web.site import Site

_log = logging.getLogger(__name__)

_LONGEST_NUMBER = 6  # digits


def follow(site: Site, request: PageRequest) -> Response:
    """Lead to the article, or to what replaces it since it was retracted."""
    named, number = parse_issue(request.parameters["issue"]), request.parameters["number"]
    valid = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
    link = site.app.issue_links.find(*named, int(number)) if named and named[0].isprintable() and valid else None
    if link is None:
        raise HTTPException(404)
    if link.url is None:
        return site.pages.respond(request, "retracted.html", 410, private=True)
    _count(site, request, link)
    headers = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
    return RedirectResponse(link.url, 302, headers=headers)


def _count(site: Site, request: PageRequest, link: LinkTarget) -> None:
    """Count the click; a reader gets to the article also when it cannot be stored."""
    try:
        _store_click(site, request, link)
    except StoreError as error:
        _log.warning("a click was not counted: %s", error)


def _store_click(site: Site, request: PageRequest, link: LinkTarget) -> None:
    """Add one click of a person or of a program; what a program's earlier clicks were taken for is set right."""
    links, issue_id = site.app.issue_links, link.issue_id
    if is_program(request.method, request.headers):
        links.count(issue_id, link.number, machines=1)
        return
    visitor = site.hashed(f"clicks {network_of(request.client)} {request.headers.get('user-agent', '')}")
    *earlier, last = site.recent_clicks.add(visitor, link, site.now) or [0]
    for number in earlier:
        links.count(issue_id, number, people=-1, machines=1)
    links.count(issue_id, link.number, **({"machines": 1} if last else {"people": 1}))

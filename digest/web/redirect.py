"""Links of messages that lead to an article through us: by number, so that they lead nowhere else."""

import logging

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from digest.errors import StoreError
from digest.model.redirects import parse_issue
from digest.model.web import LinkTarget
from digest.web.page_request import PageRequest
from digest.web.site import Site

_log = logging.getLogger(__name__)

_LONGEST_NUMBER = 6  # digits


def follow(site: Site, request: PageRequest) -> Response:
    """Lead to the article, or to what replaces it since it was retracted; only GET is counted."""
    named, number = parse_issue(request.parameters["issue"]), request.parameters["number"]
    valid = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
    link = site.app.issue_links.find(*named, int(number)) if named and named[0].isprintable() and valid else None
    if link is None:
        raise HTTPException(404)
    if link.url is None:
        return site.pages.respond(request, "retracted.html", 410, private=True)
    if request.method == "GET":
        _count(site, link)
    headers = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
    return RedirectResponse(link.url, 302, headers=headers)


def _count(site: Site, link: LinkTarget) -> None:
    """Count the click; a reader gets to the article also when it cannot be stored."""
    try:
        site.app.issue_links.count(link)
    except StoreError as error:
        _log.warning("a click was not counted: %s", error)

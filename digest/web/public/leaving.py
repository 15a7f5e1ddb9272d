"""Unsubscribing: a page with a button, the one-click POST of RFC 8058, and half an hour to undo it.

A token that is altered or used gets the answer of a good one that has nothing left to do, after the same work. Only one
that we signed ourselves, and whose message the database does not have, is told so: nobody else can make one.
"""

import logging

from starlette.responses import PlainTextResponse, Response

from digest import tokens
from digest.message.build import OF_UNKNOWN_MESSAGE
from digest.model.subscribers import SubscriberStatus
from digest.model.web import LeaveReason, LinkedReader
from digest.store.subscribers.subscription_ends import UNDO_TIME
from digest.subscribers.preferences import pause_of
from digest.web.clients import canonical_address
from digest.web.page_request import PageRequest
from digest.web.pages import NOT_STORED
from digest.web.site import Site

_log = logging.getLogger(__name__)

_ANSWERS = {reason.value: reason for reason in LeaveReason}
_ONE_CLICK = "List-Unsubscribe"  # the field of RFC 8058
_QUESTION = "question"  # the field that tells the answer to the question why from a request to unsubscribe


def leave_page(site: Site, request: PageRequest) -> Response:
    """Show the button, or that there is nothing left to do; changes nothing."""
    delivery_id = delivery_of(site, request)
    record, reader = site.app.signups.find(delivery_id), site.app.reader_links.find(delivery_id)
    if record is not None and record.confirmed_at is None:
        return _refuse_page(site, request, record.language, done=record.refused_at is not None)
    if reader is None and site.app.reader_requests.find(delivery_id, site.now) is not None:
        return _refuse_page(site, request, site.app.reader_requests.language(delivery_id), done=False)
    if reader is None and is_unknown(site, delivery_id):
        return unknown_page(site, request)
    if reader is None or reader.status is not SubscriberStatus.CONFIRMED:
        return left_page(site, request, reader)
    request = site.in_language(request, reader.preferences.language)
    return site.pages.respond(request, "leave.html", private=True)


def leave(site: Site, request: PageRequest) -> Response:
    """Unsubscribe, or undo it; always 200, except where the commit failed."""
    delivery_id = delivery_of(site, request)
    if request.value(_QUESTION):
        return _explained(site, request, delivery_id)
    if request.value("undo"):
        return _undone(site, request, delivery_id)
    left = site.app.reader_links.leave(delivery_id, site.now)
    if left.is_unknown and delivery_id:
        return _not_left(site, request, delivery_id)
    refused = _refused(site, request, delivery_id) if left.asks else None
    return left_page(site, request, left.reader) if refused is None else refused


def only_leaves(request: PageRequest) -> bool:
    """Whether a POST unsubscribes, as the one-click of RFC 8058 does: it undoes nothing and answers no question."""
    return not (request.value(_QUESTION) or request.value("undo"))


def left_answer(site: Site, request: PageRequest, reader: LinkedReader | None) -> Response:
    """The page of `left_page`, or for a mail service, which shows none to anybody, one line."""
    if not request.value(_ONE_CLICK):
        return left_page(site, request, reader)
    line = request.translator.gettext("You are not subscribed")
    return PlainTextResponse(f"{line}\n", headers=NOT_STORED)


def is_unknown(site: Site, delivery_id: int) -> bool:
    """Whether we signed the link of a delivery that the database does not have."""
    return bool(delivery_id) and not site.app.reader_links.is_known(delivery_id)


def unknown_page(site: Site, request: PageRequest) -> Response:
    """Say that nobody knows whose link this is, and lead to where a reader gets another one."""
    return site.pages.respond(request, "unknown_link.html", private=True)


def _not_left(site: Site, request: PageRequest, delivery_id: int) -> Response:
    """Say so to the reader or to their mail service, and to the operator, who can find out who it is."""
    _log.warning(OF_UNKNOWN_MESSAGE, "web: a link to unsubscribe", delivery_id)
    if not request.value(_ONE_CLICK):
        return unknown_page(site, request)
    line = request.translator.gettext("We cannot find your subscription by this link")
    return PlainTextResponse(f"{line}\n", headers=NOT_STORED)


def _undone(site: Site, request: PageRequest, delivery_id: int) -> Response:
    site.app.reader_links.undo(delivery_id, site.now)
    return _stayed_or_left(site, request, delivery_id)


def _explained(site: Site, request: PageRequest, delivery_id: int) -> Response:
    """Store the answer to the question why, unless it was skipped; subscribes and unsubscribes nobody."""
    reason = None if request.value("skip") else _ANSWERS.get(request.value("why"))
    if reason is not None:
        site.app.reader_links.explain(delivery_id, reason, site.now)
    return _stayed_or_left(site, request, delivery_id, was_asked=True)


def _stayed_or_left(site: Site, request: PageRequest, delivery_id: int, *, was_asked: bool = False) -> Response:
    reader = site.app.reader_links.find(delivery_id)
    if reader is None or reader.status is not SubscriberStatus.CONFIRMED:
        return left_page(site, request, reader, was_asked=was_asked)
    request = site.in_language(request, reader.preferences.language)
    paused_until = pause_of(reader.preferences, site.today.day)
    return site.pages.respond(request, "stayed.html", private=True, paused_until=paused_until)


def _refused(site: Site, request: PageRequest, delivery_id: int) -> Response | None:
    """Refuse what the message asked for, a sign-up or a new address, and be asked no more; None where nothing was."""
    record = site.app.signups.find(delivery_id)
    if record is not None:
        site.app.signups.refuse(delivery_id, site.hashed(canonical_address(record.email)), site.now)
        return _refuse_page(site, request, record.language, done=True)
    found = site.app.reader_requests.find(delivery_id, site.now)
    if found is None:
        return None
    address_key = site.hashed(canonical_address(found.mailed_to))
    if not site.app.reader_requests.refuse(delivery_id, address_key, site.now):
        return None
    return _refuse_page(site, request, site.app.reader_requests.language(delivery_id), done=True)


def _refuse_page(site: Site, request: PageRequest, language: str | None, *, done: bool) -> Response:
    return site.pages.respond(site.in_language(request, language), "refuse.html", private=True, done=done)


def left_page(
    site: Site, request: PageRequest, reader: LinkedReader | None, rights: str = "", *, was_asked: bool = False
) -> Response:
    """Say that there is no subscription, offer to undo what was done just now, and ask once why.

    `rights`: the path of the preferences, from where readers can ask for their data.
    """
    if reader is not None:
        request = site.in_language(request, reader.preferences.language)
    undo = leave_path(site, reader.delivery_id) if reader is not None and _can_undo(site, reader) else None
    is_asked = reader is not None and reader.leave_reason is None and not was_asked
    return site.pages.respond(
        request,
        "left.html",
        private=True,
        undo=undo,
        reasons=_reasons(request) if undo and is_asked else {},
        thanks=was_asked and reader is not None and reader.leave_reason is not None,
        question=_QUESTION,
        rights=rights,
    )


def _reasons(request: PageRequest) -> dict[str, str]:
    """The answers to the question why, in the reader's language."""
    _ = request.translator.gettext
    return {
        LeaveReason.TOO_MANY: _("Too many messages"),
        LeaveReason.NOT_INTERESTING: _("Not interesting to me"),
        LeaveReason.ELSEWHERE: _("I read the news elsewhere"),
        LeaveReason.NOT_REQUESTED: _("I did not sign up"),
        LeaveReason.OTHER: _("Another reason"),
    }


def leave_path(site: Site, delivery_id: int) -> str:
    """The path that unsubscribes the reader of a delivery."""
    return f"/leave/{tokens.mint(site.secret, delivery_id, tokens.LEAVE)}"


def _can_undo(site: Site, reader: LinkedReader) -> bool:
    """Whether `ReaderLinks.undo` and `explain` would change something."""
    return (
        reader.status is SubscriberStatus.UNSUBSCRIBED
        and reader.left_by_reader
        and reader.changed_at > site.now - UNDO_TIME
    )


def delivery_of(site: Site, request: PageRequest) -> int:
    """The delivery that the link names, or one that does not exist."""
    return site.delivery_of(request, tokens.LEAVE, tokens.READER)

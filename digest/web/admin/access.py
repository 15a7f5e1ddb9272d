"""Who sends a request to the console: a session's cookie or a proxy says so, and a form needs the token too."""

import logging
from dataclasses import fields

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.errors import StoreError
from digest.model.users import User, UserSession
from digest.web.admin import request_origin
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute
from digest.web.admin.cookies import session_cookie
from digest.web.page_request import MOST_BYTES, PageRequest

_log = logging.getLogger(__name__)


def answer(console: Console, request: PageRequest, route: ConsoleRoute) -> Response:
    """Let the handler of a route answer a user who may use it; otherwise a page says what is missing."""
    if request.proxy_user is not None:
        return _answer_named(console, request, request.proxy_user, route)
    found = session_of(console, request)
    if found is None:
        return _ask_to_sign_in(console, request)
    session, anchor = found
    return _handle(console, signed_in(console, request, session.user, session, anchor), route)


def most_bytes(console: Console, request: PageRequest, route: ConsoleRoute) -> int:
    """How large the form of a request may be: a file is read only for a user who may send one."""
    if request.proxy_user is not None:
        user = console.app.users.find(request.proxy_user)
    else:
        found = session_of(console, request)
        user = None if found is None else found[0].user
    if user is None or user.disabled_at is not None or (route.permission and not user.may(route.permission)):
        return MOST_BYTES
    return route.most_bytes or MOST_BYTES


def session_of(console: Console, request: PageRequest) -> tuple[UserSession, str] | None:
    """The session of the request's cookie, and its id; None without a valid one."""
    cookie = session_cookie(request.headers.get("cookie", ""))
    if cookie is None:
        return None
    kind, token = cookie
    session = console.app.user_sessions.find(token, kind.value, console.site.now)
    return None if session is None else (session, token)


def signed_in(
    console: Console, request: PageRequest, user: User, session: UserSession | None, anchor: str
) -> ConsoleRequest:
    """The request in the user's language."""
    values = {one.name: getattr(request, one.name) for one in fields(PageRequest)}
    if user.language and request.chosen_language is None:
        values["translator"] = console.site.translator(user.language)
    proof = request_origin.form_proof(console.site.secret, anchor)
    return ConsoleRequest(**values, user=user, session=session, form_token=proof)


def require_own_origin(console: Console, request: PageRequest) -> None:
    """Raise HTTPException 403 for a POST that no page of ours sent."""
    if not request_origin.is_own(request, console.site.pages.base_url):
        _log.warning("web: a form of another origin than [web] base_url was refused by the console")
        raise HTTPException(403, "origin")


def _answer_named(console: Console, request: PageRequest, email: str, route: ConsoleRoute) -> Response:
    user = console.app.users.find(email) if email else None
    if user is None or user.disabled_at is not None:
        return console.page(request, "unknown_user.html", 403, email=email)
    return _handle(console, signed_in(console, request, user, None, f"proxy {user.id}"), route)


def _handle(console: Console, request: ConsoleRequest, route: ConsoleRoute) -> Response:
    try:
        if request.is_too_large:
            raise HTTPException(413, "file")
        if request.method == "POST":
            _require_form_of_ours(console, request)
        if route.permission is not None:
            request.require(route.permission)
        return route.handler(console, request)
    except HTTPException as error:
        reason = "form" if error.detail in {"origin", "token"} else error.detail
        return console.page(request, "error.html", error.status_code, code=error.status_code, reason=reason)
    except StoreError as error:
        _log.error("web: %s", error)
        return console.error(request, 503)


def _require_form_of_ours(console: Console, request: ConsoleRequest) -> None:
    require_own_origin(console, request)
    if not request_origin.has_proof(request, request.form_token):
        raise HTTPException(403, "token")


def _ask_to_sign_in(console: Console, request: PageRequest) -> Response:
    if not console.app.users.any():
        return console.page(request, "first_user.html")
    if request.method == "POST":
        return console.see_other("/sign-in", done="ended")
    return console.see_other("/sign-in", next=_wanted(request))


def _wanted(request: PageRequest) -> str:
    """The page that was asked for: of its query the edition alone, because a search may hold an address."""
    edition = request.query.get("edition", "")
    return f"{request.path}?edition={edition}" if edition else request.path

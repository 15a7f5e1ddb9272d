"""The page People: users, their roles and sessions."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.model.users import Permission, User, UserRole
from digest.store.access.users import Invited
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute
from digest.web.admin.sign_in.account import chosen_session, named_sessions


def people_page(console: Console, request: ConsoleRequest, made: Invited | None = None) -> Response:
    """The users, with the link that was `made` for one; those who may change them see the sessions too."""
    may_change = request.may(Permission.USERS)
    return console.page(
        request,
        "people.html",
        users=console.app.users.list(),
        roles=list(UserRole),
        sessions=named_sessions(console.app.user_sessions.list(console.site.now)) if may_change else [],
        own_session=request.session.id if request.session else None,
        link_for=made.user.email if made else "",
        one_time_link=console.app.settings.web.console_link(made.token) if made else "",
    )


def change_role(console: Console, request: ConsoleRequest) -> Response:
    """Give a user another role; nobody changes their own, so that an installation keeps an admin."""
    user = _other_user(console, request)
    if request.value("role") not in set(UserRole):
        raise HTTPException(422)
    role, by = UserRole(request.value("role")), request.user.email
    is_changed = console.app.users.change_role(user.id, role, by, console.site.now)
    return console.see_other("/people", done="role" if is_changed else "same")


def disable(console: Console, request: ConsoleRequest) -> Response:
    """End a user's sessions and let them in no more."""
    user = _other_user(console, request)
    console.app.users.disable(user.email, request.user.email, console.site.now)
    return console.see_other("/people", done="disabled")


def reset(console: Console, request: ConsoleRequest) -> Response:
    """Make a one-time link for a user, which is shown once."""
    user = _other_user(console, request)
    made = console.app.users.reset(user.email, request.user.email, console.site.now)
    if made is None:
        raise HTTPException(422)
    return people_page(console, request, made)


def enable(console: Console, request: ConsoleRequest) -> Response:
    """Let a disabled user in again, by a one-time link, which is shown once."""
    user = _other_user(console, request)
    made = console.app.users.invite(user.email, user.role, request.user.email, console.site.now)
    return people_page(console, request, made)


def end_session(console: Console, request: ConsoleRequest) -> Response:
    """Sign a browser out."""
    console.app.user_sessions.end(chosen_session(request), request.user.email, console.site.now)
    return console.see_other("/people", done="session")


def _other_user(console: Console, request: ConsoleRequest) -> User:
    """The user of the form, who is not the one who sends it."""
    found = next((one for one in console.app.users.list() if str(one.id) == request.value("user")), None)
    if found is None:
        raise HTTPException(404)
    if found.id == request.user.id:
        raise HTTPException(422, "self")
    return found


_USERS = Permission.USERS
ROUTES = (
    ConsoleRoute("GET", "/people", people_page),
    ConsoleRoute("POST", "/people/role", change_role, _USERS),
    ConsoleRoute("POST", "/people/disable", disable, _USERS),
    ConsoleRoute("POST", "/people/enable", enable, _USERS),
    ConsoleRoute("POST", "/people/reset", reset, _USERS),
    ConsoleRoute("POST", "/people/session", end_session, _USERS),
)

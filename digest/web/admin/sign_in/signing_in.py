"""Signing in: by password and second factor, and by the one-time link that sets a password."""

import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from digest.model.users import Credentials, User
from digest.parsing.addresses import typed_address
from digest.tokens import keyed_hash
from digest.web.admin.access import require_own_origin, session_of
from digest.web.admin.console import PATH, Console
from digest.web.admin.cookies import set_cookie
from digest.web.admin.request_origin import cookie_kind
from digest.web.admin.sign_in import second_factor
from digest.web.admin.sign_in.passwords import password_fault
from digest.web.clients import network_of
from digest.web.page_request import PageRequest

_TICKET_VALID = timedelta(minutes=5)
_TICKET_DIGITS = 32


def sign_in_page(console: Console, request: PageRequest) -> Response:
    """The form for address and password; who is signed in goes to the wanted page."""
    wanted = path_inside(request.query.get("next", ""))
    if request.proxy_user is not None or session_of(console, request) is not None:
        return console.see_other(wanted)
    if not console.app.users.any():
        return console.page(request, "first_user.html")
    return _form(console, request, wanted=wanted)


def sign_in(console: Console, request: PageRequest) -> Response:
    """Check address and password; where the second factor is on, ask for its code."""
    require_own_origin(console, request)
    email, password = typed_address(request.value("email")), request.text("password")
    if not _begin(console, request, email):
        return _wait(console, request, email)
    found = console.app.users.credentials(email)
    stored = found.password_hash if found else None
    if not console.passwords.verify(stored, password) or found is None or stored is None:
        return _form(console, request, 422, problem="wrong")
    if console.passwords.needs_rehash(stored):
        before, stored = stored, console.passwords.hash(password)
        console.app.users.rehash(found.user.id, before, stored)
        found = replace(found, password_hash=stored)
    if found.second_factor is not None:
        ticket = _ticket(console, found, console.site.now)
        return _code_form(console, request, email, ticket)
    console.app.sign_in_limits.succeed(*_limit_keys(console, request, email), console.site.now)
    return _signed_in(console, request, found)


def enter_code(console: Console, request: PageRequest) -> Response:
    """Check the code of the second factor, or a recovery code."""
    require_own_origin(console, request)
    email, ticket = request.value("email"), request.value("ticket")
    found = console.app.users.credentials(email)
    if found is None or not _is_ticket(console, found, ticket):
        return _form(console, request, 422, problem="over")
    if not _begin(console, request, email):
        return _wait(console, request, email)
    if not _accepts(console, found, second_factor.plain_code(request.value("code"))):
        return _code_form(console, request, email, ticket, 422)
    console.app.sign_in_limits.succeed(*_limit_keys(console, request, email), console.site.now, attempts=2)
    return _signed_in(console, request, found)


def link_page(console: Console, request: PageRequest) -> Response:
    """The form of a one-time link; opening it uses nothing up."""
    user = console.app.users.linked(request.parameters["token"], console.site.now)
    if user is None:
        return console.page(request, "link_over.html", 404)
    return console.page(request, "set_password.html", email=user.email)


def set_password(console: Console, request: PageRequest) -> Response:
    """Set the password of a one-time link and sign the user in; where the second factor is on, they sign in with it."""
    require_own_origin(console, request)
    token, now = request.parameters["token"], console.site.now
    user = console.app.users.linked(token, now)
    if user is None:
        return console.page(request, "link_over.html", 404)
    fault = new_password_fault(request, user)
    if fault is not None:
        return console.page(request, "set_password.html", 422, email=user.email, problem=fault)
    new_hash = console.passwords.hash(request.text("password"))
    if console.app.users.use_link(token, new_hash, now) is None:
        return console.page(request, "link_over.html", 404)
    if user.has_second_factor:
        console.app.sign_in_limits.forget(_account(console, user.email))
        return console.see_other("/sign-in", done="password")
    # From now on failures elsewhere do not count here; no attempt was begun.
    console.app.sign_in_limits.succeed(*_limit_keys(console, request, user.email), now, attempts=0)
    return start_session(console, request, user, "", new_hash)


def new_password_fault(request: PageRequest, user: User) -> str | None:
    """Why the new password of a form is not accepted: `differs`, or that of `password_fault`."""
    password = request.text("password")
    if password != request.text("password_again"):
        return "differs"
    return password_fault(password, user.email)


def start_session(console: Console, request: PageRequest, user: User, wanted: str, password_hash: str) -> Response:
    """Begin a session under a new id, end the one that the browser had, and go to the wanted page.

    On the way there is the sign-in page, which says so if the browser kept no cookie. `password_hash` is that of the
    password which was proven; where it was changed meanwhile, it is wrong now.
    """
    now, sessions, kind = console.site.now, console.app.user_sessions, cookie_kind(request)
    before = session_of(console, request)
    if before is not None:
        sessions.end(before[0].id, before[0].user.email, now)
    browser = request.headers.get("user-agent", "")
    network = network_of(request.client)
    token = sessions.start(user, kind.value, network, browser, now, password_hash=password_hash)
    if token is None:
        return _form(console, request, 422, problem="wrong", email=user.email)
    cookie = {"set-cookie": set_cookie(kind, token)}
    return console.see_other("/sign-in", cookie, done="signed-in", next=f"{PATH}{wanted}" if wanted else "")


def _signed_in(console: Console, request: PageRequest, found: Credentials) -> Response:
    assert found.password_hash is not None
    return start_session(console, request, found.user, _wanted(request), found.password_hash)


def _accepts(console: Console, found: Credentials, code: str) -> bool:
    factors = console.app.second_factors
    if found.second_factor is None or not code.isdecimal():
        return factors.use_recovery_code(found.user, code, console.site.now)
    step = second_factor.step_of(second_factor.key_of(console.site.secret, found.second_factor), code, console.site.now)
    return step is not None and factors.use_step(found.user.id, step)


def _code_form(console: Console, request: PageRequest, email: str, ticket: str, status: int = 200) -> Response:
    problem = "code" if status == 422 else ""
    return console.page(
        request, "code.html", status, email=email, ticket=ticket, wanted=_wanted(request), problem=problem
    )


def _form(
    console: Console,
    request: PageRequest,
    status: int = 200,
    *,
    problem: str = "",
    email: str = "",
    wanted: str | None = None,
    seconds: int = 0,
) -> Response:
    return console.page(
        request,
        "sign_in.html",
        status,
        {"retry-after": str(seconds)} if seconds else None,
        problem=problem,
        email=email or request.value("email"),
        wanted=_wanted(request) if wanted is None else wanted,
        minutes=-(-seconds // 60),
    )


def _wait(console: Console, request: PageRequest, email: str) -> Response:
    now = console.site.now
    ends_at = console.app.sign_in_limits.ends_at(*_limit_keys(console, request, email), now) or now
    seconds = max(1, round((ends_at - now).total_seconds()))
    return _form(console, request, 429, problem="wait", seconds=seconds)


def _begin(console: Console, request: PageRequest, email: str) -> bool:
    return console.app.sign_in_limits.begin(*_limit_keys(console, request, email), console.site.now)


def _limit_keys(console: Console, request: PageRequest, email: str) -> tuple[str, str]:
    """By what attempts are counted: hashes of the account and of the network."""
    return _account(console, email), console.site.hashed(network_of(request.client))


def _account(console: Console, email: str) -> str:
    return console.site.hashed(f"account {email.lower()}")


def _wanted(request: PageRequest) -> str:
    return path_inside(request.value("next"))


def path_inside(address: str) -> str:
    """The path below `/admin` of an address; empty for anything else."""
    inside = address.startswith(f"{PATH}/") and all(letter.isalnum() or letter in "/-_.?=" for letter in address)
    return address.removeprefix(PATH) if inside and address.isascii() else ""


def _ticket(console: Console, found: Credentials, now: datetime) -> str:
    """Proof that the password was right a moment ago."""
    moment = str(int(now.timestamp()))
    return f"{moment}.{_tag(console, found, moment)}"


def _is_ticket(console: Console, found: Credentials, ticket: str) -> bool:
    moment, _, tag = ticket.partition(".")
    if not hmac.compare_digest(tag.encode(), _tag(console, found, moment).encode()):
        return False
    return console.site.now - datetime.fromtimestamp(int(moment), UTC) <= _TICKET_VALID


def _tag(console: Console, found: Credentials, moment: str) -> str:
    signed = f"{found.user.id} {moment} {found.password_hash}"
    return keyed_hash(console.site.secret, "password was right", signed.encode(errors="replace")).hex()[:_TICKET_DIGITS]

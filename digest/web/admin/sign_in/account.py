"""A user's own account: language, password, second factor, sign-out."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.model.users import UserSession
from digest.settings.schema import LANGUAGES
from digest.web.admin.console import PATH, Console, ConsoleRequest, ConsoleRoute, row_number
from digest.web.admin.cookies import delete_cookie, session_cookie
from digest.web.admin.sign_in import second_factor
from digest.web.admin.sign_in.browsers import browser_name
from digest.web.admin.sign_in.signing_in import new_password_fault, path_inside, start_session


def account_page(console: Console, request: ConsoleRequest) -> Response:
    """The page of the account."""
    return _account(console, request)


def choose_language(console: Console, request: ConsoleRequest) -> Response:
    """Keep the user's language, and show the page again on which they chose it."""
    if request.value("language") not in LANGUAGES:
        raise HTTPException(422)
    console.app.users.set_language(request.user.id, request.value("language"))
    path, _, query = path_inside(f"{PATH}{request.value('back')}").partition("?")
    if not console.has_page(path):
        return console.see_other("")
    return console.see_other(path, edition=query.removeprefix("edition=") if query.startswith("edition=") else "")


def sign_out(console: Console, request: ConsoleRequest) -> Response:
    """End this session."""
    if request.session is None:
        raise HTTPException(422)
    console.app.user_sessions.end(request.session.id, request.user.email, console.site.now)
    cookie = session_cookie(request.headers.get("cookie", ""))
    headers = {"set-cookie": delete_cookie(cookie[0])} if cookie else {}
    return console.see_other("/sign-in", headers, done="signed-out")


def change_password(console: Console, request: ConsoleRequest) -> Response:
    """Set another password: all other sessions end, and this one goes on under a new id."""
    proven = _proven_hash(console, request)
    if proven is None:
        return _account(console, request, 422, problem="wrong")
    fault = new_password_fault(request, request.user)
    if fault is not None:
        return _account(console, request, 422, problem=fault)
    new_hash = console.passwords.hash(request.text("password"))
    if not console.app.users.change_password(request.user.id, proven, new_hash, console.site.now):
        return _account(console, request, 422, problem="wrong")
    answer = start_session(console, request, request.user, "/account", new_hash)
    answer.headers["location"] = console.link("/account", done="password")
    return answer


def begin_second_factor(console: Console, request: ConsoleRequest) -> Response:
    """Show the key for the user's app."""
    if request.user.has_second_factor or _proven_hash(console, request) is None:
        return _account(console, request, 422, problem="wrong-for-factor")
    console.app.second_factors.begin(request.user.id, second_factor.new_nonce())
    return console.see_other("/account/second-factor")


def second_factor_page(console: Console, request: ConsoleRequest, status: int = 200, *, problem: str = "") -> Response:
    """The key, and the form for the first code."""
    key = second_factor.key_of(console.site.secret, _pending(console, request))
    app_link = second_factor.app_link(key, request.user.email, console.app.settings.portal.name)
    groups = " ".join(key[start : start + 4] for start in range(0, len(key), 4))
    qr_code = second_factor.qr_code(app_link)
    return console.page(
        request, "second_factor.html", status, key=groups, app_link=app_link, qr_code=qr_code, problem=problem
    )


def enable_second_factor(console: Console, request: ConsoleRequest) -> Response:
    """Switch the second factor on once the app shows the right code; shows the recovery codes, once."""
    nonce = _pending(console, request)
    code = second_factor.plain_code(request.value("code"))
    step = second_factor.step_of(second_factor.key_of(console.site.secret, nonce), code, console.site.now)
    if step is None:
        return second_factor_page(console, request, 422, problem="code")
    codes = second_factor.new_recovery_codes()
    if not console.app.second_factors.enable(request.user, nonce, step, codes, console.site.now):
        raise HTTPException(422)
    return console.page(request, "recovery_codes.html", codes=codes)


def disable_second_factor(console: Console, request: ConsoleRequest) -> Response:
    """Ask for the password only from now on."""
    if _proven_hash(console, request) is None:
        return _account(console, request, 422, problem="wrong-for-factor")
    console.app.second_factors.disable(request.user, request.user.email, console.site.now)
    return console.see_other("/account", done="factor-off")


def end_session(console: Console, request: ConsoleRequest) -> Response:
    """Sign another browser of the user out."""
    number, user = chosen_session(request), request.user
    console.app.user_sessions.end(number, user.email, console.site.now, of_user=user.id)
    return console.see_other("/account", done="session")


def chosen_session(request: ConsoleRequest) -> int:
    """The number of a session in a form; 0, which no session has, for anything else."""
    return row_number(request.value("session")) or 0


def named_sessions(sessions: Sequence[UserSession]) -> list[tuple[UserSession, str]]:
    """Each session with the name of its browser."""
    return [(one, browser_name(one.browser)) for one in sessions]


def _proven_hash(console: Console, request: ConsoleRequest) -> str | None:
    """The hash of the user's password, if the form has it; attempts are limited like those of signing in."""
    found = console.app.users.credentials(request.user.email)
    account = console.site.hashed(f"account {request.user.email}")
    here = console.site.hashed(f"session of {request.user.email}")
    if not console.app.sign_in_limits.begin(account, here, console.site.now):
        raise HTTPException(429)
    stored = found.password_hash if found else None
    if not console.passwords.verify(stored, request.text("current_password")):
        return None
    console.app.sign_in_limits.succeed(account, here, console.site.now)
    return stored


def _pending(console: Console, request: ConsoleRequest) -> bytes:
    nonce = console.app.second_factors.pending(request.user.id)
    if nonce is None:
        raise HTTPException(404)
    return nonce


def _account(console: Console, request: ConsoleRequest, status: int = 200, *, problem: str = "") -> Response:
    return console.page(
        request,
        "account.html",
        status,
        problem=problem,
        codes_left=console.app.second_factors.codes_left(request.user.id),
        sessions=named_sessions(console.app.user_sessions.list(console.site.now, of_user=request.user.id)),
        own_session=request.session.id if request.session else None,
    )


ROUTES = (
    ConsoleRoute("GET", "/account", account_page),
    ConsoleRoute("POST", "/account/language", choose_language),
    ConsoleRoute("POST", "/account/password", change_password),
    ConsoleRoute("POST", "/account/session", end_session),
    ConsoleRoute("GET", "/account/second-factor", second_factor_page),
    ConsoleRoute("POST", "/account/second-factor", begin_second_factor),
    ConsoleRoute("POST", "/account/second-factor/on", enable_second_factor),
    ConsoleRoute("POST", "/account/second-factor/off", disable_second_factor),
    ConsoleRoute("POST", "/sign-out", sign_out),
)

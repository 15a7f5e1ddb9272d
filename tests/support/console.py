"""A signed-in user of the console: over HTTP, and in Chromium."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any

from playwright.sync_api import BrowserContext, Page

from digest.model.users import User, UserRole
from digest.store.upkeep.beats import RUN
from digest.web.admin import request_origin
from digest.web.admin.cookies import CookieKind
from tests.support.chromium import axe_violations, axe_violations_in_the_dark
from tests.support.installation import SLOT, Installation
from tests.support.web import Answer, Web, served

LARGEST = 100_000  # bytes of a page of the console
PASSWORD = "three unrelated words"
BEFORE = SLOT - timedelta(minutes=43)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A user's browser: its requests have the cookie, and its forms our origin and the token."""

    web: Web = field(repr=False)
    user: User
    token: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """What the browser sends with each request."""
        return {"Cookie": f"{CookieKind.PLAIN.value}={self.token}"}

    @property
    def form_token(self) -> str:
        """The token in its forms."""
        return request_origin.form_proof(self.web.secret, self.token)

    def get(self, path: str = "", **headers: str) -> Answer:
        """GET a page below /admin."""
        return self.web.get(f"/admin{path}", **self.headers, **headers)

    def post(self, path: str, fields: Mapping[str, str | Sequence[str]] | None = None, **headers: str) -> Answer:
        """POST a form below /admin."""
        filled = {request_origin.TOKEN_FIELD: self.form_token, **(fields or {})}
        return self.web.post(f"/admin{path}", filled, **{**self.headers, "Origin": origin(self.web), **headers})


def origin(web: Web) -> str:
    """The origin of the pages as a browser on this machine sees it."""
    return f"http://127.0.0.1:{web.port}"


def signed_in(web: Web, role: UserRole = UserRole.ADMIN, email: str = "") -> SignedIn:
    """Add a user with a role and sign them in, without a password."""
    email = email or f"{role}@gazette.example"
    user = web.app.users.invite(email, role, "test", web.clock.now()).user
    now = web.app.ledger_clock.now()  # by which sessions end
    token = web.app.user_sessions.start(user, CookieKind.PLAIN.value, "127.0.0.0/24", BROWSER, now)
    assert token is not None
    return SignedIn(web=web, user=user, token=token)


def followed(browser: SignedIn, answer: Answer, **headers: str) -> Answer:
    """The page to which the answer to a form sends the browser."""
    assert answer.status == 303, answer.text
    return browser.get(answer.headers["location"].removeprefix("/admin"), **headers)


def notice_of(page: Answer) -> str:
    """The sentence about what was done."""
    return unescape(page.text.partition('role="status">')[2].partition("</p>")[0])


def with_session(context: BrowserContext, browser: SignedIn) -> Page:
    """A page of a Chromium context in which that user is signed in."""
    cookie: Any = {"name": CookieKind.PLAIN.value, "value": browser.token, "url": origin(browser.web)}
    context.add_cookies([cookie])
    return context.new_page()


def require_fine(page: Page, web: Web, paths: Sequence[str], language: str) -> None:
    """Open pages below /admin: each has at most 100 KB, axe finds nothing, and a phone need not scroll sideways."""
    for path in paths:
        answer = page.goto(f"{origin(web)}/admin{path}")
        assert answer is not None
        assert len(answer.body()) <= LARGEST, path
        require_accessible(page, path, language)


def require_accessible(page: Page, name: str, language: str) -> None:
    """The page as it is now: its language, what axe finds, also in the dark scheme, and its width."""
    assert page.get_attribute("html", "lang") == language, name
    found = [*axe_violations(page), *axe_violations_in_the_dark(page)]
    assert found == [], (name, [(one["id"], one["nodes"][0]["html"]) for one in found])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


@contextmanager
def served_before_the_hour(site: Installation) -> Iterator[Web]:
    """The pages of an installation with a daily edition, 43 minutes before its hour; `digest run` ran two days ago."""
    with served(site) as web:
        web.clock.moment = BEFORE
        web.app.beats.record(RUN, ["daily"], BEFORE - timedelta(days=2))
        yield web

"""What the handlers of the console share: requests of a signed-in user, pages, redirects, entries of the audit log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import compile_path

from digest.app import App
from digest.diagnostics.alerts.alerts import alert_heading
from digest.diagnostics.phrases.alert_phrases import in_language
from digest.i18n import Translator
from digest.model.receivers import AlertKind
from digest.model.users import AuditEntry, Permission, User, UserSession
from digest.parsing.redaction import masked_address
from digest.settings.schema import LANGUAGES
from digest.web.admin.check_runs import CheckRuns
from digest.web.admin.navigation import entries
from digest.web.admin.sign_in.passwords import Passwords
from digest.web.page_request import PageRequest
from digest.web.pages import LANGUAGE_NAMES, StaticFile
from digest.web.site import Site

PATH = "/admin"
Guide = Callable[[Translator], str]
_ALERTS_SHOWN = 3
_RANKS = {  # of alerts, the latest of each first; others are between
    AlertKind.ISSUE_HELD: 0,
    AlertKind.ISSUE_LATE: 0,
    AlertKind.ISSUE_PAUSED: 0,
    AlertKind.CHECK_WARNS: 2,
}
_LONGEST_ID = 18  # digits: below 2⁶³


@dataclass(frozen=True, kw_only=True)
class ConsoleRequest(PageRequest):
    """A request of a signed-in user; `session` is None for one that a proxy names, `form_token` is in their forms."""

    user: User
    session: UserSession | None
    form_token: str = field(repr=False)

    def may(self, permission: Permission) -> bool:
        """Whether the user has a permission."""
        return self.user.may(permission)

    def require(self, permission: Permission) -> None:
        """Raise HTTPException 403 unless the user has a permission."""
        if not self.may(permission):
            raise HTTPException(403)


class RefusedError(Exception):
    """Why a form changes nothing, as one sentence for the page; `status` is that of the answer.

    `field` is the name of the field that it is about, empty where it is about none.
    """

    def __init__(self, message: str, status: int = 422, *, field: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.field = field


@dataclass(frozen=True)
class Console:
    """The console of one installation; `paths` are those of the pages that exist, as they are declared.

    `guide`: a line for the head of each page, which leads to the tour of the demo.
    """

    site: Site
    paths: frozenset[str]
    guide: Guide = lambda _translator: ""
    passwords: Passwords = field(default_factory=Passwords)
    check_runs: CheckRuns = field(default_factory=CheckRuns)

    @property
    def app(self) -> App:
        """The real objects."""
        return self.site.app

    @cached_property
    def stylesheet(self) -> StaticFile:
        """The stylesheet of the console."""
        return self.site.pages.static_file("admin/console.css", f"{PATH}/static")

    @cached_property
    def script(self) -> StaticFile:
        """The module that sends forms without leaving the page; every page works without it."""
        return self.site.pages.static_file("admin/console.js", f"{PATH}/static")

    def page(
        self,
        request: PageRequest,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """A page of `templates/web/admin/`; `done` names what was done, and `problem` says what was not.

        A page that answers a form has no `done`: it says why the form was refused.
        """
        shared = self._signed_in(request) if isinstance(request, ConsoleRequest) else {"user": None, "alerts": []}
        html = self.site.pages.render(
            request,
            f"admin/{template}",
            **{
                "private": True,
                "portal": self.app.settings.portal,
                "stylesheets": [self.stylesheet.url],
                "script_url": self.script.url,
                "link": self.link,
                "done": "" if request.method == "POST" else request.query.get("done", ""),
                "notice": "",
                "problem": "",
                "wrong": "",
                "navigation": [],
                "more_alerts": 0,
                "here": request.path.removeprefix(PATH) or "/",
                "edition_here": request.query.get("edition") or request.value("edition"),
            }
            | shared
            | context,
        )
        return HTMLResponse(html, status, {"cache-control": "no-store", "x-robots-tag": "noindex", **(headers or {})})

    def form_page(
        self,
        request: "ConsoleRequest",
        template: str,
        refused: RefusedError | None,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """A page with a form, which also says why the form was `refused`, and marks the field."""
        if refused is not None:
            context |= {"problem": str(refused), "wrong": refused.field}
        return self.page(request, template, refused.status if refused else 200, headers, **context)

    def link(self, path: str, **query: str) -> str:
        """The address of a page of the console: `link("/people")`."""
        parameters = urlencode({name: value for name, value in query.items() if value})
        address = f"{self.site.pages.prefix}{PATH}{path}".removesuffix("/")
        return f"{address}?{parameters}" if parameters else address

    def see_other(
        self, path: str, headers: Mapping[str, str] | None = None, fragment: str = "", **query: str
    ) -> Response:
        """Send the browser to a page of the console after a POST; `done` names what the page says was done."""
        location = f"{self.link(path, **query)}#{fragment}".removesuffix("#")
        return Response(status_code=303, headers={"location": location, "cache-control": "no-store", **(headers or {})})

    def has_page(self, path: str) -> bool:
        """Whether there is a page at that path below `/admin`."""
        return any(compile_path(route)[0].match(path) for route in self.paths)

    def error(self, request: PageRequest, status: int) -> Response:
        """The page of an error."""
        return self.page(request, "error.html", status, code=status)

    def entry(
        self,
        request: ConsoleRequest,
        action: str,
        subject: str = "",
        *,
        before: str | None = None,
        after: str | None = None,
        reader_id: int | None = None,
    ) -> AuditEntry:
        """An entry of the audit log about what the user does now; no text of it may hold a reader's address."""
        return AuditEntry(
            at=self.site.now,
            by=request.user.email,
            action=action,
            subject=subject,
            before=before,
            after=after,
            reader_id=reader_id,
        )

    def shown_address(self, request: ConsoleRequest, address: str) -> str:
        """A reader's address as the user may see it."""
        return address if request.may(Permission.ADDRESSES) else masked_address(address)

    def _signed_in(self, request: ConsoleRequest) -> dict[str, Any]:
        alerts = sorted(self.app.alerts.open(), key=lambda one: _RANKS.get(one.kind, 1))
        translator, today = request.translator, self.site.today.day
        return {
            "user": request.user,
            "today": today,
            "may": {permission.value: request.may(permission) for permission in Permission},
            "form_token": request.form_token,
            "can_sign_out": request.session is not None,
            "navigation": entries(translator, self.paths),
            "guide": self.guide(translator),
            "alerts": [
                (
                    alert_heading(one.kind, translator),
                    "" if one.subject in one.message else one.subject,
                    in_language(one.message, translator),
                    translator.day_time(one.first_seen, today),
                )
                for one in alerts[:_ALERTS_SHOWN]
            ],
            "more_alerts": max(0, len(alerts) - _ALERTS_SHOWN),
            "languages": _languages(translator),
        }


ConsoleHandler = Callable[[Console, ConsoleRequest], Response]
OpenHandler = Callable[[Console, PageRequest], Response]


@dataclass(frozen=True)
class ConsoleRoute:
    """A page or an action for signed-in users, below `/admin`; `permission` is what it takes, None: any user.

    `most_bytes`: how large its form with a file may be; None: it has no file.
    """

    method: str
    path: str
    handler: ConsoleHandler
    permission: Permission | None = None
    most_bytes: int | None = None


def row_number(text: str) -> int | None:
    """The id of a row that a form or an address names; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID else None


def _languages(translator: Translator) -> list[tuple[str, str, bool]]:
    """Code and name of each language, and whether it is that of the page."""
    return [(code, LANGUAGE_NAMES[code], code == translator.language) for code in LANGUAGES]

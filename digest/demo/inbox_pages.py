"""The inbox of the demo: what its mail server has received, as the mail apps of its readers would show it."""

import re
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.demo.mail_server import Inbox, Received
from digest.model.users import Permission
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute, row_number
from digest.web.framed_mail import framed_mail_headers
from digest.web.gateway import CONTENT_SECURITY_POLICY

VIEWS = ("html", "text", "headers", "source")
_SHOWN = 60  # messages
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"  # links open in a tab of their own; nothing runs
_WITH_FRAME = {"content-security-policy": f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"}
_TIMEOUT = 10.0  # seconds


@dataclass(frozen=True)
class InboxPages:
    """The handlers."""

    inbox: Inbox

    @property
    def routes(self) -> tuple[ConsoleRoute, ...]:
        """The list, a message, and what is shown in its frame."""
        return (
            ConsoleRoute("GET", "/inbox", self._messages),
            ConsoleRoute("GET", "/inbox/{number}", self._one_message),
            ConsoleRoute("GET", "/inbox/{number}/html", self._html),
            ConsoleRoute("POST", "/inbox/{number}/leave", self._leave, Permission.EDIT),
        )

    def _messages(self, console: Console, request: ConsoleRequest) -> Response:
        return console.page(
            request,
            "demo/inbox.html",
            messages=self.inbox.latest()[:_SHOWN],
            opened=self.inbox.opened,
            received=self.inbox.received,
        )

    def _one_message(self, console: Console, request: ConsoleRequest) -> Response:
        wanted = request.query.get("view", "html")
        return self._show_message(console, request, self._found(request), view=wanted if wanted in VIEWS else "html")

    def _show_message(
        self,
        console: Console,
        request: ConsoleRequest,
        message: Received,
        *,
        view: str = "html",
        left: int | None = None,
    ) -> Response:
        """The message; `left` is the status with which its unsubscribe link answered."""
        return console.page(
            request,
            "demo/message.html",
            headers=_WITH_FRAME,
            message=message,
            view=view,
            views=VIEWS,
            sandbox=_SANDBOX,
            source=message.content.decode(errors="replace"),
            left=left,
        )

    def _html(self, console: Console, request: ConsoleRequest) -> Response:
        html = self._found(request).text("html")
        opening_links = _HEAD.sub(lambda head: f'{head[0]}<base target="_blank">', html, count=1)
        headers = framed_mail_headers(console.site.pages.base_url, sandbox=_SANDBOX)
        return Response(opening_links, media_type="text/html", headers=headers)

    def _leave(self, console: Console, request: ConsoleRequest) -> Response:
        """What a mail app does when its reader clicks Unsubscribe (RFC 8058)."""
        message = self._found(request)
        url = message.unsubscribe_url
        if not url.startswith(f"{console.site.pages.base_url}/"):
            raise HTTPException(422)
        return self._show_message(console, request, message, left=_post_one_click(url))

    def _found(self, request: ConsoleRequest) -> Received:
        number = row_number(request.parameters["number"])
        found = self.inbox.open(number) if number is not None else None
        if found is None:
            raise HTTPException(404)
        return found


def _post_one_click(url: str) -> int:
    """The status of the answer."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=_TIMEOUT)
    try:
        form = {"content-type": "application/x-www-form-urlencoded"}
        connection.request("POST", parts.path, urlencode({"List-Unsubscribe": "One-Click"}), form)
        return connection.getresponse().status
    finally:
        connection.close()

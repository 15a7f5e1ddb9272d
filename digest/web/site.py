"""What the handlers of the pages share: the application, its pages, and the names of its editions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from starlette.responses import Response

from digest.app import App
from digest.i18n import Translator
from digest.model.issues import Slot
from digest.web.page_request import PageRequest
from digest.web.pages import Pages


@dataclass(frozen=True)
class Site:
    """One installation on the web."""

    app: App
    pages: Pages

    @property
    def now(self) -> datetime:
        """The current time."""
        return self.app.clock.now()

    @property
    def today(self) -> Slot:
        """The day of system mail that is planned now."""
        return Slot(day=self.now.astimezone(self.app.zone).date())

    @property
    def secret(self) -> bytes:
        """The key of tokens and hashes."""
        return self.app.sender_identity.secret

    def edition_names(self) -> dict[str, str]:
        """The editions that readers can choose, by name, with the titles that pages show."""
        settings = self.app.settings
        return {
            one.name: one.title or (settings.portal.name if len(settings.editions) == 1 else one.name)
            for one in settings.editions
        }

    def translator(self, language: str) -> Translator:
        """The translator of a language in the portal's zone."""
        return Translator(language, self.app.zone)


Handler = Callable[[Site, PageRequest], Response]


def with_etag(request: PageRequest, response: Response) -> Response:
    """The response with an ETag of its content, or 304 if the client has it; it is always asked for again."""
    body = bytes(response.body)
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "no-cache", "vary": "Accept-Language"}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if etag in known:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response

"""What the handlers of the pages share: the application, its pages, and the names of its editions."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256

from starlette.responses import Response

from digest.app import App
from digest.composing.issue_titles import edition_titles, issue_titles
from digest.i18n import Translator
from digest.model.issues import Rendered, Slot
from digest.parsing.urls import url_origin
from digest.rendering.system_page import SystemPage
from digest.settings.schema import LANGUAGES
from digest.tokens import keyed_hash
from digest.web.clicks import RecentClicks
from digest.web.link_tokens import delivery_of_link
from digest.web.page_request import PageRequest
from digest.web.pages import Pages
from digest.web.request_counts import RequestCounts

# What Apache and Caddy add to the ETag of an answer that they compress, and leave in `If-None-Match`.
_COMPRESSED = re.compile(r"[-;](?:gzip|br|zstd|deflate)\"")
_NO_DELIVERY = 0  # no row has this id


@dataclass(frozen=True)
class Site:
    """One installation on the web."""

    app: App
    pages: Pages
    request_counts: RequestCounts = field(default_factory=RequestCounts)
    recent_clicks: RecentClicks = field(default_factory=RecentClicks)

    @classmethod
    def of(cls, app: App) -> "Site":
        """The site of an application."""
        return cls(app, Pages(app.settings, app.system_mail_renderer.theme_folders))

    @cached_property
    def rendered_mail(self) -> Callable[[SystemPage, str], Rendered]:
        """Renders a message in a language; most are the same for all readers of a day, and rendered once."""
        renderer, portal_in = self.app.system_mail_renderer, self.pages.portal_in
        return lru_cache(maxsize=32)(
            lambda page, language: replace(renderer, portal=portal_in(language)).render(page, language)
        )

    @property
    def now(self) -> datetime:
        """The current time, by the clock of all processes that share the database."""
        return self.app.ledger_clock.now()

    @property
    def today(self) -> Slot:
        """The day of system mail that is planned now."""
        return Slot.of(self.now, self.app.zone)

    @property
    def secret(self) -> bytes:
        """The key of tokens and hashes."""
        return self.app.sender_identity.secret

    def edition_names(self) -> dict[str, str]:
        """The editions that readers can choose, by name, with the titles that pages show."""
        return edition_titles(self.app.settings)

    def issue_titles(self, translator: Translator) -> dict[str, str]:
        """The titles of the editions and of their weekly issues, by the names of their issues."""
        return issue_titles(self.app.settings, translator)

    @property
    def has_weekly(self) -> bool:
        """Whether readers can choose weekly mail."""
        return any(edition.weekly for edition in self.app.settings.editions)

    @property
    def edition_languages(self) -> dict[str, str]:
        """The languages of the editions, by name."""
        settings = self.app.settings
        return {one.name: settings.language_of(one) for one in settings.editions}

    def editions_in(self, language: str) -> list[str]:
        """The names of the issues in a language, the weekly ones included."""
        settings = self.app.settings
        return [one.name for one in settings.all_editions if settings.language_of(one) == language]

    @property
    def origins(self) -> frozenset[str]:
        """The origins whose pages may send the form without our token: the listed ones, and our own."""
        own = url_origin(self.pages.base_url)
        return frozenset((*self.app.settings.web.allowed_origins, *([own] if own else [])))

    def schedules(self, translator: Translator) -> dict[str, str]:
        """When each edition comes, in the reader's language."""
        _ = translator.gettext
        texts = {7: _("Every day at %(time)s"), 5: _("On weekdays at %(time)s")}
        found = {}
        for one in self.app.settings.editions:
            regular = len(one.days) == 7 or one.days == frozenset(range(5))
            text = texts[len(one.days)] if regular else f"{', '.join(translator.weekdays(one.days))}, %(time)s"
            found[one.name] = text % {"time": f"{one.at:%H:%M}"}
        return found

    def hashed(self, text: str) -> str:
        """A keyed hash of an address, a network or a form, by which requests are counted."""
        return keyed_hash(self.secret, "web", text.encode()).hex()[:32]

    def delivery_of(self, request: PageRequest, *purposes: str) -> int:
        """The delivery that the link names by a token of one of the purposes, or `_NO_DELIVERY`."""
        return delivery_of_link(self.secret, request.parameters["token"], *purposes) or _NO_DELIVERY

    def translator(self, language: str) -> Translator:
        """The translator of a language in the portal's zone."""
        return Translator(language, self.app.zone)

    def in_language(self, request: PageRequest, language: str | None) -> PageRequest:
        """The request in the language that the reader of a link chose, unless its address names another one."""
        if request.chosen_language or language not in LANGUAGES:
            return request
        return replace(request, translator=self.translator(language))


Handler = Callable[[Site, PageRequest], Response]
MostBytes = Callable[[PageRequest], int]
"""How large a form with a file may be, by who sends it."""


def with_etag(response: Response) -> Response:
    """The response with an ETag of its content; it is always asked for again."""
    etag = f'"{sha256(bytes(response.body)).hexdigest()[:32]}"'
    response.headers.update({"etag": etag, "cache-control": "no-cache", "vary": "Accept-Language"})
    return response


def unless_known(headers: Mapping[str, str], response: Response) -> Response:
    """The response, or 304 if the client has it; `headers` are those of the request."""
    known = headers.get("if-none-match")
    if known is None:
        return response
    tags = _COMPRESSED.sub('"', known).split(",")
    if response.headers.get("etag") not in {tag.strip().removeprefix("W/") for tag in tags}:
        return response
    shown = {name: response.headers[name] for name in ("etag", "cache-control", "vary")}
    return Response(status_code=304, headers=shown)

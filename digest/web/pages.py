"""Renders the pages: the templates of `templates/web/`, the theme's colours, the language switch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jinja2
from starlette.responses import HTMLResponse, Response

from digest.i18n import Translator
from digest.rendering.environment import make_environment
from digest.rendering.page_templates import PageTemplates
from digest.rendering.theme import Themes
from digest.settings.schema import LANGUAGES, PortalSettings, Settings
from digest.web.page_request import PageRequest

LANGUAGE_NAMES = {"en": "English", "ru": "Русский"}
IMMUTABLE = {"cache-control": "public, max-age=31536000, immutable"}  # its address changes with its content
NOT_STORED = {"cache-control": "no-store"}
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript"}
RETRY_AFTER = {429: {"retry-after": "3600"}}  # seconds, by status: the period of the limits of a network
# Their addresses hold tokens. Their forms are proven by these, so that they need no origin, which `no-referrer` hides.
_PRIVATE = {"referrer-policy": "no-referrer"}


@dataclass(frozen=True)
class Pages:
    """The pages of one installation; its own templates come before the packaged ones."""

    settings: Settings
    folders: Sequence[Path]
    _environments: dict[str, jinja2.Environment] = field(default_factory=dict, repr=False)

    @property
    def base_url(self) -> str:
        """Where readers reach the pages; empty where the configuration does not say."""
        return self.settings.web.base_url

    @cached_property
    def prefix(self) -> str:
        """The path of `base_url`, before every link."""
        return urlsplit(self.base_url).path

    @cached_property
    def stylesheet(self) -> "StaticFile":
        """The stylesheet of all pages."""
        return self.static_file("site.css", "/static")

    @cached_property
    def script(self) -> "StaticFile":
        """The module of the preferences, which work without it."""
        return self.static_file("preferences.js", "/static")

    def portal_in(self, language: str) -> PortalSettings:
        """The portal as pages in a language name it: as its editions do, where they agree; else by its own name."""
        settings = self.settings
        own = [settings.portal_of(one) for one in settings.editions if settings.language_of(one) == language]
        is_named = language != settings.portal.languages[0] and len({(one.name, one.url) for one in own}) == 1
        return own[0] if is_named else settings.portal

    def static_file(self, template: str, folder: str) -> "StaticFile":
        """A file of the pages without text in a language, in the colours of the default theme, or of the portal."""
        style = Themes(self.folders, self.settings.portal.colours).style("default")
        environment = self._environment(Translator("en", self.settings.portal.zone))
        content = environment.get_template(template).render(style=style)
        name = f"{sha256(content.encode()).hexdigest()[:12]}{Path(template).suffix}"
        return StaticFile(content, f"{self.prefix}{folder}/{name}")

    def link(self, path: str, request: PageRequest, /, **query: str) -> str:
        """The address of a page of ours, in the language that the visitor chose."""
        language = {"lang": request.chosen_language} if request.chosen_language else {}
        parameters = urlencode(query | language)
        return f"{self.prefix}{path}" + (f"?{parameters}" if parameters else "")

    def respond(
        self,
        request: PageRequest,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] = NOT_STORED,
        **context: Any,
    ) -> Response:
        """The page of a template, as a response."""
        more = _PRIVATE if context.get("private") else {}
        return HTMLResponse(self.render(request, template, **context), status, {**headers, **more})

    def error(self, request: PageRequest, status: int) -> Response:
        """The page of an error, with the way back to the page that was asked for, or whose form was sent."""
        path = request.path.rpartition("/")[0] if "kind" in request.parameters else request.path
        keeps_query = request.method in {"GET", "HEAD"} and status != 400  # a 400 is about a text in it
        query = {name: value for name, value in request.query.items() if name != "lang"} if keeps_query else {}
        again = self.link(path, request, **query)
        headers = NOT_STORED | RETRY_AFTER.get(status, {})
        return self.respond(request, "error.html", status, headers, private=True, code=status, again=again)

    def render(self, request: PageRequest, template: str, **context: Any) -> str:
        """The HTML of a template."""
        settings = self.settings
        shared = {
            "portal": self.portal_in(request.translator.language),
            "web": settings.web,
            "stylesheets": [self.stylesheet.url],
            "link": lambda path, **query: self.link(path, request, **query),
            "canonical": self.base_url + request.path if self.base_url else "",
            "base_url": self.base_url,
            "private": False,
            "of_feeds": {},  # the query of their addresses
            "languages": self._language_links(request),
            "edition_languages": {one.name: settings.language_of(one) for one in settings.all_editions},
            "translator": request.translator,
            "path": quote(request.path),
        }
        return self._environment(request.translator).get_template(template).render(shared | context)

    def _language_links(self, request: PageRequest) -> list[tuple[str, str, str | None]]:
        """Code, name and address of each language; the current one has no address. After a POST there is no choice."""
        if request.method not in {"GET", "HEAD"}:
            return []
        here = request.translator.language
        query = {name: value for name, value in request.query.items() if name != "lang"}
        return [
            (code, LANGUAGE_NAMES[code], None if code == here else f"?{urlencode(query | {'lang': code})}")
            for code in LANGUAGES
        ]

    def _environment(self, translator: Translator) -> jinja2.Environment:
        language = translator.language
        if language not in self._environments:
            self._environments[language] = make_environment(PageTemplates(self.folders), translator)
        return self._environments[language]


@dataclass(frozen=True)
class StaticFile:
    """A stylesheet or a script, at an address that changes with its content."""

    content: str
    url: str

    def response(self, request: PageRequest) -> Response:
        """The file, to be cached at its own address only: another version's page may name another."""
        headers = IMMUTABLE if self.url.endswith(request.path) else NOT_STORED
        return Response(self.content, media_type=_MEDIA_TYPES[Path(self.url).suffix], headers=headers)

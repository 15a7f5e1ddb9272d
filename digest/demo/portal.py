"""The sample portal over HTTP: a newspaper that publishes through the day, and the API that Digest reads it by."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, Template
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from digest.demo.days import Published, Table, published, two_days_of_stories, two_days_of_threads
from digest.i18n import Translator
from digest.protocols import Clock
from digest.rendering.environment import make_environment
from digest.rendering.theme import Themes, built_in_templates
from digest.settings.schema import LANGUAGES, PortalSettings
from digest.sources.sample import PORTAL_FILE
from digest.web.gateway import CONTENT_SECURITY_POLICY
from digest.web.languages import page_language

STORIES, THREADS = "/api/stories.json", "/api/threads.json"
_COPIED = ("title", "summary", "image_width", "image_height", "image_credit", "section", "author", "language")
FIELDS = {name: name for name in (*_COPIED, "url", "image_url", "published_at", "views", "comments")}
"""The fields of an article by their names in the API."""

_ON_FRONT_PAGE = 24
_NO_MOMENT = "since is not a moment such as 2026-11-26T07:00:00+03:00"
_HEADERS = {"content-security-policy": CONTENT_SECURITY_POLICY, "cache-control": "no-store"}


@dataclass(frozen=True)
class Portal:
    """The portal; `titles` are its names by language, `first_day` is that of the first issue."""

    settings: PortalSettings
    titles: Mapping[str, str]
    clock: Clock
    first_day: date

    def application(self) -> Starlette:
        """Its pages, pictures and API."""
        return Starlette(
            routes=[
                Route("/", self._front_page),
                Route(STORIES, self._api(self.stories)),
                Route(THREADS, self._api(self.threads)),
                Route("/images/{file}", _picture),
                Route("/portal.css", self._stylesheet),
                Route("/portal.js", self._script),
                Route("/{day}/{kind}/{name}", self._story_page),
            ]
        )

    def stories(self, since: datetime | None = None) -> list[Published]:
        """The stories that are out now."""
        return self._published(self._two_days[0], since)

    def threads(self, since: datetime | None = None) -> list[Published]:
        """The threads of the forum."""
        return self._published(self._two_days[1], since)

    def _published(self, days: tuple[Table, Table], since: datetime | None) -> list[Published]:
        return published(days, self.settings.zone, self.first_day, self.clock.now(), since=since)

    @cached_property
    def _two_days(self) -> tuple[tuple[Table, Table], tuple[Table, Table]]:
        tables = json.loads(PORTAL_FILE.read_text(encoding="utf-8"))
        stories = two_days_of_stories(tables["articles"])
        return stories, two_days_of_threads(tables["discussion"], stories)

    def _api(self, find: Callable[[datetime | None], Sequence[Published]]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            return JSONResponse([self._fields(one) for one in find(_since(request))])

        return answer

    def _fields(self, one: Published) -> dict[str, Any]:
        image = one.row.get("image")
        return {
            "url": f"{self.settings.url}{one.path}",
            **{name: one.row.get(name) for name in _COPIED},
            "image_url": f"{self.settings.url}/images/{image}" if image else None,
            "published_at": one.published_at.isoformat(),
            "views": one.views,
            "comments": one.comments,
        }

    def _front_page(self, request: Request) -> Response:
        language = _language_of(request)
        stories = [one for one in self.stories() if one.row["language"] == language][:_ON_FRONT_PAGE]
        return self._newspaper_page("portal.html", language, stories=stories)

    def _story_page(self, request: Request) -> Response:
        path = request.url.path
        found = next((one for one in (*self.stories(), *self.threads()) if one.path == path), None)
        if found is None:
            raise HTTPException(404)
        return self._newspaper_page("story.html", found.row.get("language") or _language_of(request), story=found)

    def _newspaper_page(self, template: str, language: str, **context: Any) -> Response:
        shared = {
            "translator": Translator(language, self.settings.zone),
            "title": self.titles.get(language, self.settings.name),
            "now": self.clock.now(),
            "languages": LANGUAGES,
        }
        return HTMLResponse(self._template(f"demo/{template}", language).render(shared | context), headers=_HEADERS)

    def _template(self, name: str, language: str = "en") -> Template:
        return make_environment(_templates(), Translator(language, self.settings.zone)).get_template(name)

    def _stylesheet(self, _request: Request) -> Response:
        style = Themes([built_in_templates()], self.settings.colours).style("default")
        return Response(self._template("demo/portal.css").render(style=style), media_type="text/css")

    def _script(self, _request: Request) -> Response:
        """The console's: it loads the list of stories again and again."""
        return Response(self._template("admin/console.js").render(), media_type="text/javascript")


@lru_cache
def _templates() -> FileSystemLoader:
    return FileSystemLoader(built_in_templates() / "web")


def _since(request: Request) -> datetime | None:
    """The moment that a request names, None for none; raises HTTPException 400 for anything else."""
    text = request.query_params.get("since")
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise HTTPException(400, _NO_MOMENT) from None
    if moment is not None and moment.tzinfo is None:
        raise HTTPException(400, _NO_MOMENT)
    return moment


def _language_of(request: Request) -> str:
    accepted = request.headers.get("accept-language", "")
    return page_language(request.query_params.get("lang"), accepted, LANGUAGES[0])


def _picture(request: Request) -> Response:
    file = PORTAL_FILE.parent / "images" / Path(request.path_params["file"]).name
    if not file.is_file():
        raise HTTPException(404)
    return FileResponse(file)

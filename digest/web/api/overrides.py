"""Editorial changes of articles: the same rows as those of `digest edit`."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.composing.editorial import in_force, section_fault
from digest.model.articles import Override
from digest.model.issues import EditorialChange, Slot
from digest.parsing.urls import canonical_key
from digest.settings.schema import EditionSettings
from digest.store.schema import OverrideKind
from digest.web.api.callers import Managing, Reading, ThisSite
from digest.web.api.fields import EDITION_NAME, ArticleUrl, Body, CivilDay, Line, Moment
from digest.web.api.idempotent import OnlyOnce
from digest.web.api.paging import LARGEST_ID
from digest.web.api.problems import invalid, responses
from digest.web.site import Site

router = APIRouter(tags=["overrides"], prefix="/editions/{edition}/overrides")

_Edition = Annotated[str, Path(pattern=EDITION_NAME, description="The edition's name.")]


class _OfArticle(Body):
    """An article, and in which issues the change holds."""

    url: ArticleUrl
    slot: CivilDay | None = Field(None, description="The issue of that day; null: every issue.")
    until: Moment | None = Field(None, description="When it ends; null: never.")


class Placement(_OfArticle):
    """Put an article first, or keep it out."""

    kind: Literal["pin", "drop"]


class Boost(_OfArticle):
    """Add to an article's logarithmic score; 0.7 means double."""

    kind: Literal["boost"]
    value: float = Field(strict=True, ge=-100, le=100, allow_inf_nan=False)


class Rewording(_OfArticle):
    """Show an article with another title or summary, or in another section."""

    kind: Literal["title", "summary", "section"]
    value: Line


class Addition(_OfArticle):
    """Bring an article in, also one of another site, which needs a title."""

    kind: Literal["add"]
    title: Line | None = None


class OverrideView(BaseModel):
    """A change as it is stored; `value` is a text, a number for a boost, or null."""

    id: int
    kind: OverrideKind
    url: str
    value: str | float | None
    slot: str | None
    until: datetime | None
    by: str
    at: datetime


class OverrideList(BaseModel):
    """Changes, the oldest first."""

    data: list[OverrideView]


@router.get("", responses=responses(404))
def overrides(
    site: ThisSite,
    _caller: Reading,
    edition: _Edition,
    slot: Annotated[CivilDay | None, Query(description="The issue of that day, else those from today on.")] = None,
) -> OverrideList:
    """The changes that hold. Scope: read."""
    name, now = _edition(site, edition).name, site.app.clock.now()
    today = now.astimezone(site.app.zone).date()
    return _views(site, in_force(site.app.overrides.changes(name), slot, today=today, now=now))


@router.post("", status_code=201, response_model=OverrideList, responses=responses(404, 409, 413))
def add_override(
    site: ThisSite,
    caller: Managing,
    once: OnlyOnce,
    edition: _Edition,
    body: Annotated[Placement | Boost | Rewording | Addition, Field(discriminator="kind")],
) -> Response:
    """Change an article in an edition. The latest change of a kind counts. Scope: manage."""
    settings = _edition(site, edition)
    fault = section_fault(body.value, settings) if isinstance(body, Rewording) and body.kind == "section" else ""
    if fault:
        raise invalid("body.value", fault)

    def add() -> OverrideList:
        return _views(site, _add_rows(site, settings, body, f"API token {caller.name}"))

    return once.answer(caller, body.model_dump_json().encode(), 201, add)


@router.delete("/{override_id}", status_code=204, responses=responses(404))
def undo_override(
    site: ThisSite, caller: Managing, edition: _Edition, override_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]
) -> None:
    """Undo a change: what it replaced holds again. Scope: manage."""
    changes = site.app.overrides.changes(_edition(site, edition).name)
    found = [one for one in changes if one.id == override_id]
    if not found:
        raise HTTPException(404, f"there is no change {override_id} in {edition}")
    site.app.overrides.undo(found, f"API token {caller.name}", site.app.clock.now())


def _edition(site: Site, name: str) -> EditionSettings:
    if name not in site.edition_names():
        raise HTTPException(404, f"there is no edition {name}")
    return site.app.settings.edition(name)


def _add_rows(site: Site, edition: EditionSettings, body: _OfArticle, by: str) -> list[EditorialChange]:
    """Store the rows of a change, with one time."""
    key, now = canonical_key(body.url), site.app.clock.now()
    rows: dict[str, str | None] = {}
    if isinstance(body, Placement):
        rows = {body.kind: None}
    elif isinstance(body, Boost):
        rows = {"boost": str(body.value)}
    elif isinstance(body, Rewording):
        rows = {body.kind: body.value}
    elif isinstance(body, Addition):
        rows = {"add": body.url, **({"title": body.title} if body.title else {})}
        if not body.title and key not in site.app.listed_articles([key]):
            raise HTTPException(409, "no source lists this article, so it needs a title")
    slot = Slot(day=body.slot) if body.slot else None
    made = [Override(key=key, kind=kind, value=value, by=by, at=now, until=body.until) for kind, value in rows.items()]
    return [site.app.overrides.add(edition.name, slot, one) for one in made]


def _views(site: Site, changes: list[EditorialChange]) -> OverrideList:
    listed = site.app.listed_articles(change.override.key for change in changes)
    urls = {key: article.url for key, article in listed.items()}
    return OverrideList(
        data=[
            OverrideView(
                id=change.id,
                kind=OverrideKind(one.kind),
                url=urls.get(one.key, f"https://{one.key}"),
                value=float(one.value or 0) if one.kind == "boost" else one.value,
                slot=str(change.slot) if change.slot else None,
                until=one.until,
                by=one.by,
                at=one.at,
            )
            for change in changes
            for one in [change.override]
        ]
    )

"""Editorial changes of articles and issues: the same rows as those of `digest edit`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.composing.editorial import (
    LARGEST_BOOST,
    LONGEST_PASSAGE,
    cleaned_text,
    in_force,
    section_fault,
    undone_with,
)
from digest.composing.subject import SUBJECT_LIMIT
from digest.errors import EditConflictError, IssueFrozenError
from digest.model.api import AUTHOR
from digest.model.issues import EditorialChange, Slot
from digest.model.overrides import Override, OverrideKind
from digest.parsing.canonical_key import canonical_key
from digest.settings.schema import EditionSettings
from digest.web.api.callers import Managing, Reading, ThisSite
from digest.web.api.fields import ArticleUrl, Body, CivilDay, EditionPath, Line, Moment, SeenId, Summary
from digest.web.api.idempotent import OnlyOnce
from digest.web.api.paging import LARGEST_ID
from digest.web.api.problems import invalid, responses
from digest.web.site import Site

router = APIRouter(tags=["overrides"], prefix="/editions/{edition}/overrides")


class _Change(Body):
    """In which issues a change holds."""

    slot: CivilDay | None = Field(None, description="The issue of that day; null: every issue.")
    until: Moment | None = Field(None, description="When it ends; null: never.")
    seen: SeenId | None = Field(
        None,
        description="The id of the change of this kind that you saw in force, 0 for none. If it is another one by now, "
        "the answer is 409. Null: it is not compared.",
    )


class _OfArticle(_Change):
    """A change of one article."""

    url: ArticleUrl


class Placement(_OfArticle):
    """Put an article first, or keep it out."""

    kind: Literal["pin", "drop"]


class Boost(_OfArticle):
    """Add to an article's logarithmic score; 0.7 means double."""

    kind: Literal["boost"]
    value: float = Field(strict=True, ge=-LARGEST_BOOST, le=LARGEST_BOOST, allow_inf_nan=False)


class Rewording(_OfArticle):
    """Show an article with another title, or in another section."""

    kind: Literal["title", "section"]
    value: Line


class Resummarising(_OfArticle):
    """Show an article with another summary."""

    kind: Literal["summary"]
    value: Summary


class Addition(_OfArticle):
    """Add an article; one that no source lists needs a title."""

    kind: Literal["add"]
    title: Line | None = None


class IssuePassage(_Change):
    """Write a text above or below the stories; an empty one takes an earlier one back."""

    kind: Literal["intro", "closing"]
    value: str = Field(max_length=LONGEST_PASSAGE, description="Markdown.")


class IssueLine(_Change):
    """Write the subject or the preview text of issues; an empty one takes an earlier one back."""

    kind: Literal["subject", "preheader"]
    value: str = Field(max_length=SUBJECT_LIMIT)


_IssueText = IssuePassage | IssueLine
_AnyChange = Placement | Boost | Rewording | Resummarising | Addition | _IssueText


class OverrideView(BaseModel):
    """A change as it is stored; `value` is a text, a number for a boost, or null; `url` is null for texts of issues."""

    id: int
    kind: OverrideKind
    url: str | None
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
    edition: EditionPath,
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
    edition: EditionPath,
    body: Annotated[_AnyChange, Field(discriminator="kind")],
) -> Response:
    """Change an article in an edition, or a text of its issues. The latest change of a kind counts. Scope: manage."""
    settings = _edition(site, edition)
    rows = _rows(body, settings)

    def add() -> OverrideList:
        _require_possible(site, body)
        try:
            return _views(site, _add_rows(site, settings, body, rows, f"{AUTHOR}{caller.name}"))
        except EditConflictError as conflict:
            raise HTTPException(409, _conflict_detail(site, conflict)) from None
        except IssueFrozenError as frozen:
            raise HTTPException(409, str(frozen)) from None

    return once.answer(caller, body.model_dump_json().encode(), 201, add)


@router.delete("/{override_id}", status_code=204, responses=responses(404))
def undo_override(
    site: ThisSite, caller: Managing, edition: EditionPath, override_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]
) -> None:
    """Undo a change: what it replaced holds again. Of a move, the places of all its articles go. Scope: manage."""
    name = _edition(site, edition).name
    undone = undone_with(override_id, site.app.overrides.changes(name))
    if not undone:
        raise HTTPException(404, f"there is no change {override_id} in {edition}")
    site.app.overrides.undo(name, undone, f"{AUTHOR}{caller.name}", site.app.clock.now())


def _edition(site: Site, name: str) -> EditionSettings:
    """The edition, or the weekly issue of one; raises HTTPException 404."""
    found = site.app.settings.find_edition(name)
    if found is None:
        raise HTTPException(404, f"there is no edition {name}")
    return found


def _rows(body: _AnyChange, edition: EditionSettings) -> dict[str, str | None]:
    """The values of a change by their kinds; raises the error of a request that is not valid."""
    match body:
        case Placement():
            return {body.kind: None}
        case Boost():
            return {"boost": str(body.value)}
        case Addition():
            return {"add": body.url, **({"title": body.title} if body.title else {})}
        case Rewording() | Resummarising():
            if body.kind == "section" and (fault := section_fault(body.value, edition)):
                raise invalid("body.value", fault)
            return {body.kind: body.value}
        case IssuePassage() | IssueLine():
            try:
                return {body.kind: cleaned_text(body.kind, body.value)}
            except ValueError as error:
                raise invalid("body.value", str(error)) from None


def _require_possible(site: Site, body: _AnyChange) -> None:
    """Refuse a change that cannot be made now."""
    if isinstance(body, Addition) and not body.title and not site.app.listed_articles([canonical_key(body.url)]):
        raise HTTPException(409, "no source lists this article, so it needs a title")


def _conflict_detail(site: Site, conflict: EditConflictError) -> str:
    """Who changed what the request wants to replace, and when; if nobody did, that it is not in force."""
    if conflict.at is None:
        return "the change that you saw is not in force"
    return f"changed by {conflict.by} at {conflict.at.astimezone(site.app.zone):%Y-%m-%d %H:%M}"


def _add_rows(
    site: Site, edition: EditionSettings, body: _AnyChange, rows: Mapping[str, str | None], by: str
) -> list[EditorialChange]:
    """Store the rows of a change, with one time; the first one replaces what its editor saw."""
    key = canonical_key(body.url) if isinstance(body, _OfArticle) else ""
    slot, now = Slot(day=body.slot) if body.slot else None, site.app.clock.now()
    made = [
        Override(key=key, kind=OverrideKind(kind), value=value, by=by, at=now, until=body.until)
        for kind, value in rows.items()
    ]
    unfrozen = slot if isinstance(body, _IssueText) else None
    return site.app.overrides.add_together(edition.name, slot, made, seen=[body.seen], unfrozen=unfrozen)


def _views(site: Site, changes: list[EditorialChange]) -> OverrideList:
    listed = site.app.listed_articles(change.override.key for change in changes)
    urls = {key: article.url for key, article in listed.items()}
    return OverrideList(
        data=[
            OverrideView(
                id=change.id,
                kind=one.kind,
                url=urls.get(one.key, f"https://{one.key}") if one.key else None,
                value=float(one.value or 0) if one.kind is OverrideKind.BOOST else one.value,
                slot=str(change.slot) if change.slot else None,
                until=one.until,
                by=one.by,
                at=one.at,
            )
            for change in changes
            for one in [change.override]
        ]
    )

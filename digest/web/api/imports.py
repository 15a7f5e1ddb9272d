"""Imports of many subscribers: a list is stored at once and imported in the background, by the rules of the command."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest.errors import ConfigurationError, ParseError
from digest.model.api import AUTHOR, ImportJob, ImportState, UploadedList
from digest.model.subscribers import SubscriberStatus
from digest.subscribers.csv_io import RowDefaults
from digest.subscribers.import_result import ImportResult
from digest.web.api.callers import Managing, Reading, ThisSite
from digest.web.api.envelope import IMPORTS
from digest.web.api.fields import EditionName
from digest.web.api.idempotent import OnlyOnce
from digest.web.api.paging import LARGEST_ID, Cursor, Limit, Next, page_of
from digest.web.api.problems import invalid, responses
from digest.web.import_lists import checked_list, needs_edition
from digest.web.site import Site

router = APIRouter(tags=["imports"])

_CSV = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string", "format": "csv"}}}}}
_CHOOSE = "state what rows without a status are: ?status=confirmed, ?status=unsubscribed …"


class BadRowView(BaseModel):
    """A row that was not imported: its line in the list, and why."""

    line: int
    message: str = Field(alias="says")


class OutcomeView(BaseModel):
    """How many rows had one result, by the status that they state."""

    result: str
    status: SubscriberStatus
    rows: int


class ImportView(BaseModel):
    """An import with its progress: `rows` of about `lines` were read."""

    id: int
    by: str = Field(description="Whose token started it.")
    state: ImportState
    rows: int
    lines: int
    added: int
    changed: int
    same: int
    left: int = Field(description="Those who unsubscribed or were suppressed or erased, and stay so.")
    kept_editions: int = Field(description="Rows of readers who keep the editions that they chose on their page.")
    bad: list[BadRowView] = Field(description="The first 1,000 rows that were not imported.")
    bad_total: int
    outcomes: list[OutcomeView]
    ignored: list[str] = Field(description="The columns of the list that are not known, and were not read.")
    error: str | None = Field(description="Why it failed; what was imported until then stays.")
    created_at: datetime
    finished_at: datetime | None


class ImportPage(BaseModel):
    """A page of imports, the latest first."""

    data: list[ImportView]
    next: Next


async def csv_of(request: Request, _caller: Managing) -> bytes:
    """The body, once the token is known to be valid."""
    return await request.body()


@router.post(IMPORTS, status_code=202, response_model=ImportView, responses=responses(409, 413), openapi_extra=_CSV)
def start_import(
    site: ThisSite,
    caller: Managing,
    once: OnlyOnce,
    content: Annotated[bytes, Depends(csv_of)],
    edition: Annotated[list[EditionName], Query(max_length=50, description="For rows without one.")] = [],  # noqa: B006 - FastAPI copies defaults
    all_editions: Annotated[bool, Query(description="Rows without an edition get all; `edition` comes first.")] = False,
    status: Annotated[SubscriberStatus | None, Query(description="For rows without one.")] = None,
) -> Response:
    """Import subscribers from CSV in UTF-8, with the columns of `digest subscribers import`. Scope: manage.

    You state that these people asked for the mailing. Readers who unsubscribed stay unsubscribed.
    """
    known = frozenset(site.edition_names())
    defaults = RowDefaults(status=status, editions=tuple(edition), known_editions=known)
    ignored = _require_importable(site, content, defaults, all_editions=all_editions)

    def add() -> ImportView:
        by, result = f"{AUTHOR}{caller.name}", {"ignored": ignored}
        uploaded = UploadedList(by=by, editions=defaults.editions, status=status, result=result)
        return _view(site.app.import_jobs.add(uploaded, content, site.now))

    return once.answer(caller, content, 202, add)


@router.get(IMPORTS, responses=responses())
def imports(site: ThisSite, _caller: Reading, limit: Limit = 20, cursor: Cursor = None) -> ImportPage:
    """The imports of the last month. Scope: read."""
    found = site.app.import_jobs.page(cursor, limit + 1)
    shown, following = page_of([(job.id, job) for job in found], limit)
    return ImportPage(data=list(map(_view, shown)), next=following)


@router.get(f"{IMPORTS}/{{job_id}}", responses=responses(404))
def import_progress(site: ThisSite, _caller: Reading, job_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]) -> ImportView:
    """One import, with its progress. Scope: read."""
    job = site.app.import_jobs.find(job_id)
    if job is None:
        raise HTTPException(404, f"there is no import {job_id}")
    return _view(job)


def _require_importable(site: Site, content: bytes, defaults: RowDefaults, *, all_editions: bool) -> list[str]:
    """Refuse a list of which it is not known what its rows state, as the command does; the columns that are ignored."""
    names = site.edition_names()
    unknown = [name for name in defaults.editions if name not in names]
    if unknown:
        raise invalid("query.edition", f"there is no edition {unknown[0]}")
    try:
        reader = checked_list(content, defaults, choose=_CHOOSE)
    except (ConfigurationError, ParseError) as error:
        raise invalid("body", str(error)) from None
    if needs_edition(site, reader, defaults) and not all_editions:
        raise invalid(
            "query.edition", f"the list has no column edition; name one of {', '.join(names)}, or set all_editions"
        )
    return sorted(reader.unknown)


def _view(job: ImportJob) -> ImportView:
    result = ImportResult.from_json(job.result)
    shown: dict[str, Any] = result.as_json()
    return ImportView(
        id=job.id,
        by=job.by,
        state=job.state,
        rows=result.rows,
        lines=job.lines,
        ignored=job.result.get("ignored", []),
        error=job.error,
        created_at=job.created_at,
        finished_at=job.finished_at,
        **shown,
    )

"""Import of readers: a list is uploaded, what would happen is shown, and it is imported in the background."""

import codecs
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.diagnostics.phrases.alert_phrases import in_language, with_language
from digest.errors import ConfigurationError, ParseError
from digest.model.api import ImportDraft, ImportJob, ImportState, UploadedList
from digest.model.subscribers import SubscriberStatus
from digest.model.users import Permission
from digest.store.subscribers.invitations import MESSAGES_PER_HOUR
from digest.subscribers.csv_io import RowDefaults, SubscriberReader
from digest.subscribers.import_result import ImportResult
from digest.subscribers.status_columns import UnclearStatusError
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute, row_number
from digest.web.admin.readers.import_phrases import grouped_faults
from digest.web.api.envelope import MOST_BYTES_OF_A_LIST
from digest.web.import_lists import ASKED, checked_list, needs_edition, try_list
from digest.web.inviting import ImportInviter

_LATEST = 10  # imports
_EVERY_EDITION = "*"
_CHOOSE = "choose below what rows without a status are"  # the name of the control
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def import_page(console: Console, request: ConsoleRequest, fault: str = "", detail: str = "") -> Response:
    """The form, and the latest imports; `fault` is what is wrong with the form, `detail` with its list."""
    return console.page(
        request,
        "import.html",
        422 if fault else 200,
        fault=fault,
        detail=detail,
        editions=console.site.edition_names(),
        every_edition=_EVERY_EDITION,
        chosen={name: request.value(name) for name in ("edition", "status", "confirm")},
        may_confirm=_may_confirm(console),
        an_hour=MESSAGES_PER_HOUR,
        most_bytes=MOST_BYTES_OF_A_LIST,
        jobs=[(one, ImportResult.from_json(one.result)) for one in console.app.import_jobs.page(None, _LATEST)],
    )


def upload(console: Console, request: ConsoleRequest) -> Response:
    """Find out what an import of the list would do, and keep it until somebody decides."""
    content, edition = _as_utf_8(request.files.get("list", b"")), request.value("edition")
    if not content.strip():
        return import_page(console, request, "empty")
    names = console.site.edition_names()
    defaults = RowDefaults(
        status=_status(request), editions=(edition,) if edition in names else (), known_editions=frozenset(names)
    )
    try:
        reader = checked_list(content, defaults, request.file_names.get("list", ""), choose=_CHOOSE)
    except (ConfigurationError, ParseError) as error:
        fault = "status" if isinstance(error, UnclearStatusError) else "list"
        return import_page(console, request, fault, in_language(str(error), request.translator))
    if needs_edition(console.site, reader, defaults) and edition != _EVERY_EDITION:
        return import_page(console, request, "edition")
    confirm = _may_confirm(console) and request.value("confirm") == "yes"
    uploaded = UploadedList(
        by=request.user.email,
        editions=defaults.editions,
        status=defaults.status,
        confirm=confirm,
        result=_tried(console, reader, confirm=confirm),
    )
    number = console.app.import_drafts.add(uploaded, content, console.site.now)
    return console.see_other(f"/readers/import/{number}")


def draft_page(console: Console, request: ConsoleRequest) -> Response:
    """What would happen to each kind of row."""
    draft = _find_draft(console, request)
    result = ImportResult.from_json(draft.result)
    return console.page(
        request,
        "import_draft.html",
        draft=draft,
        editions=console.site.edition_names(),
        an_hour=MESSAGES_PER_HOUR,
        notes=[with_language(note, request.translator) for note in draft.result["notes"]],
        **_shown_result(request, result),
    )


def start(console: Console, request: ConsoleRequest) -> Response:
    """Import the list in the background; where the button was pressed twice, lead to the import that runs already."""
    number, entry = _draft_number(console, request), console.entry(request, "import started")
    by = request.user.email
    job = console.app.import_drafts.start(number, by, console.site.now, entry)
    job = job or console.app.import_jobs.of_draft(number, by)
    return console.see_other("/readers/import" if job is None else f"/readers/imports/{job.id}")


def discard(console: Console, request: ConsoleRequest) -> Response:
    """Delete the list; where it is imported already, lead to the import."""
    number, by = _draft_number(console, request), request.user.email
    console.app.import_drafts.discard(number, by)
    job = console.app.import_jobs.of_draft(number, by)  # afterwards: nobody can begin to import the list any more
    if job is not None:
        return console.see_other(f"/readers/imports/{job.id}")
    return console.see_other("/readers/import", done="discarded")


def job_page(console: Console, request: ConsoleRequest) -> Response:
    """An import with its progress, and in the end its result."""
    job = _find_job(console, request)
    result = ImportResult.from_json(job.result)
    return console.page(
        request,
        "import_job.html",
        job=job,
        is_running=job.state is ImportState.RUNNING,
        error=with_language(job.error or "", request.translator),
        asked=job.result.get(ASKED, 0),
        asked_until=console.app.invitations.last_due() if job.confirm else None,
        **_shown_result(request, result),
    )


def cancel(console: Console, request: ConsoleRequest) -> Response:
    """End an import; what was imported until then stays."""
    job = _find_job(console, request)
    entry = console.entry(request, "import cancelled", f"import {job.id}")
    console.app.import_jobs.cancel(job.id, console.site.now, entry)
    return console.see_other(f"/readers/imports/{job.id}")


def _may_confirm(console: Console) -> bool:
    """Whether there are pages on which readers can confirm."""
    return bool(console.app.settings.web.base_url)


def _tried(console: Console, reader: SubscriberReader, *, confirm: bool) -> dict[str, Any]:
    result = try_list(console.site, reader, ImportInviter(site=console.site) if confirm else None)
    more = {"ignored": sorted(reader.unknown), "columns": reader.columns, "notes": reader.notes}
    return {**result.as_json(), **more}


def _shown_result(request: ConsoleRequest, result: ImportResult) -> dict[str, Any]:
    return {
        "result": result,
        "totals": result.totals(),
        "faults": grouped_faults(result.bad_rows, request.translator),
        "unlisted": result.bad - len(result.bad_rows),
    }


def _status(request: ConsoleRequest) -> SubscriberStatus | None:
    """What rows without a status are; None for what the list says."""
    chosen = request.value("status")
    return SubscriberStatus(chosen) if chosen in set(SubscriberStatus) else None


def _as_utf_8(content: bytes) -> bytes:
    """The list as it is stored; Excel writes "Unicode text" in UTF-16."""
    return content.decode("utf-16", errors="replace").encode() if content.startswith(_UTF_16) else content


def _draft_number(console: Console, request: ConsoleRequest) -> int:
    """The list in the address, which may be imported or deleted by now; HTTPException 404 for that of another user."""
    number = row_number(request.parameters["draft"])
    # One look: between two, another press of the button may import the list, and this one would end in a 404.
    if number is None or console.app.import_drafts.owner(number) not in {None, request.user.email}:
        raise HTTPException(404)
    return number


def _find_draft(console: Console, request: ConsoleRequest) -> ImportDraft:
    number = row_number(request.parameters["draft"])
    draft = None if number is None else console.app.import_drafts.find(number, request.user.email)
    if draft is None:
        raise HTTPException(404)
    return draft


def _find_job(console: Console, request: ConsoleRequest) -> ImportJob:
    number = row_number(request.parameters["job"])
    job = None if number is None else console.app.import_jobs.find(number)
    if job is None:
        raise HTTPException(404)
    return job


_DRAFT, _JOB, _ADMINS = "/readers/import/{draft}", "/readers/imports/{job}", Permission.READERS
ROUTES = (
    ConsoleRoute("GET", "/readers/import", import_page, _ADMINS),
    ConsoleRoute("POST", "/readers/import", upload, _ADMINS, MOST_BYTES_OF_A_LIST),
    ConsoleRoute("GET", _DRAFT, draft_page, _ADMINS),
    ConsoleRoute("POST", f"{_DRAFT}/start", start, _ADMINS),
    ConsoleRoute("POST", f"{_DRAFT}/discard", discard, _ADMINS),
    ConsoleRoute("GET", _JOB, job_page, _ADMINS),
    ConsoleRoute("POST", f"{_JOB}/cancel", cancel, _ADMINS),
)

"""A correction of an issue from its page: written, shown with its number of readers, and planned for the sender."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.errors import ConfigurationError, DigestError, IssueError
from digest.model.issues import IssueRecord
from digest.model.users import Permission
from digest.model.web import Correction
from digest.operations.corrections import (
    MOST_CHARACTERS,
    MOST_OF_SUBJECT,
    clean_subject,
    clean_text,
    default_subject,
    plan_correction,
    require_correctable,
)
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute
from digest.web.admin.issue_paths import find_issue, path_of


def correction_page(console: Console, request: ConsoleRequest) -> Response:
    """The form."""
    record = _correctable(console, request)
    return _form(console, request, record, subject=default_subject(console.app, record))


def correct(console: Console, request: ConsoleRequest) -> Response:
    """Show what is sent to how many readers; once they have confirmed it, plan it."""
    record = _correctable(console, request)
    typed = request.text("text").strip()
    written = clean_text(typed)
    try:
        subject = clean_subject(request.value("subject")) or default_subject(console.app, record)
    except ValueError:
        return _form(console, request, record, 422, subject=request.value("subject"), text=typed, problem_of="subject")
    if len(typed) > MOST_CHARACTERS:
        return _form(console, request, record, 422, subject=subject, text=typed, problem_of="long")
    if not written:
        return _form(console, request, record, 422, subject=subject, problem_of="empty")
    readers = console.app.corrections.readers(record.id)
    if not readers:
        return _form(console, request, record, 422, subject=subject, text=written, problem_of="nobody")
    now = console.app.ledger_clock.now()
    wanted = Correction(subject=subject, text=written, by=request.user.email, at=now)
    if not request.value("confirmed"):
        shown: dict[str, Any] = {"paragraphs": wanted.paragraphs, "readers": readers}
        is_changed = bool(request.value("change"))
        return _form(console, request, record, subject=subject, text=written, **({} if is_changed else shown))
    return _plan(console, request, record, wanted)


def correction_context(console: Console, request: ConsoleRequest, record: IssueRecord) -> dict[str, Any]:
    """What the issue's page shows of corrections: those that were sent, and whether another can be."""
    may_correct = request.may(Permission.RELEASE) and _is_correctable(console, record)
    return {"corrections": console.app.corrections.of_issue(record.id), "may_correct": may_correct}


def _plan(console: Console, request: ConsoleRequest, record: IssueRecord, wanted: Correction) -> Response:
    planned = console.app.corrections.find(record.id, wanted)
    if planned is None:
        entry = console.entry(request, "correction sent", record.name, after=wanted.subject)
        try:
            planned = plan_correction(console.app, record, wanted, entry)
        except DigestError:  # another one was planned at the same moment, or the DKIM key cannot be used
            return _form(console, request, record, 409, subject=wanted.subject, text=wanted.text, problem_of="failed")
    return console.see_other(path_of(planned), done="correction")


def _form(
    console: Console, request: ConsoleRequest, record: IssueRecord, status: int = 200, **context: Any
) -> Response:
    empty: dict[str, Any] = {"subject": "", "text": "", "problem_of": "", "paragraphs": [], "readers": 0}
    return console.page(
        request,
        "issue_correction.html",
        status,
        **{
            "record": record,
            "titles": console.site.issue_titles(request.translator),
            "default_subject": default_subject(console.app, record),
            "most_characters": MOST_CHARACTERS,
            "most_of_subject": MOST_OF_SUBJECT,
            **empty,
            **context,
        },
    )


def _correctable(console: Console, request: ConsoleRequest) -> IssueRecord:
    record = find_issue(console, request)
    if not _is_correctable(console, record):
        raise HTTPException(404)
    return record


def _is_correctable(console: Console, record: IssueRecord) -> bool:
    try:
        require_correctable(console.app, record)
    except (IssueError, ConfigurationError):
        return False
    return True


_PATH = "/issues/{edition}/{slot}/correct"
ROUTES = (
    ConsoleRoute("GET", _PATH, correction_page, Permission.RELEASE),
    ConsoleRoute("POST", _PATH, correct, Permission.RELEASE),
)

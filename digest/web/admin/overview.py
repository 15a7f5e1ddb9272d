"""The first page after signing in: what happens next in each edition, the last issues, and the readers."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from digest.diagnostics.coming_issue import coming_issue, coming_outcome
from digest.diagnostics.phrases.alert_phrases import in_language
from digest.errors import DigestError
from digest.i18n import Translator
from digest.model.issues import IssueState
from digest.pipeline import IssueRun
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute
from digest.web.admin.issues import IssueRow, issue_rows
from digest.web.admin.next_issue import run_of

_WEEK = timedelta(days=7)
_LATEST = 5  # issues of an edition, among which one that is only planned may be


@dataclass(frozen=True, kw_only=True)
class ComingRow:
    """What happens to an edition's coming issue; `subject` is empty where it cannot be made, and `outcome` says why."""

    edition: str
    outcome: str
    is_sent: bool
    subject: str = ""


def overview_page(console: Console, request: ConsoleRequest) -> Response:
    """The coming and the latest issue of each edition, the one whose hour comes first at the top."""
    editions = console.app.settings.all_editions
    (week,) = console.app.readers.growth([console.site.now - _WEEK])
    runs = sorted((run_of(console, one.name) for one in editions), key=lambda one: one.window.end)
    return console.page(
        request,
        "overview.html",
        titles=console.site.issue_titles(request.translator),
        coming=[_coming_row(one, request.translator) for one in runs],
        week=week,
        latest=[row for one in runs for row in _latest(console, request, one.edition.name)],
    )


def _coming_row(issue_run: IssueRun, translator: Translator) -> ComingRow:
    edition = issue_run.edition.name
    try:
        draft = issue_run.stored_draft()
        coming = coming_issue(issue_run, draft).coming
    except DigestError as error:
        return ComingRow(edition=edition, outcome=in_language(str(error), translator), is_sent=False)
    subject = draft.rendered.subject if draft.shown else ""
    return ComingRow(
        edition=edition, outcome=coming_outcome(coming, translator), is_sent=coming.is_sent, subject=subject
    )


def _latest(console: Console, request: ConsoleRequest, edition: str) -> list[IssueRow]:
    """The last issue that was made, with its numbers; none before the first."""
    history = console.app.issues.history(edition, _LATEST)
    made = [one for one in history if one.state is not IssueState.PLANNED and one.slot.number == 1]
    return issue_rows(console, request.translator, made[:1])


ROUTES = (ConsoleRoute("GET", "/", overview_page),)

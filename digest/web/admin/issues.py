"""The page Issues: past and running issues, what became of their messages, and what can be done about them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from starlette.responses import Response

from digest.diagnostics.alerts.alert_advice import send_command
from digest.diagnostics.phrases.alert_phrases import in_language
from digest.errors import IssueError
from digest.i18n import Translator
from digest.model.deliveries import DeliveryState, Tally
from digest.model.issues import SENDABLE, IssueRecord, IssueState, Slot
from digest.model.users import AuditEntry, Permission
from digest.operations.resuming import release_receivers, require_known_sends, resume_issue, sent_before_restore
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute, row_number
from digest.web.admin.issue_correction import correction_context
from digest.web.admin.issue_paths import find_issue, path_of
from digest.web.page_request import page_number

_PAGE_SIZE = 20
_RECIPIENTS = 200  # of one state on a page
_RUNNING = (*SENDABLE, IssueState.PAUSED)
_WAITING = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.DEFERRED)


class IssueRow(NamedTuple):
    """An issue with its numbers; `clicks` is None where its links are direct, `reason` is in the user's language."""

    record: IssueRecord
    subject: str
    reason: str
    tally: Tally
    left: int
    clicks: int | None

    @property
    def waiting(self) -> int:
        """How many messages were not tried yet, or are tried again."""
        return sum(self.tally[state] for state in _WAITING)

    @property
    def settled(self) -> int:
        """How many messages need nothing more."""
        return self.tally.audience - self.waiting - self.tally[DeliveryState.SENDING]

    @property
    def is_running(self) -> bool:
        """Whether it is being sent, or waits to be."""
        return self.record.state in _RUNNING


def issues_page(console: Console, request: ConsoleRequest) -> Response:
    """The issues that were opened last, and those before them."""
    after_page = row_number(request.query.get("before", ""))
    found = console.app.issues.page(None, after_page, _PAGE_SIZE + 1)
    shown = [one for one in found[:_PAGE_SIZE] if one.state is not IssueState.PLANNED]
    rows = issue_rows(console, request.translator, shown)
    return console.page(
        request,
        "issues.html",
        rows=rows,
        titles=console.site.issue_titles(request.translator),
        is_running=any(one.record.state in SENDABLE for one in rows),
        earlier=str(found[_PAGE_SIZE - 1].id) if len(found) > _PAGE_SIZE else "",
        is_first=after_page is None,
    )


def issue_page(console: Console, request: ConsoleRequest) -> Response:
    """One issue; with `list` in the query the recipients in that state."""
    return show_issue(console, request, find_issue(console, request))


def pause(console: Console, request: ConsoleRequest) -> Response:
    """Stop sending for now."""
    record = find_issue(console, request)
    entry = _entry(console, request, "issue paused", record)
    done = console.app.issues.pause(record.id, "paused by hand", console.site.now, entry)
    return _answer(console, request, record, "paused" if done else "")


def cancel(console: Console, request: ConsoleRequest) -> Response:
    """Stop sending for good."""
    record = find_issue(console, request)
    entry = _entry(console, request, "issue cancelled", record)
    done = console.app.issues.cancel(record.id, console.site.now, entry)
    return _answer(console, request, record, "cancelled" if done else "")


def resume(console: Console, request: ConsoleRequest) -> Response:
    """Go on sending, also at receivers that are paused; the form names how many may get a second message."""
    record = find_issue(console, request)
    if request.value("sent") != str(sent_before_restore(console.app, record)):
        return _answer(console, request, record, "")
    done = resume_issue(console.app, record, request.user.email, _entry(console, request, "issue resumed", record))
    if done:
        release_receivers(console.app)
    return _answer(console, request, record, "resumed" if done else "")


def resend_unknown(console: Console, request: ConsoleRequest) -> Response:
    """Send messages again that the server never confirmed; the form names how many."""
    return _resend(console, request, find_issue(console, request), DeliveryState.UNKNOWN)


def resend_expired(console: Console, request: ConsoleRequest) -> Response:
    """Send messages after all whose time was over; the form names how many."""
    record = find_issue(console, request)
    if not _sends_are_known(console, record):
        return _answer(console, request, record, "")
    return _resend(console, request, record, DeliveryState.EXPIRED)


def _resend(console: Console, request: ConsoleRequest, record: IssueRecord, state: DeliveryState) -> Response:
    """Send messages in a state again, unless there are not as many by now as the user has agreed to."""
    agreed = request.value("number")
    if agreed != str(console.app.tallies.of_issue(record.id)[state]):
        return _answer(console, request, record, "")
    entry, now = _entry(console, request, f"{state} sent again", record), console.app.ledger_clock.now()
    number = console.app.resends.resend(record.id, state, request.user.email, now, entry, most=int(agreed))
    return _answer(console, request, record, "again" if number else "")


def show_issue(
    console: Console, request: ConsoleRequest, record: IssueRecord, status: int = 200, **context: Any
) -> Response:
    """The page of an issue."""
    (row,) = issue_rows(console, request.translator, [record])
    day = Slot(day=record.slot.day)
    base = console.app.settings.web.base_url
    shown: dict[str, Any] = {
        "row": row,
        "titles": console.site.issue_titles(request.translator),
        "path": path_of(record),
        "corrected": f"{record.edition}/{day}" if record.slot != day else "",
        "archive": f"{base}/archive/{record.name}" if base and record.frozen_at and record.slot == day else "",
        "states": [(state, row.tally[state]) for state in DeliveryState],
        "is_next": _is_next(console, record),
        "late_command": _late_command(console, record),
        "may_cancel": record.state in (*_RUNNING, IssueState.HELD),
        "sent_before": sent_before_restore(console.app, record) if record.frozen_at else 0,
        "may_send_expired": _sends_are_known(console, record),
        "is_late": bool(record.deadline and record.deadline <= console.app.ledger_clock.now()),
    }
    shown |= _recipients(console, request, record) | correction_context(console, request, record)
    return console.page(request, "issue.html", status, **{**shown, **context})


def _is_next(console: Console, record: IssueRecord) -> bool:
    """Whether it is held, and the page Next issue shows it, where it can be approved and changed."""
    edition = console.app.settings.find_edition(record.edition)
    return record.state is IssueState.HELD and edition is not None and console.app.coming_slot(edition) == record.slot


def _late_command(console: Console, record: IssueRecord) -> str:
    """The command that sends a held issue for which it is too late to be sent automatically, "" for others."""
    is_late = record.state is IssueState.HELD and not _is_next(console, record)
    is_known = console.app.settings.find_edition(record.edition) is not None
    return f"`{send_command(record.edition, record.slot)} --force`" if is_late and is_known else ""


def issue_rows(console: Console, translator: Translator, records: Sequence[IssueRecord]) -> list[IssueRow]:
    """Issues with their numbers, for a list of them."""
    app, ids = console.app, [one.id for one in records]
    subjects, tallies = app.issue_contents.subjects(ids), app.tallies.of_issues(ids)
    left = app.tallies.departures(ids)
    return [
        IssueRow(
            record=one,
            subject=subjects.get(one.id, ""),
            reason=_translated_reason(one, translator),
            tally=tallies[one.id],
            left=left.get(one.id, 0),
            clicks=app.issue_links.clicks(one.id),
        )
        for one in records
    ]


def _sends_are_known(console: Console, record: IssueRecord) -> bool:
    """Whether messages that the database calls expired were surely not sent, or somebody consented."""
    try:
        require_known_sends(console.app, record)
    except IssueError:
        return False
    return True


def _translated_reason(record: IssueRecord, translator: Translator) -> str:
    return "; ".join(in_language(part, translator) for part in (record.reason or "").split("; "))


def _recipients(console: Console, request: ConsoleRequest, record: IssueRecord) -> dict[str, Any]:
    """The recipients in the state that the query names, as the user may see them."""
    wanted, page = request.query.get("list", ""), request.query.get("page", "")
    if wanted not in set(DeliveryState):
        return {"listed": "", "recipients": []}
    number = page_number(page)
    state, start = DeliveryState(wanted), number * _RECIPIENTS
    found = console.app.recipients.in_state(record.id, state, offset=start, limit=_RECIPIENTS + 1)
    return {
        "listed": state,
        "recipients": [(console.shown_address(request, one.address), one) for one in found[:_RECIPIENTS]],
        "page": number,
        "has_more": len(found) > _RECIPIENTS,
        "sees_replies": request.may(Permission.ADDRESSES),
    }


def _entry(console: Console, request: ConsoleRequest, action: str, record: IssueRecord) -> AuditEntry:
    return console.entry(request, action, record.name, before=str(record.state))


def _answer(console: Console, request: ConsoleRequest, record: IssueRecord, done: str) -> Response:
    """Back to the issue; without `done` the page says that it has changed meanwhile."""
    if done:
        return console.see_other(path_of(record), done=done)
    return show_issue(console, request, find_issue(console, request), 409, done="changed")


_ISSUE, _RELEASE = "/issues/{edition}/{slot}", Permission.RELEASE
ROUTES = (
    ConsoleRoute("GET", "/issues", issues_page),
    ConsoleRoute("GET", _ISSUE, issue_page),
    ConsoleRoute("POST", f"{_ISSUE}/pause", pause, _RELEASE),
    ConsoleRoute("POST", f"{_ISSUE}/resume", resume, _RELEASE),
    ConsoleRoute("POST", f"{_ISSUE}/cancel", cancel, _RELEASE),
    ConsoleRoute("POST", f"{_ISSUE}/resend-unknown", resend_unknown, _RELEASE),
    ConsoleRoute("POST", f"{_ISSUE}/resend-expired", resend_expired, _RELEASE),
)

"""What admins do to one reader: suppress, unsubscribe, ask to confirm again, export and erase."""

from dataclasses import replace

from starlette.responses import Response

from digest.model.readers import Reader, ReaderRecord
from digest.model.subscribers import LeftBy, SubscriberStatus
from digest.model.users import AuditEntry, Permission
from digest.model.web import SignupRequest
from digest.store.access.mail_limits import Asked
from digest.store.subscribers.reader_data import Erasure
from digest.subscribers.preferences import joined_editions
from digest.subscribers.reader_copy import reader_copy
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute
from digest.web.admin.downloads import download
from digest.web.admin.readers.reader import find_record, show_reader
from digest.web.admin.readers.readers import reader_row
from digest.web.signing_up import CONSOLE, NewReader, ask_to_confirm, signup_request

_UNSUPPRESSED = {SubscriberStatus.CONFIRMED: "unsuppressed", SubscriberStatus.PENDING: "unsuppressed-pending", None: ""}
_NOT_ASKED = {Asked.ENOUGH: "enough", Asked.NETWORK_LIMIT: "limit", Asked.PAUSED: "limit"}


def suppress(console: Console, request: ConsoleRequest) -> Response:
    """Send them no more mail."""
    reader = find_record(console, request).reader
    entry = _reader_entry(console, request, "reader suppressed", reader, SubscriberStatus.SUPPRESSED)
    done = console.app.subscribers.suppress(reader.subscriber.email, console.site.now, entry)
    return _back_to_reader(console, request, reader, "suppressed" if done else "")


def unsuppress(console: Console, request: ConsoleRequest) -> Response:
    """Send them mail again."""
    reader = find_record(console, request).reader
    entry = _reader_entry(console, request, "reader unsuppressed", reader, SubscriberStatus.CONFIRMED)
    status = console.app.subscribers.unsuppress(reader.subscriber.email, console.site.now, entry)
    return _back_to_reader(console, request, reader, _UNSUPPRESSED[status])


def unsubscribe(console: Console, request: ConsoleRequest) -> Response:
    """End their subscription; the form names whose decision it is."""
    reader = find_record(console, request).reader
    by = LeftBy.OPERATOR if request.value("by") == LeftBy.OPERATOR else LeftBy.READER
    entry = _reader_entry(
        console, request, "reader unsubscribed", reader, f"{SubscriberStatus.UNSUBSCRIBED} by the {by}"
    )
    done = console.app.subscribers.remove(reader.subscriber.email, by, console.site.now, entry)
    return _back_to_reader(console, request, reader, "unsubscribed" if done else "")


def ask_again(console: Console, request: ConsoleRequest) -> Response:
    """Send another confirmation to a reader who has not pressed the button of the last one."""
    record = find_record(console, request)
    reader = record.reader
    if reader.subscriber.status is not SubscriberStatus.PENDING or not console.site.pages.base_url:
        return _back_to_reader(console, request, reader, "")
    translator = console.site.translator(_reader_language(console, reader))
    entry = _reader_entry(console, request, "reader asked to confirm", reader)
    outcome = ask_to_confirm(console.site, _signup(console, request, record), translator, entry)
    if outcome in _NOT_ASKED:
        return show_reader(console, request, _NOT_ASKED[outcome], 429)
    return _back_to_reader(console, request, reader, "asked")


def export(console: Console, request: ConsoleRequest) -> Response:
    """A file with everything that is stored about them."""
    reader = find_record(console, request).reader
    found = console.app.reader_data.export(reader.subscriber.email)
    if found is None:  # erased at this moment
        return _back_to_reader(console, request, reader, "")
    console.app.audit.record(_reader_entry(console, request, "reader's data exported", reader))
    return download(reader_copy(found), "application/json", f"reader-{reader.id}.json")


def erase_page(console: Console, request: ConsoleRequest, status: int = 200) -> Response:
    """What erasing does, and a button."""
    record = find_record(console, request)
    row = reader_row(console, request, record.reader)
    return console.page(request, "reader_erase.html", status, row=row, is_in_flight=status == 409)


def erase(console: Console, request: ConsoleRequest) -> Response:
    """Erase them, unless a message to them is being sent."""
    reader = find_record(console, request).reader
    data, email = console.app.reader_data, reader.subscriber.email
    data.cancel(email, console.site.now)
    entry = console.entry(request, "reader erased")  # nothing names the reader
    if data.erase(email, console.site.now, entry) is Erasure.IN_FLIGHT:
        return erase_page(console, request, 409)
    return console.see_other("/readers", done="erased")


def _signup(console: Console, request: ConsoleRequest, record: ReaderRecord) -> SignupRequest:
    """The request of their last sign-up once more, with what they agreed to then.

    A choice of none, as a list may have it, means the same as before.
    """
    last = next((one for one, _state in record.signups), None)
    reader = record.reader
    again = NewReader(
        address=reader.subscriber.email,
        client=request.client,
        origin=CONSOLE,
        language=_reader_language(console, reader),
        editions=reader.subscriber.editions,
        consents=last.consents if last else (),
        consented_at=(last.consented_at or last.asked_at) if last and last.consents else None,
    )
    wanted = signup_request(console.site, again)
    if reader.subscriber.editions:
        return wanted
    language, languages = reader.subscriber.language, console.site.edition_languages
    return replace(wanted, editions=joined_editions((), language, (), again.language, languages))


def _reader_language(console: Console, reader: Reader) -> str:
    return reader.subscriber.language or console.app.settings.portal.languages[0]


def _reader_entry(
    console: Console, request: ConsoleRequest, action: str, reader: Reader, after: str | None = None
) -> AuditEntry:
    before = None if after is None else str(reader.subscriber.status)
    return console.entry(request, action, before=before, after=after, reader_id=reader.id)


def _back_to_reader(console: Console, request: ConsoleRequest, reader: Reader, done: str) -> Response:
    """Back to the reader; without `done` the page says that they have changed meanwhile."""
    if done:
        return console.see_other(f"/readers/{reader.id}", done=done)
    return show_reader(console, request, "changed", 409)


_READER, _ADMINS = "/readers/{reader}", Permission.READERS
ROUTES = (
    ConsoleRoute("POST", f"{_READER}/suppress", suppress, _ADMINS),
    ConsoleRoute("POST", f"{_READER}/unsuppress", unsuppress, _ADMINS),
    ConsoleRoute("POST", f"{_READER}/unsubscribe", unsubscribe, _ADMINS),
    ConsoleRoute("POST", f"{_READER}/ask", ask_again, _ADMINS),
    ConsoleRoute("POST", f"{_READER}/export", export, _ADMINS),
    ConsoleRoute("GET", f"{_READER}/erase", erase_page, _ADMINS),
    ConsoleRoute("POST", f"{_READER}/erase", erase, _ADMINS),
)

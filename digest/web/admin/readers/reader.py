"""The page of one reader, by the id of their row: what they chose, how they agreed, and what became of their mail."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.model.readers import ReaderRecord
from digest.model.users import Permission
from digest.store.subscribers.reader_record import LATEST
from digest.subscribers.preferences import known_zones, pause_of
from digest.web.admin.audit_actions import action_name
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute, row_number
from digest.web.admin.readers.readers import reader_row
from digest.web.time_zones import city_of


def reader_page(console: Console, request: ConsoleRequest) -> Response:
    """One reader."""
    return show_reader(console, request, request.query.get("done", ""))


def show_reader(console: Console, request: ConsoleRequest, done: str, status: int = 200) -> Response:
    """The page of the reader in the address, with what was done."""
    record = find_record(console, request)
    zone = record.reader.subscriber.timezone
    return console.page(
        request,
        "reader.html",
        status,
        record=record,
        row=reader_row(console, request, record.reader),
        former=[(console.shown_address(request, address), at) for address, at in record.former_addresses],
        actions=[(one, action_name(one.action, request.translator)) for one in record.audit],
        editions=console.site.edition_names(),
        issue_titles=console.site.issue_titles(request.translator),
        paused_until=pause_of(record.reader.subscriber, console.site.today.day),
        city=city_of(zone, request.translator.language) if zone in known_zones() else zone,
        latest=LATEST,
        sees_replies=request.may(Permission.ADDRESSES),
        done=done,
    )


def find_record(console: Console, request: ConsoleRequest) -> ReaderRecord:
    """The reader in the address; raises HTTPException 404 without one."""
    number = row_number(request.parameters["reader"])
    record = None if number is None else console.app.readers.record(number)
    if record is None:
        raise HTTPException(404)
    return record


ROUTES = (ConsoleRoute("GET", "/readers/{reader}", reader_page),)

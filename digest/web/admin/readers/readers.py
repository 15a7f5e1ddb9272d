"""The page Readers: their number, how it grew, and a list with filters and a search by address."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from starlette.responses import Response

from digest.model.readers import Growth, Reader, ReaderFilter
from digest.model.subscribers import SubscriberStatus
from digest.model.users import Permission
from digest.parsing.addresses import typed_address, with_ascii_domain
from digest.web.admin.charts import Chart, bar_chart, day_value
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute
from digest.web.admin.downloads import csv_file, subscribers_file
from digest.web.page_request import page_number

_PAGE_SIZE = 50
_WEEKS = 26
_MOST_COUNTED = 1000  # readers that are found: more of them takes long to count
_LONGEST_SEARCH = 254  # letters of an address (RFC 5321, 4.5.3.1.3)
_SHOWN = ("readers", "new", "left")  # as charts


class ReaderRow(NamedTuple):
    """A reader in the list, with the address and the name as the user may see them."""

    address: str
    name: str
    reader: Reader


def readers_page(console: Console, request: ConsoleRequest) -> Response:
    """The numbers, and the readers of a status or an edition."""
    return _show_page(console, request, request.query)


def search(console: Console, request: ConsoleRequest) -> Response:
    """The readers with a part of an address, which is sent in a form, because servers log the addresses of pages."""
    wanted = {name: request.value(name) for name in ("text", "status", "edition", "page")}
    if wanted["text"]:
        return _show_page(console, request, wanted)
    return console.see_other("/readers", status=wanted["status"], edition=wanted["edition"])


def growth_csv(console: Console, request: ConsoleRequest) -> Response:
    """The readers of each week as CSV."""
    rows = ((one.start.date(), one.new, one.left, one.readers) for one in _growth(console))
    return csv_file("readers-by-week.csv", ("week", "new", "left", "readers"), rows, request.translator)


def export(console: Console, request: ConsoleRequest) -> Response:
    """All readers as CSV, which both imports read; sent while it is read from the database."""
    console.app.audit.record(console.entry(request, "readers exported"))
    return subscribers_file("readers.csv", console.app.subscribers.list(), request.translator)


def reader_row(console: Console, request: ConsoleRequest, reader: Reader) -> ReaderRow:
    """A reader as the user may see them."""
    name = reader.subscriber.name or ""
    return ReaderRow(
        address=console.shown_address(request, reader.subscriber.email),
        name=name if request.may(Permission.ADDRESSES) else "",
        reader=reader,
    )


def _show_page(console: Console, request: ConsoleRequest, wanted: Mapping[str, str]) -> Response:
    number = page_number(wanted.get("page", ""))
    chosen = _filter(console, request, wanted)
    found = console.app.readers.page(chosen, number * _PAGE_SIZE, _PAGE_SIZE + 1)
    is_overview = not (number or chosen.text or chosen.status or chosen.audience)
    counts = console.app.readers.counts()
    return console.page(
        request,
        "readers.html",
        counts=counts,
        total=sum(counts.values()),
        rows=[reader_row(console, request, one) for one in found[:_PAGE_SIZE]],
        matches=console.app.readers.count(chosen, _MOST_COUNTED) if chosen.text or chosen.audience else None,
        most_counted=_MOST_COUNTED,
        number=number,
        has_more=len(found) > _PAGE_SIZE,
        editions=console.site.edition_names(),
        chosen={
            "text": _typed(wanted),
            "status": chosen.status or "",
            "edition": chosen.audience.edition if chosen.audience else "",
        },
        **(_charts(console, request) if is_overview else {"growth": [], "charts": {}}),
    )


def _charts(console: Console, request: ConsoleRequest) -> dict[str, Any]:
    growth = _growth(console)
    return {"growth": growth, "charts": {name: _chart(request, growth, name) for name in _SHOWN}}


def _chart(request: ConsoleRequest, growth: Sequence[Growth], name: str) -> Chart:
    return bar_chart([day_value(one.start.date(), getattr(one, name), request.translator) for one in growth])


def _growth(console: Console) -> list[Growth]:
    return console.app.readers.growth(_weeks(console))


def _weeks(console: Console) -> list[datetime]:
    """The starts of the last weeks, on Mondays in the portal's zone; the last one is not over."""
    today = console.site.today.day
    monday = today - timedelta(days=today.weekday())
    days = (monday - timedelta(weeks=back) for back in reversed(range(_WEEKS)))
    return [datetime.combine(day, time(), console.app.zone) for day in days]


def _filter(console: Console, request: ConsoleRequest, wanted: Mapping[str, str]) -> ReaderFilter:
    """What the form or the address wants; what does not exist counts for nothing."""
    status, edition = wanted.get("status", ""), wanted.get("edition", "")
    own = next((one for one in console.app.settings.editions if one.name == edition), None)
    return ReaderFilter(
        status=SubscriberStatus(status) if status in set(SubscriberStatus) else None,
        audience=None if own is None else console.app.audience(own, console.site.today),
        text=_sought(_typed(wanted)),
        masked=not request.may(Permission.ADDRESSES),
    )


def _typed(wanted: Mapping[str, str]) -> str:
    return wanted.get("text", "")[:_LONGEST_SEARCH]


def _sought(typed: str) -> str:
    """What is searched for: an address, or its domain, in the form that is stored."""
    return with_ascii_domain(f"@{typed_address(typed)}")[1:]


ROUTES = (
    ConsoleRoute("GET", "/readers", readers_page),
    ConsoleRoute("POST", "/readers/search", search),
    ConsoleRoute("GET", "/readers/growth.csv", growth_csv),
    ConsoleRoute("POST", "/readers/export", export, Permission.READERS),
)

"""The audit log: with filters, in pages, and as a file."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from starlette.responses import Response

from digest.model.users import AuditEntry, AuditFilter
from digest.web.admin.audit_actions import action_name, subject_name, value_name
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute, row_number
from digest.web.admin.downloads import csv_file, download

_PAGE_SIZE = 50
_FIELDS = ("at", "by", "action", "subject", "reader", "before", "after")


def audit_page(console: Console, request: ConsoleRequest) -> Response:
    """The log, the latest first."""
    wanted = _filter(console, request)
    after_page = row_number(request.query.get("before", ""))
    found = console.app.audit.page(wanted, after_page, _PAGE_SIZE + 1)
    people, actions = console.app.audit.choices()
    return console.page(
        request,
        "audit.html",
        entries=[_named(console, request, one) for one in found[:_PAGE_SIZE]],
        people=people,
        actions=[(one, action_name(one, request.translator)) for one in actions],
        chosen={name: request.query.get(name, "") for name in ("by", "action", "since", "until")},
        earlier=str(found[_PAGE_SIZE - 1].id) if len(found) > _PAGE_SIZE else "",
        is_first=after_page is None,
    )


def audit_csv(console: Console, request: ConsoleRequest) -> Response:
    """The chosen entries as CSV."""
    rows = ([row[name] for name in _FIELDS] for row in _exported(console, request))
    return csv_file("audit.csv", _FIELDS, rows, request.translator)


def audit_json(console: Console, request: ConsoleRequest) -> Response:
    """The chosen entries as JSON."""
    text = json.dumps(_exported(console, request), ensure_ascii=False, indent=2)
    return download(text, "application/json", "audit.json")


def _exported(console: Console, request: ConsoleRequest) -> list[dict[str, Any]]:
    entries = console.app.audit.export(_filter(console, request))
    return [{**_shown(console, request, one), "at": one.at.isoformat()} for one in entries]


def _named(console: Console, request: ConsoleRequest, entry: AuditEntry) -> dict[str, Any]:
    translator = request.translator
    values = {name: value_name(entry.action, getattr(entry, name), translator) for name in ("before", "after")}
    names = {"name": action_name(entry.action, translator), "subject": subject_name(entry.subject, translator)}
    return {**_shown(console, request, entry), **values, **names}


def _shown(console: Console, request: ConsoleRequest, entry: AuditEntry) -> dict[str, Any]:
    shown: dict[str, Any] = {name: getattr(entry, name) for name in _FIELDS}
    if entry.reader is not None:
        shown["reader"] = console.shown_address(request, entry.reader)
    return shown


def _filter(console: Console, request: ConsoleRequest) -> AuditFilter:
    last_day = _day(request.query, "until")
    return AuditFilter(
        by=request.query.get("by", ""),
        action=request.query.get("action", ""),
        since=_start(console, _day(request.query, "since")),
        until=_start(console, last_day + timedelta(days=1) if last_day else None),
    )


def _day(query: Mapping[str, str], name: str) -> date | None:
    try:
        found = date.fromisoformat(query.get(name, ""))
    except ValueError:
        return None
    return found if 1970 <= found.year < 9000 else None


def _start(console: Console, day: date | None) -> datetime | None:
    return datetime.combine(day, time(), console.app.zone) if day else None


ROUTES = (
    ConsoleRoute("GET", "/people/audit", audit_page),
    ConsoleRoute("GET", "/people/audit.csv", audit_csv),
    ConsoleRoute("GET", "/people/audit.json", audit_json),
)

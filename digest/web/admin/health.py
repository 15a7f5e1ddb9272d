"""The page Health: what needs attention, the checks, when the processes last ran, and what the database holds."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from digest.diagnostics.alerts.alerts import alert_heading
from digest.diagnostics.daily_checks import check_installation, report_results
from digest.diagnostics.installation.sources import visit_sources
from digest.diagnostics.phrases.alert_phrases import in_language, with_language
from digest.diagnostics.probes import check_context
from digest.diagnostics.readable_size import size_in_language
from digest.diagnostics.results import NamedResult
from digest.diagnostics.runner import Once, by_severity
from digest.errors import StoreError
from digest.i18n import Translator
from digest.model.storage import StorageSize
from digest.model.users import Permission
from digest.store.upkeep.beats import RETENTION, RUN
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute

_SOURCES = "sources"  # the check that the daily checks leave out
_log = logging.getLogger(__name__)


def health_page(console: Console, request: ConsoleRequest) -> Response:
    """The page, with the results of the last run of the checks."""
    since = console.check_runs.started_at  # before the results: a run may end in between
    last, translator = console.check_runs.last, request.translator
    now = console.site.now
    beats = {name: min(seen, now) for name, seen in console.app.measurements.read(now).beats.items()}
    return console.page(
        request,
        "health.html",
        all_alerts=[
            (alert_heading(one.kind, translator), one, in_language(one.message, translator))
            for one in console.app.alerts.open()
        ],
        checking_since=since,
        checked=last,
        results=[_shown(one, translator) for one in by_severity(last.results or ())] if last else [],
        processes=[(name, beats.get(process)) for process, name in _processes(translator).items()],
        storage=_storage(console.app.storage.size(now), translator),
    )


def start_checks(console: Console, request: ConsoleRequest) -> Response:
    """Run the checks in the background, as `digest check` does; the page shows the results."""
    if console.check_runs.start(lambda: _check(console), console.site.now):
        console.app.audit.record(console.entry(request, "checks run"))
    return console.see_other("/health")


def _check(console: Console) -> Sequence[NamedResult]:
    """The results of all checks; the alerts about them are brought up to date, as the daily checks do."""
    app = console.app
    context = check_context(app.settings, app.clock, lambda: app)
    results = check_installation(replace(context, visit_sources=Once(lambda: visit_sources(app))))
    try:
        report_results(app, [one for one in results if one.check != _SOURCES])
    except StoreError as error:
        _log.error("the results of the checks could not be stored: %s", error)
    return results


def _processes(translator: Translator) -> dict[str, str]:
    _ = translator.gettext
    return {RUN: _("Collecting and sending"), RETENTION: _("Deleting what is too old")}


def _shown(one: NamedResult, translator: Translator) -> dict[str, Any]:
    """A result as the page shows it; what no phrase knows is in English."""
    found = one.result
    message, fix = (with_language(text, translator) for text in (found.message, found.fix))
    return {"check": one.check, "level": found.level.value, "message": message, "fix": fix}


def _storage(size: StorageSize, translator: Translator) -> dict[str, Any]:
    """What `digest status --storage` prints; names of families in the language of the page."""
    _ = translator.gettext
    names = {
        "readings": _("readings of counters"),
        "articles": _("articles"),
        "issues": _("issues"),
        "deliveries": _("deliveries"),
        "returned mail": _("returned mail"),
        "readers": _("readers"),
        "pictures": _("pictures"),
        "other": _("other"),
    }
    return {
        "size": size_in_language(size.bytes, translator),
        "free": size_in_language(size.free, translator) if size.free else None,
        "counted_at": size.counted_at,
        "families": [
            (
                names.get(one.name, one.name),
                one.rows,
                "–" if one.bytes is None else size_in_language(one.bytes, translator),
            )
            for one in (size.families if size.counted_at else ())
        ],
    }


ROUTES = (
    ConsoleRoute("GET", "/health", health_page),
    ConsoleRoute("POST", "/health/check", start_checks, Permission.EDIT),
)

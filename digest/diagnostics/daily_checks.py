"""The checks in `digest run`: a failing one is logged, and opens an alert that ends once it is right."""

import logging
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import groupby

from digest.app import App
from digest.diagnostics.context import CheckContext
from digest.diagnostics.phrases.alert_phrases import with_number_of_others
from digest.diagnostics.results import CheckResult, Level, NamedResult
from digest.errors import StoreError
from digest.model.receivers import AlertKind
from digest.store.upkeep.beats import RUN

_log = logging.getLogger(__name__)

_MAILBOX = "bounces"  # the check that can read the mailbox of `[bounces]`, and not tell whether messages can be moved


def start_checks(make_context: Callable[[], CheckContext]) -> None:
    """Run all checks in the background; nothing waits for them."""
    threading.Thread(target=_check_and_report, args=(make_context,), name="checks", daemon=True).start()


def check_installation(context: CheckContext) -> Sequence[NamedResult]:
    """The results of all checks; they and the libraries that only they need, 8 MB, are loaded now."""
    results: Sequence[NamedResult] = import_module("digest.diagnostics.catalogue").check_all(context)
    return results


def report_results(app: App, results: Sequence[NamedResult]) -> None:
    """Log failures and urgent warnings, open alerts about them, and close those of checks that are right."""
    for name, group in groupby(results, key=lambda one: one.check):
        of_check = [one.result for one in group]
        failed = [one for one in of_check if one.level is Level.FAIL]
        urgent = [one for one in of_check if one.is_urgent]
        for one in failed:
            _log.error("check %s: %s%s", name, one.message, f"; {one.fix}" if one.fix else "")
        for one in urgent:
            _log.warning("check %s: %s; %s", name, one.message, one.fix)
        is_known = all(one.level is not Level.CANNOT_TELL for one in of_check)
        may_clear = is_known and not _is_closed_by_reading(app, name, of_check)
        _open_or_clear(app, AlertKind.CHECK_FAILS, name, [one.message for one in failed], may_clear=may_clear)
        warned = [f"check {name}: {one.message}" for one in urgent]
        _open_or_clear(app, AlertKind.CHECK_WARNS, name, warned, may_clear=is_known and not failed)


def _is_closed_by_reading(app: App, name: str, results: Sequence[CheckResult]) -> bool:
    """Whether a `digest run` reads the mailbox that the check found right: it closes the alert once it has done so."""
    is_right = name == _MAILBOX and all(one.level is Level.OK for one in results)
    return is_right and app.beats.is_alive(RUN, app.clock.now())


def _open_or_clear(app: App, kind: AlertKind, name: str, messages: Sequence[str], *, may_clear: bool) -> None:
    if messages:
        app.alerts.report(kind, name, with_number_of_others(messages), app.clock.now())
    elif may_clear:
        app.alerts.clear(kind, [name], app.clock.now())


def _check_and_report(make_context: Callable[[], CheckContext]) -> None:
    context = make_context()
    results = check_installation(context)
    if context.clock.wait(0):
        return  # the process is ending
    try:
        report_results(context.open_app(), results)
    except StoreError as error:
        _log.error("the results of the checks could not be stored: %s", error)

"""This machine's clock, compared with the database server's, the Date of the portal's web server, and its own past."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from digest.diagnostics.context import CheckContext
from digest.diagnostics.http_probe import HttpAnswer, Unreachable
from digest.diagnostics.results import CannotTellError, CheckResult, Level, cannot_tell, fail, ok, warn
from digest.errors import StoreError
from digest.model.receivers import AlertKind
from digest.operations.clock_guard import CONFIRMATION, ClockGap, confirm_time, find_gap, moment_of

_WRONG, _DOUBTFUL = timedelta(minutes=5), timedelta(seconds=30)
_REMEDY = "synchronise the clock, for example with chrony or systemd-timesyncd"


def check_clock(context: CheckContext) -> Iterator[CheckResult]:
    """The difference to another clock, and to the time that was believed last."""
    try:
        yield compared(context)
    except CannotTellError as error:
        yield cannot_tell(str(error), error.fix)
    gap = _gap(context)
    if gap is not None:
        yield fail(gap.message, CONFIRMATION)


def compared(context: CheckContext) -> CheckResult:
    """The difference to the database server's clock, and to that of the portal where the database's agrees.

    A database on the same machine has the same clock. Raises CannotTellError.
    """
    other = _database_time(context)
    if other is None:
        return _compared_with_web(context)
    by_database = judged(context.clock.now() - other, "the database server")
    if by_database.level is not Level.OK:
        return by_database
    try:
        by_web = _compared_with_web(context)
    except CannotTellError:
        return by_database
    return by_database if by_web.level is Level.OK else by_web


def confirm_clock(context: CheckContext) -> CheckResult | None:
    """Believe the clock from now on, as after a long standstill; the result of another clock that contradicts it.

    Raises DigestError.
    """
    with suppress(CannotTellError):
        found = compared(context)
        if found.level is Level.FAIL:
            return found
    app = context.open_app()
    confirm_time(app, moment_of(app))
    app.alerts.clear(AlertKind.CHECK_FAILS, ["clock"], context.clock.now())
    return None


def judged(ahead: timedelta, other: str) -> CheckResult:
    """The result for a clock that is `ahead` of the other one (negative: behind)."""
    seconds = abs(ahead).total_seconds()
    if abs(ahead) <= timedelta(seconds=2):  # an HTTP date has whole seconds
        return ok(f"it agrees with that of {other}")
    message = f"it is {seconds:.0f} s {'ahead of' if ahead > timedelta() else 'behind'} that of {other}"
    if abs(ahead) >= _WRONG:
        return fail(message, _REMEDY)
    return warn(message, _REMEDY, is_urgent=True) if abs(ahead) >= _DOUBTFUL else ok(message)


def date_of(answer: HttpAnswer) -> datetime | None:
    """The time at which a server sent its answer, also where a cache kept it (RFC 9111, 5.1); None without one."""
    try:
        moment = parsedate_to_datetime(answer.headers.get("date", ""))
        age = timedelta(seconds=int(answer.headers.get("age", "0")))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) + age


def _gap(context: CheckContext) -> ClockGap | None:
    try:
        app = context.app
        return find_gap(app, moment_of(app))
    except (StoreError, CannotTellError):
        return None  # the check `database` says why


def _database_time(context: CheckContext) -> datetime | None:
    try:
        return context.app.database_health.server_time()
    except (StoreError, CannotTellError):
        return None


def _compared_with_web(context: CheckContext) -> CheckResult:
    url = context.settings.portal.url
    answer = context.ask("HEAD", url)
    if isinstance(answer, Unreachable):
        raise CannotTellError(f"no clock to compare it with: {url} cannot be reached ({answer.reason})")
    moment = date_of(answer)
    if moment is None:
        raise CannotTellError(f"no clock to compare it with: {url} sends no Date")
    return judged(context.clock.now() - moment, url)

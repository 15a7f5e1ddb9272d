"""This machine's clock, compared with the database server's, or with the Date of the portal's web server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from digest.diagnostics.context import CheckContext
from digest.diagnostics.http_probe import HttpAnswer, Unreachable
from digest.diagnostics.results import CannotTellError, CheckResult, cannot_tell, fail, ok, warn
from digest.errors import StoreError

_WRONG, _DOUBTFUL = timedelta(minutes=5), timedelta(seconds=30)
_REMEDY = "synchronise the clock, for example with chrony or systemd-timesyncd"


def check_clock(context: CheckContext) -> Iterator[CheckResult]:
    """The difference to another clock."""
    try:
        other, moment = _database_time(context) or _web_time(context)
    except CannotTellError as error:
        yield cannot_tell(str(error), error.fix)
        return
    yield judged(context.clock.now() - moment, other)


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


def _database_time(context: CheckContext) -> tuple[str, datetime] | None:
    try:
        moment = context.app.database_health.server_time()
    except (StoreError, CannotTellError):
        return None
    return None if moment is None else ("the database server", moment)


def _web_time(context: CheckContext) -> tuple[str, datetime]:
    url = context.settings.portal.url
    answer = context.ask("HEAD", url)
    if isinstance(answer, Unreachable):
        raise CannotTellError(f"no clock to compare it with: {url} cannot be reached ({answer.reason})")
    moment = date_of(answer)
    if moment is None:
        raise CannotTellError(f"no clock to compare it with: {url} sends no Date")
    return url, moment

"""The log of what is repeated: changes are logged at their level, and failures that last once an hour."""

import logging
import math
from collections.abc import Mapping

from digest.errors import DigestError
from digest.model.articles import SourceReport
from digest.model.quantities import counted
from digest.protocols import Clock

_AGAIN = 59 * 60.0  # seconds: what a job of every hour fails with is logged each time

_log = logging.getLogger(__name__)


class ChangeLog:
    """Logs what changed about a subject; a line that repeats the subject's last one is logged at level debug."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._logged: dict[str, tuple[str, float]] = {}
        self._shared: dict[str, float] = {}  # when a line of several jobs was logged

    def log(self, level: int, subject: str, text: str, *, error: BaseException | None = None, **fields: object) -> None:
        """Log the line, with the traceback of an unexpected error, and the fields of a JSON log."""
        self._log_change(level, subject, text, error, math.inf, fields)

    def log_failure(self, subject: str, failed: str, error: Exception, **fields: object) -> None:
        """Log what failed, and why: a known error in one line, an unexpected one by its type and traceback."""
        unexpected = None if isinstance(error, DigestError) else error
        reason = str(error) if unexpected is None else f"unexpected error ({type(error).__name__})"
        self._log_change(logging.ERROR, subject, f"{failed}: {reason}", unexpected, _AGAIN, fields)

    def log_job(self, job: str, error: Exception) -> None:
        """Log what ended a job, which runs again at its next time; a known error of several jobs is logged once."""
        unexpected = None if isinstance(error, DigestError) else error
        continues = f"unexpected error in a job ({type(error).__name__}); the scheduler continues"
        text = str(error) if unexpected is None else continues
        self._log_change(logging.ERROR, job, text, unexpected, _AGAIN, {}, is_shared=unexpected is None)

    def forget(self, subject: str) -> None:
        """Log the subject's next line at its level, even if it repeats the last one, or that of another job."""
        line, _moment = self._logged.pop(subject, ("", 0.0))
        self._shared.pop(line, None)

    def log_source(self, report: SourceReport) -> None:
        """Log one source's visit."""
        if report.error is not None:
            failed = f"source {report.source} failed: {report.error}"
            self.log(logging.WARNING, report.source, failed, source=report.source)
            return
        notes = "".join(f"; {note}" for note in report.visit.notes)
        count = len(report.visit.sightings)
        items = "unchanged" if report.visit.unchanged else counted(count, "item")
        level = logging.DEBUG if report.visit.unchanged else logging.INFO
        self.log(level, report.source, f"source {report.source}: {items}{notes}", source=report.source, items=count)

    def _log_change(
        self,
        level: int,
        subject: str,
        text: str,
        error: BaseException | None,
        again: float,
        fields: Mapping[str, object],
        *,
        is_shared: bool = False,
    ) -> None:
        """Log the line at its level if it is new, or was logged so `again` seconds ago; if shared, by any subject."""
        now, line = self._clock.elapsed(), f"{text} {error}"  # the text names only the type of an unexpected error
        last, moment = self._logged.get(subject, ("", -math.inf))
        if last != line:
            self.forget(subject)
            moment = -math.inf
        if is_shared:
            moment = max(moment, self._shared.get(line, -math.inf))
        is_repeated = now - moment < again
        moment = moment if is_repeated else now
        self._logged[subject] = (line, moment)
        if is_shared:
            self._shared[line] = moment
        _log.log(logging.DEBUG if is_repeated else level, "%s", text, exc_info=error, extra=fields)

"""The log of what is repeated: only changes are logged at their level."""

import logging

from digest.model.articles import SourceReport

_log = logging.getLogger(__name__)


class ChangeLog:
    """Logs what changed about a subject; a line that repeats the subject's last one is logged at level debug."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}

    def log(self, level: int, subject: str, text: str, *, error: BaseException | None = None, **fields: object) -> None:
        """Log the line, with the traceback of an unexpected error, and the fields of a JSON log."""
        said = f"{text} {error}"  # the text names only the type of an unexpected error
        repeated = self._last.get(subject) == said
        self._last[subject] = said
        _log.log(logging.DEBUG if repeated else level, "%s", text, exc_info=error, extra=fields)

    def forget(self, subject: str) -> None:
        """Log the subject's next line at its level in any case."""
        self._last.pop(subject, None)

    def log_source(self, report: SourceReport) -> None:
        """Log one source's visit."""
        if report.error is not None:
            failed = f"source {report.source} failed: {report.error}"
            self.log(logging.WARNING, report.source, failed, source=report.source)
            return
        notes = "".join(f"; {note}" for note in report.visit.notes)
        count = len(report.visit.sightings)
        items = "unchanged" if report.visit.unchanged else "1 item" if count == 1 else f"{count} items"
        level = logging.DEBUG if report.visit.unchanged else logging.INFO
        self.log(level, report.source, f"source {report.source}: {items}{notes}", source=report.source, items=count)

"""Conditional requests that last as long as the settings of their source, and at most six hours.

After a change of a selector or a zone the document must be read again, although its server says that it is unchanged.
Some servers say so of a document that has changed, so an issue is made of what was read whole just before.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel

from digest.model.articles import Validators, Visit, Window
from digest.protocols import Source
from digest.version import __version__

_SECONDS = 6 * 3_600
_SECONDS_OF_ISSUE = 900  # several editions at one hour, or one that is held, ask once


class ConditionalSource:
    """The source `inside`, whose validators are marked with what it depends on: the fragment of their URL is free."""

    def __init__(self, inside: Source, *, mark: str) -> None:
        self._inside = inside
        self._mark = mark

    @property
    def name(self) -> str:
        """The name in the configuration."""
        return self._inside.name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """Visit the source with the validators of the same mark; raises SourceError.

        A window that is over is that of an issue whose hour has come.
        """
        sent, read_at = self._own(validators)
        longest = _SECONDS_OF_ISSUE if window.end <= taken_at else _SECONDS
        if abs(taken_at.timestamp() - read_at) >= longest:
            sent = None
        visit = self._inside.visit(window, taken_at, sent)
        if visit.validators is None:
            return visit
        mark = f"{self._mark}@{read_at if visit.unchanged else int(taken_at.timestamp())}"
        return replace(visit, validators=replace(visit.validators, url=f"{visit.validators.url}#{mark}"))

    def _own(self, validators: Validators | None) -> tuple[Validators | None, int]:
        """The validators of this mark, and when the document was read whole, in seconds since 1970."""
        url, _, rest = validators.url.partition("#") if validators else ("", "", "")
        mark, _, read_at = rest.partition("@")
        if validators is None or mark != self._mark or not read_at.isdecimal():
            return None, 0
        return replace(validators, url=url), int(read_at)


def settings_mark(settings: BaseModel, *others: str) -> str:
    """A short text that changes with the settings of a source, with `others`, and with the version of Digest."""
    parts = "\0".join((__version__, settings.model_dump_json(exclude={"expect"}), *others))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]

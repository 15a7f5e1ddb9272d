"""Conditional requests that last as long as the settings of their source.

After a change of a selector or a zone the document must be read again, although its server says that it is unchanged.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel

from digest.model.articles import Validators, Visit, Window
from digest.protocols import Source
from digest.version import __version__


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
        """Visit the source with the validators of the same mark; raises SourceError."""
        visit = self._inside.visit(window, taken_at, self._own(validators))
        if visit.validators is None:
            return visit
        return replace(visit, validators=replace(visit.validators, url=f"{visit.validators.url}#{self._mark}"))

    def _own(self, validators: Validators | None) -> Validators | None:
        url, _, mark = validators.url.partition("#") if validators else ("", "", "")
        return replace(validators, url=url) if validators and mark == self._mark else None


def settings_mark(settings: BaseModel, *others: str) -> str:
    """A short text that changes with the settings of a source, with `others`, and with the version of Digest."""
    parts = "\0".join((__version__, settings.model_dump_json(exclude={"expect"}), *others))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]

"""The tokens of the API, what each may do, and imports that run in the background."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from digest.model.subscribers import SubscriberStatus

AUTHOR = "API token "  # before the name of a token that made a change: no person did


class Scope(StrEnum):
    """What a token may do: sign readers up, read everything, or read and change everything."""

    SUBSCRIBE = "subscribe"
    READ = "read"
    MANAGE = "manage"


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiToken:
    """A token as it is stored, without its secret."""

    id: int
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    revoked_at: datetime | None

    def may(self, scope: Scope) -> bool:
        """Whether it has that scope; `manage` includes the others."""
        return scope in self.scopes or Scope.MANAGE in self.scopes


class ImportState(StrEnum):
    """The state of an import; `running` also while it waits for its turn."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadedList:
    """A list that a user or a program uploaded: what rows without an edition or a status get, and what is known of it.

    `confirm`: whether its readers are asked by mail first. `result` is `ImportResult.as_json()`, the `ignored` columns,
    how many are `asked_to_confirm`, and the id of the `draft` that an import began with.
    """

    by: str
    editions: tuple[str, ...] = ()
    status: SubscriberStatus | None = None
    confirm: bool = False
    result: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportDraft(UploadedList):
    """A list that was not imported yet; its `result` is what would happen."""

    id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportJob(UploadedList):
    """An import; its `result` is what was done so far.

    `lines`: those of the list; `content` is None once the import has ended.
    """

    id: int
    state: ImportState
    lines: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None
    content: bytes | None = field(default=None, repr=False)

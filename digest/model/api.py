"""The tokens of the API, and what each may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    revoked_at: datetime | None = None

    def may(self, scope: Scope) -> bool:
        """Whether it has that scope; `manage` includes the others."""
        return scope in self.scopes or Scope.MANAGE in self.scopes

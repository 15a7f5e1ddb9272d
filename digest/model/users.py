"""The people who use the console, what each may do, and the log of what they did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Permission(StrEnum):
    """What a user may do beyond looking at pages."""

    EDIT = "edit"  # what an issue contains
    RELEASE = "release"  # whether and when it is sent
    ADDRESSES = "addresses"  # see the addresses of readers, which are masked for others
    READERS = "readers"  # add, import, export, suppress and erase readers
    USERS = "users"  # roles, sessions and sign-in of users


class UserRole(StrEnum):
    """A set of permissions that a user has."""

    ADMIN = "admin"
    EDITOR = "editor"
    VIEWER = "viewer"


PERMISSIONS: Mapping[UserRole, frozenset[Permission]] = {
    UserRole.ADMIN: frozenset(Permission),
    UserRole.EDITOR: frozenset({Permission.EDIT, Permission.RELEASE, Permission.ADDRESSES}),
    UserRole.VIEWER: frozenset(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A user of the console without their secrets; `language` is None until they choose one."""

    id: int
    email: str
    role: UserRole
    created_at: datetime
    disabled_at: datetime | None
    signed_in_at: datetime | None
    has_password: bool
    has_second_factor: bool
    language: str | None

    def may(self, permission: Permission) -> bool:
        """Whether the role has the permission."""
        return permission in PERMISSIONS[self.role]


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """What a user proves who they are with; `second_factor` is None where it is off."""

    user: User
    password_hash: str | None = field(repr=False)
    second_factor: bytes | None = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class UserSession:
    """A browser in which a user is signed in, and the network that it signed in from."""

    id: int
    user: User
    created_at: datetime
    seen_at: datetime
    network: str
    browser: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """Who did what to what, and what it was before and after.

    A reader is named by `reader_id` alone, so that the log never holds their address; `reader` is the address now,
    None also once they are erased.
    """

    at: datetime
    by: str
    action: str
    subject: str = ""
    before: str | None = None
    after: str | None = None
    reader_id: int | None = None
    reader: str | None = None
    id: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFilter:
    """Which entries of the log are wanted; None and empty texts want all."""

    by: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None

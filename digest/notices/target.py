"""A chat or push service that gets alerts, and what it is told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Notice(NamedTuple):
    """What a target is notified of; `has_ended`: that all is well again."""

    title: str
    text: str
    has_ended: bool = False


@dataclass(frozen=True, kw_only=True)
class Target:
    """A service: `label` names it in logs, `key` in the database, and neither contains its URL.

    `notify` takes as long as the service does, and returns whether the service accepted the notice.
    """

    label: str
    key: str
    notify: Callable[[Notice], bool]

"""The chat and push services that get alerts, whichever library reaches them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from digest.errors import ConfigurationError

_NOT_INSTALLED = "alerts.apprise needs an extra that is not installed; run: pip install 'portal-digest[apprise]'"


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


def make_targets(urls: Sequence[str], key_of: Callable[[str], str]) -> Sequence[Target]:
    """The targets of `[alerts] apprise`; raises ConfigurationError without Apprise, or for a URL that it refuses."""
    if not urls:
        return ()
    if find_spec("apprise") is None:
        raise ConfigurationError(_NOT_INSTALLED)
    targets: Sequence[Target] = import_module("digest.notices.apprise_targets").make_targets(urls, key_of)
    return targets

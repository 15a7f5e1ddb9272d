"""The chat and push services that get alerts, whichever library reaches them."""

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec

from digest.errors import ConfigurationError
from digest.notices.target import Target

_NOT_INSTALLED = "alerts.apprise needs an extra that is not installed; run: pip install 'portal-digest[apprise]'"


def make_targets(urls: Sequence[str], key_of: Callable[[str], str]) -> Sequence[Target]:
    """The targets of `[alerts] apprise`; raises ConfigurationError without Apprise, or for a URL that it refuses."""
    if not urls:
        return ()
    if find_spec("apprise") is None:
        raise ConfigurationError(_NOT_INSTALLED)
    targets: Sequence[Target] = import_module("digest.notices.apprise_targets").make_targets(urls, key_of)
    return targets

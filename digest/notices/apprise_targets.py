"""Targets that the library of the extra `apprise` reaches: Telegram, Slack, Matrix, ntfy and many more.

Their URLs are secrets, and the libraries log them when a request fails: their loggers are turned off.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType

from digest.errors import ConfigurationError
from digest.notices.target import Notice, Target

_LIBRARIES = ("apprise", "urllib3", "requests", "requests_oauthlib")


def make_targets(urls: Sequence[str], key_of: Callable[[str], str]) -> Sequence[Target]:
    """The target of each URL; raises ConfigurationError, without the URL."""
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return [_make_target(f"alerts.apprise.{place}", url, key_of(url)) for place, url in enumerate(urls, 1)]


def _make_target(place: str, url: str, key: str) -> Target:
    # Without a limit of its own the library uses no threads, for which the end of the process would wait.
    asset = AppriseAsset(app_id="Digest", app_desc="Digest", app_url="", service_timeout=0)
    services = Apprise(asset=asset)
    if not services.add(url) or len(services) != 1:
        raise ConfigurationError(f"{place}: Apprise does not accept this URL; compare it with Apprise's documentation")
    return Target(label=f"{place} ({services[0].service_name})", key=key, notify=partial(_notify, services))


def _notify(services: Apprise, notice: Notice) -> bool:
    kind = NotifyType.SUCCESS if notice.has_ended else NotifyType.WARNING
    return bool(services.notify(notice.text, title=notice.title, notify_type=kind, body_format=NotifyFormat.TEXT.value))

"""A proxy that `[web] trusted_proxies` does not name: all its clients count as one network for the limits."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from digest.web.clients import unnamed_proxy
from digest.web.page_request import forwarded_of

_log = logging.getLogger(__name__)


@dataclass
class UnnamedProxy:
    """Logs once that requests come through such a proxy: readers would get 429 and nothing would say why."""

    trusted: Sequence[str]
    _is_logged: bool = False

    def notice(self, request: Request) -> None:
        """Look at one request."""
        proxy = None if self._is_logged else unnamed_proxy(*forwarded_of(request), self.trusted)
        if proxy is not None:
            self._is_logged = True
            _log.warning(
                "web: requests come through a proxy at %s, which [web] trusted_proxies does not name: all its readers"
                " count as one network for the limits",
                proxy,
            )

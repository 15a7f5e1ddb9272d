"""A proxy that `[web] trusted_proxies` does not name: all its clients count as one network for the limits."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from digest.web.clients import is_private, is_trusted

_log = logging.getLogger(__name__)


@dataclass
class UnnamedProxy:
    """Logs once that requests come through such a proxy: readers would get 429 and nothing would say why.

    Only one of this machine or of a private network is meant; anybody else may have sent the header to mislead us.
    """

    trusted: Sequence[str]
    _is_logged: bool = False

    def notice(self, request: Request) -> None:
        """Look at one request."""
        peer = request.client.host if request.client else ""
        if self._is_logged or "x-forwarded-for" not in request.headers:
            return
        if is_private(peer) and not is_trusted(peer, self.trusted):
            self._is_logged = True
            _log.warning(
                "web: requests come through a proxy at %s, which [web] trusted_proxies does not name: all its readers"
                " count as one network for the limits",
                peer,
            )

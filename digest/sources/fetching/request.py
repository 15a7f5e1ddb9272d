"""A request that follows redirects, and what may be sent to each of its addresses."""

import base64
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urljoin

from yarl import URL

from digest.errors import FetchError
from digest.model.articles import Validators
from digest.parsing.urls import with_forward_slashes
from digest.sources.fetching.wire_url import redacted, wire_url

_MOST_REDIRECTS = 5
_LONG_WORD = re.compile(r"[\w.~+/=-]{8,}")
_REDIRECTS_WITH_BODY = frozenset({307, 308})
_PERMANENT = frozenset({301, 308})
_WEB_PORTS = frozenset({80, 443})


class FetchRequest:
    """A request that follows redirects: its present URL, and what may be sent there."""

    def __init__(
        self,
        url: str,
        *,
        trusted: bool,
        validators: Validators | None,
        headers: Mapping[str, str],
        body: bytes | None = None,
    ) -> None:
        self.url, login = _split_login(url)
        self.body = body
        self._origin = self.url
        self._trusted = trusted
        self._validators = validators
        self._own_headers = {**login, **headers}
        self._redirects_left = _MOST_REDIRECTS
        self._statuses: set[int] = set()

    @property
    def method(self) -> str:
        """GET, or POST where there is a body to send."""
        return "GET" if self.body is None else "POST"

    @property
    def is_moved(self) -> bool:
        """Whether permanent redirects alone led to another URL, which is to be used (RFC 9110, 15.4)."""
        return self.url != self._origin and self._statuses <= _PERMANENT

    @property
    def is_trusted(self) -> bool:
        """Whether the host is in the configuration: another port is another service, except http beside https."""
        return self._trusted and self._is_at_origin

    @property
    def validators(self) -> Validators | None:
        """The validators to send: those of an earlier response from the present URL."""
        known = self._validators
        return known if known is not None and known.url == str(self.url) else None

    @property
    def headers(self) -> dict[str, str]:
        """The headers to send to the present URL."""
        headers = {"Accept": "*/*"} | (self._own_headers if self._may_have_secrets else {})
        validators = self.validators
        if validators is not None and validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators is not None and validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        return headers

    @property
    def secrets(self) -> frozenset[str]:
        """What a message must not repeat: the values in the query, in the headers and in the body."""
        headers, body = self._own_headers.values(), (self.body or b"").decode("utf-8", "replace")
        words = _LONG_WORD.findall(" ".join((*headers, body)))
        named = (word.partition("=")[2] for word in words)  # such as in a cookie
        form = (value for _name, value in parse_qsl(body))
        return frozenset((*self._origin.query.values(), *self.url.query.values(), *headers, *words, *named, *form))

    def drop_validators(self) -> None:
        """Ask for the document whatever its state."""
        self._validators = None

    def redirect(self, location: str, status: int) -> None:
        """Go to where a redirect points; raises FetchError.

        A body is sent again for the statuses that keep it (RFC 9110, 15.4), but to no other host, and not without
        encryption where it was sent with it: it may hold secrets.
        """
        if self._redirects_left == 0:
            raise FetchError(f"{redacted(self._origin)}: too many redirects (more than {_MOST_REDIRECTS})")
        self._redirects_left -= 1
        self._statuses.add(status)
        before, self.url = self.url, self._target(location)
        if self.body is not None and not (status in _REDIRECTS_WITH_BODY and self._may_have_secrets):
            raise FetchError(f"{redacted(before)}: redirects a POST to {redacted(self.url)}, which is not followed")

    def _target(self, location: str) -> URL:
        try:
            target = wire_url(urljoin(str(self.url), with_forward_slashes(location.strip())))
        except ValueError:
            target = URL()
        if target.scheme not in {"http", "https"} or not target.host:
            raise FetchError(f"{redacted(self.url)}: redirects to something that is not a valid URL")
        return target

    @property
    def _may_have_secrets(self) -> bool:
        """Whether the present URL may have the login, the headers and the body: not on the way from https to http."""
        return self._is_at_origin and (self.url.scheme == "https" or self._origin.scheme == "http")

    @property
    def _is_at_origin(self) -> bool:
        return self.url.host == self._origin.host and (
            self.url.port == self._origin.port or {self.url.port, self._origin.port} == _WEB_PORTS
        )


def _split_login(url: str) -> tuple[URL, dict[str, str]]:
    """A URL without its login, and the header that carries the login; raises FetchError."""
    try:
        parts = URL(url.strip())
        if parts.scheme in {"http", "https"} and parts.host:
            return wire_url(url), _basic_authentication(parts)
    except ValueError:
        pass
    raise FetchError(f'{redacted(url)}: is not a valid URL; expected one such as "https://gazette.example/rss.xml"')


def _basic_authentication(parts: URL) -> dict[str, str]:
    if parts.user is None:
        return {}
    pair = f"{parts.user}:{parts.password or ''}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}

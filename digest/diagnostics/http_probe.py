"""One HTTP request of a check: no redirect is followed, no cookie is kept, and certificates are verified."""

import http.client
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from digest.diagnostics.results import CannotTellError
from digest.receivers.groups import is_reserved
from digest.version import __version__

_TIMEOUT = 8.0  # seconds for each step of a request
_MOST = 10_000  # bytes of an answer that are read


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpAnswer:
    """The status, and the headers by their names in lower case."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreachable:
    """Why there was no answer."""

    reason: str


Ask = Callable[..., HttpAnswer | Unreachable]
"""`ask(method, url, form=None)`, with a form as application/x-www-form-urlencoded; raises CannotTellError."""


def ask(method: str, url: str, form: str | None = None) -> HttpAnswer | Unreachable:
    """Make one request."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_reserved(host) and host != "localhost":
        raise CannotTellError(f"{host} is reserved for examples and tests, and cannot be reached")
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(host, parts.port, timeout=_TIMEOUT)
    headers = {"User-Agent": f"portal-digest/{__version__}", "Accept": "*/*"}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body=form, headers=headers)
        response = connection.getresponse()
        response.read(_MOST)
        return HttpAnswer(
            status=response.status, headers={name.lower(): value for name, value in response.getheaders()}
        )
    except ssl.SSLCertVerificationError as error:
        return Unreachable(reason=f"its certificate is not trusted: {error.verify_message.rstrip('.')}")
    except TimeoutError:
        return Unreachable(reason=f"no answer within {_TIMEOUT:g} s")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Unreachable(reason=(getattr(error, "strerror", None) or type(error).__name__).lower())
    finally:
        connection.close()

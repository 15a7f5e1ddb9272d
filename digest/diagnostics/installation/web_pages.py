"""The readers' pages: `base_url` can be reached, and unsubscribing takes one POST (RFC 8058)."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from digest import tokens
from digest.diagnostics.context import CheckContext
from digest.diagnostics.http_probe import Unreachable
from digest.diagnostics.results import CannotTellError, CheckResult, cannot_tell, fail, ok, warn
from digest.parsing.urls import is_loopback
from digest.store.access.mail_limits import MOST_OF_A_NETWORK

_ONE_CLICK = "List-Unsubscribe=One-Click"
_MISSING = frozenset({404, 405, 501})


def check_web(context: CheckContext) -> Iterator[CheckResult]:
    """The pages as a mail provider sees them, with a token that belongs to no reader."""
    base = context.settings.web.base_url
    if not base:
        message = "no web.base_url: messages offer no one-click unsubscribe, which Gmail and Yahoo require of bulk mail"
        yield warn(message, "set web.base_url to the https address of the readers' pages")
        return
    is_https = urlsplit(base).scheme == "https"
    if not is_https:
        judged = warn if is_loopback(urlsplit(base).hostname) else fail
        yield judged(f"web.base_url is not https ({base}), which one-click unsubscribe needs", "serve it with TLS")
    answer = context.ask("GET", base)
    if isinstance(answer, Unreachable):
        yield fail(f"{base} cannot be reached: {answer.reason}", "check DNS, the certificate and the web server")
        return
    if answer.status >= 500:
        yield fail(f"{base} answers {answer.status}", "see the log of the web server")
        return
    yield ok(f"{base} can be reached")
    if is_https and not context.settings.web.trusted_proxies:  # Digest has no TLS of its own
        message = (
            "web.trusted_proxies is empty: behind a proxy all readers count as one network,"
            f" which may sign up {MOST_OF_A_NETWORK} times an hour"
        )
        yield warn(message, 'set web.trusted_proxies to the address of the proxy, such as ["127.0.0.1"]')
    yield _one_click(context)


def _one_click(context: CheckContext) -> CheckResult:
    """What an unsubscribe link answers to a provider."""
    try:
        secret = context.app.sender_identity.secret
    except CannotTellError as error:
        return cannot_tell(str(error), error.fix)
    token = tokens.mint(secret, 0, tokens.LEAVE)
    url = tokens.unsubscribe_url(context.settings.web.base_url, "", token, tokens.LEAVE)
    answer = context.ask("POST", url, _ONE_CLICK)
    if isinstance(answer, Unreachable):
        return fail(f"the unsubscribe page cannot be reached: {answer.reason}", "check the web server")
    if answer.status == 200:
        return ok("the unsubscribe page answers a POST with 200")
    if answer.status in _MISSING:
        message = f"the unsubscribe page answers {answer.status}: nothing serves these pages there"
        return cannot_tell(message, "serve the readers' pages at web.base_url")
    if 300 <= answer.status < 400:
        return fail("the unsubscribe page redirects, which providers do not follow", "serve it without a redirect")
    return fail(f"the unsubscribe page answers a POST with {answer.status}", "see the log of the web server")

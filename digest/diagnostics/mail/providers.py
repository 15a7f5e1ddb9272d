"""Hints for the large providers, where enough of the audience reads its mail there."""

from collections import Counter
from collections.abc import Iterator, Mapping

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, ok, warn
from digest.model.quantities import counted
from digest.receivers.groups import mailbox_provider

_SHARE = 0.05
_HINTS = {
    "google": (
        "Gmail",
        "verify your domain at postmaster.google.com: it shows the spam rate, which must stay below 0.3 %",
    ),
    "microsoft": (
        "Outlook",
        "register the mail server's address for SNDS and JMRP: sendersupport.olc.protection.outlook.com",
    ),
    "yandex": ("Yandex", "verify your domain at postmaster.yandex.ru: complaints there name no reader"),
    "mail.ru": ("Mail.ru", "verify your domain at postmaster.mail.ru, and subscribe to its feedback loop (FBL)"),
    "yahoo": ("Yahoo", "register your DKIM domain for the complaint feedback loop: senders.yahooinc.com"),
}


def check_providers(context: CheckContext) -> Iterator[CheckResult]:
    """A hint for each provider at which 5 % of the confirmed readers have their mailbox."""
    domains = context.app.subscribers.domains()
    if not domains:
        yield warn("there are no confirmed readers", "`digest subscribers import FILE`")
        return
    yield from hints(domains)


def hints(domains: Mapping[str, int]) -> Iterator[CheckResult]:
    """The hints for an audience, given by how many readers each domain has."""
    readers = Counter[str]()
    for domain, number in domains.items():
        readers[mailbox_provider(domain) or ""] += number
    total = readers.total()
    of_readers, are = counted(total, "reader"), "is" if total == 1 else "are"
    shares = [(name, number / total) for name, number in readers.most_common() if name in _HINTS]
    large = [(name, share) for name, share in shares if share >= _SHARE]
    for name, share in large:
        title, hint = _HINTS[name]
        yield ok(f"{share:.0%} of {of_readers} {are} at {title}", hint)
    if not large:
        yield ok(f"none of the large providers has {_SHARE:.0%} of {of_readers}")

"""The receiver group of a domain: the mail host that accepts or refuses its mail (pure).

Providers judge a sender for all their domains together, so what one domain replies holds for its whole group.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from string import digits
from typing import NamedTuple

Hosts = Sequence[tuple[int, str]]  # MX records: preference and host name

# Names without public mail servers (RFC 2606, RFC 6761, RFC 6762).
_RESERVED = frozenset(("example", "invalid", "test", "localhost", "local", "internal"))
_RESERVED_BELOW = frozenset(("example.com", "example.net", "example.org"))
_CACHED = 4096  # domains: most readers are at a few of them


class _Provider(NamedTuple):
    """A large provider: its own domains, and the parent domains of its MX hosts. Checked in November 2026."""

    domains: str = ""
    mx: str = ""


_PROVIDERS: Mapping[str, _Provider] = {
    "google": _Provider("gmail.com googlemail.com google.com", "google.com googlemail.com psmtp.com"),
    "microsoft": _Provider(
        "outlook.com hotmail.com live.com msn.com windowslive.com passport.com live.co.uk live.fr live.de live.it"
        " live.nl live.be live.se live.dk live.no live.ru live.ca live.com.au live.com.mx live.cn live.in live.jp",
        "outlook.com hotmail.com mx.microsoft",
    ),
    "yahoo": _Provider(
        "yahoo.com ymail.com rocketmail.com myyahoo.com aol.com aim.com aol.co.uk aol.de aol.fr verizon.net"
        " netscape.net att.net sbcglobal.net bellsouth.net pacbell.net ameritech.net",
        "yahoodns.net",
    ),
    "apple": _Provider("icloud.com me.com mac.com", "icloud.com apple.com"),
    # Servers of its own, which take mail from senders alone that the portal's app has registered.
    "apple-relay": _Provider("privaterelay.appleid.com"),
    "yandex": _Provider(
        "yandex.ru ya.ru yandex.com yandex.by yandex.kz yandex.ua yandex.uz yandex.com.tr narod.ru",
        "yandex.net yandex.ru",
    ),
    "mail.ru": _Provider("mail.ru inbox.ru list.ru bk.ru internet.ru xmail.ru vk.com mail.ua", "mail.ru vk.com"),
    "rambler": _Provider("rambler.ru lenta.ru autorambler.ru myrambler.ru ro.ru rambler.ua", "rambler.ru"),
    "proton": _Provider("proton.me protonmail.com protonmail.ch pm.me", "protonmail.ch proton.ch"),
    "gmx": _Provider("gmx.de gmx.net gmx.at gmx.ch gmx.com gmx.fr gmx.us web.de mail.com", "gmx.net web.de mail.com"),
    "t-online": _Provider("t-online.de magenta.de", "t-online.de"),
    "comcast": _Provider("comcast.net xfinity.com", "comcast.net"),
    "charter": _Provider("charter.net spectrum.net rr.com twc.com roadrunner.com", "charter.net"),
    "orange": _Provider("orange.fr wanadoo.fr", "orange.fr"),
    "free": _Provider("free.fr", "free.fr proxad.net"),
    "laposte": _Provider("laposte.net", "laposte.net"),
    "libero": _Provider("libero.it virgilio.it inwind.it iol.it blu.it giallo.it", "libero.it iol.it italiaonline.it"),
    "seznam": _Provider("seznam.cz email.cz post.cz spoluzaci.cz", "seznam.cz"),
    "wp": _Provider("wp.pl o2.pl tlen.pl", "wp.pl"),
    "onet": _Provider("onet.pl op.pl onet.eu vp.pl poczta.onet.pl", "onet.pl"),
    "ukr.net": _Provider("ukr.net", "ukr.net"),
    "tencent": _Provider("qq.com foxmail.com", "qq.com"),
    "netease": _Provider("163.com 126.com yeah.net", "netease.com 163.com qiye163.com"),
    "naver": _Provider("naver.com", "naver.com"),
    "yahoo-japan": _Provider("yahoo.co.jp ymail.ne.jp", "yahoo.co.jp"),
    "fastmail": _Provider("fastmail.com fastmail.fm", "messagingengine.com"),
    "zoho": _Provider("zoho.com zohomail.com", "zoho.com zoho.eu zoho.in"),
    # Filters and hosters, whose MX hosts have the customer's name or many names.
    "proofpoint": _Provider(mx="pphosted.com ppe-hosted.com gpphosted.com"),
    "mimecast": _Provider(mx="mimecast.com"),
    "barracuda": _Provider(mx="barracudanetworks.com"),
    "cisco": _Provider(mx="iphmx.com"),
    "symantec": _Provider(mx="messagelabs.com"),
    "trend-micro": _Provider(mx="trendmicro.com trendmicro.eu"),
    "rackspace": _Provider(mx="emailsrvr.com"),
    "godaddy": _Provider(mx="secureserver.net"),
    "ionos": _Provider(mx="kundenserver.de ionos.com ionos.de 1and1.com"),
    "strato": _Provider(mx="rzone.de"),
    "ovh": _Provider(mx="ovh.net"),
    "gandi": _Provider(mx="gandi.net"),
    "cloudflare": _Provider(mx="cloudflare.net"),
    "amazon": _Provider(mx="amazonaws.com awsapps.com"),
    "beget": _Provider(mx="beget.com beget.ru"),
    "timeweb": _Provider(mx="timeweb.ru"),
    "reg.ru": _Provider(mx="reg.ru"),
}
# Providers with a domain for each country; Yahoo Japan is another company and has a row of its own.
_COUNTRY_DOMAINS = {
    "microsoft": re.compile(r"(?:hotmail|outlook)\.(?:com?\.)?[a-z]{2}"),
    "yahoo": re.compile(r"yahoo\.(?:com?\.)?[a-z]{2}"),
}

_BY_DOMAIN = {domain: name for name, one in _PROVIDERS.items() for domain in one.domains.split()}
_BY_MX = {parent: name for name, one in _PROVIDERS.items() for parent in one.mx.split()}


def domain_of(address: str) -> str:
    """The domain of an address, in lower case."""
    return address.rpartition("@")[2].lower()


def receiver_group(domain: str, mx_hosts: Callable[[str], Hosts]) -> str:
    """The name of the group that a domain belongs to; `mx_hosts` finds the MX records of one that only they show.

    A provider of the table, else the first host of the best preference without the number of its first label
    (`mx1.host.example` and `mx2.host.example` are one group), else, without MX records, the domain itself.
    """
    provider = _provider(domain)
    if provider is not None:
        return provider
    hosts = mx_hosts(domain) if "." in domain and not is_reserved(domain) else ()
    if not hosts:
        return domain
    _preference, host = min((preference, name.lower().rstrip(".")) for preference, name in hosts)
    parents = host.split(".")
    known = (_BY_MX.get(".".join(parents[start:])) for start in range(len(parents)))
    return next((name for name in known if name is not None), None) or _without_number(host) or domain


def is_reserved(domain: str) -> bool:
    """Whether a name is reserved for examples, tests and private networks, so that it has no public records."""
    labels = domain.lower().rsplit(".", 2)
    return labels[-1] in _RESERVED or ".".join(labels[-2:]) in _RESERVED_BELOW


def mailbox_provider(domain: str) -> str | None:
    """The provider at which anybody can have a mailbox under this domain; None for all other domains."""
    return _provider(domain.lower())


@lru_cache(maxsize=_CACHED)
def _provider(domain: str) -> str | None:
    known = _BY_DOMAIN.get(domain)
    if known is not None:
        return known
    return next((name for name, pattern in _COUNTRY_DOMAINS.items() if pattern.fullmatch(domain)), None)


def _without_number(host: str) -> str:
    label, dot, parent = host.partition(".")
    return f"{label.rstrip(digits) or label}{dot}{parent}"

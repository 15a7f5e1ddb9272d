"""SPF records (RFC 7208), as text: their terms, and the macros in their domains."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_DIRECTIVE = re.compile(r"([+\-~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/\s]+))?((?:/[/\d]+)?)", re.IGNORECASE)
_IP6 = re.compile(r"([+\-~?]?)ip6:([0-9a-f:.]+(?:/\d+)?)", re.IGNORECASE)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(\S*)")
_LENGTHS = re.compile(r"(?:/(\d{1,2}))?(?://(\d{1,3}))?")
_MACRO = re.compile(r"%(?:\{([slodiphcrtv])(\d{0,3})(r?)([.\-+,/_=]*)\}|([%_-]))", re.IGNORECASE)
_MEANS = {"%": "%", "_": " ", "-": "%20"}
_NEEDS_DOMAIN = frozenset({"include", "exists"})
LOOKUPS = frozenset({"include", "a", "mx", "ptr", "exists"})
"""The mechanisms that count for the limit of ten look-ups, beside `redirect` (RFC 7208, 4.6.4)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Directive:
    """A mechanism and its result if it matches; `domain` may hold macros, `network` is that of ip4 and ip6.

    `lengths` are the prefix lengths for IPv4 and IPv6 of a and mx.
    """

    result: str
    mechanism: str
    domain: str = ""
    network: Network | None = None
    lengths: tuple[int, int] = (32, 128)


@dataclass(frozen=True, kw_only=True, slots=True)
class SpfRecord:
    """The directives in their order, and the domain of `redirect` (empty where there is none)."""

    directives: tuple[Directive, ...]
    redirect: str

    @property
    def final(self) -> str | None:
        """The result for addresses that nothing else matches; None where another record decides it, or nothing."""
        return next((one.result for one in self.directives if one.mechanism == "all"), None)


def is_spf(text: str) -> bool:
    """Whether a TXT value is an SPF record (RFC 7208, 4.5)."""
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def parse_spf(text: str) -> SpfRecord:
    """The record in a TXT value; raises ValueError that names the term that is wrong."""
    if not is_spf(text):
        raise ValueError("it does not begin with v=spf1")
    directives, modifiers = [], dict[str, str]()
    for term in text.split(" ")[1:]:
        if not term:
            continue
        if modifier := _MODIFIER.fullmatch(term):
            _add_modifier(modifiers, modifier[1].lower(), modifier[2])
        else:
            directives.append(_directive(term))
    return SpfRecord(directives=tuple(directives), redirect=modifiers.get("redirect", ""))


def expand(domain: str, values: Mapping[str, str]) -> str:
    """Replace the macros in a domain (RFC 7208, 7); `values` by the letters s, l, o, d, i, v, h and p."""

    def replaced(match: re.Match[str]) -> str:
        if match[5]:
            return _MEANS[match[5]]
        parts = re.split(f"[{re.escape(match[4] or '.')}]", values.get(match[1].lower(), "unknown"))
        ordered = parts[::-1] if match[3] else parts
        return ".".join(ordered[-int(match[2]) :] if match[2] and int(match[2]) else ordered)

    return _MACRO.sub(replaced, domain)


def macro_values(sender: str, domain: str, address: Address) -> Mapping[str, str]:
    """What the macros mean for a message from that sender and that address."""
    local, _, own = sender.rpartition("@")
    nibbles = ".".join(f"{int(address):032x}") if address.version == 6 else str(address)
    version = "ip6" if address.version == 6 else "in-addr"
    return {"s": sender, "l": local, "o": own, "d": domain, "i": nibbles, "v": version, "h": own}


def _add_modifier(modifiers: dict[str, str], name: str, value: str) -> None:
    if name in {"redirect", "exp"} and (name in modifiers or not value):
        raise ValueError(f"{name}= occurs twice or has no domain")
    modifiers.setdefault(name, value)


def _directive(term: str) -> Directive:
    if match := _IP6.fullmatch(term):
        return Directive(result=_RESULTS[match[1] or "+"], mechanism="ip6", network=_network(term, match[2], 6))
    match = _DIRECTIVE.fullmatch(term)
    if match is None:
        raise ValueError(f"“{_shortened(term)}” is not a term of SPF")
    sign, mechanism, domain, lengths = match[1], match[2].lower(), match[3] or "", match[4]
    domain = domain if "%" in domain else domain.lower()  # an upper-case macro letter has a meaning of its own
    _require_domain(term, mechanism, domain)
    if mechanism in {"ip4", "ip6"}:
        network = _network(term, f"{domain}{lengths}", 4 if mechanism == "ip4" else 6)
        return Directive(result=_RESULTS[sign or "+"], mechanism=mechanism, network=network)
    if lengths and mechanism not in {"a", "mx"}:
        raise ValueError(f"“{_shortened(term)}” may not have a prefix length")
    return Directive(
        result=_RESULTS[sign or "+"], mechanism=mechanism, domain=domain, lengths=_prefix_lengths(term, lengths)
    )


def _shortened(term: str) -> str:
    return term[:60]


def _require_domain(term: str, mechanism: str, domain: str) -> None:
    if mechanism in _NEEDS_DOMAIN and not domain:
        raise ValueError(f"“{_shortened(term)}” has no domain")
    if mechanism == "all" and domain:
        raise ValueError(f"“{_shortened(term)}” may not have a domain")


def _network(term: str, text: str, version: int) -> Network:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"“{_shortened(term)}” is not an address or a network") from None
    if network.version != version:
        raise ValueError(f"“{_shortened(term)}” is of the other version of IP")
    return network


def _prefix_lengths(term: str, text: str) -> tuple[int, int]:
    match = _LENGTHS.fullmatch(text)
    lengths = (int(match[1] or 32), int(match[2] or 128)) if match else (33, 129)
    if lengths[0] > 32 or lengths[1] > 128:
        raise ValueError(f"“{_shortened(term)}” has no valid prefix length")
    return lengths

"""Who asks: the client behind trusted proxies, its network, and the mailbox behind an address. Pure."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_DOTS_IGNORED = {"gmail.com", "googlemail.com"}
_YANDEX = {"ya.ru", "narod.ru", *(f"yandex.{top}" for top in ("by", "com", "kz", "ru", "ua"))}  # one mailbox
_V4_BITS, _V6_BITS = 24, 48  # what one household or office usually has


def client_address(peer: str, forwarded: str, trusted: Sequence[str]) -> str:
    """The client's address: the peer's, or the last of `X-Forwarded-For` that no trusted network contains."""
    return _last_untrusted(peer, forwarded, trusted)[0]


def unnamed_proxy(peer: str, forwarded: str, trusted: Sequence[str]) -> str | None:
    """The proxy in front of the trusted ones that names a client, and is taken for the client itself.

    Only one of this machine or of a private network is meant; anybody else may have sent the header to mislead us.
    """
    address, hops = _last_untrusted(peer, forwarded, trusted)
    parsed = _parsed(address)
    return address if hops and parsed is not None and not parsed.is_global else None


def is_trusted(address: str, trusted: Sequence[str]) -> bool:
    """Whether an address belongs to one of the networks."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in ip_network(network) for network in trusted)


def network_of(address: str) -> str:
    """The /24 of an IPv4 address or the /48 of an IPv6 address; a text that is neither is its own network."""
    parsed = _parsed(address)
    if parsed is None:
        return address
    bits = _V4_BITS if parsed.version == 4 else _V6_BITS
    return str(ip_network(f"{parsed}/{bits}", strict=False))


def canonical_address(address: str) -> str:
    """The mailbox that spellings of an address share, for counting alone: lower case, no tag, one of its names."""
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTS_IGNORED:
        local, domain = local.replace(".", ""), "gmail.com"
    elif domain in _YANDEX:
        local, domain = local.replace(".", "-"), "yandex.ru"
    return f"{local}@{domain}"


def _last_untrusted(peer: str, forwarded: str, trusted: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The address that no trusted network contains, and what it says of those before it."""
    hops = [_without_port(hop.strip()) for hop in forwarded.split(",") if hop.strip()]
    address = peer
    while hops and is_trusted(address, trusted):
        address = hops.pop()
    return address, hops


def _without_port(hop: str) -> str:
    """The address of an entry; some proxies add the port, as in `192.0.2.1:4711` and `[2001:db8::1]:4711`."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    """The IP address; of an IPv4 client at a socket for both versions (`::ffff:192.0.2.1`) the IPv4 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed

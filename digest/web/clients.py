"""Who asks: the client's address behind trusted proxies, and its network. Pure."""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network

_V4_BITS, _V6_BITS = 24, 48  # what one household or office usually has


def client_address(peer: str, forwarded: str, trusted: Sequence[str]) -> str:
    """The client's address: the peer's, or the last of `X-Forwarded-For` that no trusted network contains."""
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    address = peer
    while hops and _is_trusted(address, trusted):
        address = hops.pop()
    return address


def network_of(address: str) -> str:
    """The /24 of an IPv4 address or the /48 of an IPv6 address; a text that is neither is its own network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    bits = _V4_BITS if parsed.version == 4 else _V6_BITS
    return str(ip_network(f"{parsed}/{bits}", strict=False))


def _is_trusted(address: str, trusted: Sequence[str]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in ip_network(network) for network in trusted)

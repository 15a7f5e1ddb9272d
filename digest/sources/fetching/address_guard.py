"""Which network addresses foreign text may lead to, and a resolver that returns no others."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

# The IANA special-purpose address registries (RFC 6890), also what is reachable there (nobody publishes articles on an
# anycast relay), and multicast. `is_global` of the ipaddress module differs between versions of Python. 168.63.129.16
# looks public, and is where virtual machines on Azure get their configuration, secrets included.
_SPECIAL_IPV4 = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"),
            "172.16.0.0/12",
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
            *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
# All other IPv6 prefixes are reserved, local or multicast, or embed an IPv4 address (compatible, translated, NAT64).
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_SPECIAL_UNICAST = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))
)


class PrivateAddressError(OSError):
    """A name leads to an address of this machine or of a private network."""


def is_public(address: str) -> bool:
    """Whether an IP address is on the open internet; raises ValueError for anything else."""
    found = ip_address(address)
    plain = (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
    if isinstance(plain, IPv4Address):
        return not any(plain in network for network in _SPECIAL_IPV4)
    return plain in _GLOBAL_UNICAST and not any(plain in network for network in _SPECIAL_UNICAST)


def is_literal(host: str) -> bool:
    """Whether a host is an IP address already, so that no resolver is used."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class PublicResolver(AbstractResolver):
    """Resolves a name once, and only to public addresses: the addresses checked are the ones connected to."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name; raises OSError, and PrivateAddressError if one of them is not public."""
        found = await self._inner.resolve(host, port, family)
        require_public([one["host"] for one in found])
        return found

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()


def require_public(addresses: Sequence[str]) -> None:
    """Raise PrivateAddressError if one of the addresses is not public."""
    if not all(is_public(address) for address in addresses):
        raise PrivateAddressError("a private address")

"""Which network addresses foreign text may lead to, and a resolver that returns no others."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

# `is_global` accepts these prefixes, which embed an IPv4 address: NAT64 (twice), 6to4, Teredo, IPv4-compatible.
_EMBEDDING_IPV4 = tuple(
    IPv6Network(prefix) for prefix in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


class PrivateAddressError(OSError):
    """A name leads to an address of this machine or of a private network."""


def is_public(address: str) -> bool:
    """Whether an IP address is on the open internet; raises ValueError for anything else."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return _is_global(found.ipv4_mapped)
        if found.is_site_local or any(found in network for network in _EMBEDDING_IPV4):
            return False
    return _is_global(found)


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


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast

"""The address guard: only addresses of the open internet are public, by the registries of IANA."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.fetching.address_guard import is_public

# https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry, as of October 2025
_SPECIAL = """
    0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.0/29
    192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24
    192.88.99.0/24 192.88.99.2/32 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
    240.0.0.0/4 255.255.255.255/32
    ::1/128 ::/128 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32
    2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28
    2001:30::/28 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10
"""
# Not in these registries: multicast, site-local (RFC 3879), IPv4-compatible (RFC 4291) and IPv4-translated (RFC 2765).
_OTHER = ["224.0.0.0/4", "ff00::/8", "fec0::/10", "::/96", "::ffff:0:0:0/96"]


@pytest.mark.parametrize("prefix", [*_SPECIAL.split(), *_OTHER])
def test_is_public_special_prefix_is_false(prefix: str) -> None:
    """From the first to the last address; of IPv4 also within IPv6."""
    network = ip_network(prefix)
    for address in (network[0], network[-1], network[network.num_addresses // 2]):
        assert not is_public(str(address))
        if isinstance(address, IPv4Address):
            assert not is_public(f"::ffff:{address}")


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:0:127.0.0.1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::1",
        "5f00::1",
        "4000::1",
        "fe80::1%eth0",
        "168.63.129.16",
        "::ffff:168.63.129.16",
    ],
)
def test_is_public_embedded_or_reserved_address_is_false(address: str) -> None:
    """Every form that hides an IPv4 address, space that nobody has been given, an address with a zone, and Azure's."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "93.184.216.34", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0"),
        *("168.63.129.15", "168.63.129.17"),
        *("198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:93.184.216.34"),
        *("2001:200::1", "2606:2800:220:1::1", "2a00:1450:4001::1", "2001:db7:ffff::1", "3ffe:ffff::1"),
    ],
)
def test_is_public_address_of_the_open_internet_is_true(address: str) -> None:
    """Also directly beside the special prefixes, and IPv4 within IPv6."""
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_is_public_mapped_address_equals_its_ipv4(address: IPv4Address) -> None:
    """An IPv4-mapped address is the same address."""
    assert is_public(f"::ffff:{address}") == is_public(str(address))


@given(st.ip_addresses(v=6))
def test_is_public_never_exceeds_is_global(address: IPv6Address) -> None:
    """Nothing is public that the standard library takes for private."""
    assert not is_public(str(address)) or address.is_global or address.ipv4_mapped is not None


def test_is_public_no_address_raises() -> None:
    """A name is not an address."""
    with pytest.raises(ValueError, match="gazette"):
        is_public("gazette.example")

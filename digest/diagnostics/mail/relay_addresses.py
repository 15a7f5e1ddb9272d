"""The addresses from which receivers get our mail, where they are known here."""

import ipaddress
import socket
from dataclasses import dataclass

from digest.diagnostics.context import ServerProbe
from digest.diagnostics.mail.dns_lookup import Dns
from digest.diagnostics.results import CannotTellError
from digest.parsing.dns.spf_record import Address
from digest.parsing.urls import is_loopback

_ELSEWHERE = ("192.0.2.1", 9)  # a documentation address: nothing is sent to it


@dataclass(frozen=True, kw_only=True, slots=True)
class RelayAddress:
    """A mail server and one of its addresses; `unknown` says why it has none that receivers see."""

    server: ServerProbe
    address: Address | None
    unknown: str = ""


def relay_addresses(dns: Dns, server: ServerProbe) -> list[RelayAddress]:
    """The public addresses of a mail server; raises CannotTellError where no name server answers."""
    found = [address for address in _addresses(dns, server.host) if address.is_global]
    if not found:
        return [RelayAddress(server=server, address=None, unknown=_why_unknown(server.host))]
    return [RelayAddress(server=server, address=address) for address in found]


def _own_address() -> Address | None:
    """The address of this machine on its way out; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError:
            return None
        return ipaddress.ip_address(probe.getsockname()[0])


def _addresses(dns: Dns, host: str) -> tuple[Address, ...]:
    if is_loopback(host):
        own = _own_address()
        return () if own is None else (own,)
    try:
        return (ipaddress.ip_address(host),)
    except ValueError:
        return dns.addresses(host)


def _why_unknown(host: str) -> str:
    if is_loopback(host):
        return "the mail server runs on this machine, which has a private address; receivers see another one"
    return f"{host} has no public address, so receivers see another one"


def require_address(relay: RelayAddress) -> Address:
    """The relay's address; raises CannotTellError without one."""
    if relay.address is None:
        raise CannotTellError(relay.unknown, "compare with the address that your provider or router shows")
    return relay.address

"""DNS for the checks: no answer is never taken for a missing record."""

import ipaddress
from collections.abc import Iterator
from typing import Any

import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import dns.resolver
import dns.reversename

from digest.diagnostics.results import CannotTellError
from digest.parsing.dns.spf_record import Address
from digest.receivers.groups import Hosts, is_reserved

_LIFETIME = 5.0  # seconds for one question, over all name servers and repetitions
_REMEDY = "try again; if it persists, check the name servers of the domain"


class Dns:
    """Asks the name servers of the machine, or others (`resolver`).

    Every method returns nothing where the record is missing, and raises CannotTellError where no server knows.
    Names without public records, such as those below `example`, are not sent to the machine's name servers.
    """

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._resolver = resolver
        self._asks_public = resolver is None

    def txt(self, name: str) -> tuple[str, ...]:
        """The values of the TXT records, each of its strings joined."""
        return tuple(
            b"".join(record.strings).decode("utf-8", "replace") for record in self._resolve(name, dns.rdatatype.TXT)
        )

    def mx(self, name: str) -> Hosts:
        """The MX records: preference and host."""
        records = self._resolve(name, dns.rdatatype.MX)
        return tuple((record.preference, _text(record.exchange)) for record in records)

    def addresses(self, name: str) -> tuple[Address, ...]:
        """The addresses of a host, IPv4 and IPv6."""
        kinds = (dns.rdatatype.A, dns.rdatatype.AAAA)
        return tuple(ipaddress.ip_address(record.address) for kind in kinds for record in self._resolve(name, kind))

    def names(self, address: Address) -> tuple[str, ...]:
        """The host names of an address (PTR)."""
        reverse = dns.reversename.from_address(str(address)).to_text()
        return tuple(_text(record.target) for record in self._resolve(reverse, dns.rdatatype.PTR))

    def _resolve(self, name: str, kind: dns.rdatatype.RdataType) -> Iterator[Any]:
        """The records, through aliases; a truncated answer is asked for again over TCP."""
        if self._asks_public and is_reserved(name.rstrip(".")):
            raise CannotTellError(f"{name} is reserved for examples and tests, and has no public DNS records")
        try:
            answer = self._servers().resolve(_absolute(name), kind, lifetime=_LIFETIME)
        except dns.resolver.NXDOMAIN:
            return iter(())
        except dns.resolver.NoAnswer as error:
            if _is_lame(error.kwargs["response"]):
                problem = f"a name server refers to others instead of answering for {name} ({kind.name})"
                raise CannotTellError(problem, _REMEDY) from None
            return iter(())
        except (dns.exception.DNSException, OSError) as error:
            raise CannotTellError(
                f"no name server answered for {name} ({kind.name}): {_reason(error)}", _REMEDY
            ) from None
        return iter(answer)

    def _servers(self) -> dns.resolver.Resolver:
        try:
            self._resolver = self._resolver or dns.resolver.Resolver()
        except (dns.exception.DNSException, OSError):
            raise CannotTellError("this machine has no name servers", "add one to /etc/resolv.conf") from None
        return self._resolver


def _absolute(name: str) -> dns.name.Name:
    """The name from the root; one that cannot exist becomes a question about a name that does not."""
    try:
        return dns.name.from_text(f"{name.rstrip('.')}.")
    except (dns.exception.DNSException, UnicodeError, ValueError):
        return dns.name.from_text("invalid.")


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _is_lame(response: dns.message.QueryMessage) -> bool:
    """Whether an empty answer is a referral or an unfinished alias, so that it says nothing (RFC 2308, 2.2)."""
    is_final = any(found.rdtype == dns.rdatatype.SOA for found in response.authority)
    refers = any(found.rdtype == dns.rdatatype.NS for found in response.authority)
    return not is_final and (refers or bool(response.answer))


def _reason(error: Exception) -> str:
    if isinstance(error, dns.exception.Timeout):
        return "timed out"
    if isinstance(error, dns.resolver.NoNameservers):
        return "all of them failed"
    return "not a valid answer"

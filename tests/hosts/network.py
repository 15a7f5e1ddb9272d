"""Hosts in network namespaces of their own: each has a host name, a link to the database and a link to the mail server.

The database and the mail server are in the namespace of this process, a new one (tests/support/namespaces.py).
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

DATABASE, MAIL = "db", "mail"
LINKS = (DATABASE, MAIL)
ADDRESSES = {DATABASE: "10.9.0.1", MAIL: "10.9.0.2"}  # of the servers
_SUBNETS = {DATABASE: 1, MAIL: 2}
_HOLDER = 'hostname "$1" && ip link set lo up && echo ready && exec cat'


@dataclass(frozen=True, kw_only=True)
class Host:
    """A host; `holder` is the pid of a process in its namespaces."""

    number: int
    holder: int

    @property
    def name(self) -> str:
        """Its host name."""
        return f"host{self.number}"

    @property
    def address(self) -> str:
        """Its address as the mail server sees it."""
        return _address(self.number, MAIL, 2)

    def cut(self, *links: str) -> None:
        """Lose whatever is sent through these links."""
        for link in links:
            _ip("link", "set", f"{link}{self.number}", "down")

    def join(self, *links: str) -> None:
        """Repair these links."""
        for link in links:
            _ip("link", "set", f"{link}{self.number}", "up")


@contextmanager
def hosts(number: int) -> Iterator[list[Host]]:
    """That many hosts during the block."""
    _ip("link", "set", "lo", "up")
    for address in ADDRESSES.values():
        _ip("address", "add", f"{address}/32", "dev", "lo")
    holders: list[subprocess.Popen[str]] = []
    try:
        for place in range(1, number + 1):
            command = ["unshare", "--net", "--uts", "sh", "-c", _HOLDER, "sh", f"host{place}"]
            holders.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            holder = holders[-1]
            assert holder.stdout is not None
            assert holder.stdout.readline() == "ready\n"
            for link in LINKS:
                _connect(place, link, holder.pid)
        yield [Host(number=place, holder=holder.pid) for place, holder in enumerate(holders, 1)]
    finally:
        for holder in holders:
            holder.communicate()


def _connect(place: int, link: str, pid: int) -> None:
    here = f"{link}{place}"
    _ip("link", "add", "name", here, "type", "veth", "peer", "name", link, "netns", str(pid))
    _ip("address", "add", f"{_address(place, link, 1)}/24", "dev", here)
    _ip("link", "set", here, "up")
    there = ("nsenter", "--target", str(pid), "--net", "ip")
    for words in (
        ("address", "add", f"{_address(place, link, 2)}/24", "dev", link),
        ("link", "set", link, "up"),
        ("route", "add", ADDRESSES[link], "via", _address(place, link, 1)),
    ):
        subprocess.run([*there, *words], check=True)


def _address(place: int, link: str, end: int) -> str:
    return f"10.{_SUBNETS[link]}.{place}.{end}"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)

"""Namespaces of Linux for a command: a network and a host name of its own, for root and for ordinary users."""

import os
import subprocess

_NEW = ("--net", "--uts")
_AS_USER = ("--user", "--map-current-user", "--keep-caps")


def command_inside(command: list[str]) -> list[str]:
    """The command, run in network and UTS namespaces of its own; for an ordinary user in a user namespace too."""
    more = () if os.geteuid() == 0 else _AS_USER
    path = f"PATH={os.environ.get('PATH', '')}:/usr/sbin:/sbin"  # an ordinary user's has no `ip`
    return ["unshare", *more, *_NEW, "env", path, *command]


def namespaces_missing() -> str:
    """Why this user cannot make such namespaces; "" if they can."""
    try:
        tried = subprocess.run(
            command_inside(["ip", "link", "set", "lo", "up"]), capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return "unshare is not installed"
    said = (tried.stderr.strip().splitlines() or ["no reason given"])[-1]
    return "" if tried.returncode == 0 else f"network namespaces cannot be made here: {said}"

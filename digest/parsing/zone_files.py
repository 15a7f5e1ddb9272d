"""Time zones by name, from the files of this machine or of tzdata."""

import struct
from zoneinfo import ZoneInfo


def find_zone(name: str) -> ZoneInfo | None:
    """The IANA zone of that name; None where there is none, and where its file cannot be read."""
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError, struct.error):  # unknown, a folder, not a relative path, damaged
        return None

"""Lists of tags such as `v=DKIM1; k=rsa; p=…`, as DKIM and DMARC write them (RFC 6376, 3.2)."""

import re
from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def parse_tags(text: str) -> Mapping[str, str]:
    """The values by their names in lower case, in their order, without the space around them.

    Raises ValueError for a part that is not `name=value`, and for a name that occurs twice.
    """
    tags: dict[str, str] = {}
    parts = [part.strip() for part in text.split(";")]
    for part in parts:
        if not part:
            continue
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or _NAME.fullmatch(name) is None:
            raise ValueError(f"“{part[:40]}” is not written as name=value")
        if name.lower() in tags:
            raise ValueError(f"{name.lower()}= occurs twice")
        tags[name.lower()] = value
    return tags

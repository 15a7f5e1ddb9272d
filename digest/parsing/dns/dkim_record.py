"""Records of DKIM keys (RFC 6376, 3.6.1), as text."""

import base64
import binascii
import re
from dataclasses import dataclass

from digest.parsing.dns.tag_list import parse_tags


@dataclass(frozen=True, kw_only=True, slots=True)
class DkimRecord:
    """A key as it is published: `key` is its DER form, empty where it was revoked."""

    kind: str
    key: bytes
    hashes: frozenset[str]
    services: frozenset[str]
    flags: frozenset[str]

    @property
    def is_test(self) -> bool:
        """Whether receivers may treat the messages as unsigned (`t=y`)."""
        return "y" in self.flags

    @property
    def takes_sha256(self) -> bool:
        """Whether signatures with SHA-256 count."""
        return not self.hashes or "sha256" in self.hashes

    @property
    def is_for_mail(self) -> bool:
        """Whether the key may sign mail."""
        return not self.services or bool(self.services & {"*", "email"})


def parse_dkim(text: str) -> DkimRecord:
    """The record in a TXT value; raises ValueError that says what is wrong."""
    tags = parse_tags(text)
    if "v" in tags and (tags["v"] != "DKIM1" or next(iter(tags)) != "v"):
        raise ValueError("v=DKIM1 must be its first tag")
    if "p" not in tags:
        raise ValueError("it has no p= with the key")
    try:
        key = base64.b64decode(re.sub(r"\s+", "", tags["p"]), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the key in p= is not base64") from None
    return DkimRecord(
        kind=tags.get("k", "rsa").lower(),
        key=key,
        hashes=_names(tags.get("h", "")),
        services=_names(tags.get("s", "")),
        flags=_names(tags.get("t", "")),
    )


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in text.split(":") if name.strip())

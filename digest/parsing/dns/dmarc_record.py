"""DMARC records, and the domains at which they are looked for (RFC 9989, 4)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from digest.parsing.dns.tag_list import parse_tags

_VERSION = re.compile(r"\s*v\s*=\s*DMARC1\s*(?:;|$)")
_POLICIES = frozenset({"none", "quarantine", "reject"})
_REMOVED = ("pct", "rf", "ri")  # by RFC 9989, appendix C
_MOST_LABELS = 8  # a longer name is shortened to seven after the first question


@dataclass(frozen=True, kw_only=True, slots=True)
class DmarcRecord:
    """A policy. `policy` is None where it is missing or unknown; `psd` is "y", "n" or "u" (unknown).

    `removed` are tags that receivers ignore since RFC 9989; `reports` and `failure_reports` the addresses in rua and
    ruf.
    """

    policy: str | None
    subdomain_policy: str | None
    strict_dkim: bool
    strict_spf: bool
    psd: str
    is_test: bool
    reports: tuple[str, ...]
    failure_reports: tuple[str, ...]
    removed: tuple[str, ...]


def is_dmarc(text: str) -> bool:
    """Whether a TXT value is a DMARC record; others at the same name are ignored."""
    return _VERSION.match(text) is not None


def parse_dmarc(text: str) -> DmarcRecord:
    """The record in a TXT value; raises ValueError that says what is wrong."""
    if not is_dmarc(text):
        raise ValueError("it does not begin with v=DMARC1")
    tags = parse_tags(text)
    return DmarcRecord(
        policy=_policy(tags, "p"),
        subdomain_policy=_policy(tags, "sp"),
        strict_dkim=tags.get("adkim", "r").lower() == "s",
        strict_spf=tags.get("aspf", "r").lower() == "s",
        psd=tags.get("psd", "u").lower(),
        is_test=tags.get("t", "n").lower() == "y",
        reports=_addresses(tags.get("rua", "")),
        failure_reports=_addresses(tags.get("ruf", "")),
        removed=tuple(name for name in _REMOVED if name in tags),
    )


def tree_walk(domain: str) -> Iterator[str]:
    """The domains whose record is looked for, the domain itself first (RFC 9989, 4.10)."""
    labels = domain.lower().rstrip(".").split(".")
    yield ".".join(labels)
    shortened = labels[-(_MOST_LABELS - 1) :] if len(labels) > _MOST_LABELS else labels[1:]
    for start in range(len(shortened)):
        yield ".".join(shortened[start:])


def organizational_domain(domain: str, records: Mapping[str, DmarcRecord]) -> str:
    """The domain that an organization registered, by the records that the tree walk found (RFC 9989, 4.10.2)."""
    names = list(tree_walk(domain))
    for name in names:
        record = records.get(name)
        if record is not None and record.psd == "n":
            return name
        if record is not None and record.psd == "y" and name != names[0]:
            return _below(names[0], name)
    found = [name for name in names if name in records]
    return found[-1] if found else names[0]


def _below(domain: str, parent: str) -> str:
    """The name one label below the parent, on the way to the domain."""
    count = parent.count(".") + 2
    return ".".join(domain.split(".")[-count:])


def _policy(tags: Mapping[str, str], name: str) -> str | None:
    policy = tags.get(name, "").lower()
    return policy if policy in _POLICIES else None


def _addresses(text: str) -> tuple[str, ...]:
    """The addresses of `mailto:` URIs; a limit of size after "!" is left out (it is obsolete)."""
    uris = (uri.strip().partition("!")[0] for uri in text.split(","))
    return tuple(uri[len("mailto:") :] for uri in uris if uri.lower().startswith("mailto:"))

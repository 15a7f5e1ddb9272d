"""Addresses `/r/ISSUE/N`: each leads to the N-th link of an issue, whose target can still be changed."""

import re
from collections.abc import Iterable, Mapping
from html import escape

from digest.model.issues import Slot

_ISSUE = re.compile(r"(?P<edition>.+)-(?P<slot>\d{4}-\d\d-\d\d(?:\.\d{1,2})?)", re.ASCII)


def redirect_urls(base_url: str, edition: str, slot: Slot, urls: Iterable[str]) -> dict[str, str]:
    """The address that leads to each of an issue's links; their order gives the numbers, from 1."""
    return {url: f"{base_url}{_path(edition, slot)}{number}" for number, url in enumerate(urls, start=1)}


def parse_issue(text: str) -> tuple[str, Slot] | None:
    """The edition and the slot that `daily-2026-10-01` names; None for any other text."""
    match = _ISSUE.fullmatch(text)
    try:
        return None if match is None else (match["edition"], Slot.parse(match["slot"]))
    except ValueError:
        return None


def has_redirects(html: str, edition: str, slot: Slot) -> bool:
    """Whether the HTML of an issue has such links."""
    return _path(edition, slot) in html


def with_direct_links(html: str, edition: str, slot: Slot, targets: Mapping[int, str]) -> str:
    """The HTML of an issue with its links as they were composed, whatever `base_url` was then."""
    link = re.compile(rf'"https?://[^"\s<>]*{re.escape(_path(edition, slot))}(\d{{1,6}})"', re.ASCII)

    def direct(match: re.Match[str]) -> str:
        target = targets.get(int(match[1]))
        return match[0] if target is None else f'"{escape(target)}"'

    return link.sub(direct, html)


def _path(edition: str, slot: Slot) -> str:
    return f"/r/{edition}-{slot}/"

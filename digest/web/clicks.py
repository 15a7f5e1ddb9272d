"""Which clicks on links of messages are those of programs: scanners of mail open links before people do."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from digest.model.web import LinkTarget

_PROGRAMS = re.compile(  # what begins like a browser; others need no name
    r"(?<!cu)bot\b|crawl|spider|scan|preview|fetch|monitor|headless|phantom|safelinks|barracuda|proofpoint|mimecast"
    r"|symantec|trend ?micro|fireeye|cloudmark|fortinet|sophos|defender|googleimageproxy|yahoomailproxy"
    r"|facebookexternal",
    re.IGNORECASE,
)
_SPAN = timedelta(seconds=10)
_MOST_LINKS = 4  # different links of an issue that a person follows in that time
_MOST_VISITORS = 10_000  # that are remembered at once


def is_program(method: str, headers: Mapping[str, str]) -> bool:
    """Whether one request alone shows that no person made it."""
    agent = headers.get("user-agent", "")
    prefetched = "prefetch" in headers.get("sec-purpose", headers.get("purpose", ""))
    return (
        method == "HEAD" or prefetched or not agent.startswith(("Mozilla/", "Opera/")) or bool(_PROGRAMS.search(agent))
    )


@dataclass
class RecentClicks:
    """Who followed which links in the last seconds, in memory alone; a visitor is a keyed hash."""

    _clicks: OrderedDict[tuple[str, int], list[tuple[datetime, int]]] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def add(self, visitor: str, link: LinkTarget, now: datetime) -> list[int]:
        """Remember a click; once the visitor follows too many links to be a person, the numbers of all their clicks.

        These are the clicks that were taken for those of a person until now, with this one.
        """
        with self._lock:
            known = self._clicks.pop((visitor, link.issue_id), [])
            recent = [one for one in known if now - one[0] <= _SPAN]
            links = {number for _at, number in recent if number} | {link.number}
            is_over = len(links) > _MOST_LINKS or any(not number for _at, number in recent)
            # Once it is a program, number 0 stays in place of its clicks.
            self._clicks[visitor, link.issue_id] = [(now, 0)] if is_over else [*recent, (now, link.number)]
            while len(self._clicks) > _MOST_VISITORS:
                self._clicks.popitem(last=False)
        return [*(number for _at, number in recent if number), link.number] if is_over else []

"""Takes pages apart within 10 seconds and 1 GB, for what a stranger sends may be made to keep the parser busy.

Simple pages are taken apart here, for a process costs more than they do. Others go to a process of their own
(`python -m digest.sources.page.page_sandbox`): question and answer are JSON.
"""

import json
import re
import resource
import subprocess  # runs this very module
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from digest.errors import ParseError
from digest.sources.page.listing import Listing, read_listing
from digest.sources.page.structured_data import PageSays, read_markup

SECONDS = 10.0

_MODULE = "digest.sources.page.page_sandbox"
_MEMORY = 1_000_000_000
_LARGE = 3_000_000
# Above these the parser's time grows with the square: elements within elements, options, attributes (measured).
_MOST = (("<", 25_000), ("<option", 5_000))
_DEEPEST = 500
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{50000}")
_TAG = re.compile(r"(?i)<(/?)(?!(?:img|br|meta|link|input|hr|source|wbr|area|col|embed|param|track)\b)[a-z]")
_TOO_MUCH = "is too large or too deeply nested to be understood"


def listing_within_limits(page: str, item: str, fields: Mapping[str, str], *, seconds: float = SECONDS) -> Listing:
    """What `read_listing` says; raises ParseError where the page takes too long or too much memory."""
    if is_simple(page):
        return read_listing(page, item, fields)
    told = _asked({"listing": [page, item, dict(fields)]}, seconds)
    return Listing(told["base"], tuple(told["items"]), told["found"])


def markup_within_limits(page: str, url: str, selectors: Mapping[str, str], *, seconds: float = SECONDS) -> PageSays:
    """What `read_markup` says; raises ParseError where the page takes too long or too much memory."""
    if is_simple(page):
        return read_markup(page, url, selectors)
    told = _asked({"markup": [page, url, dict(selectors)]}, seconds)
    return PageSays(told["counters"], told["image_credit"], tuple(told["unmatched"]), told["unread"])


def is_simple(page: str) -> bool:
    """True for a page that cannot keep the parser busy for long."""
    if len(page) > _LARGE or any(page.count(sign) > most for sign, most in _MOST) or _LONG_TAG.search(page):
        return False
    depth = 0
    for tag in _TAG.finditer(page):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > _DEEPEST:
            return False
    return True


def _asked(question: dict[str, Any], seconds: float) -> dict[str, Any]:
    try:
        done = subprocess.run(  # noqa: S603  # a fixed command, no shell
            [sys.executable, "-P", "-m", _MODULE],
            check=False,
            input=json.dumps(question).encode("ascii"),
            capture_output=True,
            timeout=seconds,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise ParseError(f"takes longer than {seconds:g} s to understand, which no real page does") from None
    except ValueError:
        raise ParseError(_TOO_MUCH) from None
    return answer


def main() -> None:
    """Answer one question from stdin on stdout, within this process's limits."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS) + 1, int(SECONDS) + 2))
    ((kind, arguments),) = json.load(sys.stdin).items()
    answer = read_listing(*arguments) if kind == "listing" else read_markup(*arguments)
    sys.stdout.write(json.dumps(asdict(answer)))


if __name__ == "__main__":
    main()

"""Reads a page within limits: simple pages here, any other one in the sandbox."""

import re
from collections.abc import Mapping

from digest.sources import sandbox
from digest.sources.page.listing import Listing, read_listing
from digest.sources.page.structured_data import PageCounters, read_markup
from digest.sources.sandbox import DEFAULT_LIMITS, SandboxLimits

_LARGEST_SIMPLE = 3_000_000  # characters
# Above these the parser's time grows with the square: elements within elements, options, attributes (measured).
_MOST = (("<", 25_000), ("<option", 5_000))
_DEEPEST = 500
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{50000}")
# Elements that HTML opens again in each later block if they are left open, once for each way in which they are written.
# What looks like their end may be in a comment. The group is empty where it is not sure that the tag ends at the `>`.
_REOPENED = re.compile(
    r"<(?i:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/])"
    r"((?:\s++[\w:-]++(?:=(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=`]++))?)*\s*+/?>)?"
)
_MOST_REOPENED = 500_000  # elements, which take 200 MB
_TAG = re.compile(r"(?i)<(/?)(?!(?:img|br|meta|link|input|hr|source|wbr|area|col|embed|param|track)\b)[a-z]")


def listing_within_limits(
    page: str, item: str, fields: Mapping[str, str], url: str | None = None, *, limits: SandboxLimits = DEFAULT_LIMITS
) -> Listing:
    """Read a page as `read_listing` does; raises ParseError for one that exceeds the limits."""
    if is_simple(page):
        return read_listing(page, item, fields, url)
    found = sandbox.run("listing", page, item, dict(fields), url, limits=limits)
    return Listing(found["base"], tuple(found["items"]), found["found"])


def markup_within_limits(page: str, url: str, selectors: Mapping[str, str]) -> PageCounters:
    """Read a page as `read_markup` does; raises ParseError for one that exceeds the limits."""
    if is_simple(page):
        return read_markup(page, url, selectors)
    found = sandbox.run("markup", page, url, dict(selectors))
    return PageCounters(**{**found, "unmatched": tuple(found["unmatched"])})


def is_simple(page: str) -> bool:
    """Whether a page cannot keep the parser busy for long."""
    if len(page) > _LARGEST_SIMPLE or any(page.count(sign) > most for sign, most in _MOST) or _LONG_TAG.search(page):
        return False
    if _ways(page) * page.count("<") > _MOST_REOPENED:
        return False
    depth = 0
    for tag in _TAG.finditer(page):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > _DEEPEST:
            return False
    return True


def _ways(page: str) -> int:
    """In how many ways the elements are written that may be opened again."""
    written = [(tag[0], tag.start() if tag[1] is None else 0) for tag in _REOPENED.finditer(page)]
    return len(set(written))

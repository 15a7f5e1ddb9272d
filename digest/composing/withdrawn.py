"""Which articles their sources have taken down, by what each listed in its latest answer. Pure.

That a source lists an article no more proves little: feeds have room for a few, and lists of what is read most change
all the time. An article was taken down where the source still lists what it had published before and nearly all that
came after. Caches of a portal may give an older answer for a while, so it must list something later, or have left the
article out for an hour.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from digest.model.articles import Article, LastListing

_FEWEST_EARLIER = 3  # articles; one or two may have been put at the top of the list for days
_LONGEST_CACHED = timedelta(hours=1)
_PART_MISSING = 5  # at most one in five may be missing of what was published since


def withdrawn_keys(
    articles: Iterable[Article], listings: Iterable[LastListing], *, with_pages: Collection[str] = ()
) -> frozenset[str]:
    """The keys of those of the articles that all their sources have taken down.

    Of sources `with_pages` nobody knows: they give an article whose page was due after they have listed it last.
    """
    by_source: defaultdict[str, list[LastListing]] = defaultdict(list)
    for one in listings:
        if one.source not in with_pages:
            by_source[one.source].append(one)
    gone = {(name, key) for name, ones in by_source.items() for key in _taken_down(ones)}
    return frozenset(
        one.key for one in articles if one.sources and all((name, one.key) in gone for name in one.sources)
    )


def _taken_down(listings: Iterable[LastListing]) -> Iterator[str]:
    """The keys of the articles that a source has taken down."""
    listed: list[datetime] = []
    missing: list[LastListing] = []
    for one in listings:
        if one.taken_at < one.visited_at:
            missing.append(one)
        else:
            listed.append(one.published_at)
    if len(listed) < _FEWEST_EARLIER:
        return
    listed.sort()
    start = listed[_FEWEST_EARLIER - 1]
    missing = [one for one in missing if one.published_at > start]
    known = len(listed) - bisect_left(listed, start) + len(missing)
    if len(missing) > max(1, known // _PART_MISSING):
        return
    for one in missing:
        is_later_listed = bisect_right(listed, one.published_at) < len(listed)
        if is_later_listed or one.visited_at - one.taken_at >= _LONGEST_CACHED:
            yield one.key

"""Which articles their sources have taken down, by when each listed its articles last. Pure.

That a source lists an article no more proves little: feeds have room for a few, and lists of what is read most or was
changed last drop any of them. It proves something in a list by date. From such a list the earliest articles go first,
so one is gone early only where it was taken down; of other lists many articles go before earlier ones.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from digest.model.articles import Article, LastListing

_FEWEST_EARLIER = 3  # articles; one or two may have been put at the top of the list for days
_SHORTEST_ABSENCE = timedelta(hours=1)  # the servers of a portal may give different answers for a while
_KNOWN_FOR_ONE = 20  # of the articles of a list by date at most one in 20 went before earlier ones
_BESIDE_ONE = 10  # at most one in ten may be missing among those that are listed now


def taken_down_keys(
    articles: Iterable[Article], listings: Iterable[LastListing], sources: Collection[str]
) -> frozenset[str]:
    """The keys of those of the articles that all their sources have taken down, each of which is one of `sources`."""
    by_source: defaultdict[str, list[LastListing]] = defaultdict(list)
    for one in listings:
        if one.source in sources:
            by_source[one.source].append(one)
    gone = {(name, key) for name, ones in by_source.items() for key in _taken_down(ones)}
    return frozenset(
        one.key for one in articles if one.sources and all((name, one.key) in gone for name in one.sources)
    )


def _taken_down(listings: Iterable[LastListing]) -> Iterator[str]:
    """The keys of the articles that a source has taken down; none where it has no list by date."""
    by_date = sorted(listings, key=lambda one: (one.published_at, one.taken_at))
    early = list(_gone_before_earlier_ones(by_date))
    listed = [one.published_at for one in by_date if one.taken_at == one.visited_at]
    if len(early) * _KNOWN_FOR_ONE > len(by_date) or len(listed) < _FEWEST_EARLIER:
        return
    # Behind the latest one an answer may be older than another before it.
    start, end = listed[_FEWEST_EARLIER - 1], listed[-1]
    missing = [one for one in early if start < one.published_at < end]
    if len(missing) > max(1, _number_between(by_date, start, end) // _BESIDE_ONE):
        return
    for one in missing:
        if one.visited_at - one.taken_at >= _SHORTEST_ABSENCE:
            yield one.key


def _gone_before_earlier_ones(by_date: Iterable[LastListing]) -> Iterator[LastListing]:
    """The articles that were listed last before one of an earlier date was."""
    latest: datetime | None = None
    for one in by_date:
        if latest is not None and one.taken_at < latest:
            yield one
        else:
            latest = one.taken_at


def _number_between(by_date: list[LastListing], start: datetime, end: datetime) -> int:
    dates = [one.published_at for one in by_date]
    return bisect_left(dates, end) - bisect_right(dates, start)

"""Articles that their sources have taken down: what a source lists beside them tells."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from digest.composing.withdrawn import withdrawn_keys
from digest.model.articles import Article, LastListing

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)


def article(number: int, *sources: str) -> Article:
    """The article of that number, published that many hours ago."""
    published_at = NOW - timedelta(hours=number)
    return Article(key=str(number), url="", title="", published_at=published_at, sources=sources or ("main",))


def answer(
    listed: Iterable[int], missing: Iterable[int] = (), *, minutes: int = 15, name: str = "main"
) -> list[LastListing]:
    """What a source has listed now, and what it listed last some minutes ago."""
    times = {**dict.fromkeys(listed, NOW), **dict.fromkeys(missing, NOW - timedelta(minutes=minutes))}
    return [
        LastListing(
            source=name,
            key=str(number),
            published_at=NOW - timedelta(hours=number),
            taken_at=taken_at,
            visited_at=NOW,
        )
        for number, taken_at in times.items()
    ]


@pytest.mark.parametrize(
    ("listings", "withdrawn"),
    [
        (answer([1, 3, 4, 5], [2]), {"2"}),
        (answer([2, 3, 4], [1], minutes=60), {"1"}),  # the newest one
        (answer([1, *range(4, 14)], [2, 3]), {"2", "3"}),
    ],
)
def test_withdrawn_keys_article_missing_among_others_is_withdrawn(
    listings: list[LastListing], withdrawn: set[str]
) -> None:
    """Its source lists what it had published before it, and nearly all that came after."""
    assert withdrawn_keys(map(article, range(1, 15)), listings) == withdrawn


@pytest.mark.parametrize(
    "listings",
    [
        answer([1, 2, 3, 4, 5]),
        answer([2, 3, 4], [1], minutes=45),  # the cache of a server may be older
        answer([1, 2, 3], [4, 5, 6], minutes=90),  # a feed has room for three
        answer([1, 2, 9, 10], [3, 4, 5], minutes=90),  # two have been put at its top
        answer([1, 3, 5, 7, 9], [2, 4, 6, 8], minutes=90),  # a list of what is read most
        answer([4, 5], [1, 2, 3], minutes=90),
        answer([], [1, 2, 3], minutes=90),
    ],
    ids=["all", "cache", "room", "top", "most-read", "few", "empty"],
)
def test_withdrawn_keys_article_that_may_only_have_dropped_out_stays(listings: list[LastListing]) -> None:
    """The issue would lose what nobody took down."""
    assert withdrawn_keys(map(article, range(1, 11)), listings) == set()


def test_withdrawn_keys_article_that_another_source_lists_stays() -> None:
    """It is withdrawn where all its sources have taken it down."""
    gone, kept = answer([1, 3, 4, 5], [2]), answer([2], name="blog")
    both = article(2, "main", "blog")
    assert withdrawn_keys([both], [*gone, *kept]) == set()
    assert withdrawn_keys([both], [*gone, *answer([1, 3, 4, 5], [2], name="blog")]) == {"2"}
    assert withdrawn_keys([article(2)], gone, with_pages=["main"]) == set()
    assert withdrawn_keys([Article(key="2", url="", title="", published_at=NOW)], gone) == set()  # an editor added it

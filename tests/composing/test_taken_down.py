"""Articles that their sources have taken down: what a source lists beside them, and has listed before, tells."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.composing.taken_down import taken_down_keys
from digest.model.articles import Article, LastListing

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
GONE = {2: 60}


def article(number: int, *sources: str) -> Article:
    """The article of that number, published that many hours ago."""
    published_at = NOW - timedelta(hours=number)
    return Article(key=str(number), url="", title="", published_at=published_at, sources=sources or ("main",))


def answer(listed: Iterable[int], gone: Mapping[int, int] = {}, *, name: str = "main") -> list[LastListing]:
    """What a source lists now, and how many minutes ago it listed others last."""
    return [
        LastListing(
            source=name,
            key=str(number),
            published_at=NOW - timedelta(hours=number),
            taken_at=NOW - timedelta(minutes=minutes),
            visited_at=NOW,
        )
        for number, minutes in {**dict.fromkeys(listed, 0), **gone}.items()
    ]


def left(numbers: Iterable[int]) -> dict[int, int]:
    """Articles that left a list by date, the earliest first."""
    return {number: 10 * number for number in numbers}


@pytest.mark.parametrize(
    ("listings", "expected"),
    [
        (answer([1, *range(3, 21)], GONE), {"2"}),
        (answer([1, 3, 4, 5, 6], GONE | left(range(7, 21))), {"2"}),  # most have left it for want of room
        (answer([1, *range(4, 41)], {2: 60, 3: 600}), {"2", "3"}),
    ],
)
def test_taken_down_keys_article_missing_in_a_list_by_date_is_taken_down(
    listings: list[LastListing], expected: set[str]
) -> None:
    """Its source lists what it had published before it and after it."""
    assert taken_down_keys(map(article, range(1, 50)), listings, ["main"]) == expected


@pytest.mark.parametrize(
    "listings",
    [
        answer(range(1, 21)),
        answer(range(2, 21), {1: 600}),
        answer([1, *range(3, 21)], {2: 59}),
        answer([1, *range(3, 20)], GONE),
        answer([1, 3, 4, 5], GONE),
        answer([1, 3, 4], GONE | left(range(5, 30))),
        answer([1, 2, 3, 20, 21], left(range(4, 20)) | left(range(22, 30))),
        answer([1, *range(4, 12)], {2: 60, 3: 60} | left(range(12, 60))),
        answer([1, *range(3, 10)], GONE | left(range(10, 30)) | {12: 900}),
        answer([], left(range(1, 30))),
    ],
    ids=["all", "old-answer", "hour", "few", "fewer", "end", "top", "several", "order", "empty"],
)
def test_taken_down_keys_article_that_may_only_have_dropped_out_stays(listings: list[LastListing]) -> None:
    """The issue would lose what nobody took down."""
    assert taken_down_keys(map(article, range(1, 70)), listings, ["main"]) == set()


@pytest.mark.parametrize("room", [5, 10, 20])
@pytest.mark.parametrize("changed", [2, 3, 7])
def test_taken_down_keys_list_of_what_was_changed_last_has_none(room: int, changed: int) -> None:
    """An article that is changed is listed for longer than later ones. One is published each hour."""
    last: dict[int, int] = {}
    for hour in range(60):
        changes = {number: number + 6 * (number % changed == 0 and number + 6 <= hour) for number in range(hour + 1)}
        last |= dict.fromkeys(sorted(changes, key=lambda number: changes[number])[-room:], hour)
        ages = {hour - number: 60 * (hour - listed) for number, listed in last.items()}
        assert taken_down_keys(map(article, ages), answer([], ages), ["main"]) == set()


def test_taken_down_keys_articles_of_one_moment_leave_a_list_by_date_in_any_order() -> None:
    """Those that were imported together may have one."""
    moment = NOW - timedelta(hours=30)
    imported = [replace(one, published_at=moment) for one in answer(range(50, 60), left(range(30, 40)))]
    assert taken_down_keys([article(2)], [*answer([1, *range(3, 21)], GONE), *imported], ["main"]) == {"2"}


def test_taken_down_keys_article_that_another_source_lists_stays() -> None:
    """It counts where all its sources have taken it down, and nobody knows it of other sources."""
    gone, kept = answer([1, *range(3, 21)], GONE), answer([2], name="blog")
    also_gone = answer([1, *range(3, 21)], GONE, name="blog")
    both, names = article(2, "main", "blog"), ["main", "blog"]
    assert taken_down_keys([both], [*gone, *kept], names) == set()
    assert taken_down_keys([both], [*gone, *also_gone], names) == {"2"}
    assert taken_down_keys([both], [*gone, *also_gone], ["main"]) == set()
    assert taken_down_keys([Article(key="2", url="", title="", published_at=NOW)], gone, names) == set()  # an editor's

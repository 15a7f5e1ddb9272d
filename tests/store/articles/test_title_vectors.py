"""Vectors of titles: found by their keys, added by several processes, removed when they were not used."""

from datetime import timedelta

import pytest

from digest.store.articles.title_vectors import TitleVectors
from digest.store.engine.database import Database
from tests.support.store import NOW, minutes


@pytest.fixture
def vectors(database: Database) -> TitleVectors:
    """The vectors of an empty database."""
    return TitleVectors(database)


def test_title_vectors_are_found_by_key(vectors: TitleVectors) -> None:
    """Many at once, and unknown keys are left out; one that is added again keeps its vector."""
    many = {number.to_bytes(16, "big"): bytes([number % 256]) * 1024 for number in range(2500)}
    vectors.add(many, NOW)
    vectors.add({b"a": b"1"}, NOW)
    vectors.add({b"a": b"2", b"b": b"3"}, NOW)
    assert vectors.find([*many, b"unknown"], NOW) == many
    assert vectors.find([b"a", b"b"], NOW) == {b"a": b"1", b"b": b"3"}
    assert vectors.find([], NOW) == {}


def test_title_vectors_unused_are_removed(vectors: TitleVectors) -> None:
    """When others are added, after fourteen days; a use in between keeps one, if it is a day after the last."""
    day = timedelta(days=1)
    vectors.add({b"a": b"1", b"b": b"2", b"c": b"3"}, NOW)
    vectors.find([b"a"], NOW + day)
    vectors.find([b"b"], NOW + day + minutes(1))
    vectors.add({b"d": b"4"}, NOW + 14 * day)
    assert set(vectors.find([b"a", b"b", b"c"], NOW)) == {b"a", b"b", b"c"}
    vectors.add({b"d": b"4"}, NOW + 14 * day + minutes(1))
    assert vectors.find([b"a", b"b", b"c", b"d"], NOW) == {b"b": b"2", b"d": b"4"}

"""The comparer of titles: what it stores, when it loads the encoder, and what it reports without it."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from digest.encoding import availability, sentence_encoder
from digest.encoding.availability import LETTERS_ONLY
from digest.encoding.title_comparer import TitleComparer
from digest.store.articles.title_vectors import TitleVectors
from digest.store.engine.database import Database
from digest.stories.letters import Matrix
from tests.support.installation import FrozenClock
from tests.support.store import opened

CLOCK = FrozenClock(datetime(2026, 10, 1, 4, tzinfo=UTC))
TITLES = ["Туман закрыл порт", "Fog closes the port", "Council votes on trams"]


@pytest.fixture
def database() -> Iterator[Database]:
    """An empty database in memory."""
    with opened("sqlite://") as database:
        yield database


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were given to the encoder, which is replaced by one that tells fog from anything else."""
    texts: list[str] = []

    class Recorder:
        def __call__(self, given: Sequence[str]) -> Matrix:
            texts.extend(given)
            return np.array([[1, 0] if "ог" in text or "ума" in text or "Fog" in text else [0, 1] for text in given])

    monkeypatch.setattr(sentence_encoder, "SentenceEncoder", Recorder)
    return texts


def compared(comparer: TitleComparer, *titles: str) -> list[tuple[int, ...]]:
    """The titles in groups."""
    return list(comparer(titles, [None] * len(titles)).stories)


def test_comparer_encodes_a_title_once(database: Database, encoded: list[str]) -> None:
    """Also in another process; only titles that are new are encoded, and the answer is the same."""
    vectors = TitleVectors(database)
    assert compared(TitleComparer(vectors, CLOCK), *TITLES) == [(0, 1), (2,)]
    assert sorted(encoded) == sorted(TITLES)
    del encoded[:]
    assert compared(TitleComparer(vectors, CLOCK), *TITLES, "Ferry waits", TITLES[0]) == [(0, 1, 4), (2,), (3,)]
    assert encoded == ["Ferry waits"]


def test_comparer_in_one_script_loads_no_encoder(database: Database, encoded: list[str]) -> None:
    """Nothing is encoded and nothing is stored."""
    assert compared(TitleComparer(TitleVectors(database), CLOCK), *TITLES[1:]) == [(0,), (1,)]
    assert encoded == []


def test_comparer_without_store_encodes_each_time(encoded: list[str]) -> None:
    """As for the titles of a file."""
    comparer = TitleComparer(None, CLOCK)
    assert compared(comparer, *TITLES) == [(0, 1), (2,)]
    assert compared(comparer, *TITLES[:2]) == [(0, 1)]
    assert sorted(encoded) == sorted([*TITLES, *TITLES[:2]])


def test_comparer_asked_the_same_again_compares_once(encoded: list[str]) -> None:
    """A page of the console and its preview ask so; other times are another question."""
    comparer = TitleComparer(None, CLOCK)
    answers = [comparer(TITLES, [moment] * len(TITLES)) for moment in (None, None, CLOCK.now(), None)]
    assert answers[0] is answers[1]
    assert answers[1] is not answers[2]
    assert len(encoded) == 2 * len(TITLES)


def test_comparer_asked_two_questions_by_turns_compares_each_once(encoded: list[str]) -> None:
    """An issue with late articles is compared with the previous one too, and so is its preview."""
    comparer = TitleComparer(None, CLOCK)
    answers = [comparer(titles, [None] * len(titles)) for titles in (TITLES, TITLES[:2]) * 2]
    assert answers[0] is answers[2]
    assert answers[1] is answers[3]
    assert len(encoded) == len(TITLES) + 2


def test_comparer_lone_surrogates_have_a_key(database: Database, encoded: list[str]) -> None:
    """A title that UTF-8 cannot write is stored like any other."""
    vectors = TitleVectors(database)
    for _ in range(2):
        compared(TitleComparer(vectors, CLOCK), "\ud800 туман", "Fog \udfff")
    assert len(encoded) == 2


def test_comparer_real_encoder_gives_the_same_cold_and_warm(database: Database) -> None:
    """The vectors are rounded before they are used, so a stored one gives the same similarity."""
    comparer = TitleComparer(TitleVectors(database), CLOCK)
    cold, warm = (comparer(TITLES, [None] * 3) for _ in range(2))
    assert cold.stories == warm.stories == ((0, 1), (2,))
    assert (cold.matrix == warm.matrix).all()


def test_comparer_without_the_extra_reports_it_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Only where two scripts meet; titles that are written alike are still joined."""
    monkeypatch.setattr(availability, "find_spec", lambda _name: None)
    comparer = TitleComparer(None, CLOCK)
    with caplog.at_level(logging.WARNING, "digest"):
        assert compared(comparer, *TITLES[1:]) == [(0,), (1,)]
        assert caplog.messages == []
        for _ in range(2):
            assert compared(comparer, *TITLES) == [(0,), (1,), (2,)]
        assert compared(comparer, "Первый Су-57 передан", "Pervyi Su-57 peredan") == [(0, 1)]
    assert caplog.messages == [LETTERS_ONLY]


def test_comparer_drops_vectors_after_two_weeks(database: Database, encoded: list[str]) -> None:
    """A title that is compared again in between is kept."""
    vectors = TitleVectors(database)

    def compare_after(days: int, *titles: str) -> list[str]:
        del encoded[:]
        compared(TitleComparer(vectors, FrozenClock(CLOCK.now() + timedelta(days=days))), *titles)
        return list(encoded)

    assert len(compare_after(0, *TITLES)) == 3
    assert compare_after(10, *TITLES[:2]) == []
    assert compare_after(20, *TITLES[:2], "Ferry waits") == ["Ferry waits"]
    assert compare_after(21, *TITLES) == [TITLES[2]]


def test_title_comparer_of_any_titles_leaves_other_cores_alone() -> None:
    """The threads of NumPy's BLAS would keep a second core busy after each comparison, so it has one."""
    with threadpool_limits(limits=2, user_api="blas"):
        TitleComparer(None, CLOCK)(TITLES, [None] * len(TITLES))
        assert {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"} == {1}

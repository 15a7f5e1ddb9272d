"""Requests with an Idempotency-Key, also many at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from digest.model.api import Scope
from digest.store.access.api_tokens import ApiTokens
from digest.store.access.idempotency import Idempotency, KeyedRequest, StoredAnswer, Unanswered
from digest.store.engine.database import Database
from tests.support.installation import SLOT
from tests.support.store import opened

ANSWER = StoredAnswer(202, "{}")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MOMENT = timedelta(seconds=1)


def request_of(database: Database, content: bytes = b"body") -> KeyedRequest:
    """A request of a token that exists."""
    tokens = ApiTokens(database)
    tokens.add("portal", [Scope.MANAGE], SLOT)
    return KeyedRequest(tokens.list()[0].id, b"key", content)


def test_one_of_many_attempts_at_once_is_carried_out(store_url: str) -> None:
    """The others are told that it is running, and later get its answer."""
    with opened(store_url) as database, ThreadPoolExecutor(8) as pool:
        stored, request = Idempotency(database), request_of(database)
        outcomes = list(pool.map(lambda _: stored.begin(request, SLOT), range(16)))
        assert sorted(map(str, outcomes)) == [str(Unanswered.NEW)] + [str(Unanswered.RUNNING)] * 15
        stored.finish(request, ANSWER)
        assert set(pool.map(lambda _: stored.begin(request, SLOT), range(16))) == {ANSWER}


def test_key_is_for_one_request_and_a_day(store_url: str) -> None:
    """Another request is refused; a failed one is forgotten; one that died is taken over; an old one is deleted."""
    with opened(store_url) as database:
        stored, request = Idempotency(database), request_of(database)
        assert stored.begin(request, SLOT) is Unanswered.NEW
        assert stored.begin(request_of(database, b"other"), SLOT) is Unanswered.OTHER_REQUEST
        stored.forget(request)
        assert stored.begin(request, SLOT) is Unanswered.NEW
        assert stored.begin(request, SLOT + MINUTE - MOMENT) is Unanswered.RUNNING
        assert stored.begin(request, SLOT + MINUTE) is Unanswered.NEW
        assert stored.begin(request, SLOT + MINUTE + MOMENT) is Unanswered.RUNNING
        stored.finish(request, ANSWER)
        assert stored.begin(request, SLOT + MINUTE + DAY - MOMENT) == ANSWER
        assert stored.begin(request, SLOT + MINUTE + DAY) is Unanswered.NEW

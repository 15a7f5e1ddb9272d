"""Imports: who carries one out, and what is kept of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from digest.model.api import ImportState
from digest.model.subscribers import SubscriberStatus
from digest.store.database import Database
from digest.store.import_jobs import ImportJobs, is_in_running_import
from tests.support.installation import SLOT
from tests.support.store import opened

LIST = b"email\nAnna@Readers.example\n"
LATER = SLOT + timedelta(minutes=2)


def is_waiting(database: Database) -> bool:
    """Whether Anna is in a list that is not imported yet."""
    with database.read() as connection:
        return is_in_running_import(connection, "anna@readers.example")


def test_import_is_claimed_by_one_process(store_url: str) -> None:
    """Of many at once, until its claim is over; who has lost it stores nothing more."""
    with opened(store_url) as database, ThreadPoolExecutor(8) as pool:
        jobs = ImportJobs(database)
        added = jobs.add("me", LIST, editions=["daily"], status=SubscriberStatus.PENDING, ignored=[], now=SLOT)
        claims = [one for one in pool.map(lambda _: jobs.claim(SLOT), range(16)) if one is not None]
        ((job, token),) = claims
        assert (job.id, job.content, job.editions, job.lines) == (added.id, LIST, ("daily",), 2)
        assert jobs.advance(job.id, token, {"added": 1}, SLOT)
        second = jobs.claim(LATER)
        assert second is not None
        assert second[0].result == {"added": 1}
        assert not jobs.advance(job.id, token, {"added": 2}, LATER)
        jobs.finish(job.id, token, None, LATER)
        assert is_waiting(database)
        jobs.finish(job.id, second[1], None, LATER)
        found = jobs.find(job.id)
        assert found is not None
        assert (found.state, found.result, found.finished_at) == (ImportState.DONE, {"added": 1}, LATER)
        assert not is_waiting(database)


def test_import_is_deleted_a_month_after_its_end(store_url: str) -> None:
    """When the next one is added; the latest comes first."""
    with opened(store_url) as database:
        jobs = ImportJobs(database)
        first = jobs.add("me", LIST, editions=[], status=None, ignored=[], now=SLOT)
        claimed = jobs.claim(SLOT)
        assert claimed is not None
        jobs.finish(first.id, claimed[1], "it failed", SLOT)
        second = jobs.add("me", LIST, editions=[], status=None, ignored=[], now=LATER)
        assert [job.id for job in jobs.page(None, 10)] == [second.id, first.id]
        assert [job.id for job in jobs.page(second.id, 10)] == [first.id]
        third = jobs.add("me", LIST, editions=[], status=None, ignored=[], now=SLOT + timedelta(days=31))
        assert [job.id for job in jobs.page(None, 10)] == [third.id, second.id]

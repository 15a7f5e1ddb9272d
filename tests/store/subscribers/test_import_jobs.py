"""Imports: who carries one out, and what is kept of it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from unicodedata import normalize

import pytest

from digest.model.api import ImportState, UploadedList
from digest.model.subscribers import SubscriberStatus
from digest.model.users import AuditEntry
from digest.parsing.addresses import check_address
from digest.store.engine.database import Database
from digest.store.subscribers.import_drafts import ImportDrafts
from digest.store.subscribers.import_jobs import ImportJobs, is_in_running_import, list_contains
from tests.support.installation import SLOT
from tests.support.store import opened

PLAIN = UploadedList(by="me", result={"ignored": []})
LIST = b"email\nAnna@Readers.example\n"
LATER = SLOT + timedelta(minutes=1)  # when a claim is over
MOMENT = timedelta(microseconds=1)


def is_waiting(database: Database) -> bool:
    """Whether Anna is in a list that is not imported yet."""
    with database.read() as connection:
        return is_in_running_import(connection, "anna@readers.example")


def test_import_is_claimed_by_one_process(store_url: str) -> None:
    """Of many at once, until its claim is over; who has lost it stores nothing more."""
    with opened(store_url) as database, ThreadPoolExecutor(8) as pool:
        jobs = ImportJobs(database)
        added = jobs.add(replace(PLAIN, editions=("daily",), status=SubscriberStatus.PENDING), LIST, SLOT)
        claims = [one for one in pool.map(lambda _: jobs.claim(SLOT), range(16)) if one is not None]
        ((job, token),) = claims
        assert (job.id, job.content, job.editions, job.lines) == (added.id, LIST, ("daily",), 2)
        assert jobs.advance(job.id, token, {"added": 1}, SLOT)
        assert jobs.claim(LATER - MOMENT) is None
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


@pytest.mark.parametrize("domain", ["Гавань.example", "xn--80aafc7c0e.example", "гавань.example".upper()])
def test_list_contains_an_address_whose_domain_is_written_in_letters(domain: str) -> None:
    """It is stored as `xn--…`, and erasing its reader has to find it in a list that waits."""
    key = check_address("anna@гавань.example")
    content = f"email\nAnna@{domain}\n"
    assert list_contains(content.encode("utf-16"), key)
    assert list_contains(normalize("NFD", content).encode(), key)
    assert not list_contains(b"email\nanna@readers.example\n", key)


def test_import_fails_after_three_attempts_in_a_row_without_a_row(store_url: str) -> None:
    """Rows that are stored, and a process that is stopped, begin the attempts again; another import goes on."""
    with opened(store_url) as database:
        jobs = ImportJobs(database)
        first, second = (jobs.add(PLAIN, LIST, SLOT + number * MOMENT) for number in (0, 1))
        moments = iter(SLOT + timedelta(minutes=number) for number in range(20))

        def claim(number: int) -> str:
            """Claim the first import as often as that, the last one of each claim being over; the token."""
            tokens = [
                found[1] for _ in range(number) if (found := jobs.claim(next(moments))) and found[0].id == first.id
            ]
            assert len(tokens) == number
            return tokens[-1]

        assert jobs.advance(first.id, claim(3), {"added": 1}, SLOT)
        jobs.release(first.id, claim(2))
        claim(3)
        assert jobs.claim(next(moments)) is None
        failed, other = jobs.find(first.id), jobs.find(second.id)
        assert failed is not None
        assert (failed.state, failed.result) == (ImportState.FAILED, {"added": 1})
        assert failed.error is not None
        assert failed.error.startswith("three attempts")
        assert other == second
        assert not jobs.cancel(first.id, LATER)
        assert jobs.cancel(second.id, LATER)
        assert not is_waiting(database)


def test_import_draft_is_that_of_its_user(store_url: str) -> None:
    """A new one replaces it, and deletes those of others after a day; nobody else finds, starts or discards it."""
    with opened(store_url) as database:
        drafts = ImportDrafts(database)

        def add(by: str, at: datetime) -> int:
            status, result = SubscriberStatus.PENDING, {"ignored": ["phone"]}
            uploaded = UploadedList(by=by, editions=("daily",), status=status, confirm=True, result=result)
            return drafts.add(uploaded, LIST, at)

        replaced, hers, his = add("anna", SLOT), add("anna", SLOT), add("boris", SLOT)
        assert drafts.find(replaced, "anna") is None
        assert drafts.find(hers, "boris") is None
        entry = AuditEntry(at=SLOT, by="boris", action="import")
        assert drafts.start(hers, "boris", SLOT, entry) is None
        drafts.discard(hers, "boris")
        add("clara", SLOT + timedelta(days=1))
        found = drafts.find(hers, "anna")
        assert found is not None
        assert (found.editions, found.status, found.confirm) == (("daily",), SubscriberStatus.PENDING, True)
        assert found.result == {"ignored": ["phone"]}
        job = drafts.start(his, "boris", SLOT, entry)
        assert job is not None
        known = {"ignored": ["phone"], "draft": his}
        assert (job.by, job.editions, job.confirm, job.result) == ("boris", ("daily",), True, known)
        jobs = ImportJobs(database)
        assert jobs.of_draft(his, "boris") == job
        assert jobs.of_draft(his, "anna") is jobs.of_draft(hers, "boris") is None
        assert drafts.start(his, "boris", SLOT, entry) is None
        drafts.discard(hers, "anna")
        assert drafts.find(hers, "anna") is None
        old = add("anna", SLOT)
        add("dora", SLOT + timedelta(days=1) + MOMENT)
        assert drafts.find(old, "anna") is None


def test_import_list_that_is_deleted_is_overwritten_in_the_file(tmp_path: Path) -> None:
    """As soon as it was replaced, discarded, imported or cancelled, also by a SQLite that would leave it."""
    file = tmp_path / "digest.db"
    with opened(f"sqlite:///{file}") as database:
        drafts, jobs = ImportDrafts(database), ImportJobs(database)

        def add(mark: str) -> int:
            content = f"{mark}@readers.example\n".encode() * 10_000
            return drafts.add(replace(PLAIN, by="anna"), content, SLOT)

        def start(mark: str) -> int:
            job = drafts.start(add(mark), "anna", SLOT, AuditEntry(at=SLOT, by="anna", action="import"))
            assert job is not None
            return job.id

        def finish(_job: int) -> None:
            claimed = jobs.claim(SLOT)
            assert claimed is not None
            jobs.finish(claimed[0].id, claimed[1], None, SLOT)

        def upload_another(_draft: int) -> None:
            drafts.add(replace(PLAIN, by="anna"), b"email", SLOT)

        for prepare, action in (
            (add, upload_another),
            (add, lambda draft: drafts.discard(draft, "anna")),
            (start, finish),
            (start, lambda job: jobs.cancel(job, SLOT)),
        ):
            stored = prepare("canary")
            with database.write() as connection:
                connection.exec_driver_sql("PRAGMA secure_delete = OFF")
            action(stored)
            with database.each_statement() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            assert b"canary@readers" not in file.read_bytes()


def test_import_is_deleted_a_month_after_its_end(store_url: str) -> None:
    """When the next one is added; the latest comes first."""
    with opened(store_url) as database:
        jobs = ImportJobs(database)
        first = jobs.add(PLAIN, LIST, SLOT)
        claimed = jobs.claim(SLOT)
        assert claimed is not None
        jobs.finish(first.id, claimed[1], "it failed", SLOT)
        second = jobs.add(PLAIN, LIST, LATER)
        assert [job.id for job in jobs.page(None, 10)] == [second.id, first.id]
        assert [job.id for job in jobs.page(second.id, 10)] == [first.id]
        third = jobs.add(PLAIN, LIST, SLOT + timedelta(days=31))
        assert [job.id for job in jobs.page(None, 10)] == [third.id, second.id]

"""Rows that are over are deleted in batches; those that are still needed stay."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from digest.model.api import ImportState
from digest.model.articles import Window
from digest.model.bounces import ReportClass
from digest.model.issues import Content, Rendered, Slot
from digest.model.overrides import OverrideKind
from digest.model.pictures import PictureSize, StoredPicture
from digest.model.receivers import AlertKind
from digest.model.users import UserRole
from digest.model.web import RequestKind
from digest.store.articles.pictures import Pictures
from digest.store.engine.database import Database
from digest.store.issues.issues import Issues
from digest.store.tables.admin_schema import console_session, console_user
from digest.store.tables.alert_schema import alert
from digest.store.tables.api_schema import api_token, idempotent_request, import_draft, import_job
from digest.store.tables.computed_schema import summary, title_vector
from digest.store.tables.public_schema import picture, retraction
from digest.store.tables.schema import bounce, delivery, issue, override, resend
from digest.store.tables.web_schema import former_address, rate_count, reader_request, signup
from digest.store.upkeep import expired_rows
from digest.store.upkeep.expired_rows import ExpiredRows
from tests.support.store import NOW, freeze, frozen

DAY = timedelta(days=1)
AUDIT, DELIVERIES = 400 * DAY, 180 * DAY
EDIT = {"edition": "daily", "kind": OverrideKind.PIN, "by": "anna", "at": NOW}
TOKEN = {"scopes": (), "created_at": NOW}
SIGNUP = {"subscriber_id": 1, "editions": (), "language": "en", "consents": (), "network": "", "origin": ""}
REQUEST = {"subscriber_id": 1, "kind": RequestKind.EXPORT}
BOUNCE = {"address": "", "report_class": ReportClass.SOFT, "text": "", "counted": False}
ALERT = {"kind": AlertKind.ISSUE_HELD, "subject": "", "message": "", "first_seen": NOW, "last_seen": NOW}
JOB = {"by": "anna", "state": ImportState.DONE, "lines": 1, "editions": (), "result": "{}", "attempts": 0}
DRAFT = {"by": "anna", "editions": (), "result": "{}", "content": b""}
SESSION = {"user_id": 1, "network": "", "browser": ""}
ANSWER = {"token_id": 1, "request_hash": b""}
RETRACTED = {"url": "https://gazette.example/1", "by": "anna", "at": NOW}


def ago(days: float) -> datetime:
    """The moment a number of days before now."""
    return NOW - days * DAY


def add(database: Database, table: Table, *rows: Mapping[str, Any]) -> None:
    """Store rows."""
    with database.write() as connection:
        for row in rows:
            connection.execute(table.insert(), row)


def number(database: Database, table: Table) -> int:
    """How many rows a table has."""
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def purge(database: Database) -> Counter[str]:
    """What was deleted, and how many."""
    deleted: Counter[str] = Counter()
    for what, rows in ExpiredRows(database).purge(NOW, audit=AUDIT, deliveries=DELIVERIES):
        deleted[what] += rows
    return deleted


@pytest.fixture
def filled(database: Database) -> Database:
    """Of each kind one row that is over, and one that is not."""
    frozen(database, 4)
    user = {"email": "anna@gazette.example", "role": UserRole.EDITOR, "created_at": NOW, "last_step": 0}
    add(database, console_user, user)
    add(database, rate_count, *({"key": str(days), "ends_at": ago(days), "events": 1} for days in (1, -1)))
    add(database, api_token, {**TOKEN, "name": "used", "token_hash": b"1", "revoked_at": ago(401)})
    tokens = (
        {**TOKEN, "name": f"{days}", "token_hash": bytes([days % 256]), "revoked_at": ago(days)} for days in (401, 9)
    )
    add(database, api_token, *tokens)
    add(database, idempotent_request, *({**ANSWER, "key_hash": bytes([n]), "begun_at": ago(n)} for n in (0, 2)))
    add(database, import_job, *({**JOB, "created_at": ago(n), "finished_at": ago(n)} for n in (29, 31)))
    add(database, import_draft, *({**DRAFT, "created_at": ago(n)} for n in (0.9, 1.1)))
    add(database, summary, *({"key": bytes([n]), "text": "", "made_at": ago(n)} for n in (29, 31)))
    add(database, title_vector, *({"key": bytes([n]), "vector": b"", "used_at": ago(n)} for n in (13, 15)))
    sessions = ({**SESSION, "token_hash": bytes([n]), "created_at": ago(n), "seen_at": ago(n)} for n in (0, 99))
    add(database, console_session, *sessions)
    add(
        database,
        signup,
        *({**SIGNUP, "delivery_id": 1 + place, "asked_at": ago(n)} for place, n in enumerate((29, 31))),
    )
    add(database, signup, {**SIGNUP, "delivery_id": 3, "asked_at": ago(900), "confirmed_at": ago(900)})
    add(database, alert, *({**ALERT, "cleared_at": None if n is None else ago(n)} for n in (None, 399, 401)))
    add(database, retraction, RETRACTED, *({**RETRACTED, "undone_at": ago(n)} for n in (399, 401)))
    add(database, resend, *({"issue_id": 1, "by": "anna", "messages": 1, "at": ago(n)} for n in (399, 401)))
    requests = ({**REQUEST, "delivery_id": 1 + place, "asked_at": ago(n)} for place, n in enumerate((399, 401)))
    add(database, reader_request, *requests)
    add(database, override, EDIT, *({**EDIT, "slot": Slot(day=ago(n).date())} for n in (399, 400, 402)))
    add(database, override, *({**EDIT, "until": ago(n)} for n in (399, 401)))
    bounces = ({**BOUNCE, "message_key": f"{n}", "delivery_id": 1, "at": ago(n)} for n in (179, 181))
    add(database, bounce, *bounces)
    with database.write() as connection:
        connection.execute(delivery.update().where(delivery.c.id == 1).values(address="Sent@post.example"))
    former = (("sent@post.example", 181), ("old@post.example", 181), ("late@post.example", 179))
    add(database, former_address, *({"subscriber_id": 1, "email_key": key, "at": ago(n)} for key, n in former))
    return database


def test_purge_deletes_what_is_over_and_nothing_else(filled: Database) -> None:
    """One row of each kind, and two changes of articles; a confirmed sign-up, a retraction in force and a standing
    change stay for ever, and a former address as long as a message to it.
    """
    assert purge(filled) == {
        "counters of requests": 1,
        "answers to requests": 1,
        "imports": 1,
        "lists that were not imported": 1,
        "summaries": 1,
        "vectors of titles": 1,
        "sessions": 1,
        "sign-ups": 1,
        "alerts": 1,
        "retractions": 1,
        "resends": 1,
        "requests": 1,
        "overrides": 2,
        "tokens": 1,
        "bounces": 1,
        "former addresses": 1,
    }
    left = {
        **dict.fromkeys((rate_count, idempotent_request, import_job, import_draft, summary), 1),
        **dict.fromkeys((title_vector, console_session), 1),
        **dict.fromkeys((resend, reader_request, bounce), 1),
        **dict.fromkeys((signup, alert, retraction, api_token, former_address), 2),
        override: 4,
        delivery: 4,
        issue: 1,
    }
    assert {table.name: number(filled, table) for table in left} == {table.name: rows for table, rows in left.items()}
    assert purge(filled) == {}


def test_purge_of_more_rows_than_a_batch_deletes_all(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch is a transaction of its own."""
    monkeypatch.setattr(expired_rows, "_ROWS", 2)
    add(database, rate_count, *({"key": str(n), "ends_at": ago(1), "events": 1} for n in range(5)))
    batches = list(ExpiredRows(database).purge(NOW, audit=AUDIT, deliveries=DELIVERIES))
    assert batches == [("counters of requests", rows) for rows in (2, 2, 1)]


def test_purge_of_pictures_keeps_those_of_frozen_issues(database: Database) -> None:
    """A month later the pictures of the archive are there; one that no issue shows and a failure are deleted."""
    stored = [StoredPicture(content=bytes([n]), media_type="image/png", width=1, height=1) for n in range(2)]
    sizes = [PictureSize(f"https://gazette.example/{n}.png", 600) for n in range(3)]
    Pictures(database).keep(dict(zip(sizes, [*stored, None], strict=True)), NOW)
    html = f'<img src="https://news.gazette.example/images/{stored[0].file}">'
    content = Content(rendered=Rendered(subject="News", preheader="", html=html, text=""), article_keys=())
    freeze(Issues(database), content=content, window=Window(start=ago(1), end=NOW), now=NOW)
    assert (
        sum(rows for _what, rows in ExpiredRows(database).purge(NOW + 29 * DAY, audit=AUDIT, deliveries=DELIVERIES))
        == 0
    )
    found = dict(ExpiredRows(database).purge(NOW + 31 * DAY, audit=AUDIT, deliveries=DELIVERIES))
    assert found == {"pictures": 2}
    assert number(database, picture) == 1
    assert Pictures(database).find(stored[0].file) is not None

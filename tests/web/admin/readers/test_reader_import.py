"""Import and export of readers in the console: the rules of the command, a look first, progress, and what is kept."""

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import select

from digest.model.subscribers import (
    ImportedRows,
    LeftBy,
    Preferences,
    RowOutcome,
    RowResult,
    Subscriber,
    SubscriberStatus,
)
from digest.model.users import UserRole
from digest.store.subscribers.import_drafts import ImportDrafts
from digest.store.subscribers.import_jobs import ImportJobs
from digest.store.subscribers.reader_data import Erasure
from digest.store.tables.api_schema import import_draft, import_list
from digest.subscribers import import_result
from digest.web.api.envelope import MOST_BYTES_OF_A_LIST
from digest.web.api.import_worker import run_imports
from tests.support.console import SignedIn, origin, signed_in
from tests.support.installation import SLOT, Installation
from tests.support.web import Answer, Web, served
from tests.web.conftest import configured

ANNA, BORIS = "anna@readers.example", "boris@readers.example"
EDITIONS = ('name = "daily"\ntitle = "Harbour Daily"', 'name = "world"')
ANNA_ALONE = f"email\n{ANNA}\n"
MAILCHIMP = """Email Address,First Name,Last Name,LEID
vera@post.example,Vera,Orlova,1
anna@readers.example,Anna,Kim,2
bad,Gleb,Kim,3
vera@post.example,Vera,Orlova,4
also bad,,,5
"""
_DISPOSITION = "--x\r\nContent-Disposition: form-data; name="


def upload(user: SignedIn, content: str | bytes, file: str = "readers.csv", **fields: str) -> Answer:
    """Send a list as a browser does."""
    return upload_parts(user, {"csrf_token": user.form_token, **fields}, content, file)


def upload_parts(user: SignedIn, fields: Mapping[str, str], content: str | bytes, file: str = "readers.csv") -> Answer:
    """Send a form with a file."""
    parts = [f'{_DISPOSITION}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    head = f'{_DISPOSITION}"list"; filename="{file}"\r\nContent-Type: text/csv\r\n\r\n'
    body = "".join([*parts, head]).encode() + (content.encode() if isinstance(content, str) else content)
    headers = {**user.headers, "Origin": origin(user.web), "Content_Type": "multipart/form-data; boundary=x"}
    return user.web.request("POST", "/admin/readers/import", body + b"\r\n--x--\r\n", **headers)


def path_of(answer: Answer) -> str:
    """Where an answer sends the browser, below /admin."""
    assert answer.status == 303, answer.text
    return answer.headers["location"].removeprefix("/admin")


def counts(page: str) -> list[int]:
    """The numbers of new, changed, unchanged, not subscribed again and bad rows."""
    return [int(one) for one in re.findall(r"<dd>(\d+)</dd>", page)][:5]


def actions(web: Web) -> list[tuple[str, str]]:
    """The entries of the audit log: action and subject."""
    return [(row[3], row[4]) for row in web.dump()["audit_entry"] if "signed" not in row[3] and "user" not in row[3]]


def test_list_is_tried_before_it_is_imported(web: Web, admin: SignedIn) -> None:
    """Recognised columns, each kind of row, faults with their lines; nothing is written before the button."""
    web.app.subscribers.remove(ANNA, LeftBy.READER, SLOT)
    before = web.dump()["subscriber"]
    path = path_of(upload(admin, MAILCHIMP))
    page = admin.get(path).text
    assert "Nothing is imported yet" in page
    assert counts(page) == [1, 0, 0, 1, 3]
    for header, name in (("email address", "address"), ("first name", "first name"), ("leid", "not read")):
        assert re.search(rf"<dt>{header}</dt><dd[^>]*>{name}</dd>", page), header
    assert "2 rows, lines 4, 6" in page
    assert "1 row, line 5" in page
    assert web.dump()["subscriber"] == before
    assert actions(web) == []


def test_import_runs_in_the_background_and_shows_its_result(web: Web, admin: SignedIn) -> None:
    """Unsubscribed readers stay unsubscribed; the log names the import, and the list is deleted."""
    web.app.subscribers.remove(ANNA, LeftBy.READER, SLOT)
    draft = path_of(upload(admin, MAILCHIMP))
    job = path_of(admin.post(f"{draft}/start"))
    waiting = admin.get(job)
    assert 'data-refresh="2"' in waiting.text
    assert '<noscript><meta http-equiv="refresh"' in waiting.text
    assert admin.get(draft).status == 404
    assert path_of(admin.post(f"{draft}/start")) == path_of(admin.post(f"{draft}/discard")) == job
    run_imports(web.app)
    page = admin.get(job).text
    assert "The import is finished" in page
    assert path_of(admin.post(f"{draft}/start")) == job
    assert counts(page) == [1, 0, 0, 1, 3]
    assert "data-refresh" not in page
    assert "<noscript>" not in page
    found = {one.email: (one.name, one.status) for one in web.app.subscribers.list()}
    assert found["vera@post.example"] == ("Vera Orlova", SubscriberStatus.CONFIRMED)
    assert found[ANNA][1] is SubscriberStatus.UNSUBSCRIBED
    assert actions(web) == [("import started", "import 1")]
    dump = web.dump()
    assert dump["import_draft"] == dump["import_list"] == []
    assert "vera" not in str(dump["import_job"]) + str(dump["audit_entry"])
    assert "/admin/readers/imports/1" in admin.get("/readers/import").text


@pytest.mark.parametrize(
    ("end", "leads_to"), [("start", "/readers/imports/1"), ("discard", "/readers/import")], ids=["start", "discard"]
)
def test_page_of_a_list_that_is_gone_imports_no_later_one(web: Web, admin: SignedIn, end: str, leads_to: str) -> None:
    """Its button still says what it said: nobody imports a list that they have not looked at."""
    first = path_of(upload(admin, MAILCHIMP))
    assert admin.post(f"{first}/{end}").status == 303
    second = path_of(upload(admin, "email\nother@post.example\n"))
    assert path_of(admin.post(f"{first}/start")) == leads_to
    assert counts(admin.get(second).text) == [1, 0, 0, 0, 0]
    assert len(web.dump()["import_job"]) == (end == "start")


def test_buttons_of_a_list_pressed_twice_lead_where_the_first_press_did(web: Web, admin: SignedIn) -> None:
    """Also two at once, which the second one loses; a list of another user stays theirs."""
    draft = path_of(upload(admin, MAILCHIMP))
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(admin.post, f"{draft}/start") for _ in range(2)]
        assert {path_of(one.result()) for one in answers} == {"/readers/imports/1"}
    assert len(web.dump()["import_job"]) == 1
    other = signed_in(web, UserRole.ADMIN, "other@gazette.example")
    assert path_of(other.post(f"{draft}/start")) == "/readers/import"
    second = path_of(upload(admin, MAILCHIMP))
    pages = [path_of(admin.post(f"{second}/discard")) for _ in range(2)]
    assert pages == ["/readers/import?done=discarded"] * 2


@pytest.mark.parametrize(
    ("store", "look", "button", "leads_to"),
    [
        (ImportDrafts, "owner", "start", "/readers/imports/1"),
        (ImportDrafts, "owner", "discard", "/readers/imports/1"),
        (ImportJobs, "of_draft", "discard", "/readers/import?done=discarded"),
    ],
    ids=["start", "discard", "discarded"],
)
def test_button_of_a_list_that_another_press_overtakes_says_what_became_of_it(
    store: type, look: str, button: str, leads_to: str, web: Web, admin: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one, which imports the list, comes when this one has looked at the list and done nothing else."""
    draft = path_of(upload(admin, MAILCHIMP))
    original, looks = getattr(store, look), count()

    def overtaken(*arguments: object) -> object:
        found = original(*arguments)
        if next(looks) == 0:
            admin.post(f"{draft}/start")
        return found

    monkeypatch.setattr(store, look, overtaken)
    assert path_of(admin.post(f"{draft}/{button}")) == leads_to
    assert len(web.dump()["import_job"]) == ("imports/" in leads_to)


def test_import_is_the_same_as_that_of_the_command(web: Web, admin: SignedIn) -> None:
    """The same numbers and the same rows."""
    result = web.site.write("list.csv", MAILCHIMP)
    ran = web.site.run("subscribers", "import", str(result), "--dry-run", "--json").fine().json
    draft = path_of(upload(admin, MAILCHIMP))
    assert counts(admin.get(draft).text) == [ran[name] for name in ("added", "changed", "same", "left", "bad_total")]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "1 reader keeps the editions"), ("ru", "1 читатель выбрал издания сам")],
)
def test_import_counts_readers_who_keep_their_editions(web: Web, admin: SignedIn, language: str, sentence: str) -> None:
    """Before the button is pressed, and in the result."""
    web.app.reader_links.save_preferences(1, Preferences(), SLOT, ["world"])
    draft = path_of(upload(admin, f"email,edition\n{ANNA},daily\n"))
    assert sentence in admin.get(f"{draft}?lang={language}").text
    job = path_of(admin.post(f"{draft}/start"))
    run_imports(web.app)
    assert sentence in admin.get(f"{job}?lang={language}").text


def test_import_that_is_stopped_keeps_what_was_imported(web: Web, admin: SignedIn) -> None:
    """The worker imports no further batch, and the rest of the list is deleted."""
    draft = path_of(upload(admin, "email\n" + "".join(f"reader{number}@post.example\n" for number in range(4))))
    job = path_of(admin.post(f"{draft}/start"))
    stored: list[int] = []

    def import_rows(people: list[Subscriber], now: object) -> ImportedRows:
        stored.append(len(people))
        if len(stored) == 2:
            assert admin.post(f"{job}/cancel").status == 303
        return ImportedRows([RowResult(RowOutcome.ADDED, one.status) for one in people])

    with (
        mock.patch.object(import_result, "BATCH", 1),
        mock.patch.object(type(web.app.subscribers), "import_rows", side_effect=import_rows),
    ):
        run_imports(web.app)
    assert stored == [1, 1]
    page = admin.get(job).text
    assert "The import ended early" in page
    assert "What was imported before stays" in page
    assert counts(page)[0] == 1
    assert actions(web) == [("import started", "import 1"), ("import cancelled", "import 1")]
    assert web.dump()["import_list"] == []
    assert admin.post(f"{job}/cancel").status == 303
    assert len(actions(web)) == 2


def test_list_whose_readers_are_asked_first_confirms_nobody(web: Web, admin: SignedIn) -> None:
    """As with --confirm: those who have confirmed stay so, the others are pending, and each gets one message."""
    path = path_of(
        upload(admin, "email,status\nvera@post.example,\ngleb@post.example,unsubscribed\n" + ANNA, confirm="yes")
    )
    draft = admin.get(path, **{"Accept-Language": "ru"}).text
    assert "сначала спросят письмом; таких писем в час: 600" in draft
    job = path_of(admin.post(f"{path}/start"))
    assert "Nobody has to be asked" not in admin.get(job).text
    run_imports(web.app)
    statuses = {one.email: one.status for one in web.app.subscribers.list()}
    assert statuses["vera@post.example"] is SubscriberStatus.PENDING
    assert statuses["gleb@post.example"] is SubscriberStatus.UNSUBSCRIBED
    assert statuses[ANNA] is SubscriberStatus.CONFIRMED
    assert ["import" in row for row in web.dump()["signup"]] == [True]
    assert "1 reader is asked by mail to confirm, the last one 2 Jun 2025, 07:00." in admin.get(job).text
    again = path_of(admin.post(path_of(upload(admin, ANNA_ALONE, confirm="yes")) + "/start"))
    run_imports(web.app)
    assert "Nobody has to be asked to confirm." in admin.get(again).text


def test_list_without_the_box_asks_nobody(web: Web, admin: SignedIn) -> None:
    """The rows are confirmed, as you state by the import."""
    admin.post(path_of(upload(admin, "email\nvera@post.example\n")) + "/start")
    run_imports(web.app)
    assert web.dump()["signup"] == []
    assert list(web.app.subscribers.list())[-1].status is SubscriberStatus.CONFIRMED


def test_list_that_is_not_imported_is_deleted(web: Web, admin: SignedIn) -> None:
    """By its button, by the next list of the same user, after a day, and where one of its readers is erased."""
    first = path_of(upload(admin, "email\nvera@post.example\n"))
    assert admin.post(f"{first}/discard").headers["location"] == "/admin/readers/import?done=discarded"
    assert web.dump()["import_draft"] == []
    upload(admin, "email\nvera@post.example\n")
    upload(admin, "email\ngleb@post.example\n")
    assert "vera@" not in str(web.dump())
    upload(admin, f"email\n{BORIS.upper()}\n".encode("utf-16-le"))
    assert web.app.reader_data.erase(BORIS, SLOT) is Erasure.ERASED
    assert web.dump()["import_draft"] == []
    upload(admin, "email\nvera@post.example\n")
    list(web.app.expired_rows.purge(SLOT + timedelta(days=2), audit=timedelta(900), deliveries=timedelta(900)))
    assert web.dump()["import_draft"] == []


def test_list_of_another_user_is_nobody_elses(web: Web, admin: SignedIn) -> None:
    """An admin sees what they sent themselves; the progress of imports everybody with the permission."""
    other = signed_in(web, UserRole.ADMIN, "other@gazette.example")
    draft = path_of(upload(admin, "email\nvera@post.example\n"))
    assert (
        other.get(draft).status == other.post(f"{draft}/start").status == other.post(f"{draft}/discard").status == 404
    )
    job = path_of(admin.post(f"{draft}/start"))
    assert other.get(job).status == 200
    assert admin.get("/readers/imports/99").status == admin.get("/readers/import/x").status == 404


@pytest.mark.parametrize(
    ("content", "phrase"),
    [
        ("", "Choose a CSV file"),
        ("name\nVera\n", "must name a column email"),
        (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "line 1"),
    ],
)
def test_list_that_cannot_be_read_is_one_error_in_the_form(
    web: Web, admin: SignedIn, content: str | bytes, phrase: str
) -> None:
    """What was chosen stays chosen, and nothing is stored."""
    answer = upload(admin, content, status="pending" if not content else "")
    assert answer.status == 422
    assert phrase in answer.text
    assert answer.refused_fields.keys() == {"list"}
    assert web.dump()["import_draft"] == []


@pytest.mark.parametrize(
    ("content", "english", "russian"),
    [
        (ANNA_ALONE, "the file is called unsubscribed", "файл называется «unsubscribed»"),
        (
            "ip,email,created\n192.0.2.1,vera@post.example,1790083507\n",
            "people who get no mail from SendGrid",
            "кому SendGrid писем не отправляет",
        ),
        ("email,status\nvera@post.example,perhaps\n", "it is not clear who is subscribed", "непонятно, кто подписан"),
    ],
)
def test_list_of_others_by_its_name_or_a_column_asks_to_choose_below(
    web: Web, admin: SignedIn, content: str, english: str, russian: str
) -> None:
    """In the words of the form: nobody is told to use an option of the command; with a choice the list is tried."""
    for language, phrase, advice in (("", english, "choose below"), ("ru", russian, "выберите ниже")):
        if language:
            web.app.users.set_language(1, language)
        answer = upload(admin, content, "unsubscribed.csv")
        assert answer.status == 422
        detail = answer.text.partition('id="detail">')[2].partition("</p>")[0]
        assert phrase in detail
        assert advice in detail
        assert "--status" not in answer.text
        assert answer.refused_fields.keys() == {"status"}  # so that the script keeps the file
    assert web.dump()["import_draft"] == []
    path_of(upload(admin, content, "unsubscribed.csv", status="unsubscribed"))


def test_status_of_rows_without_one_is_what_the_form_says(web: Web, admin: SignedIn) -> None:
    """Also of rows whose status is not known, as with `--status`."""
    draft = path_of(upload(admin, "email,status\nvera@post.example,perhaps\n", status="unsubscribed"))
    assert "count as: unsubscribed" in admin.get(draft).text
    path_of(admin.post(f"{draft}/start"))
    run_imports(web.app)
    vera = web.app.subscribers.find("vera@post.example")
    assert vera is not None
    assert vera.status is SubscriberStatus.UNSUBSCRIBED


def test_list_in_utf_16_is_read(web: Web, admin: SignedIn) -> None:
    """As Excel saves "Unicode text": with tabs."""
    page = admin.get(path_of(upload(admin, "email\tимя\nvera@post.example\tВера\n".encode("utf-16")))).text
    assert counts(page) == [1, 0, 0, 0, 0]
    assert "<dt>имя</dt><dd>first name</dd>" in page


def test_list_without_editions_needs_a_choice_where_there_are_several(tmp_path: Path) -> None:
    """As `--edition` and `--all-editions` of the command."""
    site = configured(tmp_path, 25, editions=EDITIONS)
    content = "email\nvera@post.example\n"
    with served(site) as web:
        admin = signed_in(web)
        refused = upload(admin, content, edition="")
        needed = {"edition": "The list has no column with editions: choose who gets what."}
        assert (refused.status, refused.refused_fields) == (422, needed)
        assert "get: every edition" in admin.get(path_of(upload(admin, content, edition="*"))).text
        draft = path_of(upload(admin, content, edition="daily"))
        assert "get: Harbour Daily" in admin.get(draft).text
        admin.post(f"{draft}/start")
        run_imports(web.app)
        assert [one.editions for one in web.app.subscribers.list()] == [("daily",)]


def test_list_that_is_too_large_is_one_clear_error(web: Web, admin: SignedIn) -> None:
    """It names the limit and the command; only users who may import send more than a form may have."""
    answer = upload(admin, b"email\n" + b"x" * MOST_BYTES_OF_A_LIST)
    assert answer.status == 413
    assert "16 MB at most" in answer.text
    assert "digest subscribers import" in answer.text
    large = "email\n" + "vera@post.example\n" * 10_000
    assert upload(signed_in(web, UserRole.EDITOR), large).status == 413
    assert upload(signed_in(web, UserRole.EDITOR), "email\n").status == 403
    assert web.dump()["import_draft"] == []
    assert upload_parts(admin, {"csrf_token": "x"}, "email\nvera@post.example\n").status == 403
    assert upload(admin, large).status == 303


@pytest.mark.parametrize("role", [UserRole.VIEWER, UserRole.EDITOR])
def test_import_and_export_need_the_permission(web: Web, role: UserRole) -> None:
    """No link on the page, no file, no list."""
    user = signed_in(web, role)
    page = user.get("/readers").text
    assert "/readers/import" not in page
    assert "/readers/export" not in page
    assert user.get("/readers/import").status == user.get("/readers/imports/1").status == 403
    for path in (
        "/readers/export",
        "/readers/import/1/start",
        "/readers/import/1/discard",
        "/readers/imports/1/cancel",
    ):
        assert user.post(path).status == 403
    assert actions(web) == []


def test_export_is_that_of_the_command_and_in_the_log(web: Web, admin: SignedIn) -> None:
    """Behind its mark for Excel. No cell is a formula; more readers than are read at once."""
    names = ("=1+1", "@SUM(A1)", "Vera")
    web.app.subscribers.add_many(
        [Subscriber(email=f"x{n}@post.example", name=name) for n, name in enumerate(names)], SLOT
    )
    web.app.subscribers.add_many([Subscriber(email=f"reader{n}@post.example") for n in range(2_500)], SLOT)
    answer = admin.post("/readers/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="readers.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.removeprefix("\ufeff") == web.site.run("subscribers", "export").fine().out
    rows = answer.csv_rows()
    assert len(rows) == 2_505
    assert {"'=1+1", "'@SUM(A1)", "Vera"} <= {row["name"] for row in rows}
    assert actions(web) == [("readers exported", "")]


def test_list_is_in_no_row_that_outlives_the_import(web: Web, admin: SignedIn) -> None:
    """Between upload and import only the draft has it, then only the list of the job."""
    draft = path_of(upload(admin, "email\nvera@post.example\n"))
    with web.database.read() as connection:
        assert b"vera" in bytes(connection.execute(select(import_draft.c.content)).scalar_one())
        assert "vera" not in json.dumps(connection.execute(select(import_draft.c.result)).scalar_one())
    admin.post(f"{draft}/start")
    with web.database.read() as connection:
        assert connection.execute(select(import_draft.c.id)).all() == []
        assert b"vera" in bytes(connection.execute(select(import_list.c.content)).scalar_one())


def test_pages_of_an_import_are_in_russian(site: Installation, web: Web, admin: SignedIn) -> None:
    """With the faults of the rows."""
    assert site.folder.exists()
    draft = path_of(upload(admin, MAILCHIMP))
    page = admin.get(f"{draft}?lang=ru").text
    assert "не адрес электронной почты: ожидается имя@домен" in page
    assert "повторяет одну из предыдущих строк" in page
    assert 'lang="en"' not in page.split("<main")[1].split("<footer")[0]

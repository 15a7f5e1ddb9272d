"""The page Readers and the page of one reader: numbers, filters, search, history, and what viewers see."""

import re
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from markupsafe import escape
from sqlalchemy import event

from digest.model.bounces import ProvenReport, Report, ReportClass
from digest.model.readers import ReaderFilter
from digest.model.subscribers import LeftBy, Preferences, Subscriber, SubscriberStatus
from digest.model.users import AuditEntry, UserRole
from digest.web.signing_up import NewReader, ask_to_confirm, signup_request
from digest.web.site import Site
from tests.support.console import SignedIn, signed_in
from tests.support.installation import DAY, SLOT, Installation
from tests.support.web import Web, served
from tests.web.conftest import configured

ANNA, BORIS = "anna@readers.example", "boris@readers.example"
CONSENT = "I agree to get the newsletter."
EDITIONS = ('name = "daily"\ntitle = "Harbour Daily"', 'name = "world"\ntitle = "World"')
UNCONFIRMED = "vera@readers.example"


@pytest.fixture
def two_editions(tmp_path: Path) -> Installation:
    """An installation with two editions that has sent nothing."""
    return configured(tmp_path, 25, editions=EDITIONS)


def add(web: Web, *addresses: str, days_ago: int = 0) -> None:
    """Add readers."""
    web.app.subscribers.add_many([Subscriber(email=one) for one in addresses], SLOT - timedelta(days=days_ago))


def id_of(web: Web, email: str) -> int:
    """The id of a reader."""
    found = web.app.readers.page(ReaderFilter(text=email), 0, 1)
    return found[0].id


def sign_up(web: Web, address: str = UNCONFIRMED, language: str = "en") -> None:
    """Ask a reader to confirm, as the portal's form does."""
    site = Site.of(web.app)
    wanted = NewReader(
        address=address,
        client="192.0.2.7",
        origin="https://gazette.example",
        language=language,
        editions=(),
        consents=(CONSENT,),
    )
    ask_to_confirm(site, signup_request(site, wanted), site.translator(language))


def names_on(page: str) -> list[str]:
    """The readers that a page lists."""
    return re.findall(r'<h2><a href="/admin/readers/\d+">([^<]*)</a>', page)


def test_readers_are_counted_by_status_and_listed_with_the_latest_first(web: Web, admin: SignedIn) -> None:
    """Each number leads to its readers, and those who left last come first there."""
    add(web, "vera@post.example", "gleb@post.example")
    web.app.subscribers.remove("vera@post.example", LeftBy.READER, SLOT - timedelta(hours=1))
    web.app.subscribers.remove("gleb@post.example", LeftBy.OPERATOR, SLOT)
    web.app.subscribers.suppress(BORIS, SLOT)
    page = admin.get("/readers").text
    assert names_on(page) == ["vera@post.example", "gleb@post.example", BORIS, ANNA]
    assert re.findall(r"status=(\w+)\">(\d)<", page) == [
        ("confirmed", "1"),
        ("pending", "0"),
        ("unsubscribed", "2"),
        ("suppressed", "1"),
    ]
    assert names_on(admin.get("/readers?status=unsubscribed").text) == ["gleb@post.example", "vera@post.example"]
    assert names_on(admin.get("/readers?status=confirmed").text) == [ANNA]
    assert "There are no such readers" in admin.get("/readers?status=pending").text
    assert len(names_on(admin.get("/readers?status=x&edition=y&page=-1").text)) == 4


def test_growth_counts_readers_of_each_week_back_from_now(web: Web, admin: SignedIn) -> None:
    """Also those of a week that began at midnight of Moscow; readers who were imported as unsubscribed never joined."""
    with web.database.write() as connection:
        connection.exec_driver_sql("UPDATE subscriber SET created_at = '2024-05-01T00:00:00.000000+00:00'")
    add(web, "vera@post.example", "gleb@post.example", days_ago=14)
    add(web, "dina@post.example", days_ago=1)  # a Sunday
    web.app.subscribers.remove("vera@post.example", LeftBy.READER, SLOT - timedelta(hours=3))  # Monday at four
    web.app.subscribers.remove("gleb@post.example", LeftBy.READER, SLOT - timedelta(hours=8))  # Sunday at eleven
    gone = Subscriber(email="egor@post.example", status=SubscriberStatus.UNSUBSCRIBED)
    web.app.subscribers.add_many([gone], SLOT)
    answer = admin.get("/readers/growth.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="readers-by-week.csv"'
    weeks = answer.csv_rows()
    assert len(weeks) == 26
    numbers = [(one["week"], one["new"], one["left"], one["readers"]) for one in weeks[-4:]]
    assert numbers == [
        ("2025-05-12", "0", "0", "2"),
        ("2025-05-19", "2", "0", "4"),
        ("2025-05-26", "1", "1", "4"),
        ("2025-06-02", "0", "1", "3"),
    ]
    page = admin.get("/readers").text
    assert page.count("<svg") == 3
    assert "<title>26 May 2025: 4</title>" in page
    assert "<svg" not in admin.get("/readers?status=confirmed").text


def test_readers_of_an_edition_are_those_who_get_it(two_editions: Installation) -> None:
    """Who chose it, and who chose none; the list names what they chose."""
    with served(two_editions) as web:
        chosen = {"vera@post.example": ("daily",), "gleb@post.example": ("world",), "dina@post.example": ()}
        web.app.subscribers.add_many([Subscriber(email=one, editions=names) for one, names in chosen.items()], SLOT)
        page = signed_in(web).get("/readers?edition=world").text
        assert names_on(page) == ["gleb@post.example", "dina@post.example"]
        assert page.count(" · World") == 1
        assert 'value="world" selected' in page


def test_list_has_pages_of_fifty(web: Web, admin: SignedIn) -> None:
    """The links lead through all of them, each once."""
    add(web, *(f"reader{number:03}@post.example" for number in range(118)))
    path, shown = "/readers?status=confirmed", []
    while path:
        page = admin.get(path).text
        shown += names_on(page)
        found = re.search(r'href="/admin(/readers\?page=[^"]*)">Next', page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert len(shown) == len(set(shown)) == 120
    found = re.search(r'href="/admin(/readers\?[^"]*)">Previous', page)
    assert found
    assert len(names_on(admin.get(found[1].replace("&amp;", "&")).text)) == 50


def test_search_finds_a_part_of_an_address_without_naming_it_in_an_address(web: Web, admin: SignedIn) -> None:
    """By whatever part, in any case, with signs that mean something to a database, together with a status."""
    add(web, "Vera_Orlova@Post.example", "veraxorlova@post.example")
    web.app.subscribers.remove("veraxorlova@post.example", LeftBy.READER, SLOT)
    answer = admin.post("/readers/search", {"text": " vera_o "})
    assert answer.status == 200
    assert names_on(answer.text) == ["Vera_Orlova@post.example"]
    assert names_on(admin.post("/readers/search", {"text": "ORLOVA@POST"}).text) == [
        "Vera_Orlova@post.example",
        "veraxorlova@post.example",
    ]
    left = admin.post("/readers/search", {"text": "orlova", "status": "unsubscribed"}).text
    assert names_on(left) == ["veraxorlova@post.example"]
    assert "Nobody found: 100%" in admin.post("/readers/search", {"text": "100%"}).text
    nothing = admin.post("/readers/search", {"text": "", "status": "pending"})
    assert (nothing.status, nothing.headers["location"]) == (303, "/admin/readers?status=pending")


@pytest.mark.parametrize(
    "text",
    [
        "anna@вестник.рф",
        "Anna Orlova <ANNA@вестник.рф>",
        "mailto:anna@вестник.рф",
        "<anna@xn--b1agjinxh.xn--p1ai>",
        "\u200banna@вестник.рф\u00a0",
        "@Вестник.рф",
        "вестник.рф",
        "@вестник",
        "рф",
    ],
)
def test_search_for_an_address_as_people_write_and_copy_it_finds_it(web: Web, admin: SignedIn, text: str) -> None:
    """With the letters of its domain, a name before it, and what is copied along; the field keeps what was typed."""
    add(web, "anna@xn--b1agjinxh.xn--p1ai", "vera@post.example")
    page = admin.post("/readers/search", {"text": text}).text
    assert names_on(page) == ["anna@xn--b1agjinxh.xn--p1ai"]
    assert f'name="text" value="{escape(text.strip())}"' in page


@pytest.mark.parametrize("text", ["<>", "mailto:", "x<", "🎉", "вестник..рф"])
def test_search_for_what_is_no_address_looks_for_the_text(web: Web, admin: SignedIn, text: str) -> None:
    """It never lists all readers instead."""
    assert f"Nobody found: {escape(text)}" in admin.post("/readers/search", {"text": text}).text


def test_search_has_pages_by_form(web: Web, admin: SignedIn) -> None:
    """With the same text and filters."""
    add(web, *(f"reader{number:03}@post.example" for number in range(60)))
    page = admin.post("/readers/search", {"text": "post.", "status": "confirmed"})
    assert len(names_on(page.text)) == 50
    assert 'name="page" value="1"' in page.text
    fields = {"text": "post.", "status": "confirmed", "page": "1"}
    assert len(names_on(admin.post("/readers/search", fields).text)) == 10


def test_search_says_how_many_readers_it_found(web: Web, admin: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all pages, and of an edition too; beyond a thousand they are not counted."""
    add(web, *(f"reader{number:02}@post.example" for number in range(52)))
    found = {"text": "post.", "page": "1"}
    assert "Found: post. · 52 readers" in admin.post("/readers/search", found).text
    assert "Найдено: post. · 52 читателя" in admin.post("/readers/search?lang=ru", found).text
    assert '<p class="quiet">54 readers</p>' in admin.get("/readers?edition=daily").text
    monkeypatch.setattr("digest.web.admin.readers.readers._MOST_COUNTED", 51)
    assert "Found: post. · more than 51 readers" in admin.post("/readers/search", found).text


def test_search_of_a_viewer_is_no_oracle_for_addresses(web: Web, viewer: SignedIn) -> None:
    """It finds by the letters that they see anyway: whole addresses that exist and that do not have one answer."""
    add(web, "viktor@post.example", "vera@post.example", "vera@mail.example", "vera@post.test")
    lists = [
        names_on(viewer.post("/readers/search", {"text": text}).text)
        for text in ("vera@post.example", "vasily@prime.example", "VERA@p.example")
    ]
    assert lists[0] == lists[1] == lists[2] == ["v•••@p•••.example"] * 2
    assert len(names_on(viewer.post("/readers/search", {"text": "verochka"}).text)) == 4
    assert len(names_on(viewer.post("/readers/search", {"text": "@mail"}).text)) == 1
    assert "Nobody found" in viewer.post("/readers/search", {"text": "x@post.example"}).text


def test_list_of_found_readers_is_not_sorted_by_address_for_a_viewer(web: Web, viewer: SignedIn) -> None:
    """The order would tell what is between two known addresses."""
    add(web, "viktor@post.example", "vera@post.example", "veronika@post.example")
    page = viewer.post("/readers/search", {"text": "v"}).text
    ids = [int(one) for one in re.findall(r'href="/admin/readers/(\d+)"', page)]
    assert ids == sorted(ids, reverse=True)


def test_page_of_a_reader_shows_consent_messages_and_bounces(web: Web, admin: SignedIn) -> None:
    """In words, with what the server said, and what users of the console did; the address is in no link."""
    sign_up(web)
    report = Report(BORIS, ReportClass.SOFT, "4.2.2", "452 mailbox full")
    (delivery_id,) = [row[0] for row in web.dump()["delivery"] if row[4] == BORIS]
    proven = ProvenReport(message_key="one", delivery_id=delivery_id, report=report, may_unsubscribe=False)
    assert web.app.bounces.apply([proven], SLOT) == [True]
    reader_id = id_of(web, BORIS)
    web.app.audit.record(
        AuditEntry(at=SLOT, by="admin@gazette.example", action="reader suppressed", reader_id=reader_id)
    )
    page = admin.get(f"/readers/{reader_id}").text
    assert f"/admin/issues/daily/{DAY}" in page
    assert "came back 2 Jun 2025, 07:00" in page
    assert "the mailbox takes nothing at the moment" in page
    assert "452 mailbox full" in page
    assert "No sign-up is stored" in page
    assert "What was done in the console" in page
    assert not [link for link in re.findall(r'(?:href|action)="([^"]*)"', page) if "boris" in link]
    unconfirmed = admin.get(f"/readers/{id_of(web, UNCONFIRMED)}").text
    assert CONSENT in unconfirmed
    assert "https://gazette.example" in unconfirmed
    assert "no; the message: waits to be sent" in unconfirmed
    assert "Request to confirm the subscription" in unconfirmed
    assert web.app.signups.confirm(max(row[2] for row in web.dump()["signup"]), SLOT + timedelta(hours=1))
    assert "<dd>2 Jun 2025, 08:00</dd>" in admin.get(f"/readers/{id_of(web, UNCONFIRMED)}").text


def test_page_of_a_reader_with_more_messages_than_it_shows_says_so(web: Web, admin: SignedIn) -> None:
    """Boris has one message: with a limit of one there may be others."""
    path = f"/readers/{id_of(web, BORIS)}"
    assert "These are the latest" not in admin.get(path).text
    with mock.patch("digest.web.admin.readers.reader.LATEST", 1):
        assert "These are the latest 1." in admin.get(path).text


def test_page_of_a_reader_shows_what_they_chose_and_why_they_left(web: Web, admin: SignedIn) -> None:
    """The preferences in words."""
    values = {"sections": ("Culture",), "hour": 9, "timezone": "Europe/Berlin", "frequency": "weekdays"}
    assert web.app.subscriber_changes.change(ANNA, values, SLOT)
    web.app.subscribers.remove(ANNA, LeftBy.READER, SLOT)
    path = f"/readers/{id_of(web, ANNA)}"
    page = admin.get(path).text
    for text in ("Culture", "09:00 (Berlin)", "on weekdays", "only they can subscribe again"):
        assert text in page
    assert "09:00 (Берлин)" in admin.get(f"{path}?lang=ru").text


def test_viewer_sees_neither_address_nor_name_nor_replies(web: Web, viewer: SignedIn) -> None:
    """In the list and on the page of a reader, also their former address."""
    web.app.subscribers.add_many([Subscriber(email=BORIS, name="Boris Orlov")], SLOT)
    report = Report(BORIS, ReportClass.HARD, "5.1.1", f"550 no {BORIS} here")
    (delivery_id,) = [row[0] for row in web.dump()["delivery"] if row[4] == BORIS]
    proven = ProvenReport(message_key="one", delivery_id=delivery_id, report=report, may_unsubscribe=False)
    assert web.app.bounces.apply([proven], SLOT) == [True]
    reader_id = id_of(web, BORIS)
    with web.database.write() as connection:
        former = "INSERT INTO former_address VALUES (?, 'orlov@post.example', '2025-05-01T00:00:00.000000+00:00')"
        connection.exec_driver_sql(former, (reader_id,))
    for page in (viewer.get("/readers").text, viewer.get(f"/readers/{reader_id}").text):
        assert "b•••@r•••.example" in page
        assert "boris" not in page.casefold()
        assert "orlov" not in page.casefold()
    editor = signed_in(web, UserRole.EDITOR).get(f"/readers/{reader_id}").text
    assert "orlov@post.example" in editor
    assert "550 no" in editor


@pytest.mark.parametrize("wrong", ["0", "999", "x", "anna@readers.example", "9" * 30])
def test_reader_who_does_not_exist_is_404(admin: SignedIn, wrong: str) -> None:
    """Whatever the address says; an address of a reader is none."""
    assert admin.get(f"/readers/{wrong}").status == 404


def test_pages_in_russian_have_no_english(web: Web, admin: SignedIn) -> None:
    """The list and a reader."""
    assert "Подписчики по неделям" in admin.get("/readers?lang=ru").text
    page = admin.get(f"/readers/{id_of(web, ANNA)}?lang=ru").text
    assert "принято почтовым сервером" in page


def test_queries_of_the_list_use_an_index_or_stop_early(web: Web, admin: SignedIn) -> None:
    """The plans of SQLite: no sort of all readers, and a search reads the index of addresses."""
    plans: list[str] = []

    def explain(connection, _cursor, statement, parameters, _context, _many) -> None:  # type: ignore[no-untyped-def]
        if statement.startswith("SELECT subscriber.id,"):
            rows = connection.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append("; ".join(row[3] for row in rows))

    event.listen(web.database._engine, "before_cursor_execute", explain)
    admin.get("/readers")
    admin.get("/readers?status=suppressed")
    admin.post("/readers/search", {"text": "anna"})
    event.remove(web.database._engine, "before_cursor_execute", explain)
    assert plans == [
        "SCAN subscriber",
        "SEARCH subscriber USING INDEX subscriber_status (status=?)",
        "SCAN subscriber USING INDEX sqlite_autoindex_subscriber_1",
    ]


def test_page_of_a_reader_names_a_pause_until_it_ends(web: Web, admin: SignedIn) -> None:
    """On that day they get mail again."""
    until = SLOT.date() + timedelta(days=5)
    web.app.reader_links.save_preferences(1, Preferences(paused_until=until), SLOT)
    path = f"/readers/{id_of(web, ANNA)}"
    assert "Paused until" in admin.get(path).text
    web.clock.moment += timedelta(days=5)
    assert "Paused until" not in signed_in(web, email="later@gazette.example").get(path).text


@pytest.mark.parametrize("text", ["", "anna"])
def test_page_of_readers_after_the_last_one_says_so(web: Web, admin: SignedIn, text: str) -> None:
    """There are readers, and the button leads to the first page with them."""
    page = admin.post("/readers/search", {"text": text, "page": "7"}) if text else admin.get("/readers?page=7")
    assert "There are no readers on this page." in page.text
    assert "There are no readers yet." not in page.text
    assert "Nobody found" not in page.text
    assert re.search(r'name="page" value="0">Previous|page=0[^"]*">Previous', page.text)

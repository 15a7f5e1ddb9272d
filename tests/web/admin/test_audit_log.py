"""The audit log: what it records, who sees addresses in it, filters, pages, and export."""

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model.overrides import OverrideKind
from digest.model.subscribers import Subscriber
from digest.model.users import AuditEntry, UserRole
from tests.support.console import SignedIn, signed_in
from tests.support.installation import Installation
from tests.support.web import Web
from tests.web.conftest import configured

READER = "anna.petrova@readers.example"


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation that has sent nothing."""
    return configured(tmp_path, 25)


def record(web: Web, action: str, *, by: str = "boris@gazette.example", days: int = 0, **values: object) -> None:
    """Write an entry, that many days after the day of the test."""
    at = web.clock.moment + timedelta(days=days)
    web.app.audit.record(AuditEntry(at=at, by=by, action=action, **values))  # type: ignore[arg-type]  # fields by name


def test_changes_of_users_are_recorded_from_what_to_what(web: Web, admin: SignedIn) -> None:
    """On the page in the user's language, in files in English."""
    viewer = signed_in(web, UserRole.VIEWER)
    admin.post("/people/role", {"user": str(viewer.user.id), "role": "editor"})
    entry = admin.get("/people/audit.json").json[0]
    assert entry.pop("at").startswith("2025-06-02T04:00:00")
    assert entry == {
        "by": "admin@gazette.example",
        "action": "role changed",
        "subject": "viewer@gazette.example",
        "reader": None,
        "before": "viewer",
        "after": "editor",
    }
    russian = admin.get("/people/audit?lang=ru").text
    assert "изменена роль" in russian
    assert "<del>Наблюдатель</del> → <ins>Редактор</ins>" in russian
    assert "<del>Viewer</del>" in admin.get("/people/audit").text
    unchanged = len(web.dump()["audit_entry"])
    admin.post("/people/role", {"user": str(viewer.user.id), "role": "editor"})
    assert len(web.dump()["audit_entry"]) == unchanged


def test_reader_in_the_log_is_masked_for_viewers_and_gone_once_erased(web: Web, admin: SignedIn) -> None:
    """The log refers to the reader's row, so that erasing them leaves no address in it."""
    web.app.subscribers.add(Subscriber(email=READER), web.clock.now())
    number = web.dump()["subscriber"][0][0]
    record(web, "reader suppressed", subject=f"reader {number}", reader_id=number)
    viewer = signed_in(web, UserRole.VIEWER)
    for path in ("/people/audit", "/people/audit.csv", "/people/audit.json"):
        assert READER in admin.get(path).text
        assert READER in signed_in(web, UserRole.EDITOR).get(path).text
        assert READER not in viewer.get(path).text
        assert "a•••@r•••.example" in viewer.get(path).text
    assert READER not in repr(web.dump()["audit_entry"])
    web.app.reader_data.erase(READER, web.clock.now())
    assert READER not in repr(web.dump())
    page = admin.get("/people/audit")
    assert READER not in page.text
    assert f"reader {number}" in page.text


def test_filters_narrow_the_page_and_the_export(web: Web, admin: SignedIn) -> None:
    """By person, action and days in the portal's zone, the last day included; what is not a date is ignored."""
    record(web, "issue held", by="vera@gazette.example", days=1)
    record(web, "issue held", days=2)
    record(web, "issue approved", days=2)
    for query, number in {
        "by=vera@gazette.example": 1,
        "action=issue+held": 2,
        "action=issue+held&by=boris@gazette.example": 1,
        "since=2025-06-03&until=2025-06-03": 1,
        "since=2025-06-04": 2,
        "until=2025-06-03&action=issue+held": 1,
        "since=2025-06-05": 0,
        "since=tomorrow&until=0001-01-01&action=issue+held": 2,
    }.items():
        assert len(admin.get(f"/people/audit.json?{query}").json) == number, query
        assert admin.get(f"/people/audit?{query}").text.count("<time") == number, query
    page = admin.get("/people/audit?action=issue+held&since=2025-06-03")
    assert "/admin/people/audit.csv?action=issue+held&amp;since=2025-06-03" in page.text
    assert "No entries." in admin.get("/people/audit?by=nobody").text


def test_changes_of_an_issue_have_different_names(web: Web, admin: SignedIn) -> None:
    """In the log and in its filter, whatever was changed."""
    for kind in OverrideKind:
        record(web, f"{kind} changed", subject="daily/2025-06-02")
    page = admin.get("/people/audit").text
    names = re.findall(r'<option value="\w+ changed">([^<]*)<', page)
    assert len(set(names)) == len(OverrideKind)
    assert "issue changed: preview text" in names
    assert all(f"<strong>{name}</strong>" in page for name in names)


def test_log_on_a_russian_page_names_imports_and_what_was_undone(web: Web, admin: SignedIn) -> None:
    """The log itself, and its files, hold them in English; a title that is a word of the log stays as it is."""
    undone = "pin https://gazette.example/pin 3; pin https://gazette.example/2 4"
    record(web, "change undone", before=undone)
    record(web, "change undone", before="subject drop")
    record(web, "import cancelled", subject="import 12")
    page = admin.get("/people/audit?lang=ru").text
    assert "<del>закреплено https://gazette.example/pin 3; закреплено https://gazette.example/2 4</del>" in page
    assert "<del>тема drop</del>" in page
    assert "· импорт № 12" in page
    assert undone in admin.get("/people/audit.csv?lang=ru").text


def test_log_of_messages_sent_again_has_their_number_alone(web: Web, admin: SignedIn) -> None:
    """The state of the issue is no value that became a number."""
    record(web, "unknown sent again", before="done", after="1")
    record(web, "expired sent again", before="done", after="1022")
    page = admin.get("/people/audit?lang=ru").text
    assert "<ins>1 письмо</ins>" in page
    assert "<ins>1\u00a0022 письма</ins>" in page
    assert "<del>" not in page


def test_log_is_read_in_pages_of_fifty(web: Web, admin: SignedIn) -> None:
    """The filters stay; nothing is shown twice or left out."""
    for number in range(120):
        record(web, "issue held", subject=f"number {number:03}")
    shown, path = [], "/people/audit?action=issue+held"
    while path:
        page = admin.get(path)
        shown += [part[:10] for part in page.text.split(" · ")[1:] if part.startswith("number")]
        found = re.search(r'href="/admin(/people/audit\?before=[^"]*)"', page.text)
        path = html.unescape(found[1]) if found else ""
    assert shown == [f"number {number:03}" for number in reversed(range(120))]
    assert len(admin.get("/people/audit.json").json) == len(web.dump()["audit_entry"])
    assert admin.get("/people/audit?before=x").status == admin.get(f"/people/audit?before={'9' * 30}").status == 200


def test_export_cells_are_not_formulas(web: Web, admin: SignedIn) -> None:
    """A spreadsheet would carry out a cell that begins with `=`."""
    record(web, "article retitled", subject="a", before="=HYPERLINK(1)", after='Two\nlines, "quoted"')
    answer = admin.get("/people/audit.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    assert answer.headers["cache-control"] == "no-store"
    first = answer.csv_rows()[0]
    assert (first["before"], first["after"]) == ("'=HYPERLINK(1)", 'Two\nlines, "quoted"')


def test_text_of_an_entry_is_never_markup(web: Web, admin: SignedIn) -> None:
    """Titles of articles come from others."""
    record(web, "<script>alert(1)</script>", subject="<b>", before="<i>")
    page = admin.get("/people/audit").text
    assert "<script>alert" not in page
    assert "<b>" not in page
    assert page.count("&lt;script&gt;alert") >= 1 <= page.count("&lt;b&gt;")

"""Files that the console offers: Excel opens them right, and an import reads the list of readers back."""

from datetime import date
from pathlib import Path

import pytest

from digest.model.subscribers import Frequency, Subscriber, SubscriberStatus
from digest.web.api.import_worker import run_imports
from tests.support.console import BROWSER, SignedIn, signed_in
from tests.support.installation import DAY, SLOT, Installation
from tests.support.smtp_server import Log
from tests.support.web import Web, served
from tests.web.admin.readers.test_reader_import import path_of, upload
from tests.web.conftest import configured

READERS = (
    Subscriber(
        email="vera@post.example",
        name="Вера; «Орлова», мл.",
        language="ru",
        editions=("daily",),
        sections=("Спорт; футбол", "Порт, море", 'Дом "А"', "a|b\\c"),
        frequency=Frequency.WEEKDAYS,
        timezone="Europe/Moscow",
        hour=7,
        paused_until=date(2026, 12, 31),
    ),
    Subscriber(email="=1+1@post.example", name="=1+1", status=SubscriberStatus.PENDING),
    Subscriber(email="gleb@post.example", name="'Глеб", status=SubscriberStatus.UNSUBSCRIBED),
    Subscriber(email="yana@post.example", name="Bounced", status=SubscriberStatus.SUPPRESSED),
)
FILES = (
    "/readers/growth.csv",
    "/numbers/issues.csv",
    "/numbers/positions.csv",
    "/numbers/articles.csv",
    "/people/audit.csv",
)


@pytest.fixture
def site(redirecting: Installation) -> Installation:
    """An installation that has sent an issue with redirects to two readers."""
    return redirecting


@pytest.mark.parametrize("path", FILES)
def test_csv_begins_with_the_mark_and_separates_as_excel_of_the_language(web: Web, admin: SignedIn, path: str) -> None:
    """By commas in English, by semicolons in Russian; a sign in a cell makes no column."""
    web.get(f"/r/daily-{DAY}/2", User_Agent=BROWSER)
    admin.post("/readers/export")
    english = admin.get(path).csv_rows()
    assert admin.get(f"{path}?lang=ru").csv_rows(";") == [
        {name: cell.replace(".", ",") if name == "rate" else cell for name, cell in row.items()} for row in english
    ]
    assert english
    assert None not in english[0]


def test_csv_fraction_has_the_comma_of_russian(web: Web, admin: SignedIn) -> None:
    """Excel would take 50.000 for text, and 1.5 for a day in May."""
    web.get(f"/r/daily-{DAY}/2", User_Agent=BROWSER)
    assert admin.get("/numbers/positions.csv?lang=ru").csv_rows(";")[1]["rate"] == "50,000"
    assert admin.get("/numbers/positions.csv").csv_rows()[1]["rate"] == "50.000"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_export_imported_as_it_is_gives_the_same_readers(
    tmp_path: Path, web: Web, admin: SignedIn, mail: tuple[int, Log], language: str
) -> None:
    """In another installation, by its console and by the command; here, nothing changes."""
    web.app.subscribers.add_many(READERS, SLOT)
    readers = sorted(web.app.subscribers.list(), key=lambda one: one.email)
    exported = admin.post(f"/readers/export?lang={language}").body
    file = tmp_path / "readers.csv"
    file.write_bytes(exported)
    (tmp_path / "other").mkdir()
    other = configured(tmp_path / "other", mail[0])
    with served(other) as pages:
        user = signed_in(pages)
        user.post(f"{path_of(upload(user, exported))}/start")
        run_imports(pages.app)
        assert sorted(pages.app.subscribers.list(), key=lambda one: one.email) == readers
    assert "6 unchanged, 0 bad rows" in other.run("subscribers", "import", str(file)).fine().out
    assert "6 unchanged, 0 bad rows" in web.site.run("subscribers", "import", str(file)).fine().out

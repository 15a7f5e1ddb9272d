"""`digest subscribers`: the audience from the shell; CSV in and out."""

import csv
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from digest.cli.output.reports import print_listing, with_hanging_indent
from digest.subscribers.consent import TEXT_COLUMN
from tests.support.full_disk import max_file_size
from tests.support.installation import SLOT, Installation, RedirectedOutput


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation with two editions."""
    return Installation(tmp_path).configure(editions=['name = "daily"', 'name = "weekly"'])


ALL = ("--all-editions",)


def _statuses(site: Installation) -> dict[str, str]:
    return {email: row["status"] for email, row in _listed(site).items()}


def _listed(site: Installation, *arguments: str) -> dict[str, dict[str, Any]]:
    return {row["email"]: row for row in site.run("subscribers", "list", "--json", *arguments).fine().json}


def test_add_list_and_remove_change_the_subscriber(site: Installation) -> None:
    """A reader is added once, can be changed, and is unsubscribed but remembered."""
    add = ["subscribers", "add", "Anna@Reader.EXAMPLE"]
    assert site.run(*add, "--name", "Anna\n Berg", "--language", "ru", "--edition", "daily").fine().out == "added\n"
    assert site.run(*add).fine().out == "changed\n"  # in every edition now
    assert site.run(*add).fine().out == "already subscribed\n"
    row = _listed(site)["Anna@reader.example"]
    assert row == {
        "email": "Anna@reader.example",
        "name": "Anna Berg",
        "language": "ru",
        "edition": [],
        "sections": [],
        "frequency": None,
        "timezone": None,
        "hour": None,
        "paused_until": None,
        "status": "confirmed",
    }
    assert site.run("subscribers", "list").fine().out == "Anna@reader.example\tconfirmed\tevery edition\tAnna Berg\n"
    assert site.run("subscribers", "remove", "Anna@reader.example").fine().out == "removed\n"
    assert _listed(site, "--status", "confirmed") == {}
    assert _listed(site)["Anna@reader.example"]["status"] == "unsubscribed"
    site.run("subscribers", "remove", "Anna@reader.example").failed(1, "this address is not subscribed")
    site.run("subscribers", "remove", "stranger@reader.example").failed(1, "this address is not subscribed")


def test_remove_ours_can_be_undone_by_add_alone(site: Installation) -> None:
    """The operator's own decision can be reversed for one reader, not by an old list."""
    site.subscribe("anna@reader.example")
    site.run("subscribers", "remove", "ANNA@reader.example", "--ours").fine()
    assert "1 unsubscribed earlier and not added" in site.run("subscribers", "import", "readers.csv", *ALL).fine().out
    assert site.run("subscribers", "add", "anna@reader.example").fine().out == "changed\n"
    assert _statuses(site) == {"anna@reader.example": "confirmed"}


def test_remove_counts_as_the_readers_own_request(site: Installation) -> None:
    """Neither `add` nor an import subscribes this reader again; `--resubscribe` does."""
    site.subscribe("anna@reader.example", "ben@reader.example")
    site.run("subscribers", "remove", "Anna@Reader.example").fine()
    site.run("subscribers", "add", "anna@reader.example").failed(1, "unsubscribed and must sign up again")
    ran = site.run("subscribers", "import", "readers.csv", *ALL, "--json").fine()
    assert (ran.json["left"], ran.json["same"]) == (1, 1)
    ran = site.run("subscribers", "import", "readers.csv", *ALL, "--resubscribe").fine()
    assert "0 added, 1 changed, 1 unchanged" in ran.out
    assert set(_statuses(site).values()) == {"confirmed"}


def test_add_refuses_a_suppressed_address(site: Installation) -> None:
    """The message says why."""
    site.write("readers.csv", "email,status\na@reader.example,suppressed\n")
    site.run("subscribers", "import", "readers.csv", *ALL).fine()
    site.run("subscribers", "add", "A@reader.example").failed(1, "mail to this address is suppressed")


def test_add_takes_the_case_of_an_address_as_the_same_reader(site: Installation) -> None:
    """`Reader@x` and `reader@x` are one reader, who can unsubscribe under either."""
    site.run("subscribers", "add", "Reader@reader.example").fine()
    assert site.run("subscribers", "add", "reader@reader.example").fine().out == "already subscribed\n"
    site.run("subscribers", "remove", "READER@reader.example").fine()
    assert _statuses(site) == {"Reader@reader.example": "unsubscribed"}


def test_add_without_an_edition_gives_every_edition_in_any_language(site: Installation) -> None:
    """On a portal whose editions have two languages they are stored by name."""
    site.configure(editions=('name = "daily"', 'name = "utro"\nlanguage = "ru"'))
    for language, expected in (("ru", ["daily", "utro"]), ("en", ["daily", "utro"])):
        site.run("subscribers", "add", "anna@readers.example", "--language", language).fine()
        (found,) = site.run("subscribers", "list", "--json").fine().json
        assert found["edition"] == expected


def test_add_name_that_is_too_long_exits_2(site: Installation) -> None:
    """It would be cut."""
    site.run("subscribers", "add", "anna@readers.example", "--name", "x" * 300).fine()
    site.run("subscribers", "add", "anna@readers.example", "--name", "x" * 301).failed(2, "may have 300 characters")


def test_add_unknown_edition_exits_2(site: Installation) -> None:
    """A misspelt name would leave the reader without mail, so nobody is added."""
    site.run("subscribers", "add", "a@reader.example", "--edition", "dialy").failed(2, "there is no edition 'dialy'")
    assert _listed(site) == {}


def test_import_unknown_edition_is_imported_and_named(site: Installation) -> None:
    """It may be created later."""
    site.write("readers.csv", "email,edition\na@reader.example,dialy|weekly\n")
    ran = site.run("subscribers", "import", "readers.csv", *ALL).fine()
    note = "editions that the configuration does not have: dialy"
    assert f"{note}\n" in ran.err
    assert site.run("subscribers", "import", "readers.csv", *ALL, "--json").fine().json["notes"] == [note]
    assert _listed(site)["a@reader.example"]["edition"] == ["dialy", "weekly"]


@pytest.mark.parametrize(
    "address",
    ["nobody", "a@b@c.example", "a@reader.example\r\nBcc: x@victim.example", "a\n@reader.example", "a@-.example", ""],
)
def test_add_invalid_address_exits_2(site: Installation, address: str) -> None:
    """One line that does not repeat it."""
    ran = site.run("subscribers", "add", address)
    ran.failed(2, "address" if address else "it is empty")
    assert "victim" not in ran.err
    assert _listed(site) == {}


def test_import_bad_rows_are_reported_and_others_imported(site: Installation) -> None:
    """Lines are named, addresses are not; unknown columns are named."""
    rows = [
        "Email,name,language,edition,shoe size",
        "anna@reader.example,Anna Berg,en,daily,38",
        "not-an-address,X,,,",
        "boris@reader.example,Boris,klingon!,,",
        '"carla@reader.example\nBcc: dora@victim.example",Carla,,,',
        "emil@reader.example,Emil,,daily|weekly,",
        "anna@reader.example,Anna again,,,",
        "",
        "fred@reader.example,Fred,ru,,",
    ]
    site.write("readers.csv", "\n".join(rows))
    ran = site.run("subscribers", "import", "readers.csv", *ALL).fine()
    assert ran.out == "3 added, 0 changed, 0 unchanged, 4 bad rows\n"
    said = [line.split(": ")[1] for line in ran.err.splitlines() if line.startswith("digest: line ")]
    assert said == ["line 3", "line 4", "line 5", "line 8"]
    assert "ignored columns: shoe size" in ran.err
    assert "reader.example" not in ran.err
    assert "victim" not in ran.err
    found = _listed(site)
    assert sorted(found) == ["anna@reader.example", "emil@reader.example", "fred@reader.example"]
    assert found["emil@reader.example"]["edition"] == ["daily", "weekly"]


def test_import_same_file_again_changes_nothing(site: Installation) -> None:
    """An import can be repeated."""
    site.write("readers.csv", "email,name\na@reader.example,Anna\nb@reader.example,Boris\n")
    assert "2 added" in site.run("subscribers", "import", "readers.csv", *ALL).fine().out
    before = _listed(site)
    assert "0 added, 0 changed, 2 unchanged" in site.run("subscribers", "import", "readers.csv", *ALL).fine().out
    assert _listed(site) == before


def test_import_and_add_unsubscribed_reader_is_refused(site: Installation) -> None:
    """It is reported."""
    site.subscribe("a@reader.example", "b@reader.example")
    with closing(sqlite3.connect(site.folder / "digest.db")) as store, store:
        store.execute("UPDATE subscriber SET status='unsubscribed', left_by='reader' WHERE email='a@reader.example'")
    ran = site.run("subscribers", "import", "readers.csv", *ALL).fine()
    assert "1 unsubscribed earlier and not added" in ran.out
    site.run("subscribers", "add", "a@reader.example").failed(1, "unsubscribed and must sign up again")
    assert _listed(site)["a@reader.example"]["status"] == "unsubscribed"


@pytest.mark.parametrize("head", ["name,address\n", "", "a@reader.example\nb@reader.example\n", "email,email\na,b\n"])
def test_import_without_column_email_exits_2(site: Installation, head: str) -> None:
    """An address in the wrong place is not repeated."""
    site.write("readers.csv", head)
    ran = site.run("subscribers", "import", "readers.csv", *ALL)
    ran.failed(2, "email")
    assert "@" not in ran.err
    assert _listed(site) == {}


def test_import_only_bad_rows_exits_1(site: Installation) -> None:
    """Nothing is imported."""
    site.write("readers.csv", "email\nnobody\n")
    site.run("subscribers", "import", "readers.csv", *ALL).failed(1, "no row could be imported")
    assert _listed(site) == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_import_spreadsheet_dialects_are_read(site: Installation, encoding: str, delimiter: str) -> None:
    """UTF-8 and UTF-16 with and without a mark, CRLF, semicolons and tabs."""
    rows = [["email", "name"], ["anna@reader.example", "Анна Берг"]]
    site.write("readers.csv", "\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    site.run("subscribers", "import", "readers.csv", *ALL).fine()
    assert _listed(site)["anna@reader.example"]["name"] == "Анна Берг"


def test_import_windows_1251_is_read_with_a_note(site: Installation) -> None:
    """What Russian Excel saves as CSV; a row in another encoding is a bad row."""
    rows = [
        "Почта;Имя;Фамилия".encode("cp1251"),
        "anna@reader.example;Анна;Берг".encode("cp1251"),
        "jose@reader.example;José;Peña".encode("cp1252"),
        b"bob@reader.example;Bob;",
    ]
    site.write("readers.csv", b"\r\n".join(rows))
    ran = site.run("subscribers", "import", "readers.csv", *ALL).fine()
    assert "digest: line 3: is not UTF-8 text; save the file as UTF-8\n" in ran.err
    assert "read as windows-1251" in ran.err
    assert {email: row["name"] for email, row in _listed(site).items()} == {
        "anna@reader.example": "Анна Берг",
        "bob@reader.example": "Bob",
    }


def test_import_binary_file_is_one_line(site: Installation) -> None:
    """A spreadsheet's own file format is refused."""
    site.write("readers.xlsx", b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)) * 20)
    site.run("subscribers", "import", "readers.xlsx", *ALL).failed(2, "save the sheet as CSV")


def test_import_from_stdin_is_read(site: Installation) -> None:
    """`-` reads what another program writes."""
    site.spawn("subscribers", "import", "-", *ALL, stdin="email,name\na@reader.example,Анна\n".encode()).fine()
    assert _listed(site)["a@reader.example"]["name"] == "Анна"


def test_export_is_the_same_to_file_and_stdout(site: Installation, tmp_path: Path) -> None:
    """Another installation imports the same subscribers."""
    site.write(
        "readers.csv",
        "email,name,language,edition,sections,frequency,timezone,hour,paused_until,status\n"
        'a@reader.example,"Berg, Anna",ru,daily|weekly,"Sport|Sea, land",weekly,Europe/Moscow,0,2026-12-31,confirmed\n'
        "b@reader.example,,,,,,,,,suppressed\n",
    )
    site.run("subscribers", "import", "readers.csv", *ALL).fine()
    shown = site.run("subscribers", "show", "a@reader.example", now=SLOT).fine().out.splitlines()[1]
    assert shown == (
        "  chose       topics: Sport, Sea, land; weekly; from 00:00; Europe/Moscow; language: ru; "
        "paused until 2026-12-31"
    )
    site.run("subscribers", "export", "out.csv").fine()
    assert site.run("subscribers", "export").fine().out.encode() == (site.folder / "out.csv").read_bytes()
    other = Installation(tmp_path / "other").configure(editions=['name = "daily"', 'name = "weekly"'])
    other.write("in.csv", (site.folder / "out.csv").read_bytes())
    other.run("subscribers", "import", "in.csv", *ALL).fine()
    assert _listed(other) == _listed(site)


@pytest.mark.parametrize("name", ["=HYPERLINK(0)", "+1", "-1", "@SUM(A1)", "'=1"])
def test_export_name_is_no_spreadsheet_formula(site: Installation, name: str) -> None:
    """The export defuses it, and the import restores it."""
    site.run("subscribers", "add", "a@reader.example", "--name", name).fine()
    site.run("subscribers", "export", "out.csv").fine()
    with (site.folder / "out.csv").open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell[:1] in set("=+-@")]
    assert "0 added, 0 changed, 1 unchanged" in site.run("subscribers", "import", "out.csv", *ALL).fine().out
    assert _listed(site)["a@reader.example"]["name"] == name


def test_export_full_disk_keeps_the_earlier_file(site: Installation) -> None:
    """No partial file is left."""
    site.subscribe(*(f"reader{number}@reader.example" for number in range(200)))
    site.write("out.csv", "an earlier one")
    site.run("status").fine()  # leaves the database at rest
    room = 5_000
    with max_file_size(room):
        message = site.run("subscribers", "export", "out.csv").failed(1)
    assert "out.csv" in message or "digest.db" in message
    assert (site.folder / "out.csv").read_text() == "an earlier one"


def test_list_at_a_terminal_has_a_heading_and_a_count(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns in line, whatever the letters; piped output has neither."""
    monkeypatch.setattr("digest.cli.subscribers.on_terminal", lambda: True)
    assert site.run("subscribers", "list").fine().out == "no subscribers\n"
    site.run("subscribers", "add", "a@reader.example", "--name", "Анна").fine()
    assert site.run("subscribers", "list").fine().out.splitlines()[-1] == "1 subscriber"
    site.run("subscribers", "add", "long.name@reader.example").fine()
    assert site.run("subscribers", "list").fine().out.splitlines() == [
        "email                     status     editions       name",
        "a@reader.example          confirmed  every edition  Анна",
        "long.name@reader.example  confirmed  every edition",
        "2 subscribers",
    ]


def test_list_with_a_long_address_at_a_terminal_keeps_the_others_in_line(
    site: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is behind it is a line below; the width of that one address made every row two lines."""
    long = f"{'a' * 40}@{'b' * 20}.example"
    site.subscribe("anna@reader.example", long)
    for module in ("subscribers", "output.reports"):
        monkeypatch.setattr(f"digest.cli.{module}.on_terminal", lambda: True)
    shown = site.run("subscribers", "list", env={"COLUMNS": "60"}).fine().out.splitlines()
    assert shown == [
        "email                         status     editions       name",
        long,
        "                              confirmed  every edition",
        "anna@reader.example           confirmed  every edition",
        "2 subscribers",
    ]


def test_listing_row_that_ends_with_a_long_cell_has_no_empty_line_below(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a reader of many editions without a name."""
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setattr("digest.cli.output.reports.on_terminal", lambda: True)
    print_listing(("editions", "name"), [(("e" * 40, ""), ""), (("every edition", ""), "")], empty="")
    assert capsys.readouterr().out.splitlines() == [f"{'editions':26}name", "e" * 40, "every edition"]


def test_listing_on_a_very_narrow_terminal_keeps_twenty_columns_of_the_widest_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that needs fewer gets no more than before."""
    monkeypatch.setenv("COLUMNS", "4")
    monkeypatch.setattr("digest.cli.output.reports.on_terminal", lambda: True)
    print_listing(("editions", "name"), [(("e" * 40, "Anna"), ""), (("every edition", "Boris"), "")], empty="")
    print_listing(("name", "id"), [(("Anna", "a"), "")], empty="")
    rows = [("editions", "name"), ("e" * 40 + f"\n{'':20}", "Anna"), ("every edition", "Boris")]
    shown = [f"{first:20}  {second}" for first, second in rows]
    assert capsys.readouterr().out == "\n".join([*shown, "name  id", "Anna  a", ""])


def test_text_at_a_terminal_is_wrapped_below_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """As what a reader agreed to; in a file it is one line."""
    monkeypatch.setenv("COLUMNS", "40")
    line = "  agreed to   I agree to receive the newsletter of the Harbour Gazette."
    assert with_hanging_indent(line, TEXT_COLUMN) == line
    monkeypatch.setattr("digest.cli.output.reports.on_terminal", lambda: True)
    assert with_hanging_indent(line, TEXT_COLUMN).splitlines() == [
        "  agreed to   I agree to receive the",
        "              newsletter of the Harbour",
        "              Gazette.",
    ]


def test_suppress_and_unsuppress_change_the_status(site: Installation) -> None:
    """A second time nothing changes, and who unsubscribed stays so."""
    site.subscribe("a@reader.example")
    assert site.run("subscribers", "suppress", "A@reader.example").fine().out == "suppressed\n"
    assert _listed(site)["a@reader.example"]["status"] == "suppressed"
    site.run("subscribers", "suppress", "a@reader.example").failed(1, "gets no mail")
    assert site.run("subscribers", "unsuppress", "a@reader.example").fine().out == "subscribed again\n"
    site.run("subscribers", "unsuppress", "a@reader.example").failed(1, "is not suppressed")
    site.run("subscribers", "remove", "a@reader.example").fine()
    site.run("subscribers", "suppress", "a@reader.example").failed(1, "gets no mail")
    assert _listed(site)["a@reader.example"]["status"] == "unsubscribed"


def test_output_to_a_file_is_utf_8_whatever_the_locale(site: Installation) -> None:
    """JSON and CSV of a machine whose locale is Latin-1 are read by programs and by Digest's own import."""
    site.run("subscribers", "add", "ivan@reader.example", "--name", "Иван").fine()
    assert "Иван" in site.spawn("subscribers", "export", env={"PYTHONIOENCODING": "latin-1"}).fine().out
    for command in ("list", "list --json"):
        assert "Иван" in site.run("subscribers", *command.split(), out=RedirectedOutput("latin-1")).fine().out
    assert "→" in site.run("check", "--only", "smtp", out=RedirectedOutput("latin-1")).out

"""`digest edit`: what it lists, undoes and adds, and what it says about changes that may surprise."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.installation import DAY, NEXT_DAY, SLOT, Installation, Ran, day, item, rss
from tests.support.prepared import Copy
from tests.support.smtp_server import honest_server, rogue_server

NEWS = "https://gazette.example/news/"
MUSEUM = "https://museum.example/night"
NOW = SLOT - timedelta(hours=1)


@pytest.fixture
def site(tmp_path: Path, copied: Copy) -> Installation:
    """An installation whose five articles are known."""
    return copied(_collect, tmp_path)


def _collect(site: Installation) -> None:
    site.configure().write("feed.xml", day())
    site.run("collect", now=NOW).fine()


def _edit(site: Installation, *arguments: str) -> Ran:
    return site.run("edit", *arguments, now=NOW).fine()


def _titles(site: Installation, *arguments: str) -> list[str]:
    return [row["title"] for row in site.run("rank", "--date", DAY, "--json", *arguments, now=NOW).fine().json]


def test_edit_undo_restores_what_the_change_replaced(site: Installation) -> None:
    """The earlier title is in force again, then the article's own; the rows stay, with who undid them."""
    _edit(site, "--title", f"{NEWS}1=First title")
    site.run("edit", "--title", f"{NEWS}1=Second title", now=NOW + timedelta(minutes=1)).fine()
    assert _titles(site)[0] == "Second title"
    assert "title “Second title”" in _edit(site, "--undo").out
    assert _titles(site)[0] == "First title"
    _edit(site, "--undo")
    assert _titles(site)[0] == "The news number 1 of the harbour"
    site.run("edit", "--undo", now=NOW).failed(1, "there is nothing to undo in daily")
    with closing(sqlite3.connect(site.folder / "digest.db")) as stored:
        rows = stored.execute("SELECT value, undone_by IS NOT NULL, undone_at FROM override ORDER BY id").fetchall()
    assert rows == [(title, 1, NOW.isoformat(timespec="microseconds")) for title in ("First title", "Second title")]


@pytest.mark.parametrize(
    "change", [("--pin", f"{NEWS}1"), ("--add", f"{NEWS}1", "--title", "Again")], ids=["pin", "add"]
)
def test_edit_article_that_stays_out_is_noted(site: Installation, change: tuple[str, ...]) -> None:
    """Because it is dropped, was retracted or was sent; the note ends with its cause."""
    assert "stays out" not in _edit(site, "--date", DAY, "--drop", f"{NEWS}1").err
    assert f"{NEWS}1 is dropped, and stays out until that is undone" in _edit(site, "--date", DAY, *change).err
    assert _edit(site, "--date", NEXT_DAY, *change).err == ""
    site.run("retract", f"{NEWS}1", now=NOW).fine()
    assert f"{NEWS}1 was retracted" in _edit(site, "--date", NEXT_DAY, *change).err


def test_edit_article_that_was_sent_is_noted(site: Installation) -> None:
    """In a coming issue; another one is not."""
    site.subscribe("anna@readers.example")
    with honest_server() as (port, _log):
        site.configure(smtp=f"port = {port}")
        site.run("send", "--yes", now=SLOT + timedelta(minutes=1)).fine()
    later = SLOT + timedelta(hours=1)
    ran = site.run("edit", "--pin", f"{NEWS}1", "--pin", f"{NEWS}9", "--date", NEXT_DAY, now=later).fine()
    assert f"{NEWS}1 was sent in an earlier issue, and is not repeated" in ran.err
    assert f"{NEWS}9 was sent" not in ran.err


def test_edit_undo_takes_back_one_command(site: Installation) -> None:
    """All changes of the last command, or the last change of the article that is named by address or number."""
    _edit(site, "--drop", f"{NEWS}1")
    site.run("edit", "--drop", f"{NEWS}2", "--drop", f"{NEWS}3", now=NOW + timedelta(minutes=1)).fine()
    assert len(_titles(site)) == 2
    _edit(site, "--undo")
    assert len(_titles(site)) == 4
    site.run("edit", "--undo", f"{NEWS}4", now=NOW).failed(1, "nothing to undo")
    _edit(site, "--undo", f"{NEWS}1")
    assert len(_titles(site)) == 5
    _edit(site, "--date", DAY, "--drop", "1")
    site.run("edit", "--undo", "--date", NEXT_DAY, now=NOW).failed(1, f"nothing to undo in daily of {NEXT_DAY}")
    _edit(site, "--undo", "--date", DAY)
    assert len(_titles(site)) == 5


def test_edit_names_a_moved_article_by_its_former_address_or_number(site: Installation) -> None:
    """As in a ranking that was printed before, or in a message."""
    for section in ("news", "port"):
        moving = item(1, url=f"https://gazette.example/{section}/1", comments=500, more="<guid>slug-1</guid>")
        site.write("feed.xml", rss(moving, item(2)))
        site.run("collect", now=NOW).fine()
        if section == "news":
            assert _titles(site)[0] == "The news number 1 of the harbour"
    for name in ("1", f"{NEWS}1"):
        ran = _edit(site, "--date", DAY, "--drop", name)
        assert "https://gazette.example/port/1" in ran.out
        assert "no source has listed" not in ran.err
        assert "The news number 1 of the harbour" not in _titles(site)
        _edit(site, "--date", DAY, "--undo", f"{NEWS}1")


def test_edit_list_shows_what_is_in_force(site: Installation) -> None:
    """Neither what has ended, was undone or replaced, nor the issues of past days."""
    assert _edit(site, "--list").out == "no changes in daily\n"
    _edit(site, "--date", "2025-05-30", "--pin", f"{NEWS}1")
    _edit(site, "--pin", f"{NEWS}2", "--until", "2025-06-01")
    _edit(site, "--boost", f"{NEWS}3=0.5")
    site.run("edit", "--boost", f"{NEWS}3=0.7", "--until", "2025-06-04T18:00", now=NOW + timedelta(minutes=1)).fine()
    _edit(site, "--date", DAY, "--title", f"{NEWS}4=A better title", "--drop", "https://other.example/5")
    lines = _edit(site, "--list").out.splitlines()
    by = lines[-1].partition("; by ")[2].partition(",")[0]
    assert lines == [
        "dropped",
        "    https://other.example/5",
        f"    the issue of {DAY}; by {by}, today 06:00",
        *("title “A better title”", "    The news number 4 of the harbour", f"    {NEWS}4"),
        f"    the issue of {DAY}; by {by}, today 06:00",
        *("boosted by +0.7", "    The news number 3 of the harbour", f"    {NEWS}3"),
        f"    every issue until Wed 4 Jun 18:00; by {by}, today 06:01",
    ]
    assert max(map(len, lines)) <= 80
    assert "A better title" not in _edit(site, "--list", "--date", NEXT_DAY).out


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e308", "100.1", "-101", "0,7", ""])
def test_edit_boost_that_is_no_number_or_too_large_is_refused(site: Installation, value: str) -> None:
    """With the limits of the API, so that scores stay readable."""
    site.run("edit", "--boost", f"{NEWS}3={value}", now=NOW).failed(2, "expected --boost URL=X with a number")
    assert _edit(site, "--list").out == "no changes in daily\n"


def test_edit_add_brings_an_article_of_another_site_in(site: Installation) -> None:
    """It has the texts given, is last in a full issue, and its language and section keep it out of nothing."""
    site.configure(editions=['name = "daily"\ntop = 3\nsections = ["Port"]'])
    port = (item(number, comments=90 - number, more="<category>Port</category>") for number in range(1, 6))
    site.write("feed.xml", rss(*port))
    site.run("edit", "--add", MUSEUM, now=NOW).failed(2, "so it needs a title; add --title TEXT")
    _edit(site, "--add", MUSEUM, "--title", "Ночь музеев: все двери открыты", "--summary", "До полуночи.")
    answer = site.run("preview", "--date", DAY, "--json", "--text", "issue.txt", now=NOW).fine().json
    assert [one["url"] for one in answer["articles"]] == [f"{NEWS}1", f"{NEWS}2", MUSEUM]
    assert answer["articles"][2]["title"] == "Ночь музеев: все двери открыты"
    assert "До полуночи." in (site.folder / "issue.txt").read_text()
    _edit(site, "--pin", MUSEUM)
    assert _titles(site)[0].startswith("Ночь музеев")


def test_edit_add_known_article_needs_no_title(site: Installation) -> None:
    """An article from before the window is brought in as its source gave it."""
    site.write("feed.xml", rss(item(9, hours=40), item(1)))
    site.run("collect", now=NOW).fine()
    assert "The news number 9 of the harbour" not in _titles(site)
    _edit(site, "--add", f"{NEWS}9")
    assert "The news number 9 of the harbour" in _titles(site)


def test_edit_added_article_is_sent_once(site: Installation) -> None:
    """An addition without a date is in one issue, not in every later one."""
    with rogue_server(lambda _step, _argument: None) as (port, _log):
        site.configure(editions=['name = "daily"\nminimum = 1'], smtp=f'host = "127.0.0.1"\nport = {port}')
        site.subscribe("a@reader.example")
        _edit(site, "--add", MUSEUM, "--title", "Night of museums")
        site.run("send", "--date", DAY, "--yes", now=SLOT).fine()
    answer = site.run("rank", "--date", NEXT_DAY, "--json", now=SLOT + timedelta(hours=12)).fine().json
    assert [row["title"] for row in answer if row["chosen"]] == []


@pytest.mark.parametrize(
    ("arguments", "note"),
    [
        (["--pin", f"{NEWS}1"], "this applies to every issue of daily, without an end; --date and --until limit it"),
        (["--pin", f"{NEWS}77", "--date", DAY], f"no source has listed {NEWS}77 yet"),
        (["--pin", f"{NEWS}1", "--until", "05:59"], "this time has passed: nothing changes"),
        (
            ["--pin", f"{NEWS}1", "--until", "06:30"],
            f"this ends before the hour of daily/{DAY}, {DAY} 07:00, and has no effect on it",
        ),
        (
            ["--drop", f"{NEWS}1", "--until", "18:00", "--date", NEXT_DAY],
            f"this ends before the hour of daily/{NEXT_DAY}, {NEXT_DAY} 07:00, and has no effect on it",
        ),
        (
            ["--section", f"{NEWS}1=Prot", "--date", DAY],
            "no source has a section “Prot”; did you mean “Port”?",
        ),
        (["--pin", f"{NEWS}1", "--date", DAY], ""),
        (["--pin", f"{NEWS}1", "--until", "18:00"], ""),
        (["--add", MUSEUM, "--title", "Night of museums"], ""),
    ],
)
def test_edit_surprising_change_has_a_note(site: Installation, arguments: list[str], note: str) -> None:
    """On standard error; the change is stored anyway."""
    site.write(
        "feed.xml", rss(*(item(n, more=f"<category>{name}</category>") for n, name in ((1, "Port"), (2, "Sport"))))
    )
    site.run("collect", now=NOW).fine()
    ran = _edit(site, *arguments)
    assert note in ran.err
    assert bool(ran.err) == bool(note)
    assert ran.out.startswith("daily")


def test_edit_of_a_frozen_issue_has_a_note(site: Installation) -> None:
    """The change cannot reach a content that is fixed."""
    with rogue_server(lambda _step, _argument: None) as (port, _log):
        site.configure(smtp=f'host = "127.0.0.1"\nport = {port}')
        site.subscribe("a@reader.example")
        site.run("send", "--date", DAY, "--yes", now=SLOT).fine()
    assert f"daily/{DAY} is frozen" in _edit(site, "--date", DAY, "--drop", f"{NEWS}1").err


def test_edit_texts_of_an_issue_are_in_its_preview(site: Installation) -> None:
    """In both parts, and in the row of the inbox; without them these are as before."""
    texts = {"--intro": "Good **morning**.\n\nA [map](https://gazette.example/map).", "--closing": "See you tomorrow"}
    lines = {"--subject": "The tram is back", "--preheader": "After nine years"}
    ran = _edit(site, "--date", DAY, *(word for pair in (texts | lines).items() for word in pair))
    assert f"daily/{DAY}: intro “Good **morning**. A [map](https://gazette.example/map).”" in ran.out
    assert not ran.err
    answer = site.run("preview", "--date", DAY, "--bare", "--json", "--text", "issue.txt", now=NOW).fine().json
    assert (answer["subject"], answer["preheader"]) == ("The tram is back", "After nine years")
    assert (answer["intro"], answer["closing"]) == tuple(texts.values())
    html, text = ((site.folder / file).read_text() for file in ("preview.html", "issue.txt"))
    assert html.index("<strong>morning</strong>") < html.index("harbour</a>") < html.index("See you tomorrow")
    assert text.index("A map (https://gazette.example/map).") < text.index("harbour") < text.index("See you tomorrow")
    _edit(site, "--undo")
    answer = site.run("preview", "--date", DAY, "--json", now=NOW).fine().json
    assert (answer["subject"], answer["intro"]) == ("The news number 1 of the harbour", None)


def test_edit_text_taken_back_and_undone_is_as_before(site: Installation) -> None:
    """An empty text takes back what holds, and undoing that brings it back."""

    def intro() -> str | None:
        text: str | None = (
            site.run("preview", "--date", DAY, "--json", now=NOW + timedelta(minutes=9)).fine().json["intro"]
        )
        return text

    assert "this applies to every issue of daily" in _edit(site, "--intro", "Good morning").err
    assert intro() == "Good morning"
    back = site.run("edit", "--date", DAY, "--intro", "", now=NOW + timedelta(minutes=1)).fine()
    assert (back.out, back.err) == (f"daily/{DAY}: intro taken back\n", "")
    assert intro() is None
    listed = _edit(site, "--list").out.splitlines()
    assert [line for line in listed if not line.startswith(" ")] == ["intro “Good morning”", "intro taken back"]
    assert "taken back" in _edit(site, "--undo").out
    assert intro() == "Good morning"
    assert _edit(site, "--undo").out.startswith("undone:\nintro “Good morning”\n    every issue; by ")
    assert intro() is None


def test_edit_list_of_long_texts_fits_the_terminal(site: Installation) -> None:
    """On one line each."""
    _edit(site, "--date", DAY, "--preheader", "long " * 29, "--intro", "line\n\n" * 90)
    assert max(map(len, _edit(site, "--list").out.splitlines())) <= 80


def test_edit_summary_of_the_longest_length_is_stored_whole(site: Installation) -> None:
    """It may be as long as those of sources."""
    _edit(site, "--summary", f"{NEWS}1={'x' * 600}")
    with closing(sqlite3.connect(site.folder / "digest.db")) as stored:
        assert stored.execute("SELECT value FROM override").fetchall() == [("x" * 600,)]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--subject", "x" * 151], "--subject: the subject has 151 characters, and may have 150; shorten it"),
        (["--title", f"{NEWS}2={'x' * 301}"], "--title: the title has 301 characters, and may have 300; shorten it"),
        (["--summary", f"{NEWS}2={'x' * 601}"], "--summary: the summary has 601 characters, and may have 600"),
        (["--section", f"{NEWS}2={'x' * 301}"], "--section: the section has 301 characters, and may have 300"),
        (["--add", MUSEUM, "--title", "x" * 301], "--title: the title has 301 characters"),
        (["--intro", "[map](/map)"], "--intro: the intro has a link to '/map'; links begin with https:// or mailto:"),
    ],
)
def test_edit_text_that_cannot_be_sent_is_refused(site: Installation, arguments: list[str], problem: str) -> None:
    """Nothing of the command is stored."""
    site.run("edit", "--date", DAY, "--drop", f"{NEWS}1", *arguments, now=NOW).failed(2, problem)
    assert _edit(site, "--list").out == "no changes in daily\n"


def test_edit_text_of_a_frozen_issue_is_refused(site: Installation) -> None:
    """With the sentence that other changes have as a note; nothing is stored."""
    with rogue_server(lambda _step, _argument: None) as (port, _log):
        site.configure(smtp=f'host = "127.0.0.1"\nport = {port}')
        site.subscribe("a@reader.example")
        site.run("send", "--date", DAY, "--yes", now=SLOT).fine()
    ran = site.run("edit", "--date", DAY, "--intro", "Late", "--drop", f"{NEWS}1", now=SLOT)
    ran.failed(1, f"daily/{DAY} is frozen: its content does not change any more")
    assert site.run("edit", "--list", now=SLOT).fine().out == "no changes in daily\n"


def test_edit_section_that_the_edition_does_not_have_is_refused(site: Installation) -> None:
    """It would keep the article out; the edition's sections are named."""
    site.configure(editions=['name = "daily"\nsections = ["Port", "Sport"]'])
    site.run("edit", "--section", f"{NEWS}1=Prot").failed(2, "has no section 'Prot'; it has: Port, Sport")
    _edit(site, "--section", f"{NEWS}1=sport", "--summary", f"{NEWS}1=Short.")
    row = next(one for one in site.run("rank", "--date", DAY, "--json").json if one["url"] == f"{NEWS}1")
    assert row["section"] == "sport"
    assert {"moved", "summary"} <= {reason["name"] for reason in row["reasons"]}


@pytest.mark.parametrize(
    "arguments", [["--list", "--undo"], ["--list", "--pin", f"{NEWS}1"], ["--undo", "--until", "9:00"]]
)
def test_edit_list_and_undo_are_used_alone(site: Installation, arguments: list[str]) -> None:
    """What else would happen is not clear; nothing is changed."""
    _edit(site, "--drop", f"{NEWS}2")
    site.run("edit", *arguments).failed(2, "--list and --undo are used alone")
    listed = _edit(site, "--list").out
    assert listed.count(NEWS) == 1
    assert listed.startswith("dropped")

"""`digest collect`, `rank` and `edit`: what was seen, how it is ordered, and what edits change in it."""

import getpass
import re
import sqlite3
from datetime import timedelta

import pytest

from tests.support.feed_server import FeedServer
from tests.support.installation import DAY, NEXT_DAY, SLOT, Installation, Ran, day, item, rss

KEYS = ["position", "url", "title", "section", "published_at", "views", "comments", "score", "reasons"]


def _order(site: Installation, *arguments: str) -> list[int]:
    """The numbers of the articles in the order of `digest rank`."""
    rows = site.run("rank", "--date", DAY, "--json", *arguments).fine().json
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    return [int(row["url"].rpartition("/")[2]) for row in rows]


def test_rank_json_has_the_documented_keys(site: Installation) -> None:
    """These keys in this order, and a reason with name, value and explanation."""
    ran = site.run("rank", "--date", DAY, "--json").fine()
    assert [list(row) for row in ran.json] == [KEYS] * 5
    first = ran.json[0]
    assert first["url"] == "https://gazette.example/news/1"
    assert first["title"] == "The news number 1 of the harbour"
    assert first["section"] is None
    assert first["published_at"] == "2025-06-01T22:00:00+00:00"
    assert (first["views"], first["comments"]) == (None, 99)
    assert isinstance(first["score"], float)
    assert all(list(reason) == ["name", "value", "says"] for reason in first["reasons"])
    assert "comments" in {reason["name"] for reason in first["reasons"]}


def test_rank_is_ordered_by_score(site: Installation) -> None:
    """More comments, a higher position; the same call gives the same result."""
    first = site.run("rank", "--date", DAY, "--json").json
    scores = [row["score"] for row in first]
    assert scores == sorted(scores, reverse=True)
    assert _order(site) == [1, 2, 3, 4, 5]


def test_rank_selected_articles_come_first(site: Installation) -> None:
    """Selected articles are in the issue's order; the others follow, and what is left out is reported."""
    sections = "<category>Sport</category>", "<category>Port</category>"
    items = [item(number, comments=50 - number, more=sections[number % 2]) for number in range(1, 7)]
    site.write("feed.xml", rss(*items))
    site.configure(editions=['name = "daily"\ntop = 4\nsections = ["Sport", "Port"]', 'name = "all"'])
    # The lead, then the section Sport with its one, then Port; five and six are left over.
    assert _order(site) == [1, 2, 4, 3, 5, 6]
    assert _order(site, "--edition", "all") != []


def test_rank_without_json_prints_a_table(site: Installation) -> None:
    """Position, score, counters and the whole URL; --explain adds the reasons."""
    long = "https://gazette.example/news/" + "a-very-long-address-" * 5 + "end"
    site.write("feed.xml", rss(item(1, url=long), item(2), item(3)))
    plain = site.run("rank", "--date", DAY).fine().out
    assert f"daily/{DAY}" in plain
    assert long in "".join(plain.split())
    assert "3 chosen of 3" in " ".join(plain.split())
    explained = site.run("rank", "--date", DAY, "--explain").fine().out
    assert "views unknown" in explained
    assert "views unknown" not in plain


def test_rank_table_has_sections_and_whole_addresses(site: Installation) -> None:
    """At any width; what is the same for all articles is printed once, at the end, and times are the portal's."""
    long = "https://gazette.example/news/" + "a-very-long-address-" * 8 + "end"
    items = (item(number, comments=number, more=f"<category>Раздел {number}</category>") for number in (2, 3))
    site.write("feed.xml", rss(item(1, url=long, comments=5), *items))
    lines = site.run("rank", "--date", DAY, "--explain").fine().out.splitlines()
    assert [line.strip() for line in lines if "https:" in line] == [
        long,
        "https://gazette.example/news/3",
        "https://gazette.example/news/2",
    ]
    assert lines[1].split() == ["score", "views", "comments", "section", "article"]
    assert sum("Раздел 2" in line for line in lines) == 1
    text = " ".join(" ".join(lines).split())
    assert text.count("a usual article ends with") == text.count("formula expected") == 1
    assert text.count("views unknown") == 1
    assert len(re.findall(r"expected (\d+) = (\d+) \+ (\d+) to come", text)) == 3
    assert text.count("published 2025-06-02 01:00 MSK") == 3
    assert max(len(line) for line in lines if "https:" not in line) <= 80


def test_rank_failed_source_is_named(site: Installation) -> None:
    """The ranking is still made."""
    good = 'name = "main"\nkind = "feed"\nurl = "feed.xml"'
    site.configure(sources=['name = "gone"\nkind = "feed"\nurl = "gone.xml"', good])
    ran = site.run("rank", "--date", DAY, "--json").fine()
    assert "digest: source gone failed: " in ran.err
    assert len(ran.json) == 5


def test_rank_all_sources_fail_exits_1(site: Installation) -> None:
    """What was seen before still counts."""
    (site.folder / "feed.xml").unlink()
    site.run("rank", "--date", DAY).failed(1, "every source failed")
    site.write("feed.xml", day())
    assert _order(site) == [1, 2, 3, 4, 5]
    (site.folder / "feed.xml").unlink()
    assert _order(site) == [1, 2, 3, 4, 5]


def test_collect_stores_a_reading_for_each_visit(site: Installation) -> None:
    """An unchanged response is reported as such."""
    with FeedServer() as server:
        url = server.answer("/rss.xml", day(), headers={"ETag": '"one"'})
        site.configure(sources=[f'name = "main"\nkind = "feed"\nurl = "{url}"'])
        first = site.run("collect", now=SLOT + timedelta(hours=1)).fine()
        second = site.run("collect", "--json", now=SLOT + timedelta(hours=2)).fine()
    assert "main: 5 items" in first.err
    assert second.json == [{"source": "main", "items": 0, "unchanged": True, "error": None, "notes": []}]
    with sqlite3.connect(site.folder / "digest.db") as store:
        (articles,), (readings,) = (
            store.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("article", "reading")
        )
    store.close()
    assert (articles, readings) == (5, 10)


def test_collect_failed_source_exits_1(site: Installation) -> None:
    """The others are stored; the exit code tells the calling script."""
    good = 'name = "main"\nkind = "feed"\nurl = "feed.xml"'
    site.configure(sources=[good, 'name = "gone"\nkind = "feed"\nurl = "gone.xml"'])
    ran = site.run("collect", "--json")
    assert ran.code == 1
    assert "digest: source gone failed: " in ran.err
    assert [(row["source"], row["items"], bool(row["error"])) for row in ran.json] == [
        ("main", 5, False),
        ("gone", 0, True),
    ]


def _edit(site: Installation, *arguments: str) -> Ran:
    return site.run("edit", *arguments).fine()


def test_edit_overrides_are_visible_in_rank(site: Installation) -> None:
    """Pinned articles come first in their order, dropped ones are gone, a boost raises, and a title is shown."""
    news = "https://gazette.example/news/"
    _edit(site, "--pin", f"{news}5", "--pin", f"{news}4", "--drop", f"{news}1", "--boost", f"{news}3=0.7")
    _edit(site, "--title", f"{news}5=Бал в порту: what = you see")
    rows = site.run("rank", "--date", DAY, "--json").fine().json
    assert [row["url"] for row in rows] == [f"{news}{number}" for number in (5, 4, 3, 2)]
    assert rows[0]["title"] == "Бал в порту: what = you see"
    boost = next(reason for reason in rows[2]["reasons"] if reason["name"] == "boost")
    assert boost["value"] == 0.7
    assert "pin" in {reason["name"] for reason in rows[0]["reasons"]}


def test_edit_stores_name_and_time(site: Installation) -> None:
    """The store has who did it, and when."""
    site.run("edit", "--pin", "https://gazette.example/news/2", now=SLOT).fine()
    with sqlite3.connect(site.folder / "digest.db") as store:
        row = store.execute("SELECT kind, article_key, by, at FROM override").fetchone()
    store.close()
    assert row[:3] == ("pin", "gazette.example/news/2", getpass.getuser())
    assert str(row[3]).startswith("2025-06-02")


def test_edit_any_spelling_of_the_url_is_accepted(site: Installation) -> None:
    """http or https, with a slash or with tracking: it is the same article."""
    _edit(site, "--drop", "http://www.gazette.example/news/1/?utm_source=mail")
    assert _order(site) == [2, 3, 4, 5]


@pytest.mark.parametrize("title", ["A new title", "Better", "Is a = b? Yes", "Why? Because"])
def test_edit_url_with_equals_sign_is_split_at_its_end(site: Installation, title: str) -> None:
    """`URL=TEXT` and `URL=X` are split where the URL ends."""
    url = "https://gazette.example/read?id=7&part=2"
    site.write("feed.xml", rss(item(1, url=url), item(2), item(3, comments=9)))
    _edit(site, "--title", f"{url}={title}", "--boost", f"{url}=5")
    first = site.run("rank", "--date", DAY, "--json").json[0]
    assert (first["url"], first["title"]) == (url, title)


def test_edit_date_and_until_limit_the_override(site: Installation) -> None:
    """--date limits it to that issue; after --until it is no longer in force."""
    site.configure(editions=['name = "daily"\nwindow = "48h"'])
    _edit(site, "--date", NEXT_DAY, "--drop", "https://gazette.example/news/1")
    assert _order(site) == [1, 2, 3, 4, 5]
    tomorrow = site.run("rank", "--date", NEXT_DAY, "--json").json
    assert "https://gazette.example/news/1" not in [row["url"] for row in tomorrow]
    assert _edit(site, "--drop", "https://gazette.example/news/2", "--until", "2100-01-01").out == (
        "daily: drop https://gazette.example/news/2 until 2100-01-01 00:00\n"
    )
    assert _order(site) == [1, 3, 4, 5]
    _edit(site, "--drop", "https://gazette.example/news/2", "--until", "2025-01-01")
    assert _order(site) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (["--pin", "news/1"], "expected an article's address"),
        (["--pin", "javascript:alert(1)"], "expected an article's address"),
        (["--pin", "https://gazette.example/\udcff"], "it is not UTF-8 text"),
        (["--boost", "https://gazette.example/news/1"], "--boost URL=X"),
        (["--boost", "https://gazette.example/news/1=much"], "--boost URL=X"),
        (["--boost", "https://gazette.example/news/1=inf"], "--boost URL=X"),
        (["--title", "https://gazette.example/news/1="], "--title URL=TEXT"),
        (["--title", "no address=A title"], "expected an article's address"),
        (["--pin", "https://gazette.example/news/1", "--until", "soon"], "expected a time such as 18:00"),
        (["--pin", "https://gazette.example/news/1", "--until", "0001-01-01"], "expected a time such as 18:00"),
        (["--pin", "https://gazette.example/news/1", "--edition", "weekly"], "there is no edition 'weekly'"),
    ],
)
def test_edit_wrong_value_stores_nothing(site: Installation, arguments: list[str], phrase: str) -> None:
    """Exit code 2, what is expected, and nothing of the whole command is stored."""
    site.run("edit", "--drop", "https://gazette.example/news/3", *arguments).failed(2, phrase)
    assert _order(site) == [1, 2, 3, 4, 5]


def test_edit_number_is_the_place_in_the_last_ranking(site: Installation) -> None:
    """The number keeps its meaning while the ranking changes, also by an earlier pin; title and address are printed."""
    site.run("rank", "--date", DAY).fine()
    pinned = _edit(site, "--date", DAY, "--pin", "4").out
    assert pinned == f"daily/{DAY}: pin https://gazette.example/news/4 “The news number 4 of the harbour”\n"
    site.write("feed.xml", rss(*(item(number, comments=10 * number) for number in range(1, 6))))
    _edit(site, "--date", DAY, "--drop", "1", "--title", "2=Two", "--boost", "3=0.5")
    rows = site.run("rank", "--date", DAY, "--json").fine().json
    assert rows[0]["url"] == "https://gazette.example/news/4"
    assert not [row for row in rows if row["url"] == "https://gazette.example/news/1"]
    changed = {row["url"][-1]: {why["name"] for why in row["reasons"]} for row in rows}
    assert "title" in changed["2"]
    assert "boost" in changed["3"]


def test_edit_number_follows_the_ranking_that_was_shown_last(site: Installation) -> None:
    """After `digest rank`, also with --json, the numbers are those of the new list."""
    site.run("rank", "--date", DAY).fine()
    _edit(site, "--date", DAY, "--pin", "5")
    site.run("rank", "--date", DAY, "--json").fine()
    assert "/news/5 “" in _edit(site, "--date", DAY, "--pin", "1").out
    assert "/news/1 “" in _edit(site, "--date", DAY, "--pin", "2").out


def test_edit_number_of_another_issue_is_refused(site: Installation) -> None:
    """A number of no ranking, of another day's, or beyond its end is an error that names the command."""
    site.run("edit", "--date", DAY, "--pin", "1").failed(2, "run `digest rank --edition daily --date 2025-06-02`")
    site.run("rank", "--date", DAY).fine()
    site.run("edit", "--date", NEXT_DAY, "--pin", "1").failed(2, f"your last one was of daily/{DAY}")
    for number in ("0", "6", "9" * 5000):
        site.run("edit", "--date", DAY, "--pin", number).failed(2, "there is no article", "shows it again")
    assert _order(site) == [1, 2, 3, 4, 5]


def test_section_of_the_configuration_that_no_source_has_is_named(site: Installation) -> None:
    """By rank, and by preview although nothing can enter; a known one in other letters is not."""
    site.configure(editions=['name = "daily"\nsections = ["Prot"]', 'name = "other"\nsections = ["PORT"]'])
    site.write(
        "feed.xml", rss(*(item(n, more=f"<category>{name}</category>") for n, name in ((1, "Port"), (2, "Sport"))))
    )
    note = "editions.daily.sections: no source has a section “Prot”; did you mean “Port”? there are: Port, Sport"
    assert note in site.run("rank", "--date", DAY).fine().err
    assert note in site.run("preview", "--date", DAY).err
    assert "no source has" not in site.run("rank", "--date", DAY, "--edition", "other").fine().err


@pytest.mark.parametrize("columns", ["0", "99999999999999999999"])
def test_rank_with_columns_that_are_no_width_prints_the_table(columns: str, site: Installation) -> None:
    """Some programs set COLUMNS=0 for what they start, and a number of 20 digits is none that memory has room for."""
    assert "https://gazette.example/news/1" in site.run("rank", "--date", DAY, env={"COLUMNS": columns}).fine().out

"""`digest preview`: an issue as it would be sent, written to a file whole or not at all."""

import email
import email.policy
import re
from pathlib import Path

import pytest

from tests.support.feed_server import FeedServer
from tests.support.full_disk import max_file_size
from tests.support.installation import DAY, NEXT_DAY, SLOT, Installation, day, item, rss
from tests.support.permissions import ordinary_permissions


def test_preview_without_configuration_uses_the_sample_portal(empty: Installation) -> None:
    """`digest preview` in an empty folder writes one file that needs nothing from the network but its links."""
    ran = empty.run("preview").fine()
    assert empty.files() == {"preview.html"}
    page = (empty.folder / "preview.html").read_text()
    assert "Harbour Gazette" in page
    assert "data:image/jpeg;base64," in page
    assert "10 articles" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("edition", "language", "word"), [("daily", "en", "comments"), ("daily-ru", "ru", "комментар")]
)
def test_preview_sample_portal_is_in_both_languages(
    empty: Installation, edition: str, language: str, word: str
) -> None:
    """Each edition has the articles and texts of its own language."""
    answer = empty.run("preview", "--edition", edition, "--json", "--bare").fine().json
    assert answer["language"] == language
    assert len(answer["articles"]) == 10
    assert answer["most_discussed"]
    assert [one for one in answer["findings"] if one["level"] == "error"] == []
    titles = "".join(one["title"] for one in answer["articles"])
    cyrillic = len(re.findall("[а-яё]", titles, re.IGNORECASE))
    assert (cyrillic > len(titles) / 2) == (language == "ru")
    page = (empty.folder / "preview.html").read_text()
    assert f'lang="{language}"' in page
    assert word in page


def test_preview_edition_named_feed_has_its_own_minimum(site: Installation) -> None:
    """The name that `--feed` gives its edition is not special in a configuration."""
    site.configure(editions=['name = "daily"\nminimum = 9', 'name = "feed"\nminimum = 1'])
    assert "would be skipped" in site.run("preview", "--edition", "daily", "--date", DAY).fine().err
    assert "would be skipped" not in site.run("preview", "--edition", "feed", "--date", DAY).fine().err


def test_preview_feed_file_stores_nothing(empty: Installation) -> None:
    """`--feed FILE` needs no configuration, and stores nothing."""
    empty.write("news.xml", day(4))
    ran = empty.run("preview", "--feed", "news.xml", "-o", "issue.html").fine()
    assert empty.files() == {"news.xml", "issue.html"}
    assert "4 articles" in ran.err
    assert "https://gazette.example/news/4" in (empty.folder / "issue.html").read_text()


@pytest.mark.parametrize(
    ("hours", "dates"),
    [(48, "Monday, June 2, 2025"), (240, "May 23\N{NO-BREAK SPACE}\N{EN DASH}\N{NO-BREAK SPACE}June 2, 2025")],
)
def test_preview_of_a_feed_is_headed_by_the_days_of_its_items(empty: Installation, hours: float, dates: str) -> None:
    """By the issue's day alone where they are of a few days."""
    empty.write("news.xml", rss(item(1), item(2, hours=hours)))
    empty.run("preview", "--feed", "news.xml", "--date", DAY, "--text", "issue.txt").fine()
    assert f"\n{dates}\n" in (empty.folder / "issue.txt").read_text()


def test_preview_several_feed_urls_make_one_issue(empty: Installation) -> None:
    """In the language of most of their items; one that fails is named."""
    russian = rss(*(item(number, title=f"Новости гавани номер {number}") for number in range(1, 5)))
    with FeedServer() as server:
        good, gone = server.answer("/ru.xml", russian), server.url("/gone.xml")
        ran = empty.run("preview", "--feed", good, "--feed", gone, "--json").fine()
    assert ran.json["language"] == "ru"
    assert [source["source"] for source in ran.json["sources"] if source["error"]] == ["feed-2"]
    assert "digest: source feed-2 failed: " in ran.err
    assert "404" in ran.err
    assert len(ran.json["articles"]) == 4


def test_preview_login_in_a_feed_url_is_used_but_not_shown(empty: Installation) -> None:
    """User name and password appear nowhere."""
    with FeedServer() as server:
        url = server.answer("/rss.xml", day()).replace("http://", "http://editor:s3cr3t-w0rd@")
        ran = empty.run("preview", "--feed", url, "--json").fine()
        assert server.requests[0].headers["authorization"].startswith("Basic ")
    assert "s3cr3t-w0rd" not in ran.out + ran.err + (empty.folder / "preview.html").read_text()


@pytest.mark.parametrize(
    ("feed", "phrase"),
    [
        ("http://[", "is not a valid URL"),
        ("ftp://gazette.example/rss.xml", "expected http, https, file or a path"),
        ("http://127.0.0.1:1/rss.xml", "could not be reached"),
        ("http://no-such-host.invalid/rss.xml", "could not be reached"),
        ("nowhere.xml", "no such file"),
        (".", "cannot be read"),
    ],
)
def test_preview_unreadable_feed_writes_no_file(empty: Installation, feed: str, phrase: str) -> None:
    """It is named with the reason."""
    ran = empty.run("preview", "--feed", feed)
    ran.failed(1, "none of the feeds could be read; nothing was written")
    assert phrase in ran.err.splitlines()[0]
    assert empty.files() == set()


@pytest.mark.parametrize(("name", "option"), [("a.eml", "--eml"), ("a.TXT", "--text")])
def test_preview_output_named_like_a_part_names_its_option(empty: Installation, name: str, option: str) -> None:
    """A page in a file for a mail program would be shown as source; nothing is written."""
    empty.run("preview", "--date", DAY, "-o", name).failed(2, f"-o writes a web page: use {option} {name} instead")
    assert empty.files() == set()


@pytest.mark.parametrize("options", [("--text", "x", "-o", "./x"), ("--text", "preview.html"), ("--text=x", "--eml=x")])
def test_preview_two_outputs_in_one_file_are_refused(empty: Installation, options: tuple[str, ...]) -> None:
    """The second one would overwrite the first."""
    empty.run("preview", "--date", DAY, *options).failed(2, "-o, --text and --eml need different files")
    assert empty.files() == set()


def test_preview_bare_text_and_eml_have_the_same_content(site: Installation) -> None:
    """--bare is the HTML alone, --text the text part, --eml the message with CRLF."""
    site.run("preview", "--date", DAY, "--bare", "-o", "a.html", "--text", "a.txt", "--eml", "a.eml").fine()
    raw = (site.folder / "a.eml").read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n") > 20
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Subject"] == "The news number 1 of the harbour"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    bare = (site.folder / "a.html").read_text()
    assert bare.lstrip().startswith("<!doctype html>")
    assert "<iframe" not in bare
    for number in range(1, 6):
        link = f"https://gazette.example/news/{number}"
        assert all(link in part for part in (bare, (site.folder / "a.txt").read_text(), text.get_content()))
        assert link in html.get_content()


def test_preview_edition_has_its_own_name_site_and_sender(site: Installation) -> None:
    """In the headers, the masthead and the footer; another edition keeps those of the portal."""
    own = """name = "evening"
        title = "Вечерний вестник"
        url = "https://gazette.example/ru"
        postal_address = "Набережная, 1"
        from = "Вестник <vestnik@gazette.example>"
        reply_to = "Letters <letters@gazette.example>"
        window = "48h"
    """
    site.configure(editions=['name = "daily"', own])
    files = ("--date", DAY, "-o", "page.html", "--text", "a.txt", "--eml", "a.eml")
    site.run("preview", "--edition", "evening", *files).fine()
    message = email.message_from_bytes((site.folder / "a.eml").read_bytes(), policy=email.policy.default)
    assert message["From"] == "Вестник <vestnik@gazette.example>"
    assert message["Reply-To"] == "Letters <letters@gazette.example>"
    assert re.fullmatch(r"Вечерний вестник\s+<evening\.gazette\.example>", str(message["List-Id"]))
    assert "vestnik@gazette.example" in message["List-Unsubscribe"]
    html = message.get_body(("html",))
    assert html is not None
    for part in (html.get_content(), (site.folder / "a.txt").read_text()):
        assert "Вечерний вестник" in part
        assert "Набережная, 1" in part
        assert "Harbour Gazette" not in part
    assert 'href="https://gazette.example/ru"' in html.get_content()
    site.run("preview", *files).fine()
    message = email.message_from_bytes((site.folder / "a.eml").read_bytes(), policy=email.policy.default)
    assert message["From"] == "Harbour Gazette <news@gazette.example>"
    assert message["Reply-To"] is None


def test_preview_for_addresses_the_message_to_the_reader(site: Installation) -> None:
    """--for names the reader."""
    site.run("subscribers", "add", "anna@reader.example", "--name", "Anna Berg").fine()
    site.run("preview", "--date", DAY, "--for", "anna@reader.example", "--eml", "a.eml").fine()
    message = email.message_from_bytes((site.folder / "a.eml").read_bytes(), policy=email.policy.default)
    assert message["To"] == "Anna Berg <anna@reader.example>"
    unknown = site.run("preview", "--date", DAY, "--for", "ana@reader.example").fine()
    assert "--for: no subscriber has this address, so the message has no name\n" in unknown.err


def test_preview_json_has_the_documented_keys(site: Installation) -> None:
    """It is the only output on stdout."""
    answer = site.run("preview", "--date", DAY, "--json").fine().json
    assert set(answer) == {
        *(
            "edition",
            "slot",
            "language",
            "window",
            "subject",
            "preheader",
            "intro",
            "closing",
            "articles",
            "most_discussed",
            "left_out",
        ),
        *("trimmed", "sources", "size", "findings", "doubts", "file"),
    }
    assert (answer["edition"], answer["slot"], answer["file"]) == ("daily", DAY, "preview.html")
    assert answer["window"] == {"start": "2025-06-01T04:00:00+00:00", "end": "2025-06-02T04:00:00+00:00"}
    assert answer["articles"][0] == {
        "url": "https://gazette.example/news/1",
        "title": "The news number 1 of the harbour",
        "also": [],
    }
    assert 0 < answer["size"]["html_decoded"] <= answer["size"]["html"] < answer["size"]["message"]
    assert answer["sources"] == [{"source": "main", "items": 5, "unchanged": False, "error": None, "notes": []}]


def test_preview_without_date_shows_the_next_issue(site: Installation) -> None:
    """It is the issue that `digest run` would make next."""
    site.configure(editions=['name = "daily"\ncatch_up = "1h"'])
    before, after = SLOT.replace(hour=4, minute=30), SLOT.replace(hour=6)
    site.known_since(SLOT)
    assert site.run("preview", "--json", now=before).fine().json["slot"] == DAY
    site.write("feed.xml", rss(*(item(number, hours=-1) for number in range(4))))
    assert site.run("preview", "--json", now=after).fine().json["slot"] == NEXT_DAY


def test_preview_marks_no_article_as_used(site: Installation) -> None:
    """Two previews are the same, no issue exists, and the next day's issue may still have the articles."""
    site.configure(editions=['name = "daily"\nwindow = "48h"'])
    first = site.run("preview", "--date", DAY, "--json").fine().json
    assert site.run("preview", "--date", DAY, "--json").fine().json["articles"] == first["articles"]
    assert site.run("preview", "--date", NEXT_DAY, "--json").fine().json["articles"] == first["articles"]
    assert site.run("editions", "--json").json == []
    assert site.run("status", "--json").json == []


def test_preview_one_of_two_sources_fails_is_named(site: Installation) -> None:
    """The edition is still made."""
    good = 'name = "main"\nkind = "feed"\nurl = "feed.xml"'
    site.configure(sources=[good, 'name = "forum"\nkind = "feed"\nurl = "http://127.0.0.1:1/rss.xml"'])
    ran = site.run("preview", "--date", DAY, "--json").fine()
    assert "digest: source forum failed: http://127.0.0.1:1/rss.xml: could not be reached" in ran.err
    assert len(ran.json["articles"]) == 5


def test_preview_without_articles_keeps_the_earlier_file(site: Installation) -> None:
    """Exit code 1, with the reason."""
    site.write("preview.html", "an earlier one")
    site.write("feed.xml", rss(*(item(number, title=f"Новости гавани номер {number}") for number in range(3))))
    site.run("preview", "--date", DAY).failed(1, f"daily/{DAY} has no articles", "3 in another language than en")
    assert (site.folder / "preview.html").read_text() == "an earlier one"


def test_preview_too_few_articles_warns(site: Installation) -> None:
    """What `run` would skip can still be previewed."""
    site.write("feed.xml", day(2))
    assert "this issue would be skipped: 2 articles, minimum 3" in site.run("preview", "--date", DAY).fine().err


def test_preview_of_one_article_is_in_the_singular(site: Installation) -> None:
    """So is what the source brought."""
    site.write("feed.xml", day(1))
    ran = site.run("preview", "--date", DAY).fine()
    assert ran.err.startswith("main: 1 item\n")
    assert f"preview.html: daily/{DAY}, 1 article: " in ran.err


def test_preview_violated_rule_exits_1(site: Installation) -> None:
    """The files are written for inspection, and the rule is named."""
    site.write("templates/default/issue.txt", "{% raw %}Dear {{ name }}{% endraw %}, {{ links.unsubscribe }}\n")
    ran = site.run("preview", "--date", DAY, "--json")
    assert ran.code == 1
    assert any(one["level"] == "error" for one in ran.json["findings"])
    assert "error: rule " in ran.err
    assert "preview.html" in site.files()


@pytest.mark.parametrize(("option", "page"), [("-o", "kept"), ("--eml", "page.html")])
def test_preview_full_disk_keeps_the_earlier_file(empty: Installation, option: str, page: str) -> None:
    """No partial file is left, and the file is named."""
    empty.write("kept", "an earlier one")
    empty.write("news.xml", day())
    beside = [] if option == "-o" else ["-o", page]
    with max_file_size(_room(empty, page)):
        ran = empty.run("preview", "--feed", "news.xml", "--bare", *beside, option, "kept")
    assert ran.failed(1) == "digest: kept: file too large"
    assert (empty.folder / "kept").read_text() == "an earlier one"
    assert empty.files() == {"kept", "news.xml"} | {page}


def _room(site: Installation, page: str) -> int:
    """Bytes that are too few for the page, or for the message where another file is the page."""
    site.run("preview", "--feed", "news.xml", "--bare", "-o", "page.html", "--eml", "page.eml").fine()
    sizes = [(site.folder / name).stat().st_size for name in ("page.html", "page.eml")]
    assert sizes[0] < sizes[1]
    for name in ("page.html", "page.eml"):
        (site.folder / name).unlink()
    return sizes[0] - 1 if page == "kept" else sizes[1] - 1


def test_preview_read_only_folder_is_one_line(empty: Installation) -> None:
    """The file is named, without a traceback; nothing is made."""
    empty.folder.chmod(0o555)
    try:
        with ordinary_permissions():
            message = empty.run("preview").failed(1)
    finally:
        empty.folder.chmod(0o755)
    assert message == "digest: preview.html: permission denied"
    assert empty.files() == set()


def test_preview_missing_folder_names_the_given_path(site: Installation) -> None:
    """The error has the name that the operator gave, not that of a temporary file."""
    message = site.run("preview", "--date", DAY, "-o", "no/where.html").failed(1)
    assert message == "digest: no/where.html: no such file or directory"


def test_preview_output_to_a_pipe_is_written_there(site: Installation) -> None:
    """`-o /dev/stdout` writes there, and the path, which root could replace by a file, is unchanged."""
    way = site.folder / "way"
    way.symlink_to("/dev/fd/1")
    ran = site.spawn("preview", "--date", DAY, "--bare", "-o", "way").fine()
    assert ran.out.lstrip().startswith("<!doctype html>")
    assert way.readlink() == Path("/dev/fd/1")


@pytest.mark.parametrize("options", [["--date", DAY], ["--feed", "feed.xml"]], ids=["edition", "feed"])
def test_preview_theme_replaces_that_of_the_edition(site: Installation, options: list[str]) -> None:
    """In the text, the HTML and the page; an unknown name lists the known ones."""
    site.write("templates/evening/theme.toml", '[light]\naccent = "#123456"\n')
    site.run("preview", *options).fine()
    assert "#123456" not in (site.folder / "preview.html").read_text()
    site.run("preview", *options, "--theme", "evening").fine()
    assert "#123456" in (site.folder / "preview.html").read_text()
    site.run("preview", *options, "--theme", "nope").failed(2, "unknown theme 'nope'", "default", "evening")


def test_preview_themes_goes_on_after_a_broken_one(site: Installation) -> None:
    """Its error is in its place, on standard error and in the JSON; the others are shown, and the exit code is 1."""
    site.write("templates/broken/issue.mjml", "{{ nothing.at.all }}")
    site.write("templates/typo/theme.toml", 'accent = "#12"\n')
    ran = site.run("preview", "--date", DAY, "--themes", "--json")
    page = (site.folder / "preview.html").read_text()
    assert ran.code == 1
    assert [one["theme"] for one in ran.json["broken_themes"]] == ["broken", "typo"]
    for one in ran.json["broken_themes"]:
        assert f"the theme {one['theme']} cannot show the issue: {one['says']}" in ran.err
    assert "issue.mjml:1: 'nothing' is undefined" in ran.err
    assert page.count("This theme cannot show the issue") == 2
    assert 'title="quay: Dark"' in page
    assert 'title="broken: Dark"' not in page


def test_preview_themes_without_the_block_of_a_slot_are_broken(site: Installation) -> None:
    """The edition's theme has the block that a slot names, and another one lacks it."""
    config = site.folder / "config/digest.toml"
    slot = '[[editions.slots]]\nafter = "lead"\ntext = "Advertisement"\n'
    config.write_text(config.read_text().replace("[smtp]", f"{slot}\n[smtp]"))
    site.write("templates/bare/theme.toml", 'order = ["header", "sections", "footer"]\n')
    ran = site.run("preview", "--date", DAY, "--themes", "--json")
    assert (ran.code, [one["theme"] for one in ran.json["broken_themes"]]) == (1, ["bare"])
    assert "lead" in ran.json["broken_themes"][0]["says"]


def test_preview_themes_are_side_by_side(site: Installation) -> None:
    """Each theme's frames on one page; `--bare` writes one message only."""
    site.write("templates/evening/theme.toml", '[light]\naccent = "#123456"\n')
    answer = site.run("preview", "--date", DAY, "--themes", "--json").fine().json
    page = (site.folder / "preview.html").read_text()
    assert len(answer["articles"]) == 5
    assert 'title="quay: Dark"' in page
    assert 'title="evening: Dark"' in page
    assert "#123456" in page
    site.run("preview", "--bare", "--themes").failed(2, "use --theme NAME")

"""`digest forget`: shows what a source has stored, asks, and deletes it."""

from pathlib import Path

import pytest

from tests.support.installation import DAY, Installation, day, item, rss

SOURCES = ('name = "main"\nkind = "feed"\nurl = "feed.xml"', 'name = "other"\nkind = "feed"\nurl = "other.xml"')


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """Twelve articles of `main`, and one of `other`, collected."""
    site = Installation(tmp_path).configure(sources=SOURCES)
    site.write("feed.xml", day(12))
    site.write("other.xml", rss(item(77)))
    site.run("collect").fine()
    return site


def _titles(site: Installation) -> list[str]:
    site.write("feed.xml", rss())
    site.write("other.xml", rss())
    return sorted(one["title"] for one in site.run("rank", "--date", DAY, "--json").fine().json)


def test_forget_source_shows_asks_and_deletes(site: Installation) -> None:
    """The answer no keeps everything; yes deletes the source's articles alone."""
    ran = site.run("forget", "main", answer="n")
    assert "stored by main: 12 articles, 12 readings\n" in ran.out
    assert "  The news number 12 of the harbour\n    https://gazette.example/news/12\n" in ran.out
    assert "  and 2 more\n" in ran.out
    assert ran.failed(1) == "digest: cancelled; nothing was deleted"
    ran = site.run("forget", "main", answer="y").fine()
    assert ran.out.endswith("deleted\n")
    assert "main is still in the configuration" in ran.err
    assert _titles(site) == ["The news number 77 of the harbour"]


def test_forget_url_deletes_one_article(site: Installation) -> None:
    """Whatever form of its address is given."""
    ran = site.run("forget", "main", "--url", "http://gazette.example/news/3?utm_source=x", "--yes").fine()
    assert "stored by main: 1 article, 1 reading\n" in ran.out
    assert len(_titles(site)) == 12
    site.run("forget", "main", "--url", "https://gazette.example/news/3", "--yes").failed(
        1, "nothing is stored of main at https://gazette.example/news/3"
    )


def test_forget_source_that_was_removed_from_the_configuration_is_found(site: Installation) -> None:
    """What it stored is deleted, and nothing says that it comes back."""
    site.configure(sources=SOURCES[1:])
    ran = site.run("forget", "main", "--yes").fine()
    assert ran.err == ""
    site.run("forget", "main", "--yes").failed(2, "there is no source 'main'")


def test_forget_wrong_usage_is_explained(site: Installation) -> None:
    """An unknown source names the nearest; without a terminal nothing is deleted without --yes."""
    site.run("forget", "mian", "--yes").failed(2, "there is no source 'mian'", 'did you mean "main"?')
    site.run("forget", "quite-another", "--yes").failed(2, "expected one of: main, other")
    site.run("forget", "main").failed(2, "add --yes")
    site.run("forget", "main", "--url", "nonsense", "--yes").failed(2, "expected an article's address")
    site.run("forget", "other", "--yes").fine()
    site.run("forget", "other", "--yes").failed(1, "nothing is stored of other")
    assert len(_titles(site)) == 12

"""`digest retract`: an article is gone from the archive at the next request, and can come back."""

import json
from datetime import timedelta
from html import unescape

import pytest

from digest.model.web import Retraction
from digest.pipeline import IssueRun
from tests.support.installation import DAY, NEXT_DAY, SLOT, Installation, item, rss
from tests.support.web import Web

LEAD, OTHER = "https://gazette.example/news/1", "https://gazette.example/news/3"
ISSUE = f"/archive/daily/{DAY}"
CHANGED = {"retraction", "archive_copy", "archive_text"}
PUBLIC = (ISSUE, "/archive", "/archive?q=number", "/archive/feed.atom", "/archive/feed.json", "/")


def _public(web: Web) -> str:
    """Everything that is public about the issue."""
    return "\n".join(unescape(web.get(path).text) for path in PUBLIC)


def test_retract_removes_the_article_from_every_public_page(web: Web) -> None:
    """Page, list, search and feeds, while the pages are served; the others stay, and nothing in the ledger changes."""
    assert "news number 1 of" in _public(web)
    before = {name: rows for name, rows in web.dump().items() if name not in CHANGED}
    ran = web.site.run("retract", f"{LEAD}?utm_source=x", now=SLOT).fine()
    assert f"removed from the archive: daily/{DAY}" in ran.out
    public = _public(web)
    assert "news number 1 of" not in public
    assert LEAD not in public
    assert all(f"https://gazette.example/news/{number}" in public for number in range(2, 6))
    assert "The news number 2 of the harbour" in public
    assert f'href="{ISSUE}"' not in web.get("/archive?q=%22number+1+of").text
    after = {name: rows for name, rows in web.dump().items() if name not in CHANGED}
    assert after == before


def test_retract_of_a_later_article_keeps_the_lead_in_the_subject(web: Web) -> None:
    """The preview text names others; feeds say that the entry changed."""
    old = json.loads(web.get("/archive/feed.json").body)["items"][0]
    web.site.run("retract", OTHER, now=SLOT + timedelta(hours=1)).fine()
    new = json.loads(web.get("/archive/feed.json").body)["items"][0]
    assert old["title"] == new["title"] == "The news number 1 of the harbour"
    assert "Plus: The news number 2 of the harbour" in new["summary"]
    assert OTHER not in json.dumps(new)
    assert "number 3" not in json.dumps(new)
    assert new["date_modified"] > old["date_modified"]
    assert new["date_published"] == old["date_published"]


def test_retract_undo_shows_the_article_again(web: Web) -> None:
    """The archive is as before; both are kept with a name and a time."""
    page = web.get(ISSUE).text
    web.site.run("retract", LEAD, now=SLOT).fine()
    web.site.run("retract", OTHER, now=SLOT).fine()
    (other, lead) = web.site.run("retract", "--list", "--json").fine().json
    assert (other["url"], lead["url"], lead["at"]) == (OTHER, LEAD, SLOT.isoformat())
    assert lead["by"]
    answer = web.site.run("retract", LEAD, "--undo", "--json", now=SLOT).fine().json
    assert answer["issues"] == [f"daily/{DAY}"]
    assert LEAD in web.get(ISSUE).text
    assert OTHER not in web.get(ISSUE).text
    web.site.run("retract", OTHER, "--undo", now=SLOT).fine()
    assert web.get(ISSUE).text == page
    assert web.site.run("retract", "--list").fine().out == "nothing is retracted\n"
    assert len(web.dump()["retraction"]) == 2


def test_retract_of_every_article_removes_the_issue(web: Web) -> None:
    """An issue of which nothing is left is not in the archive."""
    for number in range(1, 6):
        web.site.run("retract", f"https://gazette.example/news/{number}", now=SLOT).fine()
    assert web.get(ISSUE).status == 404
    assert "There are no issues yet." in web.get("/archive").text


def test_retracted_article_is_left_out_of_coming_issues(web: Web) -> None:
    """Also of *Most discussed*, and a pin does not bring it back."""
    site = web.site
    site.write("feed.xml", rss(*(item(n, comments=100 - n, hours=-6) for n in range(21, 27))))
    site.run("collect", now=SLOT + timedelta(hours=8)).fine()
    url = "https://gazette.example/news/21"
    assert "no issue has it" in site.run("retract", url, now=SLOT + timedelta(hours=9)).fine().out
    site.run("edit", "--pin", url, "--date", NEXT_DAY, now=SLOT + timedelta(hours=9)).fine()
    answer = site.run("preview", "--date", NEXT_DAY, "--json", now=SLOT + timedelta(days=1)).json
    assert url not in json.dumps([answer["articles"], answer["most_discussed"]])
    assert "1 retracted" in answer["left_out"]


def test_retract_between_draft_and_freeze_stops_the_issue(web: Web) -> None:
    """An issue that was made with the article is not frozen."""
    app = web.app
    web.clock.moment = SLOT + timedelta(days=1)
    web.site.write("feed.xml", rss(*(item(n, comments=100 - n, hours=-6) for n in range(21, 27))))
    run = IssueRun.of(app, app.settings.editions[0], app.coming_slot(app.settings.editions[0]))

    def retract(_draft: object) -> None:
        added = Retraction(url="https://gazette.example/news/21", by="anna", at=SLOT)
        app.retractions.add(added, lambda content, _keys, _retracted: content)

    with pytest.raises(Exception, match="an article was retracted while the issue was made"):
        run.publish(approve=retract)
    assert app.issues.sendable(app.clock.now()) == []


def test_retract_wrong_usage_is_explained(web: Web) -> None:
    """Unknown articles, what is not a URL, and what was not retracted."""
    site = web.site
    unknown = "https://gazette.example/news/99"
    site.run("retract", unknown).failed(1, f"no issue and no source has {unknown}")
    site.run("retract", "nonsense").failed(2, "expected an article's address")
    site.run("retract").failed(2, "expected the address of an article")
    site.run("retract", LEAD, "--undo").failed(1, f"{LEAD} is not retracted")
    Installation(site.folder / "empty").folder.mkdir()
    Installation(site.folder / "empty").run("retract", LEAD).failed(2, "does not work on the built-in sample portal")

"""Editions and issues over the API: counts, articles, reasons, pages."""

from datetime import timedelta

from digest.model.articles import Window
from digest.model.issues import Slot
from digest.store.tables.api_schema import issue_ranking
from tests.support.installation import DAY, SLOT
from tests.web.api.conftest import Api


def test_editions_name_what_readers_can_choose(api: Api) -> None:
    """With the hour, the days, and what comes next."""
    (edition,) = api.get("/editions").json["data"]
    assert (edition["name"], edition["title"], edition["at"]) == ("daily", "Harbour Gazette", "07:00")
    assert edition["days"] == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    assert edition["next"] == {"slot": "2025-06-03", "at": "2025-06-03T07:00:00+03:00"}


def test_issue_has_its_counts_articles_and_reasons(api: Api) -> None:
    """As they were when the issue was frozen."""
    (listed,) = api.get("/issues").json["data"]
    assert (listed["state"], listed["audience"], listed["counts"]["sent"]) == ("done", 2, 2)
    issue = api.get(f"/issues/daily/{DAY}").json
    assert {name: issue[name] for name in listed} == listed
    assert issue["subject"]
    assert [one["position"] for one in issue["articles"]] == [1, 2, 3, 4, 5]
    first = issue["articles"][0]
    assert (first["url"], first["comments"]) == ("https://gazette.example/news/1", 99)
    assert {"published", "comments", "formula"} <= {reason["name"] for reason in first["reasons"]}


def test_issue_of_an_earlier_version_has_no_articles(api: Api) -> None:
    """Unknown is null, and not an empty list."""
    with api.web.database.write() as connection:
        connection.execute(issue_ranking.delete())
    issue = api.get(f"/issues/daily/{DAY}").json
    assert issue["articles"] is None
    assert issue["subject"]


def test_issues_come_in_pages(api: Api) -> None:
    """The newest first, without gaps or repetitions; one that is not frozen has no content."""
    for days in range(1, 4):
        end = SLOT + timedelta(days=days)
        window = Window(start=SLOT, end=end)
        api.web.app.issues.open("daily", Slot(day=end.date()), window, SLOT)
    first = api.get("/issues?limit=3").json
    second = api.get(f"/issues?limit=3&cursor={first['next']}").json
    slots = [one["slot"] for page in (first, second) for one in page["data"]]
    assert slots == ["2025-06-05", "2025-06-04", "2025-06-03", "2025-06-02"]
    assert second["next"] is None
    assert api.get("/issues?edition=weekly").json == {"data": [], "next": None}
    planned = api.get("/issues/daily/2025-06-05").json
    assert (planned["state"], planned["subject"], planned["articles"]) == ("planned", None, None)

"""The page Numbers: sums of the ledger and of clicks, with charts, tables and files."""

from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.web import LinkClicks
from digest.store.articles.article_keys import article_key
from digest.store.tables.api_schema import issue_ranking
from digest.store.tables.schema import sighting
from digest.web.admin.charts import HEIGHT, WIDTH, Value, bar_chart
from digest.web.admin.numbers import position_numbers
from tests.support.console import BROWSER, SignedIn
from tests.support.installation import DAY, Installation
from tests.support.web import Web


@pytest.fixture
def site(redirecting: Installation) -> Installation:
    """An installation that has sent an issue with redirects to two readers."""
    return redirecting


def _file(viewer: SignedIn, name: str) -> list[dict[str, str]]:
    answer = viewer.get(f"/numbers/{name}.csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
    return answer.csv_rows()


def test_numbers_add_up_with_the_ledger_and_the_clicks(web: Web, viewer: SignedIn) -> None:
    """Page and files have the same numbers: two of people at the second position, one of a program."""
    for agent in (BROWSER, BROWSER, "curl/8.5"):
        web.get(f"/r/daily-{DAY}/2", User_Agent=agent)
    known = web.site.status()
    (issue,) = _file(viewer, "issues")
    assert issue["sent"] == str(known["sent"]) == "2"
    assert (issue["people"], issue["machines"], issue["left"]) == ("2", "1", "0")
    positions = _file(viewer, "positions")
    assert [one["people"] for one in positions] == ["0", "2", "0", "0", "0"]
    assert positions[1]["rate"] == "100.000"
    best = _file(viewer, "articles")[0]
    assert (best["url"], best["people"]) == ("https://gazette.example/news/2", "2")
    page = viewer.get("/numbers").text
    assert "Opens are not counted" in page
    assert page.count("<svg") == 2  # nothing bounced, and nobody left
    assert best["title"] == "The news number 2 of the harbour"
    assert best["title"] in page
    assert "100.0%" in page
    assert ">2 Jun 2025</a>" in page
    assert "These are the first" not in page
    with mock.patch("digest.web.admin.numbers._ARTICLES", 1):
        assert "These are the first 1; the CSV file has all of them." in viewer.get("/numbers").text


def test_numbers_before_the_first_click_say_so(viewer: SignedIn) -> None:
    """No empty table, and no chart of zeros."""
    page = viewer.get("/numbers").text
    assert "Nobody has followed a link yet." in page
    assert page.count("<svg") == 1  # what was sent
    assert "<span>2</span><span>0</span>" in page  # the scale
    assert ">2 Jun</text>" in page


def test_numbers_name_a_discussion_by_its_title(web: Web, viewer: SignedIn) -> None:
    """Its link is no article of the issue, which would leave the address alone."""
    link = web.app.issue_links.of_issues([1])[0]
    assert web.app.articles.titles([article_key(link.url)]) == {
        article_key(link.url): "The news number 1 of the harbour"
    }
    with web.database.write() as connection:
        connection.execute(issue_ranking.update().values(articles="[]"))
    web.get(f"/r/daily-{DAY}/1", User_Agent=BROWSER)
    assert _file(viewer, "articles")[0]["title"] == "The news number 1 of the harbour"


@pytest.mark.parametrize("title", ["＝HYPERLINK(1)", "\n=1", "'=1", "@SUM(A1)"])
def test_articles_csv_title_that_is_a_formula_is_text(web: Web, viewer: SignedIn, title: str) -> None:
    """Titles come from other sites; no spreadsheet calculates them."""
    link = web.app.issue_links.of_issues([1])[0]
    with web.database.write() as connection:
        connection.execute(issue_ranking.update().values(articles="[]"))
        connection.execute(sighting.update().values(title=title))
    web.get(f"/r/daily-{DAY}/1", User_Agent=BROWSER)
    (found,) = [one["title"] for one in _file(viewer, "articles") if one["url"] == link.url]
    assert found == f"'{title}"


def test_numbers_of_an_unknown_edition_are_404(viewer: SignedIn) -> None:
    """Page and files."""
    assert viewer.get("/numbers?edition=other").status == 404
    assert viewer.get("/numbers/issues.csv?edition=other").status == 404


_LINKS = st.lists(
    st.builds(
        LinkClicks,
        issue_id=st.integers(1, 3),
        number=st.integers(1, 6),
        url=st.just("https://gazette.example/"),
        people=st.integers(0, 99),
        machines=st.integers(0, 99),
    ),
    unique_by=lambda one: (one.issue_id, one.number),
)


@given(_LINKS)
def test_position_numbers_keep_every_click(links: list[LinkClicks]) -> None:
    """Each click is counted once, at one position."""
    found = position_numbers(links, {1: 10, 2: 20, 3: 0})
    assert sum(one.people for one in found) == sum(one.people for one in links)
    assert sum(one.machines for one in found) == sum(one.machines for one in links)
    assert [one.position for one in found] == sorted({one.number for one in links})


@given(st.lists(st.integers(0, 10**6), max_size=40))
def test_bar_chart_stays_in_its_drawing(values: list[int]) -> None:
    """Every bar ends at the bottom; the highest reaches the top. Names below them are at theirs, in their order."""
    chart = bar_chart([Value(f"day {value}", str(number), value, str(value)) for number, value in enumerate(values)])
    assert len(chart.bars) == len(values)
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
        assert abs(bar.y + bar.height - HEIGHT) < 0.11
    assert max((bar.height for bar in chart.bars), default=0) == (HEIGHT if any(values) else 0)
    assert [tick.x for tick in chart.ticks] == sorted(tick.x for tick in chart.ticks)
    for tick in chart.ticks:
        bar = chart.bars[int(tick.label)]
        at = {"start": bar.x, "middle": bar.x + bar.width / 2, "end": bar.x + bar.width}[tick.anchor]
        assert abs(at - tick.x) < 0.011

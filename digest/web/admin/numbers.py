"""The page Numbers: what became of an edition's latest issues, and what readers followed in them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.i18n import Translator
from digest.model.deliveries import DeliveryState, Tally
from digest.model.issues import IssueRecord, Slot
from digest.model.web import LinkClicks
from digest.store.articles.article_keys import article_key
from digest.web.admin.charts import Chart, Value, bar_chart, day_value
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute
from digest.web.admin.downloads import csv_file

_LATEST = 30  # issues
_SHOWN = ("sent", "bounced", "left")  # as charts
_ARTICLES = 20  # on the page; the file has all


class IssueNumbers(NamedTuple):
    """An issue's numbers; clicks are None where its links are direct."""

    issue: str
    sent: int
    bounced: int
    left: int
    people: int | None
    machines: int | None


class PositionNumbers(NamedTuple):
    """A position in the issues: how many issues had it, the messages that were sent with it, and its clicks."""

    position: int
    issues: int
    sent: int
    people: int
    machines: int

    @property
    def rate(self) -> float:
        """Clicks by people for each message, in per cent."""
        return _rate(self.people, self.sent)


class ArticleNumbers(NamedTuple):
    """An article in an issue: its position there, and its clicks."""

    title: str
    url: str
    issue: str
    position: int
    sent: int
    people: int
    machines: int

    @property
    def rate(self) -> float:
        """Clicks by people for each message, in per cent."""
        return _rate(self.people, self.sent)


class EditionNumbers(NamedTuple):
    """What the page shows of an edition, the earliest issue and the most followed article first."""

    issues: Sequence[IssueNumbers]
    positions: Sequence[PositionNumbers]
    articles: Sequence[ArticleNumbers]


def numbers_page(console: Console, request: ConsoleRequest) -> Response:
    """Charts and tables of an edition."""
    edition = _edition(console, request)
    found, translator = _numbers(console, edition), request.translator
    positions = [(str(one.position), one.rate) for one in found.positions]
    rates = [Value(name, name, rate, translator.percent(rate)) for name, rate in positions]
    days = {one.issue: translator.full_date(Slot.parse(one.issue).day) for one in found.issues}
    return console.page(
        request,
        "numbers.html",
        edition=edition,
        titles=console.site.issue_titles(translator),
        days=days,
        found=found,
        articles=[one for one in found.articles if one.people][:_ARTICLES],
        most_articles=_ARTICLES,
        charts={name: _chart(found.issues, name, translator) for name in _SHOWN},
        rates=bar_chart(rates),
    )


def _chart(issues: Sequence[IssueNumbers], name: str, translator: Translator) -> Chart:
    numbers = [(Slot.parse(one.issue).day, getattr(one, name)) for one in issues]
    return bar_chart([day_value(day, number, translator) for day, number in numbers])


def issues_csv(console: Console, request: ConsoleRequest) -> Response:
    """The issues as CSV."""
    found = _numbers(console, _edition(console, request))
    return csv_file("issues.csv", IssueNumbers._fields, found.issues, request.translator)


def positions_csv(console: Console, request: ConsoleRequest) -> Response:
    """The positions as CSV."""
    rows = [(*one, one.rate) for one in _numbers(console, _edition(console, request)).positions]
    return csv_file("positions.csv", (*PositionNumbers._fields, "rate"), rows, request.translator)


def articles_csv(console: Console, request: ConsoleRequest) -> Response:
    """The articles as CSV."""
    rows = [(*one, one.rate) for one in _numbers(console, _edition(console, request)).articles]
    return csv_file("articles.csv", (*ArticleNumbers._fields, "rate"), rows, request.translator)


def _edition(console: Console, request: ConsoleRequest) -> str:
    names = [one.name for one in console.app.settings.all_editions]
    wanted = request.query.get("edition") or names[0]
    if wanted not in names:
        raise HTTPException(404)
    return wanted


def _numbers(console: Console, edition: str) -> EditionNumbers:
    latest = console.app.issues.history(edition, _LATEST)
    records = [one for one in reversed(latest) if one.frozen_at is not None and one.slot.number == 1]
    ids = [one.id for one in records]
    tallies, left = console.app.tallies.of_issues(ids), console.app.tallies.departures(ids)
    links = console.app.issue_links.of_issues(ids)
    titles = console.app.issue_contents.titles(ids)
    threads = {one.url: article_key(one.url) for one in links if one.url not in titles}
    known = console.app.articles.titles(threads.values())
    titles |= {url: known[key] for url, key in threads.items() if key in known}
    return EditionNumbers(
        issues=[_issue(one, tallies[one.id], left.get(one.id, 0), links) for one in records],
        positions=position_numbers(links, _sent(tallies)),
        articles=article_numbers(links, _sent(tallies), {one.id: str(one.slot) for one in records}, titles),
    )


def position_numbers(links: Sequence[LinkClicks], sent: Mapping[int, int]) -> list[PositionNumbers]:
    """The clicks at each position of all issues; `sent` is how many messages of each issue were sent."""
    at: defaultdict[int, list[LinkClicks]] = defaultdict(list)
    for one in links:
        at[one.number].append(one)
    return [
        PositionNumbers(
            position=position,
            issues=len(here),
            sent=sum(sent[one.issue_id] for one in here),
            people=sum(one.people for one in here),
            machines=sum(one.machines for one in here),
        )
        for position, here in sorted(at.items())
    ]


def article_numbers(
    links: Sequence[LinkClicks], sent: Mapping[int, int], slots: Mapping[int, str], titles: Mapping[str, str]
) -> list[ArticleNumbers]:
    """Each link of each issue, the one that most people followed first; `titles` of articles by their URL."""
    rows = [
        ArticleNumbers(
            title=titles.get(one.url, one.url),
            url=one.url,
            issue=slots[one.issue_id],
            position=one.number,
            sent=sent[one.issue_id],
            people=one.people,
            machines=one.machines,
        )
        for one in links
    ]
    return sorted(rows, key=lambda row: (-row.people, row.issue, row.position))


def _issue(record: IssueRecord, tally: Tally, left: int, links: Sequence[LinkClicks]) -> IssueNumbers:
    own = [one for one in links if one.issue_id == record.id]
    return IssueNumbers(
        issue=str(record.slot),
        sent=tally[DeliveryState.SENT],
        bounced=tally[DeliveryState.BOUNCED],
        left=left,
        people=sum(one.people for one in own) if own else None,
        machines=sum(one.machines for one in own) if own else None,
    )


def _sent(tallies: Mapping[int, Tally]) -> dict[int, int]:
    return {issue_id: tally[DeliveryState.SENT] for issue_id, tally in tallies.items()}


def _rate(clicks: int, sent: int) -> float:
    return 100 * clicks / sent if sent else 0.0


ROUTES = (
    ConsoleRoute("GET", "/numbers", numbers_page),
    ConsoleRoute("GET", "/numbers/issues.csv", issues_csv),
    ConsoleRoute("GET", "/numbers/positions.csv", positions_csv),
    ConsoleRoute("GET", "/numbers/articles.csv", articles_csv),
)

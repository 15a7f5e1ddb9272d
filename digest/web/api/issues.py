"""Editions and issues: what is published when, to how many readers, and why each article is in it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from digest.app import App
from digest.model.deliveries import DeliveryState, Tally
from digest.model.issues import IssueContent, IssueRecord, IssueState, Slot
from digest.settings.fields.times import WEEKDAYS
from digest.timetable import required_moment
from digest.web.api.callers import Known, Reading, ThisSite
from digest.web.api.fields import EDITION_NAME, EditionPath
from digest.web.api.paging import Cursor, Limit, Next, page_of
from digest.web.api.problems import responses

router = APIRouter(tags=["issues"])

SlotName = Annotated[str, Path(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[0-9]{1,2})?$", description="The issue's day.")]


class ComingIssue(BaseModel):
    """The issue that is published next, and when."""

    slot: str
    at: datetime


class EditionView(BaseModel):
    """What readers subscribe to."""

    name: str
    title: str
    language: str
    at: str = Field(description="The hour in the portal's time zone.")
    days: list[str] = Field(description="The days on which it comes: `mon` to `sun`.")
    sections: list[str] = Field(description="The sections that it is limited to; none means all.")
    next: ComingIssue


class EditionList(BaseModel):
    """All editions."""

    data: list[EditionView]


class IssueView(BaseModel):
    """One issue of an edition; `counts` are the recipients in each state, which add up to `audience`."""

    edition: str
    slot: str
    state: IssueState
    audience: int
    counts: dict[DeliveryState, int]
    folded: int = Field(description="How many of the recipients are kept as a number only.")
    window_start: datetime
    window_end: datetime
    frozen_at: datetime | None
    reason: str | None = Field(description="Why it is held, paused or skipped.")


class IssuePage(BaseModel):
    """A page of issues, the newest first."""

    data: list[IssueView]
    next: Next


class ReasonView(BaseModel):
    """One reason for an article's score or place."""

    name: str
    value: float | None
    message: str = Field(alias="says")


class AlsoView(BaseModel):
    """An article of the same story that is shown below another one."""

    url: str
    title: str


class ArticleView(BaseModel):
    """An article of an issue, as it was when the issue was frozen."""

    position: int
    url: str
    title: str
    section: str | None
    published_at: datetime
    views: int | None
    comments: int | None
    score: float
    reasons: list[ReasonView]
    also: list[AlsoView]


class IssueDetails(IssueView):
    """An issue with its content; of one that is not frozen there is none."""

    subject: str | None
    preheader: str | None
    articles: list[ArticleView] | None = Field(description="null also for issues that earlier versions froze.")


@router.get("/editions", responses=responses())
def editions(site: ThisSite, _caller: Known) -> EditionList:
    """The editions, in the order of the configuration. Scope: any."""
    titles, app = site.edition_names(), site.app
    return EditionList(
        data=[
            EditionView(
                name=one.name,
                title=titles[one.name],
                language=app.settings.language_of(one),
                at=f"{one.at:%H:%M}",
                days=[name for number, name in enumerate(WEEKDAYS) if number in one.days],
                sections=list(one.sections),
                next=_coming(app, one.name),
            )
            for one in app.settings.editions
        ]
    )


@router.get("/issues", responses=responses())
def issues(
    site: ThisSite,
    _caller: Reading,
    edition: Annotated[str | None, Query(pattern=EDITION_NAME, description="Only this edition.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> IssuePage:
    """The issues of all editions, the newest first, with the number of recipients in each state. Scope: read."""
    found = site.app.issues.page(edition, cursor, limit + 1)
    tallies = site.app.tallies.of_issues([record.id for record in found[:limit]])
    shown, following = page_of([(record.id, record) for record in found], limit)
    return IssuePage(data=[IssueView(**_fields(record, tallies[record.id])) for record in shown], next=following)


@router.get("/issues/{edition}/{slot}", responses=responses(404))
def issue(site: ThisSite, _caller: Reading, edition: EditionPath, slot: SlotName) -> IssueDetails:
    """One issue with its articles, and the reasons why each is in it. Scope: read."""
    record = site.app.issues.find(edition, _slot(slot))
    if record is None:
        raise HTTPException(404, f"there is no issue {edition}/{slot}")
    content = site.app.issue_contents.find(record.id)
    return IssueDetails(
        **_fields(record, site.app.tallies.of_issue(record.id)),
        subject=content and content.subject,
        preheader=content and content.preheader,
        articles=_articles(content),
    )


def _articles(content: IssueContent | None) -> list[ArticleView] | None:
    stored = None if content is None else content.articles
    return None if stored is None else [ArticleView(**one) for one in stored]


def _coming(app: App, name: str) -> ComingIssue:
    edition = app.settings.edition(name)
    slot = app.coming_slot(edition)
    return ComingIssue(slot=str(slot), at=required_moment(edition, slot, app.zone).astimezone(app.zone))


def _slot(text: str) -> Slot:
    try:
        return Slot.parse(text)
    except ValueError:
        raise HTTPException(404, f"there is no day {text}") from None


def _fields(record: IssueRecord, tally: Tally) -> dict[str, Any]:
    return {
        "edition": record.edition,
        "slot": str(record.slot),
        "state": record.state,
        "audience": tally.audience,
        "counts": {state: tally[state] for state in DeliveryState},
        "folded": tally.folded,
        "window_start": record.window.start,
        "window_end": record.window.end,
        "frozen_at": record.frozen_at,
        "reason": record.reason,
    }

"""The links of issues whose messages have redirects, and how often each was followed."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from digest.model.issues import Slot
from digest.model.redirects import has_redirects, with_direct_links
from digest.model.web import LinkClicks, LinkTarget
from digest.parsing.canonical_key import canonical_key
from digest.store.articles.key_history import KeyHistory
from digest.store.articles.retracted_keys import retractions_in_force
from digest.store.engine.database import Database
from digest.store.tables.public_schema import issue_link
from digest.store.tables.schema import issue

_MOST_REPLACEMENTS = 5  # a replacement may be retracted too


class IssueLinks:
    """The links of issues; every method is one transaction and raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, edition: str, slot: Slot, number: int) -> LinkTarget | None:
        """Where a link leads now; None if the issue has no such link."""
        # An issue that a restored backup does not have gets its links again, but not the time when it was frozen.
        moment = func.coalesce(issue.c.frozen_at, issue.c.window_end).label("moment")
        of_issue = select(issue_link.c.issue_id, issue_link.c.url, moment).join(issue)
        named = of_issue.where(issue.c.edition == edition, issue.c.slot == slot, issue_link.c.number == number)
        with self._database.read() as connection:
            row = connection.execute(named).one_or_none()
            if row is None:
                return None
            url = _current_target(connection, row.url, row.moment)
            return LinkTarget(issue_id=row.issue_id, number=number, url=url)

    def count(self, issue_id: int, number: int, *, people: int = 0, machines: int = 0) -> None:
        """Add to the clicks of a link, or take away; nothing about who followed it is stored."""
        link, this = issue_link.c, (issue_link.c.issue_id == issue_id, issue_link.c.number == number)
        values = {"clicks": link.clicks + people, "machine_clicks": link.machine_clicks + machines}
        with self._database.write() as connection:
            connection.execute(issue_link.update().where(*this).values(values))

    def of_issues(self, ids: Collection[int]) -> list[LinkClicks]:
        """The clicks of the links of some issues, by issue and number."""
        link = issue_link.c
        rows = select(link.issue_id, link.number, link.url, link.clicks, link.machine_clicks)
        rows = rows.where(link.issue_id.in_(ids)).order_by(link.issue_id, link.number)
        with self._database.read() as connection:
            return [LinkClicks(*row) for row in connection.execute(rows)]

    def clicks(self, issue_id: int) -> int | None:
        """How often people followed the links of an issue; None where its links are direct."""
        total = select(func.sum(issue_link.c.clicks)).where(issue_link.c.issue_id == issue_id)
        with self._database.read() as connection:
            clicks: int | None = connection.scalar(total)
        return None if clicks is None else int(clicks)


def add_links(connection: Connection, issue_id: int, urls: Sequence[str]) -> None:
    """Store the links of an issue by number, from 1."""
    rows = [
        {"issue_id": issue_id, "number": number, "url": url, "clicks": 0, "machine_clicks": 0}
        for number, url in enumerate(urls, start=1)
    ]
    if rows:
        connection.execute(issue_link.insert(), rows)


def direct_html(connection: Connection, edition: str, slot: Slot, html: str) -> str:
    """The HTML of an issue with direct links."""
    if not has_redirects(html, edition, slot):
        return html
    links = select(issue_link.c.number, issue_link.c.url).join(issue)
    rows = connection.execute(links.where(issue.c.edition == edition, issue.c.slot == slot))
    return with_direct_links(html, edition, slot, {row.number: row.url for row in rows})


def _current_target(connection: Connection, url: str, moment: datetime) -> str | None:
    """The URL of that moment, or what replaces it since it was retracted; None if nothing does."""
    in_force = list(retractions_in_force(connection))
    if not in_force:
        return url
    named = {canonical_key(one.url) for one in in_force}
    for _step in range(_MOST_REPLACEMENTS):
        key = canonical_key(url)
        history = KeyHistory.read(connection, {key, *named})
        found = [one for one in in_force if history.meant(canonical_key(one.url), one.at) == history.meant(key, moment)]
        # One that leads to this URL is of a former address of the same article.
        others = [one for one in found if one.replacement is None or canonical_key(one.replacement) != key]
        if not others:
            return url
        if others[0].replacement is None:
            return None
        url, moment = others[0].replacement, others[0].at
    return None

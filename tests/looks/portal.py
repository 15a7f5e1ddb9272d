"""An installation after some days: articles of the sample portal, readers, issues, clicks, users, and faults."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from digest import tokens
from digest.model.decisions import ReviewAction
from digest.model.deliveries import DeliveryState
from digest.model.issues import Slot
from digest.model.overrides import Override, OverrideKind
from digest.model.receivers import AlertKind
from digest.model.subscribers import Subscriber, SubscriberStatus
from digest.model.users import UserRole
from digest.parsing.canonical_key import canonical_key
from digest.sources.sample import PORTAL_FILE
from digest.store.tables.schema import delivery
from digest.store.upkeep.beats import RUN
from digest.web.admin.sign_in.second_factor import new_nonce
from tests.support.console import BROWSER, PASSWORD, SignedIn, origin, signed_in
from tests.support.installation import Installation
from tests.support.smtp_server import rogue_server
from tests.support.web import BASE, Web, served
from tests.web.admin.readers.test_reader_import import upload

TODAY = date(2026, 10, 1)
DAYS = 7
HOME = "https://gazette.example"
ANNA, BORIS = "anna.lebedeva@gazette.example", "boris.konstantinov@gazette.example"
_HOUR = timedelta(hours=4)  # 07:00 in Moscow
_NOW = datetime(2026, 10, 1, 3, 17, tzinfo=UTC)
_NAMES = ("Anna", "Boris", "Vera", "Grigory", "Daria", "Yegor", "Zoya", "Ilya", "Kira", "Lev", "Maria", "Nikolai")
_FAMILIES = ("Antonova", "Belov", "Vasilyeva", "Gromov", "Dmitrieva", "Ershov", "Zhukova", "Zaitsev", "Ignatova")
_HOSTS = ("mail.example", "post.example", "harbour-inbox.example")
_LIST = """email,name,labels,subscribed_to_emails,created_at
olga.morozova@mail.example,Olga Morozova,harbour,true,2025-03-01
pavel.orlov@post.example,Pavel Orlov,,false,2025-03-04
rita.pavlova@@mail.example,Rita Pavlova,,true,2025-04-12
ilya.zaitsev259@post.example,Ilya Zaitsev,,true,2025-05-02
"""
_CONFIGURATION = f"""
[portal]
name = "Harbour Gazette"
url = "{HOME}"
timezone = "Europe/Moscow"
languages = ["en", "ru"]
postal_address = "1 Quay Street, Port Veil"

[[sources]]
name = "site"
kind = "json"
url = "portal.json"
items = "articles"
fields = {{{{ url = "url", title = "title", summary = "summary", image_url = "image", section = "section", \
language = "language", published_at = "published_at", views = "views", comments = "comments" }}}}

[[sources]]
name = "agency"
kind = "feed"
url = "agency.xml"

[[editions]]
name = "daily"
title = "Harbour Gazette"
language = "en"
links = "redirect"
top = 10
most_discussed = 5

[[editions]]
name = "daily-ru"
title = "Вестник гавани"
language = "ru"
links = "redirect"
top = 10
unless_touched = "hold"

[smtp]
port = {{port}}
from = "Harbour Gazette <news@gazette.example>"

[web]
base_url = "{BASE}"
"""


@dataclass(frozen=True, kw_only=True)
class ShownPortal:
    """The served installation with an admin who is signed in; `tokens` are a reader's, by purpose."""

    web: Web
    admin: SignedIn
    tokens: dict[str, str]
    invitation: str


@contextmanager
def shown_portal(folder: Path, *, readers: int = 260) -> Iterator[ShownPortal]:
    """Serve it 43 minutes before the hour of an issue."""
    with rogue_server(_bounce) as (port, _log):
        site = Installation(folder)
        site.write("config/digest.toml", _CONFIGURATION.format(port=port))
        site.run("migrate").fine()
        with served(site) as web:
            _add_readers(web, readers)
            for back in range(DAYS, 0, -1):
                _send(site, web, TODAY - timedelta(days=back))
            _write_portal(site, TODAY)
            site.run("collect", now=_NOW)
            web.clock.moment = _NOW
            yield _with_people(web)


def _bounce(step: str, argument: str) -> str | None:
    """What the mail server refuses: every reader whose box is gone."""
    return "550 5.1.1 no such mailbox" if step == "RCPT" and "gone." in argument else None


def _add_readers(web: Web, number: int) -> None:
    for one in range(number):
        name, family = _NAMES[one % len(_NAMES)], _FAMILIES[one % len(_FAMILIES)]
        box = "gone." if one % 97 == 5 else ""
        reader = Subscriber(
            email=f"{box}{name}.{family}{one}@{_HOSTS[one % len(_HOSTS)]}".lower(),
            name=f"{name} {family}",
            editions=("daily",) if one % 3 else ("daily-ru",),
            language="en" if one % 3 else "ru",
            status=SubscriberStatus.PENDING if one % 41 == 7 else SubscriberStatus.CONFIRMED,
        )
        web.app.subscribers.add(reader, datetime(2026, 9, 1, 8, tzinfo=UTC) + timedelta(hours=one * 2.6))


def _send(site: Installation, web: Web, day: date) -> None:
    """Send the issues of a day; a reader or two leave, and others follow its links."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + _HOUR
    web.clock.moment = moment
    _write_portal(site, day)
    for edition in ("daily", "daily-ru"):
        site.run("send", "--yes", "--force", "--date", str(day), "--edition", edition, now=moment)
        _follow(web, edition, day)
    for number in range(1 + day.day % 3):
        web.post(f"/leave/{web.token(_deliveries(web)[40 + number + 3 * day.day])}")


def _write_portal(site: Installation, day: date) -> None:
    """The sample's articles as they were on that day: each day others are read most."""
    rows = json.loads(PORTAL_FILE.read_text())["articles"]
    hour = datetime(day.year, day.month, day.day, tzinfo=UTC) + _HOUR
    site.write("portal.json", json.dumps({"articles": [_row(row, rows, hour) for row in rows]}))


def _row(row: dict[str, Any], rows: list[dict[str, Any]], hour: datetime) -> dict[str, Any]:
    read = rows[(rows.index(row) + 7 * (TODAY - hour.date()).days * 2) % len(rows)]
    return row | {
        "url": f"{HOME}{row['path']}?{hour:%d}",
        "published_at": (hour - timedelta(hours=row["hours_before"] + 0.9)).isoformat(),
        "image": row["image"] and f"{HOME}/images/{row['image']}",
        "views": read["views"],
        "comments": read["comments"],
    }


def _follow(web: Web, edition: str, day: date) -> None:
    """Clicks by people, fewer further down, and some by programs that scan mail."""
    issue = web.app.issues.find(edition, Slot(day=day))
    for number in range(1, 11):
        people, machines = 30 // number + (day.day * number) % 4, 3 + day.day % 5
        web.app.issue_links.count(issue.id if issue else 0, number, people=people, machines=machines)


def _deliveries(web: Web) -> list[int]:
    with web.database.read() as connection:
        return list(connection.scalars(select(delivery.c.id).order_by(delivery.c.id)))


def _with_password(user: SignedIn) -> SignedIn:
    """The user with a password, and the session that begins with it."""
    web = user.web
    invited = web.app.users.invite(user.user.email, user.user.role, "shell", web.clock.now())
    form = {"password": PASSWORD, "password_again": PASSWORD}
    answer = web.post(f"/admin/link/{invited.token}", form, Origin=origin(web), User_Agent=BROWSER)
    return replace(user, token=answer.headers["set-cookie"].partition("=")[2].partition(";")[0])


def _key(section: str) -> str:
    """The first English article of a section, as it is today."""
    rows = json.loads(PORTAL_FILE.read_text())["articles"]
    path = next(row["path"] for row in rows if row["section"] == section and row["language"] == "en")
    return canonical_key(f"{HOME}{path}?{TODAY:%d}")


def _with_people(web: Web) -> ShownPortal:
    """Users, their changes of the next issue, what needs attention, and a message that was never confirmed."""
    app = web.app
    for name in ("daily", "daily-ru"):
        app.beats.record(RUN, [name], _NOW - timedelta(days=DAYS + 1))
        app.beats.record(RUN, [name], _NOW)
    admin = _with_password(signed_in(web, UserRole.ADMIN, ANNA))
    assert upload(admin, _LIST, edition="daily").status == 303
    signed_in(web, UserRole.EDITOR, BORIS)
    app.users.invite("clara@gazette.example", UserRole.VIEWER, "shell", _NOW)
    app.users.invite("dmitry@gazette.example", UserRole.EDITOR, "shell", _NOW)
    app.users.disable("dmitry@gazette.example", ANNA, _NOW)
    invited = app.users.invite("vera@gazette.example", UserRole.EDITOR, ANNA, _NOW)
    app.second_factors.begin(admin.user.id, new_nonce())
    first, second = (app.coming_slot(one) for one in app.settings.editions)
    text = "Good **morning**. The fog lifts at ten; the bridge stays shut until noon."
    app.overrides.add("daily", first, Override(key="", kind=OverrideKind.INTRO, value=text, by=BORIS, at=_NOW))
    app.overrides.add("daily", first, Override(key=_key("Sport"), kind=OverrideKind.PIN, value=None, by=ANNA, at=_NOW))
    app.decisions.hold("daily-ru", second, ReviewAction(by=BORIS, at=_NOW - timedelta(minutes=9)))
    app.alerts.report(
        AlertKind.CHECK_FAILS, "sources", "source agency failed: agency.xml: no such file", _NOW - timedelta(hours=5)
    )
    last = _deliveries(web)[-1]
    with web.database.write() as connection:
        unknown = {"state": DeliveryState.UNKNOWN, "claim_token": "a"}
        connection.execute(delivery.update().where(delivery.c.id == last).values(unknown))
    purposes = (tokens.LEAVE, tokens.PREFERENCES)
    return ShownPortal(
        web=web,
        admin=admin,
        tokens={purpose: web.token(last, purpose) for purpose in purposes},
        invitation=str(invited.token),
    )

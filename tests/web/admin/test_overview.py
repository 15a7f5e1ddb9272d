"""The page Overview: what happens next in each edition, and what became of the last issue."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model.decisions import ReviewAction
from digest.model.receivers import AlertKind
from digest.model.users import UserRole
from digest.store.upkeep.beats import RUN
from tests.support.console import LARGEST, signed_in
from tests.support.installation import SLOT, Installation, day, item, rss
from tests.support.prepared import Copy
from tests.support.smtp_server import honest_server
from tests.support.web import Answer, Web, served
from tests.web.conftest import configured

EDITIONS = ('name = "evening"\ntitle = "Evening"\nat = "19:00"', 'name = "daily"\ntitle = "Morning"')
NEXT = SLOT + timedelta(days=1)


@pytest.fixture
def web(tmp_path: Path, copied: Copy) -> Iterator[Web]:
    """Its pages, 43 minutes before the hour of the morning issue."""
    with served(copied(_send_and_collect, tmp_path)) as web:
        web.clock.moment = NEXT - timedelta(minutes=43)
        for name in ("daily", "evening"):
            web.app.beats.record(RUN, [name], SLOT)
            web.app.beats.record(RUN, [name], web.clock.moment)
        yield web


def _send_and_collect(site: Installation) -> None:
    with honest_server() as (port, _log):
        configured(site.folder, port, editions=EDITIONS).write("feed.xml", day(5))
        site.subscribe("anna@readers.example", "boris@readers.example")
        site.run("send", "--yes", "--date", "2025-06-02", "--edition", "daily", now=SLOT).fine()
    site.write(
        "feed.xml", rss(*(item(number, hours=-20, more="<category>Port</category>") for number in range(10, 13)))
    )
    site.run("collect", now=NEXT - timedelta(minutes=43)).fine()


def outcomes(page: Answer) -> list[tuple[str, str]]:
    """Title and outcome of each coming issue."""
    return re.findall(r'<h3><a href="[^"]*">([^<]*)</a></h3>\s*<p>(.*?)</p>', page.text)


def test_pages_of_an_edition_with_a_name_of_its_own_keep_it_apart(tmp_path: Path) -> None:
    """One that is named like the portal is named once in the title; one in Arabic keeps its place before the hour."""
    gazette, arabic = "Harbour Gazette", "صحيفة الميناء"
    editions = (f'name = "daily"\ntitle = "{gazette}"', f'name = "evening"\ntitle = "{arabic}"')
    with served(Installation(tmp_path).configure(editions=editions)) as web:
        admin = signed_in(web)
        pages = [admin.get(f"/next?edition={name}").text for name in ("daily", "evening")]
        found = [re.findall("<title>(.*)</title>", page) for page in pages]
        assert found == [[f"Next issue · {gazette}"], [f"Next issue · {arabic} · {gazette}"]]
        adding = admin.get("/readers/add").text
        assert f"<bdi>{arabic}</bdi>" in adding
        assert f"<bdi>{gazette}" not in adding


def test_overview_says_what_happens_next_and_what_became_of_the_last_issue(web: Web) -> None:
    """The edition whose hour comes first is at the top; each has the way to its page."""
    page = signed_in(web, UserRole.VIEWER).get()
    assert [title for title, _ in outcomes(page)] == ["Morning", "Evening"]
    assert outcomes(page)[0][1].startswith("Goes out at 07:00, in 43 minutes, to 2 readers")
    assert 'href="/admin/next?edition=daily"' in page.text
    assert "Nothing needs attention." in page.text
    assert 'href="/admin/issues/daily/2025-06-02"' in page.text
    assert re.findall(r"<dt>(Audience|Sent)</dt><dd>(\d+)</dd>", page.text) == [("Audience", "2"), ("Sent", "2")]
    assert "Subscribed: 2" in page.text
    assert "in the last 7 days: 2 new, 0 left" in page.text
    assert len(page.body) <= LARGEST


def test_attention_bar_has_issues_first_and_leads_to_all_alerts(web: Web) -> None:
    """A user of the console may have no shell for `digest status`."""
    web.app.alerts.report(AlertKind.ISSUE_HELD, "daily/2025-06-03", "daily/2025-06-03 is held: no articles", SLOT)
    for number in range(4):
        web.app.alerts.report(AlertKind.CHECK_WARNS, f"check{number}", "warns", web.clock.moment)
    page = signed_in(web, UserRole.VIEWER).get().text
    bar = page[page.index('id="attention"') : page.index("</aside>")]
    assert bar.index("daily/2025-06-03") < bar.index("check3") < bar.index("check2")
    assert '<a href="/admin/health">and 2 more</a>' in bar
    assert ">today, 06:17</span>" in bar


def test_attention_bar_has_no_name_that_the_alert_itself_has(web: Web) -> None:
    """Not in another language either, where the sentence may not repeat it."""
    message = "200 messages in an hour were asked for on the web pages: sign-ups are paused"
    web.app.alerts.report(AlertKind.SIGNUPS_PAUSED, "sign-ups", message, SLOT)
    for path in ("?lang=ru", "/health?lang=ru"):
        page = signed_in(web, UserRole.VIEWER).get(path).text
        assert "подписка приостановлена" in page
        assert "sign-ups" not in page


def test_console_in_russian_marks_the_texts_of_an_english_edition(web: Web) -> None:
    """Titles of editions and articles, and subjects: a screen reader changes its voice."""
    viewer, admin = signed_in(web, UserRole.VIEWER), signed_in(web)
    for path in ("", "/issues", "/issues/daily/2025-06-02", "/next?edition=daily"):
        assert viewer.get(path, Accept_Language="ru").languages_of("of the harbour") == {"en"}, path
    admin.post("/readers/add", {"email": "vera@readers.example", "how": "note", "note": "By phone", "edition": "daily"})
    for path in (
        "",
        "/issues",
        "/next?edition=daily",
        "/next/test",
        "/numbers",
        "/readers",
        "/readers/1",
        "/readers/3",
    ):
        assert admin.get(path, Accept_Language="ru").languages_of("Morning") == {"en"}, path
    assert "no choice: those in their language" in admin.get("/readers/1").text
    for path in ("/readers", "/readers/import"):
        assert '<option value="daily" lang="en">Morning</option>' in admin.get(path, Accept_Language="ru").text
    next_page = admin.get("/next?edition=daily", Accept_Language="ru")
    assert next_page.languages_of("of the harbour") == next_page.languages_of("Port") == {"en"}


def test_pages_of_several_editions_name_theirs_in_the_title(web: Web) -> None:
    """Of two that are open at once, the browser shows the titles alone."""
    anna = signed_in(web)
    for path in ("/next", "/next/test", "/numbers"):
        shown = [
            re.search(r"<title>(.*)</title>", anna.get(f"{path}?edition={one}").text) for one in ("daily", "evening")
        ]
        assert [one and one[1].split(" · ")[1:2] for one in shown] == [["Morning"], ["Evening"]], path


def test_overview_marks_an_issue_that_waits(web: Web) -> None:
    """It does not claim that nothing needs attention."""
    slot = web.app.coming_slot(web.app.settings.editions[1])
    web.app.decisions.hold("daily", slot, ReviewAction(by="boris@gazette.example", at=web.clock.moment))
    page = signed_in(web).get()
    assert "boris@gazette.example has held it since 06:17." in outcomes(page)[0][1]
    assert page.text.count('class="outcome waits"') == 1
    assert "Nothing needs attention." not in page.text


def test_overview_before_the_first_issue_has_what_there_is(tmp_path: Path) -> None:
    """No article, no reader, no process that sends."""
    with served(configured(tmp_path, 25)) as web:
        page = signed_in(web).get()
    assert page.status == 200
    assert "It has too few articles" in page.text
    assert "No issue has been made yet." in page.text


def test_pages_of_an_empty_installation_say_so(tmp_path: Path) -> None:
    """No chart of nothing, and no name of an edition where a subject belongs."""
    site = configured(tmp_path, 9)
    site.run("migrate").fine()
    with served(site) as web:
        admin = signed_in(web, UserRole.ADMIN)
        readers, coming = admin.get("/readers?lang=ru").text, admin.get("/next?lang=ru").text
    assert "Подписчики по неделям" not in readers
    assert "<h2>Материалов пока нет</h2>" in coming

"""Sending the next issue before its hour from the console: by `digest run`, once, and only where it may go out."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.model.decisions import Release
from digest.model.issues import IssueState
from digest.model.overrides import Override, OverrideKind
from digest.model.users import AuditFilter, UserRole
from tests.support.console import SignedIn, signed_in
from tests.support.installation import DAY
from tests.support.newsroom import READERS, Newsroom, newsroom
from tests.support.web import Answer

ANNA, BORIS = "anna@gazette.example", "boris@gazette.example"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom at 06:20, in which the last editor may not release the issue."""
    with newsroom(tmp_path, "four_eyes = true\nminimum = 3") as room:
        room.until(lambda: "Send now" in signed_in(room.web, UserRole.EDITOR, ANNA).get("/next").text)
        yield room


def send_now(browser: SignedIn) -> Answer:
    """Press the button of the page as it is now."""
    form = browser.get("/next").text.partition('value="send"')[2]
    seen = re.search(r'name="seen" value="([^"]+)"', form)
    fields = {"edition": "daily", "slot": DAY, "decision": "send", "seen": seen[1] if seen else ""}
    return browser.post("/next/decide", fields)


@pytest.mark.needs("time")
def test_send_now_reaches_every_reader_once_and_the_hour_sends_nothing(room: Newsroom) -> None:
    """The page says what goes to how many before; `digest run` sends it within seconds, pressed twice or not."""
    anna = signed_in(room.web, UserRole.EDITOR, ANNA)
    page = anna.get("/next").text
    assert "goes to 3 readers within seconds. This cannot be undone." in page
    assert "Articles that appear until its hour, " in page
    statuses = {send_now(anna).status for _turn in range(2)}
    assert 303 in statuses
    room.until(lambda: room.mails(*READERS) == len(READERS))
    room.until(lambda: [one.state for one in room.web.app.issues.history("daily", 1)] == [IssueState.DONE])
    room.set("07:00")
    room.until(lambda: room.web.app.coming_slot(room.web.app.settings.editions[0]).day.day == 3)
    room.set("07:05")
    assert room.mails(*READERS) == len(READERS)
    assert f'value="{DAY}"' not in anna.get("/next").text
    entries = room.web.app.audit.page(AuditFilter(action="issue sent now"), None, 10)
    assert {(one.by, one.subject) for one in entries} == {(ANNA, f"daily/{DAY}")}


@pytest.mark.needs("time")
def test_send_now_by_the_last_editor_is_refused_with_four_eyes(room: Newsroom) -> None:
    """Somebody else may send it, and not what they have not seen."""
    anna, boris = (signed_in(room.web, UserRole.EDITOR, email) for email in (ANNA, BORIS))
    slot = room.web.app.coming_slot(room.web.app.settings.editions[0])
    form = boris.get("/next").text.partition('value="send"')[2]
    seen = re.search(r'name="seen" value="([^"]+)"', form)
    assert seen
    intro = Override(key="", kind=OverrideKind.INTRO, value="Hello", by=ANNA, at=room.web.clock.now())
    room.web.app.overrides.add("daily", slot, intro)
    decision = {"edition": "daily", "slot": DAY, "decision": "send", "seen": seen[1]}
    assert boris.post("/next/decide", decision).status == 409
    assert "Send now" not in anna.get("/next").text
    current = re.search(r'name="seen" value="([^"]+)"', boris.get("/next").text.partition('value="send"')[2])
    assert current
    assert anna.post("/next/decide", decision | {"seen": current[1]}).status == 409
    assert not room.mails(*READERS)
    assert send_now(boris).status == 303
    room.until(lambda: room.mails(*READERS) == len(READERS))


def test_send_now_without_digest_run_says_so_and_hold_takes_it_back(tmp_path: Path) -> None:
    """Nothing is sent until it is started; a hold in between counts."""
    with newsroom(tmp_path, "") as room:
        anna = signed_in(room.web, UserRole.EDITOR, ANNA)
        room.until(lambda: "Send now" in anna.get("/next").text)
        room.web.clock.stop()
        room.traveller.shift(240)  # after three minutes `digest serve` sends system mail itself
        stopped = "`digest run` is not running: nothing is sent until it is started".replace("`", "")
        page = re.sub(r"</?code>", "", anna.get("/next").text)
        assert page.count(stopped) == 2
        assert send_now(anna).status == 303
        page = re.sub(r"</?code>", "", anna.get("/next").text)
        assert f"{ANNA} sends it now: it goes out in a moment to 3 readers." in page
        assert stopped in page
        assert "Send now" not in page
        app, edition = room.web.app, room.web.app.settings.editions[0]
        assert str(app.due(edition).publish) == DAY
        anna.post("/next/decide", {"edition": "daily", "slot": DAY, "decision": "hold"})
        assert app.due(edition).publish is None
        assert not room.mails(*READERS)


def test_send_now_of_an_issue_with_too_few_articles_is_refused(tmp_path: Path) -> None:
    """The button is not offered, and a form of an earlier page changes nothing."""
    with newsroom(tmp_path, "minimum = 9") as room:
        anna = signed_in(room.web, UserRole.EDITOR, ANNA)
        room.until(lambda: "It has too few articles" in anna.get("/next").text)
        assert "Send now" not in anna.get("/next").text
        seen = re.search(r'name="seen" value="([^"]+)"', anna.get("/next").text)
        assert seen
        decision = {"edition": "daily", "slot": DAY, "decision": "send", "seen": seen[1]}
        refused = anna.post("/next/decide", decision)
        assert refused.status == 409
        assert "too few articles, or its message breaks a rule" in refused.text
        assert room.web.app.due(room.web.app.settings.editions[0]).publish is None


@pytest.mark.needs("time")
def test_send_now_that_cannot_be_made_is_tried_again_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Articles were dropped meanwhile: nothing is stored about the issue, which is made once it can be."""
    with newsroom(tmp_path, "minimum = 5") as room:
        app, edition = room.web.app, room.web.app.settings.editions[0]
        room.until(lambda: "Send now" in signed_in(room.web, UserRole.EDITOR, ANNA).get("/next").text)
        slot, now = app.coming_slot(edition), room.web.clock.now()
        drop = Override(key="gazette.example/news/1", kind=OverrideKind.DROP, value=None, by=ANNA, at=now)
        (change,) = app.overrides.add_together("daily", slot, [drop])
        app.decisions.release("daily", slot, Release(by=BORIS, at=now, at_once=True))
        room.until(lambda: "not sent before its hour" in caplog.text)
        room.set("06:22")
        room.set("06:24")
        app.overrides.undo("daily", [change], ANNA, now)
        room.set("06:26")
        room.until(lambda: room.mails(*READERS) == len(READERS))
    warnings = [
        one.message for one in caplog.records if "not sent before" in one.message and one.levelname == "WARNING"
    ]
    assert len(warnings) == 1
    assert "too few articles: 4" in warnings[0]


def test_viewer_may_not_send_now(room: Newsroom) -> None:
    """Neither by the button nor by a form."""
    viewer = signed_in(room.web, UserRole.VIEWER)
    assert "Send now" not in viewer.get("/next").text
    assert send_now(viewer).status == 403

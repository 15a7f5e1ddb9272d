"""The page Issues: what became of an issue, what can be done about it, and corrections, with a real mail server."""

import html
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model.deliveries import DeliveryState, Tally
from digest.model.issues import IssueState
from digest.model.receivers import PauseCause
from digest.model.users import AuditFilter, UserRole
from digest.store.ledger.tallies import Tallies
from digest.store.tables.schema import delivery, issue
from tests.support.console import SignedIn, signed_in
from tests.support.installation import DAY, SLOT, Installation, day
from tests.support.smtp_server import Log, rogue_server
from tests.support.web import Answer, Web, message_of, served, to
from tests.web.conftest import configured

NAME = f"daily/{DAY}"
PATH = f"/issues/{NAME}"
LATER = SLOT + timedelta(minutes=5)


@pytest.fixture
def editor(web: Web) -> SignedIn:
    """A signed-in editor."""
    return signed_in(web, UserRole.EDITOR)


def _counts(text: str) -> dict[str, str]:
    """The numbers of the first issue of a page."""
    part = text[text.index('<dl class="counts">') :].split("</dl>", maxsplit=1)[0]
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", part)
    return {name: re.sub("<[^>]+>", "", value) for name, value in pairs}


def _set(web: Web, state: IssueState, **of: DeliveryState) -> None:
    """Put the issue, and deliveries by the name of their reader, into a state."""
    with web.database.write() as connection:
        connection.execute(issue.update().values(state=state, deadline=LATER + timedelta(hours=1)))
        for name, one in of.items():
            token = "a" if one is DeliveryState.UNKNOWN else None
            connection.execute(
                delivery.update().where(delivery.c.address.startswith(name)).values(state=one, claim_token=token)
            )


def _audited(web: Web) -> list[tuple[str, str, str]]:
    return [(one.by, one.action, one.subject) for one in web.app.audit.page(AuditFilter(), None, 10)]


def test_page_of_a_held_issue_leads_to_where_it_is_approved(web: Web, editor: SignedIn) -> None:
    """Unless that page shows a later issue by now: then it says that only a command sends this one."""
    link = 'href="/admin/next?edition=daily"'
    command = f"<code>digest send --date {DAY} --edition daily --force</code>"
    assert link not in editor.get(PATH).text
    _set(web, IssueState.HELD)
    page = editor.get(PATH).text
    assert link in page
    assert command not in page
    web.clock.moment = SLOT + timedelta(hours=4)  # the default of `catch_up` is three
    page = editor.get(PATH).text
    assert link not in page
    assert command in page


def test_issues_page_numbers_add_up_with_the_ledger(web: Web, editor: SignedIn) -> None:
    """Audience and sent as `digest status` has them; who unsubscribed afterwards is counted as left."""
    page = editor.get("/issues")
    assert f'href="/admin{PATH}"' in page.text
    known = web.site.status()
    assert _counts(page.text) == {"Audience": str(known["audience"]), "Sent": str(known["sent"]), "Unsubscribes": "0"}
    web.clock.moment = LATER
    assert web.post(f"/leave/{web.token(1)}").status == 200
    assert _counts(editor.get("/issues").text)["Unsubscribes"] == "1"
    assert _counts(editor.get(PATH).text)["Unsubscribes"] == "1"
    assert _counts(editor.get(PATH).text)["Bounced"] == "0"


@pytest.mark.parametrize("path", ["/issues/daily/2020-01-01", "/issues/daily/soon", "/issues/other/2025-06-02"])
def test_issue_page_of_no_issue_is_404(editor: SignedIn, path: str) -> None:
    """Unknown names and what is no slot; also for an action."""
    assert editor.get(path).status == 404
    assert editor.post(f"{path}/pause").status == 404
    assert editor.get(f"{path}/correct").status == 404


def test_issue_page_lists_recipients_masked_for_viewers(web: Web, editor: SignedIn) -> None:
    """An editor sees addresses, which no narrow column breaks, and replies; a viewer neither."""
    assert '<td class="wide whole">anna@readers.example</td>' in editor.get(f"{PATH}?list=sent").text
    shown = signed_in(web, UserRole.VIEWER).get(f"{PATH}?list=sent").text
    assert "a•••@r•••.example" in shown
    assert "@readers.example" not in shown
    assert "Reply of the server" not in shown
    assert 'id="recipients"' not in editor.get(f"{PATH}?list=anything").text


def test_pause_in_mid_send_stops_the_rest_until_it_is_resumed(tmp_path: Path) -> None:
    """What was not sent stays until somebody resumes the issue; then everybody has it, once."""
    readers = {f"r{number}@readers.example" for number in range(60)}
    bodies: list[str] = []
    answers: list[Answer] = []
    browsers: list[SignedIn] = []

    def pause_at_the_third_message(step: str, argument: str) -> None:
        if step == "MESSAGE":
            bodies.append(argument)
            if len(bodies) == 3:
                answers.append(browsers[0].post(f"{PATH}/pause"))

    with rogue_server(pause_at_the_third_message) as (port, log):
        site = configured(tmp_path / "mid-send", port)
        site.write("feed.xml", day(5))
        site.subscribe(*readers)
        with served(site) as web:
            anna = signed_in(web, UserRole.EDITOR)
            browsers.append(anna)
            site.run("send", "--yes", "--date", DAY, now=SLOT).failed(1, "is paused")
            assert [one.status for one in answers] == [303]
            sent = len(log.accepted)
            assert 3 <= sent < len(readers)
            shown = _counts(anna.get(PATH).text)
            assert (shown["Audience"], shown["Sent"], shown["Waiting"]) == ("60", str(sent), str(60 - sent))
            assert anna.post(f"{PATH}/pause").status == 409
            assert anna.post(f"{PATH}/resume", {"sent": "0"}).status == 303
            site.run("send", "--yes", "--date", DAY, now=SLOT).fine()
            assert sorted(one.recipient for one in log.accepted) == sorted(readers)
            by = anna.user.email
            assert _audited(web)[:2] == [(by, "issue resumed", NAME), (by, "issue paused", NAME)]


def test_resume_after_a_restored_backup_needs_the_number_that_the_page_shows(web: Web, editor: SignedIn) -> None:
    """A form that did not say that readers may get it twice resumes nothing; one that did is the consent.

    Receivers that were paused are tried again, too.
    """
    web.app.group_pauses.pause("post.example", PauseCause.REFUSED, "550 no", web.app.ledger_clock.now())
    record = web.app.issues.find("daily", web.app.issues.history(None, 1)[0].slot)
    assert record is not None
    _set(web, IssueState.PAUSED, boris=DeliveryState.PLANNED, anna=DeliveryState.PLANNED)
    assert "Up to 2 readers may get it twice" in editor.get(PATH).text
    assert editor.post(f"{PATH}/resume", {"sent": "0"}).status == 409
    assert not web.app.resends.has_consent(record.id)
    assert [one.group for one in web.app.group_pauses.active()] == ["post.example"]
    assert editor.post(f"{PATH}/resume", {"sent": "2"}).status == 303
    assert web.app.resends.has_consent(record.id)
    assert web.app.group_pauses.active() == []


def test_cancel_ends_what_waits(web: Web, editor: SignedIn) -> None:
    """Those who were not reached are cancelled, and the issue cannot be resumed."""
    _set(web, IssueState.SENDING, boris=DeliveryState.PLANNED)
    assert "1 reader who has not got it yet will never get it." in editor.get(PATH).text
    assert editor.post(f"{PATH}/cancel").status == 303
    assert _counts(editor.get(PATH).text)["Cancelled"] == "1"
    assert editor.post(f"{PATH}/resume", {"sent": "0"}).status == 409
    assert _audited(web)[0][1] == "issue cancelled"


@pytest.mark.parametrize(("state", "action"), [("unknown", "resend-unknown"), ("expired", "resend-expired")])
def test_resend_sends_again_what_is_in_that_state(
    web: Web, editor: SignedIn, mail: tuple[int, Log], state: str, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing else; a second click changes nothing, nor does a page that showed another number."""
    log, form = mail[1], {"number": "1"}
    log.accepted.clear()
    web.clock.moment = LATER
    _set(web, IssueState.DONE, boris=DeliveryState(state))
    if state == "expired":  # as after a restored backup, until nothing says that it was sent
        assert f'id="{action}"' not in editor.get(PATH).text
        assert editor.post(f"{PATH}/{action}", form).status == 409
        shutil.rmtree(next(web.site.folder.rglob("sent")))
    assert '<input type="hidden" name="number" value="1">' in editor.get(PATH).text.partition(f"/{action}")[2]
    for other in ({}, {"number": "0"}, {"number": "2"}):
        assert editor.post(f"{PATH}/{action}", other).status == 409
    with monkeypatch.context() as patch:  # there are more of them since the handler has looked
        patch.setattr(Tallies, "of_issue", lambda *_unused: Tally())
        assert editor.post(f"{PATH}/{action}", {"number": "0"}).status == 409
    assert editor.post(f"{PATH}/{action}", form).status == 303
    assert editor.post(f"{PATH}/{action}", form).status == 409
    entry = web.app.audit.page(AuditFilter(), None, 1)[0]
    assert (entry.action, entry.before, entry.after) == (f"{state} sent again", "done", "1")
    web.site.run("send", "--yes", "--date", DAY, now=LATER).fine()
    assert [one.recipient for one in log.accepted] == ["boris@readers.example"]


@pytest.mark.parametrize("action", ["pause", "resume", "cancel", "resend-unknown", "resend-expired", "correct"])
def test_viewer_may_look_but_not_act(web: Web, action: str) -> None:
    """No button, and a form that is sent anyway is refused and changes nothing."""
    viewer = signed_in(web, UserRole.VIEWER)
    _set(web, IssueState.SENDING, boris=DeliveryState.UNKNOWN)
    assert f"{PATH}/{action}" not in viewer.get(PATH).text
    before = web.dump()["issue"]
    assert viewer.post(f"{PATH}/{action}", {"sent": "0", "text": "No", "confirmed": "1"}).status == 403
    assert web.dump()["issue"] == before


def test_correction_reaches_exactly_those_who_have_the_issue(web: Web, editor: SignedIn, mail: tuple[int, Log]) -> None:
    """Shown with its number of readers first; then planned once, and sent as an issue of its own."""
    log = mail[1]
    log.accepted.clear()
    web.site.subscribe("later@readers.example")
    web.site.run("subscribers", "remove", "boris@readers.example").fine()
    web.clock.moment = LATER
    form = {"subject": "We were wrong", "text": "It opens on Monday.\n\nWe are sorry."}
    assert f"Harbour Gazette · {NAME}" in editor.get(PATH).text
    assert "Harbour Gazette, 2 Jun 2025</a>" in editor.get(f"{PATH}/correct").text
    empty = editor.get(f"{PATH}/correct")
    assert f'name="subject" value="{empty.field("was_subject")}"' in empty.text  # nothing that could be lost
    shown = editor.post(f"{PATH}/correct", form)
    assert "This goes to 1 reader who has the issue" in shown.text
    changed = editor.post(f"{PATH}/correct", {**form, "change": "1"})
    assert "This goes to" not in changed.text
    assert form["text"] in html.unescape(changed.text)
    assert [one.name for one in web.app.issues.history(None, 9)] == [NAME]
    done = editor.post(f"{PATH}/correct", {**form, "confirmed": "1"})
    assert done.headers["location"] == f"/admin{PATH}.2?done=correction"
    again = editor.post(f"{PATH}/correct", {**form, "confirmed": "1"})
    assert again.headers["location"] == done.headers["location"]
    assert f'href="/admin{PATH}"' in editor.get(f"{PATH}.2").text
    web.site.run("send", "--resume", f"{NAME}.2", now=LATER).fine()
    (accepted,) = log.accepted
    assert accepted == to(log, "anna@readers.example")[0]
    assert message_of(accepted)["subject"] == "We were wrong"
    assert "It opens on Monday." in editor.get(PATH).text
    assert [one[1] for one in _audited(web)].count("correction sent") == 1


@pytest.mark.parametrize(
    ("form", "wrong", "problem"),
    [
        ({"text": " \n "}, "text", "Please write the text"),
        ({"text": "x" * 3_001}, "text", "The text is too long"),
        ({"text": "No", "subject": "x" * 151}, "subject", "The subject is too long: write 150 characters at most."),
    ],
)
def test_correction_with_a_wrong_field_is_shown_again(
    editor: SignedIn, form: dict[str, str], wrong: str, problem: str
) -> None:
    """With what was typed, of which the browser cuts nothing, and a sentence."""
    answer = editor.post(f"{PATH}/correct", {**form, "confirmed": "1"})
    assert (answer.status, [*answer.refused_fields]) == (422, [wrong])
    assert problem in answer.refused_fields[wrong]
    assert "maxlength" not in answer.text


def test_correction_while_the_issue_is_being_sent_is_404(web: Web, editor: SignedIn) -> None:
    """Those who get it later would have it without the correction."""
    _set(web, IssueState.SENDING)
    assert f"{PATH}/correct" not in editor.get(PATH).text
    assert editor.get(f"{PATH}/correct").status == 404


def test_correction_of_an_edition_that_was_removed_is_404(site: Installation, mail: tuple[int, Log]) -> None:
    """It has no sender any more; its issue can still be read, and the command says what is missing."""
    configured(site.folder, mail[0], editions=('name = "evening"',))
    with served(site) as web:
        editor = signed_in(web, UserRole.EDITOR)
        page = editor.get(PATH)
        assert (page.status, f"{PATH}/correct" in page.text) == (200, False)
        assert editor.get(f"{PATH}/correct").status == 404
        assert editor.post(f"{PATH}/correct", {"text": "A mistake.", "confirmed": "1"}).status == 404
    site.write("correction.txt", "A mistake.")
    site.run("correct", NAME, "--text", "correction.txt", "--yes").failed(2, "no edition 'daily'")


def test_page_of_issues_before_the_first_one_says_so(editor: SignedIn) -> None:
    """There are issues, and a link to the latest ones."""
    page = editor.get("/issues?before=1").text
    assert "There are no issues on this page." in page
    assert "No issue has been made yet." not in page

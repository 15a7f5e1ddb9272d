"""What admins do to one reader: each change is in the audit log, and the reader's address in no text of it."""

import json
import re
from datetime import timedelta

import pytest

from digest import tokens
from digest.model.readers import ReaderFilter
from digest.model.subscribers import SubscriberStatus
from digest.model.users import UserRole
from digest.store.tables.schema import delivery
from tests.support.console import SignedIn, signed_in
from tests.support.installation import SLOT
from tests.support.web import Web
from tests.web.admin.readers.test_readers import CONSENT, sign_up

ANNA, BORIS, VERA = "anna@readers.example", "boris@readers.example", "vera@readers.example"
ACTIONS = ("suppress", "unsuppress", "unsubscribe", "ask", "export", "erase")


def id_of(web: Web, email: str) -> int:
    """The id of a reader."""
    return web.app.readers.page(ReaderFilter(text=email), 0, 1)[0].id


def status_of(web: Web, email: str) -> SubscriberStatus:
    """Their status now."""
    found = web.app.subscribers.find(email)
    assert found is not None
    return found.status


def actions(web: Web) -> list[tuple[str, str | None, str | None, int | None]]:
    """The entries of the audit log about readers: action, before, after, and the reader."""
    return [(row[3], *row[5:8]) for row in web.dump()["audit_entry"] if row[3].startswith("reader")]


def test_suppressed_reader_gets_no_mail_until_somebody_allows_it(web: Web, admin: SignedIn) -> None:
    """Both are in the log with the reader's number, and the page offers what is possible."""
    path = f"/readers/{id_of(web, ANNA)}"
    page = admin.get(path).text
    assert f"{path}/suppress" in page
    assert f"{path}/unsuppress" not in page
    assert admin.post(f"{path}/suppress").headers["location"] == f"/admin{path}?done=suppressed"
    assert status_of(web, ANNA) is SubscriberStatus.SUPPRESSED
    page = admin.get(f"{path}?done=suppressed").text
    assert "The reader gets no more mail" in page
    assert f"{path}/suppress" not in page
    assert admin.post(f"{path}/suppress").status == 409
    assert admin.post(f"{path}/unsuppress").status == 303
    assert status_of(web, ANNA) is SubscriberStatus.CONFIRMED
    assert "the reader's data has changed since you opened the page" in admin.post(f"{path}/unsuppress").text
    assert actions(web) == [
        ("reader suppressed", "confirmed", "suppressed", id_of(web, ANNA)),
        ("reader unsuppressed", "suppressed", "confirmed", id_of(web, ANNA)),
    ]
    assert "anna" not in str(web.dump()["audit_entry"])


def test_reader_who_had_not_confirmed_is_not_subscribed_by_sending_mail_again(web: Web, admin: SignedIn) -> None:
    """They were suppressed before they confirmed, for example because the question came back: they still have to."""
    sign_up(web, "new@readers.example")
    path = f"/readers/{id_of(web, 'new@readers.example')}"
    assert admin.post(f"{path}/suppress").status == 303
    assert "They had not confirmed" in admin.get(path).text
    assert admin.post(f"{path}/unsuppress").headers["location"] == f"/admin{path}?done=unsuppressed-pending"
    assert status_of(web, "new@readers.example") is SubscriberStatus.PENDING
    page = admin.get(f"{path}?done=unsuppressed-pending").text
    assert "They get no issue before they confirm" in page
    assert f"{path}/ask" in page
    assert actions(web)[-1][:3] == ("reader unsuppressed", "suppressed", "pending")


@pytest.mark.parametrize(("by", "again"), [("reader", "left"), ("operator", "changed")])
def test_unsubscribed_reader_comes_back_by_whose_decision_it_was(
    web: Web, admin: SignedIn, by: str, again: str
) -> None:
    """What the reader decided no `add` changes."""
    reader = web.app.subscribers.find(ANNA)
    assert reader is not None
    path = f"/readers/{id_of(web, ANNA)}/unsubscribe"
    assert admin.post(path, {"by": by}).status == 303
    assert status_of(web, ANNA) is SubscriberStatus.UNSUBSCRIBED
    assert admin.post(path, {"by": by}).status == 409
    assert actions(web) == [("reader unsubscribed", "confirmed", f"unsubscribed by the {by}", id_of(web, ANNA))]
    assert web.app.subscribers.add(reader, SLOT) == again


def test_confirmation_is_sent_again_with_what_the_reader_agreed_to(web: Web, admin: SignedIn) -> None:
    """In their language, once a day at most; the button of the new message subscribes them."""
    sign_up(web, VERA, "ru")
    path = f"/readers/{id_of(web, VERA)}"
    too_early = admin.post(f"{path}/ask")
    assert too_early.status == 429
    assert "in the last 24 hours" in too_early.text
    web.clock.moment = SLOT + timedelta(hours=25)
    admin = signed_in(web)
    assert admin.post(f"{path}/ask").headers["location"].endswith("?done=asked")
    assert actions(web) == [("reader asked to confirm", None, None, id_of(web, VERA))]
    first, second = web.app.signups.of_address(VERA)
    assert (second.origin, second.consents, second.language) == ("console", (CONSENT,), "ru")
    assert second.consented_at == first.asked_at
    newest = max(row[2] for row in web.dump()["signup"])
    assert web.post(f"/confirm/{web.token(newest, tokens.CONFIRM)}").heading == "Вы подписаны"
    assert status_of(web, VERA) is SubscriberStatus.CONFIRMED
    assert admin.post(f"{path}/ask").status == 409
    assert "asked in the console" in admin.get(path).text


def test_data_of_a_reader_are_a_file_and_an_entry_of_the_log(web: Web, admin: SignedIn) -> None:
    """The same as `digest subscribers export --email`."""
    path = f"/readers/{id_of(web, ANNA)}"
    answer = admin.post(f"{path}/export")
    assert answer.headers["content-disposition"] == f'attachment; filename="reader-{id_of(web, ANNA)}.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json == json.loads(web.site.run("subscribers", "export", "--email", ANNA).fine().out)
    assert actions(web) == [("reader's data exported", None, None, id_of(web, ANNA))]


def test_erased_reader_is_in_no_table_and_the_log_names_nobody(web: Web, admin: SignedIn) -> None:
    """A page says what will happen first; the entry has no number of a row that is gone."""
    reader_id = id_of(web, ANNA)
    admin.post(f"/readers/{reader_id}/suppress")
    page = admin.get(f"/readers/{reader_id}/erase")
    assert "This cannot be undone" in page.text
    assert ANNA in page.text
    assert status_of(web, ANNA) is SubscriberStatus.SUPPRESSED
    answer = admin.post(f"/readers/{reader_id}/erase")
    assert answer.headers["location"] == "/admin/readers?done=erased"
    assert "anna@" not in str(web.dump())  # letters alone are in a random token once in a while
    assert actions(web) == [
        ("reader suppressed", "confirmed", "suppressed", None),
        ("reader erased", None, None, None),
    ]
    assert "The reader is erased" in admin.get("/readers?done=erased").text
    assert admin.get(f"/readers/{reader_id}").status == 404
    assert admin.post(f"/readers/{reader_id}/erase").status == 404


def test_reader_to_whom_a_message_is_being_sent_is_only_unsubscribed(web: Web, admin: SignedIn) -> None:
    """And the page says so; afterwards they can be erased."""
    reader_id = id_of(web, ANNA)
    with web.database.write() as connection:
        sending = {"state": "sending", "claim_token": "x", "claim_expires": SLOT + timedelta(minutes=1)}
        connection.execute(delivery.update().where(delivery.c.address == ANNA).values(sending))
    answer = admin.post(f"/readers/{reader_id}/erase")
    assert answer.status == 409
    assert "only unsubscribed" in answer.text
    assert status_of(web, ANNA) is SubscriberStatus.UNSUBSCRIBED
    assert actions(web) == []
    web.clock.moment = SLOT + timedelta(minutes=2)
    assert admin.post(f"/readers/{reader_id}/erase").status == 303


@pytest.mark.parametrize("role", [UserRole.VIEWER, UserRole.EDITOR])
def test_user_without_the_permission_does_nothing_to_readers(web: Web, role: UserRole) -> None:
    """They see no button, and a POST is refused; so is one of an admin without the token of the form."""
    user, path = signed_in(web, role), f"/readers/{id_of(web, ANNA)}"
    page = user.get(path).text
    assert not re.findall(rf'"/admin{path}/\w+"', page)
    before = web.dump()
    assert user.get(f"{path}/erase").status == 403
    assert [user.post(f"{path}/{one}").status for one in ACTIONS] == [403] * len(ACTIONS)
    admin = signed_in(web)
    assert {admin.post(f"{path}/{one}", {"csrf_token": "x"}).status for one in ACTIONS} == {403}
    assert web.dump()["subscriber"] == before["subscriber"]
    assert web.dump()["audit_entry"][: len(before["audit_entry"])] == before["audit_entry"]

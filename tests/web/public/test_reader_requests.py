"""A reader's copy of their data, erasing it, and another address, each with a link mailed to them."""

import json
from datetime import timedelta
from unittest import mock

import pytest

from digest import tokens
from digest.model.subscribers import Preferences, SubscriberStatus
from digest.scheduler.upkeep import erase_accepted, overwrite_erased
from digest.store.access import mail_limits
from digest.store.engine.database import Database
from tests.support.installation import SLOT
from tests.support.smtp_server import Accepted, Log
from tests.support.web import Answer, Web, message_of, paths_of, to
from tests.web.public.test_subscribing import ANNA, NEW, send_mail, sign_up, status

BORIS = "boris@readers.example"
OVER = "Nothing left to do"


def ask(web: Web, kind: str, delivery_id: int = 1) -> Answer:
    """Press a button below the preferences."""
    return web.post(f"/preferences/{web.token(delivery_id, tokens.PREFERENCES)}/{kind}")


def request_path(accepted: Accepted) -> str:
    """The one personal link of a message."""
    (path,) = {path for path in paths_of(accepted) if path.startswith("/request/")}
    return path


def mailed(web: Web, log: Log, kind: str, address: str = ANNA) -> str:
    """The link that came after the button."""
    assert ask(web, kind).status == 303
    send_mail(web)
    return request_path(to(log, address)[-1])


def moved(web: Web, log: Log, address: str) -> str:
    """The link that came to the new address."""
    assert web.post(mailed(web, log, "address"), {"email": address}).heading == "Check your mail"
    send_mail(web)
    return request_path(to(log, address)[-1])


def test_preferences_offer_the_requests_and_lead_to_the_mail(web: Web) -> None:
    """Three buttons, each with a form of its own; the answer is 303 to a page that says what to do."""
    path = f"/preferences/{web.token(1, tokens.PREFERENCES)}"
    page = web.get(path)
    assert all(f'action="{path}/{kind}"' in page.text for kind in ("export", "erase", "address"))
    answer = web.post(f"{path}/export")
    assert (answer.status, answer.headers["location"]) == (303, f"{path}?sent=1")
    assert web.get(f"{path}?sent=1").heading == "Check your mail"
    assert web.post(f"{path}/everything").status == 404


def test_export_is_the_file_of_the_command_and_is_given_once(web: Web, mail: tuple[int, Log]) -> None:
    """GET shows a button; POST gives what `digest subscribers export --email` gives, and again within a minute."""
    path = mailed(web, mail[1], "export")
    page = web.get(path)
    assert page.heading == "Download your data"
    assert "a•••@r•••.example" in page.text
    assert ANNA not in page.text
    file = web.post(path)
    assert file.headers["content-type"] == "application/json"
    assert file.headers["content-disposition"].startswith("attachment;")
    assert file.json == web.site.run("subscribers", "export", "--email", ANNA).fine().json
    assert [one["kind"] for one in file.json["requests"]] == ["export"]
    assert BORIS not in file.text
    for _press in range(2):
        web.clock.moment += timedelta(seconds=25)
        assert web.post(path).body == file.body
    web.clock.moment += timedelta(seconds=25)
    assert web.post(path).heading == web.get(path).heading == OVER


@pytest.mark.parametrize("kind", ["export", "erase", "address"])
def test_request_link_is_valid_for_an_hour_and_opening_it_changes_nothing(
    web: Web, mail: tuple[int, Log], kind: str
) -> None:
    """GET and HEAD leave every table as it is; later the page is that of an unknown link."""
    path = mailed(web, mail[1], kind)
    assert paths_of(to(mail[1], ANNA)[-1]) == {path}
    before = web.dump()
    assert web.get(path).status == web.request("HEAD", path).status == 200
    web.clock.moment += timedelta(minutes=61)
    old = web.get(path)
    assert old.heading == OVER
    assert web.post(path).text.partition("<footer")[0] == old.text.partition("<footer")[0]
    unknown = web.get("/request/" + "A" * 36).text
    assert unknown.partition("<footer")[0] == old.text.partition("<footer")[0]
    assert web.dump() == before


def test_request_tokens_open_nothing_else(web: Web, mail: tuple[int, Log]) -> None:
    """Neither another page with this token, nor this page with another token of the same delivery."""
    token = mailed(web, mail[1], "erase").rpartition("/")[2]
    assert web.post(f"/leave/{token}").heading == web.get(f"/preferences/{token}").heading == "You are not subscribed"
    number = tokens.read(web.secret, token, tokens.REQUEST)
    assert number is not None
    for purpose in (tokens.LEAVE, tokens.PREFERENCES, tokens.CONFIRM, tokens.READER, tokens.BOUNCE):
        assert web.post(f"/request/{web.token(number, purpose)}").heading == OVER
    assert status(web, ANNA) is SubscriberStatus.CONFIRMED


def test_requests_are_limited_and_answered_alike(web: Web, mail: tuple[int, Log]) -> None:
    """Three a day of a kind; the fourth, and one with a token that names nobody, get the same answer and no mail."""
    before = len(mail[1].accepted)
    answers = [ask(web, "export") for _number in range(4)]
    answers += [ask(web, "export", delivery_id=999)]
    assert {one.status for one in answers} == {303}
    send_mail(web)
    assert len(mail[1].accepted) == before + 3
    with mock.patch.object(mail_limits, "MOST_OF_A_NETWORK", 0):
        assert ask(web, "erase").status == 429
    with mock.patch.object(mail_limits, "MOST_OF_ALL", 0):
        assert ask(web, "erase").status == 503


def test_refused_confirmation_does_not_stop_the_readers_own_requests(web: Web, mail: tuple[int, Log]) -> None:
    """Somebody played a prank with the address, and the reader said so: they still get their data."""
    sign_up(web, ANNA)
    send_mail(web)
    (leave,) = {path for path in paths_of(to(mail[1], ANNA)[-1]) if path.startswith("/leave/")}
    web.post(leave)
    assert web.get(mailed(web, mail[1], "export")).heading == "Download your data"


def test_unsubscribed_reader_can_still_ask_for_their_data(web: Web, mail: tuple[int, Log]) -> None:
    """The page of the preferences offers it, like to any token; who is erased gets the same page and no mail."""
    web.post(f"/leave/{web.token(1)}")
    web.clock.moment += timedelta(hours=1)
    path = f"/preferences/{web.token(1, tokens.PREFERENCES)}"
    page, unknown = web.get(path).text, web.get("/preferences/" + "A" * 36).text
    assert f'action="{path}/export"' in page
    assert page.replace(path.rpartition("/")[2], "A" * 36) == unknown
    assert web.post(mailed(web, mail[1], "export")).json["subscriber"]["status"] == "unsubscribed"


def test_erase_removes_the_reader_and_later_the_rest_of_the_files(
    web: Web, mail: tuple[int, Log], caplog: pytest.LogCaptureFixture
) -> None:
    """At once in the tables; at the next clean-up in the database's files; no log has the address or the token."""
    caplog.set_level("DEBUG", logger="digest")
    web.clock.moment = SLOT
    path = mailed(web, mail[1], "erase")
    assert web.get(path).heading == "Erase your data?"
    done = web.post(path)
    assert done.heading == "Your data is erased"
    assert status(web, ANNA) is None
    assert ANNA not in json.dumps(web.dump(), default=str)
    assert web.post(path).heading == OVER
    erase_accepted(web.app)
    overwrite_erased(web.app)
    files = [file for file in web.site.folder.glob("digest.db*") if ANNA.encode() in file.read_bytes()]
    assert files == []
    assert web.dump()["reader_request"] == []
    assert "POST /request/{token}" in caplog.text
    assert ANNA not in caplog.text
    assert path not in caplog.text
    web.site.run("subscribers", "add", ANNA).failed(1, "was erased and must sign up again")
    assert status(web, BORIS) is SubscriberStatus.CONFIRMED


def test_erase_while_a_message_is_being_sent_is_finished_afterwards(web: Web, mail: tuple[int, Log]) -> None:
    """The page answers at once and says so; the scheduler erases once the sender is done, or its lease is over."""
    path = mailed(web, mail[1], "erase")
    with web.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE delivery SET state = 'sending', claim_token = 'x:1',"
            " claim_expires = '2025-06-02T04:00:20.000000+00:00' WHERE id = 1"
        )
    assert web.post(path).heading == "Your data is being erased"
    assert status(web, ANNA) is SubscriberStatus.UNSUBSCRIBED
    erase_accepted(web.app)
    with mock.patch.object(Database, "compact", side_effect=AssertionError):
        overwrite_erased(web.app)
    assert status(web, ANNA) is SubscriberStatus.UNSUBSCRIBED
    web.clock.moment += timedelta(minutes=1)
    erase_accepted(web.app)
    assert status(web, ANNA) is None
    overwrite_erased(web.app)
    assert web.dump()["reader_request"] == []


def test_new_address_counts_once_it_is_confirmed_there(web: Web, mail: tuple[int, Log]) -> None:
    """History, choices and consent stay with the reader; the former address gets a notice without a link of ours."""
    path = moved(web, mail[1], NEW)
    assert status(web, ANNA) is SubscriberStatus.CONFIRMED
    assert status(web, NEW) is None
    page = web.get(path)
    assert page.heading == "Confirm your new address"
    assert NEW not in page.text
    assert web.post(path).heading == "Your address is changed"
    assert (status(web, ANNA), status(web, NEW)) == (None, SubscriberStatus.CONFIRMED)
    assert web.post(path).heading == OVER
    send_mail(web)
    notice = to(mail[1], ANNA)[-1]
    assert str(message_of(notice)["Subject"]) == "Your address was changed: Harbour Gazette"
    assert paths_of(notice) == set()
    assert NEW.encode() not in notice.content
    data = web.site.run("subscribers", "export", "--email", NEW).fine().json
    assert [one["edition"] for one in data["deliveries"]] == ["daily", "address", "new-address", "moved"]
    assert web.get(f"/preferences/{web.token(1, tokens.PREFERENCES)}").heading == "Your subscription"


def test_links_that_went_to_the_former_address_open_nothing_after_a_move(web: Web, mail: tuple[int, Log]) -> None:
    """Its mailbox gives neither the data with the new address nor the subscription."""
    old = [mailed(web, mail[1], kind) for kind in ("export", "erase", "address")]
    other = moved(web, mail[1], "other@mail.example")
    web.post(moved(web, mail[1], NEW))
    assert {web.get(path).heading for path in (*old, other)} == {OVER}
    assert {web.post(path).heading for path in (*old, other)} == {OVER}
    assert status(web, NEW) is SubscriberStatus.CONFIRMED
    assert web.post(mailed(web, mail[1], "export", address=NEW)).json["subscriber"]["email"] == NEW


def test_new_address_gets_what_was_planned_for_the_former_one(web: Web, mail: tuple[int, Log]) -> None:
    """Messages that were not begun, also those that a sender has claimed, which it may then not send."""
    path = moved(web, mail[1], NEW)
    with web.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE delivery SET state = 'claimed', claim_token = 'x:1',"
            " claim_expires = '2999-01-01T00:00:00' WHERE id = 1"
        )
    web.post(path)
    rows = {row[0]: row for row in web.dump()["delivery"]}
    assert (rows[1][4], rows[1][6], rows[1][8]) == (NEW, "planned", None)


def test_new_address_of_another_reader_is_not_told_and_not_merged(web: Web, mail: tuple[int, Log]) -> None:
    """The page answers as for any address; the mail there says that nothing was changed, and has no link to do it."""
    answers = [web.post(mailed(web, mail[1], "address"), {"email": address}) for address in (BORIS.title(), NEW)]
    assert answers[0].text == answers[1].text
    assert answers[0].heading == "Check your mail"
    send_mail(web)
    (message,) = to(mail[1], "Boris@readers.example")
    assert paths_of(message) == {"/subscribe"}
    assert (status(web, ANNA), status(web, BORIS)) == (SubscriberStatus.CONFIRMED,) * 2


def test_new_address_that_was_taken_meanwhile_is_left_alone(web: Web, mail: tuple[int, Log]) -> None:
    """Somebody subscribed it between the mail and the button."""
    path = moved(web, mail[1], NEW)
    web.site.run("subscribers", "add", NEW).fine()
    assert web.post(path).heading == OVER
    assert (status(web, ANNA), status(web, NEW)) == (SubscriberStatus.CONFIRMED,) * 2


def test_new_address_keeps_an_unsubscribed_reader_unsubscribed(web: Web, mail: tuple[int, Log]) -> None:
    """They left between the mail and the button: nothing subscribes them again, and nothing can be undone."""
    path = moved(web, mail[1], NEW)
    web.post(f"/leave/{web.token(1)}")
    web.clock.moment += timedelta(minutes=40)
    assert web.post(path).heading == "Your address is changed"
    assert status(web, NEW) is SubscriberStatus.UNSUBSCRIBED
    assert 'name="undo"' not in web.get(f"/leave/{web.token(1)}").text


def test_new_address_can_be_refused_by_its_owner(web: Web, mail: tuple[int, Log]) -> None:
    """With the link of the message or one click; then nobody can ask there for 30 days, and nothing was changed."""
    path = moved(web, mail[1], NEW)
    (leave,) = {path for path in paths_of(to(mail[1], NEW)[-1]) if path.startswith("/leave/")}
    assert web.get(leave).heading == "You did not ask for this?"
    assert web.post(leave).heading == "The request is cancelled"
    assert web.post(path).heading == OVER
    assert status(web, ANNA) is SubscriberStatus.CONFIRMED
    before = len(to(mail[1], NEW))
    web.post(mailed(web, mail[1], "address"), {"email": NEW})
    sign_up(web, NEW)
    send_mail(web)
    assert len(to(mail[1], NEW)) == before


@pytest.mark.parametrize(
    ("email", "explanation"), [("x", "not a valid email address"), (ANNA.upper(), "that you have now")]
)
def test_new_address_that_is_wrong_is_asked_for_again(
    web: Web, mail: tuple[int, Log], email: str, explanation: str
) -> None:
    """Beside the field, with what was entered; the link still works."""
    path = mailed(web, mail[1], "address")
    answer = web.post(path, {"email": email})
    assert answer.status == 422
    assert explanation in answer.text
    assert f'value="{email}"' in answer.text
    assert web.post(path, {"email": NEW}).heading == "Check your mail"


def test_pages_of_personal_links_tell_nobody_their_address(web: Web, mail: tuple[int, Log]) -> None:
    """It opens a subscription: no other site gets it as a referrer, and no search engine lists the page."""
    path, preferences = mailed(web, mail[1], "address"), f"/preferences/{web.token(1, tokens.PREFERENCES)}"
    leave = f"/leave/{web.token(1)}"
    answers = [
        *(web.get(path), web.post(path, {"email": "x"}), web.post(path, {"email": NEW}), web.get(path)),
        *(web.get(preferences), web.get(f"{preferences}?sent=1"), web.post(preferences, {"form": "resume"})),
        *(web.get(leave), web.post(leave)),
    ]
    pages = [one for one in answers if one.status != 303]
    assert len(pages) >= 8
    assert {one.headers["referrer-policy"] for one in pages} == {"no-referrer"}
    assert all('<meta name="robots" content="noindex">' in one.text for one in pages)


def test_requests_are_in_the_language_that_the_reader_chose(web: Web, mail: tuple[int, Log]) -> None:
    """Pages and mail, whatever browser opens the links; also what tells the former address."""
    web.app.reader_links.save_preferences(1, Preferences(language="ru"), web.clock.moment)
    path = mailed(web, mail[1], "address")
    assert str(message_of(to(mail[1], ANNA)[-1])["Subject"]) == "Сменить адрес подписки: Harbour Gazette"
    preferences = f"/preferences/{web.token(1, tokens.PREFERENCES)}"
    assert web.get(f"{preferences}?sent=1").heading == "Проверьте почту"
    assert (web.get(path).heading, web.get(f"{path}?lang=en").heading) == (
        "Сменить адрес подписки",
        "Change your address",
    )
    assert web.post(path, {"email": NEW}).heading == "Проверьте почту"
    assert web.get(path).heading == "Ссылка больше не действует"
    send_mail(web)
    message = to(mail[1], NEW)[-1]
    assert web.get(next(one for one in paths_of(message) if one.startswith("/leave/"))).heading == "Это были не вы?"
    assert web.post(request_path(message)).heading == "Адрес изменён"
    send_mail(web)
    subjects = [str(message_of(to(mail[1], address)[-1])["Subject"]) for address in (NEW, ANNA)]
    assert subjects == ["Подтвердите новый адрес: Harbour Gazette", "Адрес подписки изменён: Harbour Gazette"]


def test_messages_are_in_the_language_of_the_page(web: Web, mail: tuple[int, Log]) -> None:
    """Asked in Russian, mailed in Russian."""
    web.post(f"/preferences/{web.token(1, tokens.PREFERENCES)}/export?lang=ru")
    send_mail(web)
    assert str(message_of(to(mail[1], ANNA)[-1])["Subject"]) == "Скачать ваши данные: Harbour Gazette"

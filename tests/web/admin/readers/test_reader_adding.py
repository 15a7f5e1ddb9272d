"""Adding one reader in the console: the rules of `digest subscribers add`, with evidence of their consent."""

import re
from pathlib import Path

import pytest

from digest import tokens
from digest.model.subscribers import LeftBy, Preferences, Subscriber, SubscriberStatus
from digest.model.users import UserRole
from digest.subscribers.preferences import chosen_editions
from tests.support.console import SignedIn, signed_in
from tests.support.installation import SLOT, Installation
from tests.support.smtp_server import Log
from tests.support.web import Web, served
from tests.web.conftest import configured
from tests.web.public.test_subscribing import BILINGUAL, BOTH, editions_of_newest

ANNA, VERA = "anna@readers.example", "Vera@post.example"
NOTE = "on paper at the book fair"


def add(user: SignedIn, address: str = VERA, how: str = "note", **fields: str) -> tuple[int, str]:
    """Send the form; the status, and where it leads or the page."""
    answer = user.post("/readers/add", {"email": address, "how": how, "note": NOTE, **fields})
    return answer.status, answer.headers.get("location", answer.text)


def actions(web: Web) -> list[tuple[str, int | None]]:
    """The entries of the audit log about readers, and whose they are."""
    return [(row[3], row[7]) for row in web.dump()["audit_entry"] if row[3].startswith("reader")]


def test_reader_who_agreed_is_subscribed_with_a_note(web: Web, admin: SignedIn) -> None:
    """The note is on their page, in their data and in `show`; the log has their number and not their address."""
    status, location = add(admin, name="Vera Orlova", language="ru")
    assert status == 303
    vera = web.app.readers.find_address(VERA)
    assert vera is not None
    assert location == f"/admin/readers/{vera.id}?done=added"
    found = vera.subscriber
    assert (found.email, found.name, found.language) == (VERA, "Vera Orlova", "ru")
    assert found.status is SubscriberStatus.CONFIRMED
    page = admin.get(f"/readers/{vera.id}?done=added").text
    assert NOTE in page
    assert "The reader is added" in page
    assert "No sign-up is stored" not in page
    assert NOTE not in signed_in(web, UserRole.VIEWER).get(f"/readers/{vera.id}").text
    data = web.app.reader_data.export(VERA)
    assert data is not None
    assert data["consent_notes"] == [{"at": SLOT, "text": NOTE}]
    assert f"by admin@gazette.example: {NOTE}" in web.site.run("subscribers", "show", VERA).fine().out
    assert actions(web) == [("reader added", vera.id)]
    assert "vera" not in str(web.dump()["audit_entry"]).casefold()
    assert admin.post(f"/readers/{vera.id}/erase").status == 303
    assert NOTE not in str(web.dump())


def test_reader_is_asked_by_mail_and_subscribed_by_its_button(web: Web, admin: SignedIn) -> None:
    """Once in 24 hours; the page says that the console asked."""
    status, location = add(admin, how="confirm", name="Vera")
    vera = web.app.readers.find_address(VERA)
    assert vera is not None
    assert (status, location) == (303, f"/admin/readers/{vera.id}?done=asked")
    assert (vera.subscriber.status, vera.subscriber.name) == (SubscriberStatus.PENDING, "Vera")
    assert add(admin, how="confirm")[0] == 429
    assert "asked in the console" in admin.get(f"/readers/{vera.id}").text
    newest = max(row[2] for row in web.dump()["signup"])
    assert web.post(f"/confirm/{web.token(newest, tokens.CONFIRM)}").heading == "You are subscribed"
    assert add(admin, how="confirm")[0] == 409
    assert actions(web) == [("reader asked to confirm", vera.id)]


def test_reader_who_left_is_not_added_and_may_be_asked(web: Web, admin: SignedIn) -> None:
    """As by the command: what the reader ended only they begin again; what the operator ended can be undone."""
    web.app.subscribers.remove(ANNA, LeftBy.READER, SLOT)
    status, page = add(admin, ANNA)
    assert status == 409
    assert "this reader unsubscribed" in page
    assert NOTE in page
    assert actions(web) == []
    web.app.subscribers.suppress("boris@readers.example", SLOT)
    assert "is suppressed" in add(admin, "boris@readers.example")[1]
    assert add(admin, ANNA, how="confirm")[0] == 303
    add(admin, VERA)
    web.app.reader_data.erase(VERA, SLOT)
    assert "was erased" in add(admin, VERA)[1]
    add(admin, "gleb@post.example")
    web.app.subscribers.remove("gleb@post.example", LeftBy.OPERATOR, SLOT)
    status, location = add(admin, "gleb@post.example")
    assert (status, location.rpartition("?")[2]) == (303, "done=added")
    assert web.dump()["consent_note"][-1][4] == NOTE


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"email": "anna"}, {"email": "This is not a valid email address."}),
        ({"email": VERA, "note": " "}, {"note": "Write how the reader agreed."}),
        ({"email": VERA, "note": "x" * 501}, {"note": "The note is too long: write 500 characters at most."}),
        (
            {"email": VERA, "name": "Vera <i>" + "x" * 300},
            {"name": "The name is too long: write 300 characters at most."},
        ),
    ],
)
def test_form_with_a_wrong_field_is_shown_again(
    web: Web, admin: SignedIn, fields: dict[str, str], wrong: dict[str, str]
) -> None:
    """With what was typed; nothing is stored."""
    before = web.dump()["subscriber"]
    answer = admin.post("/readers/add", {"how": "note", "note": NOTE, "name": "Vera <i>", **fields})
    assert answer.status == 422
    assert answer.refused_fields == wrong
    assert "Vera &lt;i&gt;" in answer.text
    assert web.dump()["subscriber"] == before


def test_note_of_the_longest_length_is_kept_whole(web: Web, admin: SignedIn) -> None:
    """It is evidence: not a word of it is cut, by the browser neither."""
    assert admin.get("/readers/add").text.count("maxlength") == 1  # of the address
    note = f"{'word ' * 99}ends."
    assert len(note) == 500
    assert add(admin, note=note)[0] == 303
    assert web.dump()["consent_note"][-1][4] == note


def test_reader_who_chose_their_editions_keeps_them(web: Web, admin: SignedIn) -> None:
    """The page says so instead of that they were added."""
    web.app.reader_links.save_preferences(1, Preferences(), SLOT, ["world"])
    status, location = add(admin, ANNA)
    assert (status, "done=kept" in location) == (303, True)
    assert "keeps the editions that they chose" in admin.get(location.removeprefix("/admin")).text


def test_chosen_editions_are_those_of_the_reader(tmp_path: Path) -> None:
    """Without an address of the pages nobody can be asked by mail. Who is subscribed already is not called added."""
    site = Installation(tmp_path).configure(editions=('name = "daily"', 'name = "world"'))
    with served(site) as web:
        admin = signed_in(web)
        assert 'value="confirm"' not in admin.get("/readers/add").text
        for how in ("note", "confirm"):
            for address in (VERA, "vera"):
                status, page = add(admin, address, how=how, edition="gone")
                assert (status, "The editions have changed. Choose them again." in page) == (422, True)
                assert re.findall(r"<(\w+)[^>]* autofocus", page) == ["input"]  # a fieldset gets no focus
        assert add(admin, edition="world") == (303, "/admin/readers/1?done=added")
        assert add(admin, edition="daily") == (303, "/admin/readers/1?done=replaced")
        vera = web.app.subscribers.find(VERA)
        assert vera is not None
        assert vera.editions == ("daily",)
        assert "What you entered replaces what was stored." in admin.get("/readers/1?done=replaced").text
        assert add(admin, "gleb@post.example", how="confirm")[0] == 422


@pytest.mark.parametrize("language", ["en", "ru", ""])
@pytest.mark.parametrize("ticked", [BOTH, ()])
def test_reader_added_on_a_bilingual_portal_gets_all_editions(
    site: Installation, mail: tuple[int, Log], language: str, ticked: tuple[str, ...]
) -> None:
    """With a note or by mail, whatever their language; no box is as all of them."""
    configured(site.folder, mail[0], editions=BILINGUAL)
    with served(site) as web:
        admin = signed_in(web)
        for how, address in (("note", VERA), ("confirm", "gleb@post.example")):
            body = {"email": address, "how": how, "note": NOTE, "language": language, "edition": ticked}
            assert admin.post("/readers/add", body).status == 303
        assert editions_of_newest(web, "gleb@post.example") == BOTH
        vera = web.app.subscribers.find(VERA)
        assert vera is not None
        assert chosen_editions(vera.editions, vera.language, {"daily": "en", "daily-ru": "ru"}) == BOTH


def test_confirmation_sent_again_keeps_a_choice_of_none(site: Installation, mail: tuple[int, Log]) -> None:
    """As a list may have it: those in their language; or all, although the message has a language."""
    configured(site.folder, mail[0], editions=BILINGUAL)
    with served(site) as web:
        admin = signed_in(web)
        for language, expected in (("ru", ("daily-ru",)), (None, BOTH)):
            address = f"reader-{language}@post.example"
            pending = Subscriber(email=address, language=language, status=SubscriberStatus.PENDING)
            web.app.subscribers.add(pending, SLOT)
            known = web.app.readers.find_address(address)
            assert known is not None
            assert admin.post(f"/readers/{known.id}/ask").status == 303
            assert editions_of_newest(web, address) == expected


@pytest.mark.parametrize("role", [UserRole.VIEWER, UserRole.EDITOR])
def test_adding_needs_the_permission(web: Web, role: UserRole) -> None:
    """No link, no form, no reader."""
    user = signed_in(web, role)
    assert "/readers/add" not in user.get("/readers").text
    assert user.get("/readers/add").status == 403
    assert add(user)[0] == 403
    assert web.app.readers.find_address(VERA) is None

"""Signing in: the one-time link, passwords, the second factor, the back-off; no secret is stored or logged."""

import html
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pyotp
import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from digest.model.users import UserRole
from digest.store.access.sign_in_limits import MOST_FAILURES
from digest.web.admin.cookies import CookieKind
from digest.web.admin.sign_in.passwords import Passwords, password_fault
from digest.web.admin.sign_in.second_factor import key_of, new_nonce, plain_code, qr_code, step_of
from tests.support.console import PASSWORD, SignedIn, origin, signed_in
from tests.support.installation import SLOT, Installation
from tests.support.web import BASE, Answer, Web, served
from tests.web.conftest import configured

ANNA = "anna@gazette.example"


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation that has sent nothing."""
    return configured(tmp_path, 25)


@dataclass
class Visitor:
    """A browser that is not signed in: a POST has our origin, and cookies are kept."""

    web: Web = field(repr=False)
    cookie: str = field(default="", repr=False)

    def post(self, path: str, **fields: str) -> Answer:
        """POST a form below /admin."""
        answer = self.web.post(f"/admin{path}", fields, Origin=origin(self.web), Cookie=self.cookie)
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer

    def get(self, path: str = "") -> Answer:
        """GET a page below /admin."""
        return self.web.get(f"/admin{path}", Cookie=self.cookie)

    def sign_in(self, password: str = PASSWORD, email: str = ANNA, **fields: str) -> Answer:
        """Send the form of the sign-in."""
        return self.post("/sign-in", email=email, password=password, **fields)

    def led_to(self, answer: Answer) -> str:
        """Where the answer to a form that signed them in leads, by way of the sign-in page."""
        assert answer.status == 303, answer.text
        return self.get(answer.headers["location"].removeprefix("/admin")).headers["location"]


def invited(web: Web, email: str = ANNA) -> str:
    """The path of a new one-time link, below /admin."""
    return f"/link/{web.app.users.invite(email, UserRole.EDITOR, 'test', web.clock.now()).token}"


def with_password(web: Web, email: str = ANNA) -> Visitor:
    """A user who has just set their password."""
    visitor = Visitor(web)
    assert visitor.post(invited(web, email), password=PASSWORD, password_again=PASSWORD).status == 303
    return visitor


def test_link_sets_a_password_once_and_signs_in(web: Web) -> None:
    """Opening it uses nothing up; afterwards it shows how to get another."""
    path, visitor = invited(web), Visitor(web)
    before = web.dump()
    assert ANNA in visitor.get(path).text
    assert web.dump() == before
    assert visitor.led_to(visitor.post(path, password=PASSWORD, password_again=PASSWORD)) == "/admin"
    assert visitor.get().status == 200
    assert visitor.get(path).status == 404
    assert "digest users reset" in visitor.get(path).text
    assert Visitor(web).post(path, password=PASSWORD, password_again=PASSWORD).status == 404
    assert visitor.led_to(visitor.sign_in()) == "/admin"


def test_link_ends_after_an_hour_and_when_another_is_made(web: Web) -> None:
    """And when the user is disabled; an unknown one gives the same page."""
    first = invited(web)
    second = invited(web)
    pages = [web.get(f"/admin{first}"), web.get("/admin/link/unknown")]
    assert web.get(f"/admin{second}").status == 200
    web.clock.moment += timedelta(hours=1)
    pages.append(web.get(f"/admin{second}"))
    third = invited(web)
    web.app.users.disable(ANNA, "test", web.clock.now())
    pages.append(web.get(f"/admin{third}"))
    assert {(page.status, page.body) for page in pages} == {(404, pages[0].body)}


@pytest.mark.parametrize(
    ("password", "again", "phrase"),
    [
        ("short words", "short words", "too short"),
        ("passwordpassword", "passwordpassword", "easy to guess"),
        ("PasswordPassword", "PasswordPassword", "easy to guess"),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "easy to guess"),
        (ANNA, ANNA, "easy to guess"),
        ("ё" * 512 + "1234567890", "ё" * 512 + "1234567890", "too long"),
        (PASSWORD, PASSWORD + " ", "not the same"),
    ],
)
def test_password_that_is_refused_uses_nothing_up(web: Web, password: str, again: str, phrase: str) -> None:
    """The form is shown again with the reason, and the link still works; the password is not repeated."""
    path, visitor = invited(web), Visitor(web)
    page = visitor.post(path, password=password, password_again=again)
    assert (page.status, [*page.refused_fields]) == (422, ["password"])
    assert phrase in page.refused_fields["password"]
    assert password not in page.text.replace(ANNA, "", 3) or password == ANNA
    assert visitor.cookie == ""
    assert visitor.post(path, password=PASSWORD, password_again=PASSWORD).status == 303


def test_password_needs_no_kinds_of_letters() -> None:
    """Twelve characters are enough, in any script; 1,024 bytes are the most."""
    assert password_fault("correct hors", ANNA) is None
    assert password_fault("correct hor", ANNA) == "short"
    assert password_fault("abc" * 4, ANNA) == password_fault("anna.petrova", "anna.petrova@gazette.example") == "common"
    assert password_fault("жёлтый трамвай", ANNA) is None
    assert password_fault("abcd" * 256, ANNA) is None
    assert password_fault("abcd" * 256 + "e", ANNA) == "long"


def test_password_with_composed_or_decomposed_letters_is_the_same() -> None:
    """Keyboards differ; two hashes of one password have different salts."""
    passwords = Passwords()
    stored = passwords.hash("кафе\u0301 и ещё слова")
    assert passwords.verify(stored, "каф\u00e9 и ещё слова") is False  # a Latin é is another letter
    assert passwords.verify(passwords.hash("cafe\u0301 and words"), "caf\u00e9 and words")
    assert stored != passwords.hash("кафе\u0301 и ещё слова")
    assert stored.startswith("$argon2id$")


def test_cookie_of_https_is_for_this_host_alone(web: Web) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite=Lax; on this machine http gives a plain name."""
    with_password(web)
    fields = {"email": ANNA, "password": PASSWORD}
    secure = web.post("/admin/sign-in", fields, Origin=BASE).headers["set-cookie"]
    assert secure.startswith("__Host-")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(secure.split("; "))
    assert "Domain" not in secure
    plain = web.post("/admin/sign-in", fields, Origin=origin(web)).headers["set-cookie"]
    assert plain.startswith(f"{CookieKind.PLAIN.value}=")
    assert {"HttpOnly", "SameSite=Lax"} <= set(plain.split("; "))
    assert "Secure" not in plain


def test_sign_in_begins_a_session_under_a_new_id(web: Web) -> None:
    """An id that somebody else gave the browser is not taken over, and the one that it had ends."""
    visitor = with_password(web)
    fixed = Visitor(web, f"{CookieKind.PLAIN.value}=chosen-by-another")
    fixed.sign_in()
    assert "chosen-by-another" not in fixed.cookie
    before = Visitor(web, visitor.cookie)
    visitor.sign_in()
    assert visitor.cookie != before.cookie
    assert before.get().status == 303
    assert visitor.get().status == 200


def test_sign_in_leads_to_the_wanted_page_of_the_console_alone(web: Web) -> None:
    """Of its query only the edition is kept, and no address of another site, whatever the form says."""
    with_password(web)
    redirected_to = Visitor(web).get("/people/audit").headers["location"]
    assert 'name="next" value="/admin/people/audit"' in web.get(redirected_to).text
    redirected_to = Visitor(web).get("/next?edition=daily&q=anna@readers.example").headers["location"]
    assert 'name="next" value="/admin/next?edition=daily"' in web.get(redirected_to).text
    for wanted, leads in {
        "/admin/next?edition=daily": "/admin/next?edition=daily",
        "/admin/people/audit": "/admin/people/audit",
        "//evil.example": "/admin",
        "https://evil.example": "/admin",
        "/admin/..//evil.example\r\nx: y": "/admin",
        "/adminevil": "/admin",
        "/admin/люди": "/admin",
    }.items():
        visitor = Visitor(web)
        assert visitor.led_to(visitor.sign_in(next=wanted)) == leads


def test_sign_in_of_a_browser_that_keeps_no_cookie_says_so(web: Web) -> None:
    """The form alone would look as if the password had been wrong; the wanted page is still in it."""
    with_password(web)
    answer = Visitor(web).sign_in(next="/admin/people")
    page = Visitor(web).get(answer.headers["location"].removeprefix("/admin"))
    assert "Your browser did not keep the cookie that signs you in." in page.text
    assert page.field("next") == "/admin/people"


def test_every_failed_sign_in_gets_the_same_answer_for_the_same_work(web: Web) -> None:
    """Wrong password, unknown, disabled, without a password, too long: one page, and one hash each."""
    with_password(web)
    with_password(web, "boris@gazette.example")
    web.app.users.disable("boris@gazette.example", "test", web.clock.now())
    invited(web, "vera@gazette.example")
    attempts = [
        (ANNA, "wrong words here"),
        (ANNA, "x" * 2000),
        ("nobody@gazette.example", PASSWORD),
        ("boris@gazette.example", PASSWORD),
        ("vera@gazette.example", ""),
    ]
    pages = set()
    for email, password in attempts:
        with mock.patch.object(PasswordHasher, "verify", autospec=True, side_effect=PasswordHasher.verify) as verify:
            page = Visitor(web).sign_in(password, email)
        assert verify.call_count == 1
        (hashed, _password) = verify.call_args.args[1:]
        assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert "set-cookie" not in page.headers
        pages.add((page.status, page.text.replace(email, "")))
    assert len(pages) == 1
    assert pages.pop()[0] == 422


def test_sign_in_with_the_letters_of_an_international_domain_is_that_account(web: Web) -> None:
    """As users write their addresses; failures with either spelling count, and the form keeps what was typed."""
    stored, written = "anna@xn--b1agjinxh.xn--p1ai", "Anna@вестник.рф"
    with_password(web, stored)
    assert Visitor(web).sign_in(PASSWORD, written).status == 303
    with mock.patch.object(PasswordHasher, "verify", side_effect=VerifyMismatchError):
        refused = [Visitor(web).sign_in("wrong words here", (stored, written)[number % 2]) for number in range(11)]
    assert [one.status for one in refused] == [422] * 10 + [429]
    assert f'value="{written}"' in refused[1].text


@pytest.mark.parametrize("email", [ANNA, "nobody@gazette.example"])
def test_account_waits_after_ten_failures_from_any_networks(site: Installation, email: str) -> None:
    """Also with the right password, and also where there is no such user; the networks themselves do not wait."""
    configured(site.folder, 25, 'trusted_proxies = ["127.0.0.1"]')
    with served(site) as web:
        with_password(web)
        statuses = []
        for number in range(MOST_FAILURES + 2):
            fields = {"email": email, "password": "wrong" if number < MOST_FAILURES else PASSWORD}
            network = {"Origin": origin(web), "X_Forwarded_For": f"198.51.{number}.1"}
            answer = web.post("/admin/sign-in", fields, **network)
            statuses.append(answer.status)
        assert statuses == [422] * MOST_FAILURES + [429, 429]
        assert answer.headers["retry-after"] == "60"
        with_password(web, "boris@gazette.example")
        assert web.post("/admin/sign-in", {**fields, "email": "boris@gazette.example"}, **network).status == 303


def test_user_of_a_link_is_known_in_their_network_at_once(site: Installation) -> None:
    """Failures elsewhere keep them out neither before nor after their first sign-in by password."""
    configured(site.folder, 25, 'trusted_proxies = ["127.0.0.1"]')
    with served(site) as web:
        own = {"Origin": origin(web), "X_Forwarded_For": "203.0.113.7"}
        twice = {"password": PASSWORD, "password_again": PASSWORD}
        assert web.post(f"/admin{invited(web)}", twice, **own).status == 303
        for number in range(MOST_FAILURES):
            elsewhere = {"Origin": origin(web), "X_Forwarded_For": f"198.51.{number}.1"}
            assert web.post("/admin/sign-in", {"email": ANNA, "password": "wrong"}, **elsewhere).status == 422
        fields = {"email": ANNA, "password": PASSWORD}
        assert web.post("/admin/sign-in", fields, **elsewhere).status == 429
        assert web.post("/admin/sign-in", fields, **own).status == 303


def test_link_of_a_user_with_a_second_factor_makes_no_network_known(web: Web) -> None:
    """They have not signed in yet: somebody else may have the link. Their failures with the old password are over."""
    enrolled(web)
    path = f"/link/{web.app.users.invite(ANNA, UserRole.EDITOR, 'test', web.clock.now()).token}"
    with web.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM rate_count")
    assert Visitor(web).sign_in("wrong").status == 422
    assert [row for row in web.dump()["rate_count"] if "account" in row[0]]
    assert Visitor(web).post(path, password=PASSWORD, password_again=PASSWORD).status == 303
    assert not [row for row in web.dump()["rate_count"] if "known" in row[0] or "account" in row[0]]


def test_network_waits_after_ten_failures_of_any_accounts(web: Web) -> None:
    """The right password is refused as well until the wait is over; it doubles."""
    with_password(web)
    for number in range(MOST_FAILURES):
        assert Visitor(web).sign_in("wrong", f"user{number}@gazette.example").status == 422
    waits = Visitor(web).sign_in()
    assert (waits.status, waits.headers["retry-after"]) == (429, "60")
    assert "1 minute" in waits.text
    web.clock.moment += timedelta(minutes=1)
    assert Visitor(web).sign_in("wrong").status == 422
    assert Visitor(web).sign_in().headers["retry-after"] == "120"
    web.clock.moment += timedelta(minutes=2)
    assert Visitor(web).sign_in().status == 303


def test_attempts_side_by_side_are_counted_too(web: Web) -> None:
    """Thirty at once: ten are tried."""
    with_password(web)
    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda _: Visitor(web).sign_in("wrong").status, range(30)))
    assert statuses.count(422) == MOST_FAILURES
    assert statuses.count(429) == 20


def test_successful_sign_ins_of_a_network_count_for_nothing(web: Web) -> None:
    """An office where everybody signs in each morning; and a success forgets the failures of the account."""
    with_password(web)
    for _number in range(MOST_FAILURES + 5):
        assert Visitor(web).sign_in().status == 303
    for _number in range(3):
        Visitor(web).sign_in("wrong")
        assert Visitor(web).sign_in().status == 303


def key_on_page(page: Answer) -> pyotp.TOTP:
    """The app of a user who has entered the key that the page shows."""
    match = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
    assert match, page.text
    return pyotp.TOTP(match[1].replace(" ", ""))


def second_factor_of(web: Web, admin: SignedIn) -> tuple[pyotp.TOTP, list[str]]:
    """Switch the second factor on: the app, and the recovery codes."""
    begun = admin.post("/account/second-factor", {"current_password": PASSWORD})
    assert begun.headers["location"] == "/admin/account/second-factor"
    app = key_on_page(admin.get("/account/second-factor"))
    assert admin.post("/account/second-factor/on", {"code": "000000"}).status == 422
    page = admin.post("/account/second-factor/on", {"code": app.at(web.clock.now())})
    return app, re.findall(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b", page.text)


def enrolled(web: Web) -> tuple[Visitor, pyotp.TOTP, list[str]]:
    """A user with a second factor, whose code of this moment is used."""
    with_password(web)
    session = signed_in(web, UserRole.EDITOR, ANNA)
    return Visitor(web), *second_factor_of(web, session)


def proof_of(visitor: Visitor) -> dict[str, str]:
    """The hidden fields of the form for the code, after the right password."""
    page = visitor.sign_in()
    return {name: page.field(name) for name in ("email", "ticket")}


def test_second_factor_asks_for_a_code_that_works_once(web: Web) -> None:
    """The password alone gives no session; a code that was used, or is of another time, is refused."""
    visitor, app, codes = enrolled(web)
    assert len(codes) == len(set(codes)) == 10
    page = visitor.sign_in(next="/admin/people")
    assert (page.status, visitor.cookie) == (200, "")
    fields = {name: page.field(name) for name in ("email", "ticket", "next")}
    assert visitor.post("/sign-in/code", code=app.at(web.clock.now()), **fields).status == 422  # used to switch it on
    web.clock.moment += timedelta(seconds=60)
    assert visitor.post("/sign-in/code", code=app.at(web.clock.now() - timedelta(seconds=90)), **fields).status == 422
    code = app.at(web.clock.now())
    answer = visitor.post("/sign-in/code", code=f" {code[:3]} {code[3:]}", **fields)
    assert visitor.led_to(answer) == "/admin/people"
    assert visitor.get().status == 200
    counted = [row for row in web.dump()["rate_count"] if row[0].startswith("sign-in network")]
    assert sum(row[-1] for row in counted) == 2  # the two wrong codes: neither the password nor the right code
    again = Visitor(web)
    again.sign_in()
    assert again.post("/sign-in/code", code=code, **fields).status == 422


def test_qr_code_holds_the_link_to_the_app(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    """As a picture in the page, which no cache keeps, so that the key is in no address and in no log."""
    with_password(web)
    admin = signed_in(web, UserRole.EDITOR, ANNA)
    admin.post("/account/second-factor", {"current_password": PASSWORD})
    page = admin.get("/account/second-factor")
    link = re.search(r'href="(otpauth://[^"]+)"', page.text)
    picture = re.search(r'<img class="qr-code" src="([^"]+)"', page.text)
    assert link
    assert picture
    assert html.unescape(picture[1]) == qr_code(html.unescape(link[1]))
    assert f"secret={key_on_page(page).secret}" in link[1]
    assert page.headers["cache-control"] == "no-store"
    assert "data:" in page.headers["content-security-policy"]
    assert key_on_page(page).secret not in caplog.text


def test_recovery_code_replaces_the_app_once(web: Web) -> None:
    """And the page says how many are left."""
    visitor, _app, codes = enrolled(web)
    fields = proof_of(visitor)
    assert visitor.post("/sign-in/code", code=codes[0].upper(), **fields).status == 303
    assert "9 recovery codes are left" in visitor.get("/account").text
    assert Visitor(web).post("/sign-in/code", code=codes[0], **fields).status == 422


@pytest.mark.parametrize("hyphen", ["", " ", "\u2013"])
def test_recovery_code_with_other_spaces_and_hyphens_works(web: Web, hyphen: str) -> None:
    """As people type it from paper, and as a password manager keeps it."""
    visitor, _app, codes = enrolled(web)
    assert visitor.post("/sign-in/code", code=codes[0].upper().replace("-", hyphen), **proof_of(visitor)).status == 303


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ABCDEFGH234567AB", "abcd-efgh-2345-67ab"),
        (" abcd efgh\u00a02345 67ab ", "abcd-efgh-2345-67ab"),
        ("abcd\u2013efgh\u20112345\u00ad67ab", "abcd-efgh-2345-67ab"),
        ("123-456", "123456"),
        ("123 456", "123456"),
    ],
)
def test_plain_code_with_any_spaces_and_hyphens_is_that_which_is_stored(typed: str, stored: str) -> None:
    """Those of the app have none."""
    assert plain_code(typed) == stored


def test_step_of_a_code_is_found_where_a_phone_is_a_step_ahead_or_behind() -> None:
    """Codes of other times are guesses."""
    key = key_of(b"secret", b"nonce")
    here = int(SLOT.timestamp()) // 30
    found = {apart: step_of(key, pyotp.TOTP(key).generate_otp(here + apart), SLOT) for apart in range(-2, 3)}
    assert found == {-2: None, -1: here - 1, 0: here, 1: here + 1, 2: None}


def test_proof_of_the_password_ends_and_cannot_be_made_up(web: Web) -> None:
    """Five minutes; of another user or another password it is worth nothing."""
    visitor, app, _codes = enrolled(web)
    page = visitor.sign_in()
    ticket = page.field("ticket")
    for made_up in ("", "x", f"0.{ticket.partition('.')[2]}", ticket[:-1], "٣.x"):
        assert "Please sign in again" in visitor.post("/sign-in/code", email=ANNA, ticket=made_up, code="1").text
    with_password(web, "boris@gazette.example")
    assert visitor.post("/sign-in/code", email="boris@gazette.example", ticket=ticket, code="1").status == 422
    web.clock.moment += timedelta(minutes=6)
    late = visitor.post("/sign-in/code", email=ANNA, ticket=ticket, code=app.at(web.clock.now()))
    assert "Please sign in again" in late.text
    fields = proof_of(visitor)
    other = "other unrelated words"
    assert Visitor(web).post(invited(web), password=other, password_again=other).status == 303
    changed = visitor.post("/sign-in/code", code=app.at(web.clock.now()), **fields)
    assert "Please sign in again" in changed.text
    assert visitor.cookie == ""


def test_codes_are_limited_like_passwords(web: Web) -> None:
    """Ten guesses, then a wait, although the password was right."""
    visitor, _app, _codes = enrolled(web)
    fields = proof_of(visitor)
    statuses = [visitor.post("/sign-in/code", code="123456", **fields).status for _ in range(MOST_FAILURES)]
    assert statuses == [422] * (MOST_FAILURES - 1) + [429]


def test_reset_removes_password_second_factor_and_sessions(web: Web, site: Installation) -> None:
    """The recovery from the shell: its link gives a new password, and the wait of the account is over."""
    visitor, _app, codes = enrolled(web)
    path = site.run("users", "reset", ANNA, now=web.clock.now()).fine().out.strip().removeprefix(f"{BASE}/admin")
    assert Visitor(web).sign_in().status == 422
    assert visitor.post(path, password="other unrelated words", password_again="other unrelated words").status == 303
    assert visitor.get().status == 200
    assert not [row for row in web.dump()["recovery_code"] if row]
    assert codes
    assert Visitor(web).sign_in("other unrelated words").status == 303


def test_sign_in_with_a_password_that_was_hashed_at_another_cost_hashes_it_again(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And opens a session at once."""
    with_password(web)
    before = web.app.users.credentials(ANNA)
    with monkeypatch.context() as patch:
        patch.setattr(Passwords, "needs_rehash", lambda _self, _stored: True)
        assert Visitor(web).sign_in().status == 303
    after = web.app.users.credentials(ANNA)
    assert before is not None
    assert after is not None
    assert after.password_hash not in {None, before.password_hash}
    assert Visitor(web).sign_in().status == 303


def test_password_that_is_reset_while_it_is_checked_opens_nothing(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who knows the old password tries all the time: neither a session nor a password of theirs outlives the reset."""
    visitor, verify = with_password(web), Passwords.verify
    token = visitor.get("/account").field("csrf_token")
    new = {"password": "other unrelated words", "password_again": "other unrelated words"}

    def verify_slowly(self: Passwords, stored: str | None, password: str) -> bool:
        is_right = verify(self, stored, password)
        web.app.users.reset(ANNA, "op", web.clock.now())
        return is_right

    monkeypatch.setattr(Passwords, "verify", verify_slowly)
    assert visitor.post("/account/password", csrf_token=token, current_password=PASSWORD, **new).status == 422
    assert Visitor(web).sign_in("other unrelated words").status == 422
    assert Visitor(web).post(invited(web), password=PASSWORD, password_again=PASSWORD).status == 303
    monkeypatch.setattr(Passwords, "needs_rehash", lambda _self, _stored: True)
    intruder = Visitor(web)
    assert intruder.sign_in().status == 422
    assert intruder.get().status == 303
    assert web.app.user_sessions.list(web.app.ledger_clock.now()) == []
    assert Visitor(web).sign_in().status == 422


def test_password_change_needs_the_old_one_and_ends_other_sessions(web: Web) -> None:
    """This browser goes on, under a new id."""
    visitor, other = with_password(web), Visitor(web)
    other.sign_in()
    token = visitor.get("/account").field("csrf_token")
    new = {"password": "other unrelated words", "password_again": "other unrelated words"}
    assert visitor.post("/account/password", csrf_token=token, current_password="wrong", **new).status == 422
    assert other.get().status == 200
    before = visitor.cookie
    done = visitor.post("/account/password", csrf_token=token, current_password=PASSWORD, **new)
    assert (done.status, done.headers["location"]) == (303, "/admin/account?done=password")
    assert visitor.cookie != before
    assert (visitor.get().status, other.get().status, Visitor(web, before).get().status) == (200, 303, 303)
    assert Visitor(web).sign_in("other unrelated words").status == 303


def test_form_with_a_wrong_current_password_marks_its_own_field(web: Web) -> None:
    """Not the new password, nor the field of the form beside it."""
    visitor, wrong = with_password(web), "Your current password is wrong."
    token = visitor.get("/account").field("csrf_token")
    new = {"password": "other unrelated words", "password_again": "other unrelated words"}
    page = visitor.post("/account/password", csrf_token=token, current_password="wrong", **new)
    assert page.refused_fields == {"current": wrong}
    page = visitor.post("/account/password", csrf_token=token, current_password=PASSWORD, **{**new, "password": "x"})
    assert page.refused_fields.keys() == {"password"}
    page = visitor.post("/account/second-factor", csrf_token=token, current_password="wrong")
    assert page.refused_fields == {"factor-password": wrong}


def test_sign_in_that_is_refused_leads_to_the_field_and_says_why(web: Web) -> None:
    """A screen reader reads the sentence with the field; no script is needed."""
    visitor, _app, _codes = enrolled(web)
    assert visitor.sign_in("wrong").refused_fields == {"password": "Wrong address or password."}
    page = visitor.post("/sign-in/code", code="000000", **proof_of(visitor))
    assert page.refused_fields == {"code": "Wrong code, or one that was used before."}
    session = signed_in(web, UserRole.EDITOR, "boris@gazette.example")
    web.app.second_factors.begin(session.user.id, new_nonce())
    page = session.post("/account/second-factor/on", {"code": "000000"})
    assert page.refused_fields == {"code": "Wrong code. Check the clock of your phone."}


def test_page_that_answers_a_form_does_not_say_that_something_was_done(web: Web) -> None:
    """Whatever the address of the form names: its page says why it was refused."""
    with_password(web)
    said = "The password is set."
    assert said in web.get("/admin/sign-in?done=password").text
    refused = Visitor(web).post("/sign-in?done=password", email=ANNA, password="wrong")
    assert refused.status == 422
    assert said not in refused.text


def test_second_factor_is_switched_off_with_the_password(web: Web) -> None:
    """Then the password alone signs in; switching it on twice is refused."""
    with_password(web)
    session = signed_in(web, UserRole.EDITOR, ANNA)
    second_factor_of(web, session)
    assert session.post("/account/second-factor", {"current_password": PASSWORD}).status == 422
    assert session.get("/account/second-factor").status == 404
    assert session.post("/account/second-factor/off", {"current_password": "wrong"}).status == 422
    assert session.post("/account/second-factor/off", {"current_password": PASSWORD}).status == 303
    assert Visitor(web).sign_in().status == 303


def test_secrets_are_in_no_row_and_in_no_log(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    """Links, passwords, session ids, keys, recovery codes: the database has hashes, and the log nothing at all."""
    caplog.set_level(logging.DEBUG)
    path, visitor = invited(web), Visitor(web)
    visitor.post(path, password=PASSWORD, password_again=PASSWORD)
    session = signed_in(web, UserRole.EDITOR, ANNA)
    app, codes = second_factor_of(web, session)
    ticket = visitor.sign_in().field("ticket")
    secrets = [path.rpartition("/")[2], PASSWORD, visitor.cookie.partition("=")[2], app.secret, codes[0], ticket]
    secrets += [session.token, session.form_token]
    stored = repr(web.dump())
    assert ANNA in stored
    assert not [secret for secret in secrets if secret in stored]
    assert not [secret for secret in (*secrets, ANNA) if secret in caplog.text]
    assert "POST /admin/link/{token}" in caplog.text

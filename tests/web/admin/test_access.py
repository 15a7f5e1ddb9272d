"""Who may use the console: sessions, forms of other sites, roles, a proxy's header (rows 21 and 22 of the threats)."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from digest.errors import StoreError
from digest.model.users import PERMISSIONS, Permission, UserRole
from digest.store.access.user_sessions import IDLE, LONGEST
from digest.web.admin.cookies import CookieKind
from tests.support.console import SignedIn, origin, signed_in
from tests.support.installation import Installation
from tests.support.web import BASE, Web, served
from tests.web.conftest import configured

PAGES = (
    "",
    "/readers",
    "/readers/growth.csv",
    "/people",
    "/people/audit",
    "/people/audit.csv",
    "/people/audit.json",
    "/account",
)
CHANGES = ("/people/role", "/people/disable", "/people/enable", "/people/reset", "/people/session")


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation that has sent nothing."""
    return configured(tmp_path, 25)


def role_of(web: Web, email: str) -> UserRole:
    """The role of a user now."""
    user = web.app.users.find(email)
    assert user is not None
    return user.role


def test_admin_role_has_every_permission() -> None:
    """A viewer has none; an editor edits and releases."""
    assert PERMISSIONS[UserRole.ADMIN] == set(Permission)
    assert {Permission.EDIT, Permission.RELEASE} <= PERMISSIONS[UserRole.EDITOR]
    assert not {Permission.USERS, Permission.READERS} & PERMISSIONS[UserRole.EDITOR]
    assert not PERMISSIONS[UserRole.VIEWER]


def test_console_without_users_explains_how_to_add_one(web: Web) -> None:
    """Every page of it does, in the visitor's language; there is nothing to sign in with."""
    for path in ("/admin", "/admin/people", "/admin/nothing", "/admin/sign-in"):
        page = web.get(path, Accept_Language="ru")
        assert page.status == 200
        assert "digest users add" in page.text
        assert "password" not in page.text
        assert '<html lang="ru"' in page.text


@pytest.mark.parametrize("path", PAGES)
def test_page_of_the_console_needs_a_session(web: Web, admin: SignedIn, path: str) -> None:
    """Without one the browser is sent to the sign-in, which knows where to go afterwards; nobody stores the answer."""
    answer = web.get(f"/admin{path}")
    assert answer.status == 303
    assert answer.headers["location"].startswith("/admin/sign-in")
    page = admin.get(path)
    assert page.status == 200
    assert page.headers["cache-control"] == answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers
    assert web.get(f"/admin{path}", Cookie=f"{CookieKind.PLAIN.value}=wrong").status == 303
    secure = f"{CookieKind.SECURE.value}={admin.token}"
    assert web.get(f"/admin{path}", Cookie=secure).status == 303  # a session of http is not one of https


def test_console_has_the_security_headers(admin: SignedIn) -> None:
    """The same policy as the pages of readers, and no search engine keeps it."""
    page = admin.get("/people")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert page.headers["x-robots-tag"] == "noindex"
    assert "Disallow: /admin" in admin.web.get("/robots.txt").text


def test_files_of_the_console_are_served_without_a_session(admin: SignedIn) -> None:
    """They are kept for ever at their own address."""
    page = admin.get()
    for kind, media_type in (("css", "text/css"), ("js", "text/javascript")):
        path = page.text.split(f".{kind}")[0].rpartition('"')[2]
        answer = admin.web.get(f"{path}.{kind}")
        assert answer.status == 200
        assert answer.headers["content-type"].startswith(media_type)
        assert "immutable" in answer.headers["cache-control"]


def test_unknown_page_is_an_error_page_with_the_navigation(admin: SignedIn) -> None:
    """In the look of the console, also where the method is wrong or the database is away."""
    assert (admin.get("/nothing").status, admin.post("/nothing").status) == (404, 405)
    assert 'href="/admin/people"' in admin.get("/nothing").text
    assert admin.get("/people/role").status == 404
    assert "/admin/static/" not in admin.web.get("/administration").text
    with mock.patch.object(type(admin.web.app.users), "list", side_effect=StoreError("secret detail")):
        page = admin.get("/people")
    assert page.status == 503
    assert "secret" not in page.text
    with mock.patch.object(type(admin.web.app.user_sessions), "find", side_effect=StoreError("secret detail")):
        assert admin.get("/people").status == 503


@pytest.mark.parametrize("role", [UserRole.VIEWER, UserRole.EDITOR])
def test_user_without_the_permission_changes_nothing(web: Web, role: UserRole) -> None:
    """They see the page, without its buttons and without sessions, and a POST is refused."""
    signed_in(web, UserRole.ADMIN)
    user = signed_in(web, role)
    assert "/admin/people/role" not in user.get("/people").text
    assert "127.0.0.0/24" not in user.get("/people").text
    before = web.dump()
    for path in CHANGES:
        assert user.post(path, {"user": "1", "role": "viewer", "session": "1"}).status == 403
    assert web.dump() == before


FOREIGN: tuple[dict[str, str], ...] = (
    {},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://[::1"},
    {"Origin": "https://news.gazette.example.evil.example"},
    {"Origin": BASE, "Sec_Fetch_Site": "cross-site"},
    {"Origin": BASE, "Sec_Fetch_Site": "same-site"},
    {"Origin": "http://evil.example", "Host": "evil.example"},  # a name that leads to this machine
)


@pytest.mark.parametrize("headers", FOREIGN)
def test_form_of_another_origin_is_refused(web: Web, admin: SignedIn, headers: dict[str, str]) -> None:
    """Also with the cookie and the token: a missing Origin is not ours either. That of `base_url` is."""
    viewer = signed_in(web, UserRole.VIEWER)
    fields = {"csrf_token": admin.form_token, "user": str(viewer.user.id), "role": "admin"}
    refused = web.post("/admin/people/role", fields, **admin.headers, **headers)
    assert refused.status == 403
    assert role_of(web, viewer.user.email) is UserRole.VIEWER
    for path in ("/admin/sign-in", "/admin/sign-in/code", "/admin/link/x"):
        assert web.post(path, {"email": "a@b.example", "password": "x"}, **headers).status == 403
    accepted = web.post("/admin/people/role", fields, **admin.headers, Origin=BASE, Sec_Fetch_Site="same-origin")
    assert accepted.status == 303
    assert role_of(web, viewer.user.email) is UserRole.ADMIN


def test_form_sent_to_a_whole_url_counts_as_sent_to_its_host(web: Web, admin: SignedIn) -> None:
    """Whatever Host says beside it (RFC 9112, 3.2.2)."""
    here, evil = origin(web), "http://evil.example"
    fields = {"csrf_token": admin.form_token, "user": str(signed_in(web, UserRole.VIEWER).user.id), "role": "viewer"}
    for target, host, expected in ((here, "evil.example", 303), (evil, here.removeprefix("http://"), 403)):
        answer = web.post(f"{target}/admin/people/role", fields, **admin.headers, Origin=here, Host=host)
        assert answer.status == expected, target


def test_form_without_the_token_of_the_session_is_refused(web: Web, admin: SignedIn) -> None:
    """None, that of another session, and JSON that a form of another site can send as text/plain."""
    viewer = signed_in(web, UserRole.VIEWER)
    again = signed_in(web)
    fields = {"user": str(viewer.user.id), "role": "admin"}
    for token in ("", "x", again.form_token, "ё"):
        assert admin.post("/people/role", {**fields, "csrf_token": token}).status == 403
    text = json.dumps({**fields, "csrf_token": admin.form_token})
    headers = {**admin.headers, "Origin": origin(web), "Content_Type": "text/plain"}
    assert web.request("POST", "/admin/people/role", text, **headers).status == 403
    assert role_of(web, viewer.user.email) is UserRole.VIEWER
    assert admin.post("/people/role", fields).status == 303


def test_session_ends_after_idle_hours_and_after_days(web: Web, admin: SignedIn) -> None:
    """Each request makes the idle time begin again, up to the absolute limit."""
    start = web.clock.moment
    other = signed_in(web, UserRole.EDITOR)
    for step in range(1, 14):
        web.clock.moment = start + step * (IDLE - timedelta(minutes=1))
        assert admin.get().status == 200
    assert other.get().status == 303
    web.clock.moment = start + LONGEST
    assert admin.get().status == 303


def test_sign_out_ends_the_session_on_the_server(web: Web, admin: SignedIn) -> None:
    """A cookie that was copied before is worth nothing afterwards; other sessions go on."""
    again = signed_in(web)
    answer = admin.post("/sign-out")
    assert answer.status == 303
    assert f"{CookieKind.PLAIN.value}=; Path=/; Max-Age=0" in answer.headers["set-cookie"]
    assert admin.get().status == 303
    assert again.get().status == 200


def test_disabling_and_resetting_a_user_ends_their_sessions(web: Web, admin: SignedIn) -> None:
    """At once, and the role that a user has now counts."""
    editor = signed_in(web, UserRole.EDITOR)
    fields = {"user": str(editor.user.id)}
    assert admin.post("/people/disable", fields).status == 303
    assert editor.get().status == 303
    link = admin.post("/people/enable", fields)
    assert "/admin/link/" in link.text
    again = signed_in(web, UserRole.EDITOR)
    page = admin.post("/people/reset", fields)
    assert f"{BASE}/admin/link/" in page.text
    assert again.get().status == 303


def test_session_is_ended_by_its_user_or_an_admin_alone(web: Web, admin: SignedIn) -> None:
    """On the page of the account those of the user are listed, and another user's is left alone."""
    editor, viewer = signed_in(web, UserRole.EDITOR), signed_in(web, UserRole.VIEWER)
    page = signed_in(web, UserRole.EDITOR).get("/account")
    assert "Firefox, Linux" in page.text
    number = page.field("session")
    assert viewer.post("/account/session", {"session": number}).status == 303
    assert editor.get().status == 200
    assert editor.post("/account/session", {"session": number}).status == 303
    assert editor.get().status == 303
    for odd in ("", "x", "²", "9" * 30):
        assert admin.post("/people/session", {"session": odd}).status == 303
    first_of_others = admin.get("/people").field("session")
    assert admin.post("/people/session", {"session": first_of_others}).headers["location"].endswith("done=session")
    assert [row[3] for row in web.dump()["audit_entry"]].count("signed out") == 2


def test_people_role_that_the_user_has_already_is_no_change(web: Web, admin: SignedIn) -> None:
    """The page says so, and the audit log has no entry."""
    form = {"user": str(signed_in(web, UserRole.VIEWER).user.id), "role": "viewer"}
    before = web.dump()["audit_entry"]
    answer = admin.post("/people/role", form)
    assert "Nothing was changed." in admin.get(answer.headers["location"].removeprefix("/admin")).text
    assert web.dump()["audit_entry"] == before


def test_nobody_changes_themselves_on_the_page_people(web: Web, admin: SignedIn) -> None:
    """So an installation keeps an admin."""
    before = web.dump()
    for path in ("/people/role", "/people/disable", "/people/reset"):
        assert admin.post(path, {"user": str(admin.user.id), "role": "viewer"}).status == 422
    assert admin.post("/people/disable", {"user": "99"}).status == 404
    viewer = signed_in(web, UserRole.VIEWER).user
    assert admin.post("/people/role", {"user": str(viewer.id), "role": "god"}).status == 422
    assert web.dump()["audit_entry"][: len(before["audit_entry"])] == before["audit_entry"]
    assert role_of(web, admin.user.email) is UserRole.ADMIN


def test_console_below_a_path_prefix_has_it_in_every_address(tmp_path: Path) -> None:
    """Whether or not the proxy removes it."""
    site = Installation(tmp_path).configure(web=f'base_url = "{BASE}/news"')
    with served(site) as web:
        admin = signed_in(web)
        assert web.get("/admin/people").headers["location"] == "/news/admin/sign-in?next=%2Fadmin%2Fpeople"
        assert admin.get("/").headers["location"] == "/news/admin"
        page = web.get("/news/admin/people", **admin.headers)
        assert page.body == admin.get("/people").body
        paths = re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)
        assert paths
        assert not [path for path in paths if not path.startswith("/news/")]
        assert admin.post("/account/language", {"language": "ru"}).headers["location"] == "/news/admin"


def test_addresses_never_name_the_host_of_the_request(web: Web, admin: SignedIn) -> None:
    """Neither those of pages nor those of one-time links."""
    viewer = signed_in(web, UserRole.VIEWER)
    poisoned = {"Host": "evil.example", "X_Forwarded_Host": "evil.example", "Origin": BASE}
    for page in (
        admin.get("/people", **poisoned),
        web.get("/admin", **poisoned),
        admin.post("/people/reset", {"user": str(viewer.user.id)}, **poisoned),
    ):
        assert page.status in {200, 303}
        assert "evil" not in page.text + str(page.headers)


def test_language_of_the_user_counts_on_every_page(web: Web, admin: SignedIn) -> None:
    """Whatever the browser says; `?lang=` is stronger, and the page on which it was chosen is shown again."""
    assert '<html lang="en"' in admin.get("/people", Accept_Language="en").text
    answer = admin.post("/account/language", {"language": "ru", "back": "/people"})
    assert answer.headers["location"] == "/admin/people"
    assert '<html lang="ru"' in admin.get("/people", Accept_Language="en").text
    assert '<html lang="en"' in admin.get("/people?lang=en").text
    assert admin.post("/account/language", {"language": "xx"}).status == 422
    answer = admin.post("/account/language", {"language": "en", "back": "/issues/daily/2025-06-02"})
    assert answer.headers["location"] == "/admin/issues/daily/2025-06-02"
    assert 'name="back" value="/next?edition=daily"' in admin.get("/next?edition=daily").text
    answer = admin.post("/account/language", {"language": "en", "back": "/next?edition=daily"})
    assert answer.headers["location"] == "/admin/next?edition=daily"
    for other in (
        "//evil.example",
        "/nothing?edition=daily",
        "/issues/daily/x\r\ny: z",
        "/account/password",
        "/issues/daily",
    ):
        answer = admin.post("/account/language", {"language": "en", "back": other})
        assert answer.headers["location"] == "/admin"


@pytest.fixture
def behind_proxy(site: Installation) -> Iterator[Web]:
    """A console in which a proxy on this machine names the user."""
    configured(site.folder, 25, 'trusted_proxies = ["127.0.0.1"]\nuser_header = "X-Remote-User"')
    with served(site) as web:
        yield web


def test_user_that_a_trusted_proxy_names_is_signed_in(behind_proxy: Web) -> None:
    """With their role; their forms need our origin and their token, and their own cookie counts for nothing."""
    web = behind_proxy
    admin, editor = signed_in(web), signed_in(web, UserRole.EDITOR)
    named = {"X_Remote_User": "Admin@gazette.example"}
    page = web.get("/admin/people", **named)
    assert page.status == 200
    assert "/admin/people/role" in page.text
    assert "Sign out" not in page.text.split("<main")[0]
    fields = {"csrf_token": page.field("csrf_token"), "user": str(editor.user.id), "role": "viewer"}
    assert web.post("/admin/people/role", fields, **named).status == 403
    named["Origin"] = BASE
    assert web.post("/admin/people/role", {**fields, "csrf_token": admin.form_token}, **named).status == 403
    assert web.post("/admin/people/role", fields, **named).status == 303
    assert role_of(web, editor.user.email) is UserRole.VIEWER
    both = web.get("/admin/people", X_Remote_User=editor.user.email, **admin.headers)
    assert "/admin/people/role" not in both.text


def test_unknown_user_of_a_proxy_is_refused_with_a_sentence(behind_proxy: Web) -> None:
    """Nobody is added by a header; a disabled user is unknown too, and a header that came twice names nobody."""
    web = behind_proxy
    signed_in(web)
    assert "boris@gazette.example, who is not a user" in web.get("/admin", X_Remote_User="boris@gazette.example").text
    assert web.get("/admin", X_Remote_User="boris@gazette.example").status == 403
    twice = web.get("/admin", X_Remote_User="admin@gazette.example", x_remote_user="boris@gazette.example")
    assert twice.status == 403
    web.app.users.disable("admin@gazette.example", "test", web.clock.now())
    assert web.get("/admin", X_Remote_User="admin@gazette.example").status == 403
    assert web.get("/admin").status == 303  # without the header: a password


def test_header_of_anyone_else_is_ignored(web: Web, site: Installation) -> None:
    """It is off by default, and counts only from a proxy that is named."""
    signed_in(web)
    assert web.get("/admin", X_Remote_User="admin@gazette.example").status == 303
    configured(site.folder, 25, 'trusted_proxies = ["192.0.2.7"]\nuser_header = "X-Remote-User"')
    with served(site) as other:
        assert other.get("/admin", X_Remote_User="admin@gazette.example").status == 303
        forwarded = {"X_Forwarded_For": "192.0.2.7", "X_Remote_User": "admin@gazette.example"}
        assert other.get("/admin", **forwarded).status == 303


@pytest.mark.parametrize(
    ("line", "phrase"),
    [('user_header = "X-User"', "trusted_proxies"), ('user_header = "X User"\ntrusted_proxies = ["::1"]', "header")],
)
def test_user_header_without_a_proxy_is_a_configuration_error(site: Installation, line: str, phrase: str) -> None:
    """One line that names the key."""
    configured(site.folder, 25, line)
    site.run("users", "list").failed(2, "web", phrase)

"""The server: start and stop, headers, error pages, prefix, proxies, logs."""

import http.client
import logging
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from digest import bootstrap, tokens
from digest.errors import ConfigurationError, StoreError
from digest.model.deliveries import DeliveryState
from digest.model.issues import Kind
from digest.rendering.theme import built_in_templates
from digest.store.access import mail_limits
from digest.store.upkeep.beats import RUN
from digest.web.clients import client_address, network_of, unnamed_proxy
from digest.web.languages import page_language
from digest.web.server import serving
from tests.support.installation import SLOT, Installation
from tests.support.ports import reserved_port
from tests.support.smtp_server import Log
from tests.support.web import BASE, FORM, Answer, Client, Web, served
from tests.web.conftest import configured

PATHS = ("/", "/archive", "/archive/feed.atom", "/leave/x", "/nothing", "/healthz", "/robots.txt")


def test_every_answer_has_the_security_headers(web: Web) -> None:
    """Pages, feeds, errors: no inline script or style, no frame, no sniffing, and no cookie."""
    for path in PATHS:
        headers = web.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'")
        assert policy.endswith("form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        is_personal = path in {"/leave/x", "/nothing"}  # and what looks like a wrong personal link
        assert headers["referrer-policy"] == ("no-referrer" if is_personal else "same-origin")
        assert "set-cookie" not in headers
        assert "server" not in headers


def test_health_and_readiness(web: Web) -> None:
    """The process lives; the database answers, and the last beat of `digest run` is told."""
    assert (web.get("/healthz").status, web.get("/healthz").text) == (200, "ok\n")
    assert web.get("/readyz").json == {"database": "ok", "run_last_seen": None}
    web.app.beats.record(RUN, ["daily"], SLOT)
    assert web.get("/readyz").json["run_last_seen"] == SLOT.isoformat()
    with mock.patch.object(type(web.app.beats), "latest", side_effect=StoreError("away")):
        assert web.get("/readyz").status == 503


def test_method_that_a_page_has_not_is_answered_with_those_it_has(web: Web) -> None:
    """405 names the methods of all routes with that path, and its page says what to do."""
    assert web.request("PUT", "/subscribe").headers["allow"] == "GET, HEAD, OPTIONS, POST"
    refused = web.request("POST", "/archive")
    assert refused.headers["allow"] == "GET, HEAD"
    assert "Go back and try it from there" in refused.text
    assert "allow" not in web.get("/nothing").headers


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("PUT", "/archive", 405), ("GET", "/archives/", 404)]
)
def test_error_pages_are_pages_in_the_readers_language(web: Web, method: str, path: str, status: int) -> None:
    """With ways on, in both languages; a redirect never names the host of the request."""
    for language in ("en", "ru"):
        page = web.request(method, path, Accept_Language=language, Host="evil.example")
        assert page.status == status
        assert f'<html lang="{language}"' in page.text
        assert 'href="/archive"' in page.text
        assert ('href="/link"' in page.text) is (status == 404)  # perhaps a link of a message, cut off
        assert "evil" not in page.text


def test_error_pages_after_a_form_lead_back_to_it(web: Web) -> None:
    """Also from the buttons below the preferences, whose own addresses cannot be opened."""
    preferences = f"/preferences/{web.token(1, tokens.PREFERENCES)}"
    assert f'href="{preferences}"' in web.post(preferences, {"a": "x" * 70_000}).text
    with mock.patch.object(mail_limits, "MOST_OF_A_NETWORK", 0):
        assert f'href="{preferences}"' in web.post(f"{preferences}/export").text
    with mock.patch.object(mail_limits, "MOST_OF_ALL", 0):
        paused = web.request("POST", "/subscribe?lang=ru", "email=eva%40x.example", Content_Type=FORM, Origin=BASE)
    assert (paused.status, 'href="/subscribe?lang=ru"' in paused.text) == (503, True)


def test_failing_handler_is_an_error_page_without_details(web: Web) -> None:
    """An unexpected error or an absent database shows nothing of itself."""
    for error, status in ((ValueError("secret detail"), 500), (StoreError("secret detail"), 503)):
        with mock.patch.object(type(web.app.archive), "latest", side_effect=error):
            page = web.get("/archive")
        assert page.status == status
        assert "secret" not in page.text


def test_body_that_is_too_large_is_refused(web: Web) -> None:
    """A form of 64 KB is the most that is read."""
    assert web.post("/confirm/x", {"a": "x" * 70_000}).status == 413


def test_client_that_goes_away_in_the_middle_is_no_error(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    """A phone that lost its network while it sent a form leaves one line in the log, and no traceback."""
    with caplog.at_level(logging.INFO), socket.create_connection(("127.0.0.1", web.port)) as connection:
        connection.sendall(b"POST /link HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nemail=")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
        assert _eventually(lambda: "POST /link: 400" in caplog.text)
    assert "Traceback" not in caplog.text


def test_links_never_name_the_host_of_the_request(web: Web) -> None:
    """Neither Host nor X-Forwarded-Host reach a page or a feed."""
    for path in PATHS:
        page = web.get(path, Host="evil.example", X_Forwarded_Host="evil.example", X_Forwarded_Proto="http")
        assert "evil" not in page.text + str(page.headers)


def test_prefix_of_base_url_is_served_with_and_without(tmp_path: Path) -> None:
    """A proxy may keep the path prefix or remove it; links always have it."""
    site = Installation(tmp_path).configure(web=f'base_url = "{BASE}/news/mail"')
    with served(site) as web:
        with_prefix, without = web.get("/news/mail/archive"), web.get("/archive")
        assert with_prefix.body == without.body
        assert 'href="/news/mail/archive/feed.atom"' in without.text
        assert web.get("/news/mailx").status == 404
        (sheet,) = re.findall(r'rel="stylesheet" href="([^"]*)"', without.text)
        assert web.get(sheet).status == 200
        assert web.get("/news/mail").heading == "The best of Harbour Gazette by email"
        assert "Disallow: /news/mail/leave/" in web.get("/robots.txt").text


def test_files_are_kept_for_ever_at_their_own_address_alone(web: Web) -> None:
    """A page of another version may name another file; what it gets instead must not be kept under that name."""
    (address,) = re.findall(r'rel="stylesheet" href="([^"]*)"', web.get("/subscribe").text)
    assert "immutable" in web.get(address).headers["cache-control"]
    for other in ("/static/0123456789ab.css", "/static/0123456789ab.js"):
        answer = web.get(other)
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize("sheet", ["site.css", "admin/console.css", "demo/portal.css"])
def test_texts_have_the_size_that_is_set_in_the_browser(sheet: str) -> None:
    """Sizes in pixels ignore the setting of people who see badly."""
    fonts = re.findall(r"font(?:-size)?:[^;}]*", (built_in_templates() / "web" / sheet).read_text(encoding="utf-8"))
    assert fonts
    assert [one for one in fonts if "px" in one] == []


@pytest.mark.parametrize("sheet", ["site.css", "admin/console.css"])
def test_pages_on_paper_end_with_their_last_text(sheet: str) -> None:
    """Firefox moves all of a page's text to the second sheet for a padding below it, or adds an empty one."""
    text = (built_in_templates() / "web" / sheet).read_text(encoding="utf-8")
    rules = text.partition("@media print {")[2].partition("\n}")[0]
    assert "main { padding-bottom: 0; }" in rules
    assert "body { display: block; min-height: 0; }" in rules


def test_log_has_routes_but_no_tokens_and_no_addresses(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    """A token in the path, a query or a form never reaches the log."""
    token = web.token(1)
    with caplog.at_level(logging.DEBUG):
        web.post(f"/leave/{token}?email=canary@readers.example", {"email": "canary@readers.example"})
        web.get(f"/preferences/{token}")
        web.get(f"/unknown/{token}")
    assert "POST /leave/{token}: 200" in caplog.text
    assert token not in caplog.text
    assert "canary" not in caplog.text
    assert "127.0.0.1:" not in re.sub(r"serving at \S+", "", caplog.text)


def test_serving_at_a_used_port_is_one_error() -> None:
    """The message names the address and the setting."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        expected = pytest.raises(ConfigurationError, match=f"cannot listen at {listen}: address already in use")
        with expected, serving(mock.MagicMock(), listen):
            pass


@pytest.mark.parametrize("listen", ["8000", "host", "host:99999", "[::1:80", "a b:80", ""])
def test_serve_wrong_listen_is_one_error(site: Installation, listen: str) -> None:
    """HOST:PORT is what it takes."""
    site.run("serve", "--listen", listen).failed(2, "HOST:PORT")


@pytest.mark.parametrize("command", [("serve",), ("run", "--serve")])
def test_process_answers_and_ends_with_the_requests_in_hand(
    site: Installation, mail: tuple[int, Log], command: Sequence[str]
) -> None:
    """Both commands serve at `[web] listen`, finish erasing, and SIGTERM ends them with exit code 0."""
    with reserved_port() as port:
        configured(site.folder, mail[0], f'listen = "127.0.0.1:{port}"')
        _accept_erasure(site)
        process = subprocess.Popen(
            [sys.executable, "-m", "digest", *command],
            cwd=site.folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stderr=subprocess.PIPE,
        )
        try:
            client = Client(port)
            assert _answer_of(client).text == "ok\n"
            assert client.get("/archive").heading == "Archive"
            assert _eventually(lambda: not _is_in_database(site, "anna@readers.example"))
        finally:
            process.send_signal(signal.SIGTERM)
            err = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 0
    assert "serving at" in err
    assert "stopped by SIGTERM" in err
    assert "Traceback" not in err


def test_serve_sends_system_mail_while_no_run_is_there(site: Installation, mail: tuple[int, Log]) -> None:
    """The beat of a `digest run` within three minutes leaves the mail to it."""
    with served(site) as web:
        assert not web.app.beats.is_alive(RUN, web.clock.moment)
        web.app.beats.record(RUN, ["daily"], web.clock.moment)
        assert web.app.beats.is_alive(RUN, web.clock.moment)
        web.clock.moment += timedelta(minutes=4)
        assert not web.app.beats.is_alive(RUN, web.clock.moment)


def test_sender_of_system_mail_leaves_issues_alone(site: Installation, web: Web) -> None:
    """`digest serve` never sends an edition: its sender knows system mail only."""
    shutil.rmtree(site.folder / ".digest")  # with it, the restore guard would stop the issue
    with web.database.write() as connection:
        connection.exec_driver_sql("UPDATE issue SET state = 'sending', deadline = NULL")
        connection.exec_driver_sql("UPDATE delivery SET state = 'planned'")
    with bootstrap.process_lock(web.app.settings) as lock:
        mailer = bootstrap.smtp_mailer(web.app.settings)
        bootstrap.sender(web.app, mailer, lock, Kind.SYSTEM).deliver(stop=lambda: False)
        assert {row[6] for row in web.dump()["delivery"]} == {DeliveryState.PLANNED}
        bootstrap.sender(web.app, mailer, lock).deliver(stop=lambda: False)
        assert {row[6] for row in web.dump()["delivery"]} == {DeliveryState.SENT}


def _accept_erasure(site: Installation) -> None:
    """The first reader confirmed that they are to be erased, while a message to them was being sent."""
    with closing(sqlite3.connect(site.folder / "digest.db")) as database, database:
        database.execute(
            "INSERT INTO reader_request (subscriber_id, delivery_id, kind, asked_at, done_at)"
            " SELECT 1, 1, 'erase', created_at, created_at FROM subscriber WHERE id = 1"
        )


def _is_in_database(site: Installation, text: str) -> bool:
    return any(text.encode() in file.read_bytes() for file in site.folder.glob("digest.db*"))


def _eventually(is_true: Callable[[], bool]) -> bool:
    """Whether it becomes true within half a minute."""
    for _attempt in range(600):
        if is_true():
            return True
        time.sleep(0.05)
    return False


def _answer_of(client: Client) -> Answer:
    for _attempt in range(600):
        try:
            return client.get("/healthz")
        except (ConnectionError, http.client.HTTPException):
            time.sleep(0.05)
    raise AssertionError("the server never answered")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "192.0.2.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "nonsense"),
        ("", "198.51.100.7", ""),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "192.0.2.1:80, 198.51.100.7:4711", "198.51.100.7"),
        ("10.0.0.1", "[2001:db8::7]:4711, 10.0.0.2:80", "2001:db8::7"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_client_address_believes_trusted_proxies_alone(peer: str, forwarded: str, client: str) -> None:
    """X-Forwarded-For is read from its end, and only up to what trusted networks wrote."""
    assert client_address(peer, forwarded, ["10.0.0.0/8"]) == client


def test_forwarded_lines_of_a_request_are_read_as_one_list(site: Installation, mail: tuple[int, Log]) -> None:
    """A proxy may add a line of its own below the client's (RFC 9110, 5.3): the last address is the proxy's."""
    configured(site.folder, mail[0], 'trusted_proxies = ["127.0.0.1"]')
    with served(site) as web:
        for number, (claimed, real) in enumerate((("1.1.1.1", "198.51.100.7"), ("2.2.2.2", "198.51.100.8"))):
            _post_forwarded(web, f"reader{number}@readers.example", claimed, real)
        records = [web.app.signups.of_address(f"reader{number}@readers.example")[0] for number in range(2)]
        assert records[0].network == records[1].network


def test_proxy_that_is_not_named_is_logged_once(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    """In a container it has another address than 127.0.0.1: after 20 sign-ups an hour all readers would get 429."""
    for path in ("/healthz", "/leave/x"):
        web.get(path, **{"X-Forwarded-For": "198.51.100.7"})
    (warning,) = (one.getMessage() for one in caplog.records if one.levelname == "WARNING")
    assert warning.startswith("web: requests come through a proxy at 127.0.0.1, which [web] trusted_proxies does not")


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxy"),
    [
        ("172.18.0.3", "8.8.8.8", "172.18.0.3"),
        ("::ffff:172.18.0.3", "8.8.8.8", "::ffff:172.18.0.3"),
        ("fd00::3", "8.8.8.8", "fd00::3"),
        ("100.64.0.3", "8.8.8.8", "100.64.0.3"),
        ("10.0.0.1", "8.8.8.8, 172.18.0.3", "172.18.0.3"),
        ("10.0.0.1", "8.8.8.8, 172.18.0.3, 10.0.0.2", "172.18.0.3"),
        ("10.0.0.1", "172.18.0.3", None),
        ("10.0.0.1", "1.1.1.1, 8.8.8.8", None),
        ("10.0.0.1", "1.1.1.1, nonsense", None),
        ("172.18.0.3", " , ", None),
        ("8.8.8.8", "1.1.1.1", None),
        ("", "1.1.1.1", None),
    ],
)
def test_unnamed_proxy_is_a_private_address_that_names_somebody_before_it(
    peer: str, forwarded: str, proxy: str | None
) -> None:
    """One may also be in front of the proxy that is named; readers, and whoever else sends the header, are none."""
    assert unnamed_proxy(peer, forwarded, ["10.0.0.0/8"]) == proxy


def _post_forwarded(web: Web, email: str, *forwarded: str) -> None:
    body = f"email={email}"
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    connection.putrequest("POST", "/subscribe")
    headers = [("Origin", BASE), ("Content-Type", FORM), ("Content-Length", str(len(body)))]
    for name, value in headers + [("X-Forwarded-For", one) for one in forwarded]:
        connection.putheader(name, value)
    connection.endheaders(body.encode())
    assert connection.getresponse().status == 303
    connection.close()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("nonsense", "nonsense"),
    ],
)
def test_network_of_an_address(address: str, network: str) -> None:
    """What is counted together: /24 and /48."""
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "ru", "ru"),
        (None, "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        (None, "de,en;q=0.5,ru;q=0.7", "ru"),
        (None, "de", "en"),
        ("ru", "en", "ru"),
        ("xx", "ru", "ru"),
        (None, "ru;q=0,en;q=0.1", "en"),
        (None, "ru;q=nonsense", "en"),
    ],
)
def test_page_language_is_the_choice_then_the_browsers(chosen: str | None, accepted: str, language: str) -> None:
    """Accept-Language with weights, as browsers send it."""
    assert page_language(chosen, accepted, "en") == language


def test_trusted_proxies_are_checked_at_the_start(site: Installation, mail: tuple[int, Log]) -> None:
    """A wrong network is a line that names the key."""
    configured(site.folder, mail[0], 'trusted_proxies = ["10.0.0.0/40"]')
    assert "web.trusted_proxies" in site.run("editions").failed(2)

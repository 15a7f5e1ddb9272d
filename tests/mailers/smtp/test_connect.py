"""Setting up a session: the name in EHLO, and errors that say what the server or the network did."""

import asyncio
import errno
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohappyeyeballs
import aiosmtplib
import pytest
import uvloop
from aiohappyeyeballs import AddrInfoType
from pydantic import SecretStr

from digest.errors import MailError, SenderRefusedError
from digest.mailers.smtp import connect
from digest.mailers.smtp.connect import Connector, TemporaryConnectError, local_host_name
from digest.mailers.smtp.mailer import survey_server
from digest.model.deliveries import Outcome
from digest.settings.mail import RelaySettings, SmtpSettings
from tests.support.fast_sink import sinking
from tests.support.mailing import BRIEF, RecordingJournal, mailer_for, outgoing, send_one
from tests.support.smtp_server import HOST, Behaviour, Do, at, rogue_server


def connector_to(host: str, port: int = 25) -> Connector:
    """What opens sessions to that server."""
    settings = SmtpSettings(host=host, port=port)
    return Connector(settings, None, None, BRIEF, settings)


def _greeting(monkeypatch: pytest.MonkeyPatch, machine: str) -> str:
    """What a machine with that name calls itself."""
    greetings: list[str] = []

    def decide(step: str, argument: str) -> Behaviour:
        greetings.extend([argument] * (step == "EHLO"))
        return None

    monkeypatch.setattr(socket, "getfqdn", lambda: machine)
    with rogue_server(decide) as (port, _log):
        send_one(port)
    (greeting,) = greetings
    return greeting


@pytest.mark.parametrize("name", ["mx.gazette.example", f"{'a' * 63}.example", "1.2.xn--p1ai"])
def test_mailer_greets_with_the_full_name_of_the_machine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5321, 4.1.4: the name is used where the machine has one."""
    assert _greeting(monkeypatch, name) == name


@pytest.mark.parametrize("name", ["h" * 64, "mx..example"])
def test_local_host_name_that_dns_does_not_take_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python raises an error when it looks up such a name, which Linux lets a machine have."""
    look_up = socket.getfqdn
    monkeypatch.setattr(socket, "getfqdn", lambda: look_up(name))
    assert asyncio.run(local_host_name()) is None


@pytest.mark.parametrize(
    "name",
    ["localhost", "", "mx_1.gazette.example", "mx..example", "mx.example.", f"{'a' * 64}.example", "x.y" * 85],
)
def test_mailer_greets_with_its_address_where_the_machine_has_no_full_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 5321, 4.1.4: then EHLO has an address literal, because servers refuse a name that is none."""
    assert _greeting(monkeypatch, name) == "[127.0.0.1]"


@pytest.mark.parametrize(
    "name",
    [
        "localhost.localdomain",
        "gazette-web.local",
        "ip-10-0-0-7.eu-central-1.compute.internal",
        "app.LAN",
        f"{'0.' * 32}ip6.arpa",
        "desk.home",
    ],
)
def test_mailer_greets_with_its_address_where_nobody_else_knows_the_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Servers that look the name in EHLO up refuse each message for one of a private network."""
    assert _greeting(monkeypatch, name) == "[127.0.0.1]"


@pytest.mark.parametrize("refusal", ["421 4.7.0 Try again later", "501 5.5.4 Invalid domain name", "550 no", "504 no"])
def test_mailer_server_that_takes_no_address_as_a_name_gets_the_domain_of_the_sender(
    refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Google's relay and others do to a machine in a container; once is enough to know it, also for `check`."""
    names: list[str] = []

    def decide(step: str, argument: str) -> Behaviour:
        names.extend([argument] * (step == "EHLO"))
        return refusal if step == "EHLO" and argument.startswith("[") else None

    monkeypatch.setattr(socket, "getfqdn", lambda: "4f1c0d9e7a55")
    smtp: dict[str, Any] = {"from": "News <news@gazette.example>", "retry_delays": (), "most_messages": 1}
    with rogue_server(decide) as (port, log):
        journal = RecordingJournal()
        mailer_for(port, **smtp).send([outgoing(1), outgoing(2)], journal)
        settings = SmtpSettings.model_validate(
            {"host": HOST, "port": port, "security": "none", "from": "news@gazette.example"}
        )
        survey_server(settings, Path(), settings)
    assert set(journal.outcomes.values()) == {Outcome.SENT}
    assert names == ["[127.0.0.1]", "gazette.example", "gazette.example", "[127.0.0.1]", "gazette.example"]
    assert "HELO" not in log.commands


@pytest.mark.parametrize("sender", ["digest@localhost", "digest@gazette.local", "news@gazette.example"])
def test_mailer_server_that_refuses_each_name_is_quoted(sender: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last reply, whether there is another name to try or not."""
    monkeypatch.setattr(socket, "getfqdn", lambda: "localhost")
    smtp: dict[str, Any] = {"from": sender}
    with (
        rogue_server(at("EHLO", "550 5.7.1 not you")) as (port, log),
        pytest.raises(SenderRefusedError, match=r"refused EHLO with 550 \(not you\)"),
    ):
        mailer_for(port, **smtp).send([outgoing(1)], RecordingJournal())
    assert log.connections == 1 + sender.endswith(".example")


@pytest.mark.parametrize(
    ("address", "literal"),
    [("192.0.2.7", "[192.0.2.7]"), ("2001:db8::7", "[IPv6:2001:db8::7]"), ("fe80::1%eth0", "[IPv6:fe80::1]")],
)
def test_address_literal_names_ipv6_and_has_no_zone(address: str, literal: str) -> None:
    """RFC 5321, 4.1.3."""
    assert connect._address_literal(address) == literal


def _serve_until_reset(server: socket.socket, connected: threading.Event, gone: threading.Event) -> None:
    """Greet each client, and reset the connection once it is connected."""
    with suppress(OSError):
        while True:
            client, _address = server.accept()
            with client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.sendall(b"220 mail.example\r\n")
                connected.wait(10)
                connected.clear()
            gone.set()


def test_mailer_server_resets_after_its_greeting_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel knows no peer of such a connection, though the greeting can be read."""
    connected, gone, known = threading.Event(), threading.Event(), connect._connected_socket

    async def connect_and_wait(host: str, port: int) -> socket.socket:
        made = await known(host, port)
        connected.set()
        gone.wait(10)
        gone.clear()
        return made

    monkeypatch.setattr(connect, "_connected_socket", connect_and_wait)
    with socket.create_server((HOST, 0)) as server:
        threading.Thread(target=_serve_until_reset, args=(server, connected, gone), daemon=True).start()
        try:
            with pytest.raises(MailError, match=r"cannot be used after 5 attempts: .*connection (lost|reset)"):
                mailer_for(server.getsockname()[1]).send([outgoing(1)], RecordingJournal())
        finally:
            server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('192.0.2.7', 25)"), "connection refused"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "no such host"),
        (socket.gaierror(socket.EAI_AGAIN, "Try again"), "temporary failure in name resolution"),
        (OSError("no reason given"), "connection lost"),
        (ConnectionResetError(), "connection lost"),
    ],
)
def test_os_reason_is_a_plain_word_without_the_address(error: OSError, reason: str) -> None:
    """The same reason whether the library wraps the error or not."""
    wrapped = OSError("the library's words")
    wrapped.__cause__ = error
    assert (connect._os_reason(error), connect._os_reason(wrapped)) == (reason, reason)


@pytest.mark.parametrize(
    ("behaviour", "attempts"), [("499 busy", 2), ("450 busy", 2), ("500 no", 1), ("599 no", 1), ("554 no", 1)]
)
def test_mailer_connects_again_unless_the_refusal_is_final(behaviour: str, attempts: int) -> None:
    """4xx may pass; each 5xx to a connection is a refusal of this sender."""
    final = behaviour.startswith("5")
    with (
        rogue_server(at("CONNECT", behaviour)) as (port, log),
        pytest.raises(MailError, match=behaviour[:3]) as raised,
    ):
        mailer_for(port, retry_delays=(0,)).send([outgoing(1)], RecordingJournal())
    assert log.connections == attempts
    assert isinstance(raised.value, SenderRefusedError) is final


@pytest.mark.parametrize(
    ("step", "reply", "advice"),
    [
        ("AUTH", "535 5.7.8 wrong", r"refused the login with 535 \(wrong\); check smtp.username and SMTP_PASSWORD in"),
        ("AUTH", "535 5.7.8", r"refused the login with 535; check smtp.username and SMTP_PASSWORD in .env"),
        (
            "EHLO",
            "550 5.7.1 not you",
            r"refused EHLO with 550 \(not you\); check \[smtp\] in the configuration, or ask",
        ),
    ],
)
def test_mailer_refused_set_up_says_what_to_check(step: str, reply: str, advice: str) -> None:
    """A refused login points at the account, anything else at the server."""
    account: dict[str, Any] = {"security": "none", "username": "digest", "password": SecretStr("tide-table-9")}
    with rogue_server(at(step, reply), logins=True) as (port, _log), pytest.raises(SenderRefusedError, match=advice):
        send_one(port, **account)


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        ("535 5.7.8 wrong", SenderRefusedError, "refused the login with 535"),
        ("421 4.7.0 too many logins", MailError, "the login failed with 421"),
    ],
)
def test_mailer_server_that_hangs_up_after_a_refused_login_is_quoted(
    reply: str, error: type[MailError], message: str
) -> None:
    """The next method finds the connection closed; what counts is the reply before."""
    account: dict[str, Any] = {"security": "none", "username": "digest", "password": SecretStr("tide-table-9")}
    replies: Iterator[Behaviour] = iter([reply, Do.DROP] * 2)
    with (
        rogue_server(lambda step, _: next(replies) if step == "AUTH" else None, logins=True) as (port, _log),
        pytest.raises(error, match=message),
    ):
        send_one(port, retry_delays=(), **account)


def test_mailer_server_with_other_login_methods_alone_is_named_so() -> None:
    """Without an attempt, and with what it offers: some providers turn passwords off."""
    account: dict[str, Any] = {"security": "none", "username": "digest", "password": SecretStr("tide-table-9")}
    with (
        rogue_server(at("EHLO", "250-mail.example\r\n250 AUTH XOAUTH2 NTLM")) as (port, log),
        pytest.raises(MailError, match="offers no login with a password, only XOAUTH2, NTLM; ask its administrator"),
    ):
        send_one(port, **account)
    assert "AUTH" not in log.commands


def test_mailer_server_of_another_protocol_is_named_so() -> None:
    """Without a code that the server never sent."""
    with rogue_server(at("CONNECT", "SSH-2.0-OpenSSH_9.2")) as (port, _log), pytest.raises(MailError) as raised:
        send_one(port, retry_delays=())
    assert "the connection failed: the server sent a reply that is not valid SMTP;" in str(raised.value)


def test_mailer_server_that_greets_late_is_waited_for() -> None:
    """It may look up our name for half a minute first, when the connection is made."""

    def decide(step: str, _argument: str) -> Behaviour:
        time.sleep(0.4 * (step == "CONNECT"))
        return None

    with rogue_server(decide) as (port, _log):
        receipt, _journal = send_one(port, deadlines=replace(BRIEF, connect=0.2))
    assert receipt.outcome is Outcome.SENT  # each attempt would fail; a busy machine may be late with one of them


def test_mailer_connection_that_fails_in_the_event_loop_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """As uvloop reports some failures."""

    async def failing(*_addresses: object, **_more: object) -> socket.socket:
        raise RuntimeError("file descriptor 7 is used by a transport")

    monkeypatch.setattr(aiohappyeyeballs, "start_connection", failing)
    with pytest.raises(MailError, match="the connection failed: connection lost;"):
        send_one(1, retry_delays=())


def test_mailer_host_whose_first_address_is_dead_is_reached_at_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 8305: nothing answers at the first one, so that a connection to it would take minutes to fail."""
    dead = socket.create_server((HOST, 0), backlog=0)
    with closing(dead), ExitStack() as fillers, rogue_server(lambda *_: None) as (port, log):

        async def addresses(*_server: object) -> list[AddrInfoType]:
            found = (dead.getsockname(), (HOST, port))
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", one) for one in found]

        monkeypatch.setattr(connect, "_resolve", addresses)
        for _ in range(8):  # until its queue of connections is full
            filler = fillers.enter_context(closing(socket.socket()))
            filler.setblocking(False)
            filler.connect_ex(dead.getsockname())
        receipt, _journal = send_one(port)
    assert (receipt.outcome, log.connections) == (Outcome.SENT, 1)


@pytest.mark.parametrize(
    "repeated",
    ["tide-table-9", "dGlkZS10YWJsZS05", "AGRpZ2VzdAB0aWRlLXRhYmxlLTk"],
    ids=["plain", "LOGIN", "PLAIN"],
)
def test_mailer_server_that_repeats_the_password_is_not_quoted(repeated: str) -> None:
    """Plain, or as either of the two methods encodes it; the code alone is reported."""
    account: dict[str, Any] = {"security": "none", "username": "digest", "password": SecretStr("tide-table-9")}
    with (
        rogue_server(at("AUTH", f"535 5.7.8 bad {repeated} for you"), logins=True) as (port, _log),
        pytest.raises(SenderRefusedError, match="refused the login with 535;"),
    ):
        send_one(port, **account)


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def _tls_error(kind: type[ssl.SSLError], **more: str | int | None) -> ssl.SSLError:
    """An error as OpenSSL raises it."""
    error = kind(1, "in the words of OpenSSL")
    for name, value in more.items():
        setattr(error, name, value)
    return error


def _untrusted(code: int, message: str) -> ssl.SSLError:
    return _tls_error(ssl.SSLCertVerificationError, verify_code=code, verify_message=message)


_SERVER = "the mail server mx.example:465"
_HANDSHAKE = f"the TLS handshake with {_SERVER} failed"
_KEYS = "check smtp.relays.port and smtp.relays.security"
_CERTIFICATE = f"the certificate of {_SERVER} is not trusted"
_AUTHORITY = "check smtp.relays.host, or set smtp.ca_file to the certificate of its authority"
_NOTHING = "nothing is sent through it"


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (
            _untrusted(20, "unable to get local issuer certificate"),
            MailError,
            f"{_CERTIFICATE}: unable to get local issuer certificate; {_NOTHING}; {_AUTHORITY}",
        ),
        (
            _untrusted(10, "certificate has expired."),
            MailError,
            f"{_CERTIFICATE}: certificate has expired; {_NOTHING}; whoever runs the server must renew it",
        ),
        (
            _untrusted(9, "certificate is not yet valid"),
            MailError,
            f"{_CERTIFICATE}: certificate is not yet valid; {_NOTHING}; check the clock of this machine",
        ),
        (
            _tls_error(ssl.SSLError, reason="WRONG_VERSION_NUMBER"),
            MailError,
            f"{_HANDSHAKE} (WRONG_VERSION_NUMBER); {_NOTHING}; {_KEYS}",
        ),
        (
            _tls_error(ssl.SSLError, reason=None),
            MailError,
            f"{_HANDSHAKE} (no reason given); {_NOTHING}; {_KEYS}",
        ),
        (ConnectionRefusedError(errno.ECONNREFUSED, ""), TemporaryConnectError, "the step failed: connection refused"),
    ],
)
def test_connector_error_of_the_connection_says_what_to_check(error: Exception, kind: type, text: str) -> None:
    """Whether or not the library wraps it; a network that fails may work again, other errors are final."""
    relay = RelaySettings(host="mx.example", port=465, security="tls")
    connector = Connector(SmtpSettings(), None, None, BRIEF, relay)
    wrapped = [_caused(aiosmtplib.SMTPConnectError("wrapped"), error)] if isinstance(error, ssl.SSLError) else []
    for one in (error, *wrapped, _caused(OSError(), error)):
        found = connector._connection_error("the step", one)
        assert (type(found), str(found)) == (kind, text)


def test_connector_no_common_method_of_login_is_final() -> None:
    """The library raises an error without a reply or a cause."""
    found = connector_to("mx.example")._connection_error(
        "the login", aiosmtplib.SMTPException("no suitable authentication method")
    )
    assert type(found) is MailError
    assert "offers no supported method for the login; check [smtp] in the configuration" in str(found)


@pytest.mark.parametrize("code", [400, 499, 500, 599, 600, 350])
@pytest.mark.parametrize("text", ["", "5.7.1 no", "5.7.1 no\nnot you"])
def test_connector_refused_step_is_final_with_5xx_only(code: int, text: str) -> None:
    """The reply is in the message, on one line and without its enhanced code."""
    connector = connector_to("mx.example")
    found = connector._reply_error("EHLO", aiosmtplib.SMTPResponseException(code, text))
    reply = f"{code}{' (' + text.removeprefix('5.7.1 ').replace(chr(10), ' ') + ')' if text else ''}"
    if code in {500, 599}:
        assert type(found) is SenderRefusedError
        assert f"refused EHLO with {reply}; check [smtp] in the configuration" in str(found)
    else:
        assert type(found) is TemporaryConnectError
        assert str(found) == f"EHLO failed with {reply}"


@pytest.mark.parametrize(
    ("relay", "advice"),
    [
        ("", "check smtp.username and SMTP_PASSWORD in .env; after a change restart `digest run`"),
        ("MX_PASSWORD", "check smtp.relays.username and MX_PASSWORD in .env; after a change restart `digest run`"),
    ],
)
def test_connector_refused_login_names_the_variable_of_its_password(relay: str, advice: str) -> None:
    """That of the server, or of the relay."""
    settings = SmtpSettings(host="mx.example")
    server = RelaySettings(host="mx.example", username="digest", password_env=relay) if relay else settings
    connector = Connector(settings, None, None, BRIEF, server)
    found = connector._reply_error("the login", aiosmtplib.SMTPAuthenticationError(535, "5.7.8 no"))
    assert str(found).endswith(advice)


def test_connector_round_trip_is_the_shortest_of_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reply to EHLO took 200 ms, 50 ms, 1 ms and 50 ms again: a later one that is slow changes nothing."""
    moments = accumulate([10.0, 0.2, 1.0, 0.05, 1.0, 0.001, 1.0, 0.05])
    monkeypatch.setattr(connect, "time", SimpleNamespace(monotonic=lambda: next(moments)))

    async def windows(port: int) -> list[int]:
        connector, found = connector_to(HOST, port), []
        for _ in range(4):
            session = await connector.open()
            found.append(session.queue.window)
            await session.close()
        return found

    with sinking() as (port, _taken):
        assert asyncio.run(windows(port)) == [16, 8, 4, 4]


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_close_with_unsent_bytes_ends_the_connection_at_once(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """A server that reads nothing would keep a connection that is only closed."""

    class Client(asyncio.Protocol):
        is_lost = False

        def connection_lost(self, _error: Exception | None) -> None:
            self.is_lost = True

    async def is_lost() -> bool:
        with socket.create_server((HOST, 0)) as server:
            place = server.getsockname()
            transport, client = await asyncio.get_running_loop().create_connection(Client, *place)
            transport.write(bytes(50_000_000))
            smtp = connect._Client()
            smtp.transport = transport
            await connect._close(smtp)
            return client.is_lost

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(is_lost())

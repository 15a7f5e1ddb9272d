"""Setting up a session: the name in EHLO, and errors that say what the server or the network did."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
from aiohappyeyeballs import AddrInfoType
from pydantic import SecretStr

from digest.errors import MailError, SenderRefusedError
from digest.mailers.smtp import connect
from digest.model.deliveries import Outcome
from tests.support.mailing import RecordingJournal, mailer_for, outgoing, send_one
from tests.support.smtp_server import HOST, Behaviour, Do, at, rogue_server


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
    ("address", "literal"),
    [("192.0.2.7", "[192.0.2.7]"), ("2001:db8::7", "[IPv6:2001:db8::7]"), ("fe80::1%eth0", "[IPv6:fe80::1]")],
)
def test_address_literal_names_ipv6_and_has_no_zone(address: str, literal: str) -> None:
    """RFC 5321, 4.1.3."""
    assert connect._address_literal(address) == literal


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('192.0.2.7', 25)"), "connection refused"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "no such host"),
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
        ("AUTH", "535 5.7.8 wrong", r"check smtp.username and SMTP_PASSWORD in .env"),
        ("EHLO", "550 5.7.1 not you", r"check \[smtp\] in the configuration, or ask its administrator"),
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
    """Without an attempt."""
    account: dict[str, Any] = {"security": "none", "username": "digest", "password": SecretStr("tide-table-9")}
    with (
        rogue_server(at("EHLO", "250-mail.example\r\n250 AUTH XOAUTH2 NTLM")) as (port, log),
        pytest.raises(MailError, match="offers no supported method for the login"),
    ):
        send_one(port, **account)
    assert "AUTH" not in log.commands


def test_mailer_server_of_another_protocol_is_named_so() -> None:
    """Without a code that the server never sent."""
    with rogue_server(at("CONNECT", "SSH-2.0-OpenSSH_9.2")) as (port, _log), pytest.raises(MailError) as raised:
        send_one(port, retry_delays=())
    assert "the connection failed: the server sent a reply that is not valid SMTP;" in str(raised.value)


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

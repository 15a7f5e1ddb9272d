"""The dialogue of AUTH with servers that ask, refuse and count in their own ways."""

import base64
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from digest.errors import MailError, SenderRefusedError
from digest.model.deliveries import Outcome
from tests.support.mailing import send_one
from tests.support.smtp_server import Behaviour, Log, rogue_server

USER, PASSWORD = "вестник@gazette.example", "пароль 9"
ACCOUNT: dict[str, Any] = {"security": "none", "username": USER, "password": SecretStr(PASSWORD), "retry_delays": ()}
CHALLENGE = b"<1896.697170952@mail.example>"


def _base64(text: str | bytes) -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


PLAIN = _base64(f"\0{USER}\0{PASSWORD}")
CRAM = _base64(f"{USER} {hmac.new(PASSWORD.encode(), CHALLENGE, 'md5').hexdigest()}")


@contextmanager
def _server(offers: str, reply: Callable[[str], Behaviour]) -> Iterator[tuple[int, Log, list[str]]]:
    """A server that offers these methods; `reply` answers each line of a login, `lines` has them."""
    lines: list[str] = []
    verbs = {"CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY", "MESSAGE", "RSET", "QUIT"}

    def decide(step: str, argument: str) -> Behaviour:
        if step == "EHLO":
            return f"250-mail.example\r\n250 AUTH {offers}"
        if step in verbs:
            return None
        # The server reads a base64 line as a verb, in upper case, so what is compared has no case.
        lines.append(f"{step} {argument}".strip().casefold())
        return reply(lines[-1])

    with rogue_server(decide) as (port, log):
        yield port, log, lines


def _said(*lines: str) -> list[str]:
    return [line.casefold() for line in lines]


def _script(**replies: str) -> Callable[[str], Behaviour]:
    """Replies by the beginning of the line."""
    by_line = {line.replace("_", " ").casefold(): reply for line, reply in replies.items()}
    return lambda line: next(reply for start, reply in by_line.items() if line.startswith(start))


@pytest.mark.parametrize(
    "prompts", [("VXNlcm5hbWU6", "UGFzc3dvcmQ6"), ("dXNlciBuYW1lAA==", "cGFzcw=="), ("Your name", "")]
)
def test_log_in_method_login_answers_two_prompts_whatever_their_words(prompts: tuple[str, str]) -> None:
    """A server that takes no user name behind the method asks for it, and got the password in its place."""
    answers = iter([f"334 {prompts[0]}", f"334 {prompts[1]}", "235 2.7.0 welcome"])
    with _server("LOGIN", lambda _line: next(answers)) as (port, _log, lines):
        receipt, _journal = send_one(port, **ACCOUNT)
    assert receipt.outcome is Outcome.SENT
    assert lines == _said("AUTH LOGIN", _base64(USER), _base64(PASSWORD))


def test_log_in_server_that_asks_again_for_plain_gets_it_again() -> None:
    """As netqmail does."""
    answers = iter(["334 ", "235 2.7.0 welcome"])
    with _server("PLAIN", lambda _line: next(answers)) as (port, _log, lines):
        receipt, _journal = send_one(port, **ACCOUNT)
    assert receipt.outcome is Outcome.SENT
    assert lines == _said(f"AUTH PLAIN {PLAIN}", PLAIN)


@pytest.mark.parametrize("offers", ["CRAM-MD5 PLAIN LOGIN", "DIGEST-MD5 CRAM-MD5 LOGIN"])
def test_log_in_server_with_several_methods_is_not_asked_for_cram_md5_first(offers: str) -> None:
    """A server that cannot check it would count a failed login on each connection."""
    answers = iter(["235 ok"] if "PLAIN" in offers else ["334 ", "334 ", "235 ok"])
    with _server(offers, lambda _line: next(answers)) as (port, _log, lines):
        send_one(port, **ACCOUNT)
    assert not [line for line in lines if "cram" in line]


def test_log_in_only_cram_md5_is_used() -> None:
    """With the keyed hash of the challenge."""
    answers = iter([f"334 {_base64(CHALLENGE)}", "235 ok"])
    with _server("CRAM-MD5", lambda _line: next(answers)) as (port, _log, lines):
        receipt, _journal = send_one(port, **ACCOUNT)
    assert receipt.outcome is Outcome.SENT
    assert lines == _said("AUTH CRAM-MD5", CRAM)


@pytest.mark.parametrize("text", ["5.5.1 Error: already authenticated", "You are already logged in"])
def test_log_in_server_that_knows_this_machine_already_gets_the_message(text: str) -> None:
    """Such as by its address; a second login is an error of sequence there (RFC 4954, 4), not a refused password."""
    with _server("PLAIN LOGIN", lambda _line: f"503 {text}") as (port, _log, lines):
        receipt, _journal = send_one(port, **ACCOUNT)
    assert receipt.outcome is Outcome.SENT
    assert lines == _said(f"AUTH PLAIN {PLAIN}")


def _without_md5(*_arguments: object) -> Any:
    raise ValueError("[digital envelope routines] unsupported")


@pytest.mark.parametrize("challenge", ["not base64", _base64(CHALLENGE)])
def test_log_in_challenge_that_cannot_be_answered_is_cancelled(challenge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the server would take the next command for the answer; a Python without MD5 (FIPS) raises ValueError."""
    monkeypatch.setattr(hmac, "new", _without_md5)
    replies = iter([f"334 {challenge}", "501 5.7.0 Authentication aborted"])
    with (
        _server("CRAM-MD5", lambda _line: next(replies)) as (port, _log, lines),
        pytest.raises(SenderRefusedError, match=r"refused the login with 501 \(Authentication aborted\)"),
    ):
        send_one(port, **ACCOUNT)
    assert lines == _said("AUTH CRAM-MD5", "*")


def test_log_in_server_that_asks_without_end_is_cancelled_and_gets_the_next_method() -> None:
    """Nothing is sent but what a method has to say."""
    lines_of_login = _said(f"AUTH PLAIN {PLAIN}", PLAIN, "*", "AUTH LOGIN", _base64(USER), _base64(PASSWORD), "*")
    replies = iter(["334 ", "334 ", "501 cancelled", "334 ", "334 ", "334 T1RQOg==", "501 5.7.0 no second factor"])
    with (
        _server("PLAIN LOGIN", lambda _line: next(replies)) as (port, log, lines),
        pytest.raises(MailError, match=r"refused the login with 501 \(no second factor\)"),
    ):
        send_one(port, **ACCOUNT)
    assert lines == lines_of_login
    assert "MAIL" not in log.commands


def test_log_in_server_that_permits_no_login_refuses_it() -> None:
    """Other replies of the same code stay refusals."""
    with (
        _server("PLAIN", lambda _line: "503 5.5.1 Error: authentication not enabled") as (port, log, _lines),
        pytest.raises(SenderRefusedError, match="refused the login with 503"),
    ):
        send_one(port, **ACCOUNT)
    assert "MAIL" not in log.commands


def test_log_in_method_that_is_offered_and_refused_is_followed_by_the_next() -> None:
    """Some servers offer PLAIN and accept LOGIN alone."""
    reply = _script(auth_plain="553 5.3.0 Auth failure", auth_login="334 ")
    answers = iter(["334 ", "235 ok"])
    with _server("LOGIN PLAIN", lambda line: reply(line) if line.startswith("auth") else next(answers)) as (
        port,
        _log,
        _lines,
    ):
        receipt, _journal = send_one(port, **ACCOUNT)
    assert receipt.outcome is Outcome.SENT

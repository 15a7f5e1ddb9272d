"""Mailboxes of IMAP servers with odd behaviour: folders below a prefix, few abilities, messages they cannot show."""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from unittest import mock

import pytest

from digest.errors import MailError
from digest.mailboxes import imap_client
from digest.mailboxes.factory import open_mailbox
from tests.support.certificates import make_authority, self_signed
from tests.support.imap_server import imap_server
from tests.support.mail_servers import PASSWORD, dovecot, mail_folder
from tests.support.ports import reserved_port
from tests.support.smtp_server import HOST

MESSAGES = {1: b"Subject: one\r\n\r\none", 2: b"Subject: two\r\n\r\ntwo", 3: b"Subject: three\r\n\r\nthree"}


def read_all(url: str, password: str = PASSWORD) -> list[str]:
    """The keys of a mailbox's messages."""
    with open_mailbox(url, Path(), password, "Handled") as found:
        return [message.key for message in found.messages()]


def failure(url: str) -> str:
    """Why a mailbox cannot be read."""
    with pytest.raises(MailError) as caught:
        read_all(url)
    return str(caught.value)


@pytest.fixture
def folder() -> Iterator[Path]:
    """The folder of Dovecot, with an empty folder for the users' mail."""
    with mail_folder() as found:
        yield found


@contextmanager
def inbox(port: int) -> Iterator[imaplib.IMAP4]:
    """The user's connection to Dovecot, with the inbox."""
    with imaplib.IMAP4(HOST, port) as client:
        client.login("bounce", PASSWORD)
        client.select("INBOX")
        yield client


def deliver(port: int) -> None:
    """Put the messages into the inbox of Dovecot."""
    with inbox(port) as client:
        for content in MESSAGES.values():
            client.append("INBOX", "", "", content)


def in_inbox(port: int) -> tuple[int, int]:
    """How many messages the inbox of Dovecot holds, and how many of them are marked as deleted."""
    with inbox(port) as client:
        everything, deleted = client.search(None, "ALL"), client.search(None, "DELETED")
        return len(everything[1][0].split()), len(deleted[1][0].split())


@pytest.mark.needs("dovecot")
@pytest.mark.parametrize("prefix", ["", "INBOX."])
@pytest.mark.parametrize("done", ["Handled", "INBOX.Handled", "Прочитано"])
def test_imap_done_messages_move_to_a_folder_below_the_prefix_of_the_server(
    folder: Path, prefix: str, done: str
) -> None:
    """Whether the operator writes the prefix or not, and on the second day as on the first."""
    with reserved_port() as port, dovecot(folder, port, prefix):
        deliver(port)
        for rest in (2, 1):
            with open_mailbox(f"imap://bounce@{HOST}:{port}/INBOX", Path(), PASSWORD, done) as found:
                found.mark_done([next(iter(found.messages())).key])
            assert in_inbox(port) == (rest, 0)
        with open_mailbox(f"imap://bounce@{HOST}:{port}/INBOX", Path(), PASSWORD, done) as found:
            assert len(list(found.messages())) == 1
    moved = [file for file in (folder / "mail" / "bounce").glob(".*/cur/*") if "S" in file.name.partition(":2,")[2]]
    assert len(moved) == 2


@pytest.mark.needs("dovecot")
@pytest.mark.parametrize("prefix", ["", "INBOX."])
def test_imap_folder_is_found_by_the_name_that_mail_programs_show(folder: Path, prefix: str) -> None:
    """They leave out the prefix of the server."""
    with reserved_port() as port, dovecot(folder, port, prefix):
        with inbox(port) as client:
            client.create(f"{prefix}Returned")
            client.append(f"{prefix}Returned", "", "", MESSAGES[1])
        for name in {"Returned", f"{prefix}Returned"}:
            assert len(read_all(f"imap://bounce@{HOST}:{port}/{name}")) == 1
        assert "there is no such folder" in failure(f"imap://bounce@{HOST}:{port}/Nothing")


@pytest.mark.needs("dovecot")
def test_imap_message_that_its_owner_marked_as_deleted_is_not_expunged(folder: Path) -> None:
    """Only what was read moves."""
    with reserved_port() as port, dovecot(folder, port):
        deliver(port)
        with inbox(port) as client:
            client.store("3", "+FLAGS", r"(\Deleted)")
        with open_mailbox(f"imap://bounce@{HOST}:{port}/INBOX", Path(), PASSWORD, "Handled") as found:
            found.mark_done([next(iter(found.messages())).key])
        assert in_inbox(port) == (2, 1)


@pytest.mark.parametrize(
    ("able", "last"), [("MOVE", "MOVE 1,3"), ("UIDPLUS", "EXPUNGE 1,3"), ("NAMESPACE", "EXPUNGE"), ("", "EXPUNGE")]
)
def test_imap_messages_move_with_what_the_server_can_do_after_the_login(able: str, last: str) -> None:
    """Many servers name MOVE and UIDPLUS only then."""
    with imap_server(MESSAGES, able=able) as server, open_mailbox(server.url, Path(), "x", "Handled") as found:
        found.mark_done(["1", "3"])
    used = [one.removeprefix("UID ") for one in server.commands]
    assert [one for one in used if one.startswith(("MOVE", "EXPUNGE"))] == [
        last if able != "MOVE" else f'{last} "Handled"'
    ]
    assert ('COPY 1,3 "Handled"' in used) == (able != "MOVE")


@pytest.mark.parametrize(
    ("able", "refused"), [("MOVE", "UID MOVE"), ("UIDPLUS", "UID COPY"), ("UIDPLUS", "UID EXPUNGE"), ("", "EXPUNGE")]
)
def test_imap_move_that_the_server_refuses_says_so(able: str, refused: str) -> None:
    """The mailbox can be read: whoever looked for an error of the connection would find none."""
    replies = {refused: "NO [NOPERM] anna may not do this"}
    with imap_server(MESSAGES, replies, able=able) as server, open_mailbox(server.url, Path(), "x", "Handled") as found:
        assert len(list(found.messages())) == len(MESSAGES)
        with pytest.raises(MailError) as caught:
            found.mark_done(["1"])
    assert str(caught.value) == "messages cannot be moved to Handled: the server refuses it"


def test_imap_message_that_the_server_cannot_show_is_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    """Exchange refuses what it cannot convert; the others are read, and this one stays in the mailbox."""
    with imap_server({**MESSAGES, 2: None}) as server:
        assert read_all(server.url) == ["1", "3"]
    assert caplog.messages == ["messages that the mail server cannot show stay in the mailbox: 1"]


def test_imap_server_that_shows_no_message_ends_the_reading_with_one_sentence() -> None:
    """It is overloaded, and asking for a hundred thousand messages would not help."""
    with imap_server(dict.fromkeys(range(1, 100))) as server:
        assert "cannot be read: the server ended the connection or does not understand" in failure(server.url)
    assert 10 < sum("FETCH" in one for one in server.commands) < 30


def test_imap_messages_before_the_end_of_a_connection_are_moved_over_another_one() -> None:
    """A server that ends each connection after a while would show the same messages for ever."""
    with (
        imap_server(MESSAGES, {"UID FETCH 3": "BYE"}) as server,
        open_mailbox(server.url, Path(), "x", "Handled") as found,
    ):
        with pytest.raises(MailError, match="the server ended the connection"):
            list(found.messages())
        found.mark_done(["1", "2"])
    assert 'UID MOVE 1,2 "Handled"' in server.commands


def test_imap_messages_that_have_other_uids_in_another_connection_are_not_moved() -> None:
    """They are others; what was acted on is read again."""
    with (
        imap_server(MESSAGES, {"UID FETCH 3": "BYE"}) as server,
        open_mailbox(server.url, Path(), "x", "Handled") as found,
    ):
        with pytest.raises(MailError, match="the server ended the connection"):
            list(found.messages())
        server.validity = 2
        for _ in range(2):
            with pytest.raises(MailError, match="messages cannot be moved to Handled"):
                found.mark_done(["1", "2"])
    assert not [one for one in server.commands if one.startswith(("UID MOVE", "UID STORE"))]


def test_imap_search_names_no_character_set() -> None:
    """Exchange 2003 knows none, not even US-ASCII."""
    with imap_server(
        MESSAGES, {"UID SEARCH CHARSET": "NO [BADCHARSET] The specified charset is not supported."}
    ) as server:
        assert read_all(server.url) == ["1", "2", "3"]


def test_imap_password_with_other_than_ascii_letters_is_sent_as_utf_8() -> None:
    """LOGIN takes ASCII only."""
    with imap_server(MESSAGES) as server:
        assert read_all(server.url, "пароль") == ["1", "2", "3"]
    assert "AUTHENTICATE PLAIN \0anna\0пароль" in server.commands


@pytest.mark.parametrize(
    ("command", "reply", "expected"),
    [
        (
            "LOGIN",
            "NO [ALERT] Please use your web browser (Failure)",
            "it refuses the user or the password (BOUNCES_PASSWORD in .env; after a change restart `digest run`)",
        ),
        ("LOGIN", "NO [UNAVAILABLE] Temporary authentication failure", "the server is busy"),
        ("SELECT", "NO Invalid name", "the folder cannot be opened"),
        ("SELECT", "NO Mailbox does not exist", "there is no such folder"),
        ("SELECT", "OK [READ-ONLY]", "the folder can only be read, so that no message could be moved"),
    ],
)
def test_imap_refusal_is_one_sentence_that_names_its_cause(command: str, reply: str, expected: str) -> None:
    """Whatever the server writes."""
    with imap_server(MESSAGES, {command: reply}) as server:
        assert f"cannot be read: {expected}" in failure(server.url)


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "UID FETCH"])
def test_imap_reply_that_is_none_of_imap_is_named_as_that(command: str) -> None:
    """Its words are no reply: one about a password does not mean that ours is refused."""
    with imap_server(MESSAGES, {command: "OK \r\nwrong password"}) as server:
        assert failure(server.url).endswith(" cannot be read: its reply is not valid IMAP")


def test_imap_connection_that_ends_at_the_login_is_no_refused_password() -> None:
    """As that of a server with too many connections."""
    with imap_server(MESSAGES, {"LOGIN": "BYE"}) as server:
        assert "cannot be read: the server ended the connection" in failure(server.url)


def test_imap_garbage_after_authenticate_is_not_taken_for_the_greeting() -> None:
    """The reply to AUTHENTICATE is no greeting: the port is the right one."""
    with (
        imap_server(MESSAGES, {"AUTHENTICATE": "OK \r\nwrong"}) as server,
        pytest.raises(MailError, match="its reply is not valid IMAP"),
    ):
        read_all(server.url, "пароль")


@pytest.mark.parametrize("octets", ["9" * 18, "9" * 30])
def test_imap_reply_of_impossible_size_is_one_sentence(octets: str) -> None:
    """Nobody has so much memory, or no number of Python's is that large."""
    with imap_server(MESSAGES, {"SELECT": f"OK read\r\n* 1 FETCH (BODY[] {{{octets}}}\r\n"}) as server:
        assert "cannot be read: its reply is too large" in failure(server.url)


@pytest.mark.parametrize("long", ["\r\n* 1 EXISTS" * 20_000, "x" * 90_000, "\r\n* 1 FETCH (BODY[] {90000}\r\n"])
def test_imap_reply_that_may_never_end_is_given_up_by_its_size(long: str) -> None:
    """Lines, one line, or octets that are announced."""
    with imap_server(MESSAGES, {"SELECT": f"OK {long}"}) as server, mock.patch.object(imap_client, "_LARGEST", 80_000):
        assert "cannot be read: its reply is too large" in failure(server.url)


def test_imap_replies_that_are_too_large_only_together_are_read() -> None:
    """A mailbox may hold thousands of messages."""
    with (
        imap_server(dict.fromkeys(range(1, 5), b"x" * 600)) as server,
        mock.patch.object(imap_client, "_LARGEST", 1_000),
    ):
        assert read_all(server.url) == ["1", "2", "3", "4"]


def test_imap_reply_that_may_never_end_is_given_up_in_time() -> None:
    """Each piece of it comes within the timeout of the socket."""
    hours = (3600.0 * hour for hour in count())
    with (
        imap_server(MESSAGES, {"SELECT": f"OK {'x' * 90_000}"}) as server,
        mock.patch.object(imap_client, "_PIECE", 30_000),
        mock.patch.object(imap_client, "monotonic", hours.__next__),
    ):
        assert "cannot be read: its reply does not end" in failure(server.url)


def test_imap_encrypted_replies_are_read_and_have_the_same_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual server is a remote one."""
    authority = make_authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with imap_server(MESSAGES, tls=authority.server(tmp_path)) as server:
        assert read_all(server.url) == ["1", "2", "3"]
        monkeypatch.setattr(imap_client, "_LARGEST", 10)
        assert "cannot be read: its reply is too large" in failure(server.url)


def test_imap_server_with_a_certificate_of_nobody_is_refused(tmp_path: Path) -> None:
    """Whoever can redirect the connection would get the password; the error says what helps."""
    with imap_server(MESSAGES, tls=self_signed(tmp_path)) as server:
        assert failure(server.url).endswith(
            " cannot be read: its certificate is not valid (self-signed certificate);"
            " add its authority to those that this machine trusts"
        )
        assert server.commands == []


def test_imap_port_without_tls_is_one_sentence_with_the_usual_port() -> None:
    """Such as 143."""
    with imap_server(MESSAGES) as server:
        assert "it does not speak TLS at this port; the port of imaps:// is usually 993" in failure(
            server.url.replace("imap:", "imaps:")
        )


@pytest.mark.parametrize("greeting", [b"+OK POP3 ready", b"220 mail.example ESMTP, login first"])
def test_imap_port_of_another_protocol_is_one_sentence_with_the_usual_port(greeting: bytes) -> None:
    """Such as 995 of POP3."""
    with imap_server(MESSAGES, greeting=greeting) as server:
        assert "it does not speak IMAP; the port of imaps:// is usually 993" in failure(server.url)


@pytest.mark.parametrize(
    ("greeting", "why"),
    [
        (b"* BYE [UNAVAILABLE] back at noon", "the server is busy"),
        (b"* BYE too many connections", "the server ended the connection or does not understand a command"),
    ],
)
def test_imap_server_that_refuses_in_its_greeting_is_not_taken_for_another_protocol(greeting: bytes, why: str) -> None:
    """The port is right."""
    with imap_server(MESSAGES, greeting=greeting) as server:
        assert failure(server.url).endswith(f"cannot be read: {why}")


@pytest.mark.parametrize("able", ["MOVE", ""])
def test_imap_mailbox_that_is_full_is_one_sentence(able: str) -> None:
    """The folder for done messages grows until nothing fits into it."""
    refusals = dict.fromkeys(("UID MOVE", "UID COPY"), "NO [OVERQUOTA] Quota exceeded (mailbox for user is full)")
    with (
        imap_server(MESSAGES, refusals, able) as server,
        open_mailbox(server.url, Path(), "x", "Handled") as found,
        pytest.raises(MailError, match="it is full; delete messages from the folder for those that were read"),
    ):
        found.mark_done(["1"])


def test_imap_folder_for_done_messages_that_cannot_be_made_is_one_sentence_with_the_key() -> None:
    """A server may allow no folders."""
    refusals = {"CREATE": "NO Client tried to access nonexistent namespace."}
    with (
        imap_server(MESSAGES, refusals) as server,
        open_mailbox(server.url, Path(), "x", "Handled") as found,
        pytest.raises(MailError, match=r"cannot be made; name another one in \[bounces\] done"),
    ):
        found.mark_done(["1"])

"""The fast sink accepts mail as a real server does, counts it, follows the RFCs, and misbehaves on demand."""

import smtplib
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.fast_sink import FastSink, Keep, Taken, sinking
from tests.support.mailing import RecordingJournal, mailer_for, outgoing
from tests.support.smtp_server import HOST, Accepted, Do, at, serving

BODY = b"Message-ID: <1@gazette.example>\r\n\r\n.starts with a dot\r\n..and another\r\n"
ENVELOPE = b"MAIL FROM:<a@gazette.example>\r\nRCPT TO:<b@readers.example>\r\n"


def dialogue(port: int, *parts: bytes) -> list[str]:
    """Send EHLO, each part in a write of its own, and QUIT; returns the replies to the parts and to QUIT."""
    with socket.create_connection((HOST, port), timeout=10) as client, client.makefile("rb") as replies:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert replies.readline().startswith(b"220 ")
        client.sendall(b"EHLO localhost\r\n")
        while not replies.readline().startswith(b"250 "):
            pass
        for part in parts:
            client.sendall(part)
        client.sendall(b"QUIT\r\n")
        return [line.decode().split(" ", 1)[0] for line in replies]


def bdat(content: bytes, *, last: bool = True) -> bytes:
    """A chunk with its command."""
    return b"BDAT %d%s\r\n" % (len(content), b" LAST" if last else b"") + content


def test_sink_smtplib_message_arrives_unchanged() -> None:
    """A message arrives with its envelope and its exact bytes, dots included."""
    with sinking() as (port, taken), smtplib.SMTP(HOST, port, local_hostname="localhost") as smtp:
        smtp.sendmail("a@gazette.example", ["b@readers.example"], BODY)
    assert taken.accepted == [Accepted("a@gazette.example", "b@readers.example", BODY)]
    assert taken.copies == {"<1@gazette.example>": 1}
    assert taken.commands == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    assert not taken.breaches


@pytest.mark.parametrize("cut", range(1, 12))
def test_sink_message_in_pieces_ends_at_its_final_dot(cut: int) -> None:
    """The final dot is found however its octets arrive; a dot inside a line is not one."""
    content = b"..stuffed\r\nmiddle.\r\n.\r\n"
    with sinking() as (port, taken):
        replies = dialogue(port, ENVELOPE + b"DATA\r\n", content[:-cut], content[-cut:])
    assert replies == ["250", "250", "354", "250", "221"]
    assert [message.content for message in taken.accepted] == [b".stuffed\r\nmiddle.\r\n"]


def test_sink_message_of_a_dot_only_is_empty() -> None:
    """DATA and only a dot are a message without octets."""
    with sinking() as (port, taken):
        assert dialogue(port, ENVELOPE + b"DATA\r\n", b".\r\n") == ["250", "250", "354", "250", "221"]
    assert [message.content for message in taken.accepted] == [b""]


def test_sink_several_messages_in_one_write_get_replies_in_order() -> None:
    """Several chunked messages in one write."""
    flight = (ENVELOPE + bdat(BODY)) * 3
    with sinking() as (port, taken):
        assert dialogue(port, flight) == ["250"] * 9 + ["221"]
    assert taken.copies == {"<1@gazette.example>": 3}
    assert {message.content for message in taken.accepted} == {BODY}


def test_sink_several_chunks_make_one_message() -> None:
    """A message in several chunks, one of them empty, is assembled; dots are not unstuffed."""
    parts = bdat(b"..one\r\n", last=False) + bdat(b"two\r\n", last=False) + bdat(b"")
    with sinking() as (port, taken):
        assert dialogue(port, ENVELOPE + parts) == ["250"] * 5 + ["221"]
    assert [message.content for message in taken.accepted] == [b"..one\r\ntwo\r\n"]


def test_sink_refused_recipient_refuses_data_and_bdat() -> None:
    """The DATA or BDAT behind it gets a 503, the transaction stays open until RSET, and nothing is accepted."""
    with sinking(at("RCPT", "550 5.1.1 no such user")) as (port, taken):
        flight = ENVELOPE + bdat(BODY) + b"MAIL FROM:<a@gazette.example>\r\nRSET\r\nMAIL FROM:<a@gazette.example>\r\n"
        assert dialogue(port, flight) == ["250", "550", "503", "503", "250", "250", "221"]
        assert dialogue(port, ENVELOPE + b"DATA\r\n") == ["250", "550", "503", "221"]
    assert taken.messages == 0


@pytest.mark.parametrize(
    ("flight", "replies"),
    [
        (b"RCPT TO:<b@readers.example>\r\n", ["503"]),
        (b"DATA\r\n", ["503"]),
        (b"BDAT many\r\n", ["501"]),
        (b"WHAT\r\n", ["502"]),
    ],
)
def test_sink_command_out_of_order_gets_its_error(flight: bytes, replies: list[str]) -> None:
    """A command that is unknown or out of order gets an error, and the session continues."""
    with sinking() as (port, _taken):
        assert dialogue(port, flight) == [*replies, "221"]


def test_sink_client_ahead_of_replies_is_a_breach() -> None:
    """Commands ahead of replies without PIPELINING, and octets behind DATA in any case."""
    with sinking(pipelining=False) as (port, taken):
        dialogue(port, ENVELOPE)
    assert "RCPT ahead of a reply, unannounced" in taken.breaches
    with sinking() as (port, taken):
        dialogue(port, ENVELOPE + b"DATA\r\nhello\r\n.\r\n")
    assert list(taken.breaches) == ["octets behind DATA, ahead of its reply"]


@pytest.mark.parametrize(("offered", "chunking"), [(True, True), (False, False)])
def test_sink_ehlo_announces_the_chosen_extensions(offered: bool, chunking: bool) -> None:
    """PIPELINING and CHUNKING are in the reply to EHLO, or not."""
    with sinking(pipelining=offered, chunking=chunking) as (port, _taken), smtplib.SMTP(HOST, port) as smtp:
        smtp.ehlo("localhost")
        assert (smtp.has_extn("pipelining"), smtp.has_extn("chunking")) == (offered, chunking)


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BDAT", "BODY", "MESSAGE"])
@pytest.mark.parametrize("fault", [Do.DROP, "421 4.3.2 closing"])
def test_sink_dropped_connection_accepts_no_message(step: str, fault: Do | str) -> None:
    """After a drop, with a reply or without, nothing is accepted and no connection is open."""
    with sinking(at(step, fault)) as (port, taken), socket.create_connection((HOST, port), timeout=10) as client:
        replies = b""
        with suppress(ConnectionError):
            client.sendall(b"EHLO localhost\r\n" + ENVELOPE)
            client.sendall(bdat(BODY) if step == "BDAT" else b"DATA\r\n")
            if step not in {"CONNECT", "EHLO", "MAIL", "RCPT", "BDAT"}:
                client.sendall(BODY + b".\r\n")
        with suppress(ConnectionError):
            while data := client.recv(4096):
                replies += data
    assert taken.messages == 0
    if isinstance(fault, str) and step != "BODY":
        assert replies.endswith(b"421 4.3.2 closing\r\n")


def test_sink_take_and_drop_accepts_without_reply() -> None:
    """TAKE_AND_DROP after the message: it is accepted, and the client gets no reply."""
    with sinking(at("MESSAGE", Do.TAKE_AND_DROP)) as (port, taken):
        assert dialogue(port, ENVELOPE + bdat(BODY)) == ["250", "250"]
    assert taken.messages == 1


def test_sink_drip_and_babble_send_their_replies() -> None:
    """A reply byte by byte arrives whole, and later commands get replies; BABBLE is not SMTP."""
    with sinking(at("MAIL", Do.DRIP)) as (port, _taken):
        assert dialogue(port, ENVELOPE) == ["250", "250", "221"]
    with sinking(at("MAIL", Do.BABBLE)) as (port, _taken):
        assert dialogue(port, ENVELOPE)[0] == "hello?\r\n"


def test_sink_refused_message_is_not_counted() -> None:
    """After a 4xx or 5xx to a message, the next one on the connection is accepted."""
    replies = iter(["451 4.3.0 later", "554 5.6.0 never", None])
    with sinking(lambda step, _argument: next(replies) if step == "MESSAGE" else None) as (port, taken):
        assert [reply for reply in dialogue(port, (ENVELOPE + bdat(BODY)) * 3) if reply != "250"] == [
            "451",
            "554",
            "221",
        ]
    assert taken.messages == 1


def test_sink_record_has_each_accepted_message_id(tmp_path: Path) -> None:
    """The record has each accepted Message-ID; the messages are not kept."""
    record = tmp_path / "accepted"
    sink = FastSink(keep=Keep.NUMBER, record=record)
    with serving(sink.protocol) as port:
        notes = RecordingJournal()
        mailer_for(port, connections=3).send([outgoing(number) for number in range(1, 21)], notes)
    assert sorted(record.read_text().split()) == sorted(f"<{number}@gazette.example>" for number in range(1, 21))
    assert sink.taken.accepted == []
    assert_all_once(sink.taken, 20)


def test_sink_mailer_sends_each_message_once() -> None:
    """Many large messages over several connections: each once and without breaches, with CHUNKING or without."""
    for chunking in (True, False):
        with sinking(chunking=chunking) as (port, taken):
            notes = RecordingJournal()
            messages = [outgoing(number, b".line\r\n" * 9_000) for number in range(1, 31)]
            mailer_for(port, connections=4).send(messages, notes)
        assert_all_once(taken, 30)
        assert not taken.breaches
        assert {message.content for message in taken.accepted} == {message.content for message in messages}


def assert_all_once(taken: Taken, number: int) -> None:
    """This number of messages was accepted, and none twice."""
    assert (taken.messages, len(taken.copies), set(taken.copies.values())) == (number, number, {1})

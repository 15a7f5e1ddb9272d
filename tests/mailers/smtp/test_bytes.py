"""The format of messages on a connection, and of replies."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.mailers.smtp.replies import Step, parse_reply, refusal_class, refusal_outcome
from digest.message.wire_format import content_defect, dot_stuffed
from digest.model.deliveries import Outcome, ReplyClass
from digest.parsing.addresses import is_address
from tests.support.certificates import Authority
from tests.support.mailing import RecordingJournal, mailer_for, outgoing, send_one
from tests.support.smtp_server import honest_server, rogue_server

_LINE = st.one_of(
    st.sampled_from([b"", b".", b"..", b".x", b"...", b". ", b"x."]),
    st.binary(max_size=60).map(lambda raw: bytes(byte & 0x7F for byte in raw if byte & 0x7F not in (0, 10, 13))),
)


class TestLines:
    """The receiver gets the bytes of the sender, with all dots."""

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(bodies=st.lists(st.lists(_LINE, max_size=40), min_size=1, max_size=5))
    def test_mailer_any_lines_arrive_unchanged(self, bodies: list[list[bytes]]) -> None:
        """Any lines of 7-bit text arrive unchanged at aiosmtpd and at our own server."""
        messages = [
            outgoing(number, b"".join(line + b"\r\n" for line in lines)) for number, lines in enumerate(bodies, start=1)
        ]
        for server in (honest_server(), rogue_server(lambda *_: None)):
            with server as (port, log):
                mailer_for(port).send(messages, RecordingJournal())
            assert [one.content for one in log.accepted] == [one.content for one in messages]

    @given(st.binary(max_size=300))
    def test_dot_stuffed_valid_content_has_no_end_of_data_inside(self, raw: bytes) -> None:
        """Stuffed, it contains no end of data, and without the stuffing it is the same again."""
        if content_defect(raw) is None:
            stuffed = dot_stuffed(raw)
            assert b"\r\n.\r\n" not in b"\r\n" + stuffed
            lines = stuffed.split(b"\r\n")
            assert b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines) == raw

    @pytest.mark.parametrize("secure", [False, True])
    @pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
    def test_mailer_large_message_arrives_whole(
        self, loop: str, secure: bool, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A message far larger than any buffer arrives whole, with and without TLS, on both event loops."""
        if loop == "asyncio":
            monkeypatch.setattr("digest.mailers.smtp.mailer._loop_factory", lambda: None)
        big = outgoing(1, (b"." + b"x" * 97 + b"\r\n") * 30_000)
        tls = authority.server(tmp_path) if secure else None
        with rogue_server(lambda *_: None, tls=tls) as (port, log):
            more = {"security": "starttls", "ca_file": str(authority.file)} if secure else {}
            receipt, _journal = send_one(port, message=big, **more)
        assert receipt.outcome is Outcome.SENT
        assert log.accepted[0].content == big.content


class TestReplies:
    """Parsing of replies."""

    @pytest.mark.parametrize(
        ("text", "queue_id"),
        [
            ("2.0.0 Ok: queued as 4F3Xyz12", "4F3Xyz12"),
            ("OK id=1tAbCd-000000001-2xYz", "1tAbCd-000000001-2xYz"),
            ("2.0.0 4ABCdef0123 Message accepted for delivery", "4ABCdef0123"),
            ("2.0.0 OK  1700000000 a640c23a62f3a-abc.12 - gsmtp", "a640c23a62f3a-abc.12"),
            ("Ok 0100018c1234abcd-5678-000000", "0100018c1234abcd-5678-000000"),
            ("2.6.0 [InternalId=1234567890, Hostname=x.example] Queued mail for delivery", "1234567890"),
            ("2.0.0 Ok", None),
            ("Message accepted", None),
        ],
    )
    def test_reply_queue_id_of_usual_servers_is_found(self, text: str, queue_id: str | None) -> None:
        """The formats of the usual servers are known; other texts have no id."""
        assert parse_reply(250, [text]).queue_id == queue_id

    @given(st.text(max_size=200), st.emails())
    def test_reply_safe_text_contains_no_address(self, noise: str, address: str) -> None:
        """An address is removed, whatever surrounds it."""
        text = parse_reply(550, [f"{noise} <{address}> {noise}"]).safe_text
        assert address not in text
        assert len(text) <= 300

    @given(st.sampled_from(Step), st.integers(400, 599))
    def test_refusal_outcome_is_deferred_for_4xx_only(self, step: Step, code: int) -> None:
        """A 4xx is always deferred, a 5xx never unless it means a full mailbox."""
        assert (refusal_outcome(step, parse_reply(code, ["no"])) is Outcome.DEFERRED) == (code < 500)

    @pytest.mark.parametrize(
        ("step", "expected"),
        [
            (Step.RSET, None),
            (Step.MAIL, None),
            *((step, ReplyClass.ABOUT_US) for step in (Step.RCPT, Step.DATA, Step.MESSAGE)),
        ],
    )
    def test_refusal_class_before_rcpt_says_nothing_about_a_receiver(
        self, step: Step, expected: ReplyClass | None
    ) -> None:
        """Before RCPT the server does not know who the message is for."""
        assert refusal_class(step, parse_reply(550, ["5.7.1 not from you"])) is expected

    @given(st.emails())
    def test_is_address_accepts_no_special_characters(self, address: str) -> None:
        """A plain address has no control characters, spaces or brackets, and keeps the length limit."""
        if is_address(address):
            assert len(address) <= 254
            assert not set(address) & set('<>\r\n\t "')
            assert address.isascii()

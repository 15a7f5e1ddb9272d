"""Replies: how bytes become them, their limits, their text, and what a refusal means at each step."""

import pytest

from digest.mailers.smtp.replies import Reply, ReplyReader, Step, parse_reply, refusal_class, refusal_outcome
from digest.model.deliveries import Outcome, ReplyClass


def read(*chunks: bytes) -> list[tuple[int, list[bytes]]]:
    """The replies that a reader finds in these bytes."""
    reader = ReplyReader()
    return [reply for chunk in chunks for reply in reader.feed(chunk)]


class TestReplyReader:
    """Bytes to replies."""

    @pytest.mark.parametrize(
        ("data", "replies"),
        [
            (b"250 OK\r\n", [(250, [b"OK"])]),
            (b"250\r\n", [(250, [b""])]),
            (b"250 \n", [(250, [b""])]),
            (b"250-one\r\n250-two\r\n250 three\r\n", [(250, [b"one", b"two", b"three"])]),
            (b"250 a\r\n354 b\r\n599 c\r\n", [(250, [b"a"]), (354, [b"b"]), (599, [b"c"])]),
            (b"200 " + b"x" * 500 + b"\r\n", [(200, [b"x" * 500])]),
            (b"250-never ends\r\n", []),
            (b"250 no line end", []),
        ],
    )
    def test_reply_reader_lines_are_replies(self, data: bytes, replies: list[tuple[int, list[bytes]]]) -> None:
        """Whole at once, and byte by byte."""
        assert read(data) == replies
        assert read(*(data[place : place + 1] for place in range(len(data)))) == replies

    @pytest.mark.parametrize(
        "data",
        [b"hello\r\n", b"\r\n", b"199 x\r\n", b"600 x\r\n", b"2500 x\r\n", b"250+x\r\n", b"250-a\r\n251 b\r\n"],
    )
    def test_reply_reader_other_bytes_raise_value_error(self, data: bytes) -> None:
        """Also a reply whose lines have different codes."""
        with pytest.raises(ValueError, match="not valid SMTP"):
            read(data)

    def test_reply_reader_endless_line_raises_value_error(self) -> None:
        """2,048 octets without a line end are accepted, one more is not."""
        assert read(b"x" * 2048) == []
        with pytest.raises(ValueError, match="too long"):
            read(b"x" * 2048, b"x")

    def test_reply_reader_endless_reply_raises_value_error(self) -> None:
        """65,536 octets of text in lines are accepted, one more is not."""
        line = b"250-" + b"x" * 1024 + b"\r\n"
        assert read(*[line] * 64, b"250 \r\n")[0][0] == 250
        with pytest.raises(ValueError, match="too long"):
            read(*[line] * 64, b"250-x\r\n")

    def test_reply_reader_after_a_reply_starts_again(self) -> None:
        """The limit holds for each reply, not for all of them."""
        line = b"250-" + b"x" * 1024 + b"\r\n"
        assert len(read(*[*[line] * 60, b"250 end\r\n"] * 2)) == 2


class TestReply:
    """The parts of a reply."""

    @pytest.mark.parametrize(
        ("lines", "enhanced", "text"),
        [
            (["5.1.1 no such user"], "5.1.1", "no such user"),
            (["5.1.1"], "5.1.1", ""),
            (["5.1.1no"], None, "5.1.1no"),
            (["9.1.1 what"], None, "9.1.1 what"),
            (["no such user"], None, "no such user"),
            (["5.1.1 no", "5.1.1 such user"], "5.1.1", "no such user"),
            (["first", "4.7.0  later "], "4.7.0", "first later"),
            (["4.7.0 one", "4.7.1 two"], "4.7.0", "one two"),
            (["#5.1.0 Address rejected."], "5.1.0", "Address rejected."),
            (
                ["sorry, no mailbox here by that name. (#5.1.1)"],
                "5.1.1",
                "sorry, no mailbox here by that name. (#5.1.1)",
            ),
            (["no valid MX (#5.1.1 - chkuser)"], "5.1.1", "no valid MX (#5.1.1 - chkuser)"),
            (["5.7.1 no (#5.1.1)"], "5.7.1", "no (#5.1.1)"),
            (["case #5.1.1", "5.1.1)"], None, "case #5.1.1 5.1.1)"),
        ],
    )
    def test_parse_reply_enhanced_code_is_taken_from_the_text(
        self, lines: list[str], enhanced: str | None, text: str
    ) -> None:
        """From each line, the first counts; also as Cisco's gateways and qmail write it."""
        assert parse_reply(550, lines) == Reply(code=550, enhanced=enhanced, text=text)
        assert parse_reply(550, [line.encode() for line in lines]) == Reply(code=550, enhanced=enhanced, text=text)

    @pytest.mark.parametrize("lines", [["x" * 3000], ["5.1.1 " + "x" * 3000], ["x" * 1500, "y" * 1500]])
    def test_parse_reply_text_is_limited(self, lines: list[str]) -> None:
        """2,000 characters are read."""
        assert len(parse_reply(550, lines).text) == 2000

    @pytest.mark.parametrize(
        ("text", "safe"),
        [
            ("x" * 300, "x" * 300),
            ("x" * 301, "x" * 299 + "…"),
            ("two  spaces", "two spaces"),
            ("a\tb", "a b"),
            ("tür", "tür"),
            ("no anna@mail.example here", "no <…> here"),
            ("no <anna@mail.example>", "no <…>"),
            ('no "a.b"@mail.example', "no <…>"),
            ("(anna@mail.example:blocked)", "(<…>:blocked)"),
            ("anna@[IPv6:2001:db8::1]: no", "<…>: no"),
            ("anna@[192.0.2.1]", "<…>"),
            ("anna@mail.example.", "<…>"),
        ],
    )
    def test_reply_safe_text_is_one_short_line_without_addresses(self, text: str, safe: str) -> None:
        """At most 300 characters."""
        assert Reply(550, None, text).safe_text == safe

    def test_reply_safe_text_for_leaves_out_the_recipients_name(self) -> None:
        """Servers repeat the local part as a user's name."""
        assert "anna" not in Reply(550, None, "User anna unknown").safe_text_for("anna@mail.example")
        assert Reply(550, None, "User unknown").safe_text_for("anna@mail.example") == "User unknown"

    def test_reply_safe_text_for_has_no_control_characters_and_an_end(self) -> None:
        """Also where nothing of it had to be left out."""
        safe = Reply(550, None, "no \x1b[31m\u202e such user " + "x" * 400).safe_text_for("anna@mail.example")
        assert (safe.isprintable(), len(safe)) == (True, 300)

    def test_reply_queue_id_has_no_full_stop_at_its_end(self) -> None:
        """A sentence may end with it."""
        assert Reply(250, None, "queued as 4F3Xyz12.").queue_id == "4F3Xyz12"
        assert Reply(250, None, "queued as " + "x" * 101).queue_id == "x" * 100


REFUSALS = [
    (Step.RCPT, 450, None, Outcome.DEFERRED),
    (Step.RCPT, 499, "5.7.1", Outcome.DEFERRED),
    (Step.RCPT, 500, None, Outcome.BOUNCED),
    (Step.RCPT, 502, None, Outcome.BOUNCED),
    (Step.RCPT, 550, "5.7.1", Outcome.BOUNCED),
    (Step.RCPT, 552, "5.2.2", Outcome.BOUNCED),
    (Step.MAIL, 421, None, Outcome.DEFERRED),
    (Step.MAIL, 550, None, Outcome.REFUSED),
    (Step.MAIL, 552, "5.2.2", Outcome.REFUSED),
    *((step, code, None, Outcome.REFUSED) for step in (Step.DATA, Step.MESSAGE) for code in (500, 502, 503, 504)),
    *((step, code, None, Outcome.REFUSED) for step in (Step.DATA, Step.MESSAGE) for code in (530, 534, 535, 538, 552)),
    *((step, code, None, Outcome.BOUNCED) for step in (Step.DATA, Step.MESSAGE) for code in (501, 541, 550, 551, 554)),
    (Step.MESSAGE, 554, "5.7.26", Outcome.REFUSED),
    (Step.MESSAGE, 552, "5.3.4", Outcome.REFUSED),
    (Step.MESSAGE, 552, "5.2.2", Outcome.DEFERRED),
    (Step.MESSAGE, 554, "5.2.2", Outcome.DEFERRED),
    (Step.MESSAGE, 552, "5.2.1", Outcome.BOUNCED),
    (Step.MESSAGE, 552, "5.20.1", Outcome.REFUSED),
    (Step.DATA, 451, "4.2.2", Outcome.DEFERRED),
]


@pytest.mark.parametrize(("step", "code", "enhanced", "outcome"), REFUSALS, ids=str)
def test_refusal_outcome_of_each_code(step: Step, code: int, enhanced: str | None, outcome: Outcome) -> None:
    """The whole table: 4xx later, RCPT the recipient, MAIL and codes about the sender all messages."""
    assert refusal_outcome(step, Reply(code, enhanced, "no")) is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Mailbox is full", Outcome.DEFERRED),
        ("user quota exceeded", Outcome.DEFERRED),
        ("message size exceeds the limit for your account", Outcome.REFUSED),
        ("you have exceeded your sending quota", Outcome.REFUSED),
        ("too much", Outcome.REFUSED),
        ("Requested mail action aborted: exceeded storage allocation", Outcome.DEFERRED),
        ("Boite du destinataire pleine. Recipient overquota. OFR_417 [417]", Outcome.DEFERRED),
        ("Account storage limit", Outcome.DEFERRED),
        ("User has exhausted allowed storage space.", Outcome.DEFERRED),
        ("not enough storage space in mailbox", Outcome.DEFERRED),
        ("Caixa postal cheia", Outcome.DEFERRED),
        ("Skrzynka odbiorcy jest przepełniona", Outcome.DEFERRED),
        ("Недостаточно места в почтовом ящике", Outcome.DEFERRED),
        ("Requested mail action aborted: exceeded mailsize limit", Outcome.REFUSED),
        ("Message rejected: mailbox quota would be exceeded", Outcome.DEFERRED),
        ("Delivery would exceed quota", Outcome.DEFERRED),
        ("Mailbox size limit exceeded, message rejected", Outcome.DEFERRED),
        ("Message refused: Box is full", Outcome.DEFERRED),
        ("Letter was rejected, because mailbox is overflowed", Outcome.DEFERRED),
        ("Mail rejected: Not enough disk space in mailbox", Outcome.DEFERRED),
        ("Превышена квота ящика", Outcome.DEFERRED),
        ("Your quota is exceeded", Outcome.REFUSED),
        ("Sender quota exceeded", Outcome.REFUSED),
        ("Outgoing quota is exhausted", Outcome.REFUSED),
        ("Sender exceeded quota", Outcome.REFUSED),
        ("SMTP quota exceeded", Outcome.REFUSED),
        ("The recipient mailbox has exceeded its disk space limit", Outcome.DEFERRED),
    ],
)
def test_refusal_outcome_of_552_without_a_specific_status_is_by_its_text(text: str, outcome: Outcome) -> None:
    """One reader's full mailbox is not a refusal of all messages; qmail and Orange state 5.1.1 for it."""
    for status in (None, "5.0.0", "5.3.0", *(("5.1.1",) if outcome is Outcome.DEFERRED else ())):
        assert refusal_outcome(Step.MESSAGE, Reply(552, status, text)) is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        *(("Mailbox full", Outcome.DEFERRED), ("Quota exceeded", Outcome.REFUSED), ("No such user", Outcome.REFUSED)),
        ("mailbox full of spam", Outcome.REFUSED),
    ],
)
def test_refusal_outcome_of_a_policy_after_data_is_by_its_text(text: str, outcome: Outcome) -> None:
    """A reader's full mailbox does not pause the issue; what is not certainly that does."""
    assert refusal_outcome(Step.MESSAGE, Reply(code=552, enhanced="5.7.0", text=text)) is outcome


@pytest.mark.parametrize("text", ["Recipient has blocked you", "The user does not want mail from you"])
def test_refusal_outcome_of_a_reader_who_blocked_the_sender_is_about_them_alone(text: str) -> None:
    """Nobody else's message waits for that, and theirs is not tried again."""
    reply = Reply(code=550, enhanced="5.7.1", text=text)
    assert refusal_outcome(Step.MESSAGE, reply) is Outcome.BOUNCED
    assert refusal_class(Step.MESSAGE, reply) is ReplyClass.SOFT
    for other in (reply._replace(text=f"{text}: spam"), reply._replace(enhanced="5.7.26")):  # 5.7.26: DMARC
        assert refusal_outcome(Step.MESSAGE, other) is Outcome.REFUSED
        assert refusal_class(Step.MESSAGE, other) is ReplyClass.ABOUT_US


@pytest.mark.parametrize(
    ("step", "text", "expected"),
    [
        (Step.MAIL, "no such user", None),
        *((step, "no", ReplyClass.SOFT) for step in (Step.RCPT, Step.DATA, Step.MESSAGE)),
        *((step, "no such user", ReplyClass.HARD) for step in (Step.RCPT, Step.DATA, Step.MESSAGE)),
        (Step.MESSAGE, "looks like spam", ReplyClass.ABOUT_US),
    ],
)
def test_refusal_class_of_550_from_rcpt_on_is_hard_only_where_its_text_says_so(
    step: Step, text: str, expected: ReplyClass | None
) -> None:
    """The code alone may mean a policy, or the message."""
    assert refusal_class(step, Reply(550, None, text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("User anna@reader.example does not exist", ReplyClass.HARD),
        ("Mailbox anna@reader.example not found", ReplyClass.HARD),
        ("User (anna.b@reader.example) not listed in Domino Directory", ReplyClass.HARD),
        ("<antispam@reader.example>: mailbox disabled", ReplyClass.HARD),
        ("<anna@spamfilter.example>: mailbox is full", ReplyClass.SOFT),
        ("<abuse@reader.example>: later", ReplyClass.SOFT),
        ("<anna@reader.example>: looks like spam", ReplyClass.ABOUT_US),
        ("permanent failure for one or more recipients (anna@reader.example:blocked)", ReplyClass.ABOUT_US),
        ("anna@reader.example:user unknown", ReplyClass.HARD),
    ],
)
def test_refusal_class_ignores_the_words_of_addresses(text: str, expected: ReplyClass) -> None:
    """A full stop within one ended the sentence, and its words were taken for a reason."""
    assert refusal_class(Step.RCPT, Reply(550, None, text)) is expected


def test_refusal_outcome_ignores_the_words_of_addresses() -> None:
    """A full mailbox of somebody whose address names spam is no refusal of all messages."""
    reply = Reply(552, None, "<antispam@reader.example> mailbox is full")
    assert refusal_outcome(Step.MESSAGE, reply) is Outcome.DEFERRED

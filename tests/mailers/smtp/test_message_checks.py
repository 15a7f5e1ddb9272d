"""What is checked of a message before a connection gets it."""

import pytest

from digest.errors import MailError
from digest.mailers.smtp.message_checks import checked
from digest.model.deliveries import Outgoing
from tests.support.mailing import outgoing

PLAIN, DOTTED, BARE = b"Hello.\r\n", b"Hello.\r\n.dots\r\n", b"a\nb\r\n"


@pytest.mark.parametrize(
    ("body", "dots", "has_dots"),
    [(PLAIN, None, False), (DOTTED, None, True), (PLAIN, True, True), (DOTTED, False, False), (BARE, False, False)],
)
def test_checked_content_that_was_validated_is_not_read_again(body: bytes, dots: bool | None, has_dots: bool) -> None:
    """Whether a line begins with a dot is known then; otherwise it is found out."""
    message = outgoing(1, body)._replace(dots=dots)
    bounced: list[Outgoing] = []
    (queued,) = checked([message], bounced.append)
    assert (queued.message, queued.has_dots, queued.intent_recorded, bounced) == (message, has_dots, False, [])


def test_checked_invalid_recipient_bounces_and_the_others_are_sent() -> None:
    """In their order."""
    messages = [outgoing(1), outgoing(2, recipient="not an address"), outgoing(3)]
    bounced: list[Outgoing] = []
    assert [queued.message for queued in checked(messages, bounced.append)] == [messages[0], messages[2]]
    assert bounced == [messages[1]]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (outgoing(7, BARE), "it contains a bare CR or LF"),
        (outgoing(7, BARE)._replace(sender="nobody"), "it contains a bare CR or LF"),
        (outgoing(7)._replace(sender="nobody"), "its envelope sender is not a valid email address"),
        (outgoing(7)._replace(sender="nobody", dots=False), "its envelope sender is not a valid email address"),
        (outgoing(7, BARE, recipient="nobody"), "it contains a bare CR or LF"),
    ],
)
def test_checked_fault_of_ours_is_an_error(message: Outgoing, reason: str) -> None:
    """Nothing is started, and the error names the delivery; what was checked before is sent."""
    bounced: list[Outgoing] = []
    passed = checked([outgoing(1), message], bounced.append)
    assert next(passed).message == outgoing(1)
    with pytest.raises(MailError, match=f"^the message of delivery 7 was not sent, because {reason}; please report"):
        next(passed)
    assert bounced == []

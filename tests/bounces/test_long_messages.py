"""Messages that somebody made to keep their reader busy."""

import pytest

from digest.bounces.read import read_message
from tests.bounces.test_read import status_report


@pytest.mark.timeout(10)
@pytest.mark.parametrize("opened", ["<style>", "<script><head ", "<head\n", "<STYLE/", "<style></head>"])
def test_read_message_html_of_elements_that_never_close_takes_no_time(opened: str) -> None:
    """It took half a minute, and anybody can send a thousand of them."""
    head = "From: mailer-daemon@mx.example\nSubject: Undeliverable\nContent-Type: text/html\n\n"
    for place in range(3):
        parts = [opened * 12_000] * 2
        parts.insert(place, "<p>Mail could not be delivered to</p><p>anna@reader.example</p>")
        assert read_message((head + "".join(parts)).encode()).reports


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["reader{0}", "reader{0}@reader.example"])
def test_read_message_report_of_a_thousand_recipients_without_reasons_takes_no_time(name: str) -> None:
    """Its text was searched for each of them, for half an hour in all."""
    fields = [
        f"Final-Recipient: rfc822; {name.format(number)}\nAction: failed\nStatus: 5.0.0" for number in range(1000)
    ]
    text = "The mailbox of the recipient boris@reader.example is unknown to the mail host.\n" * 200
    assert 1 <= len(read_message(status_report(*fields, text=text)).reports) <= 100

"""Feedback reports: in any order and type, and those that are no complaint."""

import pytest

from digest.bounces.read import read_message
from digest.model.bounces import ReportClass


def feedback(fields: str, kind: str) -> bytes:
    """A feedback report with these fields, in a part of this type."""
    return f"""From: feedback@provider.example
To: bounce@gazette.example
Subject: Complaint
Content-Type: multipart/report; report-type=feedback-report; boundary=b1

--b1
Content-Type: text/plain

This is a report about abuse.

--b1
Content-Type: {kind}

{fields}

--b1
Content-Type: message/rfc822

To: anna@reader.example
Message-ID: <1.2@gazette.example>

The morning
--b1--
""".encode()


@pytest.mark.parametrize("kind", ["message/feedback-report", "text/plain", "application/octet-stream; name=ATT00001"])
@pytest.mark.parametrize(
    "fields",
    [
        "Feedback-Type: abuse\nUser-Agent: Provider/1\nVersion: 1",
        "Version: 1\nUser-Agent: Provider/1\nFeedback-Type: abuse",
        "User-Agent: Provider/1\n (a comment)\nFeedback-Type: Abuse (reader)\nVersion: 1",
    ],
)
def test_read_message_feedback_report_in_any_order_and_type_is_a_complaint(fields: str, kind: str) -> None:
    """Servers on the way change the type of a part that they do not know."""
    (report,) = read_message(feedback(fields, kind)).reports
    assert (report.report_class, report.address) == (ReportClass.COMPLAINT, "anna@reader.example")
    assert report.text == "feedback report: abuse"


@pytest.mark.parametrize("kind", ["message/feedback-report", "text/plain"])
@pytest.mark.parametrize(
    "value", ["not-spam", "Not-Spam; by=reader", "not-spam (moved to the inbox)", "auth-failure;", "virus"]
)
def test_read_message_feedback_that_is_no_complaint_is_none_with_a_comment_too(value: str, kind: str) -> None:
    """A reader who says that a message is no spam wants it, and of a virus no reader has spoken."""
    (report,) = read_message(feedback(f"Version: 1\nUser-Agent: Provider/1\nFeedback-Type: {value}", kind)).reports
    assert report.report_class is ReportClass.NONE


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\nFeedback-Type: abuse\nVersion: 1",
        "Question: what is this?\nFeedback-Type: abuse",
        "Version: 1\n\nFeedback-Type: abuse",
    ],
)
def test_read_message_text_that_names_a_field_of_feedback_is_an_ordinary_message(text: str) -> None:
    """It must begin with the fields of a report."""
    (report,) = read_message(f"From: anna@reader.example\nSubject: A question\n\n{text}\n".encode()).reports
    assert report.report_class is ReportClass.NONE

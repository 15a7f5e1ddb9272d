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


def test_read_message_feedback_about_two_recipients_is_a_complaint_of_each() -> None:
    """One of them is ours, and the other one where their mail is forwarded."""
    named = "Original-Rcpt-To: boris@forwarder.example\nOriginal-Rcpt-To: anna@reader.example"
    fields = f"Feedback-Type: abuse\nUser-Agent: Provider/1\nVersion: 1\n{named}"
    reports = read_message(feedback(fields, "message/feedback-report")).reports
    assert {report.report_class for report in reports} == {ReportClass.COMPLAINT}
    assert [report.address for report in reports] == ["boris@forwarder.example", "anna@reader.example"]


@pytest.mark.parametrize("value", ["redacted@provider.example", "<***@reader.example>", "hidden"])
def test_read_message_feedback_that_hides_the_address_is_of_an_unknown_reader(value: str) -> None:
    """Not of the one whose address the quoted message has: that may be another one."""
    fields = f"Feedback-Type: abuse\nUser-Agent: Provider/1\nVersion: 1\nOriginal-Rcpt-To: {value}"
    (report,) = read_message(feedback(fields, "message/feedback-report")).reports
    assert (report.report_class, report.address) == (ReportClass.COMPLAINT, None)
    quoted = feedback(fields.partition("\nOriginal")[0], "message/feedback-report")
    (report,) = read_message(quoted.replace(b"anna@reader.example", b"redacted@reader.example")).reports
    assert (report.report_class, report.address) == (ReportClass.COMPLAINT, None)


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

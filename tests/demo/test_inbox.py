"""The mail server of the demo, and the pages that show what it has received."""

import smtplib
from email.message import EmailMessage

from digest.demo.front import CONSOLE
from digest.demo.mail_server import Inbox
from digest.demo.stage import Demo
from digest.model.subscribers import SubscriberStatus
from tests.demo.conftest import START, post
from tests.support.web import Client

HTML = (
    '<html><head><title>x</title></head><body><script>alert(1)</script><a href="http://127.0.0.1/">a</a></body></html>'
)


def send(demo: Demo, unsubscribe: str = "") -> None:
    """Send a message to the demo's server over SMTP."""
    message = EmailMessage()
    message["From"] = "Gazette <news@gazette.example>"
    message["To"] = "anna@readers.example"
    message["Subject"] = "Привет <b>"
    if unsubscribe:
        message["List-Unsubscribe"] = f"<{unsubscribe}>, <mailto:leave@gazette.example>"
    message.set_content("Plain text")
    message.add_alternative(HTML, subtype="html")
    with smtplib.SMTP("127.0.0.1", demo.smtp_port) as server:
        server.send_message(message)


def test_message_received_is_listed_and_shown_in_all_views(demo: Demo, visitor: Client) -> None:
    """Its HTML is shown in a frame in which nothing runs, with our pictures also in Safari; texts are escaped."""
    send(demo)
    assert 'class="unread"' in visitor.request("GET", f"{CONSOLE}/inbox").text
    page = visitor.request("GET", f"{CONSOLE}/inbox/1")
    assert page.heading == "Привет &lt;b&gt;"
    framed = visitor.request("GET", f"{CONSOLE}/inbox/1/html")
    policy = framed.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script-src" not in policy
    assert f"img-src 'self' {demo.origin} data:;" in policy
    assert '<head><base target="_blank">' in framed.text
    assert "Plain text" in visitor.request("GET", f"{CONSOLE}/inbox/1?view=text").text
    assert "anna@readers.example" in visitor.request("GET", f"{CONSOLE}/inbox/1?view=headers").text
    source = visitor.request("GET", f"{CONSOLE}/inbox/1?view=source").text
    assert "&lt;script&gt;" in source
    assert "<script>alert" not in source
    assert 'class="unread"' not in visitor.request("GET", f"{CONSOLE}/inbox").text
    assert demo.inbox.opened == {1}


def test_message_unknown_is_not_found(visitor: Client) -> None:
    """Whatever is in the place of its number."""
    for number in ("7", "-1", "x", "9" * 30):
        assert visitor.request("GET", f"{CONSOLE}/inbox/{number}").status == 404


def test_one_click_of_a_foreign_address_is_not_sent(demo: Demo, visitor: Client) -> None:
    """The inbox asks no other server than the demo's own pages."""
    send(demo, unsubscribe="http://127.0.0.1:9/leave/x")
    page = visitor.request("GET", f"{CONSOLE}/inbox/1")
    assert post(visitor, page, "/inbox/1/leave", "").status == 422


def test_one_click_of_an_invalid_link_shows_its_answer(demo: Demo, visitor: Client) -> None:
    """And nobody leaves."""
    send(demo, unsubscribe=f"{demo.readers_url}/leave/unknown")
    page = visitor.request("GET", f"{CONSOLE}/inbox/1")
    assert post(visitor, page, "/inbox/1/leave", "").status == 200
    assert {one.status for one in demo.app.subscribers.list()} == {SubscriberStatus.CONFIRMED}


def test_inbox_beyond_its_limit_forgets_the_oldest() -> None:
    """And still counts them."""
    inbox = Inbox(lambda: START)
    for number in range(502):
        inbox.add("anna@readers.example", b"Subject: %d\r\n\r\n" % number)
    latest = inbox.latest()
    assert (len(latest), inbox.received) == (500, 502)
    assert (latest[0].subject, latest[-1].subject) == ("501", "2")
    assert inbox.open(1) is None

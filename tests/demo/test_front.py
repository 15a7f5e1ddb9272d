"""Who gets in: one browser, from this machine."""

from digest.demo.front import CONSOLE
from digest.demo.stage import Demo
from tests.demo.conftest import post
from tests.support.web import Client


def test_link_opened_twice_signs_in_one_browser_only(demo: Demo, visitor: Client, stranger: Client) -> None:
    """The browser that has used it may follow it again."""
    assert stranger.request("GET", demo.link.path).status == 403
    assert visitor.request("GET", demo.link.path).status == 303
    assert visitor.request("GET", f"{CONSOLE}/tour").status == 200


def test_console_and_inbox_without_the_link_are_closed(demo: Demo, stranger: Client) -> None:
    """Whatever a request says of itself; the newspaper and the readers' pages are open."""
    named = {"x_demo_user": "editor@gazette.example", "x_forwarded_for": "127.0.0.1"}
    for path in ("", "/tour", "/inbox", "/next", "/inbox/1/html"):
        assert stranger.request("GET", CONSOLE + path, **named).status == 403
    port = demo.origin.rpartition(":")[2]
    assert stranger.request("GET", f"{CONSOLE}/tour", cookie=f"digest-demo-{port}=guessed").status == 403
    assert stranger.request("GET", "/").status == 200
    assert stranger.request("GET", "/digest/").status == 200


def test_request_for_another_host_is_refused(visitor: Client) -> None:
    """A page elsewhere cannot read the inbox by a name that DNS lets lead to this machine."""
    for path in ("/", "/digest/", f"{CONSOLE}/inbox"):
        assert visitor.request("GET", path, host="attacker.example").status == 421


def test_proxy_header_of_a_visitor_is_not_believed(demo: Demo, visitor: Client) -> None:
    """A visitor is the editor, whoever else they say to be."""
    page = visitor.request("GET", f"{CONSOLE}/tour", x_demo_user="somebody@gazette.example")
    assert page.status == 200
    assert "editor@gazette.example" in page.text
    assert [user.role for user in demo.app.users.list()] == ["editor"]


def test_form_of_another_origin_changes_nothing(demo: Demo, visitor: Client) -> None:
    """The console's own protection is in force."""
    page = visitor.request("GET", f"{CONSOLE}/tour")
    elsewhere = Client(visitor.port, {**visitor.headers, "Origin": "https://attacker.example"})
    assert post(elsewhere, page, "/tour/clock", "do=run").status == 403
    assert not demo.clock.is_fast
    assert post(visitor, page, "/tour/clock", "do=run").status == 303
    assert demo.clock.is_fast


def test_page_that_is_valid_for_a_time_slows_the_clock(demo: Demo, visitor: Client) -> None:
    """Else half an hour to undo would be two seconds."""
    demo.clock.run()
    visitor.request("GET", "/digest/subscribe")
    before = demo.clock.now()
    visitor.request("GET", "/")
    assert (demo.clock.now() - before).total_seconds() < 30

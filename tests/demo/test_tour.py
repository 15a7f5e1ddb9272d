"""The tour over HTTP: which steps are done, and the clock; tests/demo/test_tour_browser.py takes the steps."""

import re
from datetime import timedelta

from digest.demo.days import HOUR
from digest.demo.front import CONSOLE
from digest.demo.stage import Demo
from digest.model.overrides import Override, OverrideKind
from digest.model.subscribers import LeftBy
from tests.demo.conftest import START, post
from tests.support.web import Client


def done(visitor: Client) -> list[int]:
    """The numbers of the steps that the page shows as done."""
    page = visitor.request("GET", f"{CONSOLE}/tour").text
    steps = re.findall(r"<li( class=\"\w+\")?[^>]*>\s*<span class=\"mark\"", page)
    return [number for number, mark in enumerate(steps, 1) if "done" in mark]


def test_steps_are_done_once_it_has_happened_and_in_any_order(demo: Demo, visitor: Client) -> None:
    """The third one needs an issue of another day."""
    assert done(visitor) == []
    visitor.request("GET", f"{CONSOLE}/numbers")
    assert done(visitor) == [6]
    demo.app.subscribers.remove("anna@readers.example", LeftBy.READER, demo.clock.now())
    assert done(visitor) == [5, 6]
    demo.inbox.add("anna@readers.example", b"Subject: x\r\n\r\n")
    visitor.request("GET", f"{CONSOLE}/inbox")
    assert done(visitor) == [5, 6]
    visitor.request("GET", f"{CONSOLE}/inbox/1")
    assert done(visitor) == [4, 5, 6]
    pinned = Override(
        kind=OverrideKind.PIN, key="gazette.example/1", value=None, by="a@gazette.example", at=demo.clock.now()
    )
    demo.app.overrides.add("daily", None, pinned)
    assert done(visitor) == [2, 4, 5, 6]
    visitor.request("GET", f"{CONSOLE}/next?edition=daily")
    assert done(visitor) == [1, 2, 4, 5, 6]


def test_guide_in_the_head_of_each_page_names_the_next_step(visitor: Client) -> None:
    """In the language of the page."""
    assert "Step 1 of 6: See the next issue" in visitor.request("GET", f"{CONSOLE}/issues").text
    visitor.request("GET", f"{CONSOLE}/next")
    russian = visitor.request("GET", f"{CONSOLE}/issues", accept_language="ru").text
    assert "Шаг 2 из 6: Измените материал" in russian


def test_clock_buttons_let_the_days_pass_stop_them_and_go_to_the_hour(demo: Demo, visitor: Client) -> None:
    """Anything else is refused."""
    page = visitor.request("GET", f"{CONSOLE}/tour")
    assert "as slowly as a real one" in page.text
    states = []
    for action in ("run", "stop"):
        assert post(visitor, page, "/tour/clock", f"do={action}").status == 303
        states.append(demo.clock.is_fast)
    assert states == [True, False]
    demo.clock.skip_to(START + timedelta(hours=3))
    assert post(visitor, page, "/tour/clock", "do=skip").status == 303
    now = demo.clock.now().astimezone(demo.app.zone)
    assert (now.day, now.hour) in {(27, HOUR.hour - 1), (27, HOUR.hour)}
    assert post(visitor, page, "/tour/clock", "do=nothing").status == 422

"""Which clicks are those of programs: by one request, and by many links within seconds."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.web import LinkTarget
from digest.web.clicks import RecentClicks, is_program
from tests.support.installation import SLOT

PHONE = "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"


@pytest.mark.parametrize("agent", [PHONE, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"])
def test_browser_is_a_person(agent: str) -> None:
    """Also a phone whose name ends like that of a program; unless it only prefetches, or sends HEAD."""
    assert not is_program("GET", {"user-agent": agent})
    assert is_program("HEAD", {"user-agent": agent})
    assert is_program("GET", {"user-agent": agent, "sec-purpose": "prefetch;prerender"})


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 8)), max_size=40))
def test_recent_clicks_move_each_click_once(clicks: list[tuple[int, int]]) -> None:
    """Whatever the order, no link has more clicks taken away than it was given."""
    recent, people, now = RecentClicks(), dict.fromkeys(range(1, 9), 0), SLOT
    for seconds, number in clicks:
        now += timedelta(seconds=seconds)
        found = recent.add("a visitor", LinkTarget(issue_id=1, number=number, url=None), now)
        for earlier in found[:-1]:
            people[earlier] -= 1
        people[number] += not found
        assert min(people.values()) >= 0

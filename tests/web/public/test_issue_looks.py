"""The page of an issue in Chromium beside the message that readers got: the same texts, sizes and lines."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.chromium import chromium
from tests.support.installation import NEXT_DAY, SLOT, Installation, item, rss
from tests.support.smtp_server import Log
from tests.support.web import BASE, message_of, served

pytestmark = pytest.mark.needs("chromium")

THEMES = ("quay", "letter", "lines")
TITLES = (
    "Night ferries return to the inner harbour after eleven long years",
    "The old crane moves to the museum quay, one bolt at a time, at night",
    "Council votes for a car-free Exchange Square in the middle of the town",
    "Library opens on Sundays again, thanks to forty patient volunteers",
    "Shipyard wins an order for two research vessels and a floating dock",
)
# Of each text: its size, weight, colour, and the length of each of its lines.
LOOKS = """
root => [...document.querySelector(root).querySelectorAll("*")]
  .filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .map(e => {
    const style = getComputedStyle(e), range = document.createRange();
    range.selectNodeContents(e);
    const lines = [...range.getClientRects()].map(box => Math.round(box.width));
    return [e.textContent.trim(), [style.fontSize, style.fontWeight, style.color, ...lines]];
  })
"""


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [320, 390, 800])
def test_page_of_an_issue_looks_as_its_message(
    site: Installation, mail: tuple[int, Log], theme: str, width: int
) -> None:
    """In every theme: what the page has of the message has its sizes, colours and line breaks."""
    site.configure(
        editions=(f'name = "daily"\ntheme = "{theme}"',),
        smtp=f"port = {mail[0]}",
        web=f'base_url = "{BASE}"',
        portal='postal_address = "1 Quay Street, Port Veil"',
    )
    site.write("feed.xml", rss(*(item(n, title=one, comments=n, hours=-6) for n, one in enumerate(TITLES, 21))))
    site.run("send", "--yes", "--date", NEXT_DAY, "--force", now=SLOT + timedelta(days=1)).fine()
    part = message_of(mail[1].accepted[-1]).get_body(("html",))
    assert part is not None
    with served(site) as web, chromium() as browser:
        page, message = (browser.new_page(viewport={"width": width, "height": 900}) for _ in range(2))
        page.goto(f"http://127.0.0.1:{web.port}/archive/daily/{NEXT_DAY}")
        message.set_content(part.get_content())
        shown: list[Any] = page.evaluate(LOOKS, "main > div")
        sent: list[Any] = message.evaluate(LOOKS, "body")
    assert len(shown) > len(TITLES)
    assert [one for one in shown if one not in sent] == []

"""Chromium with a message in it: pictures of the whole message, and its boxes and colours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.support.chromium import axe_violations, chromium

# Boxes in pixels. For each long text the room for its lines, and for those beside a picture that floats.
# `broken`: words of titles that are broken. `tops`: where texts, in the order of `texts`, pictures, boxes and
# rules begin and end.
_MEASURE = """
() => {
  const colour = e => getComputedStyle(e).backgroundColor;
  const ground = e => !e || colour(e) !== "rgba(0, 0, 0, 0)" ? e : ground(e.parentElement);
  const hasText = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  const block = e => getComputedStyle(e).display.startsWith("inline") ? block(e.parentElement) : e;
  const px = (e, ...names) => names.reduce((sum, name) => sum + (parseFloat(getComputedStyle(e)[name]) || 0), 0);
  const floats = [...document.body.querySelectorAll("*")].filter(e => getComputedStyle(e).float !== "none");
  const beside = (e, box) => floats.filter(f => !f.contains(e) && f.getBoundingClientRect().top < box.bottom
    && f.getBoundingClientRect().bottom > box.top).map(f => f.offsetWidth + px(f, "marginLeft", "marginRight"));
  const room = e => e.clientWidth - px(e, "paddingLeft", "paddingRight");
  const narrowest = e => room(e) - Math.max(0, ...beside(e, e.getBoundingClientRect()));
  const texts = [...document.body.querySelectorAll("*")].filter(e => e.checkVisibility() && hasText(e));
  const shown = texts.filter(e => e.getClientRects().length && !e.closest("[aria-hidden=true]"));
  const tops = (node, word) => {
    const range = document.createRange();
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    return new Set([...range.getClientRects()].map(box => box.top)).size;
  };
  const titles = [...document.querySelectorAll("h1, h2, h3")].flatMap(e => {
    const nodes = document.createTreeWalker(e, NodeFilter.SHOW_TEXT), found = [];
    while (nodes.nextNode()) found.push(nodes.currentNode);
    return found;
  });
  return {
    broken: titles.flatMap(n => [...n.data.matchAll(/\\p{L}+/gu)].filter(w => tops(n, w) > 1).map(w => w[0])),
    width: innerWidth, scroll: document.documentElement.scrollWidth, height: document.body.scrollHeight,
    right: Math.max(...shown.map(e => e.getBoundingClientRect().right)),
    columns: shown.filter(e => e.textContent.trim().length > 60)
      .map(e => [e.textContent.trim(), room(block(e)), narrowest(block(e))]),
    texts: shown.map(e => [e.textContent.trim(), getComputedStyle(e).color, colour(ground(e) ?? document.body)]),
    tops: [...shown, ...document.images, ...document.querySelectorAll("td.shade, td.edge, td.line")]
      .map(e => e.getBoundingClientRect()).map(box => [box.top, box.bottom]),
    pictures: [...document.images].map(one => {
      const box = one.getBoundingClientRect();
      return { own: one.naturalWidth / one.naturalHeight, drawn: box.width / box.height, width: box.width };
    }),
  };
}
"""


@dataclass
class MailBrowser:
    """A page that shows one message after the other and reaches no network."""

    page: Page
    _html: str = ""  # the message that it shows

    def picture(self, html: str, width: int) -> bytes:
        """The whole message as PNG."""
        return self._show(html, width).screenshot(full_page=True)

    def measures(self, html: str, width: int) -> dict[str, Any]:
        """The boxes of the message."""
        found: dict[str, Any] = self._show(html, width).evaluate(_MEASURE)
        return found

    def axe_violations(self, html: str, width: int) -> dict[str, str]:
        """What axe finds, with the first element of each; the app's own page has the landmarks that mail lacks."""
        violations = axe_violations(self._show(html, width))
        found = {one["id"]: one["nodes"][0]["html"] for one in violations}
        return {name: element for name, element in found.items() if name not in ("landmark-one-main", "region")}

    def _show(self, html: str, width: int) -> Page:
        self.page.set_viewport_size({"width": width, "height": 900})
        if html != self._html:  # a message at another width needs no new page
            self.page.set_content(html)
            self._html = html
        return self.page


@contextmanager
def mail_browser() -> Iterator[MailBrowser]:
    """A browser, which ends with the block."""
    with chromium() as browser, browser.new_context(offline=True) as context:
        yield MailBrowser(context.new_page())

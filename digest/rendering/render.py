"""Renders an issue: Jinja fills the theme's templates, MJML compiles them to HTML, and forbidden HTML is refused."""

import binascii
import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import lxml.html
import mjml

from digest.errors import RenderError
from digest.i18n import Words
from digest.message.body_rules import forbidden_markup, unusable_addresses
from digest.message.limits import RENDERED_LIMIT
from digest.model.issues import Issue, Links, Rendered
from digest.rendering.theme import Themes
from digest.rendering.view_model import Page, page
from digest.settings.schema import PortalSettings


class Renderer:
    """Draws issues in the themes of some folders (the operator's first, the package's last)."""

    def __init__(self, portal: PortalSettings, theme_folders: Sequence[Path]) -> None:
        self._portal = portal
        self._themes = Themes(theme_folders)

    def render(self, issue: Issue, links: Links, *, theme: str) -> Rendered:
        """Draw the issue, without the tail articles that would get it clipped.

        Raises ConfigurationError (no such theme), TemplateError (a mistake in its files) or RenderError (what came out
        breaks a rule).
        """
        self._themes.require(theme)
        drawing = _Drawing(self._themes, theme, Words(issue.language, self._portal.zone), self._portal, links)
        whole = page(issue, drawing.words)
        fitting, html = _fitted(drawing, whole)
        check(html)
        text = drawing.text(fitting)
        return Rendered(subject=issue.subject, preheader=issue.preheader, html=html, text=text, trimmed=fitting.trimmed)


class _Drawing:
    """One issue in the making: all that stays the same while articles are trimmed."""

    def __init__(self, themes: Themes, theme: str, words: Words, portal: PortalSettings, links: Links) -> None:
        self.words = words
        self._themes = themes
        self._theme = theme
        self._context = {"portal": portal, "links": links, "style": themes.style(theme)}

    def html(self, what: Page) -> str:
        source = self._themes.draw(self._theme, "issue.mjml", self.words, {**self._context, "issue": what})
        return _compiled(source, self._theme)

    def text(self, what: Page) -> str:
        drawn = self._themes.draw(self._theme, "issue.txt", self.words, {**self._context, "issue": what})
        lines = "\n".join(line.rstrip() for line in drawn.strip().split("\n"))
        return re.sub(r"\n{4,}", "\n\n\n", lines) + "\n"


def encoded_size(text: str) -> int:
    """Bytes of a text part as it is sent: in quoted-printable or base64, whichever is smaller."""
    content = text.encode()
    quoted = binascii.b2a_qp(content)
    return min(len(quoted) + quoted.count(b"\n"), -(-len(content) // 57) * 78)


def check(html: str) -> None:
    """Raise RenderError for MJML left over, forbidden markup, or a link or an image that cannot work."""
    if "<mj-" in html:
        tag = html[html.index("<mj-") :].split(">", 1)[0].split(None, 1)[0]
        raise RenderError(f"MJML does not know {tag}>, or not there; see the tags in the theme's issue.mjml")
    page = lxml.html.document_fromstring(html)
    found = next(chain(forbidden_markup(page), unusable_addresses(page)), None)
    if found is not None:
        raise RenderError(f"the rendered issue has {found}; see the theme's issue.mjml, or the article's address")


def _fitted(drawing: _Drawing, whole: Page) -> tuple[Page, str]:
    html = drawing.html(whole)
    if encoded_size(html) <= RENDERED_LIMIT:
        return whole, html
    fits, too_many = 0, len(whole.stories)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if encoded_size(drawing.html(whole.shortened(middle))) <= RENDERED_LIMIT:
            fits = middle
        else:
            too_many = middle
    if fits == 0:
        raise RenderError(
            "the issue is too large for one message even with a single article; look at the theme's issue.mjml"
        )
    fitting = whole.shortened(fits)
    return fitting, drawing.html(fitting)


def _compiled(source: str, theme: str) -> str:
    try:
        return mjml.mjml2html(source, fonts={}, include_loader=_refuse)
    except ValueError as error:
        raise RenderError(f"theme {theme!r}: its issue.mjml, once filled, is not MJML: {error}") from error


def _refuse(path: str) -> str:
    raise ValueError(f"mj-include is not allowed ({path}); use Jinja's include")

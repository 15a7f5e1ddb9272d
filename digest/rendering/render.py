"""An issue drawn: Jinja fills the theme's templates, MJML makes HTML of them; what no reader should meet is refused."""

import binascii
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import lxml.etree
import lxml.html
import mjml

from digest.errors import RenderError
from digest.i18n import Words
from digest.model.issues import Issue, Links, Rendered
from digest.rendering.theme import Themes
from digest.rendering.view_model import Page, page
from digest.settings.schema import PortalSettings

LIMIT = 88_000  # bytes of the encoded HTML part: the footer must stand before byte 90,000, blanks filled
_FORBIDDEN = frozenset(
    {"script", "form", "iframe", "object", "embed", "base", "link", "input", "button", "svg", "video"}
)
_SCHEMES = frozenset({"http", "https", "mailto"})


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
    """Raise RenderError for MJML left over, active content, or a link or an image that leads nowhere."""
    if "<mj-" in html:
        tag = html[html.index("<mj-") :].split(">", 1)[0].split(None, 1)[0]
        raise RenderError(f"MJML does not know {tag}>, or not there; see the tags in the theme's issue.mjml")
    for element in lxml.html.document_fromstring(html).iter(lxml.etree.Element):
        broken = _broken(element)
        if broken is not None:
            raise RenderError(f"the rendered issue has {broken}; see the theme's issue.mjml, or the article's address")


def _broken(element: lxml.html.HtmlElement) -> str | None:
    tag = str(element.tag)
    if tag in _FORBIDDEN:
        return f"<{tag}>, which mail must not carry"
    handler = next((name for name in element.attrib if str(name).lower().startswith("on")), None)
    if handler is not None:
        return f"the attribute {handler!s} on <{tag}>, which mail must not carry"
    if tag == "a" and not _absolute(element.get("href"), _SCHEMES):
        return f"a link that is not absolute: {element.get('href')!r:.200}"
    if tag == "img" and element.get("alt") is None:
        return f"an image without alt: {element.get('src')!r:.200}"
    if tag == "img" and not _absolute(element.get("src"), _SCHEMES - {"mailto"}):
        return f"an image whose address is not absolute: {element.get('src')!r:.200}"
    return None


def _absolute(url: str | None, schemes: frozenset[str]) -> bool:
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.scheme == "mailto")


def _fitted(drawing: _Drawing, whole: Page) -> tuple[Page, str]:
    html = drawing.html(whole)
    if encoded_size(html) <= LIMIT:
        return whole, html
    fits, too_many = 0, len(whole.stories)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if encoded_size(drawing.html(whole.shortened(middle))) <= LIMIT:
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

"""Renders an issue: Jinja fills the theme's templates, MJML compiles them to HTML, and forbidden HTML is refused."""

import binascii
import re
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import lxml.html
import mjml

from digest.errors import RenderError
from digest.i18n import Translator
from digest.message.body_rules import forbidden_markup, unusable_addresses
from digest.message.limits import RENDERED_LIMIT
from digest.model.issues import Issue, Links, Rendered
from digest.model.pictures import PictureSize, ServedPicture
from digest.rendering.issue_page import make_page, with_short_summaries
from digest.rendering.slots import ShownSlots, require_blocks
from digest.rendering.theme import Themes
from digest.rendering.theme_toml import BLOCKS
from digest.rendering.view_model import Page
from digest.settings.looks import SlotSettings
from digest.settings.schema import PortalSettings

_TABLE_WITHOUT_ROLE = re.compile(r"<table(?![^>]*\srole=)")  # mrml drops the role of mj-table
_WHITE_PREHEADER = "font-size:1px;color:#ffffff;"  # mrml's for mj-preview, which every client hides anyway
_LONGEST = 30  # letters of a word that fits into the narrowest column
_LONG_TEXT = re.compile(rf">[^<>]{{{_LONGEST},}}(?=<)")
_LONG_WORD = re.compile(rf"\w{{{_LONGEST + 1},}}")
_WORD_PART = re.compile(r"\w{10}(?=\w)")


class Renderer:
    """Renders issues in the themes of these folders (the operator's first, the package's last)."""

    def __init__(self, portal: PortalSettings, theme_folders: Sequence[Path]) -> None:
        self._portal = portal
        self.themes = Themes(theme_folders, portal.colours)

    def render(
        self,
        issue: Issue,
        links: Links,
        *,
        theme: str,
        portal: PortalSettings | None = None,
        redirects: Mapping[str, str] | None = None,
        pictures: Mapping[PictureSize, ServedPicture] | None = None,
        slots: Sequence[SlotSettings] = (),
    ) -> Rendered:
        """Render the issue; if it would be clipped, with short summaries, or else without the last articles.

        `portal`: as its edition shows it; `redirects`: the links of the HTML, by the addresses that the text shows;
        `pictures`: the URLs and sizes of pictures that are served elsewhere; `slots`: what is shown between the blocks.

        Raises ConfigurationError (an unknown theme, a slot after an unknown block), TemplateError (an error in the
        theme's files) or RenderError (the output breaks a rule).
        """
        self.themes.require(theme)
        translator = Translator(issue.language, self._portal.zone)
        style, shown = self.themes.style(theme), ShownSlots(slots, issue.slot.day)
        require_blocks(slots, style.order, theme)
        context = {"portal": portal or self._portal, "links": links, "style": style, "slots": shown.by_block}
        templates = _IssueTemplates(self.themes, theme, translator, context, shown)
        whole = make_page(issue, translator, links.view)
        page, html = _fitted(templates, whole.with_links(redirects or {}).with_pictures(pictures or {}))
        if page.trimmed and (short := with_short_summaries(whole)) != whole:
            shorter = _fitted(templates, short.with_links(redirects or {}).with_pictures(pictures or {}))
            if shorter[0].trimmed < page.trimmed:
                whole, (page, html) = short, shorter
        check(html)
        text = templates.text(whole.shortened(len(page.stories)))
        return Rendered(subject=issue.subject, preheader=issue.preheader, html=html, text=text, trimmed=page.trimmed)


def compile_mjml(source: str, origin: str) -> str:
    """The HTML of an MJML document; raises RenderError, which names its origin."""
    try:
        html: str = mjml.mjml2html(source, fonts={}, include_loader=_refuse_include)
    except ValueError as error:
        raise RenderError(f"{origin} does not render to valid MJML: {error}") from error
    # Spam filters count white text on a light ground, such as SpamAssassin's rule HTML_FONT_LOW_CONTRAST.
    html = html.replace(_WHITE_PREHEADER, "font-size:1px;", 1)
    return _TABLE_WITHOUT_ROLE.sub('<table role="presentation"', html)


def tidy_text(text: str) -> str:
    """A text part without spaces at the ends of lines and with at most three line breaks together."""
    lines = "\n".join(line if line == "-- " else line.rstrip() for line in text.strip().split("\n"))
    return re.sub(r"\n{4,}", "\n\n\n", lines) + "\n"


class _IssueTemplates:
    """The templates of a theme, with the context that stays the same while articles are trimmed."""

    def __init__(
        self,
        themes: Themes,
        theme: str,
        translator: Translator,
        context: Mapping[str, Any],
        shown: ShownSlots,
    ) -> None:
        self._translator = translator
        self._themes = themes
        self._theme = theme
        self._context = {**context, "blocks": BLOCKS}
        self._shown = shown
        links = context["links"]
        self._personal = " ".join(filter(None, (links.unsubscribe, links.view, links.preferences)))

    def html(self, page: Page) -> str:
        html = compile_mjml(self._render("issue.mjml", page), f"theme {self._theme!r}: its issue.mjml or a block")
        return self._shown.insert(with_soft_breaks(html, self._personal))

    def text(self, page: Page) -> str:
        return tidy_text(self._render("issue.txt", page))

    def _render(self, file: str, page: Page) -> str:
        return self._themes.render(self._theme, file, self._translator, {**self._context, "issue": page})


def with_soft_breaks(html: str, fixed: str) -> str:
    """The HTML with places to break words of more than 30 letters in its texts, except those in `fixed`.

    Outlook for Windows makes a message as wide as its longest word, and does not know `<wbr>`.
    """

    def breakable(text: re.Match[str]) -> str:
        has_long_word = max(map(len, text[0].split())) > _LONGEST  # far faster than the pattern of a word
        return _LONG_WORD.sub(broken, text[0]) if has_long_word else text[0]

    def broken(word: re.Match[str]) -> str:
        return word[0] if word[0] in fixed else _WORD_PART.sub("\\g<0>\u200b", word[0])

    head, tag, body = html.partition("<body")
    return head + tag + _LONG_TEXT.sub(breakable, body)


def encoded_size(text: str) -> int:
    """Bytes of a text part as it is sent: in quoted-printable or base64, whichever is smaller."""
    content = text.encode()
    quoted = binascii.b2a_qp(content)
    return min(len(quoted) + quoted.count(b"\n"), -(-len(content) // 57) * 78)


def check(html: str) -> None:
    """Raise RenderError for MJML left over, forbidden markup, or a link or an image that cannot work."""
    if "<mj-" in html:
        tag = html[html.index("<mj-") :].split(">", 1)[0].split(None, 1)[0]
        raise RenderError(f"MJML does not know {tag}>, or not there; see the tags in the theme's issue.mjml and blocks")
    page = lxml.html.document_fromstring(html)
    found = next(chain(forbidden_markup(page), unusable_addresses(page)), None)
    if found is not None:
        raise RenderError(f"the rendered issue has {found}; see the theme's .mjml files, or the article's address")


def _fitted(templates: _IssueTemplates, whole: Page) -> tuple[Page, str]:
    """The page with as many articles as fit into RENDERED_LIMIT, found by bisection, and its HTML."""
    html = templates.html(whole)
    if encoded_size(html) <= RENDERED_LIMIT:
        return whole, html
    fits, too_many = 0, len(whole.stories)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if encoded_size(templates.html(whole.shortened(middle))) <= RENDERED_LIMIT:
            fits = middle
        else:
            too_many = middle
    if fits == 0:
        raise RenderError(
            "the issue is too large for one message even with a single article; shorten the theme's blocks or the slots"
        )
    page = whole.shortened(fits)
    return page, templates.html(page)


def _refuse_include(path: str) -> str:
    raise ValueError(f"mj-include is not allowed ({path}); use Jinja's include")

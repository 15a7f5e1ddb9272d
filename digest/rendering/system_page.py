"""Renders mail of the system itself, such as alerts and confirmations, with the theme's templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import NamedTuple

from digest.composing.subject import PREHEADER_LIMIT
from digest.i18n import Translator
from digest.model.issues import Rendered
from digest.parsing.text import shorten
from digest.rendering.render import check, compile_mjml, tidy_text
from digest.rendering.theme import Themes
from digest.settings.schema import PortalSettings


class Action(NamedTuple):
    """A button or a link: its label, and the address that it opens."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemPage:
    """A message of the system as plain texts; `links` are below its button, `footnote` says why it was sent."""

    subject: str
    heading: str
    paragraphs: Sequence[str]
    footnote: str
    action: Action | None = None
    links: Sequence[Action] = ()

    @property
    def preheader(self) -> str:
        """What inboxes show beside the subject: the beginning of the first paragraph, if there is one."""
        return shorten(self.paragraphs[0], PREHEADER_LIMIT) if self.paragraphs else ""

    @property
    def all_links(self) -> list[Action]:
        """What its reader can open."""
        return [*([self.action] if self.action else []), *self.links]


@dataclass(frozen=True, kw_only=True)
class SystemMailRenderer:
    """Renders system mail in the default theme of these folders (the operator's first, the package's last)."""

    portal: PortalSettings
    theme_folders: Sequence[Path]

    def render(self, page: SystemPage, language: str) -> Rendered:
        """Render the page in that language; raises TemplateError, RenderError.

        A link that the theme leaves out, such as one copied before there were `page.links`, is added at the end.
        """
        themes = Themes(self.theme_folders, self.portal.colours)
        translator = Translator(language, self.portal.zone)
        context = {"portal": self.portal, "page": page, "style": themes.style("default"), "translator": translator}
        html = compile_mjml(themes.render("default", "system.mjml", translator, context), "the theme's system.mjml")
        html = _with_html_links(html, [link for link in page.all_links if escape(link.url) not in html])
        check(html)
        text = tidy_text(themes.render("default", "system.txt", translator, context))
        text = _with_text_links(text, [link for link in page.all_links if link.url not in text])
        return Rendered(subject=page.subject, preheader="", html=html, text=text)


def _with_html_links(html: str, links: Sequence[Action]) -> str:
    """The page with more links at its end."""
    added = "".join(f'<p><a href="{escape(link.url)}">{escape(link.label)}</a></p>' for link in links)
    before, end, after = html.rpartition("</body>")
    return f"{before}{added}{end}{after}"


def _with_text_links(text: str, links: Sequence[Action]) -> str:
    """The text with more links above its footnote."""
    added = "".join(f"\n{link.label}:\n{link.url}\n" for link in links)
    before, end, after = text.rpartition("\n-- \n")
    return f"{before}{added}{end}{after}" if end else f"{text}{added}"

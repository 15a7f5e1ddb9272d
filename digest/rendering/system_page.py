"""Renders mail of the system itself, such as alerts and confirmations, with the theme's templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from digest.i18n import Translator
from digest.model.issues import Rendered
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


@dataclass(frozen=True, kw_only=True)
class SystemMailRenderer:
    """Renders system mail in the default theme of these folders (the operator's first, the package's last)."""

    portal: PortalSettings
    theme_folders: Sequence[Path]

    def render(self, page: SystemPage, language: str) -> Rendered:
        """Render the page in that language; raises TemplateError, RenderError."""
        themes = Themes(self.theme_folders, self.portal.colours)
        translator = Translator(language, self.portal.zone)
        context = {"portal": self.portal, "page": page, "style": themes.style("default"), "translator": translator}
        html = compile_mjml(themes.render("default", "system.mjml", translator, context), "the theme's system.mjml")
        check(html)
        text = tidy_text(themes.render("default", "system.txt", translator, context))
        return Rendered(subject=page.subject, preheader="", html=html, text=text)

"""Themes: folders of templates, colours and fonts, searched in the operator's folder first and then in the package.

A theme may have any of the files that Quay has, such as `issue.mjml`, `footer.mjml` and `theme.toml`; missing ones are
those of the theme that it extends. See `theme_files.py` for which file a name means.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, NoReturn

import jinja2

from digest.errors import ConfigurationError, TemplateError
from digest.i18n import Translator
from digest.rendering.colours import LOWEST_CONTRAST, readable
from digest.rendering.environment import make_environment
from digest.rendering.theme_files import ROOT_THEME, ThemeFiles, ThemeLoader
from digest.rendering.theme_toml import BLOCKS

_TEMPLATE_ERRORS = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    UnicodeError,
    ValueError,
)
GROUNDS = ("paper", "ground", "shade")
"""The colours on which the themes write."""

_RULE_CONTRAST = 3.0  # what a line needs beside its ground
_CIRCLE = "its blocks or files show each other without an end; `order` in theme.toml changes the order of the blocks"


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """A theme's colours by their use, for light and dark mode, its font stacks, and the order of its blocks."""

    light: Mapping[str, str]
    dark: Mapping[str, str]
    fonts: Mapping[str, str]
    order: tuple[str, ...]


def built_in_templates() -> Path:
    """The folder of the packaged templates: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "_templates"
    return inside if inside.is_dir() else package.parent / "templates"


class Themes:
    """The themes of these folders, in order of precedence; the last folder is that of the package.

    `brand`: the portal's `accent` and `accent2`, which are in force in every theme.
    """

    def __init__(self, folders: Sequence[Path], brand: Mapping[str, str] = MappingProxyType({})) -> None:
        self._brand = brand
        self._files = ThemeFiles(folders)
        self._environments: dict[tuple[str, str], tuple[ThemeLoader, jinja2.Environment]] = {}
        self._styles: dict[str, Style] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all themes that have a folder."""
        return self._files.names

    @property
    def known(self) -> tuple[str, ...]:
        """The names that an edition may name: those, and `default`, which need not have a folder."""
        return self._files.known

    def style(self, name: str) -> Style:
        """The style of a theme and of those that it extends; raises ConfigurationError for a wrong `theme.toml`."""
        if name not in self._styles:
            self._styles[name] = self._merged_style(name)
        return self._styles[name]

    def render(self, name: str, file: str, translator: Translator, context: Mapping[str, Any]) -> str:
        """Render the theme's template; raises TemplateError with the file and the line."""
        loader, environment = self._environment(name, translator)
        template = loader.resolve(file, None)
        is_extended = template != loader.resolve(f"package/{ROOT_THEME}/{file}", None)
        try:
            return environment.get_template(template).render({**context, "is_extended": is_extended})
        except _TEMPLATE_ERRORS as error:
            self._raise_with_line(error, template)

    def require(self, name: str) -> None:
        """Raise ConfigurationError unless there is a theme of that name."""
        if name not in self.known:
            raise ConfigurationError(f"unknown theme {name!r}; expected one of: {', '.join(self.known)}")

    def _merged_style(self, name: str) -> Style:
        lineage = self._files.lineage(name)
        tables = [table for theme in reversed(lineage) for table in self._files.tables(theme)]
        for table in tables:
            table.require_blocks(self._files.own_blocks(lineage))
        light, dark = _merged(table.light for table in tables), _merged(table.dark for table in tables)
        return Style(
            light=_complete(light | dict(self._brand)),
            dark=_complete(dark | _in_the_dark(self._brand, dark)),
            fonts=_merged(table.fonts for table in tables),
            order=next((table.order for table in reversed(tables) if table.order), BLOCKS),
        )

    def _environment(self, name: str, translator: Translator) -> tuple[ThemeLoader, jinja2.Environment]:
        key = (name, translator.language)
        if key not in self._environments:
            loader = ThemeLoader(self._files, name)
            environment = make_environment(
                loader, translator, autoescape=lambda file: not (file or "").endswith(".txt"), resolve=loader.resolve
            )
            self._environments[key] = loader, environment
        loader, environment = self._environments[key]
        loader.refresh()
        return loader, environment

    def _raise_with_line(self, error: Exception, template: str) -> NoReturn:
        if isinstance(error, jinja2.TemplateSyntaxError):
            place = f"{error.filename or template}:{error.lineno}"
        else:
            place = _template_line(error.__traceback__, self._files.folders) or template
        message = f"no template {error.name!r}" if isinstance(error, jinja2.TemplateNotFound) else str(error)
        if isinstance(error, RecursionError):
            message = _CIRCLE
        raise TemplateError(f"{place}: {' '.join(message.split()) or type(error).__name__}") from error


def _merged(tables: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """What the tables say; later ones are in force."""
    return {key: value for table in tables for key, value in table.items()}


def _in_the_dark(brand: Mapping[str, str], dark: Mapping[str, str]) -> dict[str, str]:
    """The portal's colours in the lightness that can be seen on the dark ones."""
    needed = {"accent": LOWEST_CONTRAST, "accent2": _RULE_CONTRAST}
    return {use: readable(colour, dark, GROUNDS, needed[use]) for use, colour in brand.items()}


def _complete(colours: Mapping[str, str]) -> dict[str, str]:
    """The colours with a second accent, which is the first where no theme has one."""
    return ({"accent2": colours["accent"]} if "accent" in colours else {}) | dict(colours)


def _template_line(trace: TracebackType | None, folders: Sequence[Path]) -> str | None:
    place = None
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if any(Path(file).is_relative_to(folder) for folder in folders):
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place

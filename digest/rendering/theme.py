"""Themes: folders of templates, colours and fonts, searched in the operator's folder first and then in the package.

A theme is a folder with any of `issue.mjml`, `issue.txt`, `theme.toml`, and `system.mjml` and `system.txt` for mail of
the system itself; missing files come from the theme `default`.
It may extend `default/issue.mjml` and override one block. `package/default/issue.mjml` is always the file of the
package.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

import jinja2

from digest.errors import ConfigurationError, TemplateError
from digest.i18n import Translator
from digest.rendering.environment import make_environment
from digest.settings.load import parse_toml

_DEFAULT = "default"
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """A theme's colours by their use, for light and dark mode, and its font stacks."""

    light: Mapping[str, str]
    dark: Mapping[str, str]
    fonts: Mapping[str, str]


def built_in_templates() -> Path:
    """The folder of the packaged templates: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "_templates"
    return inside if inside.is_dir() else package.parent / "templates"


class Themes:
    """The themes of these folders, in order of precedence; the last folder is that of the package."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._environments: dict[str, jinja2.Environment] = {}
        self._styles: dict[str, Style] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all themes."""
        found = {file.parent.name for folder in self._folders for file in folder.glob("*/*") if _is_theme_file(file)}
        return tuple(sorted(found))

    def style(self, name: str) -> Style:
        """The colours and fonts of the default theme, overridden by the theme's own `theme.toml`."""
        if name not in self._styles:
            self._styles[name] = _style(self._tables(name))
        return self._styles[name]

    def render(self, name: str, file: str, translator: Translator, context: Mapping[str, Any]) -> str:
        """Render the theme's template; raises TemplateError with the file and the line."""
        template = f"{name}/{file}" if self._find(name, file) else f"{_DEFAULT}/{file}"
        try:
            return self._environment(translator).get_template(template).render(context)
        except _TEMPLATE_ERRORS as error:
            self._raise_with_line(error, template)

    def require(self, name: str) -> None:
        """Raise ConfigurationError unless there is a theme of that name."""
        if name not in self.names:
            raise ConfigurationError(f"unknown theme {name!r}; expected one of: {', '.join(self.names) or 'none'}")

    def _find(self, name: str, file: str) -> Path | None:
        return next((path for folder in self._folders if (path := folder / name / file).is_file()), None)

    def _tables(self, name: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        for theme in dict.fromkeys((_DEFAULT, name)):
            for folder in reversed(self._folders):
                file = folder / theme / "theme.toml"
                if file.is_file():
                    yield file, _read_theme_toml(file)

    def _environment(self, translator: Translator) -> jinja2.Environment:
        language = translator.language
        if language not in self._environments:
            self._environments[language] = _theme_environment(self._folders, translator)
        return self._environments[language]

    def _raise_with_line(self, error: Exception, template: str) -> NoReturn:
        if isinstance(error, jinja2.TemplateSyntaxError):
            place = f"{error.filename or template}:{error.lineno}"
        else:
            place = _template_line(error.__traceback__, self._folders) or template
        message = f"no template {error.name!r}" if isinstance(error, jinja2.TemplateNotFound) else str(error)
        raise TemplateError(f"{place}: {' '.join(message.split()) or type(error).__name__}") from error


def _theme_environment(folders: Sequence[Path], translator: Translator) -> jinja2.Environment:
    every = jinja2.FileSystemLoader([str(folder) for folder in folders])
    package = jinja2.PrefixLoader({"package": jinja2.FileSystemLoader([str(folder) for folder in folders[-1:]])})
    loader = jinja2.ChoiceLoader([every, package])
    return make_environment(loader, translator, autoescape=lambda name: not (name or "").endswith(".txt"))


def _is_theme_file(file: Path) -> bool:
    return file.name in {"issue.mjml", "issue.txt", "theme.toml"}


def _style(tables: Iterator[tuple[Path, dict[str, Any]]]) -> Style:
    merged: dict[str, dict[str, str]] = {"light": {}, "dark": {}, "fonts": {}}
    for file, table in tables:
        for part, values in table.items():
            if part not in merged or not isinstance(values, dict):
                raise ConfigurationError(f"{file}: {part}: expected one of the tables [light], [dark] and [fonts]")
            merged[part] |= {key: _safe_style_value(file, f"{part}.{key}", value) for key, value in values.items()}
    return Style(**merged)


def _safe_style_value(file: Path, key: str, value: object) -> str:
    if not isinstance(value, str) or set(value) & set('<>{};"\\'):
        raise ConfigurationError(f'{file}: {key}: expected a colour or a font stack, without any of < > {{ }} ; " \\')
    return value


def _read_theme_toml(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or "not UTF-8 text"
        raise ConfigurationError(f"{file}: cannot be read: {problem}") from None
    return parse_toml(text, str(file))


def _template_line(trace: TracebackType | None, folders: Sequence[Path]) -> str | None:
    place = None
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if any(Path(file).is_relative_to(folder) for folder in folders):
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place

"""Themes: folders of templates, colours and fonts, found in the operator's folder first and in the package's after it.

A theme is a folder with any of `issue.mjml`, `issue.txt` and `theme.toml`; what it lacks is taken from the theme
`default`. It may extend `default/issue.mjml` and override one block. `package/default/issue.mjml` always names the
package's own file.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import TextWrapper
from types import TracebackType
from typing import Any, NoReturn

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.errors import ConfigurationError, TemplateError
from digest.i18n import Words

_DEFAULT = "default"
_MISTAKES = (
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
    """A theme's colours for light and dark, by their use, and its font stacks."""

    light: Mapping[str, str]
    dark: Mapping[str, str]
    fonts: Mapping[str, str]


def built_in_templates() -> Path:
    """The folder of the templates that come with the package: in a wheel inside it, in a checkout beside it."""
    package = Path(__file__).parents[1]
    inside = package / "_templates"
    return inside if inside.is_dir() else package.parent / "templates"


class Themes:
    """The themes of some folders, the earlier folder first; the last folder is the package's."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._environments: dict[str, jinja2.Environment] = {}
        self._styles: dict[str, Style] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the themes that there are."""
        found = {file.parent.name for folder in self._folders for file in folder.glob("*/*") if _is_part(file)}
        return tuple(sorted(found))

    def style(self, name: str) -> Style:
        """The theme's colours and fonts: the default's, changed by what its own `theme.toml` says."""
        if name not in self._styles:
            self._styles[name] = _style(self._tables(name))
        return self._styles[name]

    def draw(self, name: str, file: str, words: Words, context: Mapping[str, Any]) -> str:
        """Fill the theme's template with the context; raises TemplateError that names the file and the line."""
        template = f"{name}/{file}" if self._find(name, file) else f"{_DEFAULT}/{file}"
        try:
            return self._environment(words).get_template(template).render(context)
        except _MISTAKES as error:
            self._explain(error, template)

    def require(self, name: str) -> None:
        """Raise ConfigurationError unless there is a theme of that name."""
        if name not in self.names:
            raise ConfigurationError(f"there is no theme {name!r}; the folders have: {', '.join(self.names) or 'none'}")

    def _find(self, name: str, file: str) -> Path | None:
        return next((path for folder in self._folders if (path := folder / name / file).is_file()), None)

    def _tables(self, name: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        for theme in dict.fromkeys((_DEFAULT, name)):
            for folder in reversed(self._folders):
                file = folder / theme / "theme.toml"
                if file.is_file():
                    yield file, _toml(file)

    def _environment(self, words: Words) -> jinja2.Environment:
        if words.language not in self._environments:
            self._environments[words.language] = _environment(self._folders, words)
        return self._environments[words.language]

    def _explain(self, error: Exception, template: str) -> NoReturn:
        if isinstance(error, jinja2.TemplateSyntaxError):
            place = f"{error.filename or template}:{error.lineno}"
        else:
            place = _line_of(error.__traceback__, self._folders) or template
        says = f"there is no template {error.name!r}" if isinstance(error, jinja2.TemplateNotFound) else str(error)
        raise TemplateError(f"{place}: {' '.join(says.split()) or type(error).__name__}") from error


def _environment(folders: Sequence[Path], words: Words) -> jinja2.Environment:
    every = jinja2.FileSystemLoader([str(folder) for folder in folders])
    packages = jinja2.PrefixLoader({"package": jinja2.FileSystemLoader([str(folder) for folder in folders[-1:]])})
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.ChoiceLoader([every, packages]),
        undefined=jinja2.StrictUndefined,
        autoescape=lambda name: not (name or "").endswith(".txt"),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        words.gettext, words.ngettext, newstyle=True
    )
    environment.filters["wrap"] = wrapped
    environment.filters["underline"] = underlined
    return environment


def wrapped(text: str, width: int = 72, indent: str = "", first: str | None = None) -> str:
    """The text in lines of at most `width` characters, each after `indent` (the first after `first`)."""
    wrapper = TextWrapper(width, initial_indent=indent if first is None else first, subsequent_indent=indent)
    wrapper.break_on_hyphens = False
    return "\n".join(wrapper.wrap(text))


def underlined(text: str, mark: str = "-") -> str:
    """The text over a line of marks."""
    lines = wrapped(text)
    return f"{lines}\n{mark * max(map(len, lines.splitlines()), default=0)}"


def _is_part(file: Path) -> bool:
    return file.name in {"issue.mjml", "issue.txt", "theme.toml"}


def _style(tables: Iterator[tuple[Path, dict[str, Any]]]) -> Style:
    merged: dict[str, dict[str, str]] = {"light": {}, "dark": {}, "fonts": {}}
    for file, table in tables:
        for part, values in table.items():
            if part not in merged or not isinstance(values, dict):
                raise TemplateError(f"{file}: {part}: expected one of the tables [light], [dark] and [fonts]")
            merged[part] |= {key: _plain(file, f"{part}.{key}", value) for key, value in values.items()}
    return Style(**merged)


def _plain(file: Path, key: str, value: object) -> str:
    if not isinstance(value, str) or set(value) & set('<>{};"\\'):
        raise TemplateError(f'{file}: {key}: expected a colour or a font stack, without any of < > {{ }} ; " \\')
    return value


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TemplateError(f"{file}: not valid TOML: {error}") from error


def _line_of(trace: TracebackType | None, folders: Sequence[Path]) -> str | None:
    place = None
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if any(Path(file).is_relative_to(folder) for folder in folders):
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place

"""Reads `theme.toml`: what a theme extends, the order of its blocks, its colours and fonts."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from digest.errors import ConfigurationError
from digest.parsing.encodings.utf_8 import not_utf_8
from digest.settings.fields.words import suggestion
from digest.settings.load import parse_toml

BLOCKS = ("header", "intro", "contents", "lead", "sections", "discussed", "closing", "footer")
"""The blocks that every theme has; a theme may add blocks of its own, each a file."""

COLOURS = ("ground", "paper", "ink", "quiet", "accent", "accent2", "line", "shade")

_KNOWN: Mapping[str, Sequence[str]] = {"light": COLOURS, "dark": COLOURS, "fonts": ("title", "text")}
_TOP = ("extends", "order", *_KNOWN)
_NOT_BLOCKS = frozenset(  # files that are no blocks
    {"credits", "grid", "issue", "paragraphs", "parts", "rows", "slot", "system", "trimmed"}
)
_BLOCK_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_EXAMPLE = 'expected a list of blocks such as ["header", "lead", "sections", "footer"]'


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeToml:
    """What one `theme.toml` says; None where it says nothing."""

    file: Path
    extends: str | None
    order: tuple[str, ...] | None
    light: Mapping[str, str]
    dark: Mapping[str, str]
    fonts: Mapping[str, str]

    def parent(self, themes: Collection[str], before: Sequence[str]) -> str:
        """The theme that this one extends; `before` are those that lead to it. Raises ConfigurationError."""
        if self.extends is None or self.extends not in themes:
            self._wrong("extends", self.extends, f"there is no such theme; {suggestion(str(self.extends), themes)}")
        if self.extends in before:
            self._wrong("extends", self.extends, "it extends this theme itself; expected another theme")
        return self.extends

    def require_blocks(self, own: Collection[str]) -> None:
        """Raise ConfigurationError unless each block of the order is known or one of the theme's `own` files."""
        known = (*BLOCKS, *sorted(set(own) - _NOT_BLOCKS - set(BLOCKS)))
        for name in self.order or ():
            if name not in known:
                self._wrong("order", name, f"there is no such block; {suggestion(name, known)}")

    def _wrong(self, key: str, value: object, expected: str) -> NoReturn:
        raise _wrong(self.file, key, value, expected)


def read_theme_toml(file: Path) -> ThemeToml:
    """Read and check the file; raises ConfigurationError with the file, the key, the value and what is expected."""
    table = parse_toml(_content_of(file), str(file))
    for key in table:
        if key not in _TOP:
            raise _wrong(file, key, table[key], f"unknown key; {suggestion(key, _TOP)}")
    extends = table.get("extends")
    if extends is not None and not (isinstance(extends, str) and extends):
        raise _wrong(file, "extends", extends, 'expected the name of a theme such as "quay"')
    return ThemeToml(
        file=file, extends=extends, order=_order(file, table), **{name: _values(file, table, name) for name in _KNOWN}
    )


def _content_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file}: cannot be read: {not_utf_8(error)}") from None


def _order(file: Path, table: Mapping[str, Any]) -> tuple[str, ...] | None:
    order = table.get("order")
    if order is None:
        return None
    if not isinstance(order, list) or not all(isinstance(name, str) and _BLOCK_NAME.fullmatch(name) for name in order):
        raise _wrong(file, "order", order, _EXAMPLE)
    if twice := next((name for name in order if order.count(name) > 1), None):
        raise _wrong(file, "order", twice, "expected each block once")
    if "footer" not in order:
        raise _wrong(file, "order", order, 'expected "footer" too: it has the link to unsubscribe and the address')
    return tuple(order)


def _values(file: Path, table: Mapping[str, Any], name: str) -> dict[str, str]:
    values = table.get(name, {})
    if not isinstance(values, dict):
        raise _wrong(file, name, values, f"expected a table [{name}]")
    return {key: _style_value(file, name, key, value) for key, value in values.items()}


def _style_value(file: Path, part: str, key: str, value: object) -> str:
    if key in {"order", "extends"}:
        raise _wrong(file, f"{part}.{key}", value, f"expected at the top of the file, above [{part}]")
    known = _KNOWN[part]
    if key not in known and (hint := suggestion(key, known)).startswith("did") and not key.startswith(tuple(known)):
        raise _wrong(file, f"{part}.{key}", value, f"unknown key; {hint}")
    if not isinstance(value, str) or not value or set(value) & set('<>{};"\\'):
        expected = "a font stack" if part == "fonts" else 'a colour such as "#0b5a7d"'
        raise _wrong(file, f"{part}.{key}", value, f'expected {expected}, without any of < > {{ }} ; " \\')
    return value


def _wrong(file: Path, key: str, value: object, expected: str) -> ConfigurationError:
    return ConfigurationError(f"{file}: {key} = {_quoted(value)}: {expected}")


def _quoted(value: object) -> str:
    """A value as TOML writes it, shortened, on one line."""
    if isinstance(value, list):
        text = f"[{', '.join(map(_quoted, value))}]"
    elif isinstance(value, str):
        text = f'"{value}"'
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) <= 80 else f"{text[:79]}…"

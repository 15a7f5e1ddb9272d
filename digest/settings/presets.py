"""Fills source tables from packaged presets, such as `preset = "wordpress"` (docs/presets.md).

A preset file has `[needs]` (required keys of `with`, each with a description), `[usual]` (optional keys and their
defaults) and `[source]`, the keys of the table, in which `<name>` is replaced by a value of `with`. Keys of the table
itself override those of the preset.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from digest.settings.explain import table_label
from digest.settings.fields.words import suggestion

_FOLDER = Path(__file__).parents[1] / "presets"
_PLACEHOLDER = re.compile(r"<([a-z_]+)>")


def preset_names() -> list[str]:
    """The names of all presets."""
    return sorted(file.stem for file in _FOLDER.glob("*.toml"))


def with_presets(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The file's tables with presets applied to the sources, and a line for each error."""
    sources = data.get("sources")
    if not isinstance(sources, list):
        return dict(data), []
    errors: list[str] = []
    tables = [
        _with_preset(table, f"sources.{table_label(table, place)}", errors) for place, table in enumerate(sources)
    ]
    return {**data, "sources": tables}, errors


def _with_preset(table: Any, key: str, errors: list[str]) -> Any:
    if not isinstance(table, dict) or "preset" not in table:
        return table
    name, options = table["preset"], table.get("with", {})
    if not isinstance(name, str):
        errors.append(f'{key}.preset: expected the name of a preset such as "wordpress"')
        return table
    if name not in preset_names():
        errors.append(f'{key}.preset = "{name}": {suggestion(name, preset_names())}')
        return table
    preset = _preset(name)
    required, defaults = preset.get("needs", {}), preset.get("usual", {})
    if not isinstance(options, dict):  # the value is not shown, because it may be a secret
        example = next((f' such as {{ {option} = "…" }}' for option in [*required, *defaults]), "")
        errors.append(f"{key}.with: expected a table{example}")
        return table
    wrong = [*_unknown(options, [*required, *defaults]), *_missing(options, required), *_invalid(options)]
    errors += [f"{key}.with.{message}" for message in wrong]
    if wrong:
        return table
    values = {**defaults, **{option: _without_final_slash(value) for option, value in options.items()}}
    return _overridden(_substituted(preset["source"], values), table)


@cache
def _preset(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _unknown(options: Mapping[str, Any], known: list[str]) -> list[str]:
    return [f"{name}: unknown key; {suggestion(name, known)}" for name in options if name not in known]


def _missing(options: Mapping[str, Any], required: Mapping[str, str]) -> list[str]:
    return [
        f"{name}: is missing; expected {description}" for name, description in required.items() if name not in options
    ]


def _invalid(options: Mapping[str, Any]) -> list[str]:
    """Values are inserted into URLs and queries, so only one line of harmless text or a whole number is accepted."""
    return [
        f"{name}: expected one line of text without quotes, brackets, ; or \\"
        for name, value in options.items()
        if not _is_insertable(value)
    ]


def _is_insertable(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value) and value.isprintable() and not set(value) & set("<>'\"\\`;")
    return isinstance(value, int) and not isinstance(value, bool)


def _without_final_slash(value: str | int) -> str:
    text = str(value)
    return text.rstrip("/") if text.startswith(("http://", "https://")) else text


def _substituted(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _substituted(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [_substituted(inner, values) for inner in value]
    return _PLACEHOLDER.sub(lambda match: values[match[1]], value) if isinstance(value, str) else value


def _overridden(preset: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The preset's keys, overridden by the table's own; tables such as `fields` are merged key by key."""
    both = {name: {**preset[name], **own[name]} for name in preset if _are_tables(preset[name], own.get(name))}
    return {**preset, **own, **both}


def _are_tables(one: Any, other: Any) -> bool:
    return isinstance(one, dict) and isinstance(other, dict)

"""Presets: sources' tables that are filled from a packaged file, such as `preset = "wordpress"` (docs/presets.md).

A preset's file has `[needs]` (what `with` must tell, and what that is), `[usual]` (what it may tell, and the value
otherwise) and `[source]`, the table's keys, in which `<name>` stands for a value of `with`. The table's own keys win.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from digest.settings.explain import label
from digest.settings.nearest import nearest

_FOLDER = Path(__file__).parents[1] / "presets"
_BLANK = re.compile(r"<([a-z_]+)>")


def preset_names() -> list[str]:
    """The names of all presets."""
    return sorted(file.stem for file in _FOLDER.glob("*.toml"))


def with_presets(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The file's tables with each source that names a preset filled from it, and a line for each fault."""
    sources = data.get("sources")
    if not isinstance(sources, list):
        return dict(data), []
    faults: list[str] = []
    tables = [_filled(table, f"sources.{label(table, place)}", faults) for place, table in enumerate(sources)]
    return {**data, "sources": tables}, faults


def _filled(table: Any, key: str, faults: list[str]) -> Any:
    if not isinstance(table, dict) or not isinstance(table.get("preset"), str):
        return table  # a preset that is no text is pydantic's to refuse
    name, told = table["preset"], table.get("with", {})
    if name not in preset_names():
        faults.append(f'{key}.preset = "{name}": {nearest(name, preset_names())}')
        return table
    if not isinstance(told, dict):
        return table
    preset = _preset(name)
    needs, usual = preset.get("needs", {}), preset.get("usual", {})
    wrong = [*_unknown(told, [*needs, *usual]), *_missing(told, needs), *_unfit(told)]
    faults += [f"{key}.with.{says}" for says in wrong]
    if wrong:
        return table
    values = {**usual, **{one: _plain(value) for one, value in told.items()}}
    return _own_keys_win(_spliced(preset["source"], values), table)


@cache
def _preset(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _unknown(told: Mapping[str, Any], known: list[str]) -> list[str]:
    return [f"{name}: unknown key; {nearest(name, known)}" for name in told if name not in known]


def _missing(told: Mapping[str, Any], needs: Mapping[str, str]) -> list[str]:
    return [f"{name}: is missing; expected {says}" for name, says in needs.items() if name not in told]


def _unfit(told: Mapping[str, Any]) -> list[str]:
    """Values go into addresses and queries: one line of text, or a whole number."""
    return [
        f"{name}: expected one line of text without quotes, brackets, ; or \\"
        for name, value in told.items()
        if not _is_fit(value)
    ]


def _is_fit(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value) and value.isprintable() and not set(value) & set("<>'\"\\`;")
    return isinstance(value, int) and not isinstance(value, bool)


def _plain(value: str | int) -> str:
    text = str(value)
    return text.rstrip("/") if text.startswith(("http://", "https://")) else text


def _spliced(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _spliced(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [_spliced(inner, values) for inner in value]
    return _BLANK.sub(lambda match: values[match[1]], value) if isinstance(value, str) else value


def _own_keys_win(preset: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The preset's keys and the table's own, which win; `fields` and the like are joined key by key."""
    both = {name: {**preset[name], **own[name]} for name in preset if _are_tables(preset[name], own.get(name))}
    return {**preset, **own, **both}


def _are_tables(one: Any, other: Any) -> bool:
    return isinstance(one, dict) and isinstance(other, dict)

"""Loads config/digest.toml and .env into one frozen object; each wrong key is one line with what is expected."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError

from digest.errors import ConfigurationError
from digest.settings.explain import explain, one_line, quoted_line, table_label
from digest.settings.presets import with_presets
from digest.settings.schema import Settings

DEFAULT_CONFIG = Path("config/digest.toml")
SAMPLE = Path(__file__).parents[1] / "sample" / "digest.toml"

_EXPANDED_KEYS = re.compile(r"\.url$|\.(?:headers|form|body)(?:\.|$)")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def find_settings(config: Path | None) -> Settings:
    """The settings of the given file, else of config/digest.toml, else of the built-in sample portal."""
    if config is None and not DEFAULT_CONFIG.exists():
        return load(SAMPLE, environ={})
    return load(config or DEFAULT_CONFIG)


def is_sample(settings: Settings) -> bool:
    """Whether these are the settings of the built-in sample portal."""
    return settings.root == SAMPLE.parent


def load(file: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the file and the `.env` beside it; raises ConfigurationError with a line for each wrong key."""
    root = project_root(file)
    return parse(_toml(file), file=str(file), root=root, environ={**_dotenv(root / ".env"), **environ})


def project_root(file: Path) -> Path:
    """The folder that relative paths start from: the parent of `config/`, else the folder of the file."""
    folder = file.resolve().parent
    return folder.parent if folder.name == "config" else folder


def parse(data: dict[str, Any], *, file: str, root: Path, environ: Mapping[str, str]) -> Settings:
    """Make settings of the file's tables; `$NAME` in URLs, headers and bodies is read from `environ`."""
    if reserved := list(_reserved(data)):
        raise _wrong(file, reserved)
    data, preset_errors = with_presets(data)
    if preset_errors:
        raise _wrong(file, preset_errors)
    tables, missing = _expanded(data, environ)
    if missing:
        raise _wrong(
            file, [f"{key}: ${name} is not set; add {name}=… to .env or to the environment" for key, name in missing]
        )
    smtp = data.get("smtp", {})
    if isinstance(smtp, dict):
        tables["smtp"] = {**smtp, "password": environ.get("SMTP_PASSWORD", "")}
    try:
        return Settings.model_validate({**tables, "root": root, "secret": environ.get("DIGEST_SECRET", "")})
    except ValidationError as error:
        raise _wrong(file, [explain(detail, data, Settings) for detail in error.errors(include_url=False)]) from None


def _reserved(data: Mapping[str, Any]) -> Iterator[str]:
    """Keys that may not be set in the file."""
    yield from (f"{key}: unknown key; it cannot be set in this file" for key in ("root", "secret") if key in data)
    smtp = data.get("smtp")
    if isinstance(smtp, dict) and "password" in smtp:
        yield "smtp.password: a secret does not belong in this file; put SMTP_PASSWORD in .env"


def _wrong(file: str, errors: list[str]) -> ConfigurationError:
    return ConfigurationError("\n".join(dict.fromkeys(f"{file}: {one_line(error)}" for error in errors)))


def _toml(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(f"{file}: file not found; `digest init` writes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{file}: cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8 text'}"
        ) from None
    return parse_toml(text, str(file))


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """The tables of a TOML text; raises ConfigurationError that quotes the faulty line of the `file`."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # thousands of digits raise ValueError, not TOMLDecodeError
        problem = one_line(str(error))
        raise ConfigurationError(f"{file}: not valid TOML: {problem}{quoted_line(text, problem)}") from None


def _dotenv(file: Path) -> dict[str, str]:
    try:
        values = dotenv_values(file, encoding="utf-8-sig") if file.is_file() else {}
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{file}: cannot be read; expected lines NAME=value in UTF-8") from None
    return {name: value for name, value in values.items() if value is not None}


def _expanded(data: dict[str, Any], environ: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    missing: list[tuple[str, str]] = []

    def walk(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: walk(inner, f"{key}.{name}" if key else name) for name, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, f"{key}.{table_label(inner, place)}") for place, inner in enumerate(value)]
        if isinstance(value, str) and _EXPANDED_KEYS.search(key):
            return _VARIABLE.sub(lambda match: _variable(match[1] or match[2], key, environ, missing), value)
        return value

    return walk(data, ""), missing


def _variable(name: str, key: str, environ: Mapping[str, str], missing: list[tuple[str, str]]) -> str:
    if name not in environ:
        missing.append((key, name))
    return environ.get(name, "")

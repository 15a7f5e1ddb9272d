"""Loads config/digest.toml and .env into one frozen object; each wrong key is one line with what is expected."""

import logging
import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from dotenv.parser import Binding, parse_stream
from dotenv.variables import Variable, parse_variables
from pydantic import ValidationError

from digest.errors import ConfigurationError
from digest.parsing.encodings.utf_8 import line_of, not_utf_8
from digest.settings.explain import explain, one_line, quoted_line, table_label, toml_problem
from digest.settings.presets import with_presets
from digest.settings.schema import Settings

DEFAULT_CONFIG = Path("config/digest.toml")
SAMPLE = Path(__file__).parents[1] / "sample" / "digest.toml"

_log = logging.getLogger(__name__)

_EXPANDED_KEYS = re.compile(r"\.url$|\.(?:headers|form|body)(?:\.|$)|^alerts\.(?:heartbeat_url$|apprise\.)")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_ONLY_A_VARIABLE = re.compile(r"\$(?:\{[A-Z_][A-Z0-9_]+\}|[A-Z_][A-Z0-9_]+)")  # "$100" may be a text
_MAY_NAME_ONE = re.compile(rf"{_EXPANDED_KEYS.pattern}|\.with\.|\.password_env$")  # presets use `with` in the others
_SINGLE_QUOTES = re.compile(r"""\s*(?:export[^\S\r\n]+)?(?:'[^']+'|[^=#\s]+)[^\S\r\n]*=[^\S\r\n]*'""")


def find_settings(config: Path | None) -> Settings:
    """The settings of the given file, else of config/digest.toml, else of the built-in sample portal."""
    if config is None and not _may_exist(DEFAULT_CONFIG):
        return load(SAMPLE, environ={})
    return load(config or DEFAULT_CONFIG)


def _may_exist(file: Path) -> bool:
    """Whether there is a file, a link that leads nowhere, or a folder that this user may not look into.

    Python 3.14's `exists` hides the last.
    """
    try:
        file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def is_sample(settings: Settings) -> bool:
    """Whether these are the settings of the built-in sample portal."""
    return settings.root == SAMPLE.parent


def load(file: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the file and the `.env` beside it; raises ConfigurationError with a line for each wrong key."""
    root = project_root(file)
    return parse(_toml(file), file=str(file), root=root, environ=environment(root, environ))


def environment(root: Path, environ: Mapping[str, str]) -> Mapping[str, str]:
    """The variables of `.env` in that folder, and over them those of the environment; raises ConfigurationError."""
    return {**_dotenv(root / ".env", environ), **environ}


def project_root(file: Path) -> Path:
    """The folder that relative paths start from: the parent of `config/`, else the folder of the file."""
    folder = Path(os.path.realpath(file)).parent  # `resolve` fails where links lead to each other
    return folder.parent if folder.name == "config" else folder


def parse(data: dict[str, Any], *, file: str, root: Path, environ: Mapping[str, str]) -> Settings:
    """Make settings of the file's tables; `$NAME` in URLs, headers and bodies is read from `environ`."""
    if reserved := list(_reserved(data)):
        raise _wrong(file, reserved)
    data, preset_errors = with_presets(data)
    if wrong := [*preset_errors, *_variables_that_stay(data)]:
        raise _wrong(file, wrong)
    tables, missing = _expanded(data, environ)
    missing += _missing_passwords(data, environ)
    if missing:
        raise _wrong(
            file, [f"{key}: ${name} is not set; add {name}=… to .env or to the environment" for key, name in missing]
        )
    smtp = data.get("smtp", {})
    if isinstance(smtp, dict):
        tables["smtp"] = {**_with_passwords(smtp, environ), "password": environ.get("SMTP_PASSWORD", "")}
    bounces = tables.get("bounces", {})
    if isinstance(bounces, dict):
        tables["bounces"] = {**bounces, "password": environ.get("BOUNCES_PASSWORD", "")}
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
    bounces = data.get("bounces")
    if isinstance(bounces, dict) and "password" in bounces:
        yield "bounces.password: a secret does not belong in this file; put BOUNCES_PASSWORD in .env"
    yield from _readable_urls(data)
    for place, relay in _relays(data):
        if "password" in relay:
            yield (
                f"smtp.relays.{place}.password: a secret does not belong in this file; put it in .env,"
                " and the name of its variable in password_env"
            )


def _readable_urls(data: Mapping[str, Any]) -> Iterator[str]:
    """The URLs of services for alerts that are in the file: whoever knows one can write there."""
    alerts = data.get("alerts")
    urls = alerts.get("apprise") if isinstance(alerts, dict) else None
    for place, url in enumerate(urls, 1) if isinstance(urls, list) else ():
        if isinstance(url, str) and not _VARIABLE.fullmatch(url):
            yield (
                f"alerts.apprise.{place}: a secret does not belong in this file; put it in .env,"
                ' and write the name of its variable here, such as "$ALERT_URL"'
            )


def _relays(data: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """The tables of [[smtp.relays]] with their numbers from 1."""
    smtp = data.get("smtp")
    relays = smtp.get("relays") if isinstance(smtp, dict) else None
    tables = enumerate(relays, 1) if isinstance(relays, list) else ()
    return [(place, relay) for place, relay in tables if isinstance(relay, dict)]


def _missing_passwords(data: Mapping[str, Any], environ: Mapping[str, str]) -> list[tuple[str, str]]:
    names = [(place, relay.get("password_env")) for place, relay in _relays(data)]
    return [
        (f"smtp.relays.{place}.password_env", name)
        for place, name in names
        if isinstance(name, str) and re.fullmatch(r"\w+", name) and name not in environ
    ]


def _with_passwords(smtp: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """The table with the password of each relay."""
    relays = smtp.get("relays")
    if not isinstance(relays, list):
        return dict(smtp)
    return {**smtp, "relays": [_with_password(relay, environ) for relay in relays]}


def _with_password(relay: Any, environ: Mapping[str, str]) -> Any:
    if not isinstance(relay, dict):
        return relay
    name = relay.get("password_env")
    return {**relay, "password": environ.get(name, "") if isinstance(name, str) else ""}


def _wrong(file: str, errors: list[str]) -> ConfigurationError:
    return ConfigurationError("\n".join(dict.fromkeys(f"{file}: {one_line(error)}" for error in errors)))


def _toml(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(f"{file}: file not found; `digest init` writes one") from None
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file}: cannot be read: {not_utf_8(error)}") from None
    return parse_toml(text, str(file))


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """The tables of a TOML text; raises ConfigurationError that quotes the faulty line of the `file`."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # thousands of digits raise ValueError, not TOMLDecodeError
        problem = one_line(str(error))
        reason = f"{toml_problem(problem)}{quoted_line(text, problem)}"
        raise ConfigurationError(f"{file}: not valid TOML: {reason}") from None


def _empty_lines(start: str) -> int:
    return start[: len(start) - len(start.lstrip())].count("\n")


def _dotenv(file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of the file; a line that is not understood is left out, with a warning."""
    try:
        text = file.read_text(encoding="utf-8-sig") if _holds_text(file) else ""
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        reason = f"expected lines NAME=value in UTF-8, and line {line_of(error)} is not"
        raise ConfigurationError(f"{file}: cannot be read: {reason}") from None
    values: dict[str, str] = {}
    for found in parse_stream(StringIO(text)):
        line = found.original.line + _empty_lines(found.original.string)
        if found.error or (found.key is not None and found.value is None):
            _log.warning("%s: line %d is ignored: expected NAME=value", file, line)
        elif found.key is not None:
            value = _value(found, {**values, **environ})
            if value is None:
                _log.warning(
                    "%s: line %d is ignored: it refers with ${…} to a variable that is not set; put a value that"
                    " holds these characters in single quotes",
                    *(file, line),
                )
            else:
                values[found.key] = value
    return values


def _holds_text(file: Path) -> bool:
    """Whether the file can be read; raises OSError for a folder, which Docker makes of a mount that does not exist.

    A pipe is left out: reading it would wait for whoever writes into it.
    """
    try:
        return not stat.S_ISFIFO(file.stat().st_mode)
    except FileNotFoundError:
        if file.is_symlink():
            raise
        return False


def _value(found: Binding, known: Mapping[str, str]) -> str | None:
    """The value of a line; None if it refers to a variable that is not known. Single quotes keep it as it is."""
    value = found.value or ""
    if _SINGLE_QUOTES.match(found.original.string):
        return value
    parts = list(parse_variables(value))
    if any(isinstance(part, Variable) and part.default is None and part.name not in known for part in parts):
        return None
    return "".join(part.resolve(known) for part in parts)


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


def _variables_that_stay(value: Any, key: str = "") -> Iterator[str]:
    """Values that are a variable, where none is replaced: a user name `$SMTP_USER` would be sent as it is."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _variables_that_stay(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _variables_that_stay(inner, f"{key}.{table_label(inner, place)}")
    elif isinstance(value, str) and _ONLY_A_VARIABLE.fullmatch(value) and not _MAY_NAME_ONE.search(key):
        yield f'{key} = "{value}": no variable is replaced here; expected the value itself'


def _variable(name: str, key: str, environ: Mapping[str, str], missing: list[tuple[str, str]]) -> str:
    if name not in environ:
        missing.append((key, name))
    return environ.get(name, "")

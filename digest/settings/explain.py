"""Explains a wrong setting in one line: the key, the value and what is expected. Pure."""

import re
import types
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from digest.settings.fields.words import nearest, suggestion

KINDS = ("feed", "sql", "json", "page")

_INTERNAL = frozenset({"root", "secret", "password"})  # fields that are not keys of the file
_SECRET = frozenset(
    {"headers", "body", "form", "with", "password", "password_env", "apprise"}
)  # or hold one by mistake
_MAY_BE_SECRET = re.compile(
    r"(?i)passw|secret|token|authoriz|api.?key|cookie|headers|apprise|\b(?:body|form|with)\b|//\S*@"
)
_QUOTED = 72  # characters of a line that are shown
_KEY_OR_TABLE = re.compile(r"[ \t]*(?:[\w.\"'-]+[ \t]*=|\[)")
_NEVER_CLOSED = (  # tomllib's messages, and what was opened last
    ("Expected \"'''\"", "'''"),
    ('Expected "\'"', "'"),
    ("Unterminated string", '"'),
)
_DECLARED_TWICE = re.compile(r"Cannot declare \((.*?),?\) twice")
_REWORDED = (  # pydantic's messages, in the terms of TOML
    (r" or (instance of \w+|object to extract fields from)", ""),
    (r"Input should be", "expected"),
    (r"expected (greater|less) than or equal to", r"expected a number \1 than or equal to"),
    (r"(List|Tuple) should have", "expected a list with"),
    (r"String should have", "expected a string with"),
    (r"a valid (tuple|list)", "a list"),
    (r"a valid dictionary", "a table"),
    (r"a valid integer", "a whole number"),
    (r"a valid boolean", "true or false"),
    (r"a valid ", "a "),
)
_EXAMPLES: Mapping[str, str] = {
    "name": '; expected a name such as "main"',
    "url": '; expected a URL such as "https://gazette.example/rss.xml"',
    "query": "; expected a SELECT of url, title, published_at … with published_at >= :start AND published_at < :end",
    "fields": '; expected a table such as { url = "link", title = "title" }',
    "after": '; expected a block of the theme such as "lead"',
    "height": "; expected the height in pixels in which the logo is shown, such as 40",
    "width": "; expected the width in pixels in which the logo is shown, such as 160",
    "portal": '; add a table [portal] with name = "…" and url = "https://…"',
}


def explain(detail: ErrorDetails, data: dict[str, Any], model: type[BaseModel]) -> str:
    """One of pydantic's errors for the tables `data` as one line: key, value, what is expected; without secrets."""
    loc = _keys(detail["loc"])
    key, value = _key_and_value(loc, data)
    if detail["type"] == "extra_forbidden":
        return f"{key}: unknown key; {_name_or_table(loc, data, model)}"
    if detail["type"] == "missing":
        return f"{key}: is missing{_EXAMPLES.get(str(loc[-1]), '')}"
    if detail["type"] == "union_tag_not_found":
        return f"{key}.kind: is missing; expected one of: {', '.join(KINDS)}"
    if detail["type"] == "union_tag_invalid":
        return f"{key}.kind = {_format_value(value.get('kind'))}: expected one of: {', '.join(KINDS)}"
    message = _wrong_brackets(detail["type"], loc, data, model) or _reworded(detail["msg"])
    if isinstance(value, dict):
        return f"{key or 'the file'}: {message}"
    return f"{key} = {'…' if _SECRET.intersection(loc) else _format_value(value)}: {message}"


def toml_problem(error: str) -> str:
    """The message of tomllib in the terms of TOML: which name is written twice, instead of what Python cannot do."""
    error = error.replace("Cannot overwrite a value", "this name was set above; keep one of the two")
    return _DECLARED_TWICE.sub(_table_written_twice, error)


def _table_written_twice(match: re.Match[str]) -> str:
    name = ".".join(re.findall(r"'([^']*)'", match[1]))
    return f"[{name}] was written above; put its keys there, or write each table of a list as [[{name}]]"


def quoted_line(text: str, error: str) -> str:
    """The line of a TOML text that an error of tomllib names, and below it a caret; "" where it names none.

    What is never closed is shown where it was opened. A line that may hold a secret is not shown. A character that
    looks like another one, or like none, such as a Cyrillic letter or a no-break space, is named.
    """
    place = _place(text, error)
    if place is None:
        return ""
    line, column = text.split("\n")[place[0] - 1 : place[0]], place[1]
    if not line or _MAY_BE_SECRET.search(line[0]):
        return ""
    start = max(0, column - _QUOTED // 2)
    shown = "".join(char if char.isprintable() else " " for char in line[0][start : start + _QUOTED])
    return f"\n    {shown}\n    {' ' * (column - 1 - start)}^{_named(line[0][column - 1 : column])}"


def _named(char: str) -> str:
    """What Unicode calls the character, such as ` U+00A0 NO-BREAK SPACE`; "" for a printable one of ASCII."""
    if not char or char == "\t" or (char.isascii() and char.isprintable()):
        return ""
    return f" U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()


def _place(text: str, error: str) -> tuple[int, int] | None:
    """The line and the column of an error, from 1."""
    named = re.search(r"\(at line (\d+), column (\d+)\)", error)
    if named:
        return int(named[1]), int(named[2])
    if not error.endswith("(at end of document)"):
        return None
    opened = next((text.rfind(sign) for message, sign in _NEVER_CLOSED if error.startswith(message)), -1)
    at = opened if opened >= 0 else len(text.rstrip())
    start = text.rfind("\n", 0, at) + 1
    # A line without a key is within a value of several lines, which may be a secret.
    return (text.count("\n", 0, at) + 1, at - start + 1) if _KEY_OR_TABLE.match(text, start) else None


def table_label(table: Any, place: int) -> str:
    """The part of a key that stands for a table of a list: its own name, else its number from 1."""
    name = table.get("name") if isinstance(table, dict) else None
    return name if isinstance(name, str) and re.fullmatch(r"[\w-]{1,40}", name) else str(place + 1)


def one_line(text: str) -> str:
    """The text with unprintable characters escaped, such as `\\n`."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _reworded(message: str) -> str:
    message = message.removeprefix("Value error, ")
    for pattern, replacement in _REWORDED:
        message = re.sub(pattern, replacement, message)
    return message


def _wrong_brackets(error: str, loc: list[int | str], data: dict[str, Any], model: type[BaseModel]) -> str:
    """What is expected of a table or a list of tables with too few or too many brackets; "" for any other error."""
    if error not in {"tuple_type", "model_type", "model_attributes_type"} or isinstance(loc[-1], int):
        return ""
    if not any(_models_in(_model_at(loc[:-1], data, model).model_fields[loc[-1]].annotation)):
        return ""
    name = ".".join(part for part in loc if isinstance(part, str))
    if error == "tuple_type":
        return f"expected a list of tables; write [[{name}]], in double brackets"
    return f"expected a table; write [{name}], in single brackets" if isinstance(_inner(data, name), list) else ""


def _keys(loc: tuple[int | str, ...]) -> list[int | str]:
    """The keys that lead to a value, without the kind of a source that pydantic inserts."""
    return [part for place, part in enumerate(loc) if not (place == 2 and loc[0] == "sources" and part in KINDS)]


def _key_and_value(loc: list[int | str], data: Any) -> tuple[str, Any]:
    parts: list[str] = []
    for part in loc:
        data = _inner(data, part)
        parts.append(table_label(data, part) if isinstance(part, int) else part)
    return ".".join(parts), data


def _inner(data: Any, part: int | str) -> Any:
    if isinstance(data, dict):
        return data.get(part)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return None


def _format_value(value: Any) -> str:
    if isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        return "[…]"  # a misplaced table may hold secrets
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    text = re.sub(r"//\S*@", "//…@", text)
    return text if len(text) <= 80 else text[:79] + "…"


def _name_or_table(loc: list[int | str], data: dict[str, Any], model: type[BaseModel]) -> str:
    """What to write instead of the unknown key at `loc`, or which other tables have such a key."""
    *place, key = [part for part in loc if isinstance(part, str)]
    known = _known_keys(loc[:-1], data, model)
    homes = dict.fromkeys(_tables_with(key, model))
    tables = [table for table in homes if table.strip("[]") != ".".join(place)]
    advice = suggestion(key, known)
    return advice if not tables or nearest(key, known) else f"{advice}; such a key is for {' or '.join(tables)}"


def _tables_with(key: str, model: type[BaseModel], path: str = "") -> Iterator[str]:
    """The tables that have such a key, as a file writes them."""
    for name, field in model.model_fields.items():
        table = f"{path}{field.alias or name}"
        for inner in _models_in(field.annotation):
            if key in _keys_of(inner):
                yield f"[[{table}]]" if get_origin(field.annotation) is tuple else f"[{table}]"
            yield from _tables_with(key, inner, f"{table}.")


def _keys_of(model: type[BaseModel]) -> list[str]:
    keys = (field.alias or name for name, field in model.model_fields.items())
    return [key for key in keys if key not in _INTERNAL]


def _known_keys(loc: list[int | str], data: dict[str, Any], model: Any) -> list[str]:
    return _keys_of(_model_at(loc, data, model))


def _model_at(loc: list[int | str], data: dict[str, Any], model: Any) -> Any:
    """The model of the table at `loc`."""
    for part in loc:
        if isinstance(part, str):
            model = _inner_model(model.model_fields[part].annotation, _key_and_value(loc, data)[1])
    return model


def _inner_model(annotation: Any, value: Any) -> Any:
    candidates = list(_models_in(annotation))
    if len(candidates) > 1 and isinstance(value, dict):
        return next(
            (kind for kind in candidates if get_args(kind.model_fields["kind"].annotation) == (value.get("kind"),)),
            candidates[0],
        )
    return candidates[0]


def _models_in(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    if get_origin(annotation) in (tuple, Union, Annotated, types.UnionType):
        for inner in get_args(annotation):
            yield from _models_in(inner)

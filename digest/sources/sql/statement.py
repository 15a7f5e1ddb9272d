"""Checks that the operator's query is one SELECT, and binds `:start` and `:end` outside literals. Pure."""

import re

from digest.errors import SourceError

_LINE_COMMENT, _BLOCK_COMMENT = r"--[^\n]*", r"/\*.*?\*/"
_TEXT, _NAME = r"'(?:[^']|'')*'", r'"(?:[^"]|"")*"'
_ESCAPED_TEXT, _BACKTICKS = r"'(?:[^'\\]|\\.|'')*'", r"`[^`]*`"
_QUOTED = {
    "sqlite": (_LINE_COMMENT, _BLOCK_COMMENT, _TEXT, _NAME, _BACKTICKS, r"\[[^\]]*\]"),
    "postgresql": (
        _LINE_COMMENT,
        _BLOCK_COMMENT,
        rf"\b[eE]{_ESCAPED_TEXT}",
        _TEXT,
        _NAME,
        r"(?<!\w)\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$",
    ),
    "mysql": (
        r"--(?=\s|$)[^\n]*",
        r"#[^\n]*",
        r"/\*(?!M?!).*?\*/",
        _ESCAPED_TEXT,
        r'"(?:[^"\\]|\\.|"")*"',
        _BACKTICKS,
    ),
}
_PATTERNS = {dialect: re.compile("|".join(parts), re.DOTALL) for dialect, parts in _QUOTED.items()}
_PARAMETER = re.compile(r"(?<![:\w]):(start|end)\b")
# A parameter that the database would compare as a text, and one as in the address of a JSON source.
_QUOTED_PARAMETER = re.compile(r"""(['"])\s*(?::(?:start|end)|\{(?:start|end)(?::\w+)?\})\s*\1""")
_LIMIT = re.compile(r"(?i)\blimit\s+(?:\d{1,9}\s*,\s*)?(\d{1,9})(?:\s+offset\s+\d{1,9})?\Z")
_DESC = re.compile(r"(?i)\bdesc\b")
_BRACED_PARAMETER = re.compile(r"\{(?:start|end)(?::\w+)?\}")


def prepare_select(query: str, dialect: str) -> str:
    """The query in the driver's parameter style; raises SourceError unless it is one SELECT.

    `dialect` is `sqlite` (`:start`), `postgresql` or `mysql` (`%(start)s`). The connection
    itself is read-only (see `connect`); this check only gives earlier and clearer errors.
    """
    pieces = _split_literals(query.strip().rstrip(";"), dialect)
    code = " ".join(piece for piece, is_code in pieces if is_code)
    texts = [piece for piece, is_code in pieces if not is_code]
    if ";" in code:
        raise SourceError("the query must be one statement, without ';' inside")
    if re.match(r"[\s(]*(?:select|with|values|table)\b", code, re.IGNORECASE) is None:
        raise SourceError("the query must be a SELECT (Digest only reads)")
    if re.search(r"(?<![.\w])into\b|/\*", code, re.IGNORECASE):
        raise SourceError("the query must only read; INTO and unclosed or executable comments are refused")
    miswritten = _BRACED_PARAMETER.search(code) or next(filter(None, map(_QUOTED_PARAMETER.fullmatch, texts)), None)
    if miswritten and not (dialect == "postgresql" and "#>" in code):  # where '{start}' is a path in JSON
        raise SourceError(f"the query has {miswritten[0]}; write :start and :end, without quotes and braces")
    return "".join(_with_parameters(piece, is_code, dialect) for piece, is_code in pieces)


def limit_without_desc(query: str) -> int | None:
    """The number of rows in the LIMIT at the end of a query that has no DESC; None without one."""
    found = _LIMIT.search(query.rstrip("; \t\r\n"))
    return int(found[1]) if found and not _DESC.search(query) else None


def select_from(query: str, columns: str, after: str = "") -> str:
    """A query of these columns of a prepared query; `after` follows its name, which is q."""
    return f"SELECT {columns} FROM ({query}\n) AS q{after}"  # noqa: S608 - the operator's query, on a read-only connection


def _split_literals(query: str, dialect: str) -> list[tuple[str, bool]]:
    pieces, place = [], 0
    for match in _PATTERNS[dialect].finditer(query):
        pieces += [(query[place : match.start()], True), (match[0], False)]
        place = match.end()
    return [*pieces, (query[place:], True)]


def _with_parameters(piece: str, is_code: bool, dialect: str) -> str:
    if dialect == "sqlite":
        return piece
    escaped = piece.replace("%", "%%")
    return _PARAMETER.sub(r"%(\1)s", escaped) if is_code else escaped

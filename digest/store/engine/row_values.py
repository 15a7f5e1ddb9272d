"""Many rows as parameters or as the result of one statement, which then adds, changes or reads hundreds of them.

PostgreSQL takes an array for each column and unnests them. SQLite takes and returns all rows as one JSON text: its
driver fetches each row on its own, and other threads of the process may take over each time.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    Connection,
    Dialect,
    FromClause,
    Integer,
    Select,
    Text,
    TypeDecorator,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.types import TypeEngine

Types = Mapping[str, TypeEngine[Any]]
"""The names and types of a table's columns."""
Rows = Sequence[Sequence[Any]]


class ArrayText(TypeDecorator[Any]):
    """A PostgreSQL array whose text `parameters` writes: psycopg takes ten times as long for each number or text."""

    impl = ARRAY
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """The text is sent as it is."""
        del dialect


def array_of(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type of a parameter that holds many values of that kind."""
    return ArrayText(kind) if isinstance(kind, _PLAIN) else ARRAY(kind)


_PLAIN = (Boolean, Integer, Text)
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def values_table(connection: Connection, types: Types, rows: Rows) -> FromClause:
    """The rows as a table of those columns, with their values bound."""
    values = parameters(connection, types, rows)
    if connection.dialect.name == "sqlite":
        return _json_table(types, bindparam("all_rows", values["all_rows"], Text()))
    return _unnested(
        types, [bindparam(f"all_{name}", values[f"all_{name}"], array_of(kind)) for name, kind in types.items()]
    )


def placeholder_table(dialect: str, types: Types) -> FromClause:
    """The same table for a statement that is built once; each execution brings its rows as `parameters`."""
    if dialect == "sqlite":
        return _json_table(types, bindparam("all_rows", type_=Text()))
    return _unnested(types, [bindparam(f"all_{name}", type_=array_of(kind)) for name, kind in types.items()])


def parameters(connection: Connection, types: Types, rows: Rows) -> dict[str, Any]:
    """The parameters that bring the rows into a statement with a `placeholder_table`."""
    if connection.dialect.name == "sqlite":
        return {"all_rows": _as_json(connection, types, rows)}
    columns = zip(*rows, strict=True) if rows else ((),) * len(types)
    return {
        f"all_{name}": _array_text(values) if isinstance(kind, _PLAIN) else list(values)
        for (name, kind), values in zip(types.items(), columns, strict=True)
    }


def rows_query(dialect: str, rows: Select[Any]) -> Select[Any]:
    """A query of these rows for `read_rows`; on SQLite only numbers and text come back, as they are stored."""
    if dialect != "sqlite":
        return rows
    table = rows.subquery("listed")
    return select(func.json_group_array(func.json_array(*table.c)))


def read_rows(connection: Connection, query: Select[Any], values: Mapping[str, Any]) -> Rows:
    """The rows of a query that `rows_query` made, in their order."""
    result = connection.execute(query, values)
    if connection.dialect.name != "sqlite":
        return result.all()
    rows: list[list[Any]] = json.loads(result.scalar_one())
    return rows


def _unnested(types: Types, arrays: Sequence[BindParameter[Any]]) -> FromClause:
    columns = [column(name, kind) for name, kind in types.items()]
    return func.unnest(*arrays).table_valued(*columns, name="listed").render_derived()


def _array_text(values: Sequence[Any]) -> str:
    return "{" + ",".join(map(_array_item, values)) + "}"


def _array_item(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def _as_json(connection: Connection, types: Types, rows: Rows) -> str:
    dialect = connection.dialect
    writers = [kind.dialect_impl(dialect).bind_processor(dialect) for kind in types.values()]
    if any(writers):
        rows = [[write(cell) if write else cell for write, cell in zip(writers, row, strict=True)] for row in rows]
    return _compact(rows)


def _json_table(types: Types, text: BindParameter[str]) -> FromClause:
    row = func.json_each(text).table_valued(column("value", Text()), name="row")
    cells = [
        func.json_extract(row.c.value, literal_column(f"'$[{place}]'"), type_=kind).label(name)
        for place, (name, kind) in enumerate(types.items())
    ]
    return select(*cells).subquery("listed")

"""Rows that a statement is told or tells: one statement changes, adds or reads hundreds of rows.

SQLite hands each row that it tells over by itself, and the threads of the process take turns each time; so it tells
them all in one cell.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Connection,
    FromClause,
    Select,
    Text,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.types import TypeEngine

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def told(connection: Connection, types: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]) -> FromClause:
    """The rows as a table of those columns, in their order; one parameter on SQLite, one for each column elsewhere."""
    return _parsed(connection, types, rows) if connection.dialect.name == "sqlite" else _unnested(types, rows)


def to_be_told(dialect: str, types: Mapping[str, TypeEngine[Any]]) -> FromClause:
    """The same table for a statement that is made once: its rows come as `telling`'s parameters at each execution."""
    if dialect == "sqlite":
        return _cells(types, bindparam("all_rows", type_=Text()))
    return _columns(types, [bindparam(f"all_{name}", type_=ARRAY(kind)) for name, kind in types.items()])


def telling(
    connection: Connection, types: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]
) -> dict[str, Any]:
    """The parameters that bring the rows into a statement made with `to_be_told`."""
    if connection.dialect.name == "sqlite":
        return {"all_rows": _json(connection, types, rows)}
    return {f"all_{name}": list(values) for name, values in zip(types, zip(*rows, strict=True), strict=True)}


def to_be_heard(dialect: str, rows: Select[Any]) -> Select[Any]:
    """A statement that tells these rows to `heard`; on SQLite only numbers and text, as they are stored."""
    if dialect != "sqlite":
        return rows
    told = rows.subquery("told")
    return select(func.json_group_array(func.json_array(*told.c)))


def heard(connection: Connection, statement: Select[Any], told: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """The rows, in their order, that a statement made with `to_be_heard` tells."""
    result = connection.execute(statement, told)
    if connection.dialect.name != "sqlite":
        return result.all()
    rows: list[list[Any]] = json.loads(result.scalar_one())
    return rows


def _unnested(types: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]) -> FromClause:
    arrays = [
        bindparam(f"all_{name}", list(values), ARRAY(kind))
        for (name, kind), values in zip(types.items(), zip(*rows, strict=True), strict=True)
    ]
    return _columns(types, arrays)


def _columns(types: Mapping[str, TypeEngine[Any]], arrays: Sequence[BindParameter[Any]]) -> FromClause:
    columns = [column(name, kind) for name, kind in types.items()]
    return func.unnest(*arrays).table_valued(*columns, name="told").render_derived()


def _parsed(connection: Connection, types: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]) -> FromClause:
    return _cells(types, bindparam("all_rows", _json(connection, types, rows), Text()))


def _json(connection: Connection, types: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]) -> str:
    dialect = connection.dialect
    writers = [kind.dialect_impl(dialect).bind_processor(dialect) for kind in types.values()]
    if any(writers):
        rows = [[write(cell) if write else cell for write, cell in zip(writers, row, strict=True)] for row in rows]
    return _compact(rows)


def _cells(types: Mapping[str, TypeEngine[Any]], text: BindParameter[str]) -> FromClause:
    row = func.json_each(text).table_valued(column("value", Text()), name="row")
    cells = [
        func.json_extract(row.c.value, literal_column(f"'$[{place}]'"), type_=kind).label(name)
        for place, (name, kind) in enumerate(types.items())
    ]
    return select(*cells).subquery("told")

"""Rows that a statement is told: one statement changes or adds hundreds of rows, each with values of its own."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Connection,
    FromClause,
    Text,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.types import TypeEngine


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
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _cells(types: Mapping[str, TypeEngine[Any]], text: BindParameter[str]) -> FromClause:
    row = func.json_each(text).table_valued(column("value", Text()), name="row")
    cells = [
        func.json_extract(row.c.value, literal_column(f"'$[{place}]'"), type_=kind).label(name)
        for place, (name, kind) in enumerate(types.items())
    ]
    return select(*cells).subquery("told")

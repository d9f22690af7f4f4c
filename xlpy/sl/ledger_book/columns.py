"""What the tables of the posting ledger, of the payment sync and of the audit chain are made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, String
from sqlalchemy.dialects import mssql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDLElement

ledger_metadata = MetaData()


def exact(length: int) -> String:
    """Return the type of a text that is compared letter by letter.

    Record ids and hashes differ by case (two packing slips "a1" and "A1" are two receipts), SL's collation doesn't.
    """
    return String(length).with_variant(mssql.VARCHAR(length, collation="Latin1_General_BIN2"), "mssql")


class AddColumn(DDLElement):
    """Adds a column that may be empty to a table that is there. Names are our own, never data."""

    inherit_cache = False

    def __init__(self, column: Column[Any]) -> None:
        self.column = column


@compiles(AddColumn)
def _add_column(element: AddColumn, compiler: Any, **_: Any) -> str:
    column = element.column
    word = "ADD" if compiler.dialect.name == "mssql" else "ADD COLUMN"
    kind = compiler.dialect.type_compiler_instance.process(column.type)
    return f"ALTER TABLE {column.table.name} {word} {column.name} {kind} NULL"

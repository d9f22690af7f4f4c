"""Inserting many rows at once: blanks are constants of the statement, only what differs is bound."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, insert, literal_column

from xlpy.sl.connection.rows import chunks
from xlpy.sl.screens.entry_rows import Values

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

ROWS_AT_ONCE = 1000  # 50,000 rows of 110 columns in one call took half a gigabyte in the driver


def insert_rows(connection: Connection, company: SlCompany, table_name: str, rows: Iterable[Values]) -> None:
    """Insert ``rows`` (the columns that are not blank) into one of SL's tables, in chunks, as executemany.

    Every column of the table that the database has gets a value: a newer build's columns the blank of their type.
    Raises ``SlError`` for a column that the table does not have, ``ValueRefused`` for a value that does not fit.
    """
    blank = company.catalogue.blank_row(table_name)
    table = company.catalogue.table(table_name)
    constants: dict[str, ColumnElement[Any]] = {
        name: literal_column(text) for name, value in blank.items() if (text := _literal(value)) is not None
    }
    for chunk in chunks(rows, ROWS_AT_ONCE):
        used = {name for row in chunk for name in row}
        company.catalogue.require(table_name, *used)
        default = {name: value for name, value in blank.items() if name in used or name not in constants}
        statement = insert(table).values({name: text for name, text in constants.items() if name not in default})
        connection.execute(statement, [{**default, **row} for row in chunk])


def _literal(blank: object) -> str | None:
    """Return SQL for a blank that reads the same on every database; a date has none and is bound."""
    if blank == "" and isinstance(blank, str):
        return "' '"
    if isinstance(blank, (int, Decimal)) and not blank:
        return "0"
    return None

"""The small company of the recorded release cases, and how a case is put into it and read back."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from xlpy.demo.company.release.books import blank_row
from xlpy.demo.company.tables import create_tables, table
from xlpy.sl.connection.types import SlAmount, SlDate

CASES = Path(__file__).parent / "cases"
COMPANY: dict[str, Any] = json.loads((CASES / "company.json").read_text(encoding="utf-8"))
CENT = Decimal("0.01")
# Part of the expectation → table that it is read from.
PARTS = {
    "after": "Batch",
    "docs": "ARDoc",
    "lines": "ARTran",
    "balances": "AR_Balances",
    "taxhist": "SlsTaxHist",
    "gltran": "GLTran",
    "accthist": "AcctHist",
}
PAYABLES_PARTS = PARTS | {"docs": "APDoc", "lines": "APTran", "balances": "AP_Balances"}


def read_cases(name: str) -> list[dict[str, Any]]:
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))


def build_company(engine: Engine) -> None:
    """Create the tables and the rows that every case starts from."""
    create_tables(engine)
    for name, rows in COMPANY["rows"].items():
        put(engine, name, *rows)


def put(engine: Engine, name: str, *rows: dict[str, Any]) -> None:
    """Put rows into a table: over the row with the same key, or as new ones; what is not given is blank."""
    source = table(name)
    keys = [column.name for column in source.primary_key.columns] or {"vs_subxref": ["CpnyID", "Sub"]}.get(name, [])
    if any(source.columns[key].identity is not None for key in keys):
        keys = []
    with engine.begin() as connection:
        for given in rows:
            row = blank_row(name) | COMPANY["given"].get(name, {}) | given
            values = {column: _typed(name, column, value) for column, value in row.items()}
            here = [source.columns[key] == values[key] for key in keys]
            kept = connection.execute(select(source).where(*here)).mappings().first() if here else None
            if kept is not None:
                connection.execute(delete(source).where(*here))
                values = {column: kept[column] for column in values} | {
                    column: _typed(name, column, value) for column, value in given.items()
                }
            connection.execute(insert(source).values(**values))


def _typed(name: str, column: str, value: Any) -> Any:
    kind = table(name).columns[column].type
    if isinstance(kind, SlAmount):
        return Decimal(value)
    if isinstance(kind, SlDate) and isinstance(value, str):
        return date.fromisoformat(value) if value else None
    return value


def rows_of(engine: Engine, name: str, **equal: Any) -> list[dict[str, Any]]:
    source = table(name)
    with engine.connect() as connection:
        found = connection.execute(
            select(source).where(*(source.columns[key] == value for key, value in equal.items()))
        )
        return [dict(row) for row in found.mappings()]


def comparable(row: dict[str, Any], columns: Any) -> dict[str, str]:
    """Bring a row to texts: money to the cent, dates as ISO, the empty date as SL stores it."""
    return {column: _text(row[column]) for column in columns}


def table_of(module: str, part: str) -> str:
    """Name the table that a part of a module's expectation is read from."""
    return (PAYABLES_PARTS if module == "AP" else PARTS)[part]


def expected(module: str, part: str, row: dict[str, Any]) -> dict[str, str]:
    """Complete an expected row with what is the same in most cases, in the form of ``comparable``."""
    name = table_of(module, part)
    full = COMPANY["expect_payables" if module == "AP" else "expect"].get(part, {}) | row
    return {column: _text(_typed(name, column, value)) for column, value in full.items()}


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value.quantize(CENT) + 0)
    if value is None:
        return "1900-01-01"
    return value.isoformat() if isinstance(value, date) else str(value)


def as_set(rows: list[dict[str, str]]) -> list[tuple[tuple[str, str], ...]]:
    return sorted(tuple(sorted(row.items())) for row in rows)

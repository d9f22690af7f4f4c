"""What would be sent to SQL Server parses as T-SQL, has SL's types, and nothing that is not portable."""

from __future__ import annotations

import re

import pytest
import sqlglot
from sqlalchemy import TextClause
from sqlalchemy.dialects import mssql
from sqlalchemy.schema import CreateIndex, CreateTable

from xlpy.demo.company.tables import metadata
from xlpy.sl.connection import tsql
from xlpy.sl.connection.schema import SlKind, known_tables

DIALECT = mssql.dialect()
SL_TYPES = {
    SlKind.TEXT: r"CHAR\({length}\)",
    SlKind.AMOUNT: r"FLOAT\(53\)",
    SlKind.FLAG: "SMALLINT",
    SlKind.COUNTER: "INTEGER",
    SlKind.DATE: "SMALLDATETIME",
    SlKind.ROW_VERSION: "TIMESTAMP",
    SlKind.NOTE: "TEXT",
}


@pytest.mark.parametrize("name", sorted(known_tables()))
def test_tables_have_sls_types_on_sql_server(name: str) -> None:
    table = metadata().tables[name]
    ddl = str(CreateTable(table).compile(dialect=DIALECT))
    sqlglot.parse_one(ddl, read="tsql")
    for column in known_tables()[name].columns:
        kind = SL_TYPES[column.kind].format(length=column.length)
        null = "NULL" if column.nullable else "NOT NULL" + (" IDENTITY" if column.identity else "")
        assert re.search(rf"\n\t\[?{column.name}\]? {kind} {null}(,| |\n)", ddl), column
    checks = [line for line in ddl.splitlines() if "CHECK" in line]
    assert len(checks) == (2 if name == "GLSetup" else 0)
    names = []
    for index in table.indexes:
        if index._ddl_if is not None and index._ddl_if.dialect == "sqlite":
            continue
        sqlglot.parse_one(str(CreateIndex(index).compile(dialect=DIALECT)), read="tsql")
        names.append(str(index.name))
    expected = [index.name for index in known_tables()[name].indexes if index.role != "key"]
    assert sorted(names) == sorted(expected)


HAND_WRITTEN = {
    name: value for name, value in vars(tsql).items() if isinstance(value, (str, TextClause)) and name.isupper()
}


@pytest.mark.parametrize("name", sorted(HAND_WRITTEN))
def test_hand_written_t_sql_is_portable(name: str) -> None:
    sql = str(HAND_WRITTEN[name]).replace("{milliseconds}", "10000")
    for word in ("MERGE", "OUTPUT", "WAITFOR", "LIMIT", "RETURNING", "NOLOCK"):
        assert word not in sql.upper()
    if not sql.startswith("WITH"):  # hints are parts of statements
        plain = re.sub(r"\(__\[POSTCOMPILE_\w+\]\)", "(@p)", sql)
        assert sqlglot.parse(re.sub(r":\w+", "@p", plain), read="tsql")

"""No hand-written T-SQL hands out a sql_variant: the ODBC module can't read one, so each is inside a CONVERT.

Microsoft, Transact-SQL reference: the functions whose return type is sql_variant.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from server_seen import NeverAsked, ask, everything_seen
from sl_ground_recorder import Recorder
from sqlglot import exp

from xlpy.sl.connection import tsql
from xlpy.sl.connection.engine import mssql_engine

ROOT = Path(__file__).parents[2]
VARIANTS = frozenset(
    {
        *("COLLATIONPROPERTY", "CONNECTIONPROPERTY", "DATABASEPROPERTYEX", "FILEGROUPPROPERTY", "FILEPROPERTYEX"),
        *("LOGINPROPERTY", "OBJECTPROPERTYEX", "SERVERPROPERTY", "SESSION_CONTEXT", "SQL_VARIANT_PROPERTY"),
    }
)
# Columns of the server's own views that are sql_variant.
VARIANT_COLUMNS = {
    "extended_properties": {"value"},
    "configurations": {"value", "value_in_use", "minimum", "maximum"},
    "identity_columns": {"seed_value", "increment_value", "last_value"},
    "sequences": {"start_value", "increment", "minimum_value", "maximum_value", "current_value"},
    "parameters": {"default_value"},
    "fn_listextendedproperty": {"value"},
}
_NAMED = re.compile("|".join((*VARIANTS, *VARIANT_COLUMNS)), re.IGNORECASE)
_BEGINS_T_SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|DECLARE|EXEC|IF|SET|WITH|CREATE|ALTER)\b")


def bare_variants(statement: str) -> list[str]:
    """Return the functions and columns of type sql_variant that nothing converts, in the order of the statement."""
    found: list[str] = []
    for tree in sqlglot.parse(statement, dialect="tsql"):
        for node in tree.walk() if tree is not None else ():
            name = _variant_of(node, tree)
            if name and not _converted(node):
                found.append(name)
    return found


def _variant_of(node: exp.Expression, tree: exp.Expression) -> str:
    if isinstance(node, exp.Anonymous) and node.name.upper() in VARIANTS:
        return node.name.upper()
    if isinstance(node, exp.Column):
        tables = {table.name.lower() for table in tree.find_all(exp.Table)}
        for table in tables & VARIANT_COLUMNS.keys():
            if node.name.lower() in VARIANT_COLUMNS[table]:
                return f"{table}.{node.name}"
    return ""


def _converted(node: exp.Expression) -> bool:
    above = node.parent
    while isinstance(above, exp.Paren):
        above = above.parent
    return isinstance(above, (exp.Cast, exp.TryCast, exp.Convert))


@pytest.mark.parametrize(
    ("statement", "bare"),
    [
        ("SELECT COLLATIONPROPERTY('a', 'CodePage')", ["COLLATIONPROPERTY"]),
        ("SELECT CONVERT(int, COLLATIONPROPERTY('a', 'CodePage'))", []),
        ("SELECT CAST(SERVERPROPERTY('Edition') AS varchar(128)), DB_NAME()", []),
        ("SELECT TRY_CONVERT(int, (CONNECTIONPROPERTY('local_tcp_port')))", []),
        ("SELECT CONVERT(int, ISNULL(SERVERPROPERTY('EngineEdition'), 0))", ["SERVERPROPERTY"]),
        (
            "SELECT CONVERT(int, COLLATIONPROPERTY(DATABASEPROPERTYEX(DB_NAME(), 'Collation'), 'CodePage'))",
            ["DATABASEPROPERTYEX"],
        ),
        ("SELECT a FROM b WHERE SESSION_CONTEXT(N'c') = 1", ["SESSION_CONTEXT"]),
        ("SELECT value FROM sys.extended_properties", ["extended_properties.value"]),
        ("SELECT value FROM b", []),
    ],
)
def test_a_bare_variant_is_seen(statement: str, bare: list[str]) -> None:
    assert bare_variants(statement) == bare


def test_no_hand_written_t_sql_hands_out_a_variant() -> None:
    statements = [*_in_code(ROOT / "xlpy"), *_in_code(ROOT / "tests"), *_in_scripts()]
    assert len([text for _, text in statements if _NAMED.search(text)]) >= 2, "they are found at all"
    assert not [f"{place}: {name}" for place, text in statements for name in bare_variants(text)]


def test_no_variant_is_asked_for_through_sqlalchemys_functions() -> None:
    asked = [
        f"{file}:{node.lineno}"
        for file in sorted((ROOT / "xlpy").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr.upper() in VARIANTS
    ]
    assert not asked, "func.SERVERPROPERTY() and its like are written in tsql.py, inside CONVERT"


def _in_code(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the texts of the code that are statements and name a variant; those of this file are the other test's."""
    for file in sorted(folder.rglob("*.py")):
        if file == Path(__file__):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            text = _text_of(node)
            if _BEGINS_T_SQL.match(text) and _NAMED.search(text):
                yield f"{file.relative_to(ROOT)}:{node.lineno}", text  # type: ignore[attr-defined]


def _text_of(node: ast.AST) -> str:
    """Return a text; what a text is formatted with is a number as far as the parser is concerned."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values)
    return ""


def _in_scripts() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "templates").glob("*.sql")):
        for part in re.split(r"(?m)^GO\s*$", file.read_text(encoding="utf-8")):
            if _NAMED.search(part):
                yield file.name, part


def test_a_recording_driver_does_not_answer_what_no_server_was_asked() -> None:
    with mssql_engine("SERVER=a;DATABASE=b", module=Recorder({"DB_NAME": [(7,)]})).connect() as connection:
        with pytest.raises(NeverAsked, match="No server was asked"):
            connection.exec_driver_sql("SELECT SERVERPROPERTY('Edition')")
        with pytest.raises(NeverAsked, match="answers str, not 7"):
            connection.execute(tsql.DATABASE_NAME)


@pytest.mark.skipif(not os.environ.get("XLPY_TEST_ODBC"), reason="XLPY_TEST_ODBC names no SQL Server")
def test_what_the_recording_drivers_answer_is_what_the_server_answers() -> None:
    """Written anew by ``python -m tests.server_seen`` when the product asks something else."""
    answered = ask(os.environ["XLPY_TEST_ODBC"])
    known = everything_seen()
    assert {text: known[text].types for text in answered if not answered[text].refused} == {
        text: answer.types for text, answer in answered.items() if not answer.refused
    }

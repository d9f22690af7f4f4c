"""What SQL Server would be sent: T-SQL that parses, without what other databases have, parameters instead of values."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlglot
from sqlalchemy import event
from sqlalchemy.dialects import mssql
from sqlglot import exp
from sync_stage import Stage, on

from xlpy.demo.company import payments as sl
from xlpy.sl.ledger_book.payment_choice import Since, SyncScope
from xlpy.sl.ledger_book.payment_state import read_sync_facts
from xlpy.sl.reading.settlements import read_settlements

NOT_PORTABLE = (exp.Limit, exp.Returning, exp.OnConflict, exp.Merge)
LONGEST_LIST = 2_000


def as_sql_server(stage: Stage, since: Since) -> list[str]:
    """Compile for SQL Server every statement that reading takes."""
    sent: list[Any] = []
    session = stage.session()
    scope = SyncScope(session.manage.host, session.manage.company, session.sl.cpny_id)

    def note(_connection: Any, clause: Any, *_: Any) -> None:
        sent.append(clause)

    engine = session.sl.engine
    event.listen(engine, "before_execute", note)
    try:
        with engine.connect() as connection:
            read_sync_facts(connection, session.sl, scope)
            read_settlements(connection, session.sl, scope, since)
    finally:
        event.remove(engine, "before_execute", note)
    dialect = mssql.dialect(paramstyle="qmark")  # type: ignore[no-untyped-call]
    return [str(clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})) for clause in sent]


@pytest.mark.parametrize(
    "since",
    [
        Since(everything=True),
        Since(after_adjust_id=3, numbers=frozenset({"20001"})),
        Since(moment=datetime(2026, 11, 1), by_date=True),  # noqa: DTZ001
    ],
)
def test_statements_are_plain_transact_sql(stage: Stage, since: Since) -> None:
    sl.pay(stage.engine, "20001", Decimal(100), on=on(9))
    statements = as_sql_server(stage, since)
    assert len(statements) > 10
    for statement in statements:
        (tree,) = sqlglot.parse(statement, dialect="tsql")
        assert tree is not None
        assert not any(tree.find(kind) for kind in NOT_PORTABLE), statement
        assert "20001" not in statement
        assert statement.count("?") < LONGEST_LIST

"""The statements of an undo as SQL Server gets them: T-SQL, locked while they look, few however many documents."""

from __future__ import annotations

from typing import Any

import sqlglot
from sqlalchemy import event
from sqlalchemy.dialects import mssql
from sqlalchemy.sql import ClauseElement

from xlpy.services.history.undo import undo
from xlpy.services.run.reports import RunState
from xlpy.sl.ledger_book.setup_script import REMOVE


def sent_by_the_undo(stage: Any, batch: str) -> list[str]:
    """Undo a batch and return what SQL Server would have been sent between the first lock and the commit."""
    sent: list[str] = []
    watching = False

    def at(label: str) -> None:
        nonlocal watching
        watching = label not in ("commit", "committed")

    def seen(_connection: Any, element: Any, *_: Any) -> None:
        if isinstance(element, ClauseElement):
            sent.append(str(element.compile(dialect=mssql.dialect(), compile_kwargs={"render_postcompile": True})))  # type: ignore[no-untyped-call]

    session = stage.session()
    session.observe = at
    event.listen(session.sl.engine, "before_execute", seen)
    try:
        assert undo(session, batch, confirmed=True).state is RunState.COMPLETED
    finally:
        event.remove(session.sl.engine, "before_execute", seen)
        session.observe = None
    first = next(at for at, sql in enumerate(sent) if "UPDLOCK" in sql)
    last = max(at for at, sql in enumerate(sent) if sql.startswith("DELETE"))
    return sent[first : last + 1]


def test_it_is_t_sql_and_holds_what_it_looked_at(pushed: Any) -> None:
    sent = sent_by_the_undo(pushed, "OCT-I")
    for sql in sent:
        (tree,) = sqlglot.parse(sql, dialect="tsql")
        assert tree is not None
    assert "SETUP" in sent[0].upper(), "the set-up row is locked first, as posting does"
    for table in ("[Batch]", "[ARDoc]", "[ARTran]", "[GLTran]"):
        looked = [sql for sql in sent if sql.startswith("SELECT") and f"FROM {table} WITH (UPDLOCK, HOLDLOCK)" in sql]
        assert looked, table


def test_so_many_statements_however_many_journals(journal_theatre: Any) -> None:
    """Each journal is an SL batch of its own."""
    stage = journal_theatre.put_back("pushed")
    assert len(stage.sl_batches("GL", "OCT-E")) > 2
    sent = sent_by_the_undo(stage, "OCT-E")
    assert len([sql for sql in sent if "FROM [GLTran] WITH (UPDLOCK" in sql]) == 1
    assert len([sql for sql in sent if "FROM [Batch] WITH (UPDLOCK" in sql]) == 1


def test_only_documents_are_deleted_and_only_of_named_batches(pushed: Any) -> None:
    for batch in ("OCT-I", "OCT-E", "OCT-P"):
        deletions = [sql for sql in sent_by_the_undo(pushed, batch) if sql.startswith("DELETE")]
        assert deletions
        for sql in deletions:
            name = sql.split("[")[1].split("]")[0]
            assert name in REMOVE
            assert " IN (" in sql
            if name in ("GLTran", "Batch"):
                assert "[Module] = " in sql, "SL numbers the batches of each module by itself"
    assert pushed.rows("SELECT COUNT(*) FROM Customer")[0][0] > 0

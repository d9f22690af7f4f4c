"""What SL lacks of tables and columns is told before anything of the run is written, and only to who needs it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from undo_stage import RULES, Stage, Theatre, open_theatre

from xlpy.demo.site.door import access
from xlpy.domain.values.transactions import Kind
from xlpy.profile.credentials import ManageSecrets
from xlpy.services.export.push import push
from xlpy.services.run.reports import Marked, RunReport, RunState
from xlpy.services.run.session import Session

WRITTEN = ("ARDoc", "APDoc", "GLTran", "Batch", "xlpy_Posting")


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(tmp_path_factory.mktemp("data")))
        yield from open_theatre(tmp_path_factory.mktemp("theatre"), RULES, invoices=4, expenses=4, procurement=8)


@pytest.fixture
def stage(theatre: Theatre) -> Stage:
    return theatre.put_back("fresh")


def _alter(stage: Stage, *statements: str) -> None:
    with closing(sqlite3.connect(stage.database)) as connection:
        connection.create_collation("SL", lambda a, b: (a > b) - (a < b))
        connection.create_function("sl_rowversion", 0, lambda: bytes(8))
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def _push(stage: Stage, marks: tuple[Marked, ...]) -> RunReport:
    """Export as a new process would, which reads the catalogue anew."""
    with Session(stage.profile, ManageSecrets(private_key=access.PRIVATE_KEY)) as session:
        return push(session, stage.selection(marks))


def _nothing_is_written(stage: Stage, marks: tuple[Marked, ...], *words: str) -> None:
    before, unposted = stage.tables(WRITTEN), stage.unposted()
    report = _push(stage, marks)
    assert report.state is RunState.NOTHING_WRITTEN
    assert report.exit_code in (1, 2)
    for word in words:
        assert word in report.text
    assert stage.tables(WRITTEN) == before
    assert stage.rows("SELECT count(*) FROM xlpy_Posting") == [(0,)]
    assert stage.unposted() == unposted
    assert stage.site.records.batches == {}


@pytest.mark.parametrize("column", ["SiteID", "TranDesc", "ToWhseLoc"])
def test_a_column_that_only_stock_needs_stops_all_of_it_before_the_invoices_are_in(stage: Stage, column: str) -> None:
    marks = stage.marks()
    _alter(stage, f'ALTER TABLE INTran RENAME COLUMN "{column}" TO "Was{column}"')
    _nothing_is_written(stage, marks, "INTran", column, "procurement")


def test_a_table_that_only_stock_needs_stops_all_of_it(stage: Stage) -> None:
    marks = stage.marks()
    _alter(stage, "ALTER TABLE TrnsfrDoc RENAME TO WasTrnsfrDoc")
    _nothing_is_written(stage, marks, "TrnsfrDoc", "procurement")


def test_a_column_that_would_only_get_its_blank_may_be_missing(stage: Stage) -> None:
    marks = stage.marks(Kind.INVOICE)
    _alter(stage, 'ALTER TABLE RefNbr RENAME COLUMN "S4Future01" TO "WasS4Future01"')
    assert _push(stage, marks).state is RunState.COMPLETED


def test_who_marks_no_stock_is_not_stopped_by_it(stage: Stage) -> None:
    marks = (*stage.marks(Kind.INVOICE), *stage.marks(Kind.EXPENSE))
    _alter(stage, 'ALTER TABLE INTran RENAME COLUMN "TranDesc" TO "WasTranDesc"')
    report = _push(stage, marks)
    assert report.state is RunState.COMPLETED, report.text


def test_the_cure_works(stage: Stage) -> None:
    marks = stage.marks()
    _alter(stage, 'ALTER TABLE INTran RENAME COLUMN "TranDesc" TO "WasTranDesc"')
    _nothing_is_written(stage, marks, "TranDesc")
    _alter(stage, 'ALTER TABLE INTran RENAME COLUMN "WasTranDesc" TO "TranDesc"')
    assert _push(stage, marks).state is RunState.COMPLETED

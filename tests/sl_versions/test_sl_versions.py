"""Companies of other builds of SL: 9.01 has no RecordID in its lines and adjustments, newer ones have more columns.

None of SL's columns may be empty, and a writer that does not fill a column that it does not know could write nothing.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from xlpy.demo import firm
from xlpy.demo.after_the_batch import PAID_AFTER, SHARE_PAID
from xlpy.demo.company.release.run import release_everything
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.company.some_payments import pay_some
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings, Profile, SlSettings
from xlpy.services.export.push import push
from xlpy.services.history.undo import undo
from xlpy.services.payments.sync import sync_payments
from xlpy.services.reconciling.reconcile import reconcile
from xlpy.services.run.reports import Marked, RunState, Selection
from xlpy.services.run.session import Session
from xlpy.sl.ledger_book.ledger import create_ledger

WITHOUT_RECORD_ID = ("APDoc", "APTran", "ARTran", "ARAdjust")
WRITTEN = ("ARDoc", "ARTran", "RefNbr", "APDoc", "APTran", "APRefNbr", "GLTran", "INTran", "TrnsfrDoc", "Batch")
NOBODY_KNOWS = {
    "XCustomText": ("CHAR12 COLLATE SL NOT NULL", "' '"),
    "xCustomAmount": ("FLOAT NOT NULL", "0"),
    "XCUSTOMDAY": ("SMALLDATETIME NOT NULL", "'1900-01-01 00:00:00'"),
    "XCustomFlag": ("SMALLINT NOT NULL", "0"),
}
_RECORD_ID = re.compile(r'\s*"RecordID" INTEGER PRIMARY KEY AUTOINCREMENT(?: NOT NULL)?\s*,', re.IGNORECASE)


def _rebuild(database: Path, tables: tuple[str, ...], *, record_id: bool, more: bool) -> None:
    """Make tables anew: without RecordID, or with columns that nobody knows; what was in them stays."""
    extra = NOBODY_KNOWS if more else {}
    with sqlite3.connect(database) as connection:
        connection.create_collation("SL", lambda a, b: (a > b) - (a < b))
        connection.create_function("sl_rowversion", 0, lambda: bytes(8))
        for name in tables:
            parts = connection.execute(
                "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND sql NOT NULL", (name,)
            ).fetchall()
            made = next(sql for kind, _, sql in parts if kind == "table")
            columns = [row[1] for row in connection.execute(f"SELECT * FROM pragma_table_info('{name}')")]
            if not record_id:
                made, changed = _RECORD_ID.subn("", made)
                assert changed == 1, made
                columns.remove("RecordID")
            for column, (kind, _) in extra.items():
                made = made.replace("(", f"(\n\t{column} {kind}, ", 1)
            own = ", ".join(f'"{column}"' for column in columns)
            blanks = "".join(f", {blank}" for _, blank in extra.values())
            for kind, part, _ in parts:
                if kind != "table":
                    connection.execute(f'DROP {kind} "{part}"')
            connection.execute(f'ALTER TABLE "{name}" RENAME TO was_{name}')
            connection.execute(made)
            connection.execute(
                f'INSERT INTO "{name}" ({", ".join((own, *extra))}) SELECT {own}{blanks} FROM was_{name}'
            )
            connection.execute(f"DROP TABLE was_{name}")
            for kind, _, sql in parts:
                if kind != "table" and (record_id or "RecordID" not in sql):
                    connection.execute(sql)


@pytest.fixture
def firm_of_demo(tmp_path: Path) -> Iterator[tuple[Profile, Path]]:
    database = tmp_path / "company.sqlite"
    url = f"sqlite:///{database.as_posix()}"
    made = make_company(url, mistakes=False)
    create_ledger(made)
    made.dispose()
    site = generate_site(seed=7, mistakes=False, invoices=6, expenses=6, procurement=6)
    with serve(site) as running:
        manage = ManageSettings(
            url=running.url, company=access.COMPANY, client_id=access.CLIENT_ID, public_key=access.PUBLIC_KEY
        )
        rules = PostingRules(
            record_id_column="User1",
            company_paid_account=firm.COMPANY_PAID_ACCOUNT,
            bins={name: sl_bin for name, _, sl_bin in firm.BINS.values()},
        )
        yield (
            Profile(manage=manage, sl=SlSettings(url=url, company=firm.COMPANY_ID, user=firm.SL_USER), posting=rules),
            database,
        )


def _session(profile: Profile) -> Session:
    return Session(profile, ManageSecrets(private_key=access.PRIVATE_KEY))


def _marks(session: Session) -> tuple[Marked, ...]:
    manage = session.manage
    keys = [TransactionKey(Kind.INVOICE, str(row.billing_log_id)) for row in manage.unposted_invoices()]
    keys += [
        TransactionKey(Kind.EXPENSE, str(row.expense_detail_id))
        for row in manage.unposted_expenses()
        if row.classification == "Reimbursable"
    ]
    keys += [TransactionKey(Kind.PROCUREMENT, row.unposted_product_id) for row in manage.unposted_procurement()]
    return tuple(Marked(key) for key in keys)


@pytest.mark.parametrize("build", ["SL 9.01 without RecordID", "columns that nobody knows"])
def test_every_kind_goes_in_agrees_and_comes_out_again(firm_of_demo: tuple[Profile, Path], build: str) -> None:
    profile, database = firm_of_demo
    if build == "columns that nobody knows":
        _rebuild(database, WRITTEN, record_id=True, more=True)
    else:
        _rebuild(database, WITHOUT_RECORD_ID, record_id=False, more=False)
    with _session(profile) as session:
        marks = _marks(session)
        report = push(session, Selection("OCT", firm.THROUGH_DATE.replace(year=2027), marks))
        assert report.state is RunState.COMPLETED, (report.text, report.problems)
        agreed = {str(row.state) for row in reconcile(session, everything=True).rows}
        assert agreed <= {"Agrees", "Nothing to post"}
        assert sync_payments(session).exit_code == 0
        if build == "columns that nobody knows":
            blank = "SELECT DISTINCT trim(XCustomText), xCustomAmount, substr(XCUSTOMDAY, 1, 10), XCustomFlag FROM "
            with sqlite3.connect(database) as connection:
                found = {row for name in WRITTEN for row in connection.execute(blank + name)}
            assert found == {("", 0, "1900-01-01", 0)}
        for batch in ("OCT-I", "OCT-E", "OCT-P"):
            assert undo(session, batch, confirmed=True).state is RunState.COMPLETED
        assert set(_marks(session)) == set(marks)


def test_payments_of_sl_9_01_come_to_manage_once(firm_of_demo: tuple[Profile, Path]) -> None:
    """Without RecordID nothing tells which applications are new: everything is compared each time."""
    profile, database = firm_of_demo
    with _session(profile) as session:
        marks = tuple(mark for mark in _marks(session) if mark.key.kind is Kind.INVOICE)
        report = push(session, Selection("OCT", firm.THROUGH_DATE.replace(year=2027), marks))
        assert report.state is RunState.COMPLETED, (report.text, report.problems)
        release_everything(session.sl.engine, firm.COMPANY_ID)
        assert pay_some(session.sl.engine, share=SHARE_PAID, on=firm.THROUGH_DATE + PAID_AFTER)
    _rebuild(database, WITHOUT_RECORD_ID, record_id=False, more=False)
    with _session(profile) as session:
        first = sync_payments(session)
        assert first.exit_code == 0, first.text
        assert [row for row in first.rows if row.status == "Changed"]
        second = sync_payments(session)
        assert second.exit_code == 0, second.text
        assert [row for row in second.rows if row.status == "Changed"] == []
        assert "does not number its applications" in " ".join(second.messages)

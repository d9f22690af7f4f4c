"""The whole push on SQLAlchemy's dialect for SQL Server: what would be sent, in which order, with which binds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
import sqlglot
from sl_writer_books import EURO, HOST, NOW, SITE, Books, batch, document, key, line, new_customer, plan, request_of
from sl_writer_payables import (
    adjustment,
    ap_batch,
    ap_line,
    expense,
    gl_batch,
    in_batch,
    in_line,
    journal,
    new_item,
    new_vendor,
    payables_plan,
    receipt,
    transfer,
    voucher,
)
from sl_writer_recorder import RecordingDbapi, Sent
from sqlglot import exp

from xlpy.errors import PostingLocked, PostingRefused, SlError
from xlpy.sl.connection.engine import SlCompany, mssql_engine
from xlpy.sl.ledger_book.ledger import close_postings, read_postings, replace_entry_ids, unfinished
from xlpy.sl.ledger_book.lock import posting_lock
from xlpy.sl.ledger_book.setup_script import install_ledger, setup_script
from xlpy.sl.writing.posting import post_plan

MIDNIGHT, NO_DATE = datetime.fromisoformat("2026-10-12"), datetime.fromisoformat("1900-01-01")
ODBC = "DRIVER={ODBC Driver 18 for SQL Server};SERVER=sl.example.net;DATABASE=HPApp;Trusted_Connection=yes"
NOT_PARSED = ("SAVE TRANSACTION", "ROLLBACK TRANSACTION", "SET ", "DECLARE ", "IF @@TRANCOUNT", "COMMIT", "ROLLBACK")
LEDGER_TEXT = {"xlpy_Posting", "xlpy_PostingDoc", "xlpy_Lock"}  # has nvarchar columns: Manage's names, not SL's


@pytest.fixture
def server(books: Books) -> Iterator[tuple[SlCompany, RecordingDbapi]]:
    dbapi = RecordingDbapi(books.engine)
    engine = mssql_engine(ODBC, module=dbapi)
    yield replace(books.company, engine=engine), dbapi
    engine.dispose()


MADE = plan(
    batch(
        document(501, line("100.00"), line("-10.00"), cust_id="NOVA01"),
        document(502, doc_type="CM", descr="Müller & Söhne"),
    ),
    batch(document(503, line("10.00", "10.84"), rate=EURO), number=2),
    customers=(new_customer(),),
)

EXPENSES = payables_plan(
    ap_batch(voucher(expense(11), expense(12)), voucher(expense(13), doc_type="AD")),
    gl_batch(journal(expense(14), part="document", amount="10.84")),
)
PROCUREMENT = payables_plan(
    ap_batch(voucher(receipt(1), vend_id="EAGLEP", rate=EURO, lines=(ap_line("10.00", "10.84"),))),
    in_batch(adjustment(2, in_line("-3"), in_line("2", invt_id="DOCK-C"))),
    in_batch(transfer(3), number=2),
    vendors=(new_vendor(),),
    items=(new_item(),),
)


def push(server: tuple[SlCompany, RecordingDbapi]) -> list[Sent]:
    company, dbapi = server
    with company.engine.connect():
        dbapi.sent.clear()
    outcome = post_plan(company, request_of(MADE))
    assert [d.ref_nbr for d in outcome.posted] == ["501", "502", "503"]
    return dbapi.sent


def table_of(sent: Sent) -> str:
    found = re.search(r"(?:INTO|FROM|UPDATE) \[?(\w+)", sent.sql)
    return found[1] if found else ""


def test_order_lock_first_documents_before_their_batch_ledger_last(
    server: tuple[SlCompany, RecordingDbapi],
) -> None:
    sent = push(server)
    work = [s for s in sent if not s.sql.startswith("SET ")]
    assert table_of(work[0]) == "ARSetup"
    assert "WITH (UPDLOCK, HOLDLOCK)" in work[0].sql
    writes = [table_of(s) for s in sent if s.sql.startswith(("INSERT", "UPDATE"))]
    assert writes == [
        "Customer",
        "SOAddress",
        "AR_Balances",
        "ARTran",
        "ARDoc",
        "RefNbr",
        "Batch",
        "ARSetup",
        "xlpy_Posting",
        "xlpy_PostingDoc",
    ]
    assert [s.sql for s in sent][-1] == "COMMIT"
    assert sum(s.sql == "COMMIT" for s in sent) == 1
    update = next(i for i, s in enumerate(sent) if s.sql.startswith("UPDATE"))
    assert any(table_of(s) == "ARTran" and s.sql.startswith("SELECT") for s in sent[:update]), "verified before"


def test_binds_are_floats_minutes_and_varchar(server: tuple[SlCompany, RecordingDbapi]) -> None:
    for sent in push(server):
        for row in sent.rows:
            assert {type(value) for value in row} <= {str, float, int, datetime, type(None)}, sent.sql
        if sent.sizes and table_of(sent) not in LEDGER_TEXT:
            sizes = [size[0] if isinstance(size, tuple) else size for size in sent.sizes]
            assert not {"WVARCHAR", "WCHAR", "WLONGVARCHAR"} & set(sizes), sent.sql
            for value, size in zip(sent.rows[0], sizes, strict=True):
                assert not isinstance(value, str) or size == "VARCHAR", sent.sql
    inserted = [s for s in server[1].sent if s.sql.startswith("INSERT") and table_of(s) in ("ARDoc", "ARTran", "Batch")]
    assert all(s.many for s in inserted), "with fast executemany the driver takes the types from the columns"
    looked_up = [s for s in server[1].sent if s.sql.startswith("SELECT") and table_of(s) in ("ARDoc", "Customer")]
    assert looked_up
    assert all("VARCHAR" in str(s.sizes) for s in looked_up)
    assert "Müller & Söhne" in {v for s in inserted for row in s.rows for v in row}
    # 10.84 as a float is exactly what SL's float column holds; a date is midnight.
    values = {v for s in inserted for row in s.rows for v in row if not isinstance(v, str)}
    assert {10.84, 1.0842, -10.0, MIDNIGHT, NOW} <= values


def test_dates_are_bound_as_midnight_and_no_date_as_1900(server: tuple[SlCompany, RecordingDbapi]) -> None:
    push(server)
    documents = next(s for s in server[1].statements("INSERT") if table_of(s) == "ARDoc")
    moments = {v for row in documents.rows for v in row if isinstance(v, datetime)}
    assert NO_DATE in moments
    assert all(m == NOW or (m.hour, m.minute) == (0, 0) for m in moments)


def test_no_statement_has_more_parameters_than_sql_server_takes(server: tuple[SlCompany, RecordingDbapi]) -> None:
    company, dbapi = server
    many = plan(batch(*[document(n) for n in range(1, 2301)]))
    post_plan(company, request_of(many))
    assert max(len(row) for s in dbapi.sent for row in s.rows) <= 2100
    inserts = [s for s in dbapi.statements("INSERT") if table_of(s) == "ARTran"]
    assert [len(s.rows) for s in inserts] == [1000, 1000, 300]
    assert all(s.many for s in inserts), "executemany: the limit is per row"
    assert all(len(s.rows[0]) < 60 for s in inserts), "blanks are constants of the statement"


def test_every_statement_is_portable_t_sql(server: tuple[SlCompany, RecordingDbapi]) -> None:
    push(server)
    company, dbapi = server
    with company.engine.begin() as connection:
        owed = unfinished(connection, HOST, SITE)
        replace_entry_ids(connection, {p.posting_id: (1, 2) for p in owed})
        close_postings(connection, [p.posting_id for p in owed], 5, "OCT-I", NOW)
    with company.engine.connect() as connection:
        assert len(read_postings(connection, HOST, SITE, [key(501), key(502), key(503)])) == 3
    parsed = 0
    for sent in dbapi.sent:
        if sent.sql.startswith(NOT_PARSED) or "XACT_STATE" in sent.sql:
            continue
        (tree,) = sqlglot.parse(sent.sql, dialect="tsql")
        assert tree is not None
        for kind in (exp.Merge, exp.Limit, exp.Fetch, exp.Returning, exp.OnConflict, exp.Command):
            assert tree.find(kind) is None, sent.sql
        assert not re.search(r"\b(OUTPUT|MERGE|LIMIT|RETURNING|WAITFOR|NOLOCK)\b", sent.sql)
        parsed += 1
    assert parsed > 20


def test_savepoints_are_sql_servers_and_xact_abort_is_off(server: tuple[SlCompany, RecordingDbapi]) -> None:
    company, dbapi = server
    post_plan(company, request_of(MADE))
    session = [s.sql for s in dbapi.sent if s.sql.startswith("SET ") and "sp_getapplock" not in s.sql]
    assert session
    assert all("XACT_ABORT OFF" in sql for sql in session)
    assert not any("XACT_ABORT ON" in s.sql for s in dbapi.sent)
    saves = [s.sql for s in dbapi.sent if s.sql.startswith("SAVE TRANSACTION")]
    assert len(saves) == 2, "the customer's own, and the one round everything"


def test_a_refused_document_is_found_by_savepoints_and_the_transaction_is_tested(
    server: tuple[SlCompany, RecordingDbapi],
) -> None:
    company, dbapi = server
    dbapi.fail["INSERT INTO [ARDoc]"] = "502"
    outcome = post_plan(company, request_of(MADE))
    assert [d.ref_nbr for d in outcome.posted] == ["501", "503"]
    assert outcome.failed[0].reason == "SL refused CM 502: Refused 502"
    order = [s.sql.split()[0] + (" state" if "XACT_STATE" in s.sql else "") for s in dbapi.sent]
    for place, word in enumerate(order):
        if word == "ROLLBACK" and dbapi.sent[place].sql != "ROLLBACK":
            assert order[place + 1] == "SELECT state"


def test_a_transaction_that_the_server_doomed_is_not_committed(server: tuple[SlCompany, RecordingDbapi]) -> None:
    company, dbapi = server
    dbapi.fail["INSERT INTO [ARDoc]"] = "502"
    dbapi.canned["XACT_STATE()"] = [(-1, 1)]
    with pytest.raises(Exception, match="SL ended the transaction: Refused 502"):
        post_plan(company, request_of(MADE))
    assert not any(s.sql == "COMMIT" for s in dbapi.sent)


def test_a_transaction_that_the_server_ended_unsaid_is_not_committed(server: tuple[SlCompany, RecordingDbapi]) -> None:
    """The next statement began another one: what is in that must not be saved without what was before."""
    company, dbapi = server
    push(server)
    taken = [place for place, s in enumerate(dbapi.sent) if "@LockOwner = 'Transaction'" in s.sql]
    saves = [place for place, s in enumerate(dbapi.sent) if s.sql.startswith("SAVE TRANSACTION")]
    assert len(taken) == 1
    assert taken[0] < saves[0], "a roll-back to the savepoint would free it"
    dbapi.sent.clear()
    dbapi.canned["APPLOCK_MODE"] = [("NoLock",)]
    with pytest.raises(PostingRefused, match="ended the transaction while it was written to"):
        post_plan(company, replace(request_of(EXPENSES), run_id="another"))
    assert not any(s.sql == "COMMIT" for s in dbapi.sent)
    assert dbapi.sent[-1].sql == "ROLLBACK"


def test_the_application_lock_is_a_sessions_and_on_a_connection_of_its_own(
    server: tuple[SlCompany, RecordingDbapi], monkeypatch: pytest.MonkeyPatch
) -> None:
    company, dbapi = server
    for asked in ("check_ledger", "refuse_missing_rights"):
        monkeypatch.setattr(f"xlpy.sl.ledger_book.lock.{asked}", lambda *_: None)
    with posting_lock(company, user="kmorales", host="PC1", now=NOW):
        taken = next(s for s in dbapi.sent if "sp_getapplock" in s.sql)
        assert "'Session'" in taken.sql
        assert "xlpy posting" in taken.rows[0]
        assert not any("sp_releaseapplock" in s.sql for s in dbapi.sent)
        post_plan(company, request_of(MADE))
    assert any("sp_releaseapplock" in s.sql for s in dbapi.sent)

    dbapi.canned["sp_getapplock"] = [(-1,)]
    with pytest.raises(PostingLocked), posting_lock(company, user="jlee", host="PC2", now=NOW):
        pytest.fail("two held the lock")


def test_installing_runs_the_script_batch_by_batch_and_a_refusal_is_said_in_words(
    server: tuple[SlCompany, RecordingDbapi],
) -> None:
    company, dbapi = server
    dbapi.canned |= {"sys.objects": [], "OBJECT_ID": [], "DATABASE_PRINCIPAL_ID": []}
    dbapi.canned |= {"FROM dbo.xlpy_Version": [], "SET NO": [], "GRANT": [], "COL_LENGTH": []}
    install_ledger(company)
    sent = [s.sql.strip() for s in dbapi.sent]
    expected = [part.strip() for part in setup_script().split("\nGO\n") if part.strip()]
    assert [sql for sql in sent if sql in expected] == expected
    assert not any(re.search(r"(?m)^GO\s*$", sql) for sql in sent), "GO is a word of tools, not of T-SQL"

    dbapi.fail["CREATE ROLE"] = ""
    with pytest.raises(SlError, match="sl-setup --print"):
        install_ledger(company)


def push_payables(server: tuple[SlCompany, RecordingDbapi]) -> tuple[list[Sent], list[Sent]]:
    company, dbapi = server
    with company.engine.connect():
        dbapi.sent.clear()
    assert post_plan(company, request_of(EXPENSES)).failed == ()
    expenses = list(dbapi.sent)
    dbapi.sent.clear()
    assert post_plan(company, request_of(PROCUREMENT, "run-2")).failed == ()
    return expenses, list(dbapi.sent)


def written_tables(sent: list[Sent]) -> list[str]:
    return [table_of(s) for s in sent if s.sql.startswith(("INSERT", "UPDATE"))]


def test_every_module_is_locked_first_and_its_documents_come_before_their_batch(
    server: tuple[SlCompany, RecordingDbapi],
) -> None:
    expenses, procurement = push_payables(server)
    for sent, locked in ((expenses, ["APSetup", "GLSetup"]), (procurement, ["APSetup", "INSetup"])):
        work = [s for s in sent if not s.sql.startswith("SET ")]
        assert [table_of(s) for s in work[: len(locked)]] == locked
        assert all("WITH (UPDLOCK, HOLDLOCK)" in s.sql for s in work[: len(locked)])
        assert sum(s.sql == "COMMIT" for s in sent) == 1
        assert sent[-1].sql == "COMMIT"
    ledger = ["xlpy_Posting", "xlpy_PostingDoc"]
    assert written_tables(expenses) == [
        *("APTran", "APDoc", "APRefNbr", "GLTran", "Batch", "APSetup", "GLSetup"),
        *ledger,
    ]
    assert written_tables(procurement) == [
        *("Vendor", "Inventory", "InventoryADG", "INUnit", "APTran", "APDoc", "APRefNbr", "INTran", "TrnsfrDoc"),
        *("Location", "Batch", "APSetup", "INSetup"),
        *ledger,
    ]


def test_binds_of_every_module_are_floats_minutes_and_varchar(server: tuple[SlCompany, RecordingDbapi]) -> None:
    for sent in (s for some in push_payables(server) for s in some):
        for row in sent.rows:
            assert {type(value) for value in row} <= {str, float, int, datetime, type(None)}, sent.sql
            assert len(row) <= 2100
        if sent.sizes and table_of(sent) not in LEDGER_TEXT:
            sizes = [size[0] if isinstance(size, tuple) else size for size in sent.sizes]
            assert not {"WVARCHAR", "WCHAR", "WLONGVARCHAR"} & set(sizes), sent.sql
            for value, size in zip(sent.rows[0], sizes, strict=True):
                assert not isinstance(value, str) or size == "VARCHAR", sent.sql


def test_every_statement_of_every_module_is_portable_t_sql(server: tuple[SlCompany, RecordingDbapi]) -> None:
    parsed = 0
    for sent in (s for some in push_payables(server) for s in some):
        if sent.sql.startswith(NOT_PARSED) or "XACT_STATE" in sent.sql:
            continue
        (tree,) = sqlglot.parse(sent.sql, dialect="tsql")
        assert tree is not None
        for kind in (exp.Merge, exp.Limit, exp.Fetch, exp.Returning, exp.OnConflict, exp.Command):
            assert tree.find(kind) is None, sent.sql
        assert not re.search(r"\b(OUTPUT|MERGE|LIMIT|RETURNING|WAITFOR|NOLOCK)\b", sent.sql)
        parsed += 1
    assert parsed > 60


def test_a_refused_expense_is_found_by_savepoints_with_its_whole_voucher(
    server: tuple[SlCompany, RecordingDbapi],
) -> None:
    company, dbapi = server
    dbapi.fail["INSERT INTO [APDoc]"] = "EXP11"
    outcome = post_plan(company, request_of(EXPENSES))
    assert [d.transaction for d in outcome.posted] == [expense(13), expense(14)]
    assert {f.reason for f in outcome.failed} == {"SL refused VO EXP11 of vendor E-JDOE: Refused EXP11"}
    order = [s.sql.split()[0] + (" state" if "XACT_STATE" in s.sql else "") for s in dbapi.sent]
    for place, word in enumerate(order):
        if word == "ROLLBACK" and dbapi.sent[place].sql != "ROLLBACK":
            assert order[place + 1] == "SELECT state"

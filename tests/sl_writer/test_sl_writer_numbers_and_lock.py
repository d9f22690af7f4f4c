"""Batch numbers as SL counts them; one posting at a time; the set-up script."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlglot
from sl_writer_books import NOW, Books, batch, document, plan, request_of
from sqlglot import exp

from xlpy.errors import LedgerMissing, PostingLocked, PostingRefused
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book.columns import ledger_metadata
from xlpy.sl.ledger_book.lock import lock_file, posting_lock
from xlpy.sl.ledger_book.setup_script import COUNTERS, READ, REMOVE, WRITE, install_ledger, setup_script
from xlpy.sl.ledger_book.tables import ADDED_COLUMNS
from xlpy.sl.reading.numbering import free_batch_numbers, read_reference_uses
from xlpy.sl.screens.numbered import AR_NUMBERS
from xlpy.sl.writing.posting import post_plan

ROOT = Path(__file__).resolve().parents[2]


def next_numbers(books: Books, last: str, count: int = 1) -> list[str]:
    with books.engine.connect() as connection:
        return free_batch_numbers(connection, books.company, AR_NUMBERS, last, count)


def test_the_next_number_has_the_width_of_the_last_one(books: Books) -> None:
    assert next_numbers(books, "000041") == ["000042"]
    assert next_numbers(books, "0041") == ["0042"]
    assert next_numbers(books, "000000", 3) == ["000001", "000002", "000003"]


def test_after_all_nines_comes_one(books: Books) -> None:
    assert next_numbers(books, "999998", 3) == ["999999", "000001", "000002"]


def test_used_numbers_are_passed_over_in_the_same_module_only(books: Books) -> None:
    for module, number in (("AR", "000042"), ("AR", "000044"), ("GL", "000043")):
        books.add("Batch", Module=module, BatNbr=number)
    assert next_numbers(books, "000041", 3) == ["000043", "000045", "000046"]


def test_a_long_run_of_used_numbers_is_passed_over(books: Books) -> None:
    for number in range(42, 142):
        books.add("Batch", Module="AR", BatNbr=f"{number:06}")
    assert next_numbers(books, "000041", 2) == ["000142", "000143"]


@pytest.mark.parametrize("table", ["ARDoc", "ARTran", "GLTran"])
def test_a_number_with_rows_of_a_batch_that_is_gone_is_skipped_and_told(
    books: Books, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    books.add(table, **({"Module": "AR"} if table == "GLTran" else {}), BatNbr="000042")
    assert next_numbers(books, "000041", 2) == ["000043", "000044"]
    assert f"000042 of module AR was skipped: {table} has rows" in caplog.text


def test_rows_under_a_number_that_is_not_needed_yet_are_not_told(
    books: Books, caplog: pytest.LogCaptureFixture
) -> None:
    books.add("ARTran", BatNbr="000050")
    assert next_numbers(books, "000041") == ["000042"]
    assert caplog.text == ""


def test_an_export_goes_past_stray_rows_and_the_counter_moves_on(books: Books) -> None:
    last = books.row("ARSetup")["LastBatNbr"]
    stray = f"{int(last) + 1:0{len(last)}}"
    books.add("ARTran", BatNbr=stray)
    outcome = post_plan(books.company, request_of(plan(batch(document(501)))))
    after = f"{int(stray) + 1:0{len(stray)}}"
    assert {document.bat_nbr for document in outcome.posted} == {after}
    assert books.row("ARSetup")["LastBatNbr"] == after


def test_a_full_counter_and_a_counter_that_is_no_number_are_refused(books: Books) -> None:
    for number in range(1, 10):
        books.add("Batch", Module="AR", BatNbr=str(number))
    with pytest.raises(PostingRefused, match="used up"):
        next_numbers(books, "4")
    for wrong in ("", "A0001", "12 34"):
        with pytest.raises(PostingRefused, match="not a number"):
            next_numbers(books, wrong)


def test_the_set_up_row_keeps_the_last_number_used(books: Books) -> None:
    books.set("ARSetup", LastBatNbr="999999")
    books.add("Batch", Module="AR", BatNbr="000001")
    outcome = post_plan(books.company, request_of(plan(batch(document(501)), batch(document(502), number=2))))
    assert [d.bat_nbr for d in outcome.posted] == ["000002", "000003"]
    assert books.row("ARSetup")["LastBatNbr"] == "000003"


def test_who_uses_a_reference_is_told_over_all_types_customers_and_companies(books: Books) -> None:
    books.add("ARDoc", CustId="BAYDEN", DocType="CM", RefNbr="inv7", BatNbr="000001", DocClass="N", CpnyID="OTHER")
    books.add("RefNbr", RefNbr="INV7")
    books.add("RefNbr", RefNbr="INV8")
    with books.engine.connect() as connection:
        uses = read_reference_uses(connection, books.company, {"INV7", "INV8", "INV9"})
    assert uses.keys() == {"INV7", "INV8"}
    (document_use,) = uses["INV7"]
    assert (document_use.doc_type, document_use.cust_id, document_use.cpny_id) == ("CM", "BAYDEN", "OTHER")
    (reservation,) = uses["INV8"]
    assert reservation.doc_type == ""


def test_the_second_one_is_told_who_posts_and_since_when(books: Books) -> None:
    with posting_lock(books.company, user="kmorales", host="PC1", now=NOW):
        with (
            pytest.raises(PostingLocked, match=r"kmorales on PC1 .* since 2026-10-20 14:35"),
            posting_lock(books.company, user="jlee", host="PC2", now=NOW),
        ):
            pytest.fail("two held the lock")
        assert books.scalar("SELECT HolderUser FROM xlpy_Lock") == "kmorales"
    with posting_lock(books.company, user="jlee", host="PC2", now=NOW):
        assert books.scalar("SELECT HolderUser || count(*) FROM xlpy_Lock") == "jlee1"


def test_the_lock_is_given_back_after_an_error(books: Books) -> None:
    with pytest.raises(ZeroDivisionError), posting_lock(books.company, user="a", host="b", now=NOW):
        raise ZeroDivisionError
    with posting_lock(books.company, user="a", host="b", now=NOW):
        assert books.scalar("SELECT ReleasedAt IS NULL FROM xlpy_Lock") == 1


def test_the_lock_of_a_process_that_died_is_free(books: Books) -> None:
    database = Path(str(books.engine.url.database))
    child = (
        "import os, sys; from pathlib import Path; from xlpy.sl.ledger_book import lock\n"
        "handle = lock.lock_file(Path(sys.argv[1])).open('ab')\n"
        "print(lock._lock(handle), flush=True); sys.stdin.readline(); os._exit(9)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", child, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "True"
    with pytest.raises(PostingLocked), posting_lock(books.company, user="a", host="b", now=NOW):
        pytest.fail("two held the lock")
    process.communicate("die\n")
    assert process.returncode == 9
    with posting_lock(books.company, user="a", host="b", now=NOW):
        assert lock_file(database).exists()


def test_the_lock_needs_the_ledger(books: Books) -> None:
    books.run("DROP TABLE xlpy_Version")
    with pytest.raises(LedgerMissing), posting_lock(books.company, user="a", host="b", now=NOW):
        pytest.fail("the ledger is not there")


def test_posting_under_the_lock_works(books: Books) -> None:
    with posting_lock(books.company, user="kmorales", host="PC1", now=NOW):
        assert len(post_plan(books.company, request_of(plan(batch(document(501))))).posted) == 1


def test_the_template_is_the_script_that_the_program_runs() -> None:
    assert (ROOT / "templates" / "sl_setup.sql").read_text(encoding="utf-8") == setup_script()


def test_the_script_creates_every_table_once_and_drops_or_changes_nothing() -> None:
    script = setup_script()
    for table in ledger_metadata.sorted_tables:
        assert script.count(f"IF OBJECT_ID('dbo.{table.name}', 'U') IS NULL") == 1
        created = script.split(f"CREATE TABLE dbo.{table.name} (")[1].split("\nEND;")[0]
        for column in table.columns:
            assert f"[{column.name}]" in created
    changes = re.sub(r"(GRANT|DENY) [A-Z, ]+ ON", "", script)
    assert not re.search(r"\b(DROP|ALTER COLUMN|TRUNCATE|EXECUTE AS|DELETE)\b", changes)
    altered = re.findall(
        r"IF COL_LENGTH\('dbo\.(\w+)', '(\w+)'\) IS NULL\n +ALTER TABLE dbo\.\1 ADD \2 \S+ NULL;", script
    )
    assert altered == [(column.table.name, column.name) for column in ADDED_COLUMNS], "an earlier version gets these"
    assert script.count("ALTER TABLE") == len(altered), "and nothing else of a table changes"
    assert script.rstrip().endswith("SET NOEXEC OFF;\nGO")


def test_every_batch_of_the_script_is_t_sql() -> None:
    for part in re.split(r"(?m)^GO\s*$", setup_script()):
        for create in re.findall(r"CREATE (?:TABLE|INDEX).*?;", part, re.DOTALL):
            (tree,) = sqlglot.parse(create.rstrip(";"), dialect="tsql")
            assert isinstance(tree, exp.Create)


def test_the_role_gets_the_least_rights() -> None:
    grants = re.findall(r"GRANT (.*?) ON dbo\.(\w+)(?: \((.*?)\))? TO (\w+);", setup_script())
    rights: dict[str, set[str]] = {}
    for right, table, columns, role in grants:
        assert role == "xlpy_user"
        rights.setdefault(table, set()).update(f"{r} {columns}".strip() for r in right.split(", "))
    assert not any("ALTER" in right or "CONTROL" in right for some in rights.values() for right in some)
    removed = {name for name, some in rights.items() if "DELETE" in some}
    assert removed == set(REMOVE) < set(WRITE), "ledger rows, masters and set-up are never deleted"
    assert {name for name, some in rights.items() if "INSERT" in some and not name.startswith("xlpy")} == set(WRITE)
    assert rights["ARSetup"] == {"SELECT", "UPDATE LastBatNbr"}
    assert {name for name, some in rights.items() if any(r.startswith("UPDATE") for r in some)} == {
        *COUNTERS,
        *(t.name for t in ledger_metadata.sorted_tables),
    } - {
        *("xlpy_Version", "xlpy_Audit", "xlpy_PostingDoc"),
        *("xlpy_ApprovalRequest", "xlpy_Approval", "xlpy_Rule"),
    }, "what is written once is not changed"
    assert rights["xlpy_Version"] == {"SELECT"}
    denied = {
        table: set(some.split(", ")) for some, table in re.findall(r"DENY (.*?) ON dbo\.(\w+) TO", setup_script())
    }
    for table in ledger_metadata.sorted_tables:
        assert denied[table.name] == {"UPDATE", "DELETE"} - rights[table.name], "whatever other role gives it"
    assert all("SELECT" in rights[name] for name in (*READ, *WRITE))


def test_installing_on_sqlite_makes_the_tables(books: Books) -> None:
    engine = sqlite_engine("sqlite://")
    company = type(books.company)(engine, "HPIT", books.company.catalogue, "cp1252", "")
    install_ledger(company)
    install_ledger(company)
    with (
        posting_lock(company, user="a", host="b", now=NOW),
        pytest.raises(PostingLocked),
        posting_lock(company, user="c", host="d", now=NOW),
    ):
        pytest.fail("two held the lock")

"""What is in an audit record: everything of the run, for eyes and programs, and nothing that is secret or dangerous."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from by_column import at, column
from macro_books import look_at
from sqlalchemy import event, text

from xlpy import __version__
from xlpy.demo.site.door import access
from xlpy.domain.documents.plan import Plan
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.statuses import PaymentStatus
from xlpy.errors import FileNotSaved, RunNotKnown
from xlpy.excel.audit.export import export_audit_record
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW
from xlpy.excel.workbook.sheets import PROBLEMS
from xlpy.services.records.audit_content import gather, known_secrets
from xlpy.services.records.audit_record import export_record
from xlpy.services.records.audit_verify import verify_record
from xlpy.services.records.saved_files import LONGEST_NAME, saved_name
from xlpy.services.run.kept import recall_run, remember_run, remember_sync
from xlpy.services.run.reports import ResultRow, RunReport, RunState
from xlpy.services.run.session import Session
from xlpy.services.run.sync_report import PaymentRow, SyncReport
from xlpy.sl.ledger_book.audit_chain import read_chain

HOSTILE = "=cmd|' /C calc'!A0"
LETTERS = "Łódź €250 – 日本 Ünïcode 👍"


def manifest_of(path: Path) -> dict[str, Any]:
    return json.loads((path / "manifest.json").read_bytes())


def pdf_text(path: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def failed_run(run_id: str = "20261031-120000-abcd", **more: Any) -> RunReport:
    """A run with texts that a hostile or foreign Manage could send."""
    rows = (
        ResultRow("NOV-I", "Exported", "", "invoice", HOSTILE, "1", Decimal("1234567.89"), "EUR", "AR"),
        ResultRow("NOV-I", "Failed", LETTERS, "invoice", "+49 30", "2", Decimal("-0.05"), "EUR", "AR"),
    )
    problems = (
        Problem(Severity.NOTE, "SEEN", "A note", transaction="10001"),
        Problem(Severity.STOP, "CUST", f"{HOSTILE} has no customer", transaction=HOSTILE, in_manage="@SUM(A1)"),
    )
    noon = datetime(2026, 10, 31, 12)  # noqa: DTZ001 (as SL and the sheets keep it)
    report = RunReport(run_id, noon, RunState.WITH_ERRORS, "Completed with errors.", "NOV", None, rows, ())
    return replace(report, problems=problems, **more)


def test_every_file_is_in_the_manifest_with_its_size_and_hash(books: Any) -> None:
    manifest = manifest_of(books.record.path)
    listed = {entry["name"] for entry in manifest["files"]} | {"manifest.json", "manifest.sha256"}
    assert listed == {path.name for path in books.record.path.iterdir()} == set(books.record.files)
    assert listed >= {"record.xlsx", "record.pdf", "plan.json", "run.json", "log.jsonl", "log.txt"}
    assert all(entry["size"] == (books.record.path / entry["name"]).stat().st_size for entry in manifest["files"])


def test_the_manifest_says_who_did_what_when_and_with_which_versions(books: Any) -> None:
    manifest, report = manifest_of(books.record.path), books.report
    assert manifest["run"]["id"] == report.run_id
    assert manifest["run"]["plan_hash"] == report.plan.hash
    assert (manifest["run"]["user"], manifest["run"]["pc"]) == ("kmorales", "PC1")
    assert manifest["run"]["at"].endswith("+00:00")
    assert manifest["versions"]["Manage to SL"] == __version__
    assert {"Python", "system", "xlwings", "SQLAlchemy"} <= set(manifest["versions"])
    assert manifest["sl"]["company"] == "HPIT"
    assert manifest["manage"]["company"] == access.COMPANY
    assert manifest["record"]["files_made_by"]["record.pdf"].startswith("reportlab")
    wanted: dict[tuple[str, str, str], Decimal] = {}
    for row in report.results:
        if row.part == "document":
            key = row.kind, row.status, row.currency
            wanted[key] = wanted.get(key, Decimal(0)) + row.amount
    told = {(t["kind"], t["status"], t["currency"]): Decimal(t["amount"]) for t in manifest["totals"]}
    assert told == wanted
    assert sum(t["count"] for t in manifest["totals"]) == len(report.plan.transactions)


def test_the_plan_in_the_record_still_has_its_hash(books: Any) -> None:
    plan = Plan.from_json((books.record.path / "plan.json").read_bytes())
    assert plan.hash == manifest_of(books.record.path)["run"]["plan_hash"] == books.report.plan.hash


def test_the_log_in_the_record_is_that_of_the_run_and_of_no_other(books: Any) -> None:
    lines = [json.loads(line) for line in (books.record.path / "log.jsonl").read_text("utf-8").splitlines()]
    assert any(line.get("run") == books.report.run_id for line in lines)
    assert len({line["press"] for line in lines}) == 1
    assert lines[0]["text"].startswith("GET /login/companyinfo")  # before the run had its name
    assert books.report.text in (books.record.path / "log.txt").read_text("utf-8")


def test_the_workbook_is_protected_and_holds_values_only(books: Any) -> None:
    book = look_at(books.record.path / "record.xlsx")
    assert book.sheetnames == ["Record", "Totals", "Results", "Mapping check", "Preview", "Ledger", "Reconcile"]
    assert book.security.lockStructure
    assert not [name for name in zipfile.ZipFile(books.record.path / "record.xlsx").namelist() if "vba" in name.lower()]
    for sheet in book.worksheets:
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        assert books.report.run_id in sheet.oddFooter.left.text
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    shown = set(map(str, column(book["Results"], "Transaction")))
    assert shown == {row.transaction for row in books.report.results}
    amounts = sum(Decimal(str(value)) for value in column(book["Results"], "Amount"))
    assert amounts == sum(row.amount for row in books.report.results)


def test_the_pdf_has_every_transaction_its_amount_every_total_and_the_number_of_each_page(books: Any) -> None:
    told = pdf_text(books.record.path / "record.pdf")
    for row in books.report.results:
        assert row.transaction in told
        assert f"{row.amount:,.2f}" in told
    for total in manifest_of(books.record.path)["totals"]:
        assert f"{Decimal(total['amount']):,.2f}" in told
    pages = told.split("\f")[:-1]
    assert [re.findall(r"Page (\d+) of (\d+)", page) for page in pages] == [
        [(str(number), str(len(pages)))] for number in range(1, len(pages) + 1)
    ]
    assert all(f"run {books.report.run_id}" in page and "batch OCT" in page for page in pages)


def test_every_font_of_the_pdf_is_in_it(books: Any) -> None:
    told = subprocess.run(
        ["pdffonts", str(books.record.path / "record.pdf")], capture_output=True, check=True, text=True
    ).stdout.splitlines()[2:]
    assert told
    assert all(" yes yes yes " in line for line in told)


def test_formulas_from_manage_stay_texts_and_all_letters_are_right(books: Any, tmp_path: Path) -> None:
    with books.session() as session:
        remember_run(session, failed_run())
        record = export_audit_record(session, tmp_path / "out", run_id="20261031-120000-abcd")
    book = look_at(record.path / "record.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    hostile = [cell for cell in cells if cell.value == HOSTILE]
    assert len(hostile) == 2
    assert all(cell.data_type == "s" and cell.number_format == "@" and cell.quotePrefix for cell in hostile)
    assert [cell.data_type for cell in cells if cell.value == "@SUM(A1)"] == ["s"]
    assert LETTERS in {cell.value for cell in cells}
    first = book[PROBLEMS.name][at(PROBLEMS, "Severity")].value
    assert first == "Stop"
    told = " ".join(pdf_text(record.path / "record.pdf").split())
    assert HOSTILE in told
    assert all(word in told for word in ("Łódź", "€250", "–", "日", "本", "Ünïcode", "👍"))
    assert "1,234,567.89" in told
    assert "Nothing" not in record.text


def test_no_secret_is_in_any_file(books: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leak = f"refused {access.PRIVATE_KEY} and PWD=hunter2;Encrypt=yes"
    run_id = "20261031-120000-beef"
    report = failed_run(run_id, text=leak)
    rows = (replace(report.results[0], message=leak, transaction=f"N {access.PRIVATE_KEY}"),)
    problem = Problem(Severity.STOP, "X", leak, fix=leak, in_manage=access.PRIVATE_KEY)
    day = f"{datetime.now().astimezone():%Y-%m-%d}.jsonl"
    with (books.data / "logs" / day).open("a", encoding="utf-8") as log:  # as another process would have written it
        log.write(json.dumps({"time": "2026", "text": leak, "detail": leak, "press": "p", "run": run_id}) + "\n")
    with books.session() as session:
        remember_run(session, replace(report, results=rows, problems=(problem,)))
        record = export_audit_record(session, tmp_path / "out", run_id=run_id)
    files = {path.name: path.read_bytes() for path in record.path.iterdir()}
    files["pdf text"] = pdf_text(record.path / "record.pdf").encode()
    with zipfile.ZipFile(record.path / "record.xlsx") as package:
        files |= {name: package.read(name) for name in package.namelist()}
    for name, content in files.items():
        for secret in (access.PRIVATE_KEY, "hunter2"):
            assert secret.encode() not in content, name
    assert b"Encrypt=yes" in files["log.txt"]
    assert not [path for path in files if access.PRIVATE_KEY in path]


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("SERVER=a;DATABASE=b;UID=sa;PWD=hunter2;Encrypt=yes", "hunter2"),
        ("SERVER=a;PWD={p;w}}d};UID=sa", "p;w}d"),
        ("mssql+pyodbc://sa:hunter2@server/db?driver=x", "hunter2"),
    ],
)
def test_the_password_in_a_connection_string_is_a_known_secret(books: Any, url: str, secret: str) -> None:
    profile = replace(books.profile, sl=replace(books.profile.sl, url=url))
    assert secret in set(known_secrets(Session(profile, books.session().secrets)))


def test_a_second_record_of_a_run_gets_a_name_of_its_own(books: Any, tmp_path: Path) -> None:
    first, second = books.some(tmp_path / "out", 2)
    assert second.path.name == f"{first.path.name}-2"
    assert (first.number, second.number) == (2, 3)
    assert not verify_record(first.path).findings


@pytest.mark.parametrize("batch", ['a:b*?"<>|/\\c', "CON", "..", "x" * 300, "Łódź", "trailing. ", "a\nb\t\x07"])
def test_names_are_safe_on_windows(books: Any, tmp_path: Path, batch: str) -> None:
    with books.session() as session:
        content = replace(books.content, batch_identifier=batch)
        record = export_record(session, content, tmp_path / "out", {})
    assert re.fullmatch(r"audit_[A-Za-z0-9._-]+", record.path.name)
    assert record.path.name[-1] not in ". "
    assert len(record.path.name) <= LONGEST_NAME
    assert record.path.parent == tmp_path / "out"
    assert len(saved_name("audit", "x" * 500)) <= LONGEST_NAME


def test_the_run_of_another_pc_is_told_from_the_ledger_with_a_note_of_what_is_not_there(
    books: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XLPY_DATA", str(tmp_path / "another pc"))
    record = books.export(tmp_path / "out", run_id=books.report.run_id)
    assert not [name for name in record.files if name in ("plan.json", "log.jsonl")]
    assert all("PC1" in note for note in record.notes)
    assert len(record.notes) == 3
    manifest = manifest_of(record.path)
    assert manifest["not_in_this_record"] == list(record.notes)
    exported = [r for r in books.report.results if r.part == "document"]
    assert sum(t["count"] for t in manifest["totals"]) == len({r.transaction_id for r in exported})
    told = pdf_text(record.path / "record.pdf")
    assert all(row.transaction in told and row.reference in told for row in books.report.results)


@pytest.mark.parametrize(
    ("state", "closed_at", "action", "said"),
    [
        ("undone", "ClosedAt", "export", "undone: neither in SL nor in Manage"),
        ("cleared", "ClosedAt", "clear", "cleared: in Manage, not in SL"),
        ("cleared", "NULL", "clear", "cleared, the Manage batch is still owed"),
        ("undoing", "ClosedAt", "export", "being undone: out of SL, the Manage batch is still there"),
    ],
)
def test_the_ledger_is_not_told_as_in_sl_when_it_is_not(
    books: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, closed_at: str, action: str, said: str
) -> None:
    monkeypatch.setenv("XLPY_DATA", str(tmp_path / "another pc"))
    monkeypatch.setattr("xlpy.services.records.audit_content._reconciled", lambda *_: ((), ()))
    with books.session() as session:
        with session.sl.engine.begin() as connection:
            connection.execute(text(f"UPDATE xlpy_Posting SET State = '{state}', ClosedAt = {closed_at}"))
        content = gather(session, books.report.run_id)
    assert (content.action, content.state) == (action, said)


def test_the_password_of_sl_in_the_environment_is_a_secret_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLPY_SL_PASSWORD", "hush;hush")
    assert "hush;hush" in set(known_secrets())


def test_what_the_user_wrote_about_a_transaction_of_the_run_is_in_its_record(books: Any, tmp_path: Path) -> None:
    """Those of other transactions are not; a note that looks like a formula stays a text."""
    row = books.report.results[0]
    notes = {f"{row.kind}:{row.transaction_id}": HOSTILE, "invoice:999999": "of another run"}
    record = export_audit_record(books.session(), tmp_path, run_id=books.report.run_id, user_notes=notes)
    ws = look_at(record.path / "record.xlsx")["Notes"]
    assert (column(ws, "Transaction"), column(ws, "Note")) == ([row.transaction], [HOSTILE])
    assert {cell.data_type for cell in ws[FIRST_DATA_ROW]} == {"s"}
    assert "of another run" not in pdf_text(record.path / "record.pdf")
    assert "Notes" not in look_at(books.record.path / "record.xlsx").sheetnames


def test_the_ledger_sheet_tells_what_became_of_the_documents_since(books: Any, tmp_path: Path) -> None:
    with books.session() as session:
        with session.sl.engine.begin() as connection:
            connection.execute(text("UPDATE Batch SET Status = 'V' WHERE Module = 'AR'"))
        record = export_audit_record(session, tmp_path / "out")
    sheet = look_at(record.path / "record.xlsx")["Ledger"]
    states = set(zip(column(sheet, "Module"), column(sheet, "State in SL"), strict=True))
    assert ("AR", "Voided") in states
    assert ("AP", "Unreleased") in states


def test_the_record_says_what_reconcile_says_of_the_batch(books: Any) -> None:
    sheet = look_at(books.record.path / "record.xlsx")["Reconcile"]
    shown = set(map(str, column(sheet, "Transaction")))
    assert shown >= {row.transaction for row in books.report.results if row.module}
    run = json.loads((books.record.path / "run.json").read_bytes())
    assert [report["state"] for report in run["reconcile"]] == ["agrees"]


def test_without_manage_the_record_is_made_and_says_what_is_missing(books: Any, tmp_path: Path) -> None:
    nobody = "127.0.0.1:9"
    away = replace(books.profile, manage=replace(books.profile.manage, url=f"http://{nobody}"))
    kept = books.data / "runs" / f"{books.report.run_id}.json"
    kept.write_text(kept.read_text("utf-8").replace(books.profile.manage_host, nobody), encoding="utf-8")
    with Session(away, books.session().secrets) as session:
        with session.sl.engine.begin() as connection:
            connection.execute(text("UPDATE xlpy_Posting SET ManageHost = '127.0.0.1:9'"))
        record = export_record(session, gather(session), tmp_path / "out", {})
    (note,) = record.notes
    assert "What Reconcile says of the batch is not in this record" in note


def test_an_unknown_run_is_told_with_the_runs_that_are_known(books: Any, tmp_path: Path) -> None:
    with pytest.raises(RunNotKnown, match=books.report.run_id):
        books.export(tmp_path / "out", run_id="20200101-000000-none")
    assert not (tmp_path / "out").exists()


def test_a_pc_without_any_run_says_so(books: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLPY_DATA", str(tmp_path / "empty"))
    with pytest.raises(RunNotKnown, match="no run yet"):
        books.export(tmp_path / "out")


def test_runs_of_another_company_are_not_taken_for_ones_own(books: Any, tmp_path: Path) -> None:
    other = replace(books.profile, sl=replace(books.profile.sl, company="OTHER"))
    with Session(other, books.session().secrets) as session, pytest.raises(RunNotKnown):
        export_audit_record(session, tmp_path / "out", run_id=books.report.run_id)


def test_a_payment_sync_has_a_record_too(books: Any, tmp_path: Path) -> None:
    paid = PaymentRow("4417", PaymentStatus.CHANGED, "", "10007", "ACME01", Decimal(100), "EUR", paid_after=Decimal(70))
    failed = replace(paid, record_id="4418", invoice="10008", status=PaymentStatus.FAILED, message="locked")
    at = datetime(2026, 10, 31, 13)  # noqa: DTZ001
    report = SyncReport("20261031-130000-5555", at, None, "Everything", False, (paid, failed))
    with books.session() as session:
        remember_sync(session, report)
        record = export_audit_record(session, tmp_path / "out", run_id=report.run_id)
    kept = recall_run(report.run_id)
    assert kept is not None
    assert kept.sync == report
    book = look_at(record.path / "record.xlsx")
    assert book.sheetnames == ["Record", "Totals", "Payments"]
    manifest = manifest_of(record.path)
    assert manifest["run"]["action"] == "sync"
    assert manifest["run"]["state"] == "completed with errors"
    assert {(t["status"], t["amount"]) for t in manifest["totals"]} == {("Changed", "70"), ("Failed", "70")}


def test_a_full_disk_gives_words_and_leaves_nothing(books: Any, tmp_path: Path) -> None:
    def full(_content: Any, path: Path) -> str:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with books.session() as session:
        before = read_chain(session.sl)
        with pytest.raises(FileNotSaved, match=r"No space left.*Nothing was left"):
            export_record(session, books.content, tmp_path / "new" / "out", {"record.pdf": full})
        assert read_chain(session.sl) == before
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_a_file_gives_words(books: Any, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(FileNotSaved):
        books.quick(tmp_path / "taken" / "out")
    assert (tmp_path / "taken").read_text(encoding="utf-8") == ""


def test_a_record_that_can_t_be_renamed_leaves_no_link(
    books: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_self: Path, _target: Path) -> Path:
        raise PermissionError(errno.EACCES, "used by another process")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", locked)
        with pytest.raises(FileNotSaved, match="used by another process"):
            books.quick(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert books.quick(tmp_path / "out").number == 2


def test_a_link_that_can_t_be_committed_leaves_no_record(books: Any, tmp_path: Path) -> None:
    def gone(_connection: Any) -> None:
        assert [path.name for path in (tmp_path / "out").glob("audit_*")]  # it is in its place already
        raise RuntimeError("connection lost")

    with books.session() as session:
        content = books.content
        event.listen(session.sl.engine, "commit", gone)
        with pytest.raises(RuntimeError, match="connection lost"):
            export_record(session, content, tmp_path / "out", {})
    assert not (tmp_path / "out").exists()
    assert books.quick(tmp_path / "out").number == 2


def test_keeping_a_run_never_stops_it(books: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XLPY_DATA", str(tmp_path / "file"))
    remember_run(books.session(), failed_run())
    assert recall_run("20261031-120000-abcd") is None

"""Check setup, SL: each thing broken alone is the one line that says so, with what it means and how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest
from setup_stage import Firm, problems
from sqlalchemy import text

from xlpy.demo import firm as demo
from xlpy.demo.company import repairs
from xlpy.domain.values.statuses import Verdict
from xlpy.domain.values.transactions import Kind
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book.tables import SCHEMA_VERSION
from xlpy.sl.reading.rights import USES

INVOICES, EXPENSES, STOCK = Kind.INVOICE, Kind.EXPENSE, Kind.PROCUREMENT
ALL_GROUPS = "RecType = 'G'"


def test_a_company_that_is_set_up_has_no_problem(firm: Firm) -> None:
    findings = firm.of_sl()
    assert problems(findings) == set()
    assert findings["Company"].text == f"{demo.COMPANY_ID} {demo.COMPANY_NAME}, active, base currency USD"
    assert findings["Periods"].text == "current: GL 10-2026, AR 10-2026, AP 10-2026, IN 10-2026"
    assert findings["Subaccount"].text.startswith("segments of 3-2 characters")


def test_a_company_that_sl_does_not_know_names_those_it_knows(firm: Firm) -> None:
    findings = firm.of_sl(sl={"company": "NONE"})
    assert problems(findings) == {"Company"}
    assert f"it knows: {demo.COMPANY_ID}" in findings["Company"].text
    assert "[sl] company" in findings["Company"].fix


def test_a_company_that_is_not_active(firm: Firm) -> None:
    with firm.with_value("vs_company", "Active", 0):
        findings = firm.of_sl()
    assert problems(findings) == {"Company"}
    assert "98.280" in findings["Company"].fix


def test_auto_numbering_is_a_problem_with_its_screen(firm: Firm) -> None:
    repairs.set_auto_ref(firm.engine, "AR", on=True)
    try:
        findings = firm.of_sl()
    finally:
        repairs.set_auto_ref(firm.engine, "AR", on=False)
    assert problems(findings) == {"AR AutoRef"}
    assert "08.950" in findings["AR AutoRef"].fix


@pytest.mark.parametrize(
    ("module", "kinds", "verdict"),
    [
        ("AR", {INVOICES}, Verdict.PROBLEM),
        ("AP", {EXPENSES}, Verdict.PROBLEM),
        ("AP", {INVOICES}, Verdict.NOTE),
        ("IN", {STOCK}, Verdict.PROBLEM),
        ("IN", {INVOICES, EXPENSES}, Verdict.NOTE),
    ],
)
def test_a_module_that_is_not_set_up(firm: Firm, module: str, kinds: set[Kind], verdict: Verdict) -> None:
    with firm.with_value(f"{module}Setup", "Init", 0):
        finding = firm.of_sl(kinds)[f"Module {module}"]
    assert finding.verdict is verdict
    assert ("Setup (" in finding.fix) == (verdict is Verdict.PROBLEM)
    assert ("you export none" in finding.text) == (verdict is Verdict.NOTE)


def test_expenses_that_are_no_bills_need_no_payables(firm: Firm) -> None:
    with firm.with_value("APSetup", "Init", 0):
        assert firm.of_sl({EXPENSES}, bills=False)["Module AP"].verdict is Verdict.NOTE


@pytest.mark.parametrize(
    ("table", "period", "verdict", "said"),
    [
        ("ARSetup", "", Verdict.PROBLEM, "AR has none"),
        ("GLSetup", "202613", Verdict.PROBLEM, "GL has 202613"),
        ("ARSetup", "202611", Verdict.NOTE, "AR ahead of GL"),
    ],
)
def test_periods_of_the_modules(firm: Firm, table: str, period: str, verdict: Verdict, said: str) -> None:
    with firm.with_value(table, "PerNbr", period):
        finding = firm.of_sl()["Periods"]
    assert (finding.verdict, said in finding.text) == (verdict, True)


def test_a_closing_that_runs(firm: Firm) -> None:
    with firm.with_value("GLSetup", "LastClosePerNbr", "202610"):
        finding = firm.of_sl()["Periods"]
    assert (finding.verdict, finding.fix) == (Verdict.PROBLEM, "Wait for its end.")


def test_currencies(firm: Firm) -> None:
    with firm.with_value("CMSetup", "MCActivated", 0):
        assert firm.of_sl()["Multi-currency"].text == "USD only: documents in other currencies stop"
    with firm.with_value("GLSetup", "BaseCuryId", "XXX"):
        findings = firm.of_sl()
    assert problems(findings) == {"Multi-currency"}
    assert "invisible" in findings["Multi-currency"].fix


def test_subaccounts_without_a_flexkey_are_taken_as_they_are(firm: Firm) -> None:
    with firm.without("FlexDef", "FieldClassName = 'SUBACCOUNT'"):
        assert firm.of_sl()["Subaccount"].verdict is Verdict.NOTE


def test_a_default_class_is_needed_only_for_masters_that_may_be_created(firm: Firm) -> None:
    with firm.with_value("ARSetup", "DfltClass", ""):
        findings = firm.of_sl()
        assert problems(findings) == {"Default classes"}
        assert "customers" in findings["Default classes"].text
        assert problems(firm.of_sl(masters={"customers": False})) == set()
        assert problems(firm.of_sl({EXPENSES})) == set()


def test_columns_to_stamp(firm: Firm) -> None:
    assert firm.of_sl()["Columns to stamp"].text.startswith("none")
    chosen = {"user_columns": {"ARDoc": "User1", "APDoc": "User2"}}
    before = firm.of_sl(posting=chosen)["Columns to stamp"]
    assert (before.verdict, before.text) == (Verdict.OK, "ARDoc.User1, APDoc.User2")
    with firm.engine.begin() as connection:
        rows = connection.execute(text("SELECT COUNT(*) FROM APDoc")).scalar()
    assert rows, "the company has vouchers of its own"
    with firm.with_value("APDoc", "User2", "ACH"):
        after = firm.of_sl(posting=chosen)["Columns to stamp"]
    assert after.verdict is Verdict.NOTE
    assert f"APDoc.User2 ({rows})" in after.text


def test_the_ledger_missing_or_of_another_version(firm: Firm) -> None:
    with firm.without("xlpy_Version", f"SchemaVersion = {SCHEMA_VERSION}"):
        findings = firm.of_sl()
        assert problems(findings) == {"Posting ledger"}
        assert "xlpy sl-setup" in findings["Posting ledger"].fix
    with firm.engine.begin() as connection:
        connection.execute(text("INSERT INTO xlpy_Version VALUES (99, '2026-01-01')"))
    try:
        findings = firm.of_sl()
    finally:
        with firm.engine.begin() as connection:
            connection.execute(text("DELETE FROM xlpy_Version WHERE SchemaVersion = 99"))
    assert problems(findings) == {"Posting ledger"}
    assert "version 99" in findings["Posting ledger"].text


def test_a_file_that_is_no_company(tmp_path: Path, firm: Firm) -> None:
    findings = firm.of_sl(sl={"url": f"sqlite:///{tmp_path / 'none.sqlite'}"})
    assert problems(findings) == {"Database"}
    assert "xlpy demo" in findings["Database"].fix
    empty = sqlite_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE other (x INTEGER)"))
    empty.dispose()
    findings = firm.of_sl(sl={"url": f"sqlite:///{tmp_path / 'empty.sqlite'}"})
    assert problems(findings) == {"Database"}
    assert "ending in App" in findings["Database"].fix
    assert findings["Everything else"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("name", ["url", "company"])
def test_settings_that_are_not_filled_in(firm: Firm, name: str) -> None:
    findings = firm.of_sl(sl={name: ""})
    assert len(problems(findings)) == 1
    assert any(f"[sl] {name}" in finding.text for finding in findings.values())


def test_the_sl_user(firm: Firm) -> None:
    assert problems(firm.of_sl(sl={"user": "NOBODY"})) == {"SL user"}
    assert firm.of_sl(sl={"user": ""})["SL user"].verdict is Verdict.UNKNOWN


def test_rights_through_a_group_are_rights(firm: Firm) -> None:
    assert "through ACCOUNTING" in firm.of_sl()["Screen 08.010 Invoice and Memo"].text
    with firm.with_value("vs_usergrp", "GroupId", "ADMINISTRATORS"):
        assert "through ADMINISTRATORS" in firm.of_sl()["Screen 08.010 Invoice and Memo"].text
    with firm.with_value("vs_accessdetrights", "CompanyID", "OTHER", ALL_GROUPS):
        assert "Screen 08.010 Invoice and Memo" in problems(firm.of_sl())


def _screens(findings: set[str]) -> set[str]:
    return {subject.split()[1] for subject in findings if subject.startswith("Screen ")}


@pytest.mark.parametrize(
    ("kinds", "bills", "needed"),
    [
        ({INVOICES}, True, {"01.010", "08.010", "08.260", "08.262"}),
        ({EXPENSES}, True, {"03.010", "03.270"}),
        ({EXPENSES}, False, {"01.010"}),
        ({STOCK}, True, {"03.010", "03.270", "10.030", "10.040", "10.250"}),
    ],
)
def test_without_any_right_only_the_screens_of_what_is_exported_are_problems(
    firm: Firm, kinds: set[Kind], bills: bool, needed: set[str]
) -> None:
    with firm.without("vs_accessdetrights", "1 = 1"):
        findings = firm.of_sl(kinds, bills=bills)
    assert _screens(problems(findings)) == needed
    notes = {subject for subject, finding in findings.items() if finding.verdict is Verdict.NOTE}
    assert _screens(notes) == USES.keys() - needed
    assert all("95.270" in findings[subject].fix for subject in problems(findings))


def test_masters_that_are_never_created_need_no_screen(firm: Firm) -> None:
    with firm.without("vs_accessdetrights", "1 = 1"):
        found = firm.of_sl(masters={"customers": False, "vendors": False, "products": False})
    assert _screens(problems(found)) == {"01.010", "03.010", "08.010", "10.030", "10.040"}


@pytest.mark.parametrize("last", ["", "00A117", "12-31"])
def test_a_last_batch_number_that_is_no_number_is_told_before_a_run_meets_it(firm: Firm, last: str) -> None:
    with firm.with_value("ARSetup", "LastBatNbr", last):
        findings = firm.of_sl()
        assert problems(firm.of_sl({EXPENSES})) == set(), "who exports no invoices needs none"
    assert problems(findings) == {"Batch numbers of AR"}
    finding = findings["Batch numbers of AR"]
    assert (
        finding.text == f"the last batch number of module AR is {last!r}, not a number: nothing can be posted into it"
    )
    assert "08.950" in finding.fix
    assert firm.of_sl()["Next batch numbers"].verdict is Verdict.OK


def test_rows_that_are_left_under_a_next_number_are_a_note(firm: Firm) -> None:
    with firm.engine.connect() as connection:
        number = int(connection.execute(text("SELECT LastBatNbr FROM ARSetup")).scalar() or 0)
    where = "RefNbr = (SELECT MIN(RefNbr) FROM ARDoc)"
    with firm.with_value("ARDoc", "BatNbr", f"{number + 3:06}", where):
        finding = firm.of_sl()["Next batch numbers"]
    assert finding.verdict is Verdict.NOTE
    assert finding.text == f"AR {number + 3:06} has rows in ARDoc, though there is no such batch"


def test_looking_is_not_entering(firm: Firm) -> None:
    with firm.with_value("vs_accessdetrights", "InsertRights", 0):
        finding = firm.of_sl()["Screen 08.010 Invoice and Memo"]
    assert (finding.verdict, finding.text) == (Verdict.PROBLEM, "may only look")


def test_one_check_that_breaks_does_not_end_the_others(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a mistake of the program")

    monkeypatch.setattr("xlpy.sl.reading.books.read_books", broken)
    findings = firm.of_sl()
    assert (findings["Company"].verdict, findings["Company"].text) == (
        Verdict.UNKNOWN,
        "could not be checked (RuntimeError)",
    )
    assert "full log" in findings["Company"].fix
    assert findings["Posting ledger"].verdict is Verdict.OK


def test_a_table_that_the_login_may_not_read_is_told_in_words(firm: Firm) -> None:
    with firm.engine.begin() as connection:
        connection.execute(text("ALTER TABLE vs_usergrp RENAME TO hidden_usergrp"))
    try:
        findings = firm.of_sl(anew=True)
    finally:
        with firm.engine.begin() as connection:
            connection.execute(text("ALTER TABLE hidden_usergrp RENAME TO vs_usergrp"))
    assert problems(findings) == {"SL user"}
    assert "no table vs_usergrp (or the SQL login may not see it)" in findings["SL user"].text

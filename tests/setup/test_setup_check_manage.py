"""Check setup, Manage: each thing broken alone is the one line that says so, with what it means and how to mend it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from setup_stage import Firm, by_subject, problems

import xlpy.manage
from xlpy.demo.site.door import access
from xlpy.demo.site.door.faults import FaultKind
from xlpy.domain.values.statuses import Verdict
from xlpy.domain.values.transactions import Kind
from xlpy.errors import ManageUnreachable
from xlpy.manage.client import ManageClient
from xlpy.profile.credentials import ManageSecrets
from xlpy.services.run.session import Session
from xlpy.services.setup.doctor import setup_exit_code
from xlpy.services.setup.manage import LISTS, ReadList, check_manage

ACCOUNTING = "/finance/accounting/"
MEMBER = {"member": access.MEMBER, "integrator": access.INTEGRATOR, "public_key": ""}


def test_a_firm_that_is_set_up_has_no_problem(firm: Firm) -> None:
    findings = firm.findings()
    assert problems(findings) == set()
    assert setup_exit_code(findings.values()) == 0
    assert all(finding.means for finding in findings.values() if finding.subject != "Everything else")
    assert all(not finding.fix for finding in findings.values() if finding.verdict is Verdict.OK)


def test_the_check_changes_nothing_in_manage(firm: Firm) -> None:
    firm.site.calls.clear()
    firm.findings()
    assert {method for method, path in firm.site.calls if not path.endswith("/export")} == {"GET"}
    assert [path for method, path in firm.site.calls if method == "POST"] == ["/finance/accounting/export"]
    assert firm.site.records.batches == {}


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.words)
def test_a_right_to_read_that_is_missing_is_named(firm: Firm, one: ReadList) -> None:
    with firm.refusing(f"{one.path}/count"):
        findings = firm.of_manage()
    assert {one.words} <= problems(findings) <= {one.words, "Right to export"}
    assert "Inquire All" in findings[one.words].fix
    assert findings[one.words].means == one.means


def test_every_list_that_the_program_reads_is_tried() -> None:
    code = "".join(
        file.read_text(encoding="utf-8")
        for file in Path(xlpy.manage.__path__[0]).glob("*.py")
        if file.name != "answers.py"
    )
    named = set(
        re.findall(r"\"(/(?:finance|company|procurement|system|expense)/[A-Za-z/]+[A-Za-z])(?:/\{\w+\})?\"", code)
    )
    written_only = {"/procurement/purchaseorders"}
    tried_otherwise = {"/system/info", "/finance/accountingPackageSetup", "/finance/glCaptions"}
    assert {one.path for one in LISTS} == named - tried_otherwise - written_only - {"/finance/accounting/export"}


def test_a_right_that_an_invoice_only_firm_does_not_need_is_a_note(firm: Firm) -> None:
    hidden = "/(procurement/(warehouses|unitOfMeasures)|expense/paymentTypes)/count"
    with firm.refusing(f"({hidden}|{ACCOUNTING}unposted(expenses|procurement)/count)"), firm.session() as session:
        findings = by_subject(check_manage(session, frozenset({Kind.INVOICE}))[0])
    assert problems(findings) == set()
    notes = {subject for subject, finding in findings.items() if finding.verdict is Verdict.NOTE}
    assert notes >= {"Warehouses", "Units of measure", "Payment methods", "Unposted expenses", "Unposted procurement"}
    with firm.refusing(hidden):
        assert problems(firm.of_manage()) == {"Warehouses", "Units of measure", "Payment methods"}


def test_the_export_is_tried_on_one_invoice(firm: Firm) -> None:
    assert "tried with invoice" in firm.of_manage()["Right to export"].text
    with firm.refusing("/finance/accounting/export"):
        findings = firm.of_manage()
    assert problems(findings) == {"Right to export"}
    assert "Accounting Interface: Add" in findings["Right to export"].fix


def test_a_list_that_fails_otherwise_could_not_be_told(firm: Firm) -> None:
    with firm.refusing("/finance/taxCodes/count", FaultKind.TEXT):
        findings = firm.of_manage()
    assert problems(findings) == set()
    assert findings["Tax codes"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("field", "value", "subject"),
    [
        ("accountingPackage", {"id": 2, "identifier": "QuickBooks"}, "Accounting package"),
        ("includeSalesTaxFlag", False, "Sales tax in the export"),
        ("inventorySOHFlag", False, "Stock on hand"),
    ],
)
def test_the_accounting_package(firm: Firm, field: str, value: object, subject: str) -> None:
    with firm.site_says("accountingPackageSetup", 1, field, value):
        findings = firm.of_manage()
    assert problems(findings) == {subject}
    assert "System > Setup Tables > Accounting Package" in findings[subject].fix


def test_cost_of_goods_off_is_a_note(firm: Firm) -> None:
    with firm.site_says("accountingPackageSetup", 1, "includeCogsEntriesFlag", False):
        finding = firm.of_manage()["Cost of goods"]
    assert (finding.verdict, finding.text) == (Verdict.NOTE, "off")


def test_segments(firm: Firm) -> None:
    assert firm.of_manage()["GL segments"].text == "account from Account, subaccount from Department + Office"
    by_rule = firm.of_manage(posting={"account_segments": (1, 3)})["GL segments"]
    assert by_rule.text == "account from Account, subaccount from Office (by the settings)"
    assert problems(firm.of_manage(posting={"account_segments": (1, 4)})) == {"GL segments"}
    captions = firm.site.table("glCaptions")[1]
    before = dict(captions)
    captions.update({f"segment{n}type": "Class" for n in (1, 2, 3)})
    try:
        assert problems(firm.of_manage()) == {"GL segments"}
    finally:
        captions.update(before)


def test_a_location_that_manage_does_not_have(firm: Firm) -> None:
    known = sorted(firm.site.table("locations"))
    assert problems(firm.of_manage(posting={"locations": tuple(known)})) == set()
    findings = firm.of_manage(posting={"locations": (known[0], 99)})
    assert problems(findings) == {"Locations of the settings"}
    assert "no location 99" in findings["Locations of the settings"].text


@pytest.mark.parametrize(
    ("minutes", "verdict"),
    [(0, Verdict.OK), (4, Verdict.OK), (-12, Verdict.NOTE), (6, Verdict.NOTE)],
)
def test_the_clock_of_this_pc_against_manage_s(firm: Firm, minutes: int, verdict: Verdict) -> None:
    finding = firm.findings(fast_by=timedelta(minutes=minutes))["Clock"]
    assert finding.verdict is verdict
    if verdict is Verdict.NOTE:
        assert ("ahead of" if minutes > 0 else "behind") in finding.text


@pytest.mark.parametrize(("version", "verdict"), [("v2019.4.9", Verdict.PROBLEM), ("v2019.5.1", Verdict.OK)])
def test_a_manage_that_is_too_old_is_a_problem(firm: Firm, version: str, verdict: Verdict) -> None:
    kept = firm.site.records.server_version
    firm.site.records.server_version = version
    try:
        found = firm.of_manage(manage={"api_version": ".".join(version[1:].split(".")[:2])})["Version"]
    finally:
        firm.site.records.server_version = kept
    assert found.verdict is verdict
    assert ("2019.5" in found.text) is (verdict is Verdict.PROBLEM) or verdict is Verdict.OK
    assert bool(found.fix) is (verdict is Verdict.PROBLEM)


def test_another_api_version_is_a_note(firm: Firm) -> None:
    assert firm.of_manage()["Version"].verdict is Verdict.OK
    assert firm.of_manage(manage={"api_version": "2019.1"})["Version"].verdict in (Verdict.NOTE, Verdict.OK)


@pytest.mark.parametrize(
    ("settings", "subject", "said"),
    [
        ({"client_id": "11111111-0000-4000-8000-000000000000"}, "Client id", "registered"),
        ({"public_key": "another"}, "Log in", "public and private key"),
        ({"company": "nobody"}, "Log in", "Company"),
        ({"url": "http://127.0.0.1:9"}, "Site", "network"),
        ({"url": ""}, "Site", "settings"),
    ],
)
def test_who_can_t_log_in_is_told_why(firm: Firm, settings: dict[str, str], subject: str, said: str) -> None:
    findings = firm.of_manage(manage=settings)
    assert problems(findings) == {subject}
    assert said in findings[subject].fix
    assert findings["Everything else"].verdict is Verdict.UNKNOWN


def test_sl_is_checked_all_the_same(firm: Firm) -> None:
    assert firm.findings(manage={"url": ""})["Posting ledger"].verdict is Verdict.OK


def test_a_missing_private_key_says_to_log_in(firm: Firm) -> None:
    found = by_subject(check_manage(Session(firm.profile, ManageSecrets()))[0])
    assert problems(found) == {"Log in"}
    assert "xlpy login" in found["Log in"].fix


def test_a_certificate_that_is_not_trusted_names_the_setting(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "its certificate is not trusted (an own certificate authority goes into [manage] ca_bundle)"

    def untrusted(_self: object) -> None:
        raise ManageUnreachable(reason, method="GET", path="/system/info", sent=False)

    monkeypatch.setattr(ManageClient, "info", untrusted)
    findings = firm.of_manage()
    assert problems(findings) == {"Site"}
    assert "ca_bundle" in findings["Site"].text


def test_whose_key_it_is_can_t_be_told(firm: Firm) -> None:
    finding = firm.of_manage()["Sees all records"]
    assert finding.verdict is Verdict.UNKNOWN
    assert "system level" in finding.fix


@pytest.mark.parametrize(
    ("field", "value", "verdict"),
    [
        ("restrictLocationFlag", True, Verdict.PROBLEM),
        ("restrictDepartmentFlag", True, Verdict.PROBLEM),
        ("structureLevel", {"id": 1, "name": "Corporate"}, Verdict.OK),
        ("structureLevel", None, Verdict.UNKNOWN),
    ],
)
def test_a_member_s_limits_are_read(firm: Firm, field: str, value: object, verdict: Verdict) -> None:
    members = firm.site.table("members")
    (number,) = [number for number, row in members.items() if row["identifier"].lower() == access.MEMBER.lower()]
    row = members[number]
    before = dict(row)
    row[field] = value
    try:
        profile = replace(firm.profile, manage=replace(firm.profile.manage, **MEMBER))
        with Session(profile, ManageSecrets(integrator_password=access.INTEGRATOR_PASSWORD)) as session:
            found = by_subject(check_manage(session)[0])
    finally:
        row.clear()
        row.update(before)
    assert found["Log in"].text.endswith(f"member {access.MEMBER}")
    assert found["Sees all records"].verdict is verdict

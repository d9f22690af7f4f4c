"""Every operation's answers against the published schemas: no field that is not declared or seen on the wire."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import requests
from published_forms import validate

from xlpy.demo.site.door import access
from xlpy.demo.site.door.routes import COMPANY_INFO, RESOURCES, ROUTES, all_routes
from xlpy.demo.site.door.schemas import field_of, fields_of, schema_names
from xlpy.demo.site.making.generate import generate_site

EXPORT = {
    "exportInvoicesFlag": True,
    "exportExpensesFlag": True,
    "exportProductsFlag": True,
    "thruDate": "2026-12-31T23:59:59Z",
}
IDS = {
    "/system/locations": 2,
    "/system/departments": 10,
    "/finance/accountingPackageSetup": 1,
    "/finance/glCaptions": 1,
    "/finance/glAccounts": 40,
    "/finance/taxCodes": 13,
    "/finance/taxCodes/<int:parent_id>/taxCodeLevels": 131,
    "/finance/billingTerms": 5,
    "/finance/currencies": 10,
    "/company/companies": 255,
    "/company/companies/<int:parent_id>/sites": 7255,
    "/company/countries": 2,
    "/procurement/catalog": 743,
    "/finance/invoices": 4401,
    "/system/members": 33,
    "/procurement/purchaseorders": 81,
}
PARENTS = {
    "taxCodes": 13,
    "companies": 255,
    "invoices": 4401,
    "unitOfMeasures": 14,
    "purchaseorders": 77,
    "catalog": 743,
}


def answer_of(caller, method, path, **kwargs):
    response = caller.ask(method, path, **kwargs)
    assert response.status_code in (200, 201), response.text
    return json.loads(response.text)


@pytest.fixture
def site():
    """A site with everything in it, of a server that names the entries of adjustments."""
    site = generate_site(expenses=20, procurement=24, server_version="v2026.11.1")
    site.clock = lambda: datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
    return site


@pytest.fixture
def posted(caller, site, entry_ids):
    """A site with a batch, an un-batched invoice, and a row and batch id to ask for."""
    documents = caller.export(includedInvoiceIds=[4401, 4402, 4403])
    caller.create_batch("B", [number for document in documents for number in entry_ids(document)])
    site.unbatch(4403)
    site.add_payment(4401, Decimal("1.00"), date(2026, 11, 2), source="WisePay")
    row = caller.get("/finance/accounting/unpostedinvoices", conditions='taxCode/name = "FL-PORT"')[0]
    batch = caller.get("/finance/accounting/batches")[0]["id"]
    taxed = {"conditions": "taxCode != null"}
    return {
        "unpostedinvoices": row["id"],
        "unpostedexpenses": caller.get("/finance/accounting/unpostedexpenses", **taxed)[0]["id"],
        "unpostedprocurement": caller.get("/finance/accounting/unpostedprocurement", **taxed)[0]["id"],
        "batches": batch,
    }


def concrete(path, posted):
    parent_of = {**PARENTS, **posted}
    names = path.split("/")
    for index, name in enumerate(names):
        if name == "<int:parent_id>":
            names[index] = str(parent_of[names[index - 1]])
    return "/".join(names)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.path)
def test_lists_counts_and_single_rows_are_as_published(caller, posted, resource):
    path = concrete(resource.path, posted)
    rows = answer_of(caller, "GET", path, params={"pageSize": 1000})
    validate(rows, f"{resource.schema}[]")
    assert rows
    wanted = IDS.get(resource.path, rows[0]["id"])
    validate(answer_of(caller, "GET", f"{path.rstrip('/')}/{wanted}"), resource.schema)
    if resource.has_count:
        count = answer_of(caller, "GET", f"{path}/count")
        validate(count, "Count")
        assert count["count"] == len(rows)


def test_the_calls_that_are_no_lists_are_as_published(caller, posted, entry_ids):
    validate(answer_of(caller, "GET", "/system/info"), "Info")
    for detail in ("Default", "Condensed", "Detailed"):
        body = {**EXPORT, "summarizeInvoices": detail}
        validate(answer_of(caller, "POST", "/finance/accounting/export", json=body), "GLExport")
    caller.site.expenses_as_bill = False
    answer = answer_of(caller, "POST", "/finance/accounting/export", json=EXPORT)
    for part in ("expenses", "purchaseTransactions", "adjustmentTransactions", "inventoryTransfers", "vendors"):
        assert answer[part]
    validate(answer, "GLExport")
    again = answer_of(caller, "POST", f"/finance/accounting/batches/{posted['batches']}/export", json=EXPORT)
    assert again["transactions"]
    validate(again, "GLExport")
    (document,) = caller.export(includedInvoiceIds=[4405])
    validate(caller.create_batch("C", entry_ids(document)), "GLExport")
    patch = [{"op": "add", "path": "/accountNumber", "value": "X"}]
    validate(answer_of(caller, "PATCH", "/company/companies/263", json=patch), "Company")
    patch = [{"op": "add", "path": "/termsXref", "value": "00"}]
    validate(answer_of(caller, "PATCH", "/finance/billingTerms/5", json=patch), "BillingTerm")
    patch = [{"op": "replace", "path": "/vendorNumber", "value": "E-RPATEL"}]
    validate(answer_of(caller, "PATCH", "/system/members/32", json=patch), "Member")
    patch = [{"op": "replace", "path": "/locationXref", "value": "ORL"}]
    validate(answer_of(caller, "PATCH", "/procurement/warehouses/2", json=patch), "Warehouse")


def test_a_batch_of_everything_shows_its_entries_and_purchase_orders_come_out_again(caller, site):
    body = {name: True for name in EXPORT if name.endswith("Flag")}
    body |= {"batchIdentifier": "ALL", "processedRecordIds": list(site.records.entries)}
    validate(answer_of(caller, "POST", "/finance/accounting/batches", json=body), "GLExport")
    (batch,) = caller.get("/finance/accounting/batches")
    entries = answer_of(caller, "GET", f"/finance/accounting/batches/{batch['id']}/entries", params={"pageSize": 1000})
    validate(entries, "BatchEntry[]")
    assert len(entries) == len(site.records.entries)
    for path in ("unbatch", "rebatch"):
        answer = answer_of(caller, "POST", f"/procurement/purchaseorders/77/{path}")
        validate(answer, "SuccessResponse")
        assert answer["success"] is True


def test_the_token_and_the_company_info_are_as_published(caller):
    for company in ("harborpine", "nobody"):
        info = requests.get(f"{caller.running.url}/login/companyinfo/{company}", timeout=30).json()
        validate(info, COMPANY_INFO.answer)
    caller.session.auth = (f"{access.COMPANY}+{access.INTEGRATOR}", access.INTEGRATOR_PASSWORD)
    caller.session.headers["x-cw-usertype"] = "integrator"
    validate(answer_of(caller, "POST", f"/system/members/{access.MEMBER}/tokens"), "Token")


@pytest.mark.parametrize(
    ("method", "path", "kwargs"),
    [
        ("GET", "/nothing", {}),
        ("GET", "/company/companies/1", {}),
        ("PUT", "/company/companies/250", {}),
        ("GET", "/company/companies?conditions=x", {}),
        ("POST", "/finance/accounting/batches", {"json": {}}),
        ("POST", "/finance/accounting/export", {"json": {}}),
        ("PATCH", "/company/companies/250", {"json": [{"op": "replace", "path": "/name", "value": 1}]}),
        ("GET", "/system/info", {"headers": {"clientId": ""}}),
    ],
)
def test_refusals_have_the_published_shape(caller, method, path, kwargs):
    response = caller.ask(method, path, **kwargs)
    assert response.status_code >= 400
    validate(response.json(), "ErrorResponseMessage")


def test_the_schemas_say_no_to_what_is_not_published(caller):
    row = answer_of(caller, "GET", "/finance/accounting/unpostedinvoices", params={"pageSize": 1})[0]
    wrong = (
        {"shoeSize": 44},
        {"id": "90000"},
        {"dueDays": 30},
        {"total": "37.45"},
        {"invoiceType": "Gift"},
        {"company": {"id": 250, "shoeSize": 44}},
        {"accountNumber": None},
    )
    for change in wrong:
        with pytest.raises(AssertionError):
            validate({**row, **change}, "UnpostedInvoice")
    validate({**row, "total": None}, "UnpostedInvoice")
    with pytest.raises(AssertionError):
        validate([{"id": 3, "name": "x" * 51, "dueDays": 30}], "BillingTerm[]")
    with pytest.raises(AssertionError):
        validate([{"id": 3, "name": "Net 30"}], "BillingTerm[]")


def test_nulls_and_absent_fields_are_both_on_the_wire(caller):
    text = caller.ask("GET", "/finance/accounting/unpostedinvoices").text
    assert '"itemTaxableFlag":null' in text
    assert '"stateTaxAmount":null' not in text


def test_every_route_answers_a_schema_that_is_known():
    for route in (*all_routes(), COMPANY_INFO):
        if route.answer:
            assert route.answer.removeprefix("null|").removesuffix("[]") in schema_names()
    assert len({(route.method, route.path) for route in all_routes()}) == len(all_routes())
    assert {route.path for route in ROUTES} <= {route.path for route in all_routes()}


def test_every_form_in_the_schema_file_is_understood_and_every_reference_leads_somewhere():
    for schema in schema_names():
        for form in fields_of(schema).values():
            assert form.kind in ("int", "double", "bool", "string", "date-time", "uuid", "texts", "any", "enum", "ref")
            assert form.kind != "ref" or form.target in schema_names()


def test_published_lengths_types_and_choices_are_in_the_forms():
    assert fields_of("CreateAccountingBatchRequest")["batchIdentifier"].max_length == 50
    assert fields_of("CreateAccountingBatchRequest")["processedRecordIds"].required
    assert fields_of("UnpostedInvoice")["dueDays"].kind == "string"
    assert fields_of("GLExportTransaction")["dueDays"].kind == "int"
    assert fields_of("GLExportExpenseBillDetail")["id"].array
    assert "Consolidated" in fields_of("UnpostedInvoice")["invoiceType"].choices
    assert field_of("GLExportAdjustmentTransaction", "GLTYPEID")[0] == "glTypeID"
    assert field_of("Company", "nothing") is None

"""The operations of the demo site, as tables: a list of records is one ``Resource``, anything else one ``Route``.

A new list needs an entry in ``RESOURCES`` and a function that makes its rows; a new call an entry in ``ROUTES``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from xlpy.demo.site.door import access
from xlpy.demo.site.door.answers import Answer, Json, Refusal, not_found
from xlpy.demo.site.door.bodies import patched, read_json, read_object
from xlpy.demo.site.door.conditions import Pinned, pinned_values
from xlpy.demo.site.door.lists import ListQuery, count_of, page_of, record_of
from xlpy.demo.site.export.gl_export import export_batch, export_unposted
from xlpy.demo.site.export.request import read_request
from xlpy.demo.site.shown import payments
from xlpy.demo.site.shown.batches import batch_entries, batch_rows, create_batch, delete_batch
from xlpy.demo.site.shown.payables_lists import (
    adjustment_records,
    expense_entries,
    expense_reports,
    purchase_order_lines,
    purchase_orders,
)
from xlpy.demo.site.shown.stock import stock_rows
from xlpy.demo.site.shown.unposted import (
    gl_entries,
    invoice_records,
    some_invoice_records,
    unposted_levels,
    unposted_rows,
)
from xlpy.demo.site.shown.unposted_payables import (
    unposted_expense_levels,
    unposted_expense_rows,
    unposted_procurement_levels,
    unposted_procurement_rows,
)
from xlpy.demo.site.store import Site


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has passed the door: ``ids`` from its path, its query and its body."""

    ids: Mapping[str, Any]
    query: ListQuery
    body: bytes
    caller: str


Handler: TypeAlias = Callable[[Site, Call], Answer]
Rows: TypeAlias = Callable[[Site, Call], Sequence[Json]]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. ``answer``: what it answers, in the words of ``schemas.json_schema``; empty for no body."""

    method: str
    path: str
    handler: Handler
    answer: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A list: its ``GET``, and ``/count``, ``/{id}`` and ``PATCH`` where it has them.

    ``schema``: of one row; ``patch_table``: the table of masters that PATCH changes; ``some``: makes only the rows
    that the conditions list, where making all of them would take long.
    """

    path: str
    schema: str
    rows: Rows
    has_count: bool = True
    has_id: bool = True
    patch_table: str = ""
    some: Callable[[Site, Pinned], Sequence[Json] | None] | None = None


def _masters(table: str) -> Rows:
    return lambda site, _call: list(site.table(table).values())


def _children(table: str, parent_table: str) -> Rows:
    def rows(site: Site, call: Call) -> Sequence[Json]:
        parent = call.ids["parent_id"]
        if parent not in site.table(parent_table):
            raise not_found(parent_table, parent)
        return site.records.tables.children[table][parent]

    return rows


_ACCOUNTING = "/finance/accounting"
_PAYMENTS = "/finance/invoices/<int:parent_id>/payments"

RESOURCES = (
    Resource("/system/locations", "Location", _masters("locations")),
    Resource("/system/departments", "Department", _masters("departments")),
    Resource("/finance/accountingPackageSetup", "AccountingPackageSetup", _masters("accountingPackageSetup")),
    Resource("/finance/glCaptions", "GLCaption", _masters("glCaptions")),
    Resource("/finance/glAccounts", "GLAccount", _masters("glAccounts")),
    Resource("/finance/taxCodes", "TaxCode", _masters("taxCodes")),
    Resource("/finance/taxCodes/<int:parent_id>/taxCodeLevels", "TaxCodeLevel", _children("taxCodeLevels", "taxCodes")),
    Resource("/finance/billingTerms", "BillingTerm", _masters("billingTerms"), patch_table="billingTerms"),
    Resource("/finance/currencies", "Finance.Currency", _masters("currencies")),
    Resource("/company/companies", "Company", _masters("companies"), patch_table="companies"),
    Resource("/company/companies/<int:parent_id>/sites", "CompanySite", _children("sites", "companies")),
    Resource("/company/countries", "Country", _masters("countries")),
    Resource("/procurement/catalog", "CatalogItem", _masters("catalog")),
    Resource(
        "/procurement/catalog/<int:parent_id>/inventory",
        "CatalogInventory",
        lambda site, call: stock_rows(site, call.ids["parent_id"]),
    ),
    Resource("/system/members", "Member", _masters("members"), patch_table="members"),
    Resource("/procurement/types", "ProductType", _masters("productTypes")),
    Resource("/procurement/warehouses", "Warehouse", _masters("warehouses"), patch_table="warehouses"),
    Resource("/procurement/warehouseBins", "WarehouseBin", _masters("warehouseBins")),
    Resource("/procurement/unitOfMeasures", "UnitOfMeasure", _masters("unitOfMeasures")),
    Resource(
        "/procurement/unitOfMeasures/<int:parent_id>/conversions",
        "Conversion",
        _children("unitConversions", "unitOfMeasures"),
    ),
    Resource("/procurement/adjustments", "ProcurementAdjustment", lambda site, _: adjustment_records(site)),
    Resource("/procurement/purchaseorders", "PurchaseOrder", lambda site, _: purchase_orders(site)),
    Resource(
        "/procurement/purchaseorders/<int:parent_id>/lineitems",
        "PurchaseOrderLineItem",
        lambda site, call: purchase_order_lines(site, call.ids["parent_id"]),
    ),
    Resource("/expense/entries", "ExpenseEntry", lambda site, _: expense_entries(site)),
    Resource("/expense/reports", "ExpenseReport", lambda site, _: expense_reports(site)),
    Resource("/expense/types", "ExpenseType", _masters("expenseTypes")),
    Resource("/expense/classifications", "Classification", _masters("expenseClassifications")),
    Resource("/expense/paymentTypes", "PaymentType", _masters("expensePaymentTypes")),
    Resource(f"{_ACCOUNTING}/unpostedinvoices", "UnpostedInvoice", lambda site, _: unposted_rows(site)),
    Resource(
        f"{_ACCOUNTING}/unpostedinvoices/<int:parent_id>/taxableLevels",
        "UnpostedInvoiceTaxableLevel",
        lambda site, call: unposted_levels(site, call.ids["parent_id"]),
    ),
    Resource(f"{_ACCOUNTING}/unpostedexpenses", "UnpostedExpense", lambda site, _: unposted_expense_rows(site)),
    Resource(
        f"{_ACCOUNTING}/unpostedexpenses/<int:parent_id>/taxableLevels",
        "UnpostedExpenseTaxableLevel",
        lambda site, call: unposted_expense_levels(site, call.ids["parent_id"]),
    ),
    Resource(
        f"{_ACCOUNTING}/unpostedprocurement",
        "UnpostedProcurement",
        lambda site, _: unposted_procurement_rows(site),
    ),
    Resource(
        f"{_ACCOUNTING}/unpostedprocurement/<int:parent_id>/taxableLevels",
        "UnpostedProcurementTaxableLevel",
        lambda site, call: unposted_procurement_levels(site, call.ids["parent_id"]),
    ),
    Resource("/finance/invoices", "Invoice", lambda site, _: invoice_records(site), some=some_invoice_records),
    Resource(
        _PAYMENTS,
        payments.SCHEMA,
        lambda site, call: payments.payment_rows(site, call.ids["parent_id"]),
        has_count=False,
    ),
    Resource(
        # With its slash at the end, as the API has it.
        "/finance/invoices/<int:parent_id>/glEntries/",
        "GLEntry",
        lambda site, call: gl_entries(site, call.ids["parent_id"]),
        has_count=False,
    ),
    Resource(f"{_ACCOUNTING}/batches", "AccountingBatch", lambda site, _: batch_rows(site)),
    Resource(
        f"{_ACCOUNTING}/batches/<int:parent_id>/entries",
        "BatchEntry",
        lambda site, call: batch_entries(site, call.ids["parent_id"]),
    ),
)


def _info(site: Site, _call: Call) -> Answer:
    return Answer(
        {
            "version": site.records.server_version,
            "isCloud": True,
            "serverTimeZone": "Eastern Standard Time",
            "cloudRegion": "NA",
            "licenseBits": [],
            "maxWorkFlowRecordsAllowed": 0,
        }
    )


def _company_info(site: Site, call: Call) -> Answer:
    """Answer who a company id belongs to; ``null`` for an unknown one. Only ``Codebase`` has been seen by others."""
    if call.ids["company_id"].casefold() != access.COMPANY.casefold():
        return Answer(None)
    codebase = site.records.codebase
    return Answer(
        {
            "CompanyName": access.COMPANY,
            "Codebase": f"{codebase}/",
            "VersionCode": codebase.replace("_", "."),
            "CompanyID": access.COMPANY,
            "IsCloud": True,
            "SiteUrl": call.query.url.split("/")[2],
        }
    )


def _token(site: Site, call: Call) -> Answer:
    if call.caller != "integrator":
        raise Refusal(403, "Forbidden", "Only an integrator login gets tokens.")
    wanted = call.ids["member"].casefold()
    member = next(
        (m["identifier"] for m in site.table("members").values() if m["identifier"].casefold() == wanted), None
    )
    if member is None:
        raise not_found("Member", call.ids["member"])
    token = access.new_token(member, len(site.tokens) + 1, site.clock())
    site.tokens[token.public_key] = token
    return Answer(
        {
            "publicKey": token.public_key,
            "privateKey": token.private_key,
            "expiration": token.expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )


def _export(site: Site, call: Call) -> Answer:
    body = read_object(call.body, "ExportAccountingBatchRequest")
    return Answer(export_unposted(site, read_request(body, site.clock().date())))


def _export_again(site: Site, call: Call) -> Answer:
    body = read_object(call.body, "ExportAccountingBatchRequest")
    return Answer(export_batch(site, call.ids["record_id"], read_request(body, site.clock().date())))


def _create_batch(site: Site, call: Call) -> Answer:
    batch = create_batch(site, read_object(call.body, "CreateAccountingBatchRequest"))
    settings = {
        "exportInvoices": batch.invoices,
        "exportExpenses": batch.expenses,
        "exportInventory": batch.products,
    }
    if site.harsh.empty_batch_answer:
        return Answer(None, status=201)
    # What the real answer has in it is unverified; this is what the export of nothing looks like.
    return Answer({"exportSettings": settings, "customers": [], "vendors": [], "transactions": []}, status=201)


def _delete_batch(site: Site, call: Call) -> Answer:
    delete_batch(site, call.ids["record_id"])
    return Answer(status=204)


def _create_payment(site: Site, call: Call) -> Answer:
    body = read_object(call.body, payments.SCHEMA)
    return Answer(payments.create_payment(site, call.ids["parent_id"], body, call.caller), status=201)


def _replace_payment(site: Site, call: Call) -> Answer:
    body = read_object(call.body, payments.SCHEMA)
    return Answer(payments.replace_payment(site, call.ids["parent_id"], call.ids["record_id"], body))


def _patch_payment(site: Site, call: Call) -> Answer:
    operations = read_json(call.body)
    return Answer(payments.change_payment(site, call.ids["parent_id"], call.ids["record_id"], operations))


def _delete_payment(site: Site, call: Call) -> Answer:
    payments.remove_payment(site, call.ids["parent_id"], call.ids["record_id"])
    return Answer(status=204)


def _unbatch_order(site: Site, call: Call) -> Answer:
    site.unbatch_order(call.ids["record_id"])
    return Answer({"success": True, "message": "The purchase order was un-batched."})


def _rebatch_order(site: Site, call: Call) -> Answer:
    site.rebatch_order(call.ids["record_id"])
    return Answer({"success": True, "message": "The purchase order is in its batches again."})


ROUTES = (
    Route("GET", "/system/info", _info, "Info"),
    Route("POST", "/system/members/<member>/tokens", _token, "Token"),
    Route("POST", f"{_ACCOUNTING}/export", _export, "GLExport"),
    Route("POST", f"{_ACCOUNTING}/batches", _create_batch, "GLExport"),
    Route("POST", f"{_ACCOUNTING}/batches/<int:record_id>/export", _export_again, "GLExport"),
    Route("POST", "/procurement/purchaseorders/<int:record_id>/unbatch", _unbatch_order, "SuccessResponse"),
    Route("POST", "/procurement/purchaseorders/<int:record_id>/rebatch", _rebatch_order, "SuccessResponse"),
    Route("DELETE", f"{_ACCOUNTING}/batches/<int:record_id>", _delete_batch, ""),
    Route("POST", _PAYMENTS, _create_payment, payments.SCHEMA),
    Route("PUT", f"{_PAYMENTS}/<int:record_id>", _replace_payment, payments.SCHEMA),
    Route("PATCH", f"{_PAYMENTS}/<int:record_id>", _patch_payment, payments.SCHEMA),
    Route("DELETE", f"{_PAYMENTS}/<int:record_id>", _delete_payment, ""),
)
COMPANY_INFO = Route("GET", "/login/companyinfo/<company_id>", _company_info, "null|CompanyInfo")


def all_routes() -> tuple[Route, ...]:
    """Return every operation under the API's prefix."""
    return (*ROUTES, *(route for resource in RESOURCES for route in _routes_of(resource)))


def _routes_of(resource: Resource) -> list[Route]:
    schema, path = resource.schema, resource.path.rstrip("/")

    def one(site: Site, call: Call) -> Answer:
        record = _find(resource, site, call)
        return record_of(record, schema, call.query)

    def patch(site: Site, call: Call) -> Answer:
        record = patched(_find(resource, site, call), read_json(call.body), schema)
        site.table(resource.patch_table)[record["id"]] = record
        site.changed()
        return record_of(record, schema, call.query)

    def rows(site: Site, call: Call) -> Answer:
        return page_of(_rows_for(resource, site, call), schema, call.query)

    def count(site: Site, call: Call) -> Answer:
        return count_of(_rows_for(resource, site, call), schema, call.query)

    routes = [Route("GET", resource.path, rows, f"{schema}[]")]
    if resource.has_count:
        routes.append(Route("GET", f"{path}/count", count, "Count"))
    if resource.has_id:
        routes.append(Route("GET", f"{path}/<int:record_id>", one, schema))
    if resource.patch_table:
        routes.append(Route("PATCH", f"{path}/<int:record_id>", patch, schema))
    return routes


def _rows_for(resource: Resource, site: Site, call: Call) -> Sequence[Json]:
    """Return rows that have all those in them which the conditions let pass."""
    if resource.some is not None:
        rows = resource.some(site, pinned_values(call.query.text("conditions"), resource.schema))
        if rows is not None:
            return rows
    return resource.rows(site, call)


def _find(resource: Resource, site: Site, call: Call) -> Json:
    wanted = call.ids["record_id"]
    pinned = {"id": frozenset({wanted})}
    rows = resource.some(site, pinned) if resource.some is not None else None
    if rows is None:
        rows = resource.rows(site, call)
    record = next((row for row in rows if row["id"] == wanted), None)
    if record is None:
        raise not_found(resource.schema, wanted)
    return record

"""The answers of the demo site, turned round by its switches: what a real Manage may give and nobody could verify."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from xlpy.demo.site.door.answers import Json
from xlpy.demo.site.door.harsh import Harsh

DOCUMENTS = ("transactions", "expenseBills", "expenses", "purchaseTransactions")
LINES = ("detail", "purchaseDetail", "purchaseDetailTax")
CREDIT = "CREDIT MEMO"


def turned_export(export: Json, harsh: Harsh) -> Json:
    """Return a GL export as the switches have it."""
    for name in DOCUMENTS:
        export[name] = [_document(document, harsh) for document in export.get(name, ())] or export.get(name, [])
    return export


def _document(document: Json, harsh: Harsh) -> Json:
    turned = dict(document)
    credit = turned.get("documentType") == CREDIT and "glEntryIds" in turned
    if harsh.lines_turned or (harsh.credit_details_turned and credit):
        for name in LINES:
            if name in turned:
                turned[name] = [line | {"total": _negated(line["total"])} for line in turned[name]]
    if harsh.lines_turned:
        turned["total"] = _negated(turned["total"])
        if "offset" in turned:
            turned["offset"] = turned["offset"] | {"total": _negated(turned["offset"]["total"])}
    return _without_currency(turned) if harsh.export_without_currency else turned


def _without_currency(record: Json) -> Json:
    kept = {name: value for name, value in record.items() if name != "currency"}
    return kept | {name: [_without_currency(line) for line in kept[name]] for name in LINES if name in kept}


def turned_answer(body: Any, harsh: Harsh) -> Any:
    """Return any answer as the switches have it: currencies by their ISO code alone."""
    if not harsh.iso_codes:
        return body
    if isinstance(body, list):
        return [turned_answer(one, harsh) for one in body]
    if isinstance(body, dict):
        if "currencyCode" in body and "symbol" in body and isinstance(body["currencyCode"], str):
            return {"id": body["id"], "isoCode": body["currencyCode"], "name": body.get("name", "")}
        return {name: turned_answer(value, harsh) for name, value in body.items()}
    return body


def _negated(amount: Any) -> Decimal:
    return Decimal(0) - Decimal(amount)

"""The answers of the demo site, turned round by its switches: what a real Manage may give and nobody could verify."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from xlpy.demo.site.door.answers import Json
from xlpy.demo.site.door.harsh import Harsh

DOCUMENTS = ("transactions", "expenseBills", "expenses", "purchaseTransactions")
LINES = ("detail", "purchaseDetail", "purchaseDetailTax")
CREDIT = "CREDIT MEMO"
_MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00Z")


def turned_export(export: Json, harsh: Harsh) -> Json:
    """Return a GL export as the switches have it."""
    for name in DOCUMENTS:
        if name in export:
            export[name] = [_document(document, harsh) for document in export[name]]
    if harsh.transfers_turned and export.get("inventoryTransfers"):
        export["inventoryTransfers"] = [_transfer(one) for one in export["inventoryTransfers"]]
    return export


def _transfer(moved: Json) -> Json:
    turned = moved | {name: _negated(moved[name]) for name in ("quantity", "total", "cost") if name in moved}
    if "offset" in turned:
        turned["offset"] = turned["offset"] | {"total": _negated(turned["offset"]["total"])}
    return turned


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
    """Return any answer as the switches have it: ISO codes of currencies, ids left out, days of another zone."""
    if not (harsh.iso_codes or harsh.no_product_ids or harsh.east_of_utc):
        return body
    return _turned(body, harsh)


def _turned(body: Any, harsh: Harsh) -> Any:
    if isinstance(body, list):
        return [_turned(one, harsh) for one in body]
    if not isinstance(body, dict):
        return body
    if harsh.iso_codes and "symbol" in body and isinstance(body.get("currencyCode"), str):
        return {"id": body["id"], "isoCode": body["currencyCode"], "name": body.get("name", "")}
    kept = {name: _turned(value, harsh) for name, value in body.items()}
    if harsh.no_product_ids and "procurementType" in kept:
        kept.pop("unpostedProductId", None)
    if harsh.east_of_utc:
        kept |= {name: _eastern(value) for name, value in kept.items() if isinstance(value, str)}
        if "serverTimeZone" in kept:
            kept["serverTimeZone"] = "E. Australia Standard Time"
    return kept


def _eastern(text: str) -> str:
    """Return a midnight as a site ten hours east of UTC tells it; everything else as it is."""
    if not _MIDNIGHT.fullmatch(text):
        return text
    moment = datetime.fromisoformat(text) - timedelta(hours=10)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _negated(amount: Any) -> Decimal:
    return Decimal(0) - Decimal(amount)

"""What is said to the demo site and heard from it, held against the published schemas; extra properties refused."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import jsonschema

from xlpy.demo.site.door.schemas import json_schema
from xlpy.demo.site.store import Exchange

PARAMETERS = {
    "conditions",
    "childconditions",
    "customfieldconditions",
    "orderby",
    "fields",
    "page",
    "pagesize",
    "pageid",
}
BODIES = {
    "/finance/accounting/export": "ExportAccountingBatchRequest",
    "/finance/accounting/batches": "CreateAccountingBatchRequest",
    "/finance/accounting/batches/<int:record_id>/export": "ExportAccountingBatchRequest",
    "/finance/invoices/<int:parent_id>/payments": "InvoicePayment",
    "/finance/invoices/<int:parent_id>/payments/<int:record_id>": "PatchOperation[]",
}
WITHOUT_BODY = {
    "/procurement/purchaseorders/<int:record_id>/unbatch",
    "/procurement/purchaseorders/<int:record_id>/rebatch",
}
_VALIDATORS: dict[str, jsonschema.Draft202012Validator] = {}


def wrong(value: Any, form: str) -> list[str]:
    if form not in _VALIDATORS:
        checker = jsonschema.FormatChecker()
        _VALIDATORS[form] = jsonschema.Draft202012Validator(json_schema(form), format_checker=checker)
    return [f"{form} {'/'.join(map(str, e.absolute_path))}: {e.message}" for e in _VALIDATORS[form].iter_errors(value)]


def faults_of(exchange: Exchange) -> list[str]:
    found = [f"parameter {name}" for name in exchange.query if name.lower() not in PARAMETERS]
    if exchange.request:
        body = json.loads(exchange.request)
        found += wrong(body, BODIES[exchange.route])
        # What an empty list of ids means is unverified, so none is ever sent.
        found += [f"an empty {name}" for name, value in body.items() if value == []] if isinstance(body, dict) else []
    elif exchange.method not in {"GET", "DELETE"} and exchange.route not in WITHOUT_BODY:
        found.append(f"{exchange.method} without a body")
    if exchange.answer and exchange.form:
        answer = json.loads(exchange.answer)
        if "fields" in exchange.query and isinstance(answer, list):
            found += [fault for fault in wrong(answer, exchange.form) if "is a required property" not in fault]
        else:
            found += wrong(answer, exchange.form)
    return [f"{exchange.method} {exchange.route}: {fault}" for fault in found]


@dataclass
class Listener:
    """Hears every exchange of a site (``site.watch``): how often each was, and what was wrong with any."""

    seen: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    def __call__(self, exchange: Exchange) -> None:
        self.seen[f"{exchange.method} {exchange.route}"] += 1
        self.found.extend(faults_of(exchange))

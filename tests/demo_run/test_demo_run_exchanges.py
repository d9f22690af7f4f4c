"""Every request of a demo run and every answer to it, held against the published schemas; extra properties refused."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from xlpy.demo.scenario import run_demo
from xlpy.demo.site.door.schemas import json_schema
from xlpy.demo.site.store import Exchange, Site

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
    elif exchange.method not in {"GET", "DELETE"}:
        found.append(f"{exchange.method} without a body")
    if exchange.answer and exchange.form:
        answer = json.loads(exchange.answer)
        if "fields" in exchange.query and isinstance(answer, list):
            found += [fault for fault in wrong(answer, exchange.form) if "is a required property" not in fault]
        else:
            found += wrong(answer, exchange.form)
    return [f"{exchange.method} {exchange.route}: {fault}" for fault in found]


def test_a_demo_run_says_and_hears_nothing_but_what_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: Counter[str] = Counter()
    found: list[str] = []

    def watch(exchange: Exchange) -> None:
        seen[f"{exchange.method} {exchange.route}"] += 1
        found.extend(faults_of(exchange))

    made = Site.__init__

    def watched(self: Site, records: Any) -> None:
        made(self, records)
        self.watch = watch

    monkeypatch.setattr(Site, "__init__", watched)
    assert run_demo(tmp_path / "demo", port=0, invoices=24, go_on=False, say=lambda _text: None) == 0
    assert found == []
    assert {f"POST {route}" for route in BODIES if "export" in route or route.endswith("batches")} <= set(seen)
    assert seen["POST /finance/invoices/<int:parent_id>/payments"] > 0


def test_a_demo_run_ends_as_it_should_with_every_harsh_switch_on(tmp_path: Path) -> None:
    told: list[str] = []
    assert run_demo(tmp_path / "demo", port=0, invoices=24, go_on=False, say=told.append, harsh=True) == 0
    text = "\n".join(told)
    assert "rows agree to the cent" in text
    assert "Manage batch DEMO-20261031-I-1" in text

"""1099 boxes in the preview; salesperson, project and task by the rules of the settings, blank without them.

Source: SL: Vendor.Vend1099 and DfltBox, APTran.BoxNbr; ARDoc.SlsperId, ProjectID, TaskID; this product's settings.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import payables_story as ap
import pytest
from domain_story import BOOKS, included, request, untaxed
from inventory_story import Counted, counted, expense_request, stock_request
from inventory_story import expense as mileage

from xlpy.domain.planning.planner import build_plan
from xlpy.domain.preview.journal import journal
from xlpy.domain.values.rules import PostingRules


def boxes(**of_vendor: Any) -> list[tuple[str, str]]:
    """Source and box of each preview row of a receipt whose vendor is like that in SL."""
    bought = ap.purchase()
    vendors = {key: replace(one, **of_vendor) for key, one in ap.AP_BOOKS.payables.vendors.items()}
    made = build_plan(
        ap.request(purchases=(bought,), procurement=(ap.receipt(bought),), books=ap.ap_books(vendors=vendors))
    )
    assert made.stops == ()
    return [(row.source, row.box_1099) for row in journal(made) if row.module == "AP"]


def test_the_lines_of_a_1099_vendor_show_their_box_and_only_the_lines() -> None:
    shown = boxes(vend_1099=True, box_1099="07")
    assert {box for source, box in shown if source == "written"} == {"07"}
    assert {box for source, box in shown if source == "made at release"} == {""}


def test_a_vendor_that_is_no_1099_vendor_has_none_whatever_its_box_is() -> None:
    assert {box for _, box in boxes(vend_1099=False, box_1099="07")} == {""}


def invoiced(**rules: Any) -> tuple[tuple[str, str], ...]:
    customers = {key: replace(one, salesperson="KIM") for key, one in BOOKS.customers.items()}
    made = build_plan(request(untaxed(), posting=PostingRules(**rules), books=replace(BOOKS, customers=customers)))
    (batch,) = made.ar.batches
    return batch.documents[0].tracking


@pytest.mark.parametrize(
    ("rules", "fields"),
    [
        ({}, ()),
        ({"salesperson": "customer"}, (("SlsperId", "KIM"),)),
        ({"salesperson": "JOAN"}, (("SlsperId", "JOAN"),)),
        ({"projects": {"tampa": "P-100:LABOR"}}, (("ProjectID", "P-100"), ("TaskID", "LABOR"))),
        ({"projects": {"Orlando": "P-200"}}, ()),
        ({"projects": {"Orlando": "P-200", "*": "P-900"}}, (("ProjectID", "P-900"),)),
    ],
)
def test_an_invoice_gets_what_the_rules_say(rules: dict[str, Any], fields: Any) -> None:
    assert invoiced(**rules) == fields


def test_vouchers_and_journals_get_a_project_and_no_salesperson() -> None:
    rules = {"salesperson": "JOAN", "projects": {"*": "P-900"}}
    bought = ap.purchase()
    voucher = build_plan(
        ap.request(purchases=(bought,), procurement=(ap.receipt(bought),), posting=PostingRules(**rules))
    )
    assert [d.tracking for b in voucher.ap.batches for d in b.documents] == [(("ProjectID", "P-900"),)]
    journals = build_plan(expense_request(mileage(), posting=PostingRules(**rules)))
    assert [j.tracking for b in journals.gl.batches for j in b.journals] == [(("ProjectID", "P-900"),)]


def test_documents_of_inventory_have_no_such_fields_and_stay_as_they_are() -> None:
    plain = stock_request(Counted(12, counted("10")))
    with_rule = replace(plain, posting=replace(plain.posting, projects={"*": "P-900"}))
    assert build_plan(with_rule).inventory == build_plan(plain).inventory


def test_the_rules_are_in_the_hash() -> None:
    assert included(untaxed())
    plain, ruled = request(untaxed()), request(untaxed(), posting=PostingRules(projects={"*": "P-900"}))
    assert build_plan(plain).hash != build_plan(ruled).hash

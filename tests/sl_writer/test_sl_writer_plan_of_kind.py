"""The part of a plan that is written for one kind: nothing is lost, nothing is in two parts but masters."""

from __future__ import annotations

from operator import attrgetter

import pytest
from sl_writer_books import batch, document, key, new_customer, plan, transaction
from sl_writer_payables import (
    adjustment,
    ap_batch,
    ap_line,
    expense,
    gl_batch,
    in_batch,
    in_line,
    journal,
    new_item,
    new_vendor,
    payables_plan,
    receipt,
    transfer,
    voucher,
)

from xlpy.domain.documents.plan import plan_of_kind
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.transactions import Kind

INVOICE = document(501)
PAYABLES = payables_plan(
    ap_batch(voucher(expense(1), expense(2), vend_id="E-TKLEIN")),
    ap_batch(voucher(receipt(1), vend_id="eaglep", lines=(ap_line("1.00", invt_id="UPS1500"),)), number=2),
    gl_batch(journal(key(501))),
    gl_batch(journal(expense(3), part="document"), number=2),
    in_batch(adjustment(2, in_line("1", invt_id="DOCK-C"))),
    in_batch(transfer(3), number=2),
    vendors=(new_vendor("E-TKLEIN"), new_vendor("EAGLEP"), new_vendor("UNUSED")),
    items=(new_item("DOCK-C"), new_item("UPS1500")),
)
WHOLE = plan(
    batch(INVOICE),
    customers=(new_customer(),),
    ap=PAYABLES.ap,
    gl=PAYABLES.gl,
    inventory=PAYABLES.inventory,
    transactions=(transaction(INVOICE), *(t for t in PAYABLES.transactions if t.key.kind is not Kind.INVOICE)),
    problems=(Problem(Severity.NOTE, "X", "a note"),),
)


def test_invoices_keep_their_batches_customers_and_cost_journals() -> None:
    part = plan_of_kind(WHOLE, Kind.INVOICE)
    assert [t.key for t in part.transactions] == [key(501)]
    assert (part.ar.batches, part.ar.customers) == (WHOLE.ar.batches, WHOLE.ar.customers)
    assert [j.transactions for b in part.gl.batches for j in b.journals] == [(key(501),)]
    assert part.ap.batches == part.inventory.batches == part.ap.vendors == part.inventory.items == ()


def test_expenses_keep_their_vouchers_journals_and_vendors() -> None:
    part = plan_of_kind(WHOLE, Kind.EXPENSE)
    assert {t.key for t in part.transactions} == {expense(1), expense(2), expense(3)}
    assert [b.number for b in part.ap.batches] == [1]
    assert [b.number for b in part.gl.batches] == [2]
    assert [v.vend_id for v in part.ap.vendors] == ["E-TKLEIN"]
    assert part.ar.batches == part.ar.customers == part.inventory.batches == part.inventory.items == ()


def test_procurement_keeps_its_vouchers_inventory_vendors_and_items() -> None:
    part = plan_of_kind(WHOLE, Kind.PROCUREMENT)
    assert {t.key for t in part.transactions} == {receipt(1), receipt(2), receipt(3)}
    assert [b.number for b in part.ap.batches] == [2]
    assert part.inventory.batches == WHOLE.inventory.batches
    assert [v.vend_id for v in part.ap.vendors] == ["EAGLEP"], "SL compares ids without regard to case"
    assert [i.invt_id for i in part.inventory.items] == ["DOCK-C", "UPS1500"]
    assert part.gl.batches == ()


@pytest.mark.parametrize("kind", list(Kind))
def test_a_stop_of_one_kind_is_a_stop_of_all(kind: Kind) -> None:
    part = plan_of_kind(WHOLE, kind)
    assert part.problems == WHOLE.problems
    assert (part.options, part.cpny_id, part.manage_host) == (WHOLE.options, WHOLE.cpny_id, WHOLE.manage_host)


def test_the_parts_together_are_the_whole() -> None:
    parts = [plan_of_kind(WHOLE, kind) for kind in Kind]
    assert {t.key for part in parts for t in part.transactions} == {t.key for t in WHOLE.transactions}
    for name in ("ap.batches", "gl.batches", "inventory.batches", "inventory.items"):
        of = attrgetter(name)
        together = [some for part in parts for some in of(part)]
        assert sorted(map(str, together)) == sorted(map(str, of(WHOLE)))

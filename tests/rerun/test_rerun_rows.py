"""Rows of the unposted lists, rebuilt from the entries and the export of a batch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rerun_stage import Month

from xlpy.domain.afterwards.rerun_rows import BatchSource, batch_rows
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.transactions import Kind


@pytest.fixture
def source(pushed: Month) -> dict[str, BatchSource]:
    """What Manage tells of each batch, while the ledger knows nothing."""
    manage = pushed.session().manage
    found = {}
    for batch in manage.batches():
        export = manage.export_batch(batch)
        records = manage.invoices([invoice.id for invoice in export.invoices])
        entries = manage.batch_entries(batch.id)
        found[batch.identifier] = BatchSource(
            export.invoices, export.expenses, export.procurement, entries, records, (), lambda _currency: 2
        )
    return found


def test_every_transaction_gets_the_id_that_its_unposted_row_had(fresh: Month, source: dict[str, BatchSource]) -> None:
    fresh.theatre.put_back("fresh")
    rebuilt = {key for one in source.values() for key, _ in batch_rows(one).rows}
    assert rebuilt == set(fresh.keys())


def test_rows_say_what_the_unposted_rows_said(pushed: Month, source: dict[str, BatchSource]) -> None:
    rebuilt = {key: row for one in source.values() for key, row in batch_rows(one).rows}
    fresh = pushed.theatre.put_back("fresh")
    manage = fresh.session().manage
    facts = ("billing_log_id", "number", "invoice_type", "invoice_date", "company", "bill_to", "location_id", "total")
    for row in manage.unposted_invoices():
        mine: Any = next((r for k, r in rebuilt.items() if k.record_id == str(row.billing_log_id)), None)
        if mine is not None:
            assert [abs(getattr(mine, f)) if f == "total" else getattr(mine, f) for f in facts] == [
                abs(getattr(row, f)) if f == "total" else getattr(row, f) for f in facts
            ]
    entries = {row.unposted_product_id: row.entry_ids for row in manage.unposted_procurement()}
    for key, rebuilt_row in rebuilt.items():
        if key.kind is Kind.PROCUREMENT:
            told: Any = rebuilt_row
            assert set(told.entry_ids) >= set(entries[key.record_id]), "the offset of a transfer is not in its row"


def test_who_pays_an_invoice_comes_from_manages_invoice(source: dict[str, BatchSource]) -> None:
    one = source["OCT-I"]
    first = one.invoices[0]
    payer = Ref(999, "Parent", "Parent Company")
    records = {**one.records, first.id: replace(one.records[first.id], bill_to=payer, location_id=7)}
    row: Any = batch_rows(replace(one, records=records)).rows[0][1]
    assert (row.bill_to, row.location_id) == (payer, 7)


def test_a_receipt_whose_order_is_not_told_has_no_id(source: dict[str, BatchSource]) -> None:
    one = source["OCT-P"]
    unnamed = batch_rows(replace(one, entries=[replace(e, purchase_order_id=0) for e in one.entries])).unnamed
    assert len(unnamed) == len(one.procurement.purchases) > 0


def test_what_the_export_leaves_out_is_told(source: dict[str, BatchSource]) -> None:
    one = source["OCT-I"]
    left_out = one.invoices[0]
    found = batch_rows(replace(one, invoices=one.invoices[1:]))
    assert [(key.record_id, number) for key, number in found.missing] == [(str(left_out.id), left_out.number)]
    bills = replace(source["OCT-E"].expenses, bills=())
    assert {key.kind for key, _ in batch_rows(replace(source["OCT-E"], expenses=bills)).missing} == {Kind.EXPENSE}

"""A large month in one plan. Run as a script it prints how long 10,000 invoices with 50,000 lines take."""

from __future__ import annotations

import time
from decimal import Decimal

from domain_story import D, invoice, levels, line, request, tax_line

from xlpy.domain.documents.sl_batches import MOST_DOCUMENTS
from xlpy.domain.facts.manage import ExportInvoice
from xlpy.domain.planning.makers.request import PlanRequest
from xlpy.domain.planning.planner import build_plan
from xlpy.domain.preview.journal import journal


def large_month(count: int) -> PlanRequest:
    """``count`` invoices of three service lines and two tax lines, over many amounts and two accounts."""
    return request(*(_invoice(10_000 + number) for number in range(count)))


def _invoice(key: int) -> ExportInvoice:
    amounts = [Decimal(100 + (key * step) % 9973) / 100 * 100 for step in (3, 7, 11)]
    base = sum(amounts, D(0))
    state, county = (base * D("0.06")).quantize(D("0.01")), (base * D("0.01")).quantize(D("0.01"))
    accounts = ("4000:100:TP", "4100:200:TP", "4000:100:TP")
    lines = [
        line(key * 10 + n, str(-amount), acct, memo=f"Managed services of week {n}, ticket {key} and follow-up work")
        for n, (amount, acct) in enumerate(zip(amounts, accounts, strict=True))
    ]
    lines += [tax_line(key * 10 + 8, str(-state)), tax_line(key * 10 + 9, str(-county), "2210")]
    return invoice(
        key,
        lines=tuple(lines),
        total=base + state + county,
        sales_tax=state + county,
        tax_levels=levels((str(state), str(base)), (str(county), str(base))),
    )


def test_a_month_is_planned_in_full_and_in_batches_of_at_most_500_documents() -> None:
    made = build_plan(large_month(1_203))
    assert not made.stops
    assert [len(batch.documents) for batch in made.ar.batches] == [MOST_DOCUMENTS, MOST_DOCUMENTS, 203]
    assert len(journal(made)) == 1_203 * 6


if __name__ == "__main__":
    for size in (2_500, 5_000, 10_000):
        month = large_month(size)
        start = time.perf_counter()
        plan = build_plan(month)
        planned = time.perf_counter() - start
        start = time.perf_counter()
        rows = len(journal(plan))
        print(f"{size} invoices: plan {planned:.2f} s, journal {time.perf_counter() - start:.2f} s, {rows} rows")

"""What SL's ledger says after release and posting equals what Manage exported: account by account, to the cent."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from xlpy.demo import firm
from xlpy.demo.company.release.run import release_everything
from xlpy.domain.values.money import round_money, to_base
from xlpy.services.run.reports import RunState

OURS = "Module = 'AR' AND RefNbr IN (SELECT RefNbr FROM ARDoc WHERE User1 <> '')"  # not what the company had before


def cents(value: float) -> Decimal:
    return round_money(Decimal(repr(value)), 2)


@pytest.fixture
def posted(story: Any) -> tuple[Any, tuple[Any, ...]]:
    ids = story.unposted()
    export = story.session().manage.export_invoices(
        ids, through=firm.THROUGH_DATE, detail="Default", batch_identifier="look"
    )
    report = story.push(ids)
    assert report.state is RunState.COMPLETED, report.text
    assert {row.currency for row in report.results} >= {"USD", "EUR"}
    assert {invoice.document_type for invoice in export} == {"INVOICE", "CREDIT MEMO"}
    results = release_everything(story.engine, firm.COMPANY_ID)
    assert [r for r in results if r.messages or r.error] == []
    return story, export


def test_every_account_in_every_currency(posted: tuple[Any, tuple[Any, ...]]) -> None:
    story, export = posted
    manage: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for invoice in export:
        manage[invoice.currency, invoice.account_number.split(":")[0]] += invoice.total
        for line in invoice.lines:
            manage[invoice.currency, line.account_number.split(":")[0]] += line.total
    books = {
        (currency, account): cents(amount)
        for currency, account, amount in story.rows(
            f"SELECT CuryId, Acct, SUM(CuryDrAmt - CuryCrAmt) FROM GLTran WHERE {OURS} GROUP BY CuryId, Acct"
        )
    }
    assert books == {key: amount for key, amount in manage.items() if amount or key in books}


def test_base_currency_by_the_rate_of_the_document_s_date(posted: tuple[Any, tuple[Any, ...]]) -> None:
    story, export = posted
    for invoice in export:
        found = story.rows("SELECT OrigDocAmt, CuryRate FROM ARDoc WHERE RefNbr = :n", n=invoice.number)
        if not found:
            assert not invoice.total
            continue
        assert len(found) == 1
        if invoice.currency == firm.BASE_CURRENCY:
            expected = abs(invoice.total)
        else:
            rates = [r for r in firm.RATES[invoice.currency] if r[0] <= invoice.document_date]
            expected = to_base(abs(invoice.total), rates[-1][1], rates[-1][2], 2)
        assert cents(found[0][0]) == expected, invoice.number


def test_debits_are_credits_in_every_sl_batch(posted: tuple[Any, tuple[Any, ...]]) -> None:
    story, _ = posted
    rows = story.rows(
        "SELECT BatNbr, SUM(DrAmt), SUM(CrAmt), SUM(CuryDrAmt), SUM(CuryCrAmt) "
        f"FROM GLTran WHERE {OURS} GROUP BY BatNbr"
    )
    assert len(rows) >= 2
    for _, debit, credit, cury_debit, cury_credit in rows:
        assert cents(debit) == cents(credit)
        assert cents(cury_debit) == cents(cury_credit)


def test_the_preview_is_what_sl_made(story: Any) -> None:
    """Preview rows (written and made at release) against GLTran, batch by batch, in both currencies."""
    from xlpy.domain.preview.journal import journal
    from xlpy.services.export.planning import make_plan

    ids = story.unposted()
    plan = make_plan(story.session(), story.selection(ids))
    story.push(ids)
    release_everything(story.engine, firm.COMPANY_ID)
    shown: dict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    for row in journal(plan):
        if row.reference:
            key = (row.reference, row.account, row.sub)
            amounts = (row.debit, row.credit, row.base_debit, row.base_credit)
            shown[key] = [a + (b or Decimal(0)) for a, b in zip(shown[key], amounts, strict=True)]
    made = {
        (ref, acct, sub): [cents(debit), cents(credit), cents(base_debit), cents(base_credit)]
        for ref, acct, sub, debit, credit, base_debit, base_credit in story.rows(
            "SELECT RefNbr, Acct, Sub, SUM(CuryDrAmt), SUM(CuryCrAmt), SUM(DrAmt), SUM(CrAmt) FROM GLTran "
            f"WHERE {OURS} GROUP BY RefNbr, Acct, Sub"
        )
    }
    assert {key: values for key, values in shown.items() if any(values)} == {
        key: values for key, values in made.items() if any(values)
    }

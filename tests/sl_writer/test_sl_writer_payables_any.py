"""Any plan of vouchers, journals and inventory comes back from SL to the cent."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sl_writer_books import EURO, NOW, Books, batch, document, plan, request_of, transaction
from sl_writer_payables import (
    adjustment,
    ap_batch,
    ap_line,
    expense,
    gl_batch,
    in_batch,
    in_line,
    journal,
    payables_plan,
    receipt,
    voucher,
)

from xlpy.domain.documents.ap import ApDocument
from xlpy.domain.documents.gl import GlJournal
from xlpy.domain.documents.inventory import InDocument
from xlpy.domain.documents.shared import TaxSlot
from xlpy.domain.values.money import round_money
from xlpy.sl.writing.posting import post_plan
from xlpy.sl.writing.posting_checks import SetupSeen

CENTS = st.integers(min_value=-99_999, max_value=999_999_99)


def cents(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-2)


@st.composite
def vouchers(draw: st.DrawFn, number: int) -> ApDocument:
    rate = draw(st.sampled_from([None, Decimal("1.0842")]))
    amounts = [cents(c) for c in draw(st.lists(CENTS, min_size=1, max_size=4).filter(lambda some: sum(some) >= 0))]
    taxes = [cents(c) for c in draw(st.lists(st.integers(min_value=0, max_value=99_999), max_size=4))]

    def base(amount: Decimal) -> Decimal:
        return amount if rate is None else round_money(amount * rate, 2)

    slots = tuple(TaxSlot(f"T{n}", t, Decimal(100), base(t), base(Decimal(100))) for n, t in enumerate(taxes))
    cury = sum(amounts, Decimal(0)) + sum(taxes, Decimal(0))
    parts = sum(map(base, amounts), Decimal(0)) + sum(map(base, taxes), Decimal(0))
    return voucher(
        receipt(number),
        lines=tuple(ap_line(str(a), str(base(a))) for a in amounts),
        taxes=slots,
        total=base(cury),
        base_difference=base(cury) - parts,
        doc_type=draw(st.sampled_from(["VO", "AD"])),
        invc_nbr=f"I{number}",
        **({"rate": EURO} if rate else {}),
    )


@st.composite
def journals(draw: st.DrawFn, number: int) -> GlJournal:
    amount = str(cents(draw(st.integers(min_value=1, max_value=999_999_99))))
    return journal(receipt(number), part="document", amount=amount, ref=f"J{number}")


@st.composite
def adjustments(draw: st.DrawFn, number: int) -> InDocument:
    lines = []
    for quantity in draw(st.lists(st.integers(-9999, 9999), min_size=1, max_size=4)):
        cost = cents(draw(st.integers(0, 99_999)))
        lines.append(in_line(str(cents(quantity)), unit_cost=cost, amount=round_money(cents(quantity) * cost, 2)))
    return adjustment(number, *lines)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_plan_comes_back_from_sl_to_the_cent(books: Books, data: st.DataObject) -> None:
    start = 100 * (books.count("xlpy_Posting") + 1)
    allocated = books.row("Location", InvtID="PATCH10")["QtyAllocIN"]
    bought = [data.draw(vouchers(start + n)) for n in range(data.draw(st.integers(1, 3)))]
    booked = [data.draw(journals(start + 10 + n)) for n in range(data.draw(st.integers(1, 2)))]
    counted = [data.draw(adjustments(start + 20 + n)) for n in range(data.draw(st.integers(1, 2)))]
    by_currency = [[d for d in bought if d.rate.currency == currency] for currency in ("USD", "EUR")]
    made = payables_plan(*[ap_batch(*some) for some in by_currency if some], gl_batch(*booked), in_batch(*counted))
    outcome = post_plan(books.company, request_of(made, f"run-{start}"))

    assert outcome.failed == ()
    given = {d.transaction: d for d in outcome.posted}
    for sent in bought:
        row = books.row("APDoc", RefNbr=given[sent.transactions[0]].ref_nbr)
        assert (row["CuryOrigDocAmt"], row["OrigDocAmt"], row["InvcNbr"]) == (
            sent.cury_total,
            sent.total,
            sent.invc_nbr,
        )
        lines = sorted(books.rows("APTran", RefNbr=row["RefNbr"]), key=lambda read: read["LineNbr"])
        assert [(r["CuryTranAmt"], r["TranAmt"]) for r in lines] == [(x.cury_amount, x.amount) for x in sent.lines]
    for entered in booked:
        sides = [(r["DrAmt"], r["CrAmt"]) for r in books.rows("GLTran", RefNbr=entered.lines[0].ref_nbr)]
        assert sides == [(entered.total, 0), (0, entered.total)]
    leaving = sum((max(-x.quantity, Decimal(0)) for d in counted for x in d.lines), Decimal(0))
    assert books.row("Location", InvtID="PATCH10")["QtyAllocIN"] == allocated + leaving
    for number in {(d.module, d.bat_nbr) for d in outcome.posted}:
        top = books.row("Batch", Module=number[0], BatNbr=number[1])
        table, column = {"AP": ("APDoc", "OrigDocAmt"), "GL": ("GLTran", "DrAmt"), "IN": ("INTran", "TranAmt")}[
            number[0]
        ]
        assert top["CrTot"] == sum(r[column] for r in books.rows(table, BatNbr=number[1]))


def test_a_plan_of_invoices_and_of_payables_can_be_one_transaction_too(books: Books) -> None:
    seen = SetupSeen("202610", "202610", "202610", "202609", auto_ref=False)
    made = payables_plan(ap_batch(voucher(expense(1))))
    both = plan(
        batch(document(501)),
        transactions=(transaction(document(501)), *made.transactions),
        ap=made.ap,
        gl=made.gl,
        inventory=made.inventory,
    )
    outcome = post_plan(books.company, request_of(both, expected=seen))
    assert {(d.module, d.ref_nbr) for d in outcome.posted} == {("AR", "501"), ("AP", "0000202")}
    assert books.row("Batch", Module="AP")["Crtd_DateTime"] == NOW

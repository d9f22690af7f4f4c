"""The preview of vouchers, journals and inventory: complete, in order, each document footing to zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain_story import DAY, OPTIONS, D, euro, plan, untaxed
from hypothesis import given
from hypothesis import strategies as st
from inventory_story import DOCK, SHELF, Counted, Moved, counted, expense, journals_of, move, set_up, stocked

from xlpy.domain.documents.ap import ApBatch, ApDocument, ApLine, ApPart, NewVendor
from xlpy.domain.documents.gl import GlPart
from xlpy.domain.documents.inventory import InventoryPart
from xlpy.domain.documents.plan import Action, Plan, PlannedTransaction
from xlpy.domain.documents.shared import RateUsed, TaxPosting
from xlpy.domain.documents.sl_batches import gl_batches_of, in_batches_of
from xlpy.domain.preview.journal import MADE_AT_RELEASE, TO_BE_CREATED, WRITTEN, JournalRow, journal
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.domain.values.widths import Widths
from xlpy.services.as_json.run import plan_json

WIDTHS = Widths({}, "cp1252")
RECEIPT = TransactionKey(Kind.PROCUREMENT, "77-PS118-purchase")


def a_plan(
    part: ApPart | GlPart | InventoryPart, transactions: tuple[PlannedTransaction, ...] = (), base_currency: str = ""
) -> Plan:
    name = {ApPart: "ap", GlPart: "gl", InventoryPart: "inventory"}[type(part)]
    changes: dict[str, Any] = {name: part, "transactions": transactions, "base_currency": base_currency}
    return replace(plan(), **changes)


def footing(rows: tuple[JournalRow, ...]) -> tuple[Decimal, Decimal]:
    """Debits less credits, in document and in base currency."""
    zero = D(0)
    cury = sum(((row.debit or zero) - (row.credit or zero) for row in rows), zero)
    return cury, sum(((row.base_debit or zero) - (row.base_credit or zero) for row in rows), zero)


def shown(rows: tuple[JournalRow, ...]) -> list[tuple[str, str, str, str]]:
    return [
        (row.source, row.account, str(row.debit) if row.debit is not None else "", str(row.credit or ""))
        for row in rows
    ]


def a_voucher(
    doc_type: str = "VO", *, rate: str = "1", lines: tuple[str, ...] = ("10.00", "2.50"), tax: str = "0.75"
) -> ApDocument:
    """A receipt of two lines with a tax, in euros when there is a rate."""
    factor = D(rate)

    def base(amount: str) -> Decimal:
        return (D(amount) * factor).quantize(D("0.01"), "ROUND_HALF_UP")

    cury_total = sum((D(amount) for amount in (*lines, tax)), D(0))
    total = base(str(cury_total))
    difference = total - sum((base(amount) for amount in (*lines, tax)), D(0))
    return ApDocument(
        transactions=(RECEIPT,),
        doc_type=doc_type,
        vend_id="BLUEL1",
        doc_date=DAY,
        due_date=date(2026, 11, 11),
        disc_date=DAY,
        terms="30",
        rate=RateUsed("EUR" if factor != 1 else "USD", factor, "M", "SPOT", DAY, 2),
        ap_acct="2000",
        ap_sub="00000",
        cury_total=cury_total,
        total=total,
        cury_discount=D(0),
        discount=D(0),
        invc_nbr="BL-5531",
        invc_date=DAY,
        taxes=(),
        tax_postings=(TaxPosting("FLSTATE", "1250", "00000", D(tax), base(tax)),),
        lines=tuple(
            ApLine("1400", "00000", D(amount), base(amount), D(1), D(amount), base(amount), "EA", f"Line {n}")
            for n, amount in enumerate(lines, start=1)
        ),
        descr="PO-0077 PS118",
        base_difference=difference,
    )


def of_voucher(document: ApDocument) -> tuple[JournalRow, ...]:
    batch = ApBatch(
        number=1,
        per_post="202610",
        currency=document.rate.currency,
        batch_date=DAY,
        descr="20261031KM-P",
        documents=(document,),
    )
    number = PlannedTransaction(
        RECEIPT,
        "PO-0077 PS118",
        "Blue Light",
        DAY,
        document.cury_total,
        "USD",
        Action.POST,
        1,
        "",
        (1,),
    )
    return journal(a_plan(ApPart((), (batch,)), (number,)))


def test_a_voucher_shows_its_lines_and_what_the_release_makes() -> None:
    rows = of_voucher(a_voucher())
    assert shown(rows) == [
        (WRITTEN, "1400", "10.00", ""),
        (WRITTEN, "1400", "2.50", ""),
        (MADE_AT_RELEASE, "1250", "0.75", ""),
        (MADE_AT_RELEASE, "2000", "", "13.25"),
    ]
    assert footing(rows) == (0, 0)
    assert {(r.module, r.doc_type, r.party, r.vendor_invoice, r.transaction, r.period) for r in rows} == {
        ("AP", "VO", "BLUEL1", "BL-5531", "PO-0077 PS118", "202610")
    }
    assert rows[2].tax_id == "FLSTATE"


def test_a_debit_adjustment_has_the_other_sides() -> None:
    assert shown(of_voucher(a_voucher("AD"))) == [
        (WRITTEN, "1400", "", "10.00"),
        (WRITTEN, "1400", "", "2.50"),
        (MADE_AT_RELEASE, "1250", "", "0.75"),
        (MADE_AT_RELEASE, "2000", "13.25", ""),
    ]


CENTS = st.integers(-500_00, 500_00).map(lambda n: Decimal(n) / 100)


@given(
    st.lists(CENTS.filter(bool), min_size=1, max_size=5).filter(lambda amounts: sum(amounts) != 0),
    st.sampled_from(["1", "1.0842", "1.2764"]),
    st.sampled_from(["VO", "AD"]),
)
def test_every_voucher_foots_in_both_currencies(amounts: list[Decimal], rate: str, doc_type: str) -> None:
    rows = of_voucher(a_voucher(doc_type, rate=rate, lines=tuple(str(amount) for amount in amounts)))
    assert footing(rows) == (0, 0)


def test_the_rounding_difference_of_a_voucher_is_on_its_first_line() -> None:
    document = a_voucher(rate="1.0842", lines=("0.05", "0.05", "0.05"), tax="0.05")
    assert document.base_difference == D("0.02")
    rows = of_voucher(document)
    assert [row.base_debit for row in rows[:3]] == [D("0.07"), D("0.05"), D("0.05")]


def test_the_lines_of_a_members_voucher_name_their_own_expenses() -> None:
    keys = tuple(TransactionKey(Kind.EXPENSE, str(n)) for n in range(611, 616))
    plain = a_voucher(lines=("1.00",) * 5)
    lines = tuple(replace(one, transaction=key) for one, key in zip(plain.lines, keys, strict=True))
    document = replace(plain, transactions=keys, lines=lines)
    named = tuple(
        PlannedTransaction(key, f"Taxi {key.record_id}", "", DAY, D(1), "USD", Action.POST, 1, "", (1,)) for key in keys
    )
    batch = ApBatch(number=1, per_post="202610", currency="USD", batch_date=DAY, descr="", documents=(document,))
    rows = journal(a_plan(ApPart((), (batch,)), named))
    assert [row.transaction for row in rows[:5]] == [f"Taxi {n}" for n in range(611, 616)]
    assert rows[-1].transaction == "Taxi 611, Taxi 612, Taxi 613, …"


def test_a_journal_is_written_as_it_is() -> None:
    draft = journals_of(expense())
    part = GlPart(gl_batches_of(draft.gl, OPTIONS, PostingRules(), WIDTHS))
    rows = journal(a_plan(part, draft.transactions, "USD"))
    assert shown(rows) == [(WRITTEN, "6200", "33.95", ""), (WRITTEN, "2010", "", "33.95")]
    assert {(r.module, r.reference, r.party, r.currency, r.transaction) for r in rows} == {
        ("GL", "1749", "E-JDOE", "USD", "JDoe Mileage 2026-10-12")
    }


def test_inventory_shows_the_side_that_the_release_adds() -> None:
    draft = stocked(Counted(12, counted("10"), counted("-2", bin=SHELF)), Moved(58, move(account_number="1410:000:00")))
    part = InventoryPart((), in_batches_of(draft.inventory, OPTIONS, WIDTHS))
    rows = journal(a_plan(part, draft.transactions, "USD"))
    assert shown(rows) == [
        (WRITTEN, "5900", "", "25.00"),
        (MADE_AT_RELEASE, "1400", "25.00", ""),
        (WRITTEN, "5900", "5.00", ""),
        (MADE_AT_RELEASE, "1400", "", "5.00"),
        (WRITTEN, "1410", "1.00", ""),
        (MADE_AT_RELEASE, "1400", "", "1.00"),
        (MADE_AT_RELEASE, "1400", "1.00", ""),
        (MADE_AT_RELEASE, "1410", "", "1.00"),
    ]
    assert [row.description for row in rows if row.source == MADE_AT_RELEASE][:2] == [
        "In: 10.00 EA PATCH10 TPA/MAIN",
        "Out: 2.00 EA PATCH10 TPA/SHELFB",
    ]
    assert [row.batch_number for row in rows] == [1] * 4 + [2] * 4
    assert footing(rows) == (0, 0)


@given(st.lists(st.integers(-30, 30).filter(bool), min_size=1, max_size=6), st.integers(1, 999))
def test_every_inventory_document_foots(quantities: list[int], cents: int) -> None:
    lines = tuple(counted(str(quantity), str(Decimal(cents) / 100)) for quantity in quantities)
    draft = stocked(Counted(12, *lines), books=set_up(negative_stock=True))
    part = InventoryPart((), in_batches_of(draft.inventory, OPTIONS, WIDTHS))
    rows = journal(a_plan(part, draft.transactions, "USD"))
    assert len(rows) == 2 * len(quantities)
    assert footing(rows) == (0, 0)
    inventory = sum(((row.debit or D(0)) - (row.credit or D(0)) for row in rows if row.account == "1400"), D(0))
    assert inventory == draft.transactions[0].amount


def test_what_is_to_be_created_comes_first() -> None:
    draft = stocked(Counted(12, counted("2", "96.40", DOCK)))
    vendor = NewVendor(
        "EAGLEP", "Eagle Parts", "STD", "2000", "00000", "", "", "", "", "30", "USD", needed_by=(RECEIPT,)
    )
    stock = InventoryPart(draft.items, in_batches_of(draft.inventory, OPTIONS, WIDTHS))
    receivables = plan(untaxed(), euro(4418))
    rows = journal(replace(receivables, ap=ApPart((vendor,)), inventory=stock, transactions=draft.transactions))
    assert [(row.source, row.module, row.party, row.account) for row in rows[:2]] == [
        (TO_BE_CREATED, "AP", "EAGLEP", "2000"),
        (TO_BE_CREATED, "IN", "DOCK-C", "1400"),
    ]
    assert rows[1].transaction == "Adjustment 12"
    assert [row.module for row in rows[2:]] == ["AR"] * 4 + ["IN"] * 2


def test_every_document_has_one_key_on_all_of_its_rows_and_no_other_has_it() -> None:
    """The rows of a voucher hang together by it, from the first line to the control account; so does its JSON."""
    several = (untaxed(1), untaxed(2), euro(3))
    receivables = plan(*several)
    first, second = a_voucher(), replace(a_voucher(), invc_nbr="OTHER")
    batch = ApBatch(number=1, per_post="202610", currency="USD", batch_date=DAY, descr="", documents=(first, second))
    stock = stocked(Counted(12, counted("10")), Counted(13, counted("1")), Moved(58))
    singles = journals_of(expense())
    whole = replace(
        receivables,
        ap=ApPart((), (batch,)),
        gl=GlPart(gl_batches_of(singles.gl, OPTIONS, PostingRules(), WIDTHS)),
        inventory=InventoryPart((), in_batches_of(stock.inventory, OPTIONS, WIDTHS)),
        base_currency="USD",
    )
    by_key: dict[str, list[JournalRow]] = {}
    for row in journal(whole):
        by_key.setdefault(row.document, []).append(row)
    assert list(by_key) == ["AR1-1", "AR2-1", "AR2-2", "AP1-1", "AP1-2", "GL1-1", "IN1-1", "IN1-2", "IN2-1"]
    for rows in by_key.values():
        assert footing(tuple(rows)) == (0, 0)
        assert len({(row.module, row.doc_type, row.doc_date, row.vendor_invoice) for row in rows}) == 1
    shown_in_json = [d["document"] for one in plan_json(whole, "previewed")["batches"] for d in one["documents"]]
    assert shown_in_json == list(by_key)

"""Writing vouchers, journals and inventory: a unit goes in as a whole or not at all, numbers leave no gap."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sl_writer_books import Books, batch, document, key, plan, request_of
from sl_writer_payables import (
    adjustment,
    ap_batch,
    ap_line,
    expense,
    gl_batch,
    in_batch,
    in_line,
    journal,
    known,
    new_item,
    new_vendor,
    parts_of,
    payables_plan,
    receipt,
    transfer,
    voucher,
)

from xlpy.domain.documents.gl import GlPart
from xlpy.domain.documents.plan import Plan, plan_of_kind
from xlpy.domain.values.transactions import Kind
from xlpy.errors import PostingRefused
from xlpy.sl.reading.documents import document_hashes
from xlpy.sl.reading.numbering import free_references
from xlpy.sl.screens.numbered import AP_REFERENCES, TRANSFER_NUMBERS, NumberedReference
from xlpy.sl.writing.posting import post_plan
from xlpy.sl.writing.posting_checks import read_setup_seen


def invoices_with_costs(*numbers: int) -> Plan:
    """Invoices in one batch, the journal of each in a batch of its own."""
    costs = tuple(gl_batch(journal(key(n)), number=place) for place, n in enumerate(numbers, 1))
    return plan(batch(*map(document, numbers)), gl=GlPart(costs))


def test_an_invoice_and_its_cost_journal_are_one_posting_with_two_parts(books: Books) -> None:
    outcome = post_plan(books.company, request_of(invoices_with_costs(501, 502)))
    assert [(d.transaction, d.part, d.module, d.bat_nbr) for d in outcome.posted] == [
        (key(501), "document", "AR", "000042"),
        (key(502), "document", "AR", "000042"),
        (key(501), "cost", "GL", "000071"),
        (key(502), "cost", "GL", "000072"),
    ]
    document_part, cost = parts_of(books, key(502))
    assert (cost.part, cost.module, cost.bat_nbr, cost.doc_type, cost.ref_nbr, cost.amount) == (
        *("cost", "GL", "000072", "GL", "502", Decimal("12.50")),
    )
    assert document_part.part == "document"
    with books.engine.connect() as connection:
        hashes = document_hashes(connection, books.company, "000072", "GL")
    assert hashes == {("GL", "502"): cost.rows_hash}


@pytest.mark.parametrize(
    ("table", "said"),
    [("ARDoc", "SL refused IN 502: not this one"), ("GLTran", "SL refused the cost journal 502: not this one")],
)
def test_when_invoice_or_journal_fails_the_other_is_gone_too(books: Books, table: str, said: str) -> None:
    books.refuse(table, "RefNbr", "502", "not this one")
    outcome = post_plan(books.company, request_of(invoices_with_costs(501, 502, 503)))
    assert [failure.transaction for failure in outcome.failed] == [key(502)]
    assert outcome.failed[0].reason == said
    for each in ("ARDoc", "ARTran", "RefNbr", "GLTran"):
        assert {row["RefNbr"] for row in books.rows(each)} == {"501", "503"}
    assert [row["BatNbr"] for row in books.rows("Batch", Module="GL")] == ["000071", "000072"], "no gap"
    assert books.row("GLSetup")["LastBatNbr"] == "000072"
    assert books.row("Batch", Module="AR")["CrTot"] == Decimal("200.00")
    assert known(books, key(501), key(502), key(503)) == {key(501), key(503)}


def test_a_reference_taken_meanwhile_takes_the_cost_journal_with_it(books: Books) -> None:
    books.add("RefNbr", RefNbr="501")
    outcome = post_plan(books.company, request_of(invoices_with_costs(501, 502)))
    assert [d.transaction for d in outcome.posted] == [key(502), key(502)]
    assert {row["RefNbr"] for row in books.rows("GLTran")} == {"502"}


def test_joined_cost_journals_leave_out_one_and_number_the_rest_anew(books: Books) -> None:
    books.refuse("ARDoc", "RefNbr", "501", "not this one")
    joined = gl_batch(journal(key(501)), journal(key(502)), journal(key(503), amount="1.00"))
    made = plan(batch(*map(document, (501, 502, 503))), gl=GlPart((joined,)))
    post_plan(books.company, request_of(made))
    assert sorted(row["LineNbr"] for row in books.rows("GLTran")) == [-32768, -32767, -32766, -32765]
    assert books.row("Batch", Module="GL")["CrTot"] == Decimal("13.50")


def test_a_voucher_of_three_expenses_fails_with_all_three_and_the_others_close_up(books: Books) -> None:
    books.refuse("APTran", "TranDesc", "no", "not this line")
    bad = tuple(ap_line("5.00", descr="no" if n == 22 else "yes", transaction=expense(n)) for n in (21, 22, 23))
    three = voucher(expense(21), expense(22), expense(23), lines=bad)
    made = payables_plan(ap_batch(voucher(expense(11)), three, voucher(expense(31))))
    outcome = post_plan(books.company, request_of(made))

    assert [(d.transaction, d.ref_nbr) for d in outcome.posted] == [(expense(11), "0000202"), (expense(31), "0000203")]
    reason = "SL refused VO EXP21 of vendor E-JDOE: not this line"
    assert {f.transaction: f.reason for f in outcome.failed} == dict.fromkeys(three.transactions, reason)
    assert {row["RefNbr"] for row in books.rows("APTran")} == {"0000202", "0000203"}
    assert {row["RefNbr"] for row in books.rows("APRefNbr")} == {"0000202", "0000203"}
    assert books.row("APSetup")["LastRefNbr"] == "0000203"
    assert books.row("Batch")["CuryCrTot"] == Decimal("80.00")
    assert known(books, *three.transactions) == set()


def test_a_refused_adjustment_gives_its_allocation_back(books: Books) -> None:
    books.refuse("INTran", "RefNbr", "ADJ2", "not this one")
    made = payables_plan(in_batch(adjustment(1), adjustment(2, in_line("-9")), adjustment(3)))
    outcome = post_plan(books.company, request_of(made))
    assert outcome.failed[0].reason == "SL refused the adjustment ADJ2: not this one"
    row = books.row("Location", InvtID="PATCH10")
    assert (row["QtyAllocIN"], row["QtyAvail"]) == (6, 44)
    assert {r["LineRef"] for r in books.rows("INTran")} == {"00001", "00002"}


def test_a_bin_that_refuses_its_allocation_fails_the_document(books: Books) -> None:
    books.run(
        "CREATE TRIGGER short BEFORE UPDATE ON Location WHEN NEW.QtyAvail < 0 "
        "BEGIN SELECT RAISE(ABORT, 'not enough'); END"
    )
    made = payables_plan(in_batch(adjustment(1), adjustment(2, in_line("-51"))))
    outcome = post_plan(books.company, request_of(made))
    assert [d.transaction for d in outcome.posted] == [receipt(1)]
    assert outcome.failed[0].reason == "SL refused the adjustment ADJ2: not enough"


def test_a_refused_transfer_takes_no_number(books: Books) -> None:
    books.refuse("TrnsfrDoc", "Comment", "bad", "not this one")
    made = payables_plan(in_batch(transfer(1, descr="bad")), in_batch(transfer(2), number=2))
    outcome = post_plan(books.company, request_of(made))
    assert [(d.transaction, d.bat_nbr, d.ref_nbr) for d in outcome.posted] == [(receipt(2), "000022", "000301")]
    assert outcome.failed[0].reason == "SL refused the transfer bad: not this one"


def test_an_unbalanced_or_upside_down_document_is_never_committed(books: Books) -> None:
    lines = journal(expense(1), part="document").lines
    off = journal(expense(1), part="document", lines=(lines[0], replace(lines[1], credit=Decimal("12.49"))))
    outcome = post_plan(books.company, request_of(payables_plan(gl_batch(off))))
    assert "debits 12.50 are not credits 12.49" in outcome.failed[0].reason
    wrong = voucher(receipt(2), total=Decimal("40.01"), cury_total=Decimal("40.01"))
    outcome = post_plan(books.company, request_of(payables_plan(ap_batch(wrong)), "run-2"))
    assert "are not the total 40.01" in outcome.failed[0].reason
    against = adjustment(3, in_line("-3", amount=Decimal("3.75")))
    outcome = post_plan(books.company, request_of(payables_plan(in_batch(against)), "run-3"))
    assert "quantity -3 and amount 3.75" in outcome.failed[0].reason
    assert books.nothing_written()
    assert books.row("Location", InvtID="PATCH10")["QtyAllocIN"] == 0


def test_masters_that_sl_refuses_fail_their_documents_and_unused_ones_do_not_stay(books: Books) -> None:
    books.refuse("InventoryADG", "InvtID", "DOCK-C", "no item")
    books.refuse("APDoc", "VendId", "EAGLEP", "no voucher")
    made = payables_plan(
        ap_batch(voucher(receipt(1), vend_id="EAGLEP"), voucher(receipt(2), vend_id="BLUEL1")),
        in_batch(adjustment(3, in_line("2", invt_id="DOCK-C")), adjustment(4)),
        vendors=(new_vendor(),),
        items=(new_item(),),
    )
    outcome = post_plan(books.company, request_of(made))
    assert {d.transaction for d in outcome.posted} == {receipt(2), receipt(4)}
    reasons = {f.transaction: f.reason for f in outcome.failed}
    assert reasons[receipt(3)] == "Item DOCK-C could not be created in SL: no item"
    assert reasons[receipt(1)] == "SL refused VO EXPPO1-A1 of vendor EAGLEP: no voucher"
    assert outcome.created_vendors == outcome.created_items == ()
    assert books.count("Vendor") == books.count("Inventory") == 2
    assert books.count("INUnit") == 0


def numbers(books: Books, last: str, count: int = 1, counter: NumberedReference = AP_REFERENCES) -> list[str]:
    with books.engine.connect() as connection:
        return free_references(connection, books.company, counter, last, count)


def test_voucher_numbers_pass_over_documents_and_reservations_and_wrap(books: Books) -> None:
    books.add("APDoc", RefNbr="000043", DocType="CK")
    books.add("APRefNbr", RefNbr="000044")
    assert numbers(books, "000041", 3) == ["000042", "000045", "000046"]
    assert numbers(books, "999998", 3) == ["999999", "000001", "000002"]
    assert numbers(books, "7") == ["008"], "at least three digits"
    assert numbers(books, "") == ["001"]
    assert numbers(books, "V00041") == ["000001"], "a counter that is no number starts at 1"
    with pytest.raises(PostingRefused, match="used up"):
        numbers(books, "998", 1000)


def test_transfer_numbers_are_a_companys_own(books: Books) -> None:
    books.add("TrnsfrDoc", TrnsfrDocNbr="000301", CpnyID="OTHER", BatNbr="000001")
    books.add("TrnsfrDoc", TrnsfrDocNbr="000302", CpnyID="HPIT", BatNbr="000002")
    assert numbers(books, "000300", 2, TRANSFER_NUMBERS) == ["000301", "000303"]


@pytest.mark.parametrize(
    ("table", "values", "said"),
    [
        ("APSetup", {"PerNbr": "202611"}, "period of Accounts Payable"),
        ("APSetup", {"CurrPerNbr": "202611"}, "current period of Accounts Payable"),
        ("APSetup", {"Init": 0}, "AP is not set up"),
        ("INSetup", {"CurrPerNbr": "202611"}, "current period of Inventory"),
        ("GLSetup", {"PerNbr": "202611"}, "period of General Ledger"),
        ("Vendor", {"Status": "H"}, "has status H"),
        ("Inventory", {"TranStatusCode": "OH"}, "has status OH"),
        ("Ledger", {"LedgerID": "OTHER"}, "no ledger ACTUAL"),
    ],
)
def test_what_moved_since_the_check_rolls_everything_back(
    books: Books, table: str, values: dict[str, object], said: str
) -> None:
    seen = read_setup_seen(books.company)
    assert (seen.ap_per_nbr, seen.in_curr_per_nbr) == ("202610", "202610")
    made = payables_plan(
        ap_batch(voucher(receipt(1))), gl_batch(journal(receipt(2), part="document")), in_batch(adjustment(3))
    )
    books.set(table, **values)
    with pytest.raises(PostingRefused, match=said):
        post_plan(books.company, request_of(made, expected=seen))
    assert books.nothing_written()


@pytest.mark.parametrize("status", ["O", "M", "I"])
def test_a_vendor_that_is_not_on_hold_stays_usable_at_the_second_look(books: Books, status: str) -> None:
    """SL's own list of active vendors has every one whose Status is not H, one-time vendors too."""
    books.set("Vendor", Status=status)
    made = payables_plan(ap_batch(voucher(receipt(1))))
    assert len(post_plan(books.company, request_of(made)).posted) == 1


def test_modules_that_are_not_written_to_may_move(books: Books) -> None:
    seen = read_setup_seen(books.company)
    books.set("ARSetup", PerNbr="202611", AutoRef=1)
    books.set("INSetup", PerNbr="202611", Init=0)
    made = payables_plan(ap_batch(voucher(expense(1))))
    assert len(post_plan(books.company, request_of(made, expected=seen)).posted) == 1


@pytest.mark.parametrize("module", ["AP", "GL", "IN"])
def test_a_period_closed_meanwhile_is_refused_unless_sl_lets_the_module(books: Books, module: str) -> None:
    made = {
        "AP": payables_plan(ap_batch(voucher(receipt(1)), per_post="202609")),
        "GL": payables_plan(gl_batch(journal(receipt(1), part="document"), per_post="202609")),
        "IN": payables_plan(in_batch(adjustment(1), per_post="202609")),
    }[module]
    books.set("GLSetup", ModPriorPost="AR")
    with pytest.raises(PostingRefused, match="09-2026 was closed"):
        post_plan(books.company, request_of(made))
    books.set("GLSetup", ModPriorPost=f"AR,{module}")
    assert len(post_plan(books.company, request_of(made)).posted) == 1


def test_a_vendor_gone_or_made_by_somebody_meanwhile_refuses_the_run(books: Books) -> None:
    with pytest.raises(PostingRefused, match="Vendor EAGLEP is no longer in SL"):
        post_plan(books.company, request_of(payables_plan(ap_batch(voucher(receipt(1), vend_id="EAGLEP")))))
    books.add("Vendor", VendId="EAGLEP", Name="Eagle Parts Supply", ClassID="STD", Status="A", Crtd_User="JLEE")
    made = payables_plan(ap_batch(voucher(receipt(1), vend_id="EAGLEP")), vendors=(new_vendor(),))
    with pytest.raises(PostingRefused, match="Vendor EAGLEP was created in SL meanwhile"):
        post_plan(books.company, request_of(made))
    with pytest.raises(PostingRefused, match="Item DOCK-C is no longer in SL"):
        post_plan(books.company, request_of(payables_plan(in_batch(adjustment(1, in_line("1", invt_id="DOCK-C"))))))


def test_a_vendor_that_both_kinds_need_is_made_once(books: Books) -> None:
    expenses, receipts = voucher(expense(1), vend_id="EAGLEP"), voucher(receipt(1), vend_id="EAGLEP")
    whole = payables_plan(ap_batch(expenses), ap_batch(receipts, number=2), vendors=(new_vendor(),))
    first = post_plan(books.company, request_of(plan_of_kind(whole, Kind.EXPENSE), plan_hash=whole.hash))
    second = post_plan(books.company, request_of(plan_of_kind(whole, Kind.PROCUREMENT), "run-2", plan_hash=whole.hash))
    assert (first.created_vendors, second.created_vendors) == (("EAGLEP",), ())
    assert [row["VendName"] for row in books.rows("APDoc")] == ["Eagle Parts Supply"] * 2
    assert books.scalar("SELECT count(DISTINCT PlanHash) FROM xlpy_Posting") == 1


def test_a_vendor_invoice_entered_meanwhile_fails_that_voucher_only(books: Books) -> None:
    books.add("APDoc", VendId="bluel1", InvcNbr="INV-7", DocType="VO", RefNbr="000009", BatNbr="000003", Status="A")
    books.add("APDoc", VendId="BLUEL1", InvcNbr="INV-8", DocType="VO", RefNbr="000010", BatNbr="000003", Status="V")
    books.add("APDoc", VendId="E-JDOE", InvcNbr="INV-9", DocType="VO", RefNbr="000011", BatNbr="000003", Status="A")
    some = [voucher(receipt(n), vend_id="BLUEL1", invc_nbr=f"INV-{n}") for n in (7, 8, 9)]
    outcome = post_plan(books.company, request_of(payables_plan(ap_batch(*some))))
    assert [d.transaction for d in outcome.posted] == [receipt(8), receipt(9)]
    assert outcome.failed[0].reason == (
        "Vendor invoice INV-7 of vendor BLUEL1 was entered in SL meanwhile: VO 000009 in batch 000003"
    )
    second = voucher(receipt(10), vend_id="BLUEL1", invc_nbr="INV-8")
    again = post_plan(books.company, request_of(payables_plan(ap_batch(second)), "run-2"))
    assert len(again.posted) == 1, "our own voucher of another receipt of the order"
    books.set("APSetup", DupInvcChk=0)
    third = voucher(receipt(11), vend_id="BLUEL1", invc_nbr="INV-7")
    assert len(post_plan(books.company, request_of(payables_plan(ap_batch(third)), "run-3")).posted) == 1


def test_the_same_expense_is_never_posted_twice_and_says_what_it_is(books: Books) -> None:
    made = payables_plan(ap_batch(voucher(expense(1))))
    post_plan(books.company, request_of(made))
    with pytest.raises(PostingRefused, match="Expense 1 is not as it was in SL's posting ledger"):
        post_plan(books.company, request_of(made, "run-2"))


class _Died(Exception):
    pass


def test_stopped_before_any_statement_nothing_of_any_module_stays(books: Books) -> None:
    made = payables_plan(
        ap_batch(voucher(receipt(1), vend_id="EAGLEP")),
        in_batch(adjustment(3, in_line("-2"), in_line("1", invt_id="DOCK-C"))),
        gl_batch(journal(receipt(2), part="document")),
        vendors=(new_vendor(),),
        items=(new_item(),),
    )
    labels: list[str] = []
    for stop in range(1, 200):
        labels.clear()

        def watch(label: str, stop: int = stop) -> None:
            labels.append(label)
            if len(labels) == stop:
                raise _Died

        try:
            post_plan(books.company, request_of(made), observe=watch)
        except _Died:
            assert books.nothing_written(), labels[-1]
            assert books.row("Location", InvtID="PATCH10")["QtyAllocIN"] == 0
            assert books.row("APSetup")["LastRefNbr"] == "0000201"
            if labels[-1] == "commit":
                break
    assert {"insert APTran", "update Location", "insert GLTran", "insert INUnit", "update INSetup"} <= set(labels)


def test_the_number_of_statements_does_not_grow_with_the_documents(books: Books) -> None:
    def statements(count: int, first: int) -> int:
        seen: list[str] = []
        some = range(first, first + count)
        made = payables_plan(
            ap_batch(*[voucher(expense(n)) for n in some]),
            in_batch(*[adjustment(n) for n in some]),
            gl_batch(*[journal(expense(-n), part="document") for n in some]),
        )
        post_plan(books.company, request_of(made, f"run-{first}"), observe=seen.append)
        return len(seen)

    assert statements(2, 1000) == statements(60, 2000)

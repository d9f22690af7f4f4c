"""What the ledger knows of vouchers, journals and inventory as their batches go on in SL."""

from __future__ import annotations

from decimal import Decimal

from sl_writer_books import HOST, SITE, Books, request_of
from sl_writer_payables import (
    adjustment,
    ap_batch,
    expense,
    gl_batch,
    in_batch,
    journal,
    known,
    parts_of,
    payables_plan,
    planned,
    receipt,
    transfer,
    voucher,
)

from xlpy.domain.documents.plan import Action
from xlpy.domain.values.transactions import SlState, TransactionKey
from xlpy.sl.ledger_book.ledger import read_postings
from xlpy.sl.reading.documents import document_hashes
from xlpy.sl.writing.posting import post_plan


def states(books: Books, *keys: TransactionKey) -> list[SlState]:
    return [part.state for some in keys for part in parts_of(books, some)]


def everything(books: Books) -> tuple[TransactionKey, ...]:
    made = payables_plan(
        ap_batch(voucher(receipt(1))),
        gl_batch(journal(receipt(2), part="document")),
        in_batch(adjustment(3)),
        in_batch(transfer(4), number=2),
    )
    post_plan(books.company, request_of(made))
    return receipt(1), receipt(2), receipt(3), receipt(4)


def test_the_ledger_follows_the_batches_of_every_module(books: Books) -> None:
    keys = everything(books)
    assert states(books, *keys) == [SlState.UNRELEASED] * 4
    books.run("UPDATE Batch SET Status = 'U', Rlsed = 1")
    assert states(books, *keys) == [SlState.RELEASED] * 4
    books.run("UPDATE Batch SET Status = 'P'")
    assert states(books, *keys) == [SlState.POSTED] * 4
    books.run("UPDATE Batch SET Status = 'V'")
    assert states(books, *keys) == [SlState.VOIDED] * 4


def test_a_voided_voucher_stays_with_status_v_and_what_is_deleted_is_missing(books: Books) -> None:
    keys = everything(books)
    books.run("UPDATE APDoc SET Status = 'V'")
    for table in ("GLTran", "INTran"):
        books.run(f"DELETE FROM {table}")
    assert states(books, *keys) == [SlState.VOIDED, SlState.MISSING, SlState.MISSING, SlState.MISSING]


def test_gl_lines_of_other_modules_with_the_same_batch_number_are_not_ours(books: Books) -> None:
    books.add("GLTran", Module="AP", BatNbr="000071", LineNbr=1, RefNbr="PO2-A1", TranType="GL")
    keys = everything(books)
    books.run("DELETE FROM GLTran WHERE Module = 'GL'")
    assert states(books, keys[1]) == [SlState.MISSING]


def test_the_hash_tells_whether_somebody_changed_a_document_of_any_module(books: Books) -> None:
    keys = everything(books)
    before = {part.module + part.doc_type: part for some in keys for part in parts_of(books, some)}
    for change in (
        "UPDATE APTran SET TranDesc = 'x'",
        "UPDATE GLTran SET Acct = '5300' WHERE DrAmt > 0",
        "UPDATE INTran SET Qty = -4 WHERE TranType = 'AJ'",
        "UPDATE TrnsfrDoc SET ToSiteID = 'TPA'",
    ):
        books.run(change)
    with books.engine.connect() as connection:
        for part in before.values():
            now = document_hashes(connection, books.company, part.bat_nbr, part.module)
            assert now[part.doc_type, part.ref_nbr] != part.rows_hash


def test_a_voided_voucher_is_posted_again_under_a_new_number(books: Books) -> None:
    post_plan(books.company, request_of(payables_plan(ap_batch(voucher(expense(1))))))
    books.run("UPDATE Batch SET Status = 'V', Rlsed = 1")
    books.run("UPDATE APDoc SET Status = 'V'")
    again = planned(expense(1), action=Action.POST_AGAIN, generation=2)
    made = payables_plan(ap_batch(voucher(expense(1))), transactions=(again,))
    outcome = post_plan(books.company, request_of(made, "run-2"))
    assert [d.ref_nbr for d in outcome.posted] == ["0000203"]


def test_marks_of_expenses_need_no_module(books: Books) -> None:
    books.set("APSetup", Init=0)
    zero = planned(expense(1), Decimal(0), action=Action.NOTHING_TO_POST)
    post_plan(books.company, request_of(payables_plan(transactions=(zero,))))
    assert known(books, expense(1)) == {expense(1)}
    with books.engine.connect() as connection:
        assert read_postings(connection, HOST, SITE, [expense(1)])[expense(1)].batch_identifier == "OCT-E"

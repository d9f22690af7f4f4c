"""Writing a plan: all or nothing, partial success to the document, and never twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sl_writer_books import (
    EURO,
    HOST,
    SITE,
    Books,
    batch,
    document,
    key,
    line,
    new_customer,
    only_marked,
    plan,
    request_of,
    transaction,
)

from xlpy.domain.documents.ar import ArDocument
from xlpy.domain.documents.plan import Action
from xlpy.domain.documents.shared import TaxSlot
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.transactions import PostingState
from xlpy.errors import PostingRefused
from xlpy.sl.ledger_book.ledger import close_postings, read_postings
from xlpy.sl.reading.documents import document_hashes
from xlpy.sl.writing.posting import post_plan
from xlpy.sl.writing.posting_checks import SetupSeen

SEEN = SetupSeen("202610", "202610", "202610", "202609", auto_ref=False)


def ledger(books: Books, *numbers: int) -> dict[str, PostingState]:
    with books.engine.connect() as connection:
        found = read_postings(connection, HOST, SITE, [key(n) for n in numbers])
    return {k.record_id: posting.state for k, posting in found.items()}


def test_every_document_has_its_ledger_row_in_the_same_transaction(books: Books) -> None:
    made = plan(batch(document(501)), batch(document(502, rate=EURO), number=2))
    outcome = post_plan(books.company, request_of(made))

    assert [d.bat_nbr for d in outcome.posted] == ["000042", "000043"]
    with books.engine.connect() as connection:
        found = read_postings(connection, HOST, SITE, [key(501), key(502)])
        hashes = document_hashes(connection, books.company, "000042")
    posting = found[key(501)]
    assert (posting.batch_identifier, posting.state, posting.closed_at) == ("OCT-I", PostingState.POSTED, None)
    assert (posting.cpny_id, posting.run_id, posting.plan_hash) == ("HPIT", "run-1", made.hash)
    assert (posting.posted_by, posting.posted_host, posting.entry_ids) == ("kmorales", "PC1", (5010, 5011))
    assert (posting.amount, posting.currency, posting.lines_hash) == (Decimal(100), "USD", "lines of invoice:501")
    (part,) = posting.parts
    assert (part.part, part.module, part.bat_nbr, part.doc_type, part.ref_nbr) == (
        "document",
        "AR",
        "000042",
        "IN",
        "501",
    )
    assert part.rows_hash == hashes["IN", "501"]


def test_the_hash_tells_whether_somebody_changed_the_document(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501), document(502)))))
    with books.engine.connect() as connection:
        before = document_hashes(connection, books.company, "000042")
    books.run("UPDATE ARDoc SET LUpd_Prog = '08010', LUpd_User = 'SOMEBODY' WHERE RefNbr = '501'")
    with books.engine.connect() as connection:
        assert document_hashes(connection, books.company, "000042") == before, "opened and saved without a change"
    books.run("UPDATE ARTran SET TranDesc = 'another text' WHERE RefNbr = '502'")
    with books.engine.connect() as connection:
        after = document_hashes(connection, books.company, "000042")
    assert after["IN", "501"] == before["IN", "501"]
    assert after["IN", "502"] != before["IN", "502"]


def test_a_document_that_sl_refuses_is_left_out_alone(books: Books) -> None:
    books.refuse("ARTran", "RefNbr", "502", "not this one")
    made = plan(batch(document(501), document(502, line("40.00")), document(503, doc_type="CM")))
    outcome = post_plan(books.company, request_of(made))

    assert [d.ref_nbr for d in outcome.posted] == ["501", "503"]
    (failed,) = outcome.failed
    assert failed.transaction == key(502)
    assert failed.reason == "SL refused IN 502: not this one"
    assert books.row("Batch")["CuryCrTot"] == Decimal("200.00")
    assert {row["RefNbr"] for row in books.rows("ARDoc")} == {"501", "503"}
    assert {row["RefNbr"] for row in books.rows("RefNbr")} == {"501", "503"}
    assert {row["RefNbr"] for row in books.rows("ARTran")} == {"501", "503"}
    assert ledger(books, 501, 502, 503).keys() == {"501", "503"}


def test_what_failed_is_posted_by_the_next_run(books: Books) -> None:
    books.refuse("ARDoc", "RefNbr", "502", "not this one")
    post_plan(books.company, request_of(plan(batch(document(501), document(502)))))
    books.run("DROP TRIGGER no_ARDoc_502")
    outcome = post_plan(books.company, request_of(plan(batch(document(502))), "run-2"))
    assert [(d.bat_nbr, d.ref_nbr) for d in outcome.posted] == [("000043", "502")]


def test_a_batch_without_documents_is_not_written_and_takes_no_number(books: Books) -> None:
    books.refuse("RefNbr", "RefNbr", "501", "not this one")
    made = plan(batch(document(501)), batch(document(502, rate=EURO), number=2))
    outcome = post_plan(books.company, request_of(made))
    assert [(d.bat_nbr, d.ref_nbr) for d in outcome.posted] == [("000042", "502")]
    assert books.row("Batch")["CuryId"] == "EUR"
    assert books.row("ARSetup")["LastBatNbr"] == "000042"


def test_when_every_document_fails_nothing_stays(books: Books) -> None:
    books.refuse("ARDoc", "CustId", "ACME01", "this customer not")
    outcome = post_plan(books.company, request_of(plan(batch(document(501), document(502)))))
    assert outcome.posted == ()
    assert len(outcome.failed) == 2
    assert books.nothing_written()
    assert books.row("ARSetup")["LastBatNbr"] == "000041"


def test_a_text_that_sl_would_cut_fails_its_document_only(books: Books) -> None:
    made = plan(batch(document(501), document(502, descr="x" * 31), document(503, line("1.00", descr="Łódź"))))
    outcome = post_plan(books.company, request_of(made))
    assert [d.ref_nbr for d in outcome.posted] == ["501"]
    reasons = {f.transaction.record_id: f.reason for f in outcome.failed}
    assert "only 30 fit" in reasons["502"]
    assert "code page cp1252 lacks" in reasons["503"]
    assert books.row("Batch")["CuryCrTot"] == Decimal("100.00")


def test_a_value_that_a_trigger_changed_fails_its_document(books: Books) -> None:
    books.run(
        "CREATE TRIGGER helpful AFTER INSERT ON ARTran WHEN NEW.RefNbr = '502' "
        "BEGIN UPDATE ARTran SET TranDesc = 'changed' WHERE rowid = NEW.rowid; END"
    )
    outcome = post_plan(books.company, request_of(plan(batch(document(501), document(502)))))
    assert [d.ref_nbr for d in outcome.posted] == ["501"]
    assert "ARTran.TranDesc is 'changed' in SL instead of 'Managed services'" in outcome.failed[0].reason
    assert books.row("Batch")["CuryCrTot"] == Decimal("100.00")


def test_an_unbalanced_document_is_never_committed(books: Books) -> None:
    wrong = document(502, line("99.99"), cury_total=Decimal("100.00"), total=Decimal("100.00"))
    outcome = post_plan(books.company, request_of(plan(batch(document(501), wrong))))
    assert [d.ref_nbr for d in outcome.posted] == ["501"]
    assert "are not the total" in outcome.failed[0].reason


def test_a_reference_taken_meanwhile_fails_that_document_only(books: Books) -> None:
    books.add("ARDoc", CustId="BAYDEN", DocType="CM", RefNbr="502", BatNbr="000040", DocClass="N", CpnyID="OTHER")
    books.add("RefNbr", RefNbr="503")
    made = plan(batch(document(501), document(502), document(503), document(504)))
    outcome = post_plan(books.company, request_of(made))
    assert [d.ref_nbr for d in outcome.posted] == ["501", "504"]
    reasons = {f.transaction.record_id: f.reason for f in outcome.failed}
    assert reasons["502"] == "Reference 502 was taken in SL meanwhile: CM of customer BAYDEN in batch 000040"
    assert reasons["503"] == "Reference 503 was reserved in SL meanwhile"
    assert books.row("Batch")["CuryCrTot"] == Decimal("200.00")


def test_a_payment_with_the_same_number_is_no_obstacle(books: Books) -> None:
    books.add("ARDoc", CustId="BAYDEN", DocType="PA", RefNbr="501", BatNbr="000040", DocClass="P")
    assert len(post_plan(books.company, request_of(plan(batch(document(501))))).posted) == 1


def test_a_customer_that_sl_refuses_fails_its_documents(books: Books) -> None:
    books.refuse("SOAddress", "CustId", "NOVA01", "no address")
    made = plan(
        batch(document(501), document(502, cust_id="NOVA01"), document(503, cust_id="ORLAER")),
        customers=(new_customer("NOVA01"), new_customer("ORLAER")),
    )
    outcome = post_plan(books.company, request_of(made))
    assert [d.ref_nbr for d in outcome.posted] == ["501", "503"]
    assert outcome.failed[0].reason == "Customer NOVA01 could not be created in SL: no address"
    assert outcome.created_customers == ("ORLAER",)
    assert {row["CustId"] for row in books.rows("Customer")} == {"ACME01", "BAYDEN", "ORLAER"}


def test_a_customer_that_no_written_document_uses_does_not_stay(books: Books) -> None:
    books.refuse("ARDoc", "RefNbr", "502", "not this one")
    made = plan(batch(document(501), document(502, cust_id="NOVA01")), customers=(new_customer("NOVA01"),))
    outcome = post_plan(books.company, request_of(made))
    assert outcome.created_customers == ()
    assert {row["CustId"] for row in books.rows("Customer")} == {"ACME01", "BAYDEN"}
    assert books.count("SOAddress") == books.count("AR_Balances") == 0


@pytest.mark.parametrize(
    ("table", "values", "said"),
    [
        ("ARSetup", {"PerNbr": "202611"}, "PerNbr"),
        ("ARSetup", {"CurrPerNbr": "202611"}, "CurrPerNbr"),
        ("GLSetup", {"PerNbr": "202611"}, "period of General Ledger"),
        ("GLSetup", {"LastClosePerNbr": "202608"}, "LastClosePerNbr"),
        ("GLSetup", {"LastClosePerNbr": "202610"}, "closing"),
        ("ARSetup", {"AutoRef": 1}, "AutoRef"),
        ("ARSetup", {"Init": 0}, "not set up"),
        ("ARSetup", {"LastBatNbr": "A12"}, "not a number"),
        ("Customer", {"Status": "H"}, "status H"),
    ],
)
def test_what_moved_since_the_check_rolls_everything_back(
    books: Books, table: str, values: dict[str, object], said: str
) -> None:
    books.set(table, **values)
    with pytest.raises(PostingRefused, match=said):
        post_plan(books.company, request_of(plan(batch(document(501))), expected=SEEN))
    assert books.nothing_written()


def test_a_period_closed_meanwhile_is_refused_unless_sl_allows_it(books: Books) -> None:
    made = plan(batch(document(501), per_post="202609"))
    with pytest.raises(PostingRefused, match="09-2026 was closed"):
        post_plan(books.company, request_of(made))
    books.set("GLSetup", AllowPostOpt="A")
    assert len(post_plan(books.company, request_of(made)).posted) == 1


def test_a_customer_gone_or_made_meanwhile_refuses_the_run(books: Books) -> None:
    with pytest.raises(PostingRefused, match="NOVA01 is no longer in SL"):
        post_plan(books.company, request_of(plan(batch(document(501, cust_id="NOVA01")))))
    with pytest.raises(PostingRefused, match="ACME01 was created in SL meanwhile"):
        post_plan(books.company, request_of(plan(batch(document(501)), customers=(new_customer("ACME01"),))))


def test_a_plan_with_a_stop_or_with_loose_ends_is_not_written(books: Books) -> None:
    good = document(501)
    stopped = plan(batch(good), problems=(Problem(Severity.STOP, "X", "wrong"),))
    loose = plan(batch(good), transactions=(transaction(document(502)),))
    other = plan(batch(good), cpny_id="OTHER")
    twice = plan(batch(good, document(502, ref_nbr="501")))
    for wrong in (stopped, loose, other, twice):
        with pytest.raises(PostingRefused):
            post_plan(books.company, request_of(wrong))
    assert books.nothing_written()


def test_the_same_transaction_is_never_posted_twice(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    again = document(501, ref_nbr="501X")
    with pytest.raises(PostingRefused, match="posting ledger"):
        post_plan(books.company, request_of(plan(batch(again)), "run-2"))
    company = replace(books.company, cpny_id="OTHER")
    with pytest.raises(PostingRefused, match="posting ledger"):
        post_plan(company, request_of(plan(batch(again), cpny_id="OTHER"), "run-3"))
    assert books.count("ARDoc") == 1


def test_what_was_voided_is_posted_again_under_the_same_reference(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    void(books, "000042")
    reused = document(501, reuse_reservation=True)
    made = plan(batch(reused), transactions=(transaction(reused, action=Action.POST_AGAIN, generation=2),))
    outcome = post_plan(books.company, request_of(made, "run-2"))
    assert [(d.bat_nbr, d.ref_nbr) for d in outcome.posted] == [("000043", "501")]
    assert books.count("RefNbr") == 1, "the reservation of the voided document is reused"
    with books.engine.connect() as connection:
        assert read_postings(connection, HOST, SITE, [key(501)])[key(501)].generation == 2
    assert books.count("xlpy_Posting") == 2, "rows are never deleted"


def test_a_reservation_to_be_reused_that_is_gone_is_made_again(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501, reuse_reservation=True)))))
    assert books.row("RefNbr")["RefNbr"] == "501"


def void(books: Books, bat_nbr: str) -> None:
    """What SL's release does with a batch that the user voided before release."""
    books.run(f"UPDATE Batch SET Status = 'V', Rlsed = 1 WHERE BatNbr = '{bat_nbr}'")
    books.run(f"DELETE FROM ARDoc WHERE BatNbr = '{bat_nbr}'")
    books.run(f"DELETE FROM ARTran WHERE BatNbr = '{bat_nbr}'")


def test_what_is_in_sl_already_only_owes_manage_its_batch_again(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    with books.engine.begin() as connection:
        first = read_postings(connection, HOST, SITE, [key(501)])[key(501)]
        close_postings(connection, [first.posting_id], 77, "OCT-I", first.posted_at)
    made = plan(transactions=(only_marked(501, Action.MARK_ONLY, entry_ids=(9001, 9002)),))
    outcome = post_plan(books.company, request_of(made, "run-2"))

    assert outcome.posted == outcome.failed == ()
    assert books.count("ARDoc") == books.count("Batch") == books.count("xlpy_Posting") == 1
    with books.engine.connect() as connection:
        now = read_postings(connection, HOST, SITE, [key(501)])[key(501)]
    assert (now.state, now.closed_at, now.manage_batch_id) == (PostingState.POSTED, None, None)
    assert (now.entry_ids, now.run_id, now.posting_id) == ((9001, 9002), "run-2", first.posting_id)
    assert now.parts == first.parts


def test_marking_what_sl_lost_or_what_has_other_lines_is_refused(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    other = plan(transactions=(only_marked(501, Action.MARK_ONLY, lines_hash="others"),))
    with pytest.raises(PostingRefused):
        post_plan(books.company, request_of(other, "run-2"))
    void(books, "000042")
    with pytest.raises(PostingRefused):
        post_plan(books.company, request_of(plan(transactions=(only_marked(501, Action.MARK_ONLY),)), "run-3"))


def test_zeros_get_a_ledger_row_without_documents_so_that_their_half_can_be_recovered(books: Books) -> None:
    zero = only_marked(501, Action.NOTHING_TO_POST, amount=Decimal(0))
    outcome = post_plan(
        books.company, request_of(plan(batch(document(502)), transactions=(zero, transaction(document(502)))))
    )
    assert [d.ref_nbr for d in outcome.posted] == ["502"]
    with books.engine.connect() as connection:
        posting = read_postings(connection, HOST, SITE, [key(501)])[key(501)]
    assert (posting.parts, posting.amount, posting.state) == ((), Decimal(0), PostingState.POSTED)
    post_plan(books.company, request_of(plan(transactions=(zero,)), "run-2"))
    assert books.count("xlpy_Posting") == 2, "un-batched in Manage: the same row is owed again"


def test_the_number_of_statements_does_not_grow_with_the_documents(books: Books) -> None:
    def statements(count: int, first: int) -> int:
        seen: list[str] = []
        made = plan(batch(*[document(n) for n in range(first, first + count)]))
        post_plan(books.company, request_of(made, f"run-{first}"), observe=seen.append)
        return len(seen)

    assert statements(2, 1000) == statements(150, 2000)


CENTS = st.integers(min_value=-99_999, max_value=999_999_99)


@st.composite
def documents(draw: st.DrawFn, number: int) -> ArDocument:
    rate = draw(st.sampled_from([None, Decimal("1.0842"), Decimal("0.0067")]))
    cents = draw(st.lists(CENTS, min_size=1, max_size=5).filter(lambda values: sum(values) >= 0))
    tax_cents = draw(st.lists(st.integers(min_value=0, max_value=999_99), max_size=4))

    def base(amount: Decimal) -> Decimal:
        return amount if rate is None else round_money(amount * rate, 2)

    amounts = [Decimal(c).scaleb(-2) for c in cents]
    taxes = tuple(
        TaxSlot(f"TAX{n}", tax, Decimal(100), base(tax), base(Decimal(100)))
        for n, tax in enumerate(Decimal(c).scaleb(-2) for c in tax_cents)
    )
    cury = sum(amounts, Decimal(0)) + sum((t.cury_tax for t in taxes), Decimal(0))
    parts = sum((base(a) for a in amounts), Decimal(0)) + sum((t.tax for t in taxes), Decimal(0))
    return document(
        number,
        *[line(str(a), str(base(a))) for a in amounts],
        taxes=taxes,
        rate=EURO if rate is not None else document(1).rate,
        total=base(cury),
        base_difference=base(cury) - parts,
        doc_type=draw(st.sampled_from(["IN", "CM"])),
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_balanced_plan_comes_back_from_sl_to_the_cent(books: Books, data: st.DataObject) -> None:
    start = books.count("xlpy_Posting") + 1
    made = [data.draw(documents(start + n)) for n in range(data.draw(st.integers(min_value=1, max_value=3)))]
    by_currency = [[d for d in made if d.rate.currency == currency] for currency in ("USD", "EUR")]
    whole = plan(*[batch(*some, number=n) for n, some in enumerate(filter(None, by_currency), 1)])
    outcome = post_plan(books.company, request_of(whole, f"run-{start}"))

    assert outcome.failed == ()
    assert len(outcome.posted) == len(made)
    for sent in made:
        row = books.row("ARDoc", RefNbr=sent.ref_nbr)
        assert (row["CuryOrigDocAmt"], row["OrigDocAmt"]) == (sent.cury_total, sent.total)
        lines = sorted(books.rows("ARTran", RefNbr=sent.ref_nbr), key=lambda read: read["LineNbr"])
        assert [(r["CuryTranAmt"], r["TranAmt"]) for r in lines] == [(x.cury_amount, x.amount) for x in sent.lines]
        assert [row[f"CuryTaxTot{n:02}"] for n in range(len(sent.taxes))] == [t.cury_tax for t in sent.taxes]
    for number in {d.bat_nbr for d in outcome.posted}:
        read = books.rows("ARDoc", BatNbr=number)
        top = books.row("Batch", BatNbr=number)
        assert top["CuryCrTot"] == sum(r["CuryOrigDocAmt"] for r in read)
        assert top["CrTot"] == sum(r["OrigDocAmt"] for r in read)

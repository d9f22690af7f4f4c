"""What we write, SL's own release takes: the documents go through, and the ledger follows them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sl_writer_books import (
    BASE,
    HOST,
    SITE,
    Books,
    batch,
    document,
    key,
    line,
    new_customer,
    plan,
    request_of,
    transaction,
)
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

from xlpy.demo import firm
from xlpy.demo.company.release.run import release_and_post, release_batch, void_batch
from xlpy.demo.company.seed.company import make_company
from xlpy.domain.documents.gl import GlLine
from xlpy.domain.documents.plan import Action
from xlpy.domain.documents.shared import RateUsed, TaxSlot
from xlpy.domain.values.transactions import SlState
from xlpy.profile.settings import SlSettings
from xlpy.sl.connection.engine import open_company
from xlpy.sl.ledger_book.ledger import create_ledger, read_postings
from xlpy.sl.writing.posting import post_plan
from xlpy.sl.writing.posting_checks import read_setup_seen

SPOT = RateUsed("EUR", firm.RATES["EUR"][0][1], "M", firm.RATE_TYPE, firm.RATES["EUR"][0][0], 2)
GROUP = TaxSlot("FL-HILL", Decimal("7.00"), Decimal("100.00"), Decimal("7.00"), Decimal("100.00"))


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Books]:
    url = f"sqlite:///{(tmp_path / 'demo.sqlite').as_posix()}"
    engine = make_company(url, mistakes=False)
    create_ledger(engine)
    engine.dispose()
    company = open_company(SlSettings(url=url, company=firm.COMPANY_ID, user=firm.SL_USER))
    yield Books(company)
    company.engine.dispose()


def part_state(demo: Books, number: int) -> SlState:
    with demo.engine.connect() as connection:
        return read_postings(connection, HOST, SITE, [key(number)])[key(number)].parts[0].state


def test_invoices_memos_taxes_currency_and_a_new_customer_are_released_and_posted(demo: Books) -> None:
    home = batch(
        document(9501, line("110.00"), line("-10.00", acct="4900"), taxes=(GROUP,), rate=BASE),
        document(9502, line("40.00"), doc_type="CM"),
        document(9503, line("0.00")),
        document(9504, line("12.34"), cust_id="NEW01"),
    )
    euros = document(
        9505,
        line("33.33", "36.14"),
        line("33.33", "36.14"),
        line("33.33", "36.14"),
        rate=SPOT,
        cust_id="FISCHE",
        ar_acct="1110",
        total=Decimal("108.41"),
        base_difference=Decimal("-0.01"),
    )
    made = plan(home, batch(euros, number=2), customers=(new_customer("NEW01", tax_id=""),), cpny_id=firm.COMPANY_ID)
    outcome = post_plan(demo.company, request_of(made, expected=read_setup_seen(demo.company)))
    assert outcome.failed == ()
    assert part_state(demo, 9501) is SlState.UNRELEASED

    for number in sorted({d.bat_nbr for d in outcome.posted}):
        released = release_and_post(demo.engine, "AR", number)
        assert released.release.messages == (), number
        assert released.release.error is None
        assert released.status == "P", number
    assert part_state(demo, 9501) is SlState.POSTED
    assert part_state(demo, 9505) is SlState.POSTED
    gl = {(r["Acct"], r["RefNbr"]): r["CrAmt"] - r["DrAmt"] for r in demo.rows("GLTran", RefNbr="9501")}
    assert gl["1100", "9501"] == Decimal("-107.00")
    assert gl["2200", "9501"] + gl["2210", "9501"] == Decimal("7.00")
    assert sum(r["CrAmt"] - r["DrAmt"] for r in demo.rows("GLTran", RefNbr="9505")) == 0
    assert demo.row("AR_Balances", CustID="NEW01")["CurrBal"] == Decimal("12.34")


def test_a_voided_batch_is_posted_again_with_the_same_numbers_and_released(demo: Books) -> None:
    first = post_plan(demo.company, request_of(plan(batch(document(9501)), cpny_id=firm.COMPANY_ID)))
    assert void_batch(demo.engine, "AR", first.posted[0].bat_nbr).status == "V"
    assert part_state(demo, 9501) is SlState.VOIDED
    reused = document(9501, reuse_reservation=True)
    made = plan(
        batch(reused),
        transactions=(transaction(reused, action=Action.POST_AGAIN, generation=2),),
        cpny_id=firm.COMPANY_ID,
    )
    second = post_plan(demo.company, request_of(made, "run-2"))
    assert second.posted[0].bat_nbr != first.posted[0].bat_nbr
    assert release_batch(demo.engine, "AR", second.posted[0].bat_nbr).released
    assert part_state(demo, 9501) is SlState.RELEASED


def test_vouchers_journals_adjustments_and_transfers_are_released_and_posted(demo: Books) -> None:
    for site, place in (("TPA", "MAIN"), ("TPA", "SHELFB"), ("ORL", "VAN3")):
        if not demo.rows("LocTable", SiteID=site, WhseLoc=place):
            pytest.fail(f"the demo company has no bin {site} {place}")
    before = demo.rows("Location", InvtID="PATCH10", SiteID="TPA", WhseLoc="MAIN")[0]
    accounts = {"acct": "5900", "sub": "00000", "invt_acct": "1400", "invt_sub": "00000"}
    tax = TaxSlot("FL-HILL", Decimal("7.00"), Decimal("100.00"), Decimal("7.00"), Decimal("100.00"))
    foreign = voucher(
        receipt(3),
        lines=tuple(ap_line("33.33", "36.14", acct="5400", sub="00000") for _ in range(3)),
        rate=SPOT,
        vend_id="DATAEU",
        ap_acct="2000",
        total=Decimal("108.41"),
        base_difference=Decimal("-0.01"),
    )
    made = payables_plan(
        ap_batch(
            voucher(expense(1), expense(2), lines=(ap_line("50.00", sub="00000"), ap_line("-10.00", sub="00000"))),
            voucher(receipt(1), vend_id="BLUEL1", lines=(ap_line("100.00", sub="00000"),), taxes=(tax,)),
            voucher(receipt(2), vend_id="NEWVEN", doc_type="AD", lines=(ap_line("40.00", sub="00000"),)),
        ),
        ap_batch(foreign, number=2),
        gl_batch(journal(expense(4), part="document", lines=_cost("E4")), number=3),
        in_batch(adjustment(5, in_line("-3", **accounts), in_line("2", **accounts))),
        in_batch(transfer(6, in_line("4", **accounts, to_site_id="ORL", to_whse_loc="VAN3")), number=2),
        in_batch(adjustment(7, in_line("2", invt_id="NEWITEM", **accounts)), number=3),
        vendors=(new_vendor("NEWVEN"),),
        items=(new_item("NEWITEM", class_id=firm.DEFAULT_ITEM_CLASS),),
        cpny_id=firm.COMPANY_ID,
    )
    outcome = post_plan(demo.company, request_of(made, expected=read_setup_seen(demo.company)))
    assert outcome.failed == ()
    during = demo.rows("Location", InvtID="PATCH10", SiteID="TPA", WhseLoc="MAIN")[0]
    assert during["QtyAllocIN"] == before["QtyAllocIN"] + 7
    for module, number in sorted({(d.module, d.bat_nbr) for d in outcome.posted}):
        released = release_and_post(demo.engine, module, number)
        assert released.release.messages == (), (module, number)
        assert released.release.error is None
        assert released.status == "P", (module, number)
    after = demo.rows("Location", InvtID="PATCH10", SiteID="TPA", WhseLoc="MAIN")[0]
    assert (after["QtyAllocIN"], after["QtyOnHand"]) == (before["QtyAllocIN"], before["QtyOnHand"] - 5)
    with demo.engine.connect() as connection:
        found = read_postings(connection, HOST, SITE, [t.key for t in made.transactions])
    assert {part.state for posting in found.values() for part in posting.parts} == {SlState.POSTED}
    assert demo.row("AP_Balances", VendID="NEWVEN")["CurrBal"] == Decimal("-40.00")


def _cost(reference: str) -> tuple[GlLine, ...]:
    return (
        GlLine("5200", "00000", Decimal("12.50"), Decimal(0), "Patch cable", reference),
        GlLine("1400", "00000", Decimal(0), Decimal("12.50"), "Patch cable", reference),
    )


@pytest.mark.parametrize("module", ["AP", "GL", "IN"])
def test_what_is_voided_before_its_release_is_voided_in_the_ledger(demo: Books, module: str) -> None:
    accounts = {"sub": "00000", "invt_sub": "00000"}
    made = {
        "AP": ap_batch(voucher(receipt(1), vend_id="BLUEL1", lines=(ap_line("1.00", sub="00000"),))),
        "GL": gl_batch(journal(receipt(1), part="document", lines=_cost("J1"))),
        "IN": in_batch(adjustment(1, in_line("-1", **accounts))),
    }[module]
    outcome = post_plan(demo.company, request_of(payables_plan(made, cpny_id=firm.COMPANY_ID)))
    assert void_batch(demo.engine, module, outcome.posted[0].bat_nbr).status == "V"
    with demo.engine.connect() as connection:
        assert read_postings(connection, HOST, SITE, [receipt(1)])[receipt(1)].parts[0].state is SlState.VOIDED

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

from xlpy.demo import firm
from xlpy.demo.company.release import release_and_post, release_batch, void_batch
from xlpy.demo.company.seed import make_company
from xlpy.domain.documents import RateUsed, TaxSlot
from xlpy.domain.plan import Action
from xlpy.domain.transactions import SlState
from xlpy.settings import SlSettings
from xlpy.sl.engine import open_company
from xlpy.sl.ledger import create_ledger, read_postings
from xlpy.sl.posting import post_plan
from xlpy.sl.posting_checks import read_setup_seen

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

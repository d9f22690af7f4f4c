"""What payables and inventory have to know of SL, read from the demo company, and posted documents read back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sl_writer_books import Books, request_of
from sl_writer_payables import ap_batch, ap_line, payables_plan, receipt, voucher
from sqlalchemy import event

from xlpy.demo import firm
from xlpy.demo.company.seed.company import make_company
from xlpy.domain.facts.books import BooksNeeds, SlBooks
from xlpy.domain.facts.payables_books import PayablesNeeds
from xlpy.domain.facts.stock_books import StockNeeds
from xlpy.profile.settings import SlSettings
from xlpy.sl.connection.engine import open_company
from xlpy.sl.ledger_book.ledger import create_ledger
from xlpy.sl.reading.books import read_books
from xlpy.sl.writing.posting import post_plan


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Books]:
    url = f"sqlite:///{(tmp_path / 'demo.sqlite').as_posix()}"
    engine = make_company(url, mistakes=False)
    create_ledger(engine)
    engine.dispose()
    company = open_company(SlSettings(url=url, company=firm.COMPANY_ID, user=firm.SL_USER))
    yield Books(company)
    company.engine.dispose()


NOTHING, NO_STOCK = PayablesNeeds(), StockNeeds()


def read(demo: Books, payables: PayablesNeeds = NOTHING, stock: StockNeeds = NO_STOCK) -> SlBooks:
    with demo.engine.connect() as connection:
        return read_books(connection, demo.company, BooksNeeds(payables=payables, stock=stock))


def test_set_up_is_always_read_and_the_rest_only_when_it_is_needed(demo: Books) -> None:
    books = read(demo)
    ap, stock = books.payables.setup, books.stock
    assert (ap.set_up, ap.per_nbr, ap.curr_per_nbr) == (True, firm.PERIOD, firm.PERIOD)
    assert (stock.setup.set_up, stock.setup.per_nbr) == (True, firm.PERIOD)
    assert ap.duplicate_check
    assert (books.payables.vendors, books.payables.vendor_classes, stock.units, stock.sites) == ({}, {}, (), {})
    demo.run("DELETE FROM APSetup")
    demo.run("DELETE FROM INSetup")
    gone = read(demo)
    assert not gone.payables.setup.set_up
    assert not gone.stock.setup.set_up


def test_vendors_only_as_far_as_needed(demo: Books) -> None:
    name = demo.row("Vendor", VendId="BLUEL1")["Name"]
    wanted = frozenset({"bluel1", "EAGLEP", "X" * 20, "日本", ""})
    books = read(demo, PayablesNeeds(vendors=wanted, vendor_names=frozenset({name.upper(), "Nobody"}))).payables
    assert set(books.vendors) == {"BLUEL1"}
    vendor = books.vendors["BLUEL1"]
    assert (vendor.vend_id, vendor.name, vendor.status, vendor.terms) == ("BLUEL1", name, "A", "30")
    assert vendor.ap_acct == demo.row("Vendor", VendId="BLUEL1")["APAcct"]
    assert books.vendor_names == {name.upper(): ("BLUEL1",)}
    assert books.vendor_classes[firm.DEFAULT_VENDOR_CLASS].ap_acct == "2000"
    assert books.rate_type == firm.RATE_TYPE
    assert books.purchase_tax_accounts["FLSTATE"][0]
    assert not set(books.purchase_tax_accounts) & {"FL-HILL"}, "a group has no account of its own"


def test_items_their_stock_sites_bins_and_units(demo: Books) -> None:
    books = read(demo, stock=StockNeeds(items=frozenset({"patch10", "NOITEM"}), sites=frozenset({"TPA"}))).stock
    assert set(books.items) == {"PATCH10"}
    item = books.items["PATCH10"]
    assert (item.invt_id, item.tran_status, item.stock, item.stock_unit) == ("PATCH10", "AC", True, "EA")
    stock = demo.row("Location", InvtID="PATCH10", SiteID="TPA", WhseLoc="MAIN")
    assert books.on_hand["PATCH10", "TPA", "MAIN"] == stock["QtyOnHand"]
    assert {key[0] for key in books.on_hand} == {"PATCH10"}
    site = demo.row("ItemSite", InvtID="PATCH10", SiteID="TPA")
    assert (books.item_sites["PATCH10", "TPA"].default_bin, books.item_sites["PATCH10", "TPA"].quantity) == (
        *(site["DfltWhseLoc"], site["QtyOnHand"]),
    )
    assert {key[0] for key in books.bins} == {"TPA"}
    assert books.bins["TPA", "MAIN"].include_available
    assert books.sites["TPA"]
    assert firm.DEFAULT_ITEM_CLASS in books.item_classes
    assert {(u.from_unit, u.to_unit) for u in books.units} >= {("EA", "EA")}


def test_units_of_other_items_and_sites_of_other_companies_are_told_apart(demo: Books) -> None:
    for item in ("PATCH10", "OTHERITEM"):
        demo.add("INUnit", UnitType="3", ClassID="*", InvtId=item, FromUnit="PAL", ToUnit="EA", CnvFact=600)
    demo.add("Site", SiteId="ELSE", CpnyID="OTHER")
    books = read(demo, stock=StockNeeds(items=frozenset({"PATCH10"}))).stock
    assert [(u.unit_type, u.invt_id, u.factor) for u in books.units if u.from_unit == "PAL"] == [
        ("3", "PATCH10", Decimal(600))
    ]
    assert (books.sites["TPA"], books.sites["ELSE"]) == (True, False)


def test_vendor_invoices_are_found_whatever_their_type_unless_void(demo: Books) -> None:
    some = [
        voucher(receipt(n), vend_id="BLUEL1", invc_nbr=f"INV-{n}", lines=(ap_line("1.00", sub="00000"),))
        for n in (1, 2)
    ]
    outcome = post_plan(demo.company, request_of(payables_plan(ap_batch(*some), cpny_id=firm.COMPANY_ID)))
    demo.run("UPDATE APDoc SET Status = 'V' WHERE InvcNbr = 'INV-2'")
    asked = {("bluel1", "inv-1"), ("BLUEL1", "INV-2"), ("CABLEW", "INV-1"), ("BLUEL1", "x" * 99), ("BLUEL1", "")}
    books = read(demo, PayablesNeeds(vendor_invoices=frozenset(asked))).payables
    ((key, uses),) = books.vendor_invoices.items()
    assert key == ("BLUEL1", "INV-1")
    assert [(use.doc_type, use.ref_nbr, use.bat_nbr) for use in uses] == [
        ("VO", outcome.posted[0].ref_nbr, outcome.posted[0].bat_nbr)
    ]


def test_as_many_statements_for_a_thousand_ids_as_for_one(demo: Books) -> None:
    def statements(count: int) -> int:
        some = frozenset(f"N{number}" for number in range(count))
        seen: list[str] = []
        event.listen(demo.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
        read(demo, PayablesNeeds(some, some, frozenset((n, n) for n in some)), StockNeeds(some, some))
        return len(seen)

    assert statements(1) == statements(1000)

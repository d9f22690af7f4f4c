"""What users do about the stops of journals, stock and vouchers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import inventory_story as stock
import payables_story as ap
from cure import Cure
from domain_story import OPTIONS
from inventory_story import (
    DOCK,
    ORLANDO,
    SHELF,
    STOCK_MASTERS,
    STOCK_POSTING,
    Counted,
    Moved,
    counted,
    exported_of,
    item,
    journals_of,
    move,
    set_up,
    sold,
    stock_books,
    stocked,
)
from payables_story import AP_BOOKS, AP_MASTERS, EAGLE, VENDORS, bill, billed, purchase, received
from test_domain_inventory_checks import _bin, _boxes, _cost, _dock, _dock_record, _last_two, _patch, _up, _warehouse
from test_domain_payables_checks import _company_paid, _new, _vendor

from xlpy.domain.facts.manage import Ref
from xlpy.domain.facts.stock_books import Bin
from xlpy.domain.values.rules import MasterRules, PostingRules


def nothing_of_it() -> Any:
    """Include was taken off the row; another one is posted."""
    return stocked(Counted(13, counted("1")))


def no_expense() -> Any:
    return journals_of()


def expense_in_order() -> Any:
    return journals_of(stock.expense())


_ATTIC = Ref(7, name="Attic")
_TO_ATTIC = Counted(12, counted("10", warehouse=ORLANDO, bin=_ATTIC))

STOCK_CURES: Mapping[str, tuple[Cure, ...]] = {
    "COST-ITEM": (
        Cure("Put the product back into the catalog", lambda: _cost(sold(1))),
        Cure("take Include off", _cost),
    ),
    "COST-SIDE": (
        Cure("Correct quantity, price and cost of the line, then open and close the invoice", lambda: _cost(sold(1))),
    ),
    "JRN-CLASS": (Cure("Take Include off", no_expense),),
    "JRN-UNBALANCED": (Cure("Open the expense report in Manage and close it again", expense_in_order),),
    "JRN-NO-BASE": (Cure("Take Include off", no_expense),),
    "INV-SETUP": (
        Cure("Set up the module", _up),
        Cure("take Include off adjustments and transfers", expense_in_order),
    ),
    "INV-CURRENCY": (Cure("Post it by hand, then clear it without export", nothing_of_it),),
    "INV-YEAR": (Cure("Choose another period to post", lambda: _up(options=replace(OPTIONS, period="10-2026"))),),
    "INV-RECORD": (Cure("must be allowed to see adjustments", _up),),
    "INV-DIFFERS": (Cure("open and close it again", _up),),
    "INV-AMOUNT": (
        Cure(
            "Correct the cost in Manage, then open and close the record again",
            lambda: stocked(Counted(12, counted("10"), exported=(exported_of(counted("10"), 1351),))),
        ),
    ),
    "INV-QUANTITY": (
        Cure("Correct the quantity in Manage", lambda: stocked(Moved(58, move("1", "1")))),
        Cure(
            "or the decimals in SL", lambda: stocked(Moved(58, move("0.125", "8")), books=set_up(quantity_decimals=3))
        ),
    ),
    "INV-SITES": (Cure("one transfer for each pair, then clear it without export", nothing_of_it),),
    "INV-OFFSET": (Cure("by hand, then clear it without export", nothing_of_it),),
    "ITEM-EMPTY": (Cure("Correct the record in Manage", lambda: stocked(Moved(58))),),
    "ITEM-WIDTH": (Cure("Integration XRef", lambda: _dock_record(integration_xref="DOCK-C")),),
    "ITEM-MISSING": (
        Cure(
            "Add the item in SL",
            lambda: _dock(
                master_rules=MasterRules(products=False),
                books=stock_books(items={**stock.STOCK.items, "DOCK-C": item("DOCK-C")}),
            ),
        ),
        Cure(
            "type the right id as Integration XRef of the product",
            lambda: stocked(
                Counted(12, counted("2", "96.40", DOCK)),
                masters=replace(
                    STOCK_MASTERS,
                    catalog={
                        **STOCK_MASTERS.catalog,
                        746: replace(STOCK_MASTERS.catalog[746], integration_xref="PATCH10"),
                    },
                ),
                master_rules=MasterRules(products=False),
            ),
        ),
    ),
    "ITEM-CLASS": (Cure("Add the class, or choose another default class", _dock),),
    "ITEM-STATUS": (Cure("Make the item active", lambda: _patch(tran_status="AC")),),
    "ITEM-NOT-STOCK": (Cure("Make it a stock item", lambda: _patch(stock=True)),),
    "ITEM-TRACKED": (Cure("Enter it in SL by hand, then clear it without export", nothing_of_it),),
    "ITEM-LAYERS": (Cure("Enter it in SL by hand, then clear it without export", nothing_of_it),),
    "SITE-EMPTY": (Cure("Type SL's site id as Location Xref of the warehouse", lambda: _warehouse("TPA")),),
    "SITE-MISSING": (Cure("correct the Location Xref of the warehouse", lambda: _warehouse("TPA")),),
    "SITE-COMPANY": (Cure("Correct the Location Xref of the warehouse", lambda: _warehouse("TPA")),),
    "BIN-MISSING": (
        Cure(
            "Add it to bins in the settings",
            lambda: stocked(_TO_ATTIC, posting=PostingRules(bins={"Attic": _ORLANDO_BIN})),
        ),
        Cure(
            "or add the bin",
            lambda: stocked(
                _TO_ATTIC,
                posting=PostingRules(),
                books=stock_books(bins={**stock.STOCK.bins, ("ORL", "ATTIC"): Bin("ORL", "ATTIC")}),
            ),
        ),
    ),
    "BIN-UNKNOWN": (
        Cure("Correct bins in the settings", lambda: _up(posting=PostingRules(bins={"Main": "MAIN"}))),
        Cure(
            "or add the bin",
            lambda: _up(
                posting=PostingRules(bins={"Main": "MIAN"}),
                books=stock_books(bins={**stock.STOCK.bins, ("TPA", "MIAN"): Bin("TPA", "MIAN")}),
            ),
        ),
    ),
    "BIN-RECEIPTS": (
        Cure("Allow receipts for the bin", lambda: _up(books=_bin(receipts_valid="Y"))),
        Cure(
            "or use another one", lambda: stocked(Counted(12, counted("10", bin=SHELF)), books=_bin(receipts_valid="N"))
        ),
    ),
    "BIN-ISSUES": (
        Cure("Allow sales for the bin", lambda: stocked(Counted(12, counted("-10")), books=_bin(sales_valid="Y"))),
    ),
    "UNIT-EMPTY": (Cure("Give the product a unit in Manage", _dock),),
    "UNIT-WIDTH": (
        Cure(
            "or add it to units in the settings", lambda: _boxes(posting=replace(STOCK_POSTING, units={"Box": "BOX"}))
        ),
    ),
    "UNIT-CONVERSION": (Cure("Add the conversion", _boxes),),
    "STOCK-COST-FAR": (
        Cure("Correct the cost in Manage", lambda: stocked(Counted(12, counted("-2", "2.50")))),
        Cure(
            "allow more with stock_cost_tolerance in the settings",
            lambda: _last_two(posting=replace(STOCK_POSTING, stock_cost_tolerance=12)),
        ),
    ),
    "STOCK-SHORT": (
        Cure(
            "Correct the stock in SL first",
            lambda: stocked(Counted(12, counted("-100"))),
        ),
        Cure("take Include off", nothing_of_it),
        Cure(
            "allow negative quantities",
            lambda: stocked(Counted(12, counted("-101")), books=set_up(negative_stock=True)),
        ),
    ),
}
_ORLANDO_BIN = next(bin_id for site, bin_id in stock.STOCK.bins if site == "ORL")


def no_receipt() -> Any:
    """Include was taken off the receipt; another one is posted."""
    other = purchase(packing_slip="PS119", vendor_invoice_number="BL-6000")
    return received(other, included=(ap.receipt(other, "78-PS119-purchase"),))


def slips_of_their_own() -> Any:
    """Two receipts of one order, told apart by their packing slips."""
    second = purchase(ap.item_line(1300, "-1.00"), packing_slip="PS120", vendor_invoice_number="BL-5532")
    return received(purchase(), second, included=(ap.receipt(purchase()), ap.receipt(second, "77-PS120-purchase")))


def a_slip_of_its_own() -> Any:
    """The order has a receipt in the ledger; the new one got another packing slip."""
    new = purchase(packing_slip="PS120", vendor_invoice_number="BL-5532")
    posted = ap.posted(ap.receipt(purchase()).key, "other lines", (1, 2))
    return received(new, included=(ap.receipt(new, "77-PS120-purchase"),), books=ap.in_ledger(posted))


def all_of_the_day() -> Any:
    """Both taxi rides of the day are included, whose lines can't be told apart."""
    rides = bill(ap.bill_line(1, "33.95", entry_ids=(1,)), ap.bill_line(2, "33.95", entry_ids=(2,)))
    return billed(rides, included=(ap.expense(611), ap.expense(612)))


_SHORT_ID = "EAGLEP"
VOUCHER_CURES: Mapping[str, tuple[Cure, ...]] = {
    "AP-SETUP": (Cure("Set up the module", received),),
    "VEND-EMPTY": (Cure("Type the SL vendor id as Vendor XRef of the company, then refresh", received),),
    "VEND-MEMBER": (Cure("Type the SL vendor id as Vendor Nbr of the member, then refresh", billed),),
    "VEND-STATUS": (Cure("Take the vendor off hold", lambda: _vendor(status="A")),),
    "VEND-MISSING": (
        Cure(
            "Add the vendor",
            lambda: received(
                purchase(company=EAGLE, vendor_number=_SHORT_ID),
                master_rules=MasterRules(vendors=False),
                books=ap.ap_books(vendors={**VENDORS, _SHORT_ID: replace(VENDORS["BLUEL1"], vend_id=_SHORT_ID)}),
            ),
        ),
        Cure("correct its id in Manage", lambda: received(master_rules=MasterRules(vendors=False))),
    ),
    "VEND-WIDTH": (Cure("Correct the id in Manage", received),),
    "VEND-CLASS": (Cure("Add the class, or choose another default class", _new),),
    "SUB-AP-CONTROL": (Cure("Give the vendor a payables subaccount", received),),
    "TERMS-CUSTOMER": (
        Cure(
            "Let them apply to vendors (or both)",
            lambda: received(
                books=replace(AP_BOOKS, terms={**AP_BOOKS.terms, "30": replace(AP_BOOKS.terms["30"], apply_to="V")})
            ),
        ),
    ),
    "EXP-AMBIGUOUS": (
        Cure("Include all of the member's expenses of that day", all_of_the_day),
        Cure("post them by hand", billed),
    ),
    "EXP-JOINED": (Cure("Take Include off and post them by hand", billed),),
    "EXP-COMPANY-PAID": (
        Cure("Set company_paid_account in the settings", lambda: _company_paid("2050:00000")),
        Cure("take Include off", billed),
    ),
    "RCPT-SEVERAL": (Cure("Give each receipt a packing slip of its own, then refresh", slips_of_their_own),),
    "RCPT-SAME-ID": (
        Cure(
            "Give the receipt a packing slip of its own, then refresh",
            a_slip_of_its_own,
        ),
    ),
    "RCPT-ITEM": (
        Cure("Look it up in the catalog", lambda: received(masters=ap.ap_masters(catalog=AP_MASTERS.catalog))),
    ),
    "RCPT-TAX-LEVEL": (Cure("agree with the order", lambda: received(ap.taxed())),),
    "INVC-CHARS": (Cure("Type a number with letters, digits and hyphens", received),),
    "INVC-USED": (
        Cure("correct the number", lambda: received(purchase(vendor_invoice_number="BL-5531-B"))),
        Cure("take Include off", no_receipt),
    ),
    "INVC-TWICE": (
        Cure("Correct the number", lambda: received(purchase())),
        Cure("take Include off one of them", lambda: received(purchase())),
    ),
}

"""What a user does in SL's screens between two steps of the demo: mend set-up, close a period, enter, delete, restore.

Each function is one visit to one screen, committed by itself.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from xlpy.demo import firm
from xlpy.demo.company.entry.invoices import EnteredDocument, enter_batch
from xlpy.demo.company.entry.vouchers import EnteredVoucher, enter_vouchers
from xlpy.demo.company.release.books import Books, Row, stamp
from xlpy.demo.company.release.journal import next_period
from xlpy.demo.company.release.run import void_batch
from xlpy.demo.company.seed.company import NO_SUB, driver_of, tax_row
from xlpy.demo.company.seed.payables import bin_row, item_row, vendor_row
from xlpy.errors import SlError
from xlpy.sl.connection.sqlite import database_file

_MODULES = {"AR": "ARSetup", "AP": "APSetup", "IN": "INSetup", "GL": "GLSetup"}
_WAITING = ("B", "H")
_STUCK = ("S", "I")


def activate_account(engine: Engine, acct: str) -> None:
    """Activate an account (01.260 Chart of Accounts Maintenance), in the company's list of accounts too."""
    with engine.begin() as connection:
        books = Books(connection)
        _found(books, "Account", f"account {acct}", Acct=acct)["Active"] = 1
        for name in ("vs_AcctXref", "vw_acctxref"):
            for xref in books.rows(name, Acct=acct):
                xref["Active"] = 1
        books.save()


def add_tax(engine: Engine, tax_id: str) -> None:
    """Add a tax of the firm (21.280 Tax Maintenance) and put it into the groups that it belongs to.

    Raises SlError for a tax that the firm does not have.
    """
    tax = next((tax for tax in firm.TAXES if tax.tax_id == tax_id), None)
    if tax is None:
        raise SlError(f"The demo firm has no tax {tax_id}.")
    with engine.begin() as connection:
        books = Books(connection)
        audit = stamp("21280", firm.SL_USER)
        books.add("SalesTax", **audit, **tax_row(tax))
        for code in firm.TAX_CODES:
            if tax_id in code.agencies:
                books.add("SlsTaxGrp", **audit, GroupID=code.code, TaxId=tax_id)
                group = _found(books, "SalesTax", f"tax group {code.code}", TaxType="G", TaxId=code.code)
                group.update(TaxRate=group["TaxRate"] + tax.rate, GroupDetCnt=group["GroupDetCnt"] + 1)
        books.save()


def close_period(engine: Engine, module: str) -> None:
    """Close the module's current period (01.560 and its like): PerNbr and CurrPerNbr move on.

    SL closes nothing while a batch of the module waits for its release; then SlError is raised.
    """
    with engine.begin() as connection:
        books = Books(connection)
        setup = _setup(books, module)
        periods = int(_setup(books, "GL")["NbrPer"])
        closing_period = setup["PerNbr"]
        waiting = [
            batch["BatNbr"]
            for batch in books.rows("Batch", Module=module, Status=(*_WAITING, *_STUCK))
            if batch["Status"] in _STUCK or (batch["PerPost"] <= closing_period and batch["BatType"] not in ("M", "R"))
        ]
        if waiting:
            raise SlError(f"{module} {closing_period} can't be closed: unreleased batches {', '.join(waiting)}.")
        following = next_period(closing_period, periods)
        setup["PerNbr"] = following
        if "CurrPerNbr" in setup:
            setup["CurrPerNbr"] = following
        if module == "GL":
            setup["LastClosePerNbr"] = closing_period
        books.save()


def set_auto_ref(engine: Engine, module: str, on: bool) -> None:
    """Turn automatic reference numbers of AR or AP on or off (08.950, 03.950)."""
    with engine.begin() as connection:
        books = Books(connection)
        _setup(books, module)["AutoRef"] = int(on)
        books.save()


def delete_document(engine: Engine, ref_nbr: str) -> None:
    """Delete an unreleased document in Invoice and Memo (08.010): its lines, itself and its reservation.

    The totals of its batch go down; with automatic numbers the counter steps back when it was the last number.
    Raises SlError when there is none, or when it is released.
    """
    with engine.begin() as connection:
        books = Books(connection)
        documents = [doc for doc in books.rows("ARDoc", RefNbr=ref_nbr) if not doc["Rlsed"]]
        if not documents:
            raise SlError(f"SL has no unreleased document {ref_nbr}.")
        for doc in documents:
            _remove_document(books, doc)
        for reserved in books.rows("RefNbr", RefNbr=ref_nbr):
            books.remove("RefNbr", reserved)
        ar = _setup(books, "AR")
        if ar["AutoRef"] == 1 and ar["LastRefNbr"] == ref_nbr and ref_nbr.isdigit():
            ar["LastRefNbr"] = f"{int(ref_nbr) - 1:0{len(ref_nbr)}}"
        books.save()


def _remove_document(books: Books, doc: Row) -> None:
    for line in books.rows(
        "ARTran", BatNbr=doc["BatNbr"], CustId=doc["CustId"], TranType=doc["DocType"], RefNbr=doc["RefNbr"]
    ):
        books.remove("ARTran", line)
    batch = _found(books, "Batch", f"AR batch {doc['BatNbr']}", Module="AR", BatNbr=doc["BatNbr"])
    _lower_totals(batch, doc)
    batch.update(stamp("08010", firm.SL_USER, created=False))
    books.remove("ARDoc", doc)


def enter_invoice(
    engine: Engine, cust_id: str, ref_nbr: str, amount: Decimal, *, entered: date = firm.THROUGH_DATE
) -> str:
    """Enter an invoice by hand in Invoice and Memo (08.010), in a batch of its own, unreleased. Returns its BatNbr.

    ``amount`` is in the customer's currency.
    """
    with engine.begin() as connection:
        books = Books(connection)
        document = EnteredDocument(cust_id, ref_nbr, amount)
        bat_nbr = enter_batch(books, [document], entered=entered, user=firm.SL_USER)
        books.save()
        return bat_nbr


def add_vendor(engine: Engine, vend_id: str) -> None:
    """Add a vendor of the firm, a supplier or a member (03.270 Vendor Maintenance).

    Raises SlError for a vendor that the firm does not have, or SL has already.
    """
    row = vendor_row(vend_id, NO_SUB)
    if row is None:
        raise SlError(f"The demo firm has no vendor {vend_id}.")
    _add_new(engine, "Vendor", "03270", f"vendor {vend_id}", {"VendId": vend_id}, row)


def activate_vendor(engine: Engine, vend_id: str, *, active: bool = True) -> None:
    """Activate a vendor, or make it inactive (03.270 Vendor Maintenance)."""
    with engine.begin() as connection:
        books = Books(connection)
        vendor = _found(books, "Vendor", f"vendor {vend_id}", VendId=vend_id)
        vendor.update(stamp("03270", firm.SL_USER, created=False), Status="A" if active else "I")
        books.save()


def add_item(engine: Engine, invt_id: str) -> None:
    """Add an item of the firm (10.250 Inventory Items), without stock at any site.

    Raises SlError for an item that the firm does not have, or SL has already.
    """
    item = next((item for item in firm.ITEMS if item.xref and item.xref == invt_id), None)
    if item is None:
        raise SlError(f"The demo firm has no item {invt_id}.")
    key = {"InvtID": invt_id}
    _add_new(engine, "Inventory", "10250", f"item {invt_id}", key, item_row(item, NO_SUB))
    _add_new(engine, "InventoryADG", "10250", f"item {invt_id}", key, key)


def add_bin(engine: Engine, site_id: str, whse_loc: str) -> None:
    """Add a bin to a site (10.340 Warehouse Bin Location Maintenance), open for everything."""
    key = {"SiteID": site_id, "WhseLoc": whse_loc}
    with engine.connect() as connection:
        _found(Books(connection), "Site", f"site {site_id}", SiteId=site_id)
    _add_new(engine, "LocTable", "10340", f"bin {whse_loc} of site {site_id}", key, bin_row(site_id, whse_loc))


def stock_of(engine: Engine, invt_id: str, site_id: str, whse_loc: str) -> Decimal:
    """Look up the quantity on hand of an item in a bin (10.220 Inventory Item Inquiry), in stock units."""
    with engine.connect() as connection:
        row = Books(connection).one("Location", InvtID=invt_id, SiteID=site_id, WhseLoc=whse_loc)
        return Decimal(row["QtyOnHand"]) if row is not None else Decimal(0)


def enter_voucher(
    engine: Engine, vend_id: str, invc_nbr: str, amount: Decimal, *, entered: date = firm.THROUGH_DATE
) -> str:
    """Enter a voucher by hand in Voucher and Adjustment Entry (03.010), in a batch of its own, unreleased.

    ``amount`` is in the vendor's currency. Returns its BatNbr.
    """
    with engine.begin() as connection:
        books = Books(connection)
        voucher = EnteredVoucher(vend_id, invc_nbr, amount)
        bat_nbr = enter_vouchers(books, [voucher], entered=entered, user=firm.SL_USER)
        books.save()
        return bat_nbr


def void_document(engine: Engine, ref_nbr: str) -> None:
    """Void an unreleased voucher or adjustment (03.010).

    The only document of its batch: the batch is voided and the document keeps its row, with status V. One of several:
    it is deleted with its lines and the totals of the batch go down (unverified: what the screen does then). Its
    number stays reserved. Raises SlError when there is none, or when it is released.
    """
    with engine.begin() as connection:
        books = Books(connection)
        documents = [doc for doc in books.rows("APDoc", RefNbr=ref_nbr) if not doc["Rlsed"] and doc["Status"] != "V"]
        if not documents:
            raise SlError(f"SL has no unreleased payables document {ref_nbr}.")
        doc = documents[0]
        bat_nbr = doc["BatNbr"]
        alone = len(books.rows("APDoc", BatNbr=bat_nbr)) == 1
        if not alone:
            _remove_voucher(books, doc)
            books.save()
    if alone:
        void_batch(engine, "AP", bat_nbr, user=firm.SL_USER)


def _remove_voucher(books: Books, doc: Row) -> None:
    for line in books.rows("APTran", BatNbr=doc["BatNbr"], RefNbr=doc["RefNbr"], trantype=doc["DocType"]):
        books.remove("APTran", line)
    batch = _found(books, "Batch", f"AP batch {doc['BatNbr']}", Module="AP", BatNbr=doc["BatNbr"])
    _lower_totals(batch, doc)
    batch.update(stamp("03010", firm.SL_USER, created=False))
    books.remove("APDoc", doc)


def _lower_totals(batch: Row, doc: Row) -> None:
    for total in ("CrTot", "CtrlTot"):
        batch[total] -= doc["OrigDocAmt"]
        batch[f"Cury{total}"] -= doc["CuryOrigDocAmt"]


def _add_new(engine: Engine, name: str, program: str, what: str, key: Row, row: Row) -> None:
    with engine.begin() as connection:
        books = Books(connection)
        if books.one(name, **key) is not None:
            raise SlError(f"SL has {what} already.")
        books.add(name, **stamp(program, firm.SL_USER), **row)
        books.save()


def backup(engine: Engine, path: Path) -> None:
    """Back up the company's database to a file, as the database administrator does at night (SQLite only)."""
    with closing(sqlite3.connect(path)) as copy, closing(engine.raw_connection()) as source:
        driver_of(source).backup(copy)


def restore(engine: Engine, path: Path) -> None:
    """Bring the company's database back to a backup: what was entered since is gone (SQLite only).

    Raises SlError when there is no backup at ``path``.
    """
    if not path.exists():
        raise SlError(f"There is no backup at {path}.")
    with closing(sqlite3.connect(path)) as copy, closing(engine.raw_connection()) as target:
        copy.backup(driver_of(target))
    if database_file(str(engine.url)) is not None:
        engine.dispose()


def _setup(books: Books, module: str) -> Row:
    return _found(books, _MODULES[module], f"set-up of {module}", SetupId=module)


def _found(books: Books, name: str, what: str, **key: Any) -> Row:
    row = books.one(name, **key)
    if row is None:
        raise SlError(f"SL has no {what}.")
    return row

"""Reading what payables have to know of SL: ``SlBooks.payables``.

The set-up rows are always read, they are shown on Home; the rest only when a transaction needs it. The number of
statements does not grow with the number of transactions, but for one per thousand ids asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.payables_books import PayablesBooks, PayablesNeeds, Vendor, VendorClass, VendorInvoiceUse
from xlpy.sl.connection.table_reader import TableReader
from xlpy.sl.reading.setup_rows import AP_COLUMNS, ap_setup_of
from xlpy.sl.reading.vendor_invoices import read_vendor_invoices


def read_payables(reader: TableReader, needs: PayablesNeeds, *, whole: bool) -> PayablesBooks:
    """Read the set-up, and when ``whole`` the vendors as far as ``needs`` asks for them.

    Raises ``SlError`` when a table or column is not there.
    """
    setup = ap_setup_of(reader.one("APSetup", AP_COLUMNS, SetupId="AP"))
    if not whole:
        return PayablesBooks(setup)
    currency_manager = reader.one("CMSetup", ("SetupId", "APRtTpDflt"))
    return PayablesBooks(
        setup=setup,
        rate_type=currency_manager["aprttpdflt"] if currency_manager else "",
        vendors=_vendors(reader, needs.vendors),
        vendor_names=_vendor_names(reader, needs.vendor_names),
        vendor_classes=_vendor_classes(reader),
        vendor_invoices=_vendor_invoices(reader, needs.vendor_invoices),
        purchase_tax_accounts={
            sl_key(row["taxid"]): (row["purtaxacct"], row["purtaxsub"])
            for row in reader.rows("SalesTax", ("TaxId", "PurTaxAcct", "PurTaxSub"), TaxType="T")
        },
    )


def _vendors(reader: TableReader, needed: Collection[str]) -> dict[str, Vendor]:
    columns = (
        *("VendId", "Name", "Status", "ClassID", "APAcct", "APSub", "ExpAcct", "ExpSub", "Terms"),
        *("CuryId", "CuryRateType", "PmtMethod", "Vend1099", "DfltBox"),
    )
    return {
        sl_key(row["vendid"]): Vendor(
            vend_id=row["vendid"],
            name=row["name"],
            status=row["status"],
            class_id=row["classid"],
            ap_acct=row["apacct"],
            ap_sub=row["apsub"],
            exp_acct=row["expacct"],
            exp_sub=row["expsub"],
            terms=row["terms"],
            currency=row["curyid"],
            rate_type=row["curyratetype"],
            pmt_method=row["pmtmethod"],
            vend_1099=bool(row["vend1099"]),
            box_1099=row["dfltbox"],
        )
        for row in reader.rows_of("Vendor", columns, "VendId", needed)
    }


def _vendor_names(reader: TableReader, needed: Collection[str]) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for row in reader.rows_of("Vendor", ("VendId", "Name"), "Name", needed):
        index.setdefault(sl_key(row["name"]), []).append(row["vendid"])
    return {name: tuple(sorted(ids)) for name, ids in index.items()}


def _vendor_classes(reader: TableReader) -> dict[str, VendorClass]:
    columns = ("ClassID", "APAcct", "APSub", "ExpAcct", "ExpSub", "PPayAcct", "PPaySub", "Terms")
    return {
        sl_key(row["classid"]): VendorClass(*(row[name.lower()] for name in columns))
        for row in reader.rows("VendClass", columns)
    }


def _vendor_invoices(
    reader: TableReader, needed: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], tuple[VendorInvoiceUse, ...]]:
    vendors = set(map(sl_key, reader.fitting("APDoc", "VendId", {vendor for vendor, _ in needed})))
    numbers = set(map(sl_key, reader.fitting("APDoc", "InvcNbr", {number for _, number in needed})))
    wanted = [(v, n) for v, n in needed if sl_key(v) in vendors and sl_key(n) in numbers]
    return read_vendor_invoices(reader.connection, reader.company, wanted)

"""Words of the checks of vouchers: expense bills, item receipts, vendors."""

from __future__ import annotations

from xlpy.domain.values.problems import Check, Severity
from xlpy.domain.values.screens import screen

_VENDOR = f"SL: {screen('03.270')}"
_CLASS = f"SL: Vendor Class Maintenance; {screen('03.950')}, default class"
_XREF = "Manage: Companies > Finance > Company Finance, Vendor XRef"
_MEMBER = "Manage: System > Members, Vendor Nbr"
_PURCHASE = "Manage: Procurement > Purchase Orders"
_REPORT = "Manage: Time & Expense > Expense Reports"
_VOUCHERS = f"SL: {screen('03.010')}"
_TERMS = "Manage: System > Setup Tables > Billing Terms, Xref"
_SL_TERMS = "SL: Terms Maintenance"
_PROFILE = "Settings of this product, [posting]"
_DUPLICATE = "SL: APDoc_VendId_InvcNbr (another document of the vendor with that InvcNbr, Status not V)"

PAYABLES_CHECKS = (
    # --- set-up -----------------------------------------------------------------------------------------------
    Check(
        "AP-SETUP",
        Severity.STOP,
        "Accounts Payable is not set up in SL",
        "Set up the module",
        f"SL: {screen('03.950')}",
        "SL: APSetup, Init",
    ),
    # --- vendor -----------------------------------------------------------------------------------------------
    Check(
        "VEND-EMPTY",
        Severity.STOP,
        "Vendor {vendor} has no Vendor XRef, so its SL vendor is not known",
        "Type the SL vendor id as Vendor XRef of the company, then refresh",
        _XREF,
        "Manage API: vendorNumber of the receipt (vendorIdentifier of the company)",
    ),
    Check(
        "VEND-MEMBER",
        Severity.STOP,
        "Member {member} has no Vendor Nbr, so the SL vendor is not known",
        "Type the SL vendor id as Vendor Nbr of the member, then refresh",
        _MEMBER,
        "Manage API: vendorNumber of the expense bill",
    ),
    Check(
        "VEND-STATUS",
        Severity.STOP,
        "Vendor {vendor} is on hold in SL",
        "Take the vendor off hold",
        _VENDOR,
        "SL: Vendor.Status H is on hold; every other vendor, one-time vendors too, is active",
    ),
    Check(
        "VEND-MISSING",
        Severity.STOP,
        "Vendor {vendor} is not in SL ({why})",
        "Add the vendor, or correct its id in Manage",
        f"{_VENDOR}; {_XREF}; {_MEMBER}",
        "SL: pp_03400prepwrk, vendor missing",
    ),
    Check(
        "VEND-CREATE",
        Severity.CREATE,
        "Vendor {vendor} ({name}) will be created with class {class_id}",
        "Nothing to do, when it is meant",
        _VENDOR,
        "SL: Vendor, VendClass, APSetup",
    ),
    Check(
        "VEND-WIDTH",
        Severity.STOP,
        "{vendor!r} can't be an SL vendor id (at most 15 characters of the database's code page)",
        "Correct the id in Manage",
        f"{_XREF}; {_MEMBER}",
        "SL: Vendor.VendId char(15)",
    ),
    Check(
        "VEND-CLASS",
        Severity.STOP,
        "The default vendor class {class_id!r} is not in SL, so no vendor can be created",
        "Add the class, or choose another default class",
        _CLASS,
        "SL: APSetup, VendClass",
    ),
    Check(
        "VEND-LIKE",
        Severity.NOTE,
        "SL has a vendor with the same name ({others})",
        "If it is the same vendor, type its id in Manage and refresh",
        f"{_XREF}; {_MEMBER}",
        "SL: Vendor.Name",
    ),
    Check(
        "VEND-SHARED",
        Severity.NOTE,
        "{names} have the same SL vendor id {vendor}; the vendor is created from the first",
        "Correct the id when they are different vendors",
        f"{_XREF}; {_MEMBER}",
        "Manage API: vendorIdentifier, vendorNumber",
    ),
    Check(
        "VEND-TEXT",
        Severity.NOTE,
        "{field} of new vendor {vendor} becomes {stored!r}",
        "Correct it in SL afterwards, when needed",
        _VENDOR,
        "SL: widths and code page of Vendor",
    ),
    Check(
        "VEND-LEFT-OUT",
        Severity.NOTE,
        "{field} {given!r} of new vendor {vendor} is not usable in SL and is left blank",
        "Add it in SL afterwards, when needed",
        _VENDOR,
        "SL: State, Country, Terms; an address that does not fit would be wrong",
    ),
    # --- accounts and terms -----------------------------------------------------------------------------------
    Check(
        "AP-ACCT",
        Severity.NOTE,
        "The payables account of Manage is not the vendor's in SL",
        "Nothing to do, when it is meant; Manage's is used",
        f"Manage: System > Setup Tables > GL Accounts; {_VENDOR}",
        "SL: Vendor.APAcct, APSub",
    ),
    Check(
        "SUB-AP-CONTROL",
        Severity.STOP,
        "Payables account {text} has no subaccount, nor have vendor, class and AP Setup",
        "Give the vendor a payables subaccount",
        _VENDOR,
        "SL: APDoc.Sub",
    ),
    Check(
        "TERMS-CUSTOMER",
        Severity.STOP,
        "Terms {xref} are not for vendors",
        "Let them apply to vendors (or both)",
        _SL_TERMS,
        "SL: Terms.ApplyTo",
    ),
    Check(
        "TERMS-DAYS-SL",
        Severity.NOTE,
        "Terms {xref} have {in_manage_days} due days in Manage and {held} in SL; SL's are used",
        "Make them agree",
        f"{_TERMS}; {_SL_TERMS}",
        "SL: Terms.DueIntrv",
    ),
    Check(
        "TERMS-OF-VENDOR",
        Severity.NOTE,
        "It has no billing terms in Manage; the vendor's terms {terms} of SL are used",
        "Give the order billing terms, when others are meant",
        f"{_PURCHASE}; {_VENDOR}",
        "SL: Vendor.Terms",
    ),
    Check(
        "DUE-AT-ONCE",
        Severity.NOTE,
        "The vendor's terms {terms} can't be used for it (instalments, not for vendors, or not by days): it is due at "
        "once",
        "Enter terms and due date on the voucher in SL, when it is to be paid later",
        f"{_VENDOR}; {_SL_TERMS}",
        "SL: Terms.TermsType, ApplyTo, DueType",
    ),
    # --- expenses ---------------------------------------------------------------------------------------------
    Check(
        "EXP-AMBIGUOUS",
        Severity.STOP,
        "Its line in the member's expense bill can't be told from others of the same day and amount",
        "Include all of the member's expenses of that day, or post them by hand and clear them without export",
        "Sheet Expenses",
        "Manage API: expense bill, GL entry ids of its lines",
    ),
    Check(
        "EXP-JOINED",
        Severity.STOP,
        "Manage's expense bill joins it with another expense, so that only both together could be marked",
        "Take Include off and post them by hand; then clear both without export",
        _REPORT,
        "Manage API: GLExportExpenseBillDetail.id is a list of GL entries",
    ),
    Check(
        "EXP-COMPANY-PAID",
        Severity.STOP,
        "It must not be paid to the member ({why}), and the account that offsets it is not known",
        "Set company_paid_account in the settings, or take Include off",
        _PROFILE,
        "This product: company_paid_account; Manage API: reimbursable, companyAdvance, classification",
    ),
    Check(
        "EXP-OFFSET",
        Severity.NOTE,
        "It must not be paid to the member ({why}): it is offset on account {account}",
        "Nothing to do",
        _PROFILE,
        "This product: company_paid_account",
    ),
    Check(
        "EXP-TAX",
        Severity.NOTE,
        "Its tax is posted to the accounts of Manage's lines, without an SL tax id: SL's tax reports do not have it",
        "Nothing to do; correct the voucher in SL when the tax has to be reported",
        _VOUCHERS,
        "Manage API: an expense bill has no tax levels",
    ),
    # --- receipts ---------------------------------------------------------------------------------------------
    Check(
        "RCPT-SEVERAL",
        Severity.STOP,
        "The export has several receipts of it: one order, and the same packing slip",
        "Give each receipt a packing slip of its own, then refresh",
        _PURCHASE,
        "Manage API: unpostedProductId is the order and the packing slip",
    ),
    Check(
        "RCPT-SAME-ID",
        Severity.STOP,
        "Another receipt of the order with the same packing slip (or none) was posted before, and Manage does not say "
        "whether this is a new one",
        "Give the receipt a packing slip of its own, then refresh",
        _PURCHASE,
        "This product: no GL entry in common with the posted one, whose Manage batch could not be looked up",
    ),
    Check(
        "RCPT-NEW",
        Severity.NOTE,
        "Another receipt of the order with the same packing slip (or none) was posted before; this is a new one",
        "Nothing to do",
        _PURCHASE,
        "This product: no GL entry in common with the posted one, which is still in its Manage batch",
    ),
    Check(
        "RCPT-ITEM",
        Severity.STOP,
        "Product {item} is not in Manage's catalog, so it is not known whether it is an inventory item",
        "Look it up in the catalog (it may have been deleted), or post the receipt by hand and clear it without export",
        "Manage: Procurement > Product Catalog",
        "Manage API: productClass of the catalog item decides between inventory and cost account",
    ),
    Check(
        "RCPT-DROP-SHIP",
        Severity.NOTE,
        "Drop-shipped product {item} goes to the inventory account, but its cost is not taken out of it again: cost "
        "journals of drop shipments are switched off in Manage",
        "Switch them on, or correct the line's account in SL",
        "Manage: System > Setup Tables > Accounting Package Setup",
        "Manage API: includeCogsDropShipFlag",
    ),
    Check(
        "RCPT-FREIGHT",
        Severity.NOTE,
        "Its freight lines do not add up to its freight amount; the lines are posted",
        "Look at the order's freight",
        _PURCHASE,
        "Manage API: freightAmount against lines of type PF",
    ),
    Check(
        "RCPT-TAX-LEVEL",
        Severity.STOP,
        "Its tax lines can't be matched to the levels of tax code {code}",
        "Make the rates of the tax code's levels differ and agree with the order, or post it by hand and clear it "
        "without export",
        f"{_PURCHASE}; Manage: System > Setup Tables > Tax Codes",
        "Manage API: purchaseDetailTax has a rate, but no level",
    ),
    Check(
        "INVC-SHORT",
        Severity.NOTE,
        "The vendor's invoice number is longer than SL's 15 characters: its last 15 are used",
        "Nothing to do",
        _VOUCHERS,
        "SL: APDoc.InvcNbr char(15)",
    ),
    Check(
        "INVC-MADE",
        Severity.NOTE,
        "It has no vendor invoice number: order and packing slip are used instead",
        "Type the vendor's number in Manage, when there is one, and refresh",
        _PURCHASE,
        "SL: APDoc.InvcNbr",
    ),
    Check(
        "INVC-CHARS",
        Severity.STOP,
        "The vendor's invoice number can't be written to SL: it is empty, or has a character that the database lacks",
        "Type a number with letters, digits and hyphens",
        _PURCHASE,
        "SL: char columns hold the code page of the database",
    ),
    Check(
        "INVC-USED",
        Severity.STOP,
        "SL has another document of vendor {vendor} with this vendor invoice number",
        "Look it up in SL: when it is this one, entered by hand, take Include off; else correct the number",
        f"{_VOUCHERS}; {_PURCHASE}",
        _DUPLICATE,
    ),
    Check(
        "INVC-USED-ALLOWED",
        Severity.NOTE,
        "SL has another document of vendor {vendor} with this vendor invoice number; its own check of that is off",
        "Look whether it is the same one",
        _VOUCHERS,
        "SL: APSetup.DupInvcChk",
    ),
    Check(
        "INVC-OURS",
        Severity.NOTE,
        "The vendor's invoice number is also on our voucher of another receipt of the same order",
        "Nothing to do, when the vendor sent one invoice for both",
        _VOUCHERS,
        _DUPLICATE,
    ),
    Check(
        "INVC-TWICE",
        Severity.STOP,
        "Another included receipt, of another order, has the same vendor and vendor invoice number",
        "Correct the number, or take Include off one of them",
        f"Sheet Inventory, Vendor invoice; {_PURCHASE}",
        _DUPLICATE,
    ),
)

"""SL's screens: number and name, the one table for checks, rights, help and errors.

A number that no reference gives stays marked in ``UNVERIFIED``; a screen whose number is not known at all is named
without one.
"""

from __future__ import annotations

from collections.abc import Mapping

# The manual's list of the screens whose rights Check setup looks at.
_OF_THE_MANUAL = {
    "01.010": "Journal Transactions",
    "01.260": "Chart of Accounts Maintenance",
    "02.250": "Employee",
    "03.010": "Voucher and Adjustment Entry",
    "03.270": "Vendor Maintenance",
    "04.010": "Receipt/Invoice Entry",
    "04.250": "Purchase Order Maintenance",
    "08.010": "Invoice and Memo",
    "08.260": "Customer Maintenance",
    "08.262": "Shipping Address",
    "10.030": "Adjustments",
    "10.040": "Transfers",
    "10.250": "Inventory Items",
    "10.270": "Unit Conversions",
    "40.100": "Sales Order Entry",
    "40.250": "Miscellaneous Charges",
    "40.400": "Process Manager",
}
# Articles 2552149 and 2936739 of the vendor's support.
_OF_THE_SUPPORT = {
    "21.280": "Tax Maintenance",
    "21.340": "Tax Group Maintenance",
    "24.270": "Currency Rate Maintenance",
    "24.950": "Currency Manager Setup",
}
# The numbers are in SL's procedures (Batch.EditScrnNbr, names of procedures); the names are general knowledge of SL.
_OF_THE_PROCEDURES = {
    "01.400": "Release GL Batches",
    "01.520": "Post Transactions",
    "03.400": "Release AP Batches",
    "05.610": "Order Entry",
    "08.030": "Payment Application",
    "08.050": "Payment Entry",
    "08.240": "Payment/Application Reversal",
    "08.400": "Release AR Batches",
    "08.450": "Small Balance/Credit Write-Off",
    "10.400": "Inventory Transactions Release",
}
# Neither the manual nor a procedure gives them.
_OF_HEARSAY = {
    "01.560": "GL Closing",
    "01.950": "GL Setup",
    "03.950": "AP Setup",
    "08.950": "AR Setup",
    "10.220": "Inventory Item Inquiry",
    "10.340": "Warehouse Bin Location Maintenance",
    "10.950": "IN Setup",
    "21.320": "Flexkey Definition",
    "95.270": "Access Rights Maintenance",
    "98.280": "Company Maintenance",
}
SCREENS: Mapping[str, str] = {**_OF_THE_MANUAL, **_OF_THE_SUPPORT, **_OF_THE_PROCEDURES, **_OF_HEARSAY}
UNVERIFIED = frozenset({*_OF_THE_PROCEDURES, *_OF_HEARSAY})


def screen(number: str) -> str:
    """Return what texts call a screen: its name and its number, ``Invoice and Memo (08.010)``."""
    return f"{SCREENS[number]} ({number})"


def screen_of_program(number: str) -> str:
    """Return the same for the number as a batch has it, without the dot (SL: Batch.EditScrnNbr); empty for others."""
    dotted = f"{number[:2]}.{number[2:]}"
    return screen(dotted) if dotted in SCREENS else ""

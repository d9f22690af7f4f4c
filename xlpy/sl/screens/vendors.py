"""A new vendor as the Vendor Maintenance screen (03.270) would write it. Pure.

AP_Balances is made by the release when it is missing; POAddress is needed for purchase orders only.
"""

from __future__ import annotations

from typing import Any

from xlpy.domain.documents.ap import NewVendor
from xlpy.domain.facts.payables_books import ApSetup
from xlpy.sl.screens.entry_rows import EntryStamp, Values, VendorSeen

SCREEN = "03270"


def vendor_values(new: NewVendor, setup: ApSetup, stamp: EntryStamp) -> Values:
    """Return the Vendor row of ``new``: its class's accounts and terms, checks to its own address."""
    return {
        "VendId": new.vend_id,
        "ClassID": new.class_id,
        "Status": "A",
        **_address(new),
        **_remit_to(new),
        "APAcct": new.ap_acct,
        "APSub": new.ap_sub,
        "ExpAcct": new.exp_acct,
        "ExpSub": new.exp_sub,
        "PPayAcct": new.ppay_acct,
        "PPaySub": new.ppay_sub,
        "Terms": new.terms,
        "CuryId": new.currency or stamp.base_currency,
        "PayDateDflt": _pay_date_default(),
        "TaxDflt": "V",
        "PerNbr": setup.curr_per_nbr or setup.per_nbr,
        **stamp.audit(SCREEN),
    }


def vendor_as_seen(new: NewVendor) -> VendorSeen:
    """Return what a voucher takes from a vendor that is created with it."""
    return VendorSeen(new.name)


def _address(new: NewVendor) -> dict[str, Any]:
    return {
        "Name": new.name,
        "Attn": new.attention,
        "Addr1": new.address1,
        "Addr2": new.address2,
        "City": new.city,
        "State": new.state,
        "Zip": new.zip,
        "Country": new.country,
        "Phone": new.phone,
        "Fax": new.fax,
        "EMailAddr": new.email,
    }


def _remit_to(new: NewVendor) -> dict[str, Any]:
    return {f"Remit{name}": value for name, value in _address(new).items() if name != "EMailAddr"}


def _pay_date_default() -> str:
    """Return Vendor.PayDateDflt. Unverified: ``D``, pay on the due date."""
    return "D"

"""A new customer as the Customer Maintenance screen (08.260) would write it: Customer, SOAddress, AR_Balances. Pure.

The table CustNameXRef is kept by a trigger of SL on Customer; nothing else is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlpy.domain.documents.ar import NewCustomer
from xlpy.domain.facts.books import ArSetup
from xlpy.sl.screens.entry_rows import EntryStamp, Values

SCREEN = "08260"
SHIP_TO = "DEFAULT"


@dataclass(frozen=True, slots=True)
class CustomerRows:
    """The three rows of a new customer, blanks left out."""

    customer: Values
    ship_to: Values
    balance: Values


def customer_rows(new: NewCustomer, setup: ArSetup, stamp: EntryStamp) -> CustomerRows:
    """Return the rows of ``new``; what neither the class nor Manage gives comes from AR set-up.

    A name never carries SL's ``~`` (which flips a person's name): the plan has taken it out.
    """
    currency = new.currency or stamp.base_currency
    return CustomerRows(
        customer={
            "CustId": new.cust_id,
            "ClassId": new.class_id,
            "Status": "A",
            **_address(new),
            **_billing(new),
            "ArAcct": new.ar_acct,
            "ArSub": new.ar_sub,
            "SlsAcct": new.sls_acct,
            "SlsSub": new.sls_sub,
            "PrePayAcct": new.prepay_acct,
            "PrePaySub": new.prepay_sub,
            "PriceClassID": new.price_class,
            "PrcLvlId": new.price_level,
            "TradeDisc": new.trade_discount,
            "Terms": new.terms,
            "CuryId": currency,
            "DfltShipToId": SHIP_TO,
            "StmtCycleId": setup.default_statement_cycle,
            "StmtType": setup.default_statement_type,
            "AutoApply": setup.default_auto_apply,
            "PrtStmt": 1,
            "TaxDflt": "C",
            "TaxID00": new.tax_id,
            "PerNbr": setup.curr_per_nbr,
            "SetupDate": stamp.now.date(),
            **stamp.audit(SCREEN),
        },
        ship_to={
            "CustId": new.cust_id,
            "ShipToId": SHIP_TO,
            "Descr": "Main address",
            "Status": "A",
            **_address(new),
            "TaxId00": new.tax_id,
            **stamp.audit(SCREEN),
        },
        # As the release makes it when it is missing (SL: pp_08400): screens and ageing expect it from the start.
        balance={
            "CpnyID": stamp.cpny_id,
            "CustID": new.cust_id,
            "CuryID": currency,
            "PerNbr": setup.per_nbr,
        },
    )


def _address(new: NewCustomer) -> dict[str, Any]:
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


def _billing(new: NewCustomer) -> dict[str, Any]:
    return {f"Bill{name}": value for name, value in _address(new).items() if name != "EMailAddr"}

"""The set-up rows of the demo company: General Ledger, Receivables, Payables, Inventory, Currency Manager."""

from __future__ import annotations

from decimal import Decimal

from xlpy.demo import firm
from xlpy.demo.company.release.books import Row

# End of each calendar month; 0229 is the end of February in any year.
_PERIOD_ENDS = ("0131", "0229", "0331", "0430", "0531", "0630", "0731", "0831", "0930", "1031", "1130", "1231")
_NO_NUMBER = "000000"  # its width is the width of all numbers


def setup_rows(no_sub: str) -> dict[str, list[Row]]:
    """Give the rows by table. ``no_sub``: the subaccount that balance sheet accounts are kept with."""
    return {
        "GLSetup": [_general_ledger()],
        "Ledger": [
            {
                "LedgerID": firm.LEDGER_ID,
                "Descr": "Actual",
                "BalanceType": "A",
                "BalRequired": 1,
                "BaseCuryID": firm.BASE_CURRENCY,
            }
        ],
        "FlexDef": [_subaccount_structure()],
        "CMSetup": [
            {
                "SetupId": "CM",
                "MCActivated": 1,
                "APRtTpDflt": firm.RATE_TYPE,
                "ARRtTpDflt": firm.RATE_TYPE,
                "CARtTpDflt": firm.RATE_TYPE,
                "GLRtTpDflt": firm.RATE_TYPE,
                "GLRevalRtTpDflt": firm.RATE_TYPE,
            }
        ],
        "ARSetup": [_receivables(no_sub)],
        "CustClass": [
            {
                "ClassId": firm.DEFAULT_CUSTOMER_CLASS,
                "Descr": "Standard",
                "ARAcct": "1100",
                "ARSub": no_sub,
                "SlsAcct": "4000",
                "SlsSub": no_sub,
                "PrePayAcct": "2300",
                "PrePaySub": no_sub,
                "Terms": "30",
            }
        ],
        "APSetup": [_payables(no_sub)],
        "VendClass": [
            {
                "ClassID": firm.DEFAULT_VENDOR_CLASS,
                "Descr": "Standard",
                "APAcct": "2000",
                "APSub": no_sub,
                "ExpAcct": "6100",
                "ExpSub": no_sub,
                "PPayAcct": "2000",
                "PPaySub": no_sub,
                "Terms": "30",
            }
        ],
        "INSetup": [_inventory(no_sub)],
    }


def _general_ledger() -> Row:
    return {
        "SetupId": "GL",
        "Init": 1,
        "CpnyId": firm.COMPANY_ID,
        "CpnyName": firm.COMPANY_NAME,
        "City": "Tampa",
        "State": "FL",
        "Country": "US",
        "BaseCuryId": firm.BASE_CURRENCY,
        "BegFiscalYr": 1,
        "NbrPer": len(_PERIOD_ENDS),
        **{f"FiscalPerEnd{index:02}": end for index, end in enumerate(_PERIOD_ENDS)},
        "PerNbr": firm.PERIOD,
        "LedgerID": firm.LEDGER_ID,
        "LastBatNbr": _NO_NUMBER,
        "AllowPostOpt": "P",  # closed periods stay closed but for the modules listed in ModPriorPost
        "AutoPost": "N",
        "AutoRevOpt": "P",
        "COAOrder": "A",
        "MCActive": 1,
        "RetEarnAcct": "3800",
        "YtdNetIncAcct": "3900",
        "ValidateAcctSub": 1,
    }


def _subaccount_structure() -> Row:
    return {
        "FieldClassName": "SUBACCOUNT",
        "fieldclass": "001",
        "Caption": "Subaccount",
        "NumberSegments": len(firm.SUB_SEGMENTS),
        "MaxSegments": 8,
        "MaxFieldLen": 24,
        **{f"SegLength{index:02}": length for index, length in enumerate(firm.SUB_SEGMENTS)},
        "Descr00": "Department",
        "Descr01": "Office",
    }


def _module(setup_id: str) -> Row:
    return {
        "SetupId": setup_id,
        "Init": 1,
        "PerNbr": firm.PERIOD,
        "CurrPerNbr": firm.PERIOD,
        "LastBatNbr": _NO_NUMBER,
        "GLPostOpt": "D",
        "DecPlPrcCst": 2,
        "DecPlQty": 2,
    }


def _receivables(no_sub: str) -> Row:
    return {
        **_module("AR"),
        "AutoRef": 0,  # invoices keep their number of Manage
        "LastRefNbr": _NO_NUMBER,
        "LastWORefNbr": f"WO{_NO_NUMBER}",  # not the number of an invoice of Manage
        "ArAcct": "1100",
        "ArSub": no_sub,
        "ChkAcct": "1010",
        "ChkSub": no_sub,
        "DfltSBWOAcct": "6800",
        "DfltSBWOSub": no_sub,
        "DfltSCWOAcct": "4950",
        "DfltSCWOSub": no_sub,
        "DiscAcct": "4900",
        "DiscSub": no_sub,
        "IncAcct": "4000",
        "IncSub": no_sub,
        "PrePayAcct": "2300",
        "PrePaySub": no_sub,
        "DfltClass": firm.DEFAULT_CUSTOMER_CLASS,
        "DfltStmtCycle": "01",
        "DfltStmtType": "O",
        "SlsTax": 1,
        "SlsTaxDflt": "C",
        "RetAvgDay": 12,
        "TranDescDflt": "C",
    }


def _payables(no_sub: str) -> Row:
    return {
        **_module("AP"),
        "AutoRef": 1,
        "LastRefNbr": _NO_NUMBER,
        "APAcct": "2000",
        "APSub": no_sub,
        "ChkAcct": "1010",
        "ChkSub": no_sub,
        "ExpAcct": "6100",
        "ExpSub": no_sub,
        "ClassID": firm.DEFAULT_VENDOR_CLASS,
        "PPayAcct": "2000",
        "PPaySub": no_sub,
        "Curr1099Yr": firm.PERIOD[:4],
        "Next1099Yr": str(int(firm.PERIOD[:4]) + 1),
        "DupInvcChk": 1,
        "Terms": "30",
        "TranDescDflt": "C",
    }


def _inventory(no_sub: str) -> Row:
    return {
        **_module("IN"),
        "LstTrnsfrDocNbr": _NO_NUMBER,
        "DfltInvtAcct": "1400",
        "DfltInvtSub": no_sub,
        "DfltCOGSAcct": "5200",
        "DfltCOGSSub": no_sub,
        "DfltSalesAcct": "4200",
        "DfltSalesSub": no_sub,
        "AdjustmentsAcct": "5900",
        "AdjustmentsSub": no_sub,
        "INClearingAcct": "1400",
        "INClearingSub": no_sub,
        "InTransitAcct": "1450",
        "InTransitSub": no_sub,
        "DfltInvtLeadTime": Decimal(0),
        "DfltInvtType": "F",
        "DfltLotSerTrack": "N",
        "DfltProdClass": firm.DEFAULT_ITEM_CLASS,
        "DfltSite": "TPA",
        "DfltSlsTaxCat": "TAXABLE",
        "DfltSource": "P",
        "DfltStatus": "A",
        "DfltStkItem": 1,
        "DfltValMthd": "A",
        "IssuesAcct": "5200",
        "IssuesSub": no_sub,
        "MultWhse": 1,
        "NegQty": 0,  # no stock below zero
        "UpdateGL": 1,
        "WhseLocValid": "Y",
    }

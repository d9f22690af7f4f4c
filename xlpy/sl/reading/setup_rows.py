"""SL's set-up rows as typed values: GL, AR, AP and IN. A row that is missing is a module that is not set up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlpy.domain.facts.books import ArSetup, FiscalCalendar, GlSetup
from xlpy.domain.facts.payables_books import ApSetup
from xlpy.domain.facts.stock_books import InSetup

MOST_PERIODS = 13

GL_COLUMNS = (
    *("SetupId", "Init", "PerNbr", "LastClosePerNbr", "BaseCuryId", "LedgerID", "ValidateAcctSub", "ValidateAtPosting"),
    *("AllowPostOpt", "ModPriorPost", "PriorYearPost", "AutoPost", "NbrPer", "BegFiscalYr"),
    *(f"FiscalPerEnd{index:02}" for index in range(MOST_PERIODS)),
)
AR_COLUMNS = (
    *("SetupId", "Init", "PerNbr", "CurrPerNbr", "AutoRef", "GLPostOpt", "DfltClass", "ArAcct", "ArSub"),
    *("DecPlPrcCst", "DecPlQty", "DfltStmtCycle", "DfltStmtType", "DfltAutoApply"),
    *("IncAcct", "IncSub", "PrePayAcct", "PrePaySub"),
)
AP_COLUMNS = (
    *("SetupId", "Init", "PerNbr", "CurrPerNbr", "GLPostOpt", "ClassID", "APAcct", "APSub", "ExpAcct", "ExpSub"),
    *("PPayAcct", "PPaySub", "Terms", "DupInvcChk"),
)
IN_COLUMNS = (
    *("SetupId", "Init", "PerNbr", "CurrPerNbr", "GLPostOpt", "UpdateGL", "NegQty", "DfltInvtAcct", "DfltInvtSub"),
    *("DfltCOGSAcct", "DfltCOGSSub", "DfltSalesAcct", "DfltSalesSub", "DfltProdClass", "DfltValMthd"),
    *("DfltInvtType", "DfltSource", "DecPlQty", "DecPlPrcCst"),
)


def gl_setup_of(row: Mapping[str, Any] | None, base_currency: str = "") -> GlSetup:
    """Read a GLSetup row, keyed by lower-case column name.

    ``base_currency`` (of vs_company) stands in when there is no row. The calendar is as SL keeps it: the end of period
    1, 2, … as ``MMDD`` (SL: GetCalendarEndDateOfGLPeriod).
    """
    if row is None:
        row = _without(GL_COLUMNS, {"basecuryid": base_currency})
    periods = min(row["nbrper"], MOST_PERIODS)
    return GlSetup(
        per_nbr=row["pernbr"],
        last_close_per_nbr=row["lastclosepernbr"],
        base_currency=row["basecuryid"],
        ledger_id=row["ledgerid"],
        validate_acct_sub=bool(row["validateacctsub"]),
        validate_at_posting=bool(row["validateatposting"]),
        allow_post_opt=row["allowpostopt"],
        prior_period_modules=row["modpriorpost"],
        prior_year_post=bool(row["prioryearpost"]),
        calendar=FiscalCalendar(
            periods=periods,
            ends=tuple(row[f"fiscalperend{index:02}"] for index in range(periods)),
            named_after_first_year=row["begfiscalyr"] == 1,
        ),
        set_up=bool(row["init"]),
        auto_post=row["autopost"],
    )


def ar_setup_of(row: Mapping[str, Any] | None) -> ArSetup:
    """Read an ARSetup row, keyed by lower-case column name."""
    if row is None:
        row = _without(AR_COLUMNS, {"decplprccst": 2, "decplqty": 2})
    return ArSetup(
        per_nbr=row["pernbr"],
        curr_per_nbr=row["currpernbr"],
        auto_ref=bool(row["autoref"]),
        gl_post_opt=row["glpostopt"],
        default_class=row["dfltclass"],
        ar_acct=row["aracct"],
        ar_sub=row["arsub"],
        set_up=bool(row["init"]),
        price_decimals=row["decplprccst"],
        quantity_decimals=row["decplqty"],
        default_statement_cycle=row["dfltstmtcycle"],
        default_statement_type=row["dfltstmttype"],
        default_auto_apply=row["dfltautoapply"],
        income_acct=row["incacct"],
        income_sub=row["incsub"],
        prepay_acct=row["prepayacct"],
        prepay_sub=row["prepaysub"],
    )


def ap_setup_of(row: Mapping[str, Any] | None) -> ApSetup:
    """Read an APSetup row, keyed by lower-case column name."""
    if row is None:
        return ApSetup()
    return ApSetup(
        per_nbr=row["pernbr"],
        curr_per_nbr=row["currpernbr"],
        gl_post_opt=row["glpostopt"],
        default_class=row["classid"],
        ap_acct=row["apacct"],
        ap_sub=row["apsub"],
        exp_acct=row["expacct"],
        exp_sub=row["expsub"],
        ppay_acct=row["ppayacct"],
        ppay_sub=row["ppaysub"],
        terms=row["terms"],
        duplicate_check=bool(row["dupinvcchk"]),
        set_up=bool(row["init"]),
    )


def in_setup_of(row: Mapping[str, Any] | None) -> InSetup:
    """Read an INSetup row, keyed by lower-case column name."""
    if row is None:
        return InSetup()
    return InSetup(
        per_nbr=row["pernbr"],
        curr_per_nbr=row["currpernbr"],
        gl_post_opt=row["glpostopt"],
        update_gl=bool(row["updategl"]),
        negative_stock=bool(row["negqty"]),
        invt_acct=row["dfltinvtacct"],
        invt_sub=row["dfltinvtsub"],
        cogs_acct=row["dfltcogsacct"],
        cogs_sub=row["dfltcogssub"],
        sales_acct=row["dfltsalesacct"],
        sales_sub=row["dfltsalessub"],
        default_class=row["dfltprodclass"],
        default_valuation=row["dfltvalmthd"],
        default_invt_type=row["dfltinvttype"],
        default_source=row["dfltsource"],
        quantity_decimals=row["decplqty"],
        cost_decimals=row["decplprccst"],
        set_up=bool(row["init"]),
    )


_NUMBERS = frozenset(
    {"init", "validateacctsub", "validateatposting", "prioryearpost", "nbrper", "begfiscalyr", "autoref"}
    | {"decplprccst", "decplqty", "dfltautoapply"}
)


def _without(columns: tuple[str, ...], known: Mapping[str, Any]) -> Mapping[str, Any]:
    blanks = {name.lower(): 0 if name.lower() in _NUMBERS else "" for name in columns}
    return {**blanks, **known}

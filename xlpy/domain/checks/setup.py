"""Words of the checks of the set-up."""

from __future__ import annotations

from xlpy.domain.values.problems import Check, Severity
from xlpy.domain.values.screens import screen

_PACKAGE = "Manage: System > Setup Tables > Accounting Package"
_GL_SETUP = f"SL: {screen('01.950')}"
_AR_SETUP = f"SL: {screen('08.950')}"
_PROFILE = "Settings of this product, [posting]"

SETUP_CHECKS = (
    Check(
        "PACKAGE",
        Severity.STOP,
        "Manage's accounting package is {package!r}, not Other",
        "Choose the package Other",
        _PACKAGE,
        "Manage API: accountingPackageSetup.accountingPackage.identifier",
    ),
    Check(
        "SALES-TAX-OFF",
        Severity.STOP,
        "Manage does not export sales tax lines",
        "Switch on Include Sales Tax, then open and close the invoices again",
        _PACKAGE,
        "Manage API: accountingPackageSetup.includeSalesTaxFlag",
    ),
    Check(
        "SOH-OFF",
        Severity.NOTE,
        "Stock on hand is switched off in Manage, so procurement will not appear",
        "Switch on Inventory SOH when procurement is wanted",
        _PACKAGE,
        "Manage API: accountingPackageSetup.inventorySOHFlag",
    ),
    Check(
        "COGS-OFF",
        Severity.NOTE,
        "Cost of goods sold is switched off in Manage, so invoices carry no cost",
        "Switch on Include COGS Entries when cost is wanted",
        _PACKAGE,
        "Manage API: accountingPackageSetup.includeCogsEntriesFlag",
    ),
    Check(
        "COMPANY-INACTIVE",
        Severity.STOP,
        "SL company {company} is not active",
        "Activate the company, or choose another one in the settings",
        f"SL: {screen('98.280')}",
        "SL: vs_company.Active",
    ),
    Check(
        "COMPANY-DATABASE",
        Severity.STOP,
        "SL company {company} is kept in another database than the one connected",
        "Connect to the company's own database",
        "Settings of this product, [sl]",
        "SL: vs_company.DatabaseName",
    ),
    Check(
        "GL-SETUP",
        Severity.STOP,
        "General Ledger is not set up in SL",
        "Finish GL Setup",
        _GL_SETUP,
        "SL: GLSetup.Init",
    ),
    Check(
        "AR-SETUP",
        Severity.STOP,
        "Accounts Receivable is not set up in SL",
        "Finish AR Setup",
        _AR_SETUP,
        "SL: ARSetup.Init",
    ),
    Check(
        "AUTO-REF",
        Severity.STOP,
        "SL numbers receivable documents by itself, so invoices can't keep Manage's numbers",
        "Switch off automatic reference numbers",
        _AR_SETUP,
        "SL: ARSetup.AutoRef; voiding a batch would roll its counter back (pp_08400PrepWrk)",
    ),
    Check(
        "CALENDAR",
        Severity.STOP,
        "The fiscal periods of SL can't be worked with",
        "Give each period its ending date",
        _GL_SETUP,
        "SL: GLSetup.NbrPer, FiscalPerEnd00 to 12",
    ),
    Check(
        "PERIODS",
        Severity.STOP,
        "The current period of {module} is not a fiscal period",
        "Set the current period",
        f"SL: {screen('01.950')}, {screen('08.950')}",
        "SL: GLSetup.PerNbr, ARSetup.PerNbr and CurrPerNbr",
    ),
    Check(
        "CLOSING",
        Severity.STOP,
        "General Ledger is being closed in SL right now",
        "Wait until the closing is done",
        f"SL: {screen('01.560')}",
        "SL: GLSetup.LastClosePerNbr equals PerNbr while a closing runs",
    ),
    Check(
        "BASE-CURRENCY",
        Severity.STOP,
        "SL's base currency {currency!r} is not among its currencies",
        "Add the currency: batches of an unknown currency are invisible on release screens",
        "SL: Currency Maintenance",
        "SL: GLSetup.BaseCuryId, Currncy",
    ),
    Check(
        "CODE-PAGE",
        Severity.STOP,
        "The code page {code_page!r} of the SL database is not known",
        "Set code_page to that of the database, such as cp1252",
        "Settings of this product, [sl]",
        "SL: char columns hold bytes of the collation's code page",
    ),
    Check(
        "DESCR-RULE",
        Severity.STOP,
        "{setting} has a placeholder that is not known: {placeholder}",
        "Use {known}",
        _PROFILE,
        "This product's settings",
    ),
    Check(
        "RECORD-COLUMN",
        Severity.STOP,
        "{setting} names {column!r}, which is not a free text column of SL's documents",
        "Use User1, User2, User5 or User6, or leave it empty",
        _PROFILE,
        "SL: User1, User2, User5, User6 of ARDoc, APDoc, GLTran, INTran",
    ),
)

"""Words of the checks of taxes."""

from __future__ import annotations

from xlpy.domain.values.problems import Check, Severity
from xlpy.domain.values.screens import screen

_GL_MAP = "Manage: System > Setup Tables > GL Accounts"
_TAX_CODE = "Manage: System > Setup Tables > Tax Codes"
_SL_TAX = f"SL: {screen('21.280')}"
_DOCUMENTS = "Manage: Finance > Invoices; Procurement > Purchase Orders"
_PROFILE = "Settings of this product, [posting]"
_SL_GROUP = f"SL: {screen('21.340')}"

TAX_CHECKS = (
    Check(
        "TAX-SUM",
        Severity.STOP,
        "Its tax levels do not add up to its tax lines",
        "Open it in Manage and close it again",
        _DOCUMENTS,
        "Manage API: taxLevels against detail lines of type ST",
    ),
    Check(
        "TAX-CODE",
        Severity.STOP,
        "It has tax, but its tax code {code!r} is not known",
        "Give it a tax code",
        "Manage: Finance > Invoices; Procurement > Purchase Orders, Tax Code",
        "Manage API: taxCode.id",
    ),
    Check(
        "TAX-AGENCY",
        Severity.STOP,
        "Level {level} of tax code {code} has no agency xref, so its SL tax is not known",
        "Type the SL tax id as Agency Xref of the level",
        _TAX_CODE,
        "Manage API: taxCodeLevels.agencyXref",
    ),
    Check(
        "TAX-MISSING",
        Severity.STOP,
        "Tax {tax} is not in SL",
        "Add it, and to the group of the tax code; or correct the Agency Xref",
        f"{_SL_TAX}; {_TAX_CODE}",
        "SL: pp_08400PrepWrk, message 12348",
    ),
    Check(
        "TAX-TYPE",
        Severity.STOP,
        "{tax} is not a single tax in SL",
        "Use a tax (not a group) as Agency Xref; a tax needs its type",
        f"{_TAX_CODE}; {_SL_TAX}",
        "SL: SalesTax.TaxType, message 6958; a group beside its member would post twice",
    ),
    Check(
        "TAX-CALC",
        Severity.STOP,
        "Tax {tax} is not calculated by document in SL",
        "Set its calculation to Document",
        _SL_TAX,
        "SL: SalesTax.TaxCalcType D, else message 8888",
    ),
    Check(
        "TAX-INCLUDED",
        Severity.STOP,
        "Tax {tax} is not marked as excluded from the price in SL",
        "Set Price Includes Tax to No, on the group too",
        _SL_TAX,
        "SL: SalesTax.PrcTaxIncl N, else message 8888",
    ),
    Check(
        "TAX-RATE",
        Severity.STOP,
        "Tax {tax} has {in_manage_rate} in Manage (tax code {code}) and {held} in SL on the document's date",
        "Make the rates agree; when Manage's was wrong, open it in Manage and close it again",
        f"{_TAX_CODE}; {_SL_TAX}",
        "Manage API: taxRate is a fraction; SL: SalesTax.TaxRate is percent",
    ),
    Check(
        "TAX-AMOUNT",
        Severity.NOTE,
        "Tax {tax} of tax code {code} is a flat amount in Manage; its rate was not compared",
        "Nothing to do",
        _TAX_CODE,
        "Manage API: rateType Amount",
    ),
    Check(
        "TAX-ACCT",
        Severity.STOP,
        "Tax {tax} has no {side} tax account or subaccount in SL",
        "Give it one",
        _SL_TAX,
        "SL: SalesTax.SlsTaxAcct, SlsTaxSub; PurTaxAcct, PurTaxSub (blank: the control account)",
    ),
    Check(
        "TAX-ACCT-DIFF",
        Severity.NOTE,
        "Manage's tax account {text} is not that of the SL taxes ({held}); SL's is posted",
        "Make the accounts agree",
        f"{_GL_MAP}; {_SL_TAX}",
        "SL: pp_08400SalesTax takes the accounts of SalesTax",
    ),
    Check(
        "TAX-TOO-MANY",
        Severity.STOP,
        "Tax code {code} would need {count} taxes one by one, SL's document has room for four",
        "Make the SL group of that name have exactly the agencies of the tax code's levels",
        _SL_GROUP,
        "SL: ARDoc and APDoc, TaxId00 to 03",
    ),
    Check(
        "TAX-TAXABLES",
        Severity.STOP,
        "The {count} taxes of tax code {code} are on different amounts: one by one they are too many for SL's document "
        "(four), and a group has one taxable amount",
        "Put the lines that are taxed otherwise on an invoice or order of their own, or post it by hand and clear it "
        "without export",
        _DOCUMENTS,
        "SL: ARDoc and APDoc, TaxId00 to 03 and TxblTot00 to 03",
    ),
    Check(
        "TAX-SPLIT-FAR",
        Severity.STOP,
        "SL's split of the {count} taxes of group {code} differs from Manage's by up to {most}, more than the settings "
        "allow ({allowed} of the currency's smallest unit)",
        "Set tax_group_difference to {units} in the settings, or post it by hand and clear it without export",
        _PROFILE,
        "SL: pp_08400SalesTax splits a group's total by rate, the remainder goes to the smallest tax id",
    ),
    Check(
        "TAX-SPLIT",
        Severity.NOTE,
        "Tax {tax} of group {code}: Manage has {manage}, SL will post {posted}; the total is the same",
        "Nothing to do, when it is meant; tax_group_difference in the settings says how much is allowed",
        _PROFILE,
        "SL: pp_08400SalesTax splits a group's total by rate, the remainder goes to the smallest tax id",
    ),
    Check(
        "TAX-GROUP",
        Severity.NOTE,
        "Tax code {code} is not a tax group in SL; its taxes are written one by one",
        "Add the group",
        _SL_GROUP,
        "SL: SalesTax, SlsTaxGrp",
    ),
    Check(
        "TAX-XREF",
        Severity.NOTE,
        "Level {level} of tax code {code} has another tax code xref than the code itself",
        "Make them agree",
        _TAX_CODE,
        "Manage API: taxCodeLevels.taxCodeXref",
    ),
    Check(
        "TAX-CATEGORY",
        Severity.NOTE,
        "Tax {tax} has category exceptions in SL; documents carry no category, Manage's amount is used",
        "Nothing to do",
        _SL_TAX,
        "SL: vp_SalesTax, CatFlg and CatExcept00 to 05",
    ),
    Check(
        "TAX-NEGATIVE",
        Severity.NOTE,
        "Its tax is against the sign of the document",
        "Look at it before you release the batch",
        f"SL: {screen('08.010')}",
        "SL: tax lines take the sign of TaxTot",
    ),
)

"""Words of the checks of Manage's own answers: what it did not give, and where two of its figures disagree."""

from __future__ import annotations

from xlpy.domain.values.problems import Check, Severity

_CURRENCY = "Manage: Companies > Finance, Currency"
_UNPOSTED = "Manage: Finance > Accounting Interface"

ANSWER_CHECKS = (
    Check(
        "NOT-GIVEN",
        Severity.STOP,
        "Manage did not give a record for {sort} {called}, though it was asked for it again",
        "Open it in Manage: if it is there, the member behind the keys may not see it, or Manage was busy. Then try"
        " again",
        "Manage: the record's own screen",
        "Manage API: lists, paging",
    ),
    Check(
        "ID-CHARS",
        Severity.STOP,
        "{sort} {shown} has {which} in it{alike}",
        "Type the id of SL in Manage, without that character",
        "Manage: Companies > Finance > Company Finance, Account or Vendor XRef; Members, Vendor Nbr; Product Catalog",
        "SL: ids are searched with wildcards and typed by hand; xlpy.domain.values.odd_characters",
    ),
    # --- currency ---------------------------------------------------------------------------------------------
    Check(
        "CURY-TAKEN",
        Severity.NOTE,
        "The export gave no currency; {currency} is taken, which Manage shows for {source}",
        "Nothing to do when that is right",
        _CURRENCY,
        "Manage API: currency of the unposted row and of the company",
    ),
    Check(
        "CURY-DIFFERS",
        Severity.STOP,
        "Manage shows two currencies for it: {one} in {first}, {two} in {second}",
        "Look at it and at its company in Manage, give both the same currency, then refresh",
        _CURRENCY,
        "Manage API: currency of the export, of the unposted row, of the company",
    ),
    Check(
        "CURY-NOT-KNOWN",
        Severity.STOP,
        "Manage gave no currency for it, and has several ({currencies})",
        "Give the company a currency in Manage, then refresh",
        _CURRENCY,
        "Manage API: currency of the exported transaction",
    ),
    # --- signs ------------------------------------------------------------------------------------------------
    Check(
        "SIGN-DISAGREES",
        Severity.STOP,
        "The signs of Manage's figures disagree: {decides} is {figure}, {confirms} is {other}",
        "Open it in Manage: is it a debt or a credit? Refresh and try again; if it stays, tell your support both"
        " figures",
        _UNPOSTED,
        "xlpy.domain.mapping.signs: which figure decides, which one confirms",
    ),
)

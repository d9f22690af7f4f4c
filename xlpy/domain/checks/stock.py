"""Words of the checks of stock: quantity on hand, and the value of what goes out."""

from __future__ import annotations

from xlpy.domain.values.problems import Check, Severity
from xlpy.domain.values.screens import screen

_PROFILE = "Settings of this product, [posting]"
_SET_UP = f"SL: {screen('10.950')}"
_ADJUSTMENTS = f"SL: {screen('10.030')}"

STOCK_CHECKS = (
    # --- stock on hand ----------------------------------------------------------------------------------------
    Check(
        "STOCK-SHORT",
        Severity.STOP,
        "Stock of item {item} in bin {bin} of site {site} would go below zero: {held} on hand, {change} in this run",
        "Correct the stock in SL first, take Include off, or allow negative quantities",
        f"{_ADJUSTMENTS}; {_SET_UP}",
        "SL: INSetup.NegQty, messages 16091 and 16092",
    ),
    Check(
        "STOCK-NEGATIVE",
        Severity.NOTE,
        "Stock of item {item} in bin {bin} of site {site} goes below zero: {held} on hand, {change} in this run",
        "Nothing to do: SL allows negative quantities",
        _SET_UP,
        "SL: INSetup.NegQty",
    ),
    Check(
        "STOCK-ORDER",
        Severity.NOTE,
        "Item {item} in bin {bin} of site {site} is taken out before it comes in: {held} on hand, {out} go out",
        "Release the batches that bring it in first",
        f"SL: {screen('10.400')}",
        "SL: INSetup.NegQty; each batch is released by itself",
    ),
    # --- adjustments and transfers as journals ----------------------------------------------------------------
    Check(
        "INV-ONE-ACCOUNT",
        Severity.NOTE,
        "Item {item} only changes its place: both sides are one account, so there is nothing to post for it",
        "Nothing to do: the settings post adjustments and transfers as journals",
        _PROFILE,
        "This product's settings: inventory",
    ),
    Check(
        "INV-SIDES",
        Severity.NOTE,
        "Moving item {item} debits {debit} and credits {credit}, by the signs of Manage's export",
        "Compare it with the preview before the first export; when it is the wrong way round, take Include off",
        "Preview",
        "Manage API: total and offset of an exported transfer (unverified)",
    ),
    Check(
        "INV-OFFSET",
        Severity.STOP,
        "The transfer of item {item} and its offset are not the same amount on opposite sides",
        "Enter the journal in SL by hand, then clear it without export",
        f"SL: {screen('01.010')}",
        "Manage API: total and offset of an exported transfer (unverified)",
    ),
    # --- value of what goes out -------------------------------------------------------------------------------
    Check(
        "STOCK-COST",
        Severity.NOTE,
        "{quantity} of item {item} at site {site} go out for {amount}; SL holds them at {held}, so {rest} of value "
        "stays with {left} pieces",
        "See which cost is right; correct it in Manage before the export, or the value in SL after the release",
        _ADJUSTMENTS,
        "SL: ItemSite.TotCost and QtyOnHand (average), Inventory.StdCost (standard)",
    ),
    Check(
        "STOCK-COST-FAR",
        Severity.STOP,
        "{quantity} of item {item} at site {site} go out for {amount}; SL holds them at {held}, which differs by more "
        "than the {percent} % of the settings",
        "Correct the cost in Manage, or allow more with stock_cost_tolerance in the settings",
        f"{_ADJUSTMENTS}; {_PROFILE}",
        "This product's settings: stock_cost_tolerance",
    ),
)

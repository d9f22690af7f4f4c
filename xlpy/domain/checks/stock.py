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

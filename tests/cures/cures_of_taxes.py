"""What is wrong with the taxes of an invoice, and the cures of each stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import domain_story as firm
from check_stories import five_taxes, split_otherwise
from cure import Cure, Story
from cures_of_invoices import TAXED, left_out
from domain_story import (
    D,
    books,
    invoice,
    line,
    plan,
    tax_line,
    untaxed,
)


def taxes(**changes: Any) -> Story:
    """The county's tax after it was corrected in SL."""
    rows = {row.tax_id: row for row in firm.TAXES}
    rows["HILLCTY"] = replace(rows["HILLCTY"], **changes)
    return lambda: plan(invoice(), books=books(taxes=rows))


def _rate_corrected_in_manage() -> Any:
    """Manage's tax code has SL's 6.5 % now, and the invoice was opened and closed again."""
    code = firm.MASTERS.tax_codes[11]
    code = replace(code, levels=(replace(code.levels[0], rate=D("0.065")), code.levels[1]))
    rows = {row.tax_id: replace(row, rate=D("6.5")) if row.tax_id == "FLSTATE" else row for row in firm.TAXES}
    one = invoice(
        tax_levels=firm.levels(("65.00", "1000.00"), ("10.00", "1000.00")),
        lines=(line(1, "-1000.00"), tax_line(2, "-65.00"), tax_line(3, "-10.00", "2210")),
        total=D("1075.00"),
    )
    masters = firm.masters(tax_codes={**firm.MASTERS.tax_codes, 11: code})
    return plan(one, masters=masters, books=books(taxes=rows))


TAX_CURES: Mapping[str, tuple[Cure, ...]] = {
    "TAX-SUM": (Cure("Open it in Manage and close it again", TAXED),),
    "TAX-CODE": (Cure("Give it a tax code", TAXED),),
    "TAX-AGENCY": (Cure("Type the SL tax id as Agency Xref of the level", TAXED),),
    "TAX-MISSING": (Cure("Add it, and to the group of the tax code", taxes()),),
    "TAX-TYPE": (Cure("a tax needs its type", taxes(tax_type="T")),),
    "TAX-CALC": (Cure("Set its calculation to Document", taxes(calc_type="D")),),
    "TAX-INCLUDED": (Cure("Set Price Includes Tax to No, on the group too", taxes(price_included="N")),),
    "TAX-RATE": (
        Cure("Make the rates agree", TAXED),
        Cure("when Manage's was wrong, open it in Manage and close it again", _rate_corrected_in_manage),
    ),
    "TAX-ACCT": (Cure("Give it one", taxes(acct="2210", sub="00000")),),
    "TAX-TOO-MANY": (
        Cure("Make the SL group of that name have exactly the agencies of the tax code's levels", five_taxes),
    ),
    "TAX-TAXABLES": (
        Cure(
            "Put the lines that are taxed otherwise on an invoice or order of their own",
            lambda: plan(invoice(1), untaxed(2)),
        ),
        Cure("post it by hand and clear it without export", left_out),
    ),
    "TAX-SPLIT-FAR": (
        Cure("Set tax_group_difference to 1", lambda: split_otherwise(tax_group_difference=1)),
        Cure("post it by hand and clear it without export", left_out),
    ),
}

"""Words of the checks of amounts and dates: currency, decimals, rates, and the period that something is of."""

from __future__ import annotations

from xlpy.domain.values.problems import Check, Severity
from xlpy.domain.values.screens import screen

_TRANSACTION = "Manage: the invoice, expense report, purchase order, adjustment or transfer"
_SCREENS = "SL: the screen of the document (08.010, 03.010, 01.010, 10.030, 10.040)"

AMOUNT_CHECKS = (
    # --- currency ---------------------------------------------------------------------------------------------
    Check(
        "CURY-EMPTY",
        Severity.NOTE,
        "Manage gave no currency; it is taken to be the base currency {currency}",
        "Give the company a currency in Manage",
        "Manage: Companies > Finance, Currency",
        "Manage API: currency of the exported transaction",
    ),
    Check(
        "CURY-NO-CM",
        Severity.STOP,
        "It is in {currency}, but SL's Currency Manager is not set up",
        "Set up Currency Manager (SL would turn the amounts into base currency), or post it by hand in base currency "
        "and clear it without export",
        f"SL: {screen('24.950')}",
        "SL: pp_08400PrepWrk repairs unknown currencies when there is no CMSetup",
    ),
    Check(
        "CURY-UNKNOWN",
        Severity.STOP,
        "Currency {currency} is not in SL",
        "Add it",
        "SL: Currency Maintenance",
        "SL: pp_08400PrepWrk, message 8058",
    ),
    Check(
        "CURY-DECIMALS",
        Severity.STOP,
        "Its total or its tax has more decimals than {currency} ({decimals}), so SL's amount would be another",
        "Correct the amount in Manage, or give the currency the same decimals in both systems",
        "SL: Currency Maintenance; Manage: System > Setup Tables > Currency",
        "SL: Currncy.DecPl",
    ),
    Check(
        "LINES-DECIMALS",
        Severity.STOP,
        "Its {what} have more decimals than {currency} ({decimals}): rounded they give {rounded}, not {exact}",
        "Correct them in Manage; or set round_lines in the settings: then the cent goes to the largest rest",
        f"{_TRANSACTION}; Settings of this product, [posting]",
        "SL: Currncy.DecPl; this product: nothing is rounded unasked",
    ),
    Check(
        "LINES-ROUNDED",
        Severity.NOTE,
        "Its {what} have more decimals than {currency} ({decimals}): they were rounded to add up to {rounded}",
        "See the lines on the sheet Preview",
        "Preview; Settings of this product, [posting] round_lines",
        "This product's settings: round_lines",
    ),
    Check(
        "RATE-MISSING",
        Severity.STOP,
        "SL has no rate of type {rate_type!r} for {currency} on or before {day}",
        "Enter the rate",
        f"SL: {screen('24.270')}",
        "SL: CuryRate, latest EffDate on or before the document date",
    ),
    Check(
        "RATE-OLD",
        Severity.NOTE,
        "The rate for {currency} is of {since}, more than {days} days before the document",
        "Enter a newer rate, when there is one",
        f"SL: {screen('24.270')}",
        "This product's settings: rate_max_age_days",
    ),
    Check(
        "BASE-DIFF",
        Severity.STOP,
        "Its base amounts differ by rounding, and no line can take the difference",
        "Post it by hand in other amounts (SL could not release these), and clear it without export",
        _SCREENS,
        "SL: vp_08400CuryDiff leaves out lines whose base amount is 0; message 8888",
    ),
    # --- cut-off ----------------------------------------------------------------------------------------------
    Check(
        "CUT-OFF",
        Severity.NOTE,
        "Cut-off: dated in {dated}, posted to {period}",
        "See whether it belongs to that period; the period to post is chosen on Home",
        "Home, Period to post",
        "SL: GLSetup.FiscalPerEnd of the dates of the document and of its parts, against PerPost",
    ),
    Check(
        "CUT-OFF-THROUGH",
        Severity.STOP,
        "Cut-off: its document would be dated after the Through date, {through}",
        "Set a later Through date on Home and refresh, or take Include off",
        "Home, Through date",
        "Manage API: the export's throughDate; a document's date is that of the export",
    ),
)

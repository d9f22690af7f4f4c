"""Formulas that open a record in Manage, or jump to a row of another sheet.

They stand in columns of their own, beside the number: the number stays a text that can be read, filtered, sorted and
looked up, and nothing of Manage's data becomes part of a formula. Each is the same in every row (``[#This Row]``), so
that one write fills the column, and a sort or a refresh changes nothing. Excel looks the row up when it shows it.
"""

from __future__ import annotations

ADDRESS = "Manage address"  # the column whose text *Open* opens
TRANSACTION_ID = "Id"  # of a problem: ``invoice:4417``

_SHEET_OF = {"invoice": "Invoices", "expense": "Expenses", "procurement": "Inventory"}  # table and sheet: one name
_PREVIEW = "Preview"


def open_formula(table: str) -> str:
    """Return the formula that opens the row's record in Manage; an empty text where it has no address."""
    address = _of_row(table, ADDRESS)
    return f'=IF({address}="","",HYPERLINK({address},"Open"))'


def to_row_formula(table: str) -> str:
    """Return the formula that jumps from a problem to the row of its transaction, wherever that is sorted to."""
    own = _of_row(table, TRANSACTION_ID)
    formula = '""'
    for kind, sheet in reversed(_SHEET_OF.items()):
        row = _row_in(sheet, "Id", f'SUBSTITUTE({own},"{kind}:","")')
        formula = f'IFERROR(HYPERLINK("#{sheet}!A"&{row},"Go to row"),{formula})'
    return f'=IF({own}="","",{formula})'


def to_preview_formula(table: str, shown_run: str) -> str:
    """Return the formula that jumps from a document of the last run to its first row on Preview.

    ``shown_run``: the named cell that names the run. Rows of earlier runs have no rows there: the preview is not
    theirs. A document of several transactions has their numbers in one cell.
    """
    number = _of_row(table, "Transaction")
    whole, part = (_row_in(_PREVIEW, "Transaction", wanted) for wanted in (number, f'"*"&{number}&"*"'))
    jump = f'HYPERLINK("#{_PREVIEW}!A"&IFERROR({whole},{part}),"Preview")'
    last = f"ISNUMBER(SEARCH({_of_row(table, 'Run')},{shown_run}))"
    return f'=IF({number}="","",IF({last},IFERROR({jump},""),""))'


def _of_row(table: str, column: str) -> str:
    return f"{table}[[#This Row],[{column}]]"


def _row_in(table: str, column: str, wanted: str) -> str:
    """Return the part of a formula that gives the row of the sheet; #N/A when there is none."""
    return f"(ROW({table}[[#Headers],[{column}]])+MATCH({wanted},{table}[{column}],0))"

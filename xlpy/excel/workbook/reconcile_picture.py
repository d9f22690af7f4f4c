"""The picture of the Reconcile sheet: a bar above each of its amount columns, how much of what Manage has got there.

It stands in the frozen rows above the header, where no filter hides it. Bars are text in cells: a save of the closed
file keeps them, and would lose a chart's corners, style and fonts.
"""

from __future__ import annotations

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlpy.excel.workbook import look
from xlpy.excel.workbook.home_sheet import name_range
from xlpy.excel.workbook.layout import HINT_ROW
from xlpy.excel.workbook.sheet import NUMBER_FORMAT, TITLE_ROW, CellKind
from xlpy.excel.workbook.sheets import RECONCILE, RECONCILED_BLOCK, RECONCILED_STEPS

_BAR_LENGTH = 12  # blocks of a full bar: about as wide as a column of amounts
_LABEL = "Currency"  # the column before the amounts: what the bars are of
_DIFFERENCE = "Difference"


def draw_steps(book: Workbook, ws: Worksheet) -> None:
    """Lay out the named block with the amounts (row 1) and the bars (row 2) above their columns."""
    places = {column.name: number for number, column in enumerate(RECONCILE.columns, 1)}
    first, last = places[_LABEL], places[RECONCILED_STEPS[-1]]
    name_range(
        book, RECONCILED_BLOCK, ws, f"${get_column_letter(first)}${TITLE_ROW}:${get_column_letter(last)}${TITLE_ROW}"
    )
    for number in range(first, last + 1):
        cell = ws.cell(TITLE_ROW, number)
        look.dress_text(cell, size=9, bold=True, color=look.INK)
        if number > first:  # the first has words, which keep the format of titles
            cell.number_format = NUMBER_FORMAT[CellKind.MONEY]
        cell.alignment = Alignment(horizontal="right", vertical="bottom", indent=1)
    start = f"${get_column_letter(places[RECONCILED_STEPS[0]])}${TITLE_ROW}"
    most = f"MAX({start}:${get_column_letter(last)}${TITLE_ROW})"
    for name in RECONCILED_STEPS:
        letter = get_column_letter(places[name])
        amount = f"{letter}${TITLE_ROW}"
        bar = ws[f"{letter}{HINT_ROW}"]
        bar.value = f'=IF(N(${amount})>0,REPT("█",MAX(1,ROUNDDOWN({_BAR_LENGTH}*{amount}/{most},0))),"")'
        bar.font = look.font(size=8, color=look.BAR)
        bar.alignment = Alignment(horizontal="right", vertical="center", indent=1)
        # What has arrived in part is told by colour too: a cent is too little to be seen in a bar.
        short = Rule(type="expression", formula=[f"N({amount})<{start}"], dxf=look.tint(look.WARN))
        ws.conditional_formatting.add(f"{letter}{TITLE_ROW}", short)
    letter = get_column_letter(places[_DIFFERENCE])
    wrong = Rule(type="expression", formula=[f"N({letter}${TITLE_ROW})<>0"], dxf=look.tint(look.BAD))
    ws.conditional_formatting.add(f"{letter}{TITLE_ROW}", wrong)

"""Lays out the sheets with one table each: title, hint, filtered totals, header, the table, print set-up."""

from __future__ import annotations

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from xlpy.excel.workbook import look
from xlpy.excel.workbook.home_cells import OWN_RUN, Home
from xlpy.excel.workbook.included_formulas import MARKED, base_currency, included, line_of_sums
from xlpy.excel.workbook.printing import print_columns, set_print
from xlpy.excel.workbook.sheet import (
    FIRST_DATA_ROW,
    HEADER_ROW,
    LAST_ROW,
    NUMBER_FORMAT,
    SUBTOTAL_ROW,
    TITLE_ROW,
    Column,
    Sheet,
)
from xlpy.excel.workbook.state_colours import any_other, colours_of

HINT_ROW = 2
# The first column that scrolls; where an older workbook has its columns otherwise, right of the title.
BESIDE_TITLE = "F"
TABLE_STYLE = "TableStyleLight1"  # built in: an own table style would be lost when a closed file is saved
SHOWN = "Rows shown:"
TOTAL_OF_SHOWN, TOTAL_OF_INCLUDED = "Total shown", "Total included"

_TOTAL_WIDTH = 15.5  # -12,345,678.90 in bold; a number that does not fit is shown as ###
_FILTER_BUTTON = 3.2  # characters that the filter button covers in a header


def lay_out_table(book: Workbook, sheet: Sheet) -> Worksheet:
    """Add ``sheet`` to ``book``: empty but for one blank row, since Excel has no table without a row."""
    ws: Worksheet = book.create_sheet(sheet.name)
    ws.sheet_properties.tabColor = look.TAB[sheet.part]
    ws.sheet_view.showGridLines = False
    _set_columns(ws, sheet)
    _set_top(ws, sheet)
    _add_table(ws, sheet)
    _colour_rows(ws, sheet)
    _offer_choices(ws, sheet)
    corner = ws.cell(FIRST_DATA_ROW, sheet.in_sight + 1)
    ws.freeze_panes = corner.coordinate
    for selection in ws.sheet_view.selection:
        selection.activeCell = selection.sqref = corner.coordinate
    set_print(ws, landscape=sheet.landscape, signed=sheet.signed)
    print_columns(ws, [column_width(column) for column in sheet.columns], landscape=sheet.landscape)
    ws.print_title_rows = f"{TITLE_ROW}:{HEADER_ROW}"
    return ws


def _last_letter(sheet: Sheet) -> str:
    return get_column_letter(len(sheet.columns))


def _set_columns(ws: Worksheet, sheet: Sheet) -> None:
    """Format whole columns: a cell written later by Excel has ``@`` before its value arrives."""
    for number, column in enumerate(sheet.columns, 1):
        dimension = ws.column_dimensions[get_column_letter(number)]
        dimension.width = column_width(column)
        look.dress_body(dimension, column.kind)
        look.dress_header(ws.cell(HEADER_ROW, number, column.name), sheet.part, column.kind)
        look.dress_body(ws.cell(FIRST_DATA_ROW, number, column.formula or None), column.kind)


def column_width(column: Column) -> float:
    """Return the column's width, at least so that no word of its header is broken or lies under the filter button."""
    longest = max(len(word) for word in column.name.split())
    return max(column.width, longest * 1.1 + _FILTER_BUTTON, _TOTAL_WIDTH if column.total else 0)


def _set_top(ws: Worksheet, sheet: Sheet) -> None:
    marked = sheet.table in MARKED
    for row, height in ((TITLE_ROW, 27), (HINT_ROW, 19 if marked else 17), (SUBTOTAL_ROW, 19), (HEADER_ROW, 31)):
        ws.row_dimensions[row].height = height
    for number in range(1, len(sheet.columns) + 1):  # or the formats of the columns would shine through
        look.dress_text(ws.cell(TITLE_ROW, number), size=16, bold=True)
        look.dress_text(ws.cell(HINT_ROW, number), bold=marked, color=look.INK if marked else look.MUTED)
        look.dress_text(ws.cell(SUBTOTAL_ROW, number), bold=True)
        ws.cell(SUBTOTAL_ROW, number).fill = look.fill(look.BAND)
    ws.cell(TITLE_ROW, 1, sheet.title)
    hint = ws[hint_cell(sheet)]
    hint.value = sheet.hint
    look.dress_text(hint, color=look.MUTED)
    counted = sheet.counted or sheet.key or sheet.columns[0].name  # never empty in a row
    own = OWN_RUN.get(sheet.table)
    told, words = own or Home.BATCH_IDENTIFIER, "" if own else "batch "
    # The batch stands in the rows that every printed page repeats; a footer can't read a cell.
    line = line_of_sums(sheet.table, of_shown=True) if marked else f'"{SHOWN} "&SUBTOTAL(103,{sheet.table}[{counted}])'
    ws.cell(SUBTOTAL_ROW, 1, f'={line}&IF({told}="","","  ·  {words}"&{told})')
    if marked:
        ws.cell(HINT_ROW, 1, f"={line_of_sums(sheet.table, of_shown=False)}")
    _set_totals(ws, sheet, marked=marked)


def _set_totals(ws: Worksheet, sheet: Sheet, *, marked: bool) -> None:
    """Totals of what a filter shows and, where one marks, of what is included above them; each with its words."""
    totals = [number for number, column in enumerate(sheet.columns, 1) if column.total]
    for number in totals:
        column = sheet.columns[number - 1]
        sums = {SUBTOTAL_ROW: f"=SUBTOTAL(109,{sheet.table}[{column.name}])"}
        if marked:
            sums[HINT_ROW] = f"={included(sheet.table, total=column.name)}"
        for row, formula in sums.items():
            cell = ws.cell(row, number, formula)
            cell.number_format = NUMBER_FORMAT[column.kind]
            cell.alignment = Alignment(horizontal="right", vertical="center", indent=1)
    labels = {SUBTOTAL_ROW: TOTAL_OF_SHOWN, **({HINT_ROW: TOTAL_OF_INCLUDED} if marked else {})}
    for row, text in labels.items() if totals else ():
        told = f'="{text}, "&{base_currency("base")}' if marked else text
        label = ws.cell(row, totals[0] - 1, told)
        label.alignment = Alignment(horizontal="right", vertical="center")


def hint_cell(sheet: Sheet) -> str:
    """Return the address of a sheet's hint; where one marks, what is included stands in its row."""
    return f"{BESIDE_TITLE}{TITLE_ROW}" if sheet.table in MARKED else f"A{HINT_ROW}"


def _add_table(ws: Worksheet, sheet: Sheet) -> None:
    ref = f"A{HEADER_ROW}:{_last_letter(sheet)}{FIRST_DATA_ROW}"
    table = Table(name=sheet.table, displayName=sheet.table, ref=ref)
    table.tableColumns = [TableColumn(id=number, name=c.name) for number, c in enumerate(sheet.columns, 1)]
    table.autoFilter = AutoFilter(ref=ref)
    table.tableStyleInfo = TableStyleInfo(name=TABLE_STYLE, showRowStripes=False, showColumnStripes=False)
    ws.add_table(table)


def _colour_rows(ws: Worksheet, sheet: Sheet) -> None:
    """Words of state in colour, input cells pale yellow, a hairline under each row that has something."""
    last = _last_letter(sheet)
    filled = f"COUNTA($A{FIRST_DATA_ROW}:${last}{FIRST_DATA_ROW})>0"
    for number, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(number)
        ref = f"{letter}{FIRST_DATA_ROW}:{letter}{LAST_ROW}"
        for word, colors in colours_of(sheet.table, column.name).items():
            rule = Rule(type="cellIs", operator="equal", formula=[f'"{word}"'], dxf=look.tint(colors))
            ws.conditional_formatting.add(ref, rule)
        if (other := any_other(sheet.table, column.name)) is not None:
            words = ",".join(f'"{word}"' for word in colours_of(sheet.table, column.name))
            at = f"${letter}{FIRST_DATA_ROW}"
            different = f'AND({at}<>"",ISNA(MATCH({at},{{{words}}},0)))'
            ws.conditional_formatting.add(ref, Rule(type="expression", formula=[different], dxf=look.tint(other)))
        if column.input:
            ws.conditional_formatting.add(
                ref, Rule(type="expression", formula=[filled], dxf=look.shade(look.INPUT_FILL))
            )
    hairline = Rule(type="expression", formula=[filled], dxf=look.shade())
    ws.conditional_formatting.add(f"A{FIRST_DATA_ROW}:{last}{LAST_ROW}", hairline)


def _offer_choices(ws: Worksheet, sheet: Sheet) -> None:
    for number, column in enumerate(sheet.columns, 1):
        if column.choices:
            letter = get_column_letter(number)
            offer(ws, f"{letter}{FIRST_DATA_ROW}:{letter}{LAST_ROW}", column.choices, column.name, column.hint)


def offer(
    ws: Worksheet, ref: str, choices: tuple[str, ...] | str, title: str, prompt: str, *, only: bool = False
) -> None:
    """Offer a list in ``ref``: words, or a formula that gives a range. ``only``: refuse everything else.

    Lists that only offer leave judging to Python, which takes more words (``x`` for Yes, a typed period).
    """
    validation = DataValidation(
        type="list",
        formula1=choices if isinstance(choices, str) else f'"{",".join(choices)}"',
        allow_blank=True,
        showErrorMessage=only,
        showInputMessage=bool(prompt),
        promptTitle=title if prompt else None,
        prompt=prompt or None,
        errorTitle=title if only else None,
        error="Please choose from the list." if only else None,
    )
    validation.add(ref)
    ws.add_data_validation(validation)

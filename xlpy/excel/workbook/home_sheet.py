"""Lays out Home and About: named cells with their labels, the inputs, what is included, the one picture."""

from __future__ import annotations

from openpyxl.styles import Alignment, Border
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from xlpy.excel.workbook import look
from xlpy.excel.workbook.home_cells import (
    ABOUT_LINES,
    ABOUT_SHEET,
    AFTERWARDS_LINES,
    AGEING_BLOCK,
    AGEING_KINDS,
    AGES,
    ALL_LOCATIONS,
    COMPANY_LINES,
    CUSTOMER_SUMS,
    CUSTOMERS_BLOCK,
    CUSTOMERS_ROWS,
    CUSTOMERS_SHOWN,
    DETAIL_CHOICES,
    HOME_SHEET,
    INCLUDED_BLOCK,
    INCLUDED_ROWS,
    INCLUDED_SUMS,
    INPUT_DEFAULTS,
    INPUT_LINES,
    LOCATIONS_LIST,
    LOCATIONS_ROWS,
    OWN_RUN,
    PERIOD_CHOICES,
    PERIOD_LINES,
    PERIODS_LIST,
    STEPS,
    SYNC_STARTS,
    YES_NO,
    YES_NO_INPUTS,
    Home,
)
from xlpy.excel.workbook.included_formulas import (
    base_currency,
    customer_formula,
    included,
    included_formula,
    preview_formula,
    rerun_formula,
    shown_formula,
)
from xlpy.excel.workbook.layout import offer
from xlpy.excel.workbook.printing import print_areas, set_print
from xlpy.excel.workbook.sheet import NUMBER_FORMAT, CellKind, Part

HOME, ABOUT = HOME_SHEET, ABOUT_SHEET
HOME_WIDTHS = (2, 24, 25, 20, 17, 3, 24, 14, 14, 16, 16, 2, 34, 34, 30, 9, 9, 16, 16)  # A…S; M…S hidden: lists, sums
_LABEL, _VALUE, _ASIDE, _LEFT_END = 2, 3, 4, 5
_RIGHT, _RIGHT_END = 7, 11
_LOCATIONS_COLUMN, _PERIODS_COLUMN, _CUSTOMERS_COLUMN, _CUSTOMERS_END = 13, 14, 15, 19
_LAST_ROW = 54
_BETWEEN_KINDS = 6  # height of the row that sets the bars of two kinds apart
_BAR_LENGTH = 46  # blocks of the longest bar of the picture


def lay_out_home(book: Workbook) -> Worksheet:
    """Add the Home sheet and its named cells."""
    ws = _new_sheet(book, HOME, HOME_WIDTHS, Part.INPUT)
    _words(ws, 1, _LABEL, "Manage to SL", size=18, bold=True)
    _words(
        ws, 2, _LABEL, "From what ConnectWise Manage has not posted to unreleased batches in Dynamics SL.", muted=True
    )
    ws.row_dimensions[1].height = 30
    for row in range(3, _LAST_ROW + 1):
        ws.row_dimensions[row].height = 19
    _company(book, ws, 4)
    _inputs(book, ws, 9)
    _periods(book, ws, 19)
    _last_run(book, ws, 26)
    _afterwards(book, ws, 35)
    _steps(ws, 4)
    _included(book, ws, 11)
    _customers(book, ws, 22)
    _picture(book, ws, 35)
    _lists(book, ws)
    # What one enters is one page, what there is another: beside each other they would be too small to read.
    set_print(ws, landscape=False)
    ends = (get_column_letter(_RIGHT - 1), get_column_letter(_RIGHT), get_column_letter(_RIGHT_END + 1))
    print_areas(ws, [f"A1:{ends[0]}{_LAST_ROW}", f"{ends[1]}1:{ends[2]}{_LAST_ROW}"])
    return ws


def lay_out_about(book: Workbook, version: str, profile: str) -> Worksheet:
    """Add the About sheet: version, profile, connections and settings (never a secret), how to get help."""
    ws = _new_sheet(book, ABOUT, (2, 26, 100), None)
    _words(ws, 1, 2, "About Manage to SL", size=16, bold=True)
    ws.row_dimensions[1].height = 27
    for row, (name, label, kind) in enumerate(ABOUT_LINES, 3):
        _fact(book, ws, row, (2, 3), name, label, kind)
        ws.row_dimensions[row].height = 62 if kind is CellKind.WRAP else 21
        ws.cell(row, 2).alignment = Alignment(vertical="top" if kind is CellKind.WRAP else "center")
    ws.cell(3, 3).value = version
    ws.cell(4, 3).value = profile or None
    _section(ws, 9, 2, 3, "How to get help")
    for row, text in enumerate(
        (
            "Help, on the ribbon, says where to read more. Check setup tests both systems and says what is missing.",
            "When something failed, send the full log and this sheet: neither holds a password, a key or a token.",
            "The buttons run Python on this PC. Its path is in the hidden sheet xlwings.conf, row Interpreter_Win.",
        ),
        10,
    ):
        _words(ws, row, 2, text)
    set_print(ws, landscape=True)
    return ws


def name_range(book: Workbook, name: str, ws: Worksheet, ref: str) -> None:
    """Give ``ref`` (absolute, without the sheet) a name that holds in the whole workbook."""
    book.defined_names[name] = DefinedName(name, attr_text=f"{quote_sheetname(ws.title)}!{ref}")


def _new_sheet(book: Workbook, title: str, widths: tuple[float, ...], part: Part | None) -> Worksheet:
    ws: Worksheet = book.create_sheet(title)
    ws.sheet_view.showGridLines = False
    ws.sheet_properties.tabColor = look.TAB[part] if part else look.MUTED
    for number, width in enumerate(widths, 1):
        ws.column_dimensions[get_column_letter(number)].width = width
    return ws


def _company(book: Workbook, ws: Worksheet, row: int) -> None:
    _section(ws, row, _LABEL, _LEFT_END, "Company")
    for at, (name, label, kind) in enumerate(COMPANY_LINES, row + 1):
        _fact(book, ws, at, (_LABEL, _LEFT_END), name, label, kind)


def _inputs(book: Workbook, ws: Worksheet, row: int) -> None:
    _section(ws, row, _LABEL, _LEFT_END, "What to export")
    for at, entry in enumerate(INPUT_LINES, row + 1):
        _input(book, ws, at, *entry)
    # Only as many as are filled are offered; a range of another sheet would be an extension that openpyxl loses.
    locations = f"OFFSET({LOCATIONS_LIST},0,0,MAX(1,COUNTA({LOCATIONS_LIST})),1)"
    for at, (name, label, _, _) in enumerate(INPUT_LINES, row + 1):
        ref = f"{get_column_letter(_VALUE)}{at}"
        if name is Home.LOCATION:
            offer(ws, ref, locations, label, "")
        elif name in YES_NO_INPUTS:
            offer(ws, ref, YES_NO, label, "", only=True)
        elif name is Home.DETAIL:
            offer(ws, ref, DETAIL_CHOICES, label, "", only=True)
        elif name is Home.PERIOD:
            offer(ws, ref, PERIODS_LIST, label, "Choose, or type a period as SL shows it, for example 10-2026.")


def _input(book: Workbook, ws: Worksheet, row: int, name: Home, label: str, kind: CellKind, aside: str) -> None:
    _words(ws, row, _LABEL, label)
    cell = ws.cell(row, _VALUE, INPUT_DEFAULTS.get(name))
    look.dress_input(cell, kind)
    name_range(book, name, ws, _absolute(row, _VALUE))
    _words(ws, row, _ASIDE, aside, muted=True)
    ws.cell(row, _ASIDE).alignment = Alignment(horizontal="left", vertical="center", indent=1)


def _afterwards(book: Workbook, ws: Worksheet, row: int) -> None:
    """Lay out the inputs of what comes after the batch."""
    _section(ws, row, _LABEL, _LEFT_END, "After the batch")
    for at, entry in enumerate(AFTERWARDS_LINES, row + 1):
        _input(book, ws, at, *entry)
        if entry[0] is Home.SYNC_START:
            offer(ws, f"{get_column_letter(_VALUE)}{at}", SYNC_STARTS, entry[1], "", only=True)
    _told(ws, row + 5, "Rerun", rerun_formula())


def _periods(book: Workbook, ws: Worksheet, row: int) -> None:
    _section(ws, row, _LABEL, _LEFT_END, "Periods in SL")
    for column, title in ((_VALUE, "Current"), (_ASIDE, "Last closed")):
        _words(ws, row + 1, column, title, muted=True)
    for at, (label, current, closed) in enumerate(PERIOD_LINES, row + 2):
        _fact(book, ws, at, (_LABEL, _LEFT_END), current, label, CellKind.TEXT)
        look.dress_fact(ws.cell(at, _ASIDE), CellKind.TEXT)
        name_range(book, closed, ws, _absolute(at, _ASIDE))


def _last_run(book: Workbook, ws: Worksheet, row: int) -> None:
    _section(ws, row, _LABEL, _LEFT_END, "Last run")
    _fact(book, ws, row + 1, (_LABEL, _LEFT_END), Home.LAST_RUN, "State", CellKind.TEXT)
    ws.cell(row + 1, _VALUE).font = look.font(bold=True)
    for column, name, kind in ((_ASIDE, Home.LAST_BUTTON, CellKind.TEXT), (_LEFT_END, Home.LAST_RUN_AT, CellKind.TIME)):
        look.dress_fact(ws.cell(row + 1, column), kind)
        name_range(book, name, ws, _absolute(row + 1, column))
    _fact(book, ws, row + 2, (_LABEL, _LEFT_END), Home.LAST_RUN_TEXT, "What happened", CellKind.WRAP)
    for column in range(_VALUE, _LEFT_END + 1):  # borders of merged cells do not come back alike from a save
        ws.cell(row + 2, column).border = Border()
    ws.merge_cells(start_row=row + 2, end_row=row + 6, start_column=_VALUE, end_column=_LEFT_END)
    _told(ws, row + 7, "Preview", preview_formula())


def _told(ws: Worksheet, row: int, label: str, formula: str) -> None:
    """Add a line that the sheet itself tells."""
    _words(ws, row, _LABEL, label, muted=True)
    for column in range(_VALUE, _LEFT_END + 1):
        look.dress_fact(ws.cell(row, column), CellKind.COUNT)
        ws.cell(row, column).alignment = Alignment(horizontal="left", vertical="center")
    ws.cell(row, _VALUE).value = formula


def _steps(ws: Worksheet, row: int) -> None:
    _section(ws, row, _RIGHT, _RIGHT_END, "The way through")
    for number, (button, what) in enumerate(STEPS, 1):
        _words(ws, row + number, _RIGHT, f"{number}   {button}", bold=True)
        _words(ws, row + number, _RIGHT + 1, what)


def _included(book: Workbook, ws: Worksheet, row: int) -> None:
    """Lay out what is included: kind and currency, filled by Python; count and total, counted by the sheet itself."""
    _section(ws, row, _RIGHT, _RIGHT_END, "What is included")
    kinds = (CellKind.TEXT, CellKind.TEXT, CellKind.COUNT, CellKind.MONEY, CellKind.MONEY)
    first, last = row + 2, row + 1 + INCLUDED_ROWS
    _heads(ws, row + 1, ("Kind", "Currency", "Included", "Total included", "Total shown"), kinds)
    for at in range(first, last + 1):
        for column, kind in enumerate(kinds, _RIGHT):
            look.dress_fact(ws.cell(at, column), kind)
        kind_at, currency_at = (_absolute(at, column) for column in (_RIGHT, _RIGHT + 1))
        ws.cell(at, _RIGHT + 2, included_formula(kind_at, currency_at))
        ws.cell(at, _RIGHT + 3, included_formula(kind_at, currency_at, "Total"))
        ws.cell(at, _RIGHT + 4, shown_formula(kind_at, currency_at))
    name_range(book, INCLUDED_BLOCK, ws, _absolute(first, _RIGHT, last, _RIGHT + 1))
    name_range(book, INCLUDED_SUMS, ws, _absolute(first, _RIGHT + 2, last, _RIGHT + 4))


def _customers(book: Workbook, ws: Worksheet, row: int) -> None:
    """Lay out the included invoices by customer: those with the largest totals, and the others in one line.

    Python fills the hidden list of all customers; their sums, and which are the largest, the sheet works out itself.
    """
    _section(ws, row, _RIGHT, _RIGHT_END, "Included invoices by customer")
    kinds = (CellKind.TEXT, CellKind.TEXT, CellKind.COUNT, CellKind.MONEY)
    _heads(ws, row + 1, ("Customer", "Currency", "Included", "Total included"), kinds)
    first, last = row + 2, row + 1 + CUSTOMERS_SHOWN
    ranked = f"INDEX({CUSTOMER_SUMS},0,3)"
    for place, at in enumerate(range(first, last + 1), 1):
        found = f"MATCH(LARGE({ranked},{place}),{ranked},0)"
        sources = ((CUSTOMERS_BLOCK, 1), (CUSTOMERS_BLOCK, 2), (CUSTOMER_SUMS, 1), (CUSTOMER_SUMS, 2))
        for column, (block, of) in enumerate(sources, _RIGHT):
            told = f"INDEX({block},{found},{of})" + ('&""' if block == CUSTOMERS_BLOCK else "")
            look.dress_fact(ws.cell(at, column, f'=IF(COUNT({ranked})<{place},"",{told})'), kinds[column - _RIGHT])
    counts, totals = (_absolute(first, _RIGHT + at, last, _RIGHT + at) for at in (2, 3))
    others = f"{included('Invoices')}-SUM({counts})"
    one_currency = f'COUNTIF(INDEX({INCLUDED_BLOCK},0,1),"Invoices")=1'
    rest = f"{included('Invoices', total='Total')}-SUM({totals})"
    formulas = (
        f'=IF({others}>0,"All others","")',
        "",
        f'=IF({others}>0,{others},"")',
        f'=IF(AND({others}>0,{one_currency}),{rest},"")',  # two currencies are never added
    )
    for column, (formula, kind) in enumerate(zip(formulas, kinds, strict=True), _RIGHT):
        look.dress_fact(ws.cell(last + 1, column, formula or None), kind)
    _customer_list(book, ws)


def _customer_list(book: Workbook, ws: Worksheet) -> None:
    """Lay out the hidden list: customer, currency, count, total, and the total to rank by, each a little different."""
    for at in range(1, CUSTOMERS_ROWS + 1):
        customer, currency, count, total = (_absolute(at, _CUSTOMERS_COLUMN + i) for i in range(4))
        ws.cell(at, _CUSTOMERS_COLUMN + 2, customer_formula(customer, currency))
        ws.cell(at, _CUSTOMERS_COLUMN + 3, customer_formula(customer, currency, "Total"))
        ws.cell(at, _CUSTOMERS_END, f'=IF(N({count})=0,"",{total}-ROW()/10^6)')
    name_range(book, CUSTOMERS_BLOCK, ws, _absolute(1, _CUSTOMERS_COLUMN, CUSTOMERS_ROWS, _CUSTOMERS_COLUMN + 1))
    name_range(book, CUSTOMER_SUMS, ws, _absolute(1, _CUSTOMERS_COLUMN + 2, CUSTOMERS_ROWS, _CUSTOMERS_END))


def _heads(ws: Worksheet, row: int, titles: tuple[str, ...], kinds: tuple[CellKind, ...]) -> None:
    for column, (title, kind) in enumerate(zip(titles, kinds, strict=True), _RIGHT):
        _words(ws, row, column, title, muted=True)
        if kind in {CellKind.COUNT, CellKind.MONEY}:
            ws.cell(row, column).alignment = Alignment(horizontal="right", vertical="center", indent=1)


def _picture(book: Workbook, ws: Worksheet, row: int) -> None:
    """Unposted base amount by kind and age, as numbers and as bars.

    Bars are text in cells: of a chart, a save of the closed file loses corners, style and fonts.
    """
    _section(ws, row, _RIGHT, _RIGHT_END, f'="Unposted, by age, in "&{base_currency("base currency")}')
    _words(ws, row + 1, _RIGHT, "Kind", muted=True)
    for column, age in enumerate(AGES, _RIGHT + 1):
        _words(ws, row + 1, column, age, muted=True)
        ws.cell(row + 1, column).alignment = Alignment(horizontal="right", vertical="center", indent=1)
    first = row + 2
    last = first + len(AGEING_KINDS) - 1
    for at, kind in enumerate(AGEING_KINDS, first):
        look.dress_fact(ws.cell(at, _RIGHT, kind), CellKind.TEXT)
        for column in range(_RIGHT + 1, _RIGHT + 1 + len(AGES)):
            look.dress_fact(ws.cell(at, column), CellKind.MONEY)
    name_range(book, AGEING_BLOCK, ws, _absolute(first, _RIGHT, last, _RIGHT + len(AGES)))
    amounts = _absolute(first, _RIGHT + 1, last, _RIGHT + len(AGES))
    at = last + 2
    for number, kind in enumerate(AGEING_KINDS):
        for step, age in enumerate(AGES, 1):
            amount = _absolute(first + number, _RIGHT + step)
            _words(ws, at, _RIGHT, f"{kind}, {age[0].lower()}{age[1:]}")
            bar = ws.cell(at, _RIGHT + 1)
            bar.value = f'=IF(N({amount})>0,REPT("█",MAX(1,ROUND({_BAR_LENGTH}*{amount}/MAX({amounts}),0))),"")'
            bar.font = look.font(size=9, color=look.BAR)
            bar.alignment = Alignment(vertical="center")
            at += 1
        if number < len(AGEING_KINDS) - 1:
            ws.row_dimensions[at].height = _BETWEEN_KINDS
            at += 1


def _lists(book: Workbook, ws: Worksheet) -> None:
    """Write what the lists offer into hidden columns of this sheet (a choice with a comma needs a cell).

    That their texts are texts is said of the columns: hundreds of empty cells would be read and saved with each button.
    """
    for column in range(_LOCATIONS_COLUMN, _CUSTOMERS_END + 1):
        ws.column_dimensions[get_column_letter(column)].hidden = True
    for column in (_LOCATIONS_COLUMN, _PERIODS_COLUMN, _CUSTOMERS_COLUMN, _CUSTOMERS_COLUMN + 1):
        ws.column_dimensions[get_column_letter(column)].number_format = NUMBER_FORMAT[CellKind.TEXT]
    offered = [(1, _LOCATIONS_COLUMN, ALL_LOCATIONS)]
    offered += [(at, _PERIODS_COLUMN, choice) for at, choice in enumerate(PERIOD_CHOICES, 1)]
    for place in offered:
        ws.cell(*place).number_format = NUMBER_FORMAT[CellKind.TEXT]
    hidden = (*OWN_RUN.values(), Home.PREVIEW_HASH, Home.PREVIEW_OF, Home.RERUN_HASH, Home.BASE_CURRENCY)
    for at, name in enumerate(hidden, len(PERIOD_CHOICES) + 2):
        name_range(book, name, ws, _absolute(at, _PERIODS_COLUMN))
    name_range(book, LOCATIONS_LIST, ws, _absolute(1, _LOCATIONS_COLUMN, LOCATIONS_ROWS, _LOCATIONS_COLUMN))
    name_range(book, PERIODS_LIST, ws, _absolute(1, _PERIODS_COLUMN, len(PERIOD_CHOICES), _PERIODS_COLUMN))


def _fact(
    book: Workbook, ws: Worksheet, row: int, columns: tuple[int, int], name: Home, label: str, kind: CellKind
) -> None:
    """Add a line that Python fills: label in the first column, the named cell in the next, ruled to the end."""
    start, end = columns
    _words(ws, row, start, label, muted=True)
    for column in range(start + 1, end + 1):
        look.dress_fact(ws.cell(row, column), kind)
    name_range(book, name, ws, _absolute(row, start + 1))


def _section(ws: Worksheet, row: int, start: int, end: int, title: str) -> None:
    for column in range(start, end + 1):
        cell = ws.cell(row, column)
        look.dress_text(cell, size=11, bold=True)
        cell.fill = look.fill(look.BAND)
    ws.cell(row, start, title)


def _words(
    ws: Worksheet, row: int, column: int, text: str, *, size: float = 10, bold: bool = False, muted: bool = False
) -> None:
    cell = ws.cell(row, column, text or None)
    look.dress_text(cell, size=size, bold=bold, color=look.MUTED if muted else look.INK)


def _absolute(row: int, column: int, last_row: int = 0, last_column: int = 0) -> str:
    first = f"${get_column_letter(column)}${row}"
    return f"{first}:${get_column_letter(last_column)}${last_row}" if last_row else first

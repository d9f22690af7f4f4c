"""Drives LibreOffice over UNO; run by the system's Python, the only one that has ``uno``. Prints JSON.

/usr/bin/python3 uno_session.py press WORKBOOK ID...      what each press of a button would run
/usr/bin/python3 uno_session.py mark WORKBOOK SAVED       filter Invoices to Problem, mark the rest, save as SAVED
/usr/bin/python3 uno_session.py modules WORKBOOK          the VBA modules it found
/usr/bin/python3 uno_session.py save WORKBOOK SAVED       work all formulas out and save
/usr/bin/python3 uno_session.py shown WORKBOOK SHEET CELL... what those cells show; XLPY_OFFICE_LOCALE: where (de-DE)
/usr/bin/python3 uno_session.py pdf WORKBOOK PDF          print it
/usr/bin/python3 uno_session.py screen WORKBOOK PDF       a page per sheet: what a screen of 1,400 × 900 pixels shows
/usr/bin/python3 uno_session.py serve                     one of these after another, each a line of JSON, in one start
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

ALWAYS_RUN_MACROS = 4
EMPTY = ""


def prop(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@contextmanager
def office():
    """A LibreOffice with a profile of its own; it is asked to end, and ended by its own id if it does not."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="uno-", ignore_cleanup_errors=True) as profile:
        set_locale(Path(profile) / "user", os.environ.get("XLPY_OFFICE_LOCALE", ""))
        process = subprocess.Popen(
            [
                "soffice",
                f"-env:UserInstallation={Path(profile).as_uri()}",
                "--headless",
                "--norestore",
                "--nologo",
                f"--accept=socket,host=127.0.0.1,port={port};urp;",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        desktop = None
        try:
            desktop = connect(port)
            yield desktop
        finally:
            try:
                if desktop is not None:
                    desktop.terminate()
            finally:
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def set_locale(user, locale):
    """Write the regional setting of the user, by which dates are shown; empty: the system's."""
    if locale:
        user.mkdir()
        user.joinpath("registrymodifications.xcu").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
            '<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">'
            f"<value>{locale}</value></prop></item></oor:items>",
            encoding="utf-8",
        )


def connect(port, patience=60):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + patience
    while True:
        try:
            context = resolver.resolve(f"uno:socket,host=127.0.0.1,port={port};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def open_workbook(desktop, path):
    document = desktop.loadComponentFromURL(
        Path(path).resolve().as_uri(),
        "_blank",
        0,
        (prop("Hidden", True), prop("MacroExecutionMode", ALWAYS_RUN_MACROS)),
    )
    if document is None:
        raise SystemExit(f"LibreOffice could not open {path}")
    return document


def press(document, ids):
    cell = document.Sheets.getByName("xlwings.conf").getCellRangeByName("D1")
    ran = {}
    for button in ids:
        cell.String = EMPTY
        script = document.getScriptProvider().getScript(
            "vnd.sun.star.script:VBAProject.Ribbon.PressButton?language=Basic&location=document"
        )
        script.invoke((button,), (), ())
        ran[button] = cell.String
    return ran


def modules(document):
    library = document.BasicLibraries.getByName("VBAProject")
    return {name: library.getByName(name) for name in library.ElementNames}


def mark(document, target):
    """What a user does on Invoices: filter, mark what is shown, save; the file keeps being a macro workbook."""
    sheet = document.Sheets.getByName("Invoices")
    ranges = document.DatabaseRanges
    area = ranges.getByName("Invoices").DataArea
    table = sheet.getCellRangeByPosition(area.StartColumn, area.StartRow, area.EndColumn, area.EndRow)
    headers = [table.getCellByPosition(i, 0).String for i in range(table.Columns.Count)]
    filters = table.createFilterDescriptor(True)
    condition = uno.createUnoStruct("com.sun.star.sheet.TableFilterField")
    condition.Field = headers.index("Status")
    condition.Operator = uno.Enum("com.sun.star.sheet.FilterOperator", "NOT_EQUAL")
    condition.IsNumeric, condition.StringValue = False, "Problem"
    filters.setFilterFields((condition,))
    filters.ContainsHeader = True
    table.filter(filters)
    document.calculateAll()
    shown = [r for r in range(area.StartRow + 1, area.EndRow + 1) if sheet.Rows.getByIndex(r).IsVisible]
    for row in shown:
        sheet.getCellByPosition(headers.index("Include"), row).String = "Yes"
    total = sheet.getCellByPosition(headers.index("Base total"), area.StartRow - 1)
    found = {
        "tables": {name: list(area_of(ranges.getByName(name))) for name in ranges.ElementNames},
        "shown": len(shown),
        "rows": area.EndRow - area.StartRow,
        "shown_total": total.Value,
        "total_error": total.Error,
        "included": sheet.getCellByPosition(0, area.StartRow - 2).String,
        "included_total": sheet.getCellByPosition(headers.index("Base total"), area.StartRow - 2).Value,
        "line": sheet.getCellByPosition(0, area.StartRow - 1).String,
        "bar": document.Sheets.getByName("Home").getCellRangeByName("H41").String,
        "errors": formula_errors(document),
    }
    document.storeToURL(Path(target).resolve().as_uri(), (prop("FilterName", "Calc MS Excel 2007 VBA XML"),))
    return found


def grow_rows(document):
    """Rows without a height of their own grow with their text, as Excel lets them on opening."""
    for sheet in document.Sheets:
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        for index in range(cursor.RangeAddress.EndRow + 1):
            row = sheet.Rows.getByIndex(index)
            if row.OptimalHeight:
                row.OptimalHeight = True


def print_to(document, target):
    grow_rows(document)
    document.storeToURL(Path(target).resolve().as_uri(), (prop("FilterName", "calc_pdf_Export"),))
    return {"sheets": [sheet.Name for sheet in document.Sheets if sheet.IsVisible]}


SCREEN = (1400, 900)  # pixels, 96 of which are an inch
HUNDREDTHS_OF_MM = 2540 / 96


def screen_to(document, target):
    """Each sheet from its first cell as far as it fits on the screen, at 100 %, without margins."""
    grow_rows(document)
    styles = document.StyleFamilies.getByName("PageStyles")
    for sheet in (one for one in document.Sheets if one.IsVisible):
        style = styles.getByName(sheet.PageStyle)
        style.IsLandscape = True
        style.Width, style.Height = (round(side * HUNDREDTHS_OF_MM) for side in SCREEN)
        style.LeftMargin = style.RightMargin = style.TopMargin = style.BottomMargin = 0
        style.HeaderIsOn = style.FooterIsOn = False
        style.ScaleToPages = style.ScaleToPagesX = style.ScaleToPagesY = 0
        style.PageScale = 100
        sheet.PrintTitleRows = False
        area = uno.createUnoStruct("com.sun.star.table.CellRangeAddress")
        area.Sheet = sheet.RangeAddress.Sheet
        area.EndColumn = fitting((c.Width for c in map(sheet.Columns.getByIndex, range(60)) if c.IsVisible), SCREEN[0])
        area.EndRow = fitting((r.Height for r in map(sheet.Rows.getByIndex, range(90)) if r.IsVisible), SCREEN[1])
        sheet.setPrintAreas((area,))
    return print_to(document, target)


def fitting(sizes, pixels):
    """Index of the last of the columns or rows that fit; headings of rows and columns take their part, too."""
    room, last = (pixels - 30) * HUNDREDTHS_OF_MM, -1
    for size in sizes:
        room -= size
        if room < 0:
            break
        last += 1
    return last


def area_of(database_range):
    area = database_range.DataArea
    return area.StartColumn, area.StartRow, area.EndColumn, area.EndRow


def formula_errors(document):
    from com.sun.star.sheet.CellFlags import FORMULA

    wrong = []
    for sheet in document.Sheets:
        for cell_range in sheet.queryContentCells(FORMULA):
            for row in range(cell_range.Rows.Count):
                for column in range(cell_range.Columns.Count):
                    cell = cell_range.getCellByPosition(column, row)
                    if cell.Error:
                        wrong.append([sheet.Name, cell.AbsoluteName, cell.Formula, cell.Error])
    return wrong


def answer(desktop, command, path, *rest):
    document = open_workbook(desktop, path)
    try:
        if command == "press":
            return press(document, rest)
        if command == "mark":
            return mark(document, rest[0])
        if command == "modules":
            return modules(document)
        if command == "save":
            document.calculateAll()
            document.storeToURL(Path(rest[0]).resolve().as_uri(), (prop("FilterName", "Calc MS Excel 2007 VBA XML"),))
            return {"errors": formula_errors(document)}
        if command == "shown":
            sheet = document.Sheets.getByName(rest[0])
            return {cell: sheet.getCellRangeByName(cell).String for cell in rest[1:]}
        if command == "pdf":
            return print_to(document, rest[0])
        if command == "screen":
            return screen_to(document, rest[0])
        raise SystemExit(f"unknown command {command}")
    finally:
        document.close(True)


def main(command, *rest):
    with office() as desktop:
        if command != "serve":
            print(json.dumps(answer(desktop, command, *rest)))
            return
        for line in sys.stdin:
            print(json.dumps(answer(desktop, *json.loads(line))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A running Excel: Application, Workbooks, and what a user does at the screen."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .areas import areas_common
from .com import ComCollection, ComObject, Wire, called, excel_refuses, got
from .ranges import Range, is_range
from .windows import RUNNING

_HANDLES = itertools.count(0x10050, 0x10)
_AUTOMATIC, _MANUAL, _SEMIAUTOMATIC = -4105, -4135, 2  # XlCalculation


class Excel(Wire):
    """One process of Excel, with its window on the screen until ``end``."""

    def __init__(self) -> None:
        super().__init__()
        self.hwnd = next(_HANDLES)
        self.pid = self.hwnd >> 4
        self.books: list[Any] = []
        self.active: Any = None
        self.application = Application(self)
        RUNNING[self.hwnd] = self

    def open(self, path: Path) -> Any:
        """Open a workbook as a double click does."""
        from .workbook import Workbook

        book = Workbook(self, path)
        self.books.append(book)
        self.active = book
        return book

    def end(self) -> None:
        """The process ends: every later call fails."""
        RUNNING.pop(self.hwnd, None)
        self.gone = True

    def window_object(self) -> ComObject:
        """What AccessibleObjectFromWindow gives for a workbook's window: a Window."""
        from .workbook import Window

        return Window(self, self.active)

    def needs_a_book(self, what: str) -> None:
        """Raise what Excel answers when no workbook is open."""
        if not self.books:
            excel_refuses(f"Unable to set the {what} property of the Application class")


class Application(ComObject):
    """Excel.Application."""

    def __init__(self, wire: Excel) -> None:
        super().__init__(wire)
        self._status: str | bool = False
        self._switches = {
            "ScreenUpdating": True,
            "DisplayAlerts": True,
            "EnableEvents": True,
            "Interactive": True,
            "Visible": True,
        }
        self._calculation = _AUTOMATIC

    def _excel(self) -> Excel:
        return self._wire  # type: ignore[return-value]

    def _switch(self, name: str, value: Any) -> None:
        self._switches[name] = bool(value)

    ScreenUpdating = got(lambda self: self._switches["ScreenUpdating"])
    ScreenUpdating = ScreenUpdating.setter(lambda self, value: self._switch("ScreenUpdating", value))
    DisplayAlerts = got(lambda self: self._switches["DisplayAlerts"])
    DisplayAlerts = DisplayAlerts.setter(lambda self, value: self._switch("DisplayAlerts", value))
    EnableEvents = got(lambda self: self._switches["EnableEvents"])
    EnableEvents = EnableEvents.setter(lambda self, value: self._switch("EnableEvents", value))
    Interactive = got(lambda self: self._switches["Interactive"])
    Interactive = Interactive.setter(lambda self, value: self._switch("Interactive", value))
    Visible = got(lambda self: self._switches["Visible"])
    Visible = Visible.setter(lambda self, value: self._switch("Visible", value))

    @got
    def Calculation(self) -> int:
        return self._calculation

    @Calculation.setter
    def Calculation(self, value: Any) -> None:
        """XlCalculation; without an open workbook Excel answers 1004."""
        self._excel().needs_a_book("Calculation")
        if value not in {_AUTOMATIC, _MANUAL, _SEMIAUTOMATIC}:
            excel_refuses("Unable to set the Calculation property of the Application class")
        self._calculation = value

    @got
    def StatusBar(self) -> str | bool:
        """The text; False while Excel has the status bar to itself."""
        return self._status

    @StatusBar.setter
    def StatusBar(self, value: Any) -> None:
        """A text of 255 characters at most is shown; False gives the bar back to Excel."""
        self._status = False if value is False else str(value)[:255]

    @got
    def Hwnd(self) -> int:
        return self._excel().hwnd

    @got
    def Version(self) -> str:
        return "16.0"

    @got
    def Application(self) -> Application:
        return self

    @got
    def Workbooks(self) -> Workbooks:
        return Workbooks(self._excel())

    @got
    def ActiveWorkbook(self) -> Any:
        return self._excel().active

    @got
    def ActiveSheet(self) -> Any:
        active = self._excel().active
        return active._active_sheet() if active else None

    @got
    def Selection(self) -> Any:
        active = self._excel().active
        return active._active_sheet()._selection() if active else None

    @called
    def Calculate(self) -> None:
        """Formulas are not worked out by the stand-in: no macro reads them."""

    @called
    def Intersect(self, *ranges: Range) -> Any:
        """The cells that all ranges have in common; nothing when there are none or the sheets differ."""
        found: Sequence[tuple[int, int, int, int]] = ranges[0]._areas
        for other in ranges[1:]:
            if other._sheet is not ranges[0]._sheet:
                excel_refuses("Method 'Intersect' of object '_Application' failed")
            found = areas_common(found, other._areas)
        return Range(ranges[0]._sheet, list(found)) if found else None

    @called
    def Union(self, *ranges: Range) -> Any:
        if not all(is_range(r) and r._sheet is ranges[0]._sheet for r in ranges):
            excel_refuses("Method 'Union' of object '_Application' failed")
        return Range(ranges[0]._sheet, [area for r in ranges for area in r._areas])

    @called
    def Goto(self, Reference: Any = None, Scroll: bool = False) -> None:
        """Show a cell: its workbook, sheet and cell become the active ones."""
        Reference._sheet._show()
        Reference._sheet._select(Reference)


class Workbooks(ComCollection):
    """The open workbooks: by number, or by file name without regard to case."""

    def _members(self) -> list[Any]:
        return list(self._wire.books)  # type: ignore[attr-defined]

    def _find(self, key: Any) -> Any:
        """By name with or without the file's type: so Windows finds it while it hides the types of files."""
        for book in self._members() if isinstance(key, str) else ():
            if key.casefold() in {book._name().casefold(), book._path.stem.casefold()}:
                return book
        return super()._find(key)

    @got
    def Application(self) -> Application:
        return self._wire.application  # type: ignore[attr-defined,no-any-return]

    @called
    def Open(self, Filename: str, *_more: Any) -> Any:
        """Open a file; one that is open already is given as it is, another of the same name is refused."""
        path = Path(Filename)
        for book in self._members():
            if book._path == path.resolve():
                return book
            if book._name().casefold() == path.name.casefold():
                excel_refuses(
                    f"Sorry, Excel can't open two workbooks with the same name at the same time. ({path.name})"
                )
        if not path.exists():
            excel_refuses(f"Sorry, we couldn't find {Filename}. Is it possible it was moved, renamed or deleted?")
        return self._wire.open(path)  # type: ignore[attr-defined]

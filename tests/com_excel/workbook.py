"""A workbook in Excel, filled from its file: sheets, names, windows, saving."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from macro_books import load_macro_book

from .com import ComCollection, ComObject, called, excel_refuses, got, no_such_item
from .worksheet import Worksheet

_MACRO_BOOK, _BOOK = 52, 51  # XlFileFormat: xlOpenXMLWorkbookMacroEnabled, xlOpenXMLWorkbook


class Workbook(ComObject):
    """A workbook. Its cells are openpyxl's, so that saving gives the file that the other engine reads."""

    def __init__(self, wire: Any, path: Path) -> None:
        super().__init__(wire)
        self._path = path.resolve()
        self._full_name = str(self._path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            self._file = load_macro_book(self._path)
        self._worksheets = [Worksheet(wire, self, sheet) for sheet in self._file.worksheets]
        self._shown = self._worksheets[self._file.index(self._file.active)]
        self._saved = True
        self._structure_protected = bool(self._file.security and self._file.security.lockStructure)

    def _name(self) -> str:
        return self._path.name

    def _active_sheet(self) -> Worksheet:
        return self._shown

    def _sheet(self, name: str) -> Worksheet:
        return next(sheet for sheet in self._worksheets if sheet._name().casefold() == name.casefold())

    def _write_to(self, path: Path) -> None:
        self._file.active = self._worksheets.index(self._shown)
        for sheet in self._worksheets:
            sheet._put_into_file()
        self._file.calculation.fullCalcOnLoad = True
        self._file.save(path)

    def _in_the_cloud(self, url: str) -> None:
        """Let the workbook be one of OneDrive: its full name is then an address."""
        self._full_name = url

    @got
    def Name(self) -> str:
        return self._name()

    @got
    def FullName(self) -> str:
        """The path; an address for a workbook in OneDrive or SharePoint."""
        return self._full_name

    @got
    def Path(self) -> str:
        return self._full_name.rpartition("/")[0]

    @got
    def FileFormat(self) -> int:
        return _MACRO_BOOK if self._path.suffix == ".xlsm" else _BOOK

    @got
    def Application(self) -> Any:
        return self._wire.application  # type: ignore[attr-defined]

    @got
    def Worksheets(self) -> Worksheets:
        return Worksheets(self)

    @got
    def Sheets(self) -> Worksheets:
        return Worksheets(self)

    @got
    def Names(self) -> Names:
        return Names(self)

    @got
    def ActiveSheet(self) -> Worksheet:
        return self._shown

    @got
    def ReadOnly(self) -> bool:
        return False

    @got
    def Saved(self) -> bool:
        return self._saved

    @got
    def ProtectStructure(self) -> bool:
        return self._structure_protected

    @called
    def Windows(self, _which: int = 1) -> Window:
        return Window(self._wire, self)

    @called
    def Activate(self) -> None:
        self._wire.active = self  # type: ignore[attr-defined]

    @called
    def Save(self) -> None:
        self._write_to(self._path)
        self._saved = True

    @called
    def Close(self, SaveChanges: bool = False) -> None:
        excel: Any = self._wire
        if SaveChanges:
            self._write_to(self._path)
        if self._file.vba_archive:
            self._file.vba_archive.close()
        excel.books.remove(self)
        excel.active = excel.books[-1] if excel.books else None

    @called
    def ExportAsFixedFormat(self, Type: int, Filename: str, **_more: Any) -> None:
        """Print into a PDF (Type 0): here one empty page, since nothing is drawn."""
        if Type != 0:
            self._wire.not_modelled(f"ExportAsFixedFormat of type {Type}")
        Path(Filename).write_bytes(_EMPTY_PDF)


_EMPTY_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 842 595]>>endobj\n"
    b"trailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
)


class Window(ComObject):
    """A workbook's window: what it shows of the sheet that is in it."""

    def __init__(self, wire: Any, book: Workbook) -> None:
        super().__init__(wire)
        self._book = book

    @got
    def Application(self) -> Any:
        return self._wire.application  # type: ignore[attr-defined]

    @got
    def ScrollRow(self) -> int:
        return int(self._book._shown._scroll)

    @ScrollRow.setter
    def ScrollRow(self, row: Any) -> None:
        self._book._shown._scroll = int(row)


class Worksheets(ComCollection):
    """The sheets of a workbook. Adding and deleting is not modelled: no macro does it."""

    def __init__(self, book: Workbook) -> None:
        super().__init__(book._wire)
        self._book = book

    def _members(self) -> list[Any]:
        return list(self._book._worksheets)

    @got
    def Parent(self) -> Workbook:
        return self._book

    @called
    def Add(self, **_where: Any) -> Any:
        if self._book._structure_protected:
            excel_refuses("Workbook is protected and cannot be changed.")
        self._wire.not_modelled("Worksheets.Add")


class Names(ComCollection):
    """The names of a workbook, those of sheets not among them."""

    def __init__(self, book: Workbook) -> None:
        super().__init__(book._wire)
        self._book = book

    def _members(self) -> list[Any]:
        return [Name(self._book, name) for name in sorted(self._book._file.defined_names)]


class Name(ComObject):
    """A name and what it stands for."""

    def __init__(self, book: Workbook, name: str) -> None:
        super().__init__(book._wire)
        self._book = book
        self._text = name

    def _name(self) -> str:
        return self._text

    def _defined(self) -> Any:
        if self._text not in self._book._file.defined_names:
            no_such_item()
        return self._book._file.defined_names[self._text]

    Name = got(lambda self: self._text)

    @got
    def RefersTo(self) -> str:
        return f"={self._defined().attr_text}"

    @RefersTo.setter
    def RefersTo(self, text: Any) -> None:
        self._defined().attr_text = str(text).removeprefix("=")

    @got
    def Visible(self) -> bool:
        return not self._defined().hidden

    @got
    def RefersToRange(self) -> Any:
        """Raises 1004 when the name does not stand for cells (``#REF!`` after they were deleted)."""
        places = list(self._defined().destinations)
        if len(places) != 1 or "#REF" in self._defined().attr_text:
            excel_refuses("Application-defined or object-defined error")
        sheet, address = places[0]
        return self._book._sheet(sheet)._range_at(address)

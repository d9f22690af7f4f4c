"""Writes a workbook of openpyxl as Excel's schema wants it: the one way in which files are saved.

openpyxl writes the children of a font in an order of its own. Excel reads it so; Microsoft's validator does not.
"""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.workbook import Workbook
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

_STYLES = "xl/styles.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# Source: ECMA-376 part 1, 18.8.22, CT_Font.
_FONT_CHILDREN = (
    *("b", "i", "strike", "condense", "extend", "outline", "shadow", "u"),
    *("vertAlign", "sz", "color", "name", "family", "charset", "scheme"),
)
_PLACE = {f"{{{_MAIN}}}{name}": place for place, name in enumerate(_FONT_CHILDREN)}


def save_book(book: Workbook, path: Path) -> None:
    """Save ``book`` to ``path``, stamped with the time of day. Raises ``OSError``."""
    # In the library's own type the stamp has no zone: it is taken for UTC.
    book.properties.modified = datetime.now(UTC).replace(tzinfo=None)
    write_package(book, path)


def write_package(book: Workbook, target: Path | IO[bytes]) -> None:
    """Write ``book`` as it is. Raises ``OSError``."""
    with _Package(target, "w", ZIP_DEFLATED) as archive:
        _BookWriter(book, archive).write_data()


class _SheetWriter(WorksheetWriter):
    """Puts the cells in order row by row; openpyxl's way, all at once, takes 75 MB more for 50,000 rows."""

    def rows(self) -> list[tuple[int, list[Any]]]:
        """Return the rows that have cells or a look of their own, from the top, with their cells from the left."""
        sheet: Any = self.ws
        found: dict[int, list[Any]] = {row: [] for row in sheet.row_dimensions}
        for (row, _), cell in sheet._cells.items():  # noqa: SLF001
            found.setdefault(row, []).append(cell)
        for cells in found.values():
            cells.sort(key=_COLUMN)
        return sorted(found.items(), key=itemgetter(0))


_COLUMN = attrgetter("column")


class _BookWriter(ExcelWriter):
    """Has the sheets that are in memory written by the writer above; those written row by row are as they are."""

    def write_worksheet(self, ws: Any) -> None:
        """Write one sheet into the package."""
        if self.workbook.write_only:
            super().write_worksheet(ws)
            return
        drawing = SpreadsheetDrawing()
        drawing.charts, drawing.images = ws._charts, ws._images  # noqa: SLF001
        ws._drawing = drawing  # noqa: SLF001
        writer: Any = _SheetWriter(ws)
        writer.write()
        ws._rels = writer._rels  # noqa: SLF001
        package: Any = self
        package._archive.write(writer.out, ws.path[1:])  # noqa: SLF001
        package.manifest.append(ws)
        writer.cleanup()


class _Package(ZipFile):
    """A package whose fonts are put in order when their part is written."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *rest: Any, **named: Any) -> None:
        if zinfo_or_arcname == _STYLES:
            data = fonts_in_order(data)
        super().writestr(zinfo_or_arcname, data, *rest, **named)


def fonts_in_order(styles: bytes) -> bytes:
    """Return the part of the styles with every font's children in the schema's order; nothing else changes."""
    tree = ET.fromstring(styles)  # noqa: S314 (just written by openpyxl)
    for font in tree.iter(f"{{{_MAIN}}}font"):
        font[:] = sorted(font, key=lambda child: _PLACE.get(child.tag, len(_PLACE)))
    for element in tree.iter():  # or every name would have a prefix
        element.tag = element.tag.removeprefix(f"{{{_MAIN}}}")
    tree.set("xmlns", _MAIN)
    written: bytes = ET.tostring(tree, encoding="utf-8")
    return written

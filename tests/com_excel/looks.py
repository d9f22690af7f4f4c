"""How cells look, and what hangs on them: colours, fonts, row heights, comments, links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from openpyxl.comments import Comment as FileComment
from openpyxl.styles import Font as FileFont
from openpyxl.styles import PatternFill

from .com import ComCollection, ComObject, called, excel_refuses, got

_NO_COLOUR = -4142  # xlColorIndexNone


def common(values: Iterable[Any]) -> Any:
    """Return what all have in common; nothing (VBA's Null) when they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _height(block: Any) -> Any:
    row, _, rows, _ = block._first()
    heights = block._sheet._file.row_dimensions
    return common((heights[r].height or 15.0) if r in heights else 15.0 for r in range(row, row + rows))


def _set_height(block: Any, value: Any) -> None:
    row, _, rows, _ = block._first()
    block._refuse_protected("Unable to set the RowHeight property of the Range class")
    for r in range(row, row + rows):
        block._sheet._file.row_dimensions[r].height = float(value)


ROW_HEIGHT = got(_height).setter(_set_height)


class _OfCells(ComObject):
    def __init__(self, block: Any) -> None:
        super().__init__(block._wire)
        self._block = block

    def _cells(self) -> list[Any]:
        return [self._block._sheet._cell(*place) for place in self._block._cells()]


class Interior(_OfCells):
    """The fill of cells. Colours are numbers: red + 256 green + 65536 blue."""

    @got
    def ColorIndex(self) -> Any:
        filled = common(cell.fill.fill_type == "solid" for cell in self._cells())
        return None if filled is None else 0 if filled else _NO_COLOUR

    @ColorIndex.setter
    def ColorIndex(self, value: Any) -> None:
        if value != _NO_COLOUR:
            self._wire.not_modelled("Interior.ColorIndex of the palette")
        self._fill(PatternFill())

    @got
    def Color(self) -> Any:
        rgb = common(str(cell.fill.fgColor.rgb)[-6:] for cell in self._cells())
        return None if rgb is None else int(rgb[4:] + rgb[2:4] + rgb[:2], 16)

    @Color.setter
    def Color(self, value: Any) -> None:
        blue, green, red = (int(value) >> shift & 0xFF for shift in (16, 8, 0))
        self._fill(PatternFill("solid", fgColor=f"FF{red:02X}{green:02X}{blue:02X}"))

    def _fill(self, fill: PatternFill) -> None:
        self._block._refuse_protected("Unable to set the Color property of the Interior class")
        for cell in self._cells():
            cell.fill = fill


class Font(_OfCells):
    """The letters of cells."""

    @got
    def Bold(self) -> Any:
        return common(bool(cell.font.b) for cell in self._cells())

    @Bold.setter
    def Bold(self, value: Any) -> None:
        for cell in self._cells():
            font = cell.font
            cell.font = FileFont(name=font.name, sz=font.sz, b=bool(value), i=font.i, color=font.color)


class Comment(ComObject):
    """A note on a cell (the older kind)."""

    def __init__(self, block: Any, cell: Any) -> None:
        super().__init__(block._wire)
        self._cell = cell

    @called
    def Text(self, Text: str | None = None) -> str:
        if Text is not None:
            self._cell.comment = FileComment(Text, "user")
        return str(self._cell.comment.text)

    @called
    def Delete(self) -> None:
        self._cell.comment = None


def comment_of(block: Any) -> Comment | None:
    """The note on the first cell, or nothing."""
    cell = block._sheet._cell(*block._first()[:2])
    return Comment(block, cell) if cell.comment else None


def add_comment(block: Any, text: str) -> Comment:
    """Put a note on a cell that has none."""
    cell = block._sheet._cell(*block._first()[:2])
    if cell.comment or not block._is_one_cell():
        excel_refuses("Application-defined or object-defined error")
    block._refuse_protected("Application-defined or object-defined error")
    cell.comment = FileComment(text, "user")
    return Comment(block, cell)


class Hyperlink(ComObject):
    """A link on a cell: an address outside, or a place (SubAddress) in the workbook."""

    def __init__(self, block: Any, cell: Any) -> None:
        super().__init__(block._wire)
        self._block = block
        self._cell = cell

    Address = got(lambda self: self._cell.hyperlink.target or "")
    SubAddress = got(lambda self: self._cell.hyperlink.location or "")

    @got
    def TextToDisplay(self) -> str:
        return str(self._cell.value or "")

    @TextToDisplay.setter
    def TextToDisplay(self, text: Any) -> None:
        self._block.Value = text

    @got
    def ScreenTip(self) -> str:
        return str(self._cell.hyperlink.tooltip or "")

    @ScreenTip.setter
    def ScreenTip(self, text: Any) -> None:
        self._cell.hyperlink.tooltip = text or None


class Hyperlinks(ComCollection):
    """The links on cells."""

    def __init__(self, block: Any) -> None:
        super().__init__(block._wire)
        self._block = block

    def _members(self) -> list[Any]:
        sheet = self._block._sheet
        cells = [sheet._cells[place] for place in self._block._cells() if place in sheet._cells]
        return [Hyperlink(self._block, cell) for cell in cells if cell.hyperlink]

    @called
    def Add(
        self, Anchor: Any = None, Address: str = "", SubAddress: str = "", ScreenTip: str = "", TextToDisplay: str = ""
    ) -> Any:
        """Put a link on the first cell; a text to display is written as a value is. 65,530 at most on a sheet."""
        from openpyxl.worksheet.hyperlink import Hyperlink as FileLink

        self._block._refuse_protected("Application-defined or object-defined error")
        cell = Anchor._sheet._cell(*Anchor._first()[:2])
        cell._hyperlink = FileLink(
            ref=cell.coordinate, target=Address or None, location=SubAddress or None, tooltip=ScreenTip or None
        )
        link = Hyperlink(Anchor, cell)
        if TextToDisplay:
            Anchor.Value = TextToDisplay
        return link

    @called
    def Delete(self) -> None:
        for link in self._members():
            link._cell._hyperlink = None

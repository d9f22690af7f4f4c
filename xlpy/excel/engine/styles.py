"""Styles of cells: one object per look, shared by its cells (a copy per cell would cost more than the value)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from openpyxl.styles.cell_style import StyleArray
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE, BUILTIN_FORMATS_REVERSE

from xlpy.excel.workbook.sheet import IN_FILE, SHORT_DATE, SHORT_DATE_AND_TIME

_NUM_FMT = 3
_CODE_OF = {BUILTIN_FORMATS_REVERSE[stored]: code for code, stored in IN_FILE.items()}
_NUMBER_OF = {code: number for number, code in _CODE_OF.items()}


class Styles:
    """The number formats and looks of one workbook."""

    __slots__ = ("_changed", "_workbook")

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._changed: dict[tuple[bytes, int, int], StyleArray] = {}

    def format_code(self, number: int) -> str:
        """Return the format code of a format's number."""
        if number in _CODE_OF:
            return _CODE_OF[number]
        if number < BUILTIN_FORMATS_MAX_SIZE:
            return BUILTIN_FORMATS.get(number, "General")
        return str(self._workbook._number_formats[number - BUILTIN_FORMATS_MAX_SIZE])  # noqa: SLF001

    def format_id(self, code: str) -> int:
        """Return the number of a format code, adding the code to the workbook when it is new."""
        if code in _NUMBER_OF:
            return _NUMBER_OF[code]
        if code in BUILTIN_FORMATS_REVERSE:
            return int(BUILTIN_FORMATS_REVERSE[code])
        return int(self._workbook._number_formats.add(code)) + BUILTIN_FORMATS_MAX_SIZE  # noqa: SLF001

    def text_formats(self) -> frozenset[int]:
        """Return the numbers of all formats that make a cell a text cell."""
        own = enumerate(self._workbook._number_formats, BUILTIN_FORMATS_MAX_SIZE)  # noqa: SLF001
        return frozenset({BUILTIN_FORMATS_REVERSE["@"], *(number for number, code in own if code.strip() == "@")})

    def is_general(self, cell: Any) -> bool:
        """Whether a cell has no number format of its own."""
        return cell._style is None or cell._style[_NUM_FMT] == 0  # noqa: SLF001

    def date_format_of(self, value: datetime) -> int:
        """Return the format that a date gets in a cell without one."""
        has_time = isinstance(value, datetime) and value.time() != value.min.time()
        return self.format_id(SHORT_DATE_AND_TIME if has_time else SHORT_DATE)

    def changed(self, style: StyleArray | None, place: int, number: int) -> StyleArray:
        """Return the style that differs from ``style`` in one place; the same object for the same look."""
        base = style if style is not None else StyleArray()
        key = (base.tobytes(), place, number)
        found = self._changed.get(key)
        if found is None:
            found = StyleArray(base)
            found[place] = number
            self._changed[key] = found
        return found

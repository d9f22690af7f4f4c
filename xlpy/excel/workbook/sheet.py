"""What a sheet of the workbook is: its one table, its columns, and the rows above it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CellKind(StrEnum):
    """What a column holds, and so how it is formatted and written."""

    TEXT = "text"  # format @: ids, accounts, references, words
    WRAP = "wrap"  # long words, format @
    MONEY = "money"  # #,##0.00;[Red]-#,##0.00
    QUANTITY = "quantity"
    RATE = "rate"
    DATE = "date"
    TIME = "time"
    COUNT = "count"
    LINK = "link"  # a formula that opens or jumps; nothing is written or read there


# Dates are shown as the user's Windows or Mac shows them: these two codes are Excel's built-in formats 14 and 22, which
# follow the regional settings. Excel's own name for them in every language (Range.NumberFormat) is the American form.
SHORT_DATE = "m/d/yyyy"
SHORT_DATE_AND_TIME = "m/d/yyyy h:mm"

NUMBER_FORMAT = {
    CellKind.TEXT: "@",
    CellKind.WRAP: "@",
    CellKind.MONEY: "#,##0.00;[Red]-#,##0.00",
    CellKind.QUANTITY: "#,##0.####",
    CellKind.RATE: "0.000000",
    CellKind.DATE: SHORT_DATE,
    CellKind.TIME: SHORT_DATE_AND_TIME,
    CellKind.COUNT: "0",
    CellKind.LINK: "General",  # in a cell formatted as text a formula would stay text
}
# The same as openpyxl names them: in its list the built-in formats of dates have the codes of the file format's text
# (ECMA-376 part 1, 18.8.30). Excel's names would become formats of the file's own, American on every PC.
IN_FILE = {SHORT_DATE: "mm-dd-yy", SHORT_DATE_AND_TIME: "m/d/yy h:mm"}
FILE_FORMAT = {kind: IN_FILE.get(code, code) for kind, code in NUMBER_FORMAT.items()}


class Part(StrEnum):
    """Which part of the job a sheet belongs to; its colour follows."""

    INPUT = "input"
    WORK = "work"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. ``total``: whether the frozen rows show SUBTOTAL(109) of it. ``width`` in characters.

    ``formula``: of a ``LINK``, the same in every row.
    """

    name: str
    kind: CellKind = CellKind.TEXT
    width: float = 12
    total: bool = False
    choices: tuple[str, ...] = ()
    input: bool = False  # the user writes here
    hint: str = ""
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with one Excel table. ``key``: the column whose text identifies a row across refreshes.

    ``counted``: a column that is never empty in a row, where the key may be. ``frozen``: the last column that stays in
    sight; without one it is the first, where the user writes into it.
    """

    name: str
    table: str
    title: str
    part: Part
    columns: tuple[Column, ...]
    key: str = ""
    landscape: bool = True
    hint: str = ""  # row 2: what to do on this sheet
    counted: str = ""
    signed: bool = False  # its printed pages have lines for whoever prepared and reviewed them
    frozen: str = ""

    def index(self, column: str) -> int:
        """Zero-based position of a column by name."""
        return next(i for i, c in enumerate(self.columns) if c.name == column)

    @property
    def held(self) -> tuple[Column, ...]:
        """The columns that hold values: all but those with a formula."""
        return tuple(column for column in self.columns if not column.formula)

    @property
    def in_sight(self) -> int:
        """How many columns stay in sight when the sheet is scrolled to the right."""
        return self.index(self.frozen) + 1 if self.frozen else int(self.columns[0].input)


TITLE_ROW = 1  # title and what the sheet is for
SUBTOTAL_ROW = 3  # filtered totals, above the header, in the frozen rows
HEADER_ROW = 4  # the table's header; data from row 5
FIRST_DATA_ROW = HEADER_ROW + 1
LAST_ROW = 1_048_576

"""What the engine refuses, each with its own class: it is never kinder than Excel."""

from __future__ import annotations

from xlpy.errors import WorkbookError


class CallNotSupported(WorkbookError, AttributeError):
    """A call that Excel knows and this engine does not, since no macro of ours uses it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not available on a closed file.", fix="Open the workbook in Excel for that.")


class ValueRefused(WorkbookError):
    """A value that Excel would change silently, or can't hold, in the cell it is meant for."""

    def __init__(self, sheet: str, cell: str, value: object, reason: str) -> None:
        shown = repr(value)
        shown = shown if len(shown) <= 60 else shown[:57] + "…"
        super().__init__(f"{shown} can't be written into {sheet}!{cell}: {reason}.")


class FilteredRowsWritten(WorkbookError):
    """A write that touches rows hidden by a filter: Excel would put values into the wrong rows."""

    def __init__(self, sheet: str, row: int, count: int) -> None:
        super().__init__(f"{count} rows of the sheet {sheet} are hidden by a filter (the first is row {row}).")


class SheetProtected(WorkbookError):
    """A change of a protected sheet."""

    def __init__(self, sheet: str) -> None:
        super().__init__(
            f"The sheet {sheet} is protected.", fix="In Excel, Review, Unprotect Sheet; then press the button again."
        )


class SheetHidden(WorkbookError):
    """A hidden sheet that should be shown."""

    def __init__(self, sheet: str) -> None:
        super().__init__(f"The sheet {sheet} is hidden.", fix="In Excel, right-click a sheet's tab, Unhide.")


class FormulaRead(WorkbookError):
    """The value of a formula was asked for: a closed file has none that can be trusted."""

    def __init__(self, sheet: str, cell: str) -> None:
        super().__init__(
            f"{sheet}!{cell} holds a formula where the tool reads what was typed.", fix="Replace it by its value."
        )


class NotResizable(WorkbookError):
    """A table that can't take the size asked for."""

    def __init__(self, table: str, reason: str) -> None:
        super().__init__(f"The table {table} can't be resized: {reason}.")


class FilterNotSupported(WorkbookError):
    """A filter that this engine can't work out by itself."""

    def __init__(self, column: str, kind: str) -> None:
        super().__init__(f"The filter on the column {column} ({kind}) can't be applied to a closed file.")


class WouldLoseParts(WorkbookError):
    """The file has parts that would be lost when saved without Excel; nothing was saved."""

    def __init__(self, path: str, parts: tuple[str, ...]) -> None:
        super().__init__(
            f"The workbook {path} has parts that only Excel can keep: {'; '.join(parts)}.",
            fix="Open it in Excel and use the ribbon, or remove these parts. Nothing was changed.",
        )

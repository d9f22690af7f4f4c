"""What Excel refuses, in words: busy, gone, or its own words, with the protected sheets named.

The codes are those of COM's winerror.h; 0x800AC472 is Excel's own, for calls while a cell is edited (xlwings knows it
too). Excel's words come in the user's language.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from xlpy.errors import WorkbookError

if TYPE_CHECKING:
    import xlwings as xw

BUSY = frozenset(
    {
        -2147418111,  # RPC_E_CALL_REJECTED: a dialog is open, or a macro runs
        -2147417846,  # RPC_E_SERVERCALL_RETRYLATER
        -2147417845,  # RPC_E_SERVERCALL_REJECTED
        -2146777998,  # 0x800AC472: a cell is being edited
    }
)
GONE = frozenset(
    {
        -2147023174,  # RPC_S_SERVER_UNAVAILABLE
        -2147023170,  # RPC_S_CALL_FAILED
        -2147417848,  # RPC_E_DISCONNECTED
        -2147418105,  # RPC_E_SERVER_DIED
        -2147418094,  # RPC_E_SERVER_DIED_DNE
    }
)
_UNPROTECT = "In Excel, Review, Unprotect Sheet; then press the button again."


class SheetsProtected(WorkbookError):
    """Sheets that a button fills are protected; nothing was done."""

    def __init__(self, sheets: Sequence[str]) -> None:
        one = len(sheets) == 1
        super().__init__(
            f"The sheet{'' if one else 's'} {', '.join(sheets)} {'is' if one else 'are'} protected, so that nothing "
            "can be written there. Nothing was done.",
            fix=_UNPROTECT,
        )
        self.sheets = tuple(sheets)


def is_com_error(error: BaseException) -> bool:
    """Whether Excel refused a call, or did not answer. Told by name: pywin32 is there on Windows only."""
    return type(error).__name__ in {"com_error", "ExcelBusyError"}


def words_of(error: BaseException, protected: Sequence[str] = ()) -> str:
    """Return what Excel said, for the user. ``protected``: the sheets that are protected now."""
    codes = _codes(error)
    if codes & BUSY or type(error).__name__ == "ExcelBusyError":
        return (
            "Excel is busy, shows a dialog, or a cell is being edited: finish that (Enter or Esc), then press the "
            "button again."
        )
    if codes & GONE:
        return (
            "Excel was closed, or stopped, while the button worked. Open the workbook again and press Recover: what "
            "was posted is in SL's posting ledger."
        )
    said = _description(error)
    text = f"Excel refused: {said}" if said else f"Excel refused, and does not say why ({_shown(codes)})."
    text = text if text.endswith((".", "!", "?")) else text + "."
    if protected:
        return f"{text} Protected: {', '.join(protected)}. {_UNPROTECT}"
    return f"{text} What was posted is in SL's posting ledger: press Recover, then Refresh."


def text_of(error: BaseException) -> str:
    """Return any error's text: Excel's in words, an own one as it is."""
    return words_of(error) if is_com_error(error) else str(error)


def protected_sheets(book: xw.Book, among: Sequence[str] = ()) -> list[str]:
    """Return the protected sheets of a workbook, in its order; ``among``: of these only."""
    in_excel = book.app.engine.name == "excel"
    return [
        sheet.name
        for sheet in book.sheets
        if (sheet.api.ProtectContents if in_excel else sheet.api.protection.sheet)
        and (not among or sheet.name in among)
    ]


def protected_now(book: xw.Book) -> list[str]:
    """Return the protected sheets; none when Excel does not even say that. For telling an error, never raises."""
    with suppress(Exception):
        return protected_sheets(book)
    return []


def _codes(error: BaseException) -> set[int]:
    """Return the error's own code and the one inside (a member that raised)."""
    inside = getattr(error, "excepinfo", None)
    found = {getattr(error, "hresult", None), inside[5] if isinstance(inside, tuple) and len(inside) > 5 else None}
    return {code for code in found if isinstance(code, int)}


def _description(error: BaseException) -> str:
    inside = getattr(error, "excepinfo", None)
    said = inside[2] if isinstance(inside, tuple) and len(inside) > 2 else None
    return str(said).strip() if said else ""


def _shown(codes: set[int]) -> str:
    return ", ".join(f"0x{code & 0xFFFFFFFF:08X}" for code in sorted(codes)) or "no code"

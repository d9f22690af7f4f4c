"""The set-up check on the sheet Setup: what is read of the workbook for it, and its findings as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from xlpy.domain.values.transactions import Kind
from xlpy.excel.tables.tables import refill
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheets import SETUP
from xlpy.excel.workbook.state_colours import state_word

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.services.setup.doctor import Finding, WorkbookSeen

CONFIG_SHEET, CONFIG_ROWS, INTERPRETER = "xlwings.conf", 40, "Interpreter_Win"


def workbook_seen(book: xw.Book) -> WorkbookSeen:
    """Read what the workbook says of itself: the Python of its buttons (hidden sheet xlwings.conf), its version."""
    from xlpy.services.setup.doctor import WorkbookSeen

    settings = {}
    if CONFIG_SHEET in [sheet.name for sheet in book.sheets]:
        cells = book.sheets[CONFIG_SHEET].range((1, 1), (CONFIG_ROWS, 2)).options(ndim=2).value
        settings = {str(key or ""): str(value or "") for key, value in cells}
    return WorkbookSeen(str(book.fullname), settings.get(INTERPRETER, "").strip(), _version(book))


def exported_kinds_of(book: xw.Book) -> frozenset[Kind] | None:
    """Return what Home says to export; None when Home can't be read: the check goes on without it."""
    from xlpy.errors import WorkbookError
    from xlpy.excel.tables.home import read_home
    from xlpy.excel.tables.selection import exported_kinds

    try:
        return frozenset(exported_kinds(read_home(book)))
    except WorkbookError:
        return None


def show_setup(book: xw.Book, findings: Iterable[Finding]) -> None:
    """Fill the sheet Setup, problems first."""
    from xlpy.services.setup.doctor import worst_first

    refill(book, SETUP, setup_rows(worst_first(findings)))


def setup_rows(findings: Iterable[Finding]) -> list[Mapping[str, object]]:
    """Rows of the Setup sheet, in the order given."""
    return [
        {
            "Verdict": state_word(finding.verdict),
            "Area": finding.area,
            "What": finding.subject,
            "Says": finding.text,
            "What it means": finding.means,
            "How to fix": finding.fix,
        }
        for finding in findings
    ]


def _version(book: xw.Book) -> str:
    found = [name for name in book.names if name.name == Home.VERSION]
    return str(found[0].refers_to_range.value or "").strip() if found else ""

"""Reads a workbook with macros as a test wants it: what is changed and saved then keeps its macros and its ribbon."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from openpyxl import Workbook, load_workbook

from xlpy.excel.engine.parts import macro_parts


def load_macro_book(source: Path | BytesIO) -> Workbook:
    """Return the workbook of a file.

    Not by ``keep_vba=True``: that packs the file again into an archive that nobody closes. When a dead cycle with it
    is collected, its memory may be closed before it, and Python then tells of a ``ValueError`` in whatever test runs.
    """
    book = load_workbook(source)
    book.vba_archive = macro_parts(source)
    return book

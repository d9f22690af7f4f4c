"""Reads a workbook as a test wants it: what is changed and saved then keeps its macros and its ribbon.

Many tests begin with the same workbook, or look at one again and again: what is seen a second time is unpickled after
that, which takes a sixth of the time.
"""

from __future__ import annotations

import copyreg
import pickle
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.dimensions import DimensionHolder
from openpyxl.worksheet.table import TableList

from xlpy.excel.engine.parts import macro_parts

_LARGE = 300_000  # bytes; a workbook of thousands of rows is not kept
_MET: set[int] = set()


def load_macro_book(source: Path | BytesIO) -> Workbook:
    """Return the workbook of a file, with its macros.

    Not by ``keep_vba=True``: that packs the file again into an archive that nobody closes. When a dead cycle with it
    is collected, its memory may be closed before it, and Python then tells of a ``ValueError`` in whatever test runs.
    """
    book = load_book(source)
    book.vba_archive = macro_parts(source)
    return book


def load_book(source: Path | BytesIO) -> Workbook:
    """Return the workbook of a file, without its macros: a new one each time, which nobody else changes."""
    data = source.read_bytes() if isinstance(source, Path) else source.getvalue()
    met = hash(data)
    if len(data) > _LARGE or met not in _MET:
        _MET.add(met)
        return load_workbook(BytesIO(data))
    return pickle.loads(_parsed(data))  # type: ignore[no-any-return] # noqa: S301 # made by this process


def look_at(path: Path) -> Workbook:
    """Return the workbook of a file for whoever only looks: the same one as long as the file is the same."""
    return _shared(path.read_bytes())


@lru_cache(2)
def _shared(data: bytes) -> Workbook:
    return load_book(BytesIO(data))


@lru_cache(8)
def _parsed(data: bytes) -> bytes:
    pickled = BytesIO()
    pickler = pickle.Pickler(pickled, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = copyreg.dispatch_table | {TableList: _tables, DimensionHolder: _dimensions}
    pickler.dump(load_workbook(BytesIO(data)))
    return pickled.getvalue()


def _tables(tables: TableList) -> Any:
    """Take the tables of a sheet apart: ``items``, by which a dict is pickled, gives only their ranges there."""
    return TableList, (), None, None, iter(dict.items(tables))


def _dimensions(rows: DimensionHolder) -> Any:
    """Take the heights or widths of a sheet apart: a defaultdict would be made again from its factory alone."""
    state = vars(rows), {"default_factory": rows.default_factory}
    return DimensionHolder, (None,), state, None, iter(rows.items())

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from com_excel import Stage
from macro_books import load_macro_book
from openpyxl import Workbook
from openpyxl.worksheet.table import TableColumn

from xlpy.excel.workbook import builder
from xlpy.excel.workbook.sheets import EXPENSES, INVENTORY, INVOICES, LOG, PREVIEW, PROBLEMS, RESULTS

ANY_TOUCHED = (INVOICES, EXPENSES, INVENTORY, PROBLEMS, PREVIEW, RESULTS, LOG)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module with ``BOTH_ENGINES`` runs twice: on the closed file, and in Excel (the stand-in)."""
    if getattr(metafunc.module, "BOTH_ENGINES", False) and "opened_in" in metafunc.fixturenames:
        metafunc.parametrize("opened_in", ["closed file", "Excel"], indirect=True)


@pytest.fixture(autouse=True)
def opened_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    engine = getattr(request, "param", "closed file")
    if engine == "Excel":
        monkeypatch.setattr(request.module, "open_closed", open_in_excel)
    return str(engine)


class BookInExcel:
    """What ``open_closed`` gives, but open in Excel."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.book = stage.book()
        self.save = stage.save


@contextmanager
def open_in_excel(path: Path) -> Iterator[BookInExcel]:
    stage = Stage(path)
    try:
        yield BookInExcel(stage)
    finally:
        stage.close()


@pytest.fixture
def file_of() -> Callable[[Any], Workbook]:
    """The workbook of openpyxl under an open book; ``filtered_anew`` after its filters were changed there."""

    def found(opened: Any) -> Workbook:
        return opened.stage.workbook._file if isinstance(opened, BookInExcel) else opened.book.impl.workbook

    return found


@pytest.fixture(scope="module")
def pristine_workbook(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook with the sheets that a module has ``TOUCHED``: opening and saving all takes most of the time."""
    touched = getattr(request.module, "TOUCHED", ANY_TOUCHED)
    path = tmp_path_factory.mktemp("workbook") / "Month end.xlsm"
    with mock.patch.object(builder, "SHEETS", [sheet for sheet in builder.SHEETS if sheet in touched]):
        builder.build_workbook(path)
    return path


@pytest.fixture
def whole_workbook(tmp_path: Path) -> Path:
    """The workbook as it is shipped, with every sheet."""
    path = tmp_path / "Month end.xlsm"
    builder.build_workbook(path)
    return path


@pytest.fixture
def workbook(pristine_workbook: Path, tmp_path: Path) -> Path:
    path = tmp_path / "Month end.xlsm"
    path.write_bytes(pristine_workbook.read_bytes())
    return path


@pytest.fixture
def edit() -> Callable[[Path], Any]:
    """Change a closed workbook as a user of Excel would have: what is done here is not done by the product."""

    @contextmanager
    def editing(path: Path) -> Iterator[Workbook]:
        book = load_macro_book(path)
        yield book
        book.save(path)
        book.vba_archive.close()  # openpyxl leaves it open

    return editing


@pytest.fixture
def invoice() -> Callable[..., dict[str, object]]:
    def row(number: int, **changes: object) -> dict[str, object]:
        return {
            "Number": f"{number:05d}",
            "Type": "Standard",
            "Date": date(2026, 10, 1),
            "Due": date(2026, 10, 31),
            "Company": "Acme & Sons",
            "Customer id": f"C{number:04d}",
            "Location": "HQ",
            "Subtotal": Decimal("100.00"),
            "Tax": Decimal("8.25"),
            "Total": Decimal("108.25"),
            "Currency": "USD",
            "Base total": Decimal("108.25"),
            "Expected period": "10-2026",
            "Id": str(number),
            **changes,
        }

    return row


@pytest.fixture
def add_column() -> Callable[[Workbook, str, str, list[object]], None]:
    """Add a column of the user's own to a table, with its cells from the first data row on."""

    def add(book: Workbook, sheet: str, name: str, cells: list[object]) -> None:
        ws = book[sheet]
        table = next(iter(ws.tables.values()))
        column = len(table.tableColumns) + 1
        table.tableColumns.append(TableColumn(id=column, name=name))
        last = table.ref.split(":")[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        ws.cell(4, column, name)
        for row, value in enumerate(cells, 5):
            ws.cell(row, column, value)
        table.ref = f"A4:{ws.cell(4, column).column_letter}{last}"
        table.autoFilter.ref = table.ref

    return add

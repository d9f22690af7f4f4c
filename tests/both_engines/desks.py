"""The same desk twice: a workbook as a closed file, and the same workbook in Excel (the stand-in).

A test that takes the fixture ``desk`` runs on both. What is done here beside pressing buttons is what a user does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from com_excel import Stage
from com_excel.contents import is_date_format, moment_of
from new_workbooks import put_new_workbook

from xlpy import macros
from xlpy.demo import firm
from xlpy.excel.engine import open_book
from xlpy.excel.tables.home import write_home
from xlpy.excel.workbook.home_cells import Home


@dataclass(frozen=True)
class Told:
    """A message box, whoever showed it. ``icon``: info, warning, error or none."""

    text: str
    icon: str


_ICON = {"info": "info", "critical": "warning", "": ""}


class ClosedDesk:
    """The engine over openpyxl."""

    name = "closed file"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = open_book(path)
        self.answer("yes")

    def press(self, button: str) -> Any:
        return macros.run(button, self.book)

    @property
    def boxes(self) -> list[Told]:
        return [Told(alert.text, _ICON[alert.mode]) for alert in self.book.app.impl.alerts]

    @property
    def file(self) -> Any:
        """The workbook of openpyxl under it."""
        return self.book.app.impl.book.workbook

    def save(self) -> Path:
        self.book.save()
        return self.path

    def protect(self, sheet: str) -> None:
        self.book.sheets[sheet].api.protection.sheet = True

    def answer(self, answer: str) -> None:
        self.book.app.impl.answers = answer

    def refuse_boxes(self) -> None:
        def refuse(_alert: object) -> None:
            raise OSError("no box")

        self.book.app.impl._on_alert = refuse

    def close(self) -> None:
        self.book.close()


class ExcelDesk:
    """xlwings' Windows engine over the stand-in. Buttons find the book by themselves, as when Excel calls."""

    name = "Excel"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stage = Stage(path)
        self.book = self.stage.book()

    def press(self, button: str) -> Any:
        return self.stage.press(button)

    @property
    def boxes(self) -> list[Told]:
        return [Told(box.text, box.icon) for box in self.stage.boxes]

    @property
    def file(self) -> Any:
        """The workbook of openpyxl under it."""
        return self.stage.workbook._file

    def save(self) -> Path:
        self.stage.save()
        return self.path

    def protect(self, sheet: str) -> None:
        self.stage.workbook._sheet(sheet)._file.protection.sheet = True

    def answer(self, answer: str) -> None:
        self.stage.excel.answers = answer

    def refuse_boxes(self) -> None:
        self.stage.excel.refuses_boxes = True

    def close(self) -> None:
        self.stage.close()


ENGINES = {"closed file": ClosedDesk, "Excel": ExcelDesk}


def make_desk(engine: str, folder: Path, *, profile: Path | None = None, name: str = "Month end.xlsm") -> Any:
    """Build the workbook and lay it on the desk."""
    path = folder / name
    put_new_workbook(path, profile=str(profile) if profile else "")
    desk = ENGINES[engine](path)
    write_home(desk.book, {Home.THROUGH_DATE: firm.THROUGH_DATE, Home.BATCH_IDENTIFIER: "OCT"})
    return desk


Cells = dict[tuple[str, str], tuple[str, str]]


def cells_of(file: Any, *hidden: str) -> Cells:
    """Return every filled cell of openpyxl's workbook: value and number format; and where each table and filter is.

    ``hidden``: texts that differ from run to run, such as folders and addresses.
    """
    found: Cells = {}
    for sheet in file.worksheets:
        for cell in sheet._cells.values():
            if cell.value is not None:
                code = cell.number_format
                value = cell.value
                if cell.data_type == "n" and is_date_format(code):
                    value = moment_of(value).replace(tzinfo=None)
                if isinstance(value, float | int) and not isinstance(value, bool):
                    value = float(value)
                found[sheet.title, cell.coordinate] = (alike(str(value), *hidden), code)
        for table in sheet.tables.values():
            found[sheet.title, table.displayName] = (table.ref, "")
    return found


def alike(text: str, *hidden: str) -> str:
    """Make alike what no two runs have in common: times, durations, run ids, hashes, and ``hidden``."""
    for word in hidden:
        text = text.replace(word, "…")
    text = re.sub(r"\d{8}-\d{6}(?:-\w+)?|\d{8}T\d{6}Z?[-\w]*", "RUN", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(\.\d+)?", "TIME", text)
    text = re.sub(r"(documents?, )\d\d:\d\d\b", r"\1TIME", text)
    text = re.sub(r"\b[0-9a-f]{12,64}\b", "HASH", text)
    return re.sub(r"\d+(\.\d+)? (s|ms|seconds?)\b", "DURATION", text)

"""How many calls each button makes to Excel, by the number of rows: what a user waits for beside the two systems.

A call between two processes takes some tenths of a millisecond, so it is their number that counts, not their size.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BUTTONS = ("refresh", "select_all", "deselect_problems", "check", "preview", "deselect_all", "batches", "reconcile")
_STATUS_BAR = "Application.StatusBar"


@dataclass
class Calls:
    """The calls of one press. ``progress``: those that only show in the status bar how far it is."""

    rows: int
    all: int
    progress: int
    most: list[tuple[str, int]] = field(default_factory=list)

    @property
    def work(self) -> int:
        """Calls that read and write."""
        return self.all - self.progress


def press_counted(stage: Any, button: str, rows: int) -> Calls:
    """Press a button and count its calls."""
    before = Counter(stage.excel.calls)
    stage.press(button)
    made = Counter(stage.excel.calls) - before
    return Calls(rows, sum(made.values()), made[_STATUS_BAR], made.most_common(6))


def filter_every_second_row(stage: Any) -> None:
    """Filter Invoices so that every second row is hidden, as a filter by a mixed column does at worst."""
    from xlpy.excel.workbook.sheets import INVOICES

    sheet = stage.workbook._sheet(INVOICES.name)
    column = INVOICES.index("Location") + 1
    for number, row in enumerate(sheet._tables()[0]._rows()):
        cell = sheet._cell(row, column)
        cell._value, cell.data_type = ("HQ" if number % 2 else "Lab"), "s"
    sheet._tables()[0]._filter._set(column, "=HQ", None, None)
    sheet._show()


def measure(rows: int, buttons: tuple[str, ...] = BUTTONS) -> Mapping[str, Calls]:
    """Press buttons on a demo of about so many rows. Marks are set once more under a filter on every second row."""
    with _demo(rows) as stage:
        found: dict[str, Calls] = {}
        for button in buttons:
            found[button] = press_counted(stage, button, rows)
        filter_every_second_row(stage)
        for button in ("select_all", "deselect_all"):
            if button in buttons:
                found[f"{button}, every second row hidden"] = press_counted(stage, button, rows)
        return found


@contextmanager
def _demo(rows: int) -> Iterator[Any]:
    from new_workbooks import put_new_workbook

    from xlpy.demo.site.door import access
    from xlpy.excel.tables.home import write_home
    from xlpy.excel.workbook.home_cells import Home

    sys.path.append(str(Path(__file__).parents[1] / "both_engines"))
    from worlds import world

    from xlpy.demo import firm

    from .stage import Stage

    each = max(rows // 4, 4)
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {"XLPY_DATA": str(folder / "data"), "XLPY_MANAGE_PRIVATE_KEY": access.PRIVATE_KEY}
        try:
            with world(folder, invoices=rows - 2 * each, expenses=each, procurement=each) as made:
                path = folder / "Month end.xlsm"
                put_new_workbook(path, profile=str(made.profile))
                stage = Stage(path)
                write_home(stage.book(), {Home.THROUGH_DATE: firm.THROUGH_DATE, Home.BATCH_IDENTIFIER: "OCT"})
                try:
                    yield stage
                finally:
                    stage.close()
        finally:
            os.environ.clear()
            os.environ.update(before)


def table(measured: Mapping[int, Mapping[str, Calls]]) -> str:
    """Return the figures as text: one line a button, one column a number of rows."""
    sizes = sorted(measured)
    lines = [
        f"{'calls to Excel':44}" + "".join(f"{f'{rows:,} rows':>16}" for rows in sizes) + f"{'of it progress':>20}"
    ]
    for name in measured[sizes[0]]:
        figures = [measured[rows][name] for rows in sizes]
        lines.append(f"{name:44}" + "".join(f"{calls.work:>16,}" for calls in figures) + f"{figures[-1].progress:>20,}")
    return "\n".join(lines)

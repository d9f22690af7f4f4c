"""Reads and writes the named cells of Home and About."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from xlpy.domain.facts.periods import parse_period
from xlpy.errors import WorkbookError
from xlpy.excel.workbook.cell_values import cell_content
from xlpy.excel.workbook.home_cells import (
    AGEING_BLOCK,
    AGEING_KINDS,
    AGES,
    ALL_LOCATIONS,
    CUSTOMERS_BLOCK,
    CUSTOMERS_ROWS,
    DETAIL_CHOICES,
    INCLUDED_BLOCK,
    INCLUDED_ROWS,
    LOCATIONS_LIST,
    LOCATIONS_ROWS,
    PERIOD_CHOICES,
    SYNC_STARTS,
    Home,
)
from xlpy.excel.workbook.sheet import NUMBER_FORMAT, CellKind
from xlpy.excel.workbook.sheets import SHEETS
from xlpy.excel.workbook.typed_text import excel_error

if TYPE_CHECKING:
    import xlwings as xw

EVERYTHING = date(2099, 12, 31)  # what an empty Through date stands for
_T = TypeVar("_T")


class AgedAmount(Protocol):
    """Unposted base amount of one kind, by age."""

    @property
    def kind(self) -> str:
        """The sheet's word for the kind."""

    @property
    def days_0_30(self) -> Decimal:
        """Not older than 30 days."""

    @property
    def days_31_60(self) -> Decimal:
        """31 to 60 days."""

    @property
    def days_61_90(self) -> Decimal:
        """61 to 90 days."""

    @property
    def older(self) -> Decimal:
        """Over 90 days."""


@dataclass(frozen=True, slots=True)
class HomeInputs:
    """What the user chose on Home. ``location`` is as shown; ``through_date`` is ``EVERYTHING`` when left empty."""

    location: str
    through_date: date
    export_invoices: bool
    export_expenses: bool
    export_inventory: bool
    detail: str
    period: str
    batch_identifier: str
    preview_hash: str
    profile: str
    earlier_batch: str = ""
    confirm: str = ""
    sync_start: str = SYNC_STARTS[0]
    sync_from: date | None = None
    rerun_hash: str = ""


class HomeNotUnderstood(WorkbookError):
    """Inputs that can't be used, all of them at once."""

    def __init__(self, wrong: Sequence[str]) -> None:
        super().__init__(
            f"Home has {'an input' if len(wrong) == 1 else 'inputs'} that can't be used: {'; '.join(wrong)}.",
            fix="Correct it on the sheet Home. Nothing was written.",
        )


def read_home(book: xw.Book) -> HomeInputs:
    """Read the inputs. Raises ``HomeNotUnderstood`` naming every wrong one, ``WorkbookError`` for a missing cell."""
    wrong: list[str] = []

    def take(name: Home, label: str, understand: Callable[[object], _T], otherwise: _T) -> _T:
        try:
            value = _read(book, name)
            if error := excel_error(value):
                raise ValueError(f"the cell shows {error}; type a value over the formula, or mend it")
            return understand(value)
        except ValueError as error:
            wrong.append(f"{label}: {error}")
        return otherwise

    inputs = HomeInputs(
        location=take(Home.LOCATION, "Location", _text, "") or ALL_LOCATIONS,
        through_date=take(Home.THROUGH_DATE, "Through date", _day, EVERYTHING),
        export_invoices=take(Home.EXPORT_INVOICES, "Export invoices", _yes_or_no, False),
        export_expenses=take(Home.EXPORT_EXPENSES, "Export expenses", _yes_or_no, False),
        export_inventory=take(Home.EXPORT_INVENTORY, "Export inventory", _yes_or_no, False),
        detail=take(Home.DETAIL, "Invoice detail", _detail, ""),
        period=take(Home.PERIOD, "Period to post", _period, ""),
        batch_identifier=take(Home.BATCH_IDENTIFIER, "Batch identifier", _text, ""),
        preview_hash=take(Home.PREVIEW_HASH, "Preview", _text, ""),
        profile=take(Home.PROFILE, "Profile (on About)", _text, ""),
        earlier_batch=take(Home.EARLIER_BATCH, "Earlier batch", _text, ""),
        confirm=take(Home.CONFIRM, "Confirm", _text, ""),
        sync_start=take(Home.SYNC_START, "Sync payments from", _sync_start, SYNC_STARTS[0]),
        sync_from=take(Home.SYNC_FROM, "Custom date", _day_or_none, None),
        rerun_hash=take(Home.RERUN_HASH, "Rerun", _text, ""),
    )
    if wrong:
        raise HomeNotUnderstood(wrong)
    return inputs


def profile_path(book: xw.Book) -> str:
    """Return the path of the settings file that About names; empty when it names none."""
    value = _read(book, Home.PROFILE)
    if error := excel_error(value):
        raise HomeNotUnderstood([f"Profile (on About): the cell shows {error}; type the path of the settings file"])
    return value.strip() if isinstance(value, str) else ""


def belongs_to(book: xw.Book) -> tuple[str, str]:
    """Return the Manage site and the SL company that the workbook was refreshed for; empty before the first one."""
    site, company = (_read(book, name) for name in (Home.SITE, Home.COMPANY))
    return (site if isinstance(site, str) else ""), (company if isinstance(company, str) else "")


def workbook_is_ours(book: xw.Book) -> bool:
    """Whether the workbook has our sheets, tables and named cells."""
    names = {name.name for name in book.names}
    tables = {table.name for sheet in book.sheets for table in sheet.tables}
    return names >= {*Home, INCLUDED_BLOCK, AGEING_BLOCK} and tables >= {sheet.table for sheet in SHEETS}


def write_home(book: xw.Book, values: Mapping[Home, object], *, locations: Iterable[str] | None = None) -> None:
    """Write named cells: texts, dates and times; None or an empty text clears the cell.

    ``locations``: what the Location list offers from now on, besides all of them.
    """
    for name, value in values.items():
        cell = _named(book, name)
        content = cell_content(value, _kind_of(value))
        if isinstance(value, str) and value:
            cell.number_format = NUMBER_FORMAT[CellKind.TEXT]
        cell.value = content
    if locations is not None:
        offered = [ALL_LOCATIONS, *sorted(set(locations) - {"", ALL_LOCATIONS})][:LOCATIONS_ROWS]
        _fill(book, LOCATIONS_LIST, [[cell_content(name, CellKind.TEXT)] for name in offered], LOCATIONS_ROWS)


def write_included(book: xw.Book, shown: Sequence[tuple[str, str]]) -> None:
    """Write which kinds and currencies the sheets have; formulas beside them count what is included of each.

    Too many: the last line says so.
    """
    rows: list[list[Any]] = [[cell_content(text, CellKind.TEXT) for text in pair] for pair in shown]
    if len(rows) > INCLUDED_ROWS:
        rows = [*rows[: INCLUDED_ROWS - 1], [f"and {len(rows) - INCLUDED_ROWS + 1} more", None]]
    _fill(book, INCLUDED_BLOCK, rows, INCLUDED_ROWS)


def write_customers(book: xw.Book, shown: Sequence[tuple[str, str]]) -> None:
    """Write the customers and currencies of the invoices that are shown; formulas beside them add up what is included.

    The first ``CUSTOMERS_ROWS`` of them; Home tells the others in one line, with what is included of theirs.
    """
    rows: list[list[Any]] = [[cell_content(text, CellKind.TEXT) for text in pair] for pair in shown[:CUSTOMERS_ROWS]]
    _fill(book, CUSTOMERS_BLOCK, rows, CUSTOMERS_ROWS)


def write_ageing(book: xw.Book, rows: Sequence[AgedAmount]) -> None:
    """Write the unposted base amounts by kind and age, kinds in the order of the sheet."""
    by_kind = {row.kind: (row.days_0_30, row.days_31_60, row.days_61_90, row.older) for row in rows}
    block: list[list[Any]] = []
    for kind in AGEING_KINDS:
        amounts: Sequence[Decimal | None] = by_kind.get(kind, (None,) * len(AGES))
        block.append([kind, *(cell_content(amount, CellKind.MONEY) for amount in amounts)])
    _fill(book, AGEING_BLOCK, block, len(AGEING_KINDS))


def write_block(book: xw.Book, name: str, rows: list[list[Any]]) -> None:
    """Write cell contents into a named range of just this size. Raises ``WorkbookError`` when it has another one."""
    _fill(book, name, rows, len(rows))


def _fill(book: xw.Book, name: str, rows: list[list[Any]], most: int) -> None:
    """Write a named block at once, empty rows behind what there is."""
    block = _named(book, name)
    height, width = block.shape
    if height < most or any(len(row) != width for row in rows):
        raise WorkbookError(f"The named range {name} has another size than it should.", fix=_MAKE_NEW)
    block.options(ndim=2).value = rows + [[None] * width] * (height - len(rows))


def _read(book: xw.Book, name: Home) -> object:
    value = _named(book, name).options(ndim=2, err_to_str=True).value[0][0]
    return value.strip() if isinstance(value, str) else value


def _named(book: xw.Book, name: str) -> xw.Range:
    if name not in book.names:
        raise WorkbookError(f"The workbook has no cell named {name}.", fix=_MAKE_NEW)
    return book.names[name].refers_to_range


_MAKE_NEW = "It is not a workbook of this product, or of another version: make a new one with 'xlpy new'."


def _kind_of(value: object) -> CellKind:
    if isinstance(value, datetime):
        return CellKind.TIME
    return CellKind.DATE if isinstance(value, date) else CellKind.WRAP


def _text(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    raise ValueError("it is a number or a date; format the cell as text (@) and type it again")


def _day(value: object) -> date:
    if value is None or value == "":
        return EVERYTHING
    if isinstance(value, datetime):
        return value.date()
    raise ValueError(f"{value!r} is not a date")


def _day_or_none(value: object) -> date | None:
    return None if value is None or value == "" else _day(value)


def _sync_start(value: object) -> str:
    return _choice(_text(value) or SYNC_STARTS[0], SYNC_STARTS)


def _yes_or_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    answers = {"yes": True, "y": True, "no": False, "n": False, "": False}
    text = value.casefold() if isinstance(value, str) else "" if value is None else repr(value)
    if text in answers:
        return answers[text]
    raise ValueError(f"{value!r} is neither Yes nor No")


def _detail(value: object) -> str:
    return _choice(_text(value) or DETAIL_CHOICES[0], DETAIL_CHOICES)


def _period(value: object) -> str:
    text = _text(value)  # empty: the rule of the profile
    return text if not text or parse_period(text) else _choice(text, PERIOD_CHOICES, " or a period such as 10-2026")


def _choice(text: str, choices: Sequence[str], more: str = "") -> str:
    for choice in choices:
        if text.casefold() == choice.casefold():
            return choice
    raise ValueError(f"{text!r} is not one of {', '.join(choices)}{more}")

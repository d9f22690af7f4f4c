"""The three sheets of transactions as one: what is marked on them, and where the state of a transaction is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlpy.domain.values.statuses import DONE, Include
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.errors import StoppedByProblems, WorkbookError
from xlpy.excel.tables.home import HomeInputs, read_home
from xlpy.excel.tables.tables import (
    IncludeNotUnderstood,
    Row,
    parse_include,
    read_columns,
    read_rows,
    update_by_key,
)
from xlpy.excel.workbook.home_cells import ALL_LOCATIONS
from xlpy.excel.workbook.layout import hint_cell
from xlpy.excel.workbook.sheet import Sheet
from xlpy.excel.workbook.typed_text import excel_error
from xlpy.excel.workbook.work_sheets import EXPENSES, INVENTORY, INVOICES, NOTE
from xlpy.services.run.reports import Marked, Selection

if TYPE_CHECKING:
    import xlwings as xw

SHEET_OF: Mapping[Kind, Sheet] = {Kind.INVOICE: INVOICES, Kind.EXPENSE: EXPENSES, Kind.PROCUREMENT: INVENTORY}
WRITTEN_BY_THE_USER = (
    "Include",
    NOTE,
    "Period",
    "Hold",
)  # stay with the Id of their row at a refresh
CALLED = {Kind.INVOICE: "Number", Kind.EXPENSE: "Member", Kind.PROCUREMENT: "Document"}  # what the user knows a row by


def exported_kinds(inputs: HomeInputs) -> frozenset[Kind]:
    """Return the kinds that Home says to export; the others are neither read nor posted."""
    ticked = {
        Kind.INVOICE: inputs.export_invoices,
        Kind.EXPENSE: inputs.export_expenses,
        Kind.PROCUREMENT: inputs.export_inventory,
    }
    return frozenset(kind for kind, yes in ticked.items() if yes)


def chosen_location(inputs: HomeInputs) -> str:
    """Return the location's name; empty for all of them."""
    return "" if inputs.location in ("", ALL_LOCATIONS) else inputs.location


def read_selection(book: xw.Book, inputs: HomeInputs) -> Selection:
    """Read the Include marks and Home's inputs. Raises ``StoppedByProblems`` for marks that can't be understood."""
    marked: list[Marked] = []
    wrong: dict[str, list[str]] = {}
    exported = exported_kinds(inputs)
    for kind, sheet in SHEET_OF.items():
        for row in read_rows(book, sheet) if kind in exported else ():
            try:
                mark = parse_include(row["Include"])
                if mark:
                    marked.append(_marked(kind, row, mark))
            except ValueError as error:
                wrong.setdefault(sheet.name, []).append(f"row {row.number} ({row[CALLED[kind]]}): {error}")
    if wrong:
        raise StoppedByProblems(
            " ".join(
                f"The sheet {name} has marks that can't be understood: {'; '.join(found)}."
                for name, found in wrong.items()
            ),
            fix="Include is Yes, Again or empty; Hold is Yes or empty. Nothing was written.",
        )
    return Selection(
        batch_identifier=inputs.batch_identifier,
        through_date=inputs.through_date,
        marked=tuple(marked),
        location=chosen_location(inputs),
        detail=inputs.detail,
        period=inputs.period,
    )


def _marked(kind: Kind, row: Row, mark: Include) -> Marked:
    """Return a marked row with what the user wrote about it. Raises ``ValueError`` for what can't be understood.

    Whether the period is one of SL's is for the checks to say: it is text, and nothing is guessed of a number.
    """
    period = row["Period"]
    for problem in row.problems:
        if problem.column == "Period":
            raise ValueError(f"{problem.text} Type the period as text, such as 11-2026")
    if error := excel_error(period):
        raise ValueError(f"Period shows {error}")
    return Marked(_key(kind, row), mark is Include.AGAIN, str(period or "").strip(), _on_hold(row["Hold"]))


def _on_hold(cell: object) -> bool:
    try:
        mark = parse_include(cell)
    except IncludeNotUnderstood:
        mark = Include.AGAIN
    if mark is Include.AGAIN:
        raise ValueError(f"Hold is {cell!r}; it has to be Yes or empty")
    return mark is Include.YES


def marked_transactions(book: xw.Book) -> list[TransactionKey]:
    """Return what is marked of the kinds that Home exports, but for marks that can't be understood."""
    try:
        exported = exported_kinds(read_home(book))
    except WorkbookError:  # an input can't be used: the button that uses it says so
        exported = frozenset(Kind)
    found: list[TransactionKey] = []
    for kind, sheet in SHEET_OF.items():
        for row in read_rows(book, sheet) if kind in exported else ():
            try:
                if parse_include(row["Include"]):
                    found.append(_key(kind, row))
            except ValueError:
                continue
    return found


def done_transactions(book: xw.Book) -> list[TransactionKey]:
    """Return the transactions whose row says that a run has done with them."""
    found: list[TransactionKey] = []
    for kind, sheet in SHEET_OF.items():
        rows = read_columns(book, sheet, ("Status", sheet.key))
        found += [TransactionKey(kind, str(row[sheet.key])) for row in rows if row["Status"] in DONE]
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """What the sheets of transactions show. ``currencies``: each with the name of its sheet, in their order.

    ``customers``: of the invoices, each with its currency, those with the most of them first.
    """

    currencies: tuple[tuple[str, str], ...]
    customers: tuple[tuple[str, str], ...]


def what_is_shown(book: xw.Book) -> Shown:
    """Look at what the three sheets show, whatever filter is on."""
    currencies: list[tuple[str, str]] = []
    customers: Counter[tuple[str, str]] = Counter()
    for sheet in SHEET_OF.values():
        names = ("Company",) if sheet is INVOICES else ()
        rows = [row for row in read_columns(book, sheet, (*names, "Currency", sheet.key)) if row[sheet.key]]
        currencies += [(sheet.name, one) for one in sorted({str(row["Currency"] or "") for row in rows})]
        customers.update((str(row["Company"] or ""), str(row["Currency"] or "")) for row in rows if names)
    return Shown(tuple(currencies), tuple(sorted(customers, key=lambda pair: (-customers[pair], pair))))


def tell_left_out(book: xw.Book, sheet: Sheet, text: str) -> None:
    """Write above the table how many rows of Manage are not in it; empty: its usual hint again."""
    cell = book.sheets[sheet.name].range(hint_cell(sheet))
    wanted = text or sheet.hint
    if cell.value != wanted:
        cell.value = wanted


def show_transactions(
    book: xw.Book,
    changes: Mapping[TransactionKey, Mapping[str, object]],
    *,
    unless_done: Collection[TransactionKey] = (),
) -> None:
    """Change columns of the rows of transactions, each on the sheet of its kind.

    ``unless_done``: those whose row keeps what it says when it says that the transaction is done.
    """
    for kind, sheet in SHEET_OF.items():
        of_sheet = {key.record_id: change for key, change in changes.items() if key.kind is kind}
        if of_sheet:
            kept = {key.record_id for key in unless_done if key.kind is kind}
            update_by_key(book, sheet, of_sheet, unless={"Status": DONE}, unless_keys=kept)


def transaction_of(transaction_id: str) -> TransactionKey | None:
    """Read ``invoice:4417`` back; None for what names no single transaction."""
    kind, colon, record = transaction_id.partition(":")
    return TransactionKey(Kind(kind), record) if colon and kind in set(Kind) else None


def meant_sheets(book: xw.Book) -> Iterable[Sheet]:
    """Return the sheet that the user looks at, when it is one of the three; else all three.

    A closed file has none that is looked at.
    """
    if book.app.engine.name == "excel":
        shown = book.sheets.active.name
        for sheet in SHEET_OF.values():
            if sheet.name == shown:
                return (sheet,)
    return tuple(SHEET_OF.values())


def _key(kind: Kind, row: Row) -> TransactionKey:
    """Return the transaction of a row. Raises ``ValueError`` when the Id is not one of Manage's."""
    record = str(row["Id"] or "").strip()
    if error := excel_error(record):
        raise ValueError(f"the Id shows {error}; refresh")
    if kind is Kind.PROCUREMENT and record:
        return TransactionKey(kind, record)
    if not record.isdecimal():
        raise ValueError(f"the Id {record!r} is not one of Manage's; refresh")
    return TransactionKey(kind, str(int(record)))

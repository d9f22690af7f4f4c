"""Workbooks as accidents make them: cut, flipped, renamed, with parts, names, sheets or columns missing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from macro_books import load_macro_book
from openpyxl import Workbook

CUTS = 24
FLIPS = 60
DEEP = 30_000
SHEETS_WITH_INPUT = ("Invoices", "Expenses", "Inventory", "Mapping check", "Log")
NESTED = b"<a>" * DEEP + b"</a>" * DEEP
LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, (b"&%c;" % (97 + i)) * 20) for i in range(8))
    + b"]><l>&i;</l>"
)
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHER_KINDS = {
    "empty": b"",
    "a CSV": b"Include,Status,Number\r\nYes,,4711\r\n",
    "a web page": b"<!DOCTYPE html><html><table><tr><td>4711</td></tr></table></html>",
    "an XML spreadsheet": b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>',
    "an old .xls": COMPOUND + bytes(504) + "Workbook".encode("utf-16-le") + bytes(2048),
    "one with a password": COMPOUND + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(2048),
    "only zeros": bytes(4096),
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "an empty archive": b"PK\x05\x06" + bytes(18),
    "the start of an archive": b"PK\x03\x04",
}


@dataclass(frozen=True)
class BadWorkbook:
    """What is wrong with it, and how its bytes are made."""

    what: str
    make: Callable[[], bytes]

    @property
    def data(self) -> bytes:
        """The file's bytes, made now."""
        return self.make()


def bad_workbooks(good: bytes) -> Iterator[BadWorkbook]:
    """Say what every one of them is, always the same ones in the same order; its bytes are made when asked for."""
    for what, data in OTHER_KINDS.items():
        yield BadWorkbook(f"it is {what}", partial(bytes, data))
    for at in range(1, CUTS):
        yield BadWorkbook(f"cut after {at} of {CUTS} parts", partial(bytes, good[: len(good) * at // CUTS]))
    for at in range(FLIPS):
        place = len(good) * at // FLIPS + at % 7
        flipped = good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :]
        yield BadWorkbook(f"byte {place} is another", partial(bytes, flipped))
    for name in zipfile.ZipFile(io.BytesIO(good)).namelist():
        yield BadWorkbook(f"{name} is missing", partial(_with_part, good, name, lambda _: None))
        yield BadWorkbook(f"{name} is empty", partial(_with_part, good, name, lambda _: b""))
        yield BadWorkbook(f"{name} is cut", partial(_with_part, good, name, lambda data: data[: len(data) // 2]))
        yield BadWorkbook(f"{name} is another XML", partial(_with_part, good, name, lambda _: b"<a><b c='1'/></a>"))
    for name in ("xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet2.xml", "[Content_Types].xml"):
        yield BadWorkbook(f"{name} is nested {DEEP} deep", partial(_with_part, good, name, lambda _: NESTED))
        yield BadWorkbook(f"{name} has entities without end", partial(_with_part, good, name, lambda _: LAUGHS))
    yield from _edited(good)


def _edited(good: bytes) -> Iterator[BadWorkbook]:
    book = load_macro_book(io.BytesIO(good))
    for name in book.defined_names:
        yield BadWorkbook(f"the name {name} is gone", partial(_edit, good, partial(_drop_name, name=name)))
    for sheet in book.sheetnames:
        yield BadWorkbook(f"the sheet {sheet} is gone", partial(_edit, good, partial(_drop_sheet, sheet=sheet)))
        yield BadWorkbook(f"the sheet {sheet} is renamed", partial(_edit, good, partial(_rename_sheet, sheet=sheet)))
        for table in list(book[sheet].tables):
            drop = partial(_drop_table, sheet=sheet, table=table)
            yield BadWorkbook(f"the table {table} is gone", partial(_edit, good, drop))
    for sheet in SHEETS_WITH_INPUT:
        (table,) = book[sheet].tables.values()
        for at, column in enumerate(table.tableColumns):
            rename = partial(_rename_column, sheet=sheet, at=at)
            yield BadWorkbook(f"{sheet}'s column {column.name} is renamed", partial(_edit, good, rename))


def _drop_name(book: Workbook, name: str) -> None:
    book.defined_names.pop(name)


def _drop_sheet(book: Workbook, sheet: str) -> None:
    book.remove(book[sheet])


def _rename_sheet(book: Workbook, sheet: str) -> None:
    book[sheet].title = "Mine"


def _drop_table(book: Workbook, sheet: str, table: str) -> None:
    book[sheet].tables.pop(table)


def _rename_column(book: Workbook, sheet: str, at: int) -> None:
    (table,) = book[sheet].tables.values()
    table.tableColumns[at].name = "Mine"
    book[sheet][table.ref.split(":")[0]].offset(column=at).value = "Mine"


def _edit(good: bytes, change: Callable[[Workbook], None]) -> bytes:
    book = load_macro_book(io.BytesIO(good))
    change(book)
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()


def _with_part(good: bytes, name: str, change: Callable[[bytes], bytes | None]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            data = before.read(part)
            new = change(data) if part == name else data
            if new is not None:
                after.writestr(part, new)
    return made.getvalue()

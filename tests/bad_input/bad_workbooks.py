"""Workbooks as accidents make them: cut, flipped, renamed, with parts, names, sheets or columns missing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from openpyxl import load_workbook

CUTS = 24
FLIPS = 60
DEEP = 30_000
SHEETS_WITH_INPUT = ("Home", "Invoices", "Expenses", "Inventory", "Mapping check", "Log")
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
    """What is wrong with it, and its bytes."""

    what: str
    data: bytes


def bad_workbooks(good: bytes) -> Iterator[BadWorkbook]:
    """Make every one of them from a good one, always the same ones in the same order."""
    yield from (BadWorkbook(f"it is {what}", data) for what, data in OTHER_KINDS.items())
    for at in range(1, CUTS):
        yield BadWorkbook(f"cut after {at} of {CUTS} parts", good[: len(good) * at // CUTS])
    for at in range(FLIPS):
        place = len(good) * at // FLIPS + at % 7
        flipped = bytes([good[place] ^ 0xFF])
        yield BadWorkbook(f"byte {place} is another", good[:place] + flipped + good[place + 1 :])
    for name in zipfile.ZipFile(io.BytesIO(good)).namelist():
        yield BadWorkbook(f"{name} is missing", _with_part(good, name, lambda _: None))
        yield BadWorkbook(f"{name} is empty", _with_part(good, name, lambda _: b""))
        yield BadWorkbook(f"{name} is cut", _with_part(good, name, lambda data: data[: len(data) // 2]))
        yield BadWorkbook(f"{name} is another XML", _with_part(good, name, lambda _: b"<a><b c='1'/></a>"))
    for name in ("xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet2.xml", "[Content_Types].xml"):
        deep = b"<a>" * DEEP + b"</a>" * DEEP
        yield BadWorkbook(f"{name} is nested {DEEP} deep", _with_part(good, name, lambda _, deep=deep: deep))
        laughs = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
            b'<!ENTITY %c "%s">' % (98 + i, (b"&%c;" % (97 + i)) * 20) for i in range(8)
        )
        bomb = laughs + b"]><l>&i;</l>"
        yield BadWorkbook(f"{name} has entities without end", _with_part(good, name, lambda _, bomb=bomb: bomb))
    yield from _edited(good)


def _edited(good: bytes) -> Iterator[BadWorkbook]:
    book = load_workbook(io.BytesIO(good), keep_vba=True)
    for name in book.defined_names:
        yield BadWorkbook(f"the name {name} is gone", _edit(good, lambda b, name=name: b.defined_names.pop(name)))
    for sheet in book.sheetnames:
        yield BadWorkbook(f"the sheet {sheet} is gone", _edit(good, lambda b, sheet=sheet: b.remove(b[sheet])))
        yield BadWorkbook(
            f"the sheet {sheet} is renamed", _edit(good, lambda b, sheet=sheet: setattr(b[sheet], "title", "Mine"))
        )
        for table in list(book[sheet].tables):
            yield BadWorkbook(
                f"the table {table} is gone",
                _edit(good, lambda b, sheet=sheet, table=table: b[sheet].tables.pop(table)),
            )
    for sheet in SHEETS_WITH_INPUT[1:]:
        (table,) = book[sheet].tables.values()
        for at, column in enumerate(table.tableColumns):
            yield BadWorkbook(
                f"{sheet}'s column {column.name} is renamed",
                _edit(good, lambda b, sheet=sheet, at=at: _rename(b[sheet], at)),
            )


def _rename(sheet: object, at: int) -> None:
    (table,) = sheet.tables.values()  # type: ignore[attr-defined]
    table.tableColumns[at].name = "Mine"
    first = table.ref.split(":")[0]
    header = sheet[first].offset(column=at)  # type: ignore[index]
    header.value = "Mine"


def _edit(good: bytes, change: Callable[..., object]) -> bytes:
    book = load_workbook(io.BytesIO(good), keep_vba=True)
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

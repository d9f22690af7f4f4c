"""Reading many SL documents as they are now: their rows, what the release makes of them, what the general ledger got.

Set-based: so many statements for each module, whatever the number of documents, but for one per thousand batches.
Of documents that SL has not released all columns are read (for the hash of the rows), of others what must stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from xlpy.domain.afterwards.reconcile import DocumentKey, Leg, SlDocument
from xlpy.domain.documents.shared import RateUsed, TaxSlot
from xlpy.domain.facts.books import SalesTax, SlBooks, sl_key
from xlpy.domain.mapping.taxes import tax_postings
from xlpy.domain.values.money import ZERO, round_money
from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.connection.rows import chunks, lowered_rows
from xlpy.sl.connection.table_reader import TableReader
from xlpy.sl.reading.documents import ReadDocument
from xlpy.sl.reading.posted_lines import PostedLines
from xlpy.sl.screens.entries import ENTRIES
from xlpy.sl.screens.entry_rows import TAX_SLOTS

Row = Mapping[str, Any]
BatchName = tuple[str, str]  # module, BatNbr
_FETCH = 1000
_CREDITS = frozenset({"CM", "AD"})  # documents whose amount counts negative
_RELEASED_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ARDoc": (
        *("BatNbr", "DocType", "RefNbr", "CustId", "PerPost", "CuryId", "CuryOrigDocAmt", "OrigDocAmt"),
        *("BankAcct", "BankSub", "DocDate", "Rlsed"),
    ),
    "APDoc": (
        *("BatNbr", "DocType", "RefNbr", "VendId", "PerPost", "CuryId", "CuryOrigDocAmt", "OrigDocAmt"),
        *("Acct", "Sub", "DocDate", "Rlsed", "Status"),
    ),
    "ARTran": (
        *("BatNbr", "TranType", "RefNbr", "LineNbr", "Acct", "Sub", "DrCr", "CuryTranAmt", "TranAmt"),
        *("TranClass", "CuryId"),
    ),
    "APTran": (
        *("BatNbr", "trantype", "RefNbr", "LineNbr", "Acct", "Sub", "DrCr", "CuryTranAmt", "TranAmt"),
        *("LineType", "CuryId"),
    ),
    "INTran": (
        *("BatNbr", "TranType", "RefNbr", "LineNbr", "Acct", "Sub", "InvtAcct", "InvtSub"),
        *("TranAmt", "InvtMult", "PerPost"),
    ),
    "GLTran": (
        *("Module", "BatNbr", "TranType", "RefNbr", "LineNbr", "Acct", "Sub", "CuryDrAmt", "CuryCrAmt"),
        *("DrAmt", "CrAmt", "CuryId", "PerPost", "Id", "Posted"),
    ),
}
_CONTROL_LINE = 32767  # SL: the line of the control account that a release makes


@dataclass(frozen=True, slots=True)
class _Batch:
    status: str
    released: bool
    period: str
    currency: str


@dataclass(frozen=True, slots=True)
class _Facts:
    """What documents without a row of their own have from their batch, and what taxes they will get."""

    books: SlBooks
    batches: Mapping[BatchName, _Batch]
    purchase_taxes: Mapping[str, SalesTax]  # SL's taxes with their accounts for purchases


@dataclass(frozen=True, slots=True)
class SlSide:
    """SL's side. ``documents``: what is gone is missing. ``posted``: what the general ledger has of released batches.

    ``posted`` is by SL batch and account (acct and sub in ``sl_key`` form): base currency, debits positive.
    """

    documents: Mapping[DocumentKey, SlDocument]
    posted: Mapping[BatchName, Mapping[tuple[str, str], Decimal]]


def read_sl_side(connection: Connection, company: SlCompany, books: SlBooks, batches: Collection[BatchName]) -> SlSide:
    """Return every document of these SL batches by module, batch, type and reference.

    ``books``: for the taxes that the release will make of unreleased documents.
    """
    of_module: dict[str, list[str]] = defaultdict(list)
    for module, bat_nbr in sorted(set(batches)):
        of_module[module].append(bat_nbr)
    facts = _Facts(
        books, _read_batches(connection, company, of_module), _purchase_taxes(TableReader(connection, company), books)
    )
    found: dict[DocumentKey, SlDocument] = {}
    in_ledger: dict[BatchName, Mapping[tuple[str, str], Decimal]] = {}
    for module, numbers in sorted(of_module.items()):
        known = {number: facts.batches.get((module, number)) for number in numbers}
        for released in (False, True):
            mine = [number for number, batch in known.items() if (batch is not None and batch.released) is released]
            posted = _read_posted(connection, company, books, module, mine) if released and module != "GL" else None
            for read in _read_module(connection, company, module, mine, whole=not released):
                document = _rounded(_MAKERS[module](facts, read, released), books)
                if posted is not None:
                    document = posted.compared(document)
                found[document.key] = document
            if posted is not None:
                own = set(mine)
                found |= {key: posted.judged(found[key]) for key in found if key[0] == module and key[1] in own}
                in_ledger |= {(module, number): sums for number, sums in posted.by_batch.items()}
    return SlSide(found, in_ledger)


def batch_periods(connection: Connection, company: SlCompany, batches: Collection[BatchName]) -> dict[BatchName, str]:
    """Return the period (YYYYPP) of each SL batch that is there."""
    of_module: dict[str, list[str]] = defaultdict(list)
    for module, bat_nbr in sorted(set(batches)):
        of_module[module].append(bat_nbr)
    return {name: batch.period for name, batch in _read_batches(connection, company, of_module).items()}


def _read_batches(
    connection: Connection, company: SlCompany, of_module: Mapping[str, Sequence[str]]
) -> dict[BatchName, _Batch]:
    table = company.catalogue.require("Batch", "Module", "BatNbr", "Status", "Rlsed", "PerPost", "CuryId")
    columns = [table.c[name] for name in ("BatNbr", "Status", "Rlsed", "PerPost", "CuryId")]
    found: dict[BatchName, _Batch] = {}
    for module, numbers in of_module.items():
        for chunk in chunks(numbers):
            statement = select(*columns).where(table.c.Module == module, table.c.BatNbr.in_(chunk))
            for bat_nbr, status, released, period, currency in connection.execute(statement).all():
                found[module, bat_nbr] = _Batch(status, bool(released), period, currency)
    return found


@dataclass(frozen=True, slots=True)
class _Read:
    """Rows of one document: its own (empty when its module has none), its lines in LineNbr's order."""

    module: str
    bat_nbr: str
    name: tuple[str, str]
    rows: ReadDocument

    @property
    def key(self) -> DocumentKey:
        return self.module, self.bat_nbr, *self.name


def _read_module(
    connection: Connection, company: SlCompany, module: str, numbers: Sequence[str], *, whole: bool
) -> Iterator[_Read]:
    """Yield the documents of a module's batches. ``whole``: with all columns, for the hash of their rows."""
    entry = ENTRIES[module]
    headers: dict[tuple[str, tuple[str, str]], Row] = {}
    if entry.header and (whole or entry.header in _RELEASED_COLUMNS):
        for row in _rows(connection, company, entry.header, module, numbers, whole=whole):
            headers[row["batnbr"], entry.name_of_header(row)] = row
    lines = _rows(connection, company, entry.lines, module, numbers, whole=whole)
    for (bat_nbr, *name), group in groupby(lines, _name_of_line):
        key = (name[0], name[1])
        yield _Read(module, bat_nbr, key, ReadDocument(key, headers.pop((bat_nbr, key), {}), list(group)))
    for (bat_nbr, key), row in headers.items():
        yield _Read(module, bat_nbr, key, ReadDocument(key, row, ()))


def _name_of_line(row: Row) -> tuple[str, str, str]:
    return row["batnbr"], sl_key(row["trantype"]), sl_key(row["refnbr"])


def _rows(
    connection: Connection, company: SlCompany, name: str, module: str, numbers: Sequence[str], *, whole: bool
) -> Iterator[Row]:
    table = company.catalogue.table(name)
    by_key = {column.key.lower(): column for column in table.c}
    chosen = list(table.c) if whole else [by_key[column.lower()] for column in _RELEASED_COLUMNS[name]]
    order = [by_key[key] for key in ("batnbr", "trantype", "refnbr", "linenbr", "recordid") if key in by_key]
    for chunk in chunks(numbers):
        statement = select(*chosen).where(by_key["batnbr"].in_(chunk)).order_by(*order)
        if "module" in by_key:
            statement = statement.where(by_key["module"] == module)
        # All at once per chunk: one open cursor per connection, and the caller asks for more between the rows.
        yield from list(lowered_rows(connection.execute(statement, execution_options={"yield_per": _FETCH})))


# --- what each module's documents are ---------------------------------------------------------------------------------


def _receivable(facts: _Facts, read: _Read, released: bool) -> SlDocument:
    row = read.rows.row
    doc_type = read.name[0]
    sign = -1 if doc_type in _CREDITS else 1
    legs = [_line_leg(line, _ar_role(line)) for line in read.rows.lines]
    if row and not released:
        control = sign * row["curyorigdocamt"], sign * row["origdocamt"]
        legs.append(_leg(row["bankacct"], row["banksub"], *control, "control"))
        legs += _taxes(facts.books, facts.books.taxes, row, -sign)
    return _document(facts, read, released, row.get("custid", ""), sign, legs)


def _payable(facts: _Facts, read: _Read, released: bool) -> SlDocument:
    row = read.rows.row
    sign = -1 if read.name[0] in _CREDITS else 1
    legs = [_line_leg(line, _ap_role(line)) for line in read.rows.lines]
    if row and not released:
        legs.append(_leg(row["acct"], row["sub"], -sign * row["curyorigdocamt"], -sign * row["origdocamt"], "control"))
        legs += _taxes(facts.books, facts.purchase_taxes, row, sign)
    return _document(facts, read, released, row.get("vendid", ""), sign, legs)


def _document(facts: _Facts, read: _Read, released: bool, party: str, sign: int, legs: Iterable[Leg]) -> SlDocument:
    row = read.rows.row
    batch = facts.batches.get((read.module, read.bat_nbr))
    status = batch.status if batch else ""
    released = released or bool(row.get("rlsed"))
    return SlDocument(
        key=read.key,
        party=party,
        period=row.get("perpost", "") or (batch.period if batch else ""),
        status=status or ("P" if released else ""),
        released=released,
        currency=row.get("curyid", ""),
        amount=sign * row.get("curyorigdocamt", ZERO),
        base=sign * row.get("origdocamt", ZERO),
        legs=tuple(leg for leg in legs if leg.amount or leg.base),
        rows_hash="" if released else read.rows.rows_hash,
        voided="V" in (status, row.get("status", "")),
    )


def _journal(facts: _Facts, read: _Read, released: bool) -> SlDocument:
    lines = read.rows.lines
    legs = [
        _leg(line["acct"], line["sub"], line["curydramt"] - line["curycramt"], line["dramt"] - line["cramt"], "line")
        for line in lines
    ]
    batch = facts.batches.get((read.module, read.bat_nbr))
    status = batch.status if batch else ("P" if released else "")
    return SlDocument(
        key=read.key,
        party=lines[0]["id"] if lines else "",
        period=lines[0]["perpost"] if lines else "",
        status=status,
        released=released,
        currency=lines[0]["curyid"] if lines else "",
        amount=sum((line["curydramt"] for line in lines), ZERO),
        base=sum((line["dramt"] for line in lines), ZERO),
        legs=tuple(legs),
        rows_hash="" if released else read.rows.rows_hash,
        gl_agrees=_all_posted(lines) if status == "P" else None,
        voided=status == "V",
    )


def _rounded(document: SlDocument, books: SlBooks) -> SlDocument:
    """Round SL's floats to the decimals of their currency: amounts are compared after rounding (design, section 2)."""
    places = books.currencies.get(sl_key(document.currency), books.base_decimals)
    return replace(
        document,
        amount=round_money(document.amount, places),
        base=round_money(document.base, books.base_decimals),
        legs=tuple(
            replace(leg, amount=round_money(leg.amount, places), base=round_money(leg.base, books.base_decimals))
            for leg in document.legs
        ),
    )


def _all_posted(lines: Sequence[Row]) -> bool:
    return all(line["posted"] == "P" for line in lines)


def _stock(facts: _Facts, read: _Read, released: bool) -> SlDocument:
    lines = read.rows.lines
    moved = read.name[0] == "TR"
    # A one-step release adds the line that receives: what goes out is the document.
    own = [line for line in lines if not moved or line["invtmult"] < 0]
    amount = sum((line["tranamt"] for line in own), ZERO)
    legs: list[Leg] = []
    for line in lines:
        value = line["tranamt"] * line["invtmult"]
        legs.append(_leg(line["invtacct"], line["invtsub"], value, value, "line"))
        if not moved or not released:
            legs.append(_leg(line["acct"], line["sub"], -value, -value, "line"))
    batch = facts.batches.get((read.module, read.bat_nbr))
    status = batch.status if batch else ("P" if released else "")
    return SlDocument(
        key=read.key,
        party="",
        period=lines[0]["perpost"] if lines else "",
        status=status,
        released=released,
        currency=facts.books.gl.base_currency,
        amount=amount,
        base=amount,
        legs=tuple(leg for leg in legs if leg.amount),
        rows_hash="" if released else read.rows.rows_hash,
        own_cost=moved and released,
        voided=status == "V",
    )


_MAKERS = {"AR": _receivable, "AP": _payable, "GL": _journal, "IN": _stock}


def _ar_role(line: Row) -> str:
    if line["tranclass"] == "T":
        return "tax"
    return "control" if line["linenbr"] == _CONTROL_LINE else "line"


def _ap_role(line: Row) -> str:
    if line["linetype"] == "T":
        return "tax"
    return "control" if line["linenbr"] == _CONTROL_LINE else "line"


def _line_leg(line: Row, role: str) -> Leg:
    sign = 1 if line["drcr"] == "D" else -1
    return _leg(line["acct"], line["sub"], sign * line["curytranamt"], sign * line["tranamt"], role)


def _leg(acct: str, sub: str, amount: Decimal, base: Decimal, role: str) -> Leg:
    return Leg(sl_key(acct), sl_key(sub), amount, role, base)


def _taxes(books: SlBooks, taxes: Mapping[str, SalesTax], row: Row, sign: int) -> Iterator[Leg]:
    """Yield what the release will make of a document's tax slots, by SL's own split of groups."""
    slots = [
        TaxSlot(tax_id, row[f"curytaxtot{slot:02}"], ZERO, row[f"taxtot{slot:02}"], ZERO)
        for slot in range(TAX_SLOTS)
        if (tax_id := row[f"taxid{slot:02}"])
    ]
    decimals = books.currencies.get(sl_key(row["curyid"]), books.base_decimals)
    rate = RateUsed(row["curyid"], Decimal(1), "M", "", row["docdate"] or date.min, decimals)
    for made in tax_postings(slots, lambda tax_id: taxes.get(sl_key(tax_id)), rate, books.base_decimals):
        yield _leg(made.acct, made.sub, sign * made.cury_tax, sign * made.tax, "tax")


def _purchase_taxes(reader: TableReader, books: SlBooks) -> dict[str, SalesTax]:
    rows = reader.rows("SalesTax", ("TaxId", "PurTaxAcct", "PurTaxSub"), TaxType="T")
    accounts = {sl_key(row["taxid"]): (row["purtaxacct"], row["purtaxsub"]) for row in rows}
    return {
        key: replace(tax, acct=accounts[sl_key(key)][0], sub=accounts[sl_key(key)][1])
        if sl_key(key) in accounts
        else tax
        for key, tax in books.taxes.items()
    }


# --- the general ledger -----------------------------------------------------------------------------------------------


def _read_posted(
    connection: Connection, company: SlCompany, books: SlBooks, module: str, numbers: Sequence[str]
) -> PostedLines:
    return PostedLines(_rows(connection, company, "GLTran", module, numbers, whole=False), books.base_decimals)

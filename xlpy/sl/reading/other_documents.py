"""SL documents that did not come from Manage but are on the same accounts in the same periods; and what is unpaid.

Payments and their applications are left out: they belong to the payment sync.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from xlpy.domain.afterwards.reconcile import DocumentKey
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import ZERO
from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.connection.rows import CHUNK, chunks, lowered_rows
from xlpy.sl.ledger_book.tables import posting_docs

# Invoices and memos of each side by SL's types (SL: ARDoc and APDoc document types); all others are payments.
_DOCUMENTS = {
    "AR": ("ARDoc", "CustId", "BankAcct", ("IN", "DM", "CM", "FI", "CS")),
    "AP": ("APDoc", "VendId", "Acct", ("VO", "AD", "AC")),
}
_CREDITS = frozenset({"CM", "AD"})


@dataclass(frozen=True, slots=True)
class OtherDocument:
    """An SL document that the posting ledger does not know. Amounts: credit memos and debit adjustments negative."""

    key: DocumentKey
    party: str
    period: str
    currency: str
    amount: Decimal
    base: Decimal
    accounts: tuple[str, ...]  # those of ours that it is on


@dataclass(frozen=True, slots=True)
class OpenBalance:
    """What SL says is still owed on an invoice, in its currency; credit memos negative."""

    key: DocumentKey
    cust_id: str
    doc_date: date | None
    due_date: date | None
    currency: str
    total: Decimal
    balance: Decimal


def posted_documents(connection: Connection) -> frozenset[DocumentKey]:
    """Return every SL document that the posting ledger knows, of any Manage site."""
    columns = (posting_docs.c.Module, posting_docs.c.BatNbr, posting_docs.c.DocType, posting_docs.c.RefNbr)
    rows = connection.execute(select(*columns).distinct()).all()
    return frozenset((module, bat_nbr, sl_key(kind), sl_key(reference)) for module, bat_nbr, kind, reference in rows)


def read_other_documents(
    connection: Connection,
    company: SlCompany,
    periods: Collection[str],
    accounts: Collection[str],
    ours: Collection[DocumentKey],
    base_currency: str,
) -> list[OtherDocument]:
    """Return the documents of these periods on these accounts that are not ``ours``, by module and batch."""
    if not periods or not accounts:
        return []
    wanted = sorted(set(accounts))
    months = sorted(set(periods))
    found: list[OtherDocument] = []
    for module in ("AR", "AP"):
        found += _subledger(connection, company, module, months, wanted, ours)
    found += _lines(connection, company, "GLTran", months, wanted, ours, base_currency)
    found += _lines(connection, company, "INTran", months, wanted, ours, base_currency)
    return sorted(found, key=lambda document: document.key)


def read_open_balances(
    connection: Connection, company: SlCompany, batches: Collection[str]
) -> dict[DocumentKey, OpenBalance]:
    """Return what is open of the invoices and credit memos of these AR batches; what is paid in full is left out."""
    table = company.catalogue.require(
        "ARDoc",
        *("BatNbr", "DocType", "RefNbr", "CustId", "DocDate", "DueDate", "CuryId", "CuryOrigDocAmt", "CuryDocBal"),
    )
    found: dict[DocumentKey, OpenBalance] = {}
    for chunk in chunks(sorted(set(batches))):
        statement = select(
            *(table.c[name] for name in ("BatNbr", "DocType", "RefNbr", "CustId", "DocDate", "DueDate")),
            *(table.c[name] for name in ("CuryId", "CuryOrigDocAmt", "CuryDocBal")),
        ).where(table.c.BatNbr.in_(chunk), table.c.CuryDocBal != 0)
        for row in list(lowered_rows(connection.execute(statement))):
            kind = sl_key(row["doctype"])
            sign = -1 if kind in _CREDITS else 1
            key = "AR", row["batnbr"], kind, sl_key(row["refnbr"])
            found[key] = OpenBalance(
                key,
                row["custid"],
                row["docdate"],
                row["duedate"],
                row["curyid"],
                sign * row["curyorigdocamt"],
                sign * row["curydocbal"],
            )
    return found


def _subledger(
    connection: Connection,
    company: SlCompany,
    module: str,
    periods: list[str],
    accounts: list[str],
    ours: Collection[DocumentKey],
) -> Iterator[OtherDocument]:
    """Yield invoices and memos whose control account, or one of whose lines, is on the accounts."""
    name, party, control, types = _DOCUMENTS[module]
    table = company.catalogue.require(
        name, "BatNbr", "DocType", "RefNbr", party, "PerPost", "CuryId", control, "CpnyID"
    )
    columns = ("BatNbr", "DocType", "RefNbr", party, "PerPost", "CuryId", "CuryOrigDocAmt", "OrigDocAmt", control)
    more = ("Status",) if module == "AP" else ()
    on_lines = _accounts_of_lines(connection, company, module, periods, accounts)
    rows: list[dict[str, Any]] = []
    for chunk in chunks(periods):
        statement = select(*(table.c[column] for column in (*columns, *more))).where(
            table.c.PerPost.in_(chunk), table.c.DocType.in_(types), table.c.CpnyID == company.cpny_id
        )
        rows += lowered_rows(connection.execute(statement))
    known = {sl_key(account) for account in accounts}
    for row in rows:
        kind = sl_key(row["doctype"])
        key = module, row["batnbr"], kind, sl_key(row["refnbr"])
        touched = on_lines.get(key, set()) | ({sl_key(row[control.lower()])} & known)
        if key in ours or not touched or row.get("status") == "V":
            continue
        sign = -1 if kind in _CREDITS else 1
        yield OtherDocument(
            key,
            row[party.lower()],
            row["perpost"],
            row["curyid"],
            sign * row["curyorigdocamt"],
            sign * row["origdocamt"],
            tuple(sorted(touched)),
        )


def _accounts_of_lines(
    connection: Connection, company: SlCompany, module: str, periods: list[str], accounts: list[str]
) -> Mapping[DocumentKey, set[str]]:
    table = company.catalogue.table(f"{module}Tran")
    by_key = {column.key.lower(): column for column in table.c}
    chosen = [by_key[name] for name in ("batnbr", "trantype", "refnbr", "acct")]
    found: dict[DocumentKey, set[str]] = {}
    for months in chunks(periods):
        for some in chunks(accounts):
            statement = (
                select(*chosen)
                .distinct()
                .where(
                    by_key["perpost"].in_(months),
                    by_key["acct"].in_(some),
                    by_key["cpnyid"] == company.cpny_id,
                )
            )
            for bat_nbr, kind, reference, account in connection.execute(statement).all():
                found.setdefault((module, bat_nbr, sl_key(kind), sl_key(reference)), set()).add(sl_key(account))
    return found


def _lines(
    connection: Connection,
    company: SlCompany,
    name: str,
    periods: list[str],
    accounts: list[str],
    ours: Collection[DocumentKey],
    base_currency: str,
) -> Iterator[OtherDocument]:
    """Yield journals (GLTran of module GL) or inventory documents (INTran): lines with one reference."""
    module = name[:2]
    table = company.catalogue.table(name)
    by_key = {column.key.lower(): column for column in table.c}
    sides = ("acct",) if module == "GL" else ("acct", "invtacct")
    amounts = ("dramt", "cramt", "id") if module == "GL" else ("tranamt", "invtmult")
    columns = ("batnbr", "trantype", "refnbr", "perpost", *sides, *amounts, *(("recordid",) if module == "IN" else ()))
    rows: list[dict[str, Any]] = []
    seen: set[int] = set()  # a line of stock may be on accounts of two chunks; GLTran has one account and no RecordID
    for months in chunks(periods):
        for some in chunks(accounts, CHUNK // len(sides)):  # bound once for each side
            touching: list[ColumnElement[bool]] = [by_key[side].in_(some) for side in sides]
            statement = select(*(by_key[column] for column in columns)).where(
                by_key["perpost"].in_(months), by_key["cpnyid"] == company.cpny_id, or_(*touching)
            )
            if module == "GL":
                statement = statement.where(by_key["module"] == module)
            for row in list(lowered_rows(connection.execute(statement))):
                if row.get("recordid") not in seen:
                    rows.append(row)
                    seen.update({row["recordid"]} if module == "IN" else ())
    documents: dict[DocumentKey, list[dict[str, Any]]] = {}
    for row in rows:
        key = module, row["batnbr"], sl_key(row["trantype"]), sl_key(row["refnbr"])
        if key not in ours:
            documents.setdefault(key, []).append(row)
    known = {sl_key(account) for account in accounts}
    for key, lines in documents.items():
        amount = sum((_size(line) for line in lines), ZERO)
        yield OtherDocument(
            key,
            lines[0].get("id", ""),
            lines[0]["perpost"],
            base_currency,
            amount,
            amount,
            tuple(sorted({sl_key(line[side]) for line in lines for side in sides} & known)),
        )


def _size(line: Mapping[str, Any]) -> Decimal:
    """Return what a line adds to its document: of a journal the net on our accounts, of stock its signed value."""
    if "tranamt" in line:
        value: Decimal = line["tranamt"] * line["invtmult"]
        return value
    net: Decimal = line["dramt"] - line["cramt"]
    return net

"""What the releases leave in the histories: taxes of both sides, customer balances, customers and salespersons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun, sum_of
from xlpy.demo.company.release.books import Row, amount, day, duplicate_key, key_of, stamp
from xlpy.demo.company.release.lines import PROGRAM, documents_of
from xlpy.demo.company.release.taxes import TaxShare
from xlpy.domain.facts.books import sl_key

_ZERO = Decimal(0)
_BY_ORIGINAL_AMOUNT = {"IN", "DM", "FI", "NC", "SC"}
# ARHist column → document types whose amount it counts
_CUSTOMER_COLUMNS = {
    "Sales": ("IN", "CS", "RF"),
    "CrMemo": ("CM", "SB"),
    "DrMemo": ("DM", "SC", "NC"),
    "FinChrg": ("FI",),
    "Rcpt": ("PA", "PP", "CS", "RF"),
}


@dataclass(frozen=True, slots=True)
class TaxSide:
    """Where the taxes of a subledger are kept. ``adds``: the document types whose tax counts positive."""

    journal: str
    program: str
    doc_table: str
    party: str
    total: str
    taxable: str
    adds: tuple[str, ...]


TAX_COLLECTED = TaxSide("AR", PROGRAM, "ARDoc", "CustId", "TotTaxColl", "txblslstot", ("IN", "DM"))
TAX_PAID = TaxSide("AP", "03400", "APDoc", "VendId", "TotTaxPaid", "TxblPurchTot", ("VO", "AC"))


def keep_tax_history(run: BatchRun, shares: list[TaxShare], side: TaxSide) -> None:
    """Write HistDocSlsTax and SlsTaxHist. Raises SqlStopped when a document's tax is in the history already.

    SL finds the documents by type and reference only: another document with the same ones (another customer's, an
    old one) gives a second row with the same key.
    """
    _keep_document_taxes(run, shares, side)
    for share in shares:
        key = {"TaxId": share.tax["TaxId"], "CpnyID": share.cpny_id, "YrMon": share.month}
        history = run.books.one("SlsTaxHist", **key)
        if history is None:
            history = run.books.add("SlsTaxHist", **stamp(side.program, run.user), **key)
        sign = 1 if share.doc_type in side.adds else -1
        history[side.total] = amount(history[side.total]) + sign * share.total
        history[side.taxable] = amount(history[side.taxable]) + sign * share.taxable


def _keep_document_taxes(run: BatchRun, shares: list[TaxShare], side: TaxSide) -> None:
    by_tax: dict[tuple[str, ...], list[TaxShare]] = {}
    for share in shares:
        key = (sl_key(share.tax["TaxId"]), share.month, sl_key(share.doc_type), sl_key(share.ref_nbr))
        by_tax.setdefault(key, []).append(share)
    documents = documents_of(run, shares, side.doc_table)
    references = tuple({share.ref_nbr for share in shares})
    in_history = {
        key_of(row, "TaxId", "YrMon", "DocType", "RefNbr") for row in run.books.rows("HistDocSlsTax", RefNbr=references)
    }
    for tax_key, members in by_tax.items():
        first = members[0]
        alike: dict[tuple[object, ...], list[Row]] = {}
        for doc in documents.get((sl_key(first.doc_type), sl_key(first.ref_nbr)), ()):
            facts = key_of(
                doc, "CuryOrigDocAmt", "CuryId", "CuryMultDiv", "CuryRate", side.party, "OrigDocAmt", "CpnyID"
            )
            alike.setdefault(facts, []).append(doc)
        if len(alike) > 1 or tax_key in in_history:
            raise duplicate_key()
        for docs in alike.values():
            _add_document_tax(run, docs, members, side)


def _add_document_tax(run: BatchRun, docs: list[Row], members: list[TaxShare], side: TaxSide) -> None:
    doc, share = docs[0], members[0]
    cury_total, cury_taxable, total, taxable = (
        len(docs) * sum((getattr(member, name) for member in members), _ZERO)
        for name in ("cury_total", "cury_taxable", "total", "taxable")
    )
    run.books.add(
        "HistDocSlsTax",
        **stamp(side.program, run.user),
        TaxId=share.tax["TaxId"],
        YrMon=share.month,
        DocType=share.doc_type,
        RefNbr=share.ref_nbr,
        CpnyID=doc["CpnyID"],
        CuryDocTot=doc["CuryOrigDocAmt"],
        CuryID=doc["CuryId"],
        CuryMultDiv=doc["CuryMultDiv"],
        CuryRate=doc["CuryRate"],
        CuryTaxTot=run.in_currency(cury_total, doc["CuryId"]),
        CuryTxblTot=run.in_currency(cury_taxable, doc["CuryId"]),
        CustVendId=doc[side.party],
        DocTot=doc["OrigDocAmt"],
        JrnlType=side.journal,
        TaxTot=run.base(total),
        TxblTot=run.base(taxable),
    )


def move_balances(run: BatchRun, ar: Row, docs: list[Row]) -> None:
    """Add the documents to AR_Balances: CurrBal up to ARSetup.CurrPerNbr, FutureBal later."""
    for members in _by_customer(docs).values():
        first = members[0]
        balance = balance_of(run, ar, first["CpnyID"], first["CustId"])
        if balance is None:
            continue
        column = "CurrBal" if first["PerPost"] <= ar["CurrPerNbr"] else "FutureBal"
        balance[column] = run.base(amount(balance[column]) + sum(map(_balance_change, members), _ZERO))
        prepaid = sum_of([doc for doc in members if doc["DocType"] == "PP"], "DocBal")
        balance["TotPrePay"] = max(run.base(amount(balance["TotPrePay"]) + prepaid), _ZERO)
        invoices = [doc["DocDate"] for doc in members if doc["DocType"] == "IN"]
        balance["LastInvcDate"] = _latest(balance["LastInvcDate"], *invoices)
        balance["LastActDate"] = _latest(balance["LastActDate"], *(doc["DocDate"] for doc in members))
        balance.update(stamp(PROGRAM, run.user, created=False))


def balance_of(run: BatchRun, ar: Row, cpny_id: str, cust_id: str) -> Row | None:
    """Give the AR_Balances row of a customer, made where it is missing; None for a customer that SL lacks."""
    key = {"CpnyID": cpny_id, "CustID": cust_id}
    balance = run.books.one("AR_Balances", **key)
    customer = run.books.one("Customer", CustId=cust_id) if balance is None else None
    if balance is not None or customer is None:
        return balance
    return run.books.add(
        "AR_Balances",
        **stamp(PROGRAM, run.user),
        **key,
        CuryID=customer["CuryId"] or run.gl["BaseCuryId"],
        PerNbr=ar["PerNbr"],
    )


def _balance_change(doc: Row) -> Decimal:
    """Sign by type: an invoice counts by its original amount, a memo or payment by its balance."""
    if doc["DocType"] in _BY_ORIGINAL_AMOUNT:
        return amount(doc["OrigDocAmt"])
    if doc["DocType"] in ("CM", "PA", "PP"):
        return -amount(doc["DocBal"])
    return _ZERO


def _latest(*days: date | None) -> date | None:
    return max(days, key=day)


def keep_customer_history(run: BatchRun, ar: Row, docs: list[Row]) -> None:
    """Add the documents to ARHist, in the year of the batch, and roll the opening balances of later years."""
    for members in _by_customer(docs).values():
        changes = {
            column: sum((_history_amount(doc) for doc in members if doc["DocType"] in types), _ZERO)
            for column, types in _CUSTOMER_COLUMNS.items()
        }
        add_to_customer_history(run, ar, members[0], changes)


def add_to_customer_history(run: BatchRun, ar: Row, owner: Row, changes: Mapping[str, Decimal]) -> None:
    """Add to columns of ARHist. ``owner``: CustId, CpnyID and PerPost, the period that the changes belong to."""
    year = owner["PerPost"][:4]
    for each in _years(year, max(year, ar["PerNbr"][:4])):
        _history_year(run, ar, owner, each)
    history = _history_year(run, ar, owner, year)
    period = int(owner["PerPost"][4:6] or 1) - 1
    for column, change in changes.items():
        _increase(run, history, f"PTD{column}{period:02}", change)
        _increase(run, history, f"Ytd{column}", change)
    history.update(stamp(PROGRAM, "SOLOMON", created=False))
    _roll_opening_balances(run, owner, year)


def _history_year(run: BatchRun, ar: Row, doc: Row, year: str) -> Row:
    key = {"CustId": doc["CustId"], "CpnyID": doc["CpnyID"], "FiscYr": year}
    history = run.books.one("ARHist", **key)
    if history is not None:
        return history
    earlier = [row for row in _customer_years(run, doc) if row["FiscYr"] < year]
    opening = _closing_balance(earlier[-1]) if earlier else _ZERO
    return run.books.add(
        "ARHist",
        **stamp(PROGRAM, "SOLOMON"),
        **key,
        BegBal=opening,
        CuryID=run.gl["BaseCuryId"],
        PerNbr=ar["PerNbr"],
    )


def _roll_opening_balances(run: BatchRun, doc: Row, year: str) -> None:
    closing = None
    for history in _customer_years(run, doc):
        if history["FiscYr"] < year:
            continue
        if closing is not None:
            history["BegBal"] = run.base(closing)
        closing = _closing_balance(history)


def _customer_years(run: BatchRun, doc: Row) -> list[Row]:
    years = run.books.rows("ARHist", CustId=doc["CustId"], CpnyID=doc["CpnyID"])
    return sorted(years, key=lambda history: str(history["FiscYr"]))


def _closing_balance(history: Row) -> Decimal:
    debits = amount(history["YtdSales"]) + amount(history["YtdDrMemo"]) + amount(history["YtdFinChrg"])
    credits_ = amount(history["YtdRcpt"]) + amount(history["YtdCrMemo"]) + amount(history["YtdDisc"])
    return amount(history["BegBal"]) + debits - credits_


def _history_amount(doc: Row) -> Decimal:
    if doc["DocType"] in ("CM", "PA", "PP"):
        return amount(doc["DocBal"])
    if doc["DocType"] == "SB":
        return _ZERO
    return -amount(doc["OrigDocAmt"]) if doc["DocType"] == "RF" else amount(doc["OrigDocAmt"])


def keep_salesperson_history(run: BatchRun, ar: Row, docs: list[Row]) -> None:
    """Add the sales of the documents to SlsPerHist of their salespersons (credit memos reduce them)."""
    for doc in docs:
        if doc["DocType"] not in ("IN", "DM", "CS", "CM"):
            continue
        year = doc["PerPost"][:4]
        for each in _years(year, max(year, ar["PerNbr"][:4])):
            if run.books.one("SlsPerHist", SlsperId=doc["SlsperId"], FiscYr=each) is None:
                run.books.add("SlsPerHist", **stamp(PROGRAM, run.user), SlsperId=doc["SlsperId"], FiscYr=each)
        history = run.books.rows("SlsPerHist", SlsperId=doc["SlsperId"], FiscYr=year)[0]
        sales = -amount(doc["OrigDocAmt"]) if doc["DocType"] == "CM" else amount(doc["OrigDocAmt"])
        _increase(run, history, f"PtdSls{int(doc['PerPost'][4:6] or 1) - 1:02}", sales)
        _increase(run, history, "YtdSls", sales)


def earn_commissions(run: BatchRun, docs: list[Row]) -> None:
    """Give each document the commission of its customer's salesperson (CustSlsper.CreditPct of the balance)."""
    for doc in docs:
        credit = run.books.one("CustSlsper", CustID=doc["CustId"], SlsperID=doc["SlsperId"])
        if credit is None:
            continue
        share = credit["CreditPct"]
        doc["CmmnPct"] = share
        doc["CmmnAmt"] = run.base(share * doc["DocBal"] / 100)
        doc["CuryCmmnAmt"] = run.in_currency(share * doc["CuryDocBal"] / 100, doc["CuryId"])


def _increase(run: BatchRun, row: Row, column: str, change: Decimal) -> None:
    row[column] = run.base(amount(row[column]) + change)


def _years(first: str, last: str) -> list[str]:
    """Give the years from the batch's to the last one; a blank period has a blank year."""
    return [str(year) for year in range(int(first), int(last) + 1)] if first else [first]


def _by_customer(docs: list[Row]) -> dict[tuple[object, ...], list[Row]]:
    found: dict[tuple[object, ...], list[Row]] = {}
    for doc in docs:
        found.setdefault(key_of(doc, "CpnyID", "CustId"), []).append(doc)
    return found

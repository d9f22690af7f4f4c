"""The checks before an AR release. Each rejection is reported; any one sends the batch to status S.

SL: pp_08400PrepWrk. The order of the table is SL's, and every check runs even after another one failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun, sum_of
from xlpy.demo.company.release.books import Row, amount, key_of, same
from xlpy.demo.company.release.taxes import TAX_SLOTS, tax_references
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import round_money

_MAY_LACK_LINES = {"PA", "CM", "NS", "NC", "RP", "SB", "PP", "RA"}
_Check = Callable[[BatchRun, list[Row], list[Row]], Iterator[int]]


def check_receivables(run: BatchRun, docs: list[Row], lines: list[Row]) -> None:
    """Run all checks on an unreleased batch. Raises SqlStopped when one message comes up twice (its key)."""
    for check in _CHECKS:
        for msg_id in check(run, docs, lines):
            run.reject(msg_id)


def _lines_without_document(run: BatchRun, docs: list[Row], lines: list[Row]) -> Iterator[int]:
    with_currency = [doc for doc in docs if run.knows_currency(doc["CuryId"])]
    if any(doc["DocType"] not in _MAY_LACK_LINES and not _lines_anywhere(run, doc) for doc in with_currency):
        yield 12125
    known = {key_of(doc, "DocType", "RefNbr") for doc in docs}
    if any(line["TranType"] in ("IN", "DM") and key_of(line, "TranType", "RefNbr") not in known for line in lines):
        yield 12126


def _lines_anywhere(run: BatchRun, doc: Row) -> bool:
    # Any batch, any customer: an old line with the same type and reference satisfies SL.
    return run.books.one("ARTran", RefNbr=doc["RefNbr"], TranType=doc["DocType"]) is not None


def _customers_and_taxes(run: BatchRun, docs: list[Row], _lines: list[Row]) -> Iterator[int]:
    if any(not doc["CustId"] or run.books.one("Customer", CustId=doc["CustId"]) is None for doc in docs):
        yield 12347
    used = {tax_id for doc in docs for tax_id in _document_taxes(doc)}
    if any(run.books.one("SalesTax", TaxId=tax_id) is None for tax_id in used):
        yield 12348


def _taxes_used_twice(run: BatchRun, docs: list[Row], lines: list[Row]) -> Iterator[int]:
    # Looks at the taxes of lines only; on document level a tax and its group are both posted.
    references = tax_references(run.books)
    usage = {
        (*key_of(line, "TranType", "RefNbr"), reference.ref_type, sl_key(reference.tax["TaxId"]), id(line))
        for line in lines
        for slot in TAX_SLOTS
        if line[f"TaxId{slot}"]
        for reference in references.get(sl_key(line[f"TaxId{slot}"]), ())
    }
    documents = Counter(key_of(doc, "DocType", "RefNbr") for doc in docs)
    times: Counter[tuple[object, ...]] = Counter()
    for tran_type, ref_nbr, _ref_type, tax_id, line in usage:
        times[ref_nbr, tax_id, line] += documents[tran_type, ref_nbr]
    if any(count > 1 for count in times.values()):
        yield 6624


def _accounts_of_lines(_run: BatchRun, _docs: list[Row], lines: list[Row]) -> Iterator[int]:
    if any(not line["Acct"] for line in lines):
        yield 6928
    if any(line["Acct"] and not line["Sub"] for line in lines):
        yield 6929


def _account_of_documents(_run: BatchRun, docs: list[Row], _lines: list[Row]) -> Iterator[int]:
    if any(not doc["BankAcct"] for doc in docs):
        yield 6928
    if any(not doc["BankSub"] for doc in docs):
        yield 6929


def _tax_types(run: BatchRun, docs: list[Row], _lines: list[Row]) -> Iterator[int]:
    used = {tax_id for doc in docs if doc["DocType"] in ("IN", "CM", "DM") for tax_id in _document_taxes(doc)}
    if any(not tax["TaxType"] for tax_id in used for tax in run.books.rows("SalesTax", TaxId=tax_id)):
        yield 6958


def _instalments(run: BatchRun, docs: list[Row], _lines: list[Row]) -> Iterator[int]:
    for doc in docs:
        terms = run.books.one("Terms", TermsId=doc["Terms"])
        if terms is None or terms["TermsType"] != "M":
            continue
        if run.books.one("DocTerms", DocType=doc["DocType"], RefNbr=doc["RefNbr"]) is None:
            yield 12014
            return


def _two_amounts(run: BatchRun, docs: list[Row], lines: list[Row]) -> Iterator[int]:
    in_base = {key_of(doc, "CustId", "DocType", "RefNbr") for doc in docs if same(doc["CuryId"], run.gl["BaseCuryId"])}
    for line in lines:
        if key_of(line, "CustId", "TranType", "RefNbr") in in_base and _cents(line["CuryTranAmt"]) != _cents(
            line["TranAmt"]
        ):
            yield 12124
            return


def _cents(value: Decimal) -> Decimal:
    return round_money(value, 2)  # two decimals here, whatever the currency has


def _currencies(run: BatchRun, docs: list[Row], lines: list[Row]) -> Iterator[int]:
    if not any(not run.knows_currency(row["CuryId"]) for row in (run.row, *docs, *lines)):
        return
    if run.books.one("CMSetup") is not None:
        yield 8058
        return
    # A company with a single currency: SL repairs the rows instead.
    base = {"CuryId": run.gl["BaseCuryId"], "CuryMultDiv": "M", "CuryRate": Decimal(1)}
    if not run.knows_currency(run.row["CuryId"]):
        run.row.update(base, BaseCuryID=run.gl["BaseCuryId"])
    for doc in docs:
        if not run.knows_currency(doc["CuryId"]):
            doc.update(base, RGOLAmt=Decimal(0))
    for line in lines:
        if not run.knows_currency(line["CuryId"]):
            line.update(base)


def _batch_total(run: BatchRun, docs: list[Row], _lines: list[Row]) -> Iterator[int]:
    # Write-offs of small balances are not yet in the total of a payment application batch.
    counted = [doc for doc in docs if not (run.row["EditScrnNbr"] == "08030" and doc["DocType"] == "SB")]
    cury_id = run.row["CuryId"]
    if not counted or not run.knows_currency(cury_id):
        return
    total = run.in_currency(sum_of(counted, "CuryOrigDocAmt"), cury_id)
    if run.in_currency(amount(run.row["CuryCrTot"]), cury_id) != total:
        yield 12123


def _payment_currency(run: BatchRun, _docs: list[Row], lines: list[Row]) -> Iterator[int]:
    for line in lines:
        if line["DrCr"] != "U":
            continue
        account = run.books.one("Account", Acct=line["Acct"])
        payments = run.books.rows("ARDoc", CustId=line["CustId"], DocType=line["TranType"], RefNbr=line["RefNbr"])
        if account and account["CuryId"] and any(not same(doc["CuryId"], account["CuryId"]) for doc in payments):
            yield 12427
            return


def _applied_to_unreleased(run: BatchRun, _docs: list[Row], lines: list[Row]) -> Iterator[int]:
    for line in lines:
        if line["DrCr"] == "U" and run.books.one(
            "ARDoc", CustId=line["CustId"], DocType=line["CostType"], RefNbr=line["SiteId"], Rlsed=0
        ):
            yield 12306
            return


def _accrual_unreleased(run: BatchRun, docs: list[Row], _lines: list[Row]) -> Iterator[int]:
    for doc in docs:
        if doc["DocType"] == "RA" and run.books.one(
            "ARDoc", CustId=doc["CustId"], DocType="AD", RefNbr=doc["RefNbr"], Rlsed=0
        ):
            yield 12426
            return


def _document_taxes(doc: Row) -> Iterator[str]:
    return (doc[f"TaxId{slot}"] for slot in TAX_SLOTS if doc[f"TaxId{slot}"])


_CHECKS: tuple[_Check, ...] = (
    _lines_without_document,
    _customers_and_taxes,
    _taxes_used_twice,
    _accounts_of_lines,
    _account_of_documents,
    _tax_types,
    _instalments,
    _two_amounts,
    _currencies,
    _batch_total,
    _payment_currency,
    _applied_to_unreleased,
    _accrual_unreleased,
)
